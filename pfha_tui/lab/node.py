"""One simulated firewall: its kernel's CARP, its interfaces, its logs, its power."""

import ipaddress
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING

from pfha_tui.lab import power
from pfha_tui.lab.announce import announce
from pfha_tui.lab.callouts import Callouts
from pfha_tui.lab.carp import Advertisement, State, Vhid
from pfha_tui.lab.counters import Counters
from pfha_tui.lab.gateway import Gateway
from pfha_tui.lab.generation import F12, Generation
from pfha_tui.lab.hub import DEVD_CLIENTS, Hub
from pfha_tui.lab.interface import Address, Interface, Kind
from pfha_tui.lab.pfsync import Pfsync
from pfha_tui.lab.scheduler import Timer
from pfha_tui.lab.tunables import Tunables
from pfha_tui.lab.vip import CarpVip

if TYPE_CHECKING:
    from pfha_tui.lab.world import World

LOG_LINES = 5000
"""How many lines system.log keeps before the oldest go (the lab's stand-in for newsyslog)."""
MESSAGES = 400
"""How many lines the kernel's message buffer keeps."""


class Power(Enum):
    """Whether the box has power, and how far its boot has come."""

    OFF = "off"
    BOOTING = "booting"
    ON = "on"


@dataclass(slots=True)
class Path:
    """The way between the console and a node: round trip in real seconds, share of lost packets (0 to 1)."""

    round_trip: float = 0.0
    loss: float = 0.0


