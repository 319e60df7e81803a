"""Binary files as facts: the rows of SQLite databases, the texts of pickles, and printable text in anything.

Everything is read as bytes. A file may be hostile, so that nothing of it is opened with a database
library or unpickled, and what is of no interest is not looked at: first the runs of letters and
digits that could be a key are found, then only what stands around them is read.
"""

from __future__ import annotations

import re
from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from operator import itemgetter
from typing import NamedTuple

from binlint import candidates
from binlint.facts import Facts, Literal, Mention, Region, Scope, Slot, StringPlace
from binlint.finding import Place
from binlint.names import NameReading, read_name, split_name
from binlint.shapes import Shape, classify
from binlint.syntax.company import company_of
from binlint.syntax.lexical import Lines, mentions
from binlint.syntax.pickled import looks_like_pickle, read_pickles
from binlint.syntax.sqlite import MAGIC, Database, Row

_ADVICE = "a program has written this file, and may keep in it what it has deleted: delete the whole file"
_KEY = 64
_FINDS = 10_000  # values that are reported of one file
_PEM = re.compile(re.escape(candidates.PEM) + b"|" + re.escape(candidates.ED25519))
_PEM_REACH = 8_000
_PRIVATE = (Shape.PRIVATE_KEY, Shape.ENCRYPTED_PRIVATE_KEY)
_MODULE = Scope("module", -1, -1, "", {}, {}, frozenset())


def compile_binary(path: str, data: bytes) -> Facts:
    """The facts of a binary file, however damaged: its key-shaped values, and what they are called."""
    reader = _Reader(data)
    if data.startswith(MAGIC):
        reader.read_database()
    else:
        reader.read_others()
    return reader.facts(path)


def may_hold(data: bytes) -> bool:
    """Whether a binary file could hold a key or private key: a cheap question, put to the bytes."""
    if _PEM.search(data):
        return True
    if not data.startswith(MAGIC):
        if looks_like_pickle(data) and _may_be_anything(data):
            return True
        if any(_key_in(data, start, end) is not None for start, end in candidates.runs(data)):
            return True
        return any(_is_mixed(data[start:end:2]) for start, end in _wide_runs(data))
    database = Database(data)
    if database.codec != "utf-8":
        return _wide_pem(data) or any(_is_mixed(data[start:end:2]) for start, end in _wide_runs(data))
    return any(_is_text_of_row(data, start, end) for start, end in candidates.runs(data))


# --- what could be a key -------------------------------------------------------------------------

_DIGESTS = re.compile(rb"[0-9a-f]{32,}|[0-9A-F]{32,}")
_LOST = 8  # letters of a key beside a digest that read as a part of it
_KEY_TYPE = b"\x81\x0d"  # of a text of 64 bytes, in the head of a row
_BEFORE_VALUE = (b"=", b":", b'"', b"'", b" ", b"\n")  # inside a text of several words
_HEAD = 4_200  # bytes of a row's head: 2,000 columns


def _is_mixed(run: bytes) -> bool:
    """Whether a run may hold a key somewhere. Texts in a row of a database stand back to back."""
    if run.islower() or run.isupper() or run.isalpha() or run.isdigit():
        return False
    return len(run) <= _KEY or len(_DIGESTS.sub(b"", run)) >= _KEY - _LOST


def _is_text_of_row(data: bytes, start: int, end: int) -> bool:
    if not _is_mixed(data[start:end]):
        return False
    if _key_in(data, start, end) is not None or data[start - 1 : start] in _BEFORE_VALUE:
        return True
    return _KEY_TYPE in data[max(0, start - _HEAD) : end]


# A length, as it is written before a text of 64 bytes.
_LENGTHS = (b"@", b"@\0", b"@\0\0\0", b"\0@", b"@\0\0\0\0\0\0\0")
_TAIL = 4  # letters that may follow it: the type of the next value
_BASE64 = (b"+", b"/", b"_", b"-")
_TEXT_OPCODE = ord("V")  # of a text in old pickles, which a line break ends


