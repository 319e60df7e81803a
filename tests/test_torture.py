"""Whatever a file holds, the leaks around it are reported in time, without a traceback, and stay hidden."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from fresh_values import fresh_key
from hostile import FULL, Batches, Canary, Hostile, Run, exposed, run

Table = dict[str, Callable[[str], Hostile]]


@pytest.fixture(scope="module")
def batches(tmp_path_factory: pytest.TempPathFactory) -> Batches:
    return Batches(tmp_path_factory.mktemp("torture"), 10)


def look(folder: Path, data: bytes) -> Run:
    (folder / "leak.py").write_bytes(data)
    return run([*FULL, "leak.py"], folder)


def check(result: Run, canary: Canary, text: str) -> None:
    assert result.code == 1, result.text[-2000:]
    assert canary.missing(text, result, "leak.py") == []
    assert "Traceback" not in result.text
    assert not re.search("internal error|failed on it", result.text)
    assert exposed(result.text, canary) == []


def table(programs: dict[str, str]) -> Table:
    return {name: partial(Hostile.of, middle=middle) for name, middle in programs.items()}


# --- what kills parsers ------------------------------------------------------------------------------


def _nested(opening: str, closing: str, depth: int, inside: str = "1") -> str:
    return f"x = {opening * depth}{inside}{closing * depth}"


def _chain(unit: str, between: str, count: int) -> str:
    return "x = " + between.join([unit] * count)


def _lambdas(depth: int) -> str:
    return "x = " + "lambda: " * depth + "1"


def _conditionals(depth: int) -> str:
    return "x = " + "1 if y else " * depth + "2"


def _elifs(count: int) -> str:
    return "if y == 0:\n    z = 0\n" + "".join(f"elif y == {n}:\n    z = {n}\n" for n in range(count))


def _blocks(header: str, depth: int) -> str:
    return "\n".join(" " * level + header for level in range(depth)) + "\n" + " " * depth + "pass\n"


def _f_strings(depth: int) -> str:
    text = "1"
    for level in range(depth):
        quote = ("'", '"', "'''", '"""')[level] if level < 4 else '"'
        text = f"f{quote}{{{text}}}{quote}"
    return f"x = {text}"


