"""Expressions of the C parser's tree → the expression language of `facts`."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable

from binlint.facts import (
    NOTHING,
    UNKNOWN,
    Attribute,
    Call,
    Choice,
    Constant,
    Each,
    Element,
    Expr,
    FunctionRef,
    Item,
    Join,
    Literal,
    Mapping,
    Operation,
    Part,
    Sequence,
    Slice,
    Star,
    WithUpdate,
)
from binlint.syntax.builder import Builder

_DEEP = 60  # levels of nesting that are followed; people write fewer than ten
_WIDE = 3_000  # parts of one `+` chain or items of one display
_LABEL = 60  # a longer string is a value, not the name of one
_EXACT_FSTRINGS = sys.version_info >= (3, 12)  # before, places inside an f-string are unreliable
_GUARDS = 8  # conditions around a call that are kept, the innermost ones
_OPERATORS = {ast.Mod: "%", ast.Mult: "*", ast.BitOr: "|", ast.Div: "/"}

DefineLambda = Callable[[ast.Lambda], FunctionRef]


class Expressions:
    """Reads expressions into a `Builder`. `define` makes a function of a lambda."""

    def __init__(self, builder: Builder, define: DefineLambda) -> None:
        self._builder = builder
        self._define = define
        self._depth = 0

    def read(self, node: ast.expr | None) -> Expr:
        """The expression, or `Unknown` for what cannot carry a credential."""
        if node is None:
            return UNKNOWN
        reader = _READERS.get(type(node))
        if reader is None:
            return self._other(node)
        if self._depth >= _DEEP:
            return self._too_deep(node)
        self._depth += 1
        try:
            return reader(self, node)
        finally:
            self._depth -= 1

    def _other(self, node: ast.expr) -> Expr:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                if self._depth >= _DEEP:
                    return self._too_deep(node)
                self._depth += 1
                self.read(child)
                self._depth -= 1
        return UNKNOWN

    def _too_deep(self, node: ast.expr) -> Expr:
        """Keeps the strings of what is nested too deeply to be followed."""
        for child in ast.walk(node):
            if isinstance(child, ast.Constant):
                self._constant(child)
        return UNKNOWN

    def _constant(self, node: ast.Constant) -> Expr:
        value = node.value
        if isinstance(value, (str, bytes)):
            return self._builder.literal(value, self._builder.positions.place(node))
        if value is None or isinstance(value, int):
            return Constant(value)
        return UNKNOWN

    def _name(self, node: ast.Name) -> Expr:
        return self._builder.load(node.id)

    def _attribute(self, node: ast.Attribute) -> Expr:
        return Attribute(self.read(node.value), node.attr, self._builder.positions.place(node))

    def _subscript(self, node: ast.Subscript) -> Expr:
        value = self.read(node.value)
        if isinstance(node.slice, ast.Slice):
            bounds = node.slice
            return Slice(
                value,
                *(None if b is None else self.read(b) for b in (bounds.lower, bounds.upper, bounds.step)),
            )
        return Item(value, self.read(node.slice), self._builder.positions.place(node))

    def _call(self, node: ast.Call) -> Expr:
        builder = self._builder
        func = self.read(node.func)
        args = tuple(self.read(arg) for arg in node.args)
        group = builder.group()
        keywords: list[tuple[str | None, Expr]] = []
        label = _label(args)
        for keyword in node.keywords:
            value = self._named(keyword.arg, keyword.value)
            keywords.append((keyword.arg, value))
            if keyword.arg is not None:
                name = label if keyword.arg in ("default", "value") and label else keyword.arg
                builder.slot(name, value, builder.positions.place(keyword.value), group)
        for before, after, after_node in zip(args, args[1:], node.args[1:], strict=False):
            if isinstance(before, Literal) and (name := _label((before,))):
                builder.slot(name, after, builder.positions.place(after_node), group)
        place = builder.positions.place(node)
        guards = tuple(builder.guards[-_GUARDS:])
        call = Call(func, args, tuple(keywords), place, builder.scope.index, builder.statement, guards)
        builder.calls.append(call)
        return call

    def _named(self, name: str | None, node: ast.expr) -> Expr:
        if name is None or not isinstance(node, (ast.Dict, ast.Call, ast.List, ast.Tuple)):
            return self.read(node)
        with self._builder.named(name):
            return self.read(node)

    def _binary(self, node: ast.BinOp) -> Expr:
        if isinstance(node.op, ast.Add):
            return self._sum(node)
        left, right = self.read(node.left), self.read(node.right)
        operator = _OPERATORS.get(type(node.op))
        return UNKNOWN if operator is None else Operation(operator, left, right)

    def _sum(self, node: ast.BinOp) -> Expr:
        parts: list[ast.expr] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add):
            parts.append(left.right)
            left = left.left
        parts.append(left)
        if len(parts) > _WIDE:
            return self._too_deep(node)
        return Join(tuple(self.read(part) for part in reversed(parts)))

    def _choice(self, node: ast.BoolOp) -> Expr:
        return Choice(tuple(self.read(value) for value in node.values))

    def _conditional(self, node: ast.IfExp) -> Expr:
        self.read(node.test)
        return Choice((self.read(node.body), self.read(node.orelse)))

    def _dict(self, node: ast.Dict) -> Expr:
        builder = self._builder
        group = builder.group()
        entries: list[tuple[Expr | None, Expr]] = []
        for key_node, value_node in zip(node.keys, node.values, strict=True):
            key = None if key_node is None else self.read(key_node)
            label = key.value if isinstance(key, Literal) and isinstance(key.value, str) else None
            value = self._named(label if label and len(label) <= _LABEL else None, value_node)
            entries.append((key, value))
            if label and len(label) <= _LABEL:
                builder.slot(label, value, builder.positions.place(value_node), group)
        place = builder.positions.place(node)
        mapping = Mapping(tuple(entries), place, builder.scope.index, builder.statement)
        if entries:
            builder.mappings.append(mapping)
        return mapping

    def _sequence(self, node: ast.List | ast.Tuple | ast.Set) -> Expr:
        items = tuple(self.read(item) for item in node.elts)
        if len(items) == 2 and (name := _label(items[:1])):  # ("api_key", "…") pairs
            self._builder.slot(
                name, items[1], self._builder.positions.place(node.elts[1]), self._builder.group()
            )
        return Sequence(items)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Expr:
        return Sequence((Star(self._each(node.generators, lambda: self.read(node.elt))),))

    def _dict_comprehension(self, node: ast.DictComp) -> Expr:
        def pair() -> Expr:
            return Sequence((self.read(node.key), self.read(node.value)))

        empty = Mapping(
            (), self._builder.positions.place(node), self._builder.scope.index, self._builder.statement
        )
        return WithUpdate(empty, self._each(node.generators, pair))

    def _each(self, generators: list[ast.comprehension], result: Callable[[], Expr]) -> Expr:
        builder, first = self._builder, generators[0]
        iterable = self.read(first.iter)
        outer = None if builder.scope.env is None else dict(builder.scope.env)
        element = builder.bind("", Element(iterable), None)
        self.assign(first.target, builder.load(""))
        for condition in first.ifs:
            self.read(condition)
        inner = self._each(generators[1:], result) if len(generators) > 1 else None
        value = Star(inner) if inner is not None else result()
        builder.scope.env = outer
        return Each(value, element, iterable)

    def assign(self, target: ast.expr, value: Expr) -> None:
        """Binds the names of a target of a loop, a comprehension, `with` or a walrus."""
        if isinstance(target, ast.Name):
            place = self._builder.positions.place(target)
            self._builder.slot(target.id, value, place)
            self._builder.bind(target.id, value, place)
        elif isinstance(target, (ast.Tuple, ast.List)):
            for item, part in unpacked(target.elts, value):
                self.assign(item, part)
        elif isinstance(target, ast.Starred):
            self.assign(target.value, UNKNOWN)
        else:
            self.read(target)

    def _walrus(self, node: ast.NamedExpr) -> Expr:
        value = self.read(node.value)
        self.assign(node.target, value)
        return self._builder.load(node.target.id)

    def _lambda(self, node: ast.Lambda) -> Expr:
        return self._define(node)

    def _inner(self, node: ast.Await) -> Expr:
        return self.read(node.value)

    def _yield(self, node: ast.Yield | ast.YieldFrom) -> Expr:
        value = self.read(node.value) if node.value else NOTHING
        self._builder.scope.yields.append(Star(value) if isinstance(node, ast.YieldFrom) else value)
        return UNKNOWN

    def _starred(self, node: ast.Starred) -> Expr:
        return Star(self.read(node.value))

    def _formatted(self, node: ast.JoinedStr) -> Expr:
        place = self._builder.positions.place(node)
        parts: list[Expr] = []
        for part in node.values:
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                where = self._builder.positions.place(part) if _EXACT_FSTRINGS else place
                parts.append(self._builder.literal(part.value, where))
            elif isinstance(part, ast.FormattedValue):
                value = self.read(part.value)
                plain = part.format_spec is None and part.conversion in (-1, ord("s"))
                parts.append(value if plain else UNKNOWN)
            else:
                parts.append(UNKNOWN)
        return Join(tuple(parts))

    def _unary(self, node: ast.UnaryOp) -> Expr:
        value = self.read(node.operand)
        if isinstance(node.op, ast.USub) and isinstance(value, Constant) and isinstance(value.value, int):
            return Constant(-value.value)
        return UNKNOWN


def unpacked(targets: list[ast.expr], value: Expr) -> list[tuple[ast.expr, Expr]]:
    """Each target of `a, *b, c = value` with what it gets."""
    star = next((i for i, target in enumerate(targets) if isinstance(target, ast.Starred)), len(targets))
    return [
        (target, Part(value, i) if i < star else UNKNOWN if i == star else Part(value, i - len(targets)))
        for i, target in enumerate(targets)
    ]


def _label(args: tuple[Expr, ...]) -> str:
    """The first argument that could be the name of a value: `"BINANCE_API_KEY"`, `"--api-key"`."""
    names = [arg.value for arg in args if isinstance(arg, Literal) and isinstance(arg.value, str)]
    long_options = [name for name in names if name.startswith("--")]
    name = (long_options or names or [""])[-1 if long_options else 0]
    return name if 0 < len(name) <= _LABEL else ""


_Reader = Callable[["Expressions", "ast.expr"], Expr]
_READERS: dict[type[ast.AST], _Reader] = {
    ast.Constant: Expressions._constant,  # type: ignore[dict-item]
    ast.Name: Expressions._name,  # type: ignore[dict-item]
    ast.Attribute: Expressions._attribute,  # type: ignore[dict-item]
    ast.Subscript: Expressions._subscript,  # type: ignore[dict-item]
    ast.Call: Expressions._call,  # type: ignore[dict-item]
    ast.BinOp: Expressions._binary,  # type: ignore[dict-item]
    ast.BoolOp: Expressions._choice,  # type: ignore[dict-item]
    ast.IfExp: Expressions._conditional,  # type: ignore[dict-item]
    ast.Dict: Expressions._dict,  # type: ignore[dict-item]
    ast.List: Expressions._sequence,  # type: ignore[dict-item]
    ast.Tuple: Expressions._sequence,  # type: ignore[dict-item]
    ast.Set: Expressions._sequence,  # type: ignore[dict-item]
    ast.ListComp: Expressions._comprehension,  # type: ignore[dict-item]
    ast.SetComp: Expressions._comprehension,  # type: ignore[dict-item]
    ast.GeneratorExp: Expressions._comprehension,  # type: ignore[dict-item]
    ast.DictComp: Expressions._dict_comprehension,  # type: ignore[dict-item]
    ast.NamedExpr: Expressions._walrus,  # type: ignore[dict-item]
    ast.Lambda: Expressions._lambda,  # type: ignore[dict-item]
    ast.Await: Expressions._inner,  # type: ignore[dict-item]
    ast.Yield: Expressions._yield,  # type: ignore[dict-item]
    ast.YieldFrom: Expressions._yield,  # type: ignore[dict-item]
    ast.Starred: Expressions._starred,  # type: ignore[dict-item]
    ast.JoinedStr: Expressions._formatted,  # type: ignore[dict-item]
    ast.UnaryOp: Expressions._unary,  # type: ignore[dict-item]
}
