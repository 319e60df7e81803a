"""The forms in which a literal can stand, and what becomes of each."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import NamedTuple

from binlint.fixing.rewrite_code import FUNCTIONS, Code, only_text
from binlint.fixing.rewrite_edits import (
    BodyStart,
    is_string_item,
    replacement,
    without_item,
    without_statement,
)
from binlint.fixing.rewrite_levels import judge
from binlint.fixing.rewrite_settings import settings_field
from binlint.fixing.rewrite_types import CALL, NEVER, Level, Planned, Refused

_GETTERS = frozenset({"os.getenv", "os.environ.get", "os.environ.setdefault"})
_SETTERS = frozenset({"os.environ.setdefault", "os.putenv"})
_CONDITIONAL = (ast.If, ast.Try, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler)
_LIBRARIES = frozenset({"decouple", "environs", "environ", "starlette", "prettyconf"})
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,60}")
_ALLOWS_NONE = re.compile(r"None|Optional|'(?:Any|object)'")
_READ_BY_PYTHON = frozenset({"__slots__", "__all__", "__match_args__"})
_GOES = "the default goes: a missing variable then fails clearly"
_READ_BY_CLASS = "the default goes: the settings class reads the variable"
_GONE = "the line goes: the variable is set outside of the program"
_ALIAS: type[ast.AST] | tuple[()] = getattr(ast, "TypeAlias", ())


class Place(NamedTuple):
    """The expression that goes, what is read instead, and how a look-up is spelled."""

    code: Code
    node: ast.expr
    is_plain: bool  # one literal, or several side by side
    is_bytes: bool
    variable: str
    lookup: Callable[[str], str]

    @property
    def source(self) -> str:
        """The look-up that has the type of the literal."""
        return self.lookup(self.variable) + (".encode()" if self.is_bytes else "")


class Draft(NamedTuple):
    """A plan that is not checked yet; `change` makes the tree what it is to become."""

    planned: Planned
    change: Callable[[], None]


Outcome = Draft | Refused | None


def draft(place: Place) -> Draft | Refused:
    """What becomes of a place."""
    reason = _forbidden(place.code, place.node)
    if reason:
        return Refused(reason)
    for form in (_set_variable, _default_of_getter, _default_of_library, _field, _parameter):
        found = form(place)
        if found is not None:
            return found
    return _lookup(place)


def _forbidden(code: Code, node: ast.expr) -> str:
    """Why nothing can be put for a literal, or an empty text."""
    for parent, field, child in code.above(node):
        if isinstance(parent, ast.pattern):
            return "a pattern of `match` cannot hold a look-up: compare with `if`"
        if field in ("annotation", "returns", "type_params") or isinstance(parent, (_ALIAS, ast.TypeIgnore)):
            return "it stands in an annotation"
        if isinstance(parent, ast.Subscript) and field == "slice" and _is_literal_type(code, parent):
            return "it stands in an annotation"
        if isinstance(parent, ast.Call) and _is_set_by_test(code, parent, child):
            return "a test sets the variable for itself"
        if isinstance(parent, ast.stmt):
            targets = parent.targets if isinstance(parent, ast.Assign) else [getattr(parent, "target", None)]
            if any(isinstance(target, ast.Name) and target.id in _READ_BY_PYTHON for target in targets):
                return "it is a name that Python itself reads"
            break
    return ""


def _is_literal_type(code: Code, node: ast.Subscript) -> bool:
    return code.dotted(node.value).rpartition(".")[2] == "Literal"


def _is_set_by_test(code: Code, call: ast.Call, child: ast.AST) -> bool:
    name = code.dotted(call.func)
    if name.endswith(".setenv"):
        return child in call.args[1:] or isinstance(child, ast.keyword)
    if not f".{name}".endswith(".patch.dict") or not call.args:
        return False
    return only_text(call.args[0]) == "os.environ" or code.dotted(call.args[0]) == "os.environ"


# --- look-ups --------------------------------------------------------------------------------------


def _lookup(
    place: Place, node: ast.expr | None = None, variable: str = "", note: str = ""
) -> Draft | Refused:
    """A look-up where the literal stands, or where `node` around it does."""
    code = place.code
    gone = node or place.node
    place = place._replace(variable=variable or place.variable)
    edits = replacement(code, gone, place.source)
    if isinstance(edits, Refused):
        return edits
    level, evaluated, caveat = judge(code, gone, place.is_plain and not place.is_bytes)
    note = "; ".join(part for part in (note or "the literal becomes a look-up", caveat) if part)
    planned = Planned(edits, level, (code.span(gone)[0],), place.variable, note, evaluated)
    return Draft(planned, lambda: code.replace(gone, _expression(place.source)))


def _expression(source: str) -> ast.expr:
    return ast.parse(source, mode="eval").body


def _variable(node: ast.AST | None) -> str:
    name = only_text(node) or ""
    return name if _NAME.fullmatch(name) else ""


def _argument(place: Place) -> tuple[ast.Call | None, ast.expr | ast.keyword]:
    """The call whose argument the place is, and the argument."""
    code = place.code
    argument: ast.expr | ast.keyword = place.node
    parent, field = code.parent(argument)
    if isinstance(parent, ast.keyword):
        argument = parent
        parent, field = code.parent(parent)
    return (parent if isinstance(parent, ast.Call) and field != "func" else None), argument


def _default_of_getter(place: Place) -> Outcome:
    """`os.getenv("NAME", "…")`, and `os.getenv("NAME") or "…"`."""
    if place.is_bytes:
        return None
    code = place.code
    parent, _ = code.parent(place.node)
    if isinstance(parent, ast.BoolOp) and isinstance(parent.op, ast.Or) and len(parent.values) == 2:
        first = parent.values[0]
        if isinstance(first, ast.Call) and len(first.args) == 1 and not first.keywords:
            name = _variable(first.args[0])
            if name and code.dotted(first.func) in _GETTERS:
                return _lookup(place, parent, name, _GOES)
        return None
    call, argument = _argument(place)
    if call is None or code.dotted(call.func) not in _GETTERS or not _is_second(call, argument):
        return None
    named = [keyword.value for keyword in call.keywords if keyword.arg == "key"]
    name = _variable([*call.args, *named][0]) if call.args or named else ""
    return _lookup(place, call, name, _GOES) if name else None


def _is_second(call: ast.Call, argument: ast.expr | ast.keyword) -> bool:
    if isinstance(argument, ast.keyword):
        return argument.arg in ("default", "value")
    return len(call.args) == 2 and call.args[1] is argument


def _default_of_library(place: Place) -> Outcome:
    """`config("NAME", default="…")` of decouple, `env("NAME", "…")` of environs and django-environ."""
    code = place.code
    call, argument = _argument(place)
    if call is None or not call.args or not _is_second(call, argument) or not _is_of_library(code, call.func):
        return None
    name = _variable(call.args[0])
    if not name or name != name.upper():
        return None
    edit = without_item(code, *code.span(argument), tidy=True)
    if isinstance(edit, Refused):
        return edit
    level, evaluated, caveat = judge(code, call, place.is_plain)
    note = "; ".join(part for part in (_GOES, caveat) if part)
    return Draft(
        Planned((edit,), level, (), name, note, evaluated, is_outside=True),
        lambda: code.replace(argument, None),
    )


def _is_of_library(code: Code, function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute) and function.attr in ("str", "bytes", "config"):
        name = function.value.id if isinstance(function.value, ast.Name) else ""
    else:
        name = function.id if isinstance(function, ast.Name) else ""
    imported = code.aliases.get(name, "")
    if imported.partition(".")[0] in _LIBRARIES:
        return True
    is_usual = name in ("env", "config")
    uses = any(origin.partition(".")[0] in _LIBRARIES for origin in code.aliases.values())
    return is_usual and uses and not imported


# --- variables that the program sets ---------------------------------------------------------------


def _set_variable(place: Place) -> Outcome:
    """`os.environ["NAME"] = "…"` and its like: the statement goes."""
    code, node = place.code, place.node
    statement = code.statement(node)
    name = _set_by(code, statement, node)
    guard, _ = code.parent(statement)
    if name and isinstance(guard, ast.If) and _is_set_unless_there(code, guard, name):
        statement = guard
    if name and any(isinstance(above, _CONDITIONAL) for above, _, _ in code.above(statement)):
        return Refused("it is set under a condition, which would no longer count: move it by hand")
    if name:
        edit = without_statement(
            code, statement, [_set_by(code, other, None) != "" for other in code.siblings(statement)]
        )
        return _gone(name, edit, lambda: _take_statement(code, statement, edit))
    call, argument = _argument(place)
    if (
        call is not None
        and isinstance(argument, ast.keyword)
        and code.dotted(call.func) == "os.environ.update"
    ):
        before = [other for other in call.keywords if other is not argument]
        edit = without_item(
            code, *code.span(argument), tidy=not any(is_string_item(other.value) for other in before)
        )
        return _gone(argument.arg or "", edit, lambda: code.replace(argument, None))
    parent, field = code.parent(node)
    if isinstance(parent, ast.Dict) and field == "values" and _updates_environment(code, parent):
        return _item_of_update(place, parent)
    return None


def _is_set_unless_there(code: Code, guard: ast.If, name: str) -> bool:
    """`if "NAME" not in os.environ:` above the one statement that sets it."""
    test = guard.test
    if len(guard.body) > 1 or guard.orelse:
        return False
    if isinstance(test, ast.Compare):
        is_absence = isinstance(test.ops[0], ast.NotIn) and len(test.ops) == 1
        return (
            is_absence and only_text(test.left) == name and code.dotted(test.comparators[0]) == "os.environ"
        )
    asked = test.operand if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) else None
    return (
        isinstance(asked, ast.Call)
        and code.dotted(asked.func) in ("os.getenv", "os.environ.get")
        and [only_text(given) for given in asked.args] == [name]
        and not asked.keywords
    )


def _set_by(code: Code, statement: ast.stmt, value: ast.expr | None) -> str:
    """The variable that a statement sets to `value` (None: to any literal), else an empty text."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
        if isinstance(target, ast.Subscript) and code.dotted(target.value) == "os.environ":
            is_it = statement.value is value or (value is None and is_string_item(statement.value))
            return _variable(target.slice) if is_it else ""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        call = statement.value
        if code.dotted(call.func) in _SETTERS and len(call.args) == 2 and not call.keywords:
            is_it = call.args[1] is value or (value is None and is_string_item(call.args[1]))
            return _variable(call.args[0]) if is_it else ""
    return ""