KILLERS: dict[str, str] = {
    "parentheses 100": _nested("(", ")", 100),
    "parentheses 800": _nested("(", ")", 800),
    "parentheses 1600": _nested("(", ")", 1_600),
    "parentheses 5000": _nested("(", ")", 5_000),
    "parentheses 200000": _nested("(", ")", 200_000),
    "lists 200": _nested("[", "]", 200),
    "lists 900": _nested("[", "]", 900),
    "lists 5000": _nested("[", "]", 5_000),
    "dicts 1600": _nested("{1: ", "}", 1_600),
    "mixed brackets 5000": _nested("([{", "}])", 5_000),
    "open brackets 5000": "x = " + "(" * 5_000,
    "closed brackets 5000": "x = " + ")" * 5_000,
    "brackets around strings": _nested("['a', ", "]", 1_600, "'b'"),
    "calls 3200": "x = f" + "()" * 3_200,
    "calls in calls 1600": _nested("f(", ")", 1_600),
    "subscripts 1600": "x = a" + "[0]" * 1_600,
    "attributes 10000": "x = a" + ".b" * 10_000,
    "attribute of a target 10000": "a" + ".b" * 10_000 + " = 1",
    "methods 3200": "x = a" + ".b()" * 3_200,
    "not 10000": "x = " + "not " * 10_000 + "y",
    "minus 10000": "x = " + "-" * 10_000 + "1",
    "tilde 100000": "x = " + "~" * 100_000 + "1",
    "lambda 10000": _lambdas(10_000),
    "conditional 10000": _conditionals(10_000),
    "elif 10000": _elifs(10_000),
    "and 10000": _chain("y", " and ", 10_000),
    "and or 10000": _chain("y and y", " or ", 5_000),
    "plus 4000": _chain("'a'", " + ", 4_000),
    "plus 20000": _chain("'a'", " + ", 20_000),
    "plus of names 20000": _chain("y", " + ", 20_000),
    "power 10000": _chain("2", "**", 10_000),
    "comparison 10000": _chain("y", " < ", 10_000),
    "assignment 10000": "x = " * 10_000 + "1",
    "implicit concatenation 4000": _chain("'a'", " ", 4_000),
    "implicit concatenation 20000": _chain("'a'", " ", 20_000),
    "implicit f-strings 5000": _chain("f'{y}'", " ", 5_000),
    "list of 100000": "x = [" + "1, " * 100_000 + "]",
    "list of strings 100000": "x = [" + "'ab', " * 100_000 + "]",
    "dict of 100000": "x = {" + ", ".join(f"'k{n}': {n}" for n in range(100_000)) + "}",
    "arguments 50000": "f(" + ", ".join("y" for _ in range(50_000)) + ")",
    "parameters 5000": "def f(" + ", ".join(f"p{n}=1" for n in range(5_000)) + "): pass",
    "if blocks 99": _blocks("if y:", 99),
    "if blocks 150": _blocks("if y:", 150),
    "for blocks 99": _blocks("for y in z:", 99),
    "while blocks 99": _blocks("while y:", 99),
    "functions 99": _blocks("def f():", 99),
    "classes 99": _blocks("class A:", 99),
    "try blocks 60": "\n".join(" " * n + "try:" for n in range(60))
    + "\n"
    + " " * 60
    + "pass\n"
    + "\n".join(" " * n + "finally: pass" for n in reversed(range(60))),
    "with items 3000": "with " + ", ".join("open('a')" for _ in range(3_000)) + ": pass",
    "f-string nesting 4": _f_strings(4),
    "f-string nesting 12": _f_strings(12),
    "f-string nesting 200": _f_strings(200),
    "f-string braces 5000": "x = f'" + "{" * 5_000 + "y" + "}" * 5_000 + "'",
    "decorators 5000": "@d\n" * 5_000 + "def f(): pass",
    "imports 5000": "from a import " + ", ".join(f"n{n}" for n in range(5_000)),
    "import dots 10000": "from " + "." * 10_000 + " import a",
    "import path 10000": "import " + ".".join(["a"] * 10_000),
    "globals 5000": "def f():\n    global " + ", ".join(f"g{n}" for n in range(5_000)),
    "comprehension fors 500": "x = [1" + " for a in b" * 500 + "]",
    "comprehensions 300": _nested("[", " for a in b]", 300),
    "slices 5000": "x = a[" + "1:2, " * 5_000 + "]",
    "starred 5000": "x = [" + "*y, " * 5_000 + "]",
    "await 5000": "async def f():\n    " + "await " * 5_000 + "y",
    "semicolons 20000": "y = 1; " * 20_000,
    "walrus 150": "x = " + "(y := " * 150 + "1" + ")" * 150,
    "match cases 2000": "match y:\n" + "".join(f"    case {n}: pass\n" for n in range(2_000)),
    "pattern nesting 1000": "match y:\n    case " + "[" * 1_000 + "a" + "]" * 1_000 + ": pass",
    "type arguments 2000": "x: " + "A[" * 2_000 + "int" + "]" * 2_000,
    "digits 20000": "x = " + "9" * 20_000,
    "hexadecimal digits 200000": "x = 0x" + "f" * 200_000,
    "escapes 100000": "x = '" + "\\N{DIGIT ONE}" * 20_000 + "'",
    "backslashes 100000": "x = '" + "\\" * 100_000 + "'",
    "line continuations 20000": "x = 1" + " \\\n" * 20_000 + " + 1",
    "blank lines 100000": "\n" * 100_000,
    "comments 50000": "# a\n" * 50_000,
    "functions 10000": "def f(): pass\n" * 10_000,
}


@pytest.mark.parametrize("case", KILLERS)
def test_parser_killers(case: str, batches: Batches) -> None:
    batches.check(case, table(KILLERS))


# --- what kills libcst: it reads the statement of a finding -------------------------------------------

