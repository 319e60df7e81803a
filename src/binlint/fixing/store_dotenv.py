"""The text of an environment file: read as python-dotenv reads it, added to, filled in, and masked."""

from __future__ import annotations

import io
import re
from collections.abc import Container, Iterator, Mapping, Sequence

from dotenv import dotenv_values
from dotenv.parser import Binding, parse_stream

from binlint.finding import MASK, SecretText
from binlint.fixing.store_types import (
    BOM,
    NEWLINE,
    SHOWN_NAME,
    Refusal,
    is_encodable,
    newline_of,
    printable,
    unnameable,
)

_PLAIN = re.compile(r"[A-Za-z0-9_./+=:@-]*")  # means the same to python-dotenv, shells and docker
# python-dotenv replaces these in every value, however it is quoted, and has no way to write them otherwise.
_INTERPOLATED = re.compile(r"\$\{[^}]*\}")
_WIDE_GAP = re.compile(r"[^\S\r\n]{500}")  # over which python-dotenv's own patterns take quadratic time
_EMPTY = r"""(?x)
    (\s* (?:export[^\S\r\n]+)?)             # what stands before the name
    (?:{name}|'{name}') [^\S\r\n]*?
    (?:= [^\S\r\n]*? (?:""|'')?)?
    ([^\S\r\n]*\#[^\r\n]*)?                 # a comment
    [^\S\r\n]* (\r\n|\n|\r|\Z)
"""


def problem(text: str, shown: str) -> str:
    """Why python-dotenv could not read such a file; empty if it can."""
    name = printable(shown)
    if "\0" in text or _WIDE_GAP.search(text):
        return f"{name} is not a file of settings"
    for binding in _parse(text):
        if binding.error:
            lead = len(binding.original.string) - len(binding.original.string.lstrip())
            line = binding.original.line + binding.original.string[:lead].count("\n")
            return f"python-dotenv cannot read line {line} of {name}"
    return ""


def entries(text: str) -> list[tuple[str | None, object]]:
    """The variables and their values in order, None for no value; both None for a line that is no setting."""
    return [(b.key, b.value) for b in _parse(text) if b.key is not None or b.error]


def unfit(name: str, value: str) -> Refusal | None:
    """Why no environment file can hold a setting."""
    refusal = unnameable(name)
    if refusal is not None:
        return refusal
    if "\0" in value or not is_encodable(value):
        return Refusal(f"the value of {name} cannot be in an environment", "move it by hand")
    if _INTERPOLATED.search(value):
        return Refusal(f"python-dotenv would replace a part of {name}, ${{…}}", "move it by hand")
    if _WIDE_GAP.search(value):
        return Refusal(f"the value of {name} is mostly white space", "move it by hand")
    return None


def with_values(text: str, values: Mapping[str, str]) -> str:
    """The text with the values: where their variables stand without one, else at its end."""
    newline = newline_of(text)
    lines = {name: f"{name}={_quote(value, newline)[0]}" for name, value in values.items()}
    there = {binding.key for binding in _parse(text)}
    filled = _filled(text, {name: line for name, line in lines.items() if name in there})
    return _append(filled, [line for name, line in lines.items() if name not in there], newline)


def only_dotenv(text: str, values: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the values that a shell would read differently, as they are written in that text."""
    newline = newline_of(text)
    return tuple(name for name, value in values.items() if not _quote(value, newline)[1])


def read(path: str) -> Mapping[str, object]:
    """What python-dotenv reads from the disk."""
    return dotenv_values(path, interpolate=False, encoding="utf-8")


def masked(text: str, new: Container[str]) -> str:
    """An environment file as it may be shown, with as many lines as it has, and "\\n" at their ends."""
    return "".join(_masked(text, new))


def _parse(text: str) -> list[Binding]:
    # As python-dotenv opens files: every newline becomes "\n". Old versions take a BOM for a part of a name.
    return list(parse_stream(io.StringIO(text.removeprefix(BOM), newline=None)))


def _filled(text: str, lines: Mapping[str, str]) -> str:
    """The text with values where its variables have none, as in a copied example.

    Of several such lines for one variable the last is filled in, because readers take the last.
    """
    body = text.removeprefix(BOM)
    bindings = list(parse_stream(io.StringIO(body, newline="")))
    last = {binding.key: index for index, binding in enumerate(bindings)}
    parts = [text[: len(text) - len(body)]]
    for index, binding in enumerate(bindings):
        part = binding.original.string
        name = binding.key or ""
        if name in lines and last[name] == index:
            empty = re.fullmatch(_EMPTY.format(name=name), part)
            if empty is not None:
                start, comment, end = empty.groups(default="")
                gap = " " if comment.startswith("#") else ""  # else it would be a part of the value
                part = f"{start}{lines[name]}{gap}{comment}{end}"
        parts.append(part)
    return "".join(parts)


def _append(text: str, lines: Sequence[str], newline: str) -> str:
    """A text with lines at its end, apart from what was there."""
    if not lines:
        return text
    rows = NEWLINE.split(text)
    gap = newline if rows[-1] else ""
    last = rows[-1] or (rows[-2] if len(rows) > 1 else "")
    if last.strip():
        gap += newline
    return text + gap + "".join(f"{line}{newline}" for line in lines)


def _quote(value: str, newline: str) -> tuple[str, bool]:
    """A value as it is written, and whether a shell reads it alike.

    python-dotenv knows `\\\\` and `\\'` in single quotes, where a shell knows nothing; in double quotes both
    know `\\\\` and `\\"`, but a shell also `$` and backticks. What fits neither is written for python-dotenv.
    """
    if _PLAIN.fullmatch(value):
        return value, True
    is_split = "\n" in value or "\r" in value
    double = value.replace("\\", "\\\\").replace('"', '\\"')
    if "\r" in value or (is_split and newline != "\n"):
        # A newline that stands in the file becomes another one, by the file's style or on reading.
        escaped = double.replace("\n", "\\n").replace("\r", "\\r")
        return f'"{escaped}"', False
    fits_single = "'" not in value and "\\\\" not in value and not value.endswith("\\")
    fits_double = "$" not in value and "`" not in value
    if fits_double and (is_split or not fits_single):
        return f'"{double}"', True
    if fits_single:
        return f"'{value}'", True
    single = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{single}'", False


def _masked(text: str, new: Container[str]) -> Iterator[str]:
    for binding in _parse(text):
        body = binding.original.string
        statement = body.lstrip()
        yield "\n" * body[: len(body) - len(statement)].count("\n")
        if not statement:
            continue
        more = statement.rstrip().count("\n")
        end = "\n" * (statement.count("\n") - more)
        yield _masked_line(binding, statement, new) + f"\n{MASK}" * more + end


def _masked_line(binding: Binding, statement: str, new: Container[str]) -> str:
    if statement.startswith("#"):  # where old values are kept as well
        return f"# {MASK}"
    if binding.key is None or binding.value is None or not SHOWN_NAME.fullmatch(binding.key):
        return MASK
    # Of our own value that much is shown as in a report; of others nothing.
    value = SecretText(binding.value).mask() if binding.key in new else MASK
    prefix = "export " if re.match(r"export\s", statement) else ""
    return f"{prefix}{binding.key}={value if binding.value else ''}"
