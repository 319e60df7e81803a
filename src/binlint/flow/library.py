"""Calls: of own functions and classes, of strings and containers, and of well-known library functions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from binlint import facts as f
from binlint.flow import budget, paths, strings
from binlint.flow.opened import LOADS, is_opener, is_parser
from binlint.flow.relevance import PARTIALS
from binlint.flow.scopes import function_of
from binlint.flow.values import (
    Arguments,
    Entries,
    External,
    Frame,
    Instance,
    Items,
    Number,
    OpenFile,
    OwnClass,
    OwnFunction,
    OwnModule,
    Partial,
    Record,
    Super,
    Text,
    Thunk,
    Value,
    Values,
    bare,
    distinct,
    given,
    merged,
    text_of,
    texts,
)
from binlint.sources.project import Module

if TYPE_CHECKING:
    from binlint.flow.evaluate import Evaluator

_JSON_LIMIT = 100_000  # characters of a JSON text in the source

# Functions that give back their first argument, as far as a credential is concerned.
_SAME = frozenset(
    f"{module}.{name}"
    for module, names in {
        "builtins": "str bytes bytearray memoryview list tuple set frozenset sorted iter repr format next",
        "copy": "copy deepcopy",
        "sys": "intern",
        "itertools": "cycle islice",
        "random": "sample",
        "types": "MappingProxyType",
        "collections": "OrderedDict UserDict UserString deque",
        "asyncio": "run wait_for create_task ensure_future gather",
        "pydantic": "SecretStr SecretBytes Secret",
        "pydantic.types": "SecretStr SecretBytes",
        "starlette.datastructures": "Secret",
        "attr": "asdict",
        "dataclasses": "asdict astuple replace",
        "textwrap": "dedent",
        "os": "fsencode fsdecode fspath",
        "os.path": "expandvars expanduser abspath realpath normpath",
        "box": "Box ConfigBox",
        "munch": "Munch munchify",
        "inspect": "cleandoc",
        "html": "unescape",
        "html.parser": "unescape",
        "six": "ensure_str ensure_text ensure_binary b u",
    }.items()
    for name in names.split()
)
_TEXTUAL = frozenset(
    {"builtins.str", "builtins.bytes", "collections.UserString"}
)  # bases of classes of texts
_SAME_METHODS = frozenset({"run", "run_until_complete", "run_sync", "create_task", "ensure_future"})
_PATH_METHODS = frozenset(
    {"joinpath", "with_name", "resolve", "absolute", "expanduser", "as_posix", "relative_to"}
)
_SECOND = frozenset({"typing.cast", "typing_extensions.cast"})
_DEFAULTS = frozenset(
    {"get", "getenv", "pop", "setdefault", "str", "config", "get_secret", "getString", "__call__", "option"}
)
_FACTORIES = frozenset(
    {"create", "new", "connect", "build", "from_credentials", "from_keys", "__aenter__", "__enter__"}
)


def call(evaluator: Evaluator, expr: f.Call, frame: Frame) -> Values:
    """The values of a call."""
    found: list[Value] = []
    if isinstance(expr.func, f.Attribute):
        for receiver in evaluator.values(expr.func.value, frame):
            found.extend(_method(evaluator, receiver, expr.func.name, expr, frame))
    else:
        for target in evaluator.values(expr.func, frame):
            found.extend(_apply(evaluator, target, expr, evaluator.linked.arguments(expr, frame), frame))
    return distinct(found)


def _apply(evaluator: Evaluator, target: Value, expr: f.Call, passed: Arguments, frame: Frame) -> Values:
    target = bare(target)
    linked = evaluator.linked
    if isinstance(target, OwnFunction):
        return linked.invoke(target, passed, frame)
    if isinstance(target, OwnClass):
        instance = linked.classes.construct(target, expr, passed, frame)
        if _TEXTUAL.isdisjoint(base.dotted for base in linked.classes.external_bases(target)):
            return (instance,)
        return (*(v for thunk in passed.positional[:1] for v in evaluator.thunk(thunk)), instance)
    if isinstance(target, Partial):
        return _apply(evaluator, target.target, expr, merged(target.arguments, passed), frame)
    if isinstance(target, Record):
        return _record(target, passed)
    if isinstance(target, Instance) and isinstance(target.of, OwnClass):
        return tuple(
            v
            for method in linked.classes.attribute(target, "__call__", frame)
            if isinstance(method, OwnFunction)
            for v in linked.invoke(method, passed, frame)
        )
    if isinstance(target, External):
        return _external(evaluator, target.dotted, expr, passed, frame)
    if isinstance(target, Instance) and isinstance(target.of, External):
        return _external(evaluator, f"{target.of.dotted}.__call__", expr, passed, frame)
    return ()


# methods of what is known


def _method(evaluator: Evaluator, receiver: Value, name: str, expr: f.Call, frame: Frame) -> Values:
    files = evaluator.linked.files
    if isinstance(receiver, Text):
        opened = files.text_method(receiver, name, frame.facts.path)
        if opened is not None:
            return opened
        return tuple(_text_method(evaluator, receiver, name, evaluator.linked.arguments(expr, frame)))
    if isinstance(receiver, OpenFile):
        return files.method(receiver, name) or ()
    if isinstance(receiver, Instance) and name == "get" and is_parser(receiver):
        return files.option(evaluator.linked.arguments(expr, frame), receiver.frame or frame)
    if isinstance(receiver, Entries):
        found = _dict_method(evaluator, receiver, name, evaluator.linked.arguments(expr, frame))
        if found is not None:
            return found
    if isinstance(receiver, Items):
        found = _list_method(evaluator, receiver, name, evaluator.linked.arguments(expr, frame))
        if found is not None:
            return found
    passed = evaluator.linked.arguments(expr, frame)
    return tuple(
        value
        for target in evaluator.linked.classes.attribute(receiver, name, frame)
        for value in _apply(evaluator, target, expr, passed, frame)
    )


def _text_method(evaluator: Evaluator, text: Text, name: str, passed: Arguments) -> Iterator[Value]:
    known = [list(texts(evaluator.thunk(thunk))) for thunk in passed.positional]
    if name in _PATH_METHODS:
        yield from _path_method(evaluator, text, name, known)
        return
    if name == "join":
        for values in evaluator.thunk(passed.positional[0]) if passed.positional else ():
            if isinstance(values, Items) and not values.open:
                options = [list(texts(evaluator.thunk(item))) for item in values.items]
                for parts in evaluator.products(options):
                    joined = strings.joined(parts, text.value)
                    if joined is not None:
                        yield joined
            elif isinstance(values, Text) and not text.value:
                yield values
        return
    if name == "format":
        named = {key: next(texts(evaluator.thunk(thunk)), None) for key, thunk in passed.keywords}
        present = {key: value for key, value in named.items() if value is not None}
        for parts in evaluator.products(known):
            formatted = strings.formatted(text, parts, present)
            if formatted is not None:
                yield formatted
        return
    if name in ("split", "rsplit", "splitlines", "partition", "rpartition"):
        yield from _split(text, name, [option[0].value for option in known if option])
        return
    if name == "fromhex":
        return
    if all(known):
        yield from strings.called(name, text, [option[0].value for option in known])


def _path_method(evaluator: Evaluator, text: Text, name: str, known: list[list[Text]]) -> Iterator[Value]:
    """A method of a `Path`, which is kept as a text."""
    if name in ("joinpath", "with_name"):
        start = text.string() if name == "joinpath" else paths.parent(text.string())
        for parts in evaluator.products(known):
            path = start
            for part in parts:
                path = paths.join(path, part.string())
            yield text._replace(value=path)
    else:
        yield text


def _split(text: Text, name: str, arguments: list[str | bytes]) -> Iterator[Value]:
    if not isinstance(text.value, str) or len(text.value) > budget.LENGTH:
        return
    separator = arguments[0] if arguments and isinstance(arguments[0], str) else None
    pieces: list[str]
    if name == "splitlines":
        pieces = text.value.splitlines()
    elif name.endswith("partition"):
        pieces = list(text.value.partition(separator) if separator else (text.value,))
    else:
        pieces = text.value.split(separator or None)
    yield Items(tuple(given([text._replace(value=piece)]) for piece in pieces[: budget.ITEMS]))


def _dict_method(evaluator: Evaluator, entries: Entries, name: str, passed: Arguments) -> Values | None:
    if name in ("get", "pop", "setdefault", "__getitem__"):
        keys = [text.string() for thunk in passed.positional[:1] for text in texts(evaluator.thunk(thunk))]
        found = list(evaluator.item_of(entries, keys, []))
        known = {key for key, _ in entries.entries}
        if not keys or not known.issuperset(keys):
            found.extend(v for thunk in passed.get("default", 1) for v in evaluator.thunk(thunk))
        return distinct(found)
    if name == "values":
        return (Items(tuple(thunk for _, thunk in entries.entries)),)
    if name == "keys":
        return (Items(tuple(given([text_of(key)]) for key, _ in entries.entries if key is not None)),)
    if name in ("items", "iteritems"):
        pairs = [given([Items((given([text_of(key or "")]), thunk))]) for key, thunk in entries.entries]
        return (Items(tuple(pairs)),)
    if name in ("copy", "to_dict", "dict", "model_dump"):
        return (entries,)
    return None


def _list_method(evaluator: Evaluator, items: Items, name: str, passed: Arguments) -> Values | None:
    if name in ("pop", "popleft"):  # any of them: it may be called again
        return evaluator.item_of(items, [], [])
    if name in ("copy", "__iter__"):
        return (items,)
    if name in ("__next__", "send"):
        return evaluator.item_of(items, [], [0])
    return None


def _record(record: Record, passed: Arguments) -> Values:
    pairs = [*zip(record.fields, passed.positional, strict=False), *passed.keywords]
    by_name = dict(pairs)
    ordered = tuple(by_name[name] for name in record.fields if name in by_name)
    return (Entries(tuple(by_name.items())), Items(ordered))


# library functions


def _external(evaluator: Evaluator, dotted: str, expr: f.Call, passed: Arguments, frame: Frame) -> Values:
    model = _MODELS.get(dotted)
    if model is not None:
        return distinct(model(evaluator, expr, passed, frame))
    files = evaluator.linked.files
    if is_opener(dotted):
        return distinct((*files.open(passed, frame), Instance(External(dotted), expr, frame)))
    if dotted in LOADS:
        found: list[Value] = list(files.load(LOADS[dotted], passed, frame))
        if dotted.endswith("loads"):
            found += _json(evaluator, expr, passed, frame)
        return distinct(found)
    owner, _, name = dotted.rpartition(".")
    first = passed.positional[0] if passed.positional else None
    if owner in ("builtins.str", "builtins.bytes") and first is not None and dotted not in strings.FUNCTIONS:
        rest = passed._replace(positional=passed.positional[1:])
        return distinct(
            v for text in texts(evaluator.thunk(first)) for v in _text_method(evaluator, text, name, rest)
        )
    if dotted in _SAME:
        thunk = first
        return evaluator.thunk(thunk) if thunk is not None else tuple(_keywords_as_entries(passed))
    if dotted in _SECOND:
        return evaluator.thunk(passed.positional[1]) if len(passed.positional) > 1 else ()
    if first is not None and dotted in strings.FUNCTIONS:
        return distinct(_applied(evaluator, dotted, passed))
    if name in _SAME_METHODS and first is not None:
        return evaluator.thunk(first)
    found = []
    default = passed.get("default", 1 if name in _DEFAULTS else None)
    for thunk in default:
        found.extend(evaluator.thunk(thunk))
    for thunk in passed.get("default_factory"):
        for factory in evaluator.thunk(thunk):
            found.extend(_apply(evaluator, factory, expr, Arguments(), frame))
    of = owner if name in _FACTORIES and owner else dotted
    found.append(Instance(External(of), expr, frame))
    return distinct(found)


def _applied(evaluator: Evaluator, dotted: str, passed: Arguments) -> Iterator[Value]:
    rest = [next(texts(evaluator.thunk(thunk)), None) for thunk in passed.positional[1:]]
    arguments = [text.value for text in rest if text is not None]
    for text in texts(evaluator.thunk(passed.positional[0])):
        yield from strings.applied(dotted, text, arguments) or ()


def _keywords_as_entries(passed: Arguments) -> Iterator[Value]:
    if passed.keywords:
        yield Entries(tuple(passed.keywords))


def _dirname(evaluator: Evaluator, expr: f.Call, passed: Arguments, frame: Frame) -> Iterator[Value]:
    for thunk in passed.positional[:1]:
        for text in texts(evaluator.thunk(thunk)):
            yield text._replace(value=paths.parent(text.string()))


def _join_paths(evaluator: Evaluator, expr: f.Call, passed: Arguments, frame: Frame) -> Iterator[Value]:
    for parts in evaluator.products([list(texts(evaluator.thunk(thunk))) for thunk in passed.positional]):
        path = ""
        for part in parts:
            path = paths.join(path, part.string())
        yield Text(path, tuple(origin for part in parts for origin in part.origins), None)


def _here(evaluator: Evaluator, expr: f.Call, passed: Arguments, frame: Frame) -> Iterator[Value]:
    yield Text(".", (), None)


def _run_path(evaluator: Evaluator, expr: f.Call, passed: Arguments, frame: Frame) -> Iterator[Value]:
    """`runpy.run_path("keys.py")`: the names of a script."""
    for thunk in passed.positional[:1]:
        for text in texts(evaluator.thunk(thunk)):
            path = evaluator.linked.files.named(text, frame.facts.path)
            if path is not None and path.endswith(".py"):
                yield OwnModule(Module(path))


def _getenv(evaluator: Evaluator, expr: f.Call, passed: Arguments, frame: Frame) -> Iterator[Value]:
    for thunk in passed.get("key", 0):
        for name in texts(evaluator.thunk(thunk)):
            yield from evaluator.linked.unit(frame.facts).declared.environment(name.string())
    for thunk in passed.get("default", 1):
        yield from evaluator.thunk(thunk)


def _dict(evaluator: Evaluator, expr: f.Call, passed: Arguments, frame: Frame) -> Iterator[Value]:
    bases = [evaluator.as_entries(v) for thunk in passed.positional[:1] for v in evaluator.thunk(thunk)] or [
        ()
    ]
    for entries in bases:
        yield Entries((*entries, *passed.keywords))


def _chain_map(evaluator: Evaluator, expr: f.Call, passed: Arguments, frame: Frame) -> Iterator[Value]:
    maps = [evaluator.as_entries(v) for t in reversed(passed.positional) for v in evaluator.thunk(t)]
    yield Entries(tuple(entry for entries in maps for entry in entries))


def _default_dict(evaluator: Evaluator, expr: f.Call, passed: Arguments, frame: Frame) -> Iterator[Value]:
    return _dict(evaluator, expr, passed._replace(positional=passed.positional[1:]), frame)


def _field(evaluator: Evaluator, expr: f.Call, passed: Arguments, frame: Frame) -> Iterator[Value]:
    for thunk in passed.get("default", 0):
        yield from evaluator.thunk(thunk)
    for thunk in (*passed.get("default_factory"), *passed.get("factory")):
        for factory in evaluator.thunk(thunk):
            yield from _apply(evaluator, factory, expr, Arguments(), frame)


def _getattr(evaluator: Evaluator, expr: f.Call, passed: Arguments, frame: Frame) -> Iterator[Value]:
    if len(passed.positional) < 2:
        return
    for value in evaluator.thunk(passed.positional[0]):
        for name in texts(evaluator.thunk(passed.positional[1])):
            yield from evaluator.linked.classes.attribute(value, name.string(), frame)
    for thunk in passed.positional[2:3]:
        yield from evaluator.thunk(thunk)


def _vars(evaluator: Evaluator, expr: f.Call, passed: Arguments, frame: Frame) -> Iterator[Value]:
    for thunk in passed.positional[:1]:
        for value in evaluator.thunk(thunk):
            inner = bare(value)
            if (
                isinstance(inner, Instance)
                and isinstance(inner.of, External)
                and inner.of.dotted.endswith("parse_args")
            ):
                home = (inner.frame or frame).facts
                options = evaluator.linked.unit(home).declared.options()
                yield Entries(tuple((name, t) for name, ts in options.items() for t in ts))
            else:
                yield value


def _type(evaluator: Evaluator, expr: f.Call, passed: Arguments, frame: Frame) -> Iterator[Value]:
    """`type("Name", (), {"attribute": …})`; the class of an object is not followed."""
    for thunk in passed.positional[2:3]:
        yield from evaluator.thunk(thunk)


def _globals(evaluator: Evaluator, expr: f.Call, passed: Arguments, frame: Frame) -> Iterator[Value]:
    root = frame.root()
    names = root.facts.scopes[0].names
    yield Entries(tuple((name, Thunk(f.Ref(binding), root)) for name, binding in names.items() if name))


def _import_module(evaluator: Evaluator, expr: f.Call, passed: Arguments, frame: Frame) -> Iterator[Value]:
    for thunk in passed.get("name", 0):
        for name in texts(evaluator.thunk(thunk)):
            dotted = name.string()
            level = len(dotted) - len(dotted.lstrip("."))
            yield from evaluator.linked.imported(f.Imported(dotted[level:], level, None), frame)


def _partial(evaluator: Evaluator, expr: f.Call, passed: Arguments, frame: Frame) -> Iterator[Value]:
    for thunk in passed.positional[:1]:
        for target in evaluator.thunk(thunk):
            yield Partial(target, passed._replace(positional=passed.positional[1:]))


def _depends(evaluator: Evaluator, expr: f.Call, passed: Arguments, frame: Frame) -> Iterator[Value]:
    for thunk in passed.get("dependency", 0):
        for target in evaluator.thunk(thunk):
            yield from _apply(evaluator, target, expr, Arguments(), frame)


def _namedtuple(evaluator: Evaluator, expr: f.Call, passed: Arguments, frame: Frame) -> Iterator[Value]:
    for thunk in passed.get("field_names", 1):
        for value in evaluator.thunk(thunk):
            if isinstance(value, Text):
                yield Record(tuple(value.string().replace(",", " ").split()))
            elif isinstance(value, Items):
                yield Record(tuple(_field_names(evaluator, value)))


def _field_names(evaluator: Evaluator, items: Items) -> Iterator[str]:
    for item in items.items:
        for value in evaluator.thunk(item):
            if isinstance(value, Text):
                yield value.string()
            elif isinstance(value, Items) and value.items:  # typing.NamedTuple: (name, type)
                yield from (text.string() for text in texts(evaluator.thunk(value.items[0])))


def _super(evaluator: Evaluator, expr: f.Call, passed: Arguments, frame: Frame) -> Iterator[Value]:
    linked = evaluator.linked
    function = function_of(expr.scope, frame.facts)
    while function >= 0:
        definition = frame.facts.functions[function]
        if definition.method_of >= 0 and definition.parameters:
            cls = OwnClass(frame.facts, definition.method_of)
            for receiver in linked.parameter(function, definition.parameters[0].name, frame):
                yield Super(cls, receiver)
            return
        function = function_of(definition.parent, frame.facts)


def _zip(evaluator: Evaluator, expr: f.Call, passed: Arguments, frame: Frame) -> Iterator[Value]:
    columns = [next((v for v in evaluator.thunk(t) if isinstance(v, Items)), None) for t in passed.positional]
    if columns and all(column is not None for column in columns):
        rows = zip(*(column.items for column in columns if column is not None), strict=False)
        yield Items(tuple(given([Items(row)]) for row in rows))


def _enumerate(evaluator: Evaluator, expr: f.Call, passed: Arguments, frame: Frame) -> Iterator[Value]:
    for thunk in passed.positional[:1]:
        for value in evaluator.thunk(thunk):
            if isinstance(value, Items):
                yield Items(
                    tuple(given([Items((given([Number(n)]), item))]) for n, item in enumerate(value.items))
                )


def _reversed(evaluator: Evaluator, expr: f.Call, passed: Arguments, frame: Frame) -> Iterator[Value]:
    for thunk in passed.positional[:1]:
        for value in evaluator.thunk(thunk):
            if isinstance(value, Text):
                yield value._replace(value=value.value[::-1])
            elif isinstance(value, Items):
                yield Items(value.items[::-1], value.open)


def _next(evaluator: Evaluator, expr: f.Call, passed: Arguments, frame: Frame) -> Iterator[Value]:
    for thunk in passed.positional[:1]:
        for value in evaluator.thunk(thunk):
            yield from evaluator.item_of(value, [], [])


def _any_item(evaluator: Evaluator, expr: f.Call, passed: Arguments, frame: Frame) -> Iterator[Value]:
    if len(passed.positional) == 1:
        for value in evaluator.thunk(passed.positional[0]):
            yield from evaluator.item_of(value, [], []) if isinstance(value, Items) else (value,)
    else:
        for thunk in passed.positional:
            yield from evaluator.thunk(thunk)


def _filter(evaluator: Evaluator, expr: f.Call, passed: Arguments, frame: Frame) -> Iterator[Value]:
    for thunk in passed.positional[1:2]:
        yield from evaluator.thunk(thunk)


def _map(evaluator: Evaluator, expr: f.Call, passed: Arguments, frame: Frame) -> Iterator[Value]:
    if len(passed.positional) != 2:
        return
    for values in evaluator.thunk(passed.positional[1]):
        if isinstance(values, Items):
            yield Items(
                tuple(
                    given(
                        v
                        for target in evaluator.thunk(passed.positional[0])
                        for v in _apply(evaluator, target, expr, Arguments((item,)), frame)
                    )
                    for item in values.items[: budget.ALTERNATIVES]
                ),
                values.open or len(values.items) > budget.ALTERNATIVES,
            )


def _new_type(evaluator: Evaluator, expr: f.Call, passed: Arguments, frame: Frame) -> Iterator[Value]:
    yield External("builtins.str")


def _json(evaluator: Evaluator, expr: f.Call, passed: Arguments, frame: Frame) -> Iterator[Value]:
    for thunk in passed.positional[:1]:
        for text in texts(evaluator.thunk(thunk)):
            if evaluator.linked.files.path_of_whole(text) is not None:
                continue  # of a file the places within are known
            if len(text.value) <= _JSON_LIMIT:
                try:
                    yield from _from_json(json.loads(text.value), text, 0)
                except (ValueError, RecursionError):
                    continue


def _from_json(value: object, source: Text, depth: int) -> Iterator[Value]:
    if depth > 20:
        return
    if isinstance(value, str):
        yield source._replace(value=value)
    elif isinstance(value, dict):
        yield Entries(
            tuple((str(key), given(_from_json(item, source, depth + 1))) for key, item in value.items())
        )
    elif isinstance(value, list):
        yield Items(tuple(given(_from_json(item, source, depth + 1)) for item in value[: budget.ITEMS]))


_Model = Callable[["Evaluator", f.Call, Arguments, Frame], Iterator[Value]]
_MODELS: dict[str, _Model] = {
    "os.getenv": _getenv,
    "os.environ.get": _getenv,
    "os.environ.pop": _getenv,
    "os.environ.setdefault": _getenv,
    "builtins.dict": _dict,
    "collections.OrderedDict": _dict,
    "collections.defaultdict": _default_dict,
    "collections.ChainMap": _chain_map,
    "dataclasses.field": _field,
    "pydantic.Field": _field,
    "pydantic.fields.Field": _field,
    "sqlmodel.Field": _field,
    "attr.ib": _field,
    "attr.field": _field,
    "attrs.field": _field,
    "typer.Option": _field,
    "typer.Argument": _field,
    "fastapi.Query": _field,
    "fastapi.Header": _field,
    "builtins.getattr": _getattr,
    "builtins.type": _type,
    "builtins.globals": _globals,
    "builtins.vars": _vars,
    "importlib.import_module": _import_module,
    "builtins.__import__": _import_module,
    **dict.fromkeys(PARTIALS, _partial),
    **dict.fromkeys(("fastapi.Depends", "fastapi.Security", "fastapi.params.Depends"), _depends),
    "collections.namedtuple": _namedtuple,
    "typing.NamedTuple": _namedtuple,
    "builtins.super": _super,
    "builtins.zip": _zip,
    "builtins.enumerate": _enumerate,
    "builtins.reversed": _reversed,
    "builtins.next": _next,
    "builtins.max": _any_item,
    "builtins.min": _any_item,
    "builtins.filter": _filter,
    "builtins.map": _map,
    "random.choice": _any_item,
    "secrets.choice": _any_item,
    "typing.NewType": _new_type,
    "os.path.dirname": _dirname,
    "os.path.join": _join_paths,
    "pathlib.Path.joinpath": _join_paths,
    "pathlib.Path": _join_paths,
    "pathlib.PurePath": _join_paths,
    "pathlib.PosixPath": _join_paths,
    "os.getcwd": _here,
    "pathlib.Path.cwd": _here,
    "runpy.run_path": _run_path,
}
