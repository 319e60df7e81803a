"""One JSON object a line for every finding, the same as in `findings` of the JSON document (docs/json.md)."""

from __future__ import annotations

import json

from binlint.report import Report
from binlint.reporters.context import ReportContext
from binlint.reporters.json_ import finding_object
from binlint.reporters.listing import ordered


def render(report: Report, context: ReportContext) -> str:
    """A line for each finding; nothing where nothing was found."""
    return "".join(
        json.dumps(finding_object(finding), sort_keys=True, ensure_ascii=not context.unicode, allow_nan=False)
        + "\n"
        for finding in ordered(report.findings)
    )
