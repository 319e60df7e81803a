"""What an expression can be: a table of sources and the texts that `x` may hold at their end."""

from __future__ import annotations

import pytest

from binlint.catalogue import Catalogue
from binlint.facts import Ref
from binlint.flow import budget
from binlint.flow.evaluate import Evaluator
from binlint.flow.world import World
from binlint.sources.project import Project
from binlint.syntax.python import compile_facts


def values_of_x(source: str) -> list[str]:
    facts = compile_facts("case.py", source)
    evaluator = Evaluator(facts, World(Catalogue.load(), Project("/nowhere", {})))
    binding = facts.scopes[0].names["x"]
    return sorted(text.string() for text in evaluator.texts(Ref(binding)))


NAMES = {
    "last assignment": ("x = 'a'\nx = 'b'", "b"),
    "both branches": ("if f():\n    x = 'a'\nelse:\n    x = 'b'", "ab"),
    "one branch": ("x = 'a'\nif f():\n    x = 'b'", "ab"),
    "elif": ("if f():\n    x = 'a'\nelif g():\n    x = 'b'\nelse:\n    x = 'c'", "abc"),
    "returning branch does not join": (
        "def f():\n    y = 'a'\n    if g():\n        y = 'b'\n        return\n    return y\nx = f()",
        "a",
    ),
    "try": ("try:\n    x = 'a'\nexcept E:\n    x = 'b'", "ab"),
    "match": ("match f():\n    case 1:\n        x = 'a'\n    case _:\n        x = 'b'", "ab"),
    "conditional": ("x = 'a' if f() else 'b'", "ab"),
    "or": ("x = f() or 'a'", "a"),
    "chained": ("y = x = 'a'", "a"),
    "tuple": ("y, x = 'a', 'b'", "b"),
    "starred": ("y, *z, x = 'a', 'b', 'c'", "c"),
    "swap": ("x, y = 'a', 'b'\nx, y = y, x", "b"),
    "walrus": ("if (y := 'a'):\n    x = y", "a"),
    "annotated": ("x: str = 'a'", "a"),
    "loop over literals": ("for x in ['a', 'b']:\n    pass", "ab"),
    "loop carries": ("x = 'a'\nfor _ in f():\n    y = x\n    x = 'b'\nx = y", "ab"),
    "while": ("x = 'a'\nwhile f():\n    x = 'b'", "ab"),
    "global in a function": ("x = 'a'\ndef f():\n    global x\n    x = 'b'\nf()\nx = x", "ab"),
    "nonlocal": (
        "def f():\n    y = 'a'\n    def g():\n        nonlocal y\n        y = 'b'\n    g()\n    return y\nx = f()",
        "ab",
    ),
    "closure": ("def f(k):\n    def g():\n        return k\n    return g\nx = f('a')()", "a"),
    "deleted branch stays unknown": ("x = f()", ""),
}
STRINGS = {
    "sum": ("x = 'a' + 'b'", ["ab"]),
    "implicit": ("x = 'a' 'b'", ["ab"]),
    "f-string": ("y = 'a'\nx = f'{y}b'", ["ab"]),
    "percent": ("x = '%s-%s' % ('a', 'b')", ["a-b"]),
    "percent by name": ("x = '%(k)s' % {'k': 'a'}", ["a"]),
    "format": ("x = '{}{k}'.format('a', k='b')", ["ab"]),
    "join": ("x = '-'.join(['a', 'b'])", ["a-b"]),
    "join generator": ("x = ''.join(c for c in ('a', 'b'))", ["ab"]),
    "strip": ("x = ' a '.strip()", ["a"]),
    "replace": ("x = 'a-b'.replace('-', '')", ["ab"]),
    "reverse": ("x = 'ab'[::-1]", ["ba"]),
    "reversed": ("x = ''.join(reversed('ab'))", ["ba"]),
    "slice": ("x = 'abcd'[1:3]", ["bc"]),
    "times": ("x = 'ab' * 2", ["abab"]),
    "bytes": ("x = b'ab'.decode()", ["ab"]),
    "encode": ("x = 'ab'.encode('utf-8')", ["ab"]),
    "base64": ("import base64\nx = base64.b64decode('YWI=').decode()", ["ab"]),
    "hex": ("x = bytes.fromhex('6162').decode()", ["ab"]),
    "unhexlify": ("from binascii import unhexlify\nx = unhexlify('6162')", ["ab"]),
    "rot13": ("import codecs\nx = codecs.decode('no', 'rot13')", ["ab"]),
    "split": ("x = 'a:b'.split(':')[1]", ["b"]),
    "augmented": ("x = 'a'\nx += 'b'", ["ab"]),
    "json": ("import json\nx = json.loads('{\"k\": [\"a\"]}')['k'][0]", ["a"]),
    "SecretStr": ("from pydantic import SecretStr\nx = SecretStr('a').get_secret_value()", ["a"]),
    "unknown part": ("x = 'a' + f()", []),
}
CONTAINERS = {
    "dict item": ("d = {'k': 'a'}\nx = d['k']", "a"),
    "nested": ("d = {'o': {'k': 'a'}}\nx = d['o']['k']", "a"),
    "get": ("d = {'k': 'a'}\nx = d.get('k', 'b')", "a"),
    "get default": ("d = {}\nx = d.get('k', 'b')", "b"),
    "later item": ("d = {'k': 'a'}\nd['k'] = 'b'\nx = d['k']", "b"),
    "update": ("d = {'k': 'a'}\nd.update(k='b')\nx = d['k']", "b"),
    "merge": ("d = {'k': 'a'} | {'k': 'b'}\nx = d['k']", "b"),
    "spread": ("e = {'k': 'a'}\nd = {**e, 'l': 'b'}\nx = d['k']", "a"),
    "dict()": ("d = dict(k='a')\nx = d['k']", "a"),
    "dict of pairs": ("d = dict([('k', 'a'), ('l', 'b')])\nx = d['l']", "b"),
    "comprehension": ("d = {k: v for k, v in [('k', 'a'), ('l', 'b')]}\nx = d['k']", "a"),
    "values": ("d = {'k': 'a', 'l': 'b'}\nx = list(d.values())[1]", "b"),
    "items": ("for k, x in {'k': 'a'}.items():\n    pass", "a"),
    "list item": ("x = ['a', 'b'][1]", "b"),
    "append": ("l = []\nl.append('a')\nx = l[0]", "a"),
    "zip": ("for k, x in zip(['k'], ['a']):\n    pass", "a"),
    "attribute of a namespace": (
        "from types import SimpleNamespace\nn = SimpleNamespace(k='a')\nx = n.k",
        "a",
    ),
    "namedtuple": ("from collections import namedtuple\nN = namedtuple('N', 'k l')\nx = N('a', 'b').l", "b"),
}
CALLS = {
    "return": ("def f():\n    return 'a'\nx = f()", "a"),
    "tuple return": ("def f():\n    return 'a', 'b'\ny, x = f()", "b"),
    "argument": ("def f(k):\n    return k\nx = f('a')", "a"),
    "arguments are told apart": ("def f(k):\n    return k\ny = f('a')\nx = f('b')", "b"),
    "default": ("def f(k='a'):\n    return k\nx = f()", "a"),
    "keyword": ("def f(*, k):\n    return k\nx = f(k='a')", "a"),
    "star": ("def f(k, l):\n    return l\nx = f(*['a', 'b'])", "b"),
    "double star": ("def f(k):\n    return k\nx = f(**{'k': 'a'})", "a"),
    "varargs": ("def f(*a):\n    return a[1]\nx = f('a', 'b')", "b"),
    "kwargs": ("def f(**k):\n    return k['k']\nx = f(k='a')", "a"),
    "lambda": ("f = lambda k: k\nx = f('a')", "a"),
    "partial": ("from functools import partial\ndef f(k, l):\n    return k\nx = partial(f, 'a')('b')", "a"),
    "globals": ("k = 'a'\ny = globals()['k']\nx = y", "a"),
    "generator": ("def f():\n    yield 'a'\nx = next(f())", "a"),
    "getenv default": ("import os\nx = os.getenv('K', 'a')", "a"),
    "environment that the file sets": ("import os\nos.environ['K'] = 'a'\nx = os.environ['K']", "a"),
    "argparse": (
        "import argparse\np = argparse.ArgumentParser()\np.add_argument('--k', default='a')\nx = p.parse_args().k",
        "a",
    ),
}
CLASSES = {
    "class attribute": ("class C:\n    k = 'a'\nx = C.k", "a"),
    "instance attribute": ("class C:\n    def __init__(self):\n        self.k = 'a'\nx = C().k", "a"),
    "constructor argument": ("class C:\n    def __init__(self, k):\n        self.k = k\nx = C('a').k", "a"),
    "instances are told apart": (
        "class C:\n    def __init__(self, k):\n        self.k = k\ny = C('a')\nx = C('b').k",
        "b",
    ),
    "inherited": ("class B:\n    k = 'a'\nclass C(B):\n    pass\nx = C().k", "a"),
    "super": (
        "class B:\n    def __init__(self, k):\n        self.k = k\n"
        "class C(B):\n    def __init__(self):\n        super().__init__('a')\nx = C().k",
        "a",
    ),
    "dataclass": (
        "from dataclasses import dataclass\n@dataclass\nclass C:\n    k: str = 'a'\nx = C().k",
        "a",
    ),
    "dataclass argument": (
        "from dataclasses import dataclass\n@dataclass\nclass C:\n    k: str = 'a'\nx = C('b').k",
        "b",
    ),
    "enum": ("from enum import Enum\nclass C(Enum):\n    K = 'a'\nx = C.K.value", "a"),
    "property": ("class C:\n    @property\n    def k(self):\n        return 'a'\nx = C().k", "a"),
    "static method": ("class C:\n    @staticmethod\n    def f():\n        return 'a'\nx = C.f()", "a"),
    "class method": (
        "class C:\n    k = 'a'\n    @classmethod\n    def f(cls):\n        return cls.k\nx = C.f()",
        "a",
    ),
    "set from outside": ("class C:\n    pass\nc = C()\nc.k = 'a'\nx = c.k", "a"),
    "getattr": ("class C:\n    k = 'a'\nx = getattr(C, 'k')", "a"),
}


