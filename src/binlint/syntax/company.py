"""What a file says about Binance, whatever kind of file it is."""

from __future__ import annotations

import re
from typing import NamedTuple

from binlint.facts import Facts
from binlint.names import is_for_another_purpose, read_name

_WORD = re.compile(r"binance", re.IGNORECASE)
_HEADER = re.compile(r"x-mbx-apikey", re.IGNORECASE)
_SIGNATURE = re.compile(r"""["'&?]signature["'=]""")
_HOST = re.compile(r"(?:https?|wss?)://([A-Za-z0-9.-]{1,200})")
_BINANCE_HOST = re.compile(
    r"(?:^|\.)(?:binance\.(?:com|us|me|th|vision)|binancefuture\.com|trbinance\.com|binanceapi\.com)$"
)
_TEST_HOST = re.compile(r"testnet|(?:^|\.)demo[.-]|binancefuture\.com")
_IGNORED_HOST = re.compile(r"(?:^|\.)(?:github\.com|localhost|python\.org|readthedocs\.io|w3\.org)$|^127\.")
_LIMIT = 200  # hosts looked at


_HOST_PHRASE = "the file names the host"


class Company(NamedTuple):
    """The company that a file's values keep."""

    phrases: tuple[str, ...]
    only_testnet: bool
    other_hosts: bool
    signs: bool


def company_of(text: str, roots: frozenset[str] = frozenset()) -> Company:
    """Reads the company off a text. `roots` are the first parts of what it imports."""
    phrases: list[str] = []
    imported = sorted(root for root in roots if _WORD.search(root) or root in ("ccxt", "ccxtpro"))
    if any(_WORD.search(root) for root in imported):
        phrases.append(f"the file imports `{next(r for r in imported if _WORD.search(r))}`")
    hosts = {match[1].lower() for _, match in zip(range(_LIMIT), _HOST.finditer(text), strict=False)}
    ours = sorted(host for host in hosts if _BINANCE_HOST.search(host))
    if ours:
        phrases.append(f"{_HOST_PHRASE} {ours[0]}")
    header = _HEADER.search(text) is not None
    if header:
        phrases.append("the file names the header X-MBX-APIKEY")
    if not phrases and _WORD.search(text):
        phrases.append("the file speaks of Binance")
    others = any(not _IGNORED_HOST.search(host) for host in hosts.difference(ours))
    signs = header or (bool(phrases) and not others and _SIGNATURE.search(text) is not None)
    only_testnet = bool(ours) and all(_TEST_HOST.search(host) for host in ours)
    return Company(tuple(phrases), only_testnet, others, signs)


def named_by_path(path: str) -> tuple[str, str]:
    """What the name of a file or of its folders says: a phrase if it names Binance, and whose file it is."""
    parts = path.split("/")
    for part in reversed(parts):
        if read_name(part).company:
            return f"the path names Binance, in `{part[:60]}`", "binance"
    return "", owner_of(parts[-1])


# Whom settings name without being about their credentials: where code and messages go, what is traded.
_BYSTANDERS = frozenset(
    "ethereum github gitlab docker discord slack telegram wechat feishu dingtalk twitter facebook reddit"
    " google aws azure cloudflare firebase mongodb postgres sentry datadog pushover mailgun sendgrid"
    " twilio".split()
)


def owner_of(name: str) -> str:
    """The service whose credentials stand under a name: "binance", another one, or empty."""
    reading = read_name(name)
    if reading.company:
        return "binance"
    if is_for_another_purpose(name):
        return "another purpose"
    return "" if reading.vendor in _BYSTANDERS else reading.vendor or ""


def names_host(facts: Facts) -> bool:
    """Whether a file names a host of Binance."""
    return any(phrase.startswith(_HOST_PHRASE) for phrase in facts.company)
