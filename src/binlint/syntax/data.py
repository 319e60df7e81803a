"""Files of data as facts: everything that they hold, in the language of expressions, with exact places."""

from __future__ import annotations

from collections.abc import Callable

from binlint.facts import Expr, Facts
from binlint.syntax.data_build import literal
from binlint.syntax.data_json import read_json
from binlint.syntax.data_lines import read_dotenv, read_ini
from binlint.syntax.data_toml import read_toml
from binlint.syntax.data_yaml import read_yaml
from binlint.syntax.lexical import Lines


def _read_text(text: str) -> Expr:
    return literal(text, Lines(text), 0, len(text))


_READERS: dict[str, Callable[[str], Expr]] = {
    "json": read_json,
    "yaml": read_yaml,
    "toml": read_toml,
    "ini": read_ini,
    "dotenv": read_dotenv,
    "text": _read_text,
}
FORMATS = tuple(_READERS)


def compile_data(path: str, text: str, kind: str) -> Facts:
    """The facts of a file of data. However broken it is, they hold what could be read."""
    return Facts(path=path, document=_READERS[kind](text))
