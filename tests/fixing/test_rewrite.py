"""Each form in which a literal can stand: what becomes of it, how safe that is, or why it stays."""

from __future__ import annotations

import ast
import asyncio
import base64
import re
import textwrap
from typing import Any

import pytest
from fresh_values import fresh_key
from hypothesis import given, reject
from hypothesis import strategies as st

from binlint.finding import Place
from binlint.fixing.edits import Edit, apply
from binlint.fixing.rewrite import Level, Planned, Refused, Target, rewrite
from binlint.fixing.rewrite_values import UNKNOWN, Folding
from binlint.syntax.lexical import Lines

SAFE, UNSAFE = Level.SAFE, Level.UNSAFE
NAME = "BINANCE_API_KEY"
LOOKUP = f'os.environ["{NAME}"]'
_MARK = re.compile("[«»]")


def lookup(name: str) -> str:
    return f'os.environ["{name}"]'


class Case:
    """A program in which «» stand around the literals, with $V for the value and $A, $B for its halves."""

    def __init__(self, marked: str, value: str | None = None) -> None:
        self.value = value or fresh_key()
        marked = filled(marked, self.value)
        self.text = _MARK.sub("", marked)
        places = Lines(self.text)
        offsets = [found.start() - index for index, found in enumerate(_MARK.finditer(marked))]
        self.parts = tuple(
            places.place(first, last) for first, last in zip(offsets[::2], offsets[1::2], strict=True)
        )

    @property
    def target(self) -> Target:
        return Target(self.parts[0], self.parts, self.value, NAME)

    def rewritten(self) -> Planned | Refused:
        return rewrite(self.text, self.target, lookup)

    def planned(self) -> Planned:
        planned = self.rewritten()
        assert isinstance(planned, Planned), planned.reason
        return planned

    def after(self) -> str:
        return apply(self.text, self.planned().edits)

    def reason(self) -> str:
        refused = self.rewritten()
        assert isinstance(refused, Refused), refused.note
        return refused.reason


def filled(text: str, value: str) -> str:
    replaced = {
        "$V": value,
        "$A": value[:32],
        "$B": value[32:],
        "$R": value[::-1],
        "$64": base64.b64encode(value.encode()).decode(),
        "$HEX": value.encode().hex(),
        "$L": LOOKUP,
    }
    for mark, put in replaced.items():
        text = text.replace(mark, put)
    return text


def names_of(table: list[tuple[Any, ...]]) -> list[str]:
    return [str(row[0])[:60] for row in table]


def check(before: str, after: str, level: Level, *, variable: str = NAME) -> Planned:
    case = Case(before)
    planned = case.planned()
    assert case.after() == filled(after, case.value)
    assert planned.level is level, planned.note
    assert planned.variable == variable
    assert planned.note
    assert level is UNSAFE or ";" not in planned.note
    assert case.value not in repr(planned)
    for use in planned.uses:
        assert 0 <= use <= len(case.text)
    assert untouched(case.text, case.after(), planned.edits)
    return planned


def untouched(before: str, after: str, edits: tuple[Edit, ...]) -> bool:
    """Whether everything outside of the edits is in the result, in order."""
    at = last = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        kept = before[last : edit.start]
        if not after.startswith(kept + edit.text, at):
            return False
        at += len(kept) + len(edit.text)
        last = edit.end
    return after[at:] == before[last:]


# --- expressions in every place ----------------------------------------------------------------------

