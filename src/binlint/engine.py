"""One run: sources in, report out. Each file passes the stages until one of them lets it go.

bytes → candidate? → text → facts → sightings → findings → established, suppressed → report
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from binlint import candidates
from binlint.finding import Finding
from binlint.report import Note, Report
from binlint.sources.source import Source

if TYPE_CHECKING:
    from binlint.config import Config
    from binlint.examine import Outcome
    from binlint.sources.discover import Discovery

Progress = Callable[[int, int], None]


def run(
    config: Config,
    discovery: Discovery,
    *,
    progress: Progress | None = None,
    extra_sources: Sequence[Source] = (),
) -> Report:
    """Looks at everything that was discovered. `progress` is told (files done, files in all)."""
    from binlint.sources.kinds import is_python_script
    from binlint.sources.read import read

    stages: Counter[str] = Counter()
    skipped: list[Note] = list(discovery.notes)
    waiting: list[Source] = []
    company = False
    total = len(discovery.files) + len(extra_sources)
    checked = 0
    for number, entry in enumerate(discovery.files):
        if progress is not None and not number & 127:
            progress(number, total)
        data = read(entry)
        if isinstance(data, Note):
            skipped.append(data)
            continue
        if entry.shebang and not is_python_script(data):
            continue
        checked += 1
        if candidates.is_candidate(data):
            stages["candidate"] += 1
            if candidates.may_matter(data):
                waiting.append(Source(entry.path, data))
                company = company or candidates.names_binance(data)
    for source in extra_sources:
        checked += 1
        waiting.append(source)
        company = company or candidates.names_binance(source.data)
    outcomes = _look(waiting, config, company, progress, total) if waiting else []
    skipped.extend(outcome.skipped for outcome in outcomes if outcome.skipped is not None)
    checked -= sum(outcome.skipped is not None for outcome in outcomes)
    stages["token"] = len(waiting)
    for outcome in outcomes:
        stages[outcome.stage] += 1
    return Report(
        findings=tuple(sorted((f for outcome in outcomes for f in outcome.findings), key=_order)),
        suppressed=tuple(sorted((f for outcome in outcomes for f in outcome.suppressed), key=_order)),
        checked=checked,
        skipped=tuple(sorted(skipped)),
        notes=tuple(sorted(note for outcome in outcomes for note in outcome.notes)),
        stages=tuple(sorted(stages.items())),
    )


def _order(finding: Finding) -> tuple[object, ...]:
    return finding.location, finding.code


def _look(
    sources: Sequence[Source], config: Config, company: bool, progress: Progress | None, total: int
) -> list[Outcome]:
    """Everything behind the byte filter; imported only when a file has earned it."""
    import gc

    from binlint import workers
    from binlint.examine import Examiner, lost

    examiner = Examiner(config, company)
    collecting = gc.isenabled()
    gc.disable()  # a tree is many objects that live as long as their file: a third of the time
    try:
        count = workers.count_for(sources)
        if count > 1:
            return workers.examine_all(sources, examiner.outcome, lost, count)
        outcomes = []
        for source in sources:
            if progress is not None:
                progress(total, total)
            outcomes.append(examiner.outcome(source))
        return outcomes
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
