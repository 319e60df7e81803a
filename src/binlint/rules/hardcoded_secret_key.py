"""A Binance secret key is written into the source.

## Why it matters

The secret key signs orders. Together with the API key, which is not hidden anywhere, it is the whole
credential. A thief needs no right to withdraw: it is enough to let the account trade against his own in a
thin market. Deleting the line does not help once it was pushed, because the value stays in the history and in
every copy of it.

## Bad

```python
import ccxt

settings = {
    "apiKey": "«key»",
    "secret": "«secret»",
}
exchange = ccxt.binance(settings)
```

## Good

```python
import os

import ccxt

exchange = ccxt.binance(
    {
        "apiKey": os.environ["BINANCE_API_KEY"],
        "secret": os.environ["BINANCE_API_SECRET"],
    }
)
```

## Limits

A secret key looks just like an API key; the parameter, the name or the place beside the other half tells
which it is. 64 hex digits are judged only where they reach a Binance client, header or signature, since
elsewhere they are nearly always a digest. Test networks lower the severity to a warning.
"""

from __future__ import annotations

from binlint.finding import Kind, Severity
from binlint.flow.sighting import Sighting
from binlint.rules.rule import Rule
from binlint.rules.verdict import Verdict, leak
from binlint.shapes import Shape

_KINDS = frozenset({Kind.SECRET_KEY, Kind.PRIVATE_KEY})  # some call the HMAC secret a private key


def check(sighting: Sighting, shape: Shape) -> Verdict | None:
    """A key-shaped secret; 64 hex digits only where they reach a client."""
    if sighting.kind not in _KINDS:
        return None
    if shape is Shape.KEY or (shape is Shape.HEX and sighting.sink is not None):
        return leak(sighting, "secret key")
    return None


RULE = Rule(
    code="BIN102",
    name="hardcoded-secret-key",
    severity=Severity.ERROR,
    precision="very-high",
    security_severity="9.8",
    doc=__doc__ or "",
    check=check,
)
