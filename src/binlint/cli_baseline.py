"""The baseline as a run uses it, and `binlint baseline`, which writes it. Nothing here shows a value."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from binlint import day
from binlint.baseline.entries import Baseline, BaselineError, dump, parse
from binlint.baseline.match import Found, Match, Scope, match
from binlint.baseline.place import place_of, root_of
from binlint.baseline.prints import Fingerprints
from binlint.baseline.update import Wishes, updated
from binlint.errors import BinlintError
from binlint.files import LARGEST, NotRegular, TooLarge, open_regular, read_chunk, read_rest
from binlint.finding import Finding, SecretText, Severity
from binlint.frames import Values
from binlint.report import Baselined, Report
from binlint.reporters.clean import clean
from binlint.reporters.summary import baseline_notes

if TYPE_CHECKING:
    from binlint.cli_options import Options
    from binlint.config import Config
    from binlint.engine import Examined
    from binlint.leak import Leak

_HINT = re.compile(r"[^\W\d]\w{0,59}(?:\.\w{1,60}){0,5}")
_RANDOM = re.compile(r"[A-Za-z0-9]{16,}")
_MODE = 0o644  # it is made to be committed


class Filter:
    """A baseline as a run uses it: it takes old findings out of what was found.

    `paths` are the files of the run, `asked` what it was asked about. Raises BaselineError when the file
    cannot be read.
    """

    def __init__(
        self,
        place: str,
        config: Config,
        paths: Iterable[str],
        asked: Iterable[str],
        *,
        is_required: bool = True,
    ) -> None:
        self._root = root_of(config)
        self._config = config
        self._prints = Fingerprints()
        self._paths = frozenset(paths)
        self._below = tuple(os.path.join(self._path(path), "") for path in asked if os.path.isdir(path))
        self.place = place
        self.shown = _shown(place, config.cwd)
        self.before = _read(place, self.shown, is_required)
        self.baseline = parse(self.before or b"", self.shown)
        self.today = day.today()

    def _path(self, path: str) -> str:
        """A path of the run, relative to the root of the project."""
        place = os.path.join(os.path.abspath(self._config.cwd), path)
        try:
            return os.path.relpath(place, self._root).replace(os.sep, "/")
        except ValueError:  # another drive
            return place.replace(os.sep, "/")

    def scope(self, report: Report) -> Scope:
        """What the run can say of files, by its report."""
        missed = {note.path for note in report.skipped}
        return Scope(
            frozenset(map(self._path, self._paths - missed)),
            lambda path: os.path.lexists(os.path.join(self._root, path)),
            lambda path: any(folder == "./" or path.startswith(folder) for folder in self._below),
            lambda rule, path: self._config.is_on(rule, self._shown_path(path)),
        )

    def _shown_path(self, path: str) -> str:
        """A path below the root of the project, as the run calls it."""
        place = os.path.join(self._root, path)
        return os.path.relpath(place, os.path.abspath(self._config.cwd)).replace(os.sep, "/")

    def matched(self, found: Examined) -> Match:
        """Which of the findings are old."""
        values = Values(leak.value for leak in found.leaks)
        leaks = {(leak.finding.location, leak.finding.code): leak for leak in found.leaks}
        every = [
            self._found(finding, leaks.get((finding.location, finding.code)), values)
            for finding in found.report.findings
        ]
        return match(self.baseline, every, self.scope(found.report), self.today, self._prints)

    def _found(self, finding: Finding, leak: Leak | None, values: Values) -> Found:
        path = self._path(finding.location.path)
        if leak is None:  # about a comment, which is known by what is wrong with it
            return Found(finding, path, SecretText(finding.message))
        return Found(finding, path, leak.value, _hint(leak, values))

    def applied(self, found: Examined) -> Examined:
        """What was found without what is old; the report counts that."""
        matched = self.matched(found)
        old = {each.finding: entry for each, entry in matched.known}
        known = tuple(f._replace(reason=old[f].reason) for f in found.report.findings if f in old)
        stale = matched.stale(self.scope(found.report))
        report = found.report._replace(
            findings=tuple(finding for finding in found.report.findings if finding not in old),
            baseline=Baselined(
                self.shown, known, len(matched.expired), len(stale), len(self.baseline.entries)
            ),
        )
        leaks = tuple(leak for leak in found.leaks if leak.finding not in old)
        return found._replace(report=report, leaks=leaks)

    def update(self, found: Examined, wishes: Wishes) -> None:
        """Takes all that was found into the baseline, and writes it if it says something else then.

        Raises BaselineError when it cannot be written; the file is as it was.
        """
        scope = self.scope(found.report)
        self.baseline = updated(self.baseline, self.matched(found), scope, wishes, self._prints)
        text = dump(self.baseline)
        if _normal(self.before) != text:
            _write(self.place, self.shown, text.encode(), self.before)


def write(
    found: Examined, config: Config, paths: Iterable[str], asked: Iterable[str], options: Options
) -> Iterator[str]:
    """`binlint baseline`: brings the file up to date, and yields what to tell. Raises BaselineError."""
    known = Filter(place_of(config), config, paths, asked, is_required=False)
    before = known.baseline
    lowest = min(config.fail_on, Severity.WARNING)
    known.update(found, Wishes(lowest, options.prune, options.reason, options.expires, known.today))
    yield _state(known, before)
    told = known.applied(found).report.baseline
    if told is not None and told.credentials:
        yield (
            f"{told.credentials} of its findings are credentials that still work unless they were revoked. "
            "The baseline hides them from your reports, and from nobody who reads the code.\n"
        )
    if told is not None:
        yield from (f"{line}\n" for line in baseline_notes(told))
    if known.before is None:
        yield f"Commit it, with `{os.path.basename(known.shown)} merge=union` in .gitattributes.\n"


def _state(known: Filter, before: Baseline) -> str:
    old, new = ({entry[:3] for entry in each.entries} for each in (before, known.baseline))
    number = f"{len(new)} {'entry' if len(new) == 1 else 'entries'}"
    if known.before is None:
        return f"{clean(known.shown)}: written, {number}\n"
    if before == known.baseline:
        return f"{clean(known.shown)}: unchanged, {number}\n"
    return f"{clean(known.shown)}: updated, {number} ({len(new - old)} new, {len(old - new)} gone)\n"


def _hint(leak: Leak, values: Values) -> str:
    """The name of a variable or a definition, where it is surely no value and no part of one."""
    finding = leak.finding
    names = (leak.name, *(step.text.strip("`") for step in finding.steps[1:-1]), finding.context)
    return next((name for name in names if _is_name(name, values)), "")


def _is_name(text: str, values: Values) -> bool:
    if not _HINT.fullmatch(text) or values.mask(text) != text:
        return False
    return not any(any(c.isdigit() for c in run) for run in _RANDOM.findall(text))


def _shown(place: str, cwd: str) -> str:
    try:
        return os.path.relpath(place, cwd).replace(os.sep, "/")
    except ValueError:  # another drive
        return place


def _read(place: str, shown: str, is_required: bool) -> bytes | None:
    try:
        descriptor = open_regular(place, LARGEST)
    except FileNotFoundError:
        if not is_required:
            return None
        raise BaselineError(f"{shown}: no such baseline; `binlint baseline` writes it") from None
    except NotRegular:
        raise BaselineError(f"{shown}: not a regular file") from None
    except TooLarge:
        raise BaselineError(f"{shown}: larger than 50 MiB") from None
    except (OSError, ValueError) as error:
        raise BaselineError(f"{shown}: {_why(place, error)}") from None
    try:
        return read_rest(descriptor, read_chunk(descriptor), LARGEST)
    except (OSError, TooLarge) as error:
        raise BaselineError(f"{shown}: {_why(place, error)}") from None
    finally:
        os.close(descriptor)


def _why(place: str, error: Exception) -> str:
    if os.path.islink(place):
        return "a symbolic link, which binlint does not follow here"
    code = error.errno if isinstance(error, OSError) else None
    return f"cannot be read{f' ({os.strerror(code)})' if code else ''}"


def _normal(data: bytes | None) -> str | None:
    """What a file says, whatever its line ends: git may have changed them."""
    if data is None:
        return None
    return data.removeprefix(b"\xef\xbb\xbf").decode().replace("\r\n", "\n")


def _write(place: str, shown: str, data: bytes, before: bytes | None) -> None:
    from binlint.fixing.atomic import locked, write_atomically

    try:
        mode = stat.S_IMODE(os.lstat(place).st_mode) if before is not None else _MODE
        with locked(os.path.dirname(place)):
            write_atomically(place, data, mode, before)
    except BinlintError as error:
        raise BaselineError(f"{shown}: not written: {error}") from None
    except OSError as error:
        raise BaselineError(f"{shown}: cannot be written ({error.strerror})") from None
