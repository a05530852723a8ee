"""The little of ASN.1's basic encoding rules that SNMP uses (RFC 3417, 8), both ways."""

from collections.abc import Sequence
from ipaddress import IPv4Address
from typing import Final

Oid = tuple[int, ...]

INTEGER: Final = 0x02
OCTETS: Final = 0x04
NULL: Final = 0x05
OBJECT: Final = 0x06
SEQUENCE: Final = 0x30

_UNSIGNED: Final = {
    "Counter32": (0x41, 2**32),
    "Gauge32": (0x42, 2**32),
    "Timeticks": (0x43, 2**32),
    "Counter64": (0x46, 2**64),
}
_IP_ADDRESS: Final = 0x40


_LARGEST: Final = 80 + 2**32
"""More than any number of an object identifier, of which the first one stands for two."""


class BerError(ValueError):
    """The octets are not what SNMP would send."""


class Reader:
    """Reads one element after the other; `pos` is the offset in the whole datagram."""

    def __init__(self, data: bytes, pos: int = 0, end: int | None = None) -> None:
        self.data = data
        self.pos = pos
        self.end = len(data) if end is None else end

    def element(self) -> tuple[int, "Reader"]:
        """Tag of the next element and a reader of its contents. Raises BerError."""
        if self.end - self.pos < 2:
            raise BerError("cut short")
        tag, length = self.data[self.pos], self.data[self.pos + 1]
        start = self.pos + 2
        if length & 0x80:
            octets = length & 0x7F
            if not 1 <= octets <= 4 or start + octets > self.end:
                raise BerError("bad length")
            length = int.from_bytes(self.data[start : start + octets], "big")
            start += octets
        if start + length > self.end:
            raise BerError("cut short")
        self.pos = start + length
        return tag, Reader(self.data, start, start + length)

    def expect(self, tag: int) -> "Reader":
        """Contents of the next element, which must have this tag. Raises BerError."""
        found, inside = self.element()
        if found != tag:
            raise BerError(f"tag {found:#x} instead of {tag:#x}")
        return inside

    def integer(self) -> int:
        """The next element as a signed INTEGER. Raises BerError."""
        octets = self.expect(INTEGER).rest()
        if not 1 <= len(octets) <= 8:
            raise BerError("bad integer")
        return int.from_bytes(octets, "big", signed=True)

    def octets(self) -> bytes:
        """The next element as an OCTET STRING. Raises BerError."""
        return self.expect(OCTETS).rest()

    def oid(self) -> Oid:
        """The next element as an OBJECT IDENTIFIER. Raises BerError."""
        octets = self.expect(OBJECT).rest()
        if not octets or octets[-1] & 0x80:
            raise BerError("bad object identifier")
        numbers: list[int] = []
        value = 0
        for octet in octets:
            value = value << 7 | octet & 0x7F
            if value >= _LARGEST:
                raise BerError("bad object identifier")
            if not octet & 0x80:
                numbers.append(value)
                value = 0
        first = min(numbers[0] // 40, 2)
        return (first, numbers[0] - 40 * first, *numbers[1:])

    def rest(self) -> bytes:
        """All octets that are left."""
        return self.data[self.pos : self.end]

    @property
    def more(self) -> bool:
        """Something is left."""
        return self.pos < self.end


def tlv(tag: int, contents: bytes) -> bytes:
    """One element."""
    length = len(contents)
    if length < 0x80:
        return bytes((tag, length)) + contents
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + contents


def integer(value: int, tag: int = INTEGER) -> bytes:
    """A signed integer in the fewest octets; also the unsigned types, under their own tags."""
    size = (value if value >= 0 else ~value).bit_length() // 8 + 1
    return tlv(tag, value.to_bytes(size, "big", signed=True))


def oid(value: Sequence[int]) -> bytes:
    """An OBJECT IDENTIFIER. Raises ValueError for fewer than two numbers."""
    if len(value) < 2:
        raise ValueError("an object identifier has at least two numbers")
    out = bytearray()
    for number in (value[0] * 40 + value[1], *value[2:]):
        groups = [number & 0x7F]
        while number := number >> 7:
            groups.append(number & 0x7F | 0x80)
        out += bytes(reversed(groups))
    return tlv(OBJECT, bytes(out))


def encode(kind: str, value: object) -> bytes:
    """A value by the name that net-snmp's snmpwalk prints for its type.

    INTEGER, Timeticks (1/100 s), Counter32, Counter64, Gauge32: int, counters and ticks wrapping, gauges sticking at
    their limit as the SMI has it; STRING: str or bytes; Hex-STRING: bytes, or str of hex digits; OID: dotted str or
    numbers; IpAddress: dotted str. Raises ValueError for another name or a value that does not fit it.
    """
    if kind == "INTEGER" and isinstance(value, int):
        return integer(value)
    if kind in _UNSIGNED and isinstance(value, int) and value >= 0:
        tag, limit = _UNSIGNED[kind]
        return integer(min(value, limit - 1) if kind == "Gauge32" else value % limit, tag)
    if kind == "IpAddress" and isinstance(value, str):
        return tlv(_IP_ADDRESS, IPv4Address(value).packed)
    if kind == "OID" and isinstance(value, str | tuple | list):
        text = value if isinstance(value, str) else ".".join(map(str, value))
        return oid([int(number) for number in text.lstrip(".").split(".")])
    if kind in {"STRING", "Hex-STRING"} and isinstance(value, bytes):
        return tlv(OCTETS, value)
    if kind == "STRING" and isinstance(value, str):
        return tlv(OCTETS, value.encode())
    if kind == "Hex-STRING" and isinstance(value, str):
        return tlv(OCTETS, bytes.fromhex(value))
    raise ValueError(f"{value!r} can't be sent as {kind}")
