"""The site of the documentation has a place for every page, and asks nobody for anything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
SITE = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))


def pages(entries: list[dict[str, object]]) -> Iterator[str]:
    for entry in entries:
        for target in entry.values():
            if isinstance(target, list):
                yield from pages(target)
            else:
                yield str(target)


def test_every_page_has_one_place_in_the_navigation() -> None:
    listed = list(pages(SITE["nav"]))
    assert sorted(listed) == sorted(path.name for path in (ROOT / "docs").glob("*.md"))


def test_pages_link_to_pages_of_the_site_only() -> None:
    for path in (ROOT / "docs").glob("*.md"):
        assert "](../" not in path.read_text(encoding="utf-8"), path.name


def test_the_site_loads_no_fonts_from_others() -> None:
    assert SITE["theme"]["font"] is False
