"""Which calls are worth a question, told from names alone: most of a file's calls are `print` and `append`.

A superset: a call that is left out here can reach neither a client nor a function of the file.
"""

from __future__ import annotations

import builtins

from binlint import facts as f
from binlint.catalogue import Catalogue
from binlint.facts import Call, Facts

_BUILTINS = frozenset(dir(builtins))
_CONSTRUCTORS = frozenset({"__init__", "__new__", "__call__"})
# Calls that keep a function or class with some of its arguments for later.
PARTIALS = frozenset(
    {
        "functools.partial",
        "functools.partialmethod",
        *(
            f"dependency_injector.providers.{name}"
            for name in ("Singleton", "Factory", "Callable", "Resource")
        ),
        "dependency_injector.providers.ThreadSafeSingleton",
    }
)
_DATA = (f.Literal, f.Constant, f.FunctionRef, f.Unknown, f.Join)


class Relevance:
    """The names of one file, sorted by what a call of them could be."""

    def __init__(self, facts: Facts, catalogue: Catalogue) -> None:
        self._facts = facts
        self._catalogue = catalogue
        aliases = {slot.name.rpartition(".")[2] for slot in facts.slots if not isinstance(slot.value, _DATA)}
        bound = [binding for binding in facts.bindings if binding.name]
        aliases.update(b.name for b in bound if isinstance(b.value, f.ClassRef | f.Imported))
        partials = {name.rpartition(".")[2] for name in PARTIALS}
        self._clients = aliases | catalogue.last_names | partials | _CONSTRUCTORS
        self._own = aliases | {function.name for function in facts.functions} | _CONSTRUCTORS
        self._bound = {binding.name for binding in bound}

    def may_take_credentials(self, call: Call) -> bool:
        """Whether the call could be one of a client, or of what is bound to one."""
        func = call.func
        if isinstance(func, f.Attribute):
            return func.name in self._clients
        if isinstance(func, f.Ref):
            value = self._facts.bindings[func.binding].value
            return not isinstance(value, f.FunctionRef) and (
                not isinstance(value, f.Imported) or value.level > 0 or self._is_known(value)
            )
        return self._may_be(func)

    def may_call_own(self, call: Call) -> bool:
        """Whether the call could be one of a function or class of the file."""
        func = call.func
        if isinstance(func, f.Attribute):
            return func.name in self._own
        if isinstance(func, f.Ref):
            return not isinstance(self._facts.bindings[func.binding].value, f.Imported)
        return self._may_be(func)

    def _may_be(self, func: f.Expr) -> bool:
        if not isinstance(func, f.Free):
            return True
        return (
            func.name in self._bound
            or (bool(self._facts.stars) and func.name not in _BUILTINS)
            or func.name == "super"
        )

    def _is_known(self, value: f.Imported) -> bool:
        return (value.name or value.module.rpartition(".")[2]) in self._clients
