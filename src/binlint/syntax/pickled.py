"""Reads the long texts of pickles with what they are called, without running anything of them.

A pickle is a program for a stack machine. This one follows it far enough to know which text is the
key of which value in which dict, list or object; it imports and calls nothing. The opcodes are those
of `pickletools`, but its `genops` is not used: it builds every number and every byte string, which
takes the square of the length of a long one.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import NamedTuple, TypeAlias

_OPCODES = 400_000  # about a second
_LONG = 40  # a text that may be a credential; RSA keys have 1,700 characters
_LONGEST = 20_000
_NAME = 80
_BESIDE = 32
_OUTWARD = 3  # containers around a text whose other texts stand beside it
_PATH = 6
_PADDING = 1 << 16  # NULs between the pickles of a `dbm.dumb` file


class Text(NamedTuple):
    """A long text: the keys that lead to it, the classes around it, the short texts beside it, its offsets.

    Texts of one dict, list or object share a group.
    """

    path: tuple[str, ...]
    classes: tuple[str, ...]
    beside: tuple[tuple[str, str], ...]
    value: str
    start: int
    end: int
    group: int = 0

    def __repr__(self) -> str:
        return f"Text({self.start}, {self.end})"


class Pickles(NamedTuple):
    """What stands in one or several pickles, one behind the other."""

    texts: tuple[Text, ...]
    names: tuple[str, ...]  # of classes and functions
    end: int
    is_whole: bool  # the last one that was begun was read to its end


_BEGINNINGS = (b"(d", b"(l", b"(i", b"(c", b"(V", b"(S", b"}q", b"]q", b"(]", b"(}", b"(X", b"c")


def looks_like_pickle(data: bytes, at: int = 0) -> bool:
    """Whether a pickle may begin here: its protocol, or what those without a protocol begin with."""
    if data[at : at + 1] == b"\x80":
        return data[at + 1 : at + 2] in (b"\x02", b"\x03", b"\x04", b"\x05")
    return data.startswith(_BEGINNINGS, at) and data.rstrip(b"\0\r\n")[-1:] == b"."


def read_pickles(data: bytes, at: int = 0) -> Pickles:
    """Reads the pickles that begin at an offset, as far as they are sound and the budget reaches."""
    texts: list[Text] = []
    names: dict[str, None] = {}
    budget, whole = _OPCODES, False
    while budget > 0:
        machine = _Machine(data)
        at, budget, whole = machine.run(at, budget)
        machine.close()
        texts.extend(_Walk(machine).texts())
        names.update(machine.names)
        following = _after_padding(data, at)
        if not whole or data[following : following + 1] != b"\x80":
            break
        at = following
    return Pickles(tuple(texts), tuple(names), at, whole)


def _after_padding(data: bytes, at: int) -> int:
    window = data[at : at + _PADDING]
    return at + len(window) - len(window.lstrip(b"\0"))


# --- the machine ---------------------------------------------------------------------------------


class _Word(NamedTuple):
    value: str
    start: int
    end: int


class _Node:
    """A dict, list, tuple, set, class or object. Items without a key have None for it."""

    __slots__ = ("has_pairs", "items", "name")

    def __init__(self, name: str = "", has_pairs: bool = False) -> None:
        self.name = name
        self.has_pairs = has_pairs
        self.items: list[tuple[_Value, _Value]] = []


_Value: TypeAlias = "_Word | _Node | None"
_STOP = ord(".")

# How long the argument of an opcode is: so many bytes, so many lines, or so many bytes of length before it.
_FIXED, _LINES, _COUNTED = range(3)


def _argument(opcode: pickletools.OpcodeInfo) -> tuple[int, int]:
    if opcode.arg is None:
        return _FIXED, 0
    if opcode.arg.n >= 0:
        return _FIXED, opcode.arg.n
    if opcode.arg.n == pickletools.UP_TO_NEWLINE:
        return _LINES, 2 if opcode.name in ("GLOBAL", "INST") else 1
    widths = {
        pickletools.TAKEN_FROM_ARGUMENT1: 1,
        pickletools.TAKEN_FROM_ARGUMENT4: 4,
        pickletools.TAKEN_FROM_ARGUMENT4U: 4,
        pickletools.TAKEN_FROM_ARGUMENT8U: 8,
    }
    return _COUNTED, widths[opcode.arg.n]


_ARGUMENTS = {ord(opcode.code): _argument(opcode) for opcode in pickletools.opcodes}
_NAMES = {ord(opcode.code): opcode.name for opcode in pickletools.opcodes}


class _Machine:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self.stack: list[_Value] = []
        self.words: list[_Word] = []  # the long ones
        self.names: dict[str, None] = {}
        self._marks: list[int] = []
        self._memo: dict[int, _Value] = {}

    def run(self, at: int, budget: int) -> tuple[int, int, bool]:
        """Follows a pickle. Where it ended, what is left of the budget, and whether it came to its end."""
        while budget > 0 and at < len(self._data):
            budget -= 1
            code = self._data[at]
            if code == _STOP:
                return at + 1, budget, True
            span = self._span(code, at + 1)
            if span is None:
                return at, budget, False
            start, end, at = span
            action = _ACTIONS.get(_NAMES[code])
            if action is not None:
                action(self, start, end)
        return at, budget, False

    def _span(self, code: int, at: int) -> tuple[int, int, int] | None:
        """Start and end of an opcode's argument, and where the next opcode stands."""
        if code not in _ARGUMENTS:
            return None
        form, size = _ARGUMENTS[code]
        if form == _FIXED:
            end = after = at + size
        elif form == _LINES:
            end = at - 1
            for _ in range(size):
                end = self._data.find(b"\n", end + 1)
                if end < 0:
                    return None
            after = end + 1
        else:
            length = int.from_bytes(self._data[at : at + size], "little")
            at += size
            end = after = at + length
        return (at, end, after) if after <= len(self._data) else None

    def close(self) -> None:
        """Puts what a torn pickle left behind its marks where it was meant to go."""
        while self._marks:
            items = self._since_mark()
            top = self.stack[-1] if self.stack else None
            if isinstance(top, _Node):
                _add(top, items)
            else:
                self.stack.append(_made(items))

    def pop(self) -> _Value:
        return self.stack.pop() if self.stack else None

    def mark(self, start: int, end: int) -> None:
        self._marks.append(len(self.stack))

    def _since_mark(self) -> list[_Value]:
        position = self._marks.pop() if self._marks else len(self.stack)
        items = self.stack[position:]
        del self.stack[position:]
        return items

    def nothing(self, start: int, end: int) -> None:
        self.stack.append(None)

    def word(self, start: int, end: int, codec: str = "utf-8") -> None:
        if end - start > _LONGEST:
            self.stack.append(None)
            return
        raw = self._data[start:end]
        try:
            value = raw.decode(codec)
        except UnicodeDecodeError:
            value = raw.decode("latin-1")
        word = _Word(value, start, end)
        self.stack.append(word)
        if len(value) >= _LONG:
            self.words.append(word)

    def line(self, start: int, end: int) -> None:
        self.word(start, end, "raw-unicode-escape")

    def quoted(self, start: int, end: int) -> None:
        self.word(min(start + 1, end), max(start, end - 1), "latin-1")

    def dup(self, start: int, end: int) -> None:
        self.stack.append(self.stack[-1] if self.stack else None)

    def drop(self, start: int, end: int) -> None:
        if self._marks and self._marks[-1] == len(self.stack):
            self._marks.pop()
        else:
            self.pop()

    def drop_to_mark(self, start: int, end: int) -> None:
        self._since_mark()

    def empty(self, start: int, end: int) -> None:
        self.stack.append(_Node())

    def empty_dict(self, start: int, end: int) -> None:
        self.stack.append(_Node(has_pairs=True))

    def sequence(self, start: int, end: int) -> None:
        self.stack.append(_made(self._since_mark()))

    def mapping(self, start: int, end: int) -> None:
        node = _Node(has_pairs=True)
        _add(node, self._since_mark())
        self.stack.append(node)

    def tuple_of(self, count: int) -> None:
        items = self.stack[-count:]
        del self.stack[-count:]
        self.stack.append(_made(items))

    def add_pairs(self, start: int, end: int) -> None:
        items = self._since_mark()
        self._extend(zip(items[::2], items[1::2], strict=False))

    def add_pair(self, start: int, end: int) -> None:
        value, key = self.pop(), self.pop()
        self._extend([(key, value)])

    def add_items(self, start: int, end: int) -> None:
        items = self._since_mark()
        self._extend((None, item) for item in items)

    def add_item(self, start: int, end: int) -> None:
        self._extend([(None, self.pop())])

    def _extend(self, pairs: Iterable[tuple[_Value, _Value]]) -> None:
        top = self.stack[-1] if self.stack else None
        if isinstance(top, _Node):
            top.items.extend(pairs)

    def put(self, start: int, end: int) -> None:
        self._memo[self._index(start, end)] = self.stack[-1] if self.stack else None

    def get(self, start: int, end: int) -> None:
        self.stack.append(self._memo.get(self._index(start, end)))

    def put_line(self, start: int, end: int) -> None:
        self._memo[self._written(start, end)] = self.stack[-1] if self.stack else None

    def get_line(self, start: int, end: int) -> None:
        self.stack.append(self._memo.get(self._written(start, end)))

    def memoize(self, start: int, end: int) -> None:
        self._memo[len(self._memo)] = self.stack[-1] if self.stack else None

    def _index(self, start: int, end: int) -> int:
        return int.from_bytes(self._data[start:end], "little")

    def _written(self, start: int, end: int) -> int:
        digits = self._data[start : min(end, start + 10)].strip()
        return int(digits) if digits.isdigit() else -1

    def _class(self, module: str, name: str) -> _Node:
        full = f"{module[:_NAME]}.{name[:_NAME]}"
        self.names[full] = None
        return _Node(full)

    def global_lines(self, start: int, end: int) -> None:
        module, _, name = self._data[start:end][: 4 * _NAME].decode("latin-1").partition("\n")
        self.stack.append(self._class(module, name))

    def global_words(self, start: int, end: int) -> None:
        name, module = self.pop(), self.pop()
        texts = [word.value if isinstance(word, _Word) else "" for word in (module, name)]
        self.stack.append(self._class(*texts))

    def instance(self, start: int, end: int) -> None:
        items = self._since_mark()
        self.global_lines(start, end)
        self.stack.append(_object(self.pop(), [_made(items)]))

    def instance_of(self, start: int, end: int) -> None:
        items = self._since_mark()
        self.stack.append(_object(items[0] if items else None, [_made(items[1:])]))

    def call(self, start: int, end: int) -> None:
        arguments, function = self.pop(), self.pop()
        self.stack.append(_object(function, [arguments]))

    def call_with_names(self, start: int, end: int) -> None:
        named, arguments, function = self.pop(), self.pop(), self.pop()
        self.stack.append(_object(function, [arguments, named]))

    def build(self, start: int, end: int) -> None:
        state = self.pop()
        self._extend([(None, state)])

    def persistent(self, start: int, end: int) -> None:
        self.pop()
        self.stack.append(None)


