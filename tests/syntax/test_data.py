"""Files of data: what they hold, where exactly it stands, and that nothing makes their readers stumble."""

from __future__ import annotations

import configparser
import io
import json
import pickle
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from fresh_values import fresh_key
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from binlint.facts import NOTHING, UNKNOWN, Constant, Expr, Facts, Literal, Mapping, Sequence
from binlint.finding import Place
from binlint.syntax import data_yaml
from binlint.syntax.builder import split_lines
from binlint.syntax.data import FORMATS, compile_data

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

try:
    yaml = import_module("yaml")
except ImportError:
    yaml = import_module("yaml_ft")

LIMIT = 20  # seconds; the slowest takes four, and what is not linear would take minutes
SRC = Path(__file__).resolve().parents[2] / "src"
repeatable = settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


def read(text: str, kind: str) -> Expr:
    return compile_data("some/file", text, kind).document


def plain(expr: Expr) -> Any:
    """An expression as Python objects; what is unknown stays UNKNOWN."""
    if isinstance(expr, Literal | Constant):
        return expr.value
    if isinstance(expr, Sequence):
        return [plain(item) for item in expr.items]
    if isinstance(expr, Mapping):
        found: dict[Any, Any] = {}
        for key, value in expr.entries:
            found.update(plain(value) if key is None else {plain(key): plain(value)})
        return found
    assert expr == UNKNOWN
    return UNKNOWN


def literals(expr: Expr) -> Iterator[tuple[bool, Literal]]:
    """Every text with whether it is a key."""
    if isinstance(expr, Literal):
        yield False, expr
    elif isinstance(expr, Sequence):
        for item in expr.items:
            yield from literals(item)
    elif isinstance(expr, Mapping):
        for key, value in expr.entries:
            if isinstance(key, Literal):
                yield True, key
            yield from literals(value)


def places(expr: Expr) -> Iterator[Place]:
    """The place of every text and of every object."""
    if isinstance(expr, Literal | Mapping):
        yield expr.place
    for part in expr.items if isinstance(expr, Sequence) else ():
        yield from places(part)
    for pair in expr.entries if isinstance(expr, Mapping) else ():
        yield from (place for part in pair if part is not None for place in places(part))


def offsets(text: str, place: Place) -> tuple[int, int]:
    """Where a place begins and ends in the text, by counting."""
    lengths = [len(line) for line in split_lines(text)]
    starts = [0, *(found.end() for found in re.finditer(r"\r\n|\r|\n", text))]
    assert len(starts) == len(lengths)
    for line, column in (place[:2], place[2:]):
        assert 1 <= line <= len(starts)
        assert 1 <= column <= lengths[line - 1] + 1
    return starts[place.line - 1] + place.column - 1, starts[place.end_line - 1] + place.end_column - 1


def cut(text: str, place: Place) -> str:
    start, end = offsets(text, place)
    return text[start:end]


def marked(text: str) -> tuple[str, list[tuple[int, int]], list[tuple[int, int]]]:
    """A text without its marks, and where they stood: ‹keys› and «values»."""
    keys: list[tuple[int, int]] = []
    values: list[tuple[int, int]] = []
    start, clean = 0, ""
    for character in text:
        if character in "‹«":
            start = len(clean)
        elif character in "›»":
            (keys if character == "›" else values).append((start, len(clean)))
        else:
            clean += character
    return clean, sorted(keys), sorted(values)


def check(kind: str, template: str, expected: object) -> None:
    """Compares values, and the places of all texts with the marks of the template."""
    text, keys, values = marked(template)
    document = read(text, kind)
    found = [(is_key, offsets(text, literal.place)) for is_key, literal in literals(document)]
    assert plain(document) == expected
    assert sorted({span for is_key, span in found if not is_key}) == values
    assert {span for is_key, span in found if is_key} >= set(keys)


