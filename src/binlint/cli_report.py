"""Delivers the report of a run: in one form to the output or a file, and in others to further files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from binlint import __version__
from binlint.cli_output import write_file

if TYPE_CHECKING:
    from binlint.cli_options import Options
    from binlint.cli_output import Output
    from binlint.config import Config
    from binlint.report import Report
    from binlint.reporters.context import ReportContext

# These describe rules; the others show no more of a rule than its finding does.
_WITH_RULES = frozenset({"sarif", "gitlab-secrets", "teamcity"})
_WITH_COMMIT = frozenset({"gitlab-secrets"})


def deliver(report: Report, config: Config, options: Options, out: Output, target: str | None) -> None:
    """Writes the reports, and on the error stream what a report for machines has no place for.

    Raises OutputError for a file or a stream that cannot be written.
    """
    from binlint.reporters import DOCUMENTS, summary

    for name, path in options.outputs:
        text, _ = _rendered(name, report, config, options, out, to_file=True)
        write_file(path, text, "--output")
    name = config.output_format or ("full" if out.is_terminal() and target is None else "concise")
    text, context = _rendered(name, report, config, options, out, to_file=target is not None)
    aside = _suppressed(report) if options.show_suppressed else []
    if target is not None:
        write_file(target, text)
    if target is not None or name in DOCUMENTS:
        aside += summary.file_notes(report, context)
        if name in DOCUMENTS:
            aside += summary.statistics(report, context)
        aside.append(summary.closing(report, context))
    elif aside:
        text = "".join(f"{line}\n" for line in aside) + text
        aside = []
    if target is None:
        out.write(text)
        out.flush()  # before anything on the error stream
    if context.verbose:
        out.tell(_verbose(report, config))
    out.tell("".join(f"{line}\n" for line in aside if line))


def _rendered(
    name: str, report: Report, config: Config, options: Options, out: Output, to_file: bool
) -> tuple[str, ReportContext]:
    from binlint import reporters

    context = _context(config, options, out, name, to_file)
    reporter = reporters.load(name)
    if name in reporters.FROM_REPOSITORY:
        from binlint.reporters.listing import rebased

        return reporter.render(rebased(report, _below_top(config.cwd)), context), context
    return reporter.render(report, context), context


def _below_top(folder: str) -> str:
    """Where the run stands in its repository, such as `services/bot`; nothing at its top or outside."""
    from binlint.sources.worktree import repository_top

    top = repository_top(folder)
    if top is None:
        return ""
    below = os.path.relpath(folder, top).replace(os.sep, "/")
    return "" if below == os.curdir else below


def _context(config: Config, options: Options, out: Output, name: str, to_file: bool) -> ReportContext:
    from binlint.finding import Severity
    from binlint.reporters.context import ReportContext

    context = ReportContext(
        version=__version__,
        colour=out.wants_colour(options.color, to_file),
        width=100 if to_file else out.width(),
        unicode=to_file or out.can_carry_all(),
        show=min(config.fail_on, Severity.WARNING),
        verbose=options.verbose,
        quiet=options.quiet,
        statistics=options.statistics,
        show_suppressed=options.show_suppressed,
        category=options.sarif_category,
    )
    if name in _WITH_RULES:
        from binlint.cli_rules import infos

        context = context._replace(rules=infos())
    if name in _WITH_COMMIT:
        from binlint.sources.worktree import head

        started, ended = out.moments()
        context = context._replace(commit=head(config.cwd) or context.commit, started=started, ended=ended)
    return context


def _suppressed(report: Report) -> list[str]:
    from binlint.reporters.clean import clean
    from binlint.reporters.listing import one_line, ordered

    old = report.baseline.findings if report.baseline is not None else ()
    return [
        f"{one_line(finding)} ({how}{f': {clean(finding.reason)}' if finding.reason else ''})"
        for how, findings in (("suppressed", report.suppressed), ("in the baseline", old))
        for finding in ordered(findings)
    ]


def tell_incomplete(report: Report, config: Config, options: Options, out: Output) -> None:
    """Says what could not be looked at, where there is no report that would."""
    from binlint.reporters import summary

    notes = summary.file_notes(report, _context(config, options, out, "concise", to_file=False))
    out.tell("".join(f"{line}\n" for line in notes))


def _verbose(report: Report, config: Config) -> str:
    from binlint.reporters.clean import clean

    stages = ", ".join(f"{name} {number}" for name, number in report.stages) or "none"
    return f"configuration: {clean(config.source or 'defaults')}\nfiles by stage: {stages}\n"
