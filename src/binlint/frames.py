"""Source lines that may be shown: every secret of the file in them is masked."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from binlint.finding import MASK, Finding, Frame, Place, SecretText, mask
from binlint.syntax.builder import split_lines

_AROUND = 1  # lines before and after a finding
_MOST = 8  # lines of one frame
_WIDE = 240  # characters of one line
_RUN = re.compile(r"[A-Za-z0-9+/=_-]{32,}")
_SHORTEST = 6  # a shorter value is masked where it stands, not wherever its letters occur
_QUOTES = "'\""


class Masker:
    """Masks the lines of one file. Made with all findings of the file, so that neighbours are covered too."""

    def __init__(self, text: str, findings: Sequence[Finding], secrets: Sequence[SecretText]) -> None:
        self._lines = split_lines(text)
        values = {secret.reveal() for secret in secrets}
        for value in list(values):
            values.update(value.split("\n"), [value.strip(), value[::-1]])
        self._values = sorted((v for v in values if len(v) >= _SHORTEST), key=len, reverse=True)
        self._spans: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        for finding in findings:
            for place in {finding.location.place, *(step.location.place for step in finding.steps[:1])}:
                self._cover(place)

    def _cover(self, place: Place) -> None:
        for line in range(place.line, min(place.end_line, place.line + 400) + 1):
            if 0 < line <= len(self._lines):
                start = place.column - 1 if line == place.line else 0
                end = place.end_column - 1 if line == place.end_line else len(self._lines[line - 1])
                self._spans[line].append((start, end))

    def frame(self, place: Place) -> Frame:
        """The lines around a place."""
        first = max(1, place.line - _AROUND)
        last = min(len(self._lines), place.end_line + _AROUND, first + _MOST - 1)
        return Frame(tuple((number, self.line(number)) for number in range(first, last + 1)))

    def line(self, number: int) -> str:
        """One line of the file, masked and cut to a bearable width."""
        line = self._lines[number - 1]
        for start, end in sorted(set(self._spans.get(number, ())), reverse=True):
            line = line[:start] + self._literal(line[start:end]) + line[end:]
        return self.mask_text(line)[:_WIDE]

    def _literal(self, raw: str) -> str:
        """A literal without its content; prefix and quotes stay."""
        head = re.match(r"[A-Za-z]{0,2}(?:'''|\"\"\"|['\"])", raw)
        if head is None:
            return MASK if raw.strip() else raw
        prefix = head[0]
        quote = prefix.lstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
        if raw.endswith(quote) and len(raw) >= len(prefix) + len(quote):
            return f"{prefix}{mask(raw[len(prefix) : len(raw) - len(quote)])}{quote}"
        return f"{prefix}{MASK}"

    def mask(self, statement: str, first_line: int) -> str:
        """A statement that starts at the beginning of `first_line`."""
        return "\n".join(self.line(first_line + offset) for offset in range(len(statement.split("\n"))))

    def mask_text(self, text: str) -> str:
        """Any text, without the known values and without long runs."""
        for value in self._values:
            if value in text:
                text = text.replace(value, mask(value))
        return _RUN.sub(lambda match: mask(match[0]) if _is_dense(match[0]) else match[0], text)


def _is_dense(run: str) -> bool:
    """A run that could be a secret; long names and paths have few digits."""
    return len(run) >= 40 and any(c.isdigit() for c in run) and any(c.isalpha() for c in run)
