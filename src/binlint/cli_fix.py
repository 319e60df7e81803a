"""`--fix` and `--diff`: the refactor as the user sees it. Nothing here shows a value."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from binlint.errors import ConfigError
from binlint.finding import mask
from binlint.fixing import transaction
from binlint.fixing.plan import FilePlan, Left, Move
from binlint.fixing.store_changes import Change
from binlint.fixing.store_forms import DOTENV
from binlint.fixing.store_types import Part
from binlint.frames import Values
from binlint.reporters.clean import clean, clean_block

if TYPE_CHECKING:
    from binlint.cli_options import Options
    from binlint.config import Config
    from binlint.engine import Examined
    from binlint.finding import SecretText
    from binlint.leak import Leak
    from binlint.sources.project import Project

_CI = ("CI", "PRE_COMMIT_CI")
_RUN = re.compile(r"[A-Za-z0-9+/=_-]{20,}")
_HAS_DIGIT = re.compile(r"[0-9]")
_ATTEMPTS = 12  # of planning, while others change what was planned
_CONTEXT = 2  # lines around a change
_REVOKE = """\
The values were in the source: whoever saw it has them. What is left to do:
  1. Revoke the keys, on Binance under API Management, and make new ones with the smallest rights.
  2. Put the new values into {store}; {loads}.
  3. The old values are still in the history of the repository, in clones and forks, in caches and logs, in
     backups of editors and patches that pre-commit keeps. To rewrite the history is not enough: revoke them.
"""


def refuse_in_ci(is_allowed: bool) -> None:
    """A runner's store is thrown away with the runner, and the secret with it. Raises ConfigError."""
    if is_allowed:
        return
    for name in _CI:
        if os.environ.get(name, "").lower() not in ("", "0", "false", "no"):
            raise ConfigError(
                f"{name} is set: --fix would save the secrets where nobody can get at them; run it on your "
                "own computer, or say --fix-in-ci"
            )


def prepare(
    leaks: Sequence[Leak], config: Config, listing: Sequence[str], check: transaction.Check, options: Options
) -> transaction.Prepared:
    """Plans the refactor of what a run has found."""
    wishes = transaction.Wishes(
        config.fix_style, config.variable_prefix, config.env_file, options.unsafe_fixes, options.clear_outputs
    )
    project = _project(config, listing)
    return transaction.prepare(
        leaks,
        config.root,
        project.read,
        listing,
        check,
        wishes,
        project,
        is_outside=_outside(config),
        from_root=config.from_root,
    )


def _outside(config: Config) -> Callable[[str], bool]:
    """Whether a path of the run lies outside the project, whose store would not be its own."""
    root = os.path.join(os.path.abspath(config.root), "")

    def is_outside(path: str) -> bool:
        return not os.path.abspath(os.path.join(config.cwd, path)).startswith(root)

    return is_outside


def write(prepared: transaction.Prepared, config: Config) -> None:
    """Carries a plan out. Raises transaction.NotWritten."""
    transaction.write(prepared, config.root, lambda path: os.path.join(config.cwd, path))


def carry_out(
    prepare: Callable[[], tuple[Examined, transaction.Prepared]], config: Config
) -> tuple[Examined, transaction.Prepared, str]:
    """Plans and writes, and does so anew where another run has changed something in between.

    Returns what was found, the last plan, and why it was not carried out, or nothing.
    """
    failure = ""
    for _ in range(_ATTEMPTS):
        found, prepared = prepare()
        try:
            if not prepared.is_empty:
                write(prepared, config)
            return found, prepared, ""
        except transaction.Overtaken as error:
            failure = str(error)
        except transaction.NotWritten as error:
            return found, prepared, str(error)
    return found, prepared, failure


def _project(config: Config, listing: Sequence[str]) -> Project:
    from binlint.sources.project import Project

    return Project(config.cwd, {}, config.root, listing=[path for path in listing if path.endswith(".py")])


# what is shown


def diff(prepared: transaction.Prepared, leaks: Iterable[Leak]) -> Iterator[str]:
    """What would change, as a unified diff with masked values: to be read, not to be applied."""
    values = Values(leak.value for leak in leaks)
    for each in prepared.plan.files:
        yield from _file_diff(each, values)
    for change in prepared.changes:
        yield clean_lines(change.shown_diff())


def _file_diff(each: FilePlan, values: Values) -> Iterator[str]:
    before, after = (_shown(data, values) for data in (each.before, each.after))
    lines = difflib.unified_diff(before, after, f"a/{each.path}", f"b/{each.path}", lineterm="", n=_CONTEXT)
    yield from (f"{clean_block(line)}\n" for line in lines)


