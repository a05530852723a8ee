"""Advertisements that were on real wires, as times and bytes."""

import re
from datetime import UTC, datetime
from pathlib import Path

from tests.support.pcap import frames
from tests.wirelab.packet import Carp, frame, ipv4, virtual_mac

DATA = Path(__file__).parents[1] / "data" / "wire"
LINE = re.compile(
    r"(\S+ \S+) IP (\S+) > 224\.0\.0\.18: VRRPv2, Advertisement, vrid (\d+), prio (\d+), .*intvl (\d+)s, length 36"
)
SCENARIOS = sorted(path.stem.removeprefix("carp-") for path in DATA.glob("carp-*.txt"))


def ucarp() -> list[bytes]:
    """Frames of ucarp with the password s3cret and the VIP 10.77.1.1."""
    return [each for _, each in frames(DATA / "ucarp.pcap")]


def recorded(name: str) -> list[tuple[float, str, int, int, int]]:
    """Epoch, source, VHID, effective skew and advbase of what tcpdump printed."""
    found = []
    for line in (DATA / f"carp-{name}.txt").read_text().splitlines():
        match = LINE.fullmatch(line)
        assert match, line
        stamp = datetime.strptime(match[1], "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=UTC)
        found.append((stamp.timestamp(), match[2], int(match[3]), int(match[4]), int(match[5])))
    return found


def as_frame(source: str, vhid: int, skew: int, advbase: int) -> bytes:
    """The frame of such a line; counter and digest were not printed."""
    said = bytes(Carp(vhid, skew, advbase, bytes(8), bytes(20)))
    return frame(virtual_mac(vhid), ipv4(source, said))
