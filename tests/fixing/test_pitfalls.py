"""Every pitfall of imports × every pitfall of places: each program is run before and after the refactor.

A program is a place, put into a surrounding. It must be fixed and behave the same, but for the cells of
`STAYS`, which must be refused for the reason that stands there.
"""

from __future__ import annotations

import ast
import functools
import re
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import pytest
from fresh_values import fresh_key
from proving import Fixed, changes, fix, found, holds, is_kept, masked, parsed, run

# $K and $S are the values, $K1 and $K2 the halves of one; $N is different in each program. What reads the
# environment says `import os` and `os.`, and `import os as system` where the surrounding hides `os`.
PLACES = {
    # arguments
    "positional": 'Client("$K", "$S")',
    "keywords": 'Client(api_key="$K", api_secret="$S")',
    "starred": 'Client(*("$K", "$S"))',
    "starred names": 'pair = ["$K", "$S"]\nClient(*pair)',
    "two stars": 'Client(**{"api_key": "$K", "api_secret": "$S"})',
    "two stars of dict": 'Client(**dict(api_key="$K", api_secret="$S"))',
    "on several lines": 'Client(\n    "$K",  # the key\n    "$S",\n)',
    "beside words": 'client = Client("$K"if 1else"", "$S")',
    # names
    "variables": 'key = "$K"\nsecret = "$S"\nClient(key, secret)',
    "annotated": 'key: str = "$K"\nsecret: "str" = "$S"\nClient(key, secret)',
    "chained": 'key = other = "$K"\nsecret = "$S"\nClient(other, secret)',
    "tuple": 'key, secret = "$K", "$S"\nClient(key, secret)',
    "tuple in brackets": '(key, secret) = ("$K", "$S")\nClient(key, secret)',
    "list unpacked": '[key, secret] = ["$K", "$S"]\nClient(key, secret)',
    "dict items": 'account = {"key": "$K", "secret": "$S"}\nClient(account["key"], account["secret"])',
    "dict filled": 'account = {}\naccount["key"] = "$K"\naccount["secret"] = "$S"\n'
    'Client(account["key"], account["secret"])',
    "list items": 'pair = ["$K", "$S"]\nClient(pair[0], pair[1])',
    "global": 'def fill():\n    global KEY\n    KEY = "$K"\nfill()\nClient(KEY, "$S")',
    "nonlocal": "def outer():\n    key = ''\n    def fill():\n        nonlocal key\n"
    '        key = "$K"\n    fill()\n    Client(key, "$S")\nouter()',
    # classes
    "class attributes": 'class Keys:\n    key = "$K"\n    secret = "$S"\nClient(Keys.key, Keys.secret)',
    "dataclass": "from dataclasses import dataclass\n@dataclass\nclass Keys:\n"
    '    key: str = "$K"\n    secret: str = "$S"\nClient(Keys().key, Keys().secret)',
    "dataclass factory": "from dataclasses import dataclass, field\n@dataclass\nclass Keys:\n"
    '    key: str = field(default="$K")\n    secret: str = field(default_factory=lambda: "$S")\n'
    "Client(Keys().key, Keys().secret)",
    "named tuple": "from typing import NamedTuple\nclass Keys(NamedTuple):\n"
    '    key: str = "$K"\n    secret: str = "$S"\nClient(Keys().key, Keys().secret)',
    "attributes of self": "class Bot:\n    def __init__(self):\n"
    '        self.key = "$K"\n        self.secret = "$S"\nbot = Bot()\nClient(bot.key, bot.secret)',
    "enum": 'import enum\nclass Keys(enum.Enum):\n    KEY = "$K"\n    SECRET = "$S"\n'
    "Client(Keys.KEY.value, Keys.SECRET.value)",
    # defaults
    "default": 'def make(key="$K", secret="$S"):\n    Client(key, secret)\nmake()\nmake(str(1), secret=str(2))',
    "default by keyword": 'def make(*, key: str = "$K", secret="$S"):\n    """Doc."""\n'
    "    Client(key, secret)\nmake()\nmake(key=str(1))",
    "default on one line": 'def make(key="$K", secret="$S"): Client(key, secret)\nmake()\nmake(str(1), str(2))',
    "default of a method": 'class Bot:\n    def __init__(self, key="$K", secret="$S") -> None:\n'
    "        # the client\n        Client(key, secret)\nBot()\nBot(str(1), str(2))",
    "default of lambda": 'make = lambda key="$K", secret="$S": Client(key, secret)\nmake()\nmake(str(1))',
    # functions
    "getters": 'def key():\n    return "$K"\ndef secret(): return "$S"\nClient(key(), secret())',
    "getter of both": 'def keys():\n    return "$K", "$S"\nClient(*keys())',
    "nested function": 'def outer():\n    def inner():\n        Client("$K", "$S")\n    inner()\nouter()',
    "lambda": 'make = lambda: Client("$K", "$S")\nmake()',
    "generator": 'def pairs():\n    yield "$K", "$S"\nfor key, secret in pairs():\n    Client(key, secret)',
    "decorator": "def given(key, secret):\n    def around(function):\n"
    "        return lambda: function(Client(key, secret))\n    return around\n"
    '@given("$K", "$S")\ndef trade(client): pass\ntrade()',
    "async": 'import asyncio\nasync def main():\n    await AsyncClient.create("$K", "$S")\n'
    "asyncio.run(main())",
    # expressions
    "comprehension": '[Client("$K", "$S") for _ in range(2)]',
    "comprehension over them": '[Client(key, secret) for key, secret in [("$K", "$S")]]',
    "generator expression": 'list(Client("$K", "$S") for _ in range(2) if _)',
    "walrus": 'if (key := "$K") and (secret := "$S"):\n    Client(key, secret)',
    "walrus in while": 'turns = [1]\nwhile (key := "$K") and turns:\n    turns.pop()\n    Client(key, "$S")',
    "conditional": 'Client("$K" if 1 else "", "" if 0 else "$S")',
    "or": 'key = None\nClient(key or "$K", "" or "$S")',
    "f-strings": 'Client(f"$K", f"{\'$S\'}")',
    "side by side": 'Client("$K1" "$K2", ("$S1"\n    "$S2"))',
    "added": 'key = "$K1" + "$K2"\nClient(key, "$S1" + "$S2")',
    "added over lines": 'key = ("$K1" +\n       "$K2")\nClient(key, "$S1" \\\n    + "$S2")',
    "joined": 'Client("".join(["$K1", "$K2"]), "%s%s" % ("$S1", "$S2"))',
    "bytes": 'Client(b"$K".decode(), b"$S".decode("ascii"))',
    "encoded": 'Client("$K".encode(), "$S".encode("utf-8"))',
    "stripped": 'Client("$K".strip(), "$S".strip().strip())',
    "reversed": 'Client("$rK"[::-1], "$S")',
    "triple quotes": "Client(\"\"\"$K\"\"\", '''$S''')",
    "raw": "Client(r\"$K\", R'$S')",
    "unicode prefix": "Client(u\"$K\", U'$S')",
    "brackets": 'Client((("$K")), ("$S"))',
    "indexed": 'Client(("$K", "$S")[0], {"s": "$S"}["s"])',
    "subscript of call": '[Client][0]("$K", "$S")',
    "inside an f-string": 'f\'{Client("$K", "$S")}\'',
    # statements
    "semicolons": 'a = 1; key = "$K"; secret = "$S"; Client(key, secret); b = 2;',
    "continued": 'key = \\\n    "$K"\nClient(key, \\\n    "$S")',
    "continued before": 'a = 1; \\\nClient("$K", "$S")',
    "branch": 'if 1:\n    key, secret = "$K", "$S"\nelse:\n    key = secret = ""\nClient(key, secret)',
    "branch on one line": 'if 1: Client("$K", "$S")',
    "try": 'try:\n    Client("$K", "$S")\nexcept ValueError:\n    pass\nelse: pass\nfinally: pass',
    "except": 'try:\n    1 / 0\nexcept ZeroDivisionError:\n    Client("$K", "$S")',
    "with": 'import io\nwith io.StringIO() as file: Client("$K", "$S")',
    "loop": 'for key in ["$K"]:\n    Client(key, "$S")',
    "match": 'match [1]:\n    case [1]:\n        Client("$K", "$S")\n    case _: pass',
    "main guard": 'if __name__ == "__main__":\n    Client("$K", "$S")',
    "assert": 'assert Client("$K", "$S")',
    "augmented": 'key = ""\nkey += "$K"\nClient(key, "$S")',
    # the environment
    "getenv": 'import os\nClient(os.getenv("BINANCE_$N_KEY", "$K"), os.environ.get("BINANCE_$N_SECRET", "$S"))',
    "getenv or": 'import os\nClient(os.getenv("BINANCE_$N_KEY") or "$K", "$S")',
    "environ set": 'import os\nos.environ["BINANCE_$N_KEY"] = "$K"\n'
    'Client(os.environ["BINANCE_$N_KEY"], "$S")',
    "environ setdefault": 'import os\nos.environ.setdefault("BINANCE_$N_KEY", "$K")\n'
    'Client(os.environ["BINANCE_$N_KEY"], "$S")',
    "environ updated": 'import os\nos.environ.update({"BINANCE_$N_KEY": "$K", "BINANCE_$N_SECRET": "$S"})\n'
    'Client(os.environ["BINANCE_$N_KEY"], os.environ["BINANCE_$N_SECRET"])',
    "argparse": "import argparse\nparser = argparse.ArgumentParser()\n"
    'parser.add_argument("--key", default="$K")\nparser.add_argument("--secret", default="$S")\n'
    "given = parser.parse_args([])\nClient(given.key, given.secret)",
    # names that are in the way
    "variable named os": 'os = "$K"\nClient(os, "$S")',
    "variable named environ": 'environ = "$K"\nClient(environ, "$S")',
    "parameter named os": 'def make(os="$K", environ="$S"):\n    Client(os, environ)\nmake()\nmake(str(1))',
    "parameter named os by lambda": 'make = lambda os="$K", environ="$S": Client(os, environ)\nmake()',
    "default above an import": 'def make(key="$K"):\n    import os\n    Client(key, "$S")\nmake()',
    "default above an import of environ": 'def make(key="$K"):\n    from os import environ\n'
    '    Client(key, "$S")\nmake()',
    "class with a name os": 'class Keys:\n    os = 1\n    key = "$K"\n    secret = "$S"\n'
    "Client(Keys.key, Keys.secret)",
    "private names": 'class Bot:\n    __key = "$K"\n    def __init__(self, __secret="$S"):\n'
    "        self.__secret = __secret\n        Client(self.__key, self.__secret)\nBot()",
    "class in a class": "class Bot:\n    class Keys:\n        os = 1\n        def key(self):\n"
    '            return "$K"\n    secret = "$S"\nClient(Bot.Keys().key(), Bot.secret)',
    # further arguments and names
    "partial": 'import functools\nfunctools.partial(Client, "$K", "$S")()',
    "namespace": 'import types\nkeys = types.SimpleNamespace(key="$K", secret="$S")\nClient(keys.key, keys.secret)',
    "made named tuple": 'from collections import namedtuple\nKeys = namedtuple("Keys", "key secret")\n'
    'keys = Keys("$K", "$S")\nClient(keys.key, keys.secret)',
    "function attribute": 'def make(): Client(make.key, "$S")\nmake.key = "$K"\nmake()',
    "starred target": 'key, *secrets = "$K", "$S"\nClient(key, *secrets)',
    "nested tuple": '(key, (secret, _)) = "$K", ("$S", 1)\nClient(key, secret)',
    "zipped": 'for key, secret in zip(["$K"], ["$S"]):\n    Client(key, secret)',
    "class keyword": "class Base:\n    def __init_subclass__(cls, key, secret): Client(key, secret)\n"
    'class Bot(Base, key="$K", secret="$S"): pass',
    "property": 'class Bot:\n    @property\n    def key(self): return "$K"\n    @classmethod\n'
    '    def secret(cls):\n        """Doc."""\n        return "$S"\nClient(Bot().key, Bot.secret())',
    "compared too": 'key = "$K"\nassert key == "$K"\nClient(key, "$S")',
    "key of a dict": 'names = {"$K": "alice"}\nClient("$K", "$S")\nassert names["$K"] == "alice"',
    "in a set": 'assert "$K" in {"$K"}\nClient("$K", "$S")',
    "twice": 'Client("$K", "$S")\nClient(api_key="$K", api_secret="$S")',
    "pattern": 'match "a":\n    case "$K": pass\nClient("$K", "$S")',
    "walrus in a comprehension": 'Client(*[key := "$K" for _ in [1]], "$S")',
    "class body comprehension": 'class Keys:\n    keys = ["$K" for _ in [1]]\nClient(Keys.keys[0], "$S")',
    "and": 'Client(1 and "$K", "$S" and "$S")',
    "multiplied": 'Client("$K" * 1, str("$S"))',
    "called lambda": 'Client((lambda: "$K")(), (lambda s="$S": s)())',
    # further defaults
    "default positional only": 'def make(key="$K", /, *, secret="$S"):\n    Client(key, secret)\nmake()',
    "default beside others": 'def make(a, key="$K", b=2, *c, secret="$S", **d):\n    Client(key, secret)\nmake(1)',
    "default given None": 'def make(key="$K"):\n    Client(key, "$S")\nmake(None)\nmake()',
    "default asked after": 'def make(key="$K"):\n    if key is None: key = str(0)\n    Client(key, "$S")\n'
    "make(None)\nmake()",
    "default of a generator": 'def make(key="$K"):\n    yield Client(key, "$S")\nlist(make())',
    "default of a coroutine": 'import asyncio\nasync def make(key="$K", secret="$S"):\n'
    "    await AsyncClient.create(key, secret)\nasyncio.run(make())",
    "default and a closure": 'def make(key="$K"):\n    def inner():\n        nonlocal key\n'
    '        Client(key, "$S")\n        key = 1\n    inner()\nmake()',
    "default and locals": 'def make(key="$K", secret="$S"): return locals()\nClient(*make().values())',
    "default and a docstring": 'def make(key="$K"):\n    """Doc."""; return Client(key, "$S")\nmake()',
    "default and only a docstring": 'def make(key="$K"):\n    """Doc."""\nmake()\nClient("$K", "$S")',
    "default and a comment": 'def make(key="$K"):  # why\n  # what\n\n        # how\n        Client(key, "$S")\nmake()',
    "default and a continued body": 'def make(key="$K"): \\\n    Client(key, "$S")\nmake()',
    "default on several lines": 'def make(\n    key: str = "$K",  # the key\n    secret: str = "$S",\n) -> None:\n'
    '    """Doc.\n\n    More.\n    """\n    Client(key, secret)\nmake()',
    "default and a decorated body": "def make(key='$K'):\n    @staticmethod\n    def inner(): Client(key, '$S')\n"
    "    inner.__func__()\nmake()",
    "default in two levels": 'def outer(key="$K"):\n    def inner(secret="$S", key=key):\n'
    "        Client(key, secret)\n    inner()\nouter()",
    # further texts
    "f-string in pieces": 'Client(f"$K1" "$K2", f"{\'$S1\'}{\'$S2\'}")',
    "formatted": 'Client("{}{}".format("$K1", "$K2"), "%s" % "$S")',
    "sliced": 'Client(" $K"[1:], "$S  "[:-2])',
    "stripped of blanks": 'Client(" $K\\n".strip(), "\\t$S".lstrip())',
    "both in one text": 'key, secret = "$K:$S".split(":")\nClient(key, secret)',
    "both in one line": 'Client(*"$K $S".split())',
    "continued inside": 'Client("$K1\\\n$K2", """\\\n$S""")',
    "comments between": 'Client(\n    "$K1"  # half\n    "$K2",  # whole\n    (  # brackets\n        "$S"\n    ),\n)',
    "bytes of text": 'Client(bytes("$K", "ascii"), b"$S")',
    "bytes side by side": 'Client((b"$K1" b"$K2").decode(), b"$S1" + b"$S2")',
}

