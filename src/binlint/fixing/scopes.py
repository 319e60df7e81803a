"""Which names a module binds, in which scope and by what, and what a name means at a place.

Only what is certain counts. A binding is a region of the text; flow is not followed, save that an
import has been executed where it stands earlier in the same block, or in a block around.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from binlint.syntax.builder import Positions

MODULE, FUNCTION, CLASS, COMPREHENSION, TYPES = "module", "function", "class", "comprehension", "types"

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_NEWLINE = re.compile(r"\r\n|\n|\r")
_BETWEEN = re.compile(r"(?:[ \t\f\r\n;]|\\(?:\r\n|\r|\n)|#[^\r\n]*)*")


class Offsets:
    """Where nodes and lines are in a text, in code points from its start."""

    def __init__(self, text: str) -> None:
        self.starts = [0, *(found.end() for found in _NEWLINE.finditer(text))]
        self._positions = Positions(text)

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Start and end of a node that has a position."""
        place = self._positions.place(node)
        first, last = self.starts[place.line - 1], self.starts[place.end_line - 1]
        return first + place.column - 1, last + place.end_column - 1

    def line(self, offset: int) -> int:
        """The 0-based line of an offset."""
        return bisect_right(self.starts, offset) - 1


class Block(NamedTuple):
    """The region of a list of statements; `is_top` for the module's own."""

    start: int
    end: int
    is_top: bool


class Bind(NamedTuple):
    """One binding of a name. `bound` is the dotted name of what an import binds, empty for all else.

    `import a.b` binds `a` and loads `a.b`.
    """

    bound: str
    loaded: str
    start: int
    end: int
    block: Block

    def precedes(self, offset: int) -> bool:
        """Whether this has been executed when the code at `offset` is, or when that code is defined."""
        return self.end <= offset and self.block.start <= offset <= self.block.end


