"""Random histories of a repository: what was old stays silent, and everything new is reported."""

from __future__ import annotations

import io
import json
import random
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from fresh_values import fresh_key

from binlint import cli

FILE = Path(".binlint-baseline.jsonl")
HEAD = "from binance.client import Client\n"


class Tree:
    """Python files with keys in them, and what is known of each file."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # of edits, not of keys
        self.files: dict[str, list[str]] = {}
        self.number = 0

    def name(self) -> str:
        self.number += 1
        return f"{self.random.choice(['', 'pkg/', 'deep/er/'])}m{self.number}.py"

    def save(self) -> None:
        for path in Path().rglob("*.py"):
            path.unlink()
        for name, keys in self.files.items():
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            text = HEAD
            for key in keys:
                text += (
                    "\n" * self.random.randint(0, 4) + f"v{self.random.randint(0, 99)} = Client('{key}')\n"
                )
            Path(name).write_text(text, encoding="utf-8")

    def disturb(self) -> None:
        """Moves lines, and renames files: nothing new comes into being."""
        for name in list(self.files):
            self.random.shuffle(self.files[name])
            if self.random.random() < 0.4:
                self.files[self.name()] = self.files.pop(name)

    def drop(self) -> None:
        """Takes a few keys out."""
        for keys in self.files.values():
            if keys and self.random.random() < 0.3:
                keys.pop()

    def leak(self) -> list[str]:
        """New keys in some files; also further copies of old ones, which are as new."""
        fresh = []
        for name in self.random.sample(sorted(self.files), 2):
            is_copy = bool(self.files[name]) and self.random.random() < 0.4
            key = self.random.choice(self.files[name]) if is_copy else fresh_key()
            self.files[name].append(key)
            fresh.append(key)
        return fresh


def binlint(*arguments: str) -> tuple[int, str]:
    out = io.StringIO()
    code = cli.main((*arguments, "--color=never"), stdout=out, stderr=io.StringIO())
    return code, out.getvalue()


def reported() -> int:
    """How many keys a run reports."""
    return len(json.loads(binlint("--output-format=json")[1])["findings"])


def git(*arguments: str) -> str:
    command = ("git", "-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false")
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    git("init", "-q", "-b", "main")


def planted(seed: int) -> Tree:
    tree = Tree(seed)
    for _ in range(5):
        tree.files[tree.name()] = [fresh_key() for _ in range(tree.random.randint(1, 4))]
    tree.save()
    return tree


@pytest.mark.parametrize("seed", range(12))
def test_edits_moves_and_renames(seed: int):
    tree = planted(seed)
    assert binlint("baseline")[0] == 0
    for _ in range(4):
        tree.disturb()
        tree.save()
        assert reported() == 0
        known = Counter(key for keys in tree.files.values() for key in keys)
        fresh = tree.leak()
        tree.save()
        assert reported() == len(fresh)
        assert Counter(key for keys in tree.files.values() for key in keys) == known + Counter(fresh)
        binlint("baseline")
        assert reported() == 0
        before = FILE.read_bytes()
        binlint("baseline")
        assert FILE.read_bytes() == before
        tree.drop()
        tree.save()
        binlint("baseline", "--prune")
        assert reported() == 0


@pytest.mark.parametrize("seed", range(8))
def test_two_branches_meet(seed: int):
    tree = planted(seed)
    Path(".gitattributes").write_text(f"{FILE.name} merge=union\n", encoding="utf-8")
    binlint("baseline")
    git("add", "-A")
    git("commit", "-qm", "base")
    ours, theirs = (dict.fromkeys((f"{side}{number}.py" for number in range(3)), "") for side in "ab")
    for branch, files in (("ours", ours), ("theirs", theirs)):
        git("checkout", "-q", "-b", branch, "main")
        for name in files:
            Path(name).write_text(f"{HEAD}c = Client('{fresh_key()}')\n", encoding="utf-8")
        old = tree.random.choice(sorted(tree.files))
        renamed = f"{branch}_moved.py"
        if branch == "ours":
            git("mv", old, renamed)
        assert reported() == len(files)
        binlint("baseline", "--prune")
        assert reported() == 0
        git("add", "-A")
        git("commit", "-qm", branch)
    git("merge", "-q", "-m", "merge", "ours")
    assert reported() == 0
    text = FILE.read_text(encoding="utf-8")
    Path("new.py").write_text(f"{HEAD}c = Client('{fresh_key()}')\n", encoding="utf-8")
    assert reported() == 1
    Path("new.py").unlink()
    FILE.write_text(text + text, encoding="utf-8")  # what a careless merge leaves
    assert reported() == 0
    binlint("baseline", "--prune")
    lines = FILE.read_text(encoding="utf-8").splitlines()
    assert len(set(lines)) == len(lines)
    assert lines[1:] == sorted(
        lines[1:], key=lambda line: tuple(json.loads(line)[k] for k in ("path", "rule", "fp"))
    )
    assert reported() == 0


def test_two_baselines_that_were_begun_apart_meet():
    Path(".gitattributes").write_text(f"{FILE.name} merge=union\n", encoding="utf-8")
    Path("old.py").write_text(f"{HEAD}c = Client('{fresh_key()}')\n", encoding="utf-8")
    git("add", "-A")
    git("commit", "-qm", "base")
    for branch in ("ours", "theirs"):
        git("checkout", "-q", "-b", branch, "main")
        Path(f"{branch}.py").write_text(f"{HEAD}c = Client('{fresh_key()}')\n", encoding="utf-8")
        binlint("baseline")
        git("add", "-A")
        git("commit", "-qm", branch)
    git("merge", "-q", "-m", "merge", "ours")
    assert FILE.read_text(encoding="utf-8").count('"salt"') == 2
    assert reported() == 0
    text = Path("old.py").read_text(encoding="utf-8")
    Path("old.py").write_text(text + text.replace("c =", "d ="), encoding="utf-8")
    assert reported() == 1  # two entries for one finding do not make room for another
    Path("old.py").write_text(text, encoding="utf-8")
    binlint("baseline")
    assert FILE.read_text(encoding="utf-8").count('"salt"') == 1
    assert len(FILE.read_text(encoding="utf-8").splitlines()) == 4
    assert reported() == 0