def letters(table: dict[str, tuple[str, str]]) -> list[object]:
    return [pytest.param(source, list(expected), id=name) for name, (source, expected) in table.items()]


@pytest.mark.parametrize(("source", "expected"), letters(NAMES | CONTAINERS | CALLS | CLASSES))
def test_letters(source: str, expected: list[str]) -> None:
    assert [value for value in values_of_x(source) if value in "abc"] == expected


@pytest.mark.parametrize(("source", "expected"), STRINGS.values(), ids=STRINGS)
def test_strings(source: str, expected: list[str]) -> None:
    assert values_of_x(source) == expected


BOMBS = {
    "repetition": "x = 'x' * 10 ** 10",
    "width": "x = '%9999999999s' % 'x'",
    "format width": "x = '{:>9999999999}'.format('x')",
    "doublings": "x = 'ab'\n" + "x = x + x\n" * 60,
    "cyclic names": "def f():\n    return g()\ndef g():\n    return f()\nx = f()",
    "cyclic classes": "class A(A):\n    pass\nx = A().k",
    "branches": "x = ''\n" + "x += 'a' if f() else 'b'\n" * 40,
}


@pytest.mark.parametrize("source", BOMBS.values(), ids=BOMBS)
def test_bombs_are_unknown(source: str) -> None:
    assert all(len(value) <= budget.LENGTH for value in values_of_x(source))
    assert len(values_of_x(source)) <= budget.ALTERNATIVES


def test_two_sides_of_a_choice_keep_their_origins() -> None:
    facts = compile_facts("case.py", "x = 'a' if f() else 'b'")
    evaluator = Evaluator(facts, World(Catalogue.load(), Project("/nowhere", {})))
    origins = [text.origins[0].place.column for text in evaluator.texts(Ref(facts.scopes[0].names["x"]))]
    assert origins == [5, 21]
