"""A node's CARP on a real wire: `python -m tests.wirelab.speaker SETTINGS`, in the node's network namespace.

It sends and hears on the parent interface, as the kernel does; a macvlan `carp<VHID>` with the virtual MAC holds the
VIP and forwards while the node is master. What it does is written to the node's disk, where the stand-ins of FreeBSD's
commands read it (`tests.wirelab.freebsd`), and to a file of truth: JSON lines with wall-clock and monotonic stamps.
"""

import json
import os
import selectors
import socket
import struct
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.wirelab import rtnetlink
from tests.wirelab.carp import MASTER, Kernel, Vhid
from tests.wirelab.freebsd import Face, Port
from tests.wirelab.packet import Carp, frame, gratuitous_arp, ipv4, virtual_mac

_ETH_P_ALL = 3
_OUTGOING = 4
_SO_ATTACH_FILTER = 26
_PROTOCOL_112 = ((0x28, 0, 0, 12), (0x15, 0, 3, 0x0800), (0x30, 0, 0, 23), (0x15, 0, 1, 112))
_VERDICTS = ((0x06, 0, 0, 2048), (0x06, 0, 0, 0))


@dataclass(frozen=True)
class Settings:
    """`disk` is the node's root directory as seen from here; `truth` is outside of it."""

    name: str
    disk: str
    truth: str
    ports: list[dict[str, str]]
    vhids: list[dict[str, Any]]
    syncdev: str
    syncpeer: str
    plumb_after: float = 0.0
    """Sabotage: so many seconds a master says that it is one before it serves."""


def packet_socket(interface: str) -> socket.socket:
    """Hears protocol 112 on an interface, and sends whole frames."""
    import ctypes

    opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    steps = b"".join(struct.pack("HBBI", *step) for step in (*_PROTOCOL_112, *_VERDICTS))
    kept = ctypes.create_string_buffer(steps)
    program = struct.pack("HP", len(steps) // 8, ctypes.addressof(kept))
    opened.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)
    opened.bind((interface, _ETH_P_ALL))
    opened.setblocking(False)
    return opened


