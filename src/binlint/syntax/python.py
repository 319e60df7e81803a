"""Python source → `Facts`, through the interpreter's own parser: one walk over the whole file.

What does not parse is cut out statement by statement and read as text, so that the rest still counts.
"""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections.abc import Iterator

from binlint.facts import Facts, Mention, StringPlace
from binlint.finding import Place
from binlint.syntax import lexical, recover
from binlint.syntax.builder import Builder, split_lines
from binlint.syntax.company import company_of
from binlint.syntax.scoping import outer_names
from binlint.syntax.statements import Statements

NOT_PARSED = "read as text only: it does not parse"
_TOO_DEEP = "read as text only: nested too deeply"


def compile_facts(path: str, text: str) -> Facts:
    """What a Python file says. Nothing in a file makes it raise; `gaps` were only read as text."""
    parsed = recover.parse(text)
    if parsed.tree is None:
        return _as_text(path, text, parsed.reason or NOT_PARSED)
    try:
        facts = _walk(path, text, parsed.tree)
    except RecursionError:  # nested more deeply than a person writes: without the statements that are
        try:
            parsed = recover.parse(text, shallow=True)
            if parsed.tree is None:
                return _as_text(path, text, _TOO_DEEP)
            facts = _walk(path, text, parsed.tree)
        except RecursionError:
            return _as_text(path, text, _TOO_DEEP)
    company = company_of(text, facts.roots)
    mentions = _mentions(text, facts)
    return facts._replace(
        mentions=mentions,
        company=company.phrases,
        only_testnet=company.only_testnet,
        other_hosts=company.other_hosts,
        signs=company.signs,
        gaps=parsed.dropped,
        reason=parsed.reason if parsed.dropped else "",
    )


def _walk(path: str, text: str, tree: ast.Module) -> Facts:
    has_outer = "global" in text or "nonlocal" in text
    builder = Builder(path, text, outer_names(text) if has_outer else (frozenset(), frozenset()))
    Statements(builder).block(tree.body)
    return builder.facts()


def _as_text(path: str, text: str, reason: str) -> Facts:
    company = company_of(text)
    lines = text.count("\n") + text.count("\r") + 1
    return Facts(
        path=path,
        mentions=tuple(_qualified(text)),
        company=company.phrases,
        only_testnet=company.only_testnet,
        other_hosts=company.other_hosts,
        signs=company.signs,
        gaps=((1, lines),),
        reason=reason,
    )


def _mentions(text: str, facts: Facts) -> tuple[Mention, ...]:
    """Key-shaped texts in comments and inside longer strings; whole literals are in `strings` already."""
    found = []
    literals = sorted(facts.strings, key=lambda string: string.literal.place)
    starts = [string.literal.place[:2] for string in literals]
    lines = split_lines(text)
    for mention in _qualified(text):
        around = _around(mention.place, literals, starts)
        if around is not None and (_is_whole(mention, around) or _is_slice(mention, around)):
            continue
        if _is_password_of_url(lines, mention.place):
            continue
        if around is None and not mention.name and is_base64_between(lines, mention.place.line - 1):
            continue
        found.append(mention._replace(statement=around.statement if around else None))
    return tuple(found)


_IMPORTS = re.compile(
    r"^[ \t]*(?:from[ \t]+([\w.]{1,200})[ \t]+import[ \t]+(?:\(([^()#]{1,500})\)|([^\r\n#;(]{1,300}))"
    r"|import[ \t]+([\w.]{1,200}[ \t]+as[ \t]+\w+))",
    re.MULTILINE,
)


def _qualified(text: str) -> Iterator[Mention]:
    """Mentions whose call is named in full: imports tell, even where nothing parses."""
    imports: dict[str, str] | None = None
    for mention in lexical.mentions(text):
        if mention.call:
            if imports is None:
                imports = dict(_imported(text))
            root, dot, rest = mention.call.partition(".")
            mention = mention._replace(call=f"{imports.get(root, root)}{dot}{rest}")
        yield mention


def _imported(text: str) -> Iterator[tuple[str, str]]:
    for module, several, one, renamed in _IMPORTS.findall(text):
        for name in (several or one or renamed).split(","):
            words = name.split()
            if words:
                yield words[-1], f"{module}.{words[0]}" if module else words[0]


def _around(place: Place, literals: list[StringPlace], starts: list[tuple[int, int]]) -> StringPlace | None:
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


_BASE64 = re.compile(r"[A-Za-z0-9+/]{20,}={0,2}\s*")


def _is_slice(mention: Mention, string: StringPlace) -> bool:
    """Whether it is a piece of a longer base64 text that is spread over several literals or lines."""
    value = string.literal.value
    shown = value if isinstance(value, str) else value.decode("latin-1")
    at = shown.find(mention.value)
    if at < 0:
        return False
    end = at + len(mention.value)
    before, after = shown[at - 1 : at] if at else "", shown[end : end + 1]
    if _joins(before) or _joins(after):
        return True
    lines = split_lines(shown)
    number = len(split_lines(shown[:at])) - 1
    if lines[number].strip() != mention.value:
        return False
    return is_base64_between(lines, number)


def _is_password_of_url(lines: list[str], place: Place) -> bool:
    """`://user:…@host`"""
    after = lines[place.end_line - 1][place.end_column - 1 : place.end_column]
    return after == "@" and "://" in lines[place.line - 1][: place.column - 1]


def _joins(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char in ("+", "/"))


def is_base64_between(lines: list[str], number: int) -> bool:
    """Whether line `number` belongs to some lines of base64 of which one at least is no key itself."""
    block: list[str] = []
    for step in (-1, 1):
        at = number + step
        while 0 <= at < len(lines) and len(block) < _BLOCK and _BASE64.fullmatch(line := lines[at].strip()):
            block.append(line)
            at += step
    return any(not _KEY.fullmatch(line) for line in block)


_BLOCK = 40  # lines that are looked at
_KEY = re.compile(r"[A-Za-z0-9]{64}")
