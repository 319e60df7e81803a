"""Files of names and values as facts: what each value is called, by the path of its keys, and whose it is.

The name of a value is the path of keys that leads to it. Where a mapping says whom it is about, in a key
on the way (`binance:`) or in a neighbour (`exchange: binance`), its values belong to that service.
"""

from __future__ import annotations

import base64
import binascii
import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from binlint import shapes
from binlint.facts import Expr, Facts, Literal, Mapping, Mention, Scope, Sequence, Slot, StringPlace
from binlint.finding import Place
from binlint.names import MAX_LENGTH, read_name
from binlint.syntax import lexical
from binlint.syntax.builder import split_lines
from binlint.syntax.company import company_of, named_by_path, owner_of
from binlint.syntax.data import compile_data
from binlint.syntax.python import is_base64_between

OURS = "binance"

MODULE = Scope("module", -1, -1, "", {}, {}, frozenset())
_NESTING = 4  # keys that a shown name has at most
_SHORTEST = 16  # characters of a value that may be a secret
_MOST = 20_000  # values
_WHOSE = frozenset(
    "name exchange exchange_id exchangeid exchange_name exchangename provider platform id type venue broker"
    " connector market gateway class service account title label source vendor kind site host url base_url"
    " endpoint api_url".split()
)
_LABELS = ("name", "key", "variable", "var", "env", "id", "field", "property", "option")
_LABELLED = frozenset(("value", "val", "default", "content", "data", "defaultvalue", "default_value"))
_OPTION = re.compile(r"--?[A-Za-z][\w.-]{0,60}=?")
_ENCODED = re.compile(r"[A-Za-z0-9+/]{86,120}={0,2}")


class _Value(NamedTuple):
    """A container on its way to be read."""

    expr: Expr
    path: tuple[str, ...]
    owner: str
    group: int


def compile_settings(path: str, text: str, kind: str) -> Facts:
    """The facts of a file of settings, read as one of `FORMATS`. However broken it is, nothing is lost."""
    facts = compile_data(path, text, kind)
    company = company_of(text)
    phrases = company.phrases
    named, owner = named_by_path(path)
    if named:
        phrases = (*phrases, named)
    slots = tuple(_slots(facts.document, owner))
    inside = _Inside(slots)
    return facts._replace(
        scopes=(MODULE,),
        slots=slots,
        strings=tuple(StringPlace(s.value, 0, s.place, False) for s in slots if isinstance(s.value, Literal)),
        mentions=tuple(_mentions(text, inside, owner)),
        company=phrases,
        only_testnet=company.only_testnet,
    )


def _slots(document: Expr, owner: str) -> Iterator[Slot]:
    waiting = [_Value(document, (), owner, 0)]
    groups = count = 0
    seen: set[Place] = set()
    while waiting and count < _MOST:
        at = waiting.pop()
        groups += 1
        at = at._replace(group=groups)
        for name, value, whose in _children(at):
            if isinstance(value, Literal):
                found = _secret(value)
                if found is not None and value.place not in seen:
                    seen.add(value.place)
                    count += 1
                    shown = ".".join(name[-_NESTING:])
                    yield Slot(shown[-MAX_LENGTH:], found, value.place, 0, groups, whose)
            elif isinstance(value, Mapping | Sequence):
                waiting.append(_Value(value, name, whose, groups))


def _children(at: _Value) -> Iterator[tuple[tuple[str, ...], Expr, str]]:
    """What a container holds: the path to each value, the value, and whose it is."""
    if isinstance(at.expr, Sequence):
        yield from _items(at)
        return
    if not isinstance(at.expr, Mapping):
        return
    owner = _neighbour(at.expr) or at.owner
    label = _label(at.expr)
    for key, value in at.expr.entries:
        if key is None:
            yield at.path, value, owner
            continue
        word = key.value if isinstance(key, Literal) and isinstance(key.value, str) else "?"
        name = label if label and word.lower() in _LABELLED else word[:MAX_LENGTH]
        yield (*at.path, name), value, owner_of(name) or owner


