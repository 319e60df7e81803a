"""What a file beside the sources would become, and how that may be shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from binlint.finding import MASK
from binlint.fixing.store_forms import DOTENV, Form
from binlint.fixing.store_types import BOM, NEWLINE, Part, Setting, printable

_AROUND = 3  # unchanged lines in a diff


@dataclass(frozen=True)
class Change:
    """What a file would become. Its `repr` holds nothing of the content."""

    path: str
    shown: str  # the path relative to the root, as it is shown
    before: bytes | None = field(repr=False)  # None: there is no such file
    after: bytes = field(repr=False)
    mode: int
    part: Part
    names: tuple[str, ...] = ()  # those that are new
    tightened: bool = False  # others could read the file until now
    settings: tuple[Setting, ...] = ()  # what must be in the file afterwards
    only_dotenv: tuple[str, ...] = ()  # those whose value a shell would read differently
    form: Form = field(default=DOTENV, repr=False)  # of the store and of its example
    ignored: tuple[str, ...] = ()  # the files that git must ignore afterwards, by an ignore file

    @property
    def is_needed(self) -> bool:
        """Whether writing would change anything."""
        return self.tightened or self.after != (self.before or b"")

    def shown_diff(self) -> str:
        """A unified diff that may be shown: no value is in it, not even of the lines around."""
        if self.part is Part.KEY_FILE:
            return self._shown_key_file()
        before, after = (_lines(data) for data in (self.before or b"", self.after))
        hunks = list(_hunks(before, after, self.shown_lines(before), self.shown_lines(after)))
        if not hunks:
            return ""
        name = printable(self.shown)
        lines = ["--- /dev/null" if self.before is None else f"--- a/{name}", f"+++ b/{name}", *hunks]
        return "".join(f"{line}\n" for line in lines)

    def _shown_key_file(self) -> str:
        """What is shown of a key file: one that is there is never given another content."""
        if self.before is not None:
            return ""
        return f"--- /dev/null\n+++ b/{printable(self.shown)}\n@@ -0,0 +1,1 @@\n+{MASK} (a private key)\n"

    def shown_lines(self, lines: Sequence[str]) -> list[str]:
        """Each line of the file as it may be shown."""
        if self.part is Part.IGNORE:
            return [printable(line) for line in lines]
        masked = self.form.masked("\n".join(lines), self.names).split("\n")
        return [*masked, *[""] * len(lines)][: len(lines)]  # blank lines at the end may be lost


def _lines(data: bytes) -> list[str]:
    lines = NEWLINE.split(data.decode("utf-8", "replace").removeprefix(BOM))
    return lines[:-1] if not lines[-1] else lines


def _hunks(
    before: Sequence[str], after: Sequence[str], old: Sequence[str], new: Sequence[str]
) -> Iterator[str]:
    """The lines of a diff of two texts, each line spelled as in `old` and `new`."""
    for group in SequenceMatcher(None, before, after).get_grouped_opcodes(_AROUND):
        (_, start, _, first, _), (_, _, end, _, last) = group[0], group[-1]
        yield f"@@ -{_range(start, end)} +{_range(first, last)} @@"
        for kind, i, j, k, m in group:
            if kind == "equal":
                yield from (f" {line}" for line in new[k:m])
                continue
            yield from (f"-{line}" for line in old[i:j])
            yield from (f"+{line}" for line in new[k:m])


def _range(start: int, end: int) -> str:
    return f"{start + (end > start)},{end - start}"
