"""The socket that hears a segment: Linux's packet socket with a filter in the kernel. It never sends."""

import math
import os
import socket
import struct
import sys
import time
from dataclasses import dataclass
from typing import Final

from pfha_tui.domain.advertisement import Packet, packet

_ALL: Final = 0x0003
_SOL_PACKET, _ADD_MEMBERSHIP, _MULTICAST, _STATISTICS, _AUXDATA = 263, 1, 0, 6, 8
_SO_ATTACH_FILTER, _SO_TIMESTAMPNS = 26, 35
_VLAN_VALID = 1 << 4
_GROUPS: Final = (bytes.fromhex("01005e000012"), bytes.fromhex("333300000012"))
"""224.0.0.18 and ff02::12."""
_LARGEST: Final = 2048

_LOAD_HALF, _LOAD_BYTE, _EQUAL, _RETURN = 0x28, 0x30, 0x15, 0x06
_FILTER: Final = (
    (_LOAD_HALF, 0, 0, 12),
    (_EQUAL, 0, 2, 0x0800),
    (_LOAD_BYTE, 0, 0, 23),
    (_EQUAL, 3, 4, 112),
    (_EQUAL, 0, 3, 0x86DD),
    (_LOAD_BYTE, 0, 0, 20),
    (_EQUAL, 0, 1, 112),
    (_RETURN, 0, 0, _LARGEST),
    (_RETURN, 0, 0, 0),
)
"""Classic BPF: IPv4 or IPv6, and protocol 112; all else costs this process nothing."""


class Unsupported(Exception):
    """This system has no packet sockets."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One packet, when the kernel got it (monotonic seconds), and the VLAN tag that its frame had, if any."""

    at: float
    packet: Packet
    vlan: int | None


class Wire:
    """An interface being listened to; a context manager."""

    def __init__(self, interface: str) -> None:
        """Open it. Raises Unsupported, PermissionError, OSError (no such interface, or ENETDOWN)."""
        if not sys.platform.startswith("linux"):
            raise Unsupported
        self._newest = -math.inf
        # Protocol 0 hears nothing until filter and interface are set.
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        try:
            self._set_up(interface)
        except BaseException:
            self._socket.close()
            raise

    def _set_up(self, interface: str) -> None:
        program = b"".join(struct.pack("HBBI", *step) for step in _FILTER)
        self._attach(program)
        self._socket.setsockopt(_SOL_PACKET, _AUXDATA, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._socket.bind((interface, _ALL))
        if down := self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            raise OSError(down, os.strerror(down))
        index = socket.if_nametoindex(interface)
        for group in _GROUPS:
            wish = struct.pack("iHH8s", index, _MULTICAST, len(group), group)
            self._socket.setsockopt(_SOL_PACKET, _ADD_MEMBERSHIP, wish)

    def _attach(self, program: bytes) -> None:
        import ctypes

        steps = ctypes.create_string_buffer(program)
        wish = struct.pack("HP", len(_FILTER), ctypes.addressof(steps))
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, wish)

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hear no more."""
        self._socket.close()

    def fileno(self) -> int:
        """The socket's descriptor, readable when a packet waits."""
        return self._socket.fileno()

    def read(self) -> Heard | None:
        """The packet that waits; None if it is none of ours. No packet is stamped before the one read before it.

        Raises BlockingIOError (nothing waits), OSError (the interface is gone, or down).
        """
        frame, told, _, _ = self._socket.recvmsg(_LARGEST, 256, socket.MSG_DONTWAIT)
        now, epoch = time.monotonic(), time.time()
        vlan, at = None, now
        for level, kind, data in told:
            if (level, kind) == (_SOL_PACKET, _AUXDATA):
                status, _, _, _, _, tag, _ = struct.unpack_from("IIIHHHH", data)
                # VID 0 has a priority only: the frame is of the untagged segment (IEEE 802.1Q, 9.6).
                vlan = (tag & 0x0FFF if status & _VLAN_VALID else 0) or None
            elif (level, kind) == (socket.SOL_SOCKET, _SO_TIMESTAMPNS):
                seconds, nanoseconds = struct.unpack_from("@ll", data)
                at = min(now, now - (epoch - seconds - nanoseconds / 1e9))
        # The kernel's stamps are of the wall clock, which may be set.
        self._newest = at = max(at, self._newest)
        found = packet(frame)
        return Heard(at, found, vlan) if found is not None else None

    def dropped(self) -> int:
        """Packets that found the queue full since this was asked last (packet(7), PACKET_STATISTICS)."""
        told = self._socket.getsockopt(_SOL_PACKET, _STATISTICS, 8)
        return int(struct.unpack("II", told)[1])


def interfaces() -> list[str]:
    """Names of the interfaces that are there."""
    return sorted(name for _, name in socket.if_nameindex())