def _key_in(data: bytes, start: int, end: int) -> int | None:
    """Where in a run of a binary file exactly 64 letters and digits stand apart, or None."""
    length = end - start
    if length > _KEY + _TAIL:
        return None
    if length > _KEY:
        if data[start] == _TEXT_OPCODE and length == _KEY + 1 and data[end : end + 1] in (b"\n", b"\r"):
            start += 1
        elif not data.endswith(_LENGTHS, max(0, start - 8), start):
            return None
    elif data[start - 1 : start] in _BASE64 or data[end : end + 1] in (*_BASE64, b"="):
        return None
    return start if _is_mixed(data[start : start + _KEY]) else None


def _wide_runs(data: bytes) -> Iterator[tuple[int, int]]:
    """The runs of UTF-16 text, as offsets of its letters, in either byte order."""
    return merge(_wide_runs_at(data, 0), _wide_runs_at(data, 1))


_NULS = re.compile(rb"\0{63,}")


def _wide_runs_at(data: bytes, parity: int) -> Iterator[tuple[int, int]]:
    for start, end in candidates.runs(data[parity::2]):
        start, end = 2 * start + parity, 2 * end + parity
        for found in _NULS.finditer(data[start + 1 : end - 1 : 2]):
            yield start + 2 * found.start(), start + 2 * found.end() + 2


def _wide_pem(data: bytes) -> bool:
    return candidates.PEM.decode().encode("utf-16-le")[:-1] in data


def _spans_of(data: bytes, head: bytes) -> Iterator[tuple[int, int]]:
    at = data.find(head)
    while at >= 0:
        yield at, at + len(head)
        at = data.find(head, at + len(head))


def _heads(data: bytes, codec: str) -> Iterator[tuple[int, int]]:
    """Where a private key may be: what its PEM header ends with, or what a bare one begins with."""
    heads = (head.decode().encode(codec) for head in (candidates.PEM, candidates.ED25519))
    return merge(*(_spans_of(data, head) for head in heads))


# --- the reader ----------------------------------------------------------------------------------


class _Found(NamedTuple):
    """A text that may be or hold a credential, and what is known about it."""

    value: str
    start: int
    end: int
    codec: str
    parts: tuple[str, ...]  # of its name
    beside: tuple[tuple[str, str], ...]  # short texts of the same row or dict, by their names
    region: str = ""

    def __repr__(self) -> str:
        return f"_Found({self.start}, {self.end})"


