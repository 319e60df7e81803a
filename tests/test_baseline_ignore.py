"""`--add-ignore`, `expires=` and `require-reason`: what is written, and what a directive is worth."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest
from fresh_values import fresh_key

from binlint import cli, day


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(day, "today", lambda: "2026-11-23")
    subprocess.run(["git", "init", "-q"], check=True)


def run(*arguments: str) -> tuple[int, str]:
    out, error = io.StringIO(), io.StringIO()
    code = cli.main(arguments, stdout=out, stderr=error)
    return code, out.getvalue() + error.getvalue()


def filled(text: str) -> str:
    while "«key»" in text:
        text = text.replace("«key»", fresh_key(), 1)
    return text


IMPORT = "from binance.client import Client\n"


@pytest.mark.parametrize(
    ("name", "text", "line", "comment"),
    [
        ("a.py", "c = Client('«key»')", 2, "  # binlint: ignore[BIN101] -- why"),
        ("a.py", "c = Client('«key»', '«key»')", 2, "  # binlint: ignore[BIN101, BIN102] -- why"),
        ("a.py", "c = Client('«key»')  # noqa", 2, "  # noqa  # binlint: ignore[BIN101] -- why"),
        ("a.py", "c = Client(\n    '«key»',\n)", 4, ")  # binlint: ignore[BIN101] -- why"),
        ("a.py", "k = '''\n«key»\n'''\nc = Client(k)", 4, "'''  # binlint: ignore[BIN106] -- why"),
        ("a.py", "c = \\\n Client('«key»')", 3, "  # binlint: ignore[BIN101] -- why"),
        ("a.py", "print 'x'\nc = Client('«key»')", 3, "  # binlint: ignore[BIN101] -- why"),
        ("x.yaml", "binance:\n  api_key: «key»", 3, "  # binlint: ignore[BIN101] -- why"),
        ("x.toml", "[binance]\napi_key = '«key»'", 3, "  # binlint: ignore[BIN101] -- why"),
        ("x.ini", "[binance]\napi_key = «key»", 3, "# binlint: ignore-next-line[BIN101] -- why"),
        (".env", "BINANCE_API_KEY=«key»", 2, "# binlint: ignore-next-line[BIN101] -- why"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_directive_is_written_once(name: str, text: str, line: int, comment: str, newline: str):
    head = IMPORT if name.endswith(".py") else "# first\n"
    before = filled(head + text + "\n").replace("\n", newline)
    Path(name).write_bytes(before.encode())
    assert run()[0] == 1
    code, told = run("--add-ignore=why")
    assert code == 0, told
    after = Path(name).read_bytes().decode()
    assert after.split(newline)[line - 1].endswith(comment)
    assert after.count("binlint:") == 1
    removed = [each for each in after.split(newline) if not each.lstrip().startswith("# binlint")]
    assert [each.partition("  # binlint")[0] for each in removed] == before.split(newline)
    assert run("--add-ignore=again")[0] == 0
    assert Path(name).read_bytes().decode() == after


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("x.json", '{"binance": {"api_key": "«key»"}}', "JSON has no comments"),
        ("x.js", 'const binance_api_key = "«key»"', "cannot tell where a comment can stand"),
        ("x.yaml", "binance:\n  text: |\n    api_key: «key»\n", "no line of the statement"),
        ("x.yaml", 'text: "many\n  binance_api_key: «key»\n  end"\n', "cannot tell where"),
        ("x.yaml", "text: 'many\n  binance_api_key: «key»\n  end'\n", "cannot tell where"),
        (".env", 'A="x\nBINANCE_API_KEY=«key»\n"\n', "cannot tell where"),
    ],
)
def test_where_no_comment_can_stand_it_is_said(name: str, text: str, why: str):
    before = filled(text)
    Path(name).write_text(before, encoding="utf-8")
    code, told = run("--add-ignore=why")
    assert code == 1
    assert why in told
    assert Path(name).read_text(encoding="utf-8") == before


@pytest.mark.parametrize(
    "reason", ["", " ", "--", "a # b", "a\nb", "binlint: x", "x" * 201, "expires=2027-01-31"]
)
def test_a_reason_is_needed(reason: str):
    Path("a.py").write_text(filled(f"{IMPORT}c = Client('«key»')\n"), encoding="utf-8")
    assert run(f"--add-ignore={reason}")[0] == 2
    assert "binlint:" not in Path("a.py").read_text(encoding="utf-8")


def test_a_value_is_no_reason():
    key = fresh_key()
    Path("a.py").write_text(f"{IMPORT}c = Client('{key}')\n", encoding="utf-8")
    code, told = run(f"--add-ignore=was {key}")
    assert code == 2
    assert key not in told


def test_a_reason_that_the_encoding_lacks():
    text = filled(f"# coding: latin-1\n{IMPORT}c = Client('«key»')\n")
    Path("a.py").write_bytes(text.encode("latin-1"))
    code, told = run("--add-ignore=weil \u2713")
    assert code == 1
    assert "lacks characters of the reason" in told
    assert run("--add-ignore=caf\u00e9")[0] == 0
    assert "caf\u00e9".encode("latin-1") in Path("a.py").read_bytes()


@pytest.mark.parametrize(
    ("rest", "code", "words"),
    [
        ("expires=2026-11-23 -- why", 0, ""),
        ("-- why expires=2026-11-23", 0, ""),
        ("expires=2026-11-22 -- why", 1, "it has expired, 2026-11-22 was its last day"),
        ("expires=soon -- why", 1, "its last day is none"),
        ("expires= -- why", 1, "its last day is none"),
        ("expires=2026-02-30", 1, "its last day is none"),
    ],
)
def test_a_directive_holds_up_to_its_last_day(rest: str, code: int, words: str):
    text = filled(f"{IMPORT}c = Client('«key»')  # binlint: ignore[BIN101] {rest}\n")
    Path("a.py").write_text(text, encoding="utf-8")
    status, told = run("--show-suppressed")
    assert status == code
    assert words in told
    assert ("BIN101 Binance API key" in told and "(suppressed" not in told) is bool(code)


@pytest.mark.parametrize(
    ("comment", "code"),
    [
        ("ignore[BIN101] -- why", 0),
        ("ignore[BIN101]", 1),
        ("ignore[BIN101] --", 1),
        ("ignore[BIN101] -- ...", 1),
        ("ignore[BIN101] expires=2027-01-31", 1),
    ],
)
def test_without_a_reason_a_directive_has_no_effect_if_one_is_required(comment: str, code: int):
    text = filled(f"{IMPORT}c = Client('«key»')  # binlint: {comment}\n")
    Path("a.py").write_text(text, encoding="utf-8")
    assert run()[0] == 0
    Path("binlint.toml").write_text("require-reason = true\n", encoding="utf-8")
    status, told = run()
    assert status == code
    assert ("it gives no reason" in told) is bool(code)
