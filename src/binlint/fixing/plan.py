"""What would be changed: every edit of every file, what goes to the store, and what is left and why.

A plan changes nothing. Each file in it was edited in memory, parses, and was looked at again: the literals
are gone. What cannot be planned so is refused with its reason.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from binlint.finding import Location, SecretText, Severity
from binlint.fixing import imports, notebooks, variables
from binlint.fixing.detect import Loading
from binlint.fixing.edits import Edit, Refusal, apply
from binlint.fixing.evidence import names_at
from binlint.fixing.key_paths import NOTE, KeyPaths, as_path, in_file
from binlint.fixing.known import may_read, read_variables
from binlint.fixing.outputs import shows, without_outputs
from binlint.fixing.rewrite import Level, Planned, Refused, Target, rewrite
from binlint.fixing.rewrite_code import parsed
from binlint.fixing.store_types import DEFAULT_STORE, Setting
from binlint.fixing.styles import Style, Where
from binlint.leak import Leak
from binlint.sources.decode import decode
from binlint.sources.kinds import NOTEBOOK, PYTHON, kind_in
from binlint.sources.source import Source, Text

NOT_CODE = "only Python is rewritten: move it by hand"
OUTSIDE = "it lies outside the project: run binlint there"
TWO_DEFAULTS = "{} has several defaults: one variable cannot stand for all of them"
STUB = "a stub is never executed: delete it by hand"
NOT_CLEARED = "its output shows a value that is saved nowhere else: clear it by hand"
OTHER_FILE = "its parts stand in several files"
SEVERAL = "the same value stands in {}, which is not rewritten: {}"
UNSAFE = "only with --unsafe-fixes: {}"
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
_NEW = "BINLINT_NEW_VARIABLE"
_NO_CODE = notebooks.ELSEWHERE | {NOT_CODE}  # what stays for these reasons keeps no code from being mended
_STORED = Severity.WARNING  # what is only noted, a placeholder or an example, need not be kept


class Move(NamedTuple):
    """A literal that goes."""

    leak: Leak
    variable: str
    level: Level
    note: str


class Left(NamedTuple):
    """A literal that stays, and why."""

    location: Location
    reason: str


class FilePlan(NamedTuple):
    """One file, before and after. Its `repr` shows neither."""

    path: str
    before: bytes
    after: bytes

    def __repr__(self) -> str:
        return f"FilePlan({self.path!r})"


class Plan(NamedTuple):
    """Everything that would be done, in the order of the paths."""

    files: tuple[FilePlan, ...] = ()
    moves: tuple[Move, ...] = ()
    left: tuple[Left, ...] = ()
    settings: tuple[Setting, ...] = ()
    cleared: tuple[Leak, ...] = ()  # what stood in outputs of notebooks that are emptied


class _Job(NamedTuple):
    """A leak on its way into the plan."""

    leak: Leak
    text: Text
    target: Target
    planned: Planned


class Planner:
    """Makes a plan for the leaks of one run. `read` gives the bytes of a file of the run."""

    def __init__(
        self,
        read: Callable[[str], bytes | None],
        stored: Mapping[str, SecretText],
        style: Style,
        prefix: str,
        unsafe: bool,
        listing: Iterable[str] = (),
        loading: Loading | None = None,
        is_outside: Callable[[str], bool] = lambda path: False,
        where: Callable[[str], Where] = lambda path: Where(path, DEFAULT_STORE),
        keys: Mapping[str, SecretText] | None = None,
        clears_outputs: bool = False,
    ) -> None:
        self._clears_outputs = clears_outputs
        self._cleared: list[Leak] = []
        self._is_outside = is_outside
        self._where = where
        self._read = read
        self._kept = frozenset(stored.values())
        self._stored = {**stored, **{name: as_path(key) for name, key in (keys or {}).items()}}
        self._style = style
        self._prefix = prefix
        self._unsafe = unsafe
        self._listing = tuple(listing)
        self._loading = loading
        self._texts: dict[str, Text | None] = {}
        self._notebooks: dict[str, notebooks.NotebookCode | Refused | None] = {}
        self._left: dict[Location, str] = {}
        self._claims: defaultdict[str, set[SecretText]] = defaultdict(set)
        self._key_paths = KeyPaths(read, self._listing)
        self._in_files: frozenset[SecretText] = frozenset()  # the values that go to key files

    def plan(self, leaks: Sequence[Leak]) -> Plan:
        """The plan for some leaks."""
        code = [leak for leak in leaks if self._reason(leak) not in _NO_CODE]
        self._in_files = self._key_paths.among(code, self._kept)
        names = self._names(leaks)
        jobs = [job for leak in leaks if (job := self._job(leak, names)) is not None]
        jobs = self._all_or_none(leaks, jobs)
        files: list[FilePlan] = []
        moved: list[_Job] = []
        by_file: defaultdict[str, list[_Job]] = defaultdict(list)
        for job in jobs:
            by_file[job.text.path].append(job)
        for path, members in sorted(by_file.items()):
            found = self._file(path, members)
            if isinstance(found, FilePlan):
                files.append(found)
                moved += members
            else:
                self._left.update((job.leak.finding.location, found.reason) for job in members)
                bad = {job.leak.value for job in members}
                rest = [job.leak for job in jobs if job.leak.value not in bad]
                reason = SEVERAL.format(path, found.reason)
                elsewhere = [job for job in jobs if job.leak.value in bad and job not in members]
                self._left.update((job.leak.finding.location, reason) for job in elsewhere)
                return self.plan(rest)
        files = self._without_outputs(self._loaded(files, moved), leaks, moved)
        return self._finished(files, moved)

    def without(self, plan: Plan, paths: Mapping[str, str]) -> Plan:
        """The same without some files, and without what would then be half done; with the reasons."""
        bad = {
            move.leak.value: path for move in plan.moves if (path := move.leak.finding.location.path) in paths
        }
        kept = [move for move in plan.moves if move.leak.value not in bad]
        for move in plan.moves:
            if move.leak.value in bad:
                here, there = move.leak.finding.location, bad[move.leak.value]
                self._left[here] = paths.get(here.path) or SEVERAL.format(there, paths[there])
        return self.plan([move.leak for move in kept])

    def _loaded(self, files: list[FilePlan], jobs: Sequence[_Job]) -> list[FilePlan]:
        """The files, and the entry points that have to load the variables first."""
        if self._loading is None:
            return files
        names = {job.planned.variable for job in jobs}
        after = self._loading.placed({each.path: each.after for each in files}, names)
        return [FilePlan(path, self._read(path) or b"", data) for path, data in sorted(after.items())]

    def _without_outputs(
        self, files: list[FilePlan], leaks: Sequence[Leak], jobs: Sequence[_Job]
    ) -> list[FilePlan]:
        """The files, and the notebooks without the outputs that show what is moved now or is in the store."""
        self._cleared = []
        shown = [leak for leak in leaks if self._left.get(leak.finding.location) == notebooks.OUTPUT]
        if not self._clears_outputs:
            return files
        saved = {job.leak.value for job in jobs} | self._kept
        plans = {each.path: each for each in files}
        for path in sorted({leak.finding.location.path for leak in shown}):
            here = [leak for leak in shown if leak.finding.location.path == path]
            text, data = self._text(path), self._read(path)
            if text is None or data is None or self._reason(here[0]):
                continue
            old = plans[path].after if path in plans else data
            kept = {leak.value.reveal() for leak in here if leak.value not in saved}
            gone = {leak.value.reveal() for leak in here} - kept
            after = without_outputs(old[text.bom :].decode(text.encoding), gone, kept)
            plan = self._encoded(path, text, after)
            if isinstance(plan, FilePlan) and plan.after != old:
                plans[path] = plan
                self._cleared += [leak for leak in here if not shows(after, leak.value.reveal())]
        for leak in shown:
            self._left[leak.finding.location] = NOT_CLEARED
        for leak in self._cleared:
            del self._left[leak.finding.location]
        return [each for _, each in sorted(plans.items())]

    def _finished(self, files: list[FilePlan], jobs: list[_Job]) -> Plan:
        moves = [Move(job.leak, job.planned.variable, job.planned.level, job.planned.note) for job in jobs]
        settings = {job.planned.variable: self._setting(job) for job in jobs}
        return Plan(
            tuple(files),
            tuple(sorted(moves, key=lambda move: move.leak.finding.location)),
            tuple(Left(*item) for item in sorted(self._left.items())),
            tuple(settings.values()),
            tuple(self._cleared),
        )

    def _setting(self, job: _Job) -> Setting:
        variable, value = job.planned.variable, job.leak.value
        if job.leak.finding.severity < _STORED:
            return Setting(variable, None)
        is_file = value in self._in_files
        return Setting(variable, in_file(value) if is_file else value, is_file)

    def _meant(self, leak: Leak) -> SecretText:
        """What the variable of a leak stands for: the value, or the path of its file."""
        return as_path(leak.value) if leak.value in self._in_files else leak.value

    # names

    def _names(self, leaks: Sequence[Leak]) -> dict[SecretText, str]:
        needs = []
        accounts = _accounts([leak._replace(value=self._meant(leak)) for leak in leaks])
        for leak in leaks:
            text = self._text(leak.origins[0].path)
            words: tuple[str, ...] = (leak.name,) if leak.name else ()
            notebook = self._notebook(leak.origins[0].path)
            if isinstance(notebook, notebooks.NotebookCode):
                words = notebook.words(leak.origins[0].place) or words
            elif text is not None:
                tree = parsed(text.text)
                words = names_at(tree, text.text, leak.origins[0].place) if tree is not None else words
            finding = leak.finding
            needs.append(
                variables.Need(
                    self._meant(leak),
                    finding.kind,
                    finding.testnet,
                    accounts[finding.location],
                    words,
                    finding.severity >= _STORED,
                    leak.value in self._in_files,
                )
            )
        known = read_variables(self._code_that_reads())
        self._claims = defaultdict(set)
        for name, value in self._claimed(leaks):
            self._claims[name].add(value)
        claimed = {name: next(iter(values)) for name, values in self._claims.items() if len(values) == 1}
        return variables.choose(needs, self._stored, known.reused, self._prefix, claimed, known.avoided)

    def _claimed(self, leaks: Iterable[Leak]) -> Iterator[tuple[str, SecretText]]:
        """The variables that the source itself gives to values, as in `os.getenv("NAME", "…")`."""
        for leak in leaks:
            text = self._text(leak.origins[0].path)
            reason = self._reason(leak)
            if reason == NOT_CODE and _VARIABLE.fullmatch(name := leak.name.rpartition(".")[2]):
                yield name, leak.value  # a shell or a container gives it to the program
            if text is None or reason:
                continue
            places = tuple(origin.place for origin in leak.origins)
            target = Target(places[0], places, leak.value.reveal(), _NEW)
            planned = rewrite(text.text, target, self._style.provisional)
            if isinstance(planned, Planned) and planned.variable != _NEW:
                yield planned.variable, leak.value

    def _code_that_reads(self) -> Iterator[str]:
        """The code of the files that may read variables."""
        for path in self._listing:
            data = self._read(path)
            if data is None or not may_read(data) or kind_in(path, data) not in (PYTHON, NOTEBOOK):
                continue
            notebook, text = self._notebook(path), self._text(path)
            if isinstance(notebook, notebooks.NotebookCode):
                yield notebook.code
            elif text is not None:
                yield text.text

    # one literal

    def _job(self, leak: Leak, names: Mapping[SecretText, str]) -> _Job | None:
        location = leak.finding.location
        reason = self._reason(leak)
        text = self._text(location.path)
        if reason or text is None:
            self._left[location] = reason or "it cannot be read"
            return None
        target = Target(
            leak.origins[0].place,
            tuple(origin.place for origin in leak.origins),
            leak.value.reveal(),
            names.get(self._meant(leak), ""),
        )
        notebook = self._notebook(location.path)
        if notebook is None:
            planned = rewrite(text.text, target, self._style.provisional)
        elif isinstance(notebook, Refused):
            planned = notebook
        else:
            planned = notebook.rewrite(target, self._style.provisional)
        if isinstance(planned, Refused):
            self._left[location] = planned.reason
            return None
        if leak.finding.severity < _STORED and not self._unsafe:
            self._left[location] = UNSAFE.format(
                "nothing is saved for it, so that the program needs the variable"
            )
            return None
        if planned.level > Level.SAFE and not self._unsafe:
            self._left[location] = UNSAFE.format(planned.note or "it may change when the value is read")
            return None
        is_file = leak.value in self._in_files
        if is_file:
            planned = planned._replace(note=f"{planned.note}; {NOTE}")
        unreadable = "" if is_file else self._style.unreadable(leak.value.reveal())
        unreadable = unreadable or self._style.unfit(planned)
        if unreadable:
            self._left[location] = unreadable
            return None
        stored = self._stored.get(planned.variable)
        is_taken = stored is not None and stored.reveal() != "" and stored != self._meant(leak)
        if is_taken and leak.finding.severity >= _STORED:
            self._left[location] = f"{planned.variable} is in the store already, with another value"
            return None
        return _Job(leak, text, target, planned)

    def _reason(self, leak: Leak) -> str:
        if leak.finding.location.path.endswith(".pyi"):
            return STUB
        if self._is_outside(leak.finding.location.path):
            return OUTSIDE
        if any(origin.path != leak.origins[0].path for origin in leak.origins):
            return OTHER_FILE
        data = self._read(leak.finding.location.path)
        if data is None or kind_in(leak.finding.location.path, data) not in (PYTHON, NOTEBOOK):
            return NOT_CODE
        text = self._text(leak.finding.location.path)
        if text is None:
            return "it cannot be read"
        bare = data[text.bom :]
        try:
            is_same = text.text.encode(text.encoding) == bare
        except (UnicodeError, LookupError):
            is_same = False
        return "" if is_same and text.exact else "its encoding cannot be kept byte for byte"

    def _all_or_none(self, leaks: Sequence[Leak], jobs: list[_Job]) -> list[_Job]:
        """Without the values of which one place in code has to stay."""
        stays: dict[SecretText, Location] = {}
        for leak in leaks:
            reason = self._left.get(leak.finding.location)
            if reason is not None and reason not in _NO_CODE:
                stays.setdefault(leak.value, leak.finding.location)
        kept = []
        names: dict[str, SecretText] = {}
        for job in jobs:
            place, at = job.leak.finding.location, stays.get(job.leak.value)
            other = names.setdefault(job.planned.variable, self._meant(job.leak))
            if len(self._claims[job.planned.variable]) > 1:
                self._left[place] = TWO_DEFAULTS.format(job.planned.variable)
            elif at is not None:
                where = f"{at.path}, line {at.place.line}"
                self._left[place] = SEVERAL.format(where, self._left[at])
            elif other != self._meant(job.leak):
                self._left[place] = f"{job.planned.variable} would have two values"
            else:
                kept.append(job)
        return kept

    # one file

    def _file(self, path: str, jobs: Sequence[_Job]) -> FilePlan | Refused:
        text = jobs[0].text
        notebook = self._notebook(path)
        if isinstance(notebook, Refused):
            return notebook
        if notebook is not None:
            changed = notebook.changed([job.target for job in jobs], self._style, self._where(path))
            return changed if isinstance(changed, Refused) else self._encoded(path, text, changed)
        uses = [use for job in jobs for use in job.planned.uses]
        needed = [imports.Use(use) for use in uses]
        provided = self._style.provide(text.text, needed, self._where(path)) if uses else None
        if isinstance(provided, Refused | Refusal):
            return Refused(provided.reason)
        lookup = provided.lookup if provided is not None else self._style.provisional
        edits: list[Edit] = list(provided.edits) if provided is not None else []
        for job in jobs:
            planned = rewrite(text.text, job.target, lookup)
            if isinstance(planned, Refused):
                return planned
            edits += planned.edits
        try:
            after = apply(text.text, dict.fromkeys(edits))
        except ValueError:
            return Refused("its edits overlap")
        if parsed(after) is None:
            return Refused("it would not parse any more")
        return self._encoded(path, text, after)

    def _encoded(self, path: str, text: Text, after: str) -> FilePlan | Refused:
        before = self._read(path) or b""
        try:
            return FilePlan(path, before, before[: text.bom] + after.encode(text.encoding))
        except UnicodeError:
            return Refused("its encoding cannot spell the change")

    def _text(self, path: str) -> Text | None:
        if path not in self._texts:
            data = self._read(path)
            found = decode(Source(path, data)) if data is not None else None
            self._texts[path] = found if isinstance(found, Text) else None
        return self._texts[path]

    def _notebook(self, path: str) -> notebooks.NotebookCode | Refused | None:
        """The code of a notebook, or why it cannot be changed; None for any other file."""
        if path not in self._notebooks:
            text = self._text(path)
            is_one = text is not None and kind_in(path, self._read(path) or b"") == NOTEBOOK
            self._notebooks[path] = notebooks.read(text.text) if text is not None and is_one else None
        return self._notebooks[path]


def _accounts(leaks: Sequence[Leak]) -> dict[Location, object]:
    """An account for each literal: halves of one client or neighbours, and whatever shares a value."""
    parent: dict[object, object] = {}

    def root(item: object) -> object:
        while parent.setdefault(item, item) != item:
            item = parent[item]
        return item

    for leak in leaks:
        here = leak.finding.location
        parent[root(here)] = root(leak.value)
        if leak.finding.pair is not None:
            parent[root(here)] = root(leak.finding.pair)
    return {leak.finding.location: root(leak.finding.location) for leak in leaks}
