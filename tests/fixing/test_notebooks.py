"""Notebooks: a credential goes out of the code cells, and every other byte of the file stays."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from dotenv import dotenv_values
from fresh_values import fresh_key

from binlint.cli import main
from binlint.fixing import notebooks
from binlint.fixing.edits import Refusal
from binlint.fixing.rewrite import Level, Planned, Refused, Target
from binlint.fixing.styles import STYLES, Where
from binlint.syntax.lexical import Lines

KEY, SECRET = fresh_key(), fresh_key()
WHERE = Where("bot.ipynb", ".env")
CLIENT = "from binance.client import Client\n"
CALL = 'client = Client("$K", "$S")'
FIXED = 'client = Client(os.environ["BINANCE_API_KEY"], os.environ["BINANCE_API_SECRET"])'


class Result(NamedTuple):
    code: int
    report: str
    told: str


class Project:
    """A git repository that ignores its store."""

    def __init__(self, root: Path) -> None:
        self.root = root
        subprocess.run(["git", "init", "-q", str(root)], check=True)
        (root / ".gitignore").write_text(".env\n")

    def write(self, text: str, name: str = "n.ipynb", encoding: str = "utf-8") -> None:
        (self.root / name).write_bytes(filled(text).encode(encoding))

    def read(self, name: str = "n.ipynb", encoding: str = "utf-8") -> str:
        return (self.root / name).read_bytes().decode(encoding)

    def run(self, *arguments: str) -> Result:
        out, err = io.StringIO(), io.StringIO()
        code = main(arguments, stdout=out, stderr=err)
        shown = out.getvalue() + err.getvalue()
        assert KEY not in shown
        assert SECRET not in shown
        return Result(code, out.getvalue(), err.getvalue())

    def fix(self) -> Result:
        return self.run("--fix", "--unsafe-fixes")

    def stored(self) -> dict[str, str]:
        found = dotenv_values(self.root / ".env", interpolate=False)
        return {name: value or "" for name, value in found.items()}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CI", "")
    monkeypatch.setenv("PRE_COMMIT_CI", "")
    for name in ("BINANCE_API_KEY", "BINANCE_API_SECRET"):
        monkeypatch.delenv(name, raising=False)
    return Project(tmp_path)


def filled(text: str) -> str:
    return text.replace("$K", KEY).replace("$S", SECRET)


def listed(source: str) -> list[str]:
    return source.splitlines(keepends=True)


def code(source: object, *outputs: object) -> dict[str, object]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": list(outputs),
        "source": source,
    }


def markdown(source: str) -> dict[str, object]:
    return {"cell_type": "markdown", "metadata": {}, "source": listed(source)}


def document(*cells: object, **more: object) -> dict[str, object]:
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return {"cells": list(cells), "metadata": {**kernel, **more}, "nbformat": 4, "nbformat_minor": 5}


def third(*cells: object) -> dict[str, object]:
    shaped = [
        {
            "cell_type": "code",
            "collapsed": False,
            "input": cell,
            "language": "python",
            "metadata": {},
            "outputs": [],
        }
        for cell in cells
    ]
    return {
        "metadata": {"name": ""},
        "nbformat": 3,
        "nbformat_minor": 0,
        "worksheets": [{"cells": shaped, "metadata": {}}],
    }


def pretty(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


# --- the form of the JSON ----------------------------------------------------------------------------

FORMS: dict[str, tuple[Callable[[object], str], Callable[[str], object]]] = {
    "indent 1, list": (pretty, listed),
    "indent 1, string": (pretty, str),
    "indent 4, list": (lambda value: json.dumps(value, indent=4), listed),
    "tabs, list": (lambda value: json.dumps(value, indent="\t", sort_keys=True), listed),
    "one line, list": (json.dumps, listed),
    "one line, string": (json.dumps, str),
    "compact, list": (lambda value: json.dumps(value, separators=(",", ":")), listed),
    "compact, string": (lambda value: json.dumps(value, separators=(",", ":")), str),
    "compact, not ASCII": (
        lambda value: json.dumps(value, separators=(",", ":"), ensure_ascii=False),
        listed,
    ),
    "CRLF, list": (lambda value: pretty(value).replace("\n", "\r\n"), listed),
    "CRLF, string": (lambda value: pretty(value).replace("\n", "\r\n"), str),
    "CR, list": (lambda value: pretty(value).replace("\n", "\r"), listed),
    "no newline at the end": (lambda value: pretty(value).rstrip(), listed),
    "slashes": (lambda value: pretty(value).replace("/", "\\/"), listed),
    "mark": (lambda value: "\ufeff" + pretty(value), listed),
}

# cells before and after; `$K` and `$S` are the values
CELLS: dict[str, tuple[list[str], list[str]]] = {
    "one cell": ([CLIENT + CALL], ["import os\n\n" + CLIENT + FIXED]),
    "literals in variables": (
        [CLIENT, "API_KEY = \"$K\"\nAPI_SECRET = '$S'\n", "client = Client(API_KEY, API_SECRET)"],
        [
            "import os\n\n" + CLIENT,
            'API_KEY = os.environ["BINANCE_API_KEY"]\nAPI_SECRET = os.environ["BINANCE_API_SECRET"]\n',
            "client = Client(API_KEY, API_SECRET)",
        ],
    ),
    "the import goes into the first cell, not to the imports": (
        ["x = 1\nprint(x)", CLIENT + "\n" + CALL],
        ["import os\nx = 1\nprint(x)", CLIENT + "\n" + FIXED],
    ),
    "first cell with text of all sorts": (
        ['# "Größe" \\ 密钥 🔑\nprint("ä\\n\\t/")', CLIENT, CALL + '  # "é" 🔑'],
        ['# "Größe" \\ 密钥 🔑\nimport os\nprint("ä\\n\\t/")', CLIENT, FIXED + '  # "é" 🔑'],
    ),
    "magics stay first": (
        ["%matplotlib inline\n%load_ext autoreload\n" + CLIENT, CALL],
        ["%matplotlib inline\n%load_ext autoreload\nimport os\n\n" + CLIENT, FIXED],
    ),
    "magic of a cell stays first": (
        ["%%capture\n!pip install python-binance\n" + CLIENT, CALL],
        ["%%capture\n!pip install python-binance\nimport os\n\n" + CLIENT, FIXED],
    ),
    "only magics": (
        ["%%capture out\n!pip install python-binance", CLIENT + CALL],
        ["%%capture out\n!pip install python-binance\nimport os", CLIENT + FIXED],
    ),
    "only magics, newline at the end": (
        ["!pip install python-binance\n", CLIENT + CALL],
        ["!pip install python-binance\nimport os", CLIENT + FIXED],
    ),
    "only a comment": (
        ["# Trading", CLIENT + CALL],
        ["# Trading\nimport os", CLIENT + FIXED],
    ),
    "comments lead": (
        ["# Trading\n# with care\nx = 1", CLIENT + CALL],
        ["# Trading\n# with care\nimport os\nx = 1", CLIENT + FIXED],
    ),
    "a future": (
        ["from __future__ import annotations\n" + CLIENT, CALL],
        ["from __future__ import annotations\nimport os\n\n" + CLIENT, FIXED],
    ),
    "a docstring and a future": (
        ['"""Trades."""\nfrom __future__ import (\n    annotations,\n)\nx = 1', CLIENT + CALL],
        ['"""Trades."""\nfrom __future__ import (\n    annotations,\n)\nimport os\nx = 1', CLIENT + FIXED],
    ),
    "a future in a later cell": (
        ["import sys\n", "from __future__ import annotations\n" + CLIENT + CALL],
        ["import os\nimport sys\n", "from __future__ import annotations\n" + CLIENT + FIXED],
    ),
    "os in an earlier cell": (
        ["import os, sys\n", CLIENT + CALL],
        ["import os, sys\n", CLIENT + FIXED],
    ),
    "os in a later cell": (
        ["x = 1\n", CLIENT + CALL, "import os\nos.getcwd()"],
        ["import os\nx = 1\n", CLIENT + FIXED, "import os\nos.getcwd()"],
    ),
    "os under another name": (
        ["import os as o\n", CLIENT + CALL],
        ["import os as o\n", CLIENT + FIXED.replace("os.", "o.")],
    ),
    "os is something else": (
        [CLIENT + "os = 1\n", CALL],
        ["import os as _os\n\n" + CLIENT + "os = 1\n", FIXED.replace("os.", "_os.")],
    ),
    "an empty cell comes first": (
        ["", "x = 1", CLIENT + CALL],
        ["", "import os\nx = 1", CLIENT + FIXED],
    ),
    "cells of other processes are passed over": (
        ["%%bash\necho 1", "%%timeit\nx = 1", "%%python3\nimport os", "y = 1", CLIENT + CALL],
        ["%%bash\necho 1", "%%timeit\nx = 1", "%%python3\nimport os", "import os\ny = 1", CLIENT + FIXED],
    ),
    "behind a magic that runs a statement": (
        [CLIENT, "%time " + CALL],
        ["import os\n\n" + CLIENT, "%time " + FIXED],
    ),
    "in a function at the end of a cell": (
        ["import os\n" + CLIENT, 'def make(key="$K"):\n    """Connects."""', "x = Client(make(), '$S')"],
        [
            "import os\n" + CLIENT,
            'def make(key=None):\n    """Connects."""\n    if key is None:\n        key = os.environ["BINANCE_API_KEY"]',
            'x = Client(make(), os.environ["BINANCE_API_SECRET"])',
        ],
    ),
    "await": (
        ["from binance import AsyncClient\n", 'client = await AsyncClient.create("$K", "$S")\n'],
        [
            "import os\n\nfrom binance import AsyncClient\n",
            'client = await AsyncClient.create(os.environ["BINANCE_API_KEY"], os.environ["BINANCE_API_SECRET"])\n',
        ],
    ),
    "indented as a whole": (
        ["import os\n", "  from binance.client import Client\n  " + CALL],
        ["import os\n", "  from binance.client import Client\n  " + FIXED],
    ),
    "lines that are set go": (
        [
            "import os\n" + CLIENT,
            'os.environ["BINANCE_API_KEY"] = "$K"\nos.environ["BINANCE_API_SECRET"] = "$S"',
            'client = Client(os.environ["BINANCE_API_KEY"], os.environ["BINANCE_API_SECRET"])',
        ],
        ["import os\n" + CLIENT, "", FIXED],
    ),
    "lines that are set go, others stay": (
        [
            "import os\n" + CLIENT,
            'x = 1\nos.environ["BINANCE_API_KEY"] = "$K"\nos.environ["BINANCE_API_SECRET"] = "$S"\ny = 1',
            'client = Client(os.environ["BINANCE_API_KEY"], os.environ["BINANCE_API_SECRET"])',
        ],
        ["import os\n" + CLIENT, "x = 1\ny = 1", FIXED],
    ),
    "lines that are set go, others stay above": (
        [
            "import os\n" + CLIENT,
            'x = 1\nos.environ["BINANCE_API_KEY"] = "$K"\nos.environ["BINANCE_API_SECRET"] = "$S"',
            'client = Client(os.environ["BINANCE_API_KEY"], os.environ["BINANCE_API_SECRET"])',
        ],
        ["import os\n" + CLIENT, "x = 1\n", FIXED],
    ),
    "lines end as on Windows": (
        ["x = 1\r\ny = 2\r\n", CLIENT.replace("\n", "\r\n") + CALL + "\r\n"],
        ["import os\r\nx = 1\r\ny = 2\r\n", CLIENT.replace("\n", "\r\n") + FIXED + "\r\n"],
    ),
}


_EVERYWHERE = (
    "one cell",
    "only magics",
    "a future",
    "first cell with text of all sorts",
    "lines that are set go",
)
_MOST = ("indent 1, list", "indent 1, string", "compact, list")


@pytest.mark.parametrize(
    ("name", "form"),
    [(name, form) for name in CELLS for form in FORMS if name in _EVERYWHERE or form in _MOST],
)
def test_exact(project: Project, name: str, form: str) -> None:
    before, after = CELLS[name]
    dump, shape = FORMS[form]
    notes = markdown('# Größe 密钥\n\nA "quoted" C:\\path') if "ASCII" in form else markdown("# Notes")

    def text(cells: list[str]) -> str:
        return dump(document(notes, *(code(shape(filled(cell))) for cell in cells)))

    project.write(text(before))
    result = project.fix()
    expected = text(after)
    if "" in after and "" not in before and shape is listed:  # one string stays in a list
        expected = expected.replace('"source": []', _one_empty(form)).replace('"source":[]', '"source":[""]')
    assert project.read() == expected, result.told
    assert project.stored() == {"BINANCE_API_KEY": KEY, "BINANCE_API_SECRET": SECRET}
    assert result.code == 0
    again = project.fix()
    assert project.read() == expected
    assert again.code == 0


def _one_empty(form: str) -> str:
    if "one line" in form:
        return '"source": [""]'
    newline = "\r\n" if "CRLF" in form else "\r" if "CR" in form else "\n"
    unit = "    " if "4" in form else "\t" if "tabs" in form else " "
    return f'"source": [{newline}{unit * 4}""{newline}{unit * 3}]'


# --- other shapes of files ---------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [listed, str], ids=["list", "string"])
def test_version_3(project: Project, shape: Callable[[str], object]) -> None:
    project.write(pretty(third(shape("%pylab inline"), shape(filled(CLIENT + CALL)))))
    result = project.fix()
    assert project.read() == pretty(third(shape("%pylab inline\nimport os"), shape(CLIENT + FIXED))), (
        result.told
    )
    assert result.code == 0


@pytest.mark.parametrize("sources", [("x = 1\n", CLIENT + CALL), ("x = 1", CLIENT + CALL)])
def test_a_list_of_one_string(project: Project, sources: tuple[str, str]) -> None:
    first, second = sources
    project.write(pretty(document(code([first]), code(listed(filled(second))))))
    project.fix()
    assert project.read() == pretty(document(code(["import os\n", first]), code(listed(CLIENT + FIXED))))


def test_all_lists_have_one_string(project: Project) -> None:
    project.write(json.dumps(document(code(["x = 1"]), code([CLIENT.strip()]), code([filled(CALL)]))))
    project.fix()
    fixed = document(code(["import os\n", "x = 1"]), code([CLIENT.strip()]), code([FIXED]))
    assert project.read() == json.dumps(fixed)


def test_strings_of_several_lines_in_a_list_stay_so(project: Project) -> None:
    project.write(pretty(document(code(["x = 1\ny = 2\n", "z = 3"]), code([filled(CLIENT + CALL)]))))
    project.fix()
    fixed = document(code(["import os\nx = 1\ny = 2\n", "z = 3"]), code([CLIENT + FIXED]))
    assert project.read() == pretty(fixed)


def test_spellings_that_no_writer_has_stay(project: Project) -> None:
    text = (
        '{ "nbformat" :4,"nbformat_minor": 2 ,\r\n"cells":[ {"source" : [ "\\u0069mport os\\n" ,\n'
        '"from binance.client import Client\\n"  , "c = Client(\\u0022$K\\u0022, \'$S\')\\t# \\u00e9 \\/" ],\n'
        '\t"outputs":[], "metadata":{"x": 1.50, "y": NaN},"cell_type":"code","execution_count":1e0}] , "metadata":{}}  \n\n'
    )
    project.write(text)
    result = project.fix()
    after = text.replace("\\u0022$K\\u0022", 'os.environ[\\"BINANCE_API_KEY\\"]')
    after = after.replace("'$S'", 'os.environ[\\"BINANCE_API_SECRET\\"]')
    assert project.read() == after, result.told
    assert result.code == 0


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_encoding(project: Project, encoding: str) -> None:
    project.write(pretty(document(code(listed(filled("# é\n" + CLIENT + CALL))))), encoding=encoding)
    mark = project.root.joinpath("n.ipynb").read_bytes()[:2]
    project.fix()
    assert project.read(encoding=encoding) == pretty(
        document(code(listed("# é\nimport os\n\n" + CLIENT + FIXED)))
    )
    assert project.root.joinpath("n.ipynb").read_bytes()[:2] == mark


def test_one_value_in_a_notebook_and_in_a_module(project: Project) -> None:
    project.write(pretty(document(code(listed(filled(CLIENT + CALL))))))
    project.write(CLIENT + CALL + "\n", "bot.py")
    result = project.fix()
    assert result.code == 0
    assert project.read("bot.py") == "import os\n\n" + CLIENT + FIXED + "\n"
    assert project.read() == pretty(document(code(listed("import os\n\n" + CLIENT + FIXED))))
    assert len(project.stored()) == 2


@pytest.mark.parametrize("style", ["getenv", "environ-get", "decouple"])
def test_style(project: Project, style: str) -> None:
    project.write(pretty(document(code(["%pylab"]), code(listed(filled(CLIENT + CALL))))))
    assert project.run("--fix", "--unsafe-fixes", "--fix-style", style).code == 0
    added, spelled = {
        "getenv": ("import os", 'os.getenv("{}")'),
        "environ-get": ("import os", 'os.environ.get("{}")'),
        "decouple": ("from decouple import config", 'config("{}")'),
    }[style]
    call = f"client = Client({spelled.format('BINANCE_API_KEY')}, {spelled.format('BINANCE_API_SECRET')})"
    assert project.read() == pretty(document(code(["%pylab\n", added]), code(listed(CLIENT + call))))


# --- what is left, and why ---------------------------------------------------------------------------


def test_without_the_option_nothing_is_changed(project: Project) -> None:
    text = pretty(document(code(listed(filled(CLIENT + CALL)))))
    project.write(text)
    result = project.run("--fix")
    assert result.code == 1
    assert "only with --unsafe-fixes" in result.told
    assert "the cell is changed in the notebook's JSON" in result.told
    assert project.read() == text
    assert not project.stored()


def test_a_diff_changes_nothing(project: Project) -> None:
    text = pretty(document(code(listed(filled(CLIENT + CALL)))))
    project.write(text)
    result = project.run("--diff", "--unsafe-fixes")
    assert '+    "import os\\n",' in result.report
    assert project.read() == text
    assert not project.stored()


def test_outputs_are_told_and_stay(project: Project) -> None:
    output = {"name": "stdout", "output_type": "stream", "text": [f"api_key = {KEY}\n"]}
    cells = (
        markdown(f"Binance api secret: {SECRET}"),
        code(listed(filled(CLIENT + 'api_key = "$K"\n')), output),
        code(listed(filled('Client(api_key, "$S")'))),
    )
    project.write(pretty(document(*cells)))
    result = project.fix()
    after = (
        cells[0],
        code(listed("import os\n\n" + CLIENT + 'api_key = os.environ["BINANCE_API_KEY"]\n'), output),
        code(['Client(api_key, os.environ["BINANCE_API_SECRET"])']),
    )
    assert project.read() == pretty(document(*after)), result.told
    assert result.code == 1
    assert "outputs are not rewritten: clear them" in result.told
    assert "only code is rewritten: delete it by hand" in result.told
    again = project.fix()
    assert again.code == 1
    assert "outputs are not rewritten: clear them" in again.told
    assert project.read() == pretty(document(*after))
    assert project.stored() == {"BINANCE_API_KEY": KEY, "BINANCE_API_SECRET": SECRET}


REFUSED = [
    # (cells, what is said)
    (["%env BINANCE_API_KEY=$K\n" + CLIENT], "a magic: delete the line by hand"),
    (['%env BINANCE_API_KEY="$K"\n' + CLIENT], "a magic: delete the line by hand"),
    (["%set_env BINANCE_API_KEY $K\n" + CLIENT], "a magic: delete the line by hand"),
    (["!export BINANCE_API_KEY=$K\n" + CLIENT], "a magic: delete the line by hand"),
    ([CLIENT + "# api_key = '$K'"], "in a comment or docstring: delete it by hand"),
    (["%%bash\nexport BINANCE_API_KEY=$K", CLIENT], "a cell in another language, or for another process"),
    (["%%python3\n" + CLIENT + 'Client("$K", "")'], "a cell in another language, or for another process"),
    (["%%timeit\n" + CLIENT + 'Client("$K", "")'], "a cell in another language, or for another process"),
    ([CLIENT + 'Client("$K", "")', "x = ("], "a code cell of the notebook cannot be read as Python"),
    (
        ["from __future__ import annotations; x = 1", CLIENT + 'Client("$K", "")'],
        "there is no place for an import",
    ),
]


@pytest.mark.parametrize(("cells", "reason"), REFUSED, ids=lambda each: str(each)[:50])
@pytest.mark.parametrize("shape", [listed, str], ids=["list", "string"])
def test_refused(project: Project, cells: list[str], reason: str, shape: Callable[[str], object]) -> None:
    text = pretty(document(*(code(shape(filled(cell))) for cell in cells)))
    project.write(text)
    result = project.fix()
    assert project.read() == text
    assert "Not moved:" in result.told
    assert reason in result.told
    assert result.code == 1
    assert not project.stored()


def test_a_literal_on_several_lines(project: Project) -> None:
    source = f'key = ("{KEY[:32]}"\n       "{KEY[32:]}")\nClient(key, "")'
    text = pretty(document(code(listed(CLIENT)), code(listed(source))))
    project.write(text)
    result = project.fix()
    assert project.read() == text
    assert "it spans lines of a cell" in result.told
    joined = pretty(document(code(CLIENT), code(source)))
    project.write(joined)
    assert project.fix().code == 0
    fixed = 'key = (os.environ["BINANCE_API_KEY"])\nClient(key, "")'
    assert project.read() == pretty(document(code("import os\n\n" + CLIENT), code(fixed)))


@pytest.mark.parametrize(
    "text",
    [
        pretty(document(code(listed(CLIENT + CALL)))) + "x",
        pretty(document(code(listed(CLIENT + CALL))))[:-4],
        pretty(document(code(listed(CLIENT + CALL)))).replace('"metadata"', '"source": "",\n "source"', 1),
        pretty(document(code(listed(CLIENT + CALL)))).replace("Client\\n", "Client\\n\t"),
        CLIENT + CALL,
    ],
    ids=["more behind it", "cut off", "a name twice", "a bare tab", "a program"],
)
def test_no_notebook(project: Project, text: str) -> None:
    project.write(text)
    result = project.fix()
    assert project.read() == filled(text)
    assert "it is no valid notebook" in result.told
    assert result.code in (1, 2)
    assert not project.stored()


# --- behaviour ---------------------------------------------------------------------------------------

PROGRAMS = [
    [CLIENT, CALL],
    ["%matplotlib inline\n" + CLIENT, "keys = {'a': \"$K\", 'b': \"$S\"}", "Client(keys['a'], keys['b'])"],
    [
        CLIENT + "def make(key='$K', secret=\"$S\"):\n    return Client(key, secret)",
        "make()\nmake(secret=make)",
    ],
    ["x = 'importé \"quoted\" \\\\'\n" + CLIENT + "print = None", "Client(x, \"$K\", r'$S')"],
    [
        "class Settings:\n    api_key = '$K'\n    api_secret = '$S'\n",
        CLIENT,
        "Client(Settings.api_key, Settings.api_secret)",
    ],
    ["from __future__ import annotations\n" + CLIENT, "a: Undefined = '$K'\nClient(a, '$S', [1])"],
    ["%time\n", CLIENT, "for _ in range(2): Client('$K', '$S')"],
]


@pytest.mark.parametrize("cells", PROGRAMS, ids=lambda cells: cells[0][:30])
@pytest.mark.parametrize("shape", [listed, str], ids=["list", "string"])
def test_the_client_is_given_the_same(
    project: Project, cells: list[str], shape: Callable[[str], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write(pretty(document(*(code(shape(filled(cell))) for cell in cells))))
    before = executed(project.read(), monkeypatch)
    result = project.fix()
    assert result.code == 0, result.told
    after = project.read()
    assert KEY not in after
    assert SECRET not in after
    for name, value in project.stored().items():
        monkeypatch.setenv(name, value)
    assert shown(executed(after, monkeypatch)) == shown(before)
    assert any(KEY in arguments for arguments in before)


def shown(calls: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Functions are the same if they are called the same."""
    return [tuple(getattr(each, "__name__", each) for each in given) for given in calls]


