"""What an expression can be: the values that the evaluator computes with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeAlias

from binlint.facts import Call, Expr, Facts, Ref
from binlint.finding import Location, Step, mask
from binlint.flow import budget
from binlint.sources.project import Module

PROJECT = "<project>"  # stands before the dotted name of what should be in the project and is not found
ROUTE_LIMIT = 20  # steps of a way that are kept; a longer one helps no reader


class Hop(NamedTuple):
    """A station on the way of a text, linked backwards so that adding one costs nothing."""

    step: Step
    before: Hop | None
    length: int


class Frame:
    """One call of one function: what its parameters are. The root frame of a file has no function.

    `outer` is the frame in which the function was defined. `closed` frames know all their arguments;
    in an open one a parameter is whatever any caller passes. `picked` holds, for a loop that is gone
    through one item at a time, the item by the identity of what the loop runs over. `site` is the call
    that led here, for the way of a value; `entry` the outermost of the calls that did. An `imagined`
    frame has no call, though others are known: its parameters are their defaults, or anything.
    """

    __slots__ = (
        "arguments",
        "closed",
        "depth",
        "entry",
        "facts",
        "far_memo",
        "function",
        "imagined",
        "local_memo",
        "memo",
        "outer",
        "picked",
        "receiver",
        "site",
    )

    def __init__(
        self,
        facts: Facts,
        function: int = -1,
        arguments: dict[str, tuple[Argument, ...]] | None = None,
        receiver: Value | None = None,
        outer: Frame | None = None,
        depth: int = 0,
        closed: bool = False,
    ) -> None:
        self.facts = facts
        self.function = function
        self.arguments = arguments or {}
        self.receiver = receiver
        self.outer = outer
        self.depth = depth
        self.closed = closed
        self.memo: dict[int, tuple[Value, ...]] = {}
        self.far_memo: dict[int, tuple[Value, ...]] = {}  # of questions that other files may answer, too
        self.local_memo: dict[int, tuple[Value, ...]] = {}  # of questions that no other file may answer
        self.picked: dict[int, Thunk] = {}
        self.site: Site | None = None
        self.entry: Location | None = None
        self.imagined = False

    def picking(self, loop: Expr, item: Thunk) -> Frame:
        """This frame while the loop over `loop` is at `item`."""
        frame = Frame(
            self.facts, self.function, self.arguments, self.receiver, self.outer, self.depth, self.closed
        )
        frame.picked = {**self.picked, id(loop): item}
        frame.site, frame.entry, frame.imagined = self.site, self.entry, self.imagined
        return frame

    def forget(self) -> None:
        """Drops what was computed of the names, since the next answer may be a better one."""
        self.memo.clear()
        self.local_memo.clear()

    def of(self, function: int) -> Frame | None:
        """This frame or the enclosing one that belongs to `function`."""
        frame: Frame | None = self
        while frame is not None and frame.function != function:
            frame = frame.outer
        return frame

    def root(self) -> Frame:
        """The frame of the module."""
        frame = self
        while frame.outer is not None:
            frame = frame.outer
        return frame


class Site(NamedTuple):
    """A call that a value passed through: where, and what was called."""

    location: Location
    called: str


class Thunk(NamedTuple):
    """An expression with the frame to evaluate it in, when it is asked for."""

    expr: Expr
    frame: Frame


class Text(NamedTuple):
    """A string or bytes, the literals that it was made of, and its way so far. Masked `repr`."""

    value: str | bytes
    origins: tuple[Location, ...]
    way: Hop | None

    def __repr__(self) -> str:
        return f"Text({mask(str(self.value))!r}, {self.origins!r})"

    def string(self) -> str:
        """The characters; bytes are read as latin-1, which loses nothing."""
        return self.value if isinstance(self.value, str) else self.value.decode("latin-1")

    def via(self, step: Step) -> Text:
        """The same text after one more station."""
        length = self.way.length + 1 if self.way else 1
        if length > ROUTE_LIMIT or (self.way is not None and self.way.step == step):
            return self
        return self._replace(way=Hop(step, self.way, length))

    def steps(self) -> tuple[Step, ...]:
        """The stations in the order in which they are passed."""
        found: list[Step] = []
        hop = self.way
        while hop is not None:
            found.append(hop.step)
            hop = hop.before
        return tuple(reversed(found))


class Key(str):
    """A dict key that remembers the literal it was."""

    __slots__ = ("text",)
    text: Text | None

    def __repr__(self) -> str:
        return f"Key({mask(str(self))!r})"


def key_of(text: Text) -> Key:
    """A text as a dict key."""
    key = Key(text.string())
    key.text = text
    return key


def text_of(key: str) -> Text:
    """A dict key as a text, with its origin if it is known."""
    text = key.text if isinstance(key, Key) else None
    return text if text is not None else Text(str(key), (), None)


class Number(NamedTuple):
    """An integer, for indices and repetitions."""

    value: int


class External(NamedTuple):
    """Something outside the project, by its dotted name."""

    dotted: str


class OwnModule(NamedTuple):
    """A module of the project."""

    module: Module


class OpenFile(NamedTuple):
    """A file of the project that the code opens, by its path."""

    path: str


class OwnClass(NamedTuple):
    """A class of the project."""

    facts: Facts
    number: int


class OwnFunction(NamedTuple):
    """A function of the project; `receiver` is what a method is bound to."""

    number: int
    frame: Frame
    receiver: Value | None = None


class Instance(NamedTuple):
    """What a constructor call gave. `frame` binds the constructor's parameters, if it is known."""

    of: External | OwnClass
    call: Call | None
    frame: Frame | None


