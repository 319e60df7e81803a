"""String operations on known texts: what Python would compute, within bounds, or nothing."""

from __future__ import annotations

import base64
import binascii
import codecs
import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import quote, unquote

from binlint.finding import Location
from binlint.flow import budget
from binlint.flow.values import Hop, Text

Raw = str | bytes


def joined(parts: list[Text], separator: Raw = "") -> Text | None:
    """Concatenation; None where types do not fit or the result is too long."""
    if not parts:
        return None
    kind = type(parts[0].value)
    if kind is bytes and not separator:
        separator = b""
    total = sum(len(part.value) for part in parts)
    if total > budget.LENGTH or any(type(part.value) is not kind for part in parts):
        return None
    if isinstance(separator, str) != (kind is str):
        return None
    return _derived(_concatenated([part.value for part in parts], separator), parts)


def _concatenated(values: list[Raw], separator: Raw) -> Raw:
    if isinstance(separator, bytes):
        return separator.join(value for value in values if isinstance(value, bytes))
    if isinstance(values[0], bytes):
        return b"".join(value for value in values if isinstance(value, bytes))
    return separator.join(value for value in values if isinstance(value, str))


def _derived(value: Raw, sources: list[Text]) -> Text:
    origins: dict[Location, None] = {}
    way: Hop | None = None
    for source in sources:
        if source.value:
            origins.update(dict.fromkeys(source.origins))
            if way is None or (source.way is not None and source.way.length > way.length):
                way = source.way
    return Text(value, tuple(origins)[: budget.ORIGINS], way)


def changed(text: Text, value: Raw | None) -> tuple[Text, ...]:
    """`text` with another value, or nothing."""
    if value is None or len(value) > budget.LENGTH:
        return ()
    return (text._replace(value=value),)


def repeated(text: Text, times: int) -> tuple[Text, ...]:
    """`text * times`."""
    if times <= 0:
        return ()
    return changed(text, text.value * times) if len(text.value) * times <= budget.LENGTH else ()


def sliced(text: Text, lower: int | None, upper: int | None, step: int | None) -> tuple[Text, ...]:
    """`text[lower:upper:step]`"""
    return () if step == 0 else changed(text, text.value[lower:upper:step])


_PERCENT = re.compile(r"%(?:\((\w+)\))?([-#0 +]*)(\d*)(?:\.(\d+))?([sdr%i])")
_FIELD = re.compile(r"\{\{|\}\}|\{(\w*)\}|([{}])")


def percent(template: Text, positional: list[Text], named: dict[str, Text]) -> Text | None:
    """`template % values` with plain `%s`; None for anything that pads, cuts or does not fit."""
    if not isinstance(template.value, str):
        return None
    used: list[Text] = []
    queue = list(positional)
    pieces: list[str] = []
    position = 0
    for match in _PERCENT.finditer(template.value):
        name, flags, width, precision, conversion = match.groups()
        pieces.append(template.value[position : match.start()])
        position = match.end()
        if conversion == "%":
            pieces.append("%")
            continue
        value = named.get(name) if name else queue.pop(0) if queue else None
        if (
            value is None
            or flags
            or width
            or precision
            or conversion != "s"
            or not isinstance(value.value, str)
        ):
            return None
        used.append(value)
        pieces.append(value.value)
    pieces.append(template.value[position:])
    return _bounded("".join(pieces), template, used)


def formatted(template: Text, positional: list[Text], named: dict[str, Text]) -> Text | None:
    """`template.format(…)` with plain `{}`, `{0}` and `{name}` fields."""
    if not isinstance(template.value, str):
        return None
    used: list[Text] = []
    pieces: list[str] = []
    position = counter = 0
    for match in _FIELD.finditer(template.value):
        pieces.append(template.value[position : match.start()])
        position = match.end()
        if match[0] in ("{{", "}}"):
            pieces.append(match[0][0])
            continue
        if match[2]:
            return None
        key = match[1]
        if not key:
            key, counter = str(counter), counter + 1
        value = named.get(key)
        if key.isdecimal() and len(key) < 4:
            value = positional[int(key)] if int(key) < len(positional) else None
        if value is None or not isinstance(value.value, str):
            return None
        used.append(value)
        pieces.append(value.value)
    pieces.append(template.value[position:])
    return _bounded("".join(pieces), template, used)


def _bounded(value: str, template: Text, used: list[Text]) -> Text | None:
    if len(value) > budget.LENGTH:
        return None
    own = re.sub(r"%[()\w]*s|\{\w*\}", "", str(template.value)).strip()
    return _derived(value, [*used, template] if own or not used else used)


class Method(NamedTuple):
    """A string method: how many literal arguments it takes at most, and what it computes."""

    arguments: int
    compute: Callable[..., Raw]


def _decode(value: Raw, encoding: Raw = "utf-8", *_: Raw) -> Raw:
    if isinstance(value, str):
        return value
    name = str(encoding).lower()
    if name in ("hex", "base64", "rot13", "rot_13"):
        return codecs.decode(value, name)
    return value.decode(name)


def _encode(value: Raw, encoding: Raw = "utf-8", *_: Raw) -> Raw:
    return value.encode(str(encoding)) if isinstance(value, str) else value