def executed(text: str, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What the client is given when all cells are run in order."""
    calls: list[tuple[Any, ...]] = []
    package, module = types.ModuleType("binance"), types.ModuleType("binance.client")
    module.Client = lambda *given: calls.append(given)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "binance", package)
    monkeypatch.setitem(sys.modules, "binance.client", module)
    flags, space = 0, {"__name__": "__main__"}
    for cell in json.loads(text)["cells"]:
        lines = "".join(cell["source"]).split("\n")
        source = "\n".join(line for line in lines if not line.startswith("%"))
        compiled = compile(source, "cell", "exec", flags, dont_inherit=True)
        flags |= compiled.co_flags & 0x1000000  # of `annotations`, which goes on in later cells
        exec(compiled, space)
    return calls


# --- by itself ---------------------------------------------------------------------------------------


def notebook_of(text: str) -> notebooks.NotebookCode:
    found = notebooks.read(text)
    assert isinstance(found, notebooks.NotebookCode)
    return found


def target_of(text: str, spelt: str, value: str = KEY) -> Target:
    place = Lines(text).place(text.index(spelt), text.index(spelt) + len(spelt))
    return Target(place, (place,), value, "X")


def test_the_level_is_never_safe() -> None:
    text = pretty(document(code(listed(filled("import os\n" + CLIENT + "Client('$K', '')")))))
    planned = notebook_of(text).rewrite(target_of(text, f"'{KEY}'"), STYLES["environ"].provisional)
    assert isinstance(planned, Planned)
    assert planned.level is Level.UNSAFE
    assert KEY not in repr(planned)


def test_a_place_has_to_be_exact() -> None:
    text = pretty(document(code(listed(filled("import os\nClient(\"$K\", '')")))))
    style = STYLES["environ"]
    assert isinstance(notebook_of(text).rewrite(target_of(text, f'\\"{KEY}\\"'), style.provisional), Planned)
    for spelt in (f'"{KEY}\\"', f'\\"{KEY}\\', f'(\\"{KEY}\\"', '"execution_count"'):
        assert isinstance(notebook_of(text).rewrite(target_of(text, spelt), style.provisional), Refused)
    beyond = target_of(text, KEY)._replace(place=Lines(text).place(0, 1)._replace(line=999, end_line=999))
    assert isinstance(notebook_of(text).rewrite(beyond, style.provisional), Refused)


def test_escapes_in_the_literal() -> None:
    value = KEY[:30] + '"\\' + KEY[30:]
    literal = "'" + value.replace("\\", "\\\\") + "'"
    text = json.dumps(document(code([f'import os\nx = {literal}  # \\ "\n'])))
    spelt = json.dumps(literal)[1:-1]
    changed = notebook_of(text).changed([target_of(text, spelt, value)], STYLES["environ"], WHERE)
    assert changed == text.replace(spelt, 'os.environ[\\"X\\"]')


def test_names_around_a_literal() -> None:
    text = pretty(document(code(["x = 1\n", f"class Alice:\n    key = '{KEY}'"])))
    assert notebook_of(text).words(target_of(text, f"'{KEY}'").place) == ("Alice", "key")
    assert notebook_of(text).words(target_of(text, "nbformat_minor").place) == ()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"cells": 1}', '{"cells": []', "\ud800", "[" * 5000]
)
def test_nothing_raises(text: str) -> None:
    assert isinstance(notebooks.read(text), Refused)


def test_an_import_that_is_never_enough_is_refused() -> None:
    text = pretty(document(code(listed(filled("x = '$K'")))))
    style = STYLES["environ"]

    def provide(code: str, uses: object, where: Where) -> object:
        return style.provide("x = 1", [], where) if uses else Refusal("nothing")

    broken = style._replace(provide=provide)  # type: ignore[arg-type]
    found = notebook_of(text).changed([target_of(text, f"'{KEY}'")], broken, WHERE)
    assert found == Refused("there is no place for an import in the first code cell")
    refusing = style._replace(provide=lambda code, uses, where: Refusal("for a reason"))
    found = notebook_of(text).changed([target_of(text, f"'{KEY}'")], refusing, WHERE)
    assert found == Refused("for a reason")


def sources(text: str) -> Iterator[str]:
    for cell in json.loads(text)["cells"]:
        yield "".join(cell["source"])


def test_many_cells_and_values(project: Project) -> None:
    keys = [fresh_key() for _ in range(20)]
    cells = [code(listed(f"account_{at} = Client('{key}', '')\nprint({at})")) for at, key in enumerate(keys)]
    project.write(pretty(document(code([CLIENT]), *cells)))
    result = project.fix()
    assert result.code == 0, result.told
    found = project.stored()
    assert sorted(found.values()) == sorted(keys)
    for source, key in zip(list(sources(project.read()))[1:], keys, strict=True):
        name = source.partition('os.environ["')[2].partition('"')[0]
        assert found[name] == key
    assert os.path.exists(project.root / ".env.example")
