"""The corners of each form: what a change of one condition in the rewriting would get wrong."""

from __future__ import annotations

import ast

import pytest
from fresh_values import fresh_key
from test_rewrite import SAFE, UNSAFE, Case, check, filled, lookup, names_of

from binlint.fixing.edits import apply
from binlint.fixing.rewrite import Level, Planned, Refused, rewrite
from binlint.fixing.rewrite_checks import is_same
from binlint.fixing.rewrite_values import UNKNOWN, Folding

# --- how safe it is ----------------------------------------------------------------------------------

LEVELS = [
    ('def f():\n    d["k"]: str = «"$V"»\n', 'def f():\n    d["k"]: str = $L\n', SAFE),
    ('def f():\n    d["k"], e = «"$V"», 1\n', 'def f():\n    d["k"], e = $L, 1\n', SAFE),
    ('def f():\n    g()["k"] = «"$V"»\n', 'def f():\n    g()["k"] = $L\n', SAFE),
    ('def f():\n    os.environ[NAME] = «"$V"»\n', "def f():\n    os.environ[NAME] = $L\n", UNSAFE),
    ('def f():\n    environ[NAME] = «"$V"»\n', "def f():\n    environ[NAME] = $L\n", UNSAFE),
    ('x = «"$V"»()\n', "x = $L()\n", UNSAFE),
    ('k, s = both = «"$V"», "x"\n', 'k, s = both = $L, "x"\n', UNSAFE),
    ('KEYS = («"$V"», "x")\n', 'KEYS = ($L, "x")\n', UNSAFE),
    ('k, s = {«"$V"», "x"}\n', 'k, s = {$L, "x"}\n', UNSAFE),
    ('def f():\n    global KEY\n    KEY = «"$V"»\n', "def f():\n    global KEY\n    KEY = $L\n", UNSAFE),
    ('def f():\n    global OTHER\n    KEY = «"$V"»\n', "def f():\n    global OTHER\n    KEY = $L\n", SAFE),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "level"), LEVELS, ids=names_of(LEVELS))
def test_the_level_depends_on_the_place(before: str, after: str, level: Level) -> None:
    check(before, after, level)


BESIDE = [
    # (what else the module says, whether `KEY` is bound by it too)
    ("def KEY(): pass", True),
    ("class KEY: pass", True),
    ("def f(KEY): pass", False),
    ("def f(*, a, b=1): pass", False),
    ("@d(KEY := 1)\ndef f(): pass", True),
    ("def f(a=(KEY := 1)): pass", True),
    ("def f(*, a=(KEY := 1)): pass", True),
    ("f = lambda a=(KEY := 1): a", True),
    ("f = lambda: (KEY := 1)", False),
    ("x = [(KEY := y) for y in z]", True),
    ("x = [KEY for KEY in z]", False),
    ("x = [y for y in z]", False),
    ("import KEY", True),
    ("import KEY.part", True),
    ("import part.KEY", False),
    ("import part as KEY", True),
    ("import KEY as part", False),
    ("from m import KEY", True),
    ("from m import KEY as part", False),
    ("try: pass\nexcept E as KEY: pass", True),
    ("try: pass\nexcept E as other: pass", False),
    ("match x:\n    case [*KEY]: pass", True),
    ("match x:\n    case {**KEY}: pass", True),
    ("match x:\n    case [a] as KEY: pass", True),
    ("match x:\n    case {**other}: pass", False),
    ("del KEY", True),
    ("for KEY in x: pass", True),
]


@pytest.mark.parametrize(("beside", "is_bound"), BESIDE, ids=names_of(BESIDE))
@pytest.mark.parametrize("form", ['KEY = «"$V"»\n@\n', '@\nKEY = «"$V"»\n'])
def test_a_name_is_safe_where_nothing_else_binds_it(beside: str, is_bound: bool, form: str) -> None:
    planned = Case(form.replace("@\n", beside + "\n")).planned()
    assert planned.level is (UNSAFE if is_bound else SAFE), planned.note


def test_a_binding_counts_on_either_side_of_a_comprehension() -> None:
    assert Case('KEY = 1\nx = [y for y in z]\nKEY = «"$V"»\n').planned().level is UNSAFE


@pytest.mark.parametrize(
    "test",
    ["from unittest.mock import patch", "import unittest", "def test_a(): pass", "class TestA: pass"],
)
def test_in_a_test_a_look_up_at_import_is_not_safe(test: str) -> None:
    planned = Case(f'{test}\nKEY = «"$V"»\n').planned()
    assert planned.level is UNSAFE
    assert "test" in planned.note


