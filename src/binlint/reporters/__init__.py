"""Reporters turn a finished report into text: one short module per format, loaded when it is asked for.

They know findings and nothing of the analysis. All text that came from a scanned tree goes through
`clean`, and every format is a pure function of its two arguments, so that two runs give the same bytes.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from binlint.errors import ConfigError

if TYPE_CHECKING:
    from binlint.report import Report
    from binlint.reporters.context import ReportContext

REPORTERS: dict[str, str] = {
    "full": "binlint.reporters.full",
    "concise": "binlint.reporters.concise",
    "grouped": "binlint.reporters.grouped",
    "json": "binlint.reporters.json_",
    "json-lines": "binlint.reporters.json_lines",
    "sarif": "binlint.reporters.sarif",
    "github": "binlint.reporters.github",
    "gitlab": "binlint.reporters.gitlab",
    "gitlab-secrets": "binlint.reporters.gitlab_secrets",
    "junit": "binlint.reporters.junit",
    "rdjson": "binlint.reporters.rdjson",
    "azure": "binlint.reporters.azure",
    "teamcity": "binlint.reporters.teamcity",
    "pylint": "binlint.reporters.pylint",
    "markdown": "binlint.reporters.markdown",
}
FORMATS: tuple[str, ...] = tuple(REPORTERS)

# A format for machines is one document, so its closing line belongs on the error stream.
DOCUMENTS = frozenset({"json", "json-lines", "sarif", "gitlab", "gitlab-secrets", "junit", "rdjson"})

# Their readers open files from the top of the repository, wherever in it binlint ran.
FROM_REPOSITORY = frozenset({"sarif", "github", "gitlab", "gitlab-secrets"})


class Reporter(Protocol):
    """What every module of this room offers."""

    def render(self, report: Report, context: ReportContext) -> str:
        """The whole output, with a newline at its end unless it is empty."""


def load(name: str) -> Reporter:
    """The reporter of a format in `FORMATS`, imported only now: a clean run must not pay for `json`."""
    if name not in REPORTERS:
        raise ConfigError(f"unknown output format {name!r}; known: {', '.join(FORMATS)}")
    return cast("Reporter", import_module(REPORTERS[name]))
