"""A Binance key that was copied badly is written into the source.

## Why it matters

White space around a key, or a character too few or too many, is the first reason why "my key does not work".
The value does not work as it stands, but most of the real key can be read from it, so it is a leak too.

## Bad

```python
from binance.client import Client

client = Client(api_key=" «key»", api_secret="«secret»")
```

## Good

```python
import os

from binance.client import Client

client = Client(
    api_key=os.environ["BINANCE_API_KEY"].strip(),
    api_secret=os.environ["BINANCE_API_SECRET"].strip(),
)
```

## Limits

Binance's keys are exactly 64 letters and digits. A value of 61 to 67 that is mixed like a key, or a key with
white space, quotes or brackets around or inside it, is reported where it reaches a credential parameter.
"""

from __future__ import annotations

from binlint.finding import Confidence, Kind, Severity
from binlint.flow.sighting import Sighting
from binlint.rules.rule import Rule
from binlint.rules.verdict import Verdict, message
from binlint.shapes import Shape, why


def check(sighting: Sighting, shape: Shape) -> Verdict | None:
    """What would be a key but for white space around it or a character too many or too few."""
    if sighting.sink is None or shape is not Shape.MALFORMED or sighting.kind is Kind.PASSPHRASE:
        return None
    text = message(
        sighting, sighting.kind.value, f"is hard-coded, damaged ({why(sighting.text.reveal(), shape)})"
    )
    return Verdict(Severity.WARNING, Confidence.HIGH, text)


RULE = Rule(
    code="BIN106",
    name="malformed-key",
    severity=Severity.WARNING,
    precision="high",
    security_severity="6.0",
    doc=__doc__ or "",
    check=check,
)
