"""Edits of one text: their order where several insertions stand at one place."""

from __future__ import annotations

from binlint.fixing.edits import Edit, apply


def test_the_order_of_insertions_is_theirs_not_that_of_their_texts() -> None:
    assert apply("ab", [Edit(1, 1, "2"), Edit(1, 2, "B"), Edit(1, 1, "1")]) == "a21B"
