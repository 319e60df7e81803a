"""One run: sources in, report out. Each file passes the stages until one of them lets it go.

bytes → candidate? → text → facts → sightings → findings → established, suppressed → report
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from binlint import candidates
from binlint.finding import Finding
from binlint.report import Note, Report
from binlint.sources.source import Source

if TYPE_CHECKING:
    from binlint.analysis import Analysed, Scope
    from binlint.config import Config
    from binlint.leak import Leak
    from binlint.sources.discover import Discovery
    from binlint.sources.kinds import Entry
    from binlint.sources.project import Project

_LIST = 1_000_000  # bytes

Progress = Callable[[int, int], None]


class Examined(NamedTuple):
    """A report, and with their values the findings that it lists: for the refactor, and for nobody else."""

    report: Report
    leaks: tuple[Leak, ...] = ()


def run(
    config: Config,
    discovery: Discovery,
    *,
    progress: Progress | None = None,
    extra_sources: Sequence[Source] = (),
    planned: Mapping[str, bytes] | None = None,
) -> Report:
    """Looks at everything that was discovered. `progress` is told (files done, files in all)."""
    return examine(config, discovery, progress=progress, extra_sources=extra_sources, planned=planned).report


def examine(
    config: Config,
    discovery: Discovery,
    *,
    progress: Progress | None = None,
    extra_sources: Sequence[Source] = (),
    planned: Mapping[str, bytes] | None = None,
) -> Examined:
    """The same with the values. `planned` are bytes to look at instead of those on the disk, by path."""
    is_hook = all(entry.given for entry in discovery.files)
    sifted = _sift(discovery.files, progress, planned or {}, keeps_clean=is_hook)
    waiting, company = list(sifted.waiting), sifted.company
    for source in extra_sources:
        waiting.append(source)
        company = company or candidates.names_binance(source.data)
    if company or is_hook:
        waiting = sorted((*waiting, *sifted.idle))
    found = None
    if waiting or (sifted.clean and _leads_on(sifted.clean, config)):
        found = _look(waiting, config, discovery, company, progress, planned or {})
    skipped = [*discovery.notes, *sifted.skipped]
    checked = sifted.checked + len(extra_sources)
    stages: Counter[str] = Counter({"candidate": sifted.candidates} if sifted.candidates else {})
    if found is not None:
        skipped.extend(found.skipped)
        checked -= len({note.path for note in found.skipped})
        stages["finding"] = found.found
        stages["compiled"] = found.compiled
        if found.unfollowed:
            stages["unfollowed"] = found.unfollowed
    stages["token"] = len(waiting)
    report = Report(
        findings=tuple(sorted(found.findings, key=_order)) if found is not None else (),
        suppressed=tuple(sorted(found.suppressed, key=_order)) if found is not None else (),
        checked=checked,
        skipped=tuple(sorted(skipped)),
        notes=tuple(sorted(found.notes)) if found is not None else (),
        stages=tuple(sorted(stages.items())),
    )
    return Examined(report, found.leaks if found is not None else ())


class _Sifted(NamedTuple):
    """What the byte filter makes of some files."""

    waiting: list[Source]
    idle: list[Source]  # with private keys of somebody, which are ours only in a project that uses Binance
    clean: list[Source]  # of a hook: such a file may bring others together that are not
    skipped: list[Note]
    company: bool  # one of them makes the project one that uses Binance
    checked: int
    candidates: int


def _sift(
    entries: Sequence[Entry], progress: Progress | None, planned: Mapping[str, bytes], keeps_clean: bool
) -> _Sifted:
    from binlint.sources.kinds import ARCHIVE, ARTEFACTS, CODE, PYTHON, SCRIPT, kind_in
    from binlint.sources.read import read

    waiting: list[Source] = []
    idle: list[Source] = []
    clean: list[Source] = []
    skipped: list[Note] = []
    company = False
    checked = found = 0
    total = len(entries)
    for number, entry in enumerate(entries):
        if progress is not None and not number & 127:
            progress(number, total)
        data = planned[entry.path] if planned and entry.path in planned else read(entry)
        if isinstance(data, Note):
            skipped.append(data)
            continue
        checked += 1
        kind = entry.kind if entry.kind != SCRIPT else kind_in(entry.path, data)
        if candidates.is_candidate(data) or kind == ARCHIVE:
            found += 1
            matters = candidates.may_matter(data) if kind == PYTHON else _matters(kind, data)
            if matters:
                is_idle = kind not in ARTEFACTS and candidates.is_private_key_only(data)
                (idle if is_idle else waiting).append(Source(entry.path, data))
            company = company or ((matters or kind != PYTHON) and _speaks(data))
        elif keeps_clean and kind in CODE:
            clean.append(Source(entry.path, data))
    return _Sifted(waiting, idle, clean, skipped, company, checked, found)


def _speaks(data: bytes) -> bool:
    """Whether a file makes its project one that uses Binance; long lists name everybody."""
    return len(data) <= _LIST and candidates.names_binance(data)


def _matters(kind: str, data: bytes) -> bool:
    from binlint.syntax.reading import may_matter

    return may_matter(kind, data)


def _order(finding: Finding) -> tuple[object, ...]:
    return finding.location, finding.code


def _leads_on(clean: Sequence[Source], config: Config) -> bool:
    """Whether files without any suspicion import some of the project that are not."""
    if not any(b"import" in source.data for source in clean):
        return False
    from binlint.around import near
    from binlint.sources.project import Project

    project = Project(config.cwd, {}, config.root, {source.path: source.data for source in clean})
    return bool(near(project, project.listing, deep=False).candidates)


def _look(
    sources: Sequence[Source],
    config: Config,
    discovery: Discovery,
    company: bool,
    progress: Progress | None,
    planned: Mapping[str, bytes],
) -> Analysed:
    """Everything behind the byte filter; imported only when a file has earned it."""
    from functools import cache

    from binlint.analysis import Scope
    from binlint.around import connected, near
    from binlint.catalogue import Catalogue
    from binlint.sources.kinds import CODE, SCRIPT
    from binlint.sources.project import Project
    from binlint.sources.whole import may_be_taken, speaks_of_binance, tracked

    libraries = Catalogue.load().modules
    found = frozenset(entry.path for entry in discovery.files)
    piped = [source.path for source in sources if source.path not in found]
    scope = Scope(found.union(piped), is_hook=all(entry.given for entry in discovery.files))
    listed = [entry.path for entry in discovery.files if entry.kind in CODE or entry.kind == SCRIPT] + piped

    def project_of(sources: Sequence[Source], listed: Sequence[str]) -> Project:
        in_hand = {**planned, **{source.path: source.data for source in sources}}
        return Project(config.cwd, libraries, config.root, in_hand, listed)

    @cache
    def speaks() -> bool:
        return company or (scope.is_hook and speaks_of_binance(config.root))

    held: list[str] = []
    if scope.is_hook:
        held = [source.path for source in sources if may_be_taken(source.path, source.data, speaks)]
        around = near(project_of(sources, listed), listed, deep=True)
        sources = [*sources, *around.candidates]
        listed += around.paths
    if progress is not None:
        progress(len(listed), len(listed))
    seen = None
    if not held:
        seen = _analyse(sources, config, project_of(sources, listed), scope, speaks)
        held = sorted({finding.location.path for finding in seen.findings})
        if not (scope.is_hook and held):
            return seen
    # Who takes what the given files hold, or puts something else in its place, may stand anywhere.
    known = {source.path for source in sources}
    rest = [entry for entry in tracked(config) if entry.path not in known]
    if seen is not None and not rest:
        return seen
    sifted = _sift(rest, None, planned, keeps_clean=False)
    company = company or sifted.company
    speaks.cache_clear()
    gathered = sorted((*sifted.waiting, *sifted.idle))
    listed += [entry.path for entry in rest if entry.kind in CODE or entry.kind == SCRIPT]
    project = project_of((*sources, *gathered), tuple(dict.fromkeys(listed)))
    reach = connected(project, held)
    sources = [*sources, *(source for source in gathered if reach is None or source.path in reach)]
    return _analyse(sources, config, project, scope._replace(is_whole=bool(rest)), speaks)


def _analyse(
    sources: Sequence[Source], config: Config, project: Project, scope: Scope, speaks: Callable[[], bool]
) -> Analysed:
    import gc

    from binlint.analysis import analyse

    collecting = gc.isenabled()
    gc.disable()  # a tree is many objects that live as long as their file: a third of the time
    try:
        return analyse(sources, config, project, scope, speaks)
    finally:
        if collecting:
            gc.enable()


def fails(report: Report, config: Config) -> bool:
    """Whether something at or above the failing level was found."""
    return any(finding.severity >= config.fail_on for finding in report.findings)


def is_incomplete(report: Report, config: Config) -> bool:
    """Whether something that was asked for could not be looked at, so that exit code 0 would lie."""
    if any(note.failure for note in report.skipped):
        return True
    return config.strict and bool(report.notes)
