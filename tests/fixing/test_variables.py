"""Names of variables: one for one value, told apart by what the source says, and never two values under one."""

from __future__ import annotations

import re

import pytest
from fresh_values import fresh_key
from hypothesis import given
from hypothesis import strategies as st

from binlint.finding import Kind, SecretText
from binlint.fixing.variables import SUFFIXES, Need, choose

A, B, C, D = (SecretText(fresh_key()) for _ in range(4))
KEY, SECRET = Kind.API_KEY, Kind.SECRET_KEY


def need(value: SecretText, kind: Kind, account: object = 1, words: str = "", testnet: bool = False) -> Need:
    return Need(value, kind, testnet, account, tuple(words.split()))


def names(*needs: Need, **options: object) -> list[str]:
    stored = options.pop("stored", {})
    chosen = choose(needs, stored, **options)  # type: ignore[arg-type]
    return [chosen[each.value] for each in needs]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (Kind.API_KEY, "BINANCE_API_KEY"),
        (Kind.SECRET_KEY, "BINANCE_API_SECRET"),
        (Kind.PRIVATE_KEY, "BINANCE_PRIVATE_KEY"),
        (Kind.PASSPHRASE, "BINANCE_PRIVATE_KEY_PASSPHRASE"),
        (Kind.UNKNOWN, "BINANCE_CREDENTIAL"),
    ],
)
def test_the_name_of_a_kind(kind: Kind, name: str) -> None:
    assert names(need(A, kind)) == [name]
    assert names(need(A, kind), prefix="BNB") == [name.replace("BINANCE", "BNB")]


def test_the_test_network() -> None:
    assert names(
        need(A, KEY, 1), need(B, SECRET, 1), need(C, KEY, 2, testnet=True), need(D, SECRET, 2, testnet=True)
    ) == ["BINANCE_API_KEY", "BINANCE_API_SECRET", "BINANCE_TESTNET_API_KEY", "BINANCE_TESTNET_API_SECRET"]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("ALICE_API_KEY", "BOB_API_KEY", ["BINANCE_ALICE_API_KEY", "BINANCE_BOB_API_KEY"]),
        ("accounts alice key", "accounts bob key", ["BINANCE_ALICE_API_KEY", "BINANCE_BOB_API_KEY"]),
        ("ArbitrageBot api_key", "GridBot api_key", ["BINANCE_ARBITRAGE_API_KEY", "BINANCE_GRID_API_KEY"]),
        ("API_KEY", "ALICE_KEY", ["BINANCE_API_KEY", "BINANCE_ALICE_API_KEY"]),
        ("API_KEY", "API_KEY", ["BINANCE_API_KEY", "BINANCE_API_KEY_2"]),
        ("", "", ["BINANCE_API_KEY", "BINANCE_API_KEY_2"]),
        ("key_1", "key_2", ["BINANCE_API_KEY_1", "BINANCE_API_KEY_2"]),
        ("größe_key", "öl_key", ["BINANCE_GROSSE_API_KEY", "BINANCE_OL_API_KEY"]),
    ],
)
def test_two_accounts(one: str, other: str, expected: list[str]) -> None:
    assert names(need(A, KEY, 1, one), need(B, KEY, 2, other)) == expected


def test_the_halves_of_an_account_are_called_alike() -> None:
    found = names(
        need(A, KEY, 1, "alice key"),
        need(B, SECRET, 1, "alice secret"),
        need(C, KEY, 2, "bob key"),
        need(D, SECRET, 2, "bob secret"),
    )
    assert found == [
        *("BINANCE_ALICE_API_KEY", "BINANCE_ALICE_API_SECRET"),
        *("BINANCE_BOB_API_KEY", "BINANCE_BOB_API_SECRET"),
    ]


def test_halves_keep_together_where_numbers_tell_them_apart() -> None:
    # a second key with the number 2, and its secret with the number 2 as well
    found = names(need(A, KEY, 1), need(B, SECRET, 1), need(C, KEY, 2), need(D, SECRET, 2))
    assert found == ["BINANCE_API_KEY", "BINANCE_API_SECRET", "BINANCE_API_KEY_2", "BINANCE_API_SECRET_2"]


