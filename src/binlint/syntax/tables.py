"""Values in rows and columns: what the head of a column calls them, in CSV, SQL, Markdown and HTML.

A column that is called something else holds something else: an order's number, a transaction.
"""

from __future__ import annotations

import csv
import re
from itertools import islice
from typing import NamedTuple

from binlint.facts import Mention
from binlint.names import read_name
from binlint.syntax.lexical import Lines

_FAR = 20_000  # characters that are looked back for the head of a table
_ROW = 4_000  # characters of a row
_SHORT = 60
_MOST = 500  # values that are looked up in one text; with more it is a list of something else
_DELIMITERS = ("\t", ";", ",", "|")
_INSERT = re.compile(
    r"(?:INSERT\s{1,20}(?:OR\s{1,20}\w{1,20}\s{1,20})?INTO|REPLACE\s{1,20}INTO)\s{1,20}([\w.`\"\[\]]{1,120})"
    r"(?:\s{0,20}\(([^()]{1,2000})\))?\s{0,20}VALUES",
    re.IGNORECASE,
)
_CREATE_HEAD = re.compile(r"CREATE\s{1,20}TABLE", re.IGNORECASE)
_CREATE = re.compile(
    r"CREATE\s{1,20}TABLE\s{1,20}(?:IF\s{1,20}NOT\s{1,20}EXISTS\s{1,20})?([\w.`\"\[\]]{1,120})\s{0,20}"
    r"\((.{1,4000}?)\)\s{0,20}(?:;|ENGINE|WITH|$)",
    re.IGNORECASE | re.DOTALL,
)
_COPY = re.compile(r"COPY\s+[\w.\"]{1,120}\s*\(([^()]{1,2000})\)\s+FROM\s+stdin", re.IGNORECASE)
_FIELD = re.compile(r"""'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.)*"|[^,'"]+|[,'"]""")
_CELL = re.compile(r"<t[hd]\b[^<>]{0,300}>", re.IGNORECASE)
_HEAD = re.compile(r"<th\b[^<>]{0,300}>(.{0,200}?)</th>", re.IGNORECASE | re.DOTALL)
_HEADING = re.compile(r"""[\s`"'\[*_]*\w[\w .#/()*`"'\]-]{0,60}""")
_TAG = re.compile(r"<[^<>]{0,300}>")
_RULE = re.compile(r"[\s|+:=-]+")
_GENERIC = frozenset({"value", "val", "data", "content", "default"})
_NAMING = frozenset({"name", "key", "variable", "setting", "option", "parameter", "field", "env", "property"})


NOT_ONE = "?"


class Cell(NamedTuple):
    """Where a value stands: the heads of its table, the values of its row, and which of them it is."""

    heads: tuple[str, ...]
    row: tuple[str, ...]
    at: int


def _head(cell: Cell) -> str:
    return cell.heads[cell.at].strip().strip("`\"'[]*_ ")


def _name(cell: Cell) -> str:
    """What a value is called, after whomever its row names; empty if it is called something harmless."""
    head = _head(cell)
    if head.lower() in _GENERIC:
        names = [
            row for name, row in zip(cell.heads, cell.row, strict=False) if name.strip().lower() in _NAMING
        ]
        head = names[0] if names else (cell.row[0] if cell.at else "")
    reading = read_name(head)
    if reading.kind is None and not reading.company:
        return ""
    if reading.company or reading.vendor:
        return head
    for other in cell.row:
        if len(other) <= _SHORT:
            whose = read_name(other)
            if whose.company or whose.vendor:
                return f"{'binance' if whose.company else whose.vendor}.{head}"
    return head


def _at(heads: list[str], row: list[str], value: str) -> Cell | None:
    if len(heads) < 2 or len(heads) != len(row) or not all(map(_HEADING.fullmatch, heads)):
        return None
    index = next((number for number, field in enumerate(row) if value in field), -1)
    return Cell(tuple(heads), tuple(row), index) if 0 <= index < len(heads) else None


