"""Which findings are listed, in which order, and how one of them is named in a single line."""

from __future__ import annotations

from collections.abc import Iterable

from binlint.finding import Finding, Location, Severity
from binlint.report import Report
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


def spot(location: Location) -> str:
    """`path:line:column`, which editors and terminals turn into a link."""
    return f"{clean(location.path)}:{location.place.line}:{location.place.column}"


def one_line(finding: Finding) -> str:
    """`path:line:column: CODE message`."""
    return f"{spot(finding.location)}: {finding.code} {clean(finding.message)}"


def is_paired_error(finding: Finding) -> bool:
    """Both halves of one client's credential stand in the code: whoever reads it can trade."""
    return finding.pair is not None and finding.severity is Severity.ERROR