SIMPLE = [
    # (before, after, level, evaluated)
    ('Client(«"$V"»)\n', "Client($L)\n", SAFE, "import"),
    ('Client(api_key=«"$V"», b=1)\n', "Client(api_key=$L, b=1)\n", SAFE, "import"),
    ('print(«"$V"»)\n', "print($L)\n", SAFE, "import"),
    ('def f():\n    Client(«"$V"»)\n', "def f():\n    Client($L)\n", SAFE, "call"),
    ('async def f():\n\tawait g(«"$V"»)\n', "async def f():\n\tawait g($L)\n", SAFE, "call"),
    ('KEY = «"$V"»\n', "KEY = $L\n", SAFE, "import"),
    ("KEY = «'$V'»", "KEY = $L", SAFE, "import"),
    ('KEY = «u"$V"»\n', "KEY = $L\n", SAFE, "import"),
    ('KEY = «r"$V"»\n', "KEY = $L\n", SAFE, "import"),
    ('KEY = «"""$V"""»\n', "KEY = $L\n", SAFE, "import"),
    ('KEY: str = «"$V"»\n', "KEY: str = $L\n", SAFE, "import"),
    ('KEY: Final = («"$V"»)\n', "KEY: Final = ($L)\n", SAFE, "import"),
    ('KEY = «"$V"»  # the key $V\n', "KEY = $L  # the key $V\n", SAFE, "import"),
    ('KEY = \\\n    «"$V"»\n', "KEY = \\\n    $L\n", SAFE, "import"),
    ('if x: KEY = «"$V"»\n', "if x: KEY = $L\n", SAFE, "import"),
    ('a = 1; KEY = «"$V"»; b = 2\n', "a = 1; KEY = $L; b = 2\n", SAFE, "import"),
    ('KEY = «"$V"»\r\nb = 1\r\n', "KEY = $L\r\nb = 1\r\n", SAFE, "import"),
    ('KEY = «"$V"»\rb = 1\r', "KEY = $L\rb = 1\r", SAFE, "import"),
    ('é = "密钥"; KEY = «"$V"»  # ключ\n', 'é = "密钥"; KEY = $L  # ключ\n', SAFE, "import"),
    ('x = "𝒳", f(«"$V"»)\n', 'x = "𝒳", f($L)\n', SAFE, "import"),
    ('def f():\n    key = «"$V"»\n', "def f():\n    key = $L\n", SAFE, "call"),
    ('def f():\n    return«"$V"»\n', "def f():\n    return $L\n", SAFE, "call"),
    ('def f():\n    yield «"$V"»\n', "def f():\n    yield $L\n", SAFE, "call"),
    ('f = lambda: «"$V"»\n', "f = lambda: $L\n", SAFE, "call"),
    ('f = lambda: g(«"$V"»)\n', "f = lambda: g($L)\n", SAFE, "call"),
    ('class A:\n    def f(self):\n        self.k = «"$V"»\n', "class A:\n    def f(self):\n        self.k = $L\n", SAFE, "call"),
    ('binance.apiKey = «"$V"»\n', "binance.apiKey = $L\n", SAFE, "import"),
    ('k, s = «"$V"», "x"\n', 'k, s = $L, "x"\n', SAFE, "import"),
    ('[k, s] = ["x", «"$V"»]\n', '[k, s] = ["x", $L]\n', SAFE, "import"),
    ('if (k := «"$V"»):\n    pass\n', "if (k := $L):\n    pass\n", SAFE, "import"),
    ('def f():\n    d = {"apiKey": «"$V"», "s": 1}\n', 'def f():\n    d = {"apiKey": $L, "s": 1}\n', SAFE, "call"),
    ('def f():\n    g(**{"k": [«"$V"»]})\n', 'def f():\n    g(**{"k": [$L]})\n', SAFE, "call"),
    ('def f():\n    g(*(«"$V"», 2))\n', "def f():\n    g(*($L, 2))\n", SAFE, "call"),
    ('def f():\n    d["k"] = «"$V"»\n', 'def f():\n    d["k"] = $L\n', SAFE, "call"),
    ('KEY = «"$A" "$B"»\n', "KEY = $L\n", SAFE, "import"),
    ('KEY = («"$A"»\n       «"$B"»)\n', "KEY = ($L)\n", SAFE, "import"),
    ('KEY = «"$A"» \\\n    «"$B"»\n', "KEY = $L\n", SAFE, "import"),
    ('a = b = «"$V"»\n', "a = b = $L\n", UNSAFE, "import"),
    ('def f():\n    a = b = «"$V"»\n', "def f():\n    a = b = $L\n", UNSAFE, "call"),
    ('k, *s = «"$V"», "x"\n', 'k, *s = $L, "x"\n', UNSAFE, "import"),
    ('KEY = ""\nKEY = «"$V"»\n', 'KEY = ""\nKEY = $L\n', UNSAFE, "import"),
    ('KEY = «"$V"»\ndef f():\n    global KEY\n    KEY = 1\n', "KEY = $L\ndef f():\n    global KEY\n    KEY = 1\n", UNSAFE, "import"),
    ('if x:\n    KEY = «"$V"»\nelse:\n    KEY = 1\n', "if x:\n    KEY = $L\nelse:\n    KEY = 1\n", UNSAFE, "import"),
    ('def f(key):\n    key = «"$V"»\n', "def f(key):\n    key = $L\n", UNSAFE, "call"),
    ('key = ""\nkey += «"$V"»\n', 'key = ""\nkey += $L\n', UNSAFE, "import"),
    ('D = {"apiKey": «"$V"»}\n', 'D = {"apiKey": $L}\n', UNSAFE, "import"),
    ('D = {"a": {"apiKey": [«"$V"»]}}\n', 'D = {"a": {"apiKey": [$L]}}\n', UNSAFE, "import"),
    ('c = ccxt.binance({"apiKey": «"$V"»})\n', 'c = ccxt.binance({"apiKey": $L})\n', SAFE, "import"),
    ('c = f(config={"a": [{"b": «"$V"»}]})\n', 'c = f(config={"a": [{"b": $L}]})\n', SAFE, "import"),
    ('c = f({"a": «"$V"»}["a"])\n', 'c = f({"a": $L}["a"])\n', UNSAFE, "import"),
    ('d["k"] = «"$V"»\n', 'd["k"] = $L\n', UNSAFE, "import"),
    ('S = {«"$V"»}\n', "S = {$L}\n", UNSAFE, "import"),
    ('def f():\n    d = {«"$V"»: 1}\n', "def f():\n    d = {$L: 1}\n", UNSAFE, "call"),
    ('class A:\n    KEY = «"$V"»\n', "class A:\n    KEY = $L\n", UNSAFE, "import"),
    ('class A:\n    c = Client(«"$V"»)\n', "class A:\n    c = Client($L)\n", UNSAFE, "import"),
    ('def f():\n    class A:\n        KEY = «"$V"»\n', "def f():\n    class A:\n        KEY = $L\n", UNSAFE, "call"),
    ('@dataclass\nclass A:\n    key: str = «"$V"»\n', "@dataclass\nclass A:\n    key: str = $L\n", UNSAFE, "import"),
    ('class A:\n    key: str = field(default=«"$V"»)\n', "class A:\n    key: str = field(default=$L)\n", UNSAFE, "import"),
    ('class A(BaseModel):\n    key: str = Field(«"$V"», alias="x")\n', 'class A(BaseModel):\n    key: str = Field($L, alias="x")\n', UNSAFE, "import"),
    ('class A(metaclass=M, key=«"$V"»): pass\n', "class A(metaclass=M, key=$L): pass\n", UNSAFE, "import"),
    ('f = lambda key=«"$V"»: key\n', "f = lambda key=$L: key\n", UNSAFE, "import"),
    ('def f(c=Client(«"$V"»)): pass\n', "def f(c=Client($L)): pass\n", UNSAFE, "import"),
    ('@signed(«"$V"»)\ndef f(): pass\n', "@signed($L)\ndef f(): pass\n", UNSAFE, "import"),
    ('if key == «"$V"»:\n    pass\n', "if key == $L:\n    pass\n", UNSAFE, "import"),
    ('def f():\n    assert key == «"$V"»\n', "def f():\n    assert key == $L\n", UNSAFE, "call"),
    ('x = y or«"$V"»\n', "x = y or $L\n", UNSAFE, "import"),
    ('x = «"$V"»if y else z\n', "x = $Lif y else z\n", UNSAFE, "import"),
    ('[«"$V"» for _ in x]\n', "[$L for _ in x]\n", UNSAFE, "import"),
    ('x = [Client(«"$V"») for _ in y]\n', "x = [Client($L) for _ in y]\n", SAFE, "import"),
    ('d[«"$V"»] = 1\n', "d[$L] = 1\n", UNSAFE, "import"),
    ('x = "k=" + «"$V"»\n', 'x = "k=" + $L\n', UNSAFE, "import"),
    ('x = "k=%s" % «"$V"»\n', 'x = "k=%s" % $L\n', UNSAFE, "import"),
    ('x = f(«"$V"».encode())\n', "x = f($L.encode())\n", UNSAFE, "import"),
    ('x = «"$V"».strip()\n', "x = $L.strip()\n", UNSAFE, "import"),
    ('f(«b"$V"»)\n', "f($L.encode())\n", UNSAFE, "import"),
    ('f(«b"$A" b"$B"», 1)\n', "f($L.encode(), 1)\n", UNSAFE, "import"),
    ('f(«b"$V"».decode())\n', "f($L)\n", UNSAFE, "import"),
    ('f(«f"$V"»)\n', "f($L)\n", UNSAFE, "import"),
    ('f(f"{«"$V"»}")\n'.replace('"$', "'$").replace('"»', "'»"), "f($L)\n", UNSAFE, "import"),
    ('f(«"$A"» + «"$B"»)\n', "f($L)\n", UNSAFE, "import"),
    ('f((«"$A"» +\n   «"$B"»), 1)\n', "f(($L), 1)\n", UNSAFE, "import"),
    ('f("".join([«"$A"», «"$B"»]))\n', "f($L)\n", UNSAFE, "import"),
    ('f("%s%s" % («"$A"», «"$B"»))\n', "f($L)\n", UNSAFE, "import"),
    ('f(«"$A{}"».format(«"$B"»))\n', "f($L)\n", UNSAFE, "import"),
    ('f(«"{1}{k}"».format("", «"$A"», k=«"$B"»))\n', "f($L)\n", UNSAFE, "import"),
    ('f(«"$R"»[::-1])\n', "f($L)\n", UNSAFE, "import"),
    ('f("".join(reversed(«"$R"»)))\n', "f($L)\n", UNSAFE, "import"),
    ('f(base64.b64decode(«"$64"»).decode())\n', "f($L)\n", UNSAFE, "import"),
    ('f(b64decode(«b"$64"»).decode("ascii"))\n', "f($L)\n", UNSAFE, "import"),
    ('f(base64.b64decode(«"$64"»))\n', "f($L.encode())\n", UNSAFE, "import"),
    ('f(bytes.fromhex(«"$HEX"»).decode())\n', "f($L)\n", UNSAFE, "import"),
    ('f(«"-$V-"».strip("-"))\n', "f($L)\n", UNSAFE, "import"),
    ('f(«"$V$V"»[:64])\n', "f($L)\n", UNSAFE, "import"),
    ('f(str(«b"$V"», "utf-8"))\n', "f($L)\n", UNSAFE, "import"),
    ('x = d.get("k", «"$V"»)\n', 'x = d.get("k", $L)\n', UNSAFE, "import"),
    ('x = getattr(d, "k", «"$V"»)\n', 'x = getattr(d, "k", $L)\n', UNSAFE, "import"),
    ('p.add_argument("--key", default=«"$V"», help="h")\n', 'p.add_argument("--key", default=$L, help="h")\n', UNSAFE, "import"),
    ('def f():\n    p.add_argument("-k", default=«"$V"»)\n', 'def f():\n    p.add_argument("-k", default=$L)\n', UNSAFE, "call"),
    ('@click.option("--key", default=«"$V"»)\ndef f(key): pass\n', '@click.option("--key", default=$L)\ndef f(key): pass\n', UNSAFE, "import"),
    ('import pytest\nKEY = «"$V"»\n', "import pytest\nKEY = $L\n", UNSAFE, "import"),
    ('import pytest\ndef f():\n    k = «"$V"»\n', "import pytest\ndef f():\n    k = $L\n", SAFE, "call"),
    ('match «"$V"»:\n    case _: pass\n', "match $L:\n    case _: pass\n", UNSAFE, "import"),
    ('with open(«"$V"») as f: pass\n', "with open($L) as f: pass\n", SAFE, "import"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "level", "evaluated"), SIMPLE, ids=names_of(SIMPLE))