JSON = {
    "object": ('{‹"a"›: «"x"», ‹"b"›: [1, «"y"», true, null]}', {"a": "x", "b": [1, "y", True, None]}),
    "a text alone": (' «"x"» ', "x"),
    "floats": (
        '{"a": 1.5, "b": -1e3, "c": NaN, "d": -7}',
        {"a": UNKNOWN, "b": UNKNOWN, "c": UNKNOWN, "d": -7},
    ),
    "escapes": (r'[«"\"\\\/\b\f\n\r\t\u0041"»]', ['"\\/\b\f\n\r\tA']),
    "surrogates": (r'[«"\ud83d\ude00"», «"\ud83d"»]', ["\U0001f600", "\ud83d"]),
    "comments": ('// "x"\n{ /* "y"\n */ "a": «"//"» # "z"\n}', {"a": "//"}),
    "trailing commas": ('{"a": [«"x"»,],}', {"a": ["x"]}),
    "JSON5": (
        r"""{‹a_$›: «'it\'s'», ‹'b'›: «"1\
2"», ‹3›: 0x1F, ‹true›: «'\x41'»}""",
        {"a_$": "it's", "b": "12", "3": 31, "true": "A"},
    ),
    "JSON Lines": ('{"a": «"x"»}\r\n{"a": «"y"»}\n', [{"a": "x"}, {"a": "y"}]),
    "columns": (
        '\t{"é\U0001f600":\t«"\U0001f600\u2028"»}\r [«"y"»]\r\n«"z"»',
        [{"é\U0001f600": "\U0001f600\u2028"}, ["y"], "z"],
    ),
    "cut off": ('{"a": «"x"», "b": [«"y"», {"c": ', {"a": "x", "b": ["y", {}]}),
    "open quote": ('{"a": «"x"», "b": "y\n, "c": "z"}', {"a": "x"}),
    "wrong bracket": ('{"a": [«"x"»}, "c": "z"', {"a": ["x"]}),
    "no value": ('{"a": , "b": «"x"»}', {"b": "x"}),
    "a bare word": ('{"a": secret, "b": «"x"»}', {"a": UNKNOWN, "b": "x"}),
    "open comment": ('[«"x"», /* "y"', ["x"]),
    "nothing": ("\n", UNKNOWN),
}

YAML = {
    "plain": (
        "‹a›: «some text»  # c\n‹b›: 1\nc: yes\nd: ~\ne: 1.5\nf: 2024-01-01\ng:\n",
        {"a": "some text", "b": 1, "c": True, "d": None, "e": UNKNOWN, "f": UNKNOWN, "g": None},
    ),
    "integers": ("[0x1f, 017, 0b11, 1_000, -3, 1:30]", [31, 15, 3, 1000, -3, UNKNOWN]),
    "quoted": ("""{‹'a'›: «"x\\n\\u0041"», ‹"b"›: «'it''s'»}""", {"a": "x\nA", "b": "it's"}),
    "over lines": ('a: «"x\n  y"»\nb: «x\n  y»\n', {"a": "x y", "b": "x y"}),
    "literal block": ("a: |\n  «x\n  y»\n\n# c\nb: >-\n  «x\n  y»\n", {"a": "x\ny\n", "b": "x y"}),
    "block at the end": ("- |+\n  «x»\n\n", ["x\n\n"]),
    "lists": ("- «a»\n-\n  - «b»\n- ‹k›: «c»\n", ["a", ["b"], {"k": "c"}]),
    "keys": ("2: «a»\ntrue: «b»\n", {2: "a", True: "b"}),
    "a complex key": ("? [a]\n: «b»\n", {UNKNOWN: "b"}),
    "custom tags": (
        "a: !vault x\nb: !ENV ${X}\nc: !Ref {d: x}\nd: !!binary eA==\ne: «x»\n",
        {"a": UNKNOWN, "b": UNKNOWN, "c": UNKNOWN, "d": UNKNOWN, "e": "x"},
    ),
    "standard tags": (
        'a: !!str «1»\nb: !!int "3"\nc: ! 2\nd: !!map {e: «x»}\n',
        {"a": "1", "b": 3, "c": 2, "d": {"e": "x"}},
    ),
    "anchors": (
        "a: &x  # c\n  «v»\nb: *x\nc: &y {k: «w»}\nd: [*y, *x]\n",
        {"a": "v", "b": "v", "c": {"k": "w"}, "d": [{"k": "w"}, "v"]},
    ),
    "a tag and an anchor": ('a: &x !!str «v»\nb: !!str &y «"w"»\n', {"a": "v", "b": "w"}),
    "merge": (
        "a: &a {x: «1a», y: «2a»}\nb:\n  y: «2b»\n  <<: *a\n",
        {"a": {"x": "1a", "y": "2a"}, "b": {"x": "1a", "y": "2b"}},
    ),
    "merge several": (
        "- &a {x: «1a»}\n- &b {x: «1b», y: «2b»}\n- <<: [*a, *b]\n",
        [{"x": "1a"}, {"x": "1b", "y": "2b"}, {"x": "1a", "y": "2b"}],
    ),
    "merge in a list": ("- <<\n", [UNKNOWN]),
    "an anchor anew": ("[&a «x», *a, &a «y», *a]", ["x", "x", "y", "y"]),
    "unknown alias": ("[*a, «x»]", [UNKNOWN, "x"]),
    "documents": ("a: «x»\n---\n- «y»\n...\n", [{"a": "x"}, ["y"]]),
    "anchors end with the document": ("&a «x»\n---\n[*a]\n", ["x", [UNKNOWN]]),
    "columns": (
        'é\U0001f600: «"\U0001f600"»\r\nb: «"x\ty"» #\tc\rc: «y»\n# \x85\u2028\nd: «z»',
        {"é\U0001f600": "\U0001f600", "b": "x\ty", "c": "y", "d": "z"},
    ),
    "broken": ("a: «x»\n---\nb: [y\n", {"a": "x"}),
    "broken at once": ("a: 'x\n", UNKNOWN),
    "no character for YAML": ("a: x\0", UNKNOWN),
    "beyond Unicode": ('a: "\\UFFFFFFFF"', UNKNOWN),
    "nothing": ("# c\n", UNKNOWN),
}