class _Reader:
    """Collects the values of one file."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._slots: list[Slot] = []
        self._strings: list[StringPlace] = []
        self._mentions: list[Mention] = []
        self._regions: dict[Place, str] = {}
        self._values: set[str] = set()
        self._spans = _Spans()
        self._group = 0
        self._region = "inside a binary file"
        self._names: dict[str, None] = {}  # of classes, for the company

    def facts(self, path: str) -> Facts:
        """What was collected."""
        if not self._strings and not self._mentions:
            return Facts(path=path, scopes=(_MODULE,), has_material=False)
        company = company_of(self._around())
        return Facts(
            path=path,
            scopes=(_MODULE,),
            slots=tuple(self._slots),
            strings=tuple(self._strings),
            mentions=tuple(self._mentions),
            company=company.phrases,
            only_testnet=company.only_testnet,
            other_hosts=company.other_hosts,
            signs=company.signs,
            regions=self._all_regions(),
        )

    def _all_regions(self) -> tuple[Region, ...]:
        if not self._regions:
            return (Region(Place(1, 1, 1, len(self._data) + 1), self._region, _ADVICE),)
        return tuple(Region(place, text, _ADVICE) for place, text in sorted(self._regions.items()))

    def _is_full(self) -> bool:
        return len(self._slots) + len(self._mentions) >= _FINDS

    # databases

    def read_database(self) -> None:
        """The rows that hold something, those of tables first; then what stands in no row."""
        self._region = "inside a database"
        database = Database(self._data)
        copies: list[Row] = []
        left: list[tuple[int, int]] = []
        for start, end, row in database.rows(self._spans_of_database(database.codec)):
            if self._is_full():
                break
            if row is None:
                left.append((start, end))
            elif not row.is_copy:
                self._take_row(row, database.codec)
            else:
                copies.append(row)
            if len(left) + len(copies) >= _FINDS:
                break
        for row in copies:
            self._take_row(row, database.codec)
        if database.codec == "utf-8":
            self._take_loose(_apart(self._data, left))
        else:
            self._take_wide(left)

    def _spans_of_database(self, codec: str) -> Iterator[tuple[int, int]]:
        data = self._data
        step = 1 if codec == "utf-8" else 2
        runs = candidates.runs(data) if step == 1 else _wide_runs(data)
        mixed = ((start, end) for start, end in runs if _is_mixed(data[start:end:step]))
        return merge(mixed, _heads(data, codec))

    def _take_row(self, row: Row, codec: str) -> None:
        self._group += 1
        texts = [(value.column, _readable(value.value)) for value in row.values]
        beside = tuple((column, text) for column, text in texts if text and len(text) < _KEY)
        is_plain = row.table.isprintable() and 0 < len(row.table) <= _NAME_LENGTH
        region = f"a row of {row.table}" if is_plain else "a row of a database"
        for value in row.values:
            parts = (row.table, value.column)
            if isinstance(value.value, bytes):
                if looks_like_pickle(value.value):
                    self._take_pickles(value.start, value.end, parts, beside, region)
                    continue
                text, encoding = value.value.decode("latin-1"), "latin-1"
            else:
                text, encoding = value.value, codec
            if row.is_copy and self._is_known(text):
                continue
            found = _Found(text, value.start, value.end, encoding, parts, beside, region)
            self._take(found)

    def _is_known(self, text: str) -> bool:
        """Whether a copy says only what the table says."""
        if len(text) <= _KEY:
            return text in self._values
        return any(mention.value in self._values for mention in mentions(text))

    # pickles and others

    def read_others(self) -> None:
        """The texts of pickles with their names; in what is left, what stands apart."""
        data = self._data
        if looks_like_pickle(data):
            if not _may_be_anything(data):
                return
            self._region = "inside a pickle"
            self._take_pickles(0, len(data), (), (), "")
        self._take_loose(merge(_apart(data, candidates.runs(data)), _heads(data, "utf-8")))
        self._take_wide(merge(_wide_runs(data), _heads(data, "utf-16-le")))

    def _take_pickles(
        self, start: int, end: int, parts: tuple[str, ...], beside: tuple[tuple[str, str], ...], region: str
    ) -> None:
        """The texts of the pickles at an offset."""
        first = self._group + 1
        read = read_pickles(self._data[start:end])
        self._names.update(dict.fromkeys(read.names))
        for text in read.texts:
            classes = [name for name in text.classes if _names_somebody(name)]
            path = (*parts, *classes[-1:], *text.path)
            span = start + text.start, start + text.end
            self._group = first + text.group
            self._take(_Found(text.value, *span, "utf-8", path, (*text.beside, *beside), region))

    def _take_loose(self, spans: Iterable[tuple[int, int]]) -> None:
        """What stands in no row and in no pickle that is known: in a pickle all the same, or in any text."""
        data, pickles, done = self._data, _PICKLES, 0
        for start, end in spans:
            if self._is_full():
                return
            if start < done or self._spans.hold(start):
                continue
            at = _pickle_before(data, start) if pickles > 0 else None
            if at is not None:
                pickles -= 1
                self._take_pickles(at, min(len(data), end + _EMBEDDED), (), (), "")
            if self._spans.hold(start):
                continue
            if end - start == _KEY and not _is_in_block(data, start):
                self._take_mentions(_around_key(data, start, end), start)
            elif end - start != _KEY:
                window = _block(data, start)
                self._take_mentions(window)
                done = max(end, window.start + len(window.text) - _PEM_REACH // 2)

    def _take_wide(self, spans: Iterable[tuple[int, int]]) -> None:
        """The same for UTF-16, which pickles do not hold."""
        done = 0
        for start, end in spans:
            if self._is_full():
                return
            if start < done or self._spans.hold(start):
                continue
            low = max(start % 2, start - _PEM_REACH)
            text = self._data[low : end + 2 * _PEM_REACH][::2]
            at, stop = (start - low) // 2, (end - low + 1) // 2
            if stop - at == _KEY and _is_mixed(text[at:stop]) and not _is_in_block(text, at):
                self._take_mentions(_around_key(text, at, stop).widened(low), start)
            elif not text[at:stop].isalnum() or text[at:stop] == candidates.ED25519:
                window = _block(text, at).widened(low)
                self._take_mentions(window)
                done = max(end, window.start + 2 * len(window.text) - _PEM_REACH)

    def _take_mentions(self, window: _Window, only: int = -1) -> None:
        """What a text of the file mentions; only the value at one offset, if that is given."""
        offsets = _Offsets(window.text, "latin-1")
        for mention in mentions(window.text):
            start, end = (window.start + window.step * at for at in offsets.span(mention.place))
            if mention.value in self._values or self._spans.hold(start) or only not in (-1, start):
                continue
            name = mention.name
            if not _says_something(read_name(name)):
                name = _label_before(self._data, start, window.step) or name.strip("@")
            self._mention(mention._replace(name=name), start, end)

    # values

    def _take(self, found: _Found) -> None:
        """A text with a name: a credential itself, or a text that holds some."""
        if self._is_full() or len(found.value) < _KEY - 4:
            return
        place = _place(found.start, found.end)
        if _is_credential(found.value):
            literal = Literal(found.value, place)
            self._spans.add(found.start, found.end)
            self._values.add(found.value)
            self._slots.append(Slot(_name(found), literal, place, 0, self._group))
            self._strings.append(StringPlace(literal, 0, place, False))
            self._remember(place, found.region)
            return
        inner = list(mentions(found.value))
        if inner:
            offsets = _Offsets(found.value, found.codec)
            for mention in inner:
                start, end = offsets.span(mention.place)
                name = mention.name if _says_something(read_name(mention.name)) else _name(found)
                owner = "" if _names_somebody(name) else _owner(found.beside, found.parts)
                name = f"{owner}.{name}" if owner and name else name
                self._mention(
                    mention._replace(name=name), found.start + start, found.start + end, found.region
                )

    def _mention(self, mention: Mention, start: int, end: int, region: str = "") -> None:
        place = _place(start, end)
        self._spans.add(start, end)
        self._values.add(mention.value)
        self._mentions.append(mention._replace(place=place))
        self._remember(place, region)

    def _remember(self, place: Place, region: str) -> None:
        if region:
            self._regions[place] = region

    # company

    def _around(self) -> str:
        """The readable text near the finds, and whether anything in the file names Binance."""
        text: list[str] = [*self._names][:_CLASSES]
        left, after = _READABLE, 0
        for place in sorted([slot.place for slot in self._slots] + [each.place for each in self._mentions]):
            start, end = max(after, place.column - 1 - _NEAR), place.end_column - 1 + _NEAR
            if left <= 0:
                break
            raw = self._data[start:end][:left]
            left, after = left - len(raw), max(after, end)
            text.append(_UNPRINTABLE.sub(b"\n", raw.replace(b"\0", b"")).decode("latin-1"))
        narrow = self._data.replace(b"\0", b"") if b"i\0n\0a\0n\0c\0e" in self._data else self._data
        if candidates.names_binance(narrow):
            text.append("binance")
        return "\n".join(text)


_READABLE = 200_000
_NEAR = 2_000
_CLASSES = 2_000
_UNPRINTABLE = re.compile(rb"[^\t\n\r -~\x80-\xff]+")
_PICKLES = 200  # that are looked for inside other files
_EMBEDDED = 4_096  # how far before a value a pickle begins


class _Spans:
    """What was read already, so that nothing is told twice."""

    def __init__(self) -> None:
        self._spans: list[tuple[int, int]] = []

    def add(self, start: int, end: int) -> None:
        insort(self._spans, (start, end))

    def hold(self, offset: int) -> bool:
        at = bisect_right(self._spans, offset, key=itemgetter(0)) - 1
        return at >= 0 and offset < self._spans[at][1]


def _place(start: int, end: int) -> Place:
    """A binary file has one line; its columns are bytes."""
    return Place(1, start + 1, 1, end + 1)


def _is_credential(value: str) -> bool:
    """Whether a text is a key or private key as a whole."""
    if len(value) == _KEY:
        return classify(value) in (Shape.KEY, Shape.PRIVATE_KEY)
    return value.startswith(("-----BEGIN ", "MII", "MHc", "MIG")) and classify(value) in _PRIVATE


def _may_be_anything(data: bytes) -> bool:
    """Whether a pickle is worth reading."""
    return bool(_PEM.search(data)) or any(_is_mixed(data[start:end]) for start, end in candidates.runs(data))


def _apart(data: bytes, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The keys in runs that stand apart in any file; heads of private keys pass."""
    for start, end in spans:
        at = _key_in(data, start, end) if end - start >= _KEY else start
        if at is not None:
            yield at, at + _KEY if end - start >= _KEY else end