def test_an_expression_becomes_a_look_up(before: str, after: str, level: Level, evaluated: str) -> None:
    planned = check(before, after, level)
    assert planned.evaluated == evaluated
    case = Case(before)
    assert case.planned().uses == (
        case.text.index("/") if "/" in case.text else case.planned().edits[0].start,
    )


@pytest.mark.parametrize(("before", "after", "level", "evaluated"), SIMPLE, ids=names_of(SIMPLE))
def test_in_a_function_below_other_code_and_with_other_newlines(
    before: str, after: str, level: Level, evaluated: str
) -> None:
    if "\r" in before:
        pytest.skip("has its own newlines")
    head = '"""Über 密钥."""\nif True:\n    def outer():\n'
    for newline in ("\n", "\r\n"):
        one, other = (
            (head + textwrap.indent(text, " " * 8)).replace("\n", newline) for text in (before, after)
        )
        case = Case(one)
        assert case.after() == filled(other, case.value)
        assert case.planned().evaluated == "call"


COMMENTED = [
    (
        'KEY = (\n    «"$A"  # first\n    "$B"»  # second\n)\n',
        "KEY = (\n    $L  # first\n    # second\n)\n",
    ),
    ('KEY = (\n    «"$A"  # first\n    "$B"»\n)\n', "KEY = (\n    $L  # first\n)\n"),
    ('f(\n    «"$A"  # first\n    "$B"», x)\n', "f(\n    $L  # first\n    , x)\n"),
    ('KEY = («"$A"\n    # between\n    "$B"»)\n', "KEY = ($L\n    # between\n    )\n"),
    ('KEY = (  # why\n    «"$A"\n    "$B"»\n)  # so\n', "KEY = (  # why\n    $L\n)  # so\n"),
]


@pytest.mark.parametrize(("before", "after"), COMMENTED, ids=names_of(COMMENTED))
def test_comments_between_the_parts_stay(before: str, after: str) -> None:
    case = Case(before)
    assert case.after() == filled(after, case.value)


# --- defaults of look-ups that are there already -----------------------------------------------------

GETTERS = [
    ('import os\nK = os.getenv("MY_KEY", «"$V"»)\n', "K = @\n", SAFE),
    ('import os\nK = os.getenv("MY_KEY", default=«"$V"»)\n', "K = @\n", SAFE),
    ('import os\nK = os.getenv(key="MY_KEY", default=«"$V"»)\n', "K = @\n", SAFE),
    ('import os as o\nK = o.getenv("MY_KEY", «"$V"»)\n', "K = @\n", SAFE),
    ('from os import environ\nK = environ.get("MY_KEY", «"$V"»)\n', "K = @\n", SAFE),
    ('from os import environ as e\nK = e.get("MY_KEY", «"$A" "$B"»)\n', "K = @\n", SAFE),
    ('from os import getenv as g\nK = g("MY_KEY", «"$V"»)\n', "K = @\n", SAFE),
    ('import os\nf(k=os.environ.get(\n    "MY_KEY",\n    «"$V"»,\n))\n', "f(k=@)\n", SAFE),
    ('import os\nK = os.environ.setdefault("MY_KEY", «"$V"»)\n', "K = @\n", SAFE),
    ('import os\nK = os.getenv("MY_KEY") or «"$V"»\n', "K = @\n", SAFE),
    ('import os\nK = os.getenv("MY_KEY", «"$V"»).strip()\n', "K = @.strip()\n", UNSAFE),
    ('import os\nclass A:\n    K = os.getenv("MY_KEY", «"$V"»)\n', "class A:\n    K = @\n", UNSAFE),
    ('import os\ndef f(k=os.getenv("MY_KEY", «"$V"»)): pass\n', "def f(k=@): pass\n", UNSAFE),
    ('import os\nK = os.getenv("MY_KEY", «"$A"» + «"$B"»)\n', "K = @\n", UNSAFE),
]