TOML = {
    "pairs": (
        "‹a› = «\"x\"» # c\n‹\"b c\"›=«'y'»\n‹'d'›\t=\t1\ne = true\n",
        {"a": "x", "b c": "y", "d": 1, "e": True},
    ),
    "numbers": (
        "a = [0x1F, 0o17, 0b11, 1_000, -3, +4, 1.5, inf]",
        {"a": [31, 15, 3, 1000, -3, 4, UNKNOWN, UNKNOWN]},
    ),
    "dates": ("a = 1979-05-27 07:32:00Z # c\nb = [07:32:00, «'x'»]\n", {"a": UNKNOWN, "b": [UNKNOWN, "x"]}),
    "tables": (
        '[a]\nk = «"x"»\n[a.b."c.d"]\nk = «"y"»\n[ e . f ]\n',
        {"a": {"k": "x", "b": {"c.d": {"k": "y"}}}, "e": {"f": {}}},
    ),
    "arrays of tables": (
        "[[a]]\nk = «'x'»\n[a.b]\nk = «'y'»\n[[a]]\nk = «'z'»\n[[a.c]]\n",
        {"a": [{"k": "x", "b": {"k": "y"}}, {"k": "z", "c": [{}]}]},
    ),
    "dotted keys": ("a.b = «'x'»\na . 'c' = «'y'»\n", {"a": {"b": "x", "c": "y"}}),
    "escapes": (
        r'a = «"\b\t\n\f\r\"\\\u00e9\U0001F600"»' "\nb = «'\\n'»",
        {"a": '\b\t\n\f\r"\\é\U0001f600', "b": "\\n"},
    ),
    "long strings": (
        "a = \"\"\"\n«x\\\n   \n  y\\\\\n\"\"\"»\nb = '''\n«x\n\\'''»",
        {"a": "xy\\\n", "b": "x\n\\"},
    ),
    "quotes at the end": (
        'a = «""""x"""""»\nb = «""""""»\nc = «"""\\""""»\nd = «\'\'\'\'x\'\'\'\'\'»',
        {"a": '"x""', "b": "", "c": '"', "d": "'x''"},
    ),
    "inline": (
        "a = {b = «'x'», c.d = «'y'», c.e = [{}, {f = 1}]}",
        {"a": {"b": "x", "c": {"d": "y", "e": [{}, {"f": 1}]}}},
    ),
    "array over lines": (
        'a = [ # c\n  «"x"», # "no"\n\n  [«"y"»],\n]\nb = «"z"»',
        {"a": ["x", ["y"]], "b": "z"},
    ),
    "columns": (
        '\ta = «"\U0001f600"»\r\nb = «"""\u2028\r\n\U0001f600"""»\rc = [«"é"»]',
        {"a": "\U0001f600", "b": "\u2028\n\U0001f600", "c": ["é"]},
    ),
    "broken lines": (
        'a = "x\nb = «"y"»\nc\n= 1\n[d\nx = "lost"\n[e]\nf = «"z"» rest\ng = \nh = ["x" "y"]\n',
        {"b": "y", "e": {"f": "z"}},
    ),
    "never closed": ('a = «"x"»\nb = """y\nc = «"z"»', {"a": "x", "c": "z"}),
    "nothing": ("", {}),
}

