"""Programs made at random, with credentials put in at random places: the refactor changes only what it plans.

A program is made of statements that can all be executed, in odd forms and with odd ends of lines. In it
stand `«K0»`, `«S0»` and so on, for which fresh values are put before the program is used.
"""

from __future__ import annotations

import ast
import tempfile
import textwrap
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from fresh_values import fresh_key
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from proving import changes, fix, found, holds, is_kept, masked, parsed, run

PAIRS = [(fresh_key(), fresh_key()) for _ in range(4)]
HEAD = "from binance.client import Client"

# What a program consists of. Each is complete by itself; $B is a block, indented by what stands before it.
SIMPLE = (
    "pass",
    "import sys",
    "import os",
    "import os.path as p",
    "import os as o",
    "from os import environ",
    "from os import (\n    getenv, # why\n    environ as e)",
    "import abc; import sys, time",
    "x = 1",
    "x = y = 2;",
    "x: 'int' = 3  # a comment",
    "é = 'ключ 𝒳'; x = (é,)",
    "x = '''a\n  \"b\" # no comment\n'''",
    "x = 'a' \\\n  'b'",
    "x = r'\\d' + \"\\N{BULLET}\\x41\"",
    "x = f'{1 + 1!r:>{5}} {{}}'",
    "x = (1 if 0else 2)",
    "x = [\n1,\n  # in between\n\t2,\n]",
    "x = lambda os=1, *a, **k: os",
    "x = [os for os in (1, 2)]",
    "x = {**{'a': 1}, 'b': {1, 2}}",
    "(x := 5)",
    "x = 1if 1else 2",
    "x = not-1 ; y = 2",
    "print('no key', end='')",
    "del_me = 1; del del_me",
    "'a string of its own'",
    "assert True, 'why'",
    "# a comment",
    "   # a comment elsewhere",
    "",
    "  \t",
    "\f",
    "x = '\f'",
    "os = 'linux'",
    "environ = {}",
)
OUTSIDE = ("from starry import *", "global os; os = 1", "import sys as os", "_os = _binlint_os = 1")
BLOCKS = (
    "if 1:\n  $B\nelif 0:\n  pass\nelse: x = 1",
    "if 0: pass\nelse:\n\t$B",
    "for x in range(2):\n    $B\nelse:\n    pass",
    "turns = iter([1])\nwhile next(turns, 0):\n    $B",
    "try:\n    $B\nexcept (KeyError, IndexError) : pass\nfinally:\n    x = 1",
    "try:\n    raise KeyError\nexcept KeyError as os:\n    $B",
    "with open('/dev/null') as os, open('/dev/null'):\n    $B",
    "def f{n}(a=1, *, b: int = 2) -> None:\n    $B\nf{n}()",
    "def f{n}(os):\n    'Doc.'\n    $B\nf{n}(1)",
    "def f{n}():\n    import os\n    $B\nf{n}()",
    "def f{n}():\n    $B\n    environ = 1\nf{n}()",
    "def f{n}():\n    $B\n\n\n\nf{n}()",
    "@(lambda f: f)\n# between\nclass C{n}:\n    x = 1\n    def f(self, x=1):\n        $B\nC{n}().f()",
    "class C{n}:\n    os = 1\n    @staticmethod\n    def f():\n        $B\nC{n}.f()",
    "async def f{n}():\n    $B\ntry: f{n}().send(None)\nexcept StopIteration: pass",
    "match [1, {'a': 2}]:\n    case [os, {'a': _}] if os:\n        $B\n    case _: pass",
    "def f{n}():\n    def g():\n        nonlocal v\n        $B\n    v = 1\n    g()\nf{n}()",
)
# With a credential in it: what is safe, and what is not or is written in an odd way.
CALLS = (
    'Client("«K»", "«S»")',
    "Client('«K»', '''«S»''')",
    'Client(api_key="«K»", api_secret="«S»", tld="com")',
    'Client(\n    "«K»", # the key\n  "«S»"\n)',
    "Client(u\"«K»\",R'«S»') ; x = 1",
    'x = 1; Client("«K»", "«S»");',
    'x = Client("«K»" "", ("«S»"))',
    'Client(*["«K»", "«S»"])',
    'Client(**{"api_key": "«K»", "api_secret": "«S»"})',
    'key = "«K»"\nsecret = "«S»"\nClient(key, secret)',
    'key: str = "«K»"; secret: "str" = "«S»"\nClient(key, secret)',
    'key, secret = "«K»", "«S»"\nClient(key, secret)',
    'key = \\\n  "«K»"\nClient(key, "«S»")',
    'keys = {"api_key": "«K»",\n        "api_secret": "«S»", }\nClient(keys["api_key"], keys["api_secret"])',
    'if (key := "«K»")and"«S»": Client(key,"«S»")',
    'def get(): return"«K»"\nClient(get(), "«S»")',
    'Client("«K»"if 1else"", "«S»")',
    'x = [Client("«K»", "«S»") for os in [1]]',
    '(lambda os: Client("«K»", "«S»"))(1)',
    'x = "é𝒳", Client("«K»", "«S»")',
    'print(f"{Client}", Client("«K»", "«S»"), f"{1}")',
)
HEADS = (
    "",
    "#!/usr/bin/env python3\n",
    "#!/usr/bin/env python3\n# -*- coding: utf-8 -*-\n",
    "\n\n# A licence.\n\n",
    '"""Doc."""\n',
    "'''Doc\n\nimport os\n'''\n\n\n",
    '"""Doc."""\nfrom __future__ import annotations\n',
    "from __future__ import (annotations,\n  division)\n",
    "from __future__ import annotations; ",
    '"Doc." ; ',
    "\f\n",
)


