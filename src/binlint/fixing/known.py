"""Which variables a project reads already, and whether it may do something else where one is missing."""

from __future__ import annotations

import ast
import re
from collections.abc import Container, Iterable, Iterator
from typing import NamedTuple

from binlint.fixing.key_paths import read_path_name
from binlint.fixing.rewrite_code import FUNCTIONS, Code, only_text, parsed
from binlint.fixing.rewrite_settings import settings_variables
from binlint.names import read_name

_MARKS = (b"environ", b"getenv", b"config(", b"BaseSettings", b"env(", b"env.", b"dynaconf")
_SPELLED = re.compile(r"""["']([A-Z][A-Z0-9_]{2,60})["']""")
_NAME = re.compile(r"[A-Z][A-Z0-9_]{2,60}")
_MAPPINGS = frozenset({"environ", "environb"})
_STRICT = frozenset({"config", "decouple.config", "env", "env.str"})  # of decouple and environs: they raise
_CATCHES = re.compile(r"\b(?:KeyError|LookupError|(?:Base)?Exception|suppress)\b|\bexcept\s*:")
_ENDS = frozenset({"exit", "sys.exit", "quit", "os._exit", "parser.error"})
_OF_THE_PROGRAM = frozenset(
    {"config", "settings", "conf", "cfg", "print", "options"}
)  # with names of their own
_DYNACONF = "DYNACONF_"
_ASKED = frozenset(
    "bool len any all print str repr unittest.skipIf unittest.skipUnless pytest.mark.skipif".split()
)  # what they give differs with the value
_ASKING = (
    ast.BoolOp,
    ast.Compare,
    ast.UnaryOp,
    ast.IfExp,
    ast.While,
    ast.Match,
    ast.NamedExpr,
    ast.comprehension,
)


class Known(NamedTuple):
    """Names of variables that stand for credentials, as the project reads them."""

    reused: frozenset[str]  # without them the project fails, or gives on what it got
    avoided: frozenset[str]  # by whose absence it may choose to do something else, or that it sets itself


def read_variables(texts: Iterable[str]) -> Known:
    """The variables that the code of some files reads."""
    reused: set[str] = set()
    avoided: set[str] = set()
    for text in texts:
        tree = parsed(text)
        if tree is None:
            avoided.update(_SPELLED.findall(text))
            continue
        for name, is_same in _reads(Code(text, tree)):
            (reused if is_same else avoided).add(name)
    return Known(*(frozenset(filter(_is_credential, names)) for names in (reused - avoided, avoided)))


def may_read(data: bytes) -> bool:
    """Whether a file may read variables at all."""
    return any(mark in data for mark in _MARKS)


def _is_credential(name: str) -> bool:
    reading = read_path_name(name) or read_name(name)
    return _NAME.fullmatch(name) is not None and reading.kind is not None


def _reads(code: Code) -> Iterator[tuple[str, bool]]:
    """Each reading of a variable, and whether the program does the same whatever it says."""
    if "BaseSettings" in code.text:
        yield from ((name, True) for name in settings_variables(code))
    tested = frozenset(_tested(code))
    is_dynaconf = "dynaconf" in code.text
    may_lack = _CATCHES.search(code.text) is not None
    understood: set[ast.AST] = set()
    for node in ast.walk(code.tree):
        if isinstance(node, ast.Compare):
            yield from ((name, False) for name in _asked_for(node))
        elif isinstance(node, ast.Subscript | ast.Attribute):
            name = _subscript(code, node, is_dynaconf)
            if name is not None:
                understood.update(ast.walk(node))
                yield name, isinstance(node.ctx, ast.Load) and not may_lack
        elif isinstance(node, ast.Call):
            called, name = code.dotted(node.func), only_text(node.args[0]) if node.args else None
            if called.endswith("environ.update"):
                yield from ((keyword.arg, False) for keyword in node.keywords if keyword.arg is not None)
            if name is None:
                continue
            if called.endswith(("environ.setdefault", "putenv")):
                yield name, False
            has_default = any(True for _ in _defaults(node))
            if called.lower() in _STRICT:
                understood.add(node.args[0])
                yield name, not has_default
            elif called.rpartition(".")[2] == "getenv" or called.endswith("environ.get"):
                understood.add(node.args[0])
                yield name, not _is_tested(code, node, tested)
    if "environ" in code.text or "getenv" in code.text:
        yield from ((name, False) for name in _handed_on(code, understood))


def _handed_on(code: Code, understood: Container[ast.AST]) -> Iterator[str]:
    """Texts that some other code may take for the name of a variable."""
    for node in ast.walk(code.tree):
        name = only_text(node)
        if name is None or node in understood:
            continue
        above, field, _ = next(code.above(node), (None, "", node))
        if isinstance(above, ast.Call):
            owner = above.func.value if isinstance(above.func, ast.Attribute) else above.func
            if code.dotted(owner).rpartition(".")[2].lower() not in _OF_THE_PROGRAM:
                yield name
        elif isinstance(above, ast.keyword | ast.List | ast.Tuple | ast.Set | ast.Assign | ast.AnnAssign):
            yield name
        elif isinstance(above, ast.Dict) and field == "keys" and "patch.dict" in code.text:
            yield name


