"""Reviewdog's format: its fields, columns in bytes, and suggestions that can be taken as they are."""

from __future__ import annotations

import json
from typing import Any

import pytest
from reporter_readers import RDFORMAT
from reporter_samples import LOOKUP, context, finding, rich_finding

from binlint.finding import Suggestion
from binlint.report import Report
from binlint.reporters.rdjson import render


def diagnostics_of(report: Report, **changes: Any) -> list[dict[str, Any]]:
    document = json.loads(render(report, context(**changes)))
    RDFORMAT.validate(document)
    return list(document["diagnostics"])


def test_levels():
    found = diagnostics_of(Report((finding(), finding(code="BIN107"), finding(code="BIN201"))))
    assert [(each["code"]["value"], each["severity"]) for each in found] == [
        ("BIN102", "ERROR"), ("BIN107", "WARNING"), ("BIN201", "INFO")
    ]  # fmt: skip


def test_columns_count_bytes_or_are_left_out():
    known, unknown = finding(byte_columns=(12, 78)), finding(line=4)
    ranges = [each["location"]["range"] for each in diagnostics_of(Report((known, unknown)))]
    assert ranges == [
        {"start": {"line": 3, "column": 12}, "end": {"line": 3, "column": 78}},
        {"start": {"line": 4}, "end": {"line": 4}},
    ]


def test_a_suggestion_replaces_the_literal():
    whole = rich_finding()
    assert isinstance(whole.suggestion, Suggestion)
    ready = whole._replace(suggestion=whole.suggestion._replace(note=""))
    [made] = diagnostics_of(Report((ready,)))
    assert made["suggestions"] == [
        {"range": {"start": {"line": 3, "column": 12}, "end": {"line": 3, "column": 78}}, "text": LOOKUP}
    ]


@pytest.mark.parametrize("lacking", ["an import", "columns", "a place of its own"])
def test_what_would_leave_something_to_do_is_not_suggested(lacking):
    whole = rich_finding()
    assert isinstance(whole.suggestion, Suggestion)
    note = "needs `import os`" if lacking == "an import" else ""
    lookup = "" if lacking == "a place of its own" else LOOKUP
    made = whole._replace(
        suggestion=whole.suggestion._replace(note=note, lookup=lookup),
        byte_columns=None if lacking == "columns" else (12, 78),
    )
    assert "suggestions" not in diagnostics_of(Report((made,)))[0]


def test_the_homepage_is_given_when_there_is_one():
    document = json.loads(render(Report(), context(homepage="https://example.invalid/binlint")))
    assert document["source"] == {"name": "binlint", "url": "https://example.invalid/binlint"}
