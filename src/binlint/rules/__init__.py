"""The rules: one module for each, and the tuple that lists them in the order of their codes."""

from __future__ import annotations

from binlint.rules import (
    codeless_suppression,
    documented_example,
    hardcoded_api_key,
    hardcoded_passphrase,
    hardcoded_private_key,
    hardcoded_secret_key,
    literal_credential_argument,
    malformed_key,
    placeholder_credential,
    unnamed_key,
    unused_suppression,
)
from binlint.rules.rule import Rule

RULES: tuple[Rule, ...] = (
    hardcoded_api_key.RULE,
    hardcoded_secret_key.RULE,
    hardcoded_private_key.RULE,
    hardcoded_passphrase.RULE,
    literal_credential_argument.RULE,
    malformed_key.RULE,
    unnamed_key.RULE,
    placeholder_credential.RULE,
    documented_example.RULE,
    unused_suppression.RULE,
    codeless_suppression.RULE,
)
