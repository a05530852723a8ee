"""Frames as a FreeBSD kernel, a VRRP router and an ARP speaker put them on the wire.

Written from ip_carp.h, ip_carp.c and RFC 3768 alone: the product reads the same frames with code of its own.
"""

import hashlib
import hmac
import socket
import struct
from dataclasses import dataclass
from ipaddress import IPv4Address

GROUP = IPv4Address("224.0.0.18")
GROUP_MAC = "01:00:5e:00:00:12"
BROADCAST = "ff:ff:ff:ff:ff:ff"
CARP_BYTES = 36


def mac_bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", ""))


def virtual_mac(vhid: int) -> str:
    return f"00:00:5e:00:01:{vhid:02x}"


def inet_sum(data: bytes) -> int:
    """RFC 1071."""
    total = 0
    for place in range(0, len(data) - 1, 2):
        total += data[place] << 8 | data[place + 1]
    if len(data) % 2:
        total += data[-1] << 8
    while total > 0xFFFF:
        total = (total >> 16) + (total & 0xFFFF)
    return total ^ 0xFFFF


def seal(password: bytes, vhid: int, addresses: list[str], counter: bytes) -> bytes:
    """carp_hmac_prepare() and carp_hmac_generate(): the two paddings done by hand, as the kernel does."""
    key = password[:20].ljust(64, b"\0")
    inner = hashlib.sha1(bytes(byte ^ 0x36 for byte in key))
    inner.update(bytes((2, 1, vhid)))
    families = (socket.AF_INET, socket.AF_INET6)
    for family in families:
        here = [each for each in addresses if (":" in each) == (family == socket.AF_INET6)]
        for packed in sorted(socket.inet_pton(family, each) for each in here):
            inner.update(packed)
    inner.update(counter)
    outer = hashlib.sha1(bytes(byte ^ 0x5C for byte in key))
    outer.update(inner.digest())
    return outer.digest()


@dataclass(frozen=True, slots=True)
class Carp:
    """struct carp_header; the checksum is always right."""

    vhid: int
    advskew: int
    advbase: int
    counter: bytes
    digest: bytes

    def __bytes__(self) -> bytes:
        head = struct.pack("!6BH", 0x21, self.vhid, self.advskew, 7, 0, self.advbase, 0)
        whole = head + self.counter + self.digest
        return whole[:6] + struct.pack("!H", inet_sum(whole)) + whole[8:]


def read_carp(payload: bytes) -> Carp | str:
    """The header, or the counter of netstat(1) under which the kernel drops it."""
    if len(payload) < CARP_BYTES:
        return "dropped-short-header"
    if inet_sum(payload) != 0:
        return "dropped-bad-checksum"
    if payload[0] >> 4 != 2:
        return "dropped-bad-version"
    return Carp(payload[1], payload[2], payload[5], payload[8:16], payload[16:36])


def carp_in(frame: bytes) -> tuple[str, Carp] | None:
    """The sender's own address and what it says, of an untagged frame with CARP over IPv4; None of any other."""
    if frame[12:14] != b"\x08\x00" or len(frame) < 34 or frame[23] != 112:
        return None
    header, total = 4 * (frame[14] & 0x0F), int.from_bytes(frame[16:18], "big")
    said = read_carp(frame[14 + header : 14 + total])
    return None if isinstance(said, str) else (socket.inet_ntoa(frame[26:30]), said)


def verified(said: Carp, password: bytes, addresses: list[str]) -> bool:
    wanted = seal(password, said.vhid, addresses, said.counter)
    return hmac.compare_digest(wanted, said.digest)


def ipv4(source: str, payload: bytes, *, ttl: int = 255, target: str = str(GROUP)) -> bytes:
    """A whole packet of protocol 112, not to be fragmented, with the DSCP that CARP has (56)."""
    total = 20 + len(payload)
    ends = socket.inet_aton(source) + socket.inet_aton(target)
    head = struct.pack("!BBHHHBBH", 0x45, 56 << 2, total, 0, 0x4000, ttl, 112, 0) + ends
    return head[:10] + struct.pack("!H", inet_sum(head)) + head[12:] + payload


def frame(source_mac: str, packet: bytes, target_mac: str = GROUP_MAC, kind: int = 0x0800) -> bytes:
    return mac_bytes(target_mac) + mac_bytes(source_mac) + struct.pack("!H", kind) + packet


def vrrp(vrid: int, priority: int, addresses: list[str], interval: int = 1) -> bytes:
    """An advertisement of VRRP version 2 without authentication (RFC 3768, 5.1)."""
    listed = b"".join(map(socket.inet_aton, addresses))
    head = struct.pack("!6BH", 0x21, vrid, priority, len(addresses), 0, interval, 0)
    whole = head + listed + bytes(8)
    return whole[:6] + struct.pack("!H", inet_sum(whole)) + whole[8:]


def vrrp3(
    vrid: int, priority: int, addresses: list[str], centiseconds: int = 100, source: str = ""
) -> bytes:
    """One of version 3 for IPv4; its checksum needs the source, and is 0 without (RFC 9568, 5.2)."""
    listed = b"".join(map(socket.inet_aton, addresses))
    whole = struct.pack("!4BHH", 0x31, vrid, priority, len(addresses), centiseconds, 0) + listed
    if not source:
        return whole
    ends = socket.inet_aton(source) + GROUP.packed
    sealed = inet_sum(ends + struct.pack("!BBH", 0, 112, len(whole)) + whole)
    return whole[:6] + struct.pack("!H", sealed) + whole[8:]


def gratuitous_arp(vip: str, mac: str) -> bytes:
    """What a new master says of a VIP."""
    address = socket.inet_aton(vip)
    body = struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1) + mac_bytes(mac) + address + bytes(6) + address
    return frame(mac, body, BROADCAST, 0x0806)
