"""SARIF against the schema of the standard, and against what code scanning asks for beyond it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from reporter_readers import SARIF as STANDARD
from reporter_samples import (
    HOSTILE_NAMES,
    LOOKUP,
    PREVIEW,
    RULES,
    context,
    finding,
    location,
    many,
    rich_finding,
    sample_report,
)

from binlint.finding import Kind, Location, Place, Severity
from binlint.report import Note, Report
from binlint.reporters.sarif import render
from binlint.reporters.sarif_rules import rule_object


def run_of(report: Report, **changes: Any) -> dict[str, Any]:
    """The one run of a valid log."""
    log = json.loads(render(report, context(**changes)))
    STANDARD.validate(log)
    assert log["version"] == "2.1.0"
    assert len(log["runs"]) == 1
    return dict(log["runs"][0])


def keys_of(part: Any) -> set[str]:
    if isinstance(part, dict):
        return set(part).union(*(keys_of(value) for value in part.values()))
    return set().union(*(keys_of(item) for item in part)) if isinstance(part, list) else set()


@pytest.mark.parametrize("report", [Report(), Report((finding(),)), sample_report()])
def test_reports_are_valid(report):
    run = run_of(report)
    assert len(run["results"]) == len(report.findings)
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["automationDetails"] == {"id": "binlint/"}
    assert "uri" not in run["originalUriBaseIds"]["%SRCROOT%"]
    assert not keys_of(run) & {"snippet", "contextRegion", "contents", "suppressions"}


@pytest.mark.parametrize("path", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES.keys())
def test_hostile_names_are_valid(path):
    run = run_of(sample_report(path, path))
    for result in run["results"]:
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert uri.isascii()
        assert not set(uri) & set(' \\:?#[]<>|`"')
        links = result["message"]["text"].count("](")
        assert links == (3 if "codeFlows" in result else 0)


def test_names_are_percent_encoded_bytes():
    names = ["a b.py", b"caf\xe9.py".decode("utf-8", "surrogateescape"), "c:d%20.py", "交.py", "\ud800"]
    results = run_of(Report(tuple(finding(name) for name in names)))["results"]
    uris = {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in results}
    assert uris == {"a%20b.py", "caf%E9.py", "c%3Ad%2520.py", "%E4%BA%A4.py", "%ED%A0%80"}


def test_all_rules_are_listed_in_their_order_also_without_results():
    driver = run_of(Report())["tool"]["driver"]
    assert [rule["id"] for rule in driver["rules"]] == [rule.code for rule in RULES]
    assert driver["semanticVersion"] == driver["version"] == "0.1.0"
    assert driver["rules"][0] == {
        "id": "BIN101",
        "name": "HardcodedApiKey",
        "shortDescription": {"text": "A key."},
        "fullDescription": {"text": "Full text."},
        "help": {"text": "Full text.", "markdown": "# Help"},
        "defaultConfiguration": {"level": "error"},
        "properties": {
            "precision": "very-high",
            "security-severity": "7.5",
            "tags": ["security", "secret", "external/cwe/cwe-798"],
        },
    }


def test_a_development_version_is_no_semantic_one():
    assert "semanticVersion" not in run_of(Report(), version="0.1.0.dev3")["tool"]["driver"]


def test_the_homepage_is_given_when_there_is_one():
    driver = run_of(Report(), homepage="https://example.invalid/binlint")["tool"]["driver"]
    assert driver["informationUri"] == "https://example.invalid/binlint"
    assert "informationUri" not in run_of(Report())["tool"]["driver"]


def test_long_descriptions_are_cut_and_the_help_is_not():
    rule = rule_object(RULES[0]._replace(summary="s" * 2_000, full="f " * 2_000))
    assert len(rule["shortDescription"]["text"]) == 1_024
    assert len(rule["fullDescription"]["text"]) <= 1_024
    assert len(rule["help"]["text"]) == 4_000


def test_a_result_in_full():
    result = run_of(Report((rich_finding(),)))["results"][0]
    region = {"startLine": 3, "startColumn": 10, "endLine": 3, "endColumn": 76}
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "src/bot.py", "uriBaseId": "%SRCROOT%"},
                "region": region,
            }
        }
    ]
    assert result["ruleId"] == "BIN102"
    assert result["ruleIndex"] == 1
    assert result["level"] == "error"
    assert result["message"]["text"] == (
        "secret key reaches client = Client(key, secret). [This client](1) takes it. "
        "The other half of the credential [stands here](2). It is used in further places: [here](3)."
    )
    assert result["partialFingerprints"] == {"primaryLocationLineHash": "0123456789abcdef:1"}
    related = result["relatedLocations"]
    assert [(place["id"], place["physicalLocation"]["region"]["startLine"]) for place in related] == [
        (1, 5),
        (2, 2),
        (3, 9),
    ]
    [fix] = result["fixes"]
    assert fix["description"]["text"] == (
        "Save the value in the environment variable BINANCE_API_SECRET, then read it from there "
        "(client = Client(key, secret))."
    )
    assert fix["artifactChanges"] == [
        {
            "artifactLocation": {"uri": "src/bot.py", "uriBaseId": "%SRCROOT%"},
            "replacements": [{"deletedRegion": region, "insertedContent": {"text": LOOKUP}}],
        }
    ]
    way = result["codeFlows"][0]["threadFlows"][0]["locations"]
    assert [step["location"]["physicalLocation"]["region"]["startLine"] for step in way] == [3, 5]
    assert all(step["location"]["message"]["text"] == "client = Client(key, secret)" for step in way)


def test_a_region_of_several_lines_has_its_four_fields():
    made = finding(location=Location("a.py", Place(1, 5, 9, 3)))
    region = run_of(Report((made,)))["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 1, "startColumn": 5, "endLine": 9, "endColumn": 3}


@pytest.mark.parametrize(
    ("code", "pair", "expected"),
    [
        ("BIN102", location(line=9), "9.8"),
        ("BIN102", None, "7.5"),
        ("BIN107", None, "6.0"),
        ("BIN201", location(line=9), "3.0"),
        ("BIN201", None, "3.0"),
    ],
)
def test_security_severity(code, pair, expected):
    result = run_of(Report((finding(code=code, pair=pair),)))["results"][0]
    assert result["properties"]["security-severity"] == expected
    assert result["level"] == {"BIN102": "error", "BIN107": "warning", "BIN201": "note"}[code]


def test_equal_fingerprints_are_numbered():
    found = [
        finding(line=line, fingerprint=text) for line, text in enumerate(["ab", "cd", "ab", "ef:4", ""], 1)
    ]
    results = run_of(Report(tuple(found)))["results"]
    hashes = [result.get("partialFingerprints", {}).get("primaryLocationLineHash") for result in results]
    assert hashes == ["ab:1", "cd:1", "ab:2", "ef:4", None]


def test_fingerprints_outlive_moved_lines_and_what_becomes_of_others():
    def fingerprints(found):
        told = [
            (result["ruleId"], result["partialFingerprints"]["primaryLocationLineHash"])
            for result in run_of(Report(tuple(found)))["results"]
            if result["message"]["text"].startswith("mine")
        ]
        assert len(set(told)) == len(told)
        return told

    mine = [
        finding("b.py", line, code, fingerprint=text, message="mine")
        for line, code, text in [
            (3, "BIN101", "ab"),
            (9, "BIN101", "ab"),
            (12, "BIN102", "cd"),
            (14, "BIN201", "ef:4"),
        ]
    ]
    before = fingerprints(mine)
    assert before == [("BIN101", "ab:1"), ("BIN101", "ab:2"), ("BIN102", "cd:1"), ("BIN201", "ef:4")]
    moved = [each._replace(location=location("b.py", each.location.place.line + 40)) for each in mine]
    others = [
        finding(path, line, fingerprint=f"{line:02}") for line, path in enumerate(["a.py", "b.py", "c.py"], 1)
    ]
    renamed = [
        each._replace(location=location(f"x/{each.location.path}"), context="Other") for each in others
    ]
    for found in (moved, mine[::-1], [*others, *mine], [*renamed, *moved], [*moved, *renamed, *others]):
        assert fingerprints(found) == before


def test_the_most_severe_five_thousand_are_kept_in_order_and_the_rest_is_announced():
    run = run_of(many(5_001))
    assert len(run["results"]) == 5_000
    assert sum(result["level"] == "note" for result in run["results"]) == 1_249  # one of 1,250 notes went
    uris = [
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in run["results"]
    ]
    assert uris == sorted(uris)
    notice = run["invocations"][0]["toolExecutionNotifications"][0]
    assert notice["level"] == "warning"
    assert notice["message"]["text"].startswith("5001 findings were made; only the 5000 most severe")
    assert run_of(many(10))["invocations"][0]["toolExecutionNotifications"] == []


def test_too_many_related_places_and_steps_are_cut():
    step = rich_finding().also[0]
    first = rich_finding().steps[0]
    made = rich_finding()._replace(also=(step,) * 300, steps=(*(first,) * 2_999, step))
    result = run_of(Report((made,)))["results"][0]
    assert len(result["relatedLocations"]) == 100
    assert result["message"]["text"].endswith(
        "It is used in further places: [here](3), [here](4), [here](5), [here](6), [here](7) and 295 more."
    )
    way = result["codeFlows"][0]["threadFlows"][0]["locations"]
    assert len(way) == 1_000
    assert way[-1]["location"]["physicalLocation"]["region"]["startLine"] == 9


@pytest.mark.parametrize(
    "changes", [{"lookup": ""}, {"lookup": f'Client("{PREVIEW}")'}, {"lookup": "a\x1b[31m"}]
)
def test_there_is_no_fix_that_could_not_be_applied(changes):
    made = rich_finding()
    assert made.suggestion is not None
    made = made._replace(suggestion=made.suggestion._replace(**changes))
    assert "fixes" not in run_of(Report((made,)))["results"][0]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("", "binlint/"),
        ("bot", "bot/"),
        ("bot/", "bot/"),
        ("/a/b//", "a/b/"),
        ("a\nb", "a\\nb/"),
        ("//", "binlint/"),
    ],
)
def test_the_category_ends_with_a_slash(given, expected):
    assert run_of(Report(), category=given)["automationDetails"] == {"id": expected}


def test_rules_about_comments_are_not_tagged_as_credentials():
    rule = rule_object(RULES[0]._replace(code="BIN901"))
    assert rule["properties"]["tags"] == ["maintainability"]


def test_what_was_not_read_is_told_with_failures_first():
    invocation = run_of(sample_report())["invocations"][0]
    assert invocation["executionSuccessful"] is False
    told = [(note["level"], note["message"]["text"]) for note in invocation["toolExecutionNotifications"]]
    assert told == [
        ("error", "unreadable (no such file)"),
        ("note", "binary (client = Client(key, secret))"),
        ("note", "read as text only: it does not parse (client = Client(key, secret))"),
    ]
    crowd = Report(checked=1, skipped=tuple(Note(f"{n}.png", "binary") for n in range(1_500)))
    invocation = run_of(crowd)["invocations"][0]
    assert invocation["executionSuccessful"] is True
    assert len(invocation["toolExecutionNotifications"]) == 1_001
    assert invocation["toolExecutionNotifications"][-1]["message"]["text"].startswith("500 more files")


def test_suppressed_findings_are_left_out():
    report = Report((finding(kind=Kind.API_KEY),), suppressed=(finding("quiet.py"),), checked=1)
    assert "quiet.py" not in render(report, context(show=Severity.NOTE))
