"""What an expression of literals comes to, without running anything, within a budget."""

from __future__ import annotations

import ast
import base64
import binascii
import re
from collections.abc import Callable, Sequence
from typing import Final

Value = str | bytes | int | None | tuple["Value", ...]


class _Unknown:
    """What cannot be told."""


UNKNOWN: Final = _Unknown()
Known = Value | _Unknown

_LONGEST = 20_000  # characters or items
_STEPS = 20_000
_DEEP = 40
_NUMBER = 100_000
_CODECS = frozenset({"utf-8", "utf8", "ascii", "latin-1", "latin1", "UTF-8", "ASCII"})
_PLAIN = frozenset(
    ("strip", "lstrip", "rstrip", "lower", "upper", "swapcase", "removeprefix", "removesuffix", "hex")
)
_PERCENT = re.compile(r"%[s%]|%")
_FIELD = re.compile(r"\{\{|\}\}|\{(\w*)\}|[{}]")
_FAILURES = (ValueError, TypeError, LookupError, OverflowError)


def _base64(data: str | bytes) -> bytes:
    return base64.b64decode(data)


_DECODERS: dict[str, Callable[[str | bytes], bytes]] = {
    "b64decode": _base64,
    "standard_b64decode": base64.standard_b64decode,
    "urlsafe_b64decode": base64.urlsafe_b64decode,
    "a2b_base64": binascii.a2b_base64,
    "b32decode": base64.b32decode,
    "b16decode": base64.b16decode,
    "unhexlify": binascii.unhexlify,
    "a2b_hex": binascii.unhexlify,
}


class Folding:
    """Folds expressions of one tree; what was folded is remembered."""

    def __init__(self) -> None:
        self._known: dict[ast.AST, Known] = {}
        self._left = _STEPS

    def fold(self, node: ast.AST | None, depth: int = 0) -> Known:
        """The value of an expression, or `UNKNOWN`."""
        if node is None:
            return None
        known = self._known.get(node)
        if known is not None or node in self._known:
            return known
        self._left -= 1
        if depth > _DEEP or self._left < 0:
            return UNKNOWN
        try:
            value = self._fold(node, depth + 1)
        except _FAILURES:
            value = UNKNOWN
        if isinstance(value, (str, bytes, tuple)) and len(value) > _LONGEST:
            value = UNKNOWN
        self._known[node] = value
        return value

    def _fold(self, node: ast.AST, depth: int) -> Known:
        if isinstance(node, ast.Constant):
            return _constant(node.value)
        if isinstance(node, ast.JoinedStr):
            return self._joined(node, depth)
        if isinstance(node, ast.BinOp):
            return self._binary(node, depth)
        if isinstance(node, (ast.List, ast.Tuple)):
            return self._all(node.elts, depth)
        if isinstance(node, ast.Subscript):
            return self._item(node, depth)
        if isinstance(node, ast.Call):
            return self._call(node, depth)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            number = self.fold(node.operand, depth)
            return -number if isinstance(number, int) else UNKNOWN
        return UNKNOWN

    def _all(self, nodes: Sequence[ast.AST], depth: int) -> Known:
        values: list[Value] = []
        for node in nodes:
            value = self.fold(node, depth)
            if isinstance(value, _Unknown):
                return UNKNOWN
            values.append(value)
        return tuple(values)

    def _joined(self, node: ast.JoinedStr, depth: int) -> Known:
        parts: list[str] = []
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                if part.format_spec is not None or part.conversion not in (-1, ord("s")):
                    return UNKNOWN
                part = part.value
            value = self.fold(part, depth)
            if not isinstance(value, str):
                return UNKNOWN
            parts.append(value)
        return _within("".join, parts)

    def _binary(self, node: ast.BinOp, depth: int) -> Known:
        if isinstance(node.op, ast.Add):
            return self._sum(node, depth)
        left, right = self.fold(node.left, depth), self.fold(node.right, depth)
        if isinstance(left, _Unknown) or isinstance(right, _Unknown):
            return UNKNOWN
        if isinstance(node.op, ast.Mod) and isinstance(left, str):
            return _percent(left, right if isinstance(right, tuple) else (right,))
        if isinstance(node.op, ast.Mult):
            if isinstance(left, int):
                left, right = right, left
            if isinstance(left, (str, bytes)) and isinstance(right, int):
                return left * right if len(left) * right <= _LONGEST else UNKNOWN
        return UNKNOWN

    def _sum(self, node: ast.BinOp, depth: int) -> Known:
        """A chain of `+` of any length; what was summed up before is its beginning."""
        terms: list[ast.AST] = []
        left: ast.AST = node
        while isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add) and left not in self._known:
            terms.append(left.right)
            left = left.left
        values = self._all([left, *reversed(terms)], depth)
        if not isinstance(values, tuple):
            return UNKNOWN
        texts = [value for value in values if isinstance(value, str)]
        if len(texts) == len(values):
            return _within("".join, texts)
        pieces = [value for value in values if isinstance(value, bytes)]
        if len(pieces) == len(values) and sum(map(len, pieces)) <= _LONGEST:
            return b"".join(pieces)
        return UNKNOWN

    def _item(self, node: ast.Subscript, depth: int) -> Known:
        whole = self.fold(node.value, depth)
        if not isinstance(whole, (str, bytes, tuple)):
            return UNKNOWN
        if isinstance(node.slice, ast.Slice):
            bounds = self._all(
                [
                    part or ast.Constant(None)
                    for part in (node.slice.lower, node.slice.upper, node.slice.step)
                ],
                depth,
            )
            if not isinstance(bounds, tuple):
                return UNKNOWN
            lower, upper, step = (bound if isinstance(bound, int) else None for bound in bounds)
            return whole[lower:upper:step]
        index = self.fold(node.slice, depth)
        return whole[index] if isinstance(index, int) else UNKNOWN

    def _call(self, node: ast.Call, depth: int) -> Known:
        function = node.func
        arguments = self._all(node.args, depth)
        if not isinstance(arguments, tuple):
            return UNKNOWN
        if isinstance(function, ast.Attribute) and function.attr == "format":
            return self._format(node, arguments, depth)
        if node.keywords:
            return UNKNOWN
        if isinstance(function, ast.Name):
            return _function(function.id, arguments)
        if not isinstance(function, ast.Attribute):
            return UNKNOWN
        if isinstance(function.value, ast.Name):
            if function.attr == "fromhex" and function.value.id in ("bytes", "bytearray"):
                return _function("unhexlify", tuple(_without_blanks(each) for each in arguments))
            return _function(function.attr, arguments) if function.attr in _DECODERS else UNKNOWN
        return _method(self.fold(function.value, depth), function.attr, arguments)

    def _format(self, node: ast.Call, arguments: tuple[Value, ...], depth: int) -> Known:
        assert isinstance(node.func, ast.Attribute)
        template = self.fold(node.func.value, depth)
        named = {keyword.arg: self.fold(keyword.value, depth) for keyword in node.keywords}
        if not isinstance(template, str):
            return UNKNOWN
        parts: list[str] = []
        last = count = 0
        for found in _FIELD.finditer(template):
            parts.append(template[last : found.start()])
            last = found.end()
            name = found[1]
            if found.group() in ("{{", "}}"):
                parts.append(found.group()[0])
                continue
            if name is None:
                return UNKNOWN
            value = named.get(name, UNKNOWN)
            if not name or name.isdigit():
                value = arguments[int(name) if name else count]
                count += 1
            if not isinstance(value, str):
                return UNKNOWN
            parts.append(value)
        return _within("".join, [*parts, template[last:]])


