"""Facts while they are being gathered: the tables that `statements` and `expressions` fill."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from binlint.facts import (
    AttributeSet,
    Binding,
    Call,
    Choice,
    Class,
    Expr,
    Facts,
    Field,
    Free,
    Function,
    ItemSet,
    Literal,
    Mapping,
    Ref,
    Scope,
    Slot,
    Stored,
    StringPlace,
    Unknown,
)
from binlint.finding import Place
from binlint.syntax.scoping import bound_names

Environment = dict[str, int]  # name -> the binding that reaches this point

_LONG = 40  # shorter strings matter only where a name or a call takes them
_PIECE = 16  # a key that is split into smaller pieces is found where it reaches a client only
# letters and digits beside each other, without the separators of names and texts
_MATERIAL = re.compile(r"(?<![\w.-])(?=[A-Za-z]{0,15}[0-9])(?=[0-9]{0,15}[A-Za-z])[A-Za-z0-9]{16}")
_NESTING = 4  # how many keys a slot's name may carry: accounts.main.binance.apiKey
NOWHERE = Place(1, 1, 1, 1)


class Positions:
    """Turns the parser's positions (UTF-8 bytes) into places (code points)."""

    def __init__(self, text: str) -> None:
        self._lines = None if text.isascii() else split_lines(text)
        self._encoded: dict[int, bytes] = {}

    def place(self, node: ast.AST) -> Place:
        """The place of a node that has one."""
        line, end = node.lineno, node.end_lineno  # type: ignore[attr-defined]
        first, last = node.col_offset, node.end_col_offset  # type: ignore[attr-defined]
        if self._lines is None:
            return Place(line, first + 1, end, last + 1)
        return Place(line, self._column(line, first), end, self._column(end, last))

    def _column(self, line: int, offset: int) -> int:
        if self._lines is None or not 0 < line <= len(self._lines):
            return offset + 1
        if self._lines[line - 1].isascii():
            return offset + 1
        encoded = self._encoded.get(line)
        if encoded is None:
            encoded = self._encoded[line] = self._lines[line - 1].encode("utf-8", "surrogatepass")
        return len(encoded[:offset].decode("utf-8", "replace")) + 1


