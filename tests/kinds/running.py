"""binlint over a grown project: what it finds there, and everything that it says in any format."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import pytest
from corpus import LOUD_LEVELS, paired
from kinds.notebooks import phrases
from kinds.template import Grown, Wanted, grow
from sources.trees import git, repository

from binlint import engine
from binlint.cli import main
from binlint.sources import discover

FORMATS = ("full", "concise", "json", "sarif", "github")


class Found(NamedTuple):
    """The part of a finding that the projects speak about."""

    path: str
    line: int
    code: str
    severity: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.code} ({self.severity}): {self.message}"


class Outcome(NamedTuple):
    """What a run found, and all that it showed, by format."""

    found: tuple[Found, ...]
    shown: dict[str, str]


def planted(template: str, place: Path) -> Grown:
    """The project of a template in a repository of its own, with everything tracked that is not ignored."""
    repository(place)
    grown = grow(template, place)
    git(place, "add", "--all")
    return grown


def outcome(place: Path, monkeypatch: pytest.MonkeyPatch, formats: tuple[str, ...] = FORMATS) -> Outcome:
    """What the command line says of a directory, in each format; it is looked at once."""
    monkeypatch.chdir(place)
    with monkeypatch.context() as patched:
        patched.setattr(discover, "discover", _once(discover.discover))
        patched.setattr(engine, "run", _once(engine.run))
        shown = {name: _said(name) for name in formats}
    document = json.loads(shown["json"].partition("\0")[0])
    if [note for note in document["skipped"] if note["failure"]]:
        raise AssertionError(f"not looked at: {document['skipped']}")
    found = tuple(
        Found(each["path"], each["line"], each["code"], each["severity"], each["message"])
        for each in document["findings"]
    )
    return Outcome(found, shown)


def _once(function: Callable[..., object]) -> Callable[..., object]:
    answers: list[object] = []

    def answer(*arguments: object, **keywords: object) -> object:
        if not answers:
            answers.append(function(*arguments, **keywords))
        return answers[0]

    return answer


def _said(name: str) -> str:
    raw, errors = io.BytesIO(), io.StringIO()
    output = io.TextIOWrapper(raw, encoding="utf-8", write_through=True)
    with redirect_stdout(output), redirect_stderr(errors):
        status = main(["--isolated", "--output-format", name, "--show-suppressed", "."])
    if status not in (0, 1):
        raise AssertionError(f"exit code {status}: {errors.getvalue()}")
    return raw.getvalue().decode() + "\0" + errors.getvalue()


def difference(wanted: tuple[Wanted, ...], found: tuple[Found, ...]) -> list[str]:
    """What is missed, and what nobody asks for, as lines for a reader."""
    loud = [each for each in found if each.severity in LOUD_LEVELS]
    missed, taken = paired([each for each in wanted if not each.allowed], loud, _meets)
    rest = [each for position, each in enumerate(loud) if position not in taken]
    _, allowed = paired([each for each in wanted if each.allowed], rest, _meets)
    unexpected = [each for position, each in enumerate(rest) if position not in allowed]
    return [f"missed      {each}" for each in missed] + [f"unexpected  {each}" for each in unexpected]


def _meets(found: Found, wanted: Wanted) -> bool:
    return (found.path, found.line) == (wanted.path, wanted.line) and found.code in wanted.codes


def misplaced(place: Path, grown: Grown, found: tuple[Found, ...]) -> list[str]:
    """The findings in notebooks whose message names another cell, or line of it, than the value stands in."""
    wrong = []
    for path in sorted({each.path for each in found if each.path.endswith(".ipynb")}):
        right = phrases((place / path).read_text(encoding="utf-8-sig"), grown.values)
        for each in found:
            if each.path != path or each.severity not in LOUD_LEVELS or each.line not in right:
                continue
            if not any(phrase in each.message for phrase in right[each.line]):
                wrong.append(f"{each} is in {' or '.join(sorted(right[each.line]))}")
    return wrong