class Altered(NamedTuple):
    """An object after `object.name = value`."""

    base: Value
    name: str
    value: Thunk


class Super(NamedTuple):
    """`super()` inside a method."""

    of: OwnClass
    receiver: Value


class Items(NamedTuple):
    """A list, tuple, set or iterator; complete unless `open`."""

    items: tuple[Thunk, ...]
    open: bool = False


class Entries(NamedTuple):
    """A dict: the later entry wins. A key that is not known is None."""

    entries: tuple[tuple[str | None, Thunk], ...]


class Partial:
    """`functools.partial(target, …)`.

    No NamedTuple, unlike the others: the ring of types that it would close keeps mypy busy for minutes.
    """

    __slots__ = ("arguments", "target")

    def __init__(self, target: Value, arguments: Arguments) -> None:
        self.target = target
        self.arguments = arguments


class Record(NamedTuple):
    """A namedtuple class made by a call: its field names."""

    fields: tuple[str, ...]


class Arguments(NamedTuple):
    """What a call passes, with `*` and `**` spread as far as they are known."""

    positional: tuple[Thunk, ...] = ()
    keywords: tuple[tuple[str, Thunk], ...] = ()

    def get(self, name: str, index: int | None = None) -> tuple[Thunk, ...]:
        """The argument for a parameter: by keyword (the last one counts), else by position."""
        for keyword, thunk in reversed(self.keywords):
            if keyword == name:
                return (thunk,)
        if index is not None and 0 <= index < len(self.positional):
            return (self.positional[index],)
        return ()


Value: TypeAlias = (
    Text
    | Number
    | External
    | OwnModule
    | OpenFile
    | OwnClass
    | OwnFunction
    | Instance
    | Altered
    | Super
    | Items
    | Entries
    | Partial
    | Record
)
Values: TypeAlias = tuple[Value, ...]
Argument: TypeAlias = Thunk | Items | Entries  # what a parameter is: as passed, or what `*` and `**` gather


def merged(first: Arguments, second: Arguments) -> Arguments:
    """The arguments of a partial, then those of the call."""
    return Arguments((*first.positional, *second.positional), (*first.keywords, *second.keywords))


def bare(value: Value) -> Value:
    """The object itself, without the changes that were made to its attributes."""
    while isinstance(value, Altered):
        value = value.base
    return value


def texts(values: Values) -> Iterator[Text]:
    """The texts among some values."""
    for value in values:
        if isinstance(value, Text):
            yield value


_NOWHERE = Facts("")


def given(values: Iterable[Value]) -> Thunk:
    """A thunk whose answer is known already."""
    frame = Frame(_NOWHERE)
    frame.memo[0] = frame.far_memo[0] = frame.local_memo[0] = tuple(values)
    return Thunk(Ref(0), frame)


def distinct(values: Iterable[Value]) -> Values:
    """Values without repetitions, in order, as many as the budget allows."""
    found: list[Value] = []
    seen: set[tuple[object, ...]] = set()
    for value in values:
        key = _identity(value)
        if key not in seen:
            seen.add(key)
            found.append(value)
            if len(found) >= budget.ALTERNATIVES:
                break
    return tuple(found)


_COMPARED = 40  # entries of a container that are compared; a longer one is only itself


def _identity(value: Value) -> tuple[object, ...]:
    """Equal for values that are the same in every respect, so that asking both would be asking twice."""
    if isinstance(value, Text):
        return (Text, value.value, value.origins)
    if isinstance(value, External):
        return (External, value.dotted)
    if isinstance(value, Number):
        return (Number, value.value)
    if isinstance(value, OwnModule | OpenFile):
        return value
    if isinstance(value, OwnClass):
        return (OwnClass, id(value.facts), value.number)
    if isinstance(value, OwnFunction):
        receiver = _identity(value.receiver) if value.receiver is not None else ()
        return (OwnFunction, id(value.frame), value.number, receiver)
    if isinstance(value, Instance):
        return (Instance, _identity(value.of), id(value.call), id(value.frame))
    if isinstance(value, Items) and len(value.items) < _COMPARED:
        return (Items, value.open, *((id(item.expr), id(item.frame)) for item in value.items))
    if isinstance(value, Entries) and len(value.entries) < _COMPARED:
        return (Entries, *((name, id(item.expr), id(item.frame)) for name, item in value.entries))
    return (id(value),)
