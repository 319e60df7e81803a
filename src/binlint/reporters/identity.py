"""Names for findings that no two of a report share, for formats that tell findings apart by them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from binlint.finding import Finding
from binlint.reporters.clean import clean
from binlint.reporters.uri import uri


def identified(findings: Iterable[Finding]) -> Iterator[tuple[Finding, str]]:
    """Each finding with `hash:n`: its fingerprint, counted among its equals in the order given."""
    taken: set[str] = set()
    counts: Counter[str] = Counter()
    for finding in findings:
        text = clean(finding.fingerprint) or f"{finding.code}/{uri(finding.location.path)}"
        value, _, number = text.rpartition(":")
        is_numbered = bool(value) and number.isdigit()
        name = text if is_numbered else ""
        value = value if is_numbered else text
        while not name or name in taken:
            counts[value] += 1
            name = f"{value}:{counts[value]}"
        taken.add(name)
        yield finding, name
