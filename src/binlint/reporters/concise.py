"""The short format: one line per finding, as compilers write it, then the closing line."""

from __future__ import annotations

from binlint.report import Report
from binlint.reporters import summary
from binlint.reporters.clean import plain
from binlint.reporters.context import ReportContext
from binlint.reporters.listing import listed, one_line


def render(report: Report, context: ReportContext) -> str:
    """`path:line:col: CODE message` for every listed finding."""
    lines = [one_line(finding) for finding in listed(report, context)]
    lines += summary.ending(report, context)
    return "".join(plain(f"{line}\n", context.unicode) for line in lines)
