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
from binlint.fixing.atomic import locked, remove_leftovers, write_atomically
from binlint.fixing.detect import Loading, detected
from binlint.fixing.plan import FilePlan, Left, Plan, Planner
from binlint.fixing.store import DEFAULT_STORE, Change, Refusal, Store, example_change, open_store
from binlint.fixing.styles import AUTO, EXPORT, MODULES, STYLES, Where
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


class NotWritten(BinlintError):
    """Something kept the refactor from being carried out. The message says what, and what was done before."""


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
    store = open_store(root, wishes.env_file)
    stored: Mapping[str, SecretText] = store.names() if isinstance(store, Store) else {}
    style = wishes.style
    if style == AUTO:
        style = detected(read, listing, root) if leaks else "environ"
    is_usual = isinstance(store, Store) and store.shown == DEFAULT_STORE
    loading = Loading(read, root, project) if style == "dotenv" and is_usual else None

    def where(path: str) -> Where:
        shown = store.shown if isinstance(store, Store) else wishes.env_file or DEFAULT_STORE
        own = {name for name in MODULES if project is not None and project.module(path, name, 0) is not None}
        return Where(from_root(path), shown, frozenset(own))

    planner = Planner(
        read, stored, STYLES[style], wishes.prefix, wishes.unsafe, listing, loading, is_outside, where
    )
    plan = _proven(planner, planner.plan(leaks), leaks, check)
    if not plan.files:
        return Prepared(plan)
    if isinstance(store, Refusal):
        if any(setting.value is not None for setting in plan.settings):
            return _refused(plan, store)
        return Prepared(plan)
    change = store.plan(plan.settings)
    if isinstance(change, Refusal):
        return _refused(plan, change)
    example = example_change(root, [setting.name for setting in plan.settings])
    changes = (store.ignore_change if change.is_needed else None, change, example)
    needed = tuple(each for each in changes if each is not None and each.is_needed)
    return Prepared(plan, store, needed, loads=_loads(style, plan, store, loading, read, root))


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
    if style == "dotenv":
        return f"call load_dotenv() of python-dotenv with the path of {store.shown} first, or {export}"
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
        moved = Counter((move.leak.finding.location.path, move.leak.value) for move in plan.moves)
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

    Raises NotWritten. What is done by then is said, and loses nothing: a second run goes on from there.
    """
    done: list[str] = []
    try:
        with locked(root):
            for folder in {root, *(os.path.dirname(place_of(each.path)) for each in prepared.plan.files)}:
                remove_leftovers(folder or os.curdir)  # of a run that was killed
            modes = [_ready(each, place_of(each.path)) for each in prepared.plan.files]
            for change in prepared.changes:
                assert prepared.store is not None
                prepared.store.write(change)
                done.append(change.shown)
            for each, mode in zip(prepared.plan.files, modes, strict=True):
                write_atomically(place_of(each.path), each.after, mode, each.before)
                done.append(each.path)
    except BinlintError as error:
        raise NotWritten(f"{error}{_so_far(done)}") from None
    except OSError as error:
        raise NotWritten(f"a file could not be written: {error.strerror}{_so_far(done)}") from None


def _so_far(done: Sequence[str]) -> str:
    return f"; written before: {', '.join(done)}" if done else "; nothing was changed"


def _ready(each: FilePlan, place: str) -> int:
    """The permissions of a source that can be replaced. Raises NotWritten or OSError for any other."""
    status = os.lstat(place)
    if not stat.S_ISREG(status.st_mode):
        raise NotWritten(f"{each.path} is no regular file")
    if status.st_nlink > 1:
        raise NotWritten(f"{each.path} has other names (hard links), which would keep the secret")
    if (
        not status.st_mode & stat.S_IWUSR
        or not os.access(place, os.W_OK)
        or not os.access(os.path.dirname(place) or os.curdir, os.W_OK)
    ):
        raise NotWritten(f"{each.path} is read-only")
    with open(place, "rb") as stream:
        if stream.read() != each.before:
            raise NotWritten(f"{each.path} was changed in the meantime")
    return stat.S_IMODE(status.st_mode)
