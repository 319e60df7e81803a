"""A credential from Binance's own documentation is used as if it were a real one.

## Why it matters

Everybody knows these values, so nothing leaks. They do not work either, and like any placeholder they mark
the line where somebody will write the real key.

## Bad

```python
import os

from binance.client import Client

client = Client(api_key=os.environ["BINANCE_API_KEY"], api_secret="«example»")
```

## Good

```python
import os

from binance.client import Client

client = Client(os.environ["BINANCE_API_KEY"], os.environ["BINANCE_API_SECRET"])
```

## Limits

The examples are recognised by their digests, so that binlint's own source holds none of them. An example that
Binance publishes later looks like a real key until it is added.
"""

from __future__ import annotations

from binlint.finding import Confidence, Severity
from binlint.flow.sighting import Sighting
from binlint.rules.rule import Rule
from binlint.rules.verdict import Standing, Verdict, message, standing
from binlint.shapes import Shape


def check(sighting: Sighting, shape: Shape) -> Verdict | None:
    """A value that Binance's documentation prints, where a credential belongs."""
    if shape is not Shape.SAMPLE or standing(sighting) < Standing.NAMED:
        return None
    text = message(sighting, sighting.kind.value, "is an example from Binance's documentation")
    return Verdict(Severity.NOTE, Confidence.HIGH, text)


RULE = Rule(
    code="BIN202",
    name="documented-example",
    severity=Severity.NOTE,
    precision="very-high",
    security_severity="1.0",
    doc=__doc__ or "",
    check=check,
)
