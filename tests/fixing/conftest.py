"""What `--fix` is known not to do right yet: each test stands as it should pass, and must fail until it does."""

from __future__ import annotations

import pytest

KNOWN = {
    "test_behaves_the_same_and_holds_no_value[environ_set_by_name]": "a line that sets the environment by a name",
    "test_behaves_the_same_and_holds_no_value[placeholder_runs]": "a placeholder that the program runs with",
    "test_safe_fixes_alone_do_not_change_it_either[placeholder_runs]": "the same",
    "test_plan.py::test_the_test_network": "words of the account where the network tells enough",
    "test_all_or_none_where_one_file_cannot_import": "the reason that is given",
    "test_a_placeholder_is_not_stored_and_takes_no_name": "placeholders take part in naming",
    "test_halves_keep_together_where_only_one_name_is_taken": "numbers are chosen for each half",
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