_PICKLE = re.compile(rb"\x80[\x02-\x05][\x95}\](cX\x8c\x8eU)T\x96CBKMJN\x88\x89G\x80]")


def _pickle_before(data: bytes, offset: int) -> int | None:
    """Where the pickle begins that may hold what stands at an offset."""
    at = None
    for found in _PICKLE.finditer(data, max(0, offset - _EMBEDDED), offset):
        at = found.start()
    return at


# --- text ----------------------------------------------------------------------------------------

_PRINTABLE = bytes(range(0x20, 0x7F)) + b"\t\r\n"
_BACK, _FORTH = 300, 200


class _Window(NamedTuple):
    """Printable text of a file, where it begins, and how many bytes a character takes."""

    text: str
    start: int
    step: int = 1

    def widened(self, start: int) -> _Window:
        """The same text in a file where it is UTF-16, with its offsets counted from `start`."""
        return _Window(self.text, start + 2 * self.start, 2)


def _around_key(data: bytes, start: int, end: int) -> _Window:
    """The printable text around a key; letters that touch it belong to something else."""
    left, right = data[max(0, start - _BACK) : start], data[end : end + _FORTH]
    kept = 0 if left[-1:].isalnum() else len(left) - len(left.rstrip(_PRINTABLE))
    follow = 0 if right[:1].isalnum() else len(right) - len(right.lstrip(_PRINTABLE))
    raw = data[start - kept : end + follow]
    return _Window(raw.decode("latin-1"), start - kept)


