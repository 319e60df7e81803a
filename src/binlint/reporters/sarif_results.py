"""One finding as a SARIF result, and the places it speaks of."""

from __future__ import annotations

from collections import Counter

from binlint.finding import Finding, Location, Severity, Step
from binlint.reporters.clean import clean
from binlint.reporters.listing import is_paired_error
from binlint.reporters.uri import uri

ROOT = "%SRCROOT%"
_MOST_RELATED = 100  # code scanning keeps so many places
_MOST_STEPS = 1_000  # and shows so many steps

Value = dict[str, object]


def result_object(
    finding: Finding, indices: dict[str, int], severities: dict[str, str], seen: Counter[str]
) -> Value:
    """A `result`. `seen` counts fingerprints from one finding to the next."""
    sink = (finding.sink,) if finding.sink else ()
    pair = (Step(finding.pair, "the other half of the credential"),) if finding.pair else ()
    related = (*sink, *pair, *finding.also)
    result: Value = {
        "ruleId": finding.code,
        "level": finding.severity.word,
        "message": {"text": _message(finding)},
        "locations": [_location(finding.location)],
        "properties": {
            "security-severity": _security_severity(finding, severities),
            "confidence": finding.confidence.word,
            "kind": finding.kind.name.lower(),
        },
    }
    if finding.code in indices:
        result["ruleIndex"] = indices[finding.code]
    if related:
        steps = enumerate(related[:_MOST_RELATED], start=1)
        result["relatedLocations"] = [{"id": number, **_station(step)} for number, step in steps]
    if finding.steps:
        way = [{"location": _station(step)} for step in finding.steps[:_MOST_STEPS]]
        result["codeFlows"] = [{"threadFlows": [{"locations": way}]}]
    if finding.fingerprint:
        result["partialFingerprints"] = {
            "primaryLocationLineHash": _line_hash(clean(finding.fingerprint), seen)
        }
    return result


def _message(finding: Finding) -> str:
    """The finding's sentence, which GitHub takes as the title, and links to the related places by number."""
    text = one_line_message(finding.message)
    text = text if text.endswith((".", "!", "?")) else f"{text}."
    if finding.sink:
        text += " [This client](1) takes it."
    if finding.pair:
        text += f" The other half of the credential [stands here]({2 if finding.sink else 1})."
    return text


def one_line_message(text: str) -> str:
    """Text in which nothing can be taken for a link; only `[text](target)` has a meaning in a message."""
    return clean(text).replace("](", "] (")


def _security_severity(finding: Finding, severities: dict[str, str]) -> str:
    if finding.severity is Severity.NOTE:
        return "3.0"
    if finding.severity is Severity.ERROR:
        return "9.8" if is_paired_error(finding) else "7.5"
    return severities.get(finding.code, "5.0")


def _line_hash(fingerprint: str, seen: Counter[str]) -> str:
    """`hash:n`: the fingerprint as it is when it has its number, else counted among its equals."""
    value, _, number = fingerprint.rpartition(":")
    if value and number.isdigit():
        return fingerprint
    seen[fingerprint] += 1
    return f"{fingerprint}:{seen[fingerprint]}"


def _location(location: Location) -> Value:
    line, column, end_line, end_column = location.place
    region = {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}
    return {"physicalLocation": {"artifactLocation": artifact(location.path), "region": region}}


def _station(step: Step) -> Value:
    return {**_location(step.location), "message": {"text": one_line_message(step.text)}}


def artifact(path: str) -> Value:
    """A file, relative to the root of the run."""
    return {"uri": uri(path), "uriBaseId": ROOT}
