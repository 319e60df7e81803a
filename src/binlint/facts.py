"""What one file says, reduced to what the linker can use: frozen, small, picklable, no syntax nodes.

The centre is a tiny expression language. A name that is bound in its own scope stands as `Ref` to
one binding (flow-sensitive: the assignment that really reaches the use; where several do, to a
binding that is a `Choice` of them). Changing an object in place, as in `config["apiKey"] = key`,
binds the name anew to `WithItem(old, …)`, so that "later" needs no second notion.
"""

from __future__ import annotations

from collections.abc import Mapping as Map
from typing import NamedTuple, TypeAlias

from binlint.finding import Place, mask


class Literal(NamedTuple):
    """A text that stands in the source. Its `repr` is masked."""

    value: str | bytes
    place: Place

    def __repr__(self) -> str:
        shown = self.value if isinstance(self.value, str) else self.value.decode("latin-1")
        return f"Literal({mask(shown)!r}, {self.place!r})"


class Constant(NamedTuple):
    """A number, a truth value or None: what indices, slices and repetitions need."""

    value: int | bool | None


class Join(NamedTuple):
    """Concatenation, from `+` chains and f-strings."""

    parts: tuple[Expr, ...]


class Ref(NamedTuple):
    """A name, resolved to the binding that reaches this use."""

    binding: int


class Free(NamedTuple):
    """A name that this scope does not bind: the linker looks outward from `scope`."""

    name: str
    scope: int


class Attribute(NamedTuple):
    """`value.name`"""

    value: Expr
    name: str
    place: Place


class Item(NamedTuple):
    """`value[key]`"""

    value: Expr
    key: Expr
    place: Place


class Slice(NamedTuple):
    """`value[lower:upper:step]`"""

    value: Expr
    lower: Expr | None
    upper: Expr | None
    step: Expr | None


class Star(NamedTuple):
    """`*value` in a call or a display."""

    value: Expr


class Call(NamedTuple):
    """A call. A keyword without a name is `**value`.

    `guards` are the conditions of the branches in which it stands, with what they have to be.
    """

    func: Expr
    args: tuple[Expr, ...]
    keywords: tuple[tuple[str | None, Expr], ...]
    place: Place
    scope: int
    statement: Place
    guards: tuple[tuple[Expr, bool], ...] = ()


class Mapping(NamedTuple):
    """A dict display or comprehension; an entry without a key is `**value`."""

    entries: tuple[tuple[Expr | None, Expr], ...]
    place: Place
    scope: int
    statement: Place


class Sequence(NamedTuple):
    """A list, tuple or set display."""

    items: tuple[Expr, ...]


class Each(NamedTuple):
    """A comprehension: `result` for every value of `binding`, which runs over `iterable`."""

    result: Expr
    binding: int
    iterable: Expr


class Choice(NamedTuple):
    """One of several values: branches, `or`, conditional expressions."""

    options: tuple[Expr, ...]


class Operation(NamedTuple):
    """`%`, `*`, `|`, `/` or `==` on two values."""

    operator: str
    left: Expr
    right: Expr


class Element(NamedTuple):
    """Some element of an iterable: a loop variable."""

    iterable: Expr


class Part(NamedTuple):
    """Position `position` of a value that is unpacked; negative counts from the end."""

    value: Expr
    position: int


class WithItem(NamedTuple):
    """`base` after `base[key] = value`."""

    base: Expr
    key: Expr
    value: Expr


class WithAttribute(NamedTuple):
    """`base` after `base.name = value`."""

    base: Expr
    name: str
    value: Expr


class WithUpdate(NamedTuple):
    """`base` after `base.update(other)`, `base += other`, `base.append(…)` and the like."""

    base: Expr
    other: Expr


class FunctionRef(NamedTuple):
    """A function or lambda of this file."""

    number: int


class ClassRef(NamedTuple):
    """A class of this file."""

    number: int


class ParameterRef(NamedTuple):
    """The value of a parameter inside its function."""

    function: int
    name: str


class Imported(NamedTuple):
    """`import module` (name None) or `from module import name`; `level` counts the leading dots."""

    module: str
    level: int
    name: str | None


class Unknown(NamedTuple):
    """Anything that cannot hold a literal credential, or that binlint does not follow."""


Expr: TypeAlias = (
    Literal
    | Constant
    | Join
    | Ref
    | Free
    | Attribute
    | Item
    | Slice
    | Star
    | Call
    | Mapping
    | Sequence
    | Each
    | Choice
    | Operation
    | Element
    | Part
    | WithItem
    | WithAttribute
    | WithUpdate
    | FunctionRef
    | ClassRef
    | ParameterRef
    | Imported
    | Unknown
)

UNKNOWN = Unknown()
NOTHING = Constant(None)


class Binding(NamedTuple):
    """A name gets a value. `place` is None where several bindings meet (the value is a `Choice`)."""

    name: str
    value: Expr
    place: Place | None
    scope: int


