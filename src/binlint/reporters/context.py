"""What the reporters are told besides the report: the rules, and how the reader wants to see it."""

from __future__ import annotations

from typing import NamedTuple

from binlint.finding import Severity

NO_COMMIT = "0" * 40  # what git itself writes where there is no commit


class RuleInfo(NamedTuple):
    """A rule as a reporter describes it; SARIF lists every one of them, found or not."""

    code: str  # "BIN102"
    name: str  # "hardcoded-secret-key"
    summary: str  # one sentence
    full: str  # plain text
    help_markdown: str
    severity: Severity
    security_severity: str  # "9.8", as code scanning reads it
    precision: str  # "very-high", "high", "medium" or "low"


class ReportContext(NamedTuple):
    """How to show a report. The defaults are those of a plain, uncoloured pipe.

    `show` is the lowest severity that the formats for people list; what lies below is only counted.
    The formats for machines list everything. `unicode` says that the output can carry any character.
    `started` and `ended` are seconds since 1970, and `commit` is what was checked out: a reporter asks
    neither the clock nor git.
    """

    version: str
    rules: tuple[RuleInfo, ...] = ()
    colour: bool = False
    width: int = 100
    unicode: bool = True
    show: Severity = Severity.WARNING
    verbose: bool = False
    quiet: bool = False
    statistics: bool = False
    show_suppressed: bool = False  # in documents for machines, too
    homepage: str = ""  # where reports send whoever wants to know more of binlint; empty for nowhere
    category: str = ""  # tells the SARIF uploads of one commit apart; empty for "binlint"
    commit: str = NO_COMMIT
    started: int = 0
    ended: int = 0