INI = {
    "sections": ("[a]\n‹Key›=«x»\n‹b c› : «y = z»\n[d]\n", {"a": {"key": "x", "b c": "y = z"}, "d": {}}),
    "comments": ("# a=b\n[a] ; c\n; k=v\n  # k=v\nk = «v ; # stays»\n", {"a": {"k": "v ; # stays"}}),
    "continuation": (
        "[a]\nk = «x\n  y\n\n  z»\n\nl =\n  «x»\n  # c\nm=«»\n",
        {"a": {"k": "x\ny\n\nz", "l": "\nx", "m": ""}},
    ),
    "no value": ("[a]\nk\n  l = «x»\nm\n", {"a": {"k": None, "l": "x", "m": None}}),
    "defaults": (
        "[a]\ny = «1»\n[DEFAULT]\nx = «2»\ny = «3»\n",
        {"a": {"x": "2", "y": "1"}, "DEFAULT": {"x": "2", "y": "3"}},
    ),
    "before any section": ("a.b=«x»\nc: «y»\n[s]\nk=«z»\n", {"a.b": "x", "c": "y", "s": {"k": "z"}}),
    "a section again": ("[a]\nx=«1»\n[b]\n[a]\ny=«2»\n", {"a": {"x": "1", "y": "2"}, "b": {}}),
    "columns": (
        "[\U0001f600]\r\n\U0001f600\t=\t«\U0001f600\u2028x» \rb=«y»",
        {"\U0001f600": {"\U0001f600": "\U0001f600\u2028x", "b": "y"}},
    ),
    "no name": ("[a]\n= x\n  y\nb = «z»\n", {"a": {"b": "z"}}),
    "nothing": ("", {}),
}
INI_KEYS = "[‹a›]\n‹Key›=«x»\n‹b c› : «y = z»\n[‹d›]\n"

DOTENV = {
    "unquoted": (
        "‹A›=«x y»  # c\n‹B› = «y#z»\n‹C›=«»\n‹D›= «»# c\n‹E›\n",
        {"A": "x y", "B": "y#z", "C": "", "D": "", "E": None},
    ),
    "export": ("export ‹A›=«x»\nexport\t‹B›=«'y'»\n‹export›=«z»", {"A": "x", "B": "y", "export": "z"}),
    "quoted": ("A=«\"x\\n\\\"y\\q\"» # c\nB=«'x\\n\\'#'»\n", {"A": 'x\n"y\\q', "B": "x\\n'#"}),
    "over lines": ("A=«\"x\ny\"»\nB=«'x\n\ny'»\nC=«z»\n", {"A": "x\ny", "B": "x\n\ny", "C": "z"}),
    "quoted keys": ("‹'A B'›=«x»\n‹\"C\"› = «y»\n", {"A B": "x", "C": "y"}),
    "variables stay": ("A=«${B:-x}»\n", {"A": "${B:-x}"}),
    "comments": ("# A=x\n\n  # B=y\nC=«#x»\n", {"C": "#x"}),
    "broken lines": ("A=\"x\nB=«y»\n'C\nD E\nF=«z»\n=x\nG='x' y\nH=«1»", {"B": "y", "F": "z", "H": "1"}),
    "columns": (
        "\U0001f600=«\U0001f600\u2028x»\t\r\n\tB=\t«'\U0001f600'»\rC=«y»",
        {"\U0001f600": "\U0001f600\u2028x", "B": "\U0001f600", "C": "y"},
    ),
    "nothing": ("\r\n", {}),
}

TABLES = {"json": JSON, "yaml": YAML, "toml": TOML, "ini": INI, "dotenv": DOTENV}
CASES = {f"{kind}: {name}": (kind, *case) for kind, table in TABLES.items() for name, case in table.items()}


@pytest.mark.parametrize(("kind", "template", "expected"), CASES.values(), ids=CASES)
def test_values_and_places(kind: str, template: str, expected: object) -> None:
    check(kind, template, expected)


def test_text() -> None:
    text = "a\r\n\U0001f600\u2028b\rc"
    document = read(text, "text")
    assert document == Literal(text, Place(1, 1, 3, 2))
    assert cut(text, document.place) == text
    assert read("", "text") == Literal("", Place(1, 1, 1, 1))


@pytest.mark.parametrize("kind", FORMATS)
def test_facts_say_nothing_else(kind: str) -> None:
    facts = compile_data("a/b", "a", kind)
    assert facts == Facts(path="a/b", document=facts.document)


