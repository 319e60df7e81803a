"""Which findings are listed, in which order, and how one of them is named in a single line."""

from __future__ import annotations

from collections.abc import Iterable
from posixpath import normpath

from binlint.finding import Finding, Location, Severity, Step
from binlint.report import Note, Report
from binlint.reporters.clean import clean
from binlint.reporters.context import ReportContext


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings by path, place and code, whatever order the run brought them in."""
    return tuple(sorted(findings, key=lambda finding: (*finding.location, finding.code, finding.message)))


def listed(report: Report, context: ReportContext) -> tuple[Finding, ...]:
    """The findings that a format for people shows one by one."""
    return ordered(finding for finding in report.findings if finding.severity >= context.show)


def severest_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Errors before warnings before notes, for formats that have room for some only."""
    return tuple(sorted(ordered(findings), key=lambda finding: -finding.severity))


def rebased(report: Report, folder: str) -> Report:
    """The report with its paths seen from further up: `folder` is the root of the run as seen from there."""
    if folder in ("", "."):
        return report

    def moved(location: Location) -> Location:
        return location._replace(path=normpath(f"{folder}/{location.path}"))

    def step(step: Step) -> Step:
        return step._replace(location=moved(step.location))

    def finding(finding: Finding) -> Finding:
        return finding._replace(
            location=moved(finding.location),
            steps=tuple(map(step, finding.steps)),
            sink=finding.sink and step(finding.sink),
            also=tuple(map(step, finding.also)),
            pair=finding.pair and moved(finding.pair),
        )

    def note(note: Note) -> Note:
        return note._replace(path=normpath(f"{folder}/{note.path}"))

    return report._replace(
        findings=tuple(map(finding, report.findings)),
        suppressed=tuple(map(finding, report.suppressed)),
        baseline=report.baseline
        and report.baseline._replace(findings=tuple(map(finding, report.baseline.findings))),
        skipped=tuple(map(note, report.skipped)),
        notes=tuple(map(note, report.notes)),
    )


def spot(location: Location) -> str:
    """`path:line:column`, which editors and terminals turn into a link."""
    return f"{clean(location.path)}:{location.place.line}:{location.place.column}"


def one_line(finding: Finding) -> str:
    """`path:line:column: CODE message`."""
    return f"{spot(finding.location)}: {finding.code} {clean(finding.message)}"


def is_paired_error(finding: Finding) -> bool:
    """Both halves of one client's credential stand in the code: whoever reads it can trade."""
    return finding.pair is not None and finding.severity is Severity.ERROR