INNER_KEY, INNER_SECRET = fresh_key(), fresh_key()
CALL = f'Client("{INNER_KEY}", "{INNER_SECRET}")'
STATEMENTS: dict[str, str] = {
    "plus on lines": "x = (\n" + ("'a' + " * 200 + "\n") * 20 + f"{CALL})",
    "plus on many lines": "x = (\n" + "'a' +\n" * 4_000 + f"{CALL})",
    "not on lines": "x = (\n" + ("not " * 200 + "\n") * 20 + f"{CALL})",
    "minus on lines": "x = (\n" + ("- " * 200 + "\n") * 20 + f"{CALL})",
    "tilde": "x = " + "~" * 3_000 + CALL,
    "lambda on lines": "x = (\n" + ("lambda: " * 200 + "\n") * 20 + f"{CALL})",
    "conditional on lines": "x = (\n" + ("1 if y else " * 200 + "\n") * 20 + f"{CALL})",
    "and on lines": "x = (\n" + ("y and " * 240 + "\n") * 20 + f"{CALL})",
    "or and on lines": "x = (\n" + ("y or z and " * 120 + "\n") * 20 + f"{CALL})",
    "attributes on lines": f"x = ({CALL}\n" + (".a" * 200 + "\n") * 20 + ")",
    "subscripts": f"x = {CALL}" + "[0]" * 2_500,
    "calls": f"x = {CALL}" + "()" * 2_500,
    "comparisons": "x = " + "y < " * 4_000 + CALL,
    "powers": "x = " + "y ** " * 249 + CALL,
    "strings on lines": f"x = ({CALL} +\n" + "'a'\n" * 4_000 + ")",
    "f-strings on lines": f"x = ({CALL}, \n" + "f'{y}'\n" * 2_000 + ")",
    "format specifications": "x = f'" + "{y:{z}}" * 3_000 + f"' + {CALL}",
    "dict entries": "x = {" + "'a': 1,\n" * 3_500 + f"'b': {CALL}" + "}",
    "list items": "x = [" + "1," * 15_000 + f"{CALL}]",
    "list of strings": "x = [" + "'b'," * 7_000 + f"{CALL}]",
    "arguments": "f(" + "y," * 15_000 + f"{CALL})",
    "starred": "f(" + "*y, " * 7_000 + f"{CALL})",
    "keywords": "f(" + "".join(f"a{n}=1, " for n in range(3_000)) + f"b={CALL})",
    "brackets 59": "(" * 59 + CALL + ")" * 59,
    "brackets 100": "[" * 100 + CALL + "]" * 100,
    "walrus": "x = " + "(a := " * 58 + CALL + ")" * 58,
    "elif": "if a: pass\n" + "elif b: pass\n" * 3_000 + f"elif c: {CALL}",
    "semicolons": "y=1;" * 7_000 + CALL,
    "comprehension": "x = [1" + " for a in b" * 1_500 + f"]; {CALL}",
    "conditions": "x = [1 for a in b" + " if a" * 3_000 + f"]; {CALL}",
    "decorators": "@d\n" * 3_000 + f"def f(x={CALL}): pass",
    "slices": "x = a[" + "1:2," * 5_000 + f"0] + {CALL}",
    "comments": "x = (\n" + "# a\n" * 7_000 + f"{CALL})",
    "blank lines": "x = (" + "\n" * 20_000 + f"{CALL})",
    "spaces": "x = (" + " " * 30_000 + f"{CALL})",
    "backslashes": "x = 1 + " + "\\\n" * 10_000 + CALL,
    "annotation": "x: " + "A[" * 55 + "int" + "]" * 55 + f" = {CALL}",
    "with items": "with " + "a as b, " * 2_500 + f"{CALL}: pass",
    "patterns": "match x:\n  case " + "|".join(["1"] * 5_000) + f": {CALL}",
    "try": "".join(" " * n + "try:\n" for n in range(60))
    + " " * 60
    + CALL
    + "\n"
    + "".join(" " * n + "except E: pass\n" for n in reversed(range(60))),
}


@pytest.mark.parametrize("case", STATEMENTS)
def test_leaks_inside_what_kills_parsers(case: str, batches: Batches) -> None:
    result = batches.check(case, table(STATEMENTS))
    assert exposed(result.text, [INNER_KEY, INNER_SECRET]) == []
    name = f"{list(STATEMENTS).index(case) % batches.size}.py"
    assert len({code for _, code in result.spots(name)} & {"BIN101", "BIN102", "BIN107"}) >= 2
    inner = STATEMENTS[case].count("\n", 0, STATEMENTS[case].index(INNER_KEY)) + 4
    assert any(line == inner for line, _ in result.spots(name))


