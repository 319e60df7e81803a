"""Programs are run before and after the refactor: their client libraries must be given the same.

A program is a template of `programs/`, written as those of fixtures/kinds. Before the first file may stand
`run:` the file to start, `bot.py` if not said; `stays:` the values that may be left in files, and `?` if they
need not be; `quiet:` those of them of which nothing need be said; `safe:` the values that go without
--unsafe-fixes; `keyfile:` a variable that holds the path of a key file, of which there is none if not said.
"""

from __future__ import annotations

import base64
import difflib
import io
import json
import os
import re
import stat
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from dotenv import dotenv_values
from kinds.template import _Growth, sections
from programs.recorder import run
from sources.trees import repository

from binlint.cli import main

PROGRAMS = Path(__file__).parent / "programs"
CASES = sorted(path.stem for path in PROGRAMS.glob("*.txt"))
SAMPLED = [
    name
    for index, name in enumerate(CASES)
    if index % 6 == 0 or "\nsafe:" in "\n" + (PROGRAMS / f"{name}.txt").read_text(encoding="utf-8")
]
SHOWN = 12  # what is longer than the ends that a mask shows

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes and the shell of POSIX")

Tree = dict[str, tuple[bytes, int]]


class Program(NamedTuple):
    """A program on the disk, and what is known about it."""

    root: Path
    values: dict[str, str]
    start: str
    stays: frozenset[str]
    is_stay_open: bool
    quiet: frozenset[str]
    safe: frozenset[str]
    key_file: str = ""  # the variable with the path of a key file

    def tree(self) -> Tree:
        """All files but those of git, with their modes."""
        return {
            path.relative_to(self.root).as_posix(): (path.read_bytes(), stat.S_IMODE(path.stat().st_mode))
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and path.relative_to(self.root).parts[0] != ".git"
        }

    def run(self, variables: dict[str, str]) -> tuple[object, str]:
        """What the libraries are given, and what the program prints."""
        record = self.root.parent / f"{self.root.name}.json"
        said = self.root.parent / f"{self.root.name}.txt"
        record.unlink(missing_ok=True)
        child = os.fork()  # a new interpreter for each run takes longer than all the rest
        if child == 0:
            status = 1
            try:
                os.environ.clear()
                os.environ.update(PATH=os.defpath, **variables)
                sys.stdout = sys.stderr = open(said, "w", encoding="utf-8")  # noqa: SIM115
                run(str(record), str(self.root / self.start))
                status = 0
            except BaseException:  # noqa: BLE001
                traceback.print_exc()
            finally:
                sys.stdout.flush()
                os._exit(status)
        _, status = os.waitpid(child, 0)
        text = said.read_text(encoding="utf-8")
        assert status == 0, self.masked(text)
        return json.loads(record.read_text(encoding="utf-8")), text

    def environment(self) -> dict[str, str]:
        """What a program finds in its environment once `.env` is loaded."""
        loaded = dotenv_values(self.root / ".env", interpolate=False)
        return {name: value for name, value in loaded.items() if value is not None}

    def key_files(self) -> dict[str, str]:
        """The files of keys that `.env` names, with what they hold."""
        places = (Path(value) for value in self.environment().values() if value.startswith(f"{self.root}/"))
        return {place.relative_to(self.root).as_posix(): place.read_text("utf-8") for place in places}

    def saved(self) -> list[str]:
        """The values that a program finds in its environment, or in the files that this names."""
        return [value.strip() for value in (*self.environment().values(), *self.key_files().values())]

    def masked(self, text: str) -> str:
        """A text that may be shown by a failed test."""
        for name, value in self.values.items():
            for piece in pieces(value):
                text = text.replace(piece, f"<{name}>")
        return text


def pieces(value: str) -> list[str]:
    """What tells a value, however it is cut up."""
    lines = value.split("\n")
    if len(lines) == 1:
        return [value[:32], value[32:], base64.b64encode(value.encode()).decode()[:40]]
    return [line[:40] for line in lines if "-----" not in line and len(line) >= SHOWN]


