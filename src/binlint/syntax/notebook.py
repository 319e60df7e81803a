"""Jupyter notebooks as facts: their code cells as one program, all else in them as text.

Every place is one in the file, where the source stands as strings of JSON.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from binlint.facts import Facts, Imported, Mention, Region
from binlint.finding import Place
from binlint.names import read_name
from binlint.syntax import lexical
from binlint.syntax.builder import split_lines
from binlint.syntax.company import company_of
from binlint.syntax.labels import named
from binlint.syntax.moved import Move, moved
from binlint.syntax.notebook_cells import NO_NOTEBOOK, Piece, take_apart
from binlint.syntax.notebook_excerpt import Excerpt, joined
from binlint.syntax.python import compile_facts, is_base64_between

_TOO_DEEP = "read as text only: nested too deeply"
_LINE_NUMBER = re.compile(r"\bline (\d+)")


def compile_notebook(path: str, text: str) -> Facts:
    """What a notebook says. Nothing in a file makes it raise; `gaps` were only read as text."""
    lines = lexical.Lines(text)
    notebook = take_apart(text, lines)
    if notebook is None:
        return _as_text(path, text)
    program = joined(notebook.program, "\n")
    facts = _compiled(path, program, program.mover(lines), notebook.regions)
    imports = _imports(facts)
    mentions = list(facts.mentions)
    for piece in notebook.pieces:
        found = [_shown(mention, piece, text) for mention in named(piece.text, lexical.mentions(piece.text))]
        if found:
            mentions += _placed(found, piece.text, piece.excerpt(text).mover(lines), imports)
    company = company_of("\n".join([program.text, *(piece.text for piece in notebook.pieces)]), facts.roots)
    return facts._replace(
        mentions=tuple(sorted(mentions, key=lambda mention: mention.place)),
        company=company.phrases,
        only_testnet=company.only_testnet,
        other_hosts=company.other_hosts,
        signs=company.signs,
        gaps=_merged([*facts.gaps, *notebook.gaps]),
        reason=notebook.reason or facts.reason,
        regions=notebook.regions,
    )


def _shown(mention: Mention, piece: Piece, text: str) -> Mention:
    """A value that an output consists of is called like what was asked for."""
    if mention.name or mention.call or len(piece.text.strip(" \t\r\n'\"")) != len(mention.value):
        return mention
    name = piece.shown(text)
    reading = read_name(name)
    return mention._replace(name=name) if reading.kind is not None or reading.innocent else mention


def _as_text(path: str, text: str) -> Facts:
    company = company_of(text)
    return Facts(
        path=path,
        mentions=tuple(lexical.mentions(text)),
        company=company.phrases,
        only_testnet=company.only_testnet,
        other_hosts=company.other_hosts,
        signs=company.signs,
        gaps=((1, len(split_lines(text))),),
        reason=NO_NOTEBOOK,
    )


def _compiled(path: str, program: Excerpt, move: Move, regions: tuple[Region, ...]) -> Facts:
    """The facts of all code cells together."""
    try:
        facts = moved(compile_facts(path, program.text), move)
    except RecursionError:
        last = move(Place(len(split_lines(program.text)), 1, 1, 1)).line
        found = _placed(lexical.mentions(program.text), program.text, move, {})
        return Facts(path, mentions=tuple(found), gaps=((1, last),), reason=_TOO_DEEP)
    number = _LINE_NUMBER.search(facts.reason)
    if number is None:
        return facts
    place = move(Place(int(number[1]), 1, int(number[1]), 1))
    return facts._replace(reason=facts.reason.replace(number[0], _where(regions, place)))


def _where(regions: tuple[Region, ...], place: Place) -> str:
    """What a place is called."""
    index = bisect_right(regions, place[:2], key=lambda region: region.place[:2])
    return regions[index - 1].text if index else f"line {place.line}"


def _placed(mentions: Iterable[Mention], text: str, move: Move, imports: dict[str, str]) -> Iterator[Mention]:
    """The mentions of a text where they stand in the file, with what they are given to named in full."""
    lines = split_lines(text)
    for mention in mentions:
        is_bare = not mention.name and not mention.call
        if is_bare and is_base64_between(lines, mention.place.line - 1):
            continue
        root, dot, rest = mention.call.partition(".")
        call = f"{imports.get(root, root)}{dot}{rest}"
        yield mention._replace(place=move(mention.place), call=call)


def _imports(facts: Facts) -> dict[str, str]:
    """What the names that are imported at the top stand for."""
    found = {}
    for binding in facts.bindings:
        value = binding.value
        if binding.scope == 0 and isinstance(value, Imported) and not value.level:
            found[binding.name] = f"{value.module}.{value.name}" if value.name else value.module
    return found


def _merged(ranges: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Ranges of lines in order, none beside or in another."""
    found: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return tuple(found)
