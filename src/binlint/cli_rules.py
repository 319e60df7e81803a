"""What the command line says about rules: `explain`, `rules`, and their descriptions for reports."""

from __future__ import annotations

from collections.abc import Sequence

from binlint.config import closest
from binlint.errors import ConfigError
from binlint.reporters.context import RuleInfo
from binlint.rules import RULES
from binlint.rules.remediation import HEADING, markdown
from binlint.rules.rule import Rule


def explain(names: Sequence[str]) -> str:
    """The documentation of each rule that is named by its code or name."""
    return "\n".join(_page(_find(name)) for name in names)


def table() -> str:
    """All rules, one a line."""
    width = max((len(rule.name) for rule in RULES), default=0)
    return "".join(
        f"{rule.code}  {rule.severity.word:7}  {rule.name:{width}}  {rule.summary}\n" for rule in RULES
    )


def _find(name: str) -> Rule:
    for rule in RULES:
        if name.strip().upper() == rule.code or name.strip().lower() == rule.name:
            return rule
    codes, names = [rule.code for rule in RULES], [rule.name for rule in RULES]
    near = closest(name.upper(), codes) or closest(name.lower(), names)
    hint = f"did you mean {near}?" if near else f"known: {', '.join(codes)}"
    raise ConfigError(f"explain: unknown rule; {hint}")


def _page(rule: Rule) -> str:
    return f"# {rule.code} {rule.name} ({rule.severity.word})\n\n{_documentation(rule)}\n"


def _documentation(rule: Rule) -> str:
    # Only a rule that judges literals finds credentials; the others are about suppressions.
    if rule.check is None:
        return rule.text
    return f"{rule.text}\n\n## {HEADING}\n\n{markdown()}"


def infos() -> tuple[RuleInfo, ...]:
    """All rules as reporters describe them."""
    return tuple(
        RuleInfo(
            code=rule.code,
            name=rule.name,
            summary=rule.summary,
            full=rule.text,
            help_markdown=_documentation(rule),
            severity=rule.severity,
            security_severity=rule.security_severity,
            precision=rule.precision,
        )
        for rule in RULES
    )
