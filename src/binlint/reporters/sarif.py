"""SARIF 2.1.0 as GitHub code scanning reads it: no snippets, no absolute paths, our own fingerprints."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from binlint.finding import Finding
from binlint.report import Note, Report
from binlint.reporters.clean import clean
from binlint.reporters.context import ReportContext
from binlint.reporters.identity import identified
from binlint.reporters.listing import ordered, severest_first
from binlint.reporters.sarif_results import ROOT, Value, artifact, one_line_message, result_object
from binlint.reporters.sarif_rules import rule_object
from binlint.reporters.summary import old_findings

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MOST_RESULTS = 5_000  # code scanning keeps so many, by severity
_MOST_NOTIFICATIONS = 1_000
_SEMANTIC = re.compile(r"\d+\.\d+\.\d+\Z")


def render(report: Report, context: ReportContext) -> str:
    """One log with one run.

    Suppressed findings are left out, as GitHub would open them as alerts, but for `show_suppressed`.
    """
    kept = ordered(severest_first(report.findings)[:MOST_RESULTS])
    run: Value = {
        "tool": {"driver": _driver(context)},
        "automationDetails": {"id": _category(context)},
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the tree that was checked."}}},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report, len(kept))],
        "results": _results(kept, report, context),
    }
    log: Value = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, sort_keys=True, indent=2, ensure_ascii=not context.unicode, allow_nan=False) + "\n"


def _results(kept: tuple[Finding, ...], report: Report, context: ReportContext) -> list[Value]:
    """The results of what is reported, and behind them those of what is accepted, if they are wanted."""
    indices = {rule.code: index for index, rule in enumerate(context.rules)}
    severities = {rule.code: rule.security_severity for rule in context.rules}
    every: list[tuple[Finding, Value]] = [(finding, {}) for finding in kept]
    if context.show_suppressed:
        old = report.baseline.findings if report.baseline is not None else ()
        every += [(finding, _accepted(finding, "inSource")) for finding in ordered(report.suppressed)]
        every += [(finding, _accepted(finding, "external")) for finding in ordered(old)]
        if report.baseline is not None:  # on all of them or on none
            every = [(finding, {"baselineState": "new", **more}) for finding, more in every]
    every = every[:MOST_RESULTS]
    names = [name for _, name in identified(finding for finding, _ in every)]
    return [
        {**result_object(finding, name, indices, severities), **more}
        for (finding, more), name in zip(every, names, strict=True)
    ]


def _accepted(finding: Finding, kind: str) -> Value:
    suppression: Value = {"kind": kind, "status": "accepted"}
    if finding.reason:
        suppression["justification"] = clean(finding.reason)
    state: Value = {"baselineState": "unchanged"} if kind == "external" else {}
    return {"suppressions": [suppression], **state}


def _category(context: ReportContext) -> str:
    """What tells this upload from others of one commit; what stood behind the last `/` would be a run."""
    return f"{clean(context.category).strip('/') or 'binlint'}/"


def _driver(context: ReportContext) -> Value:
    driver: Value = {"name": "binlint", "version": context.version}
    if _SEMANTIC.match(context.version):
        driver["semanticVersion"] = context.version
    if context.homepage:
        driver["informationUri"] = context.homepage
    driver["rules"] = [rule_object(rule) for rule in context.rules]
    return driver


def _invocation(report: Report, kept: int) -> Value:
    notes = [*report.skipped, *report.notes]
    found = len(report.findings)
    notifications: list[Value] = []
    if found > kept:
        text = f"{found} findings were made; only the {kept} most severe of them are listed."
        notifications.append({"level": "warning", "message": {"text": text}})
    if report.baseline is not None and report.baseline.findings:
        text = old_findings(report.baseline)
        level = "warning" if report.baseline.credentials else "note"
        notifications.append({"level": level, "message": {"text": text}})
    notifications += _notifications(sorted(notes, key=lambda note: (not note.failure, note)))
    return {
        "executionSuccessful": not any(note.failure for note in notes),
        "toolExecutionNotifications": notifications,
    }


def _notifications(notes: Iterable[Note]) -> Iterator[Value]:
    """What was not, or not fully, read: failures first, and a count of what is beyond the limit."""
    notes = tuple(notes)
    for note in notes[:_MOST_NOTIFICATIONS]:
        text = f"{clean(note.reason)} ({clean(note.detail)})" if note.detail else clean(note.reason)
        yield {
            "level": "error" if note.failure else "note",
            "message": {"text": one_line_message(text)},
            "locations": [{"physicalLocation": {"artifactLocation": artifact(note.path)}}],
        }
    if len(notes) > _MOST_NOTIFICATIONS:
        text = f"{len(notes) - _MOST_NOTIFICATIONS} more files were not, or not fully, read."
        yield {"level": "note", "message": {"text": text}}
