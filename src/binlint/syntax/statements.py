"""Statements of the C parser's tree → bindings, scopes, functions and classes, in the order of execution."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence

from binlint.facts import (
    ANY,
    NOTHING,
    UNKNOWN,
    Attribute,
    AttributeSet,
    Call,
    Choice,
    Class,
    ClassRef,
    Element,
    Expr,
    Field,
    Free,
    Function,
    FunctionRef,
    Imported,
    Item,
    ItemSet,
    Join,
    Literal,
    Mapping,
    Operation,
    Parameter,
    ParameterRef,
    Ref,
    Stored,
    WithAttribute,
    WithItem,
    WithUpdate,
)
from binlint.facts import Sequence as SequenceExpr
from binlint.finding import Place
from binlint.syntax.builder import Builder, Environment, OpenScope
from binlint.syntax.expressions import Expressions, unpacked
from binlint.syntax.scoping import bound_names, split

_UPDATES = frozenset({"update", "extend"})
_APPENDS = frozenset({"append", "add", "insert", "appendleft"})
_OPTION = re.compile(r"-{1,2}([A-Za-z][\w-]*)")


class Statements:
    """Reads statements into a `Builder`."""

    def __init__(self, builder: Builder) -> None:
        self._builder = builder
        self._expressions = Expressions(builder, self._define_lambda)
        self._read = self._expressions.read

    def block(self, body: Sequence[ast.stmt]) -> None:
        """Statements one after the other."""
        builder = self._builder
        outer, guards = builder.statement, len(builder.guards)
        for node in body:
            builder.statement = self._extent(node)
            builder.statements.append(builder.statement)
            handler = _HANDLERS.get(type(node))
            if handler is not None:
                handler(self, node)
        builder.statement = outer
        del builder.guards[guards:]

    def _extent(self, node: ast.stmt) -> Place:
        """The statement itself; of a compound one its header."""
        place = self._builder.positions.place(node)
        decorators = getattr(node, "decorator_list", None)
        if decorators:
            first = self._builder.positions.place(decorators[0])
            place = place._replace(line=first.line, column=max(1, first.column - 1))
        body = getattr(node, "body", None) or getattr(node, "cases", None)
        if not body:
            return place
        first_line = getattr(body[0], "lineno", 0) or body[0].pattern.lineno
        if first_line <= node.lineno:
            return place
        end = max((e for e in _header_ends(node) if e[0] < first_line), default=(node.lineno, 1 << 20))
        return Place(place.line, place.column, max(end[0], node.lineno), 1 << 20)

    # simple statements

    def _expression(self, node: ast.Expr) -> None:
        value = node.value
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            self._builder.literal(value.value, self._builder.positions.place(value), docstring=True)
            return
        result = self._read(value)
        call = value.value if isinstance(value, ast.Await) else value
        if isinstance(call, ast.Call) and isinstance(result, Call):
            self._mutation(call, result)

    def _mutation(self, node: ast.Call, call: Call) -> None:
        """`d.update(…)`, `l.append(…)`, `setattr(o, "n", v)` and the like change an object in place."""
        func = node.func
        if isinstance(func, ast.Name) and func.id == "setattr" and len(call.args) == 3:
            name = call.args[1]
            if isinstance(name, Literal) and isinstance(name.value, str):
                self._set_attribute(node.args[0], name.value, call.args[2], call.place)
            elif isinstance(node.args[0], ast.Name):
                self._store_any(node.args[0].id, WithItem(UNKNOWN, name, call.args[2]))
        elif isinstance(func, ast.Attribute):
            if func.attr in _UPDATES and (holder := _dict_of(func.value)):
                for other in (*call.args, *((_keywords(call),) if call.keywords else ())):
                    self._store_any(holder, WithUpdate(UNKNOWN, other))
            elif func.attr in _UPDATES:
                for other in (*call.args, *((_keywords(call),) if call.keywords else ())):
                    self._store(func.value, _updating(other), call.place)
            elif func.attr in _APPENDS and call.args:
                self._store(func.value, _updating(SequenceExpr((call.args[-1],))), call.place)
            elif func.attr in ("setdefault", "__setitem__") and len(call.args) == 2:
                key, value = call.args
                self._store(func.value, lambda base: WithItem(base, key, value), call.place)
            elif func.attr == "pop" and call.args and isinstance(call.args[0], Literal):
                self._take_away(func.value, call.args[0], call.place)

    def _store_any(self, name: str, value: Expr) -> None:
        """The instance gets attributes whose names are not written here."""
        owner = self._class_of_self(name)
        if owner is not None:
            self._builder.assigned[owner].append(Stored(ANY, value, self._builder.scope.owner))

    def _take_away(self, target: ast.expr, key: Literal, place: Place) -> None:
        """`del target[key]`: what stood there is not there any more."""
        self._store(target, lambda base: WithItem(base, key, UNKNOWN), place)

    def _delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            self._read(target)
            if isinstance(target, ast.Subscript):
                key = self._read(target.slice)
                if isinstance(key, Literal):
                    self._take_away(target.value, key, self._builder.positions.place(target))

    def _assign(self, node: ast.Assign) -> None:
        value = self._value(node.targets, node.value)
        for target in node.targets:
            self._target(target, value, node.value)

    def _value(self, targets: Sequence[ast.expr], node: ast.expr) -> Expr:
        name = _target_name(targets[0])
        if name and isinstance(node, (ast.Dict, ast.Call, ast.List, ast.Tuple)):
            with self._builder.named(name):
                return self._read(node)
        return self._read(node)

    def _annotated(self, node: ast.AnnAssign) -> None:
        scope = self._builder.scope
        if node.value is None:
            if scope.kind == "class" and isinstance(node.target, ast.Name):
                self._builder.fields[scope.owner].append(Field(node.target.id, None, True))
            elif (
                isinstance(node.target, ast.Name)
                and scope.env is not None
                and node.target.id not in scope.env
            ):
                annotated = Call(self._read(node.annotation), (), (), *self._here(node))
                self._builder.bind(node.target.id, annotated, self._builder.positions.place(node.target))
            return
        value = self._value([node.target], node.value)
        self._target(node.target, value, node.value, annotated=True)

    def _here(self, node: ast.AST) -> tuple[Place, int, Place]:
        builder = self._builder
        return builder.positions.place(node), builder.scope.index, builder.statement

    def _augmented(self, node: ast.AugAssign) -> None:
        old, other = self._read(node.target), self._read(node.value)
        value: Expr = UNKNOWN
        if isinstance(node.op, ast.Add):
            value = Join((old, other))
        elif isinstance(node.op, ast.BitOr):
            value = Operation("|", old, other)
        self._target(node.target, value, node.value)

    def _target(self, target: ast.expr, value: Expr, source: ast.expr, annotated: bool = False) -> None:
        builder = self._builder
        place = builder.positions.place(target)
        if isinstance(target, ast.Name):
            builder.slot(target.id, value, place)
            builder.bind(target.id, value, place)
            if builder.scope.kind == "class":
                builder.fields[builder.scope.owner].append(Field(target.id, value, annotated))
        elif isinstance(target, (ast.Tuple, ast.List)):
            for item, part in unpacked(target.elts, value):
                self._target(item, part, source)
        elif isinstance(target, ast.Starred):
            self._target(target.value, UNKNOWN, source)
        elif isinstance(target, ast.Attribute):
            builder.slot(_dotted(target), value, place)
            self._set_attribute(target.value, target.attr, value, place)
        elif isinstance(target, ast.Subscript):
            key = self._read(target.slice)
            builder.item_sets.append(
                ItemSet(self._read(target.value), key, value, place, builder.statement, builder.scope.index)
            )
            if isinstance(key, Literal) and isinstance(key.value, str):
                builder.slot(f"{_dotted(target.value)}.{key.value}", value, place)
            self._store(target.value, lambda base: WithItem(base, key, value), place)

    def _set_attribute(self, target: ast.expr, name: str, value: Expr, place: Place) -> None:
        builder = self._builder
        base = self._read(target)
        builder.attribute_sets.append(
            AttributeSet(base, name, value, place, builder.statement, builder.scope.index)
        )
        self._store(target, lambda old: WithAttribute(old, name, value), place)

    def _store(self, target: ast.expr, make: Callable[[Expr], Expr], place: Place) -> None:
        """The object at `target` becomes `make(object)`."""
        builder = self._builder
        if isinstance(target, ast.Name):
            owner = self._class_of_self(target.id)
            if owner is None:
                builder.change(target.id, make, place)
                return
            new = make(UNKNOWN)
            if isinstance(new, WithAttribute):
                builder.assigned[owner].append(Stored(new.name, new.value, builder.scope.owner))
        elif isinstance(target, ast.Attribute):
            inner, name = target.value, target.attr
            if isinstance(inner, ast.Name) and (owner := self._class_of_self(inner.id)) is not None:
                builder.assigned[owner].append(Stored(name, make(UNKNOWN), builder.scope.owner))
                return
            self._store(
                inner, lambda base: WithAttribute(base, name, make(Attribute(base, name, place))), place
            )
        elif isinstance(target, ast.Subscript):
            key = self._read(target.slice)
            self._store(target.value, lambda base: WithItem(base, key, make(Item(base, key, place))), place)

    def _class_of_self(self, name: str) -> int | None:
        scope: OpenScope | None = self._builder.scope
        while scope is not None and scope.kind == "function":
            if scope.self_name == name:
                return self._builder.scopes[scope.parent].owner
            scope = self._builder.scopes[scope.parent] if scope.parent >= 0 else None
        return None

    def _return(self, node: ast.Return) -> None:
        value = self._read(node.value) if node.value else NOTHING
        scope = self._builder.scope
        scope.returns.append(value)
        if node.value is not None and scope.kind == "function":
            name = scope.qualname.rpartition(".")[2]
            self._builder.slot(name, value, self._builder.positions.place(node.value))
        scope.end()

    def _raise(self, node: ast.Raise) -> None:
        self._read(node.exc)
        self._builder.scope.end()

    def _break(self, node: ast.Break) -> None:
        scope = self._builder.scope
        if scope.env is not None:
            scope.breaks.append(scope.env)
        scope.env = None

    def _continue(self, node: ast.Continue) -> None:
        scope = self._builder.scope
        if scope.env is not None:
            scope.continues.append(scope.env)
        scope.env = None

    def _global(self, node: ast.Global) -> None:
        self._builder.scope.declared_global.update(node.names)

    def _nonlocal(self, node: ast.Nonlocal) -> None:
        self._builder.scope.declared_nonlocal.update(node.names)

    def _other(self, node: ast.stmt) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self._read(child)

    def _import(self, node: ast.Import) -> None:
        for alias in node.names:
            root = alias.name.partition(".")[0]
            self._builder.roots.add(root)
            place = self._builder.positions.place(alias)
            if alias.asname:
                self._builder.bind(alias.asname, Imported(alias.name, 0, None), place)
            else:
                self._builder.bind(root, Imported(root, 0, None), place)

    def _import_from(self, node: ast.ImportFrom) -> None:
        module, level = node.module or "", node.level or 0
        if not level:
            self._builder.roots.add(module.partition(".")[0])
        for alias in node.names:
            if alias.name == "*":
                self._builder.stars.append((module, level))
                continue
            place = self._builder.positions.place(alias)
            self._builder.bind(alias.asname or alias.name, Imported(module, level, alias.name), place)

    # branches and loops

    def _if(self, node: ast.If) -> None:
        builder, scope, ends = self._builder, self._builder.scope, []
        outer = len(builder.guards)
        current: ast.If = node
        while True:  # an `elif` chain is a loop here: a long one must not recurse
            test, wanted = self._test(current.test)
            before = _copy(scope.env)
            builder.guards.append((test, wanted))
            self.block(current.body)
            builder.guards[-1] = (test, not wanted)
            ends.append(scope.env)
            scope.env = before
            if len(current.orelse) == 1 and isinstance(current.orelse[0], ast.If):
                current = current.orelse[0]
                builder.statement = self._extent(current)
                builder.statements.append(builder.statement)
                continue
            self.block(current.orelse)
            ends.append(scope.env)
            break
        is_left = len(ends) == 2 and ends[0] is None and not current.orelse
        del builder.guards[outer + is_left :]  # after `if test: return` the rest stands under `not test`
        scope.env = builder.join(*ends)

    def _test(self, node: ast.expr) -> tuple[Expr, bool]:
        """A condition, and whether it has to be true."""
        wanted = True
        while isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            node, wanted = node.operand, not wanted
        if (
            isinstance(node, ast.Compare)
            and len(node.ops) == 1
            and isinstance(node.ops[0], ast.Eq | ast.NotEq)
        ):
            equal = Operation("==", self._read(node.left), self._read(node.comparators[0]))
            return equal, wanted is isinstance(node.ops[0], ast.Eq)
        return self._read(node), wanted

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        iterable = self._read(node.iter)
        self._loop(node, lambda: self._target(node.target, Element(iterable), node.iter))

    def _while(self, node: ast.While) -> None:
        self._loop(node, lambda: self._read(node.test))

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While, head: Callable[[], object]) -> None:
        builder, scope = self._builder, self._builder.scope
        bound, changed = split(bound_names(node.body))
        outer_breaks, outer_continues = scope.breaks, scope.continues
        scope.breaks, scope.continues = [], []
        before = scope.env
        phis: dict[str, int] = {}
        if before is not None:
            names = bound | (changed & before.keys())
            phis = {name: builder.meet(name, []) for name in sorted(names) if name not in scope.flowless}
            scope.env = {**before, **{name: phi for name, phi in phis.items() if name in before}}
        entry = _copy(scope.env)
        head()
        exhausted = _copy(scope.env)
        self.block(node.body)
        again = builder.join(scope.env, *scope.continues)
        for name, phi in phis.items():
            reaching = [env[name] for env in (before, again) if env is not None and name in env]
            builder.fill(phi, Choice(tuple(Ref(b) for b in dict.fromkeys(reaching) if b != phi)))
        breaks, scope.breaks, scope.continues = scope.breaks, outer_breaks, outer_continues
        scope.env = builder.join(exhausted, entry, again)
        self.block(node.orelse)
        scope.env = builder.join(scope.env, *breaks)

    def _try(self, node: ast.Try) -> None:
        builder, scope = self._builder, self._builder.scope
        before, first = _copy(scope.env), len(builder.bindings)
        self.block(node.body)
        after_body = scope.env
        interrupted = self._interrupted(before, after_body, first)
        self.block(node.orelse)
        ends = [scope.env]
        for handler in node.handlers:
            scope.env = _copy(interrupted)
            if handler.type is not None:
                self._read(handler.type)
            if handler.name:
                builder.bind(handler.name, UNKNOWN, None)
            self.block(handler.body)
            ends.append(scope.env)
        scope.env = builder.join(*ends)
        if node.finalbody:
            reached = scope.env
            scope.env = reached if reached is not None else _copy(interrupted)
            self.block(node.finalbody)
            if reached is None:
                scope.end()

    def _interrupted(
        self, before: Environment | None, after: Environment | None, first: int
    ) -> Environment | None:
        """What a handler may see: any binding that the body made, or none of them."""
        if before is None:
            return None
        builder = self._builder
        made: dict[str, list[int]] = {}
        for index in range(first, len(builder.bindings)):
            binding = builder.bindings[index]
            if binding.scope == builder.scope.index and binding.place is not None:
                made.setdefault(binding.name, []).append(index)
        result = dict(before)
        for name, indices in made.items():
            reaching = [*([before[name]] if name in before else []), *indices]
            result[name] = reaching[0] if len(reaching) == 1 else builder.meet(name, reaching)
        return result

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            value = self._read(item.context_expr)
            if item.optional_vars is not None:
                self._target(item.optional_vars, value, item.context_expr)
        self.block(node.body)

    def _match(self, node: ast.Match) -> None:
        scope = self._builder.scope
        self._read(node.subject)
        before, ends = _copy(scope.env), []
        for case in node.cases:
            scope.env = _copy(before)
            bound, _ = split(bound_names([case.pattern]))
            for name in sorted(bound):
                self._builder.bind(name, UNKNOWN, None)
            if case.guard is not None:
                self._read(case.guard)
            self.block(case.body)
            ends.append(scope.env)
        scope.env = self._builder.join(before, *ends)

    # definitions

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        builder = self._builder
        decorators = tuple(self._read(decorator) for decorator in node.decorator_list)
        index = self._define(node.name, node.args, node, decorators, lambda: self.block(node.body), node.body)
        builder.bind(node.name, FunctionRef(index), builder.positions.place(node))

    def _define_lambda(self, node: ast.Lambda) -> FunctionRef:
        def body() -> None:
            self._builder.scope.returns.append(self._read(node.body))

        return FunctionRef(self._define("<lambda>", node.args, node, (), body, [node.body]))

    def _define(
        self,
        name: str,
        args: ast.arguments,
        node: ast.AST,
        decorators: tuple[Expr, ...],
        body: Callable[[], None],
        nodes: Sequence[ast.AST],
    ) -> int:
        builder = self._builder
        index, outer = len(builder.functions), builder.scope
        builder.functions.append(None)
        parameters = self._parameters(args, decorators)
        scope = builder.open_scope("function", outer.index, index, name)
        scope.body = nodes
        method_of = outer.owner if outer.kind == "class" else -1
        static = any(isinstance(d, Free) and d.name == "staticmethod" for d in decorators)
        if method_of >= 0 and not static and parameters and parameters[0].kind == "positional":
            scope.self_name = parameters[0].name
        with builder.inside(scope):
            for parameter in parameters:
                value = ParameterRef(index, parameter.name)
                binding = builder.bind(parameter.name, value, parameter.place)
                if parameter.name != scope.self_name:
                    builder.slot(parameter.name, Ref(binding), parameter.place)
            body()
        builder.functions[index] = Function(
            name,
            scope.index,
            outer.index,
            parameters,
            tuple(scope.returns),
            tuple(scope.yields),
            decorators,
            method_of,
            builder.positions.place(node),
        )
        return index

    def _parameters(self, args: ast.arguments, decorators: tuple[Expr, ...]) -> tuple[Parameter, ...]:
        options = _option_defaults(decorators)
        positional = [*args.posonlyargs, *args.args]
        defaults: list[ast.expr | None] = [None] * (len(positional) - len(args.defaults))
        defaults.extend(args.defaults)

        def parameter(arg: ast.arg, kind: str, default: ast.expr | None) -> Parameter:
            value = self._read(default) if default is not None else options.get(arg.arg)
            annotation = self._read(arg.annotation) if arg.annotation is not None else None
            return Parameter(arg.arg, kind, value, annotation, self._builder.positions.place(arg))

        result = [
            parameter(arg, "positional", default) for arg, default in zip(positional, defaults, strict=True)
        ]
        if args.vararg:
            result.append(parameter(args.vararg, "*", None))
        for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True):
            result.append(parameter(arg, "keyword", default))
        if args.kwarg:
            result.append(parameter(args.kwarg, "**", None))
        return tuple(result)

    def _class(self, node: ast.ClassDef) -> None:
        builder = self._builder
        decorators = tuple(self._read(decorator) for decorator in node.decorator_list)
        bases = tuple(self._read(base) for base in node.bases)
        for keyword in node.keywords:
            self._read(keyword.value)
        index, outer = len(builder.classes), builder.scope
        builder.classes.append(None)
        builder.fields[index] = []
        scope = builder.open_scope("class", outer.index, index, node.name)
        with builder.inside(scope), builder.named(node.name):
            self.block(node.body)
        builder.classes[index] = Class(
            node.name,
            scope.index,
            outer.index,
            bases,
            tuple(builder.fields[index]),
            tuple(builder.assigned[index]),
            decorators,
            builder.positions.place(node),
        )
        builder.bind(node.name, ClassRef(index), builder.positions.place(node))


def _dict_of(node: ast.expr) -> str:
    """The name in `name.__dict__` or `vars(name)`."""
    inner: ast.expr | None = None
    if isinstance(node, ast.Attribute) and node.attr == "__dict__":
        inner = node.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "vars":
        inner = node.args[0] if node.args else None
    return inner.id if isinstance(inner, ast.Name) else ""


def _updating(other: Expr) -> Callable[[Expr], Expr]:
    return lambda base: WithUpdate(base, other)


def _copy(env: Environment | None) -> Environment | None:
    return None if env is None else dict(env)


def _header_ends(node: ast.stmt) -> list[tuple[int, int]]:
    return [
        (child.end_lineno, child.end_col_offset or 0)
        for field in ("test", "iter", "target", "subject", "items", "args", "bases", "keywords", "returns")
        for child in _nodes(getattr(node, field, None))
        if isinstance(child, ast.expr | ast.arg) and child.end_lineno
    ]


def _nodes(value: object) -> list[ast.AST]:
    found: list[ast.AST] = []
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, (ast.arguments, ast.withitem, ast.keyword)):
            found.extend(child for child in ast.walk(item) if isinstance(child, (ast.expr, ast.arg)))
        elif isinstance(item, ast.AST):
            found.append(item)
    return found


def _target_name(target: ast.expr) -> str:
    return target.id if isinstance(target, ast.Name) else _dotted(target)


def _dotted(node: ast.expr) -> str:
    """`binance.key` of a target, without `self`; "" where it is nothing so simple."""
    parts: list[str] = []
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        if isinstance(node, ast.Attribute):
            parts.append(node.attr)
        elif isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
            parts.append(node.slice.value)
        node = node.value
    if isinstance(node, ast.Name) and node.id not in ("self", "cls"):
        parts.append(node.id)
    return ".".join(reversed(parts))


def _keywords(call: Call) -> Expr:
    entries = tuple(
        (None if name is None else Literal(name, call.place), value) for name, value in call.keywords
    )
    return Mapping(entries, call.place, call.scope, call.statement)


def _option_defaults(decorators: tuple[Expr, ...]) -> dict[str, Expr]:
    """`@click.option("--api-key", "key", default="…")` gives the parameter `key` a default."""
    found: dict[str, Expr] = {}
    for decorator in decorators:
        if not isinstance(decorator, Call):
            continue
        default = next((value for name, value in decorator.keywords if name == "default"), None)
        names = [
            arg.value for arg in decorator.args if isinstance(arg, Literal) and isinstance(arg.value, str)
        ]
        if default is None or not names:
            continue
        plain = [name for name in names if name.isidentifier()]
        options = [match[1] for name in names if (match := _OPTION.match(name))]
        for name in plain or sorted(options, key=len)[-1:]:
            found[name.replace("-", "_").lower()] = default
    return found


_Handler = Callable[["Statements", "ast.stmt"], None]
_HANDLERS: dict[type[ast.AST], _Handler] = {
    ast.Expr: Statements._expression,  # type: ignore[dict-item]
    ast.Assign: Statements._assign,  # type: ignore[dict-item]
    ast.AnnAssign: Statements._annotated,  # type: ignore[dict-item]
    ast.AugAssign: Statements._augmented,  # type: ignore[dict-item]
    ast.Return: Statements._return,  # type: ignore[dict-item]
    ast.Raise: Statements._raise,  # type: ignore[dict-item]
    ast.Break: Statements._break,  # type: ignore[dict-item]
    ast.Continue: Statements._continue,  # type: ignore[dict-item]
    ast.Global: Statements._global,  # type: ignore[dict-item]
    ast.Nonlocal: Statements._nonlocal,  # type: ignore[dict-item]
    ast.Assert: Statements._other,
    ast.Delete: Statements._delete,  # type: ignore[dict-item]
    ast.Import: Statements._import,  # type: ignore[dict-item]
    ast.ImportFrom: Statements._import_from,  # type: ignore[dict-item]
    ast.If: Statements._if,  # type: ignore[dict-item]
    ast.For: Statements._for,  # type: ignore[dict-item]
    ast.AsyncFor: Statements._for,  # type: ignore[dict-item]
    ast.While: Statements._while,  # type: ignore[dict-item]
    ast.Try: Statements._try,  # type: ignore[dict-item]
    ast.With: Statements._with,  # type: ignore[dict-item]
    ast.AsyncWith: Statements._with,  # type: ignore[dict-item]
    ast.Match: Statements._match,  # type: ignore[dict-item]
    ast.FunctionDef: Statements._function,  # type: ignore[dict-item]
    ast.AsyncFunctionDef: Statements._function,  # type: ignore[dict-item]
    ast.ClassDef: Statements._class,  # type: ignore[dict-item]
}
if hasattr(ast, "TryStar"):
    _HANDLERS[ast.TryStar] = Statements._try  # type: ignore[assignment]
