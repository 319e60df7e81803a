"""From leaks to files on the disk, in an order in which no secret is ever nowhere.

First everything is planned and proven in memory. Then, under a lock: the ignore file, the store, which is
read back, the example file; only then the sources, each in one step. Interrupted at any point, a value is in
the source or in the store.
"""

from __future__ import annotations

import os
import shlex
import stat
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from binlint.errors import BinlintError
from binlint.finding import SecretText
from binlint.fixing import key_files
from binlint.fixing.atomic import Changed, Unsynced, locked, remove_leftovers, write_atomically
from binlint.fixing.detect import Loading, style_for
from binlint.fixing.plan import FilePlan, Left, Plan, Planner
from binlint.fixing.store import Store, example_change, open_store
from binlint.fixing.store_changes import Change
from binlint.fixing.store_forms import DOTENV, FORMS
from binlint.fixing.store_ignoring import ignoring
from binlint.fixing.store_places import is_owner_kept, may, unusable
from binlint.fixing.store_types import DEFAULT_STORE, Refusal
from binlint.fixing.styles import EXPORT, MODULES, STYLES, Where
from binlint.fixing.styles_pydantic import beside_settings
from binlint.leak import Leak
from binlint.sources.project import Project

STILL_THERE = "the finding would still be there"
_ROUNDS = 10

Check = Callable[[Mapping[str, bytes]], Sequence[Leak]]  # the leaks of the run, were these files so


class Wishes(NamedTuple):
    """What the user wants of the refactor."""

    style: str = "environ"
    prefix: str = "BINANCE"
    env_file: str | None = None
    unsafe: bool = False
    clears_outputs: bool = False


class NotWritten(BinlintError):
    """Something kept the refactor from being carried out. The message says what, and what was done before."""


class Overtaken(NotWritten):
    """Something changed a file after it was planned. What is planned anew can be carried out."""


@dataclass(frozen=True)
class Prepared:
    """A plan with its store. `refusal` says why nothing can be saved, and then nothing is planned."""

    plan: Plan
    store: Store | None = field(default=None, repr=False)
    changes: tuple[Change, ...] = ()  # beside the sources, in the order in which they are written
    refusal: Refusal | None = None
    loads: str = EXPORT  # what is left to do for the variables to be there

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return not self.plan.files


def prepare(
    leaks: Sequence[Leak],
    root: str,
    read: Callable[[str], bytes | None],
    listing: Sequence[str],
    check: Check,
    wishes: Wishes,
    project: Project | None = None,
    is_outside: Callable[[str], bool] = lambda path: False,
    from_root: Callable[[str], str] = lambda path: path,
) -> Prepared:
    """Plans everything and proves it; changes nothing. `root` is the root of the project.

    `project` tells which files import a changed one; without it, each is its own entry point. `from_root`
    gives the path from the root of a path of the run.
    """
    chosen = style_for(wishes.style, read, listing, root) if leaks else STYLES["environ"]
    style, form = chosen.name, FORMS[chosen.form]
    store = open_store(root, wishes.env_file, form.name)
    stored: Mapping[str, SecretText] = store.names() if isinstance(store, Store) else {}
    is_usual = isinstance(store, Store) and store.shown == DEFAULT_STORE
    loading = Loading(read, root, project) if style == "dotenv" and is_usual else None

    if isinstance(store, Store) and form is DOTENV:
        filled = [name for name, value in stored.items() if value.reveal()]
        chosen = beside_settings(chosen, read, listing, store.shown, filled)

    def where(path: str) -> Where:
        shown = store.shown if isinstance(store, Store) else wishes.env_file or form.default
        own = {name for name in MODULES if project is not None and project.module(path, name, 0) is not None}
        return Where(from_root(path), shown, frozenset(own))

    planner = Planner(
        read,
        stored,
        chosen,
        wishes.prefix,
        wishes.unsafe,
        listing,
        loading,
        is_outside,
        where,
        keys=key_files.held(root, stored),
        clears_outputs=wishes.clears_outputs,
    )
    plan = _proven(planner, planner.plan(leaks), leaks, check)
    if not plan.files:
        return Prepared(plan)
    if isinstance(store, Refusal):
        if any(setting.value is not None for setting in plan.settings):
            return _refused(plan, store)
        return Prepared(plan)
    changes = _changes(plan, store)
    if isinstance(changes, Refusal):
        return _refused(plan, changes)
    return Prepared(plan, store, changes, loads=_loads(style, plan, store, loading, read, root))


def _changes(plan: Plan, store: Store) -> tuple[Change, ...] | Refusal:
    """What has to be written beside the sources, in that order, or why it cannot be."""
    keys = key_files.plan(store.root, plan.settings, store.names(), [store.shown])
    if isinstance(keys, Refusal):
        return keys
    change = store.plan(keys.settings)
    if isinstance(change, Refusal):
        return change
    secret = [each.shown for each in (*keys.changes, *[change] * change.is_needed)]
    ignored = ignoring(store.root, secret)
    if isinstance(ignored, Refusal):
        return ignored
    example = example_change(store.root, [setting.name for setting in plan.settings], store.form.name)
    changes = (ignored, *keys.changes, change, example)
    return tuple(each for each in changes if each is not None and each.is_needed)


