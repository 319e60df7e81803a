"""A binlint directive suppresses nothing.

## Why it matters

Such a directive stayed behind when the finding went, or it has a code that never fitted. It would hide the
next key that somebody writes there, with a reason that was given for something else.

## Bad

```python
import os

from binance.client import Client

api_key = os.environ["BINANCE_API_KEY"]  # binlint: ignore[BIN101] -- revoked
client = Client(api_key, os.environ["BINANCE_API_SECRET"])
```

## Good

```python
import os

from binance.client import Client

api_key = os.environ["BINANCE_API_KEY"]
client = Client(api_key, os.environ["BINANCE_API_SECRET"])
```

## Limits

A directive for a rule that you switched off hides nothing, so it is called unused. Files that binlint has no
reason to parse, because nothing in them looks like a key or names Binance, are not searched for directives.
"""

from __future__ import annotations

from binlint.finding import Severity
from binlint.rules.rule import Rule

RULE = Rule(
    code="BIN901",
    name="unused-suppression",
    severity=Severity.WARNING,
    precision="very-high",
    security_severity="1.0",
    doc=__doc__ or "",
)
