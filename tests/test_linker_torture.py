"""Projects that were made to break the linker: it ends in time, says what it may, and opens nothing outside."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from fresh_values import fresh_key
from hostile import Run, exposed, run

from binlint import workers
from binlint.cli import main

CLIENT = "from binance.client import Client\n"
ARGUMENTS = ("--isolated", "--output-format", "full", "-v", "--show-suppressed")
LIMIT = 15  # seconds; each of them takes less than one
Files = dict[str, str]
Build = Callable[[str, str], Files]

needs_links = pytest.mark.skipif(os.name == "nt", reason="links and FIFOs need POSIX")


def write(folder: Path, files: Files) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def look(folder: Path, paths: tuple[str, ...] = (".",)) -> Run:
    result = run([*ARGUMENTS, *paths], folder, limit=LIMIT)
    assert result.code in (0, 1), result.text[-2000:]
    assert "Traceback" not in result.text
    assert "failed on it" not in result.text
    return result


def reader(file: str) -> str:
    return f'{CLIENT}import json\nd = json.load(open("{file}"))\nClient(d["k"], d["s"])\n'


def chain(count: int, line: str, k: str, s: str) -> Files:
    """`m0.py` takes its names from `m1.py`, and so on; the last one holds the keys."""
    files = {f"m{n}.py": line.format(n + 1) for n in range(count)}
    return {
        **files,
        f"m{count}.py": f'K = "{k}"\nS = "{s}"\n',
        "app.py": f"{CLIENT}from m0 import *\nClient(K, S)\n",
    }


def ring(count: int, k: str) -> Files:
    files = {f"m{n}.py": f"from m{(n + 1) % count} import K, S\n" for n in range(count)}
    return {**files, "app.py": f'{CLIENT}from m0 import K, S\nClient(K, S)\nx = Client("{k}")\n'}


def doubled(line: str, first: str) -> Files:
    files = {f"d{n}.py": f"from d{n - 1} import D as P\n{line}\n" for n in range(1, 9)}
    return {**files, "d0.py": f"D = {first}\n", "app.py": f"{CLIENT}from d8 import D\nClient(D, D)\n"}


# What must end. Each of them holds two keys that somebody may print.
ENDLESS: dict[str, Build] = {
    "ring of 1": lambda k, s: ring(1, k),
    "ring of 2": lambda k, s: ring(2, k),
    "ring of 300": lambda k, s: ring(300, k),
    "star chain of 400": lambda k, s: chain(400, "from m{} import *\n", k, s),
    "re-exports 400": lambda k, s: chain(400, "from m{} import K, S\n", k, s),
    "__all__ in a ring": lambda k, s: {
        "app.py": f"{CLIENT}from a import *\nClient(K, S)\n",
        "a.py": 'from b import __all__ as x\nfrom b import *\n__all__ = x + ["K"]\n',
        "b.py": f"from a import __all__ as y\nfrom a import *\n__all__ = y + ['S']\nK='{k}'\nS='{s}'\n",
    },
    "packages that star each other": lambda k, s: {
        "app.py": f"{CLIENT}from p import *\nClient(K, S)\n",
        "p/__init__.py": "from . import *\nfrom .q import *\n",
        "p/q/__init__.py": "from .. import *\nfrom . import *\nfrom .z import *\n",
        "p/q/z.py": f'from p import *\nK = "{k}"\nS = "{s}"\n',
    },
    "bases in a ring": lambda k, s: {
        "a.py": f"{CLIENT}from b import B\nclass A(B):\n"
        "    def go(self):\n        return Client(self.k, self.s)\nA().go()\n",
        "b.py": f'from a import A\nclass B(A):\n    k = "{k}"\n    s = "{s}"\n',
    },
    "classes that construct each other": lambda k, s: {
        "a.py": f"{CLIENT}from b import B\nclass A:\n    def __init__(self, k, s):\n"
        "        self.b = B(k, s)\n    def go(self):\n        return Client(self.b.k, self.b.s)\n",
        "b.py": "from a import A\nclass B:\n    def __init__(self, k, s):\n"
        "        self.a = A(k, s)\n        self.k = self.a.b.k\n        self.s = s\n",
        "m.py": f'from a import A\nA("{k}", "{s}").go()\n',
    },
    "__getattr__ that asks the other": lambda k, s: {
        "a.py": "import b\ndef __getattr__(name):\n    return getattr(b, name) or b.x or b.y\n",
        "b.py": "import a\ndef __getattr__(name):\n    return getattr(a, name) or a.x or a.y\n",
        "c.py": f'{CLIENT}import a\nClient(a.K, a.S, "{k}")\n',
    },
    "a descriptor that gives itself": lambda k, s: {
        "a.py": "class D:\n    def __get__(self, o, t):\n        return self\n"
        "    def __getitem__(self, k):\n        return self[k + k]\nclass C:\n    d = D()\n    x = d.d\n",
        "b.py": f'{CLIENT}from a import C\nClient(C.d.foo, C().d["x"])\nClient(C.d("{k}"), C.d.d)\n',
    },
    "decorators that give themselves": lambda k, s: {
        "a.py": f"{CLIENT}def deco(f):\n    return deco(f)(deco)\ndef reg(c):\n    return reg\n"
        "@deco\n@reg\ndef go(a, b):\n    return Client(a, b)\n",
        "b.py": f'import a\n@a.reg(a.deco)(a.reg)\nclass X:\n    pass\na.reg(a.go)("{k}", "{s}")\n',
    },
    "an environment of itself": lambda k, s: {
        "a.py": f'{CLIENT}import os\nos.environ["A"] = os.environ["B"]\nos.environ["B"] = os.environ["A"]\n'
        "for x in os.environ:\n    os.environ[os.environ[x]] = os.environ[x]\n"
        f'os.environ.update(os.environ)\nClient(os.environ["A"], "{s}")\n',
    },
    "settings of themselves": lambda k, s: {
        "manage.py": 'import os\nos.environ["DJANGO_SETTINGS_MODULE"] = "settings"\n',
        "settings.py": "from django.conf import settings\nK = settings.K\nfrom settings import *\n",
        "a.py": f'{CLIENT}from django.conf import settings\nClient(settings.K, settings.S, "{k}")\n',
    },
    "texts that double": lambda k, s: doubled("D = P + P", f'"{k}"'),
    "lists that double": lambda k, s: doubled("D = [*P, *P]", f'["{k}", "{s}"]'),
    "dicts that double": lambda k, s: doubled("D = {**P, **P, 'x': P}", f'{{"k": "{k}"}}'),
    "wrappers 120 deep": lambda k, s: {
        "w0.py": f"{CLIENT}def f0(a, b):\n    return Client(a, b)\n",
        **{
            f"w{n}.py": f"from w{n - 1} import f{n - 1}\ndef f{n}(a, b):\n    return f{n - 1}(a, b)\n"
            for n in range(1, 120)
        },
        "main.py": f'from w119 import f119\nf119("{k}", "{s}")\n',
    },
    "dots up to 200": lambda k, s: {
        "p/q/a.py": CLIENT
        + "".join(f"from {'.' * n}x import K{n}\n" for n in range(1, 200))
        + f'Client(K5, "{k}")\n'
    },
    "search paths": lambda k, s: {
        "a.py": f"{CLIENT}import sys\n"
        + "".join(
            f'sys.path.append("{path}")\n'
            for path in ("", "/", "~", "../" * 500, "a/../" * 900, "x" * 100_000, "\\0", "<project>/../..")
        )
        + f'from zz import K, S\nClient(K, "{k}")\n'
    },
    "deep JSON": lambda k, s: {"a.py": reader("f.json"), "f.json": '{"k":' * 50_000 + f'"{k}"'},
    "billion laughs": lambda k, s: {
        "a.py": reader("f.json").replace("json", "yaml").replace("yaml.load", "yaml.safe_load"),
        "f.yaml": 'a0: &a0 ["lol"]\n'
        + "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 30))
        + f"k: *a29\ns: {s}\n",
    },
}


@pytest.mark.parametrize("case", ENDLESS)
def test_it_ends_and_leaks_nothing(case: str, tmp_path: Path) -> None:
    values = fresh_key(), fresh_key()
    write(tmp_path, ENDLESS[case](*values))
    assert exposed(look(tmp_path).text, values) == []


@pytest.mark.parametrize("case", ["ring of 2", "__all__ in a ring", "bases in a ring", "texts that double"])
def test_processes_say_the_same(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, ENDLESS[case](fresh_key(), fresh_key()))
    monkeypatch.chdir(tmp_path)
    said = []
    for count in (1, 2, 3):
        monkeypatch.setattr(workers, "count_for", lambda sources, count=count: count)
        code = main(["--isolated", "--output-format", "json", "."])
        report = json.loads(capsys.readouterr().out)
        said.append((code, report["findings"]))  # each process counts for itself what it compiles
    assert said[0] == said[1] == said[2]


def test_a_key_that_is_a_name_stays_hidden_across_files(tmp_path: Path) -> None:
    key, secret = f"A{fresh_key()[1:]}", fresh_key()
    write(
        tmp_path,
        {
            "a.py": f"{CLIENT}import b, c\n{key} = c.S\nClient(b.K, {key})\n",
            "b.py": f'K = "{key}"\n',
            "c.py": f'S = "{secret}"\n',
        },
    )
    result = look(tmp_path)
    assert {code for _, code in result.spots("b.py")} == {"BIN101"}
    assert {code for _, code in result.spots("c.py")} == {"BIN102"}
    assert exposed(result.text, (key, secret)) == []


@needs_links
@pytest.mark.parametrize("name", ["f.json", "f.py", ".env"])
def test_a_fifo_is_not_waited_for(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / name)
    dotenv = "from dotenv import load_dotenv\nload_dotenv()\nfrom f import K\n"
    write(tmp_path, {"a.py": f"{reader('f.json')}{dotenv}"})
    assert look(tmp_path).code == 0


@needs_links
@pytest.mark.parametrize("path", ["outside/k.json", "../k.json", "link.json", "{}/k.json"])
def test_data_outside_the_tree_is_not_opened(path: str, tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "elsewhere"
    write(outside, {"k.json": f'{{"k": "{fresh_key()}", "s": "{fresh_key()}"}}'})
    write(tmp_path, {"k.json": f'{{"k": "{fresh_key()}", "s": "{fresh_key()}"}}'})
    write(inside, {"a.py": reader(path.format(outside.as_posix()))})
    (inside / "outside").symlink_to(outside)
    (inside / "link.json").symlink_to(outside / "k.json")
    assert look(inside, ("a.py",)).code == 0


@needs_links
@pytest.mark.parametrize("folder", ["../elsewhere", "outside", "../../../..", "{}"])
def test_the_search_path_does_not_leave_the_tree(folder: str, tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "elsewhere"
    write(outside, {"okeys.py": f'K = "{fresh_key()}"\nS = "{fresh_key()}"\n'})
    appended = f'import sys\nsys.path.append("{folder.format(outside.as_posix())}")\n'
    write(inside, {"a.py": f"{CLIENT}{appended}from okeys import K, S\nClient(K, S)\n"})
    (inside / "outside").symlink_to(outside)
    assert look(inside, ("a.py",)).code == 0