def _shown(data: bytes, values: Values) -> list[str]:
    text = data.decode("utf-8", "replace").removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return [_covered(line) for line in values.mask(text).split("\n")]


def _covered(line: str) -> str:
    """A line without what could be a secret of anybody: long runs of letters and digits."""
    return _RUN.sub(lambda found: mask(found[0]) if _HAS_DIGIT.search(found[0]) else found[0], line)


def clean_lines(text: str) -> str:
    """A text of several lines without what could disturb a terminal."""
    return "".join(f"{clean(line)}\n" for line in text.splitlines())


def summary(prepared: transaction.Prepared, config: Config, is_done: bool) -> Iterator[str]:
    """What was (or would be) moved, where to, what stays and why, and what is left to do."""
    plan = prepared.plan
    would = "" if is_done else "would be "
    if plan.moves:
        moved = {move.leak.finding.location.path for move in plan.moves}
        verb = "Moved" if is_done else "Would move"
        yield f"{verb} {_count(len(plan.moves), 'literal')} out of {_count(len(moved), 'file')}:\n"
        yield from (_line(move) for move in plan.moves)
        moved.update(leak.finding.location.path for leak in plan.cleared)
        for each in plan.files:
            if each.path not in moved:
                yield f"  {clean(each.path)}: {would}made to load the variables\n"
        yield from (_beside(change, is_done) for change in prepared.changes)
        yield from (note for change in prepared.changes for note in _readers(change))
    for setting in plan.settings:
        if setting.value is None:
            yield f"  {clean(setting.name)}: not saved, it was no real credential: set it yourself\n"
    for leak in plan.cleared:
        place = leak.finding.location
        emptied = "was emptied" if is_done else "would be emptied"
        yield f"  {clean(place.path)}:{place.place.line}: the output that showed it {emptied}\n"
    if plan.left:
        yield "Not moved:\n"
        yield from (f"  {_spot(left)}: {clean(left.reason)}\n" for left in plan.left)
    if prepared.refusal is not None:
        yield f"Nothing was saved: {clean(prepared.refusal.reason)}; {clean(prepared.refusal.remedy)}.\n"
    if plan.moves and is_done:
        yield _REVOKE.format(store=clean(_new_values(prepared)), loads=clean(prepared.loads))


def _new_values(prepared: transaction.Prepared) -> str:
    """The files that new values go into."""
    if prepared.store is None:
        return "the environment"
    files = [change.shown for change in prepared.changes if change.part is Part.KEY_FILE]
    return " and ".join((prepared.store.shown, *files))


def _line(move: Move) -> str:
    place = move.leak.finding.location
    note = f" ({clean(move.note)})" if move.note else ""
    return f"  {clean(place.path)}:{place.place.line} -> {clean(move.variable)}{note}\n"


def _beside(change: Change, is_done: bool) -> str:
    would = "" if is_done else "would be "
    if change.part is Part.IGNORE:
        files = "file" if len(change.ignored) == 1 else "files"
        return f"  {clean(change.shown)}: {would}told to ignore the {files} with the values\n"
    if change.part is Part.EXAMPLE:
        return f"  {clean(change.shown)}: {would}given the names, without values\n"
    names = ", ".join(map(clean, change.names)) or "nothing new"
    tightened = "; readable by you alone from now on" if change.tightened else ""
    if change.part is Part.KEY_FILE:
        what = f"{would}saved there: the private key" if change.after != change.before else "has the key"
        return f"  {clean(change.shown)}: {what} whose path {names} holds{tightened}\n"
    return f"  {clean(change.shown)}: {would}saved there: {names}{tightened}\n"


def _readers(change: Change) -> Iterator[str]:
    """Which values not every reader of an environment file understands."""
    if change.part is not Part.STORE or change.form is not DOTENV:
        return
    if change.only_dotenv:
        names = ", ".join(map(clean, change.only_dotenv))
        yield f"  {names}: as it is quoted there, python-dotenv can read it, but no shell and no docker\n"
    split = [
        setting.name
        for setting in change.settings
        if setting.name not in change.only_dotenv
        and setting.value is not None
        and "\n" in setting.value.reveal()
    ]
    if split:
        names = ", ".join(map(clean, split))
        yield f"  {names}: stands on several lines, which python-dotenv and shells read, but not docker\n"


def _spot(left: Left) -> str:
    return f"{clean(left.location.path)}:{left.location.place.line}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def values_of(leaks: Iterable[Leak]) -> Mapping[SecretText, None]:
    """The values, each once."""
    return dict.fromkeys(leak.value for leak in leaks)