# --- what is put, and where --------------------------------------------------------------------------

PUT = [
    ('x = (y or«"$A"  # c\n    "$B"»)\n', "x = (y or $L  # c\n    )\n"),
    ('K = (\n    «"$A" ""  # c\n    "$B"»\n)\n', "K = (\n    $L  # c\n)\n"),
    ('f("{k}{j}".format(k=«"$A"», j=«"$B"»))\n', "f($L)\n"),
    ('f(«"$V"», b"$V")\n', 'f($L, b"$V")\n'),
    ('K = a.b.config("K", default=«"$V"»)\n', 'K = a.b.config("K", default=$L)\n'),
    ('x = ask("MY_KEY") or «"$V"»\n', 'x = ask("MY_KEY") or $L\n'),
    ('os.environ.update({NAME: «"$V"»})\n', "os.environ.update({NAME: $L})\n"),
    (
        'from decouple import config\nK = config("my_key", default=«"$V"»)\n',
        'from decouple import config\nK = config("my_key", default=$L)\n',
    ),
    (
        'from decouple import config\nK = config(NAME, default=«"$V"»)\n',
        "from decouple import config\nK = config(NAME, default=$L)\n",
    ),
    (
        'from decouple import config\nK = a.b.config("K", default=«"$V"»)\n',
        'from decouple import config\nK = a.b.config("K", default=$L)\n',
    ),
]


@pytest.mark.parametrize(("before", "after"), PUT, ids=names_of(PUT))
def test_the_look_up_stands_for_the_whole_value_and_nothing_else(before: str, after: str) -> None:
    case = Case(before)
    assert case.after() == filled(after, case.value)


KEPT_NAMES = [
    ('import os\nK = os.environ.setdefault(key="MY_KEY", value=«"$V"»)\n', 'import os\nK = os.environ["MY_KEY"]\n'),
    ('# note\nfrom decouple import config\nK = config("MY_KEY", default=«"$V"»)\n', '# note\nfrom decouple import config\nK = config("MY_KEY")\n'),
    ('# note\nimport os\nos.environ["MY_KEY"] = «"$V"»\n', "# note\nimport os\n"),
    ('os.environ["MY_KEY"] = «"$V"»\n', ""),
    ('os.environ["MY_KEY"] = «"$V"»; \\\nx = 1\n', "pass; \\\nx = 1\n"),
    ('os.environ.update({"B": b, "MY_KEY": «"$V"»,\n    "C": c})\n', 'os.environ.update({"B": b, \n    "C": c})\n'),
    ('def f():\n    os.environ["MY_KEY"] = «"$V"»\n    os.environ["B"] = b\n', 'def f():\n    os.environ["B"] = b\n'),
    ('def f():\n    os.environ["MY_KEY"] = «"$V"»\n    os.putenv("B", b)\n', 'def f():\n    os.putenv("B", b)\n'),
    ('def f():\n    os.environ["MY_KEY"] = «"$V"»\n    os.putenv("B", "b")\n', 'def f():\n    pass\n    os.putenv("B", "b")\n'),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), KEPT_NAMES, ids=names_of(KEPT_NAMES))
def test_what_goes_with_a_name_of_its_own(before: str, after: str) -> None:
    case = Case(before)
    assert case.after() == filled(after, case.value)
    assert case.planned().variable == "MY_KEY"


def test_a_default_of_a_library_says_when_it_is_read_and_why_that_is_not_safe() -> None:
    planned = Case('from decouple import config\nclass A:\n    K = config("K", default=«"$V"»)\n').planned()
    assert (planned.level, planned.evaluated) == (UNSAFE, "import")
    first, second = planned.note.split("; ")
    assert first.startswith("the default goes")
    assert second.startswith("the class body")


