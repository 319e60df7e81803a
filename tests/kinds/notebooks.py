"""Where the values of a notebook stand, told by its cells: an answer to compare with what binlint says."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any


def phrases(text: str, values: Iterable[str]) -> dict[int, set[str]]:
    """Line of the file → how a message must speak of the values there; nothing for a notebook that is broken."""
    wanted = tuple(values)
    lines = [line for line, _ in _occurrences(text, wanted)]
    try:
        places = list(_places(json.loads(text), wanted))
    except ValueError:
        return {}
    if len(lines) != len(places):
        raise AssertionError("the cells hold other values than the file")
    right: dict[int, set[str]] = {}
    for line, place in zip(lines, places, strict=True):
        right.setdefault(line, set()).add(place)
    return right


def _occurrences(text: str, values: tuple[str, ...]) -> list[tuple[int, int]]:
    """Line and offset of each value, in order."""
    found = []
    for value in values:
        at = text.find(value)
        while at >= 0:
            found.append((text.count("\n", 0, at) + 1, at))
            at = text.find(value, at + 1)
    return sorted(found, key=lambda each: each[1])


def _places(notebook: dict[str, Any], values: tuple[str, ...]) -> Iterator[str]:
    """How each value is to be spoken of, in the order of the file."""
    numbers: dict[int, int] = {}
    sheets = notebook.get("worksheets", [notebook])
    for number, cell in enumerate((cell for sheet in sheets for cell in sheet["cells"]), 1):
        numbers[id(cell)] = number
    yield from _inside(notebook, values, numbers, "metadata")


def _inside(thing: Any, values: tuple[str, ...], numbers: dict[int, int], where: str) -> Iterator[str]:
    if isinstance(thing, dict):
        cell = numbers.get(id(thing))
        for name, part in thing.items():
            if cell is not None and name in ("source", "input"):
                source = "".join(part)
                yield from (f"(cell {cell}, line {line})" for line, _ in _occurrences(source, values))
            elif cell is not None and name == "outputs":
                yield from _inside(part, values, numbers, f"(cell {cell}, output)")
            else:
                yield from _inside(part, values, numbers, where)
    elif isinstance(thing, list):
        for part in thing:
            yield from _inside(part, values, numbers, where)
    elif isinstance(thing, str):
        yield from (where for _ in _occurrences(thing, values))
