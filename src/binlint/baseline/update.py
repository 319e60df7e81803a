"""What a baseline should say after a run: as little changed as can be, and the same when nothing is new."""

from __future__ import annotations

from typing import NamedTuple

from binlint.baseline.entries import Baseline, Entry, joined, united
from binlint.baseline.match import Group, Match, Scope
from binlint.baseline.prints import Fingerprints, new_salt
from binlint.finding import Severity


class Wishes(NamedTuple):
    """How to update. `reason` and `expires` are for new entries, the day also for those that have expired."""

    lowest: Severity = Severity.WARNING  # what is below is not taken in
    prune: bool = False
    reason: str = ""
    expires: str = ""
    today: str = ""


def updated(baseline: Baseline, match: Match, scope: Scope, wishes: Wishes, prints: Fingerprints) -> Baseline:
    """The baseline with all findings of the run, and with `prune` without what is found no more.

    Several salts become one, as soon as no entry is left of which nobody knows to which of them it belongs.
    """
    salt = baseline.salts[0] if baseline.salts else new_salt()
    entries = []
    for group in match.groups:
        is_new = not group.here and not group.moved
        if not is_new or _worst(group) >= wishes.lowest:
            entries.append(_entry(group, salt, wishes, prints))
    idle = [entry for entry in match.idle if not (wishes.prune and scope.is_stale(entry))]
    salts = baseline.salts if idle and baseline.salts else (salt,)
    return Baseline(salts, tuple(united((*entries, *idle))))


def _worst(group: Group) -> Severity:
    return max(found.finding.severity for found in group.found)


def _entry(group: Group, salt: str, wishes: Wishes, prints: Fingerprints) -> Entry:
    first = group.found[0]
    rule = first.finding.code
    fp = prints.of(salt, rule, first.value)
    fresh = Entry(first.path, rule, fp, len(group.found), _worst(group), first.name)
    old = [entry._replace(path=first.path, rule=rule, fp=fp) for entry in (*group.here, *group.moved)]
    if not old:
        return fresh._replace(reason=wishes.reason, expires=wishes.expires)
    entry = old[0]
    for other in old[1:]:
        entry = joined(entry, other)
    if wishes.expires and entry.is_expired(wishes.today):
        entry = entry._replace(expires=wishes.expires)
    if wishes.prune or not group.here:
        return entry._replace(count=fresh.count, level=fresh.level, hint=entry.hint or fresh.hint)
    return joined(entry, fresh)