def _made(items: Iterable[_Value]) -> _Node:
    node = _Node()
    node.items.extend((None, item) for item in items)
    return node


def _add(node: _Node, items: list[_Value]) -> None:
    if node.has_pairs or node.name:
        node.items.extend(zip(items[::2], items[1::2], strict=False))
    else:
        node.items.extend((None, item) for item in items)


_RECONSTRUCTORS = ("_reconstructor", "__newobj__", "__newobj_ex__")


def _object(function: _Value, parts: Iterable[_Value]) -> _Node:
    """What a call makes, known by the class."""
    parts = list(parts)
    if isinstance(function, _Node) and function.name.endswith(_RECONSTRUCTORS):
        first = parts[0] if parts else None
        inner = first.items[0][1] if isinstance(first, _Node) and first.items else None
        function = inner if isinstance(inner, _Node) else function
    node = _Node(function.name if isinstance(function, _Node) else "")
    node.items.extend((None, part) for part in parts)
    return node


_Action: TypeAlias = Callable[[_Machine, int, int], None]


def _tuple(count: int) -> _Action:
    return lambda machine, start, end: machine.tuple_of(count)


_ACTIONS: dict[str, _Action] = {
    **dict.fromkeys(
        "NONE NEWTRUE NEWFALSE INT BININT BININT1 BININT2 LONG LONG1 LONG4 FLOAT BINFLOAT EXT1 EXT2 EXT4 "
        "PERSID NEXT_BUFFER".split(),
        _Machine.nothing,
    ),
    **dict.fromkeys(
        "BINSTRING SHORT_BINSTRING BINUNICODE SHORT_BINUNICODE BINUNICODE8 BINBYTES SHORT_BINBYTES BINBYTES8 "
        "BYTEARRAY8".split(),
        _Machine.word,
    ),
    **dict.fromkeys("EMPTY_LIST EMPTY_TUPLE EMPTY_SET".split(), _Machine.empty),
    **dict.fromkeys("LIST TUPLE FROZENSET".split(), _Machine.sequence),
    **dict.fromkeys("APPENDS ADDITEMS".split(), _Machine.add_items),
    **dict.fromkeys("BINPUT LONG_BINPUT".split(), _Machine.put),
    **dict.fromkeys("BINGET LONG_BINGET".split(), _Machine.get),
    **dict.fromkeys("REDUCE NEWOBJ".split(), _Machine.call),
    "STRING": _Machine.quoted,
    "UNICODE": _Machine.line,
    "MARK": _Machine.mark,
    "POP": _Machine.drop,
    "POP_MARK": _Machine.drop_to_mark,
    "DUP": _Machine.dup,
    "EMPTY_DICT": _Machine.empty_dict,
    "DICT": _Machine.mapping,
    "SETITEM": _Machine.add_pair,
    "SETITEMS": _Machine.add_pairs,
    "APPEND": _Machine.add_item,
    "TUPLE1": _tuple(1),
    "TUPLE2": _tuple(2),
    "TUPLE3": _tuple(3),
    "PUT": _Machine.put_line,
    "GET": _Machine.get_line,
    "MEMOIZE": _Machine.memoize,
    "GLOBAL": _Machine.global_lines,
    "STACK_GLOBAL": _Machine.global_words,
    "INST": _Machine.instance,
    "OBJ": _Machine.instance_of,
    "NEWOBJ_EX": _Machine.call_with_names,
    "BUILD": _Machine.build,
    "BINPERSID": _Machine.persistent,
}


