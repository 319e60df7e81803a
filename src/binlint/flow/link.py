"""Names and calls: who is meant, and what a parameter is, through all files of the project.

A file is compiled when a name leads into it. `classes` follows attributes and inheritance, `callers`
finds out who calls a function, in its own file and, where a credential asks for it, in others.
"""

from __future__ import annotations

import builtins
import posixpath
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from binlint import facts as f
from binlint.facts import Call, Expr, Facts, Function
from binlint.finding import Step
from binlint.flow import budget, paths
from binlint.flow.callers import Caller, Callers
from binlint.flow.changes import Changes
from binlint.flow.classes import NAMESPACES, Classes
from binlint.flow.contexts import Contexts
from binlint.flow.declared import Declared
from binlint.flow.indirect import indirect
from binlint.flow.opened import Files
from binlint.flow.relevance import Relevance
from binlint.flow.scopes import bindings, is_method, last_name, walk
from binlint.flow.values import (
    PROJECT,
    Argument,
    Arguments,
    Entries,
    External,
    Frame,
    Instance,
    Items,
    OwnClass,
    OwnFunction,
    OwnModule,
    Site,
    Text,
    Thunk,
    Value,
    Values,
    bare,
    distinct,
    given,
    texts,
)
from binlint.sources.project import Module

if TYPE_CHECKING:
    from binlint.flow.evaluate import Evaluator

_BUILTINS = frozenset(dir(builtins))
_GENERATED = ("contextlib.contextmanager", "contextlib.asynccontextmanager", "pytest.fixture")
_SEARCH_PATH = ("append", "insert", "extend", "addsitedir")
_FLASK_CONFIG = ("flask.current_app.config", "flask.Flask.config")
_LOOK_AT = 60  # expressions looked at for the variables of loops


class Unit:
    """One file of the project as the linker holds it."""

    def __init__(self, facts: Facts, linked: Linked) -> None:
        self.facts = facts
        self.root = Frame(facts)
        self.calls = (
            *facts.calls,
            *(d for call in facts.calls for d in indirect(call, last_name(call.func, facts))),
            *_decorations(facts),
        )
        self.relevance = Relevance(facts, linked.world.catalogue)
        self.declared = Declared(linked, facts, self.root)
        self.search_path: tuple[tuple[str, ...], tuple[str, ...]] | None = None