def _block(data: bytes, head: int) -> _Window:
    """The printable text around the head of a private key, with what names it."""
    left, right = data[max(0, head - _BACK) : head], data[head : head + _PEM_REACH]
    kept = len(left) - len(left.rstrip(_PRINTABLE))
    follow = len(right) - len(right.lstrip(_PRINTABLE))
    return _Window(data[head - kept : head + follow].decode("latin-1"), head - kept)


def _is_in_block(data: bytes, offset: int) -> bool:
    """Whether a line of letters and digits belongs to a certificate or a key in PEM."""
    low = max(0, offset - _PEM_REACH)
    return data.rfind(b"-----BEGIN ", low, offset) > data.rfind(b"-----END ", low, offset)


class _Offsets:
    """Turns places of a text into offsets of its bytes."""

    def __init__(self, text: str, codec: str) -> None:
        self._text = text
        self._starts = Lines(text).starts
        self._codec = codec
        self._is_single = codec == "latin-1" or (codec == "utf-8" and text.isascii())
        self._last = (0, 0)

    def span(self, place: Place) -> tuple[int, int]:
        return self._at(place.line, place.column), self._at(place.end_line, place.end_column)

    def _at(self, line: int, column: int) -> int:
        offset = self._starts[line - 1] + column - 1
        if self._is_single:
            return offset
        before, length = self._last if self._last[0] <= offset else (0, 0)
        length += len(self._text[before:offset].encode(self._codec, "surrogatepass"))
        self._last = offset, length
        return length


