"""A placeholder stands where a Binance credential belongs.

## Why it matters

`your-api-key` is not a leak. It is an invitation to write the real key in its place, and to commit it with
the next change. Reading the value from the environment from the start leaves no such place.

## Bad

```python
from binance.client import Client

client = Client("YOUR_API_KEY", "YOUR_API_SECRET")
```

## Good

```python
import os

from binance.client import Client

client = Client(os.environ["BINANCE_API_KEY"], os.environ["BINANCE_API_SECRET"])
```

## Limits

A note: it is counted, shown with `--fail-on note`, and does not fail a run by default. Placeholders are known
in ten languages; a word that binlint does not know is BIN105.
"""

from __future__ import annotations

from binlint.finding import Confidence, Severity
from binlint.flow.sighting import Sighting
from binlint.names import CLEAR, read_name
from binlint.rules.rule import Rule
from binlint.rules.verdict import Standing, Verdict, message, standing
from binlint.shapes import Shape


def check(sighting: Sighting, shape: Shape) -> Verdict | None:
    """A placeholder where a credential belongs."""
    if shape is not Shape.PLACEHOLDER or standing(sighting) < Standing.NAMED:
        return None
    if sighting.sink is None and read_name(sighting.name).strength < CLEAR:
        return None  # `key`, `public`, `start_key`: their values are words and hardly ever mean a credential
    if sighting.sink is None and read_name(sighting.text.reveal()).kind is not None:
        return None  # the name of a field, as in `section.get("binance", "api_key")`
    text = message(sighting, sighting.kind.value, "is a placeholder")
    return Verdict(Severity.NOTE, Confidence.HIGH, text)


RULE = Rule(
    code="BIN201",
    name="placeholder-credential",
    severity=Severity.NOTE,
    precision="high",
    security_severity="3.0",
    doc=__doc__ or "",
    check=check,
)