# --- encodings ---------------------------------------------------------------------------------------

WESTERN = "# déjà vu: clé secrète à garder\nnote = 'été'"
CHINESE = "# 币安的密钥，请勿上传\nnote = '功能 許功蓋'"
JAPANESE = "# バイナンスの鍵：ソ表予能\nnote = 'ソース 表示 予定'"


def _cookie(name: str) -> str:
    return f"# -*- coding: {name} -*-\n"


def _as(
    encoding: str, cookie: str = "", middle: str = WESTERN, mark: bytes = b""
) -> Callable[[Canary], bytes]:
    def make(canary: Canary) -> bytes:
        return mark + (cookie + canary.around(f"\n{middle}\n")).encode(encoding)

    return make


def _bytes(middle: bytes, before: bytes = b"", after: bytes = b"") -> Callable[[Canary], bytes]:
    """Bytes that no codec would write, between the leaks or at the ends."""

    def make(canary: Canary) -> bytes:
        return before + canary.around("\nMIDDLE\n").encode().replace(b"MIDDLE", middle) + after

    return make


ENCODINGS: dict[str, Callable[[Canary], bytes]] = {
    "utf-8": _as("utf-8", middle=CHINESE),
    "utf-8 with BOM": _as("utf-8", mark=b"\xef\xbb\xbf", middle=CHINESE),
    "BOM and conflicting cookie": _as("utf-8", _cookie("latin-1"), CHINESE, b"\xef\xbb\xbf"),
    "two BOMs": _as("utf-8", middle=CHINESE, mark=b"\xef\xbb\xbf\xef\xbb\xbf"),
    "unknown cookie": _as("utf-8", _cookie("klingon")),
    "dangerous cookie": _as("utf-8", _cookie("zlib")),
    "cookie that is no text": _as("utf-8", _cookie("rot13")),
    "latin-1 with cookie": _as("latin-1", _cookie("latin-1")),
    "latin-1 without cookie": _as("latin-1"),
    "latin-1 that says utf-8": _as("latin-1", _cookie("utf-8")),
    "cp1252 with cookie": _as("cp1252", _cookie("cp1252"), "note = '“été” – 5 €'"),
    "cp1252 without cookie": _as("cp1252", middle="note = '“été” – 5 €'"),
    "gbk with cookie": _as("gbk", _cookie("gbk"), CHINESE),
    "gbk without cookie": _as("gbk", middle=CHINESE),
    "gb18030 with cookie": _as("gb18030", _cookie("gb18030"), CHINESE),
    "big5 without cookie": _as("big5", middle="# 幣安的密鑰\nnote = '許功蓋'"),
    "shift_jis with cookie": _as("shift_jis", _cookie("shift_jis"), JAPANESE),
    "shift_jis without cookie": _as("shift_jis", middle=JAPANESE),
    "euc_jp without cookie": _as("euc_jp", middle=JAPANESE),
    "koi8-r without cookie": _as("koi8-r", middle="# ключ\nnote = 'секрет'"),
    "utf-7 cookie": _as("utf-8", _cookie("utf-7"), "note = 1"),
    "utf-16-le with BOM": _as("utf-16-le", mark=b"\xff\xfe", middle=CHINESE),
    "utf-16-be with BOM": _as("utf-16-be", mark=b"\xfe\xff", middle=CHINESE),
    "utf-16-le without BOM": _as("utf-16-le", middle=CHINESE),
    "utf-16-be without BOM": _as("utf-16-be", middle=CHINESE),
    "utf-16 odd length": lambda canary: _as("utf-16-le", mark=b"\xff\xfe")(canary) + b"\n",
    "utf-32": _as("utf-32-le", mark=b"\xff\xfe\0\0"),
    "invalid utf-8": _bytes(b"note = '\xc3\x28 \xff\xfe \xed\xa0\x80'"),
    "NUL at the start": _bytes(b"", before=b"\0"),
    "NULs at the start": _bytes(b"", before=b"\0" * 64),
    "NUL in the middle": _bytes(b"note = 'a\0b'"),
    "NULs in the middle": _bytes(b"\0" * 500),
    "NUL at the end": _bytes(b"", after=b"\0"),
    "NULs at the end": _bytes(b"", after=b"\0" * 4096),
    "lone surrogate": _bytes("note = '\ud800'".encode("utf-8", "surrogatepass")),
    "lone surrogate escape": _bytes(b"note = '\\ud800'"),
    "U+2028": _bytes("note = 'a\u2028b\u2029c'\n# \u2028 x = 1".encode()),
    "U+2028 in code": _bytes("note = 1\u2028note = 2".encode()),
    "next line": _bytes("note = 'a\x85b'  # \x85".encode()),
    "vertical tab": _bytes(b"note = 'a\x0bb'\x0b# \x1c \x1d \x1e"),
    "form feed": _bytes(b"\x0c\nnote = 1\n\x0cnote = 2\n\x0c# a\x0cb"),
    "Ctrl-Z": _bytes(b"note = 1\x1a", after=b"\x1a"),
    "zero-width space": _bytes("note\u200b = '\u200b'".encode()),
    "no-break space": _bytes("note\xa0=\xa01".encode()),
    "bidi override": _bytes("note = 1  # \u202e \u2066 gnirts".encode()),
    "escape sequences": _bytes(b"note = '\x1b[31m\x1b]0;pwned\x07'  # \x1b[2J \x9b"),
    "combining marks": _bytes(("note = '" + "e\u0301" * 2_000 + "'").encode()),
    "astral characters": _bytes("note = '😀😀'; other = '𝔘'  # 🔑".encode()),
}


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\u2028\u202e\u200b]")


