"""Keys, certificates and what looks like them, made of random bytes while a test runs. None opens anything."""

from __future__ import annotations

import base64
import json
import secrets
import string
import struct

from fresh_values import fresh_key

from binlint.shapes import Shape, classify

ALNUM = string.ascii_letters + string.digits
_BASE58 = "".join(sorted(set(ALNUM) - set("0OIl")))
_ED25519 = bytes.fromhex("302e020100300506032b657004220420")
_ED25519_PUBLIC = bytes.fromhex("302a300506032b6570032100")
_RSA = bytes.fromhex("2a864886f70d010101")
_RSA_SHA256 = bytes.fromhex("2a864886f70d01010b")
_PBES2 = bytes.fromhex("2a864886f70d01050d")
_PBKDF2 = bytes.fromhex("2a864886f70d01050c")
_HMAC_SHA256 = bytes.fromhex("2a864886f70d0209")
_AES_256_CBC = bytes.fromhex("60864801650304012a")
_P256 = bytes.fromhex("2a8648ce3d030107")
_COMMON_NAME = bytes.fromhex("550403")


def api_key() -> str:
    """What Binance gives: 64 mixed letters and digits."""
    return fresh_key()


def testnet_key() -> str:
    """What the futures test network gives: 64 hex digits."""
    while True:
        key = secrets.token_hex(32)
        if classify(key) is Shape.HEX:
            return key


def text(alphabet: str, length: int) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(length))


def alnum(length: int) -> str:
    return fresh_key() if length == 64 else text(ALNUM, length)


def base58(length: int) -> str:
    return text(_BASE58, length)


def b64(size: int) -> str:
    return base64.b64encode(secrets.token_bytes(size)).decode()


def wrapped(body: str, width: int = 64) -> list[str]:
    return [body[at : at + width] for at in range(0, len(body), width)]


def pem(label: str, body: bytes) -> str:
    lines = wrapped(base64.b64encode(body).decode())
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----"])


def der(tag: int, *parts: bytes) -> bytes:
    """One element of DER."""
    body = b"".join(parts)
    size = len(body)
    if size < 128:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 128 + len(length))) + length + body


def _number(bits: int) -> bytes:
    return der(2, b"\0" + bytes((128 | secrets.randbelow(128),)) + secrets.token_bytes(bits // 8 - 1))


_ZERO = der(2, b"\0")
_EXPONENT = der(2, b"\1\0\1")


def _algorithm(oid: bytes) -> bytes:
    return der(0x30, der(6, oid), der(5))


def ed25519() -> str:
    return pem("PRIVATE KEY", _ED25519 + secrets.token_bytes(32))


def _rsa_numbers() -> bytes:
    primes = [_number(1024) for _ in range(5)]
    return der(0x30, _ZERO, _number(2048), _EXPONENT, _number(2048), *primes)


def rsa() -> str:
    return pem("PRIVATE KEY", der(0x30, _ZERO, _algorithm(_RSA), der(4, _rsa_numbers())))


def rsa_traditional() -> str:
    return pem("RSA PRIVATE KEY", _rsa_numbers())


def ec_traditional() -> str:
    inside = der(0xA0, der(6, _P256)), der(0xA1, der(3, b"\0\4", secrets.token_bytes(64)))
    return pem("EC PRIVATE KEY", der(0x30, der(2, b"\1"), der(4, secrets.token_bytes(32)), *inside))


def encrypted() -> str:
    derived = der(
        0x30, der(4, secrets.token_bytes(16)), der(2, b"\x08\x00"), der(0x30, der(6, _HMAC_SHA256), der(5))
    )
    key = der(0x30, der(6, _PBKDF2), derived)
    cipher = der(0x30, der(6, _AES_256_CBC), der(4, secrets.token_bytes(16)))
    scheme = der(0x30, der(6, _PBES2), der(0x30, key, cipher))
    return pem("ENCRYPTED PRIVATE KEY", der(0x30, scheme, der(4, secrets.token_bytes(64))))


def openssh() -> str:
    head = b"openssh-key-v1\0" + struct.pack(">I", 4) + b"none" + struct.pack(">I", 4) + b"none"
    return pem("OPENSSH PRIVATE KEY", head + bytes(8) + secrets.token_bytes(300))


def public(kind: str = "ed25519") -> str:
    if kind == "rsa":
        inside = der(0x30, _number(2048), _EXPONENT)
        return pem("PUBLIC KEY", der(0x30, _algorithm(_RSA), der(3, b"\0", inside)))
    return pem("PUBLIC KEY", _ED25519_PUBLIC + secrets.token_bytes(32))


def ssh_public() -> str:
    body = struct.pack(">I", 11) + b"ssh-ed25519" + struct.pack(">I", 32) + secrets.token_bytes(32)
    return f"ssh-ed25519 {base64.b64encode(body).decode()}"


def certificate() -> str:
    name = der(0x30, der(0x31, der(0x30, der(6, _COMMON_NAME), der(12, b"example.test"))))
    dates = der(0x30, der(23, b"260101000000Z"), der(23, b"260401000000Z"))
    owner = der(0x30, _algorithm(_RSA), der(3, b"\0", der(0x30, _number(2048), _EXPONENT)))
    serial = der(2, b"\x01" + secrets.token_bytes(19))
    signed = der(0x30, der(0xA0, der(2, b"\2")), serial, _algorithm(_RSA_SHA256), name, dates, name, owner)
    whole = der(0x30, signed, _algorithm(_RSA_SHA256), der(3, b"\0", secrets.token_bytes(256)))
    return pem("CERTIFICATE", whole)


def token() -> str:
    """A JSON Web Token."""
    claims = json.dumps({"sub": str(secrets.randbelow(10**9)), "iat": 1_700_000_000, "jti": alnum(64)})
    parts = (b'{"alg":"HS256","typ":"JWT"}', claims.encode(), secrets.token_bytes(32))
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def pgp(size: int, label: str) -> str:
    body = "\n".join(wrapped(b64(size)))
    return f"-----BEGIN PGP {label}-----\n\n{body}\n={b64(3)}\n-----END PGP {label}-----"