def _subscript(code: Code, node: ast.Subscript | ast.Attribute, is_dynaconf: bool) -> str | None:
    """The variable that `os.environ["NAME"]`, `settings.NAME` or `settings["NAME"]` of dynaconf reads."""
    owner = code.dotted(node.value).rpartition(".")[2]
    name = node.attr if isinstance(node, ast.Attribute) else only_text(node.slice)
    if name is None or (isinstance(node, ast.Attribute) and not name.isupper()):
        return None
    if owner in _MAPPINGS and isinstance(node, ast.Subscript):
        return name
    return _DYNACONF + name.upper() if is_dynaconf and owner == "settings" else None


def _asked_for(node: ast.Compare) -> Iterator[str]:
    """`"NAME" in os.environ`."""
    name = only_text(node.left)
    if name is not None and any(isinstance(each, ast.In | ast.NotIn) for each in node.ops):
        yield name


def _is_tested(code: Code, call: ast.Call, tested: frozenset[str]) -> bool:
    """Whether something hangs on what a call gives: on itself, or on the name that it is given to."""
    if any(not _is_nothing(given) for given in _defaults(call)):
        return True
    node: ast.AST = call
    above, _ = code.parent(node)
    while isinstance(above, ast.Attribute | ast.Tuple) or (
        isinstance(above, ast.Call) and above.func is node
    ):
        node = above
        above, _ = code.parent(node)
    if isinstance(above, ast.Assign | ast.AnnAssign):
        targets = above.targets if isinstance(above, ast.Assign) else [above.target]
        return any(name in tested for target in targets for name in _names(target))
    if isinstance(above, ast.Return):
        return any(getattr(outer, "name", None) in tested for outer, _, _ in code.above(above))
    if isinstance(above, ast.keyword):
        return above.arg in tested or _is_own(code, code.parent(above)[0])
    if isinstance(above, ast.Dict):
        return any(
            only_text(key) in tested
            for key, value in zip(above.keys, above.values, strict=True)
            if value is node
        )
    if isinstance(above, ast.If | ast.Assert):
        return not _only_fails(code, above)
    if isinstance(above, ast.Call):
        return code.dotted(above.func) in _ASKED or _is_own(code, above)
    return isinstance(above, _ASKING)


def _is_own(code: Code, call: ast.AST) -> bool:
    """Whether a call goes to a function of the file, which may ask for what it is given."""
    name = code.dotted(call.func).rpartition(".")[2] if isinstance(call, ast.Call) else ""
    return any(isinstance(each, FUNCTIONS) and each.name == name for each in ast.walk(code.tree))


def _defaults(call: ast.Call) -> Iterator[ast.expr]:
    yield from call.args[1:]
    yield from (keyword.value for keyword in call.keywords if keyword.arg == "default")


def _is_nothing(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not node.value


def _names(target: ast.expr) -> Iterator[str | None]:
    return (_last(each) for each in ast.walk(target) if isinstance(each, ast.Name | ast.Attribute))


def _last(target: ast.expr) -> str | None:
    if isinstance(target, ast.Name):
        return target.id
    return target.attr if isinstance(target, ast.Attribute) else None


def _tested(code: Code) -> Iterator[str]:
    """The names on whose value something hangs, but for tests that only fail."""
    for node in ast.walk(code.tree):
        asked: list[ast.expr] = []
        if isinstance(node, ast.If):
            asked = [] if _only_fails(code, node) else [node.test]
        elif isinstance(node, ast.IfExp | ast.While):
            asked = [node.test]
        elif isinstance(node, ast.BoolOp):
            asked = node.values[:-1]
        elif isinstance(node, ast.comprehension):
            asked = node.ifs
        elif isinstance(node, ast.Match):
            asked = [node.subject]
        elif isinstance(node, ast.Return) and isinstance(node.value, ast.Compare | ast.UnaryOp):
            asked = [node.value]
        elif isinstance(node, ast.Call) and code.dotted(node.func) in _ASKED:
            asked = node.args
        elif isinstance(node, ast.FormattedValue):
            asked = [node.value]
        for test in asked:
            for inner in ast.walk(test):
                name = _last(inner) or only_text(inner) if isinstance(inner, ast.expr) else None
                if name is not None:
                    yield name


def _only_fails(code: Code, node: ast.If | ast.Assert) -> bool:
    """`assert key`, and `if not key: raise …`: the program does nothing else without the variable."""
    if isinstance(node, ast.Assert):
        return True
    last = node.body[-1]
    is_end = isinstance(last, ast.Raise) or (
        isinstance(last, ast.Expr)
        and isinstance(last.value, ast.Call)
        and code.dotted(last.value.func) in _ENDS
    )
    return is_end and not node.orelse
