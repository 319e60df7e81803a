"""What a file declares in one place and reads in another: environment variables and command-line options."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from binlint import facts as f
from binlint.facts import Facts
from binlint.flow import budget
from binlint.flow.values import External, Frame, Thunk, Value, Values, bare, distinct, texts

if TYPE_CHECKING:
    from binlint.flow.link import Linked

_ALIASES = 4  # names for names
_ONLY_WRITES = frozenset({"environ.setdefault", "environ.update", "putenv("})
WRITES = frozenset({"environ", "putenv", "setenv"})
WRITING = re.compile(rb"\][\s)\\]*(?::[^=\n]*)?=(?!=)|setdefault|update|putenv|setenv")  # most only read


class Declared:
    """The declarations of one file, gathered when they are first asked for."""

    def __init__(self, linked: Linked, facts: Facts, root: Frame) -> None:
        self._linked = linked
        self._evaluator = linked.evaluator
        self._facts = facts
        self._root = root
        self._environment: dict[str, list[Thunk]] | None = None
        self._options: dict[str, list[Thunk]] | None = None

    def environment(self, name: str) -> Values:
        """What the project itself writes into an environment variable, and reads into it from its files."""
        own = tuple(v for thunk in self.writes().get(name, ()) for v in self._evaluator.thunk(thunk))
        if not self._evaluator.far:
            return own
        return distinct((*own, *self._elsewhere(name), *self._from_file(name)))

    def _elsewhere(self, name: str) -> Iterator[Value]:
        """What other files write: those that the byte filter has let through, and those that only write."""
        linked = self._linked
        project = linked.world.project
        in_hand = project.in_hand
        likely = dict.fromkeys(path for path in project.matching(WRITES, WRITING) if path in in_hand)
        likely.update(dict.fromkeys(project.mentioning(_ONLY_WRITES)))
        likely.pop(self._facts.path, None)
        word = frozenset({name})
        saying = [path for path in likely if project.mentions(path, word)]
        making = [path for path in likely if not project.mentions(path, word)]  # up the name
        for path in (*saying[: budget.WRITERS], *making[: budget.MAKERS]):
            unit = linked.unit_at(path)
            for thunk in unit.declared.writes().get(name, ()) if unit is not None else ():
                yield from self._evaluator.thunk(thunk)

    def _from_file(self, name: str) -> Iterator[Value]:
        """What a `.env` of the project says, where something in it loads such files."""
        for path in self._linked.files.environment_files(self._facts):
            document = self._linked.world.document(path, "dotenv")
            if document is not None:
                root = self._linked.document_root(document)
                for entries in self._evaluator.values(document.document, root):
                    yield from self._evaluator.item_of(entries, [name], [])

    def writes(self) -> dict[str, list[Thunk]]:
        """What the file writes into environment variables, by their names."""
        if self._environment is None:
            self._environment = {}
            self._environment = self._writes()
        return self._environment

    def _writes(self) -> dict[str, list[Thunk]]:
        root, evaluator = self._root, self._evaluator
        found: defaultdict[str, list[Thunk]] = defaultdict(list)
        for item in self._facts.item_sets:
            if self._may_be_environment(item.target) and _is_environment(evaluator.ask(item.target, root)):
                self._pairs(item.key, item.value, found)
        for call in self._facts.calls:
            if isinstance(call.func, f.Attribute) and call.func.name in (
                "setdefault",
                "putenv",
                "update",
                "setenv",
            ):
                is_free = call.func.name in ("putenv", "setenv")
                if not is_free and not self._may_be_environment(call.func.value):
                    continue
                target = evaluator.ask(call.func.value, root)
                if call.func.name == "update" and _is_environment(target):
                    passed = self._linked.arguments(call, root)
                    for name, thunk in passed.keywords:
                        found[name].append(thunk)
                    for other in passed.positional:
                        for value in evaluator.thunk(other):
                            for key_name, thunk in evaluator.as_entries(value):
                                found[key_name or ""].append(thunk)
                elif len(call.args) >= 2 and (
                    call.func.name == "setenv" or _is_environment(target) or _is_os(target)
                ):
                    self._pairs(call.args[0], call.args[1], found)
        return found

    def _may_be_environment(self, expr: f.Expr, depth: int = _ALIASES) -> bool:
        """Whether it is worth asking what an expression is: most items are set of anything else."""
        if isinstance(expr, f.Attribute):
            return expr.name == "environ"
        if isinstance(expr, f.Ref) and depth:
            return self._may_be_environment(self._facts.bindings[expr.binding].value, depth - 1)
        if isinstance(expr, f.Choice) and depth:
            return any(self._may_be_environment(option, depth - 1) for option in expr.options)
        if isinstance(expr, f.Free) and depth:
            return any(
                binding.name == expr.name and self._may_be_environment(binding.value, depth - 1)
                for binding in self._facts.bindings
            )
        if isinstance(expr, f.ParameterRef):
            return self._is_handed_over
        return isinstance(expr, f.Imported)

    @cached_property
    def _is_handed_over(self) -> bool:
        calls = self._facts.calls
        passed = (value for call in calls for value in (*call.args, *(given for _, given in call.keywords)))
        return any(isinstance(value, f.Attribute) and value.name == "environ" for value in passed)

    def _pairs(self, name: f.Expr, value: f.Expr, found: dict[str, list[Thunk]]) -> None:
        for frame in self._linked.together(name, value, self._root):
            for key in texts(self._evaluator.ask(name, frame)):
                found[key.string()].append(Thunk(value, frame))

    def option(self, name: str) -> Values:
        """The default of a command-line option that the file declares."""
        return tuple(v for thunk in self.options().get(name, ()) for v in self._evaluator.thunk(thunk))

    def options(self) -> dict[str, list[Thunk]]:
        """The defaults of all options that the file declares."""
        if self._options is None:
            self._options = {}
            self._options = self._defaults()
        return self._options

    def _defaults(self) -> dict[str, list[Thunk]]:
        found: defaultdict[str, list[Thunk]] = defaultdict(list)
        root = self._root
        for call in self._facts.calls:
            if not isinstance(call.func, f.Attribute):
                continue
            keywords = dict(call.keywords)
            if call.func.name in ("add_argument", "add_option") and "default" in keywords:
                names = [a.value for a in call.args if isinstance(a, f.Literal) and isinstance(a.value, str)]
                dest = keywords.get("dest")
                if isinstance(dest, f.Literal):
                    names = [str(dest.value)]
                long = next((n for n in names if n.startswith("--")), names[0] if names else "")
                found[long.lstrip("-").replace("-", "_")].append(Thunk(keywords["default"], root))
            elif call.func.name == "set_defaults":
                for name, value in call.keywords:
                    if name is not None:
                        found[name].append(Thunk(value, root))
        return found


def _is_environment(values: Values) -> bool:
    return any(isinstance(value, External) and value.dotted == "os.environ" for value in map(bare, values))


def _is_os(values: Values) -> bool:
    return any(isinstance(value, External) and value.dotted == "os" for value in map(bare, values))