class Scope(NamedTuple):
    """A namespace. `names` holds the bindings at its end, `every` all that a name ever had here."""

    kind: str  # "module", "function" or "class"
    parent: int  # -1 for the module
    owner: int  # index of the function or class, -1 for the module
    qualname: str
    names: Map[str, int]
    every: Map[str, tuple[int, ...]]
    flowless: frozenset[str]  # names that other scopes write: their order cannot be known


class Parameter(NamedTuple):
    """A parameter; `kind` is "positional", "keyword", "*" or "**"."""

    name: str
    kind: str
    default: Expr | None
    annotation: Expr | None
    place: Place


class Function(NamedTuple):
    """A function, method or lambda."""

    name: str
    scope: int  # of its body
    parent: int  # scope of its definition
    parameters: tuple[Parameter, ...]
    returns: tuple[Expr, ...]
    yields: tuple[Expr, ...]
    decorators: tuple[Expr, ...]
    method_of: int  # class index, -1 for a plain function
    place: Place


class AttributeSet(NamedTuple):
    """`target.name = value`, also written as `setattr` or an update of an attribute's item."""

    target: Expr
    name: str
    value: Expr
    place: Place
    statement: Place
    scope: int


class ItemSet(NamedTuple):
    """`target[key] = value`."""

    target: Expr
    key: Expr
    value: Expr
    place: Place
    statement: Place
    scope: int


class Field(NamedTuple):
    """A class-level name in order of appearance: a dataclass field, an enum member, a constant."""

    name: str
    default: Expr | None
    annotated: bool


ANY = "*"  # the name of what is stored under names that only the run knows


class Stored(NamedTuple):
    """What a method stores on the instance: `self.name = value`."""

    name: str
    value: Expr
    function: int  # the one that does it


class Class(NamedTuple):
    """A class. `assigned` is what its methods store on the instance."""

    name: str
    scope: int  # of its body
    parent: int
    bases: tuple[Expr, ...]
    fields: tuple[Field, ...]
    assigned: tuple[Stored, ...]
    decorators: tuple[Expr, ...]
    place: Place


class Slot(NamedTuple):
    """A value that has a name: an assignment, keyword, dict item, attribute, default, environment entry."""

    name: str
    value: Expr
    place: Place
    scope: int
    group: int  # slots of one dict, call or scope share a number: neighbours
    owner: str = ""  # the service that its surroundings name: "binance", or another vendor

    def __repr__(self) -> str:
        return f"Slot({_shown(self.name)!r}, {self.value!r}, {self.place!r}, {self.scope}, {self.group})"


class StringPlace(NamedTuple):
    """Where a string literal stands, for judging what no name or client reaches."""

    literal: Literal
    scope: int
    statement: Place
    is_docstring: bool


class Mention(NamedTuple):
    """A key-shaped text found by its looks in a comment, a string block or an unparsable region."""

    value: str
    place: Place
    name: str
    call: str
    position: int | None
    statement: Place | None = None

    def __repr__(self) -> str:
        names = f"name={_shown(self.name)!r}, call={_shown(self.call)!r}"
        return f"Mention({mask(self.value)!r}, {self.place!r}, {names})"


def _shown(name: str) -> str:
    """A name for `repr`; a key of a dict or the text before a value may be a secret too."""
    is_word = name.replace(".", "").isidentifier() and not any(c.isdigit() for c in name)
    return name if is_word or not name else mask(name)


class Region(NamedTuple):
    """A part of a file that has a place of its own to a reader: a line of a notebook's cell, a member."""

    place: Place
    text: str  # for the message: "cell 3, line 2"
    advice: str = ""  # what else must be done about a credential that stands here


class Facts(NamedTuple):
    """A file's own account of itself. Index 0 of `scopes` is the module."""

    path: str
    bindings: tuple[Binding, ...] = ()
    scopes: tuple[Scope, ...] = ()
    functions: tuple[Function, ...] = ()
    classes: tuple[Class, ...] = ()
    calls: tuple[Call, ...] = ()
    mappings: tuple[Mapping, ...] = ()
    attribute_sets: tuple[AttributeSet, ...] = ()
    item_sets: tuple[ItemSet, ...] = ()
    slots: tuple[Slot, ...] = ()
    strings: tuple[StringPlace, ...] = ()
    mentions: tuple[Mention, ...] = ()
    stars: tuple[tuple[str, int], ...] = ()  # `from module import *`: module and level
    roots: frozenset[str] = frozenset()  # first parts of absolute imports
    company: tuple[str, ...] = ()  # what says Binance here, strongest first
    has_material: bool = True  # some string is at least a piece of what a key is made of
    only_testnet: bool = False  # every Binance host that is named is one for tests
    other_hosts: bool = False  # it talks to hosts that are not Binance's
    signs: bool = False  # it sends signed requests to Binance, as far as its words tell
    statements: tuple[Place, ...] = ()  # innermost statements, in order
    gaps: tuple[tuple[int, int], ...] = ()  # line ranges that were read lexically only
    reason: str = ""  # why, when there are gaps
    document: Expr = UNKNOWN  # of a file of data: everything that it holds
    regions: tuple[Region, ...] = ()  # in order