@pytest.mark.parametrize(
    ("kind", "template"),
    [
        ("json", "‹{'a': ‹{}›, 'b': [‹{ }›]}›  "),
        ("yaml", "# c\n‹a:\n  ‹b: &x ‹{k: v}›\n  c:\n    ‹d: |\n      x›››\n\n# c\n"),
        ("yaml", "‹a: &x\n  ‹b: x›\nc: !!map ‹{ }›\nd:\n  ‹e:››\n"),
        ("toml", "‹a = ‹{b = 1}›\n‹[t]\nk = 'x'› # c\n[[u]]\nk = 1\n›"),
    ],
)
def test_places_of_objects(kind: str, template: str) -> None:
    text, spans, starts = "", [], []
    for character in template:
        if character == "‹":
            starts.append(len(text))
        elif character == "›":
            spans.append((starts.pop(), len(text)))
        else:
            text += character
    objects = mappings(read(text, kind))
    assert {offsets(text, place) for place in objects} >= set(spans)


def mappings(expr: Expr) -> Iterator[Place]:
    if isinstance(expr, Mapping):
        assert expr.scope == 0
        assert expr.statement == expr.place
        yield expr.place
        for _, value in expr.entries:
            yield from mappings(value)
    for item in expr.items if isinstance(expr, Sequence) else ():
        yield from mappings(item)


def test_keys_of_ini_sections() -> None:
    check("ini", INI_KEYS, {"a": {"key": "x", "b c": "y = z"}, "d": {}})


def test_duplicate_keys_of_json_are_both_kept() -> None:
    document = read('{"a": "x", "a": "y"}', "json")
    assert isinstance(document, Mapping)
    assert [plain(value) for _, value in document.entries] == ["x", "y"]


def test_defaults_are_one_object() -> None:
    document = read("[a]\n[b]\n[DEFAULT]\nx=1\n", "ini")
    assert isinstance(document, Mapping)
    default, a, b = (value for _, value in document.entries)
    assert a.entries[0][1] is b.entries[0][1] is default
    assert a.entries[0][0] is None


def test_aliases_are_one_object() -> None:
    document = read("- &a {k: v}\n- *a\n- <<: *a\n", "yaml")
    first, second, third = document.items
    assert first is second is third.entries[0][1]


def test_values_do_not_show() -> None:
    key = fresh_key()
    for kind, text in {
        "json": f'["{key}"]',
        "yaml": f"- {key}",
        "toml": f"a='{key}'",
        "ini": f"a={key}",
        "dotenv": f"A={key}",
        "text": key,
    }.items():
        document = read(text, kind)
        assert [literal.value for _, literal in literals(document) if literal.value == key] == [key]
        assert key[4:-4] not in repr(document)


# --- the same as the reference readers -----------------------------------------------------------

awkward = st.text(alphabet="aé\U0001f600\u2028\x85\t\"'\\ #,:[]{}=/-!&*|>\r\n", max_size=8)
keys = st.text(alphabet="abé.-_ \"'", min_size=1, max_size=4)
trees = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | awkward,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=12,
)


@repeatable
@given(trees, st.sampled_from([None, 1, "\t"]), st.booleans())
def test_json_as_python_reads_it(tree: object, indent: int | str | None, ascii_only: bool) -> None:
    text = json.dumps(tree, indent=indent, ensure_ascii=ascii_only)
    document = read(text, "json")
    assert plain(document) == tree
    for _, literal in literals(document):
        assert json.loads(cut(text, literal.place)) == literal.value


@repeatable
@given(trees, st.sampled_from([None, '"', "'", "|", ">"]), st.booleans(), st.booleans())
def test_yaml_as_pyyaml_reads_it(tree: object, style: str | None, flow: bool, unicode: bool) -> None:
    text = yaml.safe_dump(tree, default_style=style, default_flow_style=flow, allow_unicode=unicode)
    document = read(text, "yaml")
    assert plain(document) == yaml.safe_load(text)
    for _, literal in literals(document):
        token = cut(text, literal.place)
        if token[:1] in ("'", '"'):
            assert token[0] == token[-1]
            assert yaml.safe_load(token) == literal.value
        elif token[:1] not in ("|", ">"):
            assert token.split() == str(literal.value).split()


YAML_PIECES = [
    "a",
    "b: ",
    "- ",
    "? ",
    "\n",
    "\n  ",
    "\n    ",
    " ",
    "&x ",
    "*x",
    "!t ",
    "!!str ",
    "'",
    '"',
    "[",
    "]",
    "{",
    "}",
    ", ",
    ": ",
    "# c",
    "|",
    ">-",
    "<<: ",
    "---\n",
    "1",
    "~",
    "\t",
    "\u2028",
    "\r",
]


