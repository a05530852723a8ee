"""The user-based security model of SNMPv3, agent's side, for one user: HMAC-192-SHA-256 and AES-128.

After RFC 3414, 3826 and 7860.
"""

import hmac
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from pfha_tui.lab import snmp_ber as ber
from pfha_tui.lab import snmp_pdu as pdu
from pfha_tui.lab.snmp_ber import BerError, Oid, Reader

USM_MODEL: Final = 3
TIME_WINDOW_S: Final = 150
AUTH: Final = 0x01
PRIV: Final = 0x02
REPORTABLE: Final = 0x04
OVERHEAD: Final = 160
"""More octets than a message needs around its varbinds."""

_MAC_OCTETS: Final = 24
_STATS: Final[Oid] = (1, 3, 6, 1, 6, 3, 15, 1, 1)
UNSUPPORTED_LEVEL, NOT_IN_WINDOW, UNKNOWN_USER, UNKNOWN_ENGINE, WRONG_DIGEST = range(1, 6)


@dataclass(frozen=True, slots=True)
class _Incoming:
    """A parsed message; `mac_at` is the offset of the authentication parameters in `datagram`."""

    datagram: bytes
    message_id: int
    max_size: int
    flags: int
    engine_id: bytes
    boots: int
    time: int
    user: bytes
    mac: bytes
    mac_at: int
    salt: bytes
    body: Reader


class Usm:
    """One authoritative engine: boots and time count from its making."""

    def __init__(
        self, user: str, auth_key: str, priv_key: str, engine_id: bytes, boots: int
    ) -> None:
        self._user = user.encode()
        self._engine_id = engine_id
        self._boots = boots
        self._started = time.monotonic()
        self._auth_key = _localize(auth_key, engine_id)
        self._priv_key = _localize(priv_key, engine_id)[:16]
        self._salts = int.from_bytes(os.urandom(8), "big")
        self._refused = dict.fromkeys(range(1, 6), 0)

    def handle(
        self, datagram: bytes, answer: Callable[[pdu.Request, int], bytes], max_size: int
    ) -> bytes | None:
        """The message to send back; None where an agent keeps silent. `answer` is given the request and the room for
        varbinds. Raises BerError for a malformed message."""
        message = _parse(datagram)
        if (reason := self._refusal(message)) is not None:
            return self._report(message, reason) if message.flags & REPORTABLE else None
        plain = _aes_cfb(
            self._priv_key,
            self._iv(message.boots, message.time, message.salt),
            message.body.octets(),
            False,
        )
        scoped = Reader(plain).expect(ber.SEQUENCE)
        context_engine, context = scoped.octets(), scoped.octets()
        request = pdu.read_request(scoped)
        room = min(max_size, message.max_size) - OVERHEAD
        return self._seal(message, context_engine, context, answer(request, room), AUTH | PRIV)

    def _refusal(self, message: _Incoming) -> int | None:
        """The counter that this message raises, in the order of RFC 3414, 3.2; None when it may pass."""
        if message.engine_id != self._engine_id:
            return UNKNOWN_ENGINE
        if message.user != self._user:
            return UNKNOWN_USER
        if message.flags & (AUTH | PRIV) != AUTH | PRIV:
            return UNSUPPORTED_LEVEL
        blank = (
            message.datagram[: message.mac_at]
            + bytes(len(message.mac))
            + message.datagram[message.mac_at + len(message.mac) :]
        )
        if not hmac.compare_digest(message.mac, self._mac(blank)):
            return WRONG_DIGEST
        if message.boots != self._boots or abs(message.time - self._time()) > TIME_WINDOW_S:
            return NOT_IN_WINDOW
        return None

    def _report(self, message: _Incoming, reason: int) -> bytes:
        self._refused[reason] += 1
        counter = pdu.bind((*_STATS, reason, 0), ber.encode("Counter32", self._refused[reason]))
        flags = AUTH if reason == NOT_IN_WINDOW else 0
        return self._seal(
            message, self._engine_id, b"", pdu.write_pdu(pdu.REPORT, 0, counter), flags
        )

    def _seal(
        self, message: _Incoming, context_engine: bytes, context: bytes, body: bytes, flags: int
    ) -> bytes:
        scoped = ber.tlv(
            ber.SEQUENCE, ber.tlv(ber.OCTETS, context_engine) + ber.tlv(ber.OCTETS, context) + body
        )
        now, salt = self._time(), b""
        if flags & PRIV:
            self._salts = (self._salts + 1) % 2**64
            salt = self._salts.to_bytes(8, "big")
            sealed = _aes_cfb(self._priv_key, self._iv(self._boots, now, salt), scoped, True)
            scoped = ber.tlv(ber.OCTETS, sealed)
        tail = ber.tlv(ber.OCTETS, salt)
        security = (
            ber.tlv(ber.OCTETS, self._engine_id)
            + ber.integer(self._boots)
            + ber.integer(now)
            + ber.tlv(ber.OCTETS, message.user)
            + ber.tlv(ber.OCTETS, bytes(_MAC_OCTETS if flags & AUTH else 0))
            + tail
        )
        header = (
            ber.integer(message.message_id)
            + ber.integer(65507)
            + ber.tlv(ber.OCTETS, bytes((flags,)))
            + ber.integer(USM_MODEL)
        )
        whole = ber.tlv(
            ber.SEQUENCE,
            ber.integer(3)
            + ber.tlv(ber.SEQUENCE, header)
            + ber.tlv(ber.OCTETS, ber.tlv(ber.SEQUENCE, security))
            + scoped,
        )
        if not flags & AUTH:
            return whole
        mac_at = len(whole) - len(scoped) - len(tail) - _MAC_OCTETS
        return whole[:mac_at] + self._mac(whole) + whole[mac_at + _MAC_OCTETS :]

    def _time(self) -> int:
        return int(time.monotonic() - self._started)

    def _mac(self, message: bytes) -> bytes:
        return hmac.digest(self._auth_key, message, "sha256")[:_MAC_OCTETS]

    @staticmethod
    def _iv(boots: int, engine_time: int, salt: bytes) -> bytes:
        return boots.to_bytes(4, "big") + engine_time.to_bytes(4, "big") + salt


