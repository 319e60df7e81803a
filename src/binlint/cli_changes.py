"""Runs that look at what changed: `--staged`, `--since REV` and `--changed-lines`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from binlint.errors import ConfigError
from binlint.sources.changes import Changes, changed_lines, since, staged

if TYPE_CHECKING:
    from binlint.cli_options import Options
    from binlint.config import Config
    from binlint.finding import Finding
    from binlint.report import Report


def select(options: Options, paths: Sequence[str], config: Config, cwd: str) -> Changes | None:
    """What a run that asks for changes looks at; None for any other. Raises ConfigError."""
    if options.changed_lines and options.since is None:
        raise ConfigError("--changed-lines goes with --since")
    if options.changed_lines and (options.fix or options.diff or options.add_ignore is not None):
        raise ConfigError(
            "--changed-lines restricts what is reported; what is moved or marked is whole files"
        )
    if not options.staged and options.since is None:
        return None
    if options.staged and options.since is not None:
        raise ConfigError("--staged and --since exclude each other")
    if "-" in paths:
        raise ConfigError("standard input has no history: it goes with neither --staged nor --since")
    if options.staged and (options.fix or options.diff or options.add_ignore is not None):
        raise ConfigError("--staged looks at the index, which is not edited: add what you changed afterwards")
    if options.write_baseline:
        raise ConfigError("a baseline is made of whole files: without --staged and --since")
    if options.since is None:
        return staged(paths, config, cwd)
    return since(options.since, paths, config, cwd)


def on_changed_lines(report: Report, changes: Changes, cwd: str) -> Report:
    """The report with only what touches lines that are new or changed; the rest is counted."""
    touched = {path for finding in report.findings for path, _ in _lines(finding)}
    changed = changed_lines(changes, touched, cwd)
    kept = tuple(finding for finding in report.findings if _is_touched(finding, changed))
    return report._replace(findings=kept, unchanged=len(report.findings) - len(kept))


def _is_touched(finding: Finding, changed: Mapping[str, frozenset[int]]) -> bool:
    return any(not changed.get(path, frozenset()).isdisjoint(lines) for path, lines in _lines(finding))


def _lines(finding: Finding) -> Iterator[tuple[str, range]]:
    """The lines of a literal and of the way to its clients."""
    steps = (*finding.steps, *finding.also, *((finding.sink,) if finding.sink is not None else ()))
    for location in (finding.location, *(step.location for step in steps)):
        yield location.path, range(location.place.line, location.place.end_line + 1)
