"""What `--fix` is known not to do right yet: each test stands as it should pass, and must fail until it does."""

from __future__ import annotations

import pytest

KNOWN = {
    "test_a_full_disk_at_any_call[open]": "the message after the very last step has failed",
    "test_a_full_disk_at_any_call[fsync]": "the message after the very last step has failed",
    "test_what_is_read_only_keeps_everything_as_it_is[folder-other.py]": "a closed folder is noticed late",
    "test_a_store_whose_names_are_there_without_values": "a comment behind an empty value, and its diff",
    "test_a_source_whose_owner_cannot_be_kept": "noticed after the store was written",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        reason = KNOWN.get(item.name) or KNOWN.get(f"{item.path.name}::{item.name}")
        if reason and "fixing" in item.path.parts:
            item.add_marker(pytest.mark.xfail(reason=reason, strict=True))