@repeatable
@given(st.lists(st.sampled_from(YAML_PIECES), max_size=14).map("".join))
def test_yaml_of_any_look(text: str) -> None:
    try:
        expected = list(yaml.safe_load_all(text))
    except (yaml.YAMLError, ValueError):
        expected = []
    document = read(text, "yaml")
    assert all(offsets(text, place) for place in places(document))
    if len(expected) == 1:
        assert plain(document) == expected[0]
    elif expected:
        assert plain(document) == expected


def toml_string(value: str) -> st.SearchStrategy[str]:
    escaped = json.dumps(value)
    ways = [escaped, f'"""\n{escaped[1:-1]}"""', f'"""{escaped[1:-1]}\\\n  """']
    if not re.search(r"['\r\n]", value):
        ways += [f"'{value}'", f"'''{value}'''"]
    return st.sampled_from(ways)


toml_gaps = st.sampled_from(["", " ", "\t", "\n", " # c ]\n", "\r\n"])
toml_bare = st.sampled_from(["a", "b", "c-1", "2", '"a"', "'b'", '"\\u00e9.x"', "''"])
toml_dots = st.lists(toml_bare, min_size=1, max_size=3).map(" . ".join) | toml_bare
toml_plain = st.sampled_from(
    ["1", "-2", "+3", "0x1F", "1_0", "true", "false", "1.5", "nan", "1979-05-27", "1979-05-27 07:32:00"]
)
toml_values = st.recursive(
    toml_plain | st.text(alphabet="aé\U0001f600\u2028\t\"'\\ #=[]{},\n", max_size=6).flatmap(toml_string),
    lambda inner: (
        st.tuples(
            st.lists(st.tuples(toml_gaps, inner, toml_gaps).map("".join), max_size=3),
            st.sampled_from(["", ",\n"]),
        ).map(lambda parts: "[" + ",".join(parts[0]) + (parts[1] if parts[0] else "") + "]")
        | st.lists(st.tuples(toml_dots, inner).map(" = ".join), max_size=3).map(
            lambda pairs: "{ " + ", ".join(pairs) + " }"
        )
    ),
    max_leaves=6,
)
toml_lines = st.one_of(
    st.tuples(toml_dots, toml_values).map(" = ".join),
    toml_dots.map(lambda path: f"[{path}]"),
    toml_dots.map(lambda path: f"[[{path}]] # c"),
    st.sampled_from(["# c = 1", "", "\t"]),
)
toml_documents = st.tuples(st.lists(toml_lines, max_size=7), st.sampled_from(["\n", "\r\n"])).map(
    lambda parts: parts[1].join(parts[0])
)


def same_as_toml(found: Any, expected: Any) -> None:
    if isinstance(expected, dict):
        assert isinstance(found, dict)
        assert list(found) == list(expected)
        for key in expected:
            same_as_toml(found[key], expected[key])
    elif isinstance(expected, list):
        assert isinstance(found, list)
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            same_as_toml(one, other)
    elif isinstance(expected, str | int):
        assert (type(found), found) == (type(expected), expected)
    else:
        assert found == UNKNOWN


@settings(repeatable, max_examples=600)
@given(toml_documents)
@example("a.b = 1\na.c = {d.e = 2, d.f = 3}\n[x.y]\n[x]\n[[z.q]]\n[z.q.r]\n[[z.q]]")
def test_toml_as_tomllib_reads_it(text: str) -> None:
    try:
        expected = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        assume(False)
    document = read(text, "toml")
    same_as_toml(plain(document), expected)
    for _, literal in literals(document):
        token = cut(text, literal.place)
        before = text[: offsets(text, literal.place)[0]]
        quotes = before.rstrip("\r\n")[-3:]
        if before.endswith("\n") and quotes in ('"""', "'''") and token.endswith(quotes):
            token = f"{quotes}\n{token}"  # the place of a long string begins with its first line
        if token[:1] in ('"', "'"):
            assert tomllib.loads(f"a = {token}")["a"] == literal.value
        else:
            assert token == literal.value


INI_LINES = [
    "[a]",
    "[b] ; c",
    "[DEFAULT]",
    " [c]",
    "key = x",
    "Key: y",
    "k=",
    "  more",
    "    = deep",
    "",
    "# c",
    "  ; c",
    "none",
    "a b = c ; d",
    "\té\U0001f600 = \u2028z\t",
    "x = [a]",
]