def _take_statement(code: Code, statement: ast.stmt, edit: object) -> None:
    stands = getattr(edit, "text", "") == "pass"
    code.replace(statement, ast.Pass() if stands else None)


def _gone(name: str, edit: object, change: Callable[[], None]) -> Draft | Refused:
    if isinstance(edit, Refused):
        return edit
    if not _NAME.fullmatch(name):
        return Refused("the name of the variable cannot be read")
    planned = Planned((edit,), Level.UNSAFE, (), name, _GONE, NEVER, True)  # type: ignore[arg-type]
    return Draft(planned, change)


def _updates_environment(code: Code, mapping: ast.Dict) -> bool:
    parent, field = code.parent(mapping)
    if isinstance(parent, ast.Call):
        return field == "args" and code.dotted(parent.func) == "os.environ.update"
    return (
        isinstance(parent, ast.AugAssign)
        and isinstance(parent.op, ast.BitOr)
        and code.dotted(parent.target) == "os.environ"
    )


def _item_of_update(place: Place, mapping: ast.Dict) -> Draft | Refused | None:
    code = place.code
    at = mapping.values.index(place.node)
    key = mapping.keys[at]
    name = _variable(key)
    if key is None or not name:
        return None
    before = mapping.values[at - 1] if at else None
    edit = without_item(code, code.span(key)[0], code.span(place.node)[1], tidy=not is_string_item(before))

    def change() -> None:
        del mapping.keys[at], mapping.values[at]

    return _gone(name, edit, change)


