"""Findings of a source that a test writes down, with fresh values in place of its tokens."""

from __future__ import annotations

import re

from fresh_values import fresh_key

from binlint.config import Config
from binlint.examine import Examiner
from binlint.finding import Finding
from binlint.sources.source import Source

_TOKEN = re.compile(r"[«](\w+)[»]")


def with_values(source: str) -> str:
    """`«a»`, `«b»`, … become fresh key-shaped values, the same token the same value."""
    values: dict[str, str] = {}
    return _TOKEN.sub(lambda match: values.setdefault(match[1], fresh_key()), source)


def findings_of(source: str, path: str = "bot.py", *, project_company: bool = False) -> list[Finding]:
    """What binlint finds in a source."""
    examiner = Examiner(Config(), project_company)
    return list(examiner.examine(Source(path, with_values(source).encode())).findings)


def codes_of(source: str, **options: bool) -> list[str]:
    """Line and code of each finding: `3 BIN101`."""
    return [f"{found.location.place.line} {found.code}" for found in findings_of(source, **options)]
