"""JSON with the liberties that people and JSON5 take, and JSON Lines."""

from __future__ import annotations

import re

from binlint.facts import NOTHING, Constant, Expr
from binlint.syntax.data_build import (
    DOUBLE,
    MAPPING,
    OTHER,
    SEQUENCE,
    SINGLE,
    Tree,
    Value,
    integer,
    literal,
    unescape,
)
from binlint.syntax.lexical import Lines

# A comment without its end reaches to the end of the text.
_TOKEN = re.compile(
    rf"""(?P<gap>[\s:\ufeff]+|(?://|\#)[^\r\n]*|/\*.*?(?:\*/|\Z))
    |(?P<comma>,)
    |(?P<open>[\[{{])
    |(?P<close>[\]}}])
    |(?P<string>{DOUBLE}|{SINGLE})
    |(?P<word>[^\s\[\]{{}},:"'/\#]+)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|\r\n|.)", re.DOTALL)
_CLOSED_BY = {"]": SEQUENCE, "}": MAPPING}
_WORDS: dict[str, Expr] = {"true": Constant(True), "false": Constant(False), "null": NOTHING}


def read_json(text: str) -> Expr:
    """Everything up to the end or to what cannot be JSON; several documents make a sequence."""
    lines = Lines(text)
    tree = Tree(lines)
    position = 0
    while found := _TOKEN.match(text, position):
        kind, token, start, position = found.lastgroup, found[0], found.start(), found.end()
        if kind == "string":
            tree.put(Value(literal(unescape(token[1:-1], _ESCAPE), lines, start, position)))
        elif kind == "word":
            is_key = tree.expects_key
            value = literal(token, lines, start, position) if is_key else _WORDS.get(token) or integer(token)
            tree.put(Value(value))
        elif kind == "comma":
            tree.drop_key()
        elif kind == "open":
            tree.open(MAPPING if token == "{" else SEQUENCE, start)
        elif kind == "close":
            if tree.kind not in (_CLOSED_BY[token], OTHER):
                break
            tree.put(tree.close(position))
    return tree.finish(position)
