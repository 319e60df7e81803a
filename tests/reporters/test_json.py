"""The JSON document against its schema and its page of documentation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from jsonschema import Draft202012Validator
from reporter_samples import HOSTILE_NAMES, context, finding, many, sample_report

import binlint.reporters
from binlint.report import Report
from binlint.reporters.json_ import SCHEMA, render

SCHEMA_FILE = Path(binlint.reporters.__file__).with_name("schema.json")
PAGE = Path(__file__).parents[2] / "docs" / "json.md"
OBJECTS = ("finding", "location", "note", "place", "step", "suggestion", "summary")


def schema() -> dict[str, Any]:
    return json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))


def closed(part: Any) -> Any:
    """The schema made strict: the shipped one lets later versions add fields, this output may not have more."""
    if isinstance(part, list):
        return [closed(item) for item in part]
    if not isinstance(part, dict):
        return part
    made = {key: closed(value) for key, value in part.items()}
    for holder in ("items", "oneOf"):
        if holder in made:
            made[holder] = _sealed(made[holder])
    if isinstance(made.get("properties"), dict):
        made["properties"] = {key: _sealed(value) for key, value in made["properties"].items()}
    return made


def _sealed(part: Any) -> Any:
    if isinstance(part, list):
        return [_sealed(item) for item in part]
    names_an_object = any(str(part.get("$ref", "")).endswith(f"/{name}") for name in OBJECTS)
    is_an_object = "properties" in part and "additionalProperties" not in part
    return {**part, "unevaluatedProperties": False} if names_an_object or is_an_object else part


def check(text: str) -> Any:
    document = json.loads(text)
    strict = {**closed(schema()), "unevaluatedProperties": False}
    Draft202012Validator(strict).validate(document)
    return document


def test_the_schema_is_a_schema():
    Draft202012Validator.check_schema(schema())
    assert schema()["properties"]["schema"]["const"] == SCHEMA


def test_the_strict_schema_refuses_what_it_does_not_know():
    document = json.loads(render(sample_report(), context()))
    document["findings"][1]["pair"]["surprise"] = 1
    strict = {**closed(schema()), "unevaluatedProperties": False}
    assert not Draft202012Validator(strict).is_valid(document)
    assert Draft202012Validator(schema()).is_valid(document)


@pytest.mark.parametrize("report", [Report(), Report((finding(),)), sample_report(), many(20)])
def test_reports_follow_the_schema(report):
    document = check(render(report, context()))
    assert len(document["findings"]) == len(report.findings)


@pytest.mark.parametrize("unicode", [True, False])
@pytest.mark.parametrize("path", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES.keys())
def test_hostile_names_follow_the_schema_and_keep_their_bytes(path, unicode):
    document = check(render(sample_report(path, path), context(unicode=unicode)))
    codec = "surrogatepass" if "\ud800" in path else "surrogateescape"
    uris = {found["uri"] for found in document["findings"]}
    assert path.encode("utf-8", codec) in {unquote_to_bytes(uri) for uri in uris}


def test_keys_are_sorted():
    text = render(sample_report(), context())
    assert text == json.dumps(json.loads(text), sort_keys=True, indent=2, ensure_ascii=False) + "\n"


def test_a_finding_in_full():
    document = check(render(sample_report(), context()))
    assert [found["path"] for found in document["findings"]] == ["a.py", *["src/bot.py"] * 3]
    found = document["findings"][1]
    assert found["kind"] == "secret_key"
    assert found["pair"] == {
        "path": "src/bot.py",
        "uri": "src/bot.py",
        "line": 2,
        "column": 7,
        "end_line": 2,
        "end_column": 73,
    }
    assert found["suggestion"]["after"] == "client = Client(key, secret)\nsecond line"
    assert "frame" not in found


def test_the_numbers():
    summary = check(render(sample_report(), context()))["summary"]
    assert summary == {
        "checked": 12,
        "skipped": 2,
        "suppressed": 1,
        "severities": {"error": 2, "warning": 1, "note": 1},
        "codes": {"BIN101": 1, "BIN102": 1, "BIN107": 1, "BIN201": 1},
        "stages": {"read": 12, "candidates": 3},
    }


def test_every_field_is_documented():
    def fields(part: Any) -> set[str]:
        if not isinstance(part, dict):
            return set()
        own = set(part.get("properties", {}))
        return own.union(*(fields(value) for value in part.values()))

    page = PAGE.read_text(encoding="utf-8")
    assert [name for name in sorted(fields(schema())) if f"`{name}`" not in page] == []
