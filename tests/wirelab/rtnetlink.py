"""The little of rtnetlink(7) that a speaker needs: carrier changes as they happen, addresses without a fork."""

import socket
import struct
from collections.abc import Iterator

_NEWLINK, _GETLINK, _NEWADDR, _DELADDR = 16, 18, 20, 21
_REQUEST, _CREATE, _REPLACE, _DUMP = 0x1, 0x400, 0x100, 0x300
_GROUP_LINK = 1
_LOWER_UP = 0x10000
_HEADER = struct.Struct("=IHHII")


class Links:
    """Reports of the links of this network namespace; readable by `fileno`."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        self._socket.bind((0, _GROUP_LINK))
        body = struct.pack("=BxHiII", socket.AF_UNSPEC, 0, 0, 0, 0)
        self._socket.send(_HEADER.pack(16 + len(body), _GETLINK, _REQUEST | _DUMP, 1, 0) + body)
        self._socket.setblocking(False)

    def fileno(self) -> int:
        return self._socket.fileno()

    def read(self) -> Iterator[tuple[int, bool]]:
        """Index, and whether there is a carrier, of each link that is told of."""
        while True:
            try:
                data = self._socket.recv(65536)
            except BlockingIOError:
                return
            while len(data) >= _HEADER.size:
                length, kind, _, _, _ = _HEADER.unpack_from(data)
                if kind == _NEWLINK:
                    _, _, index, flags, _ = struct.unpack_from("=BxHiII", data, _HEADER.size)
                    yield index, bool(flags & _LOWER_UP)
                data = data[(length + 3) & ~3 :]


def set_address(interface: str, address: str, *, there: bool) -> None:
    """Give an interface an address with prefix 32, or take it."""
    packed = socket.inet_aton(address)
    attributes = b"".join(struct.pack("=HH", 8, kind) + packed for kind in (1, 2))
    index = socket.if_nametoindex(interface)
    body = struct.pack("=BBBBI", socket.AF_INET, 32, 0, 0, index) + attributes
    kind = _NEWADDR if there else _DELADDR
    flags = _REQUEST | (_CREATE | _REPLACE if there else 0)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as netlink:
        netlink.send(_HEADER.pack(16 + len(body), kind, flags, 1, 0) + body)
