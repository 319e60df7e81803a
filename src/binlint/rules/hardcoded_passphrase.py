"""The passphrase of a private key for Binance is written into the source.

## Why it matters

An encrypted private key is worth as much as its passphrase is secret. With the passphrase in the code, the
key file is all that is missing, and it often stands in the same repository or on the same server.

## Bad

```python
import os
from pathlib import Path

from binance.client import Client

client = Client(
    os.environ["BINANCE_API_KEY"],
    private_key=Path("/etc/bot/ed25519.pem"),
    private_key_pass="«passphrase»",
)
```

## Good

```python
import os
from pathlib import Path

from binance.client import Client

client = Client(
    os.environ["BINANCE_API_KEY"],
    private_key=Path("/etc/bot/ed25519.pem"),
    private_key_pass=os.environ["BINANCE_PRIVATE_KEY_PASSPHRASE"],
)
```

## Limits

A passphrase can look like anything, so it is reported only where it reaches the passphrase parameter of a
Binance client or opens a key that does. Placeholders such as `your-passphrase` are BIN201.
"""

from __future__ import annotations

from binlint.finding import Kind, Severity
from binlint.flow.sighting import Sighting
from binlint.rules.rule import Rule
from binlint.rules.verdict import Verdict, leak
from binlint.shapes import Shape

_QUIET = frozenset(
    {
        Shape.EMPTY,
        Shape.PLACEHOLDER,
        Shape.SAMPLE,
        Shape.VARIABLE,
        Shape.PATH,
        Shape.MASKED,
        Shape.PRIVATE_KEY,  # stood at this position in other releases
        Shape.ENCRYPTED_PRIVATE_KEY,
    }
)


def check(sighting: Sighting, shape: Shape) -> Verdict | None:
    """Any text at all that reaches the passphrase parameter of a client."""
    if sighting.kind is not Kind.PASSPHRASE or sighting.sink is None or shape in _QUIET:
        return None
    return leak(sighting, "private key passphrase")


RULE = Rule(
    code="BIN104",
    name="hardcoded-passphrase",
    severity=Severity.ERROR,
    precision="high",
    security_severity="7.5",
    doc=__doc__ or "",
    check=check,
)
