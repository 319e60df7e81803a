"""Findings by file: the path once, below it line, column, code and message, then the closing line."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from binlint.finding import Finding
from binlint.report import Report
from binlint.reporters import summary
from binlint.reporters.clean import clean, plain
from binlint.reporters.context import ReportContext
from binlint.reporters.listing import listed


def render(report: Report, context: ReportContext) -> str:
    """A block for each file, blocks apart by a blank line."""
    lines = list(_blocks(listed(report, context)))
    lines += summary.ending(report, context)
    return "".join(plain(f"{line}\n", context.unicode) for line in lines)


def _blocks(findings: tuple[Finding, ...]) -> Iterator[str]:
    for path, group in groupby(findings, key=lambda finding: finding.location.path):
        found = list(group)
        spots = [f"{finding.location.place.line}:{finding.location.place.column}" for finding in found]
        width = max(map(len, spots))
        yield f"{clean(path)}:"
        for spot, finding in zip(spots, found, strict=True):
            yield f"  {spot:<{width}} {finding.code} {clean(finding.message)}"
        yield ""
