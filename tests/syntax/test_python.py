"""Facts of a file: places, gaps, what is kept and what its `repr` shows."""

from __future__ import annotations

import pickle

from findings import codes_of, with_values

from binlint.finding import Place
from binlint.syntax.python import compile_facts


def test_columns_are_code_points() -> None:
    facts = compile_facts("case.py", "x = '€€'; y = '" + "v" * 44 + "'\n")
    assert facts.strings[0].literal.place == Place(1, 15, 1, 61)


def test_lines_are_those_of_python() -> None:
    source = "x = 1\r\ny = '\u2028\x0c'\rz = '" + "v" * 44 + "'\n"
    assert compile_facts("case.py", source).strings[0].literal.place.line == 3


def test_facts_pickle_and_show_no_secret() -> None:
    source = with_values("from binance import Client\nkey = '«a»'\nClient(key, '«b»')  # «c»\n")
    facts = compile_facts("case.py", source)
    assert pickle.loads(pickle.dumps(facts)) == facts
    for value in source.replace("'", " ").split():
        if len(value) == 64:
            assert value not in repr(facts)


def test_a_line_that_does_not_parse_hides_nothing_else() -> None:
    source = "from binance.client import Client\nprint 'x'\nthis is no python\nClient('«a»', '«b»')\n"
    assert codes_of(source) == ["4 BIN101", "4 BIN102"]


def test_what_does_not_parse_is_named() -> None:
    facts = compile_facts("case.py", "import binance\nthis is no python\nx = 1\n")
    assert facts.gaps == ((2, 2),)
    assert facts.reason


def test_a_key_in_what_does_not_parse_is_read_as_text() -> None:
    assert codes_of("import binance\napi_key = '«a»' what is this\nx = 1\n") == ["2 BIN101"]


def test_company() -> None:
    assert compile_facts("case.py", "import binance\n").company == ("the file imports `binance`",)
    assert compile_facts("case.py", "import finance\n").company == ()
    only_tests = compile_facts("case.py", 'URL = "https://testnet.binance.vision/api"\n')
    assert only_tests.only_testnet
