"""For all tests; here also so that the helper modules beside it can be imported from the folders below."""

from __future__ import annotations

import re

_LONG = re.compile("[A-Za-z0-9+/]{40}")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Names a case without its value where that is made at random: nobody's report holds what looks like a key,
    and every process that takes a part of the tests calls them the same."""
    text = val.decode("latin-1") if isinstance(val, bytes) else val
    return argname if isinstance(text, str) and _LONG.search(text) else None