def test_halves_keep_together_where_only_one_name_is_taken() -> None:
    stored = {"BINANCE_API_KEY": SecretText("another")}
    assert names(need(A, KEY), need(B, SECRET), stored=stored) == [
        *("BINANCE_API_KEY_2", "BINANCE_API_SECRET_2")
    ]


def test_the_only_account_needs_no_word() -> None:
    assert names(need(A, KEY, 1, "alice key"), need(B, SECRET, 1, "alice secret")) == [
        *("BINANCE_API_KEY", "BINANCE_API_SECRET")
    ]


def test_one_value_has_one_name() -> None:
    found = names(need(A, KEY, 1, "alice"), need(A, SECRET, 2, "bob"), need(A, KEY, 3))
    assert len(set(found)) == 1


def test_a_value_in_the_store_keeps_its_name() -> None:
    assert names(need(A, KEY), stored={"MINE": A}) == ["MINE"]
    assert names(need(A, KEY), stored={"MINE": A, "AGAIN": A}) == ["MINE"]
    assert names(need(B, KEY), stored={"MINE": A}) == ["BINANCE_API_KEY"]


def test_a_name_in_the_store_with_another_value_is_not_taken() -> None:
    stored = {"BINANCE_API_KEY": B, "BINANCE_API_KEY_2": C}
    assert names(need(A, KEY), stored=stored) == ["BINANCE_API_KEY_3"]


def test_a_name_in_the_store_without_a_value_is_filled_in() -> None:
    assert names(need(A, KEY), stored={"BINANCE_API_KEY": SecretText("")}) == ["BINANCE_API_KEY"]


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (["BINANCE_KEY"], "BINANCE_KEY"),
        (["BINANCE_KEY", "BINANCE_KEY"], "BINANCE_KEY"),
        (["BINANCE_KEY", "BINANCE_APIKEY"], "BINANCE_API_KEY"),
        (["BINANCE_TESTNET_KEY"], "BINANCE_API_KEY"),
        (["BINANCE_SECRET"], "BINANCE_API_KEY"),
        (["KRAKEN_API_KEY"], "BINANCE_API_KEY"),
        (["API_KEY"], "BINANCE_API_KEY"),
        (["binance_key"], "BINANCE_API_KEY"),
    ],
)
def test_a_name_that_the_project_reads(known: list[str], expected: str) -> None:
    assert names(need(A, KEY), known=known) == [expected]


def test_a_name_that_the_project_reads_is_for_one_value() -> None:
    assert names(need(A, KEY, 1), need(B, KEY, 2), known=["BINANCE_KEY"]) == [
        *("BINANCE_KEY", "BINANCE_API_KEY")
    ]
    assert names(need(A, KEY), known=["BINANCE_KEY"], stored={"BINANCE_KEY": B}) == ["BINANCE_API_KEY"]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 5),
            st.sampled_from(list(Kind)),
            st.integers(0, 3),
            st.sampled_from(["", "alice key", "Bob secret", "9 lives", "x2", "API_KEY", "a b c d e f"]),
            st.booleans(),
        ),
        max_size=12,
    ),
    st.dictionaries(
        st.sampled_from(["BINANCE_API_KEY", "BINANCE_API_SECRET", "MINE"]), st.integers(0, 7), max_size=3
    ),
)
def test_always_one_name_for_one_value(
    wanted: list[tuple[int, Kind, int, str, bool]], stored: dict[str, int]
) -> None:
    there = {name: SecretText(f"value {number}") for name, number in stored.items()}
    needs = [
        Need(SecretText(f"value {number}"), kind, testnet, account, tuple(words.split()))
        for number, kind, account, words, testnet in wanted
    ]
    chosen = choose(needs, there)
    assert set(chosen) == {each.value for each in needs}
    assert len(set(chosen.values())) == len(chosen)
    for value, name in chosen.items():
        assert re.fullmatch("[A-Z][A-Z0-9_]*", name)
        assert there.get(name, value) == value
    assert choose(needs, there) == chosen


def test_every_kind_has_a_name() -> None:
    assert set(SUFFIXES) == set(Kind)
