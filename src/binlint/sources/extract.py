"""Long files, read by pieces: what surrounds each run that may be a key, and the line ends of all else.

So the lines of what is kept are those of the file, and neither a log of a gigabyte nor a database dump
is ever held in memory.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Iterator

from binlint import candidates

_PIECE = 1024 * 1024
_OVERLAP = 8 * 1024  # a run that is longer is no key
_BEFORE, _AFTER = 2_000, 6_000  # bytes around a run; a private key has 3,200
_MOST = 20_000  # places in one file
_KEPT = 32 * 1024 * 1024  # bytes that are returned at most, without line ends
_NO_LINE_END = bytes(set(range(256)) - set(b"\r\n"))


def extract(descriptor: int) -> bytes:
    """What of an open file could matter, in its place. Empty if nothing does."""
    places = _places(descriptor)
    return b"".join(_kept(descriptor, places)) if places else b""


def _pieces(descriptor: int) -> Iterator[tuple[int, bytes]]:
    """The file from its start, each piece with its offset."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    at = 0
    while piece := os.read(descriptor, _PIECE):
        yield at, piece
        at += len(piece)


def _places(descriptor: int) -> list[tuple[int, int]]:
    """What to keep: windows in order, without overlaps."""
    found: list[tuple[int, int]] = []
    tail = b""
    names = 0
    for at, piece in _pieces(descriptor):
        block, start = tail + piece, at - len(tail)
        tail = block[-_OVERLAP:]
        if not candidates.is_candidate(block):
            continue
        places = list(candidates.key_places(block))
        if names < 1 and candidates.names_binance(block):
            names += 1
            places.append(_name(block))
        for place in sorted(places):
            first, last = max(0, start + place - _BEFORE), start + place + _AFTER
            if found and first <= found[-1][1]:
                found[-1] = (found[-1][0], max(found[-1][1], last))
            else:
                found.append((first, last))
        if len(found) >= _MOST:
            break
    return found


def _name(block: bytes) -> int:
    lower = block.lower()
    return max(0, *(lower.find(word) for word in (b"binance", b"x-mbx-apikey")))


def _kept(descriptor: int, places: list[tuple[int, int]]) -> Iterator[bytes]:
    starts = [first for first, _ in places]
    room = _KEPT
    for at, piece in _pieces(descriptor):
        done = at
        index = max(0, bisect_right(starts, at) - 1)
        while done < at + len(piece) and room > 0:
            while index < len(places) and places[index][1] <= done:
                index += 1
            first, last = places[index] if index < len(places) else (2**63, 2**63)
            is_inside = first <= done
            end = min(at + len(piece), last if is_inside else first)
            part = piece[done - at : end - at]
            if is_inside:
                yield part[:room]
                room -= len(part)
            else:
                yield part.translate(None, _NO_LINE_END)
            done = end
