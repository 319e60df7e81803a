"""GitLab secret detection, schema 15.2.1: what the security dashboards and merge requests show.

The schema has a field for the source text of a secret; it stays out. Findings about binlint's own comments do
too: they are no secrets.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from time import gmtime, strftime
from uuid import NAMESPACE_URL, uuid5

from binlint.finding import Finding, Severity
from binlint.report import Note, Report
from binlint.reporters.clean import clean
from binlint.reporters.context import ReportContext
from binlint.reporters.identity import identified
from binlint.reporters.listing import is_paired_error, ordered

_VERSION = "15.2.1"
_SCHEMAS = "https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/raw"
_SCHEMA = f"{_SCHEMAS}/v{_VERSION}/dist/secret-detection-report-format.json"
_SEVERITIES = {Severity.ERROR: "High", Severity.WARNING: "Medium", Severity.NOTE: "Info"}
_CWE = {
    "type": "cwe",
    "name": "CWE-798",
    "value": "798",
    "url": "https://cwe.mitre.org/data/definitions/798.html",
}
_SOLUTION = (
    "Revoke the key at Binance (API Management): editing the file does not help a key that was pushed. "
    "Then look for orders, withdrawals and keys that are not yours, make a new key with the smallest "
    "rights and keep it outside the code."
)
_OWN_COMMENTS = "BIN9"
_MOST_NAME = 255
_MOST_MESSAGES = 1_000

Value = dict[str, object]


def render(report: Report, context: ReportContext) -> str:
    """One object with the scan and its vulnerabilities."""
    names = {rule.code: rule.summary for rule in context.rules}
    secrets = [finding for finding in report.findings if not finding.code.startswith(_OWN_COMMENTS)]
    document = {
        "version": _VERSION,
        "schema": _SCHEMA,
        "scan": _scan(report, context),
        "vulnerabilities": [
            _vulnerability(finding, name, names, context.commit)
            for finding, name in identified(ordered(secrets))
        ],
    }
    text = json.dumps(document, sort_keys=True, indent=2, ensure_ascii=not context.unicode, allow_nan=False)
    return f"{text}\n"


def _scan(report: Report, context: ReportContext) -> Value:
    tool: Value = {
        "id": "binlint",
        "name": "binlint",
        "version": context.version,
        "vendor": {"name": "binlint"},
    }
    if context.homepage:
        tool["url"] = context.homepage
    notes = sorted((*report.skipped, *report.notes), key=lambda note: (not note.failure, note))
    return {
        "analyzer": tool,
        "scanner": tool,
        "type": "secret_detection",
        "start_time": _moment(context.started),
        "end_time": _moment(context.ended),
        "status": "failure" if any(note.failure for note in notes) else "success",
        "messages": list(_messages(notes)),
    }


def _moment(seconds: int) -> str:
    return strftime("%Y-%m-%dT%H:%M:%S", gmtime(seconds))


def _messages(notes: Iterable[Note]) -> Iterator[Value]:
    notes = tuple(notes)
    for note in notes[:_MOST_MESSAGES]:
        detail = f" ({clean(note.detail)})" if note.detail else ""
        text = f"{clean(note.path)}: {clean(note.reason)}{detail}"
        yield {"level": "fatal" if note.failure else "info", "value": text}
    if len(notes) > _MOST_MESSAGES:
        text = f"{len(notes) - _MOST_MESSAGES} more files were not, or not fully, read."
        yield {"level": "info", "value": text}


def _vulnerability(finding: Finding, fingerprint: str, names: dict[str, str], commit: str) -> Value:
    place = finding.location.place
    rule: Value = {
        "type": "binlint_rule_id",
        "name": f"{finding.code} {finding.rule}",
        "value": finding.code,
    }
    sentences = (finding.message, *finding.evidence)
    return {
        "id": str(uuid5(NAMESPACE_URL, f"binlint:{fingerprint}")),
        "name": clean(names.get(finding.code, finding.rule))[:_MOST_NAME],
        "description": clean(f"{'; '.join(sentences)}."),
        "severity": "Critical" if is_paired_error(finding) else _SEVERITIES[finding.severity],
        "solution": _SOLUTION,
        "identifiers": [rule, _CWE],
        "location": {
            "file": clean(finding.location.path),
            "start_line": place.line,
            "end_line": place.end_line,
            "commit": {"sha": commit},
        },
    }
