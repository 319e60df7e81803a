"""The import of a look-up: what is written where, and that it is the real thing wherever it is used."""

from __future__ import annotations

import ast
import builtins
import contextlib
import os
import sys
import sysconfig
import types
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from binlint.fixing.edits import Edit, Refusal, apply
from binlint.fixing.imports import Provided, Use, Wanted, environ, getenv, provide

MARK = '"@"'
OS = Wanted("os")


def uses_in(text: str) -> list[Use]:
    return [Use(index) for index in range(len(text)) if text.startswith(MARK, index)]


def written(text: str, provided: Provided, look_up: str) -> str:
    """The text with the import, and with look-ups for the marks."""
    edits = [] if provided.edit is None else [provided.edit]
    edits += [Edit(use.offset, use.offset + len(MARK), look_up) for use in uses_in(text)]
    return apply(text, edits)


def fixed(text: str, wanted: Wanted | None = None) -> str:
    """The text with `environ["K"]`, or what is wanted, for the marks; the reason where it is refused."""
    provided = environ(text, uses_in(text)) if wanted is None else provide(text, wanted, uses_in(text))
    if isinstance(provided, Refusal):
        return provided.reason
    look_up = f'{provided.spelled}["K"]' if wanted is None else provided.spelled
    return written(text, provided, look_up)


# --- edits -----------------------------------------------------------------------------------------


def test_edits_are_made_by_place_in_any_order() -> None:
    assert apply("abcdef", [Edit(4, 5, "E"), Edit(0, 2, "x"), Edit(2, 2, "y"), Edit(6, 6, "!")]) == "xycdEf!"


def test_insertions_at_one_place_keep_their_order_before_a_replacement() -> None:
    assert apply("ab", [Edit(1, 2, "B"), Edit(1, 1, "1"), Edit(1, 1, "2")]) == "a12B"


@pytest.mark.parametrize(
    "edits",
    [
        [Edit(0, 2, ""), Edit(1, 3, "")],
        [Edit(0, 2, ""), Edit(0, 2, "")],
        [Edit(0, 3, ""), Edit(1, 1, "x")],
        [Edit(2, 1, "")],
        [Edit(-1, 0, "")],
        [Edit(3, 5, "")],
    ],
)
def test_edits_that_overlap_or_lie_outside_are_an_error(edits: list[Edit]) -> None:
    with pytest.raises(ValueError, match="overlap"):
        apply("abcd", edits)


# --- what is there already ---------------------------------------------------------------------------

REUSED = {
    "plain": ('import os\nk = "@"', "os.environ"),
    "alias": ('import os as o\nk = "@"', "o.environ"),
    "submodule": ('import os.path\nk = "@"', "os.environ"),
    "among others": ('import sys, os, time\nk = "@"', "os.environ"),
    "environ": ('from os import environ\nk = "@"', "environ"),
    "environ with an alias": ('from os import environ as e\nk = "@"', "e"),
    "environ in brackets": ('from os import (\n    getenv,\n    environ,\n)\nk = "@"', "environ"),
    "environ before os": ('import os\nfrom os import environ\nk = "@"', "environ"),
    "os, where environ is hidden": (
        'import os\nfrom os import environ\ndef f(environ):\n    return "@"',
        "os.environ",
    ),
    "alias, where os is hidden": ('import os\nimport os as o\ndef f(os):\n    return "@"', "o.environ"),
    "twice": ('import os\nimport os\nk = "@"', "os.environ"),
    "twice, once conditional": ('import os\nif x:\n    import os\nk = "@"', "os.environ"),
    "in the function": ('def f():\n    import os\n    return "@"', "os.environ"),
    "in the function around": (
        'def f():\n    import os\n    def g():\n        return "@"\n    return g',
        "os.environ",
    ),
    "in the same branch of a function": (
        'def f(x):\n    if x:\n        import os\n        return "@"',
        "os.environ",
    ),
    "in the class body": ('class A:\n    import os\n    k = "@"', "os.environ"),
    "in a function and above it": ('import os\ndef f():\n    import os\n    return "@"', "os.environ"),
    "a name of a class body is not one of its methods": (
        'import os\nclass A:\n    os = 1\n    def f(self):\n        return "@"',
        "os.environ",
    ),
    "a class body around a comprehension": (
        'import os\nclass A:\n    os = 1\n    k = [["@"] for _ in x]',
        "os.environ",
    ),
    "a parameter elsewhere": ('import os\ndef f(os): pass\nk = "@"', "os.environ"),
    "a comprehension elsewhere": ('import os\nx = [os for os in y]\nk = "@"', "os.environ"),
    "a default beside a parameter": ('import os\ndef f(os, k="@"): pass', "os.environ"),
    "a decorator above a parameter": ('import os\n@d("@")\ndef f(os): pass', "os.environ"),
    "the first iterable of a comprehension": ('import os\nx = [os for os in "@"]', "os.environ"),
    "global": ('import os\ndef f():\n    global os\n    return "@"', "os.environ"),
    "global inside a function that hides it": (
        'import os\ndef f(os):\n    def g():\n        global os\n        return "@"',
        "os.environ",
    ),
    "below the function, above all code": (
        'def f():\n    return "@"\nimport os\nx = f()',
        "os.environ",
    ),
    "below a class": (
        'class A(B):\n    x = 1\n    def f(self):\n        return "@"\nimport os\nA().f()',
        "os.environ",
    ),
    "lambda": ('import os\nf = lambda: "@"', "os.environ"),
    "above the function, below code": ('x = 1\nimport os\ndef f():\n    return "@"', "os.environ"),
    "star above": ('from m import *\nimport os\nk = "@"', "os.environ"),
    "star below a private alias": ('import os as _os\nfrom m import *\nk = "@"', "_os.environ"),
    "two statements on a line": ('import os; k = "@"', "os.environ"),
    "in an f-string": ("import os\nk = f'{\"@\"}'", "os.environ"),
    "letters of two bytes": ('import os\nä = "é"; k = "@"', "os.environ"),
    "different uses, different imports": (
        'import os\nk = "@"\ndef f():\n    import os\n    return "@"',
        "os.environ",
    ),
    "a keyword right before": ('import os\ndef f():\n    return"@"if 1else"@"', "os.environ"),
}