def holds(data: bytes, value: str) -> bool:
    return any(piece.encode() in data for piece in pieces(value))


def windows(value: str) -> Iterator[str]:
    for line in value.split("\n"):
        if "-----" not in line:
            yield from (line[at : at + SHOWN] for at in range(len(line) - SHOWN + 1))


def grown(name: str, root: Path) -> Program:
    template = (PROGRAMS / f"{name}.txt").read_text(encoding="utf-8")
    head = dict(re.findall(r"^(\w+): *(.*)$", template.partition("@@@@")[0], re.MULTILINE))
    growth = _Growth()
    repository(root)
    for section in sections(template):
        for path, data in growth.file(section).items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
            target.chmod(0o755 if "x" in section.options else 0o640)
    stays = head.get("stays", "").split()
    return Program(
        root,
        growth.known,
        head.get("run", "bot.py"),
        frozenset(stays) - {"?"},
        "?" in stays,
        frozenset(head.get("quiet", "").split()),
        frozenset(head.get("safe", "").split()),
        head.get("keyfile", ""),
    )


def binlint(*arguments: str) -> tuple[int, str]:
    """Exit code and both streams of a run in this process."""
    out, error = io.StringIO(), io.StringIO()
    code = main(["--isolated", *arguments], stdout=out, stderr=error)
    return code, out.getvalue() + error.getvalue()


