"""What is read from frames: ucarp's own, those of an encoder that knows only the RFCs and ip_carp.c, and junk."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfha_tui.domain import advertisement
from pfha_tui.domain.advertisement import (
    CarpAdvertisement,
    Malformed,
    VrrpAdvertisement,
    decode,
    fits,
    packet,
)
from tests.listen.recorded import ucarp
from tests.wirelab import packet as encoder

VIP = IPv4Address("10.77.1.1")
v4 = st.ip_addresses(v=4)
addresses = st.lists(st.ip_addresses(), min_size=1, max_size=6, unique=True)


def test_what_ucarp_sends() -> None:
    found = [packet(frame) for frame in ucarp()]
    assert [str(each.source) for each in found if each] == ["10.77.1.3"] * 3
    for each in found:
        assert each is not None and each.ttl == 255 and each.mac == "00:00:5e:00:00:02"
        said = decode(each.payload)
        assert isinstance(said, CarpAdvertisement)
        assert (said.vhid, said.advbase, said.skew, said.intact) == (2, 1, 100, True)
        assert said.interval == 1 + 100 / 256
        assert fits(said, "s3cret", [VIP])
        assert not fits(said, "S3cret", [VIP])
        assert not fits(said, "s3cret", [VIP, IPv4Address("10.77.1.4")])


@given(
    st.integers(1, 255),
    st.integers(0, 240),
    st.integers(1, 255),
    st.binary(min_size=8, max_size=8),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=24),
    addresses,
    v4,
)
def test_carp_comes_back_as_it_was_sent(
    vhid: int,
    skew: int,
    advbase: int,
    counter: bytes,
    password: str,
    vips: list[IPv4Address | IPv6Address],
    source: IPv4Address,
) -> None:
    seal = encoder.seal(password.encode(), vhid, [str(each) for each in vips], counter)
    sent = bytes(encoder.Carp(vhid, skew, advbase, counter, seal))
    found = packet(encoder.frame(encoder.virtual_mac(vhid), encoder.ipv4(str(source), sent)))
    assert found is not None and found.source == source and found.payload == sent
    said = decode(found.payload)
    assert said == CarpAdvertisement(vhid, skew, advbase, counter, seal, True)
    assert fits(said, password, reversed(vips))
    assert not fits(said, password, vips[1:])
    spoiled = decode(sent[:2] + bytes([sent[2] ^ 1]) + sent[3:])
    assert isinstance(spoiled, CarpAdvertisement) and not spoiled.intact


@given(st.integers(1, 255), st.integers(0, 255), st.lists(v4, min_size=1, max_size=9), v4)
def test_vrrp_is_told_apart_even_with_seven_addresses(
    vrid: int, priority: int, vips: list[IPv4Address], source: IPv4Address
) -> None:
    listed = [str(each) for each in vips]
    second = decode(encoder.vrrp(vrid, priority, listed, 3))
    assert second == VrrpAdvertisement(2, vrid, priority, 3.0, tuple(vips), True)
    third = decode(encoder.vrrp3(vrid, priority, listed, 25))
    assert third == VrrpAdvertisement(3, vrid, priority, 0.25, tuple(vips))


@given(st.integers(1, 255), st.lists(v4, min_size=1, max_size=9), v4, st.data())
def test_the_checksums_of_vrrp(
    vrid: int, vips: list[IPv4Address], source: IPv4Address, data: st.DataObject
) -> None:
    listed, ends = [str(each) for each in vips], (source, encoder.GROUP)
    second = encoder.vrrp(vrid, 100, listed)
    third = encoder.vrrp3(vrid, 100, listed, 100, str(source))
    bare = encoder.vrrp3(vrid, 100, listed)
    bare = bare[:6] + encoder.inet_sum(bare).to_bytes(2, "big") + bare[8:]
    for sent in (second, third, bare):
        found = packet(encoder.frame("02:00:00:00:00:01", encoder.ipv4(str(source), sent)))
        assert found is not None and found.ends == ends
        assert decode(found.payload, 4, found.ends).intact is True
        # The interval, where no single bit makes the packet another one.
        place = data.draw(st.integers(0, 7))
        spoiled = sent[:5] + bytes([sent[5] ^ 1 << place]) + sent[6:]
        assert decode(spoiled, 4, ends).intact is False
    assert decode(third).intact is None


def test_the_checksum_of_vrrp_3_over_ipv6_has_the_pseudo_header() -> None:
    source, group, vip = (ip_address(each) for each in ("fe80::2", "ff02::12", "fe80::1"))
    whole = bytes((0x31, 7, 100, 1, 0, 100, 0, 0)) + vip.packed
    ends = source.packed + group.packed + len(whole).to_bytes(4, "big") + bytes((0, 0, 0, 112))
    for over, right in ((ends + whole, True), (whole, False)):
        sealed = whole[:6] + encoder.inet_sum(over).to_bytes(2, "big") + whole[8:]
        head = bytes((0x60, 0, 0, 0, 0, len(whole), 112, 255)) + source.packed + group.packed
        found = packet(encoder.frame("02:00:00:00:00:01", head + sealed, kind=0x86DD))
        assert found is not None
        assert decode(found.payload, 6, found.ends).intact is right


def test_vrrp_3_of_ipv6() -> None:
    vip = ip_address("fe80::1")
    head = bytes((0x31, 7, 100, 1, 0, 100, 0, 0))
    assert decode(head + vip.packed, 6) == VrrpAdvertisement(3, 7, 100, 1.0, (vip,))
    with pytest.raises(Malformed):
        decode(head + vip.packed, 4)


def test_carp_in_an_ipv6_packet() -> None:
    sent = bytes(encoder.Carp(1, 0, 1, bytes(8), bytes(20)))
    source = ip_address("fe80::2")
    head = bytes((0x60, 0, 0, 0, 0, len(sent), 112, 255))
    whole = head + source.packed + ip_address("ff02::12").packed + sent
    found = packet(encoder.frame("02:00:00:00:00:01", whole + b"trailer", kind=0x86DD))
    assert found is not None and found.source == source and found.payload == sent


@given(st.binary(max_size=120))
def test_any_frame_and_any_payload(data: bytes) -> None:
    packet(data)
    for family in (4, 6):
        try:
            said = decode(data, family)
        except Malformed:
            continue
        assert said.interval >= 0 and said.dead_time >= 0


@given(st.data())
def test_a_cut_or_spoiled_frame_is_never_more_than_it_was(data: st.DataObject) -> None:
    whole = ucarp()[0]
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    assert packet(cut) is None
    spoiled = bytearray(whole)
    spoiled[data.draw(st.integers(0, len(whole) - 1))] ^= data.draw(st.integers(1, 255))
    found = packet(bytes(spoiled))
    if found is not None:
        assert len(found.payload) <= len(whole)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        bytes(36),
        bytes((0x22, *range(35))),
        bytes((0x21, 0, 0, 7, 0, 1)) + bytes(30),
        bytes((0x21, 1, 100, 0, 0, 1, 0, 0)),
        bytes((0x41, 1, 100, 1, 0, 1, 0, 0)) + bytes(12),
        bytes((0x21, 1, 100, 2, 0, 1, 0, 0)) + bytes(12),
    ],
)
def test_what_is_neither(payload: bytes) -> None:
    with pytest.raises(Malformed):
        decode(payload)


def test_the_key_is_twenty_bytes() -> None:
    long = "x" * 20
    assert advertisement.digest(long + "y", 1, [VIP], bytes(8)) == advertisement.digest(
        long, 1, [VIP], bytes(8)
    )
