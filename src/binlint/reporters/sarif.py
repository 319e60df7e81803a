"""SARIF 2.1.0 as GitHub code scanning reads it: no snippets, no absolute paths, our own fingerprints."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from binlint.report import Note, Report
from binlint.reporters.clean import clean
from binlint.reporters.context import ReportContext
from binlint.reporters.listing import ordered, severest_first
from binlint.reporters.sarif_results import ROOT, Value, artifact, one_line_message, result_object
from binlint.reporters.sarif_rules import rule_object

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MOST_RESULTS = 5_000  # code scanning keeps so many, by severity
_MOST_NOTIFICATIONS = 1_000
_SEMANTIC = re.compile(r"\d+\.\d+\.\d+\Z")


def render(report: Report, context: ReportContext) -> str:
    """One log with one run. Suppressed findings are left out: GitHub would open them as alerts."""
    kept = ordered(severest_first(report.findings)[:MOST_RESULTS])
    indices = {rule.code: index for index, rule in enumerate(context.rules)}
    severities = {rule.code: rule.security_severity for rule in context.rules}
    seen: Counter[str] = Counter()
    run: Value = {
        "tool": {"driver": _driver(context)},
        "automationDetails": {"id": "binlint/"},
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the tree that was checked."}}},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report, len(kept))],
        "results": [result_object(finding, indices, severities, seen) for finding in kept],
    }
    log: Value = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, sort_keys=True, indent=2, ensure_ascii=not context.unicode, allow_nan=False) + "\n"


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
