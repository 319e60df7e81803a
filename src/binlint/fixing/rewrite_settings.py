"""Fields of pydantic settings classes: which variable they read without a default, and how that goes."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import NamedTuple

from binlint.fixing.edits import Edit
from binlint.fixing.rewrite_code import FUNCTIONS, Code, only_text
from binlint.fixing.rewrite_edits import without_item
from binlint.fixing.rewrite_types import Refused

_UNTOLD = Refused("which variable the settings class reads cannot be told")
_WRAPPERS = frozenset({"SecretStr", "SecretBytes", "Secret"})
_DEPTH = 10


_BASE = "BaseSettings"
_OLD = frozenset({"pydantic.BaseSettings", "pydantic.v1.BaseSettings", "pydantic.env_settings.BaseSettings"})
_SOURCES = frozenset({"settings_customise_sources", "customise_sources"})


class SettingsField(NamedTuple):
    """The variable that a field reads, how its default goes, and whether the class reads a file."""

    variable: str
    edit: Edit
    change: Callable[[], None]
    reads_file: bool = True  # or cannot be told not to


class SettingsClass(NamedTuple):
    """What a settings class reads; `names` are its variables, as they are compared."""

    name: str
    names: frozenset[str]
    is_exact: bool  # whether upper and lower case count
    env_file: tuple[str, ...]  # as far as it is constant
    is_closed: bool  # whether it fails where the file holds another variable

    def takes(self, variable: str) -> bool:
        """Whether the class may find this variable in its file."""
        return (variable if self.is_exact else variable.upper()) in self.names


class _Options(NamedTuple):
    """What the class and its bases in the same file say about how it reads."""

    prefix: str
    is_exact: bool
    env_file: object  # as in `_options`
    extra: object
    is_old: bool  # of pydantic 1
    is_whole: bool  # all bases are known


def settings_field(code: Code, node: ast.expr) -> SettingsField | Refused | None:
    """The field whose default `node` is; None where it is none of a settings class."""
    statement = code.statement(node)
    owner, _ = code.parent(statement)
    if not isinstance(statement, ast.AnnAssign) or not isinstance(owner, ast.ClassDef):
        return None
    if not _is_field(statement) or not _is_settings(code, owner, _DEPTH):
        return None
    default: ast.expr = node
    parent, _ = code.parent(node)
    if isinstance(parent, ast.Call) and _last(code, parent) in _WRAPPERS:
        if parent.args != [node] or parent.keywords:
            return None
        default = parent
    found = _without_default(code, statement, default)
    if found is None or isinstance(found, Refused):
        return found
    options = _configured(code, owner)
    names = _variables(code, statement, options) if options is not None else ()
    if options is None or not names:
        return _UNTOLD
    reads_file = options.env_file is not None or not options.is_whole or "_env_file" in code.text
    return SettingsField(names[0], *found, reads_file)


def settings_variables(code: Code) -> Iterator[str]:
    """The variables, in upper case, that the required fields of the settings classes of a file read."""
    for owner, options in _classes(code):
        for node in owner.body:
            if isinstance(node, ast.AnnAssign) and _is_field(node) and _is_required(code, node):
                yield from (name.upper() for name in _variables(code, node, options)[:1])


def settings_classes(code: Code) -> Iterator[SettingsClass]:
    """The settings classes of a file of which everything is known."""
    for owner, options in _classes(code):
        if not options.is_whole:
            continue
        given = options.env_file
        given = given if isinstance(given, tuple) else (given,)
        files = tuple(file for file in given if isinstance(file, str))
        names: set[str] = set()
        for cls in _chain(code, owner):
            for node in cls.body:
                if isinstance(node, ast.AnnAssign) and _is_field(node):
                    names.update(_variables(code, node, options) or (node.target.id,))  # type: ignore[union-attr]
        is_closed = not options.is_old and options.extra in (None, "forbid")
        compared = names if options.is_exact else {name.upper() for name in names}
        yield SettingsClass(owner.name, frozenset(compared), options.is_exact, files, is_closed)


def _classes(code: Code) -> Iterator[tuple[ast.ClassDef, _Options]]:
    for owner in ast.walk(code.tree):
        if isinstance(owner, ast.ClassDef) and _is_settings(code, owner, _DEPTH):
            options = _configured(code, owner)
            if options is not None:
                yield owner, options


def _is_field(statement: ast.AnnAssign) -> bool:
    return isinstance(statement.target, ast.Name) and "ClassVar" not in ast.dump(statement.annotation)


def _is_required(code: Code, statement: ast.AnnAssign) -> bool:
    value = statement.value
    if value is None:
        return True
    if not isinstance(value, ast.Call) or _last(code, value) != "Field":
        return False
    defaults = [
        *value.args[:1],
        *(k.value for k in value.keywords if k.arg in ("default", "default_factory")),
    ]
    return all(isinstance(each, ast.Constant) and each.value is ... for each in defaults)


def _last(code: Code, call: ast.Call) -> str:
    return code.dotted(call.func).rpartition(".")[2]


def _without_default(
    code: Code, statement: ast.AnnAssign, default: ast.expr
) -> tuple[Edit, Callable[[], None]] | Refused | None:
    """How the default of a field goes; None where it is none."""
    if statement.value is default:
        start, end = code.span(statement.annotation)[1], code.span(statement)[1]
        if code.comments(start, end):
            return Refused("a comment stands inside of what would go")

        def change() -> None:
            statement.value = None

        return Edit(start, end, ""), change
    argument: ast.AST = default
    parent, _ = code.parent(default)
    if isinstance(parent, ast.keyword) and parent.arg == "default":
        argument = parent
        parent, _ = code.parent(parent)
    if parent is not statement.value or not isinstance(parent, ast.Call) or _last(code, parent) != "Field":
        return None
    if isinstance(argument, ast.expr) and argument not in parent.args[:1]:
        return None
    edit = without_item(code, *code.span(argument), tidy=True)
    if isinstance(edit, Refused):
        return edit
    return edit, lambda: code.replace(argument, None)


def _variables(code: Code, statement: ast.AnnAssign, options: _Options) -> tuple[str, ...]:
    """The variables that a field reads, the first that is there; nothing where they cannot be told."""
    assert isinstance(statement.target, ast.Name)
    names: tuple[str, ...] = (options.prefix + statement.target.id,)
    call = statement.value
    if isinstance(call, ast.Call) and _last(code, call) == "Field":
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        if None in given or (options.is_old and "alias" in given and "env" not in given):
            return ()
        naming = ("env",) if options.is_old else ("validation_alias", "alias")
        named = next((given[key] for key in naming if key in given), None)
        if named is not None:
            names = _choices(code, named)
    return names if options.is_exact else tuple(name.upper() for name in names)


def _choices(code: Code, named: ast.expr) -> tuple[str, ...]:
    """The names of an alias, or of `AliasChoices` of them."""
    listed = [named]
    if isinstance(named, ast.Call) and _last(code, named) == "AliasChoices":
        listed = named.args
    elif isinstance(named, ast.List | ast.Tuple):
        listed = named.elts
    texts = [only_text(each) for each in listed]
    found = tuple(text for text in texts if text is not None)
    return found if len(found) == len(texts) else ()


def _is_settings(code: Code, owner: ast.ClassDef, depth: int) -> bool:
    for base in owner.bases:
        name = code.dotted(base).rpartition(".")[2]
        if name == _BASE:
            return True
        local = _class_named(code, name) if isinstance(base, ast.Name) else None
        if local is not None and local is not owner and depth and _is_settings(code, local, depth - 1):
            return True
    return False


def _class_named(code: Code, name: str) -> ast.ClassDef | None:
    return next(
        (node for node in code.tree.body if isinstance(node, ast.ClassDef) and node.name == name), None
    )


def _chain(code: Code, owner: ast.ClassDef) -> list[ast.ClassDef]:
    """A class and its bases in the same file, the nearest first."""
    found: list[ast.ClassDef] = []
    waiting = [owner]
    while waiting:
        cls = waiting.pop(0)
        if cls not in found:
            found.append(cls)
            waiting += filter(None, (_class_named(code, code.dotted(base)) for base in cls.bases))
    return found


def _configured(code: Code, owner: ast.ClassDef) -> _Options | None:
    """How a settings class reads; None where that cannot be read off."""
    said: dict[str, object] = {}
    chain = _chain(code, owner)
    for cls in chain:
        found = _options(cls)
        if found is None or found.keys() & {"fields", "alias_generator"} or _has_own_sources(cls):
            return None
        if cls is not owner and len(owner.bases) > 1 and found.keys() & {"env_prefix", "case_sensitive"}:
            return None
        said = {**found, **said}
    prefix, is_exact = said.get("env_prefix", ""), said.get("case_sensitive", False)
    if not isinstance(prefix, str) or not isinstance(is_exact, bool):
        return None
    bases = [code.dotted(base) for cls in chain for base in cls.bases]
    others = [base for base in bases if _class_named(code, base) is None]
    return _Options(
        prefix,
        is_exact,
        said.get("env_file"),
        said.get("extra"),
        is_old=any(base in _OLD for base in others),
        is_whole=all(base.rpartition(".")[2] == _BASE for base in others),
    )


def _has_own_sources(cls: ast.ClassDef) -> bool:
    """Whether a class says itself where it reads, and does not name the environment."""
    return any(
        isinstance(node, FUNCTIONS) and node.name in _SOURCES and "env_settings" not in _mentioned(node)
        for node in cls.body
    )


def _mentioned(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    nodes = [node for statement in function.body for node in ast.walk(statement)]
    return {node.id for node in nodes if isinstance(node, ast.Name)}


def _options(cls: ast.ClassDef) -> dict[str, object] | None:
    """What `model_config`, `class Config` and the keywords of the class say, as far as it is constant."""
    pairs: list[tuple[str | None, ast.expr]] = [(keyword.arg, keyword.value) for keyword in cls.keywords]
    for statement in cls.body:
        if isinstance(statement, ast.ClassDef) and statement.name == "Config":
            for inner in statement.body:
                if isinstance(inner, ast.Assign) and isinstance(inner.targets[0], ast.Name):
                    pairs.append((inner.targets[0].id, inner.value))
        elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
            target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
            if isinstance(target, ast.Name) and target.id == "model_config":
                if isinstance(statement.value, ast.Call):
                    pairs += [(keyword.arg, keyword.value) for keyword in statement.value.keywords]
                elif isinstance(statement.value, ast.Dict):
                    keys = (only_text(key) for key in statement.value.keys)
                    pairs += list(zip(keys, statement.value.values, strict=True))
                else:
                    return None
    if any(name is None for name, _ in pairs):
        return None
    return {name: _constant(value) for name, value in pairs if name is not None}


def _constant(node: ast.expr) -> object:
    """The value of a constant, or of a tuple or list of them; `...` for anything else."""
    if isinstance(node, ast.Tuple | ast.List):
        return tuple(_constant(each) for each in node.elts)
    return node.value if isinstance(node, ast.Constant) else ...
