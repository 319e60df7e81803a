"""The text of a JSON file with settings as its top-level names: read, added to, filled in, and masked."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterator, Mapping
from typing import NamedTuple

from binlint.files import read_settings
from binlint.finding import MASK, SecretText
from binlint.fixing.store_types import SHOWN_NAME, Refusal, is_encodable, newline_of, printable, unnameable

_SPACE = re.compile(r"[ \t\r\n]*")
_TOKEN = re.compile(
    r'("(?:[^"\\]|\\.)*"(?=[ \t\r\n]*:))|"(?:[^"\\]|\\.)*"|[{}\[\],:]|[ \t]+|\r\n|\n|\r|[^\s{}\[\],:"]+'
)
_COLON = re.compile(r"[ \t]*:[ \t]*")


class _Member(NamedTuple):
    """One name of the top-level object with its value, as offsets in the text."""

    name: str
    lead: int  # behind the "{" or "," before it
    start: int
    colon: int  # behind the name
    value: int
    end: int


class _Twice(ValueError):
    """A name stands twice in one object."""


def problem(text: str, shown: str) -> str:
    """Why the file cannot be read, or not be added to; empty if it can."""
    name = printable(shown)
    if not text.strip():
        return ""
    try:
        found = json.loads(text, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        return f"{name} is not valid JSON (line {error.lineno})"
    except _Twice:
        return f"{name} has an object with the same name twice"
    except (ValueError, RecursionError):
        return f"{name} is not valid JSON"
    return "" if isinstance(found, dict) else f"{name} has no object at its top"


def entries(text: str) -> list[tuple[str | None, object]]:
    """The names and values of the top-level object, in order; of no text nothing."""
    return [*json.loads(text).items()] if text.strip() else []


def unfit(name: str, value: str) -> Refusal | None:
    """Why no JSON file can hold a setting."""
    if not is_encodable(value):
        return Refusal(f"the value of {name} cannot be in a JSON file", "move it by hand")
    return unnameable(name)


def with_values(text: str, values: Mapping[str, str]) -> str:
    """The text with the values: where their names stand with an empty one, else behind the last."""
    if not text.strip():
        text = "{}\n"
    members = list(_members(text))
    parts, at = [], 0
    for member in members:
        if member.name in values:
            parts += [text[at : member.value], json.dumps(values[member.name])]
            at = member.end
    there = {member.name for member in members}
    new = {name: value for name, value in values.items() if name not in there}
    if not new:
        return "".join((*parts, text[at:]))
    if not members:
        start = text.index("{") + 1
        newline = newline_of(text)
        lines = f",{newline}".join(
            f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in new.items()
        )
        return f"{text[:start]}{newline}{lines}{newline}{text[text.rindex('}') :]}"
    last = members[-1]
    lead = _lead(text, members)
    colon = text[last.colon : last.value]
    colon = colon if _COLON.fullmatch(colon) else ": "
    added = "".join(f",{lead}{json.dumps(name)}{colon}{json.dumps(value)}" for name, value in new.items())
    return "".join((*parts, text[at : last.end], added, text[last.end :]))


def read(path: str) -> Mapping[str, object]:
    """What the json module reads from the disk. Raises OSError or ValueError."""
    found: dict[str, object] = json.loads(read_settings(path).decode())
    return found


def masked(text: str, new: Container[str]) -> str:
    """The file as it may be shown, with as many lines as it has, and "\\n" at their ends."""
    parts: list[str] = []
    depth, name = 0, ""
    for found in _TOKEN.finditer(text):
        token = found[0]
        if token.isspace():
            parts.append("\n" if token[-1] in "\r\n" else token)
        elif token in "{}[],:":
            depth += (token in "{[") - (token in "}]")
            parts.append(token)
        elif found[1] is not None:
            name = json.loads(token)
            parts.append(f'"{name if SHOWN_NAME.fullmatch(name) else MASK}"')
        else:
            is_ours = depth == 1 and name in new and token.startswith('"')
            shown = SecretText(json.loads(token)).mask() if is_ours else MASK
            parts.append(token if token == '""' else f'"{shown}"')
    return "".join(parts)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Twice
    return found


def _members(text: str) -> Iterator[_Member]:
    """The members of the top-level object of a text that is JSON."""
    decode = json.JSONDecoder().raw_decode
    lead = text.index("{") + 1
    while text[start := _after_space(text, lead)] != "}":
        name, colon = decode(text, start)
        value = _after_space(text, _after_space(text, colon) + 1)
        _, end = decode(text, value)
        yield _Member(name, lead, start, colon, value, end)
        lead = _after_space(text, end)
        if text[lead] == "}":
            return
        lead += 1


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _lead(text: str, members: list[_Member]) -> str:
    """What stands between two members: one line break at most, and the indentation."""
    last = members[-1]
    lead = text[last.lead : last.start]
    if "\n" in lead:
        return newline_of(lead) + lead.rpartition("\n")[2]
    if len(members) > 1:
        return lead
    return "" if last.value == last.colon + 1 else " "
