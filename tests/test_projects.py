"""Every project is one test: what its files say together must be heard, and no more than that."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from projects import (
    ROOT,
    Expectations,
    Expected,
    Found,
    Spot,
    cases,
    difference,
    expectations,
    found,
    plant,
    read,
)

from binlint.cli import main

LOUD = cases("loud")
QUIET = cases("quiet")


@pytest.mark.parametrize("case", LOUD)
def test_loud(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert verdict(ROOT / "loud" / case, tmp_path / case, monkeypatch) == ""


@pytest.mark.parametrize("case", QUIET)
def test_quiet(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert verdict(ROOT / "quiet" / case, tmp_path / case, monkeypatch) == ""


def verdict(project: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where binlint, started in a copy of the project, and its `expected.txt` disagree."""
    wanted = read(project)
    monkeypatch.chdir(plant(project, place))
    return str(difference(wanted, run(wanted.paths)))


def run(paths: tuple[str, ...]) -> list[Found]:
    """What the command line finds, in this process and from the current directory."""
    raw = io.BytesIO()
    output = io.TextIOWrapper(raw, encoding="utf-8", write_through=True)
    errors = io.StringIO()
    with redirect_stdout(output), redirect_stderr(errors):
        status = main(["--output-format", "json", "--isolated", *paths])
    if status not in (0, 1):
        raise AssertionError(f"exit code {status}: {errors.getvalue()}")
    return found(json.loads(raw.getvalue()))


def test_there_are_about_as_many_quiet_projects_as_loud_ones() -> None:
    assert len(LOUD) >= 60
    assert len(QUIET) >= 40


@pytest.mark.parametrize("case", LOUD)
def test_a_loud_project_needs_more_than_one_file(case: str) -> None:
    required = read(ROOT / "loud" / case).required
    assert required
    if not case.startswith("one_file_"):
        assert any(expected.sink and expected.sink.path != expected.spot.path for expected in required)


def test_no_quiet_project_expects_more_than_notes() -> None:
    for case in QUIET:
        for expected in read(ROOT / "quiet" / case).required:
            assert not any(code.startswith("BIN1") for code in expected.codes), case


@pytest.mark.parametrize(
    "project", [*(f"loud/{case}" for case in LOUD), *(f"quiet/{case}" for case in QUIET)]
)
def test_expectations_name_lines_that_are_there(project: str, tmp_path: Path) -> None:
    wanted = read(ROOT / project)
    place = plant(ROOT / project, tmp_path / "project")
    spots = [
        each
        for expected in wanted.required + wanted.allowed
        for each in (expected.spot, expected.sink, expected.never)
    ]
    for spot in filter(None, spots):
        assert spot.line <= len((place / spot.path).read_bytes().splitlines()), str(spot)


def test_expectations_are_read() -> None:
    text = (
        "# run: main.py bot/run.py\n# two accounts\n\nconfig.py:3 BIN101|BIN107 testnet sink bot/run.py:7\n"
        "config.py:4 BIN102 sink bot/run.py:7 not main.py:3\n"
        "a.json:2 BIN102\nalso keys.py:1 BIN107\n"
    )
    assert expectations(text) == Expectations(
        paths=("main.py", "bot/run.py"),
        required=(
            Expected(Spot("config.py", 3), frozenset({"BIN101", "BIN107"}), True, Spot("bot/run.py", 7)),
            Expected(
                Spot("config.py", 4), frozenset({"BIN102"}), False, Spot("bot/run.py", 7), Spot("main.py", 3)
            ),
            Expected(Spot("a.json", 2), frozenset({"BIN102"})),
        ),
        allowed=(Expected(Spot("keys.py", 1), frozenset({"BIN107"})),),
    )


def test_expectations_that_nobody_understands_are_refused() -> None:
    with pytest.raises(AssertionError, match="BIN1"):
        expectations("config.py:3 BIN1")


def test_a_copy_is_a_repository_with_hidden_files(tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "dot.config" / "dot.keys").mkdir(parents=True)
    for name in ("expected.txt", "dot.gitignore", "dot.config/dot.keys/dot.env", "main.py"):
        (project / name).write_text("main.py\n")
    copy = plant(project, tmp_path / "copy")
    names = {path.relative_to(copy).as_posix() for path in copy.rglob("*") if path.is_file()}
    assert {name for name in names if not name.startswith(".git/")} == {
        ".gitignore",
        ".config/.keys/.env",
        "main.py",
    }
    assert ".git/index" in names


KEYS = Spot("keys.py", 1)
CLIENT = Spot("main.py", 7)
ASKED = Expected(KEYS, frozenset({"BIN101"}), sink=CLIENT)
GIVEN = Found(KEYS, "BIN101", "error", stations=frozenset({KEYS, CLIENT}))


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        (ASKED, GIVEN._replace(spot=Spot("keys.py", 2))),
        (ASKED, GIVEN._replace(code="BIN102")),
        (ASKED, GIVEN._replace(severity="warning")),
        (ASKED, GIVEN._replace(severity="warning", testnet=True)),
        (ASKED, GIVEN._replace(stations=frozenset({KEYS}))),
        (ASKED._replace(never=CLIENT), GIVEN),
        (ASKED._replace(testnet=True), GIVEN),
        (ASKED._replace(testnet=True), GIVEN._replace(testnet=True)),
    ],
)
def test_what_differs_is_missed_and_unexpected(asked: Expected, given: Found) -> None:
    assert difference(Expectations((".",), (ASKED,), ()), [GIVEN]) == ((), ())
    assert difference(Expectations((".",), (asked,), ()), [given]) == ((asked,), (given,))


def test_notes_and_allowed_findings_are_not_unexpected() -> None:
    note = Found(KEYS, "BIN201", "note")
    wanted = Expectations((".",), (), (Expected(KEYS, frozenset({"BIN101"})),))
    assert difference(wanted, [note, GIVEN]) == ((), ())


def test_pairing_finds_the_best_match() -> None:
    either = Expected(KEYS, frozenset({"BIN101", "BIN102"}))
    wanted = Expectations((".",), (either, ASKED), ())
    secret = GIVEN._replace(code="BIN102")
    assert difference(wanted, [GIVEN, secret]) == ((), ())


def test_differences_are_named() -> None:
    result = difference(
        Expectations((".",), (ASKED,), ()), [GIVEN._replace(severity="warning", testnet=True)]
    )
    assert str(result) == (
        "missed      keys.py:1 BIN101 sink main.py:7\n"
        "unexpected  keys.py:1 BIN101 (warning testnet) via main.py:7"
    )