Build = Callable[[str], "str | bytes | None"]


class Around(NamedTuple):
    """A surrounding: what it makes of a place, and whether `os` means something else there."""

    build: Build
    hides: bool = False
    beside: str = ""  # the name of another file of the project


HEAD = "from binance.client import AsyncClient, Client\n"


def around(template: str, *, hides: bool = False, beside: str = "") -> Around:
    """A template with $H for the imports of the clients and an indented $P for the place."""

    def build(place: str) -> str | None:
        if "asyncio" in place and "loops.run" in template:
            return None  # one loop does not run inside another

        def filled(found: re.Match[str]) -> str:
            return textwrap.indent(place, found[1])

        return re.sub(r"(?m)^([ \t]*)\$P$", filled, template.replace("$H\n", HEAD))

    return Around(build, hides, beside)


def on_bytes(change: Callable[[str], str | bytes]) -> Around:
    """The plain program, changed as a whole."""
    return Around(lambda place: change(f'"""Doc."""\n{HEAD}\nx = 1\n{place}\n'))


def _as_expression(template: str) -> Build:
    def build(place: str) -> str | None:
        body = parsed(place).body
        if len(body) > 1 or not isinstance(body[0], ast.Expr):
            return None
        return HEAD + template.replace("$P", place) + "\n"

    return build


