"""Which reader takes which kind of file, and what a file of that kind must hold to be worth it.

The readers are imported when the first file of their kind turns up: most runs need one or two.
"""

from __future__ import annotations

from binlint import candidates
from binlint.facts import Facts
from binlint.sources import kinds
from binlint.sources.decode import decode
from binlint.sources.source import Source, Text

_HEAD = 4_096  # bytes in which a binary file has a NUL
LONGEST = 1_000_000  # characters of settings that are read as such; beyond, they are read as text


def may_matter(kind: str, data: bytes) -> bool:
    """Whether a candidate is worth a reader. Linear in any input."""
    if kind in kinds.CODE:
        return candidates.may_matter(data)
    if kind in kinds.SETTINGS:
        return candidates.may_be_settings(data)
    if kind == kinds.BYTECODE:
        return candidates.may_hold_constant(data)
    if kind == kinds.ARCHIVE:
        return data.startswith(b"PK")
    if kind == kinds.BINARY:
        from binlint.syntax.binary import may_hold

        return may_hold(data)
    if b"\0" in data[:_HEAD]:
        from binlint.syntax.binary import may_hold

        return may_hold(data) or candidates.may_hold_key(data)
    return candidates.may_hold_key(data)


def text_of(source: Source, kind: str) -> Text | None:
    """The text of a file; empty for what is none by its kind, None for Python that is none."""
    if kind in kinds.ARTEFACTS:
        return Text(source.path, "", kind)
    text = decode(source)
    if isinstance(text, Text) and (kind == kinds.PYTHON or "\0" not in text.text):
        return text
    return None if kind == kinds.PYTHON else Text(source.path, "", kinds.BINARY)


def compile_source(source: Source, kind: str) -> Facts | None:
    """What a file says, read as its kind; None for Python that is no text. Nothing in it makes this raise."""
    text = text_of(source, kind)
    if text is None:
        return None
    if text.encoding in kinds.ARTEFACTS:
        return _of_bytes(source, text.encoding)
    return _of_text(source.path, text.text, kind)


def _of_text(path: str, text: str, kind: str) -> Facts:
    if kind == kinds.PYTHON:
        from binlint.syntax.python import compile_facts

        return compile_facts(path, text)
    if kind == kinds.NOTEBOOK:
        from binlint.syntax.notebook import compile_notebook

        return compile_notebook(path, text)
    if kind in kinds.SETTINGS and len(text) <= LONGEST:
        from binlint.syntax.settings import compile_settings

        return compile_settings(path, text, kind)
    from binlint.syntax.text import compile_text

    return compile_text(path, text, kind)


def _of_bytes(source: Source, kind: str) -> Facts:
    if kind == kinds.BYTECODE:
        from binlint.syntax.bytecode import compile_bytecode

        return compile_bytecode(source.path, source.data)
    if kind == kinds.ARCHIVE:
        from binlint.syntax.archive import compile_archive

        return compile_archive(source.path, source.data)
    from binlint.syntax.binary import compile_binary

    return compile_binary(source.path, source.data)
