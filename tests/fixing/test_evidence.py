"""What a literal is called on the way to it."""

from __future__ import annotations

import ast

import pytest
from test_rewrite import Case

from binlint.fixing.evidence import names_at

NAMES = [
    ('ALT_KEY = «"$V"»\n', ("ALT_KEY",)),
    ('ALT_KEY = «"$V"».strip() + x\n', ("ALT_KEY",)),
    ('x = 1; ALT_KEY = «"$V"»; y = 2\n', ("ALT_KEY",)),
    ('alt = other = «"$V"»\n', ("alt",)),
    ('self.alt = «"$V"»\n', ("alt",)),
    ('keys["alt"] = «"$V"»\n', ("alt",)),
    ('keys[1] = «"$V"»\n', ("1",)),
    ('keys[alt] = «"$V"»\n', ("",)),
    ('k, s = «"$V"», "x"\n', ("",)),
    ('alt: str = «"$V"»\n', ("alt",)),
    ('alt += «"$V"»\n', ("alt",)),
    ('f((alt := «"$V"»))\n', ("alt",)),
    ('f(alt=«"$V"»)\n', ("alt",)),
    ('f(**{"alt": «"$V"», "other": 1})\n', ("alt",)),
    ('f({"other": 1, alt: «"$V"»})\n', ()),
    ('f({«"$V"»: "other"})\n', ()),
    ('f({1: «"$V"»})\n', ()),
    ('ACCOUNTS = {"main": {"x": 1}, "alt": {"key": [«"$V"»]}}\n', ("ACCOUNTS", "alt", "key")),
    ('class Alt:\n    def make(self, key=«"$V"»): pass\n', ("Alt", "make")),
    ('async def alt(*, key=«"$V"»): pass\n', ("alt",)),
    ('def alt():\n    f(other)\n    return f(lambda key=«"$V"»: key)\n', ("alt",)),
    ('class Alt:\n    def make(self, key=1):\n        ALT_KEY = «"$V"»\n', ("Alt", "make", "ALT_KEY")),
    ('with f(alt=«"$V"») as client: pass\n', ("alt",)),
    ('match x:\n    case 1:\n        ALT_KEY = «"$V"»\n', ("ALT_KEY",)),
    ('x = [y for y in f(alt=«"$V"»)]\n', ("x", "alt")),
    ('f(«"$V"»)\n', ()),
]


@pytest.mark.parametrize(("text", "names"), NAMES, ids=[text for text, _ in NAMES])
def test_the_names_on_the_way_to_a_literal(text: str, names: tuple[str, ...]) -> None:
    for before in ("", "é = '密'\n"):
        case = Case(before + text)
        assert names_at(ast.parse(case.text), case.text, case.parts[0]) == names