class Linked:
    """The names of the project, resolved on demand with the help of an evaluator."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self.world = evaluator.world
        self._units: dict[str, Unit | None] = {}
        self._looking: set[tuple[object, ...]] = set()
        self._asked_stars: set[tuple[str, str]] = set()
        self.classes = Classes(self)
        self.callers = Callers(self)
        self.contexts = Contexts(self)
        self._changes = Changes(self)
        self.files = Files(evaluator)
        self._documents: dict[int, Frame] = {}
        self.gave_up = 0  # files that were not compiled any more

    # files

    def unit(self, facts: Facts) -> Unit:
        """The file that these facts are of."""
        unit = self._units.get(facts.path)
        if unit is None or unit.facts is not facts:
            unit = self._units[facts.path] = Unit(facts, self)
        return unit

    def unit_at(self, path: str) -> Unit | None:
        """The Python file at a path, compiled if it has to be; None if there is none, or too many were."""
        if path not in self._units:
            if len(self._units) >= self.world.reach.modules:
                self.gave_up += 1
                return None
            facts = self.world.facts(path)
            self._units[path] = Unit(facts, self) if facts is not None and facts.scopes else None
        return self._units[path]

    def document_root(self, facts: Facts) -> Frame:
        """The frame for what stands in a file of data."""
        frame = self._documents.get(id(facts))
        if frame is None:
            frame = self._documents[id(facts)] = Frame(facts)
        return frame

    # names

    def look_up(self, name: str, scope: int, frame: Frame) -> Values:
        """A name that its own scope does not bind at the place of use."""
        facts = frame.facts
        key = (id(facts), name, scope)
        if key in self._looking and frame.function < 0:
            return ()
        self._looking.add(key)
        try:
            index = scope
            while index >= 0:
                here = facts.scopes[index]
                if here.kind != "class" or index == scope:
                    found = bindings(name, here)
                    if found:
                        return self.each((f.Ref(binding) for binding in found), self._frame_of(here, frame))
                index = here.parent
            return self._global(name, facts)
        finally:
            self._looking.discard(key)

    def _frame_of(self, scope: f.Scope, frame: Frame) -> Frame:
        if scope.kind == "module":
            return frame.root()
        if scope.kind == "class":
            return frame
        return frame.of(scope.owner) or frame.root()

    def each(self, exprs: Iterable[Expr], frame: Frame) -> Values:
        """The values of any of some expressions."""
        return distinct(value for expr in exprs for value in self.evaluator.values(expr, frame))

    def _global(self, name: str, facts: Facts) -> Values:
        if name in _BUILTINS:
            return (External(f"builtins.{name}"),)
        if name == "__file__":
            return (Text(paths.of_project(facts.path), (), None),)
        return self._starred(name, facts)

    def _starred(self, name: str, facts: Facts) -> Values:
        """A name that some `from module import *` brings; the last one that has it counts.

        Each file is asked once for it, however many stars lead there.
        """
        asked, is_outermost = self._asked_stars, not self._asked_stars
        if (facts.path, name) in asked:
            return ()
        asked.add((facts.path, name))
        try:
            return self._by_star(name, facts)
        finally:
            if is_outermost:
                asked.clear()

    def _by_star(self, name: str, facts: Facts) -> Values:
        for dotted, level in reversed(facts.stars):
            module = None if self.evaluator.is_local else self._module(facts, dotted, level)
            found: Values = ()
            if module is not None:
                if self._exports(module, name):
                    found = self.member(module, name)
                    if self.has(module, name):  # known or not, it hides what came before
                        return found
            else:
                library = self._library(facts, dotted, level)
                known = self.world.catalogue.knows(f"{library}.{name}") or f"{library}.{name}" in NAMESPACES
                found = (External(f"{library}.{name}"),) if known else ()
            if found:
                return found
        return ()

    def _exports(self, module: Module, name: str) -> bool:
        """Whether `*` brings a name: those of `__all__`, else all without an underscore."""
        unit = self.unit_at(module.path) if module.path else None
        listed = bindings("__all__", unit.facts.scopes[0]) if unit is not None else ()
        if unit is None or not listed:
            return not name.startswith("_")
        for value in self.each((f.Ref(binding) for binding in listed), unit.root):
            if isinstance(value, Items) and not value.open:
                return any(
                    t.string() == name for item in value.items for t in texts(self.evaluator.thunk(item))
                )
        return True

    # modules

    def imported(self, expr: f.Imported, frame: Frame) -> Values:
        """What an import binds."""
        facts = frame.facts
        module = self._module(facts, expr.module, expr.level)
        if module is None or self.evaluator.is_local:
            dotted = ".".join(
                part for part in (self._library(facts, expr.module, expr.level), expr.name) if part
            )
            return (External(dotted),)
        if expr.name is None:
            return (OwnModule(module),)
        found = self.member(module, expr.name)
        if found or self.has(module, expr.name):
            return found
        return (External(".".join(part for part in (PROJECT, expr.module, expr.name) if part)),)

    def is_own(self, expr: f.Imported, facts: Facts) -> bool:
        """Whether an import is of the project; compiles nothing."""
        return self._module(facts, expr.module, expr.level) is not None

    def module_paths(self, expr: f.Imported, facts: Facts) -> Iterator[str]:
        """The files that an import of the project may mean."""
        module = self._module(facts, expr.module, expr.level)
        if module is not None:
            inner = self.world.project.submodule(module, expr.name) if expr.name else None
            yield from (found.path for found in (module, inner) if found is not None and found.path)

    def _module(self, facts: Facts, dotted: str, level: int) -> Module | None:
        project = self.world.project
        also = ((), ()) if level else self._search_path(facts)
        return project.module(facts.path, dotted, level, also)

    def _library(self, facts: Facts, dotted: str, level: int) -> str:
        """The absolute name of a module that is not the project's, or not found in it."""
        if not level:
            return dotted
        folder = posixpath.normpath(posixpath.join(posixpath.dirname(facts.path), *[".."] * (level - 1)))
        library = self.world.project.vendored(folder)
        return ".".join(part for part in (library or PROJECT, dotted) if part)

    def _search_path(self, facts: Facts) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The folders that the file adds to `sys.path`, as literals: before the others and behind them."""
        unit = self.unit(facts)
        if unit.search_path is None:
            unit.search_path = (), ()
            first: dict[str, None] = {}
            last: dict[str, None] = {}
            for call in facts.calls:
                func = call.func
                if isinstance(func, f.Attribute) and func.name in _SEARCH_PATH and _is_search_path(func):
                    for arg in call.args[-1:]:
                        for text in self._spread_texts(arg, unit.root):
                            folders = (paths.folder(text.string(), base) for base in (facts.path, ""))
                            inside = [f for f in folders if f is not None and self.world.project.is_inside(f)]
                            (first if func.name == "insert" else last).update(dict.fromkeys(inside))
            unit.search_path = tuple(first), tuple(last)
        return unit.search_path

    def _spread_texts(self, expr: Expr, frame: Frame) -> Iterator[Text]:
        for value in self.evaluator.ask(expr, frame):
            if isinstance(value, Text):
                yield value
            elif isinstance(value, Items):
                for item in value.items:
                    yield from texts(self.evaluator.thunk(item))

    def member(self, module: Module, name: str) -> Values:
        """`module.name`"""
        unit = self.unit_at(module.path) if module.path else None
        key = (module, name)
        found: Values = ()
        if unit is not None and key not in self._looking:
            self._looking.add(key)
            try:
                own = bindings(name, unit.facts.scopes[0])
                found = self.each((f.Ref(binding) for binding in own), unit.root)
                if not own:
                    found = self._starred(name, unit.facts)
                if own and self._is_vacant(own, found, unit):
                    found = distinct((*found, *self._changes.of(module, name)))
            finally:
                self._looking.discard(key)
        if found:
            return found
        inner = self.world.project.submodule(module, name)
        if inner is not None:
            return (OwnModule(inner),)
        return self._from_getter(unit, name) if unit is not None else ()

    def _is_vacant(self, own: tuple[int, ...], found: Values, unit: Unit) -> bool:
        """Whether a name waits for its value: None, "" or a dict that others fill."""
        if found:
            return all(isinstance(v, Entries) or (isinstance(v, Text) and not v.value) for v in found)
        return all(isinstance(unit.facts.bindings[binding].value, f.Constant) for binding in own)

    def has(self, module: Module, name: str) -> bool:
        """Whether a module itself binds a name, be its value known or not."""
        unit = self.unit_at(module.path) if module.path else None
        return unit is not None and bool(bindings(name, unit.facts.scopes[0]))

    def _from_getter(self, unit: Unit, name: str) -> Values:
        """What the module's own `__getattr__` gives."""
        found: list[Value] = []
        for binding in bindings("__getattr__", unit.facts.scopes[0]):
            for getter in self.evaluator.values(f.Ref(binding), unit.root):
                if isinstance(getter, OwnFunction):
                    wanted = Arguments((given([Text(name, (), None)]),))
                    found.extend(self.invoke(getter, wanted, unit.root))
        return distinct(found)

    # parameters and calls

    def parameter(self, function: int, name: str, frame: Frame) -> Values:
        """The value of a parameter: what the call of `frame` passes, else what any caller does."""
        facts = frame.facts
        definition = facts.functions[function]
        own = frame.of(function)
        if is_method(definition, name) and not self.decorated(definition, frame, "builtins.staticmethod"):
            return (self._receiver(definition, own, frame),)
        if own is not None and name in own.arguments:
            return distinct(v for item in own.arguments[name] for v in self._passed(item, own.site, name))
        found = list(self._default(definition, name, own or frame))
        if own is None or not own.closed:
            for caller in self.callers.of(facts, function):
                if definition.method_of >= 0 and not self.classes.are_related(caller.target, frame.receiver):
                    continue
                arguments = self._bind(definition, caller)
                for item in arguments.get(name, ()):
                    found.extend(self._passed(item, caller.site, name))
        return distinct(found)

    def _passed(self, item: Argument, site: Site | None, name: str) -> Values:
        if not isinstance(item, Thunk):
            return (item,)
        values = self.evaluator.thunk(item)
        if site is None:
            return values
        step = Step(site.location, f"passed to `{site.called}(…)` as `{name}`")
        return tuple(value.via(step) if isinstance(value, Text) else value for value in values)

    def _receiver(self, function: Function, own: Frame | None, frame: Frame) -> Value:
        if own is not None and own.receiver is not None:
            return own.receiver
        cls = OwnClass(frame.facts, function.method_of)
        return cls if self.decorated(function, frame, "builtins.classmethod") else Instance(cls, None, None)

    def decorated(self, function: Function, frame: Frame, *names: str) -> bool:
        """Whether a function has one of these decorators, given by their absolute names."""
        return any(
            isinstance(value, External) and value.dotted in names
            for decorator in function.decorators
            for value in self.evaluator.values(decorator, frame.root())
        )

    def _default(self, function: Function, name: str, frame: Frame) -> Values:
        parameter = next((p for p in function.parameters if p.name == name), None)
        if parameter is None:
            return ()
        outer = frame.outer or frame.root()
        found: list[Value] = []
        if parameter.default is not None:
            found.extend(self.evaluator.values(parameter.default, outer))
        if parameter.annotation is not None:
            for value in self.evaluator.values(parameter.annotation, outer):
                is_builtin = isinstance(value, External) and value.dotted.startswith("builtins.")
                if isinstance(value, External | OwnClass) and not is_builtin:
                    found.append(Instance(value, None, None))
        return tuple(found)

    def arguments(self, call: Call, frame: Frame) -> Arguments:
        """What a call passes in `frame`."""
        positional: list[Thunk] = []
        for arg in call.args:
            if isinstance(arg, f.Star):
                spread, complete = self.evaluator.spread(arg.value, frame)
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
        for entries in self.evaluator.values(value, frame):
            last: dict[str, Thunk] = {}
            if isinstance(entries, Entries):
                last = {key: item for key, item in entries.entries if key is not None}
            elif isinstance(entries, Instance):
                last = dict(_fields_as_keywords(entries))
            for key, item in last.items():
                found.setdefault(key, []).append(item)
        for key, items in found.items():
            yield (
                key,
                items[0]
                if len(items) == 1
                else given(v for item in items for v in self.evaluator.thunk(item)),
            )

    def bind(self, function: Function, passed: Arguments, bound: bool) -> dict[str, tuple[Argument, ...]]:
        """Parameter → argument, as Python pairs them; `bound` leaves out the receiver."""
        positional = [p.name for p in function.parameters if p.kind == "positional"]
        if bound and positional:
            positional = positional[1:]
        names = {p.name for p in function.parameters if p.kind in ("positional", "keyword")}
        result: dict[str, tuple[Argument, ...]] = {}
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

    def _bind(self, function: Function, caller: Caller) -> dict[str, tuple[Argument, ...]]:
        bound = isinstance(caller.target, OwnClass) or caller.target.receiver is not None
        return self.bind(function, self.arguments(caller.call, caller.root), bound)

    def invoke(self, target: OwnFunction, passed: Arguments, frame: Frame) -> Values:
        """What a function of the project returns for these arguments."""
        if frame.depth >= budget.CALLS:
            return ()
        home = target.frame
        function = home.facts.functions[target.number]
        bound = target.receiver is not None
        inner = Frame(
            home.facts,
            target.number,
            self.bind(function, passed, bound),
            target.receiver,
            home,
            frame.depth + 1,
            closed=True,
        )
        if function.yields:
            if self.decorated(function, home, *_GENERATED):
                return self.each(function.yields, inner)
            thunks: list[Thunk] = []
            for expr in function.yields:
                if isinstance(expr, f.Star):
                    thunks.extend(self.evaluator.spread(expr.value, inner)[0])
                else:
                    thunks.append(Thunk(expr, inner))
            return (Items(tuple(thunks)),)
        return self.each(function.returns, inner)

    # loops

    def together(self, first: Expr, second: Expr, frame: Frame) -> list[Frame]:
        """The rounds of a loop that two expressions share, so that `name` and `value` stay pairs."""
        loops, others = _loops((first,), frame.facts), _loops((second,), frame.facts)
        shared = next((loop for key, loop in loops.items() if key in others), None)
        if shared is None:
            return [frame]
        items, _ = self.evaluator.spread(shared, frame)
        return [frame.picking(shared, item) for item in items[: budget.CONTEXTS]] or [frame]

    def rounds(self, call: Call, frame: Frame) -> list[Frame]:
        """The rounds of the loop that a call stands in, if the loop chooses both whom and with what it calls.

        `for name, keys in accounts.items(): getattr(ccxt, name)(keys)` hands no exchange another's keys.
        """
        loops = _loops((call.func,), frame.facts)
        if not loops:
            return [frame]
        passed = (*call.args, *(value for _, value in call.keywords))
        loop = next((loops[key] for key in _loops(passed, frame.facts) if key in loops), None)
        if loop is None:
            return [frame]
        items, complete = self.evaluator.spread(loop, frame)
        if not complete or not 1 < len(items) <= budget.CONTEXTS:
            return [frame]
        return [frame.picking(loop, item) for item in items]

    # outside

    def external_item(self, value: Value, keys: list[str], frame: Frame) -> Values:
        """`value[key]` of something that is not a container of the code."""
        value = bare(value)
        if isinstance(value, External):
            if value.dotted == "os.environ":
                return tuple(v for key in keys for v in self.unit(frame.facts).declared.environment(key))
            if value.dotted in _FLASK_CONFIG:
                return tuple(v for key in keys for v in self.files.flask(key))
            return tuple(External(f"{value.dotted}.{key}") for key in keys)
        return self.classes.item(value, keys)


