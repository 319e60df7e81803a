"""One line per finding as pylint writes it, for what reads pylint's output, then the closing line."""

from __future__ import annotations

from binlint.finding import Finding
from binlint.report import Report
from binlint.reporters import summary
from binlint.reporters.clean import clean, plain
from binlint.reporters.context import ReportContext
from binlint.reporters.listing import listed


def render(report: Report, context: ReportContext) -> str:
    """`path:line: [CODE] message` for every listed finding."""
    lines = list(map(_line, listed(report, context)))
    lines += summary.ending(report, context)
    return "".join(plain(f"{line}\n", context.unicode) for line in lines)


def _line(finding: Finding) -> str:
    spot = f"{clean(finding.location.path)}:{finding.location.place.line}"
    return f"{spot}: [{finding.code}] {clean(finding.message)}"