def _encoded(name: str, case: str) -> Hostile:
    canary = Canary.fresh()
    data = ENCODINGS[case](canary)
    codec = re.match(r"utf-(?:16-le|16-be|16|32)", case)
    return Hostile(name, data, data.decode(_WIDE[codec[0]] if codec else "latin-1", "replace"), canary)


_WIDE = {"utf-16-le": "utf-16-le", "utf-16-be": "utf-16-be", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}


@pytest.mark.parametrize("case", ENCODINGS)
def test_encodings(case: str, batches: Batches) -> None:
    result = batches.check(case, {name: partial(_encoded, case=name) for name in ENCODINGS})
    assert _CONTROL.search(result.text) is None


# --- line ends ---------------------------------------------------------------------------------------


def test_carriage_return_and_line_feed(tmp_path: Path) -> None:
    canary = Canary.fresh()
    text = canary.around("\r\nnote = '''a\r\nb'''\r\n", "\r\n")
    check(look(tmp_path, text.encode()), canary, text)


def test_carriage_return(tmp_path: Path) -> None:
    canary = Canary.fresh()
    text = canary.around("\rnote = '''a\rb'''\r", "\r")
    check(look(tmp_path, text.encode()), canary, text)


def test_mixed_line_ends(tmp_path: Path) -> None:
    canary = Canary.fresh()
    text = canary.around("\r\n\rnote = '''a\rb\n\rc\r\n'''\n\r\n\n\r# d\r\r\n")
    check(look(tmp_path, text.encode()), canary, text)


ENDS = (
    "",
    "\r",
    "\\",
    "\\\n",
    "#",
    "  ",
    "\n\n\n",
    '"',
    "'''",
    "\\\r\n",
    ";",
    "\x1a",
    "\f",
    "(",
    "@",
    "if x:",
)


def _ending(name: str, end: str) -> Hostile:
    canary = Canary.fresh()
    text = canary.around("\nnote = 1\n").rstrip("\n") + end
    return Hostile(name, text.encode(), text, canary)


@pytest.mark.parametrize("end", ENDS, ids=map(repr, ENDS))
def test_ends_of_a_file(end: str, batches: Batches) -> None:
    batches.check(end, {text: partial(_ending, end=text) for text in ENDS})


# --- what does not parse -----------------------------------------------------------------------------

