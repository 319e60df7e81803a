"""A parsed text whose nodes know their parents and their offsets."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Sequence

from binlint.finding import Place
from binlint.syntax.builder import Positions
from binlint.syntax.lexical import COMMENT, Lines, strings_and_comments

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError, SystemError)
_BLANK_REST = re.compile(r"[ \t\f]*(?:\r\n|\n|\r|\Z)")
_NEWLINE = re.compile(r"\r\n|\n|\r")
_USUAL = {"os": "os", "environ": "os.environ", "getenv": "os.getenv"}  # where a star import hides the import

String = ast.Constant | ast.JoinedStr


def parsed(text: str | bytes) -> ast.Module | None:
    """The tree, or None for what the interpreter does not take."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except _UNREADABLE:
        return None


class Code:
    """Text and tree. What stands inside an f-string has no reliable place and is left out."""

    def __init__(self, text: str, tree: ast.Module) -> None:
        self.text = text
        self.tree = tree
        self.starts = Lines(text).starts
        self.aliases: dict[str, str] = {}  # name -> what an import makes of it
        self._local: set[str] = set()  # names that something else than an import binds
        self._positions = Positions(text)
        self._parents: dict[ast.AST, tuple[ast.AST, str]] = {}
        self._strings: list[String] = []
        self._read()

    def _read(self) -> None:
        stack: list[ast.AST] = [self.tree]
        while stack:
            node = stack.pop()
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                self._take_import(node)
            elif isinstance(node, ast.arg):
                self._local.add(node.arg)
            elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                self._local.add(node.id)
            elif isinstance(node, (*FUNCTIONS, ast.ClassDef)):
                self._local.add(node.name)
            if isinstance(node, String) and (isinstance(node, ast.JoinedStr) or is_text(node)):
                self._strings.append(node)
                continue
            for field, below in ast.iter_fields(node):
                for child in below if isinstance(below, list) else (below,):
                    if isinstance(child, ast.AST) and not isinstance(child, ast.expr_context):
                        self._parents[child] = node, field
                        stack.append(child)

    def _take_import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            if isinstance(node, ast.ImportFrom):
                module = "." * node.level + (node.module or "")
                self.aliases[alias.asname or alias.name] = f"{module}.{alias.name}"
            elif alias.asname:
                self.aliases[alias.asname] = alias.name
            else:
                root = alias.name.partition(".")[0]
                self.aliases[root] = root

    # places

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Start and end of a node, without the brackets around it and without decorators."""
        return self.offsets(self._positions.place(node))

    def place(self, node: ast.AST) -> Place:
        """The place of a node."""
        return self._positions.place(node)

    def offsets(self, place: Place) -> tuple[int, int]:
        """Start and end of a place; lines that are not there count as the last one."""
        first, last = (
            self.starts[min(max(line, 1), len(self.starts)) - 1] for line in (place.line, place.end_line)
        )
        return first + place.column - 1, last + place.end_column - 1

    def start(self, statement: ast.stmt) -> int:
        """Where a statement begins, with its decorators."""
        decorators = getattr(statement, "decorator_list", ())
        if not decorators:
            return self.span(statement)[0]
        return self.text.rindex("@", 0, self.span(decorators[0])[0])

    def line(self, offset: int) -> int:
        """The 0-based line of an offset."""
        low, high = 0, len(self.starts)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.starts[middle] <= offset else (low, middle)
        return low

    def line_start(self, offset: int) -> int:
        """Where the line of an offset begins."""
        return self.starts[self.line(offset)]

    def before(self, offset: int) -> str:
        """What stands on the line before an offset."""
        return self.text[self.line_start(offset) : offset]

    def line_end(self, offset: int) -> int | None:
        """Behind the end of the line, if nothing but blanks follows `offset` on it."""
        found = _BLANK_REST.match(self.text, offset)
        return found.end() if found else None

    def newline(self, line: int) -> str:
        """What ends a line, or the first one if this has no end."""
        following = self.starts[line + 1] if line + 1 < len(self.starts) else len(self.text)
        found = re.search(r"(?:\r\n|\n|\r)\Z", self.text[self.starts[line] : following])
        found = found or _NEWLINE.search(self.text)
        return found.group() if found else "\n"

    def comments(self, start: int, end: int) -> list[tuple[int, int]]:
        """The comments between two offsets, of which the first is in no string."""
        inside = self.text[start:end]
        if "#" not in inside:
            return []
        found = strings_and_comments(inside)
        return [(start + first, start + last) for kind, first, last in found if kind == COMMENT]

    # nodes

    def string_at(self, start: int, end: int) -> String | None:
        """The string literal, with all that stands side by side with it, around a region."""
        line, last = self.line(start) + 1, self.line(end) + 1
        for node in self._strings:
            if node.lineno <= line and last <= (node.end_lineno or node.lineno):
                first, behind = self.span(node)
                if first <= start < end <= behind:
                    return node
        return None

    def parent(self, node: ast.AST) -> tuple[ast.AST, str]:
        """The node above, and the field of it in which `node` is."""
        return self._parents[node]

    def above(self, node: ast.AST) -> Iterator[tuple[ast.AST, str, ast.AST]]:
        """All nodes above from the inside out, each with the field and the child that was come from."""
        while node in self._parents:
            parent, field = self._parents[node]
            yield parent, field, node
            node = parent

    def statement(self, node: ast.AST) -> ast.stmt:
        """The innermost statement around a node."""
        while not isinstance(node, ast.stmt):
            node = self._parents[node][0]
        return node

    def siblings(self, statement: ast.stmt) -> list[ast.stmt]:
        """The block that a statement stands in."""
        parent, field = self._parents[statement]
        block: list[ast.stmt] = getattr(parent, field)
        return block

    def dotted(self, node: ast.AST) -> str:
        """`os.environ.get`, whatever the imports call it; empty for what is no chain of names.

        Empty as well for a name that is imported and bound otherwise too, like the `environ` of WSGI.
        """
        names: list[str] = []
        while isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        root = self.aliases.get(node.id) or _USUAL.get(node.id)
        if root is not None and node.id in self._local:
            return ""
        return ".".join([root or node.id, *reversed(names)])

    # what the tree is to become; places and parents are no longer asked after

    def replace(self, node: ast.AST, other: ast.AST | None) -> None:
        """Puts `other` for `node` into the tree."""
        parent, field = self._parents[node]
        below = getattr(parent, field)
        if not isinstance(below, list):
            setattr(parent, field, other)
            return
        at = next(index for index, item in enumerate(below) if item is node)
        below[at : at + 1] = [] if other is None else [other]


def is_text(node: ast.AST) -> bool:
    """Whether this is a literal of text or bytes."""
    return isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes))


def has_docstring(body: Sequence[ast.stmt]) -> bool:
    """Whether a body begins with a docstring."""
    first = body[0] if body else None
    return (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    )


def only_text(node: ast.AST | None) -> str | None:
    """The text of a plain string literal."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
