"""What masters say of themselves on the wire: advertisements of CARP (version 2) and of VRRP, read from frames.

CARP as FreeBSD's sys/netinet/ip_carp.h lays it out and ip_carp.c seals it, VRRP as RFC 3768 (2) and RFC 9568 (3).
Whatever is on a wire may have been put there by anybody: the functions take any bytes.
"""

import hmac
import struct
from collections.abc import Iterable
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv6Address, ip_address

from pfha_tui.domain import election

PROTOCOL = 112
"""IP protocol of CARP and of VRRP."""
TTL = 255
"""Whoever receives an advertisement drops it with any other TTL or hop limit."""
KEY_BYTES = 20
"""CARP_KEY_LEN: more of a password does not count."""

_CARP_BYTES = 36
_CARP_AUTHLEN = 7
_ADVERTISEMENT = 1
_IPV4, _IPV6 = 0x0800, 0x86DD
_ETHERNET_BYTES, _IPV4_BYTES, _IPV6_BYTES = 14, 20, 40

IpAddress = IPv4Address | IPv6Address


class Malformed(ValueError):
    """A packet of protocol 112 that is neither an advertisement of CARP nor one of VRRP."""


@dataclass(frozen=True, slots=True)
class Packet:
    """A packet of protocol 112 as it came: `mac` is the frame's sender, `ttl` the TTL or hop limit."""

    source: IpAddress
    mac: str
    ttl: int
    payload: bytes
    destination: IpAddress | None = None
    """None: not known; VRRP 3 has it in its checksum."""

    @property
    def ends(self) -> tuple[IpAddress, IpAddress] | None:
        """Source and destination, as far as both are known."""
        return None if self.destination is None else (self.source, self.destination)


@dataclass(frozen=True, slots=True)
class CarpAdvertisement:
    """One master's claim of a VHID. `skew` is the effective one, demotion included (1/256 s); `counter` is
    whatever the sender counts, `digest` covers it, the VHID, its addresses and the password."""

    vhid: int
    skew: int
    advbase: int
    counter: bytes
    digest: bytes
    intact: bool
    """The checksum is right; without that every receiver drops it."""

    @property
    def interval(self) -> float:
        """Seconds until the next one."""
        return election.interval(self.advbase, self.skew)

    @property
    def dead_time(self) -> float:
        """Seconds of silence after which any backup has taken over, as far as its skew can be guessed."""
        return election.master_down_timer(self.advbase, election.MAINTENANCE_ADVSKEW)


@dataclass(frozen=True, slots=True)
class VrrpAdvertisement:
    """One master's claim of a VRID, of VRRP 2 or 3; `interval` is in seconds, `addresses` are the VIPs."""

    version: int
    vrid: int
    priority: int
    interval: float
    addresses: tuple[IpAddress, ...]
    intact: bool | None = None
    """As that of CarpAdvertisement; None if it could not be checked."""

    @property
    def dead_time(self) -> float:
        """Seconds of silence after which a backup of the lowest priority takes over."""
        return 4 * self.interval


Advertisement = CarpAdvertisement | VrrpAdvertisement


def packet(frame: bytes) -> Packet | None:
    """The packet of protocol 112 in an untagged Ethernet frame; None if there is none, or not whole."""
    if len(frame) < _ETHERNET_BYTES:
        return None
    mac = frame[6:12].hex(":")
    kind = int.from_bytes(frame[12:14], "big")
    body = frame[_ETHERNET_BYTES:]
    if kind == _IPV4:
        return _in_ipv4(mac, body)
    return _in_ipv6(mac, body) if kind == _IPV6 else None


def _in_ipv4(mac: str, body: bytes) -> Packet | None:
    if len(body) < _IPV4_BYTES or body[0] >> 4 != 4 or body[9] != PROTOCOL:
        return None
    header, total = 4 * (body[0] & 0x0F), int.from_bytes(body[2:4], "big")
    fragment = int.from_bytes(body[6:8], "big") & 0x3FFF
    if not _IPV4_BYTES <= header <= total <= len(body) or fragment:
        return None
    return Packet(
        IPv4Address(body[12:16]), mac, body[8], body[header:total], IPv4Address(body[16:20])
    )