BLOCK = "    if key is None:\n        key = $L\n"
PARAMETERS = [
    ('def f(key=«"$V"»):\n    """Doc.""";\n    g(key)\n', 'def f(key=None):\n    """Doc.""";\n' + BLOCK + "    g(key)\n"),
    ('def f(key=«"$V"»):\n    """Doc."""\n', 'def f(key=None):\n    """Doc."""\n' + BLOCK),
    ('\x0cdef f(key=«"$V"»):\n    g(key)\n', "\x0cdef f(key=None):\n" + BLOCK + "    g(key)\n"),
    ('def f(key=«"$V"», b=1):\n    if b: g(key)\n', "def f(key=None, b=1):\n" + BLOCK + "    if b: g(key)\n"),
    (
        '@a\ndef z(): pass\ndef f(key=«"$V"»):\n    @wraps(b @ c)\n    def g(): return key\n    return g @ g\n',
        "@a\ndef z(): pass\ndef f(key=None):\n" + BLOCK + "    @wraps(b @ c)\n    def g(): return key\n    return g @ g\n",
    ),
    (
        'def f(key=«"$V"»):\n    """Begins with $A."""\n    g(key)  # c\n',
        'def f(key=None):\n    """Begins with $A."""\n' + BLOCK + "    g(key)  # c\n",
    ),
    ('@typing.overload\ndef f(key=«"$V"»): ...\n', "@typing.overload\ndef f(key=...): ...\n"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), PARAMETERS, ids=names_of(PARAMETERS))
def test_the_body_looks_a_default_up(before: str, after: str) -> None:
    check(before, after, UNSAFE)


NEWLINES = [
    ('x = 1\ndef f(key=«"$V"»):\r\n    g(key)\nz = 2\n', "\r\n"),
    ('x = 1\r\ndef f(key=«"$V"»):\n    g(key)\r\n', "\n"),
    ('x = 1\ndef f(key=«"$V"»):\r\n    g(key)', "\r\n"),
    ('def f(key=«"$V"»):\r\n    """Doc."""', "\r\n"),
    ('x = 1\rdef f(key=«"$V"»):\r    g(key)\r', "\r"),
]


@pytest.mark.parametrize(("before", "newline"), NEWLINES, ids=names_of(NEWLINES))
def test_lines_are_ended_as_the_line_before_them(before: str, newline: str) -> None:
    case = Case(before)
    assert f"if key is None:{newline}        key = " in case.after()
    breaks = case.after().replace("\r\n", "\n").replace("\r", "\n").count("\n")
    assert breaks == case.text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 2
    assert case.after().count(newline) >= case.text.count(newline) + 2


def test_the_note_on_an_annotation_follows_the_note_on_the_default() -> None:
    first, second = Case('def f(key: str = «"$V"»): pass\n').planned().note.split("; ")
    assert first.startswith("the default becomes None")
    assert second.startswith("its annotation")


# --- refusals ----------------------------------------------------------------------------------------

REFUSALS = [
    ('def f(key=«"$V"»):\n    if key: g(key)\n', "asks whether"),
    ('def f(key=«"$V"»):\n    if not (a and key is None): g(key)\n', "asks whether"),
    ('def f(key=«"$V"»):\n    while key: g(key)\n', "asks whether"),
    ('def f(key=«"$V"»):\n    return 1 if key else 2\n', "asks whether"),
    ('def f(key=«"$V"»):\n    return key or g()\n', "asks whether"),
    ('if x:\n    os.environ["A"] = «"$V"»\n', "under a condition"),
    ('try:\n    os.environ["A"] = «"$V"»\nfinally: pass\n', "under a condition"),
    ('for x in y:\n    os.environ["A"] = «"$V"»\n', "under a condition"),
    ('os.environ.update(ключ=«"$V"»)\n', "name of the variable cannot be read"),
    ('X = Literal[«"$V"»]\n', "annotation"),
    ('X = a.b.Literal[«"$V"»]\n', "annotation"),
    ('f(«b"key=$V&x=1"»)\n', "part of a longer text"),
    ('x = 1  «# $V»\n', "in a comment"),
    ('f(half="$A", k=«"$V"»)  # c\n', "a piece of the value"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "reason"), REFUSALS, ids=names_of(REFUSALS))
def test_what_stays_and_why(text: str, reason: str) -> None:
    case = Case(text)
    assert reason in case.reason()
    assert case.value[:12] not in case.reason()


def test_a_name_beside_a_comment_is_no_comment() -> None:
    assert "no literal" in Case("x = «name»  # c\n", "name").reason()


def test_the_name_of_a_variable_may_have_small_letters_but_must_be_one() -> None:
    case = Case('f(«"$V"»)\n')
    planned = rewrite(case.text, case.target._replace(variable="binance_key"), lookup)
    assert isinstance(planned, Planned)
    assert apply(case.text, planned.edits) == 'f(os.environ["binance_key"])\n'
    for variable in ("", "1KEY", "A KEY", "KEY\n"):
        refused = rewrite(case.text, case.target._replace(variable=variable), lookup)
        assert refused == Refused("there is no name for the variable")