def put(block: str, body: str, number: int) -> str:
    """A block with its body, indented as the place of the body says."""
    lines = block.replace("{n}", str(number)).split("\n")
    at = next(index for index, line in enumerate(lines) if line.strip() == "$B")
    indent = lines[at].removesuffix("$B")
    lines[at] = _indented(body, indent)
    return "\n".join(lines)


def _indented(body: str, indent: str) -> str:
    """The lines indented, but for blank ones and those that begin inside of a string."""
    inside = {
        line
        for node in ast.walk(parsed(body))
        if isinstance(node, (ast.Constant, ast.JoinedStr)) and node.end_lineno is not None
        for line in range(node.lineno + 1, node.end_lineno + 1)
    }
    return "\n".join(
        line if number in inside or not line.strip() else indent + line
        for number, line in enumerate(body.split("\n"), 1)
    )


@st.composite
def bodies(draw: st.DrawFn, depth: int = 0) -> list[str]:
    """Some statements of one level; `«K»` and `«S»` stand for a credential."""
    made: list[str] = []
    for _ in range(draw(st.integers(1, 4 if depth else 6))):
        kind = draw(st.integers(0, 9))
        if kind < 2 and depth < 3:
            inner = [*draw(bodies(depth=depth + 1)), "pass"]
            block = draw(st.sampled_from(BLOCKS))
            made.append(put(block, "\n".join(inner), draw(st.integers(0, 99))))
        elif kind < 4:
            made.append(draw(st.sampled_from(CALLS)))
        elif kind < 5 and not depth:
            made.append(draw(st.sampled_from(OUTSIDE)))
        else:
            made.append(draw(st.sampled_from(SIMPLE)))
    return made


@st.composite
def programs(draw: st.DrawFn) -> tuple[str, str, str]:
    """A program, the end of its lines, and its encoding."""
    parts = draw(bodies())
    if not any("«K»" in part for part in parts):
        parts.append(draw(st.sampled_from(CALLS)))
    parts.insert(0, HEAD)
    if draw(st.booleans()):
        parts.insert(0, draw(st.sampled_from(("import sys", "import os", "# about it", "x = 1", ""))))
    head = draw(st.sampled_from(HEADS))
    text = head + ("\n".join(parts).lstrip(" \t\n\f") if head.endswith("; ") else "\n".join(parts))
    text += draw(st.sampled_from(("\n", "\n", "", "\n\n  \n", "  # the end", "\n\\\n")))
    ends = draw(st.sampled_from(("\n", "\n", "\n", "\r\n", "\r")))
    return text, ends, draw(st.sampled_from(("utf-8", "utf-8", "utf-8-sig")))


def numbered(text: str) -> str:
    """The program with its own credential in each of at most four places."""
    for number, (key, secret) in enumerate(PAIRS):
        first = text.find("«K»")
        if first < 0:
            break
        after = text.find("«K»", first + 3)
        part = text[:after] if after >= 0 else text
        rest = text[after:] if after >= 0 else ""
        if number == len(PAIRS) - 1:
            part, rest = text, ""
        text = part.replace("«K»", key).replace("«S»", secret) + rest
    return text


