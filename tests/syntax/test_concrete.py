"""libcst on one statement: the literal as it stands, and the statement without it."""

from __future__ import annotations

import pytest

from binlint.finding import Place
from binlint.flow.surroundings import Surroundings
from binlint.syntax.concrete import establish
from binlint.syntax.python import compile_facts

VALUE = "v" * 44  # long enough that the C parser's walk keeps its place


def planned(source: str) -> str | None:
    source = source.replace("VALUE", VALUE)
    facts = compile_facts("case.py", source)
    place = facts.strings[-1].literal.place
    statement = Surroundings(facts).statement(place)
    assert statement is not None
    established = establish(source, statement, place, "K")
    return None if established is None else established.after


CASES = {
    "argument": ("c = Client('VALUE')", 'c = Client(os.environ["K"])'),
    "keyword": ("Client(a=1, key = 'VALUE')", 'Client(a=1, key = os.environ["K"])'),
    "assignment": ('k = "VALUE"  # mine', 'k = os.environ["K"]  # mine'),
    "indented": ("if f():\n    k = 'VALUE'", '    k = os.environ["K"]'),
    "bytes": ("k = b'VALUE'", 'k = os.environ["K"].encode()'),
    "method stays": ("k = 'VALUE'.strip()", 'k = os.environ["K"].strip()'),
    "raw prefix": ("k = r'VALUE'", 'k = os.environ["K"]'),
    "implicit concatenation": ("k = ('VALUE'\n     'x')", 'k = (os.environ["K"])'),
    "dict item": ("d = {'a': 1, 'k': 'VALUE'}", """d = {'a': 1, 'k': os.environ["K"]}"""),
    "default of a parameter": ("def f(k='VALUE'):\n    pass", 'def f(k=os.environ["K"]):'),
    "default of getenv": ("k = os.getenv('NAME', 'VALUE')", 'k = os.environ["NAME"]'),
    "default of environ.get": ("k = os.environ.get('NAME', 'VALUE')", 'k = os.environ["NAME"]'),
    "the environment itself": ("os.environ['NAME'] = 'VALUE'", ""),
    "after other letters": ("x = 'ä€'; k = 'VALUE'", """x = 'ä€'; k = os.environ["K"]"""),
    "decorated": ("@d('VALUE')\ndef f(): pass", '@d(os.environ["K"])\ndef f(): pass'),
}


@pytest.mark.parametrize(("source", "expected"), CASES.values(), ids=CASES)
def test_planned(source: str, expected: str) -> None:
    assert planned(source) == expected


def test_a_place_that_is_no_literal_is_refused() -> None:
    source = f"k = '{VALUE}'\n"
    whole = Place(1, 1, 1, len(source))
    assert establish(source, whole, Place(1, 6, 1, 20), "K") is None


@pytest.mark.parametrize(
    "statement",
    ["k = " + "(" * 200 + "'VALUE'" + ")" * 200, "k = 'VALUE'" + " + 'a'" * 400],
    ids=["deep", "long"],
)
def test_what_would_hurt_libcst_is_left_alone(statement: str) -> None:
    source = statement.replace("VALUE", VALUE)
    at = source.index("'v")
    assert (
        establish(source, Place(1, 1, 1, len(source) + 1), Place(1, at + 1, 1, at + len(VALUE) + 3), "K")
        is None
    )
