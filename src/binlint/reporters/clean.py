"""Makes any text harmless to show: what could move, hide or command is written as a visible escape.

File names and source lines are written by strangers. A terminal obeys control characters, a reader
is misled by characters that reorder or vanish, and a log of a CI service obeys `::` at the start of a
line and `##[` or `##vso[` anywhere in it.
"""

from __future__ import annotations

import re

_INVISIBLE = (
    "\x00-\x1f\x7f-\x9f"  # C0, DEL, C1
    "\xad"  # soft hyphen
    "\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"  # marks, separators, bidi overrides and isolates
    "\ufeff\ufff9-\ufffb"  # byte-order mark, interlinear annotation
    "\ud800-\udfff"  # lone surrogates: bytes of a name that is no UTF-8
    "\U000e0000-\U000e007f"  # tags: text that nobody sees
)
_HIDDEN = re.compile(f"[{_INVISIBLE}]")
_HIDDEN_IN_BLOCK = re.compile(f"(?![\n\t])[{_INVISIBLE}]")
_LINE_END = re.compile(r"\r\n|\r")
# Runners trim white space before they look for `::`.
_COMMAND = re.compile(r"^([^\S\n]*):(?=:)|##(?=[A-Za-z]*\[)", re.MULTILINE)
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def clean(text: str) -> str:
    """One line of text, safe to print: `a\\x1b[31m`, `a\\nb`, `\\xff` for a byte that is no UTF-8."""
    return disarm(_HIDDEN.sub(_escape, text))


def clean_block(text: str) -> str:
    """The same for text of several lines, whose newlines (as `\\n`) and tabs stay."""
    return disarm(_HIDDEN_IN_BLOCK.sub(_escape, _LINE_END.sub("\n", text)))


def disarm(text: str) -> str:
    """Text in which a CI service finds no command; all else stays as it is."""
    return _COMMAND.sub(_defuse, text)


def plain(text: str, unicode: bool) -> str:
    """`text` as it is, or for an output that carries only ASCII with all else as visible escapes."""
    return text if unicode else text.encode("ascii", "backslashreplace").decode("ascii")


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    number = ord(character)
    if character in _SHORT:
        return _SHORT[character]
    if 0xDC80 <= number <= 0xDCFF:  # how Python spells byte 0x80..0xFF of a file name
        return f"\\x{number - 0xDC00:02x}"
    if number <= 0xFF:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"


def _defuse(match: re.Match[str]) -> str:
    return "#\\x23" if match[0] == "##" else f"{match[1]}\\x3a"