SYNTAX: dict[str, str] = {
    "Python 2": "print 'hello'\nexec 'x = 1'\nraise ValueError, 'x'\ntry:\n    pass\nexcept IOError, error:\n"
    "    print >>out, `x`, 0777, 10L, ur'x', 1 <> 2\n",
    "conflict markers": "<<<<<<< HEAD\nnote = 1\n=======\nnote = 2\n>>>>>>> branch\n",
    "conflict markers with ancestor": "<<<<<<< HEAD\nnote = 1\n||||||| base\nnote = 3\n=======\nnote = 2\n>>>>>>> b\n",
    "Jinja": "{% if production %}\nnote = {{ note }}\n{% endif %}\n{# comment #}\n",
    "magics": "%matplotlib inline\n!pip install python-binance\n%%time\nnote?\n?note\nls = !ls\n",
    "doctest prompt": ">>> note = 1\n... note = 2\n",
    "tabs and spaces": "if note:\n\tx = 1\n        y = 2\n    \tz = 3\n",
    "type alias": "type Note[T] = list[T]\ndef f[T: int, *Ts, **P](x: T) -> T: return x\nclass A[T]: pass\n",
    "nested quotes in f-strings": "x = f'{f'{note['a']}'}' f\"{\"\\n\".join(note)}\" f'{note!r:>{width}}'\n",
    "template strings": "x = t'{note}' t\"{note!r}\"\n",
    "except without brackets": "try:\n    pass\nexcept ValueError, TypeError:\n    pass\n",
    "lazy import": "lazy import json\nlazy from a import b\n",
    "broken bracket": "note = call(1, [2, 3\n\n",
    "extra bracket": "note = call(1))]\n",
    "open string": "note = 'never closed\n",
    "open triple-quoted string": "note = '''never closed\n",
    "open triple-quoted docstring": 'def f():\n    """never closed\n',
    "open triple-quoted raw string": "note = r'''never closed\n",
    "open triple-quoted f-string": "note = f'''never {closed\n",
    "unexpected indent": "    note = 1\n  other = 2\n",
    "missing body": "def note():\nclass Other:\nif note:\n",
    "keyword as a name": "class = 1\nasync = 2\nprint.x = 3\nlambda = 4\n",
    "assignment to a call": "f() = 1\n1 = note\n'a' += 1\n",
    "return and yield anywhere": "return 1\nyield 2\nawait x\nbreak\ncontinue\nnonlocal z\n",
    "smart quotes": "note = “value”\nother = ‘value’\n",
    "line numbers": " 1  import os\n 2  note = 1\n",
    "diff": "@@ -1,2 +1,2 @@\n-note = 1\n+note = 2\n",
    "HTML": "<html><body><pre>note = 1</pre></body></html>\n",
    "prose": "This isn't Python, it's a note; don't parse it (or do.\n",
    "backslash before a space": "note = 1 + \\ \n  2\n",
    "stray characters": "note = 1 $ 2 ? 3 ` 4\n¿ § ¶\n",
    "bad escapes": "x = '\\N{NO SUCH NAME}'\ny = '\\x'\nz = '\\u12'\nb'é'\n",
    "bad numbers": "x = 0777\ny = 1__0\nz = 0x\nw = 1e\nv = 12abc\n",
    "duplicate arguments": "def f(a, a): pass\nf(**a, *b)\nf(a=1, a=2)\n",
    "cut off in the middle": "def f(a, b):\n    return call(a, [b, {'key': 'val",
}


@pytest.mark.parametrize("case", SYNTAX)
def test_what_does_not_parse(case: str, batches: Batches) -> None:
    batches.check(case, table(SYNTAX))


def test_truncated_after_every_part(tmp_path: Path) -> None:
    canary = Canary.fresh()
    whole = canary.around("\nnote = {'a': [1, 2]}\n\ndef f(x):\n    '''doc'''\n    return x\n")
    tail = "\nclass A:\n    def b(self):\n        return call(a[1], 'x', b'y', f'{z}', **{k: v})  # end\n"
    names = []
    for number in range(1, len(tail), 5):
        names.append(f"cut{number}.py")
        (tmp_path / names[-1]).write_text(whole + tail[:number], encoding="utf-8")
    result = run(["--isolated", "--output-format", "concise", *names], tmp_path)
    assert result.code == 1
    for name in names:
        assert result.text.count(f"{name}:") >= 3, name
    assert exposed(result.text, canary) == []


