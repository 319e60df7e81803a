"""Logging commands for Azure Pipelines: one issue per error and warning, then everything as plain log lines.

Azure knows no notes, so those stand in the log only. It lists the first issues of a step, so the worst come
first.
"""

from __future__ import annotations

from binlint.finding import Finding, Severity
from binlint.report import Report
from binlint.reporters import summary
from binlint.reporters.clean import clean, plain
from binlint.reporters.context import ReportContext
from binlint.reporters.listing import listed, one_line, severest_first

_TYPES = {Severity.ERROR: "error", Severity.WARNING: "warning"}


def render(report: Report, context: ReportContext) -> str:
    """`##vso[task.logissue …]message` for the listed findings, in the order of their severity."""
    findings = severest_first(listed(report, context))
    lines = [_issue(finding) if finding.severity in _TYPES else one_line(finding) for finding in findings]
    lines += summary.ending(report, context)
    return "".join(plain(f"{line}\n", context.unicode) for line in lines)


def _issue(finding: Finding) -> str:
    place = finding.location.place
    properties = (
        ("type", _TYPES[finding.severity]),
        ("sourcepath", finding.location.path),
        ("linenumber", str(place.line)),
        ("columnnumber", str(place.column)),
        ("code", finding.code),
    )
    written = "".join(f"{name}={_property(value)};" for name, value in properties)
    return f"##vso[task.logissue {written}]{_text(finding.message)}"


def _text(text: str) -> str:
    # The agent turns these back; a cleaned text has no line ends, but a `%0D` of its own.
    return clean(text).replace("%", "%AZP25")


def _property(text: str) -> str:
    return _text(text).replace(";", "%3B").replace("]", "%5D")
