"""File names as relative URI references, exact to the byte, for the formats that machines read."""

from __future__ import annotations

from urllib.parse import quote_from_bytes


def uri(path: str) -> str:
    """`path` percent-encoded; only `/` and unreserved characters stay, so nothing in a name has a meaning."""
    try:
        data = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a lone surrogate of another origin, as Windows file names can hold
        data = path.encode("utf-8", "surrogatepass")
    return quote_from_bytes(data, safe="/")