def test_the_reason_for_a_look_up_that_is_no_expression() -> None:
    case = Case('f(«"$V"»)\n')
    assert rewrite(case.text, case.target, lambda _: "a b") == Refused("the look-up is no expression")


def test_bytes_that_are_no_text() -> None:
    case = Case('f(«b"\\xe9$V"»)\n')
    refused = rewrite(case.text, case.target._replace(value="é" + case.value), lookup)
    assert refused == Refused("bytes that are no text")


@pytest.mark.parametrize(("lines", "is_generated"), [(9, True), (10, False)])
def test_only_the_head_of_a_file_says_that_it_is_generated(lines: int, is_generated: bool) -> None:
    case = Case("# line\n" * lines + '# DO NOT EDIT\nf(«"$V"»)\n')
    assert isinstance(case.rewritten(), Refused) is is_generated


@pytest.mark.parametrize(("size", "is_refused"), [(11, False), (12, True)])
def test_a_piece_of_twelve_characters_is_too_much(size: int, is_refused: bool) -> None:
    value = fresh_key()
    case = Case(f'f(«"$V"», "{value[20 : 20 + size]}")\n', value)
    assert isinstance(case.rewritten(), Refused) is is_refused


@pytest.mark.parametrize(
    ("value", "is_refused"), [("open sesame", False), ("open sesames", True), ("open sesame, open", True)]
)
def test_a_passphrase_beside_itself_counts_as_a_whole(value: str, is_refused: bool) -> None:
    case = Case('f(«"$V"», "say $V")\n', value)
    assert isinstance(case.rewritten(), Refused) is is_refused
    assert isinstance(Case(f'f(«"$V"», "say {value[:-1]}")\n', value).rewritten(), Planned)


@pytest.mark.parametrize(
    ("one", "other"),
    [("f(1)", "f(2)"), ("f(1)", "f(1, 2)"), ("f(1)", "f('1')"), ("f(1)", "g[1]"), ("f(1)", "f(1.0)"), ("1", "True"), ("f(1)", "pass")],
)  # fmt: skip
def test_trees_that_differ_are_told_apart(one: str, other: str) -> None:
    assert is_same(ast.parse(one), ast.parse(f"({one}\n)"))
    assert not is_same(ast.parse(one), ast.parse(other))
    assert not is_same(ast.parse(other), ast.parse(one))


# --- the evaluator -----------------------------------------------------------------------------------

FOLDED = [
    ('"{}{}{}".format("a", "b", "c")', "abc"),
    ('"%s" % "ab"', "ab"),
    ('"x%sy" % ("a",)', "xay"),
    ('"%s%%" % "a"', "a%"),
    ('"".join(tuple("ab"))', "ab"),
    ('"-".join("ab")', "a-b"),
    ('str(b"\\xe9", "latin-1")', "é"),
    ('bytes("é", "latin-1")', b"\xe9"),
    ('bytearray("é", "latin-1")', b"\xe9"),
    ('bytes(b"a")', b"a"),
    ('"abc"[-100000:]', "abc"),
    ('"a" * 20000', "a" * 20_000),
    ('"a" * 10000 + "b" * 10000', "a" * 10_000 + "b" * 10_000),
    ('b"a" * 10000 + b"b" * 10000', b"a" * 10_000 + b"b" * 10_000),
    ('"a".replace("a", "' + "b" * 64 + '")', "b" * 64),
]
UNFOLDED = [
    '"a%b" % "x"', '["a"] * 2', 'x.fromhex("6162")', 'bytes.other("6162")', 'x.list("ab")',
    'base64.b64decode("YWI=", "x")', 'bytes("a")', '"a".encode("utf-8", "strict")', '"a".encode("utf-16")',
    '"a".decode()', 'b"a".encode()', '"ab".other("a", "c")', '"a".title()', '"a".replace("a", "' + "b" * 65 + '")',
    '"' + "a" * 20_001 + '"',
]  # fmt: skip


@pytest.mark.parametrize(("source", "value"), FOLDED, ids=names_of(FOLDED))
def test_literals_are_folded(source: str, value: object) -> None:
    assert Folding().fold(ast.parse(source, mode="eval").body) == value
    assert eval(source) == value


@pytest.mark.parametrize("source", UNFOLDED, ids=[source[:40] for source in UNFOLDED])
def test_everything_else_is_not(source: str) -> None:
    assert Folding().fold(ast.parse(source, mode="eval").body) is UNKNOWN
