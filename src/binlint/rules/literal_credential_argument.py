"""A literal that does not look like a Binance key is passed to a Binance client as a credential.

## Why it matters

It may be the key of another exchange, a password, or a test value that is about to be replaced by the real
one, in the very place where the real one would be a leak. Whichever it is, it does not belong there: either
it is secret, or the client cannot work with it.

## Bad

```python
from binance.client import Client

client = Client("hunter2-abc", "Sommer2019!")
```

## Good

```python
import os

from binance.client import Client

client = Client(os.environ["BINANCE_API_KEY"], os.environ["BINANCE_API_SECRET"])
```

## Limits

Only for literals that reach a credential parameter of a known client. Empty strings, names of variables,
paths and digests are nothing; placeholders are BIN201, damaged keys BIN106. In tests a literal can be right:
use `per-file-ignores`, or a suppression with its reason.
"""

from __future__ import annotations

from binlint.finding import Confidence, Kind, Severity
from binlint.flow.sighting import Sighting
from binlint.rules.rule import Rule
from binlint.rules.verdict import Verdict, message
from binlint.shapes import Shape


def check(sighting: Sighting, shape: Shape) -> Verdict | None:
    """A text without the shape of a key that a client takes as one."""
    if sighting.sink is None or shape is not Shape.OTHER or sighting.kind is Kind.PASSPHRASE:
        return None
    text = message(sighting, sighting.kind.value, "is a literal without the shape of one")
    return Verdict(Severity.WARNING, Confidence.MEDIUM, text)


RULE = Rule(
    code="BIN105",
    name="literal-credential-argument",
    severity=Severity.WARNING,
    precision="medium",
    security_severity="6.0",
    doc=__doc__ or "",
    check=check,
)