METHODS: dict[str, Method] = {
    "strip": Method(1, lambda v, *a: v.strip(*a)),
    "lstrip": Method(1, lambda v, *a: v.lstrip(*a)),
    "rstrip": Method(1, lambda v, *a: v.rstrip(*a)),
    "lower": Method(0, lambda v: v.lower()),
    "upper": Method(0, lambda v: v.upper()),
    "casefold": Method(0, lambda v: v.casefold()),
    "swapcase": Method(0, lambda v: v.swapcase()),
    "title": Method(0, lambda v: v.title()),
    "capitalize": Method(0, lambda v: v.capitalize()),
    "removeprefix": Method(1, lambda v, a: v.removeprefix(a)),
    "removesuffix": Method(1, lambda v, a: v.removesuffix(a)),
    "decode": Method(2, _decode),
    "encode": Method(2, _encode),
    "hex": Method(0, lambda v: v.hex()),
    "expandtabs": Method(0, lambda v: v.expandtabs()),
    # wrappers of secrets hand their text back
    "get_secret_value": Method(0, lambda v: v),
    "reveal": Method(0, lambda v: v),
}


def replaced(text: Text, old: Raw, new: Raw) -> tuple[Text, ...]:
    """`text.replace(old, new)`"""
    if type(old) is not type(text.value) or type(new) is not type(text.value):
        return ()
    grown = len(text.value) + text.value.count(old) * len(new)  # type: ignore[arg-type]
    return changed(text, text.value.replace(old, new)) if grown <= budget.LENGTH else ()  # type: ignore[arg-type]


def called(method: str, text: Text, arguments: list[Raw]) -> tuple[Text, ...]:
    """The result of a string method with known arguments; nothing where Python would raise."""
    if method == "replace" and len(arguments) == 2:
        return replaced(text, *arguments)
    entry = METHODS.get(method)
    if entry is None or len(arguments) > entry.arguments:
        return ()
    return _attempt(text, lambda: entry.compute(text.value, *arguments))


def _attempt(text: Text, compute: Callable[[], Raw]) -> tuple[Text, ...]:
    try:
        return changed(text, compute())
    except (ValueError, TypeError, LookupError, AttributeError, binascii.Error):
        return ()


def _bytes(value: Raw) -> bytes:
    return value.encode("latin-1") if isinstance(value, str) else value


def _codec(value: Raw, name: Raw) -> Raw:
    codec = str(name).lower().replace("-", "_")
    if codec in ("rot13", "rot_13"):
        return codecs.decode(str(value), "rot13")
    if codec in ("hex", "hex_codec", "base64", "base64_codec"):
        return codecs.decode(_bytes(value), codec)
    return _decode(value, name)


FUNCTIONS: dict[str, Callable[..., Raw]] = {
    "base64.b64decode": lambda v, *_: base64.b64decode(_bytes(v)),
    "base64.standard_b64decode": lambda v: base64.b64decode(_bytes(v)),
    "base64.urlsafe_b64decode": lambda v: base64.urlsafe_b64decode(_bytes(v)),
    "base64.decodebytes": lambda v: base64.decodebytes(_bytes(v)),
    "base64.b32decode": lambda v, *_: base64.b32decode(_bytes(v)),
    "base64.b16decode": lambda v, *_: base64.b16decode(_bytes(v), casefold=True),
    "base64.b85decode": lambda v: base64.b85decode(_bytes(v)),
    "base64.a85decode": lambda v, *_: base64.a85decode(_bytes(v)),
    "base64.b64encode": lambda v, *_: base64.b64encode(_bytes(v)),
    "base64.urlsafe_b64encode": lambda v: base64.urlsafe_b64encode(_bytes(v)),
    "binascii.a2b_base64": lambda v, *_: binascii.a2b_base64(_bytes(v)),
    "binascii.unhexlify": lambda v: bytes.fromhex(_bytes(v).decode("ascii")),
    "binascii.a2b_hex": lambda v: bytes.fromhex(_bytes(v).decode("ascii")),
    "builtins.bytes.fromhex": lambda v: bytes.fromhex(str(v)),
    "builtins.bytearray.fromhex": lambda v: bytes.fromhex(str(v)),
    "codecs.decode": lambda v, name="utf-8", *_: _codec(v, name),
    "codecs.encode": lambda v, name="utf-8", *_: (
        _codec(v, name) if str(name).lower().startswith("rot") else _encode(v, name)
    ),
    "urllib.parse.unquote": lambda v, *_: unquote(str(v)),
    "urllib.parse.quote": lambda v, *_: quote(str(v)),
    "builtins.str.lower": lambda v: v.lower(),
    "builtins.str.upper": lambda v: v.upper(),
    "builtins.str.strip": lambda v, *a: v.strip(*a),
}


def applied(function: str, text: Text, arguments: list[Raw]) -> tuple[Text, ...] | None:
    """A library function on a known text; None when it is not one of those known here."""
    compute = FUNCTIONS.get(function)
    return None if compute is None else _attempt(text, lambda: compute(text.value, *arguments))
