"""The wire lab: two firewalls, WAN, LAN, SYNC, a client, a server, and the console's management net.

All of it lives in the namespaces of this process, which `tests.support.netns.inside` starts. The console is in the
same network as the switches, and only its bridge br0 has an address. Every segment is two bridges, A with fw1, client
and server, B with fw2, joined by a trunk. Filters stand in the bridges, where a switch or a hypervisor has them.
"""

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pfha_tui.domain.target import Environment, PairTarget
from tests.support.netns import ROOM, do, lay_wire
from tests.support.pcap import frames
from tests.wirelab.firewall import LAN, PASSWORD, TRUTH, WAN, WIRES, Firewall, Wire, batch
from tests.wirelab.packet import carp_in

CLIENT = LAN.address(10)
SERVER = WAN.address(10)
CARP_ONLY = "ip protocol 112"


@dataclass
class Lab:
    """`truth` and `wire` are what really happened: by the nodes' own telling, and by tcpdump."""

    fw1: Firewall
    fw2: Firewall
    _helpers: "list[subprocess.Popen[bytes]]" = field(default_factory=list)

    @property
    def firewalls(self) -> tuple[Firewall, Firewall]:
        return self.fw1, self.fw2

    @property
    def pair(self) -> PairTarget:
        """As the console is configured for it."""
        first, second = (each.target() for each in self.firewalls)
        return PairTarget("wire", first, second, environment=Environment.LAB)

    # Building

    async def build(self) -> None:
        """Switches, client and server, and tcpdump on each bridge; the firewalls are off yet."""
        await do("mkdir", "-p", "/run/netns")
        await do("mount", "-t", "tmpfs", "tmpfs", "/run/netns")
        made = []
        for wire in WIRES:
            low = wire.label.lower()
            made += [
                f"link add name {low}{side} type bridge mcast_snooping 0 forward_delay 0"
                for side in "AB"
            ]
            made += [f"link set {low}{side} up" for side in "AB"]
            made.append(f"link add name {low}ta type veth peer name {low}tb")
            made += [f"link set {low}t{side.lower()} master {low}{side} up" for side in "AB"]
        await batch("\n".join(made) + "\n")
        await self._host("cli", LAN, CLIENT, f"default via {LAN.vip}")
        await self._host("srv", WAN, SERVER, f"{LAN.network}.0/24 via {WAN.vip}")
        for side in "AB":
            for wire in (WAN, LAN):
                self._record(f"{wire.label.lower()}{side}")

    async def _host(self, name: str, wire: Wire, address: str, route: str) -> None:
        await do("ip", "netns", "add", name)
        await batch(
            f"link add name {name}p type veth peer name eth0 netns {name}\n"
            f"link set {name}p master {wire.label.lower()}A up\n"
        )
        lines = (
            f"addr add {address}/24 dev eth0\nlink set eth0 up\nlink set lo up\nroute add {route}\n"
        )
        done = await asyncio.to_thread(
            subprocess.run,
            ["ip", "-n", name, "-batch", "-"],
            input=lines,
            text=True,
            capture_output=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr

    def _record(self, bridge: str) -> None:
        words = ["tcpdump", "-i", bridge, "-p", "-U", "--immediate-mode", "-Z", "root", "-s", "128"]
        self.start(*words, "-w", str(ROOM / f"{bridge}.pcap"), "ip proto 112")

    def start(self, *words: str, output: Path | None = None) -> "subprocess.Popen[bytes]":
        """Run a helper in the console's network until the lab ends."""
        with output.open("wb") if output is not None else open(os.devnull, "wb") as sink:
            started = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=sink, stderr=subprocess.DEVNULL
            )
        self._helpers.append(started)
        return started

    def at(self, host: str, *words: str) -> list[str]:
        """The words that run something at the client (`cli`) or the server (`srv`)."""
        return ["ip", "netns", "exec", host, *words]

    def stop(self) -> None:
        for process in self._helpers:
            process.send_signal(signal.SIGKILL)
            process.wait(60)

    # Faults

    async def cable(self, firewall: Firewall, wire: Wire, *, there: bool) -> None:
        """Pull a cable at the switch, or put it back: the node loses its carrier."""
        await batch(f"link set {firewall.plug(wire)} {'up' if there else 'down'}\n")

    async def trunk(self, *wires: Wire, there: bool) -> None:
        """Part the two switches of a segment; every carrier stays."""
        state = "up" if there else "down"
        await batch("".join(f"link set {wire.label.lower()}ta {state}\n" for wire in wires))

    async def filter(self, *rules: str) -> None:
        """Rules of nft(8) for whatever the switches forward; none with no rules."""
        text = "flush ruleset\n"
        if rules:
            lines = "".join(f"  {rule}\n" for rule in rules)
            hook = "type filter hook forward priority 0;"
            text += f"table bridge faults {{\n chain f {{\n  {hook}\n{lines} }}\n}}\n"
        path = ROOM / "faults.nft"
        path.write_text(text)
        await do("nft", "-f", str(path))

    def not_from(self, firewall: Firewall, *wires: Wire) -> tuple[str, ...]:
        """Rules by which a node's advertisements reach nobody beyond its own switch."""
        return tuple(
            f'iifname "{firewall.plug(wire)}" {CARP_ONLY} drop' for wire in wires or (WAN, LAN)
        )

    def mac_filter(self) -> tuple[str, ...]:
        """As Proxmox VE has it with `macfilter: 1`: a port lets out what its own MAC sends."""
        return tuple(
            f'iifname "{each.plug(wire)}" ether saddr != {each.mac(wire)} drop'
            for each in self.firewalls
            for wire in (WAN, LAN)
        )

    # What is true

    def truth(self, since: float = 0.0, event: str | None = None) -> list[dict[str, Any]]:
        """Events of both nodes since monotonic `since`, in their order."""
        found = [one for each in self.firewalls for one in each.truth()]
        return sorted(
            (one for one in found if one["at"] >= since and event in (None, one["event"])),
            key=lambda one: one["at"],
        )

    def roles(self) -> dict[str, dict[int, str]]:
        return {each.name: each.roles() for each in self.firewalls}

    def masters(self) -> dict[int, list[str]]:
        """Who says that it is master, by VHID."""
        roles = self.roles()
        return {
            vhid: [name for name in roles if roles[name].get(vhid) == "MASTER"] for vhid in (1, 2)
        }

    def masterless(self, since: float) -> float:
        """Seconds in which a VHID had no master by the nodes' own telling, the longest such time since then."""
        worst = 0.0
        for vhid in (1, 2):
            held: dict[str, bool] = {}
            empty: float | None = None
            for one in self.truth(event="role"):
                if one["vhid"] != vhid:
                    continue
                held[one["node"]] = one["new"] == "MASTER"
                if any(held.values()):
                    if empty is not None and one["at"] >= since:
                        worst = max(worst, one["at"] - max(empty, since))
                    empty = None
                elif empty is None:
                    empty = one["at"]
        return worst

    def wire(self, bridge: str, since_epoch: float = 0.0) -> list[tuple[float, bytes]]:
        """Frames of protocol 112 that tcpdump saw on a bridge: epoch and bytes."""
        path = ROOM / f"{bridge}.pcap"
        found = frames(path) if path.exists() else iter(())
        return [(at, data) for at, data in found if at >= since_epoch]

    def first_words(self, firewall: Firewall, vhid: int | None) -> list[float]:
        """Epochs at which a node's switch had its first advertisement of a VHID after another's, or at all."""
        (wire,) = [each for each in WIRES if each.vhid == vhid]
        found, before = [], ""
        for at, data in self.wire(f"{wire.label.lower()}{'AB'[firewall.index - 1]}"):
            if (one := carp_in(data)) is None:
                continue
            if one[0] == firewall.own(wire) != before:
                found.append(at)
            before = one[0]
        return found

    async def until(self, condition: Callable[[], object], seconds: float = 60.0) -> float:
        """Monotonic time at which the condition was found true; TimeoutError with the roles."""
        try:
            async with asyncio.timeout(seconds):
                while not condition():  # noqa: ASYNC110 (other processes make it true)
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise TimeoutError(f"not so after {seconds} s: {self.roles()}") from None
        return time.monotonic()

    async def home(self, seconds: float = 60.0) -> None:
        """Wait until fw1 alone is master of all."""
        await self.until(lambda: self.masters() == {1: ["fw1"], 2: ["fw1"]}, seconds)


@contextlib.asynccontextmanager
async def wire_lab(*, settled: bool = True, **changes: Any) -> AsyncIterator[Lab]:
    """A lab whose firewalls run, fw1 master and fw2 backup; `fw1` and `fw2` have further settings of each."""
    key = await lay_wire()
    settings = [{"password": PASSWORD, **changes.get(name, {})} for name in ("fw1", "fw2")]
    lab = Lab(Firewall(11, key, index=1, **settings[0]), Firewall(12, key, index=2, **settings[1]))
    TRUTH.mkdir()
    (ROOM / "home").mkdir()
    await lab.build()
    try:
        for each in lab.firewalls:
            await each.install()
        for each in lab.firewalls:
            await each.power_on()
        if settled:
            await lab.home()
            await lab.until(lambda: lab.fw2.roles() == {1: "BACKUP", 2: "BACKUP"})
        yield lab
    finally:
        lab.stop()
