"""The baseline as a file: one JSON object a line, without lines, dates or versions, so that git can merge it.

    {"version": 1, "salt": "…32 hex digits…"}
    {"path": "bot.py", "rule": "BIN101", "fp": "…32 hex digits…", "count": 1, "hint": "API_KEY"}

After a merge of two baselines that were begun apart there may be several headers; then an entry belongs to
any of their salts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, cast

from binlint.day import is_day
from binlint.errors import BinlintError
from binlint.finding import Severity

VERSION = 1
_MOST_SALTS = 16  # each costs a fingerprint for every finding
_MOST_COUNT = 1_000_000
_HEX = re.compile(r"[0-9a-f]{32}")
_RULE = re.compile(r"BIN[0-9]{3}")
_MARKS = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")
_LEVELS = {severity.word: severity for severity in Severity}


class BaselineError(BinlintError):
    """A baseline cannot be read, or not be written."""


class Entry(NamedTuple):
    """An old finding: `count` literals of one value in one file, under one rule.

    `level` is the highest severity that was accepted; `expires` the last day that it holds, or empty.
    """

    path: str
    rule: str
    fp: str
    count: int = 1  # type: ignore[assignment]  # hides tuple.count
    level: Severity = Severity.ERROR
    hint: str = ""
    reason: str = ""
    expires: str = ""

    def is_expired(self, today: str) -> bool:
        """Whether its last day is over."""
        return bool(self.expires) and self.expires < today


class Baseline(NamedTuple):
    """A file with its entries, sorted; no two of them have path, rule and fingerprint in common."""

    salts: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()


def parse(data: bytes, shown: str) -> Baseline:
    """A baseline from its bytes, empty if there are none.

    Raises BaselineError, which names `shown` and the line.
    """
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode()
    except UnicodeDecodeError:
        raise BaselineError(f"{shown}: not UTF-8") from None
    salts: set[str] = set()
    entries: list[Entry] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            table = _table(line)
            if "salt" in table:
                salts.add(_salt(table))
            else:
                entries.append(_entry(table))
        except _Wrong as wrong:
            raise BaselineError(f"{shown}: line {number}: {wrong}") from None
    if entries and not salts:
        raise BaselineError(
            f"{shown}: there is no line with the salt, without which no finding can be known again; "
            "restore it from the history, or delete the file and run binlint baseline"
        )
    if len(salts) > _MOST_SALTS:
        raise BaselineError(f"{shown}: more than {_MOST_SALTS} different salts")
    return Baseline(tuple(sorted(salts)), tuple(united(entries)))


def dump(baseline: Baseline) -> str:
    """The text of a baseline: the same for the same entries, in their order."""
    lines = [json.dumps({"version": VERSION, "salt": salt}) for salt in sorted(baseline.salts)]
    lines += [json.dumps(dict(_fields(entry))) for entry in united(baseline.entries)]
    return "".join(f"{line}\n" for line in lines)


def united(entries: Iterable[Entry]) -> list[Entry]:
    """Entries in order, those of the same finding as one, which knows what any of them knew.

    That is what a merge of two branches leaves: what one of them accepted is accepted, and the earlier of two
    days is the last.
    """
    found: dict[tuple[str, str, str], Entry] = {}
    for entry in entries:
        key = entry[:3]
        found[key] = joined(found[key], entry) if key in found else entry
    return [found[key] for key in sorted(found)]


def joined(first: Entry, second: Entry) -> Entry:
    """`first` with what `second` knows besides."""
    days = [day for day in (first.expires, second.expires) if day]
    return first._replace(
        count=max(first.count, second.count),
        level=max(first.level, second.level),
        hint=first.hint or second.hint,
        reason=first.reason or second.reason,
        expires=min(days, default=""),
    )


def _fields(entry: Entry) -> Iterator[tuple[str, object]]:
    yield from (("path", entry.path), ("rule", entry.rule), ("fp", entry.fp), ("count", entry.count))
    if entry.level is not Severity.ERROR:
        yield "level", entry.level.word
    for name, value in (("hint", entry.hint), ("reason", entry.reason), ("expires", entry.expires)):
        if value:
            yield name, value


class _Wrong(Exception):
    """What is wrong with a line; the text never repeats the line."""


def _table(line: str) -> Mapping[str, object]:
    if line.startswith(_MARKS):
        raise _Wrong("a mark of a merge conflict: delete the marks and keep the lines of both sides")
    try:
        table = json.loads(line)
    except (ValueError, RecursionError):
        raise _Wrong("not valid JSON") from None
    if not isinstance(table, dict):
        raise _Wrong("expected an object")
    return cast("dict[str, object]", table)


def _salt(table: Mapping[str, object]) -> str:
    version, salt = table.get("version"), table["salt"]
    if type(version) is not int or version < 1:
        raise _Wrong("expected a version, a whole number")
    if version > VERSION:
        raise _Wrong(f"version {version} is of a newer binlint than this one, which knows version {VERSION}")
    if set(table) != {"version", "salt"} or not isinstance(salt, str) or not _HEX.fullmatch(salt):
        raise _Wrong("expected version and salt, 32 hex digits, and nothing else")
    return salt


def _entry(table: Mapping[str, object]) -> Entry:
    unknown = set(table) - set(Entry._fields)
    if unknown:
        raise _Wrong(f"an unknown field; known: {', '.join(Entry._fields)}")
    path, rule, fp = (_text(table, name, is_needed=True) for name in ("path", "rule", "fp"))
    if not _RULE.fullmatch(rule):
        raise _Wrong("rule: expected a code such as BIN101")
    if not _HEX.fullmatch(fp):
        raise _Wrong("fp: expected 32 hex digits")
    count = table.get("count")
    if type(count) is not int or not 0 < count <= _MOST_COUNT:
        raise _Wrong("count: expected a whole number from 1 on")
    level = _text(table, "level") or Severity.ERROR.word
    if level not in _LEVELS:
        raise _Wrong(f"level: expected one of {', '.join(_LEVELS)}")
    expires = _text(table, "expires")
    if expires and not is_day(expires):
        raise _Wrong("expires: expected a day such as 2027-01-31")
    hint, reason = _text(table, "hint"), _text(table, "reason")
    return Entry(path, rule, fp, count, _LEVELS[level], hint, reason, expires)


def _text(table: Mapping[str, object], name: str, is_needed: bool = False) -> str:
    value = table.get(name, "")
    if not isinstance(value, str) or (is_needed and not value):
        raise _Wrong(f"{name}: expected a text")
    return value
