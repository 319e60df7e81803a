"""How a rule is described in SARIF; GitHub shows these texts beside every alert."""

from __future__ import annotations

from binlint.reporters.clean import clean, clean_block
from binlint.reporters.context import RuleInfo

_MOST_DESCRIPTION = 1_024
_MOST_NAME = 255
_TAGS = ("security", "secret", "external/cwe/cwe-798")
_OWN_COMMENTS, _OWN_TAGS = "BIN9", ("maintainability",)  # they are about directives, and find no credential


def rule_object(rule: RuleInfo) -> dict[str, object]:
    """A `reportingDescriptor` with everything code scanning asks for."""
    return {
        "id": rule.code,
        "name": _pascal(rule.name)[:_MOST_NAME],
        "shortDescription": {"text": _short(clean(rule.summary))},
        "fullDescription": {"text": _short(clean_block(rule.full))},
        "help": {"text": clean_block(rule.full), "markdown": clean_block(rule.help_markdown)},
        "defaultConfiguration": {"level": rule.severity.word},
        "properties": {
            "precision": rule.precision,
            "security-severity": rule.security_severity,
            "tags": list(_OWN_TAGS if rule.code.startswith(_OWN_COMMENTS) else _TAGS),
        },
    }


def _pascal(name: str) -> str:
    """SARIF asks for identifiers such as `HardcodedApiKey`."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("-"))


def _short(text: str) -> str:
    return text if len(text) <= _MOST_DESCRIPTION else f"{text[: _MOST_DESCRIPTION - 3].rstrip()}..."