@repeatable
@given(st.lists(st.sampled_from(INI_LINES), max_size=10), st.sampled_from(["\n", "\r\n", "\r"]))
def test_ini_as_configparser_reads_it(lines: list[str], end: str) -> None:
    text = end.join(lines)
    parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
    try:
        parser.read_file(io.StringIO(text, newline=None))
    except (configparser.Error, AttributeError):  # the second for what goes on after a name without a value
        assume(False)
    document = read(text, "ini")
    found = plain(document)
    found.setdefault("DEFAULT", {})
    assert found == {name: dict(section) for name, section in parser.items()}
    for is_key, literal in literals(document):
        token = cut(text, literal.place)
        if is_key:
            assert literal.value in (token, token.lower())
        else:
            parts = [line.strip() for line in split_lines(token) if not line.strip().startswith(("#", ";"))]
            assert "\n".join(parts) == str(literal.value).lstrip()


# --- nothing is too broken -----------------------------------------------------------------------

PIECES = [
    "{",
    "}",
    "[",
    "]",
    '"',
    "'",
    '"""',
    "'''",
    "\\",
    "\\u",
    "\\\n",
    "=",
    ":",
    ",",
    ".",
    "#",
    "//",
    "/*",
    "*/",
    ";",
    "a",
    "b1",
    "-",
    "- ",
    "export ",
    "&a ",
    "*a",
    "!t ",
    "|",
    ">",
    "<<",
    "?",
    "%",
    " ",
    "  ",
    "\t",
    "\n",
    "\r\n",
    "\r",
    "\u2028",
    "\x85",
    "\x00",
    "\ufeff",
    "\U0001f600",
    "\ud800",
]


@settings(repeatable, max_examples=800)
@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_any_text_gives_places_inside_it(text: str) -> None:
    for kind in FORMATS:
        document = read(text, kind)
        for place in places(document):
            start, end = offsets(text, place)
            assert start <= end


def laughs(width: int = 9, rounds: int = 60) -> str:
    lines = ["a0: &a0 [x]"]
    for number in range(1, rounds):
        lines.append(f"a{number}: &a{number} [" + ",".join([f"*a{number - 1}"] * width) + "]")
    return "\n".join(lines)


