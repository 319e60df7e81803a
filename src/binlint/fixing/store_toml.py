"""The text of a TOML file with settings as its top-level keys: read, added to, filled in, and masked."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Container, Iterator, Mapping
from typing import NamedTuple

from binlint.files import read_settings
from binlint.finding import MASK, SecretText
from binlint.fixing.store_types import SHOWN_NAME, Refusal, is_encodable, newline_of, printable, unnameable

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_TOKEN = re.compile(
    r""""{3}(?:\\.|[^\\])*?"{3,5}|\'{3}.*?\'{3,5}|"(?:\\.|[^"\\\r\n])*"|\'[^\'\r\n]*\'"""
    r"""|\#[^\r\n]*|\r?\n|[\[\]{}=]|[ \t]+|[^\s\[\]{}="'#]+""",
    re.DOTALL,
)
_NAMED = re.compile(r"at line (\d+)")


class _Statement(NamedTuple):
    """A key with its value, or the header of a table, as offsets in the text."""

    start: int
    equals: int  # behind the "="; the end of a header
    value: int
    end: int  # of the value
    line_end: int  # behind the newline
    is_header: bool


def problem(text: str, shown: str) -> str:
    """Why tomllib could not read such a file; empty if it can."""
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _NAMED.search(str(error))  # the parser's words can repeat the text
        line = f"line {place[1]} of " if place else ""
        return f"tomllib cannot read {line}{printable(shown)}"
    except (ValueError, RecursionError):
        return f"tomllib cannot read {printable(shown)}"
    return ""


def entries(text: str) -> list[tuple[str | None, object]]:
    """The top-level keys and their values, in order."""
    return [*tomllib.loads(text).items()]


def unfit(name: str, value: str) -> Refusal | None:
    """Why no TOML file can hold a setting."""
    if not is_encodable(value):
        return Refusal(f"the value of {name} cannot be in a TOML file", "move it by hand")
    return unnameable(name)


def with_values(text: str, values: Mapping[str, str]) -> str:
    """The text with the values: where their keys stand with an empty one, else before the first table."""
    parts, at = [], 0
    filled = set()
    place = 0  # behind the last key that is in no table
    header: int | None = None
    for statement in _statements(text):
        if statement.is_header:
            header = statement.start
            break
        place = statement.line_end
        name = _name(text, statement)
        if name is not None and name in values:
            parts += [text[at : statement.value], _quote(values[name])]
            at = statement.end
            filled.add(name)
    newline = newline_of(text)
    added = "".join(
        f"{name} = {_quote(value)}{newline}" for name, value in values.items() if name not in filled
    )
    if not added:
        return "".join((*parts, text[at:]))
    if header is None:
        place = len(text)
    elif not place:
        place = _above(text, header)
    before, after = "".join((*parts, text[at:place])), text[place:]
    return before + _gap(before, newline, header is not None) + added + _gap_below(after, newline) + after


def read(path: str) -> Mapping[str, object]:
    """What tomllib reads from the disk. Raises OSError or ValueError."""
    found: dict[str, object] = tomllib.loads(read_settings(path).decode())
    return found


def masked(text: str, new: Container[str]) -> str:
    """The file as it may be shown, with as many lines as it has, and "\\n" at their ends."""
    parts, at, is_top = [], 0, True
    for statement in _statements(text):
        parts.append(_masked_between(text[at : statement.start]))
        at = statement.end
        if statement.is_header:
            is_top = False
            parts.append(_masked_header(text[statement.start : at]))
            continue
        name = _name(text, statement)
        spelled = name if name is not None and SHOWN_NAME.fullmatch(name) else MASK
        value = text[statement.value : at]
        parts.append(f"{spelled} = {_masked_value(value, is_top and name in new)}")
    parts.append(_masked_between(text[at:]))
    return "".join(parts)


def _statements(text: str) -> Iterator[_Statement]:
    """The statements of a text that is TOML."""
    tokens = [(found.start(), found[0]) for found in _TOKEN.finditer(text)]
    index = 0
    while index < len(tokens):
        start, token = tokens[index]
        if token.isspace() or token.startswith("#"):
            index += 1
            continue
        is_header = token == "["
        depth = equals = value = end = 0
        while index < len(tokens):
            at, token = tokens[index]
            if token.endswith("\n") and token.isspace() and depth == 0:
                break
            index += 1
            if token == "=" and not equals and not is_header:
                equals = at + 1
            elif not token.isspace() and not token.startswith("#"):
                depth += (token in "[{") - (token in "]}")
                value = value or (at if equals else 0)
                end = at + len(token)
        line_end = tokens[index][0] + len(tokens[index][1]) if index < len(tokens) else len(text)
        yield _Statement(start, equals or end, value or end, end, line_end, is_header)


def _name(text: str, statement: _Statement) -> str | None:
    """The key of a statement; None for one with dots, which is a table's."""
    (name, value), *_ = tomllib.loads(f"{text[statement.start : statement.equals]} 0").items()
    return name if value == 0 else None


def _quote(value: str) -> str:
    # JSON's escapes are TOML's too, but TOML wants one more character escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _above(text: str, header: int) -> int:
    """Where the comment block begins that stands directly above a header."""
    place = text.rfind("\n", 0, header) + 1
    while place:
        line = text.rfind("\n", 0, place - 1) + 1
        if not text[line:place].lstrip().startswith("#"):
            break
        place = line
    return place


def _gap(before: str, newline: str, is_inside: bool) -> str:
    """What stands before new lines: they go behind others of their kind, but at the end apart from them."""
    if not before:
        return ""
    gap = "" if before.endswith("\n") else newline
    last = before.rstrip("\r\n").rpartition("\n")[2]
    is_apart = is_inside or before.endswith(("\n\n", "\n\r\n")) or not last.strip()
    return gap if is_apart else gap + newline


def _gap_below(after: str, newline: str) -> str:
    """What keeps new lines apart from a table, or its comment, directly below."""
    return newline if after.lstrip(" \t").startswith(("[", "#")) else ""


def _masked_between(text: str) -> str:
    """White space and comments, in which old values are kept as well."""
    return re.sub(r"#[^\r\n]*", f"# {MASK}", text).replace("\r\n", "\n")


def _masked_header(text: str) -> str:
    words = re.findall(r"[^\s\[\].]+", text)
    inner = ".".join(word if SHOWN_NAME.fullmatch(word) else MASK for word in words)
    return f"[[{inner}]]" if text.startswith("[[") else f"[{inner}]"


def _masked_value(text: str, is_new: bool) -> str:
    if text in ('""', "''"):
        return '""'
    if is_new:
        value = tomllib.loads(f"x = {text}")["x"]
        return SecretText(value).mask() if isinstance(value, str) else MASK
    return MASK + f"\n{MASK}" * text.count("\n")
