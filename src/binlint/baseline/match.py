"""Which findings are old: a finding is known by its file, its rule and its value, and by their number.

What is known elsewhere is known here only if it went there: when its old place is gone, or was looked at and
holds it no more. What is known under another rule of the same file stays known, but for a higher severity.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from binlint.baseline.entries import Baseline, Entry
from binlint.baseline.prints import Fingerprints
from binlint.finding import Finding, SecretText


class Found(NamedTuple):
    """A finding with what a baseline has to know of it. `path` is relative to the root of the project."""

    finding: Finding
    path: str
    value: SecretText
    name: str = ""


class Scope(NamedTuple):
    """What a run can say of files; the paths are relative to the root of the project."""

    looked_at: frozenset[str]
    exists: Callable[[str], bool]
    is_within: Callable[[str], bool]  # a path lies in a directory that was asked about
    is_on: Callable[[str, str], bool] = lambda rule, path: True  # a rule is in force for a path

    def is_left(self, entry: Entry) -> bool:
        """Whether the place of an entry without a finding holds it no more, as far as one can see."""
        return self._was_looked_at(entry) or not self.exists(entry.path)

    def is_stale(self, entry: Entry) -> bool:
        """The same where the run was asked about that place."""
        is_gone = self.is_within(entry.path) and not self.exists(entry.path)
        return self._was_looked_at(entry) or is_gone

    def _was_looked_at(self, entry: Entry) -> bool:
        return entry.path in self.looked_at and self.is_on(entry.rule, entry.path)


class Group(NamedTuple):
    """The findings of one value under one rule in one file, and what the baseline knows of them.

    `here` are entries of this file, `moved` those that came with the value from another one.
    """

    found: tuple[Found, ...]
    here: tuple[Entry, ...] = ()
    moved: tuple[Entry, ...] = ()
    known: tuple[tuple[Found, Entry], ...] = ()
    expired: tuple[tuple[Found, Entry], ...] = ()


class Match(NamedTuple):
    """All findings of a run, and the entries that know none of them."""

    groups: tuple[Group, ...] = ()
    idle: tuple[Entry, ...] = ()

    @property
    def known(self) -> tuple[tuple[Found, Entry], ...]:
        """The findings that are silent, with the entries that say so."""
        return tuple(pair for group in self.groups for pair in group.known)

    @property
    def expired(self) -> tuple[tuple[Found, Entry], ...]:
        """The findings that are reported again."""
        return tuple(pair for group in self.groups for pair in group.expired)

    def stale(self, scope: Scope) -> tuple[Entry, ...]:
        """The entries that say more than there is."""
        surplus = [
            entry
            for group in self.groups
            for entry in group.here
            if entry.count > len(group.found) and entry.path in scope.looked_at
        ]
        return (*filter(scope.is_stale, self.idle), *surplus)


def match(
    baseline: Baseline, found: Iterable[Found], scope: Scope, today: str, prints: Fingerprints
) -> Match:
    """Sorts findings by what the baseline knows. `today` is as in 2027-01-31."""
    matcher = _Matcher(baseline, scope, today, prints)
    groups = [Group(tuple(group)) for group in _grouped(found)]
    groups = [matcher.by_rule(group) for group in groups]
    groups = [group if group.here else matcher.by_other_rule(group) for group in groups]
    groups = [matcher.settled(group) for group in groups]
    orphans = matcher.orphans()
    groups = [orphans.taken(group) for group in groups]
    used = {entry for group in groups for entry in (*group.here, *group.moved)}
    return Match(tuple(groups), tuple(entry for entry in baseline.entries if entry not in used))


def _grouped(found: Iterable[Found]) -> Iterator[list[Found]]:
    groups: defaultdict[tuple[str, str, SecretText], list[Found]] = defaultdict(list)
    for each in sorted(found, key=lambda each: (each.path, each.finding.code, each.finding.location)):
        groups[each.path, each.finding.code, each.value].append(each)
    yield from groups.values()


class _Prints(NamedTuple):
    """Fingerprints under every salt of a baseline."""

    salts: tuple[str, ...]
    prints: Fingerprints

    def of(self, rule: str, value: SecretText) -> tuple[str, ...]:
        return tuple(self.prints.of(salt, rule, value) for salt in self.salts)


class _Matcher:
    def __init__(self, baseline: Baseline, scope: Scope, today: str, prints: Fingerprints) -> None:
        self._prints = _Prints(baseline.salts, prints)
        self._entries = baseline.entries
        self._scope = scope
        self._today = today
        self._used: set[Entry] = set()
        self._places: defaultdict[str, dict[str, dict[str, Entry]]] = defaultdict(dict)
        for entry in baseline.entries:
            self._places[entry.path].setdefault(entry.rule, {})[entry.fp] = entry

    def by_rule(self, group: Group) -> Group:
        """The group with the entries of its file and rule."""
        return self._with(group, group.found[0].finding.code)

    def by_other_rule(self, group: Group) -> Group:
        """The group with entries of its file that knew the value under another rule."""
        for rule in self._places.get(group.found[0].path, ()):
            group = self._with(group, rule)
        return group

    def _with(self, group: Group, rule: str) -> Group:
        first = group.found[0]
        entries = self._places[first.path].get(rule) if first.path in self._places else None
        if not entries:
            return group
        prints = self._prints.of(rule, first.value)
        here = [entries[fp] for fp in prints if fp in entries and entries[fp] not in self._used]
        self._used.update(here)
        return group._replace(here=(*group.here, *here))

    def settled(self, group: Group) -> Group:
        """The group with those findings told apart that its own entries cover."""
        known, expired = [], []
        for number, found in enumerate(group.found):
            entries = [e for e in group.here if e.count > number and e.level >= found.finding.severity]
            alive = [entry for entry in entries if not entry.is_expired(self._today)]
            if alive:
                known.append((found, alive[0]))
            elif entries:
                expired.append((found, entries[0]))
        return group._replace(known=tuple(known), expired=tuple(expired))

    def orphans(self) -> _Orphans:
        """The entries whose findings have left their place."""
        left = [e for e in self._entries if e not in self._used and self._scope.is_left(e)]
        return _Orphans(left, self._prints, self._today)


class _Orphans:
    """Entries that may have gone with their values to other files; each for as many literals as it counts."""

    def __init__(self, entries: Sequence[Entry], prints: _Prints, today: str) -> None:
        self._prints = prints
        self._today = today
        self._left = {entry: entry.count for entry in entries}
        self._by_rule: defaultdict[str, defaultdict[str, list[Entry]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for entry in entries:
            self._by_rule[entry.rule][entry.fp].append(entry)

    def taken(self, group: Group) -> Group:
        """The group with what came along from elsewhere."""
        first = group.found[0]
        settled = {found for found, _ in (*group.known, *group.expired)}
        waiting = [found for found in group.found if found not in settled]
        by_print = self._by_rule.get(first.finding.code)
        if not waiting or not by_print:
            return group
        prints = self._prints.of(first.finding.code, first.value)
        entries = [entry for fp in prints for entry in by_print.get(fp, ())]
        for found in waiting:
            entry = next((e for e in entries if self._left[e] and e.level >= found.finding.severity), None)
            if entry is not None:
                self._left[entry] -= 1
                pair = (found, entry)
                moved = tuple(dict.fromkeys((*group.moved, entry)))
                if entry.is_expired(self._today):
                    group = group._replace(moved=moved, expired=(*group.expired, pair))
                else:
                    group = group._replace(moved=moved, known=(*group.known, pair))
        return group