def _constant(value: object) -> Known:
    if value is None or isinstance(value, (str, bytes)):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _NUMBER:
        return value
    return UNKNOWN


def _within(join: Callable[[list[str]], str], parts: list[str]) -> Known:
    return join(parts) if sum(map(len, parts)) <= _LONGEST else UNKNOWN


def _percent(template: str, arguments: tuple[Value, ...]) -> Known:
    texts = [value for value in arguments if isinstance(value, str)]
    if len(texts) < len(arguments):
        return UNKNOWN
    parts: list[str] = []
    last = 0
    waiting = iter(texts)
    for found in _PERCENT.finditer(template):
        parts.append(template[last : found.start()])
        last = found.end()
        if found.group() == "%":
            return UNKNOWN
        text = "%" if found.group() == "%%" else next(waiting, None)
        if text is None:
            return UNKNOWN
        parts.append(text)
    if next(waiting, None) is not None:
        return UNKNOWN
    return _within("".join, [*parts, template[last:]])


def _without_blanks(value: Value) -> Value:
    return "".join(value.split()) if isinstance(value, str) else value


def _function(name: str, arguments: tuple[Value, ...]) -> Known:
    first = arguments[0] if arguments else None
    decode = _DECODERS.get(name)
    if decode is not None:
        return decode(first) if isinstance(first, (str, bytes)) and len(arguments) == 1 else UNKNOWN
    if name == "reversed" and isinstance(first, (str, tuple)):
        return tuple(reversed(first))
    if name in ("list", "tuple") and isinstance(first, (str, tuple)):
        return tuple(first)
    if name == "str" and isinstance(first, str) and len(arguments) == 1:
        return first
    if name == "str" and isinstance(first, bytes) and len(arguments) == 2:
        return _method(first, "decode", arguments[1:])
    if name in ("bytes", "bytearray"):
        if isinstance(first, bytes) and len(arguments) == 1:
            return first
        return _method(first, "encode", arguments[1:]) if len(arguments) == 2 else UNKNOWN
    return UNKNOWN


def _method(owner: Known, name: str, arguments: tuple[Value, ...]) -> Known:
    if not isinstance(owner, (str, bytes)):
        return UNKNOWN
    if name in ("encode", "decode"):
        codec = arguments[0] if arguments else "utf-8"
        if codec not in _CODECS or len(arguments) > 1 or not isinstance(codec, str):
            return UNKNOWN
        if isinstance(owner, str):
            return owner.encode(codec) if name == "encode" else UNKNOWN
        return owner.decode(codec) if name == "decode" else UNKNOWN
    if name == "join" and len(arguments) == 1 and isinstance(owner, str):
        items = tuple(arguments[0]) if isinstance(arguments[0], str) else arguments[0]
        if not isinstance(items, tuple) or len(items) * len(owner) > _LONGEST:
            return UNKNOWN
        texts = [item for item in items if isinstance(item, str)]
        return _within(owner.join, texts) if len(texts) == len(items) else UNKNOWN
    if name == "replace" and len(arguments) == 2 and isinstance(owner, str):
        old, new = arguments
        if isinstance(old, str) and isinstance(new, str):
            return owner.replace(old, new) if len(new) <= max(len(old), 64) else UNKNOWN
        return UNKNOWN
    if name in _PLAIN and all(isinstance(each, type(owner)) for each in arguments):
        result: object = getattr(owner, name)(*arguments)
        return result if isinstance(result, (str, bytes)) else UNKNOWN
    return UNKNOWN
