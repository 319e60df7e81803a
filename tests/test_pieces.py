"""A hook is given the files in pieces, each to a process of its own: together they say what one run says."""

from __future__ import annotations

import io
import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from fresh_values import fresh_key
from kinds.keys import ed25519
from projects import ROOT, cases, plant
from sources.trees import git, repository

from binlint.cli import main
from binlint.sources import whole

NUMBER = re.compile(r"(?<=API_KEY|_SECRET)_\d+(?=\W)")
PROJECTS = [f"{side}/{case}" for side in ("loud", "quiet") for case in cases(side)]


@pytest.fixture(autouse=True)
def no_hook_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PRE_COMMIT_FROM_REF", "PRE_COMMIT_TO_REF"):
        monkeypatch.delenv(name, raising=False)


def run(*paths: str) -> list[dict[str, Any]]:
    """The findings of a run of the hook, in this process and from the current directory."""
    raw = io.BytesIO()
    output = io.TextIOWrapper(raw, encoding="utf-8", write_through=True)
    errors = io.StringIO()
    with redirect_stdout(output), redirect_stderr(errors):
        status = main(["--force-exclude", "--output-format", "json", "--isolated", "--", *paths])
    if status not in (0, 1):
        raise AssertionError(f"exit code {status}: {errors.getvalue()}")
    found: list[dict[str, Any]] = json.loads(raw.getvalue())["findings"]
    return found


def pieces(names: list[str], size: int, seed: str) -> Iterator[list[str]]:
    """All the names, shuffled and cut."""
    shuffled = sorted(names)
    random.Random(seed).shuffle(shuffled)
    return (shuffled[start : start + size] for start in range(0, len(shuffled), size))


def said(findings: list[dict[str, Any]]) -> list[str]:
    """In order, and without the numbers of suggested variables, which a piece counts for itself."""
    return sorted(NUMBER.sub("", json.dumps(finding, sort_keys=True)) for finding in findings)


@pytest.mark.parametrize("project", PROJECTS)
@pytest.mark.parametrize("is_commit", [True, False], ids=["staged", "all-files"])
def test_pieces_say_what_one_run_says(
    project: str, is_commit: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole, "PIECE", 1)
    place = plant(ROOT / project, tmp_path / "project")
    if not is_commit:
        git(place, "commit", "-q", "--no-verify", "-m", "As it was")
        monkeypatch.setattr(whole, "arguments_of_parent", lambda: "pre-commit\0run\0--all-files\0")
    monkeypatch.chdir(place)
    names = subprocess.check_output(["git", "ls-files", "-z"], text=True).split("\0")[:-1]
    wanted = said(run("."))
    for size in (1, 3):
        found = [finding for piece in pieces(names, size, project) for finding in run(*piece)]
        assert said(found) == wanted, size


CLIENT = "from binance.client import Client\n"
FAR_APART = {
    "names that are not ASCII": {
        "设置.py": "币 = '«a»'\n",
        "主.py": CLIENT + "from 设置 import 币\nClient(币, '')\n",
    },
    "settings of Django": {
        "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site_conf.production')\n",
        "site_conf/__init__.py": "",
        "site_conf/production.py": "FIRST = '«a»'\n",
        "trading/services.py": CLIENT + "from django.conf import settings\nClient(settings.FIRST, '')\n",
    },
    "settings of Django in two files": {
        "manage.py": "import os\nos.environ['DJANGO_SETTINGS_MODULE'] = 'proj.settings.prod'\n",
        "proj/__init__.py": "",
        "proj/settings/__init__.py": "",
        "proj/settings/base.py": "FIRST = '«a»'\n",
        "proj/settings/prod.py": "from .base import *\n",
        "app/v.py": CLIENT + "from django.conf import settings\nClient(settings.FIRST, '')\n",
    },
    "configuration of Flask": {
        "config.py": "FIRST = '«a»'\n",
        "app.py": "from flask import Flask\napp = Flask(__name__)\napp.config.from_object('config')\n",
        "v.py": CLIENT + "from app import app\nClient(app.config['FIRST'], '')\n",
    },
    "another name for the environment": {
        "a.py": "from os import environ as e\ne['FIRST'] = '«a»'\n",
        "b.py": CLIENT + "import os, a\nClient(os.environ['FIRST'], '')\n",
    },
    "a wrapper on a changed search path": {
        "libs/common/wrap.py": CLIENT + "def connect(first):\n    return Client(first, '')\n",
        "libs/common/__init__.py": "",
        "apps/one/ids.py": "FIRST = '«a»'\n",
        "apps/one/run.py": (
            "import os, sys\nsys.path.append(os.path.join(os.path.dirname(__file__), '..', '..', 'libs'))\n"
            "from common.wrap import connect\nfrom ids import FIRST\nconnect(FIRST)\n"
        ),
    },
    "a subclass that puts something else there": {
        "base.py": CLIENT
        + "class Base:\n    first = 'my-own-key-17'\n    def go(self):\n        Client(self.first, '')\n",
        "mine.py": "import os\nfrom base import Base\nclass Mine(Base):\n    first = os.environ['FIRST']\n"
        "Mine().go()\n",
    },
}


@pytest.mark.parametrize("name", FAR_APART)
def test_pieces_that_belong_together_though_no_import_says_so(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whole, "PIECE", 1)
    root = repository(tmp_path)
    key = fresh_key()
    for path, text in FAR_APART[name].items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text.replace("«a»", key), encoding="utf-8")
    git(root, "add", "-A")
    monkeypatch.chdir(root)
    wanted = run(".")
    assert any(finding["code"] == "BIN101" for finding in wanted) == any(
        "«a»" in text for text in FAR_APART[name].values()
    )
    assert said([finding for path in FAR_APART[name] for finding in run(path)]) == said(wanted)


