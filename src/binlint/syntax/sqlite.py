"""Reads rows of SQLite databases from the bytes of the file, without opening it: it may be hostile.

Only the rows at the offsets that are asked for are read. Which table a page belongs to is found by
walking the b-trees once, from the root pages that the schema names; a page that no tree holds any
more (of a dropped table, or of rows that were moved) is matched by its number of columns.
"""

from __future__ import annotations

import re
import struct
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

MAGIC = b"SQLite format 3\0"

_TABLE_LEAF, _TABLE_INTERIOR, _INDEX_LEAF, _INDEX_INTERIOR = 0x0D, 0x05, 0x0A, 0x02
_ROWS = (_TABLE_LEAF, _INDEX_LEAF, _INDEX_INTERIOR)
_INTERIOR = (_TABLE_INTERIOR, _INDEX_INTERIOR)
_COLUMNS = 2_000  # SQLite's own limit
_SCHEMA = 10_000  # tables and indexes that are read
_LONGEST = 1 << 20  # bytes of one CREATE statement
_SCHEMA_BYTES = 1 << 22
_CARVED = 100  # deleted rows that are looked for; each takes some hundred tries
_FREED = 1_000  # freed blocks of a page
_BEFORE = 250  # bytes between the head of a deleted row and a value in it


class Value(NamedTuple):
    """A text or blob of a row, and where it stands in the file."""

    column: str
    value: str | bytes
    start: int
    end: int

    def __repr__(self) -> str:
        return f"Value({self.column!r}, {self.start}, {self.end})"


class Row(NamedTuple):
    """The texts and blobs of a row. A copy is an entry of an index, or was deleted."""

    table: str
    values: tuple[Value, ...]
    is_copy: bool


class Table(NamedTuple):
    """A table, or an index of one: its columns in the order of the record."""

    name: str
    columns: tuple[str, ...]
    is_index: bool = False


class Record(NamedTuple):
    """Serial types with the offsets of their values."""

    fields: tuple[tuple[int, int, int], ...]


_UNKNOWN = Table("", ())


