"""A Binance API key is written into the source.

## Why it matters

Whoever can read the file can read the key: in the repository, in every fork and clone, in packages and
container images, and in the history after the line is gone. The key alone cannot sign an order, but with it
account events of futures, options and margin can be listened to, and it is nearly never alone: the secret key
mostly stands on the next line. Binance does not take part in the secret scanning of code hosts, so that
nobody but you revokes it.

## Bad

```python
from binance.client import Client

client = Client(api_key="«key»", api_secret="«secret»")
```

## Good

```python
import os

from binance.client import Client

client = Client(
    api_key=os.environ["BINANCE_API_KEY"],
    api_secret=os.environ["BINANCE_API_SECRET"],
)
```

## Limits

It is an error when the value reaches a Binance client, header or signature, or when it has the name of an API
key in a file that speaks of Binance. With only one of the two it is a warning. On a test network it is a
warning as well, never silence, because keys are often pasted into the wrong place. The finding stands at the
literal, be it in another file than the client: in a module that is imported, or in a file of settings that
the code reads. A file that git ignores is where a secret may stand, and is not reported.
"""

from __future__ import annotations

from binlint.finding import Kind, Severity
from binlint.flow.sighting import Sighting
from binlint.rules.rule import Rule
from binlint.rules.verdict import Verdict, leak
from binlint.shapes import Shape


def check(sighting: Sighting, shape: Shape) -> Verdict | None:
    """A key-shaped API key; 64 hex digits only where they reach a client."""
    if sighting.kind is not Kind.API_KEY:
        return None
    if shape is Shape.KEY or (shape is Shape.HEX and sighting.sink is not None):
        return leak(sighting, "API key")
    return None


RULE = Rule(
    code="BIN101",
    name="hardcoded-api-key",
    severity=Severity.ERROR,
    precision="very-high",
    security_severity="7.5",
    doc=__doc__ or "",
    check=check,
)
