"""The styles that read a file of the project, and what keeps a project from them."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest

from binlint.fixing.detect import style_for
from binlint.fixing.edits import Edit, Refusal, apply
from binlint.fixing.imports import Use
from binlint.fixing.style_types import Style
from binlint.fixing.styles import STYLES, Where
from binlint.fixing.styles_at_hand import at_hand

MARK = '"@"'
BESIDE = 'json.loads((Path(__file__).resolve().parent / "s.json").read_text(encoding="utf-8"))'


def styled(text: str, where: Where, style: Style = STYLES["json"]) -> str:
    places = [index for index in range(len(text)) if text.startswith(MARK, index)]
    provided = style.provide(text, [Use(place) for place in places], where)
    if isinstance(provided, Refusal):
        return provided.reason
    edits = [Edit(place, place + len(MARK), provided.lookup("X")) for place in places]
    return apply(text, [*provided.edits, *edits])


MODULES = {
    "plain": 'k = "@"\n',
    "no final newline": 'k = "@"',
    "docstring on the line": '"""d"""; k = "@"\n',
    "cookie": '#!/usr/bin/env python\n# -*- coding: utf-8 -*-\nk = "@"\n',
    "future": 'from __future__ import annotations\nimport sys\nk = "@"\nimport os\n',
    "semicolons": 'import os; k = "@"; j = 1\n',
    "in a block": 'if True: k = "@"\n',
    "decorated": 'import os\n\n\n@(lambda f: f)\ndef g(): return "@"\n\n\nimport sys\nk = g()\n',
    "names taken": 'json = Path = _SECRETS = 1\nk = "@"\n',
    "parameter called json": 'import json\nfrom pathlib import Path\n\n\ndef f(json):\n    return "@"\n\n\nk = f(1)\n',
    "aliases": 'import json as j\nfrom pathlib import Path as P\n\nk = "@"\n',
    "tried": 'try:\n    import json\nexcept ImportError:\n    json = None\nk = "@"\n',
    "type checking": 'from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from pathlib import Path\n\nk = "@"\n',
    "in a class": 'class A:\n    json = Path = 1\n    key = "@"\n\n\nk = A.key\n',
    "between imports": 'import os\nk = "@"\nimport sys\nj = "@"\n',
    "star": 'from os.path import *\nk = "@"\n',
    "carriage returns": 'import sys\r\n\r\nk = "@"\r\n',
    "deleted": 'import json\ndel json\nk = "@"\n',
}


@pytest.mark.parametrize("text", MODULES.values(), ids=MODULES)
@pytest.mark.parametrize("folder", ["", "pkg/", "a/b/"])
def test_the_file_is_read_from_everywhere(
    text: str, folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = styled(text, Where(f"{folder}bot.py", "conf/s.json"))
    (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf/s.json").write_text(json.dumps({"X": "é the value"}), encoding="utf-8")
    place = tmp_path / folder / "bot.py"
    place.write_bytes(done.encode())
    monkeypatch.chdir("/")
    assert runpy.run_path(str(place))["k"] == "é the value", done
    if "\r" in text:
        assert done.count("\r\n") == done.count("\n")


def test_the_constant() -> None:
    assert styled('import sys\n\n\ndef f():\n    return "@"\n', Where("bot.py", "s.json")) == (
        "import json\nimport sys\nfrom pathlib import Path\n\n"
        f'_SECRETS = {BESIDE}\n\n\ndef f():\n    return _SECRETS["X"]\n'
    )


def test_a_constant_that_is_there_is_used() -> None:
    text = f'import json\nfrom pathlib import Path\n\nMINE = {BESIDE}\nk = "@"\n'
    assert styled(text, Where("bot.py", "s.json")) == text.replace(MARK, 'MINE["X"]')
    assert "_SECRETS" in styled(text + "MINE = {}\n", Where("bot.py", "s.json")), "it is given another value"
    assert "_SECRETS" in styled(text, Where("bot.py", "other.json")), "it reads another file"


def test_a_notebook_reads_it_from_its_own_folder() -> None:
    done = styled('k = "@"\n', Where("notes/bot.ipynb", "s.json"))
    assert '_SECRETS = json.loads(Path("../s.json").read_text(encoding="utf-8"))\n' in done


@pytest.mark.parametrize("module", ["json", "pathlib"])
def test_a_module_of_the_project_with_such_a_name(module: str) -> None:
    where = Where("bot.py", "s.json", frozenset({module}))
    assert styled('k = "@"\n', where) == (
        f"the project has a module {module} of its own, which would be imported in its place"
    )


def test_a_module_that_says_where_it_is() -> None:
    assert styled('__file__ = 1\nk = "@"\n', Where("bot.py", "s.json")) == "it gives __file__ another value"


# --- TOML ----------------------------------------------------------------------------------------------

DECLARED = {
    "nothing": ("setup.cfg", "", "tomllib"),
    "new": ("pyproject.toml", '[project]\nrequires-python = ">=3.11"\n', "tomllib"),
    "bounds": ("pyproject.toml", '[project]\nrequires-python = "<4,>=3.12"\n', "tomllib"),
    "old": ("pyproject.toml", '[project]\nrequires-python = ">=3.9"\n', ""),
    "later than": ("pyproject.toml", '[project]\nrequires-python = ">3.10"\n', ""),
    "poetry": ("pyproject.toml", '[tool.poetry.dependencies]\npython = "^3.10"\n', ""),
    "poetry with a choice": ("pyproject.toml", '[tool.poetry.dependencies]\npython = "~3.9 || ^3.12"\n', ""),
    "setup.cfg": ("setup.cfg", "[options]\npython_requires = >=3.8\n", ""),
    "setup.py": ("setup.py", 'setup(python_requires="~=3.10")\n', ""),
    "broken": ("pyproject.toml", "[project\n", "tomllib"),
}


@pytest.mark.parametrize(("name", "text", "module"), DECLARED.values(), ids=DECLARED)
def test_toml_needs_a_new_python(name: str, text: str, module: str, tmp_path: Path) -> None:
    files = {str(tmp_path / name): text.encode()}
    done = styled('k = "@"\n', Where("bot.py", "s.toml"), style_for("toml", files.get, [], str(tmp_path)))
    assert (f"import {module}\n" in done) if module else ("without tomllib" in done)


@pytest.mark.parametrize(
    ("imported", "is_there"),
    [("import tomli\n", True), ("try:\n    import tomllib\nexcept ImportError:\n    import tomli\n", False)],
)
def test_or_tomli(imported: str, is_there: bool, tmp_path: Path) -> None:
    files = {"a.py": imported.encode(), str(tmp_path / "setup.cfg"): b"[options]\npython_requires = >=3.8\n"}
    style = style_for("toml", files.get, ["a.py"], str(tmp_path))
    assert ("tomli.loads(" in styled('k = "@"\n', Where("bot.py", "s.toml"), style)) is is_there


# --- an object at hand -----------------------------------------------------------------------------------

MADE = "from environs import Env\n\nenv = Env()\nenv.read_env()\n"
AT_HAND = {
    MADE + 'k = "@"\n': 'env("X")',
    MADE + 'u = env.str("U")\nk = "@"\n': 'env.str("X")',
    "import environ\n\nenv = environ.Env(DEBUG=(bool, False))\nenviron.Env.read_env()\n"
    + 'k = "@"\n': 'env.str("X")',
    'from environs import Env\n\nenv = Env()\nk = "@"\nenv.read_env()\n': "",
    'from environs import Env\n\nenv = Env()\nk = "@"\n': "",
    MADE + 'k = "@"\nenv = 1\n': "",
    MADE + 'def f(env):\n    return "@"\n': "",
    MADE.replace("Env()", "Env(expand_vars=True)") + 'k = "@"\n': "",
    MADE + 'env.prefix = "A_"\nk = "@"\n': "",
    MADE + 'with env.prefixed("A_"):\n    k = "@"\n': "",
    'from settings import env\n\nenv.read_env()\nk = "@"\n': "",
}


@pytest.mark.parametrize(("text", "call"), AT_HAND.items())
def test_an_object_at_hand(text: str, call: str) -> None:
    done = styled(text, Where("bot.py", ".env"), at_hand(STYLES["environ"]))
    assert (done == text.replace(MARK, call)) if call else 'os.environ["X"]' in done