class Node(Callouts, Tunables):
    """A firewall; everything that changes at runtime, and the faults that can befall it."""

    host_id_pinned = True
    """Whether the host id outlives a boot, as pfSense sees to; plain FreeBSD draws one at each start of pf."""
    syncpeer = ""
    power = Power.OFF
    serving_network = False
    """Whether sshd and the SNMP agent are started: late in the boot, until the shutdown or the end of power."""
    booting = False
    """Whether /var/run/booting is there: until rc.bootup is over."""
    halting = False
    """Whether a shutdown or a reboot is under way that takes the power at its end."""
    sshd = snmpd = True
    """Whether these services are enabled."""
    maintenance = False
    sync_due = sync_running = False
    """Whether a synchronisation of the configuration has been asked for, and whether one runs."""

    def __init__(
        self,
        world: "World",
        name: str,
        host_id: int,
        interfaces: list[Interface],
        vips: list[CarpVip],
        generation: Generation = F12,
        gateways: Sequence[Gateway] = (),
    ) -> None:
        super().__init__(world.scheduler, world.random)
        self.world = world
        self.generation = generation
        self.name = name
        self.hostname = f"{name}.example.net"
        self.host_id = host_id
        self.interfaces = interfaces
        self._by_name = {
            name: each
            for each in reversed(interfaces)
            for name in (each.description, each.description.lower(), each.name)
            if name
        }
        self.gateways = list(gateways)
        self.config_vips = vips
        self.syncdev = self.interface("SYNC").name
        self.path = Path()
        self.links: dict[str, str] = {}
        """Symbolic links below /var/run, which is emptied at boot: path to target."""
        self.folders: dict[str, int] = {}
        """Directories that somebody made below /tmp, with the uid of whoever did; they outlive a boot."""
        self.on_change: list[Callable[[], None]] = []
        """Called when power, services or the freezing change what the node answers."""
        self.boottime = world.now
        self.counters = Counters()
        self.log: deque[str] = deque(maxlen=LOG_LINES)
        self.messages: deque[str] = deque(maxlen=MESSAGES)
        """The kernel's message buffer, which dmesg prints."""
        self.log_hub = Hub()
        self.devd = Hub(DEVD_CLIENTS)
        self.vhids: list[Vhid] = []
        self.pfsync = Pfsync(self)

    @property
    def carp_clamps(self) -> bool:
        """Newer kernels clamp an effective skew at 0, others only from above."""
        return self.generation.modern

    @property
    def reachable(self) -> bool:
        """Whether packets pass between it and the console, which is in MGMT, on the first node's side of a cut."""
        port = self.interface("MGMT")
        return port.link and port.admin_up and self.world.on_near_side(self, "MGMT")

    @property
    def bulk_pending(self) -> bool:
        """Whether a bulk update has been asked for and is neither over nor given up (`syncok: 0`)."""
        return not self.pfsync.ok

    def interface(self, name: str) -> Interface:
        """The interface with this kernel name or description (any case); KeyError when there is none."""
        found = self._by_name.get(name)
        return self._by_name[name.lower()] if found is None else found

    def vhid(self, interface: str, number: int) -> Vhid | None:
        """The virtual host with this number on this interface."""
        for vhid in self.vhids:
            if vhid.port.name == interface and vhid.number == number:
                return vhid
        return None

    def is_master(self, interface: str) -> bool:
        """Whether this node is MASTER of every virtual host of the interface, has any there, and can act on it."""
        here = [vhid for vhid in self.vhids if vhid.port.name == interface]
        return not self.frozen and bool(here) and all(vhid.state is State.MASTER for vhid in here)

    # What the kernel's CARP calls (see carp.Host)

    def timer(self, delay: float, slack: tuple[float, float], vhid: Vhid, what: str) -> Timer:
        """Arm a callout of a virtual host."""
        late = self.world.random.uniform(*slack)
        callback: Callable[[], None] = vhid.advertise if what == "advertise" else vhid.master_down
        return self.arm(delay + late, callback, periodic=True)

    def transmit(self, vhid: Vhid, advertisement: Advertisement) -> None:
        """Send an advertisement out of the interface of the virtual host."""
        interface = self.interface(vhid.port.name)
        self.count_sent(interface, advertisement, 1)
        self.world.carry(self, interface, advertisement)

    def count_sent(self, interface: Interface, advertisement: Advertisement, count: float) -> None:
        """Count an advertisement that was sent so many times."""
        if advertisement.family == 4:
            self.counters.carp_sent += count
        else:
            self.counters.carp_sent6 += count
        interface.sent(count, advertisement.size, own=advertisement.family == 4)

    def demote(self, adjustment: int, reason: str) -> None:
        """Change the demotion counter; every MASTER advertises once all changes of this moment are made."""
        self.carp_demotion += adjustment
        if self.carp_log:
            self.kernel(f"carp: demoted by {adjustment} to {self.carp_demotion} ({reason})")
        self.enqueue(self._advertise_all)

    def transition(self, vhid: Vhid, old: State, new: State, reason: str) -> None:
        """Log a change of role, tell devd, and let the traffic of before be counted for the old role."""
        self.world.accrue()
        self.world.touch()
        if self.carp_log:
            self.kernel(f"carp: {vhid.number}@{vhid.port.name}: {old} -> {new} ({reason})")
        self.event(f"!system=CARP subsystem={vhid.number}@{vhid.port.name} type={new}")
        announce(self, vhid, new)

    def hear(self, interface: Interface, advertisement: Advertisement) -> None:
        """An advertisement arrives on an interface (carp_input)."""
        if (vhid := self.admit(interface, advertisement, 1)) is not None:
            vhid.receive(advertisement)

    def admit(
        self, interface: Interface, advertisement: Advertisement, count: float
    ) -> Vhid | None:
        """Count an advertisement that arrived so many times; its virtual host here, if there is one that trusts it."""
        if self.power is Power.OFF or self.frozen or not (interface.link and interface.admin_up):
            return None
        interface.received(count, advertisement.size)
        interface.imulticasts += count
        here = [vhid for vhid in self.vhids if vhid.port is interface]
        if not here:
            return None
        if advertisement.family == 4:
            self.counters.carp_received += count
        else:
            self.counters.carp_received6 += count
        if not self.carp_allow:
            return None
        vhid = self.vhid(interface.name, advertisement.vhid)
        if vhid is None or advertisement.family not in vhid.families:
            self.counters.carp_bad_vhid += count
        elif vhid.seal != advertisement.seal:
            self.counters.carp_bad_authentication += count
        else:
            return vhid
        return None

    # Logs and events

    def kernel(self, text: str) -> None:
        """A line of the kernel in system.log and in its message buffer."""
        self.messages.append(text)
        self.syslog("kernel", text)

    def syslog(self, program: str, text: str) -> None:
        """A line in system.log, stamped with the node's clock (UTC)."""
        line = self.generation.log_line(self.world.now, self.hostname, program, text)
        self.log.append(line)
        self.log_hub.emit(line)

    def event(self, text: str) -> None:
        """A line on devd's pipe."""
        self.devd.emit(text + "\n")

    # Faults and switches

    def set_link(self, name: str, up: bool) -> None:
        """Pull or plug a cable; all cables below, where the name is that of a VLAN or an aggregation."""
        self._change_links(
            [each for each in self.interface(name).stack() if each.kind is Kind.PORT], "plugged", up
        )

    def _change_links(self, targets: list[Interface], attribute: str, up: bool) -> None:
        """Set an attribute that decides on carriers, and let CARP, devd and the log hear of each that changed."""
        targets = [target for target in targets if getattr(target, attribute) != up]
        if not targets:
            return
        self.world.accrue()
        self.world.touch()
        before = [interface.link for interface in self.interfaces]
        for target in targets:
            setattr(target, attribute, up)
        self.tell()
        if self.power is Power.OFF:
            return
        for interface, old in zip(self.interfaces, before, strict=True):
            if interface.link != old:
                changed = partial(self._link_changed, interface, up)
                if self.frozen:
                    self.arm(0.0, changed)
                else:
                    changed()

    def _link_changed(self, interface: Interface, up: bool) -> None:
        word = "UP" if up else "DOWN"
        for vhid in [vhid for vhid in self.vhids if vhid.port.name == interface.name]:
            vhid.reconsider()
        self.event(f"!system=IFNET subsystem={interface.name} type=LINK_{word}")
        self.kernel(f"{interface.name}: link state changed to {word}")
        if up and interface.name == self.syncdev:
            self.pfsync.link_up()

    def set_admin(self, name: str, up: bool) -> None:
        """`ifconfig IF up|down`."""
        interface = self.interface(name)
        if interface.admin_up == up:
            return
        self._change_links([interface], "admin_up", up)
        for vhid in [vhid for vhid in self.vhids if vhid.port.name == interface.name]:
            vhid.reconsider()

    def set_allow(self, allow: int) -> None:
        """`sysctl net.inet.carp.allow=N`: the newest virtual host is told first, as the kernel's list goes."""
        if allow == self.carp_allow:
            return
        self.world.accrue()
        self.carp_allow = allow
        for vhid in reversed(self.vhids):
            vhid.reconsider()

    def add_vip(self, vip: CarpVip, advskew: int | None = None) -> None:
        """Configure a virtual host and attach its address, as pfSense's interface_carp_configure does."""
        self.world.accrue()
        interface = self.interface(vip.interface)
        vhid = self.vhid(interface.name, vip.vhid)
        if vhid is None:
            for lower in interface.stack():
                if not lower.promiscuous:
                    self.kernel(f"{lower.name}: promiscuous mode enabled")
            vhid = Vhid(self, interface, vip.vhid, vip.advbase, vip.advskew, vip.in_use)
            self.vhids.append(vhid)
        vhid.advbase, vhid.password = vip.advbase, vip.in_use
        vhid.advskew = vip.advskew if advskew is None else advskew
        if vip.address not in vhid.addresses:
            vhid.addresses.append(vip.address)
            interface.addresses.append(Address(vip.address, vip.vhid))
            vhid.reconsider()

    def remove_address(
        self, interface: Interface, ip: ipaddress.IPv4Address | ipaddress.IPv6Address
    ) -> bool:
        """Take an address of a virtual host away; False when the interface has no such address."""
        for address in interface.addresses:
            if address.ip.ip == ip and address.vhid is not None:
                break
        else:
            return False
        self.world.accrue()
        interface.addresses.remove(address)
        vhid = self.vhid(interface.name, address.vhid)
        if vhid is not None:
            vhid.addresses.remove(address.ip)
            if vhid.addresses:
                vhid.reconsider()
            else:
                vhid.destroy()
                self.vhids.remove(vhid)
                for lower in interface.stack():
                    if not lower.promiscuous:
                        self.kernel(f"{lower.name}: promiscuous mode disabled")
        return True

    def freeze(self) -> None:
        """Hang: no callout fires, no packet is taken or sent; the neighbours still see a carrier."""
        self.world.accrue()
        self.world.touch()
        self.frozen = True
        self.tell()

    def thaw(self) -> None:
        """Go on as if no time had passed: what was due meanwhile happens now, in its order."""
        self.world.accrue()
        self.world.touch()
        self.release()
        self.tell()

    def power_off(self) -> None:
        """The power fails: no goodbye, no log line."""
        self.end_firmware()
        if self.power is Power.OFF:
            return
        self.world.accrue()
        self.world.touch()
        self.drop()
        for vhid in self.vhids:
            vhid.halt()
        self.vhids.clear()
        for interface in self.interfaces:
            interface.addresses = [a for a in interface.addresses if a.vhid is None]
            interface.clear()
        self.power = Power.OFF
        self.serving_network = self.booting = self.halting = False
        self.sync_due = self.sync_running = False
        self.pfsync.stop()
        self.tell()

    def boot(self) -> None:
        """Power on; nothing happens if it is on already."""
        self.end_firmware()
        if self.power is Power.OFF:
            self.run(power.boot(self))

    def start(self) -> None:
        """The reset: the kernel begins, and everything that lived in memory is as new."""
        self.power, self.booting = Power.BOOTING, True
        self.boottime = self.world.now
        self.counters = Counters()
        if not self.host_id_pinned:
            self.host_id = self.world.random.getrandbits(32)
        self.carp_allow, self.carp_demotion = 1, 0
        self.reset_tunables()
        self.syncdev = self.interface("SYNC").name
        for interface in self.interfaces:
            interface.admin_up = True

    def run_up(self) -> None:
        """The interfaces are configured: from now on packets are forwarded."""
        self.power = Power.ON

    def request_bulk(self) -> None:
        """pfsync asks the peer for its whole table: at boot, and whenever its settings are set again."""
        self.pfsync.configure()

    # Helpers

    def _advertise_all(self) -> None:
        for vhid in self.vhids:
            vhid.advertise()

    def tell(self) -> None:
        """Let the servers know that what the node answers has changed."""
        for callback in self.on_change:
            callback()
