"""The projects are small programs of several files, each with an `expected.txt` that says what must be found.

A line asks for one finding, `config.py:3 BIN101 sink main.py:7`: the literal's place, its code (or codes, with
`|` between them, where a reader could defend several) and a station of its way, mostly the client. What reaches
a client is an error; `testnet` after the code asks for the lower severity instead, and without the word nothing
may be said of a test network. `not main.py:9` at the end names a line to which this literal must not be said to
go. `also` before the place allows a finding that nobody asks for. A first line `# run: main.py` names what the
command line gets in place of `.`; other lines that begin with `#` are remarks.

A project is copied before it is looked at, as git keeps it: names that begin with `dot.` get their dot
(`dot.env` is `.env`), everything that is not ignored is tracked, and `expected.txt` stays behind.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any, NamedTuple

from corpus import LOUD_LEVELS, paired
from sources.trees import git, repository

ROOT = Path(__file__).resolve().parent.parent / "fixtures" / "projects"
EXPECTED = "expected.txt"

_RUN = "# run:"
_LINE = re.compile(
    r"(?P<also>also\s+)?(?P<path>\S+):(?P<line>\d+)\s+(?P<codes>BIN\d{3}(?:\|BIN\d{3})*)(?P<testnet>\s+testnet)?"
    r"(?:\s+sink\s+(?P<sink>\S+))?(?:\s+not\s+(?P<never>\S+))?"
)
_ERRORS = frozenset({"BIN101", "BIN102", "BIN103"})  # what is an error where it reaches a client


class Spot(NamedTuple):
    """A line of a file."""

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


class Expected(NamedTuple):
    """One finding that a line asks for or allows."""

    spot: Spot
    codes: frozenset[str]
    testnet: bool = False
    sink: Spot | None = None
    never: Spot | None = None

    def __str__(self) -> str:
        where = (f" sink {self.sink}" if self.sink else "") + (f" not {self.never}" if self.never else "")
        return f"{self.spot} {'|'.join(sorted(self.codes))}{' testnet' if self.testnet else ''}{where}"


class Expectations(NamedTuple):
    """What an `expected.txt` says."""

    paths: tuple[str, ...]
    required: tuple[Expected, ...]
    allowed: tuple[Expected, ...]


class Found(NamedTuple):
    """The part of a finding that the projects speak about; `stations` are its sink, way and further sinks."""

    spot: Spot
    code: str
    severity: str
    testnet: bool = False
    stations: frozenset[Spot] = frozenset()

    def __str__(self) -> str:
        way = ", ".join(map(str, sorted(self.stations - {self.spot})))
        network = " testnet" if self.testnet else ""
        return f"{self.spot} {self.code} ({self.severity}{network}){' via ' + way if way else ''}"


class Difference(NamedTuple):
    """Where the tool and the expectations disagree."""

    missed: tuple[Expected, ...]
    unexpected: tuple[Found, ...]

    def __str__(self) -> str:
        rows = [f"missed      {expected}" for expected in self.missed]
        rows += [f"unexpected  {found}" for found in self.unexpected]
        return "\n".join(rows)


def cases(side: str) -> list[str]:
    """The names of the projects on one side, loud or quiet."""
    return sorted(path.name for path in (ROOT / side).iterdir() if path.is_dir())


def read(project: Path) -> Expectations:
    """What the `expected.txt` of a project says."""
    return expectations((project / EXPECTED).read_text(encoding="utf-8"))


def expectations(text: str) -> Expectations:
    """Read the text of an `expected.txt`."""
    paths = ["."]
    required: list[Expected] = []
    allowed: list[Expected] = []
    for number, line in enumerate(text.splitlines()):
        if number == 0 and line.startswith(_RUN):
            paths = line.removeprefix(_RUN).split()
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line.strip())
        if match is None:
            raise AssertionError(f"not understood: {line}")
        expected = Expected(
            Spot(match["path"], int(match["line"])),
            frozenset(match["codes"].split("|")),
            bool(match["testnet"]),
            _spot(match["sink"]),
            _spot(match["never"]),
        )
        (allowed if match["also"] else required).append(expected)
    return Expectations(tuple(paths), tuple(required), tuple(allowed))


def _spot(text: str | None) -> Spot | None:
    path, _, line = (text or "").rpartition(":")
    return Spot(path, int(line)) if path else None


def plant(project: Path, place: Path) -> Path:
    """Copy a project to a place that does not exist yet, and make it a repository."""
    shutil.copytree(project, place)
    (place / EXPECTED).unlink()
    for path in sorted(place.rglob("dot.*"), reverse=True):  # what lies in a directory before itself
        path.rename(path.with_name(path.name.removeprefix("dot")))
    repository(place)
    git(place, "add", "-A")
    return place


def found(document: dict[str, list[dict[str, Any]]]) -> list[Found]:
    """The findings of a JSON report."""
    return [_found(entry) for entry in document["findings"]]


def _found(entry: dict[str, Any]) -> Found:
    steps = [*entry["steps"], *entry["also"], *([entry["sink"]] if entry["sink"] else [])]
    stations = frozenset(Spot(step["path"], step["line"]) for step in steps)
    spot = Spot(entry["path"], entry["line"])
    return Found(spot, entry["code"], entry["severity"], entry["testnet"], stations)


def difference(wanted: Expectations, findings: list[Found]) -> Difference:
    """Pair findings with expectations, as many as possible, and name the rest."""
    missed, taken = paired(wanted.required, findings, _meets)
    unexpected = [
        finding
        for position, finding in enumerate(findings)
        if position not in taken
        and finding.severity in LOUD_LEVELS
        and not any(_meets(finding, expected) for expected in wanted.allowed)
    ]
    return Difference(missed, tuple(unexpected))


def _meets(finding: Found, expected: Expected) -> bool:
    if finding.spot != expected.spot or finding.code not in expected.codes:
        return False
    if finding.testnet != expected.testnet or (expected.testnet and finding.severity != "warning"):
        return False
    if expected.never in finding.stations:
        return False
    if expected.sink is None:
        return True
    is_low = finding.severity != "error" and finding.code in _ERRORS and not expected.testnet
    return expected.sink in finding.stations and not is_low
