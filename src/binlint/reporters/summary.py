"""What closes a report: one line of numbers, and on demand the table of codes and the notes on files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from binlint.finding import Severity
from binlint.report import Baselined, Note, Report
from binlint.reporters.clean import clean, plain
from binlint.reporters.context import ReportContext

_MANY = 200  # entries of a baseline


def line(report: Report, context: ReportContext) -> str:
    """The closing line, always one and without a newline at its end.

    `Checked 12 files, 3 errors, 2 notes (shown with --fail-on note), 1 suppressed; skipped 1 (1 binary).`
    """
    parts = [f"Checked {_files(report)}", *_findings(report, context)]
    if report.suppressed:
        parts.append(f"{len(report.suppressed)} suppressed")
    if report.unchanged:
        parts.append(f"{report.unchanged} on lines that did not change")
    text = ", ".join(parts)
    if not report.checked and not report.is_of_changes:
        text += ": nothing was looked at"
    if report.skipped:
        text += f"; skipped {len(report.skipped)} ({_reasons(report.skipped)})"
    old = f" {old_findings(report.baseline)}" if report.baseline and report.baseline.findings else ""
    return plain(f"{text}.{old}", context.unicode)


def old_findings(baseline: Baselined) -> str:
    """What must not be forgotten: `3 old findings are in the baseline; 2 of them are credentials that …`."""
    number, credentials = len(baseline.findings), baseline.credentials
    be = "is" if number == 1 else "are"
    text = f"{counted(number, 'old finding')} {be} in the baseline"
    if credentials:
        which = "it is a credential" if number == 1 else f"{credentials} of them are credentials"
        which = "1 of them is a credential" if credentials == 1 and number > 1 else which
        verb, they = ("works", "it was") if credentials == 1 else ("work", "they were")
        text += f"; {which} that still {verb} unless {they} revoked"
    return f"{text}."


def baseline_notes(baseline: Baselined) -> Iterator[str]:
    """What somebody should do about a baseline."""
    path = clean(baseline.path)
    if baseline.expired:
        be = "is" if baseline.expired == 1 else "are"
        number = counted(baseline.expired, "finding")
        yield f"{path}: note: {number} {be} reported again: the entry has expired"
    if baseline.stale:
        number = "1 entry says" if baseline.stale == 1 else f"{baseline.stale} entries say"
        yield f"{path}: note: {number} more than is found; `binlint baseline --prune` puts that right"
    if baseline.entries > _MANY:
        yield f"{path}: note: {baseline.entries} entries; nobody reads more than {_MANY}, fix some of them"


def closing(report: Report, context: ReportContext) -> str:
    """The closing line, or nothing for a quiet run whose files were all looked at and are all clean."""
    is_done = report.checked or report.is_of_changes
    silent = context.quiet and is_done and not (report.findings or report.skipped or report.notes)
    if report.baseline and report.baseline.credentials:
        silent = False
    return "" if silent else line(report, context)


def ending(report: Report, context: ReportContext) -> Iterator[str]:
    """What follows the findings in a format of lines: notes about files, statistics, the closing line."""
    yield from file_notes(report, context)
    yield from statistics(report, context)
    last = closing(report, context)
    if last:
        yield last


def statistics(report: Report, context: ReportContext) -> Iterator[str]:
    """With `--statistics`: how often each rule was found, the most frequent first, hidden ones included."""
    if not context.statistics:
        return
    counts = Counter((finding.code, finding.rule) for finding in report.findings)
    digits = len(str(max(counts.values(), default=0)))
    for (code, rule), number in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        yield f"{number:>{digits}}  {code}  {clean(rule)}"


def file_notes(report: Report, context: ReportContext) -> Iterator[str]:
    """Files that were not, or not fully, read: every one with `-v`, else those that made the run fail."""
    for verb, notes in (("not checked", report.skipped), ("note", report.notes)):
        for note in sorted(notes):
            if note.failure or context.verbose:
                detail = f" ({clean(note.detail)})" if note.detail else ""
                yield f"{clean(note.path)}: {verb}: {clean(note.reason)}{detail}"
    if report.baseline:
        yield from baseline_notes(report.baseline)


def counted(number: int, word: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _files(report: Report) -> str:
    text = counted(report.checked, "file")
    # "read as text only: it does not parse" counts with the others that were read as text only.
    short = [note._replace(reason=note.reason.partition(":")[0]) for note in report.notes]
    return f"{text} ({_reasons(short)})" if short else text


def _findings(report: Report, context: ReportContext) -> Iterator[str]:
    if not report.findings:
        if report.checked:
            yield "no findings"
        return
    counts = [(severity, report.count(severity)) for severity in sorted(Severity, reverse=True)]
    present = [(severity, number) for severity, number in counts if number]
    for severity, number in present:
        text = counted(number, severity.word)
        hidden = severity < context.show and severity is present[-1][0]
        yield f"{text} (shown with --fail-on {severity.word})" if hidden else text


def _reasons(notes: Iterable[Note]) -> str:
    counts = Counter(note.reason for note in notes)
    return ", ".join(f"{number} {clean(reason)}" for reason, number in sorted(counts.items()))