class Tables:
    """The tables of one text, each looked for from a value backwards."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = Lines(text)
        self._asked = 0
        self._created: dict[str, list[str]] | None = None

    def name(self, mention: Mention) -> str:
        """The head of the column of a value; NOT_ONE if that is no credential, empty without a column."""
        self._asked += 1
        cell = self._cell(mention) if self._asked <= _MOST else None
        if cell is None or len(_head(cell)) == 1:  # a letter names no column
            return ""
        return _name(cell) or NOT_ONE

    def _cell(self, mention: Mention) -> Cell | None:
        line = mention.place.line - 1
        start = self._lines.starts[line] + mention.place.column - 1
        return (
            self._in_html(start)
            or self._in_sql(start, mention.value)
            or self._in_markdown(line, mention.value)
            or self._in_csv(line, mention.value)
        )

    def _in_csv(self, line: int, value: str) -> Cell | None:
        row = self._line(line)
        if line == 0 or len(row) > _ROW:
            return None
        here = self._lines.starts[line]
        copied = _COPY.search(self._text, max(0, here - _FAR), here)
        if copied is not None:
            return _at(copied[1].split(","), row.split("\t"), value)
        heads = self._line(0)
        if len(heads) > _ROW:
            return None
        for delimiter in _DELIMITERS:
            if delimiter in row and delimiter in heads:
                cell = _at(_fields(heads, delimiter), _fields(row, delimiter), value)
                if cell is not None:
                    return cell
        return None

    def _in_markdown(self, line: int, value: str) -> Cell | None:
        row = self._line(line).strip()
        if len(row) > _ROW or row.count("|") < 2:
            return None
        first = line
        while first > 0 and line - first < _MOST and self._line(first - 1).strip()[:1] in ("|", "+"):
            first -= 1
        above = [self._line(number).strip() for number in range(first, line)]
        heads = next((head for head in above if not _RULE.fullmatch(head)), "")
        return _at(_columns(heads), _columns(row), value) if 0 < len(heads) <= _ROW else None

    def _in_sql(self, start: int, value: str) -> Cell | None:
        text = self._text
        inserts = list(_INSERT.finditer(text, max(0, start - _FAR), start))
        if not inserts or ";" in _unquoted(text[inserts[-1].end() : start]):
            return None
        found = inserts[-1]
        heads = found[2].split(",") if found[2] else self._columns_of(found[1])
        opened = text.rfind("(", found.end(), start)
        if opened < 0 or start - opened > _ROW:
            return None
        return _at(heads, _values(text[opened + 1 : self._closing(start + len(value))]), value)

    def _closing(self, start: int) -> int:
        end = self._text.find(")", start, start + _ROW)
        return end if end >= 0 else min(len(self._text), start + _ROW)

    def _columns_of(self, table: str) -> list[str]:
        if self._created is None:
            self._created = {}
            heads = islice(_CREATE_HEAD.finditer(self._text), _MOST)
            for found in filter(None, (_CREATE.match(self._text, head.start()) for head in heads)):
                columns = re.sub(r"\([^()]*\)", "", found[2]).split(",")
                self._created[_bare(found[1])] = [column.split()[0] for column in columns if column.split()]
        return self._created.get(_bare(table), [])

    def _in_html(self, start: int) -> Cell | None:
        text = self._text
        table = text.rfind("<table", max(0, start - _FAR), start)
        row = text.rfind("<tr", max(0, table), start) if table >= 0 else -1
        if row < 0:
            return None
        end = text.find("</tr", start, start + _ROW)
        whole = text[row : end if end >= 0 else start + _ROW]
        heads = [_TAG.sub("", head).strip() for head in _HEAD.findall(text[table:row])]
        cells = [_TAG.sub("", cell).strip() for cell in _CELL.split(whole)][1:]
        index = len(_CELL.findall(text[row:start])) - 1
        if not 0 <= index < len(heads) or len(cells) != len(heads):
            return None
        return Cell(tuple(heads), tuple(cells), index)

    def _line(self, number: int) -> str:
        starts = self._lines.starts
        end = starts[number + 1] if number + 1 < len(starts) else len(self._text)
        return self._text[starts[number] : end].rstrip("\r\n")


def _values(row: str) -> list[str]:
    """The values of a row of SQL, without their quotes."""
    values = [""]
    for piece in _FIELD.findall(row):
        if piece == ",":
            values.append("")
        else:
            values[-1] += piece[1:-1] if piece[:1] in ("'", '"') and len(piece) > 1 else piece.strip()
    return values


def _fields(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:
        return []


def _columns(row: str) -> list[str]:
    return [column.strip() for column in row.strip("|").split("|")]


def _bare(table: str) -> str:
    return table.strip('`"[]').rpartition(".")[2].lower()


def _unquoted(text: str) -> str:
    return re.sub(r"'(?:[^'\\]|\\.)*'", "", text[-_ROW:])
