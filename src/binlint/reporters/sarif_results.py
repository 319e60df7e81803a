"""One finding as a SARIF result, and the places it speaks of."""

from __future__ import annotations

from binlint.finding import Finding, Location, Severity, Step
from binlint.reporters.clean import clean
from binlint.reporters.edits import edit
from binlint.reporters.listing import is_paired_error
from binlint.reporters.uri import uri

ROOT = "%SRCROOT%"
_MOST_RELATED = 100  # code scanning keeps so many places
_MOST_STEPS = 1_000  # and shows so many steps
_MOST_LINKS = 5

Value = dict[str, object]


def result_object(
    finding: Finding, identity: str, indices: dict[str, int], severities: dict[str, str]
) -> Value:
    """A `result`. `identity` is the finding's fingerprint with its number, `hash:n`."""
    sink = (finding.sink,) if finding.sink else ()
    pair = (Step(finding.pair, "the other half of the credential"),) if finding.pair else ()
    related = (*sink, *pair, *finding.also)[:_MOST_RELATED]
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
        steps = enumerate(related, start=1)
        result["relatedLocations"] = [{"id": number, **_station(step)} for number, step in steps]
    if finding.steps:
        way = [{"location": _station(step)} for step in _shortened(finding.steps)]
        result["codeFlows"] = [{"threadFlows": [{"locations": way}]}]
    if finding.fingerprint:
        result["partialFingerprints"] = {"primaryLocationLineHash": identity}
    if fixes := _fixes(finding):
        result["fixes"] = fixes
    return result


def _message(finding: Finding) -> str:
    """The finding's sentence, which GitHub takes as the title, and links to the related places by number."""
    text = one_line_message(finding.message)
    text = text if text.endswith((".", "!", "?")) else f"{text}."
    if finding.sink:
        text += " [This client](1) takes it."
    if finding.pair:
        text += f" The other half of the credential [stands here]({2 if finding.sink else 1})."
    first = 1 + bool(finding.sink) + bool(finding.pair)
    if finding.also:
        links = [f"[here]({number})" for number in range(first, first + min(len(finding.also), _MOST_LINKS))]
        more = len(finding.also) - len(links)
        text += f" It is used in further places: {', '.join(links)}{f' and {more} more' if more else ''}."
    return text


def _shortened(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The way up to the limit; it always ends at the client."""
    return steps if len(steps) <= _MOST_STEPS else (*steps[: _MOST_STEPS - 1], steps[-1])


def _fixes(finding: Finding) -> list[Value]:
    """The region of the literal and what could stand there; never the text that is deleted."""
    suggested = edit(finding)
    if suggested is None:
        return []
    needs = f" ({suggested.needs})" if suggested.needs else ""
    names = ", ".join(suggested.variables)
    text = f"Save the value in the environment variable {names}, then read it from there{needs}."
    replacement = {"deletedRegion": _region(finding.location), "insertedContent": {"text": suggested.text}}
    change = {"artifactLocation": artifact(finding.location.path), "replacements": [replacement]}
    return [{"description": {"text": one_line_message(text)}, "artifactChanges": [change]}]


def one_line_message(text: str) -> str:
    """Text in which nothing can be taken for a link; only `[text](target)` has a meaning in a message."""
    return clean(text).replace("](", "] (")


def _security_severity(finding: Finding, severities: dict[str, str]) -> str:
    if finding.severity is Severity.NOTE:
        return "3.0"
    if finding.severity is Severity.ERROR:
        return "9.8" if is_paired_error(finding) else "7.5"
    return severities.get(finding.code, "5.0")


def _location(location: Location) -> Value:
    return {"physicalLocation": {"artifactLocation": artifact(location.path), "region": _region(location)}}


def _region(location: Location) -> Value:
    line, column, end_line, end_column = location.place
    return {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}


def _station(step: Step) -> Value:
    return {**_location(step.location), "message": {"text": one_line_message(step.text)}}


def artifact(path: str) -> Value:
    """A file, relative to the root of the run."""
    return {"uri": uri(path), "uriBaseId": ROOT}
