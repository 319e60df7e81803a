"""Python source → `Facts`, through the interpreter's own parser: one walk over the whole file.

What does not parse is cut out statement by statement and read as text, so that the rest still counts.
"""

from __future__ import annotations

import ast
from bisect import bisect_right

from binlint.facts import Facts, Mention, StringPlace
from binlint.finding import Place
from binlint.syntax import lexical, recover
from binlint.syntax.builder import Builder
from binlint.syntax.company import company_of
from binlint.syntax.scoping import outer_names
from binlint.syntax.statements import Statements

NOT_PARSED = "read as text only: it does not parse"


def compile_facts(path: str, text: str) -> Facts:
    """What a Python file says. Never raises for what the file holds; `gaps` tells what was only read as text."""
    parsed = recover.parse(text)
    if parsed.tree is None:
        return _as_text(path, text, parsed.reason or NOT_PARSED)
    try:
        facts = _walk(path, text, parsed.tree)
    except RecursionError:  # nested more deeply than a person writes
        return _as_text(path, text, "read as text only: nested too deeply")
    company = company_of(text, facts.roots)
    mentions = _mentions(text, facts)
    return facts._replace(
        mentions=mentions,
        company=company.phrases,
        only_testnet=company.only_testnet,
        other_hosts=company.other_hosts,
        gaps=parsed.dropped,
        reason=parsed.reason if parsed.dropped else "",
    )


def _walk(path: str, text: str, tree: ast.Module) -> Facts:
    has_outer = "global" in text or "nonlocal" in text
    builder = Builder(path, text, outer_names(tree) if has_outer else (frozenset(), frozenset()))
    Statements(builder).block(tree.body)
    return builder.facts()


def _as_text(path: str, text: str, reason: str) -> Facts:
    company = company_of(text)
    lines = text.count("\n") + text.count("\r") + 1
    return Facts(
        path=path,
        mentions=tuple(lexical.mentions(text)),
        company=company.phrases,
        only_testnet=company.only_testnet,
        other_hosts=company.other_hosts,
        gaps=((1, lines),),
        reason=reason,
    )


def _mentions(text: str, facts: Facts) -> tuple[Mention, ...]:
    """Key-shaped texts in comments and inside longer strings; whole literals are in `strings` already."""
    found = []
    literals = sorted(facts.strings, key=lambda string: string.literal.place)
    starts = [string.literal.place[:2] for string in literals]
    for mention in lexical.mentions(text):
        around = _around(mention.place, literals, starts)
        if around is not None and (_is_whole(mention, around) or _is_slice(mention, around)):
            continue
        found.append(mention._replace(statement=around.statement if around else None))
    return tuple(found)


def _around(place: Place, literals: list[StringPlace], starts: list[tuple[int, ...]]) -> StringPlace | None:
    index = bisect_right(starts, (place.line, place.column)) - 1
    while index >= 0:
        outer = literals[index].literal.place
        if (outer.end_line, outer.end_column) >= (place.end_line, place.end_column):
            return literals[index]
        if outer.line < place.line - 2_000:
            return None
        index -= 1
        if index < 0 or literals[index].literal.place.end_line < place.line:
            return None
    return None


def _is_whole(mention: Mention, string: StringPlace) -> bool:
    value = string.literal.value
    shown = value if isinstance(value, str) else value.decode("latin-1")
    return shown.strip() == mention.value.strip() and not string.is_docstring


_BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-")


def _is_slice(mention: Mention, string: StringPlace) -> bool:
    """Whether it is a line of a longer base64 text that is spread over several literals or lines."""
    value = string.literal.value
    shown = value if isinstance(value, str) else value.decode("latin-1")
    at = shown.find(mention.value)
    if at < 0:
        return False
    before, after = shown[:at].rstrip("\r\n")[-1:], shown[at + len(mention.value) :].lstrip("\r\n")[:1]
    same_line = shown[at - 1 : at] not in ("\n", "\r") or shown[
        at + len(mention.value) : at + len(mention.value) + 1
    ] not in ("\n", "\r")
    return (before in _BASE64 and bool(before)) + (after in _BASE64 and bool(after)) > 0 and same_line