@pytest.mark.parametrize(("before", "after", "level"), GETTERS, ids=names_of(GETTERS))
def test_the_default_goes_and_the_name_is_kept(before: str, after: str, level: Level) -> None:
    after = before.split("\n", 1)[0] + "\n" + after.replace("@", 'os.environ["MY_KEY"]')
    planned = check(before, after, level, variable="MY_KEY")
    assert "default" in planned.note


LIBRARIES = [
    ('from decouple import config\nK = config("MY_KEY", default=«"$V"»)\n', 'K = config("MY_KEY")\n'),
    ('import decouple\nK = decouple.config("MY_KEY", «"$V"»)\n', 'K = decouple.config("MY_KEY")\n'),
    ('from decouple import config\nK = config("MY_KEY", default=«"$V"», cast=str)\n', 'K = config("MY_KEY", cast=str)\n'),
    ('from decouple import config\nK = config("MY_KEY", cast=str, default=«"$V"»)\n', 'K = config("MY_KEY", cast=str)\n'),
    ('import environs; env = environs.Env()\nK = env("MY_KEY", «"$V"»)\n', 'K = env("MY_KEY")\n'),
    ('import environ; env = environ.Env()\nK = env("MY_KEY", default=«"$V"»)\n', 'K = env("MY_KEY")\n'),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), LIBRARIES, ids=names_of(LIBRARIES))
def test_the_default_of_a_library_goes(before: str, after: str) -> None:
    planned = check(before, before.split("\n", 1)[0] + "\n" + after, SAFE, variable="MY_KEY")
    assert planned.uses == ()


OTHER_GETTERS = [
    ('def app(environ):\n    return environ.get("HTTP_KEY", «"$V"»)\n', 'def app(environ):\n    return environ.get("HTTP_KEY", $L)\n'),
    ('import os\nK = os.getenv(NAME, «"$V"»)\n', "import os\nK = os.getenv(NAME, $L)\n"),
    ('import os\nK = os.getenv("no name", «"$V"»)\n', 'import os\nK = os.getenv("no name", $L)\n'),
    ('K = config("MY_KEY", default=«"$V"»)\n', 'K = config("MY_KEY", default=$L)\n'),
    ('import environ\nK = environ.get("MY_KEY", «"$V"»)\n', 'import environ\nK = environ.get("MY_KEY", $L)\n'),
    ('import os\nK = os.getenv("A") or os.getenv("B") or «"$V"»\n', 'import os\nK = os.getenv("A") or os.getenv("B") or $L\n'),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), OTHER_GETTERS, ids=names_of(OTHER_GETTERS))
def test_a_getter_that_cannot_be_read_gets_a_look_up_as_default(before: str, after: str) -> None:
    check(before, after, UNSAFE)


# --- variables that the program sets -----------------------------------------------------------------

WRITES = [
    ('import os\nos.environ["MY_KEY"] = «"$V"»\nx = 1\n', "import os\nx = 1\n"),
    ('import os\nos.environ["MY_KEY"] = «"$V"»', "import os\n"),
    ('import os\nos.environ["MY_KEY"] = (\n    «"$A"\n    "$B"»\n)\nx = 1\n', "import os\nx = 1\n"),
    ('import os\nos.environ["MY_KEY"] = «"$V"»  # keep me\nx = 1\n', "import os\n# keep me\nx = 1\n"),
    ('import os\nos.environ["MY_KEY"] = «"$V"»; x = 1\n', "import os\nx = 1\n"),
    ('import os; os.environ["MY_KEY"] = «"$V"»; x = 1\n', "import os; x = 1\n"),
    ('import os; os.environ["MY_KEY"] = «"$V"»\n', "import os\n"),
    ('import os; os.environ["MY_KEY"] = «"$V"»;\n', "import os;\n"),
    ('import os\r\nos.environ["MY_KEY"] = «"$V"»\r\nx = 1\r\n', "import os\r\nx = 1\r\n"),
    ('import os\ndef f():\n\tos.environ["MY_KEY"] = «"$V"»  # c\n', "import os\ndef f():\n\tpass  # c\n"),
    ('import os\ndef f():\n    """Doc."""\n    os.environ["MY_KEY"] = «"$V"»\n', 'import os\ndef f():\n    """Doc."""\n'),
    ('import os\ndef f():\n    os.environ["MY_KEY"] = «"$V"»\n    os.environ["B"] = "b"\n', 'import os\ndef f():\n    pass\n    os.environ["B"] = "b"\n'),
    ('import os\ndef f():\n    os.environ["B"] = "b"\n    os.environ["MY_KEY"] = «"$V"»\n', 'import os\ndef f():\n    os.environ["B"] = "b"\n'),
    ('import os\nos.environ["B"] = "b"; os.environ["MY_KEY"] = «"$V"»\n', 'import os\nos.environ["B"] = "b"; pass\n'),
    ('import os\nos.environ.setdefault("MY_KEY", «"$V"»)\n', "import os\n"),
    ('import os\nos.putenv("MY_KEY", «"$V"»)\n', "import os\n"),
    ('from os import environ as e\ne["MY_KEY"] = «"$V"»\n', "from os import environ as e\n"),
    ('import os\nos.environ.update({"MY_KEY": «"$V"», "B": b})\n', 'import os\nos.environ.update({"B": b})\n'),
    ('import os\nos.environ.update({"B": b, "MY_KEY": «"$V"»})\n', 'import os\nos.environ.update({"B": b})\n'),
    ('import os\nos.environ.update({"B": "b", "MY_KEY": «"$V"»})\n', 'import os\nos.environ.update({"B": "b", })\n'),
    ('import os\nos.environ.update({\n    "B": b,\n    "MY_KEY": «"$V"»,\n})\n', 'import os\nos.environ.update({\n    "B": b,\n})\n'),
    ('import os\nos.environ.update({\n    "MY_KEY": «"$V"»,  # c\n    "B": b,\n})\n', 'import os\nos.environ.update({\n    # c\n    "B": b,\n})\n'),
    ('import os\nos.environ.update(MY_KEY=«"$V"»)\n', "import os\nos.environ.update()\n"),
    ('import os\nos.environ.update(B=b, MY_KEY=«"$V"»)\n', "import os\nos.environ.update(B=b)\n"),
    ('import os\nos.environ |= {"MY_KEY": «"$V"»}\n', "import os\nos.environ |= {}\n"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), WRITES, ids=names_of(WRITES))
