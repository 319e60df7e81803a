"""Byte-code as facts: what committed `.pyc` files still say when their source is gone or says something else.

Nothing is loaded or run. The instructions of each code object are followed on a stack of what is known:
constants, dotted names, and the dicts and lists that are built of them. That gives constants their names.
A branch is read like any other line, and an instruction that nobody follows empties the stack. Where that
gives no name, names and constants are matched by their number, and a broken file is searched for strings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from binlint import candidates
from binlint.facts import Facts, Literal, Mention, Region, Scope, Slot, StringPlace
from binlint.finding import Place
from binlint.names import read_name
from binlint.shapes import Shape, classify
from binlint.syntax import lexical
from binlint.syntax.builder import split_lines
from binlint.syntax.company import company_of
from binlint.syntax.marshalled import Code, Text, Unreadable, Version, instructions, name_at, unmarshal
from binlint.syntax.python import is_base64_between

_KEYS = frozenset({Shape.KEY, Shape.PRIVATE_KEY, Shape.ENCRYPTED_PRIVATE_KEY})
_SHORTEST_KEY = 60
_LONG = 40  # shorter strings matter only where they have a name
_LABEL = 80  # characters of a string that names another one
_NAME = 200  # characters of a dotted name
_NESTING = 4  # how many outer names a slot carries
_NAMES = 1_000  # of one code object, where only their number tells which is whose
_UNPACKED = 16  # values that are told apart
_SLOTS = 100_000  # of one file
_READINGS = 20_000  # names that are read; about a second
_MODULE = Scope("module", -1, -1, "", {}, {}, frozenset())


def compile_bytecode(path: str, data: bytes) -> Facts:
    """The facts of a `.pyc` file, whatever it holds: what cannot be read is searched for strings."""
    gathered = _Gathered()
    try:
        module = unmarshal(data)
    except Unreadable:
        _scan(data, 0, gathered)
        return _facts(path, data, gathered, "", data.decode("latin-1"))
    _run(module.codes, module.version, data, gathered)
    _scan(data, module.end, gathered)
    text = "\n".join((*gathered.words, data[module.end :].decode("latin-1")))
    return _facts(path, data, gathered, module.codes[0].filename, text)


def _facts(path: str, data: bytes, gathered: _Gathered, filename: str, text: str) -> Facts:
    roots = frozenset(gathered.roots)
    company = company_of(text, roots)
    whole = Place(1, 1, 1, len(data) + 1)
    return Facts(
        path=path,
        scopes=(_MODULE,),
        slots=tuple(gathered.slots),
        strings=tuple(gathered.strings),
        mentions=tuple(gathered.mentions),
        roots=roots,
        company=company.phrases,
        only_testnet=company.only_testnet,
        other_hosts=company.other_hosts,
        signs=company.signs,
        regions=(_compiled_from(_source_name(filename, path), whole),),
    )


_BASE = re.compile(r"[^/\\]{1,100}\Z")
_SOURCE = re.compile(r"[\w.+\- ]+\.pyw?\Z")
_COMPILED = re.compile(r"(?:\.(?:cpython|pypy|graalpy|jython)[\w-]*)?(?:\.opt-\w+)?\.py[co]\Z")


def _compiled_from(source: str, whole: Place) -> Region:
    advice = f"to delete the line in {source} does not clean this file: delete it, and let git ignore it"
    return Region(whole, f"compiled from {source}", advice)


def _source_name(filename: str, path: str) -> str:
    """The base name of what was compiled: as the file says, else as its own name does."""
    base = _BASE.search(filename)
    if base and _SOURCE.match(base[0]):
        return base[0]
    return f"{_COMPILED.sub('', path.rpartition('/')[2])}.py"


# --- what is collected ---------------------------------------------------------------------------


class _Gathered:
    """Slots, strings and mentions of one file."""

    def __init__(self) -> None:
        self.slots: list[Slot] = []
        self.strings: list[StringPlace] = []
        self.mentions: list[Mention] = []
        self.roots: set[str] = set()
        self.words: list[str] = []  # all strings and names, for the company
        self.taken: list[str] = []  # names that longer strings have
        self._groups = 0
        self._readings: dict[str, bool] = {}
        self._named: dict[int, Text] = {}  # texts that need no further name, by id
        self._called: dict[int, Text] = {}  # texts that a call takes by position

    def group(self) -> int:
        """A fresh number for neighbours."""
        self._groups += 1
        return self._groups

    def slot(self, path: str, name: str, text: Text, group: int) -> None:
        """A text has a name."""
        whole = ".".join([*path.split(".")[-_NESTING:], name]) if path and name else path or name
        if not whole or not text.value or len(self.slots) >= _SLOTS:
            return
        if any(map(_is_special, whole.split("."))):
            return
        place = _place(text.start, text.end)
        self.slots.append(Slot(whole, Literal(text.value, place), place, 0, group))
        self._named[id(text)] = text
        if len(text.value) >= _LONG:
            self.taken.append(whole.rpartition(".")[2])

    def argument(self, text: Text, call: str, position: int) -> None:
        """A text that a call takes by position; of interest if it is a key."""
        if call and is_key(text):
            place = _place(text.start, text.end)
            self.mentions.append(Mention(text.string(), place, "", call, position))
            self._named[id(text)] = self._called[id(text)] = text

    def string(self, text: Text) -> None:
        """A text that stands in the file, whatever it is called."""
        if len(text.value) < _LONG or id(text) in self._called:
            return
        place = _place(text.start, text.end)
        self.strings.append(StringPlace(Literal(text.value, place), 0, place, False))
        if len(text.value) >= _SHORTEST_KEY:
            self.mentions.extend(_inside(text))

    def reads_as_credential(self, name: str) -> bool:
        """Whether a name speaks of a credential; of very many names only the first are read."""
        known = self._readings.get(name)
        if known is None:
            if not name or len(self._readings) >= _READINGS:
                return False
            known = self._readings[name] = read_name(name).kind is not None
        return known

    def is_unnamed_key(self, text: Text) -> bool:
        """Whether a text is a key that no instruction has given a name."""
        return id(text) not in self._named and is_key(text)


def is_key(text: Text) -> bool:
    """Whether a text is a key or private key as a whole."""
    return len(text.value) >= _SHORTEST_KEY and classify(text.string()) in _KEYS


def _is_special(part: str) -> bool:
    return part.startswith("__") and part.endswith("__")


def _place(start: int, end: int) -> Place:
    """A binary file has one line; its columns are bytes."""
    return Place(1, start + 1, 1, end + 1)


def _inside(text: Text) -> Iterator[Mention]:
    """The keys inside a longer text, each where its bytes stand in the file."""
    string = text.string()
    offsets = _Offsets(text)
    starts, lines = offsets.starts, None
    for mention in lexical.mentions(string):
        if mention.value.strip() == string.strip():
            continue
        first = starts[mention.place.line - 1] + mention.place.column - 1
        last = starts[mention.place.end_line - 1] + mention.place.end_column - 1
        if string[last : last + 1] == "@" and "://" in string[max(0, first - _LABEL) : first]:
            continue  # the password of an address
        lines = lines or split_lines(string)
        number = mention.place.line - 1
        if not mention.name and is_base64_between(lines, number):
            continue
        yield mention._replace(place=_place(offsets.byte(first), offsets.byte(last)))


class _Offsets:
    """Turns offsets of a text, in ascending order, into those of its bytes in the file."""

    def __init__(self, text: Text) -> None:
        self.starts = lexical.Lines(text.string()).starts
        self._text = text
        self._char = 0
        self._byte = text.start

    def byte(self, offset: int) -> int:
        if self._text.encoding == "latin-1":
            return self._text.start + offset
        between = self._text.string()[self._char : offset]
        self._byte += len(between.encode("utf-8", "surrogatepass"))
        self._char = max(self._char, offset)
        return self._byte


# --- code objects --------------------------------------------------------------------------------


def _run(codes: Sequence[Code], version: Version, data: bytes, gathered: _Gathered) -> None:
    """Follows all code objects of a file, the module first. No file has more instructions than bytes."""
    left = len(data)
    module: dict[str, str] = {}
    named: dict[int, Any] = {}
    seen: set[int] = set()
    for number, code in enumerate(codes):
        taken = len(gathered.taken)
        if code.code is not None and code.code.end - code.code.start <= left:
            left -= code.code.end - code.code.start
            machine = _Machine(code, version, gathered, module, named)
            machine.run(data[code.code.start : code.code.end])
            module = module if number else machine.imports
        texts = list(_texts(code.consts, seen))
        keys = [text for text in texts if gathered.is_unnamed_key(text)]
        if keys:
            _match(keys, _credential_names(code), frozenset(gathered.taken[taken:]), gathered)
        for text in texts:
            gathered.words.append(f'"{text.string()}"')
            gathered.string(text)
        for names in (code.names, code.variables):
            gathered.words.extend(text.string() for text in _texts(names, seen))


def _texts(values: tuple[Any, ...], seen: set[int]) -> Iterator[Text]:
    """The texts in constants that were not met before, in order."""
    waiting: list[Iterator[Any]] = [] if id(values) in seen else [iter(values)]
    seen.add(id(values))
    while waiting:
        value = next(waiting[-1], _END)
        if value is _END:
            waiting.pop()
        elif isinstance(value, Text | tuple) and id(value) not in seen:
            seen.add(id(value))
            if isinstance(value, Text):
                yield value
            else:
                waiting.append(iter(value))


_END = object()


def _credential_names(code: Code) -> Iterator[str]:
    """All that a code object calls anything, as far as it reads like a credential."""
    tuples = (const for const in code.consts if isinstance(const, tuple))
    names = (name for table in (code.names, code.variables, *tuples) for name in table)
    for name in islice(names, _NAMES):
        if isinstance(name, Text) and len(name.value) <= _LABEL and not is_key(name):
            yield name.string()


def _match(keys: Sequence[Text], names: Iterable[str], taken: frozenset[str], gathered: _Gathered) -> None:
    """Gives keys without a name those that are free, in order, if there are as many."""
    free = [name for name in dict.fromkeys(names) if name not in taken and gathered.reads_as_credential(name)]
    if len(free) == len(keys):
        group = gathered.group()
        for name, text in zip(free, keys, strict=True):
            gathered.slot("", name, text, group)


# --- values on the stack -------------------------------------------------------------------------

# A `Text`, a tuple of constants, or one of these. None is anything else.


class _Name(NamedTuple):
    """A dotted name as it is written; `origin` in full where an import tells."""

    text: str
    origin: str = ""

    def attribute(self, name: str) -> _Name | None:
        """`self.name`"""
        if len(self.text) + len(name) > _NAME or len(self.origin) > 2 * _NAME:
            return None
        return _Name(f"{self.text}.{name}", f"{self.origin}.{name}" if self.origin else "")

    @property
    def path(self) -> str:
        """The name without the instance that it belongs to."""
        first, _, rest = self.text.partition(".")
        return rest if first in ("self", "cls") else self.text


class _Holder:
    """A dict, list or call that is known in part: entries without a name have that of the whole."""

    __slots__ = ("entries", "group", "is_held")

    def __init__(self, entries: list[tuple[str, Any]], group: int) -> None:
        self.entries = entries
        self.group = group
        self.is_held = False  # by another one, which has a better name for it


class _Function(NamedTuple):
    """A function that is being made."""

    code: Code


_NULL = object()  # the empty half of a callable
_FOLLOWED = (Text, tuple, _Holder)
_SUBSCRIPT = 26  # of BINARY_OP in 3.14
_WRAPPERS = frozenset("str bytes bytearray secretstr secretbytes secret b64decode quote unquote".split())
_GENERIC = frozenset(["default", "value"])


class _Machine:
    """Follows the instructions of one code object.

    `module` is what the module imports, by name and in full; `named` are the containers of the file
    that have their name, by id.
    """

    def __init__(
        self,
        code: Code,
        version: Version,
        gathered: _Gathered,
        module: dict[str, str],
        named: dict[int, Any],
    ) -> None:
        self.imports: dict[str, str] = {}
        self._code = code
        self._version = version
        self._gathered = gathered
        self._module = module
        self._named = named
        self._stack: list[Any] = []
        self._holders: list[_Holder] = []
        self._joins: dict[int, list[Any]] = {}  # values of branches, by where they meet others
        self._keywords: object = None
        self._at = 0
        self._group = -1 - gathered.group()

    def run(self, raw: bytes) -> None:
        """Goes from the first instruction to the last, then names what has no name of its own."""
        for end, name, argument in instructions(raw, self._version):
            self._at = end
            act = _ACTS.get(name)
            if act is None:
                self._stack.clear()
            else:
                act(self, argument)
            if end in self._joins:
                self._join()
        for is_held in (False, True):
            for holder in self._holders:
                if holder.is_held is is_held:
                    self._name("", holder)

    def _pop(self) -> Any:
        return self._stack.pop() if self._stack else None

    def _take(self, count: int) -> list[Any]:
        """The last `count` values; fewer if the others are not known."""
        if count <= 0:
            return []
        taken = self._stack[-count:]
        del self._stack[-count:]
        return taken

    def _hold(self, entries: list[tuple[str, Any]]) -> _Holder:
        holder = _Holder([], self._gathered.group())
        for name, value in entries:
            self._put(holder, name, value)
        self._holders.append(holder)
        return holder

    def _put(self, holder: object, name: str, value: Any) -> None:
        if isinstance(holder, _Holder) and isinstance(value, _FOLLOWED) and value is not holder:
            holder.entries.append((name, value))
            if isinstance(value, _Holder):
                value.is_held = True

    # names

    def _name(self, path: str, value: Any, group: int | None = None) -> None:
        """A value is called `path`, and what it holds after it. Containers have one name only."""
        waiting = [(path, "", value, self._group if group is None else group)]
        while waiting:
            path, name, value, group = waiting.pop()
            if isinstance(value, Text):
                self._gathered.slot(path, name, value, group)
            elif isinstance(value, _Holder | tuple) and id(value) not in self._named:
                self._named[id(value)] = value
                inner = f"{path}.{name}" if path and name else path or name
                inner = ".".join(inner.split(".")[-_NESTING:])
                if isinstance(value, _Holder):
                    entries, group = value.entries, value.group
                else:
                    entries = self._pair(value) or [("", item) for item in value]
                waiting.extend((inner, key, item, group) for key, item in reversed(entries))

    def _pair(self, items: Sequence[Any]) -> list[tuple[str, Any]]:
        """The entry that `("api_key", "…")` stands for."""
        if len(items) != 2 or not isinstance(items[1], Text):
            return []
        label = _label(items[0])
        return [(label, items[1])] if self._gathered.reads_as_credential(label) else []

    def _store(self, name: str, value: Any) -> None:
        self._name(name, value)
        if isinstance(value, _Name) and value.origin:
            self.imports[name] = value.origin
        else:
            self.imports.pop(name, None)

    def _load(self, name: str) -> None:
        origin = self.imports.get(name) or self._module.get(name, "")
        self._stack.append(_Name(name, origin) if name and len(name) <= _NAME else None)

    def _attribute(self, value: Any, name: str) -> Any:
        """`value.name`; what a text gives by its methods is as good as the text."""
        if isinstance(value, _Name):
            return value.attribute(name)
        return value if isinstance(value, Text) else None

    def _join(self) -> None:
        """Branches meet: the value is one of several."""
        others = self._joins.pop(self._at)
        if self._stack and isinstance(self._stack[-1], _FOLLOWED):
            self._stack[-1] = self._hold([("", other) for other in (*others, self._stack[-1])])

    # instructions that load and store

    def _load_const(self, argument: int) -> None:
        consts = self._code.consts
        value = consts[argument] if argument < len(consts) else None
        self._stack.append(_Function(value) if isinstance(value, Code) else value)

    def _load_name(self, argument: int) -> None:
        self._load(name_at(self._code.names, argument))

    def _load_global(self, argument: int) -> None:
        if self._version >= (3, 11):
            if argument & 1:
                self._stack.append(_NULL)
            argument >>= 1
        self._load_name(argument)

    def _load_fast(self, argument: int) -> None:
        self._load(name_at(self._code.variables, argument))

    def _load_deref(self, argument: int) -> None:
        self._load(self._code.cell(argument))

    def _load_fast_twice(self, argument: int) -> None:
        self._load_fast(argument >> 4)
        self._load_fast(argument & 15)

    def _load_attr(self, argument: int) -> None:
        is_method = False
        if self._version >= (3, 12):
            is_method, argument = bool(argument & 1), argument >> 1
        self._stack.append(self._attribute(self._pop(), name_at(self._code.names, argument)))
        if is_method:
            self._stack.append(_NULL)

    def _load_method(self, argument: int) -> None:
        self._stack += (self._attribute(self._pop(), name_at(self._code.names, argument)), _NULL)

    def _load_super_attr(self, argument: int) -> None:
        self._take(3)
        self._stack += (None, _NULL) if argument & 1 else (None,)

    def _store_name(self, argument: int) -> None:
        self._store(name_at(self._code.names, argument), self._pop())

    def _store_fast(self, argument: int) -> None:
        self._store(name_at(self._code.variables, argument), self._pop())

    def _store_deref(self, argument: int) -> None:
        self._store(self._code.cell(argument), self._pop())

    def _store_fast_twice(self, argument: int) -> None:
        self._store_fast(argument >> 4)
        self._store_fast(argument & 15)

    def _store_fast_load_fast(self, argument: int) -> None:
        self._store_fast(argument >> 4)
        self._load_fast(argument & 15)

    def _store_attr(self, argument: int) -> None:
        target, value = self._pop(), self._pop()
        self._name(self._below(target, name_at(self._code.names, argument)), value)

    def _store_subscr(self, _: int) -> None:
        key, target, value = self._pop(), self._pop(), self._pop()
        if isinstance(target, _Holder):
            self._put(target, _label(key), value)
        elif label := _label(key):
            self._name(self._below(target, label), value)

    def _below(self, target: Any, name: str) -> str:
        return f"{target.path}.{name}".strip(".") if isinstance(target, _Name) else name

    def _binary_subscr(self, _: int) -> None:
        key, target = self._pop(), self._pop()
        label = _label(key)
        self._stack.append(target.attribute(label) if isinstance(target, _Name) and label else None)

    def _binary_op(self, argument: int) -> None:
        if argument == _SUBSCRIPT:
            self._binary_subscr(argument)
        else:
            self._binary(argument)

    # instructions that import

    def _import_name(self, argument: int) -> None:
        wanted, level = self._pop(), self._pop()
        module = name_at(self._code.names, argument)[:_NAME]
        dots = min(level, 20) if isinstance(level, int) and level > 0 else 0
        root = module.partition(".")[0]
        if not dots and root:
            self._gathered.roots.add(root)
        origin = "." * dots + (module if isinstance(wanted, tuple) else root)
        self._stack.append(_Name(origin, origin))

    def _import_from(self, argument: int) -> None:
        module = self._stack[-1] if self._stack else None
        name = name_at(self._code.names, argument)
        if isinstance(module, _Name) and not module.text.strip("."):
            self._stack.append(_Name(name, module.text + name))  # from . import name
        else:
            self._stack.append(self._attribute(module, name))

    # instructions that build

    def _build_row(self, argument: int) -> None:
        items = self._take(argument)
        entries = self._pair(items) if len(items) == argument else []
        self._stack.append(self._hold(entries or [("", item) for item in items]))

    def _build_map(self, argument: int) -> None:
        items = self._take(2 * argument) if self._version >= (3, 0) else []
        items = items[len(items) % 2 :]
        self._stack.append(self._hold([(_label(k), v) for k, v in zip(items[::2], items[1::2], strict=True)]))

    def _build_const_key_map(self, argument: int) -> None:
        keys = self._pop()
        values = self._take(argument)
        names = keys[len(keys) - len(values) :] if isinstance(keys, tuple) and len(keys) == argument else ()
        self._stack.append(self._hold([(_label(k), v) for k, v in zip(names, values, strict=False)]))

    def _map_add(self, argument: int) -> None:
        first, second = self._take(2) if len(self._stack) > 1 else (None, None)
        key, value = (first, second) if self._version >= (3, 8) else (second, first)
        self._put(self._peek(argument), _label(key), value)

    def _store_map(self, _: int) -> None:
        key, value = self._pop(), self._pop()
        self._put(self._peek(1), _label(key), value)

    def _add(self, argument: int) -> None:
        value = self._pop()
        self._put(self._peek(argument), "", value)

    def _peek(self, depth: int) -> Any:
        return self._stack[-depth] if 0 < depth <= len(self._stack) else None

    def _build_string(self, argument: int) -> None:
        self._take(argument)
        self._stack.append(None)

    def _unpack_sequence(self, argument: int) -> None:
        value = self._pop()
        items = _items(value)
        if len(items) == argument:
            self._named[id(value)] = value  # its items get names of their own
            self._stack += reversed(items)
        else:
            self._stack += [None] * min(argument, _UNPACKED)

    # instructions that move

    def _swap(self, argument: int) -> None:
        if 1 < argument <= len(self._stack):
            self._stack[-1], self._stack[-argument] = self._stack[-argument], self._stack[-1]
        elif argument > 1:
            self._stack.clear()

    def _rotate(self, argument: int) -> None:
        if 1 < argument <= len(self._stack):
            self._stack.insert(len(self._stack) - argument, self._stack.pop())
        elif argument > 1:
            self._stack.clear()

    def _copy(self, argument: int) -> None:
        self._stack.append(self._peek(argument))

    def _copy_two(self, _: int) -> None:
        self._stack += (self._peek(2), self._peek(1))

    def _unary(self, _: int) -> None:
        self._pop()
        self._stack.append(None)

    def _binary(self, _: int) -> None:
        self._take(2)
        self._stack.append(None)

    def _format(self, argument: int) -> None:
        self._take(2 if argument & 4 else 1)
        self._stack.append(None)

    def _jump_forward(self, argument: int) -> None:
        value = self._pop()
        target = self._at + (2 * argument if self._version >= (3, 10) else argument)
        if isinstance(value, _FOLLOWED):
            self._joins.setdefault(target, []).append(value)

    def _return_value(self, _: int) -> None:
        self._return(self._pop())
        self._stack.clear()

    def _return_const(self, argument: int) -> None:
        self._load_const(argument)
        self._return_value(argument)

    def _return(self, value: Any) -> None:
        if not self._code.name.startswith("<"):
            self._name(self._code.name[:_NAME], value)

    # instructions that make functions and call them

    def _make_function(self, argument: int) -> None:
        if (3, 0) < self._version < (3, 11):
            self._pop()  # the qualified name
        function = self._pop()
        if self._version < (3, 0):
            self._defaults(function, self._take(argument))
        elif self._version < (3, 13):
            parts = self._take((argument & 15).bit_count())
            if argument & 1 and parts:
                self._defaults(function, parts[0])
        self._stack.append(function)

    def _set_function_attribute(self, argument: int) -> None:
        function, value = self._pop(), self._pop()
        if argument == 1:
            self._defaults(function, value)
        self._stack.append(function)

    def _defaults(self, function: Any, values: Any) -> None:
        """The last parameters have these values, if they are called without."""
        if not isinstance(function, _Function):
            return
        items = values if isinstance(values, list) else _items(values)
        first = function.code.argcount - len(items)
        group = self._gathered.group()
        for index, value in enumerate(items if first >= 0 else ()):
            self._name(name_at(function.code.variables, first + index), value, group)
        self._named[id(values)] = values

    def _kw_names(self, argument: int) -> None:
        consts = self._code.consts
        self._keywords = consts[argument] if argument < len(consts) else None

    def _call(self, argument: int) -> None:
        keywords, self._keywords = self._keywords, None
        values = self._take(argument)
        self._called(self._callee(), values, argument, keywords)

    def _call_kw(self, argument: int) -> None:
        self._keywords = self._pop()
        self._call(argument)

    def _call_method(self, argument: int) -> None:
        values = self._take(argument)
        self._called(self._callee(), values, argument, None)

    def _callee(self) -> Any:
        """What is called stands in one of two places, the other one is empty."""
        second, first = self._pop(), self._pop()
        return first if second is _NULL or second is None else second

    def _call_function(self, argument: int) -> None:
        pairs: list[Any] = []
        if self._version < (3, 0):
            pairs = self._take(2 * (argument >> 8))
            argument &= 255
        values = self._take(argument)
        keys = tuple(pairs[::2]) if len(pairs) % 2 == 0 else ()
        self._called(self._pop(), values + pairs[1::2], argument + len(keys), keys)

    def _call_function_kw(self, argument: int) -> None:
        keywords = self._pop()
        values = self._take(argument)
        self._called(self._pop(), values, argument, keywords)

    def _call_function_ex(self, argument: int) -> None:
        keywords = self._pop() if argument & 1 or self._version >= (3, 14) else None
        args = self._pop()
        callee = self._callee() if self._version >= (3, 11) else self._pop()
        values = _items(args)
        self._called(callee, values, len(values), None, keywords)

    def _called(self, callee: Any, values: list[Any], count: int, keywords: Any, rest: Any = None) -> None:
        """A call, of whose arguments the last are known; leaves what can be said of its result."""
        keys = list(keywords[-len(values) :]) if isinstance(keywords, tuple) and values else []
        split = len(values) - len(keys)
        positional, named = values[:split], values[split:]
        label = next(filter(None, map(_label, positional)), "")
        entries: list[tuple[str, Any]] = []
        for key, value in zip(map(_label, keys), named, strict=True):
            entries.append((label if key in _GENERIC and label else key, value))
        entries += self._positional(callee, positional, count - len(values))
        entries.append(("", rest))
        self._stack.append(self._result(callee, positional, entries))

    def _positional(self, callee: Any, values: list[Any], first: int) -> Iterator[tuple[str, Any]]:
        """What a call takes by position: named by the text before it, or by what is called."""
        call = (callee.origin or callee.text) if isinstance(callee, _Name) else ""
        is_wrapper = call.rpartition(".")[2].lower() in _WRAPPERS
        before = ""
        for position, value in enumerate(values, first):
            if isinstance(value, Text) and self._gathered.reads_as_credential(before):
                yield before, value
            elif isinstance(value, Text):
                if not is_wrapper:
                    self._gathered.argument(value, call, position)
            else:
                yield "", value
            before = _label(value)

    def _result(self, callee: Any, values: list[Any], entries: list[tuple[str, Any]]) -> Any:
        if isinstance(callee, Text):
            return callee
        first = values[0] if values else None
        if isinstance(callee, _Name):
            last = callee.text.rpartition(".")[2].lower()
            if last in _WRAPPERS and isinstance(first, Text):
                return first
            if callee.text == "getattr" and isinstance(first, _Name) and len(values) > 1:
                return first.attribute(_label(values[1]))
        known = [(name, value) for name, value in entries if isinstance(value, _FOLLOWED)]
        return self._hold(known) if known else None


def _label(value: Any) -> str:
    """A text that may name another one; empty for anything else."""
    if isinstance(value, Text) and 0 < len(value.value) <= _LABEL and not is_key(value):
        return value.string()
    return ""


def _items(value: Any) -> list[Any]:
    """What a tuple or list is known to hold; nothing if that is much."""
    if isinstance(value, tuple) and len(value) <= _UNPACKED:
        return list(value)
    if isinstance(value, _Holder) and len(value.entries) <= _UNPACKED:
        return [item for name, item in value.entries if not name]
    return []


def _moving(act: Callable[[_Machine, int], None], fixed: int) -> Callable[[_Machine, int], None]:
    return lambda machine, _: act(machine, fixed)


def _nothing(_: _Machine, __: int) -> None:
    pass


def _push(value: object) -> Callable[[_Machine, int], None]:
    return lambda machine, _: machine._stack.append(value)


_ACTS: dict[str, Callable[[_Machine, int], None]] = {
    "ADD": _Machine._add,
    "BINARY": _Machine._binary,
    "BINARY_OP": _Machine._binary_op,
    "BINARY_SUBSCR": _Machine._binary_subscr,
    "BUILD_CONST_KEY_MAP": _Machine._build_const_key_map,
    "BUILD_MAP": _Machine._build_map,
    "BUILD_ROW": _Machine._build_row,
    "BUILD_STRING": _Machine._build_string,
    "CALL": _Machine._call,
    "CALL_FUNCTION": _Machine._call_function,
    "CALL_FUNCTION_EX": _Machine._call_function_ex,
    "CALL_FUNCTION_KW": _Machine._call_function_kw,
    "CALL_KW": _Machine._call_kw,
    "CALL_METHOD": _Machine._call_method,
    "COPY": _Machine._copy,
    "COPY_1": _moving(_Machine._copy, 1),
    "COPY_2": _Machine._copy_two,
    "EXTEND": _Machine._add,
    "FORMAT": _Machine._format,
    "IMPORT_FROM": _Machine._import_from,
    "IMPORT_NAME": _Machine._import_name,
    "JUMP_FORWARD": _Machine._jump_forward,
    "KW_NAMES": _Machine._kw_names,
    "LOAD_ATTR": _Machine._load_attr,
    "LOAD_CONST": _Machine._load_const,
    "LOAD_DEREF": _Machine._load_deref,
    "LOAD_FAST": _Machine._load_fast,
    "LOAD_FAST_TWICE": _Machine._load_fast_twice,
    "LOAD_GLOBAL": _Machine._load_global,
    "LOAD_METHOD": _Machine._load_method,
    "LOAD_NAME": _Machine._load_name,
    "LOAD_SMALL_INT": lambda machine, argument: machine._stack.append(argument),
    "LOAD_SUPER_ATTR": _Machine._load_super_attr,
    "MAKE_FUNCTION": _Machine._make_function,
    "MAP_ADD": _Machine._map_add,
    "NOP": _nothing,
    "POP_TOP": lambda machine, _: machine._pop(),
    "PUSH": _push(None),
    "PUSH_NULL": _push(_NULL),
    "RETURN_CONST": _Machine._return_const,
    "RETURN_VALUE": _Machine._return_value,
    "ROT": _Machine._rotate,
    "ROT_3": _moving(_Machine._rotate, 3),
    "ROT_4": _moving(_Machine._rotate, 4),
    "SET_FUNCTION_ATTRIBUTE": _Machine._set_function_attribute,
    "STORE_ATTR": _Machine._store_attr,
    "STORE_DEREF": _Machine._store_deref,
    "STORE_FAST": _Machine._store_fast,
    "STORE_FAST_LOAD_FAST": _Machine._store_fast_load_fast,
    "STORE_FAST_TWICE": _Machine._store_fast_twice,
    "STORE_GLOBAL": _Machine._store_name,
    "STORE_MAP": _Machine._store_map,
    "STORE_NAME": _Machine._store_name,
    "STORE_SUBSCR": _Machine._store_subscr,
    "SWAP": _Machine._swap,
    "SWAP_2": _moving(_Machine._swap, 2),
    "UNARY": _Machine._unary,
    "UNPACK_SEQUENCE": _Machine._unpack_sequence,
}


# --- broken files --------------------------------------------------------------------------------

_SHORT, _LENGTHY = b"zZ\xfa\xda", b"aAutsR\xe1\xc1\xf5\xf4\xf3"
_KEY = 64
_STRING_NAME = re.compile(
    rb"(?:[zZ\xfa\xda]([\x02-\x2f])|[aAuts\xe1\xc1\xf5\xf4\xf3]([\x02-\x2f])\0\0\0)([A-Za-z_][A-Za-z0-9_]{1,100})"
)
_PRINTABLE = re.compile(rb"[\t\n\r -~]{64,}")
_READ = 1_000  # names of a broken file


def _scan(data: bytes, start: int, gathered: _Gathered) -> None:
    """Looks for strings where nothing else can be read: keys behind their length, and printable text."""
    if start >= len(data):
        return
    block = data[start:]
    keys = [text for text in _whole_keys(block, start) if is_key(text)]
    if keys:
        _match(keys, _string_names(block), frozenset(), gathered)
    for text in keys:
        gathered.string(text)
    known = {text.start for text in keys}
    for found in _PRINTABLE.finditer(block):
        text = Text(found[0].decode("ascii"), start + found.start(), start + found.end(), "latin-1")
        for mention in lexical.mentions(text.string()):
            place = _moved(mention.place, text)
            if place.column - 1 not in known:
                gathered.mentions.append(mention._replace(place=place))


def _moved(place: Place, text: Text) -> Place:
    starts = _line_starts(text.string())
    first = starts[place.line - 1] + place.column - 1
    last = starts[place.end_line - 1] + place.end_column - 1
    return _place(text.start + first, text.start + last)


@lru_cache(maxsize=4)
def _line_starts(text: str) -> list[int]:
    return lexical.Lines(text).starts


def _whole_keys(block: bytes, start: int) -> Iterator[Text]:
    """Runs of letters and digits with their own length before them; the type of the next may follow."""
    for first, last in candidates.runs(block):
        for at in range(first, min(first + 3, last - _KEY + 1)):
            if _has_header(block, at):
                yield Text(block[at : at + _KEY].decode("ascii"), start + at, start + at + _KEY, "latin-1")
                break


def _has_header(block: bytes, at: int) -> bool:
    if at >= 2 and block[at - 1] == _KEY and block[at - 2] in _SHORT:
        return True
    return at >= 5 and block[at - 4 : at] == b"@\0\0\0" and block[at - 5] in _LENGTHY


def _string_names(block: bytes) -> Iterator[str]:
    """Strings that could be names, in order."""
    for found in islice(_STRING_NAME.finditer(block), _READ):
        length = (found[1] or found[2])[0]
        if length <= len(found[3]):
            yield found[3][:length].decode("ascii")
