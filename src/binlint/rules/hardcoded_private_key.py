"""A private key for Binance is written into the source.

## Why it matters

With an Ed25519 or RSA key pair Binance knows only the public half, which makes these keys the better choice,
as long as the private half stays with you. In the source it signs orders for everybody who can read the file.
An encrypted key is no better when its passphrase stands in the same repository.

## Bad

```python
from binance.client import Client

client = Client("«key»", private_key="«pem»")
```

## Good

```python
import os
from pathlib import Path

from binance.client import Client

client = Client(
    os.environ["BINANCE_API_KEY"],
    private_key=Path(os.environ["BINANCE_PRIVATE_KEY_FILE"]),
)
```

## Limits

PEM text (also with escaped line breaks or put together from parts) and the bare base64 of a PKCS#8 key are
recognised. A path to a key file is not a leak, but the file is one if it is committed: it is reported where
code hands its path to a client, where its name is telling, or where its project uses Binance and it is called
as Binance's key generator does. Other private keys, of servers and persons, are left to other tools.
"""

from __future__ import annotations

from binlint.finding import Severity
from binlint.flow.sighting import Sighting
from binlint.names import CLEAR, read_name
from binlint.rules.rule import Rule
from binlint.rules.verdict import Verdict, leak
from binlint.shapes import Shape


def check(sighting: Sighting, shape: Shape) -> Verdict | None:
    """A private key at a client, or by name and company; alone it must at least keep Binance company."""
    if shape not in (Shape.PRIVATE_KEY, Shape.ENCRYPTED_PRIVATE_KEY):
        return None
    named = sighting.project and read_name(sighting.name).strength >= CLEAR  # `pem` alone says nothing
    if not (sighting.sink or sighting.company or sighting.named_binance or named):
        return None  # a server's or a person's key, in a file that has nothing to do with Binance
    if shape is Shape.PRIVATE_KEY:
        return leak(sighting, "private key")
    verdict = leak(sighting, "encrypted private key")
    return None if verdict is None else verdict._replace(severity=Severity.WARNING)


RULE = Rule(
    code="BIN103",
    name="hardcoded-private-key",
    severity=Severity.ERROR,
    precision="very-high",
    security_severity="9.8",
    doc=__doc__ or "",
    check=check,
)
