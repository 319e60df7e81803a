"""Every project of `fixtures/kinds` is one test: each credential is reported at its place, and nothing else is."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from hostile import exposed
from kinds.notebooks import phrases
from kinds.running import Found, difference, misplaced, outcome, planted
from kinds.template import ROOT, Wanted, cases, grow, read

from binlint.shapes import Shape, classify

LOUD = cases("loud")
QUIET = cases("quiet")


@pytest.mark.parametrize("case", LOUD)
def test_loud(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert verdict("loud", case, tmp_path / "project", monkeypatch) == []


@pytest.mark.parametrize("case", QUIET)
def test_quiet(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert verdict("quiet", case, tmp_path / "project", monkeypatch) == []


def verdict(side: str, case: str, place: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Where binlint and a template disagree, and what binlint shows and must not show."""
    grown = planted(read(side, case), place)
    before = everything(place.parent)
    said = outcome(place, monkeypatch)
    wrong = difference(grown.wanted, said.found) + misplaced(place, grown, said.found)
    for name, text in said.shown.items():
        wrong += [f"{name} shows a value ({form})" for form in sorted(set(exposed(text, grown.values)))]
    if everything(place.parent) != before:
        wrong.append("binlint wrote something")
    return wrong


def everything(place: Path) -> set[str]:
    return {path.relative_to(place).as_posix() for path in place.rglob("*")}


def test_there_are_about_as_many_quiet_projects_as_loud_ones() -> None:
    assert len(LOUD) >= 230
    assert len(QUIET) >= 140


@pytest.mark.parametrize("case", LOUD)
def test_a_loud_project_expects_something(case: str) -> None:
    assert re.search(r"⟦(?:[KSNAPRE]\d|!BIN)", read("loud", case))


def test_no_quiet_project_expects_anything() -> None:
    for case in QUIET:
        assert not re.search(r"⟦!|⟦\??[KSNAPRE]\d(?![^⟧]*\bq\b)", read("quiet", case)), case


def test_values_are_fresh_each_time(tmp_path: Path) -> None:
    template = read("loud", "dotenv_plain")
    first, second = grow(template, tmp_path / "a"), grow(template, tmp_path / "b")
    assert first.wanted == second.wanted
    assert len(first.values) == 2
    assert not set(first.values) & set(second.values)


def test_no_template_holds_a_credential() -> None:
    shapes = {Shape.KEY, Shape.HEX, Shape.PRIVATE_KEY, Shape.ENCRYPTED_PRIVATE_KEY, Shape.MALFORMED}
    for path in sorted(ROOT.rglob("*.txt")):
        text = path.read_text(encoding="utf-8")
        for run in re.findall(r"[A-Za-z0-9+/=]{48,}", text):
            assert classify(run) not in shapes, (path.name, run)


MADE = """\
# remarks are for readers
@@@@ a.txt | crlf
⟦K1⟧ ⟦S1⟧
⟦A1⟧⟦?N1⟧ ⟦~hex:8⟧
@@@@ b.pem | nonl
one
⟦P1⟧ ⟦!BIN104⟧
⟦K1:v=K1,q⟧ ⟦K1:code=BIN107⟧ ⟦S1:h1,q⟧⟦S1:h2,q⟧
@@@@ c.zip | zip
@@@@> d.txt
line
⟦K1⟧
@@@@> e.zip | stored
@@@@>> keys.pyc | pyc
x = "⟦S1⟧"
"""


def test_marks_become_values_and_expectations(tmp_path: Path) -> None:
    grown = grow(MADE, tmp_path)
    first, second = (tmp_path / "a.txt").read_bytes().split(b"\r\n")[:2]
    key, secret = first.decode().split(" ")
    assert len(key) == len(secret) == 64
    assert len(second) == 64 + 64 + 1 + 8
    pem = (tmp_path / "b.pem").read_text()
    lines = pem.split("\n")
    assert (lines[1], lines[3]) == ("-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY----- ")
    assert lines[4] == f"{key} {key} {secret}"
    assert {key, secret, lines[2]} <= set(grown.values)
    assert [str(wanted) for wanted in grown.wanted] == [
        "a.txt:1 BIN101",
        "a.txt:1 BIN102",
        "a.txt:2 ANY",
        "?a.txt:2 ANY",
        "b.pem:2 BIN103",
        "b.pem:4 BIN104",
        "b.pem:5 BIN107",
        "c.zip:1 BIN101",
        "c.zip:1 BIN102",
    ]
    with zipfile.ZipFile(tmp_path / "c.zip") as archive:
        assert archive.read("d.txt").decode() == f"line\n{key}\n"
        with zipfile.ZipFile(io.BytesIO(archive.read("e.zip"))) as inner:
            assert secret.encode() in inner.read("keys.pyc")


def test_marks_that_nobody_understands_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="X1"):
        grow("@@@@ a.txt\n⟦X1⟧\n", tmp_path)


SECRET = Wanted("a.txt", 3, frozenset({"BIN102"}))
SEEN = Found("a.txt", 3, "BIN102", "error", "")


@pytest.mark.parametrize(
    "found",
    [
        (),
        (SEEN._replace(line=4),),
        (SEEN._replace(path="b.txt"),),
        (SEEN._replace(code="BIN101"),),
        (SEEN._replace(severity="note"),),
        (SEEN, SEEN),
    ],
)
def test_what_differs_is_named(found: tuple[Found, ...]) -> None:
    assert difference((SECRET,), (SEEN,)) == []
    assert difference((SECRET,), found) != []


def test_what_is_allowed_may_be_there_once() -> None:
    allowed = SECRET._replace(allowed=True)
    assert difference((allowed,), ()) == difference((allowed,), (SEEN,)) == []
    assert difference((allowed,), (SEEN, SEEN)) == [f"unexpected  {SEEN}"]


def test_places_in_a_notebook() -> None:
    text = """{"cells": [
        {"cell_type": "markdown", "source": ["x\\n",
            "AAA"]},
        {"cell_type": "code", "source": "x\\ny\\nBBB",
            "outputs": [{"text": ["AAA"]}]}
    ], "metadata": {"x":
        "BBB"}}"""
    assert phrases(text, ("AAA", "BBB")) == {
        3: {"(cell 1, line 2)"},
        4: {"(cell 2, line 3)"},
        5: {"(cell 2, output)"},
        7: {"metadata"},
    }
    assert phrases(text[:-1], ("AAA",)) == {}
