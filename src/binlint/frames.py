"""Source lines that may be shown: every secret of the file in them is masked."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from binlint.finding import MASK, Finding, Frame, Place, SecretText, Step, mask
from binlint.syntax.builder import split_lines

_AROUND = 1  # lines before and after a finding
_MOST = 8  # lines of one frame
_WIDE = 240  # characters of one line
_BESIDE = 100  # characters of a longer one on either side of a finding
_READ = 20_000  # characters of a line that are looked at for that; more than the longest value
_TALL = 400  # lines of one literal that are covered
_RUN = re.compile(r"[A-Za-z0-9+/=_-]{32,}")
_NAME_RUN = re.compile(r"[A-Za-z0-9]{16,}")
_RESTLESS = 0.45  # changes for each character; random text has 0.6, a long name in camel case 0.3
_CUT_OFF = re.compile(r"[A-Za-z0-9+/=_-]+$")
_CUT_ON = re.compile(r"[A-Za-z0-9+/=_-]+")


class Replacement(NamedTuple):
    """What stands in a statement instead of the text from `start` to `end`, offsets into its lines."""

    start: int
    end: int
    text: str


class Masker:
    """Masks the lines of one file. Made with all that was seen in it, so that neighbours are covered too."""

    def __init__(
        self,
        text: str,
        findings: Sequence[Finding],
        secrets: Iterable[SecretText] | Values,
        places: Iterable[Place] = (),
    ) -> None:
        self._lines = split_lines(text)
        self._values = secrets if isinstance(secrets, Values) else Values(secrets)
        self._spans: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        self._merged: dict[int, list[tuple[int, int]]] = {}
        self._shown: dict[int, str] = {}
        self._measured: dict[int, tuple[int, int]] = {}
        stations = (step.location.place for finding in findings for step in finding.steps[:1])
        for place in {*(finding.location.place for finding in findings), *stations, *places}:
            self._cover(place)

    @property
    def lines(self) -> list[str]:
        """The lines as they stand, not masked."""
        return self._lines

    def _cover(self, place: Place) -> None:
        for line in range(place.line, min(place.end_line, place.line + _TALL) + 1):
            if 0 < line <= len(self._lines):
                start = place.column - 1 if line == place.line else 0
                end = place.end_column - 1 if line == place.end_line else len(self._lines[line - 1])
                self._spans[line].append((start, end))

    def masked(self, finding: Finding) -> Finding:
        """The finding with its texts masked: names in a file may be secrets too, as in `environ["…"]`."""
        hide = self.mask_names

        def station(step: Step) -> Step:
            return step._replace(text=hide(step.text))

        return finding._replace(
            message=hide(finding.message),
            context=hide(finding.context),
            evidence=tuple(map(hide, finding.evidence)),
            steps=tuple(map(station, finding.steps)),
            sink=None if finding.sink is None else station(finding.sink),
            also=tuple(map(station, finding.also)),
        )

    def byte_columns(self, place: Place) -> tuple[int, int] | None:
        """The columns of a place in bytes of UTF-8, from 1; nothing outside of the text."""
        if not 0 < place.line <= place.end_line <= len(self._lines):
            return None
        start = self._byte_column(place.line, place.column)
        return start, self._byte_column(place.end_line, place.end_column)

    def _byte_column(self, line: int, column: int) -> int:
        source = self._lines[line - 1]
        if source.isascii():
            return column
        # From where the last one was: of a line with thousands of findings each character is measured once.
        start, measured = self._measured.get(line, (1, 1))
        if column < start:
            start, measured = 1, 1
        measured += len(source[start - 1 : column - 1].encode("utf-8", "surrogatepass"))
        self._measured[line] = (column, measured)
        return measured

    def frame(self, place: Place) -> Frame:
        """The lines around a place; none of a file that has no text."""
        if self._lines == [""]:
            return Frame(())
        first = max(1, place.line - _AROUND)
        last = min(len(self._lines), place.end_line + _AROUND, first + _MOST - 1)
        return Frame(
            tuple(
                (number, self._window(place) if number == place.line else self.line(number))
                for number in range(first, last + 1)
            )
        )

    def _merged_spans(self, line: int) -> list[tuple[int, int]]:
        found = self._merged.get(line)
        if found is None:
            found = self._merged[line] = _merged(self._spans.get(line, ()))
        return found

    def _window(self, place: Place) -> str:
        """The line of a place; of a long one what stands beside the place."""
        source = self._lines[place.line - 1]
        first = place.column - 1
        last = place.end_column - 1 if place.end_line == place.line else min(len(source), first + _WIDE)
        if last <= _WIDE:
            return self.line(place.line)
        start, end = max(0, first - _BESIDE), min(len(source), last + _BESIDE)
        if start and (cut := _CUT_ON.match(source, start, first)):
            start = cut.end()
        if end < len(source) and (cut := _CUT_OFF.search(source, last, end)):
            end = cut.start()
        pieces, at = ["..." if start else ""], start
        spans = self._merged_spans(place.line)
        for left, right in spans[max(0, bisect_right(spans, (start, 0)) - 1) :]:
            if left >= end:
                break
            left, right = max(left, at), min(right, end)
            if left < right:
                pieces += [self.mask_text(source[at:left]), self._literal(source[left:right])]
                at = right
        return "".join([*pieces, self.mask_text(source[at:end])])

    def line(self, number: int) -> str:
        """One line of the file, masked and cut to a bearable width."""
        shown = self._shown.get(number)
        if shown is None:
            shown = self._shown[number] = self._masked_lines(number, number)[:_WIDE]
        return shown

    def mask(self, first_line: int, last_line: int) -> str:
        """The statement on some lines."""
        return "\n".join(self.line(number) for number in range(first_line, last_line + 1))

    def replaced(self, first_line: int, last_line: int, replacement: Replacement) -> str:
        """The same with another text at one place."""
        return self._masked_lines(first_line, last_line, replacement)

    def _masked_lines(self, first: int, last: int, replacement: Replacement | None = None) -> str:
        source = "\n".join(self._lines[first - 1 : last])
        if replacement is None and len(source) > _READ:
            source = _CUT_OFF.sub("", source[:_READ])
        pieces: list[str] = []
        at = 0
        for start, end, text in self._covers(source, first, last, replacement):
            pieces += [self.mask_text(source[at:start]), text]
            at = end
        return "".join([*pieces, self.mask_text(source[at:])])

    def _covers(
        self, source: str, first: int, last: int, replacement: Replacement | None
    ) -> Iterator[Replacement]:
        """What is put over the lines, in order; where places overlap nothing of either is shown."""
        found: list[Replacement] = [] if replacement is None else [replacement]
        offset = 0
        for number in range(first, last + 1):
            for start, end in self._merged_spans(number):
                start, end = min(offset + start, len(source)), min(offset + end, len(source))
                if start < end and not (replacement and start < replacement.end and replacement.start < end):
                    found.append(Replacement(start, end, self._literal(source[start:end])))
            offset += len(self._lines[number - 1]) + 1
        return iter(sorted(found))

    def _literal(self, raw: str) -> str:
        """A literal without its content; prefix and quotes stay."""
        head = re.match(r"[A-Za-z]{0,2}(?:'''|\"\"\"|['\"])", raw)
        if head is None:
            return self._values.cover(raw) if raw.strip() else raw
        prefix = head[0]
        quote = prefix.lstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
        if raw.endswith(quote) and len(raw) >= len(prefix) + len(quote):
            return f"{prefix}{self._values.cover(raw[len(prefix) : len(raw) - len(quote)])}{quote}"
        return f"{prefix}{MASK}"

    def mask_names(self, text: str) -> str:
        """Text that binlint wrote, without secrets that somebody used as a name; words stay."""
        text = self._values.mask(text, serious=True)
        return _NAME_RUN.sub(lambda match: MASK if _is_random(match[0]) else match[0], text)

    def mask_text(self, text: str) -> str:
        """Any text, without the known values, parts of them, and long runs."""
        text = self._values.mask(text)
        return _RUN.sub(lambda match: mask(match[0]) if _is_dense(match[0]) else match[0], text)


_WHOLE = 6  # a shorter value is masked where it stands, not wherever its letters occur
_PART = 12  # so many characters of a longer value give a part of it away
_STRIDE = _PART // 2  # every part holds one piece of that length that starts at a multiple of it
MOST_VALUES = 5_000  # beyond, only places and looks tell
_SHARED = 50  # values that begin alike are looked at no further


class Values:
    """The secrets of a file or a project, forwards and backwards, in an index of their pieces."""

    def __init__(self, secrets: Iterable[SecretText]) -> None:
        self._known: set[str] = set()
        self._pieces: dict[str, list[tuple[str, int]]] = {}
        for value in (secret.reveal() for secret in secrets):
            if len(self._known) > MOST_VALUES:
                break
            for line in {value, *value.split("\n")}:
                self._add(line.strip())
                self._add(line.strip()[::-1])

    def __repr__(self) -> str:
        return f"Values({len(self._known)})"

    def _add(self, value: str) -> None:
        if len(value) < _WHOLE or value in self._known:
            return
        self._known.add(value)
        for at in range(0, len(value) - _STRIDE + 1, _STRIDE):
            alike = self._pieces.setdefault(value[at : at + _STRIDE], [])
            if len(alike) < _SHARED:
                alike.append((value, at))

    def cover(self, text: str) -> str:
        """What is shown of the inside of a literal: the ends of a whole secret, nothing of any other."""
        return mask(text) if text.strip() in self._known else MASK

    def mask(self, text: str, serious: bool = False) -> str:
        """`text` with every secret, and every part of one that says much, covered."""
        if not self._pieces:
            return text
        spans = []
        at = 0
        while at <= len(text) - _STRIDE:
            end = at
            for value, offset in self._pieces.get(text[at : at + _STRIDE], ()):
                start, stop = _extended(text, at, value, offset)
                if stop - start >= min(_PART, len(value)) and not (serious and _is_word(value)):
                    spans.append((start, stop))
                    end = max(end, stop)
            at = max(at + 1, end - _STRIDE + 1)
        for start, end in reversed(_merged(spans)):
            text = text[:start] + self.cover(text[start:end]) + text[end:]
        return text


def _extended(text: str, at: int, value: str, offset: int) -> tuple[int, int]:
    """How far text and value agree around a place where they do."""
    start, stop = at, at + _STRIDE
    while start and offset and text[start - 1] == value[offset - 1]:
        start, offset = start - 1, offset - 1
    offset += stop - start
    while stop < len(text) and offset < len(value) and text[stop] == value[offset]:
        stop, offset = stop + 1, offset + 1
    return start, stop


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, those that overlap as one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _is_word(value: str) -> bool:
    """A value that may well be a name: `binance`, `your_api_key`."""
    return len(value) < _PART or not any(c.isdigit() for c in value)


def _is_random(run: str) -> bool:
    """Whether a part of a name changes between capitals, small letters and digits as no word does."""
    kinds = [0 if c.isdigit() else 1 if c.isupper() else 2 for c in run]
    changes = sum(left != right for left, right in pairwise(kinds))
    return len(set(kinds)) == 3 and changes >= _RESTLESS * len(run)


def _is_dense(run: str) -> bool:
    """A run that could be a secret; long names and paths have few digits."""
    return len(run) >= 40 and any(c.isdigit() for c in run) and any(c.isalpha() for c in run)
