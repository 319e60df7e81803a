"""A program of one file leaks the same when its constants, functions and classes stand in other files.

What reaches a client must be found in its new place, with the same code and severity. A literal that was only
found by its name may lose the company that it had; and what was quiet stays quiet.
"""

from __future__ import annotations

import ast
import builtins
import symtable
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from corpus import ROOT, Expectations, Expected, Found, cases, difference, document, expectations, text_lines
from projects import Spot
from splitting import MODES, Split, split

ONE = "main.py"
SIDES = ("loud", "quiet")

# So many files of each side can be split at least, and in so many of the loud ones an expected line moves. The test
# must not become empty unnoticed.
LEAST = {
    "names": (160, 100, 150),
    "star": (160, 100, 150),
    "package": (160, 100, 150),
    "code": (260, 140, 210),
    "src": (260, 140, 210),
    "dunder_main": (155, 100, 150),
}


class Case(NamedTuple):
    """A file of the corpus that can be split in this way."""

    side: str
    name: str
    mode: str

    def __str__(self) -> str:
        return f"{self.mode}-{self.side}/{self.name}"


def splits() -> Iterator[tuple[Case, Split]]:
    for side in SIDES:
        for name in cases(side):
            try:
                text = text_of(side, name)
            except UnicodeDecodeError:
                continue
            for mode in MODES:
                parts = split(text, mode, f"{side}/{name}")
                if parts is not None:
                    yield Case(side, name, mode), parts


def text_of(side: str, name: str) -> str:
    return (ROOT / side / name).read_bytes().decode("utf-8")


SPLITS = dict(splits())


# what is found


class Sight(NamedTuple):
    """A finding at its line of the one file, and whether it reaches a client."""

    found: Found
    reaches: bool


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], list[Sight]]:
    """What is found in a file that is not split, looked for once."""

    @cache
    def look(side: str, name: str) -> list[Sight]:
        text = text_of(side, name)
        every_line = tuple(Spot(ONE, number) for number in range(1, text.count("\n") + text.count("\r") + 2))
        return run(Split({ONE: text}, every_line), tmp_path_factory.mktemp("one"))

    return look


def run(project: Split, folder: Path) -> list[Sight]:
    """What the command line finds in a project, started in its folder."""
    for path, text in project.files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text.encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        entries = document(Path())["findings"]
    return [
        Sight(
            Found(project.line(Spot(entry["path"], entry["line"])), entry["code"], entry["severity"]),
            entry["sink"] is not None,
        )
        for entry in entries
    ]


@pytest.mark.parametrize("case", SPLITS, ids=str)
def test_the_same_is_found(case: Case, alone: Callable[[str, str], list[Sight]], tmp_path: Path) -> None:
    wanted = expectations((ROOT / case.side / case.name).read_bytes())
    parts = SPLITS[case]
    verdict = disagreement(wanted, alone(case.side, case.name), run(parts, tmp_path))
    assert explained(verdict, parts) == ""


def disagreement(wanted: Expectations, before: list[Sight], after: list[Sight]) -> list[tuple[int, str]]:
    """The lines of the one file at which the project differs, and how."""
    met_by_name = difference(wanted, [sight.found for sight in before if sight.reaches]).missed
    asked = tuple(expected for expected in wanted.required if expected not in met_by_name)
    allowed = (*wanted.required, *wanted.allowed, *(_like(sight.found) for sight in before))
    reaching = [sight.found for sight in after if sight.reaches]
    rows = [(min(e.lines), f"missed {e}") for e in difference(Expectations(asked, ()), reaching).missed]
    result = difference(Expectations(asked, allowed), [sight.found for sight in after])
    rows += [(found.line, f"unexpected {found}") for found in result.unexpected]
    lost = _levels(before, asked) - _levels(after, asked)
    rows += [(line, f"no longer {severity} at {line}") for line, severity in lost.elements()]
    return sorted(rows)


def _like(found: Found) -> Expected:
    return Expected(frozenset({found.line}), frozenset({found.code}), False)


def _levels(sights: list[Sight], asked: tuple[Expected, ...]) -> Counter[tuple[int, str]]:
    """How severe that is which reaches a client at the lines that are asked for."""
    lines = {line for expected in asked for line in expected.lines}
    found = [sight.found for sight in sights if sight.reaches and sight.found.line in lines]
    return Counter((each.line, each.severity) for each in found)


def explained(rows: list[tuple[int, str]], parts: Split) -> str:
    """The rows with the places at which the lines stand now, and nothing that the lines say."""
    return "\n".join(f"{text} (now {parts.places[line - 1] if line else 'added'})" for line, text in rows)


# the splits themselves


@pytest.mark.parametrize("mode", MODES)
def test_enough_files_are_split(mode: str) -> None:
    chosen = [case for case in SPLITS if case.mode == mode]
    loud = [case for case in chosen if case.side == "loud"]
    moving = [case for case in loud if an_expected_line_moves(case)]
    found = (len(loud), len(chosen) - len(loud), len(moving))
    assert all(count >= least for count, least in zip(found, LEAST[mode], strict=True)), found


