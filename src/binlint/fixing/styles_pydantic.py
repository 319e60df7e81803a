"""Settings classes of pydantic that read the store as well, and fail over a variable that they do not know.

A class with an `env_file` takes, unless it says otherwise, nothing from the file but its own fields.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import NamedTuple

from binlint.fixing.rewrite_code import Code, parsed
from binlint.fixing.rewrite_settings import SettingsClass, settings_classes
from binlint.fixing.rewrite_types import Planned
from binlint.fixing.style_types import Style

_CLOSED = '{} in {} takes nothing else from {}: give it extra="ignore", or name another file with --env-file'


class _Closed(NamedTuple):
    path: str
    settings: SettingsClass


def beside_settings(
    style: Style,
    read: Callable[[str], bytes | None],
    listing: Iterable[str],
    store: str,
    stored: Collection[str],
) -> Style:
    """The style, without the variables over which a settings class that reads the store would fail.

    `stored` are the variables that are in the store already: a class that fails over these is not in use.
    """
    found = [
        each
        for each in _closed(read, listing, store)
        if all(each.settings.takes(variable) for variable in stored)
    ]
    if not found:
        return style

    def unfit(planned: Planned) -> str:
        reason = style.unfit(planned)
        for path, settings in found:
            if not reason and planned.variable not in stored and not settings.takes(planned.variable):
                return _CLOSED.format(settings.name, path, store)
        return reason

    return style._replace(unfit=unfit)


def _closed(read: Callable[[str], bytes | None], listing: Iterable[str], store: str) -> Iterator[_Closed]:
    for path in listing:
        data = read(path) if path.endswith((".py", ".pyw")) else None
        if data is None or b"BaseSettings" not in data or b"env_file" not in data:
            continue
        tree = parsed(data)
        for each in settings_classes(Code(data.decode("utf-8", "replace"), tree)) if tree is not None else ():
            names = {posixpath.basename(file) for file in each.env_file}
            if each.is_closed and posixpath.basename(store) in names:
                yield _Closed(path, each)
