"""The formats that are lines of a log: grouped, pylint, Azure Pipelines and TeamCity; and JSON by lines."""

from __future__ import annotations

import json

import pytest
from reporter_readers import ISSUE, azure_text, service_message
from reporter_samples import HOSTILE_NAMES, context, finding, many, rich_finding, sample_report

from binlint.finding import Severity
from binlint.report import Report
from binlint.reporters import azure, grouped, json_, json_lines, pylint, teamcity

every_name = pytest.mark.parametrize("path", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES.keys())


def test_grouped():
    found = (finding(line=3), finding(line=120), finding("a.py", 1, "BIN101"))
    assert grouped.render(Report(found, checked=2), context()) == (
        "a.py:\n"
        "  1:10 BIN101 secret key is hard-coded and reaches `Client(api_secret=...)`\n"
        "\n"
        "src/bot.py:\n"
        "  3:10   BIN102 secret key is hard-coded and reaches `Client(api_secret=...)`\n"
        "  120:10 BIN102 secret key is hard-coded and reaches `Client(api_secret=...)`\n"
        "\n"
        "Checked 2 files, 3 errors.\n"
    )


def test_pylint():
    assert pylint.render(Report((finding(),), checked=1), context()) == (
        "src/bot.py:3: [BIN102] secret key is hard-coded and reaches `Client(api_secret=...)`\n"
        "Checked 1 file, 1 error.\n"
    )


@pytest.mark.parametrize("number", [0, 1, 5_001])
def test_json_lines_are_the_findings_of_the_document(number):
    lines = json_lines.render(many(number), context()).splitlines()
    document = json.loads(json_.render(many(number), context()))
    assert [json.loads(line) for line in lines] == document["findings"]
    assert len(lines) == number


@every_name
def test_json_lines_hold_hostile_names(path):
    lines = json_lines.render(sample_report(path, path), context()).splitlines()
    assert [json.loads(line)["code"] for line in lines] == [
        json.loads(line)["code"]
        for line in json_lines.render(sample_report(path, path), context()).split("\n")[:-1]
    ]
    assert len(lines) == 4


# Azure Pipelines


def test_an_issue_for_each_error_and_warning_the_worst_first_and_notes_as_lines():
    found = (finding("a.py", code="BIN201"), finding("b.py", code="BIN107"), finding("c.py"))
    assert azure.render(Report(found, checked=3), context(show=Severity.NOTE)).splitlines() == [
        "##vso[task.logissue type=error;sourcepath=c.py;linenumber=3;columnnumber=10;code=BIN102;]"
        "secret key is hard-coded and reaches `Client(api_secret=...)`",
        "##vso[task.logissue type=warning;sourcepath=b.py;linenumber=3;columnnumber=10;code=BIN107;]"
        "secret key is hard-coded and reaches `Client(api_secret=...)`",
        "a.py:3:10: BIN201 secret key is hard-coded and reaches `Client(api_secret=...)`",
        "Checked 3 files, 1 error, 1 warning, 1 note.",
    ]


@every_name
def test_names_come_through_azure_as_they_are_written(path):
    made = rich_finding(path, path)
    issue = ISSUE.fullmatch(azure.render(Report((made,), checked=1), context()).split("\n")[0])
    assert issue is not None
    shown = json.loads(json_lines.render(Report((made,)), context()))
    assert azure_text(issue["path"]) == shown["path"]
    assert azure_text(issue["message"]) == shown["message"]


# TeamCity


def test_each_rule_is_described_once_before_its_inspections():
    found = (finding(), finding(line=9), finding(code="BIN107"))
    lines = teamcity.render(Report(found, checked=1), context()).splitlines()
    told = [service_message(line) for line in lines[:-1]]
    assert told[:2] == [
        {
            "": "inspectionType",
            "id": code,
            "name": name,
            "category": "Hard-coded credentials",
            "description": text,
        }
        for code, name, text in [
            ("BIN102", "BIN102 hardcoded-secret-key", "A secret."),
            ("BIN107", "BIN107 unnamed-key", "No name."),
        ]
    ]
    assert [(each["typeId"], each["line"], each["SEVERITY"]) for each in told[2:]] == [
        ("BIN102", "3", "ERROR"), ("BIN107", "3", "WARNING"), ("BIN102", "9", "ERROR")
    ]  # fmt: skip
    assert lines[-1] == "Checked 1 file, 2 errors, 1 warning."


@every_name
def test_names_come_through_teamcity_as_they_are_written(path):
    made = rich_finding(path, path)
    line = teamcity.render(Report((made,), checked=1), context()).split("\n")[1]
    shown = json.loads(json_lines.render(Report((made,)), context()))
    assert line.isascii()
    told = service_message(line)
    assert told["file"] == shown["path"][:4_000]
    assert told["message"] == shown["message"][:4_000]


def test_a_rule_that_is_not_described_goes_by_its_name():
    lines = teamcity.render(Report((finding(),)), context(rules=())).splitlines()
    assert service_message(lines[0])["description"] == "hardcoded-secret-key"
