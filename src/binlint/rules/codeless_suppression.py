"""A binlint directive does not say which finding it suppresses.

## Why it matters

Without a code it hides everything on its line, also what is added later. With a code it is bound to what
somebody looked at, and with a reason the next reader knows why.

## Bad

```python
from binance.client import Client

api_key = "«key»"  # binlint: ignore
client = Client(api_key, input("secret: "))
```

## Good

```python
from binance.client import Client

api_key = "«key»"  # binlint: ignore[BIN101] -- revoked, kept as input of the parser's tests
client = Client(api_key, input("secret: "))
```

## Limits

The directive works all the same. Whether the reason is a good one, binlint cannot say.
"""

from __future__ import annotations

from binlint.finding import Severity
from binlint.rules.rule import Rule

RULE = Rule(
    code="BIN902",
    name="codeless-suppression",
    severity=Severity.WARNING,
    precision="very-high",
    security_severity="1.0",
    doc=__doc__ or "",
)
