"""Findings of a source that a test writes down, with fresh values in place of its tokens."""

from __future__ import annotations

import re

from fresh_values import fresh_key

from binlint.analysis import Analysed, Scope, analyse
from binlint.catalogue import Catalogue
from binlint.config import Config
from binlint.finding import Finding
from binlint.sources.project import Project
from binlint.sources.source import Source

_TOKEN = re.compile(r"[«](\w+)[»]")


def with_values(source: str, values: dict[str, str] | None = None) -> str:
    """`«a»`, `«b»`, … become fresh key-shaped values, the same token the same value."""
    values = {} if values is None else values
    return _TOKEN.sub(lambda match: values.setdefault(match[1], fresh_key()), source)


def findings_of(source: str, path: str = "bot.py", *, project_company: bool = False) -> list[Finding]:
    """What binlint finds in a source."""
    return list(analysed({path: source}, project_company=project_company).findings)


def analysed(sources: dict[str, str], *, project_company: bool = False) -> Analysed:
    """What the analysis says of some sources that are on no disk."""
    values: dict[str, str] = {}
    data = {path: with_values(source, values).encode() for path, source in sources.items()}
    config = Config(cwd="/nowhere", root="/nowhere")
    project = Project("/nowhere", Catalogue.load().modules, "/nowhere", data, tuple(data))
    given = [Source(path, each) for path, each in data.items()]
    return analyse(given, config, project, Scope(frozenset(data), is_hook=False), lambda: project_company)


def codes_of(source: str, **options: bool) -> list[str]:
    """Line and code of each finding: `3 BIN101`."""
    return [f"{found.location.place.line} {found.code}" for found in findings_of(source, **options)]