MILLION = 1_000_000
HOSTILE = {
    "opening brackets": "[" * 100_000,
    "opening brackets in a value": "x = " + "[" * 100_000,
    "opening brackets on lines": "x = [\n" * 10_000,
    "opening braces": '{"a":' * 100_000,
    "brackets, nearly too deep": ("[" * 150 + "]" * 150 + ",") * 500,
    "dashes": "- " * 200_000,
    "double quotes": '"' * MILLION,
    "single quotes": "'" * (MILLION // 4),
    "an open quote": 'x="' + "a" * MILLION,
    "an open quote with escapes": 'x="' + "\\a" * (MILLION // 2),
    "open quotes on lines": "x='\\'\n" * 20_000,
    "long quotes": ('x = """\\\n') * 30_000,
    "a long line": "a" * MILLION,
    "a long value": "a: " + "b" * (MILLION // 2),
    "white space": "a=b" + " " * MILLION + "c",
    "tabs and hashes": "a=b" + "\t#" * (MILLION // 4),
    "empty lines": "\n" * 200_000,
    "open comments": "/*" * (MILLION // 2),
    "dots": "a." * 100_000 + "a=1",
    "a header of dots": "[" + "a." * 100_000 + "a]",
    "headers": "[a]\n" * 20_000,
    "digits": "x: " + "1" * (MILLION // 4),
    "directive": "%YAML " + "1" * (MILLION // 4),
    "anchors": "&a " * (MILLION // 10),
    "tags": "!" * MILLION,
    "many aliases": "- &a [" + "x," * 20_000 + "]\n" + "- *a\n" * 30_000,
    "billion laughs": laughs(),
    "defaults": "[DEFAULT]\n" + "a=1\n" * 10_000 + "".join(f"[{number}]\n" for number in range(10_000)),
    "documents": "--- a\n" * 10_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("kind", FORMATS)
def test_hostile_text(kind: str, text: str, capfd: pytest.CaptureFixture[str]) -> None:
    begin = time.perf_counter()
    document = read(text, kind)
    assert len(pickle.dumps(document)) < 60 * len(text) + 1_000_000
    assert time.perf_counter() - begin < LIMIT
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("kind", "template"),
    [("json", "{}"), ("json", '{{"a": {}}}'), ("yaml", "{}"), ("toml", "x = {}")],
)
def test_too_deep_is_unknown(kind: str, template: str) -> None:
    """What stands beside it is still read."""
    text = template.format("[" * 120 + "'deep'" + "]" * 120)
    assert not [literal for is_key, literal in literals(read(text, kind)) if not is_key]
    text = template.format("['beside', " + "[" * 90 + "'deep'" + "]" * 90 + "]")
    found = [literal.value for is_key, literal in literals(read(text, kind)) if not is_key]
    assert found == ["beside", "deep"]
    if kind != "toml":
        text = template.format("['before', " + "[" * 120 + "'deep'" + "]" * 120 + ", 'after']")
        found = [literal.value for is_key, literal in literals(read(text, kind)) if not is_key]
        assert found == ["before", "after"]


def tree_size(expr: Expr) -> int:
    """How many expressions a walk meets that does not know what is shared."""
    count, todo = 0, [expr]
    while todo:
        expr = todo.pop()
        count += 1
        todo += expr.items if isinstance(expr, Sequence) else ()
        for pair in expr.entries if isinstance(expr, Mapping) else ():
            todo += [part for part in pair if part is not None]
    return count


@pytest.mark.parametrize(
    "text",
    [laughs(), laughs(2, 120), "- &a [" + "x," * 20_000 + "]\n" + "- *a\n" * 100, "- a\n" * 100_000],
    ids=["billion laughs", "deep", "wide", "long"],
)
def test_walking_through_aliases_comes_to_an_end(text: str) -> None:
    document = read(text, "yaml")
    assert 1_000 < tree_size(document) <= data_yaml.NODES + 1_000
    assert hash(document) == hash(document)


def test_the_start_of_an_endless_document_is_kept() -> None:
    document = read("first: x\nall:\n" + "- a\n" * 60_000 + "last: y\n", "yaml")
    assert isinstance(document, Mapping)
    assert plain(document)["first"] == "x"
    assert "last" not in plain(document)


def test_deep_aliases_are_unknown() -> None:
    lines = ["- &a0 [x]", *(f"- &a{number} [*a{number - 1}]" for number in range(1, 300))]
    document = read("\n".join(lines), "yaml")
    depth, last = 0, document.items[-1]
    while isinstance(last, Sequence):
        depth, last = depth + 1, last.items[0]
    assert depth < 100
    assert plain(document.items[98]) != UNKNOWN


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("&a [*a, x]", [UNKNOWN, "x"]),
        ("a: &a\n  <<: *a\n  b: {c: *a}\n", {"a": {"b": {"c": UNKNOWN}}}),
        ("- &a x\n- &a [*a]\n- *a\n", ["x", [UNKNOWN], [UNKNOWN]]),
    ],
)
def test_cycles(text: str, expected: object) -> None:
    document = read(text, "yaml")
    assert plain_with_unknown_merges(document) == expected


def plain_with_unknown_merges(expr: Expr) -> Any:
    if isinstance(expr, Mapping):
        entries = [(key, value) for key, value in expr.entries if key is not None]
        return {plain(key): plain_with_unknown_merges(value) for key, value in entries}
    return plain(expr)


def test_long_yaml_is_not_read() -> None:
    start = "a: x\n"
    assert plain(read(start + "#" * (data_yaml.LENGTH - len(start)), "yaml")) == {"a": "x"}
    assert read(start + "#" * (data_yaml.LENGTH - len(start) + 1), "yaml") == UNKNOWN


@pytest.mark.parametrize(("known_as", "expected"), [("yaml", ["x"]), ("yaml_ft", ["x"]), ("", UNKNOWN)])
def test_pyyaml_by_either_name(known_as: str, expected: object, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("yaml", "yaml_ft"):
        monkeypatch.setitem(sys.modules, name, yaml if name == known_as else None)  # type: ignore[arg-type]
    assert plain(read("- x", "yaml")) == expected


def test_yaml_is_imported_when_it_is_needed() -> None:
    code = "import sys, binlint.syntax.data; sys.exit(any(m in sys.modules for m in ('yaml', 'yaml_ft')))"
    run = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": str(SRC)}, check=False)
    assert run.returncode == 0


def test_no_number_costs_more_than_its_length() -> None:
    digits = "1" * 5_000  # more than int() takes
    assert plain(read(f"[{digits}]", "json")) == [UNKNOWN]
    assert plain(read(f"a = {digits}", "toml")) == {"a": UNKNOWN}
    assert read(digits, "yaml") == UNKNOWN
    assert read("~", "yaml") == NOTHING
