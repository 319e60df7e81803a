"""The file that values move to: found, judged, planned, written and read back.

It is an environment file, or a TOML or JSON file of settings, that git ignores. It holds the only copy of a
secret as soon as the source is edited. So nothing in it is ever overwritten, every byte that was there stays,
and each value is read back, through the library that programs read it with, before anybody may rely on it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from binlint.finding import SecretText
from binlint.fixing import store_writing
from binlint.fixing.store_changes import Change
from binlint.fixing.store_forms import DOTENV, FORMS, Form, misnamed
from binlint.fixing.store_ignoring import ignoring
from binlint.fixing.store_places import content_of, inside, mode_of, unusable
from binlint.fixing.store_types import NAME, OTHER_FILE, Part, Refusal, Setting, printable

_SECRET_MODE, _PUBLIC_MODE = 0o600, 0o644
_HAS_MODES = os.name == "posix"


class Store:
    """A file that values may be moved to. Made by `open_store`."""

    def __init__(
        self,
        root: str,
        shown: str,
        before: bytes | None,
        mode: int,
        ignored: Change | None,
        form: Form = DOTENV,
    ) -> None:
        self.root = root
        self.shown = shown  # relative to the root, with "/"
        self.path = os.path.join(root, *shown.split("/"))
        self.form = form
        self.ignore_change = ignored  # to be written before the store, else git would publish it
        self._before = before
        self._mode = mode
        self._text = (before or b"").decode()
        self._entries = form.entries(self._text)

    def __repr__(self) -> str:
        return f"Store({self.shown!r})"

    def names(self) -> Mapping[str, SecretText]:
        """What is in the file, as programs read it without interpolation; no value counts as empty."""
        return {
            name: SecretText("" if value is None else str(value))
            for name, value in self._entries
            if name is not None
        }

    def plan(self, settings: Sequence[Setting]) -> Change | Refusal:
        """The file with the settings that it lacks, or why it cannot hold one of them.

        What is to become a key file has to be replaced by its path before; see `key_files`.
        """
        wanted: dict[str, SecretText] = {}
        for name, value, as_file in settings:
            assert not as_file, name
            if value is None:
                continue
            refusal = self.form.unfit(name, value.reveal())
            if refusal is None and wanted.setdefault(name, value) != value:
                refusal = Refusal(f"two values are to become {name}", "give one of them another name")
            if refusal is None:
                refusal = self._conflict(name, value)
            if refusal is not None:
                return refusal
        there = self.names()
        new = {name: value.reveal() for name, value in wanted.items() if there.get(name) != value}
        text = self._with(new)
        if text is None:
            return Refusal(f"{self.shown} cannot be added to so that it reads back unchanged", OTHER_FILE)
        mode = self._mode & _SECRET_MODE if _HAS_MODES else self._mode
        return Change(
            path=self.path,
            shown=self.shown,
            before=self._before,
            after=text.encode(),
            mode=mode,
            part=Part.STORE,
            names=tuple(new),
            tightened=bool(wanted) and mode != self._mode,
            settings=tuple(Setting(name, value) for name, value in wanted.items()),
            only_dotenv=self.form.only_dotenv(self._text, new),
            form=self.form,
        )

    def write(self, change: Change) -> None:
        """Writes a change, of this file or of those beside it. Raises as `store_writing.write` does."""
        store_writing.write(self.root, change)

    def _with(self, new: Mapping[str, str]) -> str | None:
        """The text with some values; None if it would not read as it should."""
        if not new:
            return self._text
        try:
            text = self.form.with_values(self._text, new)
            return text if is_added_to(self.form, self._entries, text, new) else None
        except (ValueError, RecursionError):
            return None

    def _conflict(self, name: str, value: SecretText) -> Refusal | None:
        there = [found for key, found in self._entries if key == name and not _is_empty(found)]
        if all(found == value.reveal() for found in there):
            return None  # nothing but lines without a value, as copied from an example: they are filled in
        if any(found != there[0] for found in there) or any(
            _is_empty(found) for key, found in self._entries if key == name
        ):
            reason = f"{name} is in {self.shown} more than once, with different values"
            return Refusal(reason, "delete the lines that are not used")
        return Refusal(
            f"{name} is in {self.shown} already, with another value",
            "delete that line if it is out of date, or use another name",
        )


def open_store(root: str, path: str | None, form: str = "dotenv") -> Store | Refusal:
    """The store of a project, or why it cannot be used. Nothing is changed.

    `path` is absolute or relative to `root`; None stands for the usual name at the root. `form` is the
    format: "dotenv", "toml" or "json".
    """
    root = os.path.abspath(root)
    kind = FORMS[form]
    shown = inside(root, path or kind.default)
    if shown is None:
        return Refusal("the file for the values is outside the project", "name one inside with --env-file")
    if shown in kind.examples:
        return Refusal(f"{shown} is the example, which holds names alone", OTHER_FILE)
    refusal = misnamed(shown, kind) or unusable(root, shown)
    if refusal is not None:
        return refusal
    ignored = ignoring(root, [shown])
    if isinstance(ignored, Refusal):
        return ignored
    place = os.path.join(root, *shown.split("/"))
    content = content_of(place, shown)
    if content is None:
        return Store(root, shown, None, _SECRET_MODE, ignored, kind)
    if isinstance(content, Refusal):
        return content
    return _unreadable(content, shown, kind) or Store(root, shown, content, mode_of(place), ignored, kind)


def example_change(root: str, names: Sequence[str], form: str = "dotenv") -> Change | None:
    """The example file with the names that it lacks, without values; None where nothing is to be done.

    A file that cannot be added to (a link, no text, read-only) is left alone: it is only an example.
    """
    root = os.path.abspath(root)
    kind = FORMS[form]
    shown = next(
        (name for name in kind.examples if os.path.lexists(os.path.join(root, name))), kind.examples[0]
    )
    place = os.path.join(root, shown)
    if unusable(root, shown):
        return None
    content = content_of(place, shown)
    if isinstance(content, Refusal) or (content is not None and _unreadable(content, shown, kind)):
        return None
    text = (content or b"").decode()
    entries = kind.entries(text)
    there = {name for name, _ in entries}
    missing = [name for name in dict.fromkeys(names) if NAME.fullmatch(name) and name not in there]
    if not missing:
        return None
    after = kind.with_values(text, dict.fromkeys(missing, ""))
    if not is_added_to(kind, entries, after, dict.fromkeys(missing, "")):
        return None
    mode = _PUBLIC_MODE if content is None else mode_of(place)
    return Change(place, shown, content, after.encode(), mode, Part.EXAMPLE, names=tuple(missing), form=kind)


def is_added_to(
    form: Form, before: Sequence[tuple[str | None, object]], text: str, new: Mapping[str, str]
) -> bool:
    """Whether a text has everything that was there before, in order, and the new values as they are read."""
    last = {name: index for index, (name, _) in enumerate(before)}
    expected = [
        (name, new.get(name or "", value) if last[name] == index else value)
        for index, (name, value) in enumerate(before)
    ]
    found = form.entries(text)
    kept = [entry for entry in found if entry[0] in last]
    added = [entry for entry in found if entry[0] not in last]
    return kept == expected and added == [(name, new[name]) for name in new if name not in last]


def _is_empty(value: object) -> bool:
    return value is None or value == ""


def _unreadable(content: bytes, shown: str, form: Form) -> Refusal | None:
    name = printable(shown)
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return Refusal(f"{name} is not valid UTF-8", "save it as UTF-8, or " + OTHER_FILE)
    reason = form.problem(text, shown)
    return Refusal(reason, f"mend it, or {OTHER_FILE}") if reason else None
