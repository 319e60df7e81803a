"""Both reports for GitLab: what its documentation asks for, and names for findings that no two share."""

from __future__ import annotations

import json
from typing import Any

import pytest
from reporter_readers import CODE_QUALITY, SECRET_DETECTION
from reporter_samples import RULES, context, finding, location, rich_finding, sample_report

from binlint.report import Note, Report
from binlint.reporters import gitlab, gitlab_secrets


def issues_of(report: Report, **changes: Any) -> list[dict[str, Any]]:
    issues: list[dict[str, Any]] = json.loads(gitlab.render(report, context(**changes)))
    CODE_QUALITY.validate(issues)
    return issues


def document_of(report: Report, **changes: Any) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(gitlab_secrets.render(report, context(**changes)))
    SECRET_DETECTION.validate(document)
    return document


def test_an_issue_in_full():
    assert issues_of(Report((finding(),))) == [
        {
            "check_name": "BIN102",
            "description": "BIN102: secret key is hard-coded and reaches `Client(api_secret=...)`",
            "fingerprint": "0123456789abcdef:1",
            "severity": "critical",
            "location": {
                "path": "src/bot.py",
                "positions": {"begin": {"line": 3, "column": 10}, "end": {"line": 3, "column": 76}},
            },
        }
    ]


@pytest.mark.parametrize(
    ("code", "pair", "quality", "security"),
    [
        ("BIN102", location(line=9), "blocker", "Critical"),
        ("BIN102", None, "critical", "High"),
        ("BIN107", None, "major", "Medium"),
        ("BIN201", location(line=9), "info", "Info"),
    ],
)
def test_severities(code, pair, quality, security):
    report = Report((finding(code=code, pair=pair),))
    assert issues_of(report)[0]["severity"] == quality
    assert document_of(report)["vulnerabilities"][0]["severity"] == security


def test_equal_findings_are_told_apart_and_keep_their_names_when_lines_move():
    twins = tuple(
        finding(line=line, fingerprint=text) for line, text in [(3, "ab"), (9, "ab"), (12, "ab:1"), (15, "")]
    )
    moved = tuple(each._replace(location=location(line=each.location.place.line + 40)) for each in twins)
    names = [issue["fingerprint"] for issue in issues_of(Report(twins))]
    assert names == ["ab:1", "ab:2", "ab:3", "BIN102/src/bot.py:1"]
    assert [issue["fingerprint"] for issue in issues_of(Report(moved))] == names
    first, second = document_of(Report(twins)), document_of(Report(moved))
    assert [each["id"] for each in first["vulnerabilities"]] == [
        each["id"] for each in second["vulnerabilities"]
    ]


def test_a_vulnerability_in_full():
    made = document_of(Report((rich_finding(),)), commit="a" * 40)["vulnerabilities"][0]
    assert made.pop("solution").startswith("Revoke the key at Binance")
    assert len(made.pop("id")) == 36
    assert made == {
        "name": "A secret.",
        "description": "secret key reaches client = Client(key, secret); 64 letters and digits; "
        "client = Client(key, secret).",
        "severity": "Critical",
        "identifiers": [
            {"type": "binlint_rule_id", "name": "BIN102 hardcoded-secret-key", "value": "BIN102"},
            {
                "type": "cwe",
                "name": "CWE-798",
                "value": "798",
                "url": "https://cwe.mitre.org/data/definitions/798.html",
            },
        ],
        "location": {"file": "src/bot.py", "start_line": 3, "end_line": 3, "commit": {"sha": "a" * 40}},
    }


def test_without_a_commit_there_are_zeros_as_git_writes_them():
    made = document_of(Report((finding(),)))["vulnerabilities"][0]
    assert made["location"]["commit"] == {"sha": "0" * 40}


def test_the_times_are_those_of_the_context():
    scan = document_of(Report(checked=1), started=1_000_000_000, ended=1_000_000_061)["scan"]
    assert (scan["start_time"], scan["end_time"]) == ("2001-09-09T01:46:40", "2001-09-09T01:47:41")


def test_the_homepage_is_given_when_there_is_one():
    scan = document_of(Report(), homepage="https://example.invalid/binlint")["scan"]
    assert scan["scanner"]["url"] == scan["analyzer"]["url"] == "https://example.invalid/binlint"
    assert "url" not in document_of(Report())["scan"]["scanner"]


def test_what_was_not_read_makes_the_scan_a_failure():
    scan = document_of(sample_report())["scan"]
    assert scan["status"] == "failure"
    assert [(message["level"], message["value"]) for message in scan["messages"]] == [
        ("fatal", "gone.py: unreadable (no such file)"),
        ("info", "src/bot.py: binary (client = Client(key, secret))"),
        ("info", "src/bot.py: read as text only: it does not parse (client = Client(key, secret))"),
    ]
    crowd = Report(checked=1, skipped=tuple(Note(f"{n}.png", "binary") for n in range(1_500)))
    scan = document_of(crowd)["scan"]
    assert scan["status"] == "success"
    assert len(scan["messages"]) == 1_001


def test_findings_about_comments_are_no_secrets():
    comment = finding(code="BIN107")._replace(code="BIN901", rule="unused-suppression")
    assert document_of(Report((comment,)))["vulnerabilities"] == []
    assert len(issues_of(Report((comment,)))) == 1


def test_names_of_rules_without_a_description():
    assert document_of(Report((finding(),)), rules=())["vulnerabilities"][0]["name"] == RULES[1].name