def an_expected_line_moves(case: Case) -> bool:
    wanted = expectations((ROOT / case.side / case.name).read_bytes())
    places = SPLITS[case].places
    return any(
        places[line - 1].path != MODES[case.mode].main for each in wanted.required for line in each.lines
    )


def of_mode(mode: str) -> Iterator[tuple[Case, Split]]:
    return ((case, parts) for case, parts in SPLITS.items() if case.mode == mode)


@pytest.mark.parametrize("mode", MODES)
def test_every_line_stands_somewhere_unchanged(mode: str) -> None:
    for case, parts in of_mode(mode):
        now = {path: text_lines(text.encode()) for path, text in parts.files.items()}
        before = text_lines(text_of(case.side, case.name).encode())
        assert len(parts.places) in (len(before), len(before) - 1), case  # the last may be empty
        changed = [
            number
            for number, spot in enumerate(parts.places, 1)
            if now[spot.path][spot.line - 1] != before[number - 1] or parts.line(spot) != number
        ]
        assert changed == [], case


@pytest.mark.parametrize("mode", MODES)
def test_every_name_is_bound_where_it_is_used(mode: str) -> None:
    for case, parts in of_mode(mode):
        unknown = unbound(ONE, {ONE: text_of(case.side, case.name)})
        for path in parts.files:
            assert unbound(path, parts.files) <= unknown, f"{case} {path}"


def unbound(path: str, files: dict[str, str]) -> set[str]:
    """The names that a module uses and neither it nor Python has, and those that it imports from nowhere."""
    bound = exports(path, files)
    used: set[str] = set()
    waiting = [table_of(files[path])]
    while waiting:
        table = waiting.pop()
        waiting += table.get_children()
        is_module = table.get_type() == "module"
        used |= {
            s.get_name() for s in table.get_symbols() if s.is_referenced() and (s.is_global() or is_module)
        }
    found = {name for name in used if name not in bound and not hasattr(builtins, name)}
    for node in imports_of(files[path]):
        home = module_of(node, path, files)
        if home is not None:
            found |= {alias.name for alias in node.names} - exports(home, files) - {"*"}
    return found - {"__name__"}


def exports(path: str, files: dict[str, str]) -> set[str]:
    bound = {s.get_name() for s in table_of(files[path]).get_symbols() if s.is_assigned() or s.is_imported()}
    for node in imports_of(files[path]):
        home = module_of(node, path, files)
        if home is not None and node.names[0].name == "*":
            bound |= {name for name in exports(home, files) if not name.startswith("_")}
    return bound


def table_of(text: str) -> symtable.SymbolTable:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the fixture's own
        return symtable.symtable(text, "<module>", "exec")


def imports_of(text: str) -> list[ast.ImportFrom]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom)]


def module_of(node: ast.ImportFrom, path: str, files: dict[str, str]) -> str | None:
    """The file of the project that an import is from."""
    home = Path(path).parent if node.level else Path("src" if path.startswith("src/") else "")
    module = home.joinpath(*(node.module or "").split(".")).as_posix()
    return next((found for found in (f"{module}.py", f"{module}/__init__.py") if found in files), None)


PROGRAM = """\
import os
from binance.client import Client

# of the account
KEY = "k"
TIMES = 3
TIMES += 1
OPTIONS = {}
OPTIONS["secret"] = "s"
REGION = os.environ["REGION"]


def connect():
    return Client(KEY, OPTIONS["secret"])


def twice(value=KEY):
    return value + KEY


print(connect(), twice())
"""


def test_what_is_changed_or_needs_what_stays_stays() -> None:
    parts = split(PROGRAM, "code", "")
    assert parts is not None
    assert parts.files["parts/values.py"] == '\n# of the account\nKEY = "k"\n'
    assert "def twice" not in parts.files["main.py"]
    assert "def connect" in parts.files["main.py"]
    assert "TIMES = 3" in parts.files["main.py"]
    assert "REGION = " in parts.files["main.py"]
    assert parts.line(Spot("parts/values.py", 3)) == 5
    assert parts.line(Spot("parts/code.py", 1)) == 0


@pytest.mark.parametrize(
    "text",
    [
        "print(1)\n",
        "x = 1; y = 2\n",
        "x = 1\nx = 2\n",
        "x = 1\ndel x\n",
        "x = []\nx.append(1)\n",
        "x = 1\ndef f():\n    global x\n    x = 2\n",
        "x = 1\nexec('x = 2')\n",
        "from os import *\nx = 1\n",
        "if a:\n    x = 1\nelse:\n    x = 2\n",
        "print(x)\nx = 1\n",
        "x = open('f')\n",
        "x = (\n",
    ],
)
def test_what_is_not_split(text: str) -> None:
    assert [split(text, mode, "") for mode in MODES] == [None] * len(MODES)


def test_a_split_can_be_repeated() -> None:
    assert split(PROGRAM, "src", "seed") == split(PROGRAM, "src", "seed")
