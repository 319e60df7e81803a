"""What CPython writes into a `.pyc` file: code objects, their constants and instructions, and their places.

Nothing is ever loaded or run. The file may be hostile: every length is held against the bytes that are
left, containers are kept on a list and not on Python's own stack, and a reference to something that is
not finished yet is nothing. CPython 2.7 and 3.6 to 3.14 are known.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeAlias

Version: TypeAlias = tuple[int, int]

_DEPTH = 2_000  # containers in containers; CPython itself reads no more
_OBJECTS = 1_000_000  # a file of 10 MB has a tenth of it
_FLAG = 0x80  # the object will be referred to
_ENDLESS = 1 << 62

# First and last magic number of each version, and the length of the header.
_VERSIONS: tuple[tuple[int, int, Version, int], ...] = (
    (62171, 62211, (2, 7), 8),
    (3360, 3379, (3, 6), 12),
    (3390, 3394, (3, 7), 16),
    (3400, 3413, (3, 8), 16),
    (3420, 3425, (3, 9), 16),
    (3430, 3439, (3, 10), 16),
    (3450, 3495, (3, 11), 16),
    (3500, 3531, (3, 12), 16),
    (3550, 3571, (3, 13), 16),
    (3600, 3627, (3, 14), 16),
)


class Text:
    """A string and where its characters stand in the file. Two are the same only if they are one object."""

    __slots__ = ("encoding", "end", "start", "value")

    def __init__(self, value: str | bytes, start: int, end: int, encoding: str) -> None:
        self.value = value
        self.start = start
        self.end = end
        self.encoding = encoding  # how the characters are written

    def string(self) -> str:
        """The characters, whatever kind of string it is."""
        return self.value if isinstance(self.value, str) else self.value.decode("latin-1")


class Code:
    """A code object, as far as it matters. What should be a tuple and is none is empty."""

    __slots__ = ("argcount", "cells", "code", "consts", "filename", "free", "name", "names", "variables")

    def __init__(self, numbers: list[int], fields: list[Any], version: Version) -> None:
        self.argcount = numbers[0]
        self.code = fields[0] if isinstance(fields[0], Text) else None
        self.consts, self.names, self.variables = map(_tuple, fields[1:4])
        self.filename, self.name = (
            item.string() if isinstance(item, Text) else ""
            for item in (fields[5:7] if version >= (3, 11) else fields[6:8])
        )
        # What LOAD_DEREF counts through: all local names, or those of cells and then the free ones.
        self.cells, self.free = (
            (self.variables, ()) if version >= (3, 11) else (_tuple(fields[5]), _tuple(fields[4]))
        )

    def cell(self, index: int) -> str:
        """The name of a variable that functions share."""
        if index < len(self.cells):
            return name_at(self.cells, index)
        return name_at(self.free, index - len(self.cells))


def _tuple(value: object) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else ()


def name_at(names: tuple[Any, ...], index: int) -> str:
    """A name from a table of them; empty if there is none."""
    found = names[index] if 0 <= index < len(names) else None
    return found.string() if isinstance(found, Text) else ""


class Unreadable(Exception):
    """The bytes are not what CPython writes."""


class Marshalled(NamedTuple):
    """A file that could be read: its module first, then all further code objects."""

    version: Version
    codes: tuple[Code, ...]
    end: int  # what comes behind belongs to nobody


def unmarshal(data: bytes) -> Marshalled:
    """The code objects of a `.pyc` file. Raises `Unreadable` if it is none of a known version."""
    magic = int.from_bytes(data[:2], "little")
    for first, last, version, header in _VERSIONS:
        if first <= magic <= last and data[2:4] == b"\r\n":
            reader = _Reader(data, header, version)
            top = reader.read()
            if not isinstance(top, Code):
                raise Unreadable
            return Marshalled(version, tuple(reader.codes[::-1]), reader.at)
    raise Unreadable


class _Open:
    """A container whose items are being read."""

    __slots__ = ("items", "kind", "numbers", "reference", "size")

    def __init__(self, kind: str, size: int, reference: int) -> None:
        self.kind = kind
        self.size = size
        self.reference = reference
        self.items: list[Any] = []
        self.numbers: list[int] = []


_OPENED, _END = object(), object()
_NUMBERS = {(2, 7): 4, (3, 6): 5, (3, 7): 5, (3, 8): 6, (3, 9): 6, (3, 10): 6}
_BEFORE_LINE = 8  # objects of a code object before its line number


class _Reader:
    """Reads objects from the front. Sequences are tuples, numbers themselves, and all else is None."""

    def __init__(self, data: bytes, at: int, version: Version) -> None:
        self.at = at
        self.codes: list[Code] = []
        self._data = data
        self._version = version
        self._references: list[Any] = []
        self._interned: list[Text] = []  # of 2.7, which counts nothing else
        self._open: list[_Open] = []
        self._left = _OBJECTS

    def read(self) -> object:
        """One object with everything in it."""
        while True:
            value = self._next()
            while value is not _OPENED:
                if not self._open:
                    return value
                if not self._is_last(value):
                    break
                value = self._closed(self._open.pop())

    def _is_last(self, value: object) -> bool:
        """Puts a value into the innermost container; whether that is complete now."""
        into = self._open[-1]
        if value is _END:
            if into.kind != "{" or len(into.items) % 2:
                raise Unreadable
            return True
        into.items.append(value)
        if into.kind == "c" and len(into.items) == _BEFORE_LINE:
            self._long()
        return len(into.items) >= into.size

    def _closed(self, done: _Open) -> object:
        value: object
        if done.kind == "c":
            value = Code(done.numbers, done.items, self._version)
            self.codes.append(value)
        else:
            value = None if done.kind == ":" else tuple(done.items)
        if done.reference >= 0:
            self._references[done.reference] = value
        return value

    def _next(self) -> object:
        """A value, or `_OPENED` if it is a container that has begun."""
        code = self._byte()
        self._left -= 1
        if self._left < 0:
            raise Unreadable
        kind = chr(code & ~_FLAG)
        is_kept = code >= _FLAG
        if kind in "NTFS.":
            return None
        if kind in "([{<>c:)":
            return self._container(kind, is_kept)
        if kind == "0":
            return _END
        if kind == "r":
            return self._reference(self._references)
        if kind == "R" and self._version < (3, 0):
            return self._reference(self._interned)
        read = _LEAVES.get(kind)
        if read is None:
            raise Unreadable
        value = read(self, kind)
        if is_kept:
            self._references.append(value)
        return value

    def _container(self, kind: str, is_kept: bool) -> object:
        reference = -1
        if is_kept:
            reference = len(self._references)
            self._references.append(None)
        opened = _Open(kind, self._size_of(kind), reference)
        if kind == "c":
            count = _NUMBERS.get(self._version, 5)
            opened.numbers = [self._long() for _ in range(count)]
        if opened.size == 0:
            return self._closed(opened)
        if len(self._open) >= _DEPTH:
            raise Unreadable
        self._open.append(opened)
        return _OPENED

    def _size_of(self, kind: str) -> int:
        if kind == "{":
            return _ENDLESS
        if kind == "c":
            return _BEFORE_LINE + (2 if self._version >= (3, 11) else 1)
        if kind == ":":
            return 3
        size = self._byte() if kind == ")" else self._long()
        if not 0 <= size <= len(self._data) - self.at:
            raise Unreadable
        return size

    def _reference(self, known: list[Any]) -> object:
        index = self._long()
        if not 0 <= index < len(known):
            raise Unreadable
        return known[index]

    # leaves

    def _byte(self) -> int:
        self.at += 1
        if self.at > len(self._data):
            raise Unreadable
        return self._data[self.at - 1]

    def _long(self) -> int:
        return int(struct.unpack("<i", self._take(4))[0])

    def _take(self, length: int) -> bytes:
        start = self.at
        if not 0 <= length <= len(self._data) - start:
            raise Unreadable
        self.at = start + length
        return self._data[start : self.at]

    def _number(self, kind: str) -> int | None:
        if kind == "i":
            return self._long()
        if kind == "l":
            self._take(abs(self._long()) * 2)
        elif kind in "fx":
            for _ in range("fx".index(kind) + 1):
                self._take(self._byte())
        else:
            self._take({"I": 8, "g": 8, "y": 16}[kind])
        return None

    def _text(self, kind: str) -> Text:
        length = self._byte() if kind in "zZ" else self._long()
        raw = self._take(length)
        start = self.at - length
        if kind == "s" and self._version >= (3, 0):
            return Text(raw, start, self.at, "latin-1")
        text = _decoded(raw, start, "latin-1" if kind in "aAzZ" else "utf-8")
        if kind == "t" and self._version < (3, 0):
            self._interned.append(text)
        return text


def _decoded(raw: bytes, start: int, encoding: str) -> Text:
    try:
        return Text(raw.decode(encoding, "surrogatepass"), start, start + len(raw), encoding)
    except UnicodeDecodeError:
        return Text(raw.decode("latin-1"), start, start + len(raw), "latin-1")


_LEAVES: dict[str, Callable[[_Reader, str], object]] = {
    **dict.fromkeys("iIlfgxy", _Reader._number),
    **dict.fromkeys("zZaAuts", _Reader._text),
}


# --- instructions --------------------------------------------------------------------------------

# The instructions that move what is followed, by number. Several may share a name, where they do the same
# to the stack: UNARY takes one value and leaves one, BINARY takes two, PUSH leaves one that is not known.


def _table(text: str) -> dict[int, str]:
    """Names by number, from `NAME number,first-last` and so on."""
    words = text.split()
    found: dict[int, str] = {}
    for name, numbers in zip(words[::2], words[1::2], strict=True):
        for part in numbers.split(","):
            first, _, last = part.partition("-")
            found.update(dict.fromkeys(range(int(first), int(last or first) + 1), name))
    return found


_SHARED = """
    POP_TOP 1,96 NOP 9,85,91,98,126 UNARY 10-12,15,68 BINARY 107 BINARY_SUBSCR 25 STORE_SUBSCR 60
    RETURN_VALUE 83 STORE_NAME 90 UNPACK_SEQUENCE 92 STORE_ATTR 95 STORE_GLOBAL 97 LOAD_CONST 100
    LOAD_NAME 101 BUILD_ROW 102-104 BUILD_MAP 105 LOAD_ATTR 106 IMPORT_NAME 108 IMPORT_FROM 109
    JUMP_FORWARD 110 POP_TOP 111,112,114,115 LOAD_GLOBAL 116 LOAD_FAST 124 STORE_FAST 125 MAKE_FUNCTION 132
