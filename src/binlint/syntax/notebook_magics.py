"""What IPython adds to Python, turned into Python of as many lines: `%magic`, `!command`, `object?`."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Iterator

from binlint.syntax.lexical import OPEN, strings_and_comments
from binlint.syntax.notebook_excerpt import Edit, Excerpt

# Magics of a whole cell whose cell is Python all the same; whatever else has one is a text.
_PYTHON_CELLS = frozenset(
    "capture debug local lprun memit mprun prun pypy pyspark pyinstrument python python2 python3 snakeviz"
    " spark time timeit".split()
)
_CELL_MAGIC = re.compile(
    r"\s*(?:%%(\w*)[^\r\n]*|%(?:md|sh|sql|scala|r|fs)[ \t]*(?=[\r\n]))(?:\r\n|[\r\n]|\Z)"
)

_LINE = re.compile(r"[^\r\n]*")
_NEWLINE = re.compile(r"\r\n|[\r\n]")
_INDENT = re.compile(r"[ \t\f]*")
_COMMAND = re.compile(r"[%!?,;/]")
_TARGET = r"[\w.,* \t]|\[[^\[\]\r\n=#]{0,200}\]"
_ASSIGNED = re.compile(rf"(?!\d)\w(?:{_TARGET}){{0,200}}=[ \t]*(?=[%!])")
_HELP = re.compile(r"(?:\w[\w. \t]{0,200}=[ \t]*)?[\w*][\w.*\[\]]{0,200}\?{1,2}[ \t]*;?[ \t]*(?=[\r\n]|\Z)")
# A magic that runs the statement behind it.
_RUNS = re.compile(
    r"%(?:time|timeit|prun|memit)\b"
    r"(?:[ \t]+-[lsTD][ \t]*[a-z]\S{0,80}|[ \t]+-[A-Za-z]+(?:[ \t]*\d+)?){0,6}[ \t]+(?=[^\s%!?,;/-])"
)
_SETS = re.compile(r"%(?:set_)?env[ \t]+([\w.-]+)(?:[ \t]*=[ \t]*|[ \t]+)(?=[^\s=])")
_GETS = re.compile(r"%env[ \t]+(\w+)[ \t]*(?=[\r\n]|\Z)")
_QUOTED = re.compile(r"\"[^\"\\\r\n]*\"|'[^'\\\r\n]*'")
_NAMED = re.compile(r"(?:\$\{?|\{)([^\W\d]\w*)\}?")
_REMARK = re.compile(r"[ \t]#")
_SPECIAL = re.compile(r'["\\]')

_TOKEN = re.compile(r"#[^\r\n]*|\\(?:\r\n|[\s\S])|[()\[\]{}]|\"{3}|'{3}|[\"']|\r\n|[\r\n]")
_STRING_END = {
    '"': re.compile(r'\\(?:\r\n|[\s\S])|"|(?=[\r\n])'),
    "'": re.compile(r"\\(?:\r\n|[\s\S])|'|(?=[\r\n])"),
    '"""': re.compile(r'\\[\s\S]|"""'),
    "'''": re.compile(r"\\[\s\S]|'''"),
}
_BRACKET = re.compile(r"[()\[\]{}]")
_CLOSES = {")": "(", "]": "[", "}": "{"}
_PARSED = 100_000  # characters of a cell that is not closed by its looks
_REFUSALS = (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError, SystemError)


def python_of(cell: Excerpt) -> Excerpt | None:
    """A code cell as Python of as many lines; None where its first line says that it is something else."""
    cell = cell.edited(_indentation(cell.text))
    code = cell.text
    position = 0
    while magic := _CELL_MAGIC.match(code, position):
        if magic[1] not in _PYTHON_CELLS:
            return None
        position = magic.end()
    return cell.edited(_edits(code))


def _indentation(code: str) -> Iterator[Edit]:
    """Cuts off by how much the first line is indented, as IPython does."""
    first = len(code) - len(code.lstrip())
    indent = code[max(code.rfind("\n", 0, first), code.rfind("\r", 0, first)) + 1 : first]
    if not indent:
        return
    for start in (0, *(newline.end() for newline in _NEWLINE.finditer(code))):
        if code.startswith(indent, start):
            yield Edit(start, start + len(indent), "")


def _edits(code: str) -> Iterator[Edit]:
    position = 0
    while position < len(code):
        start = _end(_INDENT, code, position)
        edits, position = _statement(code, start)
        yield from edits


def _statement(code: str, start: int) -> tuple[Iterable[Edit], int]:
    """What makes Python of the statement at `start`, and where the next one begins."""
    assigned = _ASSIGNED.match(code, start)
    at = assigned.end() if assigned else start
    if assigned or _COMMAND.match(code, start):
        if runs := _RUNS.match(code, at):
            return (Edit(at, runs.end(), ""),), _statement_end(code, runs.end())
    elif not _HELP.match(code, start):
        return (), _statement_end(code, start)
    # A command is no Python: its quotes and brackets need not match.
    end = _command_end(code, start)
    edits = _read_variable(code, start, at) if assigned else _set_variable(code, start)
    return edits or _commented(code, at, end, "..." if assigned else "pass"), end


def _commented(code: str, at: int, end: int, instead: str) -> Iterator[Edit]:
    """Another statement, or value, with what stands there as its comment, down to its last line."""
    yield Edit(at, at, f"{instead}  # ")
    for newline in _NEWLINE.finditer(code, at, end):
        if newline.end() < end:
            yield Edit(newline.end(), newline.end(), "# ")


def _read_variable(code: str, start: int, at: int) -> tuple[Edit, ...]:
    """`value = %env NAME` as the look-up that it is."""
    gets = _GETS.match(code, at)
    if gets is None:
        return ()
    first, last = gets.span(1)
    return (
        Edit(start, start, "import os; "),
        Edit(at, first, 'os.environ["'),
        Edit(last, last, '"]', leans_left=True),
    )


def _set_variable(code: str, start: int) -> tuple[Edit, ...]:
    """`%env NAME=value` as the assignment that it is."""
    sets = _SETS.match(code, start)
    if sets is None:
        return ()
    name, first = sets.span(1), sets.end()
    last = _end(_LINE, code, first)
    remark = _REMARK.search(code, first, last)
    value = code[first : remark.start() if remark else last].rstrip()
    last = first + len(value)
    head = Edit(start, name[0], 'import os; os.environ["')
    if _QUOTED.fullmatch(value):
        return head, Edit(name[1], first, '"] = ')
    if named := _NAMED.fullmatch(value):
        start, end = named.span(1)
        return head, Edit(name[1], first + start, '"] = '), Edit(first + end, last, "", leans_left=True)
    inside = (Edit(first + s.start(), first + s.start(), "\\") for s in _SPECIAL.finditer(value))
    return head, Edit(name[1], first, '"] = "'), *inside, Edit(last, last, '"', leans_left=True)


def _end(pattern: re.Pattern[str], code: str, position: int) -> int:
    found = pattern.match(code, position)
    return found.end() if found else position


def _command_end(code: str, position: int) -> int:
    """Where the line ends, with those that it goes on in, and with its newline."""
    while True:
        end = _end(_LINE, code, position)
        goes_on = end > position and code[end - 1] == "\\"
        position = _end(_NEWLINE, code, end)
        if not goes_on or position == end:
            return position


def _statement_end(code: str, position: int) -> int:
    """Where the logical line ends, with its newline."""
    depth = 0
    while found := _TOKEN.search(code, position):
        token, position = found[0], found.end()
        if token[0] in "\r\n":
            if depth == 0:
                return position
        elif token in "([{":
            depth += 1
        elif token in ")]}":
            depth = max(0, depth - 1)
        elif token in _STRING_END:
            position = _string_end(code, position, token)
    return len(code)


def _string_end(code: str, position: int, quote: str) -> int:
    pattern = _STRING_END[quote]
    while found := pattern.search(code, position):
        position = found.end()
        if not found[0].startswith("\\"):
            return position
    return len(code)


# --- cells that are no programs --------------------------------------------------------------------


def stands_alone(code: str) -> bool:
    """Whether a cell cannot swallow the next one: what it opens it closes."""
    return _is_closed(code) or _parses(code)


def _is_closed(code: str) -> bool:
    waiting: list[str] = []
    position = 0
    for kind, start, end in strings_and_comments(code):
        if kind == OPEN or not _close(waiting, code[position:start]):
            return False
        position = end
    rest = code[position:]
    return _close(waiting, rest) and not waiting and not rest.rstrip().endswith("\\")


def _close(waiting: list[str], code: str) -> bool:
    for bracket in _BRACKET.findall(code):
        if bracket not in _CLOSES:
            waiting.append(bracket)
        elif not waiting or waiting.pop() != _CLOSES[bracket]:
            return False
    return True


def _parses(code: str) -> bool:
    if len(code) > _PARSED:
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(code)
        except _REFUSALS:
            return False
    return True


_IMPORT = re.compile(
    r"^(?:from[ \t]+\w[\w.]{0,200}[ \t]+)?import[ \t]+[\w., \t]{1,300}(?:#.*)?(?=[\r\n]|\Z)", re.MULTILINE
)


def imports_of(code: str) -> Iterator[tuple[int, int]]:
    """The ranges of plain imports in a cell that is no program otherwise: its names are known by them."""
    for found in _IMPORT.finditer(code):
        yield found.span()
