"""Workflow commands for GitHub Actions: annotations up to the limits, and the whole list in the log."""

from __future__ import annotations

from collections.abc import Iterator

from binlint.finding import Finding, Severity
from binlint.report import Report
from binlint.reporters import summary
from binlint.reporters.clean import clean, plain
from binlint.reporters.context import ReportContext
from binlint.reporters.listing import listed, one_line, severest_first

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
_LIMIT = 10  # of each command in a step; GitHub drops the rest without a word


def render(report: Report, context: ReportContext) -> str:
    """Annotations for the worst findings, then everything as plain log lines."""
    findings = severest_first(listed(report, context))
    lines = [*_annotations(findings), *_log(findings), *summary.file_notes(report, context)]
    lines += summary.statistics(report, context)
    closing = summary.closing(report, context)
    if closing:
        lines.append(closing)
    return "".join(plain(f"{line}\n", context.unicode) for line in lines)


def _annotations(findings: tuple[Finding, ...]) -> Iterator[str]:
    for severity in _COMMANDS:
        same = [finding for finding in findings if finding.severity is severity]
        yield from map(_command, same[:_LIMIT])


def _command(finding: Finding) -> str:
    """One annotation. GitHub refuses columns on a region of several lines, so those go without."""
    place = finding.location.place
    properties = [
        ("file", finding.location.path),
        ("line", str(place.line)),
        ("endLine", str(place.end_line)),
    ]
    if place.line == place.end_line:
        properties += [("col", str(place.column)), ("endColumn", str(place.end_column))]
    properties.append(("title", f"{finding.code} {finding.rule}"))
    written = ",".join(f"{name}={_property(value)}" for name, value in properties)
    return f"::{_COMMANDS[finding.severity]} {written}::{_message(finding)}"


def _log(findings: tuple[Finding, ...]) -> Iterator[str]:
    """The whole list in a fold. `clean` has disarmed every line, so that none can be taken for a command."""
    if not findings:
        return
    counts = [sum(finding.severity is severity for finding in findings) for severity in _COMMANDS]
    yield f"::group::binlint: {summary.counted(len(findings), 'finding')}"
    for finding in findings:
        yield one_line(finding)
    yield "::endgroup::"
    more = sum(max(0, count - _LIMIT) for count in counts)
    if more:
        yield f"{more} more not shown as annotations; the list above has them all."


def _message(finding: Finding) -> str:
    text = clean(finding.message)
    if finding.severity is Severity.ERROR:
        text += "\nRevoke a key that was pushed: editing the file does not help it."
        text += f" See: binlint explain {finding.code}"
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    text = clean(value).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C")