class Database:
    """A database file, however damaged."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        size = int.from_bytes(data[16:18], "big")
        size = 65536 if size == 1 else size
        self._size = size if 512 <= size <= 65536 and size & (size - 1) == 0 else 4096
        reserved = int.from_bytes(data[20:21], "big")
        self._usable = self._size - reserved if self._size - reserved >= 480 else self._size
        self.codec = {2: "utf-16-le", 3: "utf-16-be"}.get(int.from_bytes(data[56:60], "big"), "utf-8")
        self._owners: dict[int, Table] | None = None
        self._by_width: dict[int, Table] = {}
        self._carved = 0

    def rows(self, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int, Row | None]]:
        """Each span with the row that holds its beginning; None if it stands in no row.

        A row that was given already is not given again. Spans of one page come together.
        """
        page, cells, kind, done = -1, list[int](), 0, set[int]()
        for start, end in spans:
            if start // self._size != page:
                page, done = start // self._size, set()
                kind, cells = self._kind(page), self._cells(page)
            at = bisect_right(cells, start) - 1
            cell = cells[at] if at >= 0 else -1
            following = cells[at + 1] if at + 1 < len(cells) else (page + 1) * self._size
            record = self._record_of(cell, kind, following) if kind in _ROWS and cell >= 0 else None
            if record is not None and cell <= start < max((f[2] for f in record.fields), default=0):
                if cell not in done:
                    done.add(cell)
                    yield start, end, self._row(record, self._owner(page, record, kind))
                continue
            yield start, end, self._deleted(page, start, done)

    # pages

    def _head(self, page: int) -> int:
        return page * self._size + (100 if page == 0 else 0)

    def _kind(self, page: int) -> int:
        head = self._head(page)
        return self._data[head] if head < len(self._data) else 0

    def _cells(self, page: int) -> list[int]:
        """Where the cells of a page begin, in order."""
        head, base = self._head(page), page * self._size
        array = head + (12 if self._kind(page) in _INTERIOR else 8)
        limit = min(base + self._size, len(self._data))
        count = min(self._number(head + 3, 2), max(0, limit - array) // 2)
        pointers = struct.unpack_from(f">{count}H", self._data, array) if count else ()
        return sorted({base + pointer for pointer in pointers if array < base + pointer < limit})

    def _number(self, at: int, size: int) -> int:
        return int.from_bytes(self._data[at : at + size], "big")

    def _tree(self, root: int, visited: set[int]) -> Iterator[int]:
        """The pages of a b-tree that were not visited yet; counted from 0, as everywhere here."""
        waiting = [root]
        while waiting:
            page = waiting.pop()
            if page in visited or page < 0 or page * self._size >= len(self._data):
                continue
            visited.add(page)
            yield page
            if self._kind(page) in _INTERIOR:
                waiting.append(self._number(self._head(page) + 8, 4) - 1)
                waiting.extend(self._number(cell, 4) - 1 for cell in self._cells(page))

    # records

    def _payload(self, cell: int, kind: int) -> tuple[int, int, int]:
        """Where the record of a cell begins, its length on this page, and its whole length."""
        at = cell + 4 if kind == _INDEX_INTERIOR else cell
        total, at = _varint(self._data, at)
        if kind == _TABLE_LEAF:
            _, at = _varint(self._data, at)
        usable = self._usable
        most = usable - 35 if kind == _TABLE_LEAF else (usable - 12) * 64 // 255 - 23
        if total <= most:
            return at, total, total
        least = (usable - 12) * 32 // 255 - 23
        local = least + (total - least) % (usable - 4)
        return at, local if local <= most else least, total

    def _record_of(self, cell: int, kind: int, end: int) -> Record | None:
        """What stands of a cell's record on its own page, and before the next cell."""
        try:
            at, local, _ = self._payload(cell, kind)
            return _record(self._data, at, min(at + local, end, len(self._data)))
        except IndexError:
            return None

    def _row(self, record: Record, table: Table, is_copy: bool = False) -> Row:
        values = []
        for number, (serial, start, end) in enumerate(record.fields):
            if serial < 12 or start >= end:
                continue
            column = table.columns[number] if number < len(table.columns) else ""
            raw = self._data[start:end]
            values.append(Value(column, self._text(raw) if serial % 2 else raw, start, end))
        return Row(table.name, tuple(values), is_copy or table.is_index)

    def _text(self, raw: bytes) -> str:
        """A text, decoded so that its offsets can be told: each character has a length that is known."""
        try:
            return raw.decode(self.codec)
        except UnicodeDecodeError:
            return raw.decode("latin-1" if self.codec == "utf-8" else self.codec, "replace")

    # tables

    def _owner(self, page: int, record: Record, kind: int) -> Table:
        """The table that a record of a page belongs to."""
        owners = self._tables()
        table = owners.get(page)
        if table is None and kind == _TABLE_LEAF:
            table = self._by_width.get(len(record.fields))
        return table or _UNKNOWN

    def _tables(self) -> dict[int, Table]:
        """Which table each page belongs to. Every page is visited once, whatever the file says."""
        if self._owners is not None:
            return self._owners
        self._owners = {}
        visited: set[int] = set()
        schema = [page for page in self._tree(0, visited) if self._kind(page) == _TABLE_LEAF]
        roots = list(self._schema(schema))
        for table, root in roots:
            for page in self._tree(root - 1, visited):
                self._owners[page] = table
        widths: dict[int, list[Table]] = {}
        for table, _ in roots:
            if not table.is_index:
                widths.setdefault(len(table.columns), []).append(table)
        self._by_width = {width: tables[0] for width, tables in widths.items() if len(tables) == 1}
        return self._owners

    def _schema(self, pages: Iterable[int]) -> Iterator[tuple[Table, int]]:
        """The tables and indexes of `sqlite_master`, with their root pages."""
        left, read = _SCHEMA, 0
        for page in pages:
            for cell in self._cells(page):
                body = self._whole(cell)
                left, read = left - 1, read + len(body)
                if left < 0 or read > _SCHEMA_BYTES:
                    return
                found = self._described(body)
                if found is not None:
                    yield found

    def _described(self, body: bytes) -> tuple[Table, int] | None:
        """A row of `sqlite_master`: type, name, table, root page, statement."""
        if body[:1] >= b"\x40":  # five types take less
            return None
        try:
            fields = _record(body, 0, len(body)).fields
        except IndexError:
            return None
        if len(fields) != 5:
            return None
        texts = [self._text(body[start:end]) if serial % 2 else "" for serial, start, end in fields]
        serial, start, end = fields[3]
        root = int.from_bytes(body[start:end], "big") if serial <= 6 else serial - 8
        if texts[0] == "table":
            return Table(texts[1], columns(texts[4])), root
        return (Table(texts[2], columns(texts[4]), True), root) if texts[0] == "index" else None

    def _whole(self, cell: int) -> bytes:
        """A record with its overflow pages."""
        try:
            at, local, total = self._payload(cell, _TABLE_LEAF)
        except IndexError:
            return b""
        parts, length = [self._data[at : at + local]], local
        page = self._number(at + local, 4)
        while length < min(total, _LONGEST) and page:
            base = (page - 1) * self._size
            part = self._data[base + 4 : base + self._usable]
            if not part:
                break
            parts.append(part)
            length += len(part)
            page = self._number(base, 4)
        return b"".join(parts)[:total]

    # deleted rows

    def _deleted(self, page: int, offset: int, done: set[int]) -> Row | None:
        """The row that stood around an offset before it was deleted, if its head can still be read."""
        if self._carved >= _CARVED:
            return None
        self._carved += 1
        base = self._head(page)
        limit = min((page + 1) * self._size, len(self._data))
        record = self._freed(page, offset) or self._carve(max(base, offset - _BEFORE), offset, limit)
        if record is None or record.fields[0][1] in done:
            return None
        done.add(record.fields[0][1])
        owner = self._owner(page, record, _TABLE_LEAF)
        if len(owner.columns) != len(record.fields):
            if len(owner.columns) == len(record.fields) + 1:  # the type of its first field was overwritten
                record = Record(((0, 0, 0), *record.fields))
            owner = self._by_width.get(len(record.fields), owner)
        return self._row(record, owner, is_copy=True)

    def _carve(self, low: int, offset: int, limit: int) -> Record | None:
        """A record that reaches over an offset and is as long as the types of its values say."""
        for cell in range(offset - 1, low - 1, -1):
            try:
                total, at = _varint(self._data, cell)
                _, at = _varint(self._data, at)
                if not offset - at < total <= limit - at or not 2 <= self._data[at] < 0x80:
                    continue
                record = _record(self._data, at, limit)
            except IndexError:
                continue
            if record.fields and record.fields[-1][2] == at + total and record.fields[0][1] <= offset:
                return record
        return None

    def _freed(self, page: int, offset: int) -> Record | None:
        """The record of a freed block: the four bytes at its head are lost, its end is known."""
        base = page * self._size
        at = self._number(self._head(page) + 1, 2)
        last = 0
        for _ in range(_FREED):
            size = self._number(base + at + 2, 2)
            if at <= last or size < 4:
                return None
            if base + at <= offset < base + at + size:
                return self._fitting(base + at + 4, base + at + size, offset)
            last, at = at, self._number(base + at, 2)
        return None

    def _fitting(self, first: int, end: int, offset: int) -> Record | None:
        """The record whose types begin at or soon after `first`, and whose values fill all up to `end`."""
        for start in range(first, first + 4):
            at, total, serials = start, 0, list[int]()
            try:
                while at < offset and at + total < end:
                    serial, at = _varint(self._data, at)
                    serials.append(serial)
                    total += _length(serial)
            except IndexError:
                continue
            if at + total == end and at <= offset and serials:
                return Record(tuple(_laid_out(serials, at, end)))
        return None


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of one to nine bytes, and where it ends."""
    value = 0
    for _ in range(8):
        byte = data[at]
        at += 1
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at
    return value << 8 | data[at], at + 1


_LENGTHS = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0)


def _length(serial: int) -> int:
    return (serial - 12) // 2 if serial >= 12 else _LENGTHS[serial]


def _record(data: bytes, at: int, end: int) -> Record:
    """The record at an offset; values reach no further than `end`. Raises IndexError past the data."""
    size, position = _varint(data, at)
    stop, after = min(at + size, end), at + size
    serials: list[int] = []
    while position < stop and after <= end and len(serials) < _COLUMNS:
        serial, position = _varint(data, position)
        serials.append(serial)
        after += _length(serial)
    return Record(tuple(_laid_out(serials, at + size, end)))


def _laid_out(serials: Iterable[int], at: int, end: int) -> Iterator[tuple[int, int, int]]:
    for serial in serials:
        after = at + _length(serial)
        yield serial, min(at, end), min(after, end)
        at = after


# CREATE TABLE

_TOKEN = re.compile(
    r"""--[^\n]*|/\*.*?(?:\*/|\Z)|'(?:[^']|'')*'?|"(?:[^"]|"")*"?"""
    r"""|`(?:[^`]|``)*`?|\[[^\]]*\]?|[\w$]+|\S""",
    re.DOTALL,
)
_CONSTRAINTS = frozenset(["constraint", "primary", "unique", "check", "foreign"])


