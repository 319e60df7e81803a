"""How safe a look-up is in a place, and when it runs there."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from binlint.fixing.rewrite_code import FUNCTIONS, Code
from binlint.fixing.rewrite_types import CALL, IMPORT, Level

_SCOPES = (*FUNCTIONS, ast.Lambda, ast.ClassDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_DISPLAYS = (ast.List, ast.Tuple, ast.Set)
# Calls that take a default: the literal was harmless where it was not needed, a look-up may fail.
_DEFAULTING = frozenset({"get", "getenv", "pop", "setdefault", "getattr"})
_OPTIONS = frozenset({"add_argument", "set_defaults", "option", "argument", "Option", "Argument"})
_DEFAULTS = frozenset({"default", "default_value", "fallback"})
_TESTING = frozenset({"pytest", "unittest"})

Judged = tuple[bool, str]  # whether it is safe, and if not why


class Verdict(NamedTuple):
    """The level of a look-up, when it runs, and what the user should know."""

    level: Level
    evaluated: str
    caveat: str


def judge(code: Code, node: ast.expr, is_plain: bool) -> Verdict:
    """What it means to put a look-up for `node`; `is_plain` for one plain string literal."""
    frame = _frame(code, node)
    moment = CALL if isinstance(frame.function, (*FUNCTIONS, ast.Lambda)) else IMPORT
    when = "when it is called" if moment == CALL else "at import"
    if frame.is_definition:
        return Verdict(Level.UNSAFE, moment, f"the variable is read once, {when}, with the definition")
    if isinstance(frame.nearest, ast.ClassDef):
        return Verdict(
            Level.UNSAFE, moment, f"the class body reads the variable {when}, and a missing one fails there"
        )
    is_safe, caveat = _direct(code, node, frame.nearest, moment)
    if is_safe and not is_plain:
        is_safe, caveat = False, "what was put together from literals is read as one variable"
    if is_safe and moment == IMPORT and _is_test(code.tree):
        is_safe, caveat = False, "the tests read the variable at import, and a missing one fails there"
    return Verdict(Level.SAFE, moment, "") if is_safe else Verdict(Level.UNSAFE, moment, caveat)


class _Frame(NamedTuple):
    nearest: ast.AST  # function, lambda, class or module
    function: ast.AST | None  # the nearest one that is called
    is_definition: bool  # a default, a decorator or a base


def _frame(code: Code, node: ast.AST) -> _Frame:
    nearest: ast.AST | None = None
    is_definition = False
    for parent, field, _ in code.above(node):
        if not isinstance(parent, _SCOPES):
            continue
        if field != "body":
            is_definition = is_definition or nearest is None
            continue
        nearest = nearest or parent
        if not isinstance(parent, ast.ClassDef):
            return _Frame(nearest, parent, is_definition)
    return _Frame(nearest or code.tree, None, is_definition)


def _direct(code: Code, node: ast.expr, scope: ast.AST, moment: str) -> Judged:
    parent, field = code.parent(node)
    if isinstance(parent, (ast.keyword, ast.Call)):
        return _argument(code, node)
    if isinstance(parent, ast.Assign):
        if len(parent.targets) > 1:
            return False, "several names get the variable"
        return _target(parent.targets[0], scope, moment)
    if isinstance(parent, (ast.AnnAssign, ast.NamedExpr)):
        return _target(parent.target, scope, moment)
    if isinstance(parent, (ast.Return, ast.Lambda, ast.Yield)):
        return True, ""
    if isinstance(parent, _DISPLAYS):
        spread = _spread(code, node, parent)
        if spread is not None:
            return _target(spread, scope, moment)
    if isinstance(parent, _DISPLAYS) or (isinstance(parent, ast.Dict) and field == "values"):
        return _item(code, parent, moment)
    return False, "a missing variable fails in this place"


def _item(code: Code, container: ast.expr, moment: str) -> Judged:
    """An item of what is handed to a call is an argument of it; others wait for somebody to take them."""
    parent, field = code.parent(container)
    while isinstance(parent, _DISPLAYS) or (isinstance(parent, ast.Dict) and field == "values"):
        container = parent
        parent, field = code.parent(container)
    if isinstance(parent, (ast.keyword, ast.Call)):
        return _argument(code, container)
    return _kept(moment)


def _kept(moment: str) -> Judged:
    return moment == CALL, "the module reads the variable at import, and a missing one fails there"


def _argument(code: Code, node: ast.expr) -> Judged:
    parent, field = code.parent(node)
    name = ""
    call: ast.AST = parent
    if isinstance(parent, ast.keyword):
        name, call = parent.arg or "", code.parent(parent)[0]
    if not isinstance(call, ast.Call) or field == "func":
        return False, "a missing variable fails in this place"
    function = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    is_late = function in _DEFAULTING and node in call.args[1:]
    if is_late or name in _DEFAULTS or function in _OPTIONS:
        return False, "the variable must then be set even where the default is not needed"
    return True, ""


def _spread(code: Code, node: ast.expr, display: ast.AST) -> ast.expr | None:
    """`k` of `k, s = "…", "…"`."""
    assign = code.parent(display)[0]
    if not isinstance(assign, ast.Assign) or len(assign.targets) > 1 or assign.value is not display:
        return None
    targets = assign.targets[0]
    if not isinstance(targets, (ast.Tuple, ast.List)) or not isinstance(display, (ast.Tuple, ast.List)):
        return None
    if len(targets.elts) != len(display.elts) or any(
        isinstance(each, ast.Starred) for each in (*targets.elts, *display.elts)
    ):
        return None
    return targets.elts[display.elts.index(node)]


def _target(target: ast.expr, scope: ast.AST, moment: str) -> Judged:
    if isinstance(target, ast.Name):
        return _is_bound_once(scope, target.id), "the name is bound more than once"
    if isinstance(target, ast.Subscript):
        owner = getattr(target.value, "attr", getattr(target.value, "id", ""))
        return (False, "the program sets a variable itself") if owner == "environ" else _kept(moment)
    return isinstance(target, ast.Attribute), "several names get the variable"


def _is_bound_once(scope: ast.AST, name: str) -> bool:
    return sum(1 for _ in _bindings(scope, name)) == 1


def _bindings(scope: ast.AST, name: str) -> Iterator[None]:
    """Something for each binding of `name` in a scope; for one from outside as well."""
    stack: list[ast.AST] = list(_inside(scope))
    while stack:
        node = stack.pop()
        if isinstance(node, _SCOPES):
            if getattr(node, "name", None) == name:
                yield
            if _is_declared(node, name):
                yield
            stack.extend(_outside(node))
            continue
        if isinstance(node, (ast.Global, ast.Nonlocal)) and name in node.names:
            yield
        yield from (None for bound in _bound(node) if bound == name)
        if isinstance(node, _COMPREHENSIONS):
            stack.extend(each for each in ast.walk(node) if isinstance(each, ast.NamedExpr))
            continue
        stack.extend(ast.iter_child_nodes(node))


def _bound(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.alias):
        yield node.asname or node.name.partition(".")[0]
    elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
        yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest


def _inside(scope: ast.AST) -> Iterable[ast.AST]:
    if isinstance(scope, ast.Lambda):
        return (scope.args, scope.body)
    if isinstance(scope, FUNCTIONS):
        return (scope.args, *scope.body)
    return ast.iter_child_nodes(scope)


def _outside(scope: ast.AST) -> Iterator[ast.expr]:
    """What of a definition is evaluated around it."""
    yield from getattr(scope, "decorator_list", ())
    arguments = getattr(scope, "args", None)
    if isinstance(arguments, ast.arguments):
        yield from (default for default in (*arguments.defaults, *arguments.kw_defaults) if default)


def _is_declared(scope: ast.AST, name: str) -> bool:
    return any(
        isinstance(node, (ast.Global, ast.Nonlocal)) and name in node.names for node in ast.walk(scope)
    )


def _is_test(tree: ast.Module) -> bool:
    """Whether a module is one of tests, as far as it can be told without its path."""
    for node in tree.body:
        if isinstance(node, ast.Import) and any(
            alias.name.partition(".")[0] in _TESTING for alias in node.names
        ):
            return True
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in _TESTING:
            return True
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)) and node.name.startswith(("test_", "Test")):
            return True
    return False
