"""The lab's BER against pysnmp's codec, which it was not written from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyasn1.codec.ber import decoder, encoder
from pyasn1.type import univ
from pysnmp.proto import rfc1902

from pfha_tui.lab import snmp_ber as ber

oids = st.builds(
    lambda head, tail: (*head, *tail),
    st.tuples(st.integers(0, 1), st.integers(0, 39)) | st.tuples(st.just(2), st.integers(0, 2**20)),
    st.lists(st.integers(0, 2**32 - 1), max_size=20),
)


@given(st.integers(-(2**63), 2**63 - 1))
def test_integers(value: int) -> None:
    octets = ber.integer(value)
    assert decoder.decode(octets) == (univ.Integer(value), b"")
    assert len(octets) <= len(encoder.encode(univ.Integer(value)))
    assert ber.Reader(ber.integer(value)).integer() == value


@given(oids)
def test_object_identifiers(oid: tuple[int, ...]) -> None:
    assert ber.oid(oid) == encoder.encode(univ.ObjectIdentifier(oid))
    assert ber.Reader(ber.oid(oid)).oid() == oid


@given(st.binary(max_size=70_000))
def test_octets_of_any_length(octets: bytes) -> None:
    assert ber.tlv(ber.OCTETS, octets) == encoder.encode(univ.OctetString(octets))
    assert ber.Reader(ber.tlv(ber.OCTETS, octets)).octets() == octets


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("INTEGER", -7, rfc1902.Integer32(-7)),
        ("STRING", "größer", rfc1902.OctetString("größer".encode())),
        ("STRING", b"\xff\x00", rfc1902.OctetString(b"\xff\x00")),
        ("Hex-STRING", "52 54 00 01 00 00 ", rfc1902.OctetString(hexValue="525400010000")),
        (
            "OID",
            ".1.3.6.1.4.1.12325.1.1.2.1.1",
            univ.ObjectIdentifier("1.3.6.1.4.1.12325.1.1.2.1.1"),
        ),
        ("OID", (1, 3, 6), univ.ObjectIdentifier("1.3.6")),
        ("Timeticks", 2**32 + 5, rfc1902.TimeTicks(5)),
        ("Counter32", 2**32 + 5, rfc1902.Counter32(5)),
        ("Counter64", 2**64 - 1, rfc1902.Counter64(2**64 - 1)),
        ("Gauge32", 10**10, rfc1902.Gauge32(2**32 - 1)),
        ("IpAddress", "203.0.113.1", rfc1902.IpAddress("203.0.113.1")),
    ],
)
def test_values_by_net_snmps_names(kind: str, value: object, expected: object) -> None:
    assert ber.encode(kind, value) == encoder.encode(expected)
    assert decoder.decode(ber.encode(kind, value), asn1Spec=type(expected)())[0] == expected


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("INTEGER", "1"),
        ("Counter32", -1),
        ("STRING", 5),
        ("Float", 1.0),
        ("IpAddress", "a"),
        ("OID", "a"),
        ("OID", "1"),
    ],
)
def test_values_that_do_not_fit_are_refused(kind: str, value: object) -> None:
    with pytest.raises(ValueError):
        ber.encode(kind, value)


@given(st.binary(max_size=60))
def test_junk_gives_one_kind_of_error(junk: bytes) -> None:
    for read in ("integer", "octets", "oid"):
        try:
            getattr(ber.Reader(junk), read)()
        except ber.BerError:
            continue