def _readable(value: str | bytes) -> str:
    if isinstance(value, str):
        return value
    return value.decode("ascii") if len(value) < _KEY and value.isascii() else ""


# --- names ---------------------------------------------------------------------------------------

_GENERIC = frozenset(
    "value values val v data content contents text payload blob _value _value_ _secret_value".split()
)
_LABEL = re.compile(r"[^\W\d][\w.\-/: ]{1,60}")
_PLAIN = re.compile(r"[A-Za-z][\w.\- ]{2,30}")
_WHOSE = frozenset(
    "exchange platform provider service broker venue vendor market source name label account".split()
)
_COINS = frozenset(["ethereum"])  # what a row trades, not whom it belongs to
_NAME_LENGTH = 60
_PARTS = 6


def _names_somebody(name: str) -> bool:
    reading = read_name(name)
    return reading.company or reading.vendor is not None


def _says_something(reading: NameReading) -> bool:
    return reading.kind is not None or reading.innocent or reading.vendor is not None


def _name(found: _Found) -> str:
    """What a value is called: its path, the label beside it where that says more, and whose it is."""
    parts = [part for part in found.parts if part and len(part) <= _NAME_LENGTH][-_PARTS:]
    while len(parts) > 1 and parts[-1].lower() in _GENERIC and read_name(parts[-2]).kind is not None:
        parts.pop()
    reading = read_name(".".join(parts))
    is_generic = not parts or parts[-1].lower() in _GENERIC
    if is_generic or (reading.kind is None and not reading.innocent):
        label = _label_beside(found.beside, is_generic)
        if label:
            parts = [*parts[:-1], label]
    name = ".".join(parts)
    prefix = _exchange(found.beside, parts)
    return f"{prefix}.{name}" if prefix and name else name


def _label_beside(beside: Sequence[tuple[str, str]], is_generic: bool) -> str:
    """The text of a row that names another: of `settings(name, value)`, `api_key`."""
    for _, text in beside:
        if _LABEL.fullmatch(text) and text.count(" ") < 4:
            reading = read_name(text)
            if reading.kind is not None or (is_generic and reading.innocent):
                return text
    return ""


def _owner(beside: Sequence[tuple[str, str]], parts: Sequence[str]) -> str:
    """Whose a value is, by its own name or by what stands beside it."""
    own = read_name(".".join(parts))
    return "binance" if own.company else own.vendor or _exchange(beside, parts)


def _exchange(beside: Sequence[tuple[str, str]], parts: Sequence[str]) -> str:
    """Whose a value is, by a short text beside it; empty if its own name says it already."""
    own = read_name(".".join(parts))
    if own.company or own.vendor:
        return ""
    telling = [text for column, text in beside if _WHOSE & set(split_name(column))]
    for texts in (telling, [text for _, text in beside]):
        readings = [read_name(text) for text in texts if _PLAIN.fullmatch(text) and text.count(" ") < 3]
        if any(reading.company for reading in readings):
            return "binance"
        vendor = next((r.vendor for r in readings if r.vendor and r.vendor not in _COINS), None)
        if vendor is not None:
            return vendor
    return ""


_WORDS = re.compile(rb"(?<![ -~])[ -~]??([A-Za-z][A-Za-z0-9_.\-]{2,39})(?![A-Za-z0-9])")
_WINDOW = 400


def _measured(window: bytes, start: int, end: int) -> str:
    """A word, without the type of the next value behind it if a length stands before it."""
    length = window[start - 1] if start else 0
    return window[start : start + length if 0 < end - start - length <= 2 else end].decode("ascii")


def _label_before(data: bytes, offset: int, step: int) -> str:
    """The last short text before a value if it reads as a credential, and before that whose it is."""
    window = data[max(offset % step, offset - _WINDOW * step) : offset][::step]
    words = [_measured(window, *found.span(1)) for found in _WORDS.finditer(window)]
    if not words or not _says_something(read_name(words[-1])):
        return ""
    name = words.pop()
    owners = (_exchange([("", word)], [name]) for word in reversed(words) if len(word) > 3)
    owner = next(filter(None, owners), "")
    return f"{owner}.{name}" if owner else name
