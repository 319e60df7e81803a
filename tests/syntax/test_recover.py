"""Parsing what does not parse: what is kept, what is dropped, and that nothing moves."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from glob import glob
from pathlib import Path

import pytest

from binlint.syntax.recover import MAX_LINES, TOO_LARGE, parse

SOURCES = str(Path(__file__).parents[2] / "src")


def kept(text: str) -> list[str]:
    parsed = parse(text)
    assert parsed.tree is not None
    return ast.unparse(parsed.tree).split("\n")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a = 1\n",
        "# only a comment",
        "a = 1\r\nb = 2\r\n",
        "a = 1\rb = 2",
        "a = 1\n\x0cb = 2\n",
        "print('\\d', 1 is 1)\n",
        "a = 'x\0y'\n",
        "a = '\ud800'\n",
        "match = case = type = 1\n",
        "x = " + "(" * 90 + "1" + ")" * 90,
    ],
)
def test_what_parses_is_left_alone(text: str) -> None:
    parsed = parse(text)
    assert parsed.tree is not None
    assert parsed.dropped == ()
    assert parsed.reason == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('print "x", key\nb = 2', ["__ = ('x', key)", "b = 2"]),
        ('if a: print "x"\nb = 2', ["if a:", "    __ = 'x'", "b = 2"]),
        ('print >>f, x\nexec "a"\nb = 2', ["(print >> f, x)", "__ = 'a'", "b = 2"]),
        ('raise E, "x"\nb = 2', ["__ = (E, 'x')", "b = 2"]),
        ("try:\n    a\nexcept (X, Y), e:\n    b = 2", ["try:", "    a", "except (X, Y):", "    b = 2"]),
        ("try:\n    a\nexcept X, e: b = 2", ["try:", "    a", "except X:", "    b = 2"]),
        ("a = 0777 + 10L + 0xFFl\nb = 2", ["a = 1777 + 10 + 255", "b = 2"]),
        ("c = a <> `b`\nb = 2", ["c = a != b", "b = 2"]),
        ("c = ur'x'\nb = 2", ["c = 'x'", "b = 2"]),
        ("async = 1\nf(async=2)", ["asyn_ = 1", "f(asyn_=2)"]),
        ("if 1:\n\ta = 1\n        b = 2\n", ["if 1:", "    a = 1", "    b = 2"]),
        ("  a = 1\n  b = 2\n", ["a = 1", "b = 2"]),
        ("def f():\n    a = 1\n      b = 2\n", ["def f():", "    a = 1", "    b = 2"]),
        ("def f():\nb = 2\n", ["def f():", "    pass", "b = 2"]),
        ("a\u00a0= 'x\u00a0y'\nb\u200b = 2\n", ["a = 'x\\xa0y'", "b = 2"]),
        ("a = 1\n\x1a", ["a = 1"]),
        ("a = 1\0\n  b = 2", ["a = 1", "b = 2"]),
    ],
)
def test_foreign_but_kept(text: str, expected: list[str]) -> None:
    assert [line for line in kept(text) if line] == expected
    assert parse(text).dropped == ()
    assert parse(text).reason.startswith("does not parse (line ")


@pytest.mark.parametrize(
    ("text", "dropped", "alive"),
    [
        ("a = = 1\nb = 2", ((1, 1),), ["b = 2"]),
        ("b = 2\na = f(1,\n  2", ((2, 3),), ["b = 2"]),
        ("def f():\n    b = 2\n    a = '''x\ny\n", ((3, 4),), ["    b = 2"]),
        ("a = f(1, 2\nb = 2\ndef g():\n    pass", ((1, 1),), ["b = 2", "def g():"]),
        ("a = f(1,\nimport os\nb = 2", ((1, 1),), ["import os", "b = 2"]),
        ("a = 1)\nb = 2", ((1, 1),), ["b = 2"]),
        ("d = {\n 'a': 'x'\n 'b': 'y'\n}\nb = 2", ((1, 4),), ["b = 2"]),
        (
            "b = 1\n<<<<<<< HEAD\nc = 1\n=======\nd = 2\n>>>>>>> x",
            ((2, 2), (4, 4), (6, 6)),
            ["c = 1", "d = 2"],
        ),
        ("f(\n<<<<<<< a\n b=1,\n=======\n c=2,\n>>>>>>> b\n)", ((2, 2), (4, 4), (6, 6)), ["f(b=1, c=2)"]),
        ("%matplotlib inline\n!ls 'a\nx = !ls\nos?\nb = 2\n?help", ((1, 4), (6, 6)), ["b = 2"]),
        ("{% if x %}\nb = 2\n{% endif %}\nfrom {{ x }} import y", ((1, 1), (3, 4)), ["b = 2"]),
        ("a = \u201cx\u201d\nb = 2", ((1, 1),), ["b = 2"]),
        ("try:\n    a = 1\nb = 2", ((1, 1),), ["    a = 1", "b = 2"]),
        ("else:\n    a = 1\nb = 2", ((1, 1),), ["    a = 1", "b = 2"]),
        ("whlie x:\n    a = 1", ((1, 1),), ["    a = 1"]),
        ("if a:\n    b = 1\nelse if c:\n    d = 2", ((3, 3),), ["else:", "    d = 2"]),
        ("def f(a, (b, c)):\n    d = 2", ((1, 1),), ["def f():", "    d = 2"]),
        ("@x y\ndef f():\n    d = 2", ((1, 1),), ["def f():", "    d = 2"]),
        ("class A:\n    def f(self):\n        x = = 1\n        y = 2", ((3, 3),), ["        y = 2"]),
        ("match x:\n    case 1 2:\n        a = 1", ((2, 2),), ["    case _:", "        a = 1"]),
        ("x = '''\ndef f(:\n'''\nprint 'y' 1 2)\nb = 2", ((4, 4),), ["b = 2"]),
        ("a = 1\r= =\rb = 2\r\n", ((2, 2),), ["a = 1", "b = 2"]),
        ("Some prose, and don't mind it.\nb = 2", ((1, 1),), ["b = 2"]),
        ("import a" + ".b" * 100_000 + "\nb = 2", ((1, 1),), ["b = 2"]),
    ],
)
def test_dropped(text: str, dropped: tuple[tuple[int, int], ...], alive: list[str]) -> None:
    assert parse(text).dropped == dropped
    assert set(alive) <= set(kept(text))


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "lines",
    [
        ['print "é", "KEY"', "b = 'KEY'"],
        ["é\u00a0=  'KEY'", "$"],
        ["if 1:", "\ta = 1", "        é = 'KEY'"],
        ["  é = 'KEY'"],
        ["try:", "    é = 1", "except X, e: f('KEY')"],
        ["a = `é` + 0777 + 5L, 'KEY'"],
        ["x = '\u2028\x0c'; k = 'KEY'", "def ("],
        ["a = '''é", "", "''', 'KEY'", "= ="],
        ["a = '\ud800', 'KEY'", "(("],
        ["= (", "", "import os; k = 'KEY'"],
    ],
)
def test_nothing_moves(lines: list[str], newline: str) -> None:
    parsed = parse(newline.join(lines))
    assert parsed.tree is not None
    places = [
        lines[node.lineno - 1].encode("utf-8", "surrogatepass")[node.col_offset : node.end_col_offset]
        for node in ast.walk(parsed.tree)
        if isinstance(node, ast.Constant) and node.value == "KEY"
    ]
    assert places
    assert set(places) <= {b"'KEY'", b'"KEY"'}


def test_too_large() -> None:
    assert parse("a = 1\n" * 800_000) == (None, (), TOO_LARGE)
    assert parse("\r" * (MAX_LINES + 1)) == (None, (), TOO_LARGE)


def test_the_reason_quotes_nothing() -> None:
    assert parse('Client("secret" "x" y)').reason == "does not parse (line 1)"


DEEP = """
import ast, sys
from binlint.syntax.recover import parse
CASES = {
    "brackets": "x = " + "(" * 5000 + ")" * 5000,
    "open": "x = " + "[" * 5000,
    "plus": "x = " + "+".join(["'a'"] * 20000),
    "attributes": "x = a" + ".b" * 10000,
    "calls": "x = a" + "()" * 10000,
    "elif": "if 1:\\n pass\\n" + "elif 1:\\n pass\\n" * 10000,
    "unary": "x = " + "-" * 10000 + "1",
    "not": "x = " + "not " * 10000 + "1",
    "lambda": "x = " + "lambda: " * 10000 + "1",
    "conditional": "x = " + "1 if 1 else " * 10000 + "1",
    "power": "x = " + "**".join(["a"] * 10000),
    "implicit": "x = " + "'a' " * 20000,
    "blocks": "".join(" " * i + "if 1:\\n" for i in range(300)) + " " * 300 + "pass",
}
for name, case in CASES.items():
    for shallow in (False, True):
        parsed = parse("first = 1\\n" + case + "\\nlast = 2\\n" + ("$" if shallow else ""), shallow=shallow)
        names = {node.id for node in parsed.tree.body[0].targets} if parsed.tree else set()
        print(name, shallow, "first" in names)
        if shallow and parsed.tree:
            ast.unparse(parsed.tree)  # recursive: raises if anything deep was left
"""


def interpreters() -> list[str]:
    found = [sys.executable]
    for version in ("3.10", "3.11", "3.12", "3.13"):
        found += sorted(glob(os.path.expanduser(f"~/.pyenv/versions/{version}*/bin/python")))[-1:]
    return found


@pytest.mark.parametrize("interpreter", interpreters(), ids=lambda path: Path(path).parts[-3])
def test_deep_nesting_crashes_no_interpreter(interpreter: str) -> None:
    done = subprocess.run(
        [interpreter, "-c", DEEP],
        env={**os.environ, "PYTHONPATH": SOURCES},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-500:]
    assert len(done.stdout.splitlines()) == 26
    assert "False\n" not in "".join(line.split()[-1] + "\n" for line in done.stdout.splitlines())


@pytest.mark.parametrize(
    "text",
    [
        "a:\n" * 2_000,
        '"\n' * 2_000,
        "(\n" * 2_000,
        '"""' * 2_001,
        "else:\n" * 2_000,
        "\\\n" * 2_000,
        "`" * 2_001,
        "}" * 999,
    ],
)
def test_rubbish_ends(text: str) -> None:
    parsed = parse(text)
    assert parsed.tree is not None
    assert parsed.dropped
