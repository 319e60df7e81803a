"""The long format for people: each finding with its code, the reasons for it, and what to do."""

from __future__ import annotations

from collections.abc import Iterator

from binlint.finding import Finding, Kind, Location, Suggestion
from binlint.report import Report
from binlint.reporters import summary
from binlint.reporters.clean import clean, clean_block, plain
from binlint.reporters.context import ReportContext
from binlint.reporters.frame import frame_lines
from binlint.reporters.listing import is_paired_error, listed, spot
from binlint.reporters.paint import SEVERITY_STYLE, Paint

_INDENT = "   "
_OTHER_HALF = {
    Kind.API_KEY: "its secret key",
    Kind.SECRET_KEY: "its API key",
    Kind.PRIVATE_KEY: "its API key",
}


def render(report: Report, context: ReportContext) -> str:
    """Every listed finding as a block of lines, blocks apart by a blank line, the closing line last."""
    paint = Paint(context.colour)
    findings = listed(report, context)
    blocks = [_block(finding, context, paint) for finding in findings]
    blocks += [_remedy(findings, paint)]
    blocks += [list(summary.file_notes(report, context)), list(summary.statistics(report, context))]
    blocks += [[closing] if (closing := summary.closing(report, context)) else []]
    return "\n".join(
        "".join(f"{plain(line, context.unicode)}\n" for line in block) for block in blocks if block
    )


def _block(finding: Finding, context: ReportContext, paint: Paint) -> list[str]:
    style = SEVERITY_STYLE[finding.severity]
    label = f"{paint(style, finding.severity.word)} {paint('bold', finding.code)}"
    lines = [f"{paint('bold', spot(finding.location))}: {label} {clean(finding.message)}"]
    lines += frame_lines(finding, paint, context.width, context.unicode)
    for name, texts in _details(finding):
        lines += _entry(paint, name, texts)
    if finding.suggestion:
        lines += _suggestion(finding.suggestion, paint)
    return [*lines, f"{_INDENT}{paint('cyan', 'help:')} binlint explain {finding.code}"]


def _details(finding: Finding) -> Iterator[tuple[str, list[str]]]:
    """The named lists under a frame, in the order of the questions: why, by what way, where else."""
    yield "confidence", [finding.confidence.word]
    yield "evidence", [clean(text) for text in finding.evidence]
    steps = finding.steps or ((finding.sink,) if finding.sink else ())
    yield "way", [f"{spot(step.location)} {clean(step.text)}" for step in steps]
    yield "also", [f"{spot(step.location)} {clean(step.text)}" for step in finding.also]
    yield "pair", [_pair(finding, finding.pair)] if finding.pair else []


def _pair(finding: Finding, other: Location) -> str:
    half = _OTHER_HALF.get(finding.kind, "the other half")
    weight = "; together they are a whole credential" if is_paired_error(finding) else ""
    return f"{spot(other)} {half}{weight}"


def _entry(paint: Paint, name: str, texts: list[str]) -> Iterator[str]:
    head = f"{_INDENT}{name}: "
    for number, text in enumerate(texts):
        yield f"{_INDENT}{paint('blue', f'{name}:')} {text}" if number == 0 else " " * len(head) + text


def _suggestion(suggestion: Suggestion, paint: Paint) -> Iterator[str]:
    yield f"{_INDENT}{paint('blue', 'suggestion:')}"
    for sign, style, text in (("-", "red", suggestion.before), ("+", "green", suggestion.after)):
        for line in clean_block(text).expandtabs(4).split("\n"):
            yield f"{_INDENT}  {paint(style, f'{sign} {line}'.rstrip())}"
    if suggestion.note:
        yield f"{_INDENT}  {clean(suggestion.note)}"


def _remedy(findings: tuple[Finding, ...], paint: Paint) -> list[str]:
    """Said once a report: repeated under every finding it would no longer be read."""
    leaks = [finding.code for finding in findings if finding.code.startswith("BIN1")]
    if not leaks:
        return []
    first = paint("bold", "First revoke the key")
    return [
        f"{first} (Binance, API Management): editing the file does not help a key that was pushed.",
        "Then look for orders, withdrawals and keys that are not yours, make a new key with the smallest",
        f"rights and keep it outside the code. `binlint explain {min(leaks)}` has every step.",
    ]
