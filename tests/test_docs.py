"""The documentation says what is so: commands, options, keys, links, and what the sample project shows."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from corpus import difference, expectations, findings

from binlint.config import KEYS
from binlint.rules import RULES

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
SAMPLES = sorted((ROOT / "fixtures" / "sample").rglob("*.py"))
SCREEN = 25  # lines


def test_generated_documents_are_up_to_date():
    command = [sys.executable, "tools/generate_docs.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_first_screen_has_two_commands_of_one_line():
    screen = "".join(README.splitlines(keepends=True)[:SCREEN])
    sample, tests = re.findall(r"```sh\n(.*?)```", screen, re.DOTALL)
    for command in (sample, tests):
        assert command.count("\n") == 1
        assert command.startswith("python3 -m venv .venv && ")
    assert sample.endswith(".venv/bin/binlint fixtures/sample --exit-zero\n")
    assert tests.endswith(" -m pytest -q -n auto --dist loadfile\n")


def test_the_readme_names_one_command_that_passes_the_tests():
    # .ci/run looks for it in this way.
    assert len(re.findall(r"^python3 -m venv .*pytest", README, re.MULTILINE)) == 1


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path):
    text = re.sub(r"^(````*).*?^\1$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("https://", "mailto:")):
            continue
        name, _, anchor = target.partition("#")
        other = page.parent / name if name else page
        assert other.is_file(), target
        assert not anchor or anchor in anchors(other), target


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_key_of_the_configuration_is_described():
    text = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    described = re.findall(r"^\| `([a-z-]+)` \|", text, re.MULTILINE)
    assert sorted(described) == sorted(KEYS)


def test_every_rule_has_its_section():
    text = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (BIN\d+) ", text, re.MULTILINE) == [rule.code for rule in RULES]


def test_every_dependency_is_justified():
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    names = re.findall(r'^    "([a-z-]+)>=', project, re.MULTILINE)
    assert {"libcst", "pathspec", "rich", "tomli", "pytest"} <= set(names)
    assert [name for name in names if name not in text] == []


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_the_sample_project_shows_what_it_promises(path: Path):
    assert not str(difference(expectations(path.read_bytes()), findings(path)))


def test_the_sample_project_has_something_to_see():
    wanted = {path.name: expectations(path.read_bytes()).required for path in SAMPLES}
    assert [str(each) for each in wanted["first_steps.py"]] == ["5: BIN101", "6: BIN102"]
    assert wanted["rebalance.py"] == ()


def test_the_comparison_is_what_the_script_printed():
    """Between the markers of the page stands what `benchmarks/compare.py --output` stored, and nothing else."""
    page = (ROOT / "docs" / "comparison.md").read_text(encoding="utf-8")
    printed = (ROOT / "benchmarks" / "results" / "comparison.md").read_text(encoding="utf-8")
    begin = "<!-- printed by `python benchmarks/compare.py`, from benchmarks/results/comparison.md -->\n\n"
    before, _, rest = page.partition(begin)
    shown, end, after = rest.partition("\n<!-- end of the comparison -->\n")
    assert (shown, bool(end), after) == (printed, True, "")
    assert not re.search(r"\d[\d,.]* ?(×|%)", before), "a number that the script did not print"


def test_the_comparison_names_who_was_not_run_and_what_binlint_misses():
    printed = (ROOT / "benchmarks" / "results" / "comparison.md").read_text(encoding="utf-8")
    assert re.match(r"\d{4}-\d\d-\d\d, Python 3\.\d+, `python benchmarks/compare\.py .*`\.\n", printed)
    tables = re.findall(r"^\| ([a-z][^|]*) \|", printed, re.MULTILINE)
    assert {"binlint", "one regular expression", "gitleaks", "detect-secrets"} <= set(tables)
    assert tables[: len(tables) // 2] == tables[len(tables) // 2 :], "each tool is in both tables"
    _, _, rest = printed.partition("\nNot run:\n")
    missed = re.search(r"^Found by another tool and not by binlint: (\d+)$", rest, re.MULTILINE)
    assert missed
    assert len(re.findall(r"^- `", rest, re.MULTILINE)) == int(missed[1])