def _parse(datagram: bytes) -> _Incoming:
    whole = Reader(datagram).expect(ber.SEQUENCE)
    whole.integer()
    header = whole.expect(ber.SEQUENCE)
    message_id, max_size, flags = header.integer(), header.integer(), header.octets()
    if len(flags) != 1 or header.integer() != USM_MODEL:
        raise BerError("not the user-based security model")
    security = whole.expect(ber.OCTETS).expect(ber.SEQUENCE)
    engine_id, boots, engine_time, user = (
        security.octets(),
        security.integer(),
        security.integer(),
        security.octets(),
    )
    mac = security.expect(ber.OCTETS)
    salt = security.octets()
    if flags[0] & PRIV and len(salt) != 8:
        raise BerError("bad privacy parameters")
    if not (0 <= boots < 2**31 and 0 <= engine_time < 2**31):
        raise BerError("bad boots or time")
    return _Incoming(
        datagram,
        message_id,
        max_size,
        flags[0],
        engine_id,
        boots,
        engine_time,
        user,
        mac.rest(),
        mac.pos,
        salt,
        whole,
    )


def _localize(passphrase: str, engine_id: bytes) -> bytes:
    """A passphrase's key for one engine (RFC 3414, A.2): the hash of 1 MiB of it, hashed with the engineID."""
    octets = passphrase.encode()
    key = sha256((octets * (2**20 // len(octets) + 1))[: 2**20]).digest()
    return sha256(key + engine_id + key).digest()


def _aes_cfb(key: bytes, iv: bytes, text: bytes, encrypt: bool) -> bytes:
    """AES-128 in 128-bit cipher feedback, made of single blocks: the library has retired its own CFB."""
    block = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    out = bytearray()
    feedback = iv
    for start in range(0, len(text), 16):
        piece = text[start : start + 16]
        mixed = bytes(a ^ b for a, b in zip(piece, block.update(feedback), strict=False))
        out += mixed
        feedback = mixed if encrypt else piece
    return bytes(out)
