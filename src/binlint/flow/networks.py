"""What tells that a client is for a test network: its arguments, a later call, the hosts of its file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from binlint import facts as f
from binlint.facts import Expr
from binlint.finding import Location
from binlint.flow.link import Unit
from binlint.flow.sighting import Sink
from binlint.flow.values import Arguments, Entries, Instance, Number, OwnClass, Text, Value, bare
from binlint.names import says_testnet

if TYPE_CHECKING:
    from binlint.flow.case import Case

_TEST_FLAGS = frozenset(
    {"testnet", "demo", "sandbox", "test", "is_testnet", "use_testnet", "paper", "sandbox_mode"}
)
_TEST_CALLS = frozenset(
    {"set_sandbox_mode", "setSandboxMode", "enable_demo_trading", "set_testnet", "set_testnet_mode"}
)
_TEST_WORDS = frozenset({*_TEST_CALLS, *_TEST_FLAGS, "testnet", "test_net"})


class Networks:
    """The evidence that one file gives, and others about its clients."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._test_clients: set[Location] | None = None
        self._far_test_clients: set[Location] | None = None
        self._says_itself: bool | None = None

    def lends(self, sink: Sink | None) -> bool:
        """Whether a value is for tests because all hosts of the file are and no client says it for itself."""
        if not self._case.facts.only_testnet:
            return False
        if self._says_itself is None:
            root = self._case.evaluator.root
            self._says_itself = any(
                self.says(self._case.linked.arguments(call, root))
                for call in self._case.facts.calls
                if call.keywords and self._case.unit.relevance.may_take_credentials(call)
            )
        return sink is None or not self._says_itself

    def says(self, passed: Arguments) -> bool:
        for name, thunk in passed.keywords:
            for value in self._case.evaluator.thunk(thunk):
                if name.lower() in _TEST_FLAGS and isinstance(value, Number) and value.value:
                    return True
                if (
                    isinstance(value, Text)
                    and len(value.value) < 200
                    and "://" in value.string()
                    and says_testnet(value.string())
                ):
                    return True
        return False

    def entries_say(self, value: Value) -> bool:
        value = bare(value)
        if not isinstance(value, Entries):
            return False
        return self.says(
            Arguments((), tuple((name, thunk) for name, thunk in value.entries if name is not None))
        )

    def turned_here(self) -> set[Location]:
        """The constructor calls of clients that this file turns to a test network afterwards."""
        if self._test_clients is None:
            self._test_clients = set()
            self._test_clients = set(self._turned_to_tests(self._case.unit))
        return self._test_clients

    def is_turned_elsewhere(self, sink: Sink) -> bool:
        """Whether another file turns the client of a sink to a test network."""
        if self._far_test_clients is None:
            self._far_test_clients = set()
            project = self._case.linked.world.project
            for path in project.importers(self._case.facts.path):
                unit = self._case.linked.unit_at(path) if project.mentions(path, _TEST_WORDS) else None
                if unit is not None:
                    self._far_test_clients.update(self._turned_to_tests(unit))
        return sink.location in self._far_test_clients

    def _turned_to_tests(self, unit: Unit) -> Iterator[Location]:
        for call in unit.facts.calls:
            if isinstance(call.func, f.Attribute) and call.func.name in _TEST_CALLS:
                off = any(isinstance(arg, f.Constant) and not arg.value for arg in call.args[:1])
                if not off:
                    yield from self._constructed(call.func.value, unit)
        for item in unit.facts.attribute_sets:
            if isinstance(item.value, f.Call) and item.name.lower() not in _TEST_FLAGS:
                continue
            tests = any(says_testnet(t.string()) for t in self._case.evaluator.texts(item.value, unit.root))
            flag = item.name.lower() in _TEST_FLAGS and any(
                isinstance(v, Number) and v.value for v in self._case.evaluator.ask(item.value, unit.root)
            )
            if tests or flag:
                yield from self._constructed(item.target, unit)

    def _constructed(self, target: Expr, unit: Unit) -> Iterator[Location]:
        for value in self._case.evaluator.ask(target, unit.root):
            made = self.made_at(value)
            if made is not None:
                yield made

    def made_at(self, value: Value) -> Location | None:
        """The call that made an instance."""
        value = bare(value)
        if not isinstance(value, Instance) or value.call is None or value.frame is None:
            return None
        where = value.frame.entry if isinstance(value.of, OwnClass) else None
        return where or Location(value.frame.facts.path, value.call.place)
