"""The outcome of one run, as the reporters and the exit code read it."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from binlint.finding import Finding, Severity

_SHAPELESS = ("BIN105",)  # what a client takes for a credential, but was made by no exchange


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


class Baselined(NamedTuple):
    """What the baseline of a project had to say about a run."""

    path: str
    findings: tuple[Finding, ...] = ()  # those that it knows, sorted; they are not in `Report.findings`
    expired: int = 0  # findings that are reported again, since it knew them up to a day that is over
    stale: int = 0  # entries that say more than is there
    entries: int = 0

    @property
    def credentials(self) -> int:
        """How many of the findings work until somebody revokes them."""
        return sum(
            finding.code.startswith("BIN1") and finding.code not in _SHAPELESS and not finding.testnet
            for finding in self.findings
        )


class Report(NamedTuple):
    """Everything that one run found out. `findings` is sorted and holds every severity that is on."""

    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Finding, ...] = ()
    checked: int = 0  # files that were looked at, candidates or not
    skipped: tuple[Note, ...] = ()  # files that were not
    notes: tuple[Note, ...] = ()  # files that were, but not with every means
    stages: tuple[tuple[str, int], ...] = ()  # how many files reached each stage
    baseline: Baselined | None = None  # None where a run had none
    is_of_changes: bool = False  # of which there may be none that matter
    unchanged: int = 0  # findings that are left out, since no line that they touch was changed

    def count(self, severity: Severity) -> int:
        """How many findings have just this severity."""
        return sum(finding.severity is severity for finding in self.findings)

    def skip_reasons(self) -> tuple[tuple[str, int], ...]:
        """The reasons for skipping with their numbers, in alphabetical order."""
        return tuple(sorted(Counter(note.reason for note in self.skipped).items()))