class Speaker:
    """The process: one loop over timers, packets, carriers, devd's listeners and the stand-ins' questions."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.run_folder = Path(settings.disk) / "run" / "wire"
        self.run_folder.mkdir(parents=True, exist_ok=True)
        self._log = (Path(settings.disk) / "var/log/system.log").open("a", buffering=1)
        self._truth = open(settings.truth, "a", buffering=1)  # noqa: SIM115 (until the end)
        self._selector = selectors.DefaultSelector()
        self._listeners: list[socket.socket] = []
        self._dirty = True
        self._written: dict[str, str] = {}
        ports = [Port(**each) for each in settings.ports]
        self._own = {port.name: port.address.partition("/")[0] for port in ports}
        vhids = [Vhid(**each) for each in settings.vhids]
        self.kernel = Kernel(self, vhids, [port.name for port in ports])
        self.face = Face(settings.name, ports, settings.syncdev, settings.syncpeer, self.kernel)
        self._sockets = {port.name: packet_socket(port.name) for port in ports}
        self._links = rtnetlink.Links()
        self._names = {socket.if_nametoindex(port.name): port.name for port in ports}

    # What the kernel's CARP needs

    def now(self) -> float:
        return time.monotonic()

    def transmit(self, vhid: Vhid, said: Carp) -> None:
        data = ipv4(self._own[vhid.interface], bytes(said))
        self._send(vhid.interface, frame(virtual_mac(vhid.number), data))
        self._dirty = True

    def log(self, text: str) -> None:
        stamp = time.strftime("%b %e %H:%M:%S")
        self._log.write(f"{stamp} {self.settings.name} kernel: {text}\n")
        self._dirty = True

    def changed(self, vhid: Vhid, old: str, new: str, reason: str) -> None:
        self._tell("role", interface=vhid.interface, vhid=vhid.number, old=old, new=new, why=reason)
        line = f"!system=CARP subsystem={vhid.number}@{vhid.interface} type={new}\n"
        self._push(line)
        if new == MASTER:
            if self.settings.plumb_after:
                threading.Timer(self.settings.plumb_after, self._plumb, (vhid, True)).start()
            else:
                self._plumb(vhid, True)
            for vip in vhid.addresses:
                self._send(vhid.interface, gratuitous_arp(vip, virtual_mac(vhid.number)))
        elif old == MASTER:
            self._plumb(vhid, False)

    def _plumb(self, vhid: Vhid, master: bool) -> None:
        device = f"carp{vhid.number}"
        for vip in vhid.addresses:
            rtnetlink.set_address(device, vip, there=master)
        forwarding = Path(f"/proc/sys/net/ipv4/conf/{device}/forwarding")
        forwarding.write_text("1" if master else "0")

    def _send(self, interface: str, data: bytes) -> None:
        try:
            self._sockets[interface].send(data)
        except OSError:
            self.kernel.counters["send-failed-memory-error"] += 1

    def _tell(self, event: str, **facts: Any) -> None:
        stamps = {"epoch": time.time(), "at": time.monotonic(), "node": self.settings.name}
        self._truth.write(json.dumps({**stamps, "event": event, **facts}) + "\n")

    def _push(self, line: str) -> None:
        """To everybody at devd's pipe; who does not read is dropped."""
        for listener in list(self._listeners):
            try:
                listener.send(line.encode(), socket.MSG_DONTWAIT)
            except OSError:
                self._listeners.remove(listener)
                listener.close()

    # The loop

    def run(self) -> None:
        watch = self._selector.register
        for name, opened in self._sockets.items():
            watch(opened, selectors.EVENT_READ, ("wire", name))
        watch(self._links, selectors.EVENT_READ, ("links", ""))
        watch(self._serve("devd.pipe"), selectors.EVENT_READ, ("devd", ""))
        watch(self._serve("wire/control"), selectors.EVENT_READ, ("control", ""))
        self._tell("start")
        self._hear_links()
        while True:
            self.kernel.run()
            if self._dirty:
                self._write_files()
            at = self.kernel.next_at()
            wait = None if at is None else max(0.0, at - self.now())
            for key, _ in self._selector.select(wait):
                kind, name = key.data
                if kind == "wire":
                    self._hear(name)
                elif kind == "links":
                    self._hear_links()
                else:
                    self._accept(key.fileobj, kind)  # type: ignore[arg-type]

    def _hear(self, interface: str) -> None:
        while True:
            try:
                data, (_, _, kind, *_) = self._sockets[interface].recvfrom(2048)
            except OSError:
                return
            if kind != _OUTGOING and len(data) >= 34:
                header = 4 * (data[14] & 0x0F)
                total = int.from_bytes(data[16:18], "big")
                self.kernel.receive(interface, data[22], data[14 + header : 14 + total])
                self._dirty = True

    def _hear_links(self) -> None:
        for index, up in self._links.read():
            name = self._names.get(index)
            if name is None or self.kernel.link[name] == up:
                continue
            self._tell("link", interface=name, up=up)
            self.kernel.set_link(name, up)
            kind = "LINK_UP" if up else "LINK_DOWN"
            self._push(f"!system=IFNET subsystem={name} type={kind}\n")

    def _serve(self, name: str) -> socket.socket:
        path = Path(self.settings.disk) / "run" / name
        path.unlink(missing_ok=True)
        server = socket.socket(socket.AF_UNIX)
        # A path of a socket has 107 characters at most.
        folder = os.open(path.parent, os.O_RDONLY)
        server.bind(f"/proc/self/fd/{folder}/{path.name}")
        os.close(folder)
        server.listen(8)
        server.setblocking(False)
        return server

    def _accept(self, server: socket.socket, kind: str) -> None:
        opened, _ = server.accept()
        if kind == "devd":
            self._listeners.append(opened)
            self._tell("listener")
            return
        with opened:
            opened.settimeout(2)
            try:
                words = opened.makefile().readline().split()
                asked = self.now()
                code, said = self.face.ask(words)
                self._tell("command", words=words, code=code, asked=asked)
                self._write_files()
                opened.sendall(f"{code}\n{said}".encode())
            except (OSError, ValueError) as error:
                self._tell("command", fault=repr(error))

    def _write_files(self) -> None:
        self._dirty = False
        for name, text in self.face.files().items():
            if self._written.get(name) == text:
                continue
            self._written[name] = text
            made = self.run_folder / f".{name}"
            made.write_text(text)
            made.rename(self.run_folder / name)


if __name__ == "__main__":
    Speaker(Settings(**json.loads(Path(sys.argv[1]).read_text()))).run()