@pytest.fixture
def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a file that holds a key, committed, and one that hands it to a client, only staged."""
    root = repository(tmp_path)
    (root / "README.md").write_text("A bot\n")
    _commit(root)
    for number in range(whole.PIECE):
        (root / f"remark{number}.md").write_text("A bot\n")
    (root / "held.py").write_text(f"FIRST = '{fresh_key()}'\n")
    _commit(root)
    (root / "taker.py").write_text("from binance import Client\nfrom held import FIRST\nClient(FIRST, '')\n")
    git(root, "add", "-A")
    monkeypatch.chdir(root)
    return root


def _commit(root: Path) -> None:
    git(root, "add", "-A")
    git(root, "commit", "-q", "--no-verify", "-m", "As it is")


def places(*paths: str) -> list[tuple[str, str]]:
    return [(finding["path"], finding["code"]) for finding in run(*paths)]


FOUND = [("held.py", "BIN101")]


def test_a_literal_of_an_earlier_commit_is_reported_with_its_client(pair: Path) -> None:
    assert places("taker.py") == FOUND


def test_a_literal_of_the_same_commit_is_left_to_the_piece_that_has_it(pair: Path) -> None:
    for path in pair.glob("[!.]*"):
        with path.open("a") as stream:
            stream.write("# a remark\n")
    git(pair, "add", "-A")
    assert places("taker.py") == []
    assert places("held.py") == FOUND
    assert places("held.py", "taker.py") == FOUND


@pytest.mark.parametrize(
    ("arguments", "is_left"),
    [
        ("pre-commit run --all-files", True),
        ("python -m pre_commit run binlint -a", True),
        ("prek run -av", True),
        ("pre-commit run --files taker.py held.py", False),
        ("pre-commit run --files=taker.py -a", False),
        ("xargs -a list binlint check --force-exclude", False),
        ("git commit -a -m pre-commit", False),
        ("pre-commit run --files -ab.py", False),
        ("xargs -P 4 binlint check --force-exclude", False),
        ("", False),
    ],
)
def test_a_hook_that_is_given_all_files(
    pair: Path, monkeypatch: pytest.MonkeyPatch, arguments: str, is_left: bool
) -> None:
    _commit(pair)
    words = "".join(f"{word}\0" for word in arguments.split())
    monkeypatch.setattr(whole, "arguments_of_parent", lambda: words)
    assert places("taker.py") == ([] if is_left else FOUND)
    assert places("held.py") == FOUND


@pytest.mark.skipif(os.name == "nt", reason="there is no telling on Windows")
@pytest.mark.parametrize("is_listed", [True, False], ids=["proc", "ps"])
def test_the_arguments_of_the_program_that_started_this_one(is_listed: bool) -> None:
    lines = ["from binlint.sources import whole", "def closed(*_): raise OSError"]
    lines += [] if is_listed else ["whole.open = closed"]
    program = "\n".join((*lines, "print(whole.arguments_of_parent().split(chr(0))[-2:])"))
    started = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]], check=True)"
    command = [sys.executable, "-c", started, program, "--all-files"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "'--all-files', ''" in said


def test_a_file_that_somebody_names_is_no_piece(
    pair: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    git(pair, "reset", "-q", "--soft", "HEAD~")
    assert main(["--output-format", "concise", "taker.py"]) == 1
    assert b"held.py:1:9: BIN101" in capsysbinary.readouterr().out


def test_a_commit_of_few_files_is_not_divided(pair: Path) -> None:
    """So what was not given is none of the hook's files, and the client that is given is ours to report."""
    with (pair / "held.py").open("a") as stream:
        stream.write("# a remark\n")
    git(pair, "add", "-A")
    assert places("taker.py") == FOUND


def test_a_hook_before_a_push_is_given_the_files_between_two_revisions(
    pair: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _commit(pair)
    monkeypatch.setenv("PRE_COMMIT_TO_REF", "HEAD")
    monkeypatch.setenv("PRE_COMMIT_FROM_REF", "HEAD~")
    assert places("taker.py") == FOUND
    monkeypatch.setenv("PRE_COMMIT_FROM_REF", "HEAD~2")
    assert places("taker.py") == []
    assert places("held.py") == FOUND


def test_while_a_merge_stands_open_nothing_is_left_to_others(pair: Path) -> None:
    git(pair, "commit", "-q", "--no-verify", "-m", "The client")
    git(pair, "checkout", "-q", "-b", "other", "HEAD~2")
    git(pair, "merge", "-q", "--no-ff", "--no-commit", "-")
    assert places("taker.py") == FOUND


@pytest.mark.parametrize("held", ["settings.json", "keys.pem", "held.ipynb"])
def test_what_only_the_project_tells_of_a_file_without_code(pair: Path, held: str) -> None:
    """Given alone, it is judged as in a run over everything."""
    key = fresh_key()
    texts = {
        "settings.json": json.dumps({"first": key, "second": key[::-1]}),
        "keys.pem": ed25519(),
        "held.ipynb": json.dumps({"cells": [], "nbformat": 4, "nbformat_minor": 5, "metadata": {"x": key}}),
    }
    (pair / held).write_text(texts[held])
    (pair / "reader.py").write_text(
        "import json\nfrom binance import Client\nd = json.load(open('settings.json'))\n"
        "Client(d['first'], d['second'])\nClient('', private_key=open('keys.pem').read())\n"
    )
    _commit(pair)
    assert said(run(held)) == [line for line in said(run(".")) if json.loads(line)["path"] == held]
