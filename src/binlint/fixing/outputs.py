"""Outputs of notebooks that show a value: they are emptied, and nothing else of the file changes."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator

from binlint.fixing.edits import Edit, apply
from binlint.syntax.notebook_json import Container, read_ranges

_OUTPUTS = "outputs"


def without_outputs(text: str, values: Collection[str], kept: Collection[str] = ()) -> str:
    """The notebook without the outputs that show one of `values` and none of `kept`."""
    edits = []
    for start, end, said in _outputs(text):
        if _is_shown(said, values) and not _is_shown(said, kept):
            edits.append(Edit(start, end, "[]"))
    return apply(text, edits)


def shows(text: str, value: str) -> bool:
    """Whether an output of a notebook shows a value."""
    return any(_is_shown(said, (value,)) for _, _, said in _outputs(text))


def _is_shown(said: Collection[str], values: Collection[str]) -> bool:
    return any(value in each for value in values for each in said)


def _outputs(text: str) -> Iterator[tuple[int, int, list[str]]]:
    """Where the lists of outputs stand, and what they say; none inside of another."""
    try:
        json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return
    stack = [read_ranges(text).root]
    while stack:
        node = stack.pop()
        for entry in node.entries if isinstance(node, Container) else ():
            value = entry.value
            if entry.name == _OUTPUTS and isinstance(value, Container) and not value.is_object:
                yield value.start, value.end, list(_texts(json.loads(text[value.start : value.end])))
            else:
                stack.append(value)


def _texts(value: object) -> Iterator[str]:
    """All texts in a value of JSON; a list of lines is one."""
    stack = [value]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            yield node
        elif isinstance(node, dict):
            stack += [*node.values(), *node]
        elif isinstance(node, list) and all(isinstance(each, str) for each in node):
            yield "".join(node)
        elif isinstance(node, list):
            stack += node
