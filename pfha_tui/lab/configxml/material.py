"""Made-up keys, hashes and identifiers: always the same for the same names, and worthless."""

import base64
import hashlib
import random
import textwrap

_BCRYPT = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def uniqid(*names: str) -> str:
    """Thirteen hexadecimal digits, as PHP's uniqid() gives them for refid, uniqid and ptpid."""
    return "6" + _digest(*names)[:12]


def bcrypt(*names: str) -> str:
    """What looks like a bcrypt hash, and is one of no password."""
    chosen = _random("bcrypt", *names).choices(_BCRYPT, k=53)
    return "$2y$10$" + "".join(chosen)


def password(*names: str) -> str:
    """A password of sixteen characters."""
    return _digest("password", *names)[:16]


def pem(kind: str, size: int, *names: str) -> str:
    """Base64 of a PEM block with `size` random bytes, the form in which config.xml holds certificates and keys."""
    body = b"\x30\x82" + _random(kind, *names).randbytes(size)
    lines = "\n".join(textwrap.wrap(base64.b64encode(body).decode(), 64))
    block = f"-----BEGIN {kind}-----\n{lines}\n-----END {kind}-----\n"
    return base64.b64encode(block.encode()).decode()


def _digest(*names: str) -> str:
    return hashlib.sha256("\0".join(names).encode()).hexdigest()


def _random(*names: str) -> random.Random:
    return random.Random(_digest(*names))