@pytest.mark.parametrize(("text", "spelled"), REUSED.values(), ids=REUSED)
def test_what_is_there_is_used(text: str, spelled: str) -> None:
    assert environ(text, uses_in(text)) == Provided(None, spelled)


OTHERS = {
    "module": ("import json\n", Wanted("json"), "json"),
    "module by alias": ("import json as j\n", Wanted("json"), "j"),
    "name": ("from decouple import config\n", Wanted("decouple", "config"), "config"),
    "name by alias": ("from decouple import config as c\n", Wanted("decouple", "config"), "c"),
    "name through its module": ("import dotenv\n", Wanted("dotenv", "load_dotenv"), "dotenv.load_dotenv"),
    "submodule": ("import a.b\n", Wanted("a.b"), "a.b"),
    "submodule from its package": ("from a import b\n", Wanted("a.b"), "b"),
    "name in a submodule": ("import a.b.c\n", Wanted("a.b", "f"), "a.b.f"),
}


@pytest.mark.parametrize(("text", "wanted", "spelled"), OTHERS.values(), ids=OTHERS)
def test_other_modules_are_found_likewise(text: str, wanted: Wanted, spelled: str) -> None:
    assert provide(text, wanted, [Use(len(text))]) == Provided(None, spelled)


def test_getenv_is_found_by_its_names() -> None:
    assert getenv('from os import getenv as g\nk = "@"', [Use(31)]) == Provided(None, "g")
    assert getenv('import os\nk = "@"', [Use(14)]) == Provided(None, "os.getenv")


# --- what is hidden ----------------------------------------------------------------------------------

HIDDEN = {
    "parameter": 'import os\ndef f(os):\n    return "@"',
    "keyword parameter": 'import os\ndef f(*, os=1):\n    return "@"',
    "star parameter": 'import os\ndef f(*os):\n    return "@"',
    "parameter of a lambda": 'import os\nf = lambda os: "@"',
    "parameter around": 'import os\ndef f(os):\n    def g():\n        return "@"',
    "local below": 'import os\ndef f():\n    k = "@"\n    os = 1',
    "loop": 'import os\ndef f():\n    for os in x:\n        k = "@"',
    "with": 'import os\ndef f():\n    with x as os:\n        k = "@"',
    "except": 'import os\ndef f():\n    try:\n        pass\n    except E as os:\n        k = "@"',
    "walrus": 'import os\ndef f():\n    if (os := 1):\n        k = "@"',
    "walrus in a comprehension": 'import os\ndef f():\n    [(os := 1) for _ in x]\n    k = "@"',
    "comprehension": 'import os\nx = ["@" for os in y]',
    "capture": 'import os\ndef f(x):\n    match x:\n        case [*os]:\n            k = "@"',
    "capture of the rest": 'import os\ndef f(x):\n    match x:\n        case {**os}:\n            k = "@"',
    "function": 'import os\ndef f():\n    def os(): pass\n    return "@"',
    "class": 'import os\ndef f():\n    class os: pass\n    return "@"',
    "other import": 'import os\ndef f():\n    import sys as os\n    return "@"',
    "other import of the module": 'import os\nimport sys as os\nk = "@"',
    "annotation": 'import os\ndef f():\n    os: int\n    return "@"',
    "class body": 'import os\nclass A:\n    os = 1\n    k = "@"',
    "bound anew": 'import os\nos = 1\nk = "@"',
    "bound anew below": 'import os\nk = "@"\nos = 1',
    "deleted": 'import os\nk = "@"\ndel os',
    "global in a function": 'import os\ndef f():\n    global os\n    os = 1\nk = "@"',
    "nonlocal": (
        "import os\ndef f():\n    import os\n    def g():\n        nonlocal os\n        os = 1\n"
        '    g()\n    return "@"'
    ),
    "star below": 'import os\nfrom m import *\nk = "@"',
    "star in a branch below": 'import os\nif x:\n    from m import *\nk = "@"',
    "local import below": 'import os\ndef f():\n    k = "@"\n    import os',
    "local import in a branch": 'import os\ndef f():\n    if x:\n        import os\n    k = "@"',
    "import that may fail": 'try:\n    import os\nexcept ImportError:\n    os = None\nk = "@"',
    "relative": 'from . import os\nk = "@"',
    "wide letters": 'import os\nｏｓ = 1\nk = "@"',
    "one of two uses": 'import os\nk = "@"\ndef f(os):\n    return "@"',
    "star above, whose os is used": 'from m import *\nos.hello()\nk = "@"',
}