@pytest.fixture(autouse=True)
def _at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CI", "PRE_COMMIT_CI", "BINLINT_OUTPUT_FORMAT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.mark.parametrize("name", CASES)
def test_behaves_the_same_and_holds_no_value(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = grown(name, tmp_path / "project")
    monkeypatch.chdir(program.root)
    tree = program.tree()
    before = program.run({})

    _, said = binlint("--diff", "--unsafe-fixes", ".")
    assert program.tree() == tree, "--diff changes nothing"
    assert_no_value(program, said)

    code, said = binlint("--fix", "--unsafe-fixes", ".")
    assert_no_value(program, said)
    after = program.tree()
    assert_values_moved(program, tree, after, code, said)
    assert program.run(program.environment()) == before, program.masked(said)
    assert_minimal(program, tree, after)
    assert {path: mode for path, (_, mode) in after.items() if path in tree and path != ".env"} == {
        path: mode for path, (_, mode) in tree.items() if path != ".env"
    }

    again, said_again = binlint("--fix", "--unsafe-fixes", ".")
    assert program.tree() == after, "a second run changes nothing"
    assert again == code, said_again
    assert "Moved" not in said_again


@pytest.mark.parametrize("name", SAMPLED)
def test_safe_fixes_alone_do_not_change_it_either(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = grown(name, tmp_path / "project")
    monkeypatch.chdir(program.root)
    before = program.run({})
    _, said = binlint("--fix", ".")
    assert_no_value(program, said)
    assert program.run(program.environment()) == before, program.masked(said)
    secret = {".env", *program.key_files()}
    sources = b"".join(data for path, (data, _) in program.tree().items() if path not in secret)
    assert not [value for value in sorted(program.safe) if holds(sources, program.values[value])], said
    for value in program.values.values():
        assert holds(sources, value) or value.strip() in program.saved()
    _, said = binlint("--fix", "--unsafe-fixes", ".")
    assert program.run(program.environment()) == before, program.masked(said)


def assert_no_value(program: Program, said: str) -> None:
    shown = [name for name, value in program.values.items() if any(piece in said for piece in windows(value))]
    assert not shown, program.masked(said)


def assert_values_moved(program: Program, tree: Tree, after: Tree, code: int, said: str) -> None:
    secret = {".env", *program.key_files()}
    left = set()
    for name, value in program.values.items():
        paths = [path for path, (data, _) in after.items() if path not in secret and holds(data, value)]
        if paths:
            left.add(name)
            told = [re.search(rf"^  {re.escape(path)}:\d+: \S", said, re.MULTILINE) for path in paths]
            assert name in program.quiet or all(told), program.masked(said)
        else:
            times = program.saved().count(value.strip())
            assert times == 1, f"{name} is in the store {times} times\n{program.masked(said)}"
    assert left <= program.stays, program.masked(said)
    if not program.is_stay_open:
        assert left == program.stays, program.masked(said)
    assert code == (1 if left - program.quiet else 0), said
    if ".env" not in after:
        return
    for value in program.values.values():
        assert after[".env"][0].count(pieces(value)[0].encode()) <= 1
    for path in secret:
        assert after[path][1] == 0o600
        ignored = subprocess.run(["git", "check-ignore", "-q", path], cwd=program.root, check=False)
        assert ignored.returncode == 0
    assert set(after) - set(tree) <= secret | {".env.example", ".gitignore"}
    has_key_file = "saved as a key file" in said
    assert has_key_file == (len(secret) > 1) == (program.key_file != ""), program.masked(said)
    assert {program.key_file} - {""} <= set(program.environment())


def assert_minimal(program: Program, tree: Tree, after: Tree) -> None:
    """Every line that goes or changes held a value or a half of one, or stands right beside such a line."""
    for path, (data, _) in tree.items():
        if not path.endswith(".py"):
            assert path in (".gitignore", ".env") or after[path][0] == data, path
            continue
        old, new = data.splitlines(keepends=True), after[path][0].splitlines(keepends=True)
        added = removed = 0
        for tag, first, last, start, end in difflib.SequenceMatcher(None, old, new, False).get_opcodes():
            if tag == "equal":
                continue
            gone = old[first:last]
            removed += len(gone)
            added += end - start
            blank = [line for line in gone if not is_about(program, line)]
            assert len(blank) <= 1, program.masked(b"".join(gone).decode("latin-1"))
        assert added <= removed + 3 + 3 * len(program.values), path
        for newline in (b"\r\n", b"\t"):
            if data.count(newline) == data.count(newline[-1:]) > 0:
                assert after[path][0].count(newline) == after[path][0].count(newline[-1:])
        assert data.startswith(b"\xef\xbb\xbf") == after[path][0].startswith(b"\xef\xbb\xbf")
        assert data.endswith(b"\n") == after[path][0].endswith(b"\n")


def is_about(program: Program, line: bytes) -> bool:
    text = line.decode("latin-1")
    return "-----" in text or any(
        piece in text for value in program.values.values() for piece in (value[-SHOWN:], *windows(value))
    )


PLACEHOLDERS = """\
from binance.client import Client
def main():
    Client("YOUR_API_KEY", "YOUR_API_SECRET").ping()
main()
"""


def test_a_placeholder_goes_without_being_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "project"
    repository(root)
    (root / "bot.py").write_text(PLACEHOLDERS, encoding="utf-8")
    program = Program(root, {}, "bot.py", frozenset(), False, frozenset(), frozenset())
    monkeypatch.chdir(root)
    before = program.run({})
    code, said = binlint("--fix", ".")
    assert (root / "bot.py").read_text(encoding="utf-8") == PLACEHOLDERS
    assert "--unsafe-fixes" in said
    assert code == 0
    assert binlint("--fix", "--unsafe-fixes", ".")[0] == 0
    assert "YOUR_API" not in "".join(
        path.read_text(encoding="utf-8") for path in root.iterdir() if path.is_file()
    )
    assert (root / ".env.example").read_text(encoding="utf-8") == "BINANCE_API_KEY=\nBINANCE_API_SECRET=\n"
    assert not (root / ".env").exists()
    variables = {"BINANCE_API_KEY": "YOUR_API_KEY", "BINANCE_API_SECRET": "YOUR_API_SECRET"}
    assert program.run(variables) == before
    with pytest.raises(AssertionError, match="KeyError: 'BINANCE_API_KEY'"):
        program.run({})
    assert binlint("--fix", "--unsafe-fixes", ".")[1].count("Moved") == 0
