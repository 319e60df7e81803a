"""What a rule is: a code and a name that stay, a judgement, and the text that all documentation is made of.

The text is the docstring of the rule's module. Its first paragraph is the summary, the rest are the
sections of `SECTIONS`. No credential stands in an example: a token of `TOKENS` marks its place. The
tests put fresh values there and run the examples; readers are shown what `TOKENS` says.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from binlint.finding import Severity

if TYPE_CHECKING:
    from binlint.flow.sighting import Sighting
    from binlint.rules.verdict import Verdict
    from binlint.shapes import Shape

SECTIONS = ("Why it matters", "Bad", "Good", "Limits")

# «key» and «secret»: 64 letters and digits. «pem»: a private key, one `\n` escape a line. «passphrase»: some
# words. «example»: a value that Binance's documentation prints.
TOKENS = {
    "«key»": "…64 characters…",
    "«secret»": "…64 characters…",
    "«pem»": r"-----BEGIN PRIVATE KEY-----\n…\n-----END PRIVATE KEY-----\n",
    "«passphrase»": "…passphrase…",
    "«example»": "…64 characters of the documentation…",
}


class Rule(NamedTuple):
    """One thing that can be wrong. `check` is None where findings are made by another stage than `judge`."""

    code: str  # "BIN102"; never used again for anything else
    name: str  # "hardcoded-secret-key": what is wrong, so that "allow hardcoded-secret-key" reads well
    severity: Severity  # the worst that it reports
    precision: str  # of code scanning: "very-high", "high", "medium" or "low"
    security_severity: str  # of code scanning: above 0.0, up to 10.0
    doc: str
    check: Callable[[Sighting, Shape], Verdict | None] | None = None

    @property
    def summary(self) -> str:
        """The first paragraph of the text: one sentence, plain, on one line."""
        return " ".join(self.doc.partition("\n\n")[0].split())

    @property
    def text(self) -> str:
        """The whole text as readers see it: Markdown without tokens."""
        return shown(self.doc.strip())

    def section(self, title: str) -> str:
        """One of `SECTIONS` without its heading, tokens included; empty if there is none."""
        _, _, rest = self.doc.partition(f"\n## {title}\n")
        return rest.partition("\n## ")[0].strip()


def shown(text: str) -> str:
    """A text with every token replaced by what readers are shown in its place."""
    for token, words in TOKENS.items():
        text = text.replace(token, words)
    return text
