"""Which file an import or a path means."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from trees import grow

from binlint.sources.project import Module, Project

LIBRARIES = {"binance": frozenset({"client", "streams"})}


def project(root: Path, *, top: Path | None = None) -> Project:
    listing = sorted(path.relative_to(root).as_posix() for path in root.rglob("*.py"))
    return Project(str(root), LIBRARIES, str(top or root), {}, listing)


ABSOLUTE = {
    "beside the script": (["main.py", "keys.py"], "main.py", "keys", "keys.py"),
    "from the root of the package": (
        ["app/__init__.py", "app/a.py", "app/b.py"],
        "app/a.py",
        "app.b",
        "app/b.py",
    ),
    "the package comes before the module": (
        ["x.py", "x/__init__.py", "main.py"],
        "main.py",
        "x",
        "x/__init__.py",
    ),
    "the module before a folder without init": (["x.py", "x/y.py", "main.py"], "main.py", "x", "x.py"),
    "namespace package": (["a/b/c.py", "main.py"], "main.py", "a.b.c", "a/b/c.py"),
    "below src": (
        ["src/app/__init__.py", "src/app/k.py", "tests/t.py"],
        "tests/t.py",
        "app.k",
        "src/app/k.py",
    ),
    "the nearest root first": (
        ["one/config.py", "one/main.py", "config.py"],
        "one/main.py",
        "config",
        "one/config.py",
    ),
    "a package does not see its own modules first": (
        ["app/__init__.py", "app/main.py", "app/config.py", "config.py"],
        "app/main.py",
        "config",
        "config.py",
    ),
    "but as a last resort": (
        ["app/__init__.py", "app/main.py", "app/config.py"],
        "app/main.py",
        "config",
        "app/config.py",
    ),
    "another root of a monorepo": (
        ["services/a/main.py", "libs/b/setup.py", "libs/b/common/__init__.py", "libs/b/common/k.py"],
        "services/a/main.py",
        "common.k",
        "libs/b/common/k.py",
    ),
    "one namespace in two roots": (
        ["core/lab/run.py", "ext/lab/private.py"],
        "core/lab/run.py",
        "lab.private",
        "ext/lab/private.py",
    ),
    "a script's own secrets.py": (["main.py", "secrets.py"], "main.py", "secrets", "secrets.py"),
    "a file shadows the library": (["main.py", "binance.py"], "main.py", "binance", "binance.py"),
}


@pytest.mark.parametrize(("files", "importer", "dotted", "path"), ABSOLUTE.values(), ids=ABSOLUTE)
def test_absolute_imports(tmp_path: Path, files: list[str], importer: str, dotted: str, path: str) -> None:
    found = project(grow(tmp_path, *files)).module(importer, dotted, 0)
    assert found is not None
    assert found.path == path


NOBODY = {
    "installed": (["main.py"], "main.py", "pandas", 0),
    "same name in a folder that is not searched": (["a/main.py", "b/keys.py"], "a/main.py", "keys", 0),
    "two roots have it": (
        ["a/main.py", "b/setup.py", "b/p/k.py", "c/setup.py", "c/p/k.py"],
        "a/main.py",
        "p.k",
        0,
    ),
    "standard library inside a package": (["p/__init__.py", "p/m.py", "p/json.py"], "p/m.py", "json", 0),
    "a script that is named like its library": (["binance.py"], "binance.py", "binance", 0),
    "above the root": (["a/main.py", "keys.py"], "a/main.py", "keys", 3),
    "two hundred dots": (["a/main.py"], "a/main.py", "", 200),
    "no module": (["main.py", "a b.py"], "main.py", "a b", 0),
}


@pytest.mark.parametrize(("files", "importer", "dotted", "level"), NOBODY.values(), ids=NOBODY)
def test_what_is_not_of_the_project(
    tmp_path: Path, files: list[str], importer: str, dotted: str, level: int
) -> None:
    assert project(grow(tmp_path, *files)).module(importer, dotted, level) is None


@pytest.mark.parametrize(("level", "path"), [(1, "a/b/k.py"), (2, "a/k.py"), (3, "k.py")])
def test_relative_imports(tmp_path: Path, level: int, path: str) -> None:
    grow(tmp_path, "a/__init__.py", "a/b/__init__.py", "a/b/main.py", "a/b/k.py", "a/k.py", "k.py")
    assert project(tmp_path).module("a/b/main.py", "k", level) == Module(path)


def test_a_vendored_copy_is_the_library(tmp_path: Path) -> None:
    grow(tmp_path, "main.py", "binance/__init__.py")
    (tmp_path / "binance" / "client.py").write_text('HOST = "https://api.binance.com"\n')
    found = project(tmp_path)
    assert found.module("main.py", "binance.client", 0) is None
    assert found.vendored("binance") == "binance"


def test_a_package_of_the_same_name_is_not(tmp_path: Path) -> None:
    grow(tmp_path, "main.py", "binance/__init__.py", "binance/client.py")
    assert project(tmp_path).module("main.py", "binance.client", 0) == Module("binance/client.py")


def test_linked_modules_and_folders_are_not_followed(tmp_path: Path) -> None:
    outside = grow(tmp_path / "outside", "keys.py", "deep/keys.py")
    root = grow(tmp_path / "root", "main.py")
    os.symlink(outside / "keys.py", root / "keys.py")
    os.symlink(outside / "deep", root / "deep")
    found = project(root)
    assert found.module("main.py", "keys", 0) is None
    assert found.module("main.py", "deep.keys", 0) is None
    assert found.file("main.py", "deep/keys.py") is None


def test_files_beside_the_code_come_before_those_of_the_root(tmp_path: Path) -> None:
    grow(tmp_path, "app/main.py", "app/a.json", "a.json", "b.json")
    found = project(tmp_path)
    assert found.file("app/main.py", "a.json") == "app/a.json"
    assert found.file("app/main.py", "b.json") == "b.json"
    assert found.file("app/main.py", "../b.json") == "b.json"


@pytest.mark.parametrize("path", ["../x.json", "../../x.json", "/etc/x.json", "missing.json"])
def test_files_outside_are_nobodys(tmp_path: Path, path: str) -> None:
    grow(tmp_path, "x.json")
    root = grow(tmp_path / "root", "main.py")
    assert project(root).file("main.py", path) is None


def test_a_run_in_a_sub_directory_sees_up_to_the_root(tmp_path: Path) -> None:
    grow(tmp_path, "keys.py", "sub/main.py")
    found = Project(str(tmp_path / "sub"), {}, str(tmp_path), {}, ["main.py"])
    assert found.module("main.py", "keys", 0) == Module("../keys.py")
    assert (
        Project(str(tmp_path / "sub"), {}, str(tmp_path / "sub"), {}, ["main.py"]).module(
            "main.py", "keys", 0
        )
        is None
    )


IMPORTING = {
    "from": "from pkg.keys import A\n",
    "module": "import pkg.keys as k\n",
    "several": "import os, pkg.keys\n",
    "submodule": "from pkg import keys\n",
    "in brackets": "from pkg import (\n    other,\n    keys,  # these\n)\n",
    "continued": "from pkg import \\\n    keys\n",
    "in a function": "def f():\n    from pkg.keys import *\n",
    "after a colon": "try: from pkg.keys import A\nexcept ImportError: pass\n",
    "by call": "m = importlib.import_module('pkg.keys')\n",
    "by the other call": 'm = __import__("pkg.keys")\n',
}


@pytest.mark.parametrize("source", IMPORTING.values(), ids=IMPORTING)
def test_importers(tmp_path: Path, source: str) -> None:
    grow(tmp_path, "pkg/__init__.py", "pkg/keys.py", "pkg/other.py", "unrelated.py", main=source)
    (tmp_path / "main").rename(tmp_path / "main.py")
    assert project(tmp_path).importers("pkg/keys.py") == ("main.py",)


def test_mentioning_a_module_is_not_importing_it(tmp_path: Path) -> None:
    grow(tmp_path, "keys.py")
    (tmp_path / "main.py").write_text('keys = 1  # see keys.py\nname = "import keys"\nimport other.keys\n')
    assert project(tmp_path).importers("keys.py") == ()


def test_siblings_import_their_package(tmp_path: Path) -> None:
    grow(tmp_path, "pkg/__init__.py")
    (tmp_path / "pkg" / "main.py").write_text("from . import KEY\n")
    assert project(tmp_path).importers("pkg/__init__.py") == ("pkg/main.py",)


def test_a_changed_search_path_makes_an_importer(tmp_path: Path) -> None:
    grow(tmp_path, "libs/common/ex.py")
    (tmp_path / "main.py").write_text('import sys\nsys.path.append("libs")\nfrom common.ex import Ex\n')
    assert project(tmp_path).importers("libs/common/ex.py") == ("main.py",)


def test_hostile_imports_are_read_in_no_time(tmp_path: Path) -> None:
    grow(tmp_path, "keys.py")
    (tmp_path / "a.py").write_text("from keys import (" * 20_000)
    (tmp_path / "b.py").write_text("import" + " " * 500_000 + "keys\n")
    (tmp_path / "c.py").write_text("from " + "." * 100_000 + " import keys\n")
    (tmp_path / "d.py").write_text("import keys\n")
    assert "d.py" in project(tmp_path).importers("keys.py")