@dataclass(slots=True, eq=False)
class Scope:
    """A scope and what is bound in it, from wherever (`global` and `nonlocal` are resolved)."""

    kind: str
    parent: Scope | None = None
    binds: defaultdict[str, list[Bind]] = field(default_factory=lambda: defaultdict(list))
    global_names: set[str] = field(default_factory=set)
    nonlocal_names: set[str] = field(default_factory=set)

    def owner(self, name: str) -> Scope:
        """The scope that a look-up of `name` in this one ends in, as the compiler sees it."""
        scope, is_direct = self, True
        while scope.parent is not None:
            if name in scope.global_names:
                break
            is_visible = is_direct or scope.kind != CLASS
            if is_visible and name in scope.binds and name not in scope.nonlocal_names:
                return scope
            is_direct = is_direct and scope.kind == TYPES
            scope = scope.parent
        return scope.root()

    def root(self) -> Scope:
        """The module's scope."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    def is_deferred(self) -> bool:
        """Whether code in this scope runs when something is called, not where it stands."""
        scope: Scope | None = self
        while scope is not None:
            if scope.kind == FUNCTION:
                return True
            scope = scope.parent
        return False


class Place(NamedTuple):
    """Where a look-up will stand: its scope, and the index of the top-level statement around it."""

    offset: int
    scope: Scope
    top: int
    is_deferred: bool


class Scopes:
    """The scopes of a parsed text. `places` has one for each of `offsets`.

    In a package's `__init__.py`, `from .os import x` binds `os` too, whatever scope it stands in.
    """

    def __init__(
        self, text: str, tree: ast.Module, offsets: Collection[int], *, is_package: bool = True
    ) -> None:
        self.offsets = Offsets(text)
        self.spans = self._top_spans(text, tree)
        self.module = Scope(MODULE)
        self.stars: list[int] = []  # where `from m import *` stands
        self.mentioned: set[str] = set()  # names, wherever they stand as such
        self._raw: list[tuple[Scope, str, Bind]] = []
        self._regions: list[tuple[int, int, Scope]] = []
        self._found: dict[int, Scope] = {}
        self._wanted = frozenset(offsets)
        self._is_package = is_package
        self._walk(tree, len(text))
        self._settle()
        self.places = [self._place(offset) for offset in offsets]

    def imports(self) -> Iterator[tuple[str, Bind]]:
        """All imports with the name that each binds, as they stand in the text."""
        found = [(name, bind) for _, name, bind in self._raw if bind.bound]
        yield from sorted(found, key=lambda item: item[1].start)

    # places

    def _top_spans(self, text: str, tree: ast.Module) -> list[tuple[int, int]]:
        spans = []
        last = 0
        for node in tree.body:
            start, end = self.offsets.span(node)
            if isinstance(node, _DEFINITIONS) and node.decorator_list:
                between = _BETWEEN.match(text, last)
                start = between.end() if between else start
            spans.append((start, end))
            last = end
        return spans

    def _place(self, offset: int) -> Place:
        scope = self._found.get(offset)
        if scope is None:
            around = [region for region in self._regions if region[0] <= offset < region[1]]
            scope = min(around, key=lambda region: region[1] - region[0])[2] if around else self.module
        top = bisect_right([start for start, _ in self.spans], offset) - 1
        return Place(offset, scope, top, scope.is_deferred())

    # the walk

    def _walk(self, tree: ast.Module, length: int) -> None:
        top = Block(0, length, True)
        lines = {self.offsets.line(offset) + 1 for offset in self._wanted}
        stack: list[tuple[ast.AST, Scope, Block]] = [(node, self.module, top) for node in reversed(tree.body)]
        while stack:
            node, scope, block = stack.pop()
            if getattr(node, "lineno", 0) in lines:
                start, _ = self.offsets.span(node)
                if start in self._wanted:
                    self._found[start] = scope
            stack.extend(reversed(list(self._enter(node, scope, block))))

    def _enter(self, node: ast.AST, scope: Scope, block: Block) -> Iterator[tuple[ast.AST, Scope, Block]]:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield from self._function(node, scope, block)
        elif isinstance(node, ast.ClassDef):
            yield from self._class(node, scope, block)
        elif isinstance(node, _COMPREHENSIONS):
            inner = Scope(COMPREHENSION, scope)
            first = node.generators[0]
            yield first.iter, scope, block
            yield first.target, inner, block
            for child in (*first.ifs, *node.generators[1:], *ast.iter_child_nodes(node)):
                if child is not first:
                    yield child, inner, block
        elif type(node).__name__ == "TypeAlias":
            inner = self._types(node, scope, block)
            for child in ast.iter_child_nodes(node):
                yield child, scope if isinstance(child, ast.Name) and not _is_load(child) else inner, block
        elif isinstance(node, ast.NamedExpr):
            self.mentioned.add(node.target.id)
            target = scope
            while target.kind == COMPREHENSION and target.parent is not None:
                target = target.parent
            self._bind(target, node.target.id, node, block)
            yield node.value, scope, block
        else:
            self._record(node, scope, block)
            yield from self._inside(node, scope, block)

    def _inside(self, node: ast.AST, scope: Scope, block: Block) -> Iterator[tuple[ast.AST, Scope, Block]]:
        if isinstance(node, (ast.Name, ast.Constant)):
            return
        for _, value in ast.iter_fields(node):
            if isinstance(value, ast.AST):
                yield value, scope, block
            elif isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                inner = self._block(value)
                yield from ((child, scope, inner) for child in value)
            elif isinstance(value, list):
                yield from ((child, scope, block) for child in value if isinstance(child, ast.AST))

    def _function(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: Scope, block: Block
    ) -> Iterator[tuple[ast.AST, Scope, Block]]:
        arguments = node.args
        parameters = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        parameters += [extra for extra in (arguments.vararg, arguments.kwarg) if extra is not None]
        outside = [
            *arguments.defaults,
            *(default for default in arguments.kw_defaults if default is not None),
        ]
        between = scope
        header: list[ast.AST] = [*outside, *parameters]
        if not isinstance(node, ast.Lambda):
            self._bind(scope, node.name, node, block)
            between = self._types(node, scope, block)
            header += [] if node.returns is None else [node.returns]
            outside += node.decorator_list
        for child in outside:
            yield child, scope, block
        inner = Scope(FUNCTION, between)
        for parameter in parameters:
            self._bind(inner, parameter.arg, parameter, block)
            if parameter.annotation is not None:
                yield parameter.annotation, between, block
        if isinstance(node, ast.Lambda):
            start, end = self.offsets.span(node.body)
            self._regions.append((start, end, inner))
            yield node.body, inner, Block(start, end, False)
            return
        if node.returns is not None:
            yield node.returns, between, block
        yield from self._body(node, header, inner)

    def _class(
        self, node: ast.ClassDef, scope: Scope, block: Block
    ) -> Iterator[tuple[ast.AST, Scope, Block]]:
        self._bind(scope, node.name, node, block)
        for decorator in node.decorator_list:
            yield decorator, scope, block
        between = self._types(node, scope, block)
        header: list[ast.AST] = [*node.bases, *node.keywords]
        for child in header:
            yield child, between, block
        yield from self._body(node, header, Scope(CLASS, between))

    def _body(
        self,
        node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef,
        header: Iterable[ast.AST],
        inner: Scope,
    ) -> Iterator[tuple[ast.AST, Scope, Block]]:
        start, end = self.offsets.span(node)
        start = max((self.offsets.span(part)[1] for part in header), default=start + 1)
        self._regions.append((start, end, inner))
        block = self._block(node.body)._replace(start=start)
        for child in node.body:
            yield child, inner, block

    def _types(self, node: ast.AST, scope: Scope, block: Block) -> Scope:
        """The scope of type parameters, which stands between a definition and what is around it."""
        parameters = getattr(node, "type_params", ())
        if not parameters:
            return scope
        inner = Scope(TYPES, scope)
        for parameter in parameters:
            self._bind(inner, parameter.name, parameter, block)
        return inner

    def _block(self, statements: Sequence[ast.stmt]) -> Block:
        first, last = statements[0], statements[-1]
        return Block(self.offsets.span(first)[0], self.offsets.span(last)[1], False)

    # bindings

    def _record(self, node: ast.AST, scope: Scope, block: Block) -> None:
        if isinstance(node, ast.Name):
            self.mentioned.add(node.id)
            if not _is_load(node):
                self._bind(scope, node.id, node, block)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                root = alias.name.partition(".")[0]
                bound = alias.name if alias.asname else root
                self._bind(scope, alias.asname or root, node, block, bound, alias.name)
        elif isinstance(node, ast.ImportFrom):
            self._record_from(node, scope, block)
        elif isinstance(node, ast.Global):
            scope.global_names.update(node.names)
        elif isinstance(node, ast.Nonlocal):
            scope.nonlocal_names.update(node.names)
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
            self._bind(scope, node.name, node, block)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            self._bind(scope, node.rest, node, block)

    def _record_from(self, node: ast.ImportFrom, scope: Scope, block: Block) -> None:
        module = "." * node.level + (node.module or "")
        if self._is_package and node.level == 1 and node.module:
            self._bind(self.module, node.module.partition(".")[0], node, block._replace(is_top=False))
        for alias in node.names:
            if alias.name == "*":
                self.stars.append(self.offsets.span(node)[0])
            else:
                bound = f"{module}.{alias.name}"
                self._bind(scope, alias.asname or alias.name, node, block, bound, bound)

    def _bind(
        self, scope: Scope, name: str, node: ast.AST, block: Block, bound: str = "", loaded: str = ""
    ) -> None:
        start, end = self.offsets.span(node)
        self._raw.append((scope, name, Bind(bound, loaded, start, end, block)))

    def _settle(self) -> None:
        """Gives each binding to the scope that it changes, once all declarations are known."""
        for scope, name, bind in self._raw:
            if name not in scope.global_names and name not in scope.nonlocal_names:
                scope.binds[name].append(bind)
        for scope, name, bind in self._raw:
            if name in scope.global_names or name in scope.nonlocal_names:
                scope.owner(name).binds[name].append(bind._replace(block=bind.block._replace(is_top=False)))


def _is_load(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Load)
