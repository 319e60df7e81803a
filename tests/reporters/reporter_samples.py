"""Findings and reports made by hand, for the tests of this folder."""

from __future__ import annotations

from typing import Any

from binlint.finding import Confidence, Finding, Frame, Kind, Location, Place, Severity, Step, Suggestion
from binlint.report import Note, Report
from binlint.reporters.context import ReportContext, RuleInfo

PREVIEW = "abcd********wxyz"
LOOKUP = 'os.environ["BINANCE_API_SECRET"]'

HOSTILE_NAMES = {
    "spaces": " a b  c .py",
    "newline": "a\nb.py",
    "carriage return": "a\r\n::error::b.py",
    "escape": "a\x1b[31m\x1b]0;title\x07.py",
    "c1 control": "a\x9b31m\x85.py",
    "command": "::error file=x::stolen.py",
    "indented command": " \t ::stop-commands::x.py",
    "old command": "x##[add-path]evil.py",
    "azure command": "x##vso[task.setvariable]evil.py",
    "percent": "a%0A::error::b%25.py",
    "table": "a|b|c.py",
    "backticks": "`rm -rf`.py",
    "html": "<script>alert(1)</script>.py",
    "link": "[click](1) [here](https://example.invalid).py",
    "right to left": "a\u202egnp.py",
    "isolate": "a\u2066b\u2069.py",
    "line separator": "a\u2028::error::b\u2029.py",
    "lone surrogate": "a\ud800b.py",
    "not utf-8": b"caf\xe9\xff.py".decode("utf-8", "surrogateescape"),
    "invisible tags": "a\U000e0041\U000e0042.py",
    "colons and commas": "a:1,b=2.py",
    "quotes": "a\"b'c\\d.py",
    "chinese": "交易/机器人.py",
    "leading dash": "-rf.py",
    "end of CDATA": "a]]>b&amp;<![CDATA[c.py",
    "end of a comment": "a--><!-- b ?>.py",
    "no characters": "a\ufffe\uffff.py",
    "service message": "a##teamcity[buildStop comment='x'].py",
    "service escapes": "a|n'|x[b]|.py",
    "azure properties": "a;type=error]b%3B%AZP25.py",
    "markdown": "**a** _b_ ~~c~~ # d ![e](f) <b>g</b> @user #1 :+1: https://x.invalid www.y.invalid",
    "backslashes": "a\\|b\\\\|c\\`d.py",
    "very long": "d/" + "x" * 4_000 + ".py",
}

RULES = (
    RuleInfo(
        "BIN101", "hardcoded-api-key", "A key.", "Full text.", "# Help", Severity.ERROR, "7.5", "very-high"
    ),
    RuleInfo(
        "BIN102", "hardcoded-secret-key", "A secret.", "Full.", "# Help", Severity.ERROR, "7.5", "very-high"
    ),
    RuleInfo("BIN107", "unnamed-key", "No name.", "Full.", "# Help", Severity.WARNING, "6.0", "medium"),
    RuleInfo(
        "BIN201", "placeholder-credential", "Not yet.", "Full.", "# Help", Severity.NOTE, "3.0", "medium"
    ),
)
_NAMES = {rule.code: rule.name for rule in RULES}
_SEVERITIES = {rule.code: rule.severity for rule in RULES}


def location(path: str = "src/bot.py", line: int = 3, column: int = 10, end_column: int = 76) -> Location:
    return Location(path, Place(line, column, line, end_column))


def finding(path: str = "src/bot.py", line: int = 3, code: str = "BIN102", **changes: Any) -> Finding:
    """A bare finding; everything else by keyword."""
    values: dict[str, Any] = {
        "location": location(path, line),
        "code": code,
        "rule": _NAMES[code],
        "message": "secret key is hard-coded and reaches `Client(api_secret=...)`",
        "severity": _SEVERITIES[code],
        "confidence": Confidence.HIGH,
        "kind": Kind.SECRET_KEY,
        "preview": PREVIEW,
        "fingerprint": "0123456789abcdef:1",
    }
    return Finding(**{**values, **changes})


def rich_finding(path: str = "src/bot.py", text: str = "client = Client(key, secret)") -> Finding:
    """A finding with every field filled; `path` and `text` stand wherever a stranger's text can."""
    step = Step(location(path, 5, 18, 24), text)
    return finding(
        path,
        message=f"secret key reaches {text}",
        context=text,
        evidence=("64 letters and digits", text),
        steps=(Step(location(path), text), step),
        sink=step,
        also=(Step(location(path, 9, 1, 4), text),),
        pair=location(path, 2, 7, 73),
        frame=Frame(((2, text), (3, f'secret = "{PREVIEW}"'), (4, ""))),
        suggestion=Suggestion(
            Place(3, 1, 3, 76),
            f'secret = "{PREVIEW}"',
            f"{text}\nsecond line",
            ("BINANCE_API_SECRET",),
            text,
            LOOKUP,
        ),
        byte_columns=(12, 78),
    )


def sample_report(path: str = "src/bot.py", text: str = "client = Client(key, secret)") -> Report:
    """One report with findings of each severity, and files that were not or not fully read."""
    return Report(
        findings=(
            rich_finding(path, text),
            finding(path, 8, "BIN107"),
            finding(path, 9, "BIN201"),
            finding("a.py", 1, "BIN101", kind=Kind.API_KEY),
        ),
        suppressed=(finding("quiet.py"),),
        checked=12,
        skipped=(Note(path, "binary", text), Note("gone.py", "unreadable", "no such file", failure=True)),
        notes=(Note(path, "read as text only: it does not parse", text),),
        stages=(("read", 12), ("candidates", 3)),
    )


def many(number: int) -> Report:
    """A report of so many findings, each of a fourth file a note, the rest errors."""
    codes = ("BIN101", "BIN102", "BIN101", "BIN201")
    findings = tuple(
        finding(f"m{n:05}.py", 1, codes[n % 4], fingerprint=f"{n:016x}:1") for n in range(number)
    )
    return Report(findings=findings, checked=number)


def context(**changes: Any) -> ReportContext:
    return ReportContext("0.1.0", RULES)._replace(**changes)
