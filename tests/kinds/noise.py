"""What stands around credentials and is none: digests, identifiers, pictures, certificates, other vendors' keys.

`⟦~kind:arguments⟧` in a template becomes fresh noise; fixtures/kinds/README.md lists the kinds.
"""

from __future__ import annotations

import base64
import re
import secrets
import string
import struct
import uuid
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from kinds import keys

_DOCUMENTED = Path(__file__).resolve().parents[2] / "fixtures" / "python"
_SAMPLES = {
    "key": ("quiet/documented/docs_pair_at_client.py", 0),
    "secret": ("quiet/documented/docs_pair_at_client.py", 1),
    "futures-key": ("loud/documented/futures_hex_sample.py", 0),
    "futures-secret": ("loud/documented/futures_hex_sample.py", 1),
    "listen-key": ("quiet/documented/listen_key_sample.py", 0),
}
_PART = re.compile(r"<(b64u|b64|b58|[A-Za-z]+)(\d*)>")


def noise(kind: str, argument: str) -> str:
    """Fresh noise of a kind."""
    return _KINDS[kind](argument)


@cache
def documented(name: str) -> str:
    """An example of Binance's own documentation, where another fixture shows it."""
    path, position = _SAMPLES[name]
    found: list[str] = re.findall(r"[A-Za-z0-9]{64,65}", (_DOCUMENTED / path).read_text(encoding="utf-8"))
    return found[position]


def png(size: int) -> bytes:
    rows = b"".join(b"\0" + secrets.token_bytes(size * 3) for _ in range(size))

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def _digits(length: int) -> str:
    return secrets.choice("123456789") + keys.text(string.digits, length - 1)


def _encoded(argument: str) -> str:
    """`bytes` or `bytes:head`: base64, of a file that begins with the head, in hex."""
    size, _, head = argument.partition(":")
    return base64.b64encode(bytes.fromhex(head) + secrets.token_bytes(int(size))).decode()


def _lines(argument: str) -> list[str]:
    """`bytes:width` or `bytes:width:head`: base64 in lines, and no two in a row without `+` or `/`.

    Two such lines of 64 characters tell nobody that they are a part of something.
    """
    size, width, *head = argument.split(":")
    lines = keys.wrapped(_encoded(":".join([size, *head])), int(width))
    for number in range(1, len(lines) - 1):
        while lines[number].isalnum() and (lines[number - 1].isalnum() or lines[number + 1].isalnum()):
            lines[number] = keys.text(keys.ALNUM + "+/", int(width))
    return lines


def _many(argument: str) -> str:
    """`count:digits`: bytes, in hex, that many times."""
    count, _, digits = argument.partition(":")
    return bytes.fromhex(digits).decode("latin-1") * int(count)


def _repeated(argument: str) -> str:
    """`count:text`: lines of a text in which `<hex64>` and the like, and `<i>`, are different each time."""
    count, _, text = argument.partition(":")

    def part(match: re.Match[str], number: int) -> str:
        return str(number) if match[1] == "i" else noise(match[1], match[2])

    return "\n".join(
        _PART.sub(lambda match, number=number: part(match, number), text)  # type: ignore[misc]
        for number in range(int(count))
    )


_KINDS: dict[str, Callable[[str], str]] = {
    "hex": lambda length: secrets.token_hex(int(length))[: int(length)],
    "HEX": lambda length: secrets.token_hex(int(length))[: int(length)].upper(),
    "alnum": lambda length: keys.alnum(int(length)),
    "ALNUM": lambda length: keys.text(string.ascii_uppercase + string.digits, int(length)),
    "low": lambda length: keys.text(string.ascii_lowercase + string.digits, int(length)),
    "dig": lambda length: _digits(int(length)),
    "b58": lambda length: keys.base58(int(length)),
    "b64": _encoded,
    "b64u": lambda size: secrets.token_urlsafe(int(size)),
    "b64w": lambda argument: "\n".join(_lines(argument)),
    "b64esc": lambda argument: "\\n".join(_lines(argument)),
    "b64list": lambda argument: '\\n",\n      "'.join(_lines(argument)) + "\\n",
    "map": lambda length: keys.text(keys.ALNUM + "+/;,", int(length)),
    "uuid": lambda _: str(uuid.UUID(bytes=secrets.token_bytes(16), version=4)),
    "sri": lambda _: f"sha512-{keys.b64(64)}",
    "png": lambda size: base64.b64encode(png(int(size))).decode(),
    "bytes": lambda size: secrets.token_bytes(int(size)).decode("latin-1"),
    "many": _many,
    "raw": lambda digits: bytes.fromhex(digits).decode("latin-1"),
    "pybytes": lambda size: repr(secrets.token_bytes(int(size))),
    "cert": lambda _: keys.certificate(),
    "jwt": lambda _: keys.token(),
    "pgp": lambda argument: keys.pgp(int(argument.split(":")[0]), argument.split(":")[1]),
    "pub": lambda kind: keys.public(kind or "ed25519"),
    "sshpub": lambda _: keys.ssh_public(),
    "sshkey": lambda _: keys.openssh(),
    "rsakey": lambda _: keys.rsa_traditional(),
    "p8key": lambda _: keys.rsa(),
    "edkey": lambda _: keys.ed25519(),
    "eckey": lambda _: keys.ec_traditional(),
    "encpem": lambda _: keys.encrypted(),
    "docs": documented,
    "rep": _repeated,
}