def test_a_variable_that_is_set_is_set_outside(before: str, after: str) -> None:
    planned = check(before, after, UNSAFE, variable="MY_KEY")
    assert (planned.uses, planned.evaluated) == ((), "never")


OTHER_WRITES = [
    (
        'import os\ndef f(os):\n    os.environ["A"] = «"$V"»\n',
        'import os\ndef f(os):\n    os.environ["A"] = $L\n',
    ),
    ('import os\nos.environ[NAME] = «"$V"»\n', "import os\nos.environ[NAME] = $L\n"),
    ('import os\nos.environ["A"] = key = «"$V"»\n', 'import os\nos.environ["A"] = key = $L\n'),
    ('import os\nos.environ["A"] = «"$V"».strip()\n', 'import os\nos.environ["A"] = $L.strip()\n'),
]


@pytest.mark.parametrize(("before", "after"), OTHER_WRITES, ids=names_of(OTHER_WRITES))
def test_a_write_that_is_more_than_that_stays(before: str, after: str) -> None:
    check(before, after, UNSAFE)


@pytest.mark.parametrize(
    "text",
    [
        'import os\nos.environ["A"] = «"$V"»; os.environ["B"] = «"$W"»\n',
        'import os\nx = 1; os.environ["A"] = «"$V"»; os.environ["B"] = «"$W"»\n',
        'import os\ndef f():\n    os.environ["A"] = «"$V"»\n    os.environ["B"] = «"$W"»\n',
        'import os\nos.environ.update({"A": «"$V"», "B": «"$W"»})\n',
        'import os\nos.environ.update(A=«"$V"», B=«"$W"»)\n',
        'def f(a=«"$V"», b=«"$W"»):\n    return a\n',
        'def f(a=«"$V"», *, b=«"$W"»): return a, b\n',
        'f(«"$V"», «"$W"»)\n',
        'f(«"$V"», «"$V"»)\n',
        'import os\nf(os.getenv("A", «"$V"»), os.getenv("B", «"$W"»))\n',
    ],
)
def test_two_in_one_place_can_be_changed_together(text: str) -> None:
    first, second = fresh_key(), fresh_key()
    case = Case(text.replace("$W", second), first)
    edits: list[Edit] = []
    for place in case.parts:
        value = (
            first
            if second not in case.text.splitlines()[place.line - 1][place.column : place.end_column]
            else second
        )
        planned = rewrite(case.text, Target(place, (place,), value, NAME), lookup)
        assert isinstance(planned, Planned), planned
        edits += planned.edits
    after = apply(case.text, edits)
    ast.parse(after)
    assert first not in after
    assert second not in after


# --- parameters --------------------------------------------------------------------------------------

BLOCK = "    if key is None:\n        key = $L\n"
PARAMETERS = [
    ('def f(key=«"$V"»):\n    g(key)\n', "def f(key=None):\n" + BLOCK + "    g(key)\n"),
    ('def f(a, key=«"$V"», *, b=1):  # c\n    # d\n    g(key)\n', "def f(a, key=None, *, b=1):  # c\n" + BLOCK + "    # d\n    g(key)\n"),
    ('def f(*, key: str = «"$V"», b) -> None:\n    g(key)\n', "def f(*, key: str = None, b) -> None:\n" + BLOCK + "    g(key)\n"),
    ('def f(\n    key=(\n        «"$A"\n        "$B"»\n    ),\n):\n\n    g(key)\n', "def f(\n    key=(\n        None\n    ),\n):\n" + BLOCK + "\n    g(key)\n"),
    ('def f(key=«"$V"»):\n    """Doc.\n\n    More.\n    """\n\n    g(key)\n', 'def f(key=None):\n    """Doc.\n\n    More.\n    """\n' + BLOCK + "\n    g(key)\n"),
    ('def f(key=«"$V"»):\n    """Doc."""', 'def f(key=None):\n    """Doc."""\n' + BLOCK.rstrip("\n")),
    ('def f(key=«"$V"»):\n    """Doc."""  # c\nx = 1\n', 'def f(key=None):\n    """Doc."""  # c\n' + BLOCK + "x = 1\n"),
    ('def f(key=«"$V"»):\n    """Doc."""; g(key)\n', 'def f(key=None):\n    """Doc."""; key = $L if key is None else key; g(key)\n'),
    ('def f(key=«"$V"»): return key\n', "def f(key=None): key = $L if key is None else key; return key\n"),
    ('def f(key=«"$V"»): "Doc."\n', 'def f(key=None): "Doc."; key = $L if key is None else key\n'),
    ('def f(key=«"$V"»): \\\n    return key\n', "def f(key=None): \\\n    key = $L if key is None else key; return key\n"),
    ('def f(key=«"$V"»):  # c \\\n    return key\n', "def f(key=None):  # c \\\n" + BLOCK + "    return key\n"),
    ('def f(key=«"$V"»):\n    @wraps\n    def g(): return key\n    return g\n', "def f(key=None):\n" + BLOCK + "    @wraps\n    def g(): return key\n    return g\n"),
    ('async def f(key=«"$V"»):\n  await g(key)\n', "async def f(key=None):\n  if key is None:\n    key = $L\n  await g(key)\n"),
    ('class A:\n\tdef __init__(self, key=«"$V"»):\n\t\tself.key = key\n', "class A:\n\tdef __init__(self, key=None):\n\t\tif key is None:\n\t\t\tkey = $L\n\t\tself.key = key\n"),
    ('def f(key=«"$V"»):\r\n    g(key)\r\n', "def f(key=None):\r\n    if key is None:\r\n        key = $L\r\n    g(key)\r\n"),
    ('def f(key=«b"$V"»):\n    g(key)\n', "def f(key=None):\n    if key is None:\n        key = $L.encode()\n    g(key)\n"),
    ('def f(key, /, b=1, c=«"$V"»): pass\n', "def f(key, /, b=1, c=None): c = $L if c is None else c; pass\n"),
    ('def f(key=«"$V"»): ...\n', "def f(key=None): key = $L if key is None else key; ...\n"),
    ('def f(x):\n    def g(key=«"$V"»):\n        return key\n    return g\n', "def f(x):\n    def g(key=None):\n        if key is None:\n            key = $L\n        return key\n    return g\n"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), PARAMETERS, ids=names_of(PARAMETERS))