def _in_ipv6(mac: str, body: bytes) -> Packet | None:
    if len(body) < _IPV6_BYTES or body[0] >> 4 != 6 or body[6] != PROTOCOL:
        return None
    end = _IPV6_BYTES + int.from_bytes(body[4:6], "big")
    if end > len(body):
        return None
    return Packet(
        IPv6Address(body[8:24]), mac, body[7], body[_IPV6_BYTES:end], IPv6Address(body[24:40])
    )


def decode(
    payload: bytes, family: int = 4, ends: tuple[IpAddress, IpAddress] | None = None
) -> Advertisement:
    """The advertisement that the packet holds; `family` is that of the IP header, 4 or 6. Raises Malformed.

    `ends` are source and destination of that header, without which VRRP 3's checksum stays unchecked.

    CARP took VRRP 2's first byte. The length tells them apart: CARP has 36 bytes and says 7 where VRRP has
    the number of its addresses, and VRRP with 7 of them has 44.
    """
    if len(payload) < 8 or payload[0] & 0x0F != _ADVERTISEMENT:
        raise Malformed
    version = payload[0] >> 4
    if version == 2 and len(payload) == _CARP_BYTES and payload[3] == _CARP_AUTHLEN:
        vhid, skew, _, _, advbase = struct.unpack_from("!BBBBB", payload, 1)
        if not vhid:
            raise Malformed
        counter, digest = payload[8:16], payload[16:36]
        return CarpAdvertisement(vhid, skew, advbase, counter, digest, _checksum(payload) == 0)
    if version == 2 and family == 4:
        found = _vrrp(payload, 2, float(payload[5]), 4, 8)
        return replace(found, intact=_checksum(payload) == 0)
    if version == 3:
        interval = (int.from_bytes(payload[4:6], "big") & 0x0FFF) / 100
        found = _vrrp(payload, 3, interval, 4 if family == 4 else 16, 0)
        return replace(found, intact=_intact_3(payload, ends))
    raise Malformed


def _vrrp(
    payload: bytes, version: int, interval: float, width: int, tail: int
) -> VrrpAdvertisement:
    vrid, priority, count = payload[1:4]
    end = 8 + count * width
    if not vrid or not count or len(payload) != end + tail:
        raise Malformed
    addresses = tuple(ip_address(payload[start : start + width]) for start in range(8, end, width))
    return VrrpAdvertisement(version, vrid, priority, interval, addresses)


def _intact_3(payload: bytes, ends: tuple[IpAddress, IpAddress] | None) -> bool | None:
    """RFC 9568, 5.2.8. Makers differ on the pseudo-header over IPv4, so either way counts as right there."""
    if ends is None:
        return None
    source, destination = ends
    length = struct.pack("!II", len(payload), PROTOCOL)
    whole = source.packed + destination.packed + length + payload
    return _checksum(whole) == 0 or (source.version == 4 and _checksum(payload) == 0)


def _checksum(data: bytes) -> int:
    """The Internet checksum of an even number of bytes; 0 over data that holds its own right one."""
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def digest(password: str, vhid: int, addresses: Iterable[IpAddress], counter: bytes) -> bytes:
    """HMAC-SHA1 as ip_carp.c makes it: over version, type, VHID, the addresses in order (IPv4 first), the counter.

    Of an IPv6 address with link-local scope the scope does not count.
    """
    key = password.encode("utf-8", "surrogateescape")[:KEY_BYTES]
    ordered = sorted(set(addresses), key=lambda each: (each.version, each.packed))
    said = bytes((2, _ADVERTISEMENT, vhid)) + b"".join(each.packed for each in ordered) + counter
    return hmac.digest(key, said, "sha1")


def fits(advertisement: CarpAdvertisement, password: str, addresses: Iterable[IpAddress]) -> bool:
    """True if a node with this password and these addresses of the VHID would accept it."""
    wanted = digest(password, advertisement.vhid, addresses, advertisement.counter)
    return hmac.compare_digest(wanted, advertisement.digest)