@pytest.mark.parametrize("text", HIDDEN.values(), ids=HIDDEN)
def test_what_is_hidden_gets_a_name_of_its_own(text: str) -> None:
    provided = environ(text, uses_in(text))
    assert isinstance(provided, Provided)
    assert provided.edit is not None
    assert provided.edit.text.strip() == "import os as _os"
    assert provided.spelled == "_os.environ"


GENERIC = {
    "parameter of a function": ('def f[os](x):\n    return "@"', "_os.environ"),
    "parameter of a class": ('class A[os]:\n    def f(self):\n        return "@"', "_os.environ"),
    "parameter, and a default, which is outside": ('def f[os](x="@"): pass', "os.environ"),
    "alias": ('type os = 1\nk = "@"', "_os.environ"),
    "parameter of an alias": ('type A[os] = "@"', "_os.environ"),
    "other parameters": ('class A[T]:\n    k = "@"\n    def f[S](self):\n        return "@"', "os.environ"),
}


@pytest.mark.skipif(sys.version_info < (3, 12), reason="new syntax")
@pytest.mark.parametrize(("text", "spelled"), GENERIC.values(), ids=GENERIC)
def test_type_parameters_hide_names(text: str, spelled: str) -> None:
    text = f"import os\n{text}\n"
    provided = environ(text, uses_in(text))
    assert isinstance(provided, Provided)
    assert (provided.spelled, provided.edit is None) == (spelled, spelled == "os.environ")


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("import os\ndef f(os):\n    |\n    return 1\n", "_os.environ"),
        ("import os\ndef f():|\n    import os\n", "_os.environ"),
        ("import os\nclass A(B):\n    |# here\n    os = 1\n", "_os.environ"),
        ("import os\nf = lambda os: (|1)\n", "_os.environ"),
        ("import os\ndef f(os):\n    return 1\n|\nx = 1\n", "os.environ"),
        ("import os\n|x.y = 1\n", "os.environ"),
        ("import os\nif x:\n    |match x:\n        case 1: pass\n", "os.environ"),
        ("import os\nif x:\n    |for x in y: pass\n", "os.environ"),
        ("x = 1\n\n|\ndef f(): pass\n", "os.environ"),
    ],
)
def test_a_use_need_not_be_an_expression_yet(text: str, spelled: str) -> None:
    offset = text.index("|")
    provided = environ(text.replace("|", ""), [Use(offset)])
    assert isinstance(provided, Provided)
    assert provided.spelled == spelled


def test_a_submodule_of_a_package_is_a_name_of_the_package() -> None:
    text = 'from decouple import config\nfrom .config import x\nk = "@"\n'
    wanted, uses = Wanted("decouple", "config"), uses_in(text)
    alias = "from decouple import config as _config\n"
    hidden = Provided(Edit(50, 50, alias), "_config")
    assert provide(text, wanted, uses, path="a/__init__.py") == hidden
    assert provide(text, wanted, uses) == hidden
    assert provide(text, wanted, uses, path="a/b.py") == Provided(None, "config")
    deeper = text.replace(".config", "..config")
    assert provide(deeper, wanted, uses_in(deeper), path="a/__init__.py") == Provided(None, "config")


@pytest.mark.parametrize(
    ("taken", "name"),
    [
        ("_os = 1", "_binlint_os"),
        ("# _os", "_binlint_os"),
        ("_os, _binlint_os = 1, 2", "_binlint_os2"),
        ("x._os, _binlint_os, _binlint_os2", "_binlint_os3"),
    ],
)
def test_a_new_name_is_nobody_elses(taken: str, name: str) -> None:
    text = f'os = 1\n{taken}\nk = "@"\n'
    assert fixed(text) == f'import os as {name}\n\nos = 1\n{taken}\nk = {name}.environ["K"]\n'


def test_a_name_from_a_module_gets_an_alias_too() -> None:
    text = 'config = {}\nk = "@"\n'
    after = "from decouple import config as _config\n\nconfig = {}\nk = _config\n"
    assert fixed(text, Wanted("decouple", "config")) == after


# --- where an import goes ----------------------------------------------------------------------------

