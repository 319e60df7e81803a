"""From bytes to text, for Python sources: byte-order mark, coding cookie, UTF-8, and careful guesses.

Whatever happens, the text must let a reader's findings be found: keys are ASCII, so that a wrong
guess spoils a comment and not a finding. `Text.exact` says whether the bytes were believed or guessed.
"""

from __future__ import annotations

import codecs
import re

from binlint.report import Note
from binlint.sources.source import Source, Text

BINARY = "binary"

_MARKS = (  # the four-byte marks first: one of them begins like a two-byte mark
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LINE = re.compile(rb"\r\n|\r|\n")
_COOKIE = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.ASCII)
_BLANK = re.compile(rb"[ \t\f]*(?:#.*)?", re.DOTALL)
# Codecs that only spell characters. Others run code paths of their own (zlib bombs, punycode in
# quadratic time), hide ASCII from the byte filters (utf-7, rot13), or are no text at all (base64).
_TEXT_CODEC = re.compile(
    "ascii|utf-8|iso8859-[0-9]+|cp[0-9]+|gb2312|gbk|gb18030|hz|big5|big5hkscs|shift_jis(_2004|x0213)?"
    "|euc_(jp|kr|jis_2004|jisx0213)|iso2022_(jp|jp_[123]|jp_2004|jp_ext|kr)|johab|koi8-[rtu]|kz1048|ptcp154"
    "|tis-620|hp-roman8|mac-(roman|latin2|cyrillic|greek|turkish|iceland|croatian|romanian|centeuro)"
)
# A codec that reads these otherwise (EBCDIC) would hide a key that Python's own parser never reads.
_CORE = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz \"'=()[]{}#._,:\n"
_HIGH = re.compile(rb"[\x80-\xff]+")
_SAMPLE = 65536
# Escape (colours), form feed and Ctrl-Z are at home in text; NUL is judged apart.
_CONTROLS = bytes(sorted({*range(1, 32), 127} - {8, 9, 10, 12, 13, 26, 27}))


def decode(source: Source) -> Text | Note:
    """The text of a source, or a note that it is binary. NULs within a text stay."""
    data = source.data
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _marked(source, encoding, len(mark))
    wide = _wide(data)
    text = _strictly(data, wide) if wide else None
    if wide and text is not None and _looks_like_text(text):
        return _text(source, text, wide, exact=False)
    return _narrow(source)


def _marked(source: Source, encoding: str, bom: int) -> Text | Note:
    body = source.data[bom:]
    text = _strictly(body, encoding)
    if text is not None:
        return _text(source, text, encoding, bom, exact=encoding != "utf-8" or _agrees(_cookie(body)))
    if encoding == "utf-8":  # the mark is right, some bytes are not
        return _binary(source) or _text(source, body.decode("latin-1"), "latin-1", bom, exact=False)
    text = body.decode(encoding, "replace")  # truncated, or a lone surrogate
    if _looks_like_text(text):
        return _text(source, text, encoding, bom, exact=False)
    return _narrow(source)


def _narrow(source: Source) -> Text | Note:
    data = source.data
    cookie = _cookie(data)
    codec = _codec(cookie) if cookie else "utf-8"
    text = _strictly(data, codec) if codec else None
    if text is not None and codec and _binary(source, only_with_nul=True) is None:
        exact = codec == "utf-8" or _encodes_to(text, codec, data)
        return _text(source, text, codec, exact=exact)
    note = _binary(source)
    if note is not None:
        return note
    for guess in ("utf-8", *_guesses(data)):
        text = _strictly(data, guess)
        if text is not None:
            return _text(source, text, guess, exact=False)
    raise AssertionError("latin-1 takes every byte")


def _cookie(data: bytes) -> str | None:
    """The declared encoding (PEP 263): on the first line, or on the second after a blank or a comment."""
    first, *rest = _LINE.split(data[:2048], maxsplit=2)[:2]
    found = _COOKIE.match(first)
    if found is None and rest and _BLANK.fullmatch(first):
        found = _COOKIE.match(rest[0])
    return found[1].decode("ascii") if found else None


def _codec(cookie: str) -> str | None:
    """The codec that a cookie names, if it is one that binlint uses."""
    try:
        name = codecs.lookup(cookie).name
    except (LookupError, ValueError):
        return None
    name = "utf-8" if name == "utf-8-sig" else name
    return name if _TEXT_CODEC.fullmatch(name) and _strictly(_CORE, name) == _CORE.decode() else None


def _agrees(cookie: str | None) -> bool:
    return cookie is None or _codec(cookie) == "utf-8"


def _guesses(data: bytes) -> tuple[str, ...]:
    """Codecs for bytes that are no UTF-8. Chinese text comes in pairs of high bytes, accents come alone.

    It matters because the second byte of a pair can be a backslash.
    """
    runs = _HIGH.findall(data[:_SAMPLE])
    paired = sum(len(run) for run in runs if len(run) > 1)
    return ("gbk", "latin-1") if paired > 0.6 * sum(map(len, runs)) else ("latin-1",)


def _wide(data: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark, told by where the NULs of its ASCII characters are."""
    sample = data[:_SAMPLE]
    sample = sample[: len(sample) // 4 * 4]
    if len(sample) < 4 or b"\0" not in sample:
        return None
    quarter = len(sample) // 4
    empty = [sample[place::4].count(0) / quarter for place in range(4)]
    full = [share < 0.1 for share in empty]
    blank = [share > 0.25 for share in empty]
    if full[0] and blank[1] and empty[2] > 0.9 and empty[3] > 0.9:
        return "utf-32-le"
    if full[3] and blank[2] and empty[1] > 0.9 and empty[0] > 0.9:
        return "utf-32-be"
    if full[0] and full[2] and blank[1] and blank[3]:
        return "utf-16-le"
    if full[1] and full[3] and blank[0] and blank[2]:
        return "utf-16-be"
    return None


def _looks_like_text(text: str) -> bool:
    sample = text[:_SAMPLE]
    odd = sum(not (character.isprintable() or character in "\t\n\r\f\0\x1a\x1b") for character in sample)
    return odd <= 0.05 * len(sample)


def _binary(source: Source, only_with_nul: bool = False) -> Note | None:
    """A note if the bytes are no text in any one-byte reading: nothing but NULs, or many controls."""
    sample = source.data[:_SAMPLE]
    if only_with_nul and b"\0" not in sample:
        return None
    content = sample.replace(b"\0", b"")
    controls = len(content) - len(content.translate(None, _CONTROLS))
    if sample and (not content or controls > 0.05 * len(content)):
        return Note(source.path, BINARY)
    return None


def _strictly(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeError, LookupError):
        return None


def _encodes_to(text: str, encoding: str, data: bytes) -> bool:
    try:
        return text.encode(encoding) == data
    except UnicodeError:
        return False


def _text(source: Source, text: str, encoding: str, bom: int = 0, *, exact: bool = True) -> Text:
    return Text(source.path, text, encoding, bom, _newline(text), exact)


def _newline(text: str) -> str:
    """The commonest line end."""
    pairs = text.count("\r\n")
    counts = {"\n": text.count("\n") - pairs, "\r\n": pairs, "\r": text.count("\r") - pairs}
    return max(counts, key=lambda end: counts[end])