def test_a_default_becomes_none_and_the_body_looks_it_up(before: str, after: str) -> None:
    planned = check(before, after, UNSAFE)
    assert planned.evaluated == "call"
    case = Case(before)
    tree = ast.parse(case.text)
    use = case.planned().uses[0]
    lines = Lines(case.text)
    functions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    assert any(
        lines.starts[each.lineno - 1]
        < use
        < lines.starts[(each.end_lineno or 1) - 1] + (each.end_col_offset or 0)
        for each in functions
    )


def test_an_annotation_without_none_is_said() -> None:
    assert "annotation" in Case('def f(key: str = «"$V"»): pass\n').planned().note
    for allowed in ("str | None", "Optional[str]", "t.Any", '"str | None"'):
        assert "annotation" not in Case(f'def f(key: {allowed} = «"$V"»): pass\n').planned().note


def test_an_overload_has_nothing_to_look_up() -> None:
    before = '@overload\ndef f(key: str = «"$V"») -> int: ...\n'
    planned = check(before, "@overload\ndef f(key: str = ...) -> int: ...\n", UNSAFE)
    assert (planned.uses, planned.evaluated) == ((), "never")


# --- pydantic settings -------------------------------------------------------------------------------

SETTINGS = [
    ('class S(BaseSettings):\n    binance_api_key: str = «"$V"»\n', "class S(BaseSettings):\n    binance_api_key: str\n"),
    ('class S(BaseSettings):\n    BINANCE_API_KEY: str = («"$A"\n        "$B"»)  # c\n', "class S(BaseSettings):\n    BINANCE_API_KEY: str  # c\n"),
    ('class S(BaseSettings):\n    binance_api_key: SecretStr = SecretStr(«"$V"»)\n', "class S(BaseSettings):\n    binance_api_key: SecretStr\n"),
    ('class S(BaseSettings):\n    binance_api_key: str = Field(«"$V"»)\n', "class S(BaseSettings):\n    binance_api_key: str = Field()\n"),
    ('class S(BaseSettings):\n    binance_api_key: str = Field(default=«"$V"», min_length=1)\n', "class S(BaseSettings):\n    binance_api_key: str = Field(min_length=1)\n"),
    ('class S(BaseSettings):\n    k: str = Field(«"$V"», validation_alias="BINANCE_API_KEY")\n', 'class S(BaseSettings):\n    k: str = Field(validation_alias="BINANCE_API_KEY")\n'),
    ('class S(BaseSettings):\n    model_config = SettingsConfigDict(env_prefix="BINANCE_")\n    api_key: str = «"$V"»\n', 'class S(BaseSettings):\n    model_config = SettingsConfigDict(env_prefix="BINANCE_")\n    api_key: str\n'),
    ('class S(pydantic.BaseSettings):\n    api_key: str = «"$V"»\n    class Config:\n        env_prefix = "binance_"\n', 'class S(pydantic.BaseSettings):\n    api_key: str\n    class Config:\n        env_prefix = "binance_"\n'),
    ('class B(BaseSettings): pass\nclass S(B):\n    binance_api_key: str = «"$V"»\n', "class B(BaseSettings): pass\nclass S(B):\n    binance_api_key: str\n"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), SETTINGS, ids=names_of(SETTINGS))
def test_the_default_of_a_settings_field_goes(before: str, after: str) -> None:
    planned = check(before, after, UNSAFE)
    assert (planned.uses, planned.evaluated) == ((), "never")


# --- refusals ----------------------------------------------------------------------------------------

REFUSALS = [
    ('f(f"key={«"$V"»}")\n'.replace('"$', "'$").replace('"»', "'»"), "part of a longer text"),
    ('f(«f"key=$V&x={y}"»)\n', "part of a longer text"),
    ('f(«"https://x/?apiKey=$V&y=1"»)\n', "part of a longer text"),
    ('f(«"Authorization: $V"»)\n', "part of a longer text"),
    ("f(«'{\"key\": \"$V\"}'»)\n", "part of a longer text"),
    ("f(«\"INSERT INTO t VALUES ('$V')\"»)\n", "part of a longer text"),
    ('f(«"$V"» + «"x"»)\n', "literals in several places"),
    ('a = «"$A"»\nb = «"$B"»\nf(a + b)\n', "put together from 2 literals in several places"),
    ('f(«"$V"»)\nb = «"$B"»\n', "put together from 2 literals in several places"),
    ('f(«" $V"»)\n', "white space"),
    ('f(«"$R"»)\n', "not what the literals"),
    ('«"""$V"""»\n', "in a comment or docstring"),
    ('def f():\n    «"$V"»\n', "in a comment or docstring"),
    ('def f():\n    """Uses «$V»."""\n', "in a comment or docstring"),
    ('x = 1  # key: «$V»\n', "in a comment or docstring"),
    ("x = «$A»\n", "no literal|does not parse"),
    ('match x:\n    case «"$V"»: pass\n', "match"),
    ('match x:\n    case {«"$V"»: 1}: pass\n', "match"),
    ('def f(x: «"$V"»): pass\n', "annotation"),
    ('def f() -> «"$V"»: pass\n', "annotation"),
    ('x: Literal[«"$V"»] = 1\n', "annotation"),
    ('X = typing.Literal[«"$V"», "b"]\n', "annotation"),
    ('__all__ = [«"$V"»]\n', "Python itself"),
    ('class A:\n    __slots__ = («"$V"»,)\n', "Python itself"),
    ('# Generated by x. DO NOT EDIT.\nK = «"$V"»\n', "generated"),
    ('#!/bin/python\n"""The client.\n\n@generated\n"""\nK = «"$V"»\n', "generated"),
    ('K = «"$V"»\nx = = 1\n', "does not parse"),
    ('def test(monkeypatch):\n    monkeypatch.setenv("A", «"$V"»)\n', "test sets"),
    ('def test(mp):\n    mp.setenv(name="A", value=«"$V"»)\n', "test sets"),
    ('with mock.patch.dict(os.environ, {"A": «"$V"»}): pass\n', "test sets"),
    ('with patch.dict("os.environ", A=«"$V"»): pass\n', "test sets"),
    ('class S(BaseSettings, env_prefix=P):\n    api_key: str = «"$V"»\n', "cannot be told"),
    ('class S(BaseSettings):\n    k: str = Field(«"$V"», alias=A)\n', "cannot be told"),
    ('f(«"$A"»  # c\n  + «"$B"»)\n', "a comment"),
    ('import os\nK = os.getenv("A",  # c\n    «"$V"»)\n', "a comment"),
    ('f(«"$V"», url="https://x/$V")\n', "a piece of the value"),
    ('f(«"$V"», half="$A")\n', "a piece of the value"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "reason"), REFUSALS, ids=names_of(REFUSALS))
