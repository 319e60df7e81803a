"""What stands around the few files that a hook is given: what they import.

Files without suspicion are asked only for what they import directly, so that a commit in a large project
costs what its own files and their nearest relatives cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from binlint import candidates
from binlint.flow.declared import WRITES, WRITING
from binlint.sources.project import Project
from binlint.sources.source import Source

_CODE = (".py", ".pyw", ".ipynb")
_FINDERS = frozenset(  # of files, modules and settings by other ways than an import
    {"import_module", "__import__", "run_path", "run_module", "spec_from_file", "exec(", "sys.modules"}
    | {"load_module", "pkgutil", "builtins", "django", "from_object", "from_pyfile", "current_app"}
)
_READERS = frozenset({"environ", "getenv"})
_COMPONENT = 300  # files beyond which it is quicker to look at all
_MOST = 200  # files that are read because others import them


class Near(NamedTuple):
    """The files that some files import; `candidates` are those that could hold or use a key."""

    paths: tuple[str, ...] = ()
    candidates: tuple[Source, ...] = ()


def near(project: Project, given: Sequence[str], deep: bool) -> Near:
    """What is imported directly, and the files from which such names really come; all of it if `deep`."""
    waiting = [found for path in given if path.endswith(_CODE) for found in project.sources_of(path)]
    seen = {(path, "") for path in given}
    paths: list[str] = []
    found: list[Source] = []
    while waiting and len(paths) < _MOST:
        path, names = waiting.pop(0)
        waiting += [
            (other, (name,))
            for name in names
            if (path, name) not in seen
            for other in project.handing_on(path, name)
        ]
        seen.update((path, name) for name in names)
        if (path, "") in seen:
            continue
        seen.add((path, ""))
        paths.append(path)
        data = project.read(path)
        if data is not None and candidates.is_candidate(data) and candidates.may_matter(data):
            found.append(Source(path, data))
            if not deep:
                break
        if deep:
            waiting += project.sources_of(path)
    return Near(tuple(paths), tuple(found))


def connected(project: Project, held: Sequence[str]) -> frozenset[str] | None:
    """The files to which what some files hold may come; None if that may be any.

    Those are the files that imports connect with them, in whatever direction, and those that find files,
    modules and settings by other ways than an import.
    """
    if not all(path.endswith(_CODE) for path in held):
        return None
    waiting = [*held, *project.mentioning(_FINDERS)]
    writers = frozenset(project.matching(WRITES, WRITING))
    found: dict[str, None] = {}
    is_written = False
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found[path] = None
        if len(found) > _COMPONENT:
            return None
        waiting += (
            *project.importers(path),
            *project.imported(path),
            *project.found_by_search_path(path),
        )
        if not is_written and path in writers:
            is_written = True
            waiting += project.mentioning(_READERS)
    return frozenset(found)
