"""Answers GET, GETNEXT and GETBULK as RFC 3416, 4.2 has it, from a mapping of instances."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pfha_tui.lab import snmp_ber as ber
from pfha_tui.lab.snmp_ber import BerError, Oid, Reader

Values = Mapping[Oid, tuple[str, object]]
"""Instance → (net-snmp's type name, value); see `snmp_ber.encode`."""

GET: Final = 0xA0
GET_NEXT: Final = 0xA1
RESPONSE: Final = 0xA2
SET: Final = 0xA3
GET_BULK: Final = 0xA5
REPORT: Final = 0xA8
REQUESTS: Final = {GET: "get", GET_NEXT: "get-next", SET: "set", GET_BULK: "get-bulk"}

TOO_BIG: Final = 1
NOT_WRITABLE: Final = 17

_NO_SUCH_OBJECT: Final = b"\x80\x00"
_NO_SUCH_INSTANCE: Final = b"\x81\x00"
_END_OF_MIB_VIEW: Final = b"\x82\x00"


@dataclass(frozen=True, slots=True)
class Request:
    """One request PDU; of a GETBULK `first` is non-repeaters and `second` max-repetitions."""

    tag: int
    request_id: int
    first: int
    second: int
    oids: tuple[Oid, ...]


def read_request(reader: Reader) -> Request:
    """The request PDU that comes next. Raises BerError for anything else."""
    tag, inside = reader.element()
    if tag not in REQUESTS:
        raise BerError(f"not a request: {tag:#x}")
    request_id, first, second = inside.integer(), inside.integer(), inside.integer()
    binds = inside.expect(ber.SEQUENCE)
    oids = []
    while binds.more:
        oids.append(binds.expect(ber.SEQUENCE).oid())
    return Request(tag, request_id, first, second, tuple(oids))


def write_pdu(tag: int, request_id: int, binds: bytes, status: int = 0, index: int = 0) -> bytes:
    """A response or report PDU around encoded varbinds."""
    head = ber.integer(request_id) + ber.integer(status) + ber.integer(index)
    return ber.tlv(tag, head + ber.tlv(ber.SEQUENCE, binds))


def bind(name: Oid, value: bytes) -> bytes:
    """One varbind around an encoded value."""
    return ber.tlv(ber.SEQUENCE, ber.oid(name) + value)


def answer(request: Request, values: Values, room: int) -> bytes:
    """The response PDU; `room` is how many octets its varbinds may take.

    A GETBULK is cut short where the room ends, other requests are refused with tooBig. A SET is refused: nothing here
    can be written.
    """
    if request.tag == SET:
        asked = b"".join(bind(name, ber.tlv(ber.NULL, b"")) for name in request.oids)
        return write_pdu(RESPONSE, request.request_id, asked, NOT_WRITABLE, 1)
    if request.tag == GET:
        binds = [bind(name, _exact(name, values)) for name in request.oids]
    elif request.tag == GET_NEXT:
        keys = sorted(values)
        binds = [bind(*_next(name, keys, values)) for name in request.oids]
    else:
        return write_pdu(RESPONSE, request.request_id, _bulk(request, values, room))
    whole = b"".join(binds)
    if len(whole) > room:
        return write_pdu(RESPONSE, request.request_id, b"", TOO_BIG)
    return write_pdu(RESPONSE, request.request_id, whole)


def _exact(name: Oid, values: Values) -> bytes:
    """The instance's value; else noSuchInstance if the object, taken to be all but the last number, has another."""
    if name in values:
        return ber.encode(*values[name])
    parent = name[:-1]
    known = any(key[: len(parent)] == parent for key in values)
    return _NO_SUCH_INSTANCE if known else _NO_SUCH_OBJECT


def _next(name: Oid, keys: list[Oid], values: Values) -> tuple[Oid, bytes]:
    position = bisect_right(keys, name)
    if position == len(keys):
        return name, _END_OF_MIB_VIEW
    return keys[position], ber.encode(*values[keys[position]])


def _bulk(request: Request, values: Values, room: int) -> bytes:
    keys = sorted(values)
    singles = max(0, request.first)
    cursors = list(request.oids[singles:])
    out = bytearray()
    for name in request.oids[:singles]:
        piece = bind(*_next(name, keys, values))
        if len(out) + len(piece) > room:
            return bytes(out)
        out += piece
    for _ in range(max(0, request.second) if cursors else 0):
        ended = True
        for column, name in enumerate(cursors):
            cursors[column], value = _next(name, keys, values)
            piece = bind(cursors[column], value)
            if len(out) + len(piece) > room:
                return bytes(out)
            out += piece
            ended = ended and value == _END_OF_MIB_VIEW
        if ended:
            break
    return bytes(out)
