"""Names, classes and calls: who is meant, and what a parameter is.

One file at a time for now. `Linked.imported` is the door to other files: it is asked for every
imported name and answers with something outside; following the project's own modules belongs there.
"""

from __future__ import annotations

import builtins
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from binlint import facts as f
from binlint.catalogue import Catalogue
from binlint.facts import Call, Class, Expr, Function
from binlint.flow import budget
from binlint.flow.declared import Declared
from binlint.flow.indirect import indirect
from binlint.flow.relevance import Relevance
from binlint.flow.values import (
    Altered,
    Arguments,
    Entries,
    External,
    Frame,
    Instance,
    Items,
    OwnClass,
    OwnFunction,
    Partial,
    Super,
    Text,
    Thunk,
    Value,
    Values,
    bare,
    distinct,
    given,
)

if TYPE_CHECKING:
    from binlint.flow.evaluate import Evaluator

PROJECT = "<project>"  # stands before the dotted name of a module of the scanned project
_BUILTINS = frozenset(dir(builtins))
_NAMESPACES = frozenset(
    {
        "types.SimpleNamespace",
        "argparse.Namespace",
        "box.Box",
        "munch.Munch",
        "addict.Dict",
        "easydict.EasyDict",
    }
)
_PARSED = ("parse_args", "parse_known_args", "parse_intermixed_args")
_PROPERTIES = frozenset(
    {
        "builtins.property",
        "functools.cached_property",
        "cached_property.cached_property",
        "abc.abstractproperty",
    }
)
_MRO_LIMIT = 12
_LOOK_AT = 60  # expressions looked at for the variables of loops
_AFTERWARDS = ("__post_init__", "__attrs_post_init__", "model_post_init")  # see the fields only
_CONSTRUCTORS = ("__init__", "__new__", *_AFTERWARDS)


class World(NamedTuple):
    """What is known about everything outside the file.

    `is_own(module)` tells whether a dotted module belongs to the scanned project and is not a
    vendored copy of a client library.
    """

    catalogue: Catalogue
    is_own: Callable[[str], bool]


class Caller(NamedTuple):
    """A call and what it calls."""

    call: Call
    target: OwnFunction | OwnClass


