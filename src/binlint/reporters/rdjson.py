"""Reviewdog's diagnostic format: comments on a review, with a suggestion where one can be taken as it is."""

from __future__ import annotations

import json

from binlint.finding import Finding, Severity
from binlint.report import Report
from binlint.reporters.clean import clean
from binlint.reporters.context import ReportContext
from binlint.reporters.edits import edit
from binlint.reporters.listing import ordered

_SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.NOTE: "INFO"}

Value = dict[str, object]


def render(report: Report, context: ReportContext) -> str:
    """One object with a diagnostic for each finding."""
    source: Value = {"name": "binlint"}
    if context.homepage:
        source["url"] = context.homepage
    document: Value = {
        "source": source,
        "severity": "ERROR",
        "diagnostics": [_diagnostic(finding) for finding in ordered(report.findings)],
    }
    text = json.dumps(document, sort_keys=True, indent=2, ensure_ascii=not context.unicode, allow_nan=False)
    return f"{text}\n"


def _diagnostic(finding: Finding) -> Value:
    place = _range(finding)
    diagnostic: Value = {
        "message": clean(finding.message),
        "location": {"path": clean(finding.location.path), "range": place},
        "severity": _SEVERITIES[finding.severity],
        "code": {"value": finding.code},
    }
    suggested = edit(finding)
    # It is committed with one click, so nothing may be left to do.
    if suggested is not None and not suggested.needs and finding.byte_columns is not None:
        diagnostic["suggestions"] = [{"range": place, "text": suggested.text}]
    return diagnostic


def _range(finding: Finding) -> Value:
    """Columns count bytes of UTF-8; where those are not known, whole lines are meant."""
    start: Value = {"line": finding.location.place.line}
    end: Value = {"line": finding.location.place.end_line}
    if finding.byte_columns is not None:
        start["column"], end["column"] = finding.byte_columns
    return {"start": start, "end": end}