def _items(at: _Value) -> Iterator[tuple[tuple[str, ...], Expr, str]]:
    assert isinstance(at.expr, Sequence)
    option = ""
    for item in at.expr.items:
        path = (*at.path, option) if option else at.path
        yield path or ("",), item, owner_of(option) or at.owner
        is_word = isinstance(item, Literal) and isinstance(item.value, str)
        word = str(item.value) if is_word and isinstance(item, Literal) else ""
        option = word.strip("-=") if _OPTION.fullmatch(word) else ""


def _label(mapping: Mapping) -> str:
    """What a mapping calls its value: `{"name": "BINANCE_API_KEY", "value": "…"}`."""
    texts = {
        key.value.lower(): value.value
        for key, value in mapping.entries
        if isinstance(key, Literal)
        and isinstance(key.value, str)
        and isinstance(value, Literal)
        and isinstance(value.value, str)
        and len(value.value) <= _LONGEST_LABEL
    }
    return next((texts[word] for word in _LABELS if texts.get(word)), "")


_LONGEST_LABEL = 60


def _neighbour(mapping: Mapping) -> str:
    """Whom one of the values says that its neighbours are about."""
    for key, value in mapping.entries:
        if not (isinstance(key, Literal) and isinstance(value, Literal)):
            continue
        if str(key.value).lower().replace("-", "_") in _WHOSE and len(value.value) <= _LONGEST_LABEL:
            owner = owner_of(str(value.value))
            if owner:
                return owner
    return ""


def _secret(literal: Literal) -> Literal | None:
    """The value, perhaps out of its base64, if it is long enough to be a secret."""
    value = literal.value
    if not isinstance(value, str) or len(value) < _SHORTEST:
        return None
    bare = "".join(value.split()) if len(value) <= 200 else ""
    if _ENCODED.fullmatch(bare):  # as Kubernetes keeps what is secret
        try:
            decoded = base64.b64decode(bare, validate=True).decode("ascii").strip()
        except (binascii.Error, ValueError):
            return literal
        if shapes.classify(decoded, frozenset()) is shapes.Shape.KEY:
            return literal._replace(value=decoded)
    return literal


class _Inside:
    """Tells which value a place lies in."""

    def __init__(self, slots: tuple[Slot, ...]) -> None:
        self._slots = sorted(slots, key=lambda slot: slot.place)
        self._starts = [slot.place[:2] for slot in self._slots]

    def of(self, place: Place) -> Slot | None:
        """The slot whose value holds a place."""
        index = bisect_right(self._starts, place[:2]) - 1
        if index >= 0 and place[2:] <= self._slots[index].place[2:]:
            return self._slots[index]
        return None


def _mentions(text: str, inside: _Inside, owner: str) -> Iterator[Mention]:
    """What stands in comments, within longer values, and where the file is broken."""
    for mention in lexical.mentions(text):
        slot = inside.of(mention.place)
        if slot is not None and isinstance(slot.value, Literal) and "\n" in _shown(slot.value):
            mention = _unescaped(mention)
        if slot is None:
            yield _owned(mention, owner)
        elif not (isinstance(slot.value, Literal) and _shown(slot.value) == mention.value.strip()):
            named = mention if mention.name or mention.call else mention._replace(name=slot.name)
            if not _is_wrapped(mention.value, slot):
                yield _owned(named, slot.owner)


def _is_wrapped(value: str, slot: Slot) -> bool:
    """Whether it is a line of a longer base64 text."""
    lines = split_lines(_shown(slot.value)) if isinstance(slot.value, Literal) else []
    return any(is_base64_between(lines, number) for number, line in enumerate(lines) if line.strip() == value)


def _unescaped(mention: Mention) -> Mention:
    """`\\nkey: …` in a text that is written on one line: the letter belongs to the escape."""
    reading = read_name(mention.name)
    bare = mention.name[1:]
    if reading.kind is None and mention.name[:1] in ("n", "t", "r") and read_name(bare).kind is not None:
        return mention._replace(name=bare)
    return mention


def _shown(literal: Literal) -> str:
    value = literal.value
    return (value if isinstance(value, str) else value.decode("latin-1")).strip()


def _owned(mention: Mention, owner: str) -> Mention:
    if owner and mention.name and not owner_of(mention.name):
        return mention._replace(name=f"{owner}.{mention.name}")
    return mention
