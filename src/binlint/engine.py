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
    from binlint.analysis import Analysed
    from binlint.config import Config
    from binlint.leak import Leak
    from binlint.sources.discover import Discovery

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
    from binlint.sources.kinds import ARCHIVE, ARTEFACTS, CODE, PYTHON, SCRIPT, kind_in
    from binlint.sources.read import read

    stages: Counter[str] = Counter()
    skipped: list[Note] = list(discovery.notes)
    waiting: list[Source] = []
    idle: list[
        Source
    ] = []  # with private keys of somebody, which are ours only in a project that uses Binance
    clean: list[Source] = []  # of a hook: such a file may bring others together that are not
    is_hook = all(entry.given for entry in discovery.files)
    company = False
    total = len(discovery.files) + len(extra_sources)
    checked = 0
    for number, entry in enumerate(discovery.files):
        if progress is not None and not number & 127:
            progress(number, total)
        data = planned[entry.path] if planned and entry.path in planned else read(entry)
        if isinstance(data, Note):
            skipped.append(data)
            continue
        checked += 1
        kind = entry.kind if entry.kind != SCRIPT else kind_in(entry.path, data)
        if candidates.is_candidate(data) or kind == ARCHIVE:
            stages["candidate"] += 1
            matters = candidates.may_matter(data) if kind == PYTHON else _matters(kind, data)
            if matters:
                is_idle = kind not in ARTEFACTS and candidates.is_private_key_only(data)
                (idle if is_idle else waiting).append(Source(entry.path, data))
            company = company or ((matters or kind != PYTHON) and _speaks(data))
        elif is_hook and kind in CODE:
            clean.append(Source(entry.path, data))
    for source in extra_sources:
        checked += 1
        waiting.append(source)
        company = company or candidates.names_binance(source.data)
    if company or is_hook:
        waiting = sorted((*waiting, *idle))
    is_worth_it = waiting or (clean and _leads_on(clean, config))
    found = _look(waiting, config, discovery, company, progress, planned or {}) if is_worth_it else None
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
    import gc
    from functools import cache

    from binlint.analysis import Scope, analyse
    from binlint.around import near, speaks_of_binance
    from binlint.catalogue import Catalogue
    from binlint.sources.project import Project

    libraries = Catalogue.load().modules
    from binlint.sources.kinds import CODE, SCRIPT

    found = frozenset(entry.path for entry in discovery.files)
    piped = [source.path for source in sources if source.path not in found]
    scope = Scope(found.union(piped), is_hook=all(entry.given for entry in discovery.files))
    listed = [entry.path for entry in discovery.files if entry.kind in CODE or entry.kind == SCRIPT] + piped
    project = Project(
        config.cwd, libraries, config.root, {**planned, **{s.path: s.data for s in sources}}, listed
    )
    if scope.is_hook:
        around = near(project, listed, deep=True)
        sources = [*sources, *around.candidates]
        listed += around.paths
        project = Project(
            config.cwd, libraries, config.root, {**planned, **{s.path: s.data for s in sources}}, listed
        )

    @cache
    def speaks() -> bool:
        return company or (scope.is_hook and speaks_of_binance(config.root))

    if progress is not None:
        progress(len(listed), len(listed))
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
