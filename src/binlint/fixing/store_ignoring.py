"""The lines in .gitignore that have to come before a file with secrets."""

from __future__ import annotations

import os
from collections.abc import Sequence

from binlint.fixing.ignored import IGNORE_FILE, Standing, Unclear, line_for, standing_of
from binlint.fixing.store_changes import Change
from binlint.fixing.store_places import content_of, mode_of, unusable
from binlint.fixing.store_types import OTHER_FILE, Part, Refusal, printable

_PUBLIC_MODE = 0o644


def published(root: str, shown: str) -> Refusal | None:
    """Why git would, or might, publish a file."""
    standing = standing_of(root, shown)
    if isinstance(standing, Standing) and not standing.has_repository:
        return None
    return _objection(standing, shown)


def ignoring(root: str, paths: Sequence[str]) -> Change | Refusal | None:
    """What must be done so that git ignores some files; None if it does."""
    lines: dict[str, bytes] = {}
    for shown in dict.fromkeys(paths):
        line = _line(root, shown)
        if isinstance(line, Refusal):
            return line
        if line is not None:
            lines[shown] = line
    if not lines:
        return None
    place = os.path.join(root, IGNORE_FILE)
    closed = unusable(root, IGNORE_FILE)
    content = content_of(place, IGNORE_FILE) if closed is None else closed
    if isinstance(content, Refusal):
        reason = f"git does not ignore {printable(next(iter(lines)))}, and {content.reason}"
        return Refusal(reason, content.remedy)
    data = content or b""
    if b"\0" in data:
        return Refusal(f"{IGNORE_FILE} is not a text that git understands", "save it as UTF-8")
    newline = b"\r\n" if data.endswith(b"\r\n") or (b"\r\n" in data and not data.endswith(b"\n")) else b"\n"
    gap = newline if data and not data.endswith(b"\n") else b""
    after = data + gap + b"".join(line + newline for line in lines.values())
    mode = _PUBLIC_MODE if content is None else mode_of(place)
    return Change(place, IGNORE_FILE, content, after, mode, Part.IGNORE, ignored=tuple(lines))


def _line(root: str, shown: str) -> bytes | Refusal | None:
    """The line that a file needs, None if it needs none, or why there is none."""
    standing = standing_of(root, shown)
    refusal = _objection(standing, shown)
    if refusal is None or isinstance(standing, Unclear) or standing.is_tracked:
        return refusal
    line = line_for(shown)
    if standing.can_be_ignored and line is not None:
        return line
    if not standing.has_repository:
        return None
    return Refusal(
        f"git does not ignore {printable(shown)}, and the {IGNORE_FILE} at the root cannot change it",
        "have it ignored by the ignore file that decides, or " + OTHER_FILE,
    )


def _objection(standing: Standing | Unclear, shown: str) -> Refusal | None:
    name = printable(shown)
    if isinstance(standing, Unclear):
        reason = f"git cannot tell whether {name} is ignored: {standing.reason}"
        return Refusal(reason, "mend this first, or " + OTHER_FILE)
    if standing.is_tracked:
        return Refusal(f"{name} is tracked by git", f"run git rm --cached for it, or {OTHER_FILE}")
    if not standing.is_ignored:
        return Refusal(f"git does not ignore {name}", f"add it to {IGNORE_FILE}")
    return None
