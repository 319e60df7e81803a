"""Any text as facts: what is shaped like a key in it, and what is said next to it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from binlint.facts import Facts, Mention
from binlint.names import CLEAR, read_name
from binlint.sources.kinds import SOURCE
from binlint.syntax import lexical
from binlint.syntax.builder import split_lines
from binlint.syntax.company import company_of, named_by_path
from binlint.syntax.data_build import literal
from binlint.syntax.labels import named, owned
from binlint.syntax.python import is_base64_between
from binlint.syntax.settings import MODULE

_WIDE = 2_000  # characters of a line that a person writes; what is longer was made by a program
_BESIDE = 80  # characters between the halves of a credential
_MANY = 8  # bare values in one file: more are a list of something else
_LOCKS = re.compile(
    r"(?:.*[.-])?lock(?:file)?(?:\.\w+)?|go\.sum|npm-shrinkwrap\.json|.*\.min\.\w+|.*\.(?:map|svg|css|lock)"
)
_KEY_FILE = re.compile(r"\s*-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]+-----END [A-Z ]*PRIVATE KEY-----\s*")


def compile_text(path: str, text: str, kind: str) -> Facts:
    """The facts of a text of any kind; its document is the whole."""
    company = company_of(text)
    named, _ = named_by_path(path)
    phrases = (*company.phrases, named) if named else company.phrases
    return Facts(
        path=path,
        scopes=(MODULE,),
        mentions=tuple(_mentions(path, text)),
        company=phrases,
        only_testnet=company.only_testnet,
        other_hosts=company.other_hosts and kind == SOURCE,
        signs=False,
        document=literal(text, lexical.Lines(text), 0, len(text)),
    )


def _is_near(first: Mention | None, second: Mention) -> bool:
    """Whether two values stand side by side on a line."""
    if first is None or first.place.end_line != second.place.line:
        return False
    return second.place.column - first.place.end_column < _BESIDE


def _mentions(path: str, text: str) -> Iterator[Mention]:
    name = posixpath.basename(path)
    found = list(owned(text, named(text, lexical.mentions(text))))
    if not found:
        return
    if len(found) == 1 and _KEY_FILE.fullmatch(text):
        yield found[0]._replace(name=name)
        return
    is_made = _LOCKS.fullmatch(name.lower()) is not None
    lines = split_lines(text)
    last: Mention | None = None
    bare = [mention for mention in found if not mention.name and not mention.call]
    for mention in found:
        line = mention.place.line - 1
        if is_made or len(lines[line]) > _WIDE:
            reading = read_name(mention.name)
            is_clear = reading.company or (reading.kind is not None and reading.strength >= CLEAR)
            is_second = reading.kind is not None and _is_near(last, mention)
            if (is_clear or is_second) and (reading.company or not is_made):
                yield mention
                last = mention
        elif mention.name or mention.call:
            yield mention
        elif len(bare) <= _MANY and not is_base64_between(lines, line):
            yield mention
