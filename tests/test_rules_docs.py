"""A rule is its own documentation: it is complete, and its examples do what they claim."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest
from corpus import LOUD_LEVELS, findings
from fresh_values import fresh_key

from binlint import rules
from binlint.rules import RULES
from binlint.rules.remediation import ACTIONS, markdown
from binlint.rules.rule import SECTIONS, TOKENS, Rule, shown

ROOT = Path(__file__).resolve().parent.parent
RULE_OBJECT = re.compile(r"^RULE\b", re.MULTILINE)
EXAMPLE = re.compile(r"```python\n(.*)```", re.DOTALL)
DOCUMENTED = ROOT / "fixtures" / "python" / "loud" / "documented" / "docs_pair_ccxt.py"

every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


def listed(heading: str) -> str:
    """A block of fixtures/CREDENTIALS.md."""
    text = (ROOT / "fixtures" / "CREDENTIALS.md").read_text(encoding="utf-8")
    _, _, rest = text.partition(f"\n## {heading}")
    return rest.partition("```text\n")[2].partition("\n```")[0]


def filled(example: str) -> str:
    """An example with a value for each of its tokens."""
    values = {
        "«key»": fresh_key(),
        "«secret»": fresh_key(),
        "«pem»": listed("Ed25519 private keys").replace("\n", r"\n"),
        "«passphrase»": listed("Passphrases").split()[0],
        "«example»": re.findall(r"\w{64}", DOCUMENTED.read_text(encoding="utf-8"))[1],
    }
    assert values.keys() == TOKENS.keys()
    for token, value in values.items():
        example = example.replace(token, value)
    return example


def found_in(rule: Rule, section: str, folder: Path) -> dict[str, str]:
    """The codes that the example of a section gives, with their levels."""
    match = EXAMPLE.fullmatch(rule.section(section))
    assert match, f"{section} is one block of Python"
    path = folder / "bot.py"
    path.write_text(filled(match[1]), encoding="utf-8")
    return {found.code: found.severity for found in findings(path)}


@every_rule
def test_it_has_all_sections_in_their_order(rule: Rule):
    headings = re.findall(r"^## (.+)$", rule.doc, re.MULTILINE)
    assert tuple(headings) == SECTIONS
    assert all(rule.section(title) for title in SECTIONS)


@every_rule
def test_its_summary_is_one_sentence(rule: Rule):
    assert re.fullmatch(r"[A-Z][^.]+\.", rule.summary)
    assert len(rule.summary) <= 200
    assert rule.summary.count("`") % 2 == 0


@every_rule
def test_it_stands_in_the_module_of_its_name(rule: Rule):
    module = import_module(f"binlint.rules.{rule.name.replace('-', '_')}")
    assert module.RULE is rule
    assert rule.doc == module.__doc__


@every_rule
def test_code_scanning_can_read_it(rule: Rule):
    assert rule.precision in {"very-high", "high", "medium", "low"}
    assert 0 < float(rule.security_severity) <= 10
    assert re.fullmatch(r"\d+\.\d", rule.security_severity)


@every_rule
def test_what_readers_see_holds_no_tokens(rule: Rule):
    assert "«" not in rule.text
    assert not re.search(r"[A-Za-z0-9]{64}", rule.text)


@every_rule
def test_the_bad_example_is_found(rule: Rule, tmp_path: Path):
    found = found_in(rule, "Bad", tmp_path)
    assert found.get(rule.code) == rule.severity.word


@every_rule
def test_the_good_example_is_quiet(rule: Rule, tmp_path: Path):
    found = found_in(rule, "Good", tmp_path)
    assert [code for code, level in found.items() if level in LOUD_LEVELS] == []


def test_every_module_with_a_rule_is_listed():
    folder = Path(rules.__file__).parent
    modules = {path.stem for path in folder.glob("*.py") if RULE_OBJECT.search(path.read_text("utf-8"))}
    assert modules == {rule.name.replace("-", "_") for rule in RULES}


def test_codes_are_unique_and_sorted():
    codes = [rule.code for rule in RULES]
    assert codes == sorted(set(codes))
    assert all(re.fullmatch(r"BIN\d{3}", code) for code in codes)


def test_tokens_are_replaced_wherever_they_stand():
    assert shown("a «key» and «key»") == "a …64 characters… and …64 characters…"


def test_revoking_comes_first():
    assert ACTIONS[0].title == "Revoke the key now"
    assert markdown().startswith("1. **Revoke the key now.** ")
    assert len(markdown().splitlines()) == len(ACTIONS)
