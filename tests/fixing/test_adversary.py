"""Projects made to be broken by `--fix`: whole runs, and the programs before and after it."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from dotenv import dotenv_values
from fresh_values import fresh_key
from kinds import keys
from sources.trees import git, repository

from binlint.cli import main

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX")

KEY, SECRET, OTHER_KEY, OTHER_SECRET = VALUES = tuple(fresh_key() for _ in range(4))
PEM = keys.ed25519() + "\n"
EXCHANGE = f'import ccxt\n\nexchange = ccxt.binance({{"apiKey": "{KEY}", "secret": "{SECRET}"}})\n'

_RECORDER = """
import json, os

def client(name):
    class Client:
        def __init__(self, *given, **named):
            with open(os.environ["RECORD"], "a") as record:
                record.write(json.dumps([name, given, named], sort_keys=True) + chr(10))
    return Client
"""
_CONFIGURATION = """
import os
from recorder import client

_Client = client("ConfigurationRestAPI")

def ConfigurationRestAPI(api_key=None, api_secret=None, private_key=None):
    is_path = private_key is not None and os.path.isfile(private_key)
    return _Client(api_key, api_secret, open(private_key).read() if is_path else private_key)
"""
_STUBS = {
    "recorder.py": _RECORDER,
    "ccxt.py": "from recorder import client\nbinance = client('binance')\n",
    "binance.py": "from recorder import client\nClient = client('Client')\n",
    "binance_common/__init__.py": "",
    "binance_common/configuration.py": _CONFIGURATION,
}


class Ran(NamedTuple):
    """What a program gave to its clients, what it printed, and how it ended."""

    clients: str
    output: str
    code: int


class Fixed(NamedTuple):
    """A project behind a fix."""

    root: Path
    code: int
    said: str


@pytest.fixture
def stubs(tmp_path: Path) -> Path:
    return _grow(tmp_path / "stubs", _STUBS)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = repository(tmp_path / "project")
    monkeypatch.chdir(root)
    for name in ("CI", "PRE_COMMIT_CI"):
        monkeypatch.delenv(name, raising=False)
    return root


def _grow(root: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(text.encode())
    return root


def _tree(root: Path) -> dict[str, bytes]:
    found = (path for path in root.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


def _fix(root: Path, *arguments: str) -> Fixed:
    """A fix of the current directory that prints no value and is over after one run."""
    out, error = io.StringIO(), io.StringIO()
    code = main(["--fix", *arguments], stdout=out, stderr=error)
    said = out.getvalue() + error.getvalue()
    assert not any(part in said for value in (*VALUES, PEM.splitlines()[1]) for part in _parts(value))
    assert "internal error" not in said
    after = _tree(root)
    assert main(["--fix", *arguments], stdout=io.StringIO(), stderr=io.StringIO()) in (0, 1, 2)
    assert _tree(root) == after
    return Fixed(root, code, said)


def _parts(value: str) -> list[str]:
    return [value[start : start + 12] for start in range(len(value) - 11)]


def _stored(root: Path) -> dict[str, str]:
    place = root / ".env"
    found = dotenv_values(place) if place.is_file() else {}
    return {name: value for name, value in found.items() if value is not None}


def _run(root: Path, stubs: Path, program: str, variables: Mapping[str, str]) -> Ran:
    record = stubs / "record"
    record.write_text("")
    environment = {"PATH": os.environ["PATH"], "RECORD": str(record), "PYTHONDONTWRITEBYTECODE": "1"}
    environment |= {"PYTHONPATH": os.pathsep.join((str(stubs), str(root)))}
    done = subprocess.run(
        [sys.executable, program],
        cwd=root,
        env=environment | dict(variables),
        capture_output=True,
        text=True,
        check=False,
    )
    return Ran(record.read_text(), done.stdout, done.returncode)


def _same(
    root: Path, stubs: Path, files: Mapping[str, str], program: str, *arguments: str, own: bool = False
) -> Fixed:
    """A fix after which a program does what it did, with the store loaded unless it loads it by its `own`."""
    _grow(root, files)
    before = _run(root, stubs, program, {} if own else _stored(root))
    fixed = _fix(root, *arguments)
    assert _run(root, stubs, program, {} if own else _stored(root)) == before
    return fixed


# --- a client at module level ------------------------------------------------------------------------


@pytest.mark.parametrize("style", ["environ", "dotenv", "toml", "json"])
def test_a_client_at_module_level_is_the_same_in_every_style(project: Path, stubs: Path, style: str):
    files = {"bot.py": EXCHANGE, "use.py": "import os\nos.chdir('/')\nimport bot\n"}
    fixed = _same(project, stubs, files, "use.py", "--fix-style", style)
    assert fixed.code == 0
    assert KEY.encode() not in (project / "bot.py").read_bytes()


LOADERS = {
    "after the import": "import exchange\nfrom dotenv import load_dotenv\nload_dotenv()\n",
    "in a function": "from dotenv import load_dotenv\nimport exchange\ndef go():\n    load_dotenv()\ngo()\n",
    "by another name": "from dotenv import find_dotenv, load_dotenv\n"
    "load_dotenv(find_dotenv('.env.local'))\nimport exchange\n",
    "as values": "from dotenv import dotenv_values\nsettings = dotenv_values('.env')\nimport exchange\n",
    "not at all": "import exchange\n",
}


@pytest.mark.parametrize("start", LOADERS.values(), ids=LOADERS)
def test_a_program_that_loads_its_variables_finds_them(project: Path, stubs: Path, start: str):
    files = {"requirements.txt": "python-dotenv\n", "exchange.py": EXCHANGE, "main.py": start}
    assert _same(project, stubs, files, "main.py", own=True).code == 0


@pytest.mark.parametrize("path", ["config/.env", "/nonexistent/.env"])
def test_another_file_of_that_name_is_not_the_store(project: Path, stubs: Path, path: str):
    start = f"from dotenv import load_dotenv\nload_dotenv('{path}')\nimport exchange\n"
    _same(project, stubs, {"exchange.py": EXCHANGE, "main.py": start}, "main.py", own=True)


# --- names that stand for something already -----------------------------------------------------------

ASKING = {
    "a compared default": "print('live' if os.environ.get('BINANCE_API_KEY', '') != '' else 'paper')\n",
    "a membership": "print('live' if 'BINANCE_API_KEY' in os.environ else 'paper')\n",
    "a KeyError": "try:\n    print(len(os.environ['BINANCE_API_KEY']))\nexcept KeyError:\n    print('paper')\n",
    "an own default": "os.environ.setdefault('BINANCE_API_KEY', 'dummy')\nprint(os.environ['BINANCE_API_KEY'])\n",
}
MISSED = {
    "any exception": "try:\n    print(len(os.environ['BINANCE_API_KEY']))\nexcept Exception:\n    print('paper')\n",
    "a helper": "def get(name, default):\n    return os.environ.get(name, default)\n"
    "print('live' if get('BINANCE_API_KEY', None) else 'paper')\n",
    "a constant": "NAME = 'BINANCE_API_KEY'\nprint('live' if os.getenv(NAME) else 'paper')\n",
    "a list": "print(all(name in os.environ for name in ['BINANCE_API_KEY', 'BINANCE_API_SECRET']))\n",
    "a set": "print({'BINANCE_API_KEY'} <= set(os.environ))\n",
    "a skipped test": "import unittest\n"
    "print(hasattr(unittest.skipUnless(os.environ.get('BINANCE_API_KEY'), '')(lambda: 0), '__unittest_skip__'))\n",
    "a parameter": "def start(key):\n    print('live' if key else 'paper')\n"
    "start(os.environ.get('BINANCE_API_KEY'))\n",
    "an item": "keys = {'key': os.environ.get('BINANCE_API_KEY')}\nprint('live' if keys['key'] else 'paper')\n",
}


@pytest.mark.parametrize("asking", ASKING.values(), ids=ASKING)
def test_a_program_that_asks_for_the_variable_is_told_nothing_new(project: Path, stubs: Path, asking: str):
    _same(project, stubs, {"bot.py": EXCHANGE, "other.py": f"import os\n{asking}"}, "other.py")


@pytest.mark.parametrize("asking", MISSED.values(), ids=MISSED)
def test_a_program_that_asks_in_other_ways_is_told_nothing_new(project: Path, stubs: Path, asking: str):
    _same(project, stubs, {"bot.py": EXCHANGE, "other.py": f"import os\n{asking}"}, "other.py")


OTHERS = {
    "run.sh": f"export BINANCE_API_KEY={OTHER_KEY}\nexport BINANCE_API_SECRET={OTHER_SECRET}\n",
    "deploy/prod.env": f"BINANCE_API_KEY={OTHER_KEY}\nBINANCE_API_SECRET={OTHER_SECRET}\n",
    "docker-compose.yml": "services:\n  bot:\n    environment:\n"
    f"      BINANCE_API_KEY: {OTHER_KEY}\n      BINANCE_API_SECRET: {OTHER_SECRET}\n",
}


@pytest.mark.parametrize("other", OTHERS)
def test_a_name_that_has_another_value_beside_the_code_is_not_taken(project: Path, other: str):
    _grow(project, {"bot.py": EXCHANGE, other: OTHERS[other]})
    _fix(project)
    assert "BINANCE_API_KEY" not in _stored(project)


# --- stores that are there ---------------------------------------------------------------------------

ENVIRONMENTS = {
    "exported": "export BINANCE_API_KEY=\nexport  BINANCE_API_SECRET='' # here\n",
    "carriage returns": "A=1\r\nBINANCE_API_KEY=\r\n",
    "no last line break": "A='1\n2'",
    "interpolated": "BINANCE_API_KEY=${HOME}\nX=${BINANCE_API_SECRET}\n",
    "the other way round": f"BINANCE_API_KEY={SECRET}\nBINANCE_API_SECRET={KEY}\n",
    "a comment at the end": "A=1 #x",
}


@pytest.mark.parametrize("text", ENVIRONMENTS.values(), ids=ENVIRONMENTS)
def test_an_odd_environment_file_keeps_what_it_says(project: Path, stubs: Path, text: str):
    old = {name: value for name, value in _read(text).items() if value}
    fixed = _same(project, stubs, {"bot.py": EXCHANGE, ".env": text, ".gitignore": ".env\n"}, "bot.py")
    assert fixed.code == 0
    new = dotenv_values(project / ".env", interpolate=False)
    assert {name: new[name] for name in old} == old


def _read(text: str) -> dict[str, str | None]:
    return dotenv_values(stream=io.StringIO(text), interpolate=False)


SETTINGS = {
    "secrets.toml": '# head\r\nx = [ # ]\r\n 1]\r\nBINANCE_API_KEY.main = "x"\r\n\r\n# of it\r\n[a.b]\r\nc = "["\r\n',
    "secrets.json": '{\r\n\t"BINANCE\\u005fAPI_KEY": "",\r\n\t"a": {"BINANCE_API_SECRET": "x"},\r\n\t"n": 1e400\r\n}\r\n',
}


@pytest.mark.parametrize("store", SETTINGS)
def test_odd_files_of_settings_are_added_to(project: Path, stubs: Path, store: str):
    files = {"bot.py": EXCHANGE, store: SETTINGS[store], ".gitignore": f"{store}\n"}
    assert _same(project, stubs, files, "bot.py", "--fix-style", store.rpartition(".")[2]).code == 0


# --- keys in files, and git ---------------------------------------------------------------------------


@pytest.mark.parametrize("ignored", ["", "!.env", "*.pem\r\n!binance*.pem\r\n.env\r\n!.env"])
def test_a_key_file_is_the_same_key_and_never_published(project: Path, stubs: Path, ignored: str):
    call = f'ConfigurationRestAPI("{KEY}", private_key="""{PEM}""")\n'
    text = f"from binance_common.configuration import ConfigurationRestAPI\n\n{call}"
    fixed = _same(project, stubs, {"bot.py": text, ".gitignore": ignored}, "bot.py")
    assert (fixed.code, (project / "binance_private_key.pem").read_text()) == (0, PEM)
    git(project, "add", "--all")
    listed = subprocess.run(["git", "ls-files"], cwd=project, capture_output=True, text=True, check=True)
    assert sorted(listed.stdout.split()) == [".env.example", ".gitignore", "bot.py"]


def test_a_store_that_git_was_told_of_is_refused(project: Path):
    _grow(project, {"bot.py": EXCHANGE, ".env": "A=1\n", ".gitignore": ".env\n"})
    git(project, "add", "--force", "--intent-to-add", ".env")
    before = _tree(project)
    assert _fix(project).code == 2
    assert _tree(project) == before


# --- parts of a project -------------------------------------------------------------------------------


def test_an_emptied_notebook_shows_no_value(project: Path):
    said = {"name": "stdout", "output_type": "stream", "text": [KEY[:30], f"{KEY[30:]}\n", SECRET]}
    source = ["from binance import Client\n", f'Client("{KEY}", "{SECRET}")']
    cell = {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [said], "source": source}
    book = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}, indent=1)
    _grow(project, {"notes/a.ipynb": book})
    assert _fix(project, "--unsafe-fixes", "--clear-outputs").code == 0
    assert json.loads((project / "notes/a.ipynb").read_text())["cells"][0]["outputs"] == []
    assert set(_stored(project).values()) == {KEY, SECRET}


def test_lines_that_did_not_change_are_not_fixed(project: Path):
    _grow(project, {"bot.py": EXCHANGE})
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "-m", "old")
    _grow(project, {"bot.py": f"# head\n{EXCHANGE}"})
    before = _tree(project)
    _fix(project, "--since", "HEAD", "--changed-lines")
    assert _tree(project) == before


def test_what_is_staged_is_seen_though_the_working_tree_is_clean(project: Path):
    _grow(project, {"bot.py": EXCHANGE})
    git(project, "add", "--all")
    _grow(project, {"bot.py": "import ccxt\n"})
    assert main(["--staged"], stdout=io.StringIO(), stderr=io.StringIO()) == 1
    assert main(["--staged", "--fix"], stdout=io.StringIO(), stderr=io.StringIO()) == 2


def test_old_findings_stay_in_the_code_and_a_copy_of_them_is_moved(project: Path):
    _grow(project, {"bot.py": EXCHANGE})
    assert main(["baseline"], stdout=io.StringIO(), stderr=io.StringIO()) == 0
    _grow(project, {"copy.py": EXCHANGE})
    assert _fix(project).code == 0
    assert (project / "bot.py").read_text() == EXCHANGE
    assert KEY not in (project / "copy.py").read_text()
    assert set(_stored(project).values()) == {KEY, SECRET}
