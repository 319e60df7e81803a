"""What holds for every format: it takes any report, is harmless, complete and the same each time."""

from __future__ import annotations

import html
import os
import random
import re
import subprocess
import sys

import pytest
from reporter_samples import HOSTILE_NAMES, context, finding, many, sample_report

from binlint.errors import ConfigError
from binlint.finding import Severity
from binlint.report import Report
from binlint.reporters import DOCUMENTS, FORMATS, load, summary

HARMFUL = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\U000e0000-\U000e007f]"
)
OWN_COMMAND = re.compile(r"::(error|warning|notice) file=|::group::binlint: |::endgroup::$")
OWN_MESSAGE = re.compile(r"^##(vso\[task\.logissue|teamcity\[inspection(Type)?) ", re.MULTILINE)
EVERYTHING = {"show": Severity.NOTE, "verbose": True, "statistics": True}

every_format = pytest.mark.parametrize("name", FORMATS)
for_people = pytest.mark.parametrize("name", [name for name in FORMATS if name not in DOCUMENTS])
every_name = pytest.mark.parametrize("path", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES.keys())


def readable(output: str) -> str:
    """What a reader of a Markdown page sees, and any other output as it is."""
    return html.unescape(output) if output.startswith("## ") else output


def test_formats_are_named_in_order():
    assert FORMATS == (
        "full", "concise", "grouped", "json", "json-lines", "sarif", "github", "gitlab", "gitlab-secrets",
        "junit", "rdjson", "azure", "teamcity", "pylint", "markdown",
    )  # fmt: skip


def test_an_unknown_format_names_the_known_ones():
    with pytest.raises(ConfigError, match="full, concise, grouped, json, json-lines, sarif, github"):
        load("xml")


@every_format
@pytest.mark.parametrize("number", [0, 1, 5_001])
def test_any_number_of_findings_ends_with_a_newline(name, number):
    output = load(name).render(many(number), context(show=Severity.NOTE))
    assert output.endswith("\n") or (name, number) == ("json-lines", 0)
    assert not output.startswith("\ufeff")


@every_format
def test_an_empty_report_is_shown(name):
    assert load(name).render(Report(), context()).endswith("\n") or name == "json-lines"


@every_format
def test_two_renderings_are_identical_in_whatever_order_findings_come(name):
    report = sample_report()
    shuffled = list(report.findings)
    random.Random(7).shuffle(shuffled)
    render = load(name).render
    first = render(report, context(**EVERYTHING))
    assert first == render(report, context(**EVERYTHING))
    assert first == render(report._replace(findings=tuple(shuffled)), context(**EVERYTHING))


def test_hash_seeds_change_nothing():
    program = (
        "from reporter_samples import context, sample_report; from binlint.reporters import FORMATS, load;"
        "print(*(load(name).render(sample_report(), context(statistics=True)) for name in FORMATS))"
    )
    paths = os.pathsep.join(path for path in sys.path if path)
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": paths},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert len(outputs) == 1


@every_format
@every_name
@pytest.mark.parametrize("unicode", [True, False])
def test_hostile_text_is_harmless(name, path, unicode):
    output = load(name).render(sample_report(path, path), context(unicode=unicode, **EVERYTHING))
    assert not HARMFUL.search(output)
    output.encode("utf-8" if unicode else "ascii")
    rest = OWN_MESSAGE.sub("", output)
    assert "##[" not in rest
    assert "##vso[" not in rest
    assert "##teamcity[" not in rest


@every_format
@every_name
def test_no_line_is_a_command_of_a_stranger(name, path):
    output = load(name).render(sample_report(path, path), context(**EVERYTHING))
    commands = [line.strip() for line in output.splitlines() if line.strip().startswith("::")]
    assert all(OWN_COMMAND.match(command) for command in commands)
    # four findings, one pair of lines for the group
    assert len(commands) == (6 if name == "github" else 0)


@every_format
@every_name
def test_hostile_text_adds_no_line(name, path):
    def lines(text: str) -> int:
        return len(load(name).render(sample_report(text, text), context(**EVERYTHING)).split("\n"))

    # a suggestion is source text, so its own newlines are lines in the long format
    extra = path.replace("\r\n", "\n").count("\n") if name == "full" else 0
    assert lines(path) == lines("plain.py") + extra


@every_format
def test_the_closing_line_is_in_the_formats_for_people_only(name):
    output = load(name).render(sample_report(), context())
    assert ("Checked 12 files" in output) is (name not in DOCUMENTS)


@every_format
def test_no_colour_but_on_demand(name):
    coloured = load(name).render(sample_report(), context(colour=True))
    assert ("\x1b[" in coloured) is (name == "full")
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == load(name).render(sample_report(), context())


@for_people
def test_what_is_below_the_level_is_only_counted(name):
    output = readable(load(name).render(sample_report(), context(show=Severity.WARNING)))
    assert "BIN107" in output
    assert "BIN201" not in output
    assert "1 note (shown with --fail-on note)" in output


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_documents_hold_every_severity(name):
    assert "BIN201" in load(name).render(sample_report(), context(rules=(), show=Severity.ERROR))


@for_people
def test_a_quiet_clean_run_says_nothing(name):
    assert load(name).render(Report(checked=3), context(quiet=True)) == ""
    said = readable(load(name).render(Report(), context(quiet=True)))
    assert said.endswith("Checked 0 files: nothing was looked at.\n")


@for_people
def test_a_failure_is_always_named_and_other_notes_with_verbose(name):
    report = sample_report()
    brief = readable(load(name).render(report, context()))
    assert "gone.py: not checked: unreadable (no such file)\n" in brief
    assert "does not parse" not in brief
    long = readable(load(name).render(report, context(verbose=True)))
    assert "src/bot.py: note: read as text only: it does not parse (client = Client(key, secret))\n" in long
    assert "src/bot.py: not checked: binary (client = Client(key, secret))\n" in long


@pytest.mark.parametrize("name", ["full", "concise", "grouped", "github", "azure", "teamcity", "pylint"])
def test_statistics_count_each_rule_the_most_frequent_first(name):
    report = Report(findings=(finding(), finding(line=4), finding(code="BIN201")), checked=1)
    assert "2  BIN102  hardcoded-secret-key\n1  BIN201  placeholder-credential\n" in load(name).render(
        report, context(statistics=True)
    )
    assert list(summary.statistics(report, context())) == []


def test_the_registry_imports_nothing_heavy():
    program = (
        "import sys, binlint.reporters as r; r.load('full'); r.load('concise');"
        "heavy = {'json', 'rich', 'hashlib', 'urllib.parse', 'uuid', 'dataclasses', 'pathlib'};"
        "others = set(r.REPORTERS.values()) - {r.REPORTERS['full'], r.REPORTERS['concise']};"
        "more = {'binlint.reporters.' + name for name in ('identity', 'edits', 'uri')};"
        "print(sorted((heavy | others | more) & set(sys.modules)))"
    )
    paths = os.pathsep.join(path for path in sys.path if path)
    environment = {**os.environ, "PYTHONPATH": paths}
    run = subprocess.run(
        [sys.executable, "-S", "-c", program], env=environment, check=True, capture_output=True
    )
    assert run.stdout == b"[]\n"
