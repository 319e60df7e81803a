"""Service messages for TeamCity: every rule that was found is described once, then come the inspections."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binlint.finding import Finding, Severity
from binlint.report import Report
from binlint.reporters import summary
from binlint.reporters.clean import clean, plain
from binlint.reporters.context import ReportContext
from binlint.reporters.listing import listed

_SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.NOTE: "INFO"}
_CATEGORY = "Hard-coded credentials"
_MOST_NAME = 255  # characters, before they are escaped
_MOST_TEXT = 4_000
_SPECIAL = re.compile(r"[|'\[\]]|[^\x20-\x7e]")


def render(report: Report, context: ReportContext) -> str:
    """`##teamcity[inspectionType …]` and `##teamcity[inspection …]` lines, then the closing line."""
    findings = listed(report, context)
    lines = [*_types(findings, context), *map(_inspection, findings)]
    lines += summary.ending(report, context)
    return "".join(plain(f"{line}\n", context.unicode) for line in lines)


def _types(findings: tuple[Finding, ...], context: ReportContext) -> Iterator[str]:
    summaries = {rule.code: rule.summary for rule in context.rules}
    for code, name in sorted({(finding.code, finding.rule) for finding in findings}):
        yield _message(
            "inspectionType",
            ("id", code, _MOST_NAME),
            ("name", f"{code} {name}", _MOST_NAME),
            ("category", _CATEGORY, _MOST_NAME),
            ("description", summaries.get(code, name), _MOST_TEXT),
        )


def _inspection(finding: Finding) -> str:
    return _message(
        "inspection",
        ("typeId", finding.code, _MOST_NAME),
        ("message", finding.message, _MOST_TEXT),
        ("file", finding.location.path, _MOST_TEXT),
        ("line", str(finding.location.place.line), _MOST_TEXT),
        ("SEVERITY", _SEVERITIES[finding.severity], _MOST_TEXT),
    )


def _message(name: str, *attributes: tuple[str, str, int]) -> str:
    written = " ".join(f"{key}='{_value(text, most)}'" for key, text, most in attributes)
    return f"##teamcity[{name} {written}]"


def _value(text: str, most: int) -> str:
    return _SPECIAL.sub(_escape, clean(text)[:most])


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    if character.isascii():
        return f"|{character}"
    units = character.encode("utf-16-be")  # TeamCity takes the four digits of a UTF-16 unit
    return "".join(f"|0x{units[at : at + 2].hex().upper()}" for at in range(0, len(units), 2))
