"""Reads what tcpdump -w wrote (pcap(5), microseconds, little-endian)."""

import struct
from collections.abc import Iterator
from pathlib import Path


def frames(path: Path) -> Iterator[tuple[float, bytes]]:
    """Epoch seconds and bytes of each whole frame; a last one that is still being written is left out."""
    data = path.read_bytes()
    if len(data) < 24:
        return
    assert data[:4] == b"\xd4\xc3\xb2\xa1", "not a pcap file of this machine's byte order"
    place = 24
    while place + 16 <= len(data):
        seconds, micros, kept, _ = struct.unpack_from("<IIII", data, place)
        if place + 16 + kept > len(data):
            return
        yield seconds + micros / 1e6, data[place + 16 : place + 16 + kept]
        place += 16 + kept