ENV = 'os.environ["K"]'
PLACED = {
    "nothing but code": ('k = "@"\n', f"import os\n\nk = {ENV}\n"),
    "no newline at the end": ('k = "@"', f"import os\n\nk = {ENV}"),
    "shebang": ('#!/usr/bin/python\nk = "@"\n', f"#!/usr/bin/python\nimport os\n\nk = {ENV}\n"),
    "shebang and a blank line": (
        '#!/usr/bin/python\n\nk = "@"\n',
        f"#!/usr/bin/python\n\nimport os\n\nk = {ENV}\n",
    ),
    "cookie": ('# coding: latin-1\nk = "@"\n', f"# coding: latin-1\nimport os\n\nk = {ENV}\n"),
    "cookie on the second line": (
        '#!/bin/py\n# -*- coding: utf-8 -*-\n\nk = "@"\n',
        f"#!/bin/py\n# -*- coding: utf-8 -*-\n\nimport os\n\nk = {ENV}\n",
    ),
    "cookie after a blank line": (
        '\n# coding: latin-1\nk = "@"\n',
        f"\n# coding: latin-1\nimport os\n\nk = {ENV}\n",
    ),
    "cookie and docstring": (
        '# coding: utf-8\n"""Doc."""\nk = "@"\n',
        f'# coding: utf-8\n"""Doc."""\n\nimport os\n\nk = {ENV}\n',
    ),
    "licence": (
        '# Copyright\n# All rights\n\nk = "@"\n',
        f"# Copyright\n# All rights\n\nimport os\n\nk = {ENV}\n",
    ),
    "licence and a comment on the code": (
        '# Copyright\n\n# the key\nk = "@"\n',
        f"# Copyright\n\nimport os\n\n# the key\nk = {ENV}\n",
    ),
    "docstring": ('"""Doc."""\n\nk = "@"\n', f'"""Doc."""\n\nimport os\n\nk = {ENV}\n'),
    "docstring without a blank line": (
        '"""Doc."""\nk = "@"\n',
        f'"""Doc."""\n\nimport os\n\nk = {ENV}\n',
    ),
    "docstring of many lines": (
        '"""Doc.\n\nimport sys\n"""\n\nk = "@"\n',
        f'"""Doc.\n\nimport sys\n"""\n\nimport os\n\nk = {ENV}\n',
    ),
    "docstring in pieces": (
        '("Doc"\n "more")\nk = "@"\n',
        f'("Doc"\n "more")\n\nimport os\n\nk = {ENV}\n',
    ),
    "docstring and a comment": (
        '"""Doc."""\n# the key\nk = "@"\n',
        f'"""Doc."""\n\nimport os\n\n# the key\nk = {ENV}\n',
    ),
    "docstring with a comment behind": (
        '"""Doc."""  # noqa\nk = "@"\n',
        f'"""Doc."""  # noqa\n\nimport os\n\nk = {ENV}\n',
    ),
    "docstring and code on one line": ('"""Doc."""; k = "@"\n', f'"""Doc."""; import os; k = {ENV}\n'),
    "docstring and import on one line": (
        '"""Doc."""; import sys\nk = "@"\n',
        f'"""Doc."""; import os; import sys\nk = {ENV}\n',
    ),
    "docstring with a semicolon": ('"""Doc.""";\nk = "@"\n', f'"""Doc.""";\n\nimport os\n\nk = {ENV}\n'),
    "docstring and two blank lines before a function": (
        '"""Doc."""\n\n\ndef f():\n    return "@"\n',
        f'"""Doc."""\n\nimport os\n\n\ndef f():\n    return {ENV}\n',
    ),
    "docstring that is no docstring": ('f"doc"\nk = "@"\n', f'import os\n\nf"doc"\nk = {ENV}\n'),
    "future": (
        'from __future__ import annotations\n\nk = "@"\n',
        f"from __future__ import annotations\n\nimport os\n\nk = {ENV}\n",
    ),
    "futures": (
        '"""Doc."""\nfrom __future__ import annotations\nfrom __future__ import (\n    division,\n)\nk = "@"\n',
        '"""Doc."""\nfrom __future__ import annotations\nfrom __future__ import (\n    division,\n)\n\n'
        f"import os\n\nk = {ENV}\n",
    ),
    "future and code on one line": (
        'from __future__ import annotations; k = "@"\n',
        f"from __future__ import annotations; import os; k = {ENV}\n",
    ),
    "future and import on one line": (
        'from __future__ import annotations; import time\nk = "@"\n',
        f"from __future__ import annotations; import os; import time\nk = {ENV}\n",
    ),
    "everything": (
        '#!/bin/py\n# coding: utf-8\n# Copyright\n"""Doc."""\n\nfrom __future__ import annotations\n\n'
        'import json\nimport sys\n\nimport ccxt\n\nk = "@"\n',
        '#!/bin/py\n# coding: utf-8\n# Copyright\n"""Doc."""\n\nfrom __future__ import annotations\n\n'
        f"import json\nimport os\nimport sys\n\nimport ccxt\n\nk = {ENV}\n",
    ),
    "sorted, first": ('import sys\nk = "@"\n', f"import os\nimport sys\nk = {ENV}\n"),
    "sorted, last": ('import json\n\nk = "@"\n', f"import json\nimport os\n\nk = {ENV}\n"),
    "sorted, before from": (
        'import json\nfrom typing import Any\n\nk = "@"\n',
        f"import json\nimport os\nfrom typing import Any\n\nk = {ENV}\n",
    ),
    "sorted by module only": (
        'from json import loads\nimport sys\nk = "@"\n',
        f"from json import loads\nimport os\nimport sys\nk = {ENV}\n",
    ),
    "sorted, the comment stays with its import": (
        'import json\n# why\nimport sys  # noqa\nk = "@"\n',
        f"import json\nimport os\n# why\nimport sys  # noqa\nk = {ENV}\n",
    ),
    "only others": (
        'import ccxt\n\nk = "@"\n',
        f"import os\n\nimport ccxt\n\nk = {ENV}\n",
    ),
    "only others, below a licence": (
        '# Copyright\nimport ccxt\n\nk = "@"\n',
        f"# Copyright\nimport os\n\nimport ccxt\n\nk = {ENV}\n",
    ),
    "unsorted": (
        'import ccxt\nimport time\nk = "@"\n',
        f"import os\nimport ccxt\nimport time\nk = {ENV}\n",
    ),
    "several in one": ('import time, sys\nk = "@"\n', f"import os\nimport time, sys\nk = {ENV}\n"),
    "joined": ('import json; import sys\nk = "@"\n', f"import os\nimport json; import sys\nk = {ENV}\n"),
    "joined with code": ('import json; k = "@"\n', f"import os\nimport json; k = {ENV}\n"),
    "in brackets": (
        'from typing import (\n    Any,\n)\nk = "@"\n',
        f"import os\nfrom typing import (\n    Any,\n)\nk = {ENV}\n",
    ),
    "after brackets": (
        'import json\nfrom ccxt import (\n    Any,\n)\nk = "@"\n',
        f"import json\nimport os\nfrom ccxt import (\n    Any,\n)\nk = {ENV}\n",
    ),
    "continued": ('import \\\n    json\nk = "@"\n', f"import \\\n    json\nimport os\nk = {ENV}\n"),
    "imports in a try": (
        'try:\n    import json\nexcept ImportError:\n    pass\nimport sys\nk = "@"\n',
        f"import os\n\ntry:\n    import json\nexcept ImportError:\n    pass\nimport sys\nk = {ENV}\n",
    ),
    "imports under if": (
        'if x:\n    import json\nk = "@"\n',
        f"import os\n\nif x:\n    import json\nk = {ENV}\n",
    ),
    "type checking": (
        'from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import os\nk = "@"\n',
        f"import os\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import os\nk = {ENV}\n",
    ),
    "dunder before the imports": (
        '__version__ = "1"\n\nimport sys\n\nk = "@"\n',
        f'__version__ = "1"\n\nimport os\nimport sys\n\nk = {ENV}\n',
    ),
    "code before the imports": (
        'k = "@"\nimport sys\n',
        f"import os\n\nk = {ENV}\nimport sys\n",
    ),
    "called before the imports": (
        'def f():\n    return "@"\nf()\nimport os\n',
        f"import os\n\n\ndef f():\n    return {ENV}\nf()\nimport os\n",
    ),
    "decorator that calls": (
        'def f(x):\n    return "@"\n@f\ndef g(): pass\nimport os\n',
        f"import os\n\n\ndef f(x):\n    return {ENV}\n@f\ndef g(): pass\nimport os\n",
    ),
    "late import": (
        'k = "@"\nimport os\n',
        f"import os\n\nk = {ENV}\nimport os\n",
    ),
    "late import, in a default": (
        'def f(k="@"):\n    pass\nimport os\n',
        f"import os\n\n\ndef f(k={ENV}):\n    pass\nimport os\n",
    ),
    "late import, in a class body": (
        'class A:\n    k = "@"\nimport os\n',
        f"import os\n\n\nclass A:\n    k = {ENV}\nimport os\n",
    ),
    "import of another function": (
        'def g():\n    import os\n\ndef f():\n    return "@"\n',
        f"import os\n\n\ndef g():\n    import os\n\ndef f():\n    return {ENV}\n",
    ),
    "decorated": ('@d\ndef f():\n    return "@"\n', f"import os\n\n\n@d\ndef f():\n    return {ENV}\n"),
    "decorator in brackets": (
        '# a\n\n@(\n  # @\n  d\n)\ndef f():\n    return "@"\n',
        f"# a\n\nimport os\n\n\n@(\n  # @\n  d\n)\ndef f():\n    return {ENV}\n",
    ),
    "windows": (
        '"""Doc."""\r\n\r\nk = "@"\r\n',
        f'"""Doc."""\r\n\r\nimport os\r\n\r\nk = {ENV}\r\n',
    ),
    "windows, among imports": ('import json\r\nk = "@"\r\n', f"import json\r\nimport os\r\nk = {ENV}\r\n"),
    "old mac": ('"""Doc."""\r\rk = "@"\r', f'"""Doc."""\r\rimport os\r\rk = {ENV}\r'),
    "mixed": ('import json\r\nimport sys\nk = "@"\n', f"import json\r\nimport os\r\nimport sys\nk = {ENV}\n"),
    "form feed": ('"""Doc."""\n\f\nk = "@"\n', f'"""Doc."""\n\f\nimport os\n\nk = {ENV}\n'),
    "form feed before the import": ('\fimport sys\nk = "@"\n', f"import os\n\fimport sys\nk = {ENV}\n"),
    "line separators are no newlines": (
        '"""Do\u2028c."""\nx = "\u2028"; k = "@"\n',
        f'"""Do\u2028c."""\n\nimport os\n\nx = "\u2028"; k = {ENV}\n',
    ),
    "star, then the import": (
        'import sys\nfrom m import *\nk = "@"\n',
        f"import sys\nfrom m import *\nimport os\nk = {ENV}\n",
    ),
    "magic method": (
        '"""D."""\n__all__ = ["a"]\n\nclass A:\n    def __init__(self, k="@"): pass\n',
        f'"""D."""\n\nimport os\n\n__all__ = ["a"]\n\nclass A:\n    def __init__(self, k={ENV}): pass\n',
    ),
    "blank lines at the top": ('\n\nk = "@"\n', f"\n\nimport os\n\nk = {ENV}\n"),
    "comment with four blank lines": (
        '# c\n\n\n\n\nk = "@"\n',
        f"# c\n\nimport os\n\n\n\nk = {ENV}\n",
    ),
}


