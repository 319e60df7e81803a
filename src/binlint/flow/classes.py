"""Classes and instances: attributes, inheritance and construction, across files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from binlint import facts as f
from binlint.facts import Call, Class, Facts
from binlint.finding import Location
from binlint.flow import paths
from binlint.flow.scopes import bindings, called, function_of, walk
from binlint.flow.values import (
    PROJECT,
    Altered,
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
    Super,
    Text,
    Thunk,
    Value,
    Values,
    bare,
    distinct,
    given,
    texts,
)

if TYPE_CHECKING:
    from binlint.flow.link import Linked

NAMESPACES = frozenset(
    {
        "types.SimpleNamespace",
        "argparse.Namespace",
        "box.Box",
        "munch.Munch",
        "addict.Dict",
        "easydict.EasyDict",
    }
)
AFTERWARDS = ("__post_init__", "__attrs_post_init__", "model_post_init")  # see the fields only
CONSTRUCTORS = ("__init__", "__new__", *AFTERWARDS)
_PARSED = ("parse_args", "parse_known_args", "parse_intermixed_args")
_PROPERTIES = (
    "builtins.property",
    "functools.cached_property",
    "cached_property.cached_property",
    "abc.abstractproperty",
)
_CONSTANTS = {"os.pardir": "..", "os.curdir": ".", "os.sep": "/", "os.path.sep": "/"}
_DJANGO_SETTINGS = "django.conf.settings"
_DJANGO_SCRIPTS = frozenset({"manage.py", "wsgi.py", "asgi.py", "celery.py"})
_MRO_LIMIT = 16
_LOOK_AT = 40
_SAME_PATH = frozenset({"absolute", "resolve", "expanduser", "as_posix", "expandvars"})


class Classes:
    """What objects have, whose class may stand in any file of the project."""

    def __init__(self, linked: Linked) -> None:
        self._linked = linked
        self._evaluator = linked.evaluator
        self._mros: dict[tuple[int, int], tuple[OwnClass | External, ...]] = {}

    def _root(self, facts: Facts) -> Frame:
        return self._linked.unit(facts).root

    # inheritance

    def mro(self, cls: OwnClass) -> tuple[OwnClass | External, ...]:
        """The class and its bases, nearest first, each once."""
        key = (id(cls.facts), cls.number)
        known = self._mros.get(key)
        if known is not None:
            return known
        self._mros[key] = (cls,)  # while its bases are looked for: a class may be its own, by mistake
        found = tuple(self._walk(cls))
        self._mros[key] = found
        return found

    def _walk(self, cls: OwnClass) -> Iterator[OwnClass | External]:
        seen: set[object] = set()
        queue: list[OwnClass | External] = [cls]
        while queue and len(seen) < _MRO_LIMIT:
            current = queue.pop(0)
            is_own = isinstance(current, OwnClass)
            key = (id(current.facts), current.number) if is_own else current.dotted  # type: ignore[union-attr]
            if key in seen:
                continue
            seen.add(key)
            yield current
            if isinstance(current, OwnClass):
                root = self._root(current.facts)
                for base in definition(current).bases:
                    for value in self._evaluator.values(base, root):
                        if isinstance(value, OwnClass | External):
                            queue.append(value)

    def own_mro(self, cls: OwnClass) -> tuple[OwnClass, ...]:
        """The classes of the project among `mro`."""
        return tuple(base for base in self.mro(cls) if isinstance(base, OwnClass))

    def external_bases(self, cls: OwnClass) -> list[External]:
        """The bases that are not of the project."""
        return [base for base in self.mro(cls) if isinstance(base, External)]

    def method(self, cls: OwnClass, name: str) -> OwnFunction | None:
        """The method that an instance of a class of the project has under a name."""
        for own in self.own_mro(cls):
            for value in self._class_name(own, name):
                if isinstance(value, OwnFunction):
                    return value
        return None

    def has_init(self, cls: OwnClass) -> bool:
        """Whether a class of the project, and not an outside base, takes the constructor's arguments."""
        return self.method(cls, "__init__") is not None

    def _class_name(self, cls: OwnClass, name: str) -> Values:
        found = bindings(name, cls.facts.scopes[definition(cls).scope])
        return self._linked.each((f.Ref(b) for b in found), self._root(cls.facts)) if found else ()

    def are_related(self, target: OwnFunction | OwnClass, receiver: Value | None) -> bool:
        """Whether what is called may be a method of this object: not if they are of different branches."""
        called = bare(target.receiver) if isinstance(target, OwnFunction) and target.receiver else target
        first = called.of if isinstance(called, Instance) else called
        whole = bare(receiver) if receiver is not None else None
        second = whole.of if isinstance(whole, Instance) else whole
        if not isinstance(first, OwnClass) or not isinstance(second, OwnClass):
            return True
        return first in self.own_mro(second) or second in self.own_mro(first)

    # construction

    def construct(self, cls: OwnClass, call: Call | None, passed: Arguments, frame: Frame) -> Instance:
        """The instance that a call of a class of the project gives."""
        init = self.method(cls, "__init__")
        home = cls.facts if init is None else init.frame.facts
        inner = Frame(home, depth=frame.depth + 1, outer=self._root(home), closed=True)
        instance = Instance(cls, call, inner)
        inner.receiver = instance
        if call is not None:
            where = Location(frame.facts.path, call.place)
            inner.site, inner.entry = Site(where, called(call.func, frame.facts)), frame.entry or where
        if init is not None:
            inner.function = init.number
            inner.arguments = self._linked.bind(home.functions[init.number], passed, True)
        else:
            inner.arguments = {name: (thunk,) for name, thunk in self._field_arguments(cls, passed)}
        return instance

    def _field_arguments(self, cls: OwnClass, passed: Arguments) -> Iterator[tuple[str, Thunk]]:
        names = [
            field.name
            for own in reversed(self.own_mro(cls))
            for field in definition(own).fields
            if field.annotated
        ]
        yield from zip(dict.fromkeys(names), passed.positional, strict=False)
        yield from passed.keywords

    # attributes

    def attribute(self, value: Value, name: str, frame: Frame) -> Values:
        """`value.name`"""
        receiver = value
        while isinstance(value, Altered):  # a loop, since a file may set a thousand attributes in a row
            if value.name == name:
                return self._evaluator.thunk(value.value)
            value = value.base
        if isinstance(value, External):
            if value.dotted == _DJANGO_SETTINGS:
                found = self._of_django(name)
                if found:
                    return found
            dotted = f"{value.dotted}.{name}"
            if dotted in _CONSTANTS:
                return (Text(_CONSTANTS[dotted], (), None),)
            return (value,) if name == "__dict__" else (External(dotted),)
        if isinstance(value, OwnModule):
            return self._of_module(value, name)
        if isinstance(value, Instance):
            return (
                self._of_external(value, name, frame)
                if isinstance(value.of, External)
                else self._of_instance(value, name, receiver)
            )
        if isinstance(value, OwnClass):
            return self.of_class(value, name, value)
        if isinstance(value, Super):
            return self._of_bases(value.of, name, value.receiver)
        if isinstance(value, Text):
            return self._of_text(value, name)
        if isinstance(value, Items):
            return (value,) if name == "value" else ()
        if isinstance(value, Entries):
            found = self._evaluator.item_of(value, [name], [])
            return (value,) if name == "value" and not found else found
        return ()

    def _of_text(self, value: Text, name: str) -> Values:
        if name == "parent":
            return (value._replace(value=paths.parent(value.string())),)
        if name == "parents":
            above, current = [], value.string()
            for _ in range(6):
                current = paths.parent(current)
                above.append(given([value._replace(value=current)]))
            return (Items(tuple(above)),)
        return (value,) if name == "value" else ()

    def _of_django(self, name: str) -> Values:
        """A name of the settings module that `manage.py` or its like names in the environment."""
        linked = self._linked
        project = linked.world.project
        scripts = [path for path in project.listing if path.rpartition("/")[2] in _DJANGO_SCRIPTS]
        found: list[Value] = []
        for path in scripts[:_LOOK_AT]:
            unit = linked.unit_at(path)
            named = unit.declared.writes().get("DJANGO_SETTINGS_MODULE", ()) if unit is not None else ()
            for text in (t for thunk in named for t in texts(self._evaluator.thunk(thunk))):
                module = project.module(path, text.string(), 0)
                if module is not None:
                    found.extend(linked.member(module, name))
        return distinct(found)

    def _of_module(self, value: OwnModule, name: str) -> Values:
        if name == "__file__":
            return (Text(paths.of_project(value.module.path), (), None),)
        if name == "__dict__":
            return (value,)
        found = self._linked.member(value.module, name)
        if found or self._linked.has(value.module, name):
            return found
        return (External(f"{PROJECT}.{name}"),)

    def _of_external(self, value: Instance, name: str, frame: Frame) -> Values:
        assert isinstance(value.of, External)
        dotted = value.of.dotted
        if dotted.rpartition(".")[2] in _PARSED:
            home = (value.frame or frame).facts
            return self._linked.unit(home).declared.option(name)
        if dotted in NAMESPACES and value.call is not None and value.frame is not None:
            passed = self._linked.arguments(value.call, value.frame)
            found = passed.get(name)
            if found:
                return self._evaluator.thunk(found[0])
            entries = [v for thunk in passed.positional for v in self._evaluator.thunk(thunk)]
            return tuple(
                r for v in entries for r in self._evaluator.item_of(v, [name], []) if isinstance(v, Entries)
            )
        return (External(f"{dotted}.{name}"),)

    def _of_instance(self, value: Instance, name: str, receiver: Value) -> Values:
        assert isinstance(value.of, OwnClass)
        if value.frame is None:  # whatever is made of the class
            made = self._linked.callers.instances(value.of)
            if made:
                return distinct(v for each in made for v in self._of_instance(each, name, each))
        elif not self.has_init(value.of) and name in value.frame.arguments:
            return distinct(v for item in value.frame.arguments[name] for v in self._argument(item))
        found: list[Value] = []
        is_hidden = False
        for own in self.own_mro(value.of):
            for stored in definition(own).assigned:
                if stored.name == name:
                    values = self._evaluator.values(stored.value, self._frame_in(value, own))
                    found.extend(values)
                    is_hidden = is_hidden or (not values and _always(stored, own.facts))
        if not is_hidden:
            found.extend(self.of_class(value.of, name, receiver))
        if all(isinstance(v, External) for v in found):  # a base outside may have anything
            found = [*self._unnamed(value, name), *found]
        return distinct(found)

    def _unnamed(self, value: Instance, name: str) -> Values:
        """An attribute that no line names: out of `__dict__.update(…)`, settings, or `__getattr__`."""
        assert isinstance(value.of, OwnClass)
        for own in self.own_mro(value.of):
            for stored in definition(own).assigned:
                if stored.name == f.ANY:
                    entries = self._evaluator.values(stored.value, self._frame_in(value, own))
                    found = distinct(v for each in entries for v in self._evaluator.item_of(each, [name], []))
                    if found:
                        return found
        found = self._linked.files.setting(value.of, name)
        getter = None if found or name.startswith("__") else self.method(value.of, "__getattr__")
        if getter is not None:
            wanted = Arguments((given([Text(name, (), None)]),))
            return self._linked.invoke(getter._replace(receiver=value), wanted, getter.frame.root())
        return found

    def _argument(self, item: Argument) -> Values:
        return self._evaluator.thunk(item) if isinstance(item, Thunk) else (item,)

    def _frame_in(self, value: Instance, cls: OwnClass) -> Frame:
        """The frame for what the methods of `cls`, one of the classes of an instance, store on it."""
        frame = value.frame
        if frame is None:
            return self._root(cls.facts)
        init = self._class_name(cls, "__init__")
        number = next((v.number for v in init if isinstance(v, OwnFunction)), -1)
        for _ in range(_MRO_LIMIT):
            is_here = frame.facts is cls.facts
            if is_here and (number < 0 or frame.function in (number, -1)):
                return frame
            upper = self._above(frame, value)
            if upper is None:
                return frame if is_here else self._root(cls.facts)
            frame = upper
        return self._root(cls.facts)

    def _above(self, frame: Frame, value: Instance) -> Frame | None:
        """The constructor of a base that the constructor of `frame` calls."""
        for call in frame.facts.calls:
            func = call.func
            if isinstance(func, f.Attribute) and func.name == "__init__":
                if function_of(call.scope, frame.facts) != frame.function:
                    continue
                for target in self._evaluator.values(func, frame):
                    if isinstance(target, OwnFunction) and target.number != frame.function:
                        return self._called(target, call, frame, value)
        return None

    def _called(self, target: OwnFunction, call: Call, frame: Frame, value: Instance) -> Frame:
        home = target.frame
        passed = self._linked.arguments(call, frame)
        is_bound = target.receiver is not None
        arguments = self._linked.bind(
            home.facts.functions[target.number],
            passed if is_bound else passed._replace(positional=passed.positional[1:]),
            True,
        )
        return Frame(home.facts, target.number, arguments, value, home, frame.depth + 1, closed=True)

    def of_class(self, cls: OwnClass, name: str, receiver: Value | None = None) -> Values:
        """A name of a class, as `receiver` sees it: the class itself or an instance."""
        receiver = cls if receiver is None else receiver
        for base in self.mro(cls):
            if isinstance(base, External):
                return (External(f"{base.dotted}.{name}"),)
            scope = base.facts.scopes[definition(base).scope]
            if bindings(name, scope):  # known or not, it hides what is above
                values = self._class_name(base, name) or self._set_by_methods(base, name)
                return tuple(r for value in values for r in self._member(base, value, receiver))
        return ()

    def _set_by_methods(self, cls: OwnClass, name: str) -> Values:
        """What the class methods store on the class: `cls._instance = cls()`."""
        root = self._root(cls.facts)
        stored = [each for each in definition(cls).assigned if each.name == name and each.function >= 0]
        functions = cls.facts.functions
        return self._linked.each(
            (
                s.value
                for s in stored
                if functions[s.function].decorators or functions[s.function].name == "__new__"
            ),
            root,
        )

    def _member(self, cls: OwnClass, value: Value, receiver: Value) -> Values:
        """A name of a class body: of an enumeration with a constructor, what that makes of the value."""
        if isinstance(value, Instance) and isinstance(value.of, OwnClass):
            getter = self.method(value.of, "__get__")
            if getter is not None:
                return self._linked.invoke(getter._replace(receiver=value), Arguments(), getter.frame.root())
        is_member = isinstance(receiver, OwnClass) and self._is_enum(cls)
        if is_member and isinstance(value, Items) and self.has_init(cls):
            return (self.construct(cls, None, Arguments(value.items), self._root(cls.facts)), value)
        return self._bound(value, receiver)

    def _is_enum(self, cls: OwnClass) -> bool:
        return any(base.dotted.startswith("enum.") for base in self.external_bases(cls))

    def members(self, cls: OwnClass) -> list[Values]:
        """What iterating over a class gives: the members of an enumeration."""
        if not self._is_enum(cls):
            return []
        names = [
            field.name
            for own in self.own_mro(cls)
            for field in definition(own).fields
            if field.default is not None
        ]
        return [self.of_class(cls, name, cls) for name in names if not name.startswith("_")]

    def _of_bases(self, cls: OwnClass, name: str, receiver: Value) -> Values:
        whole = bare(receiver)
        of = whole.of if isinstance(whole, Instance) else whole
        # the next class behind `cls` in the order of what the method was called on, which mixins need
        order = self.mro(of) if isinstance(of, OwnClass) and cls in self.mro(of) else self.mro(cls)
        for base in order[order.index(cls) + 1 :] if cls in order else order[1:]:
            if isinstance(base, External):
                return (External(f"{base.dotted}.{name}"),)
            values = self._class_name(base, name)
            if values:
                return tuple(r for value in values for r in self._bound(value, receiver))
        return ()

    def _bound(self, value: Value, receiver: Value) -> Values:
        if not isinstance(value, OwnFunction):
            return (value,)
        linked, home = self._linked, value.frame
        function = home.facts.functions[value.number]
        if linked.decorated(function, home, "builtins.staticmethod"):
            return (value,)
        whole = bare(receiver)
        if linked.decorated(function, home, "builtins.classmethod"):
            return (value._replace(receiver=whole.of if isinstance(whole, Instance) else whole),)
        if isinstance(whole, OwnClass):
            return (value,)
        bound = value._replace(receiver=receiver)
        if linked.decorated(function, home, *_PROPERTIES):
            return linked.invoke(bound, Arguments(), home.root())
        return (bound,)

    def field_at(self, value: Instance, index: int) -> Values:
        """Position `index` of an instance that is unpacked."""
        if isinstance(value.of, External):
            return (value,) if index == 0 else ()
        names = self._annotated(value.of)
        return self._of_instance(value, names[index], value) if -len(names) <= index < len(names) else ()

    def fields(self, value: Instance) -> list[Values]:
        """The values of the fields of an instance that is unpacked, in order."""
        if isinstance(value.of, External):
            return []
        return [self._of_instance(value, name, value) for name in self._annotated(value.of)]

    def _annotated(self, cls: OwnClass) -> list[str]:
        return [
            field.name for own in self.own_mro(cls) for field in definition(own).fields if field.annotated
        ]

    def with_attribute(self, bases: Values, name: str, value: Thunk) -> Values:
        """The objects after `object.name = value`."""
        if not bases:
            return (Entries(((name, value),)),)
        return tuple(Altered(base, name, value) for base in bases)

    def item(self, value: Value, keys: list[str]) -> Values:
        """`value[key]` of an object or class."""
        if isinstance(value, OwnModule):
            return tuple(v for key in keys for v in self._of_module(value, key))
        if isinstance(value, OwnClass):
            return tuple(v for key in keys for v in self.of_class(value, key, value))
        if isinstance(value, Instance):
            if isinstance(value.of, OwnClass):
                getter = self.method(value.of, "__getitem__")
                if getter is not None:
                    wanted = Arguments((given(Text(key, (), None) for key in keys),))
                    return self._linked.invoke(getter._replace(receiver=value), wanted, getter.frame.root())
                return tuple(v for key in keys for v in self._of_instance(value, key, value))
            return tuple(External(f"{value.of.dotted}.{key}") for key in keys)
        return ()


def _always(stored: f.Stored, facts: Facts) -> bool:
    """Whether a constructor stores this whatever it is given, so that what the class has is never seen."""
    if stored.function < 0 or facts.functions[stored.function].name != "__init__":
        return False
    return not any(isinstance(expr, f.ParameterRef) for expr in walk((stored.value,), facts, _LOOK_AT))


def definition(cls: OwnClass) -> Class:
    """The class as its file has it."""
    return cls.facts.classes[cls.number]