def _decorations(facts: Facts) -> Iterator[Call]:
    """The calls that decorators are, of functions of the project or imported ones: `register("x")(Class)`."""
    definitions: list[tuple[f.Class | f.Function, f.ClassRef | f.FunctionRef]] = [
        *((cls, f.ClassRef(number)) for number, cls in enumerate(facts.classes)),
        *((function, f.FunctionRef(number)) for number, function in enumerate(facts.functions)),
    ]
    for definition, ref in definitions:
        for decorator in definition.decorators:
            root = decorator
            while isinstance(root, f.Call | f.Attribute):
                root = root.func if isinstance(root, f.Call) else root.value
            if isinstance(root, f.Ref):
                yield Call(decorator, (ref,), (), definition.place, definition.parent, definition.place)


def _fields_as_keywords(instance: Instance) -> Iterator[tuple[str, Thunk]]:
    if isinstance(instance.of, External) and instance.call is not None and instance.frame is not None:
        yield from (
            (name, Thunk(v, instance.frame)) for name, v in instance.call.keywords if name is not None
        )


def _is_search_path(func: f.Attribute) -> bool:
    """`sys.path.append` or `site.addsitedir`, told from the names."""
    return func.name == "addsitedir" or (isinstance(func.value, f.Attribute) and func.value.name == "path")


def _loops(exprs: tuple[Expr, ...], facts: Facts) -> dict[int, Expr]:
    """What the loops run over whose variables the expressions read, by identity."""
    found: dict[int, Expr] = {}
    for expr in walk(exprs, facts, _LOOK_AT):
        if isinstance(expr, f.Element):
            found[id(expr.iterable)] = expr.iterable
    return found
