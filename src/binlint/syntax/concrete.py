"""libcst, on the one statement that holds a finding: what exactly stands there, and how it could stand.

libcst is a guarded guest: it segfaults on deep nesting and takes minutes over long `+` chains. So
only a single statement is parsed, behind a guard for size, depth and length, and its places are
never trusted: the text at the place that the C parser gave must be the literal that libcst reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import NamedTuple

import libcst as cst

from binlint.finding import Place
from binlint.syntax.builder import split_lines
from binlint.syntax.lexical import COMMENT, strings_and_comments

_SIZE = 32_768  # characters of a statement; libcst needs about a second for more
_BRACKETS = 60  # nesting; libcst is killed by 1,600 and its visitors fail from 200 on
_TOWER = 250  # operators, calls, attributes or strings upon each other; 2,000 take libcst seconds
_TOKENS = 4_000  # brackets, commas and operators in all
_WEIGHED = re.compile(
    r"[()\[\]{}]|[,;\"]|\*\*|//|<<|>>|[-+*/%&|^~.@]"
    r"|\b(?:not|and|or|lambda|if|else|elif|await|yield|for|in|is)\b"
)
_GETTERS = frozenset({"getenv", "get"})


class Established(NamedTuple):
    """What libcst says of a literal: its exact source, and the statement with a look-up instead.

    `start` and `end` are offsets into `before`, between which `lookup` stands in `after`.
    """

    raw: str
    value: str | bytes
    parts: int  # literals that are concatenated by standing side by side
    before: str
    after: str
    variable: str
    note: str
    start: int
    end: int
    lookup: str

    def __repr__(self) -> str:
        return f"Established({self.parts} parts, {self.start}, {self.end}, {self.note!r})"


def establish(
    text: str | Sequence[str], statement: Place, literal: Place, variable: str
) -> Established | None:
    """Reads the statement at `statement` and plans the look-up of `variable` in place of the literal.

    `text` is the file, or its lines where many are asked for.
    Returns None where the guard, libcst or the check of the place says no.
    """
    lines = split_lines(text) if isinstance(text, str) else text
    if not 0 < statement.line <= literal.line <= literal.end_line <= len(lines):
        return None
    raw = cut(lines, literal)
    first, last = statement.line, max(statement.end_line, literal.end_line)
    source = "\n".join(lines[first - 1 : last])
    if len(source) > _SIZE or not _is_tame(source):
        return None
    try:
        return _established(source, raw, _offset(lines, first, literal), variable)
    except RecursionError:  # the guard is a guess
        return None


def _established(source: str, raw: str, offset: int, variable: str) -> Established | None:
    indent = len(source) - len(source.lstrip(" \t\f"))
    wrapped = _wrapped(source, indent)
    module = _parsed(wrapped)
    if module is None:
        return None
    found = next((node for node in _strings(module) if module.code_for_node(_unwrapped(node)) == raw), None)
    if found is None:
        return None
    value = _value(found)
    if value is None:
        return None
    return _planned(module, found, source, raw, offset, value, variable)


def _offset(lines: Sequence[str], first: int, place: Place) -> int:
    """Where a place begins in the text from line `first` on."""
    return sum(len(line) + 1 for line in lines[first - 1 : place.line - 1]) + place.column - 1


def cut(lines: Sequence[str], place: Place) -> str:
    """The text at a place."""
    if place.line == place.end_line:
        return lines[place.line - 1][place.column - 1 : place.end_column - 1]
    middle = lines[place.line : place.end_line - 1]
    return "\n".join(
        [
            lines[place.line - 1][place.column - 1 :],
            *middle,
            lines[place.end_line - 1][: place.end_column - 1],
        ]
    )


def _is_tame(source: str) -> bool:
    """Whether libcst can be trusted with it: it is neither deep nor long nor a tower of operators."""
    tokens = _WEIGHED.findall(_code(source))
    height, outer = 0, [0]
    for token in tokens:
        if token in "([{":
            outer.append(height)
            height += 1
        elif token in ")]}":
            height = outer.pop() + 1 if len(outer) > 1 else 0
        elif token in ",;":
            height = outer[-1] + 1
        else:
            height += 1
        if height > _TOWER or len(outer) > _BRACKETS:
            return False
    return len(tokens) <= _TOKENS


def _code(source: str) -> str:
    """The source without comments, and with a quotation mark for each string that holds no code."""
    pieces: list[str] = []
    last = 0
    for kind, start, end in strings_and_comments(source):
        if kind == COMMENT:
            pieces += [source[last:start], " "]
        else:
            quote = start + 2 - len(source[start : start + 2].lstrip(_PREFIX))
            has_code = not {"f", "F", "t", "T"}.isdisjoint(source[start:quote])
            pieces += [source[last:start], source[start:end] if has_code else '"']
        last = end
    return "".join([*pieces, source[last:]])


_PREFIX = "bBfFrRtTuU"


def _wrapped(source: str, indent: int) -> str:
    header = "if 1:\n" if indent else ""
    body = source.rstrip()
    tail = f"\n{source[:indent]}    pass\n" if body.endswith(":") else "\n"
    first = body.lstrip()
    if first.startswith(("elif ", "else:", "except", "finally:", "case ")):
        first_word = first.split(None, 1)[0].rstrip(":")
        body = source[:indent] + re.sub(
            r"^(elif|case)\b", "if" if first_word == "elif" else "match", first, count=1
        )
    return header + body + tail


def _parsed(source: str) -> cst.Module | None:
    try:
        module = cst.parse_module(source)
    except (cst.ParserSyntaxError, RecursionError, ValueError, UnicodeError):
        return None
    return module if module.code == source else None


_SKIPPED = frozenset(
    {
        "header",
        "footer",
        "leading_lines",
        "trailing_whitespace",
        "whitespace_before",
        "whitespace_after",
        "lpar",
        "rpar",
    }
)


def _nodes(root: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """A node and what is below it, in the order of the source; far cheaper than a libcst visitor."""
    stack: list[object] = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, (list, tuple)):
            stack.extend(reversed(node))
        elif isinstance(node, cst.CSTNode):
            yield node
            below = [getattr(node, field.name) for field in fields(node) if field.name not in _SKIPPED]
            stack.extend(reversed(below))


def _strings(root: cst.CSTNode) -> Iterator[cst.CSTNode]:
    kinds = (cst.SimpleString, cst.ConcatenatedString, cst.FormattedString)
    return (node for node in _nodes(root) if isinstance(node, kinds))


def _unwrapped(node: cst.CSTNode) -> cst.CSTNode:
    """Without the brackets around it, which the C parser does not count."""
    return node.with_changes(lpar=(), rpar=())


def _value(node: cst.CSTNode) -> str | bytes | None:
    if isinstance(node, (cst.SimpleString, cst.ConcatenatedString)):
        return node.evaluated_value
    return ""


def _parts(node: cst.CSTNode) -> int:
    return _parts(node.left) + _parts(node.right) if isinstance(node, cst.ConcatenatedString) else 1


def _planned(
    module: cst.Module,
    node: cst.CSTNode,
    source: str,
    raw: str,
    offset: int,
    value: str | bytes,
    variable: str,
) -> Established | None:
    if source[offset : offset + len(raw)] != raw:
        return None
    start, end, lookup, note = offset, offset + len(raw), f'os.environ["{variable}"]', "needs `import os`"
    getter = _getter_around(module, node)
    if getter is not None:
        code = module.code_for_node(getter)
        at = source.rfind(code, 0, offset + len(code))
        name = _first_text(getter)
        if at >= 0 and at + len(code) > offset and name:
            start, end, variable = at, at + len(code), name
            lookup, note = f'os.environ["{name}"]', "the default goes; a missing variable then fails clearly"
    elif _sets_environment(module, node):
        return Established(
            raw,
            value,
            _parts(node),
            source,
            "",
            variable,
            "delete the line and set the variable outside the program",
            0,
            len(source),
            "",
        )
    elif isinstance(value, bytes):
        lookup += ".encode()"
    elif isinstance(node, cst.FormattedString):
        note = "the whole value becomes one variable; needs `import os`"
    after = source[:start] + lookup + source[end:]
    indent = len(after) - len(after.lstrip(" \t\f"))
    if _parsed(_wrapped(after, indent)) is None:
        return None
    return Established(raw, value, _parts(node), source, after, variable, note, start, end, lookup)


def _calls(root: cst.CSTNode) -> Iterator[cst.Call]:
    return (node for node in _nodes(root) if isinstance(node, cst.Call))


def _getter_around(module: cst.Module, node: cst.CSTNode) -> cst.Call | None:
    """`os.getenv("NAME", <node>)` or `os.environ.get("NAME", <node>)`."""
    for call in _calls(module):
        func = call.func
        name = (
            func.attr.value
            if isinstance(func, cst.Attribute)
            else func.value
            if isinstance(func, cst.Name)
            else ""
        )
        if name in _GETTERS and len(call.args) == 2 and call.args[1].value is node:
            code = module.code_for_node(func)
            if name == "getenv" or code.endswith("environ.get"):
                return call
    return None


def _first_text(call: cst.Call) -> str:
    first = call.args[0].value
    value = first.evaluated_value if isinstance(first, cst.SimpleString) else ""
    return value if isinstance(value, str) and value.isidentifier() else ""


def _sets_environment(module: cst.Module, node: cst.CSTNode) -> bool:
    for statement in module.body:
        lines = statement.body.body if isinstance(statement, cst.If) else [statement]
        for line in lines:
            for small in line.body if isinstance(line, cst.SimpleStatementLine) else ():
                if isinstance(small, cst.Assign) and small.value is node:
                    code = module.code_for_node(small.targets[0].target)
                    return "environ[" in code.replace(" ", "")
    return False