# --- what it left --------------------------------------------------------------------------------


class _Around(NamedTuple):
    """A container with the way to it, and the containers around it, innermost first."""

    node: _Node
    path: tuple[str, ...]
    classes: tuple[str, ...]
    outer: tuple[_Node, ...]


class _Walk:
    """Goes through everything that can be reached from the stack, cycles or not."""

    def __init__(self, machine: _Machine) -> None:
        self._machine = machine
        self._beside: dict[int, tuple[tuple[str, str], ...]] = {}
        self._seen: set[tuple[int, tuple[str, ...]]] = set()
        self._reached: set[int] = set()
        self._groups: dict[int, int] = {}

    def texts(self) -> list[Text]:
        """The long texts, in the order of the file."""
        if not self._machine.words:
            return []
        found = [text for around in self._containers() for text in self._in(around)]
        for word in self._machine.words:
            if word.start not in self._reached:
                self._reached.add(word.start)
                found.append(Text((), (), (), *word))
        return sorted(found, key=lambda text: text.start)

    def _containers(self) -> Iterator[_Around]:
        waiting = [_Around(_made(self._machine.stack), (), (), ())]
        visited: set[int] = set()
        while waiting:
            around = waiting.pop()
            if id(around.node) in visited:
                continue
            visited.add(id(around.node))
            yield around
            outer = (around.node, *around.outer)[: _OUTWARD - 1]
            for name, child in self._named(around.node):
                if isinstance(child, _Node):
                    classes = _longer(around.classes, child.name)
                    waiting.append(_Around(child, _longer(around.path, name), classes, outer))

    def _named(self, node: _Node) -> Iterator[tuple[str, _Value]]:
        """The values of a container, by their keys; in a list or tuple by the short text before them."""
        before = ""
        for key, value in node.items:
            name = key.value if isinstance(key, _Word) else before
            yield name if len(name) <= _NAME else "", value
            before = value.value if isinstance(value, _Word) and key is None else ""

    def _in(self, around: _Around) -> Iterator[Text]:
        for key, _ in around.node.items:
            if isinstance(key, _Word) and len(key.value) >= _LONG:
                yield from self._text(key, around, "")
        for name, value in self._named(around.node):
            if isinstance(value, _Word) and len(value.value) >= _LONG:
                yield from self._text(value, around, name)

    def _text(self, word: _Word, around: _Around, name: str) -> Iterator[Text]:
        path = _longer(around.path, name)
        if (word.start, path) not in self._seen:
            self._seen.add((word.start, path))
            self._reached.add(word.start)
            group = self._groups.setdefault(id(around.node), len(self._groups))
            yield Text(path, around.classes, self._short(around), *word, group)

    def _short(self, around: _Around) -> tuple[tuple[str, str], ...]:
        """The short texts of a container and of those around it."""
        return tuple(pair for node in (around.node, *around.outer) for pair in self._own(node))

    def _own(self, node: _Node) -> tuple[tuple[str, str], ...]:
        known = self._beside.get(id(node))
        if known is None:
            pairs = (
                (key.value[:_NAME] if isinstance(key, _Word) else "", value.value)
                for key, value in node.items[: 8 * _BESIDE]
                if isinstance(value, _Word) and len(value.value) < _LONG
            )
            known = self._beside[id(node)] = tuple(islice(pairs, _BESIDE))
        return known


def _longer(path: tuple[str, ...], name: str) -> tuple[str, ...]:
    return (*path, name)[-_PATH:] if name else path
