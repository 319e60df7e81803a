"""Prints fresh throw-away credentials as fixtures/CREDENTIALS.md: the only place fixtures take values from.

Every value comes from the operating system's random source at the moment of the call and was never
registered anywhere. Needs the `openssl` command for the private keys. Running it again makes new
values, which the committed fixtures do not use; so it is run once, and then only to extend the list:

    python tools/fresh_credentials.py > fixtures/CREDENTIALS.md
"""

from __future__ import annotations

import itertools
import math
import secrets
import string
import subprocess
from collections import Counter

BASE62 = string.ascii_letters + string.digits
LENGTH = 64
KEYS = 400
HEX = 40
ED25519 = 10
RSA = 3
ENCRYPTED = 2
PASSPHRASES = 40

HEAD = """\
# Fixture credentials

The one documented place of every credential-looking value in `fixtures/` and `tests/`. All values were
printed by `tools/fresh_credentials.py` from the operating system's random source. None was ever registered
at Binance or anywhere else, none is copied from a real project, and none opens anything.

Each key below passes the shape gate: digit, upper and lower case, entropy of at least 4.6 bits, at least 29
distinct characters, at least 20 changes between digit, upper and lower case.
"""


def entropy(text: str) -> float:
    """Shannon entropy of the characters of a text, in bits per character."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())


def changes(text: str) -> int:
    """How often a text changes between digit, upper and lower case."""
    classes = ["d" if c.isdigit() else "u" if c.isupper() else "l" for c in text]
    return sum(a != b for a, b in itertools.pairwise(classes))


def passes_gate(text: str) -> bool:
    """Whether a text has the shape of a Binance key, by the gate that the fixtures promise to pass."""
    return (
        any(c.isdigit() for c in text)
        and any(c.isupper() for c in text)
        and any(c.islower() for c in text)
        and entropy(text) >= 4.6
        and len(set(text)) >= 29
        and changes(text) >= 20
    )


def fresh_key() -> str:
    """A new random key or secret of 64 letters and digits."""
    while True:
        key = "".join(secrets.choice(BASE62) for _ in range(LENGTH))
        if passes_gate(key):
            return key


def fresh_passphrase() -> str:
    """A new random passphrase, long enough for a key and too short to be taken for one."""
    return "-".join("".join(secrets.choice(string.ascii_lowercase) for _ in range(6)) for _ in range(4))


def openssl(*arguments: str, given: str = "") -> str:
    """What the `openssl` command prints."""
    done = subprocess.run(["openssl", *arguments], input=given, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def fresh_ed25519() -> str:
    """A new Ed25519 private key, PKCS#8 PEM."""
    return openssl("genpkey", "-algorithm", "ED25519")


def fresh_rsa() -> str:
    """A new RSA private key of 2048 bits, PKCS#8 PEM."""
    return openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048")


def encrypted(pem: str, passphrase: str) -> str:
    """The same private key, encrypted."""
    return openssl(
        "pkcs8", "-topk8", "-v2", "aes-256-cbc", "-passout", f"pass:{passphrase}", given=pem + "\n"
    )


def block(text: str) -> str:
    """A text as a Markdown block."""
    return f"```text\n{text}\n```\n"


def section(title: str, blocks: list[str]) -> str:
    """A heading with its blocks."""
    return f"\n## {title}\n\n" + "\n".join(block(each) for each in blocks)


def document() -> str:
    """The whole of fixtures/CREDENTIALS.md, with new values."""
    passphrases = [fresh_passphrase() for _ in range(PASSPHRASES)]
    locked = [fresh_ed25519(), fresh_rsa()][:ENCRYPTED]
    return "".join(
        (
            HEAD,
            section("API keys and secrets", ["\n".join(fresh_key() for _ in range(KEYS))]),
            section("64 hex", ["\n".join(secrets.token_hex(32) for _ in range(HEX))]),
            section("Ed25519 private keys (PKCS#8 PEM)", [fresh_ed25519() for _ in range(ED25519)]),
            section("RSA private keys", [fresh_rsa() for _ in range(RSA)]),
            section(
                "Encrypted private keys",
                [encrypted(pem, word) for pem, word in zip(locked, passphrases, strict=False)],
            ),
            "\nThe first passphrases below open these keys, in this order.\n",
            section("Passphrases", ["\n".join(passphrases)]),
        )
    )


if __name__ == "__main__":
    print(document(), end="")
