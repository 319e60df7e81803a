"""From each place that takes a credential backwards to the literals that reach it, and from telling names.

The demand starts here. First the proven ways: calls of known clients, attributes, headers, signatures,
settings. Then what only has a name or only stands there.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from binlint.facts import Facts
from binlint.finding import Kind, Location
from binlint.flow import budget
from binlint.flow.calls import Calls
from binlint.flow.case import Case
from binlint.flow.foreign import Foreign
from binlint.flow.named import Named
from binlint.flow.places import Places
from binlint.flow.programs import Programs
from binlint.flow.sighting import Sighting
from binlint.flow.world import World

_WEB = frozenset({"flask", "quart", "sanic", "bottle", "aiohttp", "starlette", "fastapi"})


class Tracer:
    """All sightings that one file leads to. Their literals may stand in other files."""

    def __init__(self, facts: Facts, world: World, lent: Facts | None = None, related: bool = False) -> None:
        """`lent` is a file that says whom this one, which signs requests, talks to.

        A `related` file is traced for the sake of a credential that another one holds.
        """
        if lent is not None:
            company = facts.company or lent.company
            facts = facts._replace(company=company, signs=True, only_testnet=lent.only_testnet)
        self._case = Case(facts, world)
        self._case.is_related = related
        if related:
            self._case.evaluator.restrict(budget.RELATED_STEPS)
        self._foreign = Foreign(self._case)

    @property
    def exhausted(self) -> int:
        """How many questions ran out of budget."""
        return self._case.evaluator.exhausted

    @property
    def unfollowed(self) -> int:
        """How many questions were not carried into further files."""
        return self._case.linked.gave_up

    def sightings(self) -> Iterator[Sighting]:
        """What reaches a sink, then what has a telling name, then what stands alone."""
        case, named = self._case, Named(self._case)
        reached: set[Location] = set()
        for sighting in self._at_sinks():
            reached.update(sighting.origins)
            named.take(sighting)
            yield sighting
        case.evaluator.is_local = True  # what another file holds is judged there
        rest = [sighting for sighting in named.sightings(reached) if self._may_be_ours(sighting)]
        case.evaluator.is_local = not case.linked.world.speaks
        if rest:
            foreign = self._foreign.literals(frozenset(o for s in rest for o in s.origins))
            halves = {sighting.kind for sighting in rest}
            for sighting in rest:
                is_web = _is_web_secret(sighting, case.facts.roots) and Kind.API_KEY not in halves
                if foreign.isdisjoint(sighting.origins) and not is_web:
                    yield sighting

    def foreign(self) -> set[Location]:
        """The literals that reach a client which is not Binance's; they may stand in other files."""
        return self._foreign.literals()

    def _at_sinks(self) -> Iterator[Sighting]:
        calls = Calls(self._case)
        for call in self._case.unit.calls:
            yield from calls.at(call)
        yield from Places(self._case, calls).sightings()
        yield from Programs(self._case).sightings()

    def _may_be_ours(self, sighting: Sighting) -> bool:
        """A file that talks to somebody else, and not to Binance, borrows no company from its project."""
        if sighting.company or sighting.named_binance:
            return True
        return not self._talks_to_others

    @cached_property
    def _talks_to_others(self) -> bool:
        facts = self._case.facts
        return facts.other_hosts or any(map(self._case.catalogue.is_other_vendor, facts.roots))


def _is_web_secret(sighting: Sighting, roots: frozenset[str]) -> bool:
    """`SECRET_KEY` alone and without company is a web framework's; `app.secret_key` is in any company."""
    if sighting.named_binance:
        return False
    if sighting.company:
        path = sighting.name.lower().split(".")
        return path[-1] == "secret_key" and "app" in path[:-1] and not roots.isdisjoint(_WEB)
    return sighting.name.rpartition(".")[2].lower().strip("_") in ("secret_key", "secret", "secretkey")
