"""Cleaning: what is escaped, and what is left alone."""

from __future__ import annotations

import pytest

from binlint.reporters.clean import clean, clean_block, plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain text, 'quotes' and \\ backslash", "plain text, 'quotes' and \\ backslash"),
        ("交易 naïve ÿ 🚀", "交易 naïve ÿ 🚀"),
        ("a\x1b[31m", "a\\x1b[31m"),
        ("a\nb\tc\rd", "a\\nb\\tc\\rd"),
        ("\x00\x7f\x9b", "\\x00\\x7f\\x9b"),
        ("a\u202eb\u2066c", "a\\u202eb\\u2066c"),
        ("a\u2028b\u2029c\ufeff", "a\\u2028b\\u2029c\\ufeff"),
        ("caf\udce9", "caf\\xe9"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("::error::x", "\\x3a:error::x"),
        (" \u00a0::error::x", " \u00a0\\x3a:error::x"),
        ("x::y", "x::y"),
        ("##[error]x", "#\\x23[error]x"),
        ("x ##vso[task]", "x #\\x23vso[task]"),
        ("## heading [a]", "## heading [a]"),
    ],
)
def test_clean(text, expected):
    assert clean(text) == expected
    assert clean(expected) == expected


def test_a_block_keeps_its_lines_and_tabs():
    assert clean_block("a\r\n\tb\rc\n\x1b") == "a\n\tb\nc\n\\x1b"
    assert clean_block("a\n  ::error::x") == "a\n  \\x3a:error::x"


def test_ascii_output_escapes_the_rest():
    assert plain("é交🚀", unicode=False) == "\\xe9\\u4ea4\\U0001f680"
    assert plain("é交", unicode=True) == "é交"