def compiles(text: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(text, "<made>", "exec", dont_inherit=True)
        except SyntaxError:
            return False
    return True


class _Undoing(ast.NodeTransformer):
    """Puts the values back for the look-ups of their variables."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        name = node.slice.value if isinstance(node.slice, ast.Constant) else None
        owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
        if name in self._variables and (owner in ("environ", "e")):
            return ast.Constant(self._variables[str(name)])
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        node.kind = None
        return node


def is_undone(before: bytes, after: bytes, variables: Mapping[str, str]) -> bool:
    """Whether the look-ups and at most one import are all that is new in the tree."""
    old, new = _Undoing({}).visit(parsed(before)), _Undoing(variables).visit(parsed(after))
    wanted = ast.dump(old)
    if ast.dump(new) == wanted:
        return True
    for index, node in enumerate(new.body):
        if isinstance(node, ast.Import) and [alias.name for alias in node.names] == ["os"]:
            body = [*new.body[:index], *new.body[index + 1 :]]
            if ast.dump(ast.Module(body, [])) == wanted:
                return True
    return False


def only_planned_lines(before: bytes, after: bytes, values: list[str]) -> None:
    """Each line that goes held a value or got an import; but for one import and blank lines none comes."""
    imports = 0
    for change in changes(before, after):
        come = [line for line in change.come if line.strip()]
        gone = [line for line in change.gone if line.strip()]
        for line in gone:
            is_planned = is_kept(line, change) or any(holds(line, value) for value in values)
            assert is_planned, masked(line, values)
        imports += max(0, len(come) - len(gone))
    assert imports <= 1
    ends, ends_after = (data.replace(b"\r\n", b"") for data in (before, after))
    if b"\n" in before or b"\r" in before:
        assert (b"\n" in ends, b"\r" in ends) == (b"\n" in ends_after, b"\r" in ends_after)
        assert (b"\r\n" in before) == (b"\r\n" in after)


@pytest.fixture(scope="module")
def root() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def check(root: Path, before: bytes) -> None:
    values = [value for pair in PAIRS for value in pair if value.encode() in before]
    recorded = run(before, {})
    result = fix(root, {"bot.py": before})
    after = result.after["bot.py"]
    shown = masked(before + b"\n=====\n" + after, values)
    variables = result.variables()
    assert compiles(after.decode("utf-8-sig")), shown
    left = [value for value in values if holds(after, value)]
    assert not left, f"{result.reasons('bot.py') or 'nothing was found'}\n{shown}"
    is_saved = sorted(variables.values()) == sorted(values)
    assert is_saved, shown
    assert is_undone(before, after, variables), shown
    only_planned_lines(before, after, values)
    assert run(after, variables) == recorded, shown
    assert not found(root, result.after), shown
    assert fix(root, {"bot.py": after}).after["bot.py"] == after, shown


@settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.function_scoped_fixture,
        HealthCheck.filter_too_much,
        HealthCheck.large_base_example,
    ],
)
@given(programs())
def test_only_what_is_planned_changes(root: Path, program: tuple[str, str, str]) -> None:
    text, end, encoding = program
    text = numbered(text)
    if not compiles(text):
        return
    check(root, text.replace("\n", end).encode(encoding))


def test_most_programs_are_programs() -> None:
    """The test above passes over what does not compile: that must not be much."""
    outcomes: list[bool] = []

    @settings(max_examples=200, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
    @given(programs())
    def collect(program: tuple[str, str, str]) -> None:
        outcomes.append(compiles(numbered(program[0])))

    collect()
    assert sum(outcomes) > 0.7 * len(outcomes), f"{sum(outcomes)} of {len(outcomes)}"


@pytest.mark.parametrize("call", CALLS)
def test_each_call_by_itself(root: Path, call: str) -> None:
    check(root, numbered(f"{HEAD}\n{call}\n").encode())


def test_the_checker_does_see() -> None:
    key = PAIRS[0][0]
    before = f'f("{key}")\n'.encode()
    good, names = b'import os\nf(os.environ["A"])\n', {"A": key}
    assert is_undone(before, good, names)
    assert not is_undone(before, good.replace(b"f(", b"g("), names)
    assert not is_undone(before, good.replace(b"import os", b"import os, sys"), names)
    assert not is_undone(before, good + b"import os\n", names)
    assert not is_undone(before, good, {"A": key[::-1]})
    for other in (b"# new\n" + good, good.replace(b"\n", b"\r\n"), b"import os\nimport os\n" + good):
        with pytest.raises(AssertionError):
            only_planned_lines(before, other, [key])
    only_planned_lines(before, good, [key])


def test_bodies_keep_their_strings() -> None:
    body = "x = '''a\n  b\n'''\n# c\nif 1:\n  y = (1,\n2)"
    assert put("if 1:\n    $B", body, 0) == textwrap.dedent(
        """\
        if 1:
            x = '''a
          b
        '''
            # c
            if 1:
              y = (1,
            2)"""
    )
