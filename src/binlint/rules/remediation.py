"""What to do about a credential that was committed: one text for `explain`, the long format and the docs."""

from __future__ import annotations

from typing import NamedTuple


class Action(NamedTuple):
    """One thing to do: in three words, and in full."""

    title: str
    text: str


# In this order: whoever edits the file first loses the time in which the key could have been revoked.
ACTIONS: tuple[Action, ...] = (
    Action(
        "Revoke the key now",
        "On Binance, under API Management (https://www.binance.com/en/my/settings/api-management), delete "
        "the key. Editing the file or rewriting the history does not help a value that was pushed, and "
        "nobody revokes it for you. If it was misused, or you cannot tell, disable the account in its "
        "security settings, then contact Binance's support.",
    ),
    Action(
        "Check the account",
        "Look through orders and trades, the API and login log, transfers, withdrawals and saved addresses; "
        "look for keys, sub-accounts and connected apps that are not yours. A key without the right to "
        "withdraw is enough to lose the money in trades against the thief.",
    ),
    Action(
        "Make a new key with few rights",
        "Prefer Ed25519, whose private half never leaves you. Give the key only the rights that the program "
        "needs, withdrawals off, a list of allowed IP addresses and of symbols; one key for each program, "
        "best of all on a sub-account.",
    ),
    Action(
        "Keep it outside the code",
        "Environment variable, keyring of the operating system, secret manager, or the secrets of your CI. A "
        "private key is an encrypted file outside the repository, its passphrase somewhere else. Not on "
        "command lines, not in the output of notebooks, not in logs or images.",
    ),
    Action(
        "Clean up",
        "Branches, tags, forks, pull requests, caches, releases, packages and container images may hold the "
        "old value, and so may the patch files that pre-commit keeps in its cache. Rewrite the history if "
        "you wish, add ignore rules, a pre-commit hook and a check in CI. Never put a live key on a list of "
        "accepted findings.",
    ),
    Action(
        "Think of third parties",
        "A bot or tracker that you do not run gets its own key, locked to its IP addresses. Delete it when "
        "you leave.",
    ),
)

HEADING = "What to do"


def markdown() -> str:
    """All of it as a numbered list under no heading."""
    return "\n".join(
        f"{number}. **{action.title}.** {action.text}" for number, action in enumerate(ACTIONS, 1)
    )