def columns(sql: str) -> tuple[str, ...]:
    """The columns of a CREATE TABLE or CREATE INDEX, in the order in which a record holds them."""
    names: list[str] = []
    keys: list[str] = []
    parts, rest = _parts(sql)
    for part in parts:
        words = [token.lower() for token in part]
        if words[0] not in _CONSTRAINTS:
            if _is_stored(words):
                names.append(_unquoted(part[0]))
            if "primary" in words[1:]:
                keys.append(_unquoted(part[0]))
        elif "primary" in words:
            inner = part[words.index("(") + 1 :] if "(" in words else []
            keys.extend(_unquoted(token) for token in inner if token not in ",)")
    if "without" in rest:
        known = set(names)
        first = [key for key in dict.fromkeys(keys) if key in known]
        leading = set(first)
        names = first + [name for name in names if name not in leading]
    return tuple(names[:_COLUMNS])


def _parts(sql: str) -> tuple[list[list[str]], list[str]]:
    """The tokens between the outermost commas of the first brackets, and the words behind these."""
    parts: list[list[str]] = []
    part: list[str] = []
    rest: list[str] = []
    depth, done = 0, False
    for found in _TOKEN.finditer(sql, 0, _LONGEST):
        token = found[0]
        if token.startswith(("--", "/*")):
            continue
        if done:
            rest.append(token.lower())
            continue
        depth += (token == "(") - (token == ")")
        if (token == "(" and depth == 1) or depth < 1 or (token == "," and depth == 1):
            parts += [part] if part else []
            part, done = [], token == ")"
            depth = max(0, depth)
            if depth == 0 and not done:
                parts.clear()
        else:
            part.append(token)
    return parts + ([part] if part and depth else []), rest


def _is_stored(words: list[str]) -> bool:
    """Whether a column is in the record: one that is computed when it is read is not."""
    return "as" not in words[1:] or "stored" in words or "default" in words[: words.index("as", 1)]


def _unquoted(token: str) -> str:
    if token[:1] in "\"'`[" and len(token) > 1:
        return token[1:-1]
    return token
