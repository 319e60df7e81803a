"""Fields of pydantic settings classes: which variable they read without a default, and how that goes."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import NamedTuple

from binlint.fixing.edits import Edit
from binlint.fixing.rewrite_code import Code, only_text
from binlint.fixing.rewrite_edits import without_item
from binlint.fixing.rewrite_types import Refused

_UNTOLD = Refused("which variable the settings class reads cannot be told")
_WRAPPERS = frozenset({"SecretStr", "SecretBytes", "Secret"})
_NAMING = ("validation_alias", "alias", "env")
_DEPTH = 10


class SettingsField(NamedTuple):
    """The variable that a field reads, and how its default goes."""

    variable: str
    is_exact: bool  # whether upper and lower case count
    edit: Edit
    change: Callable[[], None]

    def reads(self, variable: str) -> bool:
        """Whether the field takes its value from this variable."""
        if self.is_exact:
            return self.variable == variable
        return self.variable.upper() == variable.upper()


def settings_field(code: Code, node: ast.expr) -> SettingsField | Refused | None:
    """The field whose default `node` is; None where it is none of a settings class."""
    statement = code.statement(node)
    owner, _ = code.parent(statement)
    if not isinstance(statement, ast.AnnAssign) or not isinstance(owner, ast.ClassDef):
        return None
    if not isinstance(statement.target, ast.Name) or not _is_settings(code, owner, _DEPTH):
        return None
    if "ClassVar" in ast.dump(statement.annotation):
        return None
    call = statement.value if isinstance(statement.value, ast.Call) else None
    name = code.dotted(call.func).rpartition(".")[2] if call is not None else ""
    if call is not None and name == "Field":
        return _of_call(code, owner, statement.target.id, call, node)
    is_whole = statement.value is node or (
        call is not None and name in _WRAPPERS and call.args == [node] and not call.keywords
    )
    if not is_whole:
        return None
    start, end = code.span(statement.annotation)[1], code.span(statement)[1]
    if code.comments(start, end):
        return Refused("a comment stands inside of what would go")
    settings = _configured(code, owner)
    if settings is None:
        return _UNTOLD
    prefix, is_exact = settings

    def change() -> None:
        statement.value = None

    return SettingsField(prefix + statement.target.id, is_exact, Edit(start, end, ""), change)


def settings_variables(code: Code) -> Iterator[str]:
    """The variables, in upper case, that the required fields of the settings classes of a file read."""
    for owner in ast.walk(code.tree):
        if not isinstance(owner, ast.ClassDef) or not _is_settings(code, owner, _DEPTH):
            continue
        settings = _configured(code, owner)
        for node in owner.body if settings is not None else ():
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is None:
                assert settings is not None
                yield (settings[0] + node.target.id).upper()


def _of_call(
    code: Code, owner: ast.ClassDef, name: str, call: ast.Call, node: ast.expr
) -> SettingsField | Refused | None:
    argument: ast.AST = node
    parent, _ = code.parent(node)
    if isinstance(parent, ast.keyword) and parent.arg == "default":
        argument = parent
        parent, _ = code.parent(parent)
    if parent is not call:
        return None
    edit = without_item(code, *code.span(argument), tidy=True)
    if isinstance(edit, Refused):
        return edit
    settings = _configured(code, owner)
    if settings is None:
        return _UNTOLD
    prefix, is_exact = settings
    variable = prefix + name
    for keyword in call.keywords:
        if keyword.arg in _NAMING or keyword.arg is None:
            given = only_text(keyword.value)
            if given is None:
                return _UNTOLD
            variable = given
    return SettingsField(variable, is_exact, edit, lambda: code.replace(argument, None))


def _is_settings(code: Code, owner: ast.ClassDef, depth: int) -> bool:
    for base in owner.bases:
        name = code.dotted(base).rpartition(".")[2]
        if name == "BaseSettings":
            return True
        local = _class_named(code, name) if isinstance(base, ast.Name) else None
        if local is not None and local is not owner and depth and _is_settings(code, local, depth - 1):
            return True
    return False


def _class_named(code: Code, name: str) -> ast.ClassDef | None:
    return next(
        (node for node in code.tree.body if isinstance(node, ast.ClassDef) and node.name == name), None
    )


def _configured(code: Code, owner: ast.ClassDef) -> tuple[str, bool] | None:
    """Prefix and case sensitivity of a settings class; None where they cannot be read off."""
    prefix, is_exact = "", False
    seen: set[ast.ClassDef] = set()
    chain: list[ast.ClassDef] = [owner]
    while chain:
        cls = chain.pop()
        if cls in seen:
            continue
        seen.add(cls)
        found = _options(cls)
        if found is None:
            return None
        if "env_prefix" in found or "case_sensitive" in found:
            if len(seen) > 1 and len(owner.bases) > 1:
                return None
            text, exact = found.get("env_prefix"), found.get("case_sensitive")
            if not isinstance(text, (str, type(None))) or not isinstance(exact, (bool, type(None))):
                return None
            prefix, is_exact = prefix or text or "", is_exact or bool(exact)
        chain += [known for base in cls.bases if (known := _class_named(code, code.dotted(base))) is not None]
    return prefix, is_exact


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
    return {
        name: value.value if isinstance(value, ast.Constant) else ...
        for name, value in pairs
        if name is not None
    }
