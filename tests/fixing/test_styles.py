"""Each way to read a moved value: what is written, that it works, and which way a project gets."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import types
from collections.abc import Mapping
from pathlib import Path

import pytest
from fresh_values import fresh_key
from sources.trees import git

from binlint.cli import main
from binlint.config import FIX_STYLES
from binlint.fixing.detect import Loading, detected
from binlint.fixing.edits import Edit, Refusal, apply
from binlint.fixing.imports import Use
from binlint.fixing.styles import AUTO, STYLES, Where, with_load
from binlint.sources.project import Project

MARK = '"@"'


def styled(name: str, text: str) -> str:
    """The text with look-ups of X for the marks; the reason where that is refused."""
    places = [index for index in range(len(text)) if text.startswith(MARK, index)]
    provided = STYLES[name].provide(text, [Use(place) for place in places], Where("bot.py", ".env"))
    if isinstance(provided, Refusal):
        return provided.reason
    edits = [Edit(place, place + len(MARK), provided.lookup("X")) for place in places]
    return apply(text, [*provided.edits, *edits])


def test_every_choice_is_a_style() -> None:
    assert set(FIX_STYLES) == {AUTO, *STYLES}
    assert FIX_STYLES[0] == AUTO


# --- what stands where the literal stood ---------------------------------------------------------------

STORES = {"toml": 'X = "the value"\n', "json": '{"X": "the value"}\n'}
LOOK_UPS = {
    "environ": ("import os", 'os.environ["X"]'),
    "environ-get": ("import os", 'os.environ.get("X")'),
    "getenv": ("import os", 'os.getenv("X")'),
    "decouple": ("from decouple import config", 'config("X")'),
    "dotenv": ("import os", 'os.environ["X"]'),
    "pydantic": ("import os", 'os.environ["X"]'),
}
REUSED = {
    ("environ", 'import os as o\nk = "@"\n'): 'o.environ["X"]',
    ("environ", 'from os import environ as env\nk = "@"\n'): 'env["X"]',
    ("environ-get", 'from os import environ\nk = "@"\n'): 'environ.get("X")',
    ("environ-get", 'import os.path\nk = "@"\n'): 'os.environ.get("X")',
    ("getenv", 'from os import getenv\nk = "@"\n'): 'getenv("X")',
    ("getenv", 'import os as o\nk = "@"\n'): 'o.getenv("X")',
    ("decouple", 'from decouple import config\nk = "@"\n'): 'config("X")',
    ("decouple", 'from decouple import Csv, config as c\nk = "@"\n'): 'c("X")',
    ("decouple", 'import decouple\nk = "@"\n'): 'decouple.config("X")',
    ("dotenv", 'import os as o\nk = "@"\n'): 'o.environ["X"]',
}
MODULES = {
    "nothing else": 'k = "@"\n',
    "after the docstring": '"""Doc."""\n\nk = "@"\n',
    "among imports": 'import sys\n\nimport requests\n\nk = "@"\n',
    "in a function": 'def f():\n    return "@"\n\n\nk = f()\n',
    "in a class": 'class A:\n    key = "@"\n\n\nk = A.key\n',
    "two of them": 'k = "@"\nother = "@"\n',
    "the import's name is taken": 'os = config = environ = getenv = 1\n\n\ndef f():\n    return "@"\n\n\nk = f()\n',
    "carriage returns": 'import sys\r\n\r\nk = "@"\r\n',
    "from the future": 'from __future__ import annotations\n\nk = "@"\n',
}


@pytest.mark.parametrize(("style", "expected"), LOOK_UPS.items())
def test_the_look_up_and_its_import(style: str, expected: tuple[str, str]) -> None:
    statement, look_up = expected
    assert styled(style, 'k = "@"\n') == f"{statement}\n\nk = {look_up}\n"
    assert STYLES[style].provisional("X") == look_up


@pytest.mark.parametrize(("case", "look_up"), REUSED.items())
def test_an_import_that_is_there_is_used(case: tuple[str, str], look_up: str) -> None:
    style, text = case
    assert styled(style, text) == text.replace(MARK, look_up)


@pytest.mark.parametrize("text", MODULES.values(), ids=MODULES)
@pytest.mark.parametrize("style", STYLES)
def test_the_module_gets_the_value(
    style: str, text: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if style == "toml":
        pytest.importorskip("tomllib")
    (tmp_path / ".env").write_text(STORES.get(style, ""))
    monkeypatch.setenv("X", "the value")
    stub("decouple", monkeypatch, config=lambda name: os.environ[name])
    stub("requests", monkeypatch)
    done = styled(style, text)
    assert MARK not in done
    assert done.count("\r\n") == (done.count("\n") if "\r" in text else 0)
    names: dict[str, object] = {"__name__": "a", "__file__": str(tmp_path / "bot.py")}
    exec(compile(done, "a", "exec"), names)
    assert names["k"] == "the value"


@pytest.mark.parametrize("style", ["environ", "decouple", "dotenv"])
def test_a_missing_variable_is_an_error(style: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("X", raising=False)
    stub("decouple", monkeypatch, config=lambda name: os.environ[name])
    with pytest.raises(KeyError):
        exec(compile(styled(style, 'k = "@"\n'), "a", "exec"), {})


def stub(module: str, monkeypatch: pytest.MonkeyPatch, **names: object) -> None:
    made = types.ModuleType(module)
    vars(made).update(names)
    monkeypatch.setitem(sys.modules, module, made)


READABLE = {
    "plain": "",
    "a$b": "",
    'a"b': "",
    "a b#c": "",
    "a\nb": "no",
    "a'b": "no",
    "a\\b": "no",
    "a\rb": "no",
}


@pytest.mark.parametrize(("value", "no"), READABLE.items())
def test_decouple_does_not_get_what_it_cannot_read(value: str, no: str) -> None:
    assert bool(STYLES["decouple"].unreadable(value)) == bool(no)
    assert not STYLES["environ"].unreadable(value)


# --- the call that loads the file ------------------------------------------------------------------------

LOADED = {
    "below the imports": (
        "import os\nimport sys\n\nimport requests\n\nk = 1\n",
        "import os\nimport sys\n\nimport requests\nfrom dotenv import load_dotenv\n\nload_dotenv()\n\nk = 1\n",
    ),
    "as a section of its own": (
        "import os\n\nk = 1\n",
        "import os\n\nfrom dotenv import load_dotenv\n\nload_dotenv()\n\nk = 1\n",
    ),
    "right before code": (
        "import os\nk = 1\n",
        "import os\n\nfrom dotenv import load_dotenv\n\nload_dotenv()\n\nk = 1\n",
    ),
    "before a definition": (
        "import os\n\n\ndef f():\n    pass\n",
        "import os\n\nfrom dotenv import load_dotenv\n\nload_dotenv()\n\n\ndef f():\n    pass\n",
    ),
    "before a decorator": (
        "import os\n\n\n@os.f\ndef f():\n    pass\n",
        "import os\n\nfrom dotenv import load_dotenv\n\nload_dotenv()\n\n\n@os.f\ndef f():\n    pass\n",
    ),
    "before a comment": (
        "import os  # for it\n# mine\nk = 1\n",
        "import os  # for it\n\nfrom dotenv import load_dotenv\n\nload_dotenv()\n\n# mine\nk = 1\n",
    ),
    "before what must not come first": (
        "import os\n\nimport requests\nfrom early import k\nimport flask\n",
        "import os\n\nimport requests\nfrom dotenv import load_dotenv\n\nload_dotenv()\n\n"
        "from early import k\nimport flask\n",
    ),
    "at the very start": (
        "from early import k\n\nprint(k)\n",
        "from dotenv import load_dotenv\n\nload_dotenv()\n\nfrom early import k\n\nprint(k)\n",
    ),
    "after other files of the project": (
        "import os\n\nfrom late import k\n\nprint(k)\n",
        "import os\n\nfrom dotenv import load_dotenv\nfrom late import k\n\nload_dotenv()\n\nprint(k)\n",
    ),
    "with an import that is there": (
        "import os\n\nfrom dotenv import load_dotenv, set_key\n\nk = 1\n",
        "import os\n\nfrom dotenv import load_dotenv, set_key\n\nload_dotenv()\n\nk = 1\n",
    ),
    "with an alias": ("import dotenv as d\nk = 1\n", "import dotenv as d\n\nd.load_dotenv()\n\nk = 1\n"),
    "after imports that may fail": (
        "import os\n\ntry:\n    import json5\nexcept ImportError:\n    json5 = None\n\nimport requests\n\nk = 1\n",
        "import os\n\nfrom dotenv import load_dotenv\n\ntry:\n    import json5\nexcept ImportError:\n"
        "    json5 = None\n\nimport requests\n\nload_dotenv()\n\nk = 1\n",
    ),
    "after the head": (
        '"""Doc."""\n\nfrom __future__ import annotations\n\nk = 1\n',
        '"""Doc."""\n\nfrom __future__ import annotations\n\nfrom dotenv import load_dotenv\n\nload_dotenv()\n\nk = 1\n',
    ),
    "on a line with others": (
        "import os; k = 1\n",
        "import os; \nfrom dotenv import load_dotenv; load_dotenv(); k = 1\n",
    ),
    "without a last newline": (
        "import os",
        "import os\n\nfrom dotenv import load_dotenv\n\nload_dotenv()\n",
    ),
    "an import over several lines": (
        "from os import (\n    environ,\n)\n\nk = 1\n",
        "from os import (\n    environ,\n)\n\nfrom dotenv import load_dotenv\n\nload_dotenv()\n\nk = 1\n",
    ),
    "carriage returns": (
        "import os\r\n\r\nk = 1\r\n",
        "import os\r\n\r\nfrom dotenv import load_dotenv\r\n\r\nload_dotenv()\r\n\r\nk = 1\r\n",
    ),
}


def is_early(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "early"


@pytest.mark.parametrize(("before", "after"), LOADED.values(), ids=LOADED)
def test_the_call_is_placed(before: str, after: str) -> None:
    assert with_load(before, is_early) == after


def test_what_does_not_parse_gets_no_call() -> None:
    assert isinstance(with_load("def\n", is_early), Refusal)


# --- which way a project gets ----------------------------------------------------------------------------

DETECTED = {
    "nothing": ({"a.py": "import os\nos.environ['A']\n"}, "environ"),
    "getenv keeps to environ": ({"a.py": "import os\nos.getenv('A')\nos.getenv('B')\n"}, "environ"),
    "decouple": ({"a.py": "from decouple import config\n"}, "decouple"),
    "decouple as a module": ({"a.py": "import decouple\n"}, "decouple"),
    "another name of decouple": ({"a.py": "from decouple import Csv\n"}, "environ"),
    "another decouple": ({"a.py": "from .decouple import config\n"}, "environ"),
    "decouple in a comment": ({"a.py": "# from decouple import config\n"}, "environ"),
    "decouple in a string": ({"a.py": '"""\nfrom decouple import config\n"""\n'}, "environ"),
    "decouple declared only": ({"requirements.txt": "python-decouple\n"}, "environ"),
    "dotenv": ({"a.py": "from dotenv import load_dotenv\nload_dotenv()\n"}, "dotenv"),
    "dotenv as a module": ({"a.py": "import dotenv\n"}, "dotenv"),
    "dotenv required": ({"requirements.txt": "requests\npython-dotenv==1.0\n"}, "dotenv"),
    "dotenv declared": ({"pyproject.toml": '[project]\ndependencies = ["python-dotenv>=1"]\n'}, "dotenv"),
    "dotenv in Poetry": ({"pyproject.toml": '[tool.poetry.dependencies]\npython-dotenv = "^1"\n'}, "dotenv"),
    "dotenv in a folder": ({"requirements/base.txt": "Python_Dotenv\n"}, "dotenv"),
    "dotenv in a comment": ({"requirements.txt": "# python-dotenv\nrequests # python-dotenv\n"}, "environ"),
    "another dotenv": ({"requirements.txt": "django-dotenv\npython-dotenvx\n"}, "environ"),
    "pydantic-settings": ({"a.py": "from pydantic_settings import BaseSettings\n"}, "pydantic"),
    "more decouple": (
        {
            "a.py": "from decouple import config",
            "b.py": "from decouple import config",
            "c.py": "import dotenv",
        },
        "decouple",
    ),
    "both": ({"a.py": "from decouple import config", "c.py": "import dotenv"}, "dotenv"),
    "it does not parse": ({"a.py": "from decouple import config\ndef\n"}, "environ"),
    "no Python": ({"a.md": "from decouple import config\n"}, "environ"),
}


@pytest.mark.parametrize(("files", "style"), DETECTED.values(), ids=DETECTED)
def test_the_style_of_a_project(files: dict[str, str], style: str) -> None:
    placed = {os.path.join("/p", path): text.encode() for path, text in files.items()}
    assert detected(placed.get, list(placed), "/p") == style


# --- where a program starts ------------------------------------------------------------------------------

READS = 'import os\n\nkey = os.environ["X"]\n'
READS_LATER = 'import os\n\n\ndef key():\n    return os.environ["X"]\n'
GUARD = '\n\nif __name__ == "__main__":\n    print(key)\n'
LOADS = "from dotenv import load_dotenv\n\nload_dotenv()\n\n"


class Case:
    """A project: its files, those that were changed, and those that load the variables afterwards."""

    def __init__(self, files: dict[str, str], changed: str, loading: str) -> None:
        self.files = {path: text.encode() for path, text in files.items()}
        self.changed = {path: self.files[path] for path in changed.split()}
        self.loading = set(loading.split())

    def grow(self, root: Path, files: Mapping[str, bytes] | None = None) -> Loading:
        for path, data in (files or self.files).items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(data)
        project = Project(str(root), {}, str(root), listing=[p for p in self.files if p.endswith(".py")])
        return Loading(project.read, str(root), project)


STARTS = {
    "the file itself": Case({"a.py": READS}, "a.py", "a.py"),
    "a script that is imported": Case({"a.py": READS + GUARD, "b.py": "import a\n"}, "a.py", "a.py"),
    "the only importer": Case({"a.py": READS, "b.py": "import a\n"}, "a.py", "b.py"),
    "not a test": Case({"a.py": READS, "b.py": "import a\n", "tests/t.py": "import a\n"}, "a.py", "b.py"),
    "only tests": Case({"a.py": READS, "tests/test_a.py": "import a\n"}, "a.py", "a.py"),
    "two steps up": Case(
        {"a.py": READS, "b.py": "from a import key\n", "c.py": "import b\n"}, "a.py", "c.py"
    ),
    "a script half-way up": Case(
        {"a.py": READS, "b.py": "from a import key\n" + GUARD, "c.py": "import b\n"}, "a.py", "b.py"
    ),
    "two scripts": Case({"a.py": READS, "b.py": "import a\n", "c.py": "import a\n"}, "a.py", "a.py"),
    "once for two files": Case(
        {"a.py": READS, "b.py": READS, "c.py": "import a\nimport b\n"}, "a.py b.py", "c.py"
    ),
    "two programs": Case({"a.py": READS, "b.py": READS}, "a.py b.py", "a.py b.py"),
    "a package": Case(
        {
            "pkg/__init__.py": "",
            "pkg/conf.py": READS,
            "pkg/__main__.py": "from .conf import key\n\nprint(key)\n",
        },
        "pkg/conf.py",
        "pkg/__main__.py",
    ),
    "each imports the other": Case({"a.py": "import b\n" + READS, "b.py": "import a\n"}, "a.py", "a.py"),
    "a notebook is left": Case({"a.ipynb": '["X"]'}, "a.ipynb", ""),
}
ALREADY = {
    "above": Case({"a.py": LOADS + READS}, "a.py", ""),
    "with find_dotenv": Case(
        {"a.py": "import dotenv\ndotenv.load_dotenv(dotenv.find_dotenv())\n" + READS}, "a.py", ""
    ),
    "by another name": Case(
        {"a.py": "from dotenv import load_dotenv as go\ngo(override=True)\n" + READS}, "a.py", ""
    ),
    "with a path": Case(
        {"a.py": "import dotenv\np = 'x/.env'\ndotenv.load_dotenv(dotenv_path=p)\n" + READS}, "a.py", ""
    ),
    "with environs": Case(
        {"a.py": "from environs import Env\nenv = Env()\nenv.read_env()\n" + READS}, "a.py", ""
    ),
    "in a condition": Case(
        {"a.py": "import dotenv\nif dotenv:\n    dotenv.load_dotenv()\n" + READS}, "a.py", ""
    ),
    "in the script": Case({"a.py": READS, "b.py": LOADS + "import a\n"}, "a.py", ""),
    "in a module before": Case(
        {"a.py": READS, "env.py": LOADS, "b.py": "import env\nimport a\n"}, "a.py", ""
    ),
    "in the package": Case({"p/__init__.py": LOADS, "p/a.py": READS, "b.py": "import p.a\n"}, "p/a.py", ""),
    "in every script": Case(
        {"a.py": READS, "b.py": LOADS + "import a\n", "c.py": LOADS + "import a\n"}, "a.py", ""
    ),
    "in the main function": Case(
        {
            "a.py": READS_LATER,
            "b.py": "from dotenv import load_dotenv\n\nimport a\n\n\ndef main():\n    load_dotenv()\n"
            '    a.key()\n\n\nif __name__ == "__main__":\n    main()\n',
        },
        "a.py",
        "",
    ),
}
NOT_YET = {
    "below": Case({"a.py": READS + "\n" + LOADS}, "a.py", "a.py"),
    "after the import": Case({"a.py": READS, "b.py": "import a\n" + LOADS}, "a.py", "b.py"),
    "another file": Case({"a.py": "import dotenv\ndotenv.load_dotenv('prod.env')\n" + READS}, "a.py", "a.py"),
    "in a function that nobody calls": Case(
        {"a.py": "import dotenv\ndef f():\n    dotenv.load_dotenv()\n" + READS}, "a.py", "a.py"
    ),
    "in one script of two": Case(
        {"a.py": READS, "b.py": LOADS + "import a\n", "c.py": "import a\n"}, "a.py", "a.py"
    ),
    "in another program": Case({"a.py": READS, "b.py": LOADS}, "a.py", "a.py"),
    "in a main function, but read on import": Case(
        {"a.py": READS, "b.py": "import a\nimport dotenv\ndef main():\n    dotenv.load_dotenv()\nmain()\n"},
        "a.py",
        "b.py",
    ),
    "in a main function, but called on import": Case(
        {
            "a.py": READS_LATER,
            "m.py": "from a import key\nk = key()\n",
            "b.py": "import m\nimport dotenv\ndef main():\n    dotenv.load_dotenv()\nmain()\n",
        },
        "a.py",
        "b.py",
    ),
}


@pytest.mark.parametrize(
    "case", [*STARTS.values(), *ALREADY.values(), *NOT_YET.values()], ids=[*STARTS, *ALREADY, *NOT_YET]
)
def test_the_call_goes_where_the_program_starts(case: Case, tmp_path: Path) -> None:
    loading = case.grow(tmp_path)
    after = loading.placed(case.changed, {"X"})
    assert {path for path, data in after.items() if data != case.files[path]} == case.loading
    assert all(b"load_dotenv()" in after[path] for path in case.loading)
    again = case.grow(tmp_path, after)
    assert again.placed(after, {"X"}) == after, "once is enough"
    if "a.ipynb" not in after:
        assert again.note(after, {"X"}) == "load_dotenv() reads them from there"


@pytest.mark.parametrize("case", [*STARTS.values(), *NOT_YET.values()], ids=[*STARTS, *NOT_YET])
def test_the_program_runs_without_variables(case: Case, tmp_path: Path) -> None:
    after = case.grow(tmp_path).placed(case.changed, {"X"})
    case.grow(tmp_path, after)
    (tmp_path / ".env").write_text("X=the value\n")
    clean = {name: value for name, value in os.environ.items() if name != "X"}
    for path in sorted(case.loading):
        start = [path] if not path.startswith("pkg/") else ["-m", "pkg"]
        done = subprocess.run(
            [sys.executable, *start], cwd=tmp_path, env=clean, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def test_functions_of_other_files_need_no_call_before_their_import(tmp_path: Path) -> None:
    script = b"import os\n\nfrom a import key\n\nprint(key())\n"
    case = Case({"a.py": READS_LATER, "b.py": script.decode()}, "a.py", "b.py")
    after = case.grow(tmp_path).placed(case.changed, {"X"})
    assert after["b.py"] == (
        b"import os\n\nfrom a import key\nfrom dotenv import load_dotenv\n\nload_dotenv()\n\nprint(key())\n"
    )


def test_a_file_keeps_its_encoding_and_mark(tmp_path: Path) -> None:
    text = b"\xef\xbb\xbfimport os\r\n\r\nk = os.environ['X']  # \xc3\xa9\r\n"
    case = Case({"a.py": ""}, "a.py", "a.py")
    case.files["a.py"] = case.changed["a.py"] = text
    after = case.grow(tmp_path).placed(case.changed, {"X"})["a.py"]
    call = b"\r\nfrom dotenv import load_dotenv\r\n\r\nload_dotenv()\r\n"
    assert after == text[:14] + call + text[14:]


def test_without_a_project_each_file_is_a_program() -> None:
    files = {"a.py": READS.encode(), "b.py": b"import a\n"}
    after = Loading(files.get, "/p", None).placed({"a.py": files["a.py"]}, {"X"})
    assert list(after) == ["a.py"]
    assert b"load_dotenv()" in after["a.py"]


def test_another_file_nearer_by_would_be_loaded(tmp_path: Path) -> None:
    case = Case({"sub/a.py": READS, "sub/.env": "Y=1\n"}, "sub/a.py", "")
    loading = case.grow(tmp_path)
    assert loading.placed(case.changed, {"X"}) == case.changed
    assert loading.note(case.changed, {"X"}) == (
        "call load_dotenv() with its path, as another .env is nearer to sub/a.py"
    )


def test_what_could_not_be_placed_is_said(tmp_path: Path) -> None:
    case = Case({"a.py": READS, "b.ipynb": '["X"]'}, "a.py b.ipynb", "")
    loading = case.grow(tmp_path)
    assert (
        loading.note(case.changed, {"X"})
        == "call load_dotenv() of python-dotenv first thing in a.py, b.ipynb"
    )
    after = loading.placed(case.changed, {"X"})
    assert loading.note(after, {"X"}) == "call load_dotenv() of python-dotenv first thing in b.ipynb"


# --- all of it -------------------------------------------------------------------------------------------


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("CI", "PRE_COMMIT_CI", "BINLINT_OUTPUT_FORMAT"):
        monkeypatch.delenv(name, raising=False)
    git(tmp_path, "init", "-q")
    (tmp_path / ".gitignore").write_text(".env\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def config_and_bot(root: Path, key: str, secret: str, bot: str = "") -> None:
    (root / "conf.py").write_text(f'BINANCE_API_KEY = "{key}"\nBINANCE_API_SECRET = "{secret}"\n')
    (root / "bot.py").write_text(
        f"from binance.client import Client\n\n{bot}from conf import BINANCE_API_KEY, BINANCE_API_SECRET\n\n"
        "client = Client(BINANCE_API_KEY, BINANCE_API_SECRET)\n"
    )


def test_the_entry_point_is_changed_with_the_rest(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key, secret = fresh_key(), fresh_key()
    config_and_bot(root, key, secret)
    (root / "requirements.txt").write_text("python-dotenv\n")
    assert main(["--fix", "."]) == 0
    told = capsys.readouterr().err
    assert "Moved 2 literals out of 1 file:" in told
    assert "  bot.py: made to load the variables" in told
    assert "  2. Put the new values into .env; load_dotenv() reads them from there." in told
    assert (root / "conf.py").read_text() == (
        'import os\n\nBINANCE_API_KEY = os.environ["BINANCE_API_KEY"]\n'
        'BINANCE_API_SECRET = os.environ["BINANCE_API_SECRET"]\n'
    )
    assert (root / "bot.py").read_text() == (
        "from binance.client import Client\nfrom dotenv import load_dotenv\n\nload_dotenv()\n\n"
        "from conf import BINANCE_API_KEY, BINANCE_API_SECRET\n\n"
        "client = Client(BINANCE_API_KEY, BINANCE_API_SECRET)\n"
    )
    before = {path: path.read_bytes() for path in root.glob("*.py")}
    assert main(["--fix", "."]) == 0
    assert {path: path.read_bytes() for path in root.glob("*.py")} == before


@pytest.mark.parametrize("options", [["--fix-style", "environ"], ["--env-file", "keys.env"]])
def test_no_call_where_it_would_not_help(
    root: Path, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    config_and_bot(root, fresh_key(), fresh_key())
    (root / "requirements.txt").write_text("python-dotenv\n")
    before = (root / "bot.py").read_bytes()
    assert main(["--fix", *options, "."]) == 0
    assert (root / "bot.py").read_bytes() == before
    told = capsys.readouterr().err
    if "--env-file" in options:
        assert "call load_dotenv() of python-dotenv with the path of keys.env first, or set the" in told
        assert "`set -a; . ./keys.env; set +a`" in told


@pytest.mark.parametrize(
    ("ini", "says"),
    [(False, "python-decouple reads the .env file."), (True, "reads settings.ini in place of .env, so set")],
)
def test_decouple_where_it_is_used(
    root: Path, capsys: pytest.CaptureFixture[str], ini: bool, says: str
) -> None:
    (root / "a.py").write_text(
        "from binance.client import Client\nfrom decouple import config\n\nDEBUG = config('DEBUG')\n"
        f'client = Client("{fresh_key()}", "{fresh_key()}")\n'
    )
    if ini:
        (root / "settings.ini").write_text("[settings]\n")
    assert main(["--fix", "."]) == 0
    assert (
        (root / "a.py")
        .read_text()
        .endswith('client = Client(config("BINANCE_API_KEY"), config("BINANCE_API_SECRET"))\n')
    )
    assert says in capsys.readouterr().err


PEM = "-----BEGIN PRIVATE KEY-----\\n{}\\n-----END PRIVATE KEY-----\\n"


@pytest.mark.parametrize("style", ["environ", "decouple"])
def test_a_key_of_several_lines(root: Path, capsys: pytest.CaptureFixture[str], style: str) -> None:
    body = "MC4CAQAwBQYDK2VwBCIEI" + fresh_key()[:43]
    (root / "a.py").write_text(
        "from binance.client import Client\n\n\ndef f():\n"
        f'    return Client("{fresh_key()}", private_key="{PEM.format(body)}")\n'
    )
    main(["--fix", "--unsafe-fixes", "--fix-style", style, "."])
    told = capsys.readouterr().err
    assert body not in told
    if style == "decouple":
        assert "python-decouple cannot read such a value from a file" in told
        assert body in (root / "a.py").read_text()
    else:
        assert "stands on several lines, which python-dotenv and shells read, but not docker" in told
        assert body in (root / ".env").read_text()
