"""The formats that are lines of a log: grouped, pylint, Azure Pipelines and TeamCity; and JSON by lines."""

from __future__ import annotations

import json
import re

import pytest
from reporter_samples import HOSTILE_NAMES, context, finding, many, rich_finding, sample_report

from binlint.finding import Severity
from binlint.report import Report
from binlint.reporters import azure, grouped, json_, json_lines, pylint, teamcity

every_name = pytest.mark.parametrize("path", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES.keys())

ISSUE = re.compile(
    r"##vso\[task\.logissue type=(?P<type>error|warning);sourcepath=(?P<path>[^;\]]*);"
    r"linenumber=(?P<line>\d+);columnnumber=(?P<column>\d+);code=(?P<code>BIN\d{3});\](?P<message>[^\r\n]*)"
)
ATTRIBUTE = re.compile(r"(\w+)='((?:[^'|\[\]]|\|(?:['\[\]|]|0x[0-9A-F]{4}))*)'")
SERVICE = re.compile(rf"##teamcity\[(\w+)((?: {ATTRIBUTE.pattern})*)\]")


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


def unescaped(text: str) -> str:
    for escape, character in (("%3B", ";"), ("%5D", "]"), ("%0D", "\r"), ("%0A", "\n"), ("%AZP25", "%")):
        text = text.replace(escape, character)
    return text


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
    assert unescaped(issue["path"]) == shown["path"]
    assert unescaped(issue["message"]) == shown["message"]


@pytest.mark.parametrize("number", [0, 1, 5_001])
def test_azure_has_every_listed_finding(number):
    lines = azure.render(many(number), context()).splitlines()
    listed = sum(each.severity >= Severity.WARNING for each in many(number).findings)
    assert sum(ISSUE.fullmatch(line) is not None for line in lines) == listed == len(lines) - 1


# TeamCity


def attributes(line: str) -> dict[str, str]:
    """What TeamCity reads from a service message."""
    message = SERVICE.fullmatch(line)
    assert message is not None, line

    def plain(text: str) -> str:
        units = re.sub(r"\|0x([0-9A-F]{4})", lambda match: chr(int(match[1], 16)), text)
        return re.sub(r"\|(['\[\]|])", r"\1", units).encode("utf-16", "surrogatepass").decode("utf-16")

    return {"": message[1], **{key: plain(value) for key, value in ATTRIBUTE.findall(message[2])}}


def test_each_rule_is_described_once_before_its_inspections():
    found = (finding(), finding(line=9), finding(code="BIN107"))
    lines = teamcity.render(Report(found, checked=1), context()).splitlines()
    told = [attributes(line) for line in lines[:-1]]
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
    told = attributes(line)
    assert told["file"] == shown["path"][:4_000]
    assert told["message"] == shown["message"][:4_000]


@pytest.mark.parametrize("number", [0, 1, 5_001])
def test_teamcity_has_every_listed_finding(number):
    lines = teamcity.render(many(number), context()).splitlines()
    listed = sum(each.severity >= Severity.WARNING for each in many(number).findings)
    assert [attributes(line)[""] for line in lines[:-1]].count("inspection") == listed


def test_a_rule_that_is_not_described_goes_by_its_name():
    lines = teamcity.render(Report((finding(),)), context(rules=())).splitlines()
    assert attributes(lines[0])["description"] == "hardcoded-secret-key"
