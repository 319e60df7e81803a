"""Sightings → findings: one for each literal, by the rule that says the worst of it."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from binlint.finding import Finding, Kind, Location, Place, Step
from binlint.flow.sighting import Group, Sighting
from binlint.rules.rule import Rule
from binlint.rules.verdict import Verdict
from binlint.shapes import Shape, classify, why

_NEAR = 100  # members of a group on either side that may be the other half
_SECRET_HALVES = frozenset({Kind.SECRET_KEY, Kind.PRIVATE_KEY})


def judge(sightings: Iterable[Sighting], rules: Sequence[Rule], samples: frozenset[str]) -> list[Finding]:
    """The findings of a project, sorted, without suggestions and frames."""
    by_literal: defaultdict[Location, list[Sighting]] = defaultdict(list)
    for sighting in sightings:
        by_literal[sighting.origins[0]].append(sighting)
    _settle(by_literal)
    best: dict[Location, tuple[Sighting, Rule, Verdict, Shape]] = {}
    for location, group in by_literal.items():
        judged = [found for sighting in group for found in _judged(sighting, rules, samples)]
        if judged:
            best[location] = max(judged, key=_rank)
    pairs = _pairs(by_literal, best)
    findings = [
        (_finding(location, by_literal[location], *best[location], pairs), best[location][0])
        for location in sorted(best)
    ]
    named = _told_apart([finding for finding, _ in findings])
    return _fingerprinted(named, [sighting for _, sighting in findings])


def _settle(by_literal: dict[Location, list[Sighting]]) -> None:
    """Literals that reach the key and the secret of a call alike are told apart by order, key first."""
    unsettled: defaultdict[Group, list[Location]] = defaultdict(list)
    for location, group in by_literal.items():
        kinds = {sighting.kind for sighting in group if sighting.sink is not None}
        if kinds == {Kind.API_KEY, Kind.SECRET_KEY}:
            unsettled[next(s.group for s in group if s.sink is not None)].append(location)
    for locations in unsettled.values():
        for number, location in enumerate(sorted(locations)):
            kind = (Kind.API_KEY, Kind.SECRET_KEY)[number % 2]
            by_literal[location] = [s for s in by_literal[location] if s.kind is kind] or by_literal[location]


def _judged(
    sighting: Sighting, rules: Sequence[Rule], samples: frozenset[str]
) -> Iterable[tuple[Sighting, Rule, Verdict, Shape]]:
    shape = classify(sighting.text.reveal(), samples)
    for rule in rules:
        verdict = rule.check(sighting, shape) if rule.check is not None else None
        if verdict is not None:
            yield sighting, rule, verdict, shape


def _rank(judged: tuple[Sighting, Rule, Verdict, Shape]) -> tuple[int, int, bool, bool]:
    sighting, _, verdict, _ = judged
    return verdict.severity, verdict.confidence, sighting.sink is not None, sighting.named_binance


def _pairs(
    by_literal: dict[Location, list[Sighting]], best: dict[Location, tuple[Sighting, Rule, Verdict, Shape]]
) -> dict[Location, Location]:
    """The other half of each credential: of the same client, or of the same dict or scope, nearest first."""
    halves: defaultdict[Group, list[tuple[bool, Location]]] = defaultdict(list)
    for location in best:
        for sighting in by_literal[location]:
            if sighting.kind is not Kind.UNKNOWN:
                halves[sighting.group].append((sighting.kind in _SECRET_HALVES, location))
    found: dict[Location, Location] = {}
    for members in halves.values():
        for index, (is_secret, location) in enumerate(members):
            near = members[max(0, index - _NEAR) : index + _NEAR]  # thousands may share a scope
            others = [other for secret, other in near if secret != is_secret and other != location]
            if others:
                nearest = min(others, key=lambda other: _distance(other, location))
                known = found.get(location)
                if known is None or _distance(nearest, location) < _distance(known, location):
                    found[location] = nearest
    return found


def _distance(first: Location, second: Location) -> tuple[bool, int, int]:
    here, there = first.place, second.place
    return first.path != second.path, abs(here.line - there.line), abs(here.column - there.column)


def _finding(
    location: Location,
    sightings: list[Sighting],
    sighting: Sighting,
    rule: Rule,
    verdict: Verdict,
    shape: Shape,
    pairs: dict[Location, Location],
) -> Finding:
    pair = pairs.get(location)
    sink = Step(sighting.sink.location, sighting.sink.text) if sighting.sink else None
    also = dict.fromkeys(
        Step(s.sink.location, s.sink.text) for s in sightings if s.sink and s.sink != sighting.sink
    )
    if sink is not None:
        also.pop(sink, None)
    last = sighting.origins[-1].place
    place = location.place
    if len(sighting.origins) > 1 and last.end_line - place.line < 4 and last > place:
        place = Place(place.line, place.column, last.end_line, last.end_column)
    return Finding(
        location=location._replace(place=place),
        code=rule.code,
        rule=rule.name,
        message=f"{verdict.message} ({sighting.within})" if sighting.within else verdict.message,
        severity=verdict.severity,
        confidence=verdict.confidence,
        kind=sighting.kind,
        preview=sighting.text.mask(),
        context=sighting.context,
        evidence=tuple(_evidence(location, sighting, shape, pair)),
        steps=sighting.way,
        sink=sink,
        also=tuple(also),
        pair=pair,
        testnet=sighting.testnet,
        statement=sighting.statement,
    )


def _evidence(location: Location, sighting: Sighting, shape: Shape, pair: Location | None) -> Iterable[str]:
    yield why(sighting.text.reveal(), shape)
    if sighting.sink is not None:
        yield f"it is the {sighting.kind.value} that {sighting.sink.text} takes"
    elif sighting.name:
        yield f"its name, `{sighting.name[:60]}`, is that of a credential"
    if len(sighting.origins) > 1:
        yield f"it is put together from {len(sighting.origins)} literals"
    if sighting.sink is None:
        yield from sighting.company[:2]
        if sighting.project and not sighting.company:
            yield "the project speaks of Binance"
    if pair is not None:
        where = f"on line {pair.place.line}"
        if pair.path != location.path:
            where = f"in {pair.path}, line {pair.place.line}"
        yield f"its other half stands {where}: whoever holds both can trade"
    if sighting.advice:
        yield sighting.advice
    if sighting.testnet:
        yield "it belongs to a test network, which lowers the severity"


def _told_apart(findings: list[Finding]) -> list[Finding]:
    """Credentials of several accounts that reach the same client, with the name of each in its message."""
    together: defaultdict[tuple[Step, Kind], list[int]] = defaultdict(list)
    for number, finding in enumerate(findings):
        if finding.sink is not None:
            together[finding.sink, finding.kind].append(number)
    for numbers in together.values():
        if len(numbers) < 2:
            continue
        for number, name in zip(numbers, _account_names([findings[n] for n in numbers]), strict=True):
            finding = findings[number]
            findings[number] = finding._replace(message=f"{finding.message}, by way of {name}")
    return findings


def _account_names(findings: list[Finding]) -> list[str]:
    """The first station of each way that the others do not share; without one, the place of the literal."""
    ways = [[step.text for step in finding.steps[1:-1]] for finding in findings]
    counts = Counter(text for way in ways for text in dict.fromkeys(way))
    names = []
    for finding, way in zip(findings, ways, strict=True):
        own = next((text for text in way if counts[text] == 1), None)
        names.append(own or f"{finding.location.path}, line {finding.location.place.line}")
    return names


def _fingerprinted(findings: Sequence[Finding], chosen: Sequence[Sighting]) -> list[Finding]:
    """Adds fingerprints that outlive moved lines.

    What reaches a client is known by the client, so that a literal which moves to another file stays the
    finding that it was: rule, file and definition of the client, parameter, the first name on the way.
    Anything else is known by rule, path and enclosing name. Equals are counted.
    """
    seen: defaultdict[tuple[str, ...], int] = defaultdict(int)
    result = []
    for finding, sighting in zip(findings, chosen, strict=True):
        key: tuple[str, ...]
        if sighting.sink is not None:
            first = finding.steps[1].text if len(finding.steps) > 2 else ""
            sink = sighting.sink
            key = (finding.code, sink.location.path, sink.context, sink.parameter, first)
        else:
            key = (finding.code, finding.location.path, finding.context)
        seen[key] += 1
        text = "\0".join((*key, str(seen[key])))
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        result.append(finding._replace(fingerprint=digest))
    return result
