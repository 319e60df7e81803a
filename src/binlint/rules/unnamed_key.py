"""A value that looks like a Binance key stands alone in a project that uses Binance.

## Why it matters

64 mixed letters and digits are rarely anything else: in a survey of 188 public repositories such a value,
outside base64, certificates and lock files, was nearly always a Binance credential, even without a telling
name.

## Bad

```python
from binance.client import Client

client = Client()
x1 = "«key»"
```

## Good

```python
import os

from binance.client import Client

client = Client()
x1 = os.environ["BINANCE_API_KEY"]
```

## Limits

There is neither a known client nor a name to confirm it, so it is a warning. 64 hex digits are never reported
here. If the value is something else, a suppression with its reason says so to the next reader, too.
"""

from __future__ import annotations

from binlint.finding import Kind, Severity
from binlint.flow.sighting import Sighting
from binlint.rules.rule import Rule
from binlint.rules.verdict import Verdict, leak
from binlint.shapes import Shape


def check(sighting: Sighting, shape: Shape) -> Verdict | None:
    """Key-shaped text without a name of its own, in Binance company."""
    if sighting.kind is not Kind.UNKNOWN or shape is not Shape.KEY:
        return None
    if not sighting.name:
        return leak(sighting, "API key or secret")
    verdict = leak(sighting, "credential")
    return None if verdict is None else verdict._replace(severity=Severity.WARNING)


RULE = Rule(
    code="BIN107",
    name="unnamed-key",
    severity=Severity.WARNING,
    precision="medium",
    security_severity="6.0",
    doc=__doc__ or "",
    check=check,
)
