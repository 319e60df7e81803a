"""Small questions about the facts of one file that are answered by looking, without any evaluation."""

from __future__ import annotations

from collections.abc import Iterator

from binlint import facts as f
from binlint.facts import Expr, Facts, Function


def bindings(name: str, scope: f.Scope) -> tuple[int, ...]:
    """The bindings that a name of a scope can have for somebody who looks from elsewhere."""
    every = scope.every.get(name, ())
    if name in scope.flowless or name not in scope.names:
        return every
    return (scope.names[name],)


def is_method(function: Function, name: str) -> bool:
    """Whether `name` is the first parameter of a function in a class: the receiver, unless it is static."""
    if function.method_of < 0 or not function.parameters or function.parameters[0].name != name:
        return False
    return function.parameters[0].kind == "positional"


def function_of(scope: int, facts: Facts) -> int:
    """The function whose body holds a scope, or -1."""
    while scope >= 0:
        here = facts.scopes[scope]
        if here.kind == "function":
            return here.owner
        scope = here.parent
    return -1


def last_name(func: Expr, facts: Facts) -> str:
    """The last name of what is called; what an import calls it where it is imported. "" if it has none."""
    if isinstance(func, f.Ref):
        value = facts.bindings[func.binding].value
        return (value.name or "") if isinstance(value, f.Imported) else ""
    return func.name if isinstance(func, f.Attribute | f.Free) else ""


def called(func: Expr, facts: Facts) -> str:
    """What is called, as the code names it."""
    name = last_name(func, facts)
    if not name and isinstance(func, f.Ref):
        name = facts.bindings[func.binding].name
    return name or "…"


def walk(exprs: tuple[Expr, ...], facts: Facts, limit: int) -> Iterator[Expr]:
    """The expressions that some expressions are made of, names followed to bindings; at most `limit`."""
    waiting = list(exprs)
    seen: set[int] = set()
    for _ in range(limit):
        if not waiting:
            return
        expr = waiting.pop(0)
        yield expr
        if isinstance(expr, f.Ref):
            if expr.binding not in seen:
                seen.add(expr.binding)
                waiting.append(facts.bindings[expr.binding].value)
        else:
            waiting += _inner(expr)


def _inner(expr: Expr) -> list[Expr]:
    if isinstance(expr, f.Choice):
        return list(expr.options)
    if isinstance(expr, f.Element):
        return [expr.iterable]
    if isinstance(expr, f.Part | f.Attribute | f.Star | f.Slice):
        return [expr.value]
    if isinstance(expr, f.Item):
        return [expr.value, expr.key]
    if isinstance(expr, f.Call):
        return [expr.func, *expr.args, *(value for _, value in expr.keywords)]
    if isinstance(expr, f.Mapping):
        return [value for _, value in expr.entries]
    if isinstance(expr, f.Join):
        return list(expr.parts)
    if isinstance(expr, f.Sequence):
        return list(expr.items)
    if isinstance(expr, f.WithItem | f.WithAttribute):
        return [expr.base, expr.value]
    if isinstance(expr, f.WithUpdate):
        return [expr.base, expr.other]
    if isinstance(expr, f.Operation):
        return [expr.left, expr.right]
    if isinstance(expr, f.Each):
        return [expr.iterable, expr.result]
    return []