# --- defaults --------------------------------------------------------------------------------------


def _field(place: Place) -> Outcome:
    """A field of a pydantic settings class: its default goes."""
    code = place.code
    found = settings_field(code, place.node)
    if found is None or isinstance(found, Refused):
        return found
    note = _READ_BY_CLASS if found.reads_file else f"{_READ_BY_CLASS}, but no file: it has no env_file"
    planned = Planned((found.edit,), Level.UNSAFE, (), found.variable, note, NEVER, is_outside=True)
    return Draft(planned, found.change)


def _parameter(place: Place) -> Outcome:
    """`def f(key="…")`: the default becomes None, and the body looks up what is missing."""
    code = place.code
    arguments, _ = code.parent(place.node)
    if not isinstance(arguments, ast.arguments):
        return None
    function, _ = code.parent(arguments)
    if not isinstance(function, FUNCTIONS):
        return None
    parameter = _parameter_of(arguments, place.node)
    if any(code.dotted(each).rpartition(".")[2] == "overload" for each in function.decorator_list):
        edits = replacement(code, place.node, "...")
        if isinstance(edits, Refused):
            return edits
        planned = Planned(edits, Level.UNSAFE, (), place.variable, "the overload's default goes", NEVER)
        return Draft(planned, lambda: code.replace(place.node, ast.Constant(...)))
    if _asks_after(function, parameter.arg):
        return Refused("the function asks whether the value is there, so that its default cannot become None")
    if _is_given_none(code, function, parameter.arg):
        return Refused("a call gives None on purpose, so that the default cannot become None")
    edits = replacement(code, place.node, "None")
    if isinstance(edits, Refused):
        return edits
    body = BodyStart(code, function)
    statement = body.statement(parameter.arg, place.source)
    insertion = body.insertion(parameter.arg, place.source)
    note = "the default becomes None, and the function reads the variable when it is called without a value"
    if parameter.annotation is not None and not _ALLOWS_NONE.search(ast.dump(parameter.annotation)):
        note += "; its annotation does not allow None yet"
    planned = Planned((*edits, insertion), Level.UNSAFE, (body.use,), place.variable, note, CALL)

    def change() -> None:
        code.replace(place.node, ast.Constant(None))
        function.body.insert(body.index, statement)

    return Draft(planned, change)


def _asks_after(function: ast.AST, name: str) -> bool:
    """Whether a body tests a parameter: for None, or for its truth."""
    for node in ast.walk(function):
        test: ast.AST | None = node.test if isinstance(node, ast.If | ast.IfExp | ast.While) else None
        if isinstance(node, ast.BoolOp):
            test = node
        if test is not None and any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(test)):
            return True
    return False


def _is_given_none(code: Code, function: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> bool:
    """Whether a call in the file says None where the parameter may be meant."""
    owner, _ = code.parent(function)
    called = {function.name, owner.name if isinstance(owner, ast.ClassDef) else function.name}
    for node in ast.walk(code.tree):
        if isinstance(node, ast.Call) and code.dotted(node.func).rpartition(".")[2] in called:
            given = [*node.args, *(each.value for each in node.keywords if each.arg in (name, None))]
            if any(isinstance(each, ast.Constant) and each.value is None for each in given):
                return True
    return False


def _parameter_of(arguments: ast.arguments, default: ast.expr) -> ast.arg:
    positional = [*arguments.posonlyargs, *arguments.args]
    pairs = [
        *zip(reversed(positional), reversed(arguments.defaults), strict=False),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    return next(parameter for parameter, value in pairs if value is default)
