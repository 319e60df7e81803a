"""Reviewdog's format: its fields, columns in bytes, and suggestions that can be taken as they are."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from reporter_samples import HOSTILE_NAMES, LOOKUP, context, finding, many, rich_finding, sample_report

from binlint.finding import Suggestion
from binlint.report import Report
from binlint.reporters.rdjson import render

# From the definition of the format (reviewdog/proto/rdf), as far as binlint uses it; nothing else may be there.
POSITION = {
    "type": "object",
    "required": ["line"],
    "properties": {"line": {"type": "integer", "minimum": 1}, "column": {"type": "integer", "minimum": 1}},
    "additionalProperties": False,
}
RANGE = {
    "type": "object",
    "required": ["start"],
    "properties": {"start": POSITION, "end": POSITION},
    "additionalProperties": False,
}
SEVERITY = {"enum": ["ERROR", "WARNING", "INFO"]}
FORMAT = Draft202012Validator(
    {
        "type": "object",
        "required": ["diagnostics"],
        "properties": {
            "source": {
                "type": "object",
                "required": ["name"],
                "properties": {"name": {"const": "binlint"}, "url": {"type": "string"}},
                "additionalProperties": False,
            },
            "severity": SEVERITY,
            "diagnostics": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["message", "location"],
                    "properties": {
                        "message": {"type": "string", "minLength": 1},
                        "location": {
                            "type": "object",
                            "required": ["path"],
                            "properties": {"path": {"type": "string", "minLength": 1}, "range": RANGE},
                            "additionalProperties": False,
                        },
                        "severity": SEVERITY,
                        "code": {
                            "type": "object",
                            "required": ["value"],
                            "properties": {"value": {"type": "string"}, "url": {"type": "string"}},
                            "additionalProperties": False,
                        },
                        "suggestions": {
                            "type": "array",
                            "items": {
                                "type": "object",
                                "required": ["range", "text"],
                                "properties": {"range": RANGE, "text": {"type": "string"}},
                                "additionalProperties": False,
                            },
                        },
                    },
                    "additionalProperties": False,
                },
            },
        },
        "additionalProperties": False,
    }
)


def diagnostics_of(report: Report, **changes: Any) -> list[dict[str, Any]]:
    document = json.loads(render(report, context(**changes)))
    FORMAT.validate(document)
    return list(document["diagnostics"])


@pytest.mark.parametrize("number", [0, 1, 5_001])
def test_reports_are_valid(number):
    assert len(diagnostics_of(many(number))) == number


@pytest.mark.parametrize("path", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES.keys())
def test_hostile_names_are_valid(path):
    assert len(diagnostics_of(sample_report(path, path))) == 4


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
