"""The JSON document: everything binlint found, in the versioned form of `schema.json` and docs/json.md."""

from __future__ import annotations

import json
from collections import Counter

from binlint.finding import Finding, Location, Place, Severity, Step, Suggestion
from binlint.report import Note, Report
from binlint.reporters.clean import clean, clean_block
from binlint.reporters.context import ReportContext
from binlint.reporters.listing import ordered
from binlint.reporters.uri import uri

SCHEMA = 1  # raised when a field goes or changes its meaning; a new field alone does not raise it

Value = dict[str, object]


def render(report: Report, context: ReportContext) -> str:
    """One object with sorted keys; every severity is in it, whatever is shown elsewhere."""
    document: Value = {
        "schema": SCHEMA,
        "tool": {"name": "binlint", "version": context.version},
        "findings": [finding_object(finding) for finding in ordered(report.findings)],
        "skipped": [_note(note) for note in sorted(report.skipped)],
        "notes": [_note(note) for note in sorted(report.notes)],
        "summary": _summary(report),
    }
    if context.show_suppressed:
        old = report.baseline.findings if report.baseline else ()
        document["suppressed"] = [
            {**finding_object(finding), "by": by, "reason": clean(finding.reason)}
            for by, findings in (("directive", report.suppressed), ("baseline", old))
            for finding in ordered(findings)
        ]
    text = json.dumps(document, sort_keys=True, indent=2, ensure_ascii=not context.unicode, allow_nan=False)
    return f"{text}\n"


def _summary(report: Report) -> Value:
    known = report.baseline
    old: Value = {}
    if known is not None:
        old["baseline"] = {
            "path": clean(known.path),
            "findings": len(known.findings),
            "credentials": known.credentials,
            "expired": known.expired,
            "stale": known.stale,
            "entries": known.entries,
        }
    return {
        **old,
        "checked": report.checked,
        "skipped": len(report.skipped),
        "suppressed": len(report.suppressed),
        "severities": {severity.word: report.count(severity) for severity in Severity},
        "codes": Counter(finding.code for finding in report.findings),
        "stages": dict(report.stages),
    }


def finding_object(finding: Finding) -> Value:
    """A finding as an object of `schema.json`."""
    return {
        **_location(finding.location),
        "code": finding.code,
        "rule": finding.rule,
        "message": clean(finding.message),
        "severity": finding.severity.word,
        "confidence": finding.confidence.word,
        "kind": finding.kind.name.lower(),
        "preview": clean(finding.preview),
        "context": clean(finding.context),
        "evidence": [clean(text) for text in finding.evidence],
        "steps": [_step(step) for step in finding.steps],
        "sink": _step(finding.sink) if finding.sink else None,
        "also": [_step(step) for step in finding.also],
        "pair": _location(finding.pair) if finding.pair else None,
        "testnet": finding.testnet,
        "suggestion": _suggestion(finding.suggestion) if finding.suggestion else None,
        "fingerprint": clean(finding.fingerprint),
    }


def _place(place: Place) -> Value:
    names = ("line", "column", "end_line", "end_column")
    return dict(zip(names, place, strict=True))


def _location(location: Location) -> Value:
    return {"path": clean(location.path), "uri": uri(location.path), **_place(location.place)}


def _step(step: Step) -> Value:
    return {**_location(step.location), "text": clean(step.text)}


def _suggestion(suggestion: Suggestion) -> Value:
    return {
        **_place(suggestion.place),
        "before": clean_block(suggestion.before),
        "after": clean_block(suggestion.after),
        "variables": [clean(name) for name in suggestion.variables],
        "note": clean(suggestion.note),
    }


def _note(note: Note) -> Value:
    return {
        "path": clean(note.path),
        "uri": uri(note.path),
        "reason": clean(note.reason),
        "detail": clean(note.detail),
        "failure": note.failure,
    }
