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
NO_SUCH_NAME: Final = 2
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


def answer_v1(request: Request, values: Values, room: int) -> bytes | None:
    """As `answer`, for a manager that speaks SNMPv1 (RFC 1157, 4.1): no GETBULK, no Counter64, one error for all."""
    if request.tag == GET_BULK:
        return None
    known = {name: value for name, value in values.items() if value[0] != "Counter64"}
    keys = sorted(known)
    binds, missing = b"", 0
    for index, name in enumerate(request.oids, 1):
        found, value = _next(name, keys, known) if request.tag == GET_NEXT else (name, b"")
        if request.tag == GET:
            value = _exact(name, known)
        if request.tag == SET or value in (_NO_SUCH_OBJECT, _NO_SUCH_INSTANCE, _END_OF_MIB_VIEW):
            missing = index
            break
        binds += bind(found, value)
    if missing or len(binds) > room:
        asked = b"".join(bind(name, ber.tlv(ber.NULL, b"")) for name in request.oids)
        status = NO_SUCH_NAME if missing else TOO_BIG
        return write_pdu(RESPONSE, request.request_id, asked, status, missing)
    return write_pdu(RESPONSE, request.request_id, binds)


def _exact(name: Oid, values: Values) -> bytes:
    """The instance's value; else noSuchInstance if the object, taken to be all but the last number, has others."""
    if name in values:
        return ber.encode(*values[name])
    parent = name[:-1]
    known = any(len(key) == len(name) and key[:-1] == parent for key in values)
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
