"""Could this file matter? A superset of what every rule can report, decided on bytes at memory speed.

Two questions, the cheap one first. `is_candidate` reads every byte of every file; `may_matter` reads
the few files that are left, and sends on those that a parser should see.

What each rule needs to find in the bytes, so that leaving a file out is never a miss:

* A key or secret of 64 letters and digits (API key, secret, documented example, unnamed key): a run
  of at least 64 of them. Exactly 64 is the second question's business, because an escape such as
  ``\\n`` or the tail of a double-byte character can touch the run from the left.
* A private key: the end of its PEM header, or the head of a bare Ed25519 body, or (RSA, bare) base64
  so long that it holds a run of 64 but for one in a thousand.
* Anything else (other literals, malformed keys, placeholders, 64 hex digits) is judged only where it
  reaches a Binance client, and then the file spells ``binance`` or ``Binance``.
* UTF-16 and UTF-32 hide all of that between NUL bytes, so the look of them is enough.

Known limits: a key that is split over literals is seen only where Binance is named; a file that says
only ``BINANCE`` and holds no run of 64 is read when the linker asks for it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator

NAME = b"inance"
PEM = b"PRIVATE KEY-----"
ED25519 = b"MC4CAQAwBQYDK2VwBCIEI"

_RUN = 64

# From where it stands, jump 63 bytes ahead, step back to the last byte that is no letter or digit, and
# go on behind it. It stops where no such byte is in reach: at the start of a run of 64, or with less
# than 64 bytes left. Trying the space first is half as fast again, since a literal is found by memrchr.
# The quantifiers must be possessive: without, the two levels backtrack exponentially. 3.10 has none,
# so there the plain form; it keeps a record per jump, which is why it is fed pieces.
JUMP_POSSESSIVE = rb"(?s)(?:(?:.{0,63} )++|.{0,63}[^A-Za-z0-9])*+"
JUMP_PLAIN = rb"(?s)(?:.{0,63}[^A-Za-z0-9])*"
_jump = re.compile(JUMP_POSSESSIVE if sys.version_info >= (3, 11) else JUMP_PLAIN).match
_PIECE = 1 << 20

_alphanumerics = re.compile(rb"[A-Za-z0-9]*").match


def is_candidate(data: bytes) -> bool:
    """Whether a file with these bytes could hold anything that a rule reports."""
    if NAME in data or PEM in data or ED25519 in data or _looks_wide(data):
        return True
    return len(data) - find_run(data, 0) >= _RUN


def may_matter(data: bytes) -> bool:
    """Whether a candidate is worth a parser. For survivors of `is_candidate` only; linear in any input."""
    return _in_any_width(data, lambda shown: names_binance(shown) or has_key(shown))


def may_hold_key(data: bytes) -> bool:
    """The same for a file that is no code, so that what is not shaped like a key leads nowhere."""
    return _in_any_width(data, lambda shown: PEM in shown or has_key(_without_pem(shown)))


def may_be_settings(data: bytes) -> bool:
    """The same for settings: people write whatever they have into the fields of a known program."""
    if may_hold_key(data):
        return True
    return len(data) <= _SETTINGS and (names_binance(data) or b"kind: Secret" in data)


_SETTINGS = 300_000  # bytes; what people write by hand is shorter


def may_hold_constant(data: bytes) -> bool:
    """The same for byte-code, in which a letter may follow the last character of a text."""
    if has_key(data):
        return True
    return any(
        data[start - 1 : start] in (b"@", b"\0") and _is_mixed(data[start : start + _RUN])
        for start, _ in runs(data)
    )


def _in_any_width(data: bytes, question: Callable[[bytes], bool]) -> bool:
    if _looks_wide(data) and question(_narrowed(data)):
        return True
    return question(data)  # a NUL at the start does not make a text wide


def key_places(data: bytes) -> Iterator[int]:
    """Where in some bytes what may be a key or a private key begins."""
    for word in (PEM, ED25519):
        at = data.find(word)
        while at >= 0:
            yield at
            at = data.find(word, at + len(word))
    for start, end in runs(data):
        if _is_key_run(data, start, end):
            yield start


def has_hex(data: bytes) -> bool:
    """Whether there are 64 hexadecimal digits: a key of the futures test network, or a digest."""
    return any(end - start == _RUN and _is_hex(data[start:end]) is not None for start, end in runs(data))


_is_hex = re.compile(rb"[0-9a-f]+|[0-9A-F]+").fullmatch


def has_key(data: bytes) -> bool:
    """Whether something in the bytes is shaped like a key or private key, before any closer look."""
    return PEM in data or ED25519 in data or has_run(data)


def is_private_key_only(data: bytes) -> bool:
    """Whether a private key is all that can be found in a text, and nothing says whose it is."""
    return not _looks_wide(data) and not names_binance(data) and not has_run(_without_pem(data))


def _without_pem(data: bytes) -> bytes:
    """The bytes around PEM blocks, one in eight of whose lines looks like a key."""
    parts, at = [], 0
    begin = data.find(b"-----BEGIN ")
    while begin >= 0:
        end = data.find(b"-----END ", begin, begin + _PEM)
        if end >= 0:
            parts.append(data[at:begin])
            at = end
        begin = data.find(b"-----BEGIN ", max(end, begin) + 1)
    return b" ".join([*parts, data[at:]]) if parts else data


_PEM = 20_000  # bytes of a block


def has_run(data: bytes) -> bool:
    """Whether there are 64 mixed letters and digits that may be a key."""
    return any(_is_key_run(data, start, end) for start, end in runs(data))


def names_binance(data: bytes) -> bool:
    """Whether the bytes name Binance; "finance" is no name of it, what follows the word may be anything."""
    if b"BINANCE" in data or b"x-mbx-apikey" in data or b"X-MBX-APIKEY" in data:
        return True
    at = data.find(NAME)
    while at >= 0:
        if data[at - 1 : at] in (b"b", b"B"):
            return True
        at = data.find(NAME, at + len(NAME))
    return False


def runs(data: bytes) -> Iterator[tuple[int, int]]:
    """The runs of 64 and more ASCII letters and digits, as offsets."""
    at = 0
    while True:
        start = find_run(data, at)
        if len(data) - start < _RUN:
            return
        match = _alphanumerics(data, start)
        assert match is not None
        at = match.end()
        yield start, at


def find_run(data: bytes, at: int) -> int:
    """Where the next run of 64 starts, at or after `at`; if there is none, less than 64 bytes before the end.

    `at` must not lie inside a run.
    """
    size = len(data)
    while True:
        match = _jump(data, at, at + _PIECE)
        assert match is not None
        stop = match.end()
        if stop + _RUN <= at + _PIECE or at + _PIECE >= size:
            return stop
        at = stop  # the piece ended here, not the search


# What can stand to the left of a run and be no part of the value, and how much of the run it takes:
# "\n", "\u003d", "%3D", the "32m" of a terminal colour, the second half of a GBK or Shift-JIS character.
_GLUE = frozenset(b"\\%[;") | frozenset(range(0x80, 0x100))
_GLUE_LENGTH = 5


def _is_key_run(data: bytes, start: int, end: int) -> bool:
    """Whether a run may be a key: its length, its mixture, and no base64 around it."""
    length = end - start
    if length != _RUN:
        if length > _RUN + _GLUE_LENGTH or start == 0 or data[start - 1] not in _GLUE:
            return False
        start = end - _RUN
    elif data[start - 1 : start] in (b"+", b"/", b"_", b"-") and data[start - 2 : start] != b":-":
        return False
    if data[end : end + 1] in (b"+", b"/", b"_", b"-", b"="):
        return False
    return _is_mixed(data[start:end])


def _is_mixed(run: bytes) -> bool:
    return not (run.islower() or run.isupper() or run.isalpha() or run.isdigit())


def _looks_wide(data: bytes) -> bool:
    """Whether this may be UTF-16 or UTF-32: a byte order mark, or a NUL as one of the first two bytes."""
    return data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:2]


def _narrowed(data: bytes) -> bytes:
    """The ASCII of a UTF-16 or UTF-32 text, whatever its byte order; other characters become `?`."""
    if data[:4] in (b"\xff\xfe\0\0", b"\0\0\xfe\xff"):
        encoding = "utf-32"
    elif data[:3] == b"\0\0\0":
        encoding = "utf-32-be"
    elif data[1:4] == b"\0\0\0":
        encoding = "utf-32-le"
    elif data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    else:
        encoding = "utf-16-be" if data[:1] == b"\0" else "utf-16-le"
    return data.decode(encoding, "replace").encode("ascii", "replace")
