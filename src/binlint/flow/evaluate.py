"""Expression → the values it can be. Bounded, memoised, and safe against cycles.

Nothing is evaluated before it is asked for: `trace` starts at the places that take a credential.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

from binlint import facts as f
from binlint.facts import Expr, Facts
from binlint.finding import Location, Place, Step
from binlint.flow import budget, library, link, paths, strings
from binlint.flow.opened import is_parser
from binlint.flow.values import (
    Entries,
    Frame,
    Instance,
    Items,
    Number,
    OpenFile,
    OwnClass,
    OwnFunction,
    Text,
    Thunk,
    Value,
    Values,
    distinct,
    given,
    key_of,
    text_of,
    texts,
)
from binlint.flow.world import World


class Evaluator:
    """Answers what expressions can be, for the sake of one file. `exhausted` counts what was given up.

    While `far` is set, a parameter is also what other files pass; without, only what its own file does.
    """

    def __init__(self, facts: Facts, world: World) -> None:
        self.facts = facts
        self.world = world
        self.exhausted = 0
        self.far = False
        self.is_local = not world.speaks  # for what only concerns the file itself: imports lead nowhere
        self._left = budget.STEPS
        self._file_left = budget.FILE_STEPS
        self._depth = 0
        self._open: set[tuple[int, int]] = set()
        # Of the question at hand; the frame is kept so that its identity stays its own.
        self._answers: dict[tuple[int, int], tuple[Frame, Values]] = {}
        self.linked = link.Linked(self)
        self.root = self.linked.unit(facts).root

    def restrict(self, steps: int) -> None:
        """Allows so many steps for all questions that are still to come."""
        self._file_left = min(self._file_left, steps)

    def ask(self, expr: Expr, frame: Frame | None = None, far: bool = False) -> Values:
        """The values of `expr`, with a fresh budget. Empty means unknown. A question may raise another."""
        outer = self._left, self._answers, self.far
        self._left, self._answers, self.far = budget.STEPS, {}, far
        try:
            values = self.values(expr, frame or self.root)
            if self._left <= 0:
                self.exhausted += 1
            return values
        finally:
            self._left, self._answers, self.far = outer

    def texts(self, expr: Expr, frame: Frame | None = None, far: bool = False) -> list[Text]:
        """The texts that `expr` can be."""
        return list(texts(self.ask(expr, frame, far)))

    def values(self, expr: Expr, frame: Frame) -> Values:
        """The values of `expr` in `frame`, within what is left of the budget."""
        self._left -= 1
        self._file_left -= 1
        if self._left <= 0 or self._file_left <= 0 or self._depth >= budget.DEPTH:
            return ()
        if isinstance(expr, _COSTLY):
            key = (id(expr), id(frame))
            known = self._answers.get(key)
            if known is not None:
                return known[1]
            self._answers[key] = (frame, ())  # what depends on itself adds nothing to itself
        self._depth += 1
        try:
            values = _EVALUATORS[type(expr)](self, expr, frame)
            if isinstance(expr, _COSTLY):
                self._answers[key] = (frame, values)
            return values
        except RecursionError:  # what `DEPTH` does not count must not end the run
            if self._depth > 1:
                raise
            self.exhausted += 1
            return ()
        finally:
            self._depth -= 1

    def thunk(self, thunk: Thunk) -> Values:
        """The values of a postponed expression."""
        return self.values(thunk.expr, thunk.frame)

    def location(self, place: Place, frame: Frame) -> Location:
        """A place in the file that `frame` belongs to."""
        return Location(frame.facts.path, place)

    # literals and names

    def _literal(self, expr: f.Literal, frame: Frame) -> Values:
        return (Text(expr.value, (self.location(expr.place, frame),), None),)

    def _constant(self, expr: f.Constant, frame: Frame) -> Values:
        return (Number(expr.value),) if isinstance(expr.value, int) else ()

    def _ref(self, expr: f.Ref, frame: Frame) -> Values:
        memo = frame.far_memo if self.far else frame.local_memo if self.is_local else frame.memo
        known = memo.get(expr.binding)
        if known is not None:
            return known
        key = (id(frame), expr.binding)
        if key in self._open:
            return ()
        self._open.add(key)
        try:
            binding = frame.facts.bindings[expr.binding]
            if binding.place is None and isinstance(binding.value, f.Choice):
                result = self._meeting(expr.binding, binding.value, frame, memo)
            else:
                result = self._stored(binding, frame)
        finally:
            self._open.discard(key)
        if self._left > 0:  # what was only half looked at may be known another time
            memo[expr.binding] = result
        return result

    def _meeting(self, binding: int, choice: f.Choice, frame: Frame, memo: dict[int, Values]) -> Values:
        """Bindings that meet. In a loop the earlier ones are already known to the later ones."""
        result: Values = ()
        for option in choice.options:
            result = distinct((*result, *self.values(option, frame)))
            memo[binding] = result
        memo.pop(binding, None)
        return result

    def _stored(self, binding: f.Binding, frame: Frame) -> Values:
        values = self.values(binding.value, frame)
        if binding.place is None or not binding.name:
            return values
        step = Step(self.location(binding.place, frame), f"`{binding.name}`")
        return tuple(value.via(step) if isinstance(value, Text) else value for value in values)

    def _free(self, expr: f.Free, frame: Frame) -> Values:
        return self.linked.look_up(expr.name, expr.scope, frame)

    def _parameter(self, expr: f.ParameterRef, frame: Frame) -> Values:
        return self.linked.parameter(expr.function, expr.name, frame)

    def _imported(self, expr: f.Imported, frame: Frame) -> Values:
        return self.linked.imported(expr, frame)

    def _unknown(self, expr: f.Unknown, frame: Frame) -> Values:
        return ()

    def _function(self, expr: f.FunctionRef, frame: Frame) -> Values:
        return (OwnFunction(expr.number, frame),)

    def _class(self, expr: f.ClassRef, frame: Frame) -> Values:
        return (OwnClass(frame.facts, expr.number),)

    # combinations

    def _join(self, expr: f.Join, frame: Frame) -> Values:
        options = [self.values(part, frame) for part in expr.parts]
        if all(options) and any(isinstance(value, Items) for value in options[0]):
            return self._chain(options)
        found: list[Text] = []
        for parts in self.products([list(texts(option)) for option in options]):
            text = strings.joined(parts)
            if text is not None:
                found.append(text)
        return distinct(found)

    def _chain(self, options: list[Values]) -> Values:
        items: list[Thunk] = []
        for values in options:
            sequence = next((value for value in values if isinstance(value, Items)), None)
            if sequence is None:
                return ()
            items.extend(sequence.items)
        return (Items(tuple(items[: budget.ITEMS])),)

    def products(self, options: list[list[Text]]) -> Iterator[list[Text]]:
        """Every combination of one text of each option; none at all when they are too many."""
        size = 1
        for option in options:
            size *= len(option)
            if size == 0 or size > budget.ALTERNATIVES:
                return
        for parts in itertools.product(*options):
            yield list(parts)

    def _choice(self, expr: f.Choice, frame: Frame) -> Values:
        return distinct(value for option in expr.options for value in self.values(option, frame))

    def _operation(self, expr: f.Operation, frame: Frame) -> Values:
        left, right = self.values(expr.left, frame), self.values(expr.right, frame)
        if expr.operator == "|":
            return self._merged(left, right)
        if expr.operator == "/":
            parts = self.products([list(texts(left)), list(texts(right))])
            return distinct(
                first._replace(value=paths.join(first.string(), last.string())) for first, last in parts
            )
        if expr.operator == "==":
            both = list(texts(left)), list(texts(right))
            are_known = len(left) == len(both[0]) == 1 and len(right) == len(both[1]) == 1
            return (Number(both[0][0].value == both[1][0].value),) if are_known else ()
        if expr.operator == "*":
            numbers = [value.value for value in right if isinstance(value, Number)]
            return distinct(r for text in texts(left) for n in numbers for r in strings.repeated(text, n))
        return self._percent(left, right)

    def _percent(self, left: Values, right: Values) -> Values:
        found: list[Text] = []
        for template in texts(left):
            for value in right:
                for positional, named in self._arguments_of(value):
                    result = strings.percent(template, positional, named)
                    if result is not None:
                        found.append(result)
        return distinct(found)

    def _arguments_of(self, value: Value) -> Iterator[tuple[list[Text], dict[str, Text]]]:
        if isinstance(value, Text):
            yield [value], {}
        elif isinstance(value, Items):
            for parts in self.products([list(texts(self.thunk(item))) for item in value.items]):
                yield parts, {}
        elif isinstance(value, Entries):
            named = {
                key: next(texts(self.thunk(item)), None) for key, item in value.entries if key is not None
            }
            yield [], {key: text for key, text in named.items() if text is not None}

    def _merged(self, left: Values, right: Values) -> Values:
        found = []
        for first in left:
            for second in right:
                if isinstance(first, Entries) and isinstance(second, Entries):
                    found.append(Entries((*first.entries, *second.entries)[-budget.ITEMS :]))
        return tuple(found[: budget.ALTERNATIVES]) or distinct(
            value for value in (*left, *right) if isinstance(value, Entries)
        )

    # containers

    def _mapping(self, expr: f.Mapping, frame: Frame) -> Values:
        entries: list[tuple[str | None, Thunk]] = []
        for key, value in expr.entries[: budget.ITEMS]:
            if key is None:
                for other in self.values(value, frame):
                    if isinstance(other, Entries):
                        entries.extend(other.entries)
                continue
            entries.extend((name, Thunk(value, frame)) for name in self._keys(key, frame))
        return (Entries(tuple(entries[-budget.ITEMS :])),)

    def _keys(self, key: Expr, frame: Frame) -> list[str | None]:
        if isinstance(key, f.Literal):
            return [key_of(text) for text in texts(self.values(key, frame))]
        if isinstance(key, f.Constant):
            return [str(key.value)]
        names: list[str | None] = [key_of(text) for text in texts(self.values(key, frame))]
        return names or [None]

    def _sequence(self, expr: f.Sequence, frame: Frame) -> Values:
        items: list[Thunk] = []
        is_open = len(expr.items) > budget.ITEMS
        for item in expr.items[: budget.ITEMS]:
            if isinstance(item, f.Star):
                spread, complete = self.spread(item.value, frame)
                items.extend(spread)
                is_open = is_open or not complete
            else:
                items.append(Thunk(item, frame))
        return (Items(tuple(items[: budget.ITEMS]), is_open),)

    def spread(self, expr: Expr, frame: Frame) -> tuple[list[Thunk], bool]:
        """The items of `*expr`, and whether they are all. Alternatives are laid over each other."""
        found = [self._items(value) for value in self.values(expr, frame)]
        sequences = [value for value in found if value is not None]
        if len(sequences) == 1:
            return list(sequences[0].items), not sequences[0].open
        longest = max((len(value.items) for value in sequences), default=0)
        merged = [
            given(
                distinct(v for value in sequences if n < len(value.items) for v in self.thunk(value.items[n]))
            )
            for n in range(min(longest, budget.ITEMS))
        ]
        return merged, bool(sequences) and not any(value.open for value in sequences)

    def _items(self, value: Value) -> Items | None:
        if isinstance(value, Entries):
            return Items(tuple(given([text_of(key)]) for key, _ in value.entries if key is not None))
        if isinstance(value, OpenFile):
            lines = self.linked.files.method(value, "readlines") or ()
            return next((line for line in lines if isinstance(line, Items)), None)
        if isinstance(value, Instance):
            fields = self.linked.classes.fields(value)
            return Items(tuple(map(given, fields))) if fields else None
        if isinstance(value, OwnClass):
            fields = self.linked.classes.members(value)
            return Items(tuple(map(given, fields))) if fields else None
        return value if isinstance(value, Items) else None

    def _each(self, expr: f.Each, frame: Frame) -> Values:
        items, complete = self.spread(expr.iterable, frame)
        found: list[Thunk] = []
        for item in items[: budget.ITEMS]:
            inner = Frame(
                frame.facts,
                frame.function,
                frame.arguments,
                frame.receiver,
                frame.outer,
                frame.depth,
                frame.closed,
            )
            inner.picked, inner.site, inner.entry = frame.picked, frame.site, frame.entry
            inner.memo, inner.far_memo = dict(frame.memo), dict(frame.far_memo)
            inner.local_memo = dict(frame.local_memo)
            value = self.thunk(item)
            for memo in (inner.memo, inner.far_memo, inner.local_memo):
                memo[expr.binding] = value
            found.extend(self._results(expr.result, inner))
            if self._left <= 0:
                break
        if not items:
            found.extend(self._results(expr.result, frame))
        return (Items(tuple(found[: budget.ITEMS]), not complete),)

    def _results(self, result: Expr, frame: Frame) -> list[Thunk]:
        if isinstance(result, f.Star):
            return self.spread(result.value, frame)[0]
        return [Thunk(result, frame)]

    def _item(self, expr: f.Item, frame: Frame) -> Values:
        if isinstance(expr.key, f.Literal | f.Constant):
            name, number = expr.key.value, expr.key.value
            keys = [str(name)] if not isinstance(name, bytes) else []
            numbers = [number] if isinstance(number, int) else []
        else:
            known = self.values(expr.key, frame)
            keys = [text.string() for text in texts(known)]
            numbers = [value.value for value in known if isinstance(value, Number)]
            keys += [str(number) for number in numbers]
        found: list[Value] = []
        for value in self.values(expr.value, frame):
            found.extend(self.item_of(value, keys, numbers, frame))
        return distinct(found)

    def item_of(
        self, value: Value, keys: list[str], numbers: list[int], frame: Frame | None = None
    ) -> Values:
        """`value[key]` for any of the keys, or of the positions."""
        if isinstance(value, Entries):
            return self._entry(value, keys)
        if isinstance(value, Items):
            picked = [value.items[n] for n in numbers if -len(value.items) <= n < len(value.items)]
            if not numbers and not keys:  # an unknown position: any item
                picked = list(value.items[: budget.ALTERNATIVES])
            return distinct(v for item in picked for v in self.thunk(item))
        if isinstance(value, Text):
            return distinct(t for n in numbers for t in self._character(value, n))
        if isinstance(value, Instance) and is_parser(value):
            sections = self.linked.files.sections(value.frame or frame or self.root)
            return distinct(v for entries in sections for v in self.item_of(entries, keys, []))
        return self.linked.external_item(value, keys, frame or self.root)

    def _entry(self, value: Entries, keys: list[str]) -> Values:
        found: list[Value] = []
        for wanted in keys:
            if wanted.lower() != wanted and not any(name == wanted for name, _ in value.entries):
                wanted = wanted.lower()  # an option of an INI file
            for name, item in reversed(value.entries):
                if name == wanted:
                    found.extend(self.thunk(item))
                    break
                if name is None:
                    found.extend(self.thunk(item))
        if not keys:
            for _, item in value.entries[: budget.ALTERNATIVES]:
                found.extend(self.thunk(item))
        return distinct(found)

    def _character(self, text: Text, number: int) -> Values:
        if isinstance(text.value, str) and -len(text.value) <= number < len(text.value):
            return strings.changed(text, text.value[number])
        return ()

    def _slice(self, expr: f.Slice, frame: Frame) -> Values:
        bounds = [self._bound(bound, frame) for bound in (expr.lower, expr.upper, expr.step)]
        if any(not bound for bound in bounds):
            return ()
        lower, upper, step = (bound[0] for bound in bounds)
        found: list[Value] = []
        for value in self.values(expr.value, frame):
            if isinstance(value, Text):
                found.extend(strings.sliced(value, lower, upper, step))
            elif isinstance(value, Items) and step != 0:
                found.append(Items(value.items[lower:upper:step], value.open))
        return distinct(found)

    def _bound(self, bound: Expr | None, frame: Frame) -> tuple[int | None, ...]:
        """The bound of a slice in a 1-tuple; an empty one if it is not known."""
        if bound is None or (isinstance(bound, f.Constant) and bound.value is None):
            return (None,)
        return tuple(value.value for value in self.values(bound, frame) if isinstance(value, Number))[:1]

    def _element(self, expr: f.Element, frame: Frame) -> Values:
        picked = frame.picked.get(id(expr.iterable)) if frame.picked else None
        if picked is not None:
            return self.thunk(picked)
        found: list[Value] = []
        for value in self.values(expr.iterable, frame):
            if isinstance(value, OpenFile):
                value = self._items(value) or value
            if isinstance(value, Items):
                for item in value.items:
                    found.extend(self.thunk(item))
                    if len(found) > budget.ALTERNATIVES:
                        break
            elif isinstance(value, Entries):
                found.extend(text_of(key) for key, _ in value.entries if key is not None)
            elif isinstance(value, OwnClass):
                found.extend(v for member in self.linked.classes.members(value) for v in member)
        return distinct(found)

    def _part(self, expr: f.Part, frame: Frame) -> Values:
        found: list[Value] = []
        for value in self.values(expr.value, frame):
            if isinstance(value, Items):
                found.extend(self.item_of(value, [], [expr.position]))
            elif isinstance(value, Entries) and 0 <= expr.position < len(value.entries):
                key = value.entries[expr.position][0]
                found.extend([text_of(key)] if key is not None else [])
            elif isinstance(value, Instance):
                found.extend(self.linked.classes.field_at(value, expr.position))
        return distinct(found)

    # objects

    def _attribute(self, expr: f.Attribute, frame: Frame) -> Values:
        found: list[Value] = []
        for value in self.values(expr.value, frame):
            for result in self.linked.classes.attribute(value, expr.name, frame):
                if isinstance(result, Text):
                    step = Step(self.location(expr.place, frame), f"attribute `{expr.name}`")
                    result = result.via(step)
                found.append(result)
        return distinct(found)

    def _with_item(self, expr: f.WithItem, frame: Frame) -> Values:
        is_known = isinstance(expr.key, f.Literal | f.Constant)
        rounds = [frame] if is_known else self.linked.together(expr.key, expr.value, frame)
        added = tuple((key, Thunk(expr.value, each)) for each in rounds for key in self._keys(expr.key, each))
        bases = self.values(expr.base, frame)
        found: list[Value] = []
        for base in bases:
            if isinstance(base, Entries):
                found.append(Entries((*base.entries, *added)[-budget.ITEMS :]))
            elif isinstance(base, Items):
                found.append(Items(base.items, base.open))
            else:
                found.append(base)
        if not any(isinstance(value, Entries | Items) for value in found):
            found.append(Entries(added))
        return distinct(found)

    def _with_attribute(self, expr: f.WithAttribute, frame: Frame) -> Values:
        bases = self.values(expr.base, frame)
        return self.linked.classes.with_attribute(bases, expr.name, Thunk(expr.value, frame))

    def _with_update(self, expr: f.WithUpdate, frame: Frame) -> Values:
        bases = self.values(expr.base, frame) or (Entries(()),)
        others = self.values(expr.other, frame)
        found: list[Value] = []
        for base in bases:
            if isinstance(base, Entries):
                found.extend(
                    Entries((*base.entries, *self.as_entries(other))[-budget.ITEMS :]) for other in others
                )
                if not others:
                    found.append(base)
            elif isinstance(base, Items):
                extra = [item for other in others if isinstance(other, Items) for item in other.items]
                found.append(Items((*base.items, *extra)[: budget.ITEMS], base.open))
            else:
                found.append(base)
        return distinct(found)

    def as_entries(self, value: Value) -> tuple[tuple[str | None, Thunk], ...]:
        """The entries of a mapping, or of a sequence of pairs."""
        if isinstance(value, Entries):
            return value.entries
        entries: list[tuple[str | None, Thunk]] = []
        if isinstance(value, Items):
            for item in value.items[: budget.ITEMS]:
                for pair in self.thunk(item):
                    if isinstance(pair, Items) and len(pair.items) == 2:
                        names = [text.string() for text in texts(self.thunk(pair.items[0]))]
                        entries.extend((name, pair.items[1]) for name in names)
        return tuple(entries)

    def _star(self, expr: f.Star, frame: Frame) -> Values:
        return self.values(expr.value, frame)

    def _call(self, expr: f.Call, frame: Frame) -> Values:
        return library.call(self, expr, frame)


_COSTLY = (f.Attribute, f.Call, f.Item)  # they enter functions and objects: asked twice is paid twice
_Evaluate = Callable[[Evaluator, "Expr", Frame], Values]
_EVALUATORS: dict[type, _Evaluate] = {
    f.Literal: Evaluator._literal,  # type: ignore[dict-item]
    f.Constant: Evaluator._constant,  # type: ignore[dict-item]
    f.Ref: Evaluator._ref,  # type: ignore[dict-item]
    f.Free: Evaluator._free,  # type: ignore[dict-item]
    f.ParameterRef: Evaluator._parameter,  # type: ignore[dict-item]
    f.Imported: Evaluator._imported,  # type: ignore[dict-item]
    f.Unknown: Evaluator._unknown,  # type: ignore[dict-item]
    f.FunctionRef: Evaluator._function,  # type: ignore[dict-item]
    f.ClassRef: Evaluator._class,  # type: ignore[dict-item]
    f.Join: Evaluator._join,  # type: ignore[dict-item]
    f.Choice: Evaluator._choice,  # type: ignore[dict-item]
    f.Operation: Evaluator._operation,  # type: ignore[dict-item]
    f.Mapping: Evaluator._mapping,  # type: ignore[dict-item]
    f.Sequence: Evaluator._sequence,  # type: ignore[dict-item]
    f.Each: Evaluator._each,  # type: ignore[dict-item]
    f.Item: Evaluator._item,  # type: ignore[dict-item]
    f.Slice: Evaluator._slice,  # type: ignore[dict-item]
    f.Element: Evaluator._element,  # type: ignore[dict-item]
    f.Part: Evaluator._part,  # type: ignore[dict-item]
    f.Attribute: Evaluator._attribute,  # type: ignore[dict-item]
    f.WithItem: Evaluator._with_item,  # type: ignore[dict-item]
    f.WithAttribute: Evaluator._with_attribute,  # type: ignore[dict-item]
    f.WithUpdate: Evaluator._with_update,  # type: ignore[dict-item]
    f.Star: Evaluator._star,  # type: ignore[dict-item]
    f.Call: Evaluator._call,  # type: ignore[dict-item]
}