class Linked:
    """The names of one file, resolved on demand with the help of an evaluator."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._facts = evaluator.facts
        self._world = evaluator.world
        self.calls = (
            *self._facts.calls,
            *(d for call in self._facts.calls for d in indirect(call, self._name_of(call.func))),
        )
        self.declared = Declared(evaluator)
        self.relevance = Relevance(self._facts, self._world.catalogue)
        self._callers: dict[int, list[Caller]] | None = None
        self._contexts: dict[tuple[int, int], list[Frame]] = {}
        self._looking: set[tuple[str, int]] = set()

    # names

    def _name_of(self, func: Expr) -> str:
        """The last name of what is called; what an import calls it where it is imported."""
        if isinstance(func, f.Ref):
            value = self._facts.bindings[func.binding].value
            return (value.name or "") if isinstance(value, f.Imported) else ""
        return func.name if isinstance(func, f.Attribute | f.Free) else ""

    def look_up(self, name: str, scope: int, frame: Frame) -> Values:
        """A name that its own scope does not bind at the place of use."""
        key = (name, scope)
        if key in self._looking and frame.function < 0:
            return ()
        self._looking.add(key)
        try:
            index = scope
            while index >= 0:
                here = self._facts.scopes[index]
                if here.kind != "class" or index == scope:
                    bindings = self._bindings(name, here)
                    if bindings:
                        where = self._frame_of(here, frame)
                        return self._all(f.Ref(binding) for binding in bindings)(where)
                index = here.parent
            return self._global(name)
        finally:
            self._looking.discard(key)

    def _bindings(self, name: str, scope: f.Scope) -> tuple[int, ...]:
        every = scope.every.get(name, ())
        if name in scope.flowless or name not in scope.names:
            return every
        return (scope.names[name],)

    def _frame_of(self, scope: f.Scope, frame: Frame) -> Frame:
        if scope.kind == "module":
            return frame.root()
        if scope.kind == "class":
            return frame
        return frame.of(scope.owner) or frame.root()

    def _all(self, exprs: Iterator[Expr]) -> Callable[[Frame], Values]:
        def evaluate(frame: Frame) -> Values:
            return distinct(value for expr in exprs for value in self._evaluator.values(expr, frame))

        return evaluate

    def _global(self, name: str) -> Values:
        if name in _BUILTINS:
            return (External(f"builtins.{name}"),)
        found = [External(f"{module}.{name}") for module, level in self._facts.stars if not level]
        return tuple(e for e in found if self._world.catalogue.knows(e.dotted) or _is_namespace(e.dotted))

    def imported(self, expr: f.Imported) -> Values:
        """What an import binds."""
        dotted = ".".join(part for part in (expr.module, expr.name) if part)
        if expr.level or self._world.is_own(expr.module):
            return (External(f"{PROJECT}.{dotted}"),)
        return (External(dotted),)

    # parameters and calls

    def parameter(self, function: int, name: str, frame: Frame) -> Values:
        """The value of a parameter: what the call of `frame` passes, else what any caller does."""
        definition = self._facts.functions[function]
        own = frame.of(function)
        if self._is_receiver(definition, name):
            return (self._receiver(definition, own),)
        if own is not None and name in own.arguments:
            return distinct(v for item in own.arguments[name] for v in self._argument(item))
        found = list(self._default(definition, name, own or frame))
        if own is None or not own.closed:
            for caller in self.callers(function):
                arguments = self._bind(definition, caller, self._evaluator.root)
                for item in arguments.get(name, ()):
                    found.extend(self._argument(item))
        return distinct(found)

    def _argument(self, item: Thunk | Items | Entries) -> Values:
        return self._evaluator.thunk(item) if isinstance(item, Thunk) else (item,)

    def _is_receiver(self, function: Function, name: str) -> bool:
        if function.method_of < 0 or not function.parameters or function.parameters[0].name != name:
            return False
        return function.parameters[0].kind == "positional" and not self._decorated(
            function, "builtins.staticmethod"
        )

    def _receiver(self, function: Function, frame: Frame | None) -> Value:
        if frame is not None and frame.receiver is not None:
            return frame.receiver
        cls = OwnClass(self._facts, function.method_of)
        return cls if self._decorated(function, "builtins.classmethod") else Instance(cls, None, None)

    def _decorated(self, function: Function, *names: str) -> bool:
        return any(
            isinstance(value, External) and value.dotted in names
            for decorator in function.decorators
            for value in self._evaluator.values(decorator, self._evaluator.root)
        )

    def _default(self, function: Function, name: str, frame: Frame) -> Values:
        parameter = next((p for p in function.parameters if p.name == name), None)
        if parameter is None:
            return ()
        outer = frame.outer or frame.root()
        found: list[Value] = []
        if parameter.default is not None:
            found.extend(self._evaluator.values(parameter.default, outer))
        if parameter.annotation is not None:
            for value in self._evaluator.values(parameter.annotation, outer):
                if isinstance(value, External) and not value.dotted.startswith("builtins."):
                    found.append(Instance(value, None, None))
                elif isinstance(value, OwnClass):
                    found.append(Instance(value, None, None))
        return tuple(found)

    def arguments(self, call: Call, frame: Frame) -> Arguments:
        """What a call passes in `frame`."""
        positional: list[Thunk] = []
        for arg in call.args:
            if isinstance(arg, f.Star):
                spread, complete = self._evaluator.spread(arg.value, frame)
                positional.extend(spread)
                if not complete:
                    break
            else:
                positional.append(Thunk(arg, frame))
        keywords: list[tuple[str, Thunk]] = []
        for name, value in call.keywords:
            if name is not None:
                keywords.append((name, Thunk(value, frame)))
                continue
            keywords.extend(self._spread_keywords(value, frame))
        return Arguments(tuple(positional[: budget.ITEMS]), tuple(keywords[: budget.ITEMS]))

    def _spread_keywords(self, value: Expr, frame: Frame) -> Iterator[tuple[str, Thunk]]:
        """`**value`; where it can be several dicts, each name has the values of all of them."""
        found: dict[str, list[Thunk]] = {}
        for entries in self._evaluator.values(value, frame):
            last: dict[str, Thunk] = {}
            if isinstance(entries, Entries):
                last = {key: item for key, item in entries.entries if key is not None}
            elif isinstance(entries, Instance):
                last = dict(self._fields_as_keywords(entries))
            for key, item in last.items():
                found.setdefault(key, []).append(item)
        for key, items in found.items():
            yield (
                key,
                items[0]
                if len(items) == 1
                else given(v for item in items for v in self._evaluator.thunk(item)),
            )

    def _fields_as_keywords(self, instance: Instance) -> Iterator[tuple[str, Thunk]]:
        if isinstance(instance.of, External) and instance.call is not None and instance.frame is not None:
            yield from (
                (name, Thunk(v, instance.frame)) for name, v in instance.call.keywords if name is not None
            )

    def bind(
        self, function: Function, passed: Arguments, bound: bool
    ) -> dict[str, tuple[Thunk | Items | Entries, ...]]:
        """Parameter → argument, as Python pairs them; `bound` leaves out the receiver."""
        positional = [p.name for p in function.parameters if p.kind == "positional"]
        if bound and positional:
            positional = positional[1:]
        names = {p.name for p in function.parameters if p.kind in ("positional", "keyword")}
        result: dict[str, tuple[Thunk | Items | Entries, ...]] = {}
        for name, thunk in zip(positional, passed.positional, strict=False):
            result[name] = (thunk,)
        extra: list[tuple[str | None, Thunk]] = []
        for keyword, thunk in passed.keywords:
            if keyword in names:
                result[keyword] = (thunk,)
            else:
                extra.append((keyword, thunk))
        for parameter in function.parameters:
            if parameter.kind == "*":
                result[parameter.name] = (Items(tuple(passed.positional[len(positional) :])),)
            elif parameter.kind == "**":
                result[parameter.name] = (Entries(tuple(extra)),)
        return result

    def _bind(
        self, function: Function, caller: Caller, frame: Frame
    ) -> dict[str, tuple[Thunk | Items | Entries, ...]]:
        bound = isinstance(caller.target, OwnClass) or caller.target.receiver is not None
        return self.bind(function, self.arguments(caller.call, frame), bound)

    def invoke(self, target: OwnFunction, passed: Arguments, frame: Frame) -> Values:
        """What a function of the file returns for these arguments."""
        if frame.depth >= budget.CALLS:
            return ()
        function = self._facts.functions[target.number]
        bound = target.receiver is not None
        inner = Frame(
            self._facts,
            target.number,
            self.bind(function, passed, bound),
            target.receiver,
            target.frame,
            frame.depth + 1,
            closed=True,
        )
        if function.yields:
            if self._decorated(
                function, "contextlib.contextmanager", "contextlib.asynccontextmanager", "pytest.fixture"
            ):
                return distinct(v for expr in function.yields for v in self._evaluator.values(expr, inner))
            thunks: list[Thunk] = []
            for expr in function.yields:
                if isinstance(expr, f.Star):
                    thunks.extend(self._evaluator.spread(expr.value, inner)[0])
                else:
                    thunks.append(Thunk(expr, inner))
            return (Items(tuple(thunks)),)
        return distinct(value for expr in function.returns for value in self._evaluator.values(expr, inner))

    def construct(self, cls: OwnClass, call: Call | None, passed: Arguments, frame: Frame) -> Instance:
        """The instance that a call of a class of the file gives."""
        inner = Frame(self._facts, depth=frame.depth + 1, outer=frame.root(), closed=True)
        instance = Instance(cls, call, inner)
        inner.receiver = instance
        init = self._method(cls, "__init__")
        if init is not None:
            inner.function = init.number
            inner.arguments = self.bind(self._facts.functions[init.number], passed, True)
        else:
            inner.arguments = {name: (thunk,) for name, thunk in self._field_arguments(cls, passed)}
        return instance

    def _field_arguments(self, cls: OwnClass, passed: Arguments) -> Iterator[tuple[str, Thunk]]:
        names = [
            field.name for own in reversed(list(self.own_mro(cls))) for field in own.fields if field.annotated
        ]
        yield from zip(dict.fromkeys(names), passed.positional, strict=False)
        yield from passed.keywords

    # callers and contexts

    def callers(self, function: int) -> list[Caller]:
        """The calls in the file that may call `function`."""
        if self._callers is None:
            self._callers = {}
            first = self._collect(self.calls)
            self._callers = first
            unresolved = [call for call in self.calls if id(call) not in self._resolved]
            self._evaluator.root.memo.clear()
            second = self._collect(unresolved)
            for index, callers in second.items():
                first[index].extend(callers)
            self._evaluator.root.memo.clear()
        return self._callers.get(function, [])

    _resolved: set[int]

    def _collect(self, calls: tuple[Call, ...] | list[Call]) -> defaultdict[int, list[Caller]]:
        found: defaultdict[int, list[Caller]] = defaultdict(list)
        resolved: set[int] = set()
        for call in calls:
            if not self.relevance.may_call_own(call):
                resolved.add(id(call))
                continue
            for value in self._evaluator.ask(call.func):
                target = bare(value)
                if isinstance(target, Partial):
                    target = target.target
                resolved.add(id(call))
                if isinstance(target, OwnFunction):
                    found[target.number].append(Caller(call, target))
                elif isinstance(target, OwnClass):
                    for name in _CONSTRUCTORS:
                        method = self._method(target, name)
                        if method is not None:
                            found[method.number].append(Caller(call, target))
                elif isinstance(target, Instance) and isinstance(target.of, OwnClass):
                    method = self._method(target.of, "__call__")
                    if method is not None:
                        found[method.number].append(Caller(call, method._replace(receiver=target)))
        self._resolved = resolved
        return found

    def function_of(self, scope: int) -> int:
        """The function whose body holds a scope, or -1."""
        while scope >= 0:
            here = self._facts.scopes[scope]
            if here.kind == "function":
                return here.owner
            scope = here.parent
        return -1

    def contexts(self, function: int, depth: int = 3) -> list[Frame]:
        """The ways into a function: a frame for every call of it, and one with its defaults only."""
        if function < 0:
            return [self._evaluator.root]
        key = (function, depth)
        known = self._contexts.get(key)
        if known is not None:
            return known
        self._contexts[key] = []  # a recursive function adds nothing to itself
        frames: list[Frame] = []
        definition = self._facts.functions[function]
        for caller in self.callers(function):
            above = self.function_of(caller.call.scope)
            for outer in self.contexts(above, depth - 1) if depth > 0 else [self._evaluator.root]:
                frame = self._context(definition, function, caller, outer)
                if frame is not None:
                    frames.append(frame)
            if len(frames) > budget.CONTEXTS:
                break
        enclosing = self.function_of(definition.parent)
        for outer in (self.contexts(enclosing, depth - 1) if depth > 0 else []) or [self._evaluator.root]:
            frames.append(Frame(self._facts, function, {}, None, outer, outer.depth, closed=True))
        self._contexts[key] = frames[: budget.CONTEXTS]
        return self._contexts[key]

    def rounds(self, call: Call, frame: Frame) -> list[Frame]:
        """The rounds of the loop that a call stands in, if the loop chooses both whom and with what it calls.

        `for name, keys in accounts.items(): getattr(ccxt, name)(keys)` hands no exchange another's keys.
        """
        loops = self._loops((call.func,))
        if not loops:
            return [frame]
        passed = (*call.args, *(value for _, value in call.keywords))
        loop = next((loops[key] for key in self._loops(passed) if key in loops), None)
        if loop is None:
            return [frame]
        items, complete = self._evaluator.spread(loop, frame)
        if not complete or not 1 < len(items) <= budget.CONTEXTS:
            return [frame]
        return [frame.picking(loop, item) for item in items]

    def _loops(self, exprs: tuple[Expr, ...]) -> dict[int, Expr]:
        """What the loops run over whose variables the expressions read, by identity."""
        found: dict[int, Expr] = {}
        waiting, seen = list(exprs), 0
        while waiting and seen < _LOOK_AT:
            seen += 1
            expr = waiting.pop(0)
            if isinstance(expr, f.Choice):
                waiting += expr.options
            elif isinstance(expr, f.Ref):
                waiting.append(self._facts.bindings[expr.binding].value)
            elif isinstance(expr, f.Element):
                found[id(expr.iterable)] = expr.iterable
            elif isinstance(expr, f.Part | f.Attribute | f.Star | f.Slice):
                waiting.append(expr.value)
            elif isinstance(expr, f.Item):
                waiting += [expr.value, expr.key]
            elif isinstance(expr, f.Call):
                waiting += [expr.func, *expr.args, *(value for _, value in expr.keywords)]
            elif isinstance(expr, f.Mapping):
                waiting += [value for _, value in expr.entries]
            elif isinstance(expr, f.Join):
                waiting += expr.parts
            elif isinstance(expr, f.Sequence):
                waiting += expr.items
        return found

    def _context(self, definition: Function, function: int, caller: Caller, outer: Frame) -> Frame | None:
        evaluator = self._evaluator
        passed = self.arguments(caller.call, outer)
        if isinstance(caller.target, OwnClass):
            instance = self.construct(caller.target, caller.call, passed, outer)
            if instance.frame is not None and instance.frame.function == function:
                return instance.frame
            own = {} if definition.name in _AFTERWARDS else self.bind(definition, passed, True)
            return Frame(self._facts, function, own, instance, outer.root(), outer.depth + 1, closed=True)
        target = caller.target
        for value in evaluator.ask(caller.call.func, outer):
            value = bare(value)
            if isinstance(value, Partial) and isinstance(value.target, OwnFunction):
                passed = merged(value.arguments, passed)
                value = value.target
            if isinstance(value, OwnFunction) and value.number == function:
                target = value
                break
        arguments = self.bind(definition, passed, target.receiver is not None)
        return Frame(
            self._facts, function, arguments, target.receiver, target.frame, outer.depth + 1, closed=True
        )

    # classes

    def mro(self, cls: OwnClass) -> Iterator[OwnClass | External]:
        """The class and its bases, nearest first, each once."""
        seen: set[object] = set()
        queue: list[OwnClass | External] = [cls]
        while queue and len(seen) < _MRO_LIMIT:
            current = queue.pop(0)
            key = current.dotted if isinstance(current, External) else current.number
            if key in seen:
                continue
            seen.add(key)
            yield current
            if isinstance(current, OwnClass):
                for base in self._facts.classes[current.number].bases:
                    for value in self._evaluator.values(base, self._evaluator.root):
                        if isinstance(value, OwnClass | External):
                            queue.append(value)

    def own_mro(self, cls: OwnClass) -> Iterator[Class]:
        """The classes of the file among `mro`."""
        return (self._facts.classes[c.number] for c in self.mro(cls) if isinstance(c, OwnClass))

    def external_bases(self, cls: OwnClass) -> list[External]:
        """The bases that are not of the project."""
        return [base for base in self.mro(cls) if isinstance(base, External)]

    def _method(self, cls: OwnClass, name: str) -> OwnFunction | None:
        for own in self.own_mro(cls):
            for value in self._class_name(own, name):
                if isinstance(value, OwnFunction):
                    return value
        return None

    def has_init(self, cls: OwnClass) -> bool:
        """Whether a class of the file, and not an outside base, takes the constructor's arguments."""
        return self._method(cls, "__init__") is not None

    def _class_name(self, cls: Class, name: str) -> Values:
        scope = self._facts.scopes[cls.scope]
        return self._all(f.Ref(b) for b in self._bindings(name, scope))(self._evaluator.root)

    def attribute(self, value: Value, name: str) -> Values:
        """`value.name`"""
        while isinstance(value, Altered):  # a loop, since a file may set a thousand attributes in a row
            if value.name == name:
                return self._evaluator.thunk(value.value)
            value = value.base
        if isinstance(value, External):
            return (value,) if name == "__dict__" else (External(f"{value.dotted}.{name}"),)
        if isinstance(value, Instance):
            return (
                self._of_external(value, name)
                if isinstance(value.of, External)
                else self._of_instance(value, name)
            )
        if isinstance(value, OwnClass):
            return self._of_class(value, name, value)
        if isinstance(value, Super):
            return self._of_bases(value.of, name, value.receiver)
        if isinstance(value, Text | Items):
            return (value,) if name == "value" else ()
        if isinstance(value, Entries):
            found = self._evaluator.item_of(value, [name], [])
            return (value,) if name == "value" and not found else found
        return ()

    def _of_external(self, value: Instance, name: str) -> Values:
        assert isinstance(value.of, External)
        dotted = value.of.dotted
        if dotted.rpartition(".")[2] in _PARSED:
            return self.declared.option(name)
        if dotted in _NAMESPACES and value.call is not None and value.frame is not None:
            passed = self.arguments(value.call, value.frame)
            found = passed.get(name)
            if found:
                return self._evaluator.thunk(found[0])
            entries = [v for thunk in passed.positional for v in self._evaluator.thunk(thunk)]
            return tuple(
                r for v in entries for r in self._evaluator.item_of(v, [name], []) if isinstance(v, Entries)
            )
        return (External(f"{dotted}.{name}"),)

    def _of_instance(self, value: Instance, name: str) -> Values:
        assert isinstance(value.of, OwnClass)
        frame = value.frame or self._evaluator.root
        if value.frame is not None and not self.has_init(value.of) and name in value.frame.arguments:
            return distinct(v for item in value.frame.arguments[name] for v in self._argument(item))
        found: list[Value] = []
        for own in self.own_mro(value.of):
            for attribute, expr in own.assigned:
                if attribute == name:
                    found.extend(self._evaluator.values(expr, frame))
        found.extend(self._of_class(value.of, name, value))
        return distinct(found)

    def _of_class(self, cls: OwnClass, name: str, receiver: Value) -> Values:
        for base in self.mro(cls):
            if isinstance(base, External):
                return (External(f"{base.dotted}.{name}"),)
            own = self._facts.classes[base.number]
            if self._bindings(name, self._facts.scopes[own.scope]):  # known or not, it hides what is above
                values = self._class_name(own, name)
                return tuple(r for value in values for r in self._member(base, value, receiver))
        return ()

    def _member(self, cls: OwnClass, value: Value, receiver: Value) -> Values:
        """A name of a class body: of an enumeration with a constructor, what that makes of the value."""
        is_member = isinstance(receiver, OwnClass) and self._is_enum(cls)
        if is_member and isinstance(value, Items) and self.has_init(cls):
            return (self.construct(cls, None, Arguments(value.items), self._evaluator.root), value)
        return self._bound(value, receiver)

    def _is_enum(self, cls: OwnClass) -> bool:
        return any(base.dotted.startswith("enum.") for base in self.external_bases(cls))

    def members(self, cls: OwnClass) -> list[Values]:
        """What iterating over a class gives: the members of an enumeration."""
        if not self._is_enum(cls):
            return []
        names = [field.name for own in self.own_mro(cls) for field in own.fields if field.default is not None]
        return [self._of_class(cls, name, cls) for name in names if not name.startswith("_")]

    def _of_bases(self, cls: OwnClass, name: str, receiver: Value) -> Values:
        for base in list(self.mro(cls))[1:]:
            if isinstance(base, External):
                return (External(f"{base.dotted}.{name}"),)
            values = self._class_name(self._facts.classes[base.number], name)
            if values:
                return tuple(r for value in values for r in self._bound(value, receiver))
        return ()

    def _bound(self, value: Value, receiver: Value) -> Values:
        if not isinstance(value, OwnFunction):
            return (value,)
        function = self._facts.functions[value.number]
        if self._decorated(function, "builtins.staticmethod"):
            return (value,)
        if self._decorated(function, "builtins.classmethod"):
            cls = receiver.of if isinstance(receiver, Instance) else receiver
            return (value._replace(receiver=cls),)
        if isinstance(receiver, OwnClass):
            return (value,)
        bound = value._replace(receiver=receiver)
        if self._decorated(function, *_PROPERTIES):
            return self.invoke(bound, Arguments(), self._evaluator.root)
        return (bound,)

    def field_at(self, value: Instance, index: int) -> Values:
        """Position `index` of an instance that is unpacked."""
        if isinstance(value.of, External):
            return (value,) if index == 0 else ()
        names = self._annotated(value.of)
        return self._of_instance(value, names[index]) if -len(names) <= index < len(names) else ()

    def fields(self, value: Instance) -> list[Values]:
        """The values of the fields of an instance that is unpacked, in order."""
        if isinstance(value.of, External):
            return []
        return [self._of_instance(value, name) for name in self._annotated(value.of)]

    def _annotated(self, cls: OwnClass) -> list[str]:
        return [field.name for own in self.own_mro(cls) for field in own.fields if field.annotated]

    def with_attribute(self, bases: Values, name: str, value: Thunk) -> Values:
        """The objects after `object.name = value`."""
        if not bases:
            return (Entries(((name, value),)),)
        return tuple(Altered(base, name, value) for base in bases)

    # outside

    def external_item(self, value: Value, keys: list[str]) -> Values:
        """`value[key]` of something that is not a container of the file."""
        value = bare(value)
        if isinstance(value, External):
            if value.dotted == "os.environ":
                return tuple(v for key in keys for v in self.declared.environment(key))
            return tuple(External(f"{value.dotted}.{key}") for key in keys)
        if isinstance(value, OwnClass):
            return tuple(v for key in keys for v in self._of_class(value, key, value))
        if isinstance(value, Instance):
            if isinstance(value.of, OwnClass):
                getter = self._method(value.of, "__getitem__")
                if getter is not None:
                    wanted = Arguments((given(Text(key, (), None) for key in keys),))
                    return self.invoke(getter._replace(receiver=value), wanted, self._evaluator.root)
                return tuple(v for key in keys for v in self._of_instance(value, key))
            return tuple(External(f"{value.of.dotted}.{key}") for key in keys)
        return ()


def merged(first: Arguments, second: Arguments) -> Arguments:
    """The arguments of a partial, then those of the call."""
    return Arguments((*first.positional, *second.positional), (*first.keywords, *second.keywords))


def _is_namespace(dotted: str) -> bool:
    return dotted in _NAMESPACES