"""
_UNTIL_310 = """
    SWAP_2 2 ROT_3 3 COPY_1 4 BINARY 19-24,26-29,55-57,59,62-67,75-79 NOP 87,113,120,122
    CALL_FUNCTION 131 PUSH 135 LOAD_DEREF 136 STORE_DEREF 137 SET_ADD 146 MAP_ADD 147
"""
_FROM_36 = """
    PUSH 71 EXTENDED_ARG 144 ADD 145,146 FORMAT 155 BUILD_CONST_KEY_MAP 156 BUILD_STRING 157
    CALL_FUNCTION_EX 142 EXTEND 162-165 LOAD_METHOD 160
"""
_TABLES = {
    (2, 7): _table(
        _SHARED
        + _UNTIL_310
        + "ROT_4 5 UNARY 13 BINARY 58 STORE_MAP 54 POP_TOP 71 NOP 72 PUSH 82 ADD 94,146 EXTENDED_ARG 145"
    ),
    (3, 6): _table(
        _SHARED
        + _UNTIL_310
        + _FROM_36
        + """
        COPY_2 5 ROT_4 6 BINARY 16,17,117,118 CALL_FUNCTION_KW 141 LOAD_DEREF 148 BUILD_ROW 149-153,158
        CALL_METHOD 161 ROT 99"""
    ),
    (3, 11): _table(
        _SHARED
        + _FROM_36
        + """
        PUSH_NULL 2 PUSH 87,136 SWAP 99 BINARY 117,118 COPY 120 RETURN_CONST 121 BINARY_OP 122
        LOAD_FAST 127 POP_TOP 128,129 NOP 0,135,140,149,151,166 LOAD_DEREF 137 STORE_DEREF 138
        LOAD_SUPER_ATTR 141 MAP_ADD 147 CALL 171 KW_NAMES 172"""
    ),
    (3, 13): _table("""
        NOP 0,30,37,62,65-67,77,94,149 BINARY_SUBSCR 5 UNARY 14,19,40-43,55,60 PUSH 24,25,86 MAKE_FUNCTION 26
        POP_TOP 32,97-100 PUSH_NULL 34 RETURN_VALUE 36 STORE_SUBSCR 39 BINARY_OP 45 BUILD_CONST_KEY_MAP 46
        BUILD_ROW 47,49,52 BUILD_MAP 48 BUILD_STRING 51 CALL 53 CALL_FUNCTION_EX 54 CALL_KW 57
        BINARY 15,56,58,59,76 COPY 61 EXTEND 68,69,81,107 EXTENDED_ARG 71 IMPORT_FROM 74 IMPORT_NAME 75
        JUMP_FORWARD 79 ADD 80,105 LOAD_ATTR 82 LOAD_CONST 83 LOAD_DEREF 84 LOAD_FAST 85,87 LOAD_FAST_TWICE 88
        LOAD_GLOBAL 91 LOAD_NAME 92 LOAD_SUPER_ATTR 93 MAP_ADD 95 RETURN_CONST 103 SET_FUNCTION_ATTRIBUTE 106
        STORE_ATTR 108 STORE_DEREF 109 STORE_FAST 110 STORE_FAST_LOAD_FAST 111 STORE_FAST_TWICE 112
        STORE_GLOBAL 113 STORE_NAME 114 SWAP 115 UNPACK_SEQUENCE 117"""),
    (3, 14): _table("""
        NOP 0,27,28,36,60,63-65,75,97,128 CALL_FUNCTION_EX 4 UNARY 12,16,39-42,53,58 PUSH 21,22,81,85
        LOAD_SMALL_INT 94 MAKE_FUNCTION 23
        POP_TOP 31,100-103 PUSH_NULL 33 RETURN_VALUE 35 STORE_SUBSCR 38 BINARY_OP 44
        BUILD_ROW 46,48,51 BUILD_MAP 47 BUILD_STRING 50 CALL 52 CALL_KW 55 BINARY 13,54,56,57,74 COPY 59
        EXTEND 66,67,79,109 EXTENDED_ARG 69 IMPORT_FROM 72 IMPORT_NAME 73 JUMP_FORWARD 77 ADD 78,107
        LOAD_ATTR 80 LOAD_CONST 82 LOAD_DEREF 83 LOAD_FAST 84,86,88 LOAD_FAST_TWICE 87,89 LOAD_GLOBAL 92
        LOAD_NAME 93 LOAD_SUPER_ATTR 96 MAP_ADD 98 SET_FUNCTION_ATTRIBUTE 108 STORE_ATTR 110 STORE_DEREF 111
        STORE_FAST 112 STORE_FAST_LOAD_FAST 113 STORE_FAST_TWICE 114 STORE_GLOBAL 115 STORE_NAME 116 SWAP 117
        UNPACK_SEQUENCE 119"""),
}
_WITH_ARGUMENT = 90  # in 2.7, where only these have one


def instructions(code: bytes, version: Version) -> Iterator[tuple[int, str, int]]:
    """Offset behind, name and argument of each instruction; no name where it is not followed."""
    names = _TABLES[max(known for known in _TABLES if known <= version)]
    extended = at = 0
    while at + 1 < len(code) or (at < len(code) and version < (3, 0)):
        number = code[at]
        if version >= (3, 0):
            argument, at, width = code[at + 1], at + 2, 8
        elif number < _WITH_ARGUMENT:
            argument, at, width = 0, at + 1, 16
        else:
            argument, at, width = int.from_bytes(code[at + 1 : at + 3], "little"), at + 3, 16
        argument |= extended
        name = names.get(number, "")
        extended = (argument << width) & 0xFFFFFFFF if name == "EXTENDED_ARG" else 0
        if name != "EXTENDED_ARG":
            yield at, name, argument