@pytest.mark.parametrize(("before", "after"), PLACED.values(), ids=PLACED)
def test_an_import_is_placed(before: str, after: str) -> None:
    assert fixed(before) == after


EMPTY = {
    "empty": ("", "import os\n"),
    "docstring only": ('"""Doc."""\n', '"""Doc."""\n\nimport os\n'),
    "docstring only, no newline": ('"""Doc."""', '"""Doc."""\n\nimport os\n'),
    "docstring and a blank line": ('"""Doc."""\n\n', '"""Doc."""\n\nimport os\n'),
    "comment only": ("# c", "# c\n\nimport os\n"),
    "future only": (
        "from __future__ import annotations\r\n",
        "from __future__ import annotations\r\n\r\nimport os\r\n",
    ),
    "imports only": ("import json", "import json\nimport os\n"),
    "code": ("x = 1\n", "import os\n\nx = 1\n"),
}


@pytest.mark.parametrize(("before", "after"), EMPTY.values(), ids=EMPTY)
@pytest.mark.parametrize("uses", [True, False])
def test_a_use_may_stand_at_the_end(before: str, after: str, uses: bool) -> None:
    provided = environ(before, [Use(len(before))] if uses else [])
    assert isinstance(provided, Provided)
    assert provided.edit is not None
    assert apply(before, [provided.edit]) == after