def test_what_must_stay_is_told(text: str, reason: str) -> None:
    case = Case(text)
    assert re.search(reason, case.reason())
    assert case.value[:12] not in case.reason()


def test_a_name_is_needed_and_the_value_stays_hidden() -> None:
    case = Case('f(«"$V"»)\n')
    refused = rewrite(case.text, case.target._replace(variable=""), lookup)
    assert isinstance(refused, Refused)
    assert case.value not in repr(case.target)


@pytest.mark.parametrize(
    "place", [Place(1, 1, 1, 2), Place(99, 1, 99, 4), Place(1, 500, 1, 600), Place(0, 0, 0, 0)]
)
def test_a_wrong_place_is_refused(place: Place) -> None:
    case = Case('x = f(«"$V"»)\n')
    assert isinstance(rewrite(case.text, case.target._replace(place=place), lookup), Refused)


def test_another_spelling_of_the_look_up_is_kept_apart_from_words() -> None:
    case = Case('x = 1 if«"$V"»else 2\n')
    planned = rewrite(case.text, case.target, lambda name: f"settings.{name}")
    assert isinstance(planned, Planned)
    assert apply(case.text, planned.edits) == f"x = 1 if settings.{NAME} else 2\n"


def test_a_look_up_that_is_no_expression_is_refused() -> None:
    case = Case('x = f(«"$V"»)\n')
    for spelled in ("a b", "a, b", "x=1", ")"):
        assert isinstance(rewrite(case.text, case.target, lambda _, spelled=spelled: spelled), Refused)


def test_a_private_key_of_several_lines() -> None:
    value = f"-----BEGIN PRIVATE KEY-----\n{fresh_key()}\n-----END PRIVATE KEY-----\n"
    case = Case('KEY = «"""$V"""»\n', value)
    assert case.after() == f"KEY = {LOOKUP}\n"
    case = Case('KEY = «"""$V"""»\n'.replace("\n", "\r\n"), value.replace("\n", "\r\n"))
    planned = rewrite(case.text, case.target._replace(value=value), lookup)
    assert isinstance(planned, Planned)
    assert apply(case.text, planned.edits) == f"KEY = {LOOKUP}\r\n"


def test_a_short_passphrase() -> None:
    case = Case('Client(password=«"abc"», url="https://abcdef")\n', "abc")
    assert case.after() == f'Client(password={LOOKUP}, url="https://abcdef")\n'


@pytest.mark.parametrize("depth", [50, 90, 3_000])
def test_depth_is_no_danger(depth: int) -> None:
    case = Case("x = " + "[" * depth + '«"$V"»' + "]" * depth + "\n")
    assert isinstance(case.rewritten(), (Planned, Refused))


