"""What other files store in a name of a module: `config.API_KEY = …`, `CONFIG["key"] = …`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from binlint import facts as f
from binlint.facts import Facts
from binlint.flow.scopes import bindings, last_name
from binlint.flow.users import Names, Users
from binlint.flow.values import Entries, OwnModule, Thunk, Value, Values, bare, distinct, texts
from binlint.sources.project import Module

if TYPE_CHECKING:
    from binlint.flow.link import Linked


class Changes:
    """Asked only while a credential is being followed, for names that wait for their value."""

    def __init__(self, linked: Linked) -> None:
        self._linked = linked
        self._evaluator = linked.evaluator
        self._users = Users(linked)

    def of(self, module: Module, name: str) -> Values:
        """What other files store in a name of a module: `config.API_KEY = …`, `CONFIG["key"] = …`."""
        if not self._evaluator.far or not module.path:
            return ()
        found: list[Value] = []
        for unit, _ in self._users.of(module.path, Names(frozenset({name}), frozenset({name}))):
            facts, root = unit.facts, unit.root
            for attribute in facts.attribute_sets:
                if attribute.name == name and any(
                    isinstance(value, OwnModule) and value.module == module
                    for value in map(bare, self._evaluator.ask(attribute.target, root))
                ):
                    found.extend(self._evaluator.values(attribute.value, root))
            entries: list[tuple[str | None, Thunk]] = []
            for item in facts.item_sets:
                if self._is_name(item.target, facts, module, name):
                    keys = texts(self._evaluator.ask(item.key, root))
                    entries += [(key.string(), Thunk(item.value, root)) for key in keys]
            for call in facts.calls:
                target = call.func.value if isinstance(call.func, f.Attribute) else f.UNKNOWN
                if last_name(call.func, facts) == "update" and self._is_name(target, facts, module, name):
                    entries += [(key, Thunk(value, root)) for key, value in call.keywords if key]
                    for arg in call.args:
                        for value in self._evaluator.ask(arg, root):
                            entries += self._evaluator.as_entries(value)
            if entries:
                found.append(Entries(tuple(entries)))
        return distinct(found)

    def _is_name(self, target: f.Expr, facts: Facts, module: Module, name: str) -> bool:
        """Whether an expression is `name` imported from a module, or `module.name`."""
        if isinstance(target, f.Attribute) and target.name == name:
            value = _bound(target.value, facts)
        else:
            value = _bound(target, facts)
            while isinstance(value, f.WithItem | f.WithUpdate):  # it was changed before
                value = _bound(value.base, facts)
            if not isinstance(value, f.Imported) or value.name != name:
                return False
        return isinstance(value, f.Imported) and module.path in self._linked.module_paths(value, facts)


def _bound(expr: f.Expr, facts: Facts) -> f.Expr:
    """What a name is bound to, in its own scope or at the level of the module."""
    if isinstance(expr, f.Free):
        found = [facts.bindings[binding].value for binding in bindings(expr.name, facts.scopes[0])]
        return next((value for value in found if isinstance(value, f.Imported)), expr)
    return facts.bindings[expr.binding].value if isinstance(expr, f.Ref) else expr