def _on_one_line(prefix: str) -> Build:
    def build(place: str) -> str | None:
        line = "; ".join([prefix + HEAD.strip(), *place.rstrip(";").split("\n")])
        expected = parsed(prefix + HEAD + place)
        try:
            return line if ast.dump(parsed(line)) == ast.dump(expected) else None
        except SyntaxError:
            return None

    return build


AROUNDS = {
    # heads
    "plain": around("$H\n$P\n"),
    "nothing but the place": around("$H\n$P"),
    "docstring": around('"""Doc."""\n\n$H\n\n$P\n'),
    "docstring, then the place": around('"""Doc.\n\nimport os\n"""\nif 1:\n    $H\n    $P\n'.replace("    $H\n", f"    {HEAD}")),
    "docstring with a semicolon": around('"""Doc."""; x = 1\n$H\n$P\n'),
    "docstring in pieces": around("'''Doc''' \\\n'''umentation'''\n$H\n$P\n"),
    "shebang": around("#!/usr/bin/env python3\n$H\n$P\n"),
    "shebang and cookie": around("#!/usr/bin/env python3\n# -*- coding: utf-8 -*-\n# Licence: é\n\n$H\n$P\n"),
    "cookie on the second line": around("\n# vim: set fileencoding=utf-8 :\n$H\n$P\n"),
    "future": around("from __future__ import annotations\n$H\n$P\n"),
    "two futures": around("from __future__ import annotations\nfrom __future__ import division\n\n$H\n$P\n"),
    "future behind a docstring": around('"""Doc."""\n\nfrom __future__ import annotations\n\n$H\n$P\n'),
    "future with a semicolon": around("from __future__ import annotations; x = 1\n$H\n$P\n"),
    "future in brackets": around("'Doc.'\nfrom __future__ import (\n    annotations,\n)  # why\n$H\n$P\n"),
    "comment above": around("# A licence.\n\n# About the import.\n$H\n$P\n"),
    # what is imported
    "os": around("import os\n$H\n$P\n"),
    "os as o": around("import os as o\n$H\n$P\n"),
    "environ": around("from os import environ\n$H\n$P\n"),
    "environ as e": around("from os import environ as e\n$H\n$P\n"),
    "getenv": around("from os import getenv\n$H\n$P\n"),
    "os.path": around("import os.path\n$H\n$P\n"),
    "os.path as p": around("import os.path as p\n$H\n$P\n"),
    "among others": around("import sys, os; import time\n$H\n$P\n"),
    "sorted block": around("import abc\nimport sys\nfrom typing import Any\n\n$H\nx: Any = abc, sys\n$P\n"),
    "type checking": around("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import os\n$H\n$P\n"),
    "tried": around("try:\n    import os\nexcept ImportError:\n    os = None\n$H\n$P\n"),
    "tried in vain": around("try:\n    import nothing_such as os\nexcept ImportError:\n    os = None\n$H\n$P\n", hides=True),
    "under if": around("import sys\nif sys.argv:\n    import os\n$H\n$P\n"),
    "under false": around("if 0:\n    import os\n$H\n$P\n"),
    "in another function": around("$H\ndef other():\n    import os\n    return os\n$P\n"),
    "late": around("$H\n$P\nimport os\n"),
    "late, called later": around("$H\ndef scope():\n    $P\nimport os\nscope()\n"),
    "in the function": around("$H\ndef scope():\n    import os\n    $P\nscope()\n"),
    "in the function, late": around("$H\ndef scope():\n    $P\n    import os\nscope()\n", hides=True),
    "taken away": around("import os\n$H\ndel os\n$P\n", hides=True),
    # scopes
    "function": around("$H\ndef scope():\n    $P\nscope()\n"),
    "function with a docstring": around('$H\ndef scope():\n    """Doc."""\n    $P\nscope()\n'),
    "nested functions": around("$H\ndef scope():\n    def inner():\n        $P\n    inner()\nscope()\n"),
    "method": around("$H\nclass Scope:\n    def run(self):\n        $P\nScope().run()\n"),
    "coroutine": around("import asyncio as loops\n$H\nasync def scope():\n    $P\nscope().close()\nloops.run(scope())\n"),
    "decorated": around("$H\ndef same(f): return f\n@same\n# why\n@same\ndef scope():\n    $P\nscope()\n"),
    "branch": around("$H\nif 1:\n    $P\nelse:\n    pass\n"),
    "several branches": around("$H\nfor _ in [1]:\n  try:\n    with open('/dev/null'):\n      $P\n  finally: pass\n"),
    # hidden
    "parameter": around("$H\ndef scope(os):\n    $P\nscope(1)\n", hides=True),
    "parameter of the function around": around("$H\ndef outer(os):\n    def scope():\n        $P\n    scope()\nouter(1)\n", hides=True),
    "variable above": around("$H\nos = 'linux'\n$P\n", hides=True),
    "variable below": around("$H\n$P\nos = 'linux'\n", hides=True),
    "local variable": around("$H\ndef scope():\n    os = 1\n    $P\nscope()\n", hides=True),
    "local variable below": around("$H\ndef scope():\n    $P\n    os = 1\nscope()\n", hides=True),
    "alias": around("import sys as os\n$H\n$P\n", hides=True),
    "star": around("from starry import *\n$H\n$P\n", hides=True),
    "star below os": around("import os\nfrom starry import *\n$H\n$P\n", hides=True),
    "star above os": around("from starry import *\nimport os\n$H\n$P\n"),
    "star below": around("$H\ndef scope():\n    $P\nfrom starry import *\nscope()\n", hides=True),
    "except as": around("$H\ntry:\n    1 / 0\nexcept ZeroDivisionError as os:\n    $P\n", hides=True),
    "lambda": Around(_as_expression("(lambda os: $P)(1)"), hides=True),
    "comprehension": Around(_as_expression("[$P for os in [1]]"), hides=True),
    "for": around("$H\nfor os in [1]:\n    $P\n", hides=True),
    "with": around("$H\nwith open('/dev/null') as os:\n    $P\n", hides=True),
    "captured": around("$H\nmatch [1]:\n    case [os]:\n        $P\n", hides=True),
    "walrus": around("$H\nif (os := 1):\n    $P\n", hides=True),
    "class named os": around("$H\nclass os:\n    pass\n$P\n", hides=True),
    "attribute of the class": around("$H\nclass Scope:\n    os = 1\n    def run(self):\n        $P\nScope().run()\n"),
    "global": around("$H\ndef bind():\n    global os\n    os = 1\nbind()\n$P\n", hides=True),
    "all its names": around("$H\nos = _os = _binlint_os = environ = getenv = 1\n$P\n", hides=True),
    "own environ": around("$H\nenviron = {}\n$P\n"),
    "a file named os": around("$H\n$P\n", beside="os.py"),
    # lines
    "one line": Around(_on_one_line("")),
    "one line with a docstring": Around(_on_one_line('"""Doc."""; ')),
    "two statements on the line": around("x = 1; from binance.client import AsyncClient, Client\n$P\n"),
    "CRLF": on_bytes(lambda text: text.replace("\n", "\r\n")),
    "CR": on_bytes(lambda text: text.replace("\n", "\r")),
    "mixed ends": on_bytes(lambda text: text.replace("\n", "\r\n", 2)),
    "BOM": on_bytes(lambda text: b"\xef\xbb\xbf" + text.encode()),
    "BOM and CRLF": on_bytes(lambda text: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()),
    "latin-1": on_bytes(lambda text: ("# coding: latin-1\n# \xe9\n" + text + "# \xe9").encode("latin-1")),
    "tabs": on_bytes(lambda text: re.sub(r"(?m)^ +", lambda found: "\t" * (len(found[0]) // 4), text)),
    "form feeds": on_bytes(lambda text: "\f\n" + text.replace("\nx = 1\n", "\n\f\nx = 1\n\f") + "\f\n"),
    "form feed before the import": on_bytes(lambda text: text.replace('"""\n', '"""\n\f', 1)),
    "wide characters": on_bytes(lambda text: text.replace("Client(", "é = '𝒳'; Client(") if text.count("\nClient(") else text),
    "no final newline": on_bytes(lambda text: text.rstrip("\n")),
    "blank at the end": on_bytes(lambda text: text + "   \n\t\n  "),
    "comment at the end": on_bytes(lambda text: text.rstrip("\n") + "  # é"),
}  # fmt: skip

# (surrounding, place, reason): patterns of cells that are left, and why. The first that fits counts.
STAYS = [
    (".*", "inside an f-string|both in one (?:text|line)", "^part of a longer text / part of a longer text$"),
    (".*", "pattern", "a pattern of `match` cannot hold a look-up"),
    (".*", "default asked after", "asks whether the value is there"),
    (".*", "default given None", "a call gives None on purpose"),
    (
        "docstring, then the place|branch|several branches|except as|for|walrus",
        "environ set(?:default)?",
        "set under a condition",
    ),
]


class Cell(NamedTuple):
    """A program, its values, and what became of it."""

    path: str
    data: bytes
    values: tuple[str, str]


def _program(row: str, place: str, number: int) -> Cell | None:
    key, secret = fresh_key(), fresh_key()
    text = PLACES[place]
    around = AROUNDS[row]
    if around.hides:
        text = text.replace("import os\n", "import os as system\n").replace("os.", "system.")
    built = around.build(text)
    if built is None:
        return None
    data = built if isinstance(built, bytes) else built.encode()
    replaced = {"$K1": key[:32], "$K2": key[32:], "$S1": secret[:32], "$S2": secret[32:], "$rK": key[::-1]}
    for mark, put in {**replaced, "$K": key, "$S": secret, "$N": f"CELL{number}"}.items():
        data = data.replace(mark.encode(), put.encode())
    return Cell(f"cell{number}/bot.py", data, (key, secret))


@functools.cache
def fixed(row: str, *, is_whole: bool) -> tuple[dict[str, Cell], Fixed, frozenset[str]]:
    """The programs of a surrounding as one project, and where in the result something is found still."""
    made = {
        place: _program(row, place, number)
        for number, place in enumerate(PLACES)
        if is_whole or _is_sampled(row, place)
    }
    cells = {place: cell for place, cell in made.items() if cell is not None}
    files = {cell.path: cell.data for cell in cells.values()}
    beside = AROUNDS[row].beside
    files |= {f"{Path(path).parent}/{beside}": b"name = 1\n" for path in files if beside}
    with tempfile.TemporaryDirectory() as root:
        result = fix(Path(root), files)
        still = {leak.finding.location.path for leak in found(Path(root), result.after)}
    return cells, result, frozenset(still)


CELLS = [
    (row, place)
    for row, around_it in AROUNDS.items()
    for place, text in PLACES.items()
    if around_it.build(text) is not None
]
SHARE = 10  # `python tests/fixing/test_pitfalls.py` takes every cell, which is minutes


def _is_sampled(row: str, place: str) -> bool:
    """Every row with a tenth of the places, every place with a tenth of the rows, and two rows in full."""
    at = list(AROUNDS).index(row) + list(PLACES).index(place)
    return at % SHARE == 0 or place == "positional" or row in ("plain", "parameter")


def _fits(row: str, place: str, rows: str, places: str) -> bool:
    return re.fullmatch(rows, row) is not None and re.fullmatch(places, place) is not None


SAMPLED = [(row, place) for row, place in CELLS if _is_sampled(row, place)]


@pytest.mark.parametrize(("row", "place"), SAMPLED)
def test_behaves_the_same_or_is_refused(row: str, place: str) -> None:
    check(row, place, is_whole=False)


def check(row: str, place: str, *, is_whole: bool) -> None:
    cells, result, still = fixed(row, is_whole=is_whole)
    cell = cells[place]
    after = result.after[cell.path]
    shown = masked(cell.data + b"\n=====\n" + after, cell.values)
    before = run(cell.data, {})
    is_run = bool(before) and not isinstance(before[-1], str)
    assert is_run, shown
    is_same = run(after, result.variables()) == before
    assert is_same, shown
    left = [value for value in cell.values if holds(after, value)]
    reasons = " / ".join(result.reasons(cell.path))
    number = len(left)
    expected = next((why for *cell_of, why in STAYS if _fits(row, place, *cell_of)), None)
    if expected is None:
        assert not number, f"{reasons or 'nothing was found'}\n{shown}"
        assert cell.path not in still, shown
    else:
        assert number, f"it is fixed now\n{shown}"
        assert re.search(expected, reasons), f"{reasons}\n{shown}"
    only_what_is_planned(cell, after, result.variables())


def only_what_is_planned(cell: Cell, after: bytes, names: Iterable[str]) -> None:
    """Lines that go held a piece of a value; lines that come stand for them, or import or look up."""
    for change in changes(cell.data, after):
        for line in change.gone:
            is_planned = is_kept(line, change) or any(holds(line, value) for value in cell.values)
            assert is_planned, masked(line, cell.values)
        come = [line for line in change.come if line.strip() and not re.search(rb"\bimport os\b", line)]
        new = [line for line in come if b" is None:" in line or any(name.encode() in line for name in names)]
        assert len(come) - len(new) <= len(change.gone), masked(b"".join(change.come), cell.values)
    assert cell.data.endswith(b"\n") == after.endswith(b"\n")
    ends, ends_after = (set(re.findall(rb"\r\n|\r|\n", data)) for data in (cell.data, after))
    assert ends == ends_after or not ends


def failure(row: str, place: str) -> str:
    """What is wrong with a cell, of which nothing is known."""
    try:
        check(row, place, is_whole=True)
    except AssertionError as error:
        return str(error).partition("\n")[0] or "differs"
    return ""


def main() -> int:
    """Checks every cell and names those that fail."""
    failed = [f"{row} × {place}: {why}\n" for row, place in CELLS if (why := failure(row, place))]
    sys.stdout.write("".join([*failed, f"{len(CELLS)} cells, {len(failed)} failed\n"]))
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
