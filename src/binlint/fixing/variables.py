"""What a moved value is called: one variable for one value, and never two values under one name.

The names are those that people know, `BINANCE_API_KEY` and `BINANCE_API_SECRET`. The test network and further
accounts are told apart by what the source calls them. A name that the project reads already is kept.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from binlint.finding import Kind, SecretText
from binlint.names import read_name, split_name

SUFFIXES = {
    Kind.API_KEY: "API_KEY",
    Kind.SECRET_KEY: "API_SECRET",
    Kind.PRIVATE_KEY: "PRIVATE_KEY",
    Kind.PASSPHRASE: "PRIVATE_KEY_PASSPHRASE",
    Kind.UNKNOWN: "CREDENTIAL",
}
# Words of names that say nothing about whose account it is.
_COMMON = frozenset(
    "binance bnb api apis key keys secret secrets private public passphrase password hmac rsa"
    " ed25519 pem token"
    " testnet test demo sandbox main live real prod production config cfg conf settings setting credentials"
    " credential creds cred default defaults my self cls init get make create client exchange bot account"
    " accounts auth value data pair dict params options x mbx apikey user users the a of env"
    " environment".split()
)
_NAME = re.compile(r"[A-Z][A-Z0-9_]*")
_LONGEST = 3  # words that tell an account


class Need(NamedTuple):
    """A value that wants a name: what it is, whose, and what the source calls it."""

    value: SecretText
    kind: Kind
    testnet: bool
    account: object  # equal for the halves of one credential
    words: tuple[str, ...]  # names on the way to the literal, outermost first


def choose(
    needs: Sequence[Need],
    stored: Mapping[str, SecretText],
    known: Iterable[str] = (),
    prefix: str = "BINANCE",
    claimed: Mapping[str, SecretText] | None = None,
    avoided: Iterable[str] = (),
) -> dict[SecretText, str]:
    """A name for each value. `stored` is what the store holds, `known` what the project cannot do without.

    A name that the store has with another value is never chosen, nor one that the source gives to another
    value (`claimed`), nor one by whose absence the project may do something else (`avoided`).
    """
    names: dict[SecretText, str] = {}
    stored = {name: value for name, value in stored.items() if value.reveal()}
    taken: dict[str, SecretText] = {**(claimed or {}), **stored}
    closed = frozenset(avoided).difference(taken)
    by_value = {value: name for name, value in reversed(list(taken.items()))}
    accounts: dict[object, list[Need]] = {}
    for need in needs:
        accounts.setdefault(need.account, []).append(need)
    qualifiers = _qualifiers(accounts)
    offered = _offered(known)
    for account, members in accounts.items():
        for need in members:
            if need.value in names:
                continue
            if need.value in by_value:  # it is there under its name already
                names[need.value] = by_value[need.value]
                continue
            for name in _candidates(need, qualifiers[account], offered, prefix):
                if name not in closed and taken.get(name, need.value) == need.value:
                    names[need.value], taken[name] = name, need.value
                    break
    return names


def _qualifiers(accounts: Mapping[object, Sequence[Need]]) -> dict[object, str]:
    """For each account what tells it from the others; empty for the only one, or where nothing does."""
    found = {account: _own_words(members) for account, members in accounts.items()}
    counts: defaultdict[str, int] = defaultdict(int)
    for words in found.values():
        counts[words] += 1
    if len(found) < 2:
        return dict.fromkeys(found, "")
    return {account: words if counts[words] == 1 else "" for account, words in found.items()}


def _own_words(members: Sequence[Need]) -> str:
    """The words that all halves of an account share, without those that every credential has."""
    shared: list[str] | None = None
    for need in members:
        words = [
            word
            for name in need.words
            for word in split_name(name)
            if word not in _COMMON and not (word.isdigit() and len(word) > 2)
        ]
        shared = words if shared is None else [word for word in shared if word in words]
    useful = [word.upper() for word in dict.fromkeys(shared or ()) if word.isascii() and word.isalnum()]
    return "_".join(useful[-_LONGEST:])


def _offered(known: Iterable[str]) -> dict[tuple[Kind, bool], str]:
    """The one variable that the project reads for a kind; none where it reads several."""
    found: defaultdict[tuple[Kind, bool], set[str]] = defaultdict(set)
    for name in known:
        reading = read_name(name)
        if reading.kind is not None and reading.company and _NAME.fullmatch(name):
            found[reading.kind, reading.testnet].add(name)
    return {key: next(iter(names)) for key, names in found.items() if len(names) == 1}


def _candidates(
    need: Need, qualifier: str, offered: Mapping[tuple[Kind, bool], str], prefix: str
) -> Iterable[str]:
    network = "TESTNET_" if need.testnet else ""
    suffix = SUFFIXES[need.kind]
    first = f"{qualifier}_" if qualifier and not qualifier[0].isdigit() else ""
    last = f"_{qualifier}" if qualifier and not first else ""
    if not qualifier and (need.kind, need.testnet) in offered:
        yield offered[need.kind, need.testnet]
    yield f"{prefix}_{network}{first}{suffix}{last}"
    for number in range(2, 10_000):
        yield f"{prefix}_{network}{first}{suffix}{last}_{number}"
