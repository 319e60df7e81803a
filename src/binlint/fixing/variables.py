"""What a moved value is called: one variable for one value, and never two values under one name.

The names are those that people know, `BINANCE_API_KEY` and `BINANCE_API_SECRET`. The test network and further
accounts are told apart by what the source calls them. A name that the project reads already is kept.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from binlint.finding import Kind, SecretText
from binlint.fixing.key_paths import read_path_name
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
_PATH = "_PATH"
_LONGEST = 3  # words that tell an account
_MOST = 10_000  # numbers behind a name


class Need(NamedTuple):
    """A value that wants a name: what it is, whose, and what the source calls it."""

    value: SecretText
    kind: Kind
    testnet: bool
    account: object  # equal for the halves of one credential
    words: tuple[str, ...]  # names on the way to the literal, outermost first
    is_real: bool = True  # no placeholder and no example of the documentation
    is_file: bool = False  # the variable holds the path of a file with the key


class _Sort(NamedTuple):
    """What may share a number with others, and have a name that the project reads already."""

    kind: Kind
    testnet: bool
    is_file: bool


def _sort(need: Need) -> _Sort:
    return _Sort(need.kind, need.testnet, need.is_file)


def choose(
    needs: Sequence[Need],
    stored: Mapping[str, SecretText],
    known: Iterable[str] = (),
    prefix: str = "BINANCE",
    claimed: Mapping[str, SecretText] | None = None,
    avoided: Iterable[str] = (),
) -> dict[SecretText, str]:
    """A name for each value. `stored` is what the store holds, `known` what the project reads already.

    A name that the store has with another value is never chosen, nor one that the source gives to another
    value (`claimed`), nor one by whose absence the project may do something else (`avoided`). What is no real
    credential is named last.
    """
    stored = {name: value for name, value in stored.items() if value.reveal()}
    taken: dict[str, SecretText] = {**(claimed or {}), **stored}
    closed = frozenset(avoided).difference(taken)
    names = {
        value: name for name, value in reversed(list(taken.items()))
    }  # it is there under its name already
    accounts: dict[object, list[Need]] = {}
    for need in sorted(needs, key=lambda need: (not need.is_real, need.kind is Kind.UNKNOWN)):
        accounts.setdefault(need.account, []).append(need)
    qualifiers = _qualifiers(accounts)
    offered = _offered(known)

    def is_free(name: str, value: SecretText) -> bool:
        return name not in closed and taken.get(name, value) == value

    for account, members in accounts.items():
        wanted = {need.value: need for need in reversed(members)}
        halves: dict[_Sort, Need] = {}  # one of each sort: these share a number
        for need in wanted.values():
            if need.value not in names:
                halves.setdefault(_sort(need), need)
        patterns = {need.value: _pattern(need, qualifiers[account], prefix) for need in wanted.values()}
        for number in _numbers(patterns, names):
            spelled = {
                need.value: _known_or(need, patterns[need.value], number, qualifiers[account], offered)
                for need in halves.values()
            }
            if all(is_free(name, value) for value, name in spelled.items()):
                break
        for value, name in spelled.items():
            names[value], taken[name] = name, value
        for need in wanted.values():
            if need.value not in names:
                found = (_numbered(patterns[need.value], number) for number in range(2, _MOST))
                name = next(name for name in found if is_free(name, need.value))
                names[need.value], taken[name] = name, need.value
    return {need.value: names[need.value] for need in needs}


def _numbers(patterns: Mapping[SecretText, str], names: Mapping[SecretText, str]) -> Iterator[int]:
    """The numbers to try for an account: first that of a half with a name; 0 is for known names."""
    for value, pattern in patterns.items():
        name = names.get(value, "")
        number = name.removeprefix(f"{pattern}_")
        if number != name and number.isdecimal() and number.isascii():
            yield int(number)
    yield from range(_MOST)


def _pattern(need: Need, qualifier: str, prefix: str) -> str:
    network = "TESTNET_" if need.testnet else ""
    first = f"{qualifier}_" if qualifier and not qualifier[0].isdigit() else ""
    last = f"_{qualifier}" if qualifier and not first else ""
    return f"{prefix}_{network}{first}{SUFFIXES[need.kind]}{_PATH if need.is_file else ''}{last}"


def _numbered(pattern: str, number: int) -> str:
    return pattern if number < 2 else f"{pattern}_{number}"


def _known_or(need: Need, pattern: str, number: int, qualifier: str, offered: Mapping[_Sort, str]) -> str:
    """The name that the project has for such a value, or our own."""
    if number == 0 and not qualifier and _sort(need) in offered:
        return offered[_sort(need)]
    return _numbered(pattern, number)


def _qualifiers(accounts: Mapping[object, Sequence[Need]]) -> dict[object, str]:
    """For each account what tells it from the others of its network; empty where nothing has to or does."""
    found = {account: _own_words(members) for account, members in accounts.items()}
    groups: defaultdict[tuple[bool, bool], list[object]] = defaultdict(list)
    for account, members in accounts.items():
        groups[members[0].is_real, any(need.testnet for need in members)].append(account)
    for group in groups.values():
        counts = Counter(found[account] for account in group)
        for account in group:
            if len(group) == 1 or counts[found[account]] > 1:
                found[account] = ""
    return found


def _own_words(members: Sequence[Need]) -> str:
    """The words that all halves of an account share, without those that every credential has."""
    shared: list[str] | None = None
    for need in members:
        words = [word for name in need.words for word in split_name(name) if _tells(word)]
        shared = words if shared is None else [word for word in shared if word in words]
    useful = [word.upper() for word in dict.fromkeys(shared or ()) if word.isascii() and word.isalnum()]
    return "_".join(useful[-_LONGEST:])


def _tells(word: str) -> bool:
    """Whether a word may say whose account it is."""
    if word.isdigit():
        return len(word) < 3
    return len(word) > 1 and word not in _COMMON


def _offered(known: Iterable[str]) -> dict[_Sort, str]:
    """The one variable that the project reads for a sort; none where it reads several."""
    found: defaultdict[_Sort, set[str]] = defaultdict(set)
    for name in known:
        of_path = read_path_name(name)
        reading = of_path or read_name(name)
        if reading.kind is not None and reading.company and _NAME.fullmatch(name):
            found[_Sort(reading.kind, reading.testnet, of_path is not None)].add(name)
    return {key: next(iter(names)) for key, names in found.items() if len(names) == 1}