def split_lines(text: str) -> list[str]:
    r"""Lines as Python counts them: only `\n`, `\r\n` and `\r` end one. The ends are cut off."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


@dataclass(slots=True)
class OpenScope:
    """A scope whose body is being read. `env` is None where the code cannot be reached."""

    index: int
    kind: str
    parent: int
    owner: int
    qualname: str
    env: Environment | None = field(default_factory=dict)
    body: Sequence[ast.AST] = ()  # for what it binds, which only `nonlocal` asks
    declared_global: set[str] = field(default_factory=set)
    declared_nonlocal: set[str] = field(default_factory=set)
    every: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    flowless: set[str] = field(default_factory=set)
    breaks: list[Environment] = field(default_factory=list)
    continues: list[Environment] = field(default_factory=list)
    returns: list[Expr] = field(default_factory=list)
    yields: list[Expr] = field(default_factory=list)
    self_name: str = ""
    last: Environment = field(default_factory=dict)  # the last one before the code ended

    def end(self) -> None:
        """Nothing after this point is reached."""
        if self.env is not None:
            self.last = self.env
        self.env = None


class Builder:
    """One file's tables, and the name look-up that both walkers share."""

    def __init__(self, path: str, text: str, outer: tuple[frozenset[str], frozenset[str]]) -> None:
        self.path = path
        self.positions = Positions(text)
        self.global_names, self.nonlocal_names = outer
        self.bindings: list[Binding] = []
        self.scopes: list[OpenScope] = []
        self.functions: list[Function | None] = []
        self.classes: list[Class | None] = []
        self.fields: dict[int, list[Field]] = {}
        self.assigned: defaultdict[int, list[Stored]] = defaultdict(list)
        self.calls: list[Call] = []
        self.mappings: list[Mapping] = []
        self.attribute_sets: list[AttributeSet] = []
        self.item_sets: list[ItemSet] = []
        self.slots: list[Slot] = []
        self.strings: list[StringPlace] = []
        self.stars: list[tuple[str, int]] = []
        self.roots: set[str] = set()
        self.statements: list[Place] = []
        self.statement = NOWHERE
        self.scope = self.open_scope("module", -1, -1, "")
        self.has_material = False
        self.guards: list[tuple[Expr, bool]] = []  # of the branch that is being read
        self._outside: list[tuple[str, int, Expr]] = []
        self._path: list[str] = []
        self._groups = 0

    # scopes and names

    def open_scope(self, kind: str, parent: int, owner: int, name: str) -> OpenScope:
        """A new scope below `parent`; it does not become the current one."""
        above = self.scopes[parent].qualname if parent >= 0 else ""
        qualname = f"{above}.{name}" if above and name else name or above
        scope = OpenScope(len(self.scopes), kind, parent, owner, qualname)
        scope.flowless |= self.global_names if kind == "module" else self.nonlocal_names
        self.scopes.append(scope)
        return scope

    @contextmanager
    def inside(self, scope: OpenScope) -> Iterator[OpenScope]:
        """Makes `scope` the current one; slots inside start with an empty path."""
        outer, self.scope = self.scope, scope
        path, self._path = self._path, []
        guards, self.guards = self.guards, []
        try:
            yield scope
        finally:
            self.scope, self._path, self.guards = outer, path, guards

    def load(self, name: str) -> Expr:
        """The value of a name at this point of the walk."""
        scope = self.scope
        if name in scope.declared_global:
            return Free(name, 0)
        if name in scope.flowless or name in scope.declared_nonlocal:
            return Free(name, scope.index)
        binding = None if scope.env is None else scope.env.get(name)
        if binding is not None:
            return Ref(binding)
        return Free(name, scope.index)

    def bind(self, name: str, value: Expr, place: Place | None) -> int:
        """Gives `name` a value from here on; returns the binding."""
        scope = self.scope
        if name in scope.declared_global:
            scope = self.scopes[0]
        elif name in scope.declared_nonlocal:
            scope = self._owner_of(name)
        index = len(self.bindings)
        self.bindings.append(Binding(name, value, place, scope.index))
        scope.every[name].append(index)
        if scope is self.scope and scope.env is not None:
            scope.env[name] = index
        return index

    def _owner_of(self, name: str) -> OpenScope:
        scope = self.scope
        while scope.parent >= 0:
            scope = self.scopes[scope.parent]
            if scope.kind == "function" and name in bound_names(scope.body):
                break
        return scope

    def change(self, name: str, value: Callable[[Expr], Expr], place: Place) -> None:
        """The object behind `name` was changed in place: `value` makes the new from the old."""
        known = self.scope.env is not None and name in self.scope.env
        if known or self.scope.kind == "module":
            self.bind(name, value(self.load(name)), place)
        else:
            self._outside.append((name, self.scope.index, value(Unknown())))

    def fill(self, binding: int, value: Expr) -> None:
        """Completes a binding that had to exist before its value was known (a loop)."""
        self.bindings[binding] = self.bindings[binding]._replace(value=value)

    def join(self, *environments: Environment | None) -> Environment | None:
        """The environment after branches meet; None if no branch goes on."""
        alive = [env for env in environments if env is not None]
        if not alive:
            return None
        if len(alive) == 1:
            return dict(alive[0])
        merged: Environment = {}
        for name in dict.fromkeys(name for env in alive for name in env):
            reaching = dict.fromkeys(env[name] for env in alive if name in env)
            merged[name] = next(iter(reaching)) if len(reaching) == 1 else self.meet(name, list(reaching))
        return merged

    def meet(self, name: str, bindings: list[int]) -> int:
        """A binding that is any of `bindings`."""
        index = len(self.bindings)
        value = Choice(tuple(Ref(binding) for binding in bindings))
        self.bindings.append(Binding(name, value, None, self.scope.index))
        return index

    # what is recorded

    def group(self) -> int:
        """A fresh number for slots that are neighbours."""
        self._groups += 1
        return self._groups

    @contextmanager
    def named(self, name: str) -> Iterator[None]:
        """Slots recorded inside are called `name.….slot`."""
        self._path.append(name)
        try:
            yield
        finally:
            self._path.pop()

    def slot(self, name: str, value: Expr, place: Place, group: int | None = None) -> None:
        """Records that a value has a name. Groups default to the scope."""
        path = ".".join([*self._path[-_NESTING:], name])
        number = -1 - self.scope.index if group is None else group
        self.slots.append(Slot(path, value, place, self.scope.index, number))

    def literal(self, value: str | bytes, place: Place, docstring: bool = False) -> Literal:
        """A string literal, kept for later when it is long enough to be a credential on its own."""
        literal = Literal(value, place)
        if not (self.has_material or docstring) and len(value) >= _PIECE:
            shown = value if isinstance(value, str) else value.decode("latin-1")
            self.has_material = _MATERIAL.search(shown) is not None or "PRIVATE KEY" in shown
        if len(value) >= _LONG:
            self.strings.append(StringPlace(literal, self.scope.index, self.statement, docstring))
        return literal

    def facts(self) -> Facts:
        """The finished value."""
        for name, index, value in self._outside:
            self._bind_outside(name, index, value)
        return Facts(
            path=self.path,
            bindings=tuple(self.bindings),
            scopes=tuple(_closed(scope) for scope in self.scopes),
            functions=tuple(function for function in self.functions if function is not None),
            classes=tuple(cls for cls in self.classes if cls is not None),
            calls=tuple(self.calls),
            mappings=tuple(self.mappings),
            attribute_sets=tuple(self.attribute_sets),
            item_sets=tuple(self.item_sets),
            slots=tuple(self.slots),
            strings=tuple(self.strings),
            has_material=self.has_material,
            stars=tuple(dict.fromkeys(self.stars)),
            roots=frozenset(self.roots),
            statements=tuple(self.statements),
        )

    def _bind_outside(self, name: str, index: int, value: Expr) -> None:
        while index >= 0:
            scope = self.scopes[index]
            if name in scope.every and scope.kind != "class":
                binding = len(self.bindings)
                self.bindings.append(Binding(name, value, None, scope.index))
                scope.every[name].append(binding)
                scope.flowless.add(name)
                return
            index = scope.parent


def _closed(scope: OpenScope) -> Scope:
    return Scope(
        scope.kind,
        scope.parent,
        scope.owner,
        scope.qualname,
        dict(scope.last if scope.env is None else scope.env),
        {name: tuple(bindings) for name, bindings in scope.every.items()},
        frozenset(scope.flowless),
    )
