"""YAML as PyYAML's scanner and parser see it. Nothing is ever constructed."""

from __future__ import annotations

import re
from contextlib import suppress
from importlib import import_module
from types import ModuleType
from typing import Any

from binlint.facts import NOTHING, UNKNOWN, Constant, Expr, Literal, Mapping, Sequence
from binlint.finding import Place
from binlint.syntax.data_build import DEPTH, MAPPING, OTHER, SEQUENCE, Tree, Value, integer
from binlint.syntax.lexical import Lines

LENGTH = 1_000_000  # characters; the scanner reads some hundred thousand a second
NODES = 50_000  # values with aliases written out, so that whoever walks through them comes to an end

_TAG = "tag:yaml.org,2002:"
_KINDS = {_TAG + "map": MAPPING, _TAG + "seq": SEQUENCE}
_BOOLS = dict.fromkeys(("yes", "true", "on"), True) | dict.fromkeys(("no", "false", "off"), False)
_PROPERTIES = re.compile(r"(?:(?:[&!]\S*|#[^\r\n]*)(?:\s+|\Z))*")  # before the value that they are about
_BLOCK = re.compile(r"[|>][^\r\n]*[\s]+")
_MERGE = Literal("<<", Place(1, 1, 1, 1))  # told by its identity
_OCTAL = re.compile(r"^([-+]?)0(?=[0-7])")


def read_yaml(text: str) -> Expr:
    """All documents; one that is broken, and what follows it, is left out."""
    yaml = _pyyaml()
    if yaml is None or len(text) > LENGTH:
        return UNKNOWN
    reader = _Reader(text)
    # The scanner has its accidents too: a code point beyond Unicode, a directive at the very end.
    accidents = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
    try:
        loader = yaml.SafeLoader(text)
        while loader.check_event() and not reader.is_full:
            reader.take(loader.get_event(), loader, yaml)
    except (yaml.YAMLError, *accidents):
        return reader.tree.read()
    return reader.tree.finish(reader.end)


def _pyyaml() -> ModuleType | None:
    for name in ("yaml", "yaml_ft"):  # libcst brings one of them
        with suppress(ImportError):
            return import_module(name)
    return None


class _Reader:
    """Builds the tree from events: unlike a composer it needs no recursion and can stop at any one."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = Lines(text)
        self.tree = Tree(self.lines)
        self.end = 0  # of the last token: a block has no end of its own
        self.anchors: dict[str, Value] = {}
        self.open_anchors: list[str | None] = []

    @property
    def is_full(self) -> bool:
        """Whether more would only cost time. The scanner's grows with the depth."""
        return self.tree.nodes > NODES or self.tree.depth > 2 * DEPTH

    def take(self, event: Any, loader: Any, yaml: ModuleType) -> None:
        """Goes on by one event."""
        if isinstance(event, yaml.DocumentStartEvent):
            self.anchors.clear()
        elif isinstance(event, yaml.AliasEvent):
            self.end = event.end_mark.index
            self._alias(event.anchor)
        elif isinstance(event, yaml.ScalarEvent):
            self._scalar(event, _tag(event, loader, yaml.ScalarNode))
        elif isinstance(event, yaml.CollectionStartEvent):
            is_mapping = isinstance(event, yaml.MappingStartEvent)
            tag = _tag(event, loader, yaml.MappingNode if is_mapping else yaml.SequenceNode)
            self._open(event, MAPPING if is_mapping else SEQUENCE, tag)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._close(event)

    def _start(self, event: Any) -> int:
        start: int = event.start_mark.index
        if event.anchor is None and event.tag is None:
            return start
        found = _PROPERTIES.match(self.text, start, event.end_mark.index)
        return found.end() if found else start

    def _alias(self, name: str) -> None:
        value = self.anchors.get(name, Value(UNKNOWN))  # an anchor that is still open contains itself
        if self.tree.depth + value.height > DEPTH or self.tree.nodes + value.nodes > NODES:
            value = Value(UNKNOWN)
        self.tree.put(value, value.nodes)

    def _scalar(self, event: Any, tag: str) -> None:
        start, end = self._start(event), event.end_mark.index
        if event.style in ("|", ">"):
            end = start + len(self.text[start:end].rstrip())
            first = _BLOCK.match(self.text, start, end)
            start = first.end() if first else start  # where its first line begins
        self.end = max(self.end, end)
        is_merge = tag == _TAG + "merge" and self.tree.expects_key
        value = Value(_MERGE if is_merge else self._resolved(tag, event.value, start, end))
        if event.anchor is not None:
            self.anchors[event.anchor] = value
        self.tree.put(value)

    def _resolved(self, tag: str, text: str, start: int, end: int) -> Expr:
        if tag == _TAG + "str":
            return Literal(text, self.lines.place(start, end))
        if tag == _TAG + "null":
            return NOTHING
        if tag == _TAG + "int":
            return integer(_OCTAL.sub(r"\g<1>0o", text.replace("_", "")))
        if tag == _TAG + "bool" and text.lower() in _BOOLS:
            return Constant(_BOOLS[text.lower()])
        return UNKNOWN

    def _open(self, event: Any, kind: str, tag: str) -> None:
        if event.anchor is not None:
            self.anchors.pop(event.anchor, None)
        self.open_anchors.append(event.anchor)
        self.tree.open(kind if _KINDS.get(tag) == kind else OTHER, self._start(event))

    def _close(self, event: Any) -> None:
        if self.text.startswith(("]", "}"), event.start_mark.index, event.end_mark.index):
            self.end = event.end_mark.index
        value = self.tree.close(self.end)
        if isinstance(value.expr, Mapping) and any(key is _MERGE for key, _ in value.expr.entries):
            value = value._replace(expr=_merged(value.expr))
        anchor = self.open_anchors.pop()
        if anchor is not None:
            self.anchors[anchor] = value
        self.tree.put(value)


def _tag(event: Any, loader: Any, node: Any) -> str:
    tag: str | None = event.tag
    if tag is None or tag == "!":
        value = getattr(event, "value", None)
        tag = loader.resolve(node, value, event.implicit)
    return tag or ""


def _merged(expr: Mapping) -> Mapping:
    """Merged entries come first, so that the mapping's own win; of several mappings the first wins."""
    merged: list[tuple[Expr | None, Expr]] = []
    for key, value in expr.entries:
        if key is _MERGE:
            sources = reversed(value.items) if isinstance(value, Sequence) else (value,)
            merged.extend((None, source) for source in sources)
    own = tuple(entry for entry in expr.entries if entry[0] is not _MERGE)
    return expr._replace(entries=(*merged, *own))