@pytest.mark.parametrize("count", [10, 60, 400])
def test_many_parts_become_one(count: int) -> None:
    value = "".join(fresh_key() for _ in range(count // 10))
    size = len(value) // count
    pieces = [value[at : at + size] for at in range(0, len(value), size)]
    case = Case("x = " + " + ".join(f'«"{piece}"»' for piece in pieces) + "\n", value)
    assert case.after() == f"x = {LOOKUP}\n"


# --- the evaluator -----------------------------------------------------------------------------------

FOLDED = [
    ('"a" * 3 + "b"', "aaab"),
    ('3 * "a"', "aaa"),
    ('"a,b".replace(",", "")', "ab"),
    ('"abc"[-1]', "c"),
    ('["a", "b"][1]', "b"),
    ('"%%%s" % "a"', "%a"),
    ('"{{{}}}".format("a")', "{a}"),
    ("f\"{'a'}b{'c'!s}\"", "abc"),
    ('b"a" + b"b"', b"ab"),
    ('"".join(list("ab"))', "ab"),
    ('"-".join(("a", "b"))', "a-b"),
    ('binascii.unhexlify("6162")', b"ab"),
    ('bytearray.fromhex("61 62").decode()', "ab"),
    ('base64.urlsafe_b64decode("YWI=")', b"ab"),
    ('bytes("ab", "utf-8")', b"ab"),
    ('str("ab")', "ab"),
    ('"AB".lower().upper().swapcase()', "ab"),
]
UNFOLDED = [
    '"a" * 10**9', '"a" * 90000', '"%999999d" % 1', '"{:>99999}".format("a")', '"{0.real}".format("a")',
    '"{}{}".format("a")', '"%s" % ("a", "b")', '"%s%s" % "a"', '"a" + 1', '"a" + x', '"a"[9]', 'x[0]',
    'base64.b64decode("a")', 'bytes.fromhex("zz")', '"é".encode("ascii")', '"a".encode("rot13")', 'eval("1")',
    '"a".join([1])', '"a".__class__', '-x', '"a".replace("a", "b" * 900)', '"a".strip(1)', "True", "{1: 2}",
    '"a"[x:]', '"abc"[::0]', 'f"{1}"', 'f"{x}"', 'f"{\'a\':>5}"', 'f"{\'a\'!r}"', 'str(b"a")', 'f("a")',
    '"a".format(*x)', '"a".strip(*x)', '"}".format("a")', '"a" * -1 + b""', 'f(x=1)("a")', '"a" / 2',
    'getattr("a", "b")', '"a".strip(chars=1)', '("a" * 20000).join("b" * 20000)',
]  # fmt: skip


@pytest.mark.parametrize(("source", "value"), FOLDED, ids=names_of(FOLDED))
def test_literals_are_folded(source: str, value: object) -> None:
    assert Folding().fold(ast.parse(source, mode="eval").body) == value
    assert eval(source, {"base64": base64, "binascii": __import__("binascii")}) == value


@pytest.mark.parametrize("source", UNFOLDED)
def test_everything_else_is_not(source: str) -> None:
    assert Folding().fold(ast.parse(source, mode="eval").body) is UNKNOWN


# --- the program does the same -----------------------------------------------------------------------


class Recorder:
    """Client libraries that write down what they are given."""

    def __init__(self) -> None:
        self.calls: list[tuple[tuple[Any, ...], dict[str, Any]]] = []

    def __call__(self, *args: Any, **kwargs: Any) -> Recorder:
        self.calls.append((args, kwargs))
        return self


PROGRAMS = [
    'Client(«"$V"», "x")',
    'Client(key=«"$A"» + «"$B"»)',
    'KEY = «"$V"»\nClient(KEY)',
    'def f(key=«"$V"»):\n    """Doc."""\n    Client(key)\nf()\nf("a")',
    'def f(key=«"$V"»): Client(key)\nf()\nf(key="b")',
    'def f(*, a=1, key: str = «"$V"»):\n\tfor _ in [1]:\n\t\tClient(key, a)\nf()\nf(key="b")',
    'async def f(key=«"$V"»):\n    Client(key)\nasyncio.run(f())',
    'def f(key=«"$V"»):\n    def g():\n        Client(key)\n    g()\nf()',
    'def f(key=«"$V"»):\n    yield key\nClient(*f())',
    'class A:\n    def __init__(self, __key=«"$V"»):\n        Client(__key)\nA()',
    'Client((lambda key=«"$V"»: key)())',
    'Client(«b"$V"»)',
    'Client(base64.b64decode(«"$64"»).decode())',
    'Client(«"$R"»[::-1])',
    'Client(f"{«"$V"»}")'.replace('"$', "'$").replace('"»', "'»"),
    'class A:\n    key = «"$V"»\nClient(A.key)',
    '@dataclass\nclass A:\n    key: str = «"$V"»\nClient(A().key)',
    '@dataclass\nclass A:\n    key: str = field(default=«"$V"», repr=False)\nClient(A().key)',
    'Client({"apiKey": «"$V"»}["apiKey"])',
    'Client(os.getenv("BINANCE_API_KEY", «"$V"»))',
    'Client(os.getenv("BINANCE_API_KEY") or «"$V"»)',
    'os.environ["BINANCE_API_KEY"] = «"$V"»\nClient(os.environ["BINANCE_API_KEY"])',
    'os.environ.update({"BINANCE_API_KEY": «"$V"»})\nClient(os.environ["BINANCE_API_KEY"])',
    'k, s = «"$V"», "s"\nClient(k, s)',
    'Client(k := «"$V"»)\nClient(k)',
    'Client([«"$V"» for _ in range(3)])',
    'p = argparse.ArgumentParser()\np.add_argument("--key", default=«"$V"»)\nClient(p.parse_args([]).key)',
    'Client(«"$V"» == os.environ["BINANCE_API_KEY"])',
    'Client("k=%s" % «"$V"», "k=" + «"$V"», {«"$V"»: 1})'.replace("«", "").replace("»", "").replace('"$V"', '«"$V"»', 1).replace("$V", "$V"),
]  # fmt: skip


@pytest.mark.parametrize("marked", PROGRAMS, ids=[program[:60] for program in PROGRAMS])
def test_clients_are_given_the_same(marked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case(
        "import argparse, asyncio, base64, os\nfrom dataclasses import dataclass, field\n" + marked + "\n"
    )
    monkeypatch.setenv(NAME, case.value)
    before, after = (recorded(text) for text in (case.text, case.after()))
    assert before.calls == after.calls
    assert before.calls


def recorded(text: str) -> Recorder:
    client = Recorder()
    exec(
        compile(text, "<program>", "exec", dont_inherit=True),
        {"Client": client, "asyncio": asyncio, "__name__": "__main__"},
    )
    return client


# --- programs made at random -------------------------------------------------------------------------


def _wrapped(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    around = (
        "f({})", "f(1, k={})", "[{}, 1]", "({},)", "{{'a': {}}}", "{{{}: 1}}", "({} if x else y)", "(y or {})",
        "f(*[{}])", "(lambda: {})", "(lambda a={}: a)", "[{} for _ in x]", "x[{}]", "({} == y)", "not ({})",
        "f(**{{'k': {}}})", "f(\n  {},\n)", "(\n    {}  # comment\n)", "f('é', {})", "(a := {})", "{}.strip()",
        "f({}\t, 'x')", "f'{{x}}' + {}",
    )  # fmt: skip
    return st.tuples(st.sampled_from(around), inner).map(lambda pair: pair[0].format(pair[1]))


LITERALS = st.sampled_from(
    ['«"$V"»', "«'$V'»", '«r"$V"»', '«b"$V"»', '«"""$V"""»', '«"$A" "$B"»', '(«"$A"» + «"$B"»)', '(«f"$V"»)']
)
EXPRESSIONS = st.recursive(LITERALS, _wrapped, max_leaves=6)
STATEMENTS = st.sampled_from(
    [
        "{}\n",
        "x = {}\n",
        "x: str = {}\n",
        "def g():\n    return {}\n",
        "class A:\n\tx = {}\n",
        "if x: y = {}; z = 1\n",
        "for _ in {}: pass\n",
        "async def g(a={}):\n  # c\n  return a\n",
        "@d({})\ndef g(): pass\n",
        "x = 1\nwith {} as z: pass",
    ]
)


@given(STATEMENTS, EXPRESSIONS, st.sampled_from(["\n", "\r\n", "\r"]))
def test_whatever_stands_around_a_literal(statement: str, expression: str, newline: str) -> None:
    marked = ("é = '密'\n" + statement.replace("{}", expression)).replace("\n", newline)
    case = Case(marked)
    try:
        before = ast.parse(case.text)
    except SyntaxError:  # `'' + not (…)`: what was put together is no program
        reject()
    outcome = case.rewritten()
    if isinstance(outcome, Refused):
        assert outcome.reason.startswith(("in a comment or docstring", "a comment stands"))
        return
    after = apply(case.text, outcome.edits)
    assert case.value not in after
    assert case.value[:12] not in after
    assert untouched(case.text, after, outcome.edits)
    assert sum(1 for _ in ast.walk(ast.parse(after))) >= sum(1 for _ in ast.walk(before)) - 4
    again = rewrite(after, case.target, lookup)
    assert isinstance(again, Refused)
