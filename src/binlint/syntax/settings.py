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
from binlint.names import MAX_LENGTH, is_for_another_purpose, read_name
from binlint.syntax import labels, lexical
from binlint.syntax.builder import split_lines
from binlint.syntax.company import company_of, named_by_path, owner_of
from binlint.syntax.data import compile_data
from binlint.syntax.lexical import Lines
from binlint.syntax.python import is_base64_between

OURS = "binance"

MODULE = Scope("module", -1, -1, "", {}, {}, frozenset())
_NESTING = 4  # keys that a shown name has at most
_KEPT_ENCODED = frozenset((shapes.Shape.KEY, shapes.Shape.PRIVATE_KEY, shapes.Shape.ENCRYPTED_PRIVATE_KEY))
_LONGEST_KEY = 100  # characters, with the blanks around it
_SHORTEST = 16  # characters of a value that may be a secret
_MOST = 20_000  # values
_WHOSE = frozenset(
    "name exchange exchange_id exchangeid exchange_name exchangename provider platform id type venue broker"
    " connector market gateway class service account title label source vendor kind site host url base_url"
    " endpoint api_url".split()
)
_LABELS = ("name", "key", "variable", "var", "env", "id", "field", "property", "option")
_LABELLED = frozenset(("value", "val", "default", "content", "data", "defaultvalue", "default_value"))
_SHORT = 3  # characters of a name: `k` and `s`
_OPEN = frozenset(
    "value values val data default text content string note notes comment comments description message body"
    " main live prod test account accounts binance spot futures first second hmac keys creds auth".split()
)
_OPTION = re.compile(r"--?[A-Za-z][\w.-]{0,60}=?")
_ENCODED = re.compile(r"[A-Za-z0-9+/]{86,8000}={0,2}")


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
    inside = _Inside(slots, Lines(text))
    return facts._replace(
        scopes=(MODULE,),
        slots=slots,
        strings=tuple(
            StringPlace(slot.value, 0, slot.place, False)
            for slot in slots
            if isinstance(slot.value, Literal) and _may_be_anything(slot.name)
        ),
        mentions=tuple(_mentions(text, inside, owner)),
        company=phrases,
        only_testnet=company.only_testnet,
    )


def _may_be_anything(name: str) -> bool:
    """Whether a name leaves open what its value is; any other says that it is no credential."""
    reading = read_name(name)
    last = name.rpartition(".")[2].strip("[]0123456789")
    return reading.kind is not None or len(last) <= _SHORT or last.lower() in _OPEN


def _slots(document: Expr, owner: str) -> Iterator[Slot]:
    waiting = [_Value(document, (), owner, 0)]
    groups = count = 0
    seen: set[Place] = set()
    walked: set[int] = set()
    while waiting and count < _MOST:
        at = waiting.pop()
        if id(at.expr) in walked:  # what several sections share, or aliases repeat
            continue
        walked.add(id(at.expr))
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
    if len(value) < _LONGEST_KEY:
        literal = literal._replace(value=value.strip())
    bare = "".join(value.split()) if len(value) <= 10_000 else ""
    if _ENCODED.fullmatch(bare):  # as Kubernetes keeps what is secret
        try:
            decoded = base64.b64decode(bare, validate=True).decode("ascii").strip()
        except (binascii.Error, ValueError):
            return literal
        if shapes.classify(decoded, frozenset()) in _KEPT_ENCODED:
            return literal._replace(value=decoded)
    return literal


class _Inside:
    """Tells which value a place lies in."""

    def __init__(self, slots: tuple[Slot, ...], lines: Lines) -> None:
        self.lines = lines
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
    read: set[Place] = set()
    for mention in lexical.mentions(text):
        slot = inside.of(mention.place)
        if slot is None:
            yield _owned(mention, owner)
        elif slot.place not in read and isinstance(slot.value, Literal):
            read.add(slot.place)
            if not _is_other_purpose(slot):
                yield from _within(slot, slot.value, text, inside.lines)


def _is_other_purpose(slot: Slot) -> bool:
    return not slot.owner and is_for_another_purpose(slot.name)


def _within(slot: Slot, literal: Literal, text: str, lines: Lines) -> Iterator[Mention]:
    """The mentions in a value as it is meant, where they stand as it is written."""
    value = _shown(literal)
    if shapes.classify(value, frozenset()) in shapes.SECRETS:
        return  # the whole value is one
    start, end = lines.offset(slot.place.line, slot.place.column), lines.offset(*slot.place[2:])
    inner = split_lines(value)
    for mention in labels.named(value, lexical.mentions(value)):
        if any(
            is_base64_between(inner, number)
            for number, line in enumerate(inner)
            if line.strip() == mention.value
        ):
            continue
        at = text.find(mention.value, start, end)
        place = lines.place(at, at + len(mention.value)) if at >= 0 else slot.place
        name = mention.name
        if not name and not mention.call and read_name(slot.name).kind is not None:
            name = slot.name
        yield _owned(mention._replace(place=place, name=name), slot.owner)


def _shown(literal: Literal) -> str:
    value = literal.value
    return (value if isinstance(value, str) else value.decode("latin-1")).strip()


def _owned(mention: Mention, owner: str) -> Mention:
    if owner and mention.name and not owner_of(mention.name):
        return mention._replace(name=f"{owner}.{mention.name}")
    return mention