FOREIGN = {
    "after the others": (
        'import os\n\nimport ccxt\n\nk = "@"\n',
        "import os\n\nimport ccxt\nfrom decouple import config\n\nk = config\n",
    ),
    "sorted": (
        'import os\n\nfrom ccxt import x\nfrom zlib2 import y\n\nk = "@"\n',
        "import os\n\nfrom ccxt import x\nfrom decouple import config\nfrom zlib2 import y\n\nk = config\n",
    ),
    "before our own": (
        'import ccxt\n\nfrom bot import x\n\nk = "@"\n',
        "import ccxt\nfrom decouple import config\n\nfrom bot import x\n\nk = config\n",
    ),
    "in a section of its own": (
        'import os\nimport sys\n\nk = "@"\n',
        "import os\nimport sys\n\nfrom decouple import config\n\nk = config\n",
    ),
    "unsorted": (
        'import ccxt\nimport os\nk = "@"\n',
        "import ccxt\nimport os\nfrom decouple import config\nk = config\n",
    ),
    "joined": (
        'import ccxt; import os; k = "@"\n',
        "import ccxt; import os; from decouple import config; k = config\n",
    ),
    "none": ('k = "@"\n', "from decouple import config\n\nk = config\n"),
}


@pytest.mark.parametrize(("before", "after"), FOREIGN.values(), ids=FOREIGN)
def test_a_name_of_another_package_is_placed(before: str, after: str) -> None:
    assert fixed(before, Wanted("decouple", "config")) == after


# --- what is refused ---------------------------------------------------------------------------------

REFUSED = {
    "does not parse": ('k = = "@"', "does not parse"),
    "python 2": ('print "@"', "does not parse"),
    "nul": ('k = "@"\0', "does not parse"),
    "mark": ('\ufeffk = "@"', "does not parse"),
    "surrogate": ('k = "@" # \ud800', "does not parse"),
    "does not compile": ('return "@"\nos: x = 1\nglobal os', "does not compile with a look-up in that place"),
    "the docstring": ('"@"\n', "there is no place for an import before the first use"),
    "a pattern": (
        'import os\nmatch x:\n    case {"@": 1}:\n        pass',
        "does not compile with a look-up in that place",
    ),
}


