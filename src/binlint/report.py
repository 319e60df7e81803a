"""The outcome of one run, as the reporters and the exit code read it."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from binlint.finding import Finding, Severity


class Note(NamedTuple):
    """Something about a file that the user must be able to see: why it was not, or not fully, read.

    `reason` is a short phrase that groups (`"binary"`, `"unreadable"`, `"read as text only: it does
    not parse"`); `detail` is for `-v`. `failure` marks what was asked for and could not be looked
    at, which makes the run end with exit code 2.
    """

    path: str
    reason: str
    detail: str = ""
    failure: bool = False


class Report(NamedTuple):
    """Everything that one run found out. `findings` is sorted and holds every severity that is on."""

    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Finding, ...] = ()
    checked: int = 0  # files that were looked at, candidates or not
    skipped: tuple[Note, ...] = ()  # files that were not
    notes: tuple[Note, ...] = ()  # files that were, but not with every means
    stages: tuple[tuple[str, int], ...] = ()  # how many files reached each stage

    def count(self, severity: Severity) -> int:
        """How many findings have just this severity."""
        return sum(finding.severity is severity for finding in self.findings)

    def skip_reasons(self) -> tuple[tuple[str, int], ...]:
        """The reasons for skipping with their numbers, in alphabetical order."""
        return tuple(sorted(Counter(note.reason for note in self.skipped).items()))
