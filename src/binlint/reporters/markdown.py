"""A Markdown page for the summary of a CI job: a table of the worst findings, bounded in rows and bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binlint.finding import Finding
from binlint.report import Report
from binlint.reporters import summary
from binlint.reporters.clean import clean, plain
from binlint.reporters.context import ReportContext
from binlint.reporters.listing import listed, severest_first, spot

_MOST_ROWS = 200
_MOST_NOTES = 50
_MOST_BYTES = 800_000  # GitHub drops a summary of more than 1 MiB as a whole
_MOST_CELL = 300  # characters of one text
_REMEDY = (
    "**First revoke the key** (Binance, API Management): editing the file does not help what was pushed."
)
_SPECIAL = re.compile(r"[^\w\s,./-]|_|(?<=www)\.", re.ASCII)
_CODE = re.compile("`([^`]+)`")


def render(report: Report, context: ReportContext) -> str:
    """A heading, the table, what was not read, and the closing line; nothing for a quiet clean run."""
    closing = summary.closing(report, context)
    findings = severest_first(listed(report, context))
    if not closing and not findings:
        return ""
    lines = ["## binlint", ""]
    if findings:
        lines += [*_table(findings, context.unicode), ""]
    notes = [_text(_start(note)) for note in summary.file_notes(report, context)]
    if notes:
        lines += [f"- {note}" for note in notes[:_MOST_NOTES]]
        lines += [f"- {len(notes) - _MOST_NOTES} more" for _ in notes[_MOST_NOTES : _MOST_NOTES + 1]]
        lines.append("")
    counts = [_text(line) for line in summary.statistics(report, context)]
    if counts:
        lines += [*(f"- {count.strip()}" for count in counts), ""]
    if any(finding.code.startswith("BIN1") for finding in findings):
        lines += [_REMEDY, ""]
    lines += [_text(closing)] if closing else []
    return "".join(plain(f"{line}\n", context.unicode) for line in lines)


def _table(findings: tuple[Finding, ...], unicode: bool) -> Iterator[str]:
    yield "| level | place | code | finding |"
    yield "|---|---|---|---|"
    size = shown = 0
    for finding in findings[:_MOST_ROWS]:
        row = _row(finding)
        size += len(plain(row, unicode).encode())
        if size > _MOST_BYTES:
            break
        shown += 1
        yield row
    if shown < len(findings):
        yield ""
        yield f"{len(findings) - shown} more {'is' if len(findings) - shown == 1 else 'are'} not shown."


def _row(finding: Finding) -> str:
    cells = (
        finding.severity.word,
        f"<code>{_text(_end(spot(finding.location)))}</code>",
        finding.code,
        _prose(_start(clean(finding.message))),
    )
    return f"| {' | '.join(cells)} |"


def _prose(text: str) -> str:
    """A sentence of binlint's, in which names stand between backticks."""
    pieces = _CODE.split(text)
    return "".join(
        f"<code>{_text(piece)}</code>" if at % 2 else _text(piece) for at, piece in enumerate(pieces)
    )


def _text(text: str) -> str:
    """Text without a meaning in Markdown or HTML: what could have one becomes a character reference."""
    return _SPECIAL.sub(_reference, clean(text))


def _reference(match: re.Match[str]) -> str:
    return f"&#{ord(match[0])};" if match[0].isascii() else match[0]


def _start(text: str) -> str:
    return text if len(text) <= _MOST_CELL else f"{text[:_MOST_CELL]}..."


def _end(text: str) -> str:
    return text if len(text) <= _MOST_CELL else f"...{text[-_MOST_CELL:]}"
