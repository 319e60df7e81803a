"""GitLab Code Quality: a JSON array that merge requests compare with that of the target branch."""

from __future__ import annotations

import json

from binlint.finding import Finding, Severity
from binlint.report import Report
from binlint.reporters.clean import clean
from binlint.reporters.context import ReportContext
from binlint.reporters.identity import identified
from binlint.reporters.listing import is_paired_error, ordered

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.NOTE: "info"}


def render(report: Report, context: ReportContext) -> str:
    """One object per finding; an empty array where nothing was found."""
    issues = [_issue(finding, name) for finding, name in identified(ordered(report.findings))]
    text = json.dumps(issues, sort_keys=True, indent=2, ensure_ascii=not context.unicode, allow_nan=False)
    return f"{text}\n"


def _issue(finding: Finding, fingerprint: str) -> dict[str, object]:
    place = finding.location.place
    return {
        "check_name": finding.code,
        "description": f"{finding.code}: {clean(finding.message)}",
        "fingerprint": fingerprint,
        "severity": "blocker" if is_paired_error(finding) else _SEVERITIES[finding.severity],
        "location": {
            "path": clean(finding.location.path),
            "positions": {
                "begin": {"line": place.line, "column": place.column},
                "end": {"line": place.end_line, "column": place.end_column},
            },
        },
    }