# --- size --------------------------------------------------------------------------------------------


def test_an_empty_file(tmp_path: Path) -> None:
    result = look(tmp_path, b"")
    assert result.code == 0
    assert "1 file" in result.text


def test_next_to_nothing(tmp_path: Path) -> None:
    files = [
        b"\0",
        b"\0" * 100_000,
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\r",
        b"\\",
        b"#",
        b"'",
        b"binance",
        b"\xffbinance",
    ]
    for number, data in enumerate(files):
        (tmp_path / f"{number}.py").write_bytes(data)
    result = run([*FULL, "."], tmp_path)
    assert result.code == 0
    assert f"Checked {len(files)} files" in result.text


LONG_LINES: dict[str, str] = {
    "string": "note = '" + "a1-" * 1_700_000 + "'",
    "comment": "# " + "b2 " * 1_700_000,
    "statements": "n=1;" * 1_250_000,
    "base64": "note = '" + "QUJD" * 1_250_000 + "'",
    "digits": "note = " + "[" + "12, " * 1_250_000 + "]",
    "spaces": "api_key =" + " " * 5_000_000 + "1",
    "unclosed": "note = '" + "c3_" * 1_700_000,
}


@pytest.mark.parametrize("case", LONG_LINES)
def test_a_line_of_five_megabytes(case: str, batches: Batches) -> None:
    batches.check(case, table(LONG_LINES))


def test_a_leak_at_the_end_of_a_long_line(tmp_path: Path) -> None:
    canary = Canary.fresh()
    text = canary.around(f"\nnote = '{'d4-' * 1_000_000}'; ").replace("\n\nclient", "client")
    check(look(tmp_path, text.encode()), canary, text)


# --- what makes regular expressions slow -------------------------------------------------------------

PATTERNS: dict[str, str] = {
    "key and spaces": "key" + " " * 200_000 + "x",
    "api_key and spaces": ("api_key" + " " * 1_600 + "\n") * 100,
    "equals signs": "api_key " + "=" * 200_000,
    "quotes": "x = " + "'" * 300_000,
    "double quotes": "x = " + '"' * 300_001,
    "mixed quotes": "x = " + "'\"" * 150_000,
    "runs of 63": "# " + ("a1" * 31 + "b ") * 20_000,
    "runs of 63 with plus": "# " + ("a1" * 31 + "b+") * 20_000,
    "run of 5000000": "# " + "a1" * 2_500_000,
    "PEM headers": "# " + "-----BEGIN PRIVATE KEY-----" * 20_000,
    "PEM headers on lines": "# -----BEGIN PRIVATE KEY-----\n" * 20_000,
    "dashes": "# " + "-" * 300_000,
    "hosts": "# " + "https://a.binance.com/ " * 20_000,
    "hashes": "#" * 300_000,
    "directives": "# binlint: ignore[\n" * 1_000,
    "directives on a line": "# binlint: ignore[BIN " * 1_000,
    "dots": "# " + "." * 300_000,
    "underscores": "_" * 200_000 + " = 1",
    "brackets in comments": "# " + "([{" * 100_000,
    "commas": "# " + "api_key, " * 50_000,
    "labels": "# " + "api key: " * 50_000,
    "docstring of keys": "def f():\n    '''\n"
    + "".join(f"    {fresh_key()}\n" for _ in range(1_000))
    + "    '''",
    "line of keys": "x = '" + " ".join(fresh_key() for _ in range(1_000)) + "'",
    "names of keys": "".join(f'key_{n} = "{fresh_key()}"\n' for n in range(1_000)),
    "comments of keys": "".join(f"# key {fresh_key()} of an order\n" for _ in range(1_000)),
}


@pytest.mark.parametrize("case", PATTERNS)
def test_what_makes_patterns_slow(case: str, batches: Batches) -> None:
    batches.check(case, table(PATTERNS))


def test_runs_that_touch_others_are_no_keys(tmp_path: Path) -> None:
    canary = Canary.fresh()
    text = f"# {canary.named}{canary.key}\n# {canary.named}+{canary.key}\n# x{canary.secret}\n"
    result = look(tmp_path, text.encode())
    assert result.code == 0
    assert exposed(result.text, canary) == []
