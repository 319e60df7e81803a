"""Archives of the zip format (wheels, eggs, office documents): their small members, each as its own kind.

A member that says it is small and is not, a bomb, or one that is encrypted is passed over. Nothing is
written anywhere.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from binlint import candidates
from binlint.facts import Facts, Region
from binlint.finding import Place
from binlint.sources import kinds
from binlint.sources.source import Source
from binlint.syntax.lexical import Lines
from binlint.syntax.moved import moved
from binlint.syntax.reading import compile_source, may_matter, text_of
from binlint.syntax.settings import MODULE

_MEMBERS = 5_000
_LONGEST_NAME = 1_000
_LARGEST = 1024 * 1024  # bytes of a member
_IN_ALL = 32 * 1024 * 1024
_ADVICE = "to clean the source does not clean what was packed from it: delete the archive, and make a new one"
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})  # the others can be told to take gigabytes
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, NotImplementedError),
    *(RuntimeError, LookupError, OverflowError),
)
_PASSED_OVER = "members that are large, encrypted or archives themselves were not opened"


class _Member(NamedTuple):
    name: str
    data: bytes
    start: int  # where it would begin if all members stood one behind the other


def compile_archive(path: str, data: bytes) -> Facts:
    """The facts of all members together. A place is the offset in the members as they are unpacked."""
    parts = []
    names = ""
    passed: list[str] = []
    for member in _members(data, passed):
        if not names and candidates.names_binance(member.data):
            names = f"`{member.name[-60:]}` in it speaks of Binance"
        facts = _compiled(member)
        if facts is not None:
            parts.append(facts)
    return Facts(
        path=path,
        scopes=(MODULE,),
        slots=tuple(slot for part in parts for slot in part.slots),
        strings=tuple(string for part in parts for string in part.strings),
        mentions=tuple(mention for part in parts for mention in part.mentions),
        company=(names,) if names else next((part.company for part in parts if part.company), ()),
        regions=tuple(region for part in parts for region in part.regions),
        gaps=((1, 1),) if passed else (),
        reason=f"{len(passed)} {_PASSED_OVER}" if passed else "",
    )


def _members(data: bytes, passed: list[str]) -> Iterator[_Member]:
    """The members that are small; the names of those that should have been read go to `passed`."""
    at = 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            every = archive.infolist()
            passed += [info.filename for info in every[_MEMBERS:]]
            for info in every[:_MEMBERS]:
                if not info.filename or info.filename.endswith("/") or _kind(info) is None:
                    continue
                content = None
                if at <= _IN_ALL and _is_readable(info):
                    at += min(info.file_size, _LARGEST)
                    content = _content(archive, info)
                if content is None:
                    passed.append(info.filename)
                else:
                    yield _Member(info.filename, content, at)
                    at += max(0, len(content) - info.file_size)
    except _BROKEN:
        passed.append("")


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes | None:
    try:
        with archive.open(info) as stream:
            content = stream.read(_LARGEST + 1)
    except _BROKEN:
        return None
    return content if len(content) <= _LARGEST else None


def _kind(info: zipfile.ZipInfo) -> str | None:
    return kinds.kind_of(info.filename[-_LONGEST_NAME:])


def _is_readable(info: zipfile.ZipInfo) -> bool:
    if _kind(info) == kinds.ARCHIVE or info.flag_bits & 1:
        return False
    return info.file_size <= _LARGEST and info.compress_type in _METHODS


def _compiled(member: _Member) -> Facts | None:
    kind = kinds.kind_in(member.name, member.data)
    if not candidates.is_candidate(member.data) or not may_matter(kind, member.data):
        return None
    source = Source(member.name, member.data)
    if kind in kinds.CODE:  # how its values flow is not followed in here: what they are called must do
        kind = kinds.TEXT
    facts = compile_source(source, kind)
    text = text_of(source, kind)
    if facts is None or text is None:
        return None
    starts = Lines(text.text).starts

    def move(place: Place) -> Place:
        first = _offset(starts, place.line, place.column)
        last = _offset(starts, place.end_line, place.end_column)
        return Place(1, member.start + first + 1, 1, member.start + last + 1)

    regions = []
    for place in _places(facts):
        line = f", line {place.line}" if text.text else ""
        regions.append(Region(move(place), f"`{member.name}`{line} in it", _ADVICE))
    plain = Facts(member.name, slots=facts.slots, strings=facts.strings, mentions=facts.mentions)
    return moved(plain, move)._replace(company=facts.company, regions=tuple(sorted(regions)))


def _offset(starts: list[int], line: int, column: int) -> int:
    return starts[min(line, len(starts)) - 1] + column - 1


def _places(facts: Facts) -> Iterator[Place]:
    yield from dict.fromkeys(
        (
            *(slot.place for slot in facts.slots),
            *(string.literal.place for string in facts.strings),
            *(mention.place for mention in facts.mentions),
        )
    )