@pytest.mark.parametrize(("text", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_done_is_refused(text: str, reason: str) -> None:
    assert environ(text, uses_in(text)) == Refusal(reason)


def test_a_stub_is_refused() -> None:
    assert isinstance(provide("", OS, [], path="a/b.pyi"), Refusal)
    assert isinstance(provide("", OS, [], path="a/b.py"), Provided)


def test_a_use_outside_the_text_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="outside"):
        provide("x", OS, [Use(2)])


@pytest.mark.parametrize(
    "text",
    ["x = " + "1 + " * 3_000 + '"@"', "x = " + "-" * 3_000 + '"@"', "x = " + "(" * 150 + '"@"' + ")" * 150],
)
def test_depth_is_no_error(text: str) -> None:
    assert isinstance(environ(text, uses_in(text)), (Provided, Refusal))


# --- it works ----------------------------------------------------------------------------------------


@contextlib.contextmanager
def stand_ins() -> Iterator[None]:
    """A module whose star binds `os` and `environ`, and names that the programs below use."""
    module = types.ModuleType("starry")
    module.__dict__.update(os="wrong", environ="wrong", getenv="wrong")
    sys.modules["starry"] = module
    try:
        yield
    finally:
        del sys.modules["starry"]


def executed(text: str, spelled: str) -> list[object]:
    """What `spelled` is at the marks that are executed."""
    seen: list[object] = []
    edits = [Edit(use.offset, use.offset + len(MARK), f"probe({spelled})") for use in uses_in(text)]
    names = {
        "__name__": "program",
        "__builtins__": builtins,
        "probe": lambda value: seen.append(value) or "@",
    }
    with stand_ins(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(apply(text, edits), "<program>", "exec", dont_inherit=True), names)
    return seen


def test_the_probes_do_see() -> None:
    with pytest.raises(AttributeError):
        executed('os = 1\nk = "@"', "os.environ")
    assert executed('os = 1\nk = "@"', "os") == [1]


# Each is a whole statement at module level. {n} keeps names apart; calls come at once or at the end.
PIECES = (
    "import os",
    "import os as o",
    "import os.path",
    "import os, sys",
    "import sys; import time",
    "from os import environ",
    "from os import environ as e, getenv",
    "from os import (\n    path,\n    environ,\n)",
    "import sys as os",
    "from starry import *",
    "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import os",
    "try:\n    import os\nexcept ImportError:\n    os = None",
    "try:\n    import ujson_not_there as json\nexcept ImportError:\n    import json",
    "if 1:\n    from os import environ",
    "with memoryview(b'') as os: pass",
    "os = 'wrong'",
    "os: object",
    "_os = 'wrong'",
    "_binlint_os = 'wrong'",
    "environ = {{}}",
    "import os\ndel os",
    "def os(): pass",
    "for os in (): pass",
    "[environ := {n}]",
    '{{"k": "@"}}',
    'k{n} = "@"',
    'k{n} = ["@" for os in (1,)]',
    'k{n} = ["@" for _ in (1,)]',
    'k{n} = [os for os in "@"]',
    "k{n} = f'{{\"@\"}}'",
    'k{n} = (os := "@")',
    'x = 1; k{n} = "@"',
    'def f{n}(k="@"): return "@"',
    'def f{n}(os=1): return "@"',
    'def f{n}(*, environ="@"): return "@"',
    'def f{n}():\n    x = "@"\n    os = 1',
    'def f{n}():\n    return "@"\nf{n}()',
    'def f{n}():\n    import os\n    return "@"',
    'def f{n}():\n    from os import environ\n    def g(): return "@"\n    return g()',
    'def f{n}():\n    if 1:\n        import os\n        x = "@"\n    return "@"',
    'def f{n}():\n    x = "@"\n    import os',
    'def f{n}():\n    global os\n    return "@"',
    "def f{n}():\n    global os\n    os = 'wrong'",
    "def f{n}():\n    global os, environ\n    import os\n    from os import environ\nf{n}()",
    'def f{n}():\n    import os\n    def g():\n        nonlocal os\n        os = 1\n    g()\n    return "@"',
    'def f{n}():\n    return (lambda os: "@")(1)',
    'def f{n}():\n    return (lambda k="@", os=1: k)()',
    'def f{n}():\n    try:\n        1 / 0\n    except ZeroDivisionError as os:\n        return "@"',
    'def f{n}():\n    match [1]:\n        case [os]:\n            return "@"',
    'def f{n}():\n    for os in [1]:\n        x = "@"',
    'def f{n}():\n    return [(os := 1) for _ in [1]], "@"',
    'class A{n}:\n    k = "@"\n    def __init__(self, k="@"): self.k = "@"\nf{n} = A{n}',
    'class A{n}:\n    os = 1\n    k = "@"\n    def __init__(self): self.k = "@"\nf{n} = A{n}',
    'class A{n}:\n    from os import environ\n    k = "@"\n    def __init__(self): self.k = "@"\nf{n} = A{n}',
    'class A{n}:\n    os = 1\n    k = ["@" for _ in [1]]',
    'class os:\n    k = "@"',
    '@(lambda f: f)\n# a comment\ndef f{n}(environ=1):\n    return "@"',
    '@(lambda f: "@" and f)\ndef f{n}(): return "@"',
    "# a comment\n",
    "\n",
)
HEADS = (
    "",
    "#!/usr/bin/python\n",
    "#!/usr/bin/python\n# coding: utf-8\n# Copyright\n",
    "\n# coding: utf-8\n",
    '"""Doc."""\n',
    '# coding: utf-8\n"""Doc.\n\nimport os\n"""\n\n',
    '"""Doc."""; ',
    "from __future__ import annotations\n",
    '"""Doc."""\nfrom __future__ import annotations; ',
    '"""Doc."""\n\nfrom __future__ import (\n    annotations,\n)\n\n',
)


@st.composite
def programs(draw: st.DrawFn) -> str:
    pieces = draw(st.lists(st.sampled_from(PIECES), min_size=1, max_size=7))
    body = [piece.format(n=number) for number, piece in enumerate(pieces)]
    calls = [f"f{number}()" for number, piece in enumerate(pieces) if "f{n}" in piece]
    head = draw(st.sampled_from(HEADS))
    if head.endswith("; ") and body[0].startswith(
        ("def", "class", "@", "if", "try", "with", "for", "#", "\n")
    ):
        head = head[:-2] + "\n"
    text = head + "\n".join([*body, *calls]) + draw(st.sampled_from(["\n", ""]))
    return text.replace("\n", draw(st.sampled_from(["\n", "\r\n", "\r"])))


ASKED = {
    "os": (lambda text, uses: provide(text, OS, uses), os),
    "environ": (environ, os.environ),
    "getenv": (getenv, os.getenv),
    "name": (lambda text, uses: provide(text, Wanted("os", "environ"), uses), os.environ),
    "path": (lambda text, uses: provide(text, Wanted("os.path"), uses), os.path),
}


def check(text: str, asked: str) -> None:
    ask, real = ASKED[asked]
    uses = uses_in(text)
    provided = ask(text, uses)
    try:
        compile(text, "<text>", "exec", dont_inherit=True)
    except SyntaxError:
        assert isinstance(provided, Refusal)
        return
    assert isinstance(provided, Provided), provided
    edit = provided.edit
    result = text
    if edit is not None:
        assert edit.start == edit.end
        result = apply(text, [edit])
        newlines = {"\r\n", "\r", "\n"} & {"\r\n" if "\r\n" in edit.text else edit.text[-1:]}
        assert not newlines or not any(end in text for end in ("\n", "\r")) or newlines.pop() in text
    compile(result, "<result>", "exec", dont_inherit=True)
    assert ask(result, uses_in(result)) == Provided(None, provided.spelled)
    ok_before = True
    try:
        before = executed(text, "1")
    except (NameError, AttributeError, TypeError):
        ok_before = False  # the program is broken without us, too
    if ok_before:
        seen = executed(result, provided.spelled)
        assert len(seen) == len(before)
        assert all(value is real for value in seen)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(programs(), st.sampled_from(sorted(ASKED)))
def test_whatever_a_module_looks_like_the_name_is_the_real_thing(text: str, asked: str) -> None:
    check(text, asked)


TEXTS = {**{f"reused, {key}": text for key, (text, _) in REUSED.items()}}
TEXTS |= {f"hidden, {key}": text for key, text in HIDDEN.items()}
TEXTS |= {f"placed, {key}": before for key, (before, _) in PLACED.items()}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_second_look_finds_what_the_first_wrote(text: str) -> None:
    provided = environ(text, uses_in(text))
    assert isinstance(provided, Provided)
    after = text if provided.edit is None else apply(text, [provided.edit])
    assert environ(after, uses_in(after)) == Provided(None, provided.spelled)


# --- real modules ------------------------------------------------------------------------------------


def _real_files() -> list[Path]:
    root = Path(sysconfig.get_path("stdlib"))
    files = sorted(path for path in root.glob("*.py")) + sorted((root / "test").glob("test_[a-f]*.py"))
    return [path for path in files if path.stat().st_size < 40_000][:240]


def _first_place(text: str) -> int:
    """Where the first statement of the first function stands; the end where there is none."""
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    if not functions:
        return len(text)
    first = functions[0].body[0]
    line = text.split("\n")[first.lineno - 1]
    column = len(line.encode()[: first.col_offset].decode())
    return sum(len(line) + 1 for line in text.split("\n")[: first.lineno - 1]) + column


def test_the_standard_library_takes_an_import() -> None:
    refused = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for path in _real_files():
            try:
                text = path.read_bytes().decode()
                ast.parse(text)
            except (UnicodeError, SyntaxError):
                continue
            uses = [Use(_first_place(text)), Use(len(text))]
            provided = provide(text, OS, uses)
            if isinstance(provided, Refusal):
                refused.append((path.name, provided.reason))
                continue
            after, moved = text, 0
            if provided.edit is not None:
                after, moved = apply(text, [provided.edit]), len(provided.edit.text)
                assert provided.edit.text.strip().startswith("import os"), path
            ast.parse(after)
            assert provide(after, OS, [Use(use.offset + moved) for use in uses]) == Provided(
                None, provided.spelled
            ), path
    assert not refused
