"""From bytes to text: encodings as declared, as guessed, and what is no text."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binlint.report import Note
from binlint.sources.decode import decode
from binlint.sources.source import Source, Text

CODE = "# 注释 the key\nkey = 'a'\n"
LATIN = "# caf\u00e9\nx = 1\n"


def decoded(data: bytes) -> Text:
    text = decode(Source("a.py", data))
    assert isinstance(text, Text)
    return text


def cookie(name: str, text: str = "x = '注释'\n") -> str:
    return f"# -*- coding: {name} -*-\n{text}"


@pytest.mark.parametrize(
    ("data", "encoding", "bom", "exact"),
    [
        pytest.param(b"", "utf-8", 0, True, id="empty"),
        pytest.param(CODE.encode(), "utf-8", 0, True, id="utf-8"),
        pytest.param(codecs.BOM_UTF8 + CODE.encode(), "utf-8", 3, True, id="utf-8 with a mark"),
        pytest.param(
            codecs.BOM_UTF8 + cookie("utf-8").encode(), "utf-8", 3, True, id="mark and cookie agree"
        ),
        pytest.param(
            codecs.BOM_UTF8 + cookie("gbk").encode(), "utf-8", 3, False, id="mark and cookie disagree"
        ),
        pytest.param(cookie("utf8").encode(), "utf-8", 0, True, id="another spelling"),
        pytest.param(cookie("utf-8-sig").encode(), "utf-8", 0, True, id="utf-8-sig without a mark"),
        pytest.param(cookie("gbk").encode("gbk"), "gbk", 0, True, id="gbk"),
        pytest.param(cookie("gb2312").encode("gb2312"), "gb2312", 0, True, id="gb2312"),
        pytest.param(
            cookie("shift_jis", "x = 'ソ表'\n").encode("shift_jis"), "shift_jis", 0, True, id="shift_jis"
        ),
        pytest.param(cookie("latin-1", LATIN).encode("latin-1"), "iso8859-1", 0, True, id="latin-1"),
        pytest.param(cookie("cp1252", "x = '\u20ac'\n").encode("cp1252"), "cp1252", 0, True, id="cp1252"),
        pytest.param(b"\n" + cookie("gbk").encode("gbk"), "gbk", 0, True, id="second line"),
        pytest.param(b"#!/usr/bin/python\r" + cookie("gbk").encode("gbk"), "gbk", 0, True, id="after CR"),
        pytest.param(b"x = 1\n" + cookie("gbk", LATIN).encode(), "utf-8", 0, True, id="not after code"),
        pytest.param(b"\n\n" + cookie("gbk", LATIN).encode(), "utf-8", 0, True, id="not on line 3"),
        pytest.param(b"# vim: set fileencoding=gbk :\n" + "'注释'".encode("gbk"), "gbk", 0, True, id="vim"),
        pytest.param(cookie("ascii").encode(), "utf-8", 0, False, id="declared ascii, is utf-8"),
        pytest.param(cookie("klingon").encode(), "utf-8", 0, False, id="unknown cookie"),
        pytest.param(LATIN.encode("latin-1"), "latin-1", 0, False, id="latin-1 undeclared"),
        pytest.param(CODE.encode("gbk"), "gbk", 0, False, id="gbk undeclared"),
        pytest.param(CODE.encode() + b"\xff", "latin-1", 0, False, id="one broken byte"),
        pytest.param(codecs.BOM_UTF8 + b"x = '\xff'", "latin-1", 3, False, id="marked, one broken byte"),
        pytest.param(codecs.BOM_UTF16_LE + CODE.encode("utf-16-le"), "utf-16-le", 2, True, id="utf-16-le"),
        pytest.param(codecs.BOM_UTF16_BE + CODE.encode("utf-16-be"), "utf-16-be", 2, True, id="utf-16-be"),
        pytest.param(codecs.BOM_UTF32_LE + CODE.encode("utf-32-le"), "utf-32-le", 4, True, id="utf-32-le"),
        pytest.param(codecs.BOM_UTF32_BE + CODE.encode("utf-32-be"), "utf-32-be", 4, True, id="utf-32-be"),
        pytest.param(CODE.encode("utf-16-le"), "utf-16-le", 0, False, id="utf-16-le without a mark"),
        pytest.param(CODE.encode("utf-16-be"), "utf-16-be", 0, False, id="utf-16-be without a mark"),
        pytest.param(CODE.encode("utf-32-le"), "utf-32-le", 0, False, id="utf-32-le without a mark"),
        pytest.param(CODE.encode("utf-32-be"), "utf-32-be", 0, False, id="utf-32-be without a mark"),
        pytest.param(codecs.BOM_UTF16_LE + b"x\0=\0'", "utf-16-le", 2, False, id="utf-16 cut off"),
        pytest.param(codecs.BOM_UTF16_LE + b"x\0\x00\xd8y\0", "utf-16-le", 2, False, id="lone surrogate"),
    ],
)
def test_encodings(data: bytes, encoding: str, bom: int, exact: bool) -> None:
    text = decoded(data)
    assert (text.encoding, text.bom, text.exact) == (encoding, bom, exact)
    assert not text.text.startswith("\ufeff")
    if exact:
        assert text.text.encode(encoding) == data[bom:]


DANGEROUS = (
    *("rot13", "base64", "hex", "zlib", "bz2", "uu", "quopri", "idna", "punycode", "utf-7", "undefined"),
    *(
        "unicode_escape",
        "raw_unicode_escape",
        "utf-16",
        "utf-32-le",
        "cp037",
        "cp500",
        "mbcs",
        "..",
        "aliases",
    ),
)


@pytest.mark.parametrize("name", DANGEROUS)
def test_codecs_that_spell_more_than_characters_are_not_used(name: str) -> None:
    data = f"# coding: {name}\nkey = 'abc'\n".encode()
    text = decoded(data)
    assert (text.text, text.exact) == (data.decode(), False)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\0x = 1\n", id="start"),
        pytest.param(b"x = '\0'\n", id="middle"),
        pytest.param(b"x = 1\n\0", id="end"),
        pytest.param(b"key = 1\n" + bytes(9_000), id="the rest lost in a crash"),
        pytest.param(b"x = '\xe9'\0\n", id="not UTF-8 either"),
    ],
)
def test_nuls_in_text_stay(data: bytes) -> None:
    assert decoded(data).text == data.decode("latin-1")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(bytes(100), id="nothing but NULs"),
        pytest.param(bytes(range(256)) * 40, id="every byte"),
        pytest.param(b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\0>\0\x01\0\0\0" * 90, id="program"),
        pytest.param(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\x02\x08\x06\x03\x04\x05" * 9, id="picture"),
        pytest.param(b"# coding: latin-1\n" + bytes(range(256)) * 40, id="with a cookie"),
        pytest.param(codecs.BOM_UTF8 + bytes(range(256)) * 40, id="with a mark"),
    ],
)
def test_binary(data: bytes) -> None:
    assert decode(Source("a.py", data)) == Note("a.py", "binary")


@pytest.mark.parametrize(
    ("text", "newline"),
    [
        ("", "\n"),
        ("x", "\n"),
        ("x\ny\r\n", "\n"),
        ("x\r\ny\r\nz\n", "\r\n"),
        ("x\ry\r", "\r"),
        ("\r\n", "\r\n"),
    ],
)
def test_the_commonest_line_end(text: str, newline: str) -> None:
    found = decoded(text.encode())
    assert (found.text, found.newline) == (text, newline)


ENCODINGS = st.sampled_from(
    ["utf-8", "gbk", "shift_jis", "latin-1", "cp1252", "euc-kr", "big5", "koi8-r", "hz", "ascii"]
)


@settings(max_examples=300, deadline=None)
@given(ENCODINGS, st.text(max_size=40), st.binary(max_size=20))
def test_exact_texts_give_back_their_bytes(encoding: str, body: str, rest: bytes) -> None:
    data = cookie(encoding, body).encode(encoding, "ignore") + rest
    text = decode(Source("a.py", data))
    if isinstance(text, Text) and text.exact:
        assert text.text.encode(text.encoding) == data[text.bom :]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=80))
def test_any_bytes_are_text_or_a_note(data: bytes) -> None:
    assert isinstance(decode(Source("a.py", data)), (Text, Note))