def _loads(
    style: str,
    plan: Plan,
    store: Store,
    loading: Loading | None,
    read: Callable[[str], bytes | None],
    root: str,
) -> str:
    """What is left to do for the variables to be there."""
    export = EXPORT.replace("./.env", shlex.quote(f"./{store.shown}"))
    if loading is not None:
        names = {move.variable for move in plan.moves}
        return loading.note({each.path: each.after for each in plan.files}, names)
    if store.form is not DOTENV:
        return STYLES[style].loads
    if style == "dotenv":
        return f"call load_dotenv() of python-dotenv with the path of {store.shown} first, or {export}"
    if style == "pydantic":
        return f"{STYLES[style].loads}; for all else {export}"
    if style == "decouple":
        if store.shown != DEFAULT_STORE:
            return f"python-decouple reads only .env, so {export}"
        if read(os.path.join(root, "settings.ini")) is not None:
            return f"python-decouple reads settings.ini in place of .env, so {export}"
        return STYLES[style].loads
    return export


def _proven(planner: Planner, plan: Plan, leaks: Sequence[Leak], check: Check) -> Plan:
    """The plan without the files in which a literal that it moves would still be found."""
    for _ in range(_ROUNDS):
        if not plan.files:
            return plan
        gone = [*(move.leak for move in plan.moves), *plan.cleared]
        moved = Counter((leak.finding.location.path, leak.value) for leak in gone)
        stays = Counter((leak.finding.location.path, leak.value) for leak in leaks)
        stays.subtract(moved)  # what the output of a notebook shows is left there, and told
        after = check({each.path: each.after for each in plan.files})
        found = Counter((leak.finding.location.path, leak.value) for leak in after)
        remaining = {path for path, value in moved if found[path, value] > stays[path, value]}
        if not remaining:
            return plan
        plan = planner.without(plan, dict.fromkeys(remaining, STILL_THERE))
    return Plan(left=(*plan.left, *(Left(m.leak.finding.location, STILL_THERE) for m in plan.moves)))


def _refused(plan: Plan, refusal: Refusal) -> Prepared:
    reason = f"its value cannot be saved: {refusal.reason}"
    left = (*plan.left, *(Left(move.leak.finding.location, reason) for move in plan.moves))
    return Prepared(Plan(left=tuple(sorted(left))), refusal=refusal)


def write(prepared: Prepared, root: str, place_of: Callable[[str], str]) -> None:
    """Carries a plan out. `place_of` gives the path on the disk of a path of the run.

    Raises NotWritten or Overtaken. What is done by then is said, and loses nothing: a second run goes on
    from there.
    """
    done: list[str] = []
    step: _Step | None = None
    try:
        with locked(root):
            for folder in {root, *(os.path.dirname(place_of(each.path)) for each in prepared.plan.files)}:
                remove_leftovers(folder or os.curdir)  # of a run that was killed
            modes = [_ready(each, place_of(each.path)) for each in prepared.plan.files]
            for change in prepared.changes:
                _check(root, change)
            for change in prepared.changes:
                assert prepared.store is not None
                step = _Step(change.shown, change.path, change.after, change.mode)
                prepared.store.write(change)
                done.append(step.shown)
            for each, mode in zip(prepared.plan.files, modes, strict=True):
                step = _Step(each.path, place_of(each.path), each.after, mode)
                write_atomically(step.place, each.after, mode, each.before)
                done.append(step.shown)
    except BinlintError as error:
        kind = Overtaken if isinstance(error, Changed) else NotWritten
        raise kind(f"{error}{_so_far(done, step)}") from None
    except OSError as error:
        shown = step.shown if step is not None else "a file"
        verb = (
            "was written, but may not survive a crash"
            if isinstance(error, Unsynced)
            else "could not be written"
        )
        raise NotWritten(f"{shown} {verb}: {error.strerror}{_so_far(done, step)}") from None


class _Step(NamedTuple):
    """A file as it is to be."""

    shown: str
    place: str
    after: bytes
    mode: int

    def is_done(self) -> bool:
        """Whether it is so already: what fails may fail when all but the last is done."""
        try:
            status = os.lstat(self.place)
            if not stat.S_ISREG(status.st_mode) or stat.S_IMODE(status.st_mode) != self.mode:
                return False
            with open(self.place, "rb") as stream:
                return stream.read() == self.after
        except OSError:
            return False


def _so_far(done: Sequence[str], step: _Step | None) -> str:
    if step is not None and step.shown not in done and step.is_done():
        done = [*done, step.shown]
    return f"; written before: {', '.join(done)}" if done else "; nothing was changed"


def _check(root: str, change: Change) -> None:
    """Raises NotWritten for a file beside the sources that could not be written."""
    refusal = unusable(os.path.abspath(root), change.shown)
    if refusal is not None:
        raise NotWritten(f"{refusal.reason}; {refusal.remedy}")


def _ready(each: FilePlan, place: str) -> int:
    """The permissions of a source that can be replaced. Raises NotWritten, Changed or OSError otherwise."""
    status = os.lstat(place)
    if not stat.S_ISREG(status.st_mode):
        raise NotWritten(f"{each.path} is no regular file")
    if status.st_nlink > 1:
        raise NotWritten(f"{each.path} has other names (hard links), which would keep the secret")
    if not status.st_mode & stat.S_IWUSR or not may(place, os.W_OK):
        raise NotWritten(f"{each.path} is read-only")
    if not may(os.path.dirname(place) or os.curdir, os.W_OK | os.X_OK):
        raise NotWritten(f"the directory of {each.path} is read-only")
    if not is_owner_kept(status):
        raise NotWritten(f"{each.path} belongs to another user, who would lose it")
    with open(place, "rb") as stream:
        if stream.read() != each.before:
            raise Changed(f"{each.path} was changed in the meantime")
    return stat.S_IMODE(status.st_mode)
