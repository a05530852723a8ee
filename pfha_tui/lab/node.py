"""One simulated firewall: its kernel's CARP, its interfaces, its logs, its power."""

import ipaddress
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from pfha_tui.lab.carp import AD_BYTES, TICK_SLACK, Advertisement, State, Vhid
from pfha_tui.lab.counters import Counters
from pfha_tui.lab.hub import DEVD_CLIENTS, Hub
from pfha_tui.lab.interface import Address, Interface
from pfha_tui.lab.scheduler import Timer

if TYPE_CHECKING:
    from pfha_tui.lab.world import World

LOG_LINES = 5000
"""How many lines system.log keeps before the oldest go (the lab's stand-in for newsyslog)."""

BULK_RETRY = 5.0
BULK_TRIES = 13
"""pfsync asks for the bulk update every 5 s: once, and 12 times again, before it gives up."""


class Power(Enum):
    """Whether the box has power, and how far its boot has come."""

    OFF = "off"
    BOOTING = "booting"
    ON = "on"


@dataclass(slots=True)
class CarpVip:
    """A CARP VIP as the configuration holds it."""

    interface: str
    vhid: int
    address: ipaddress.IPv4Interface
    advskew: int
    description: str
    advbase: int = 1
    password: str = "lab-carp"


class Node:
    """A firewall; everything that changes at runtime, and the faults that can befall it."""

    def __init__(
        self,
        world: "World",
        name: str,
        host_id: int,
        interfaces: list[Interface],
        vips: list[CarpVip],
    ) -> None:
        self.world = world
        self.name = name
        self.hostname = f"{name}.example.net"
        self.host_id = host_id
        self.interfaces = interfaces
        self.config_vips = vips
        self.syncdev = "vtnet2"
        self.syncpeer = ""
        self.power = Power.OFF
        self.serving_network = False
        """Whether sshd and the SNMP agent run: late in the boot, and as long as the power lasts."""
        self.on_power: list[Callable[[], None]] = []
        self.boottime = world.now
        self.counters = Counters()
        self.log: deque[str] = deque(maxlen=LOG_LINES)
        self.log_hub = Hub()
        self.devd = Hub(DEVD_CLIENTS)
        self.vhids: list[Vhid] = []
        self.maintenance = False
        self.config_changed = world.now
        self.carp_allow = 1
        self.carp_preempt = 1
        self.carp_log = 1
        self.carp_demotion = 0
        self.carp_ifdown_factor = 240
        self.carp_senderr_factor = 0
        self.carp_dscp = 56
        self.pfsync_demotion_factor = 0
        self._timers: list[Timer] = []
        self._bulk_tries = 0

    def interface(self, name: str) -> Interface:
        """The interface with this kernel name or description (any case); KeyError when there is none."""
        for interface in self.interfaces:
            if name.lower() in (interface.name, interface.description.lower()):
                return interface
        raise KeyError(name)

    def vhid(self, interface: str, number: int) -> Vhid | None:
        """The virtual host with this number on this interface."""
        for vhid in self.vhids:
            if vhid.port.name == interface and vhid.number == number:
                return vhid
        return None

    def is_master(self, interface: str) -> bool:
        """Whether this node is MASTER of every virtual host of the interface, and has any there."""
        here = [vhid for vhid in self.vhids if vhid.port.name == interface]
        return bool(here) and all(vhid.state is State.MASTER for vhid in here)

    # What the kernel's CARP calls (see carp.Host)

    def timer(self, delay: float, slack: tuple[float, float], vhid: Vhid, what: str) -> Timer:
        """Arm a callout of a virtual host."""
        late = self.world.random.uniform(*slack)
        callback: Callable[[], None] = vhid.advertise if what == "advertise" else vhid.master_down
        return self.world.scheduler.after(delay + late, callback)

    def transmit(self, vhid: Vhid, advertisement: Advertisement) -> None:
        """Send an advertisement out of the interface of the virtual host."""
        interface = self.interface(vhid.port.name)
        self.counters.carp_sent += 1
        interface.sent(1, AD_BYTES, own=True)
        self.world.carry(self, interface, advertisement)

    def demote(self, adjustment: int, reason: str) -> None:
        """Change the demotion counter; every MASTER advertises at once, from a task queue."""
        self.carp_demotion += adjustment
        if self.carp_log:
            self.kernel(f"carp: demoted by {adjustment} to {self.carp_demotion} ({reason})")
        self.world.scheduler.after(0.0, self._advertise_all)

    def transition(self, vhid: Vhid, old: State, new: State, reason: str) -> None:
        """Log a change of role, tell devd, and let the traffic of before be counted for the old role."""
        self.world.accrue()
        self.world.touch()
        if self.carp_log:
            self.kernel(f"carp: {vhid.number}@{vhid.port.name}: {old} -> {new} ({reason})")
        self.event(f"!system=CARP subsystem={vhid.number}@{vhid.port.name} type={new}")
        self._announce(vhid, new)

    def hear(self, interface: Interface, advertisement: Advertisement) -> None:
        """An advertisement arrives on an interface (carp_input)."""
        if self.power is Power.OFF or not (interface.link and interface.admin_up):
            return
        interface.received(1, AD_BYTES)
        interface.imulticasts += 1
        here = [vhid for vhid in self.vhids if vhid.port.name == interface.name]
        if not here:
            return
        self.counters.carp_received += 1
        if not self.carp_allow:
            return
        vhid = self.vhid(interface.name, advertisement.vhid)
        if vhid is None:
            self.counters.carp_bad_vhid += 1
        elif not vhid.receive(advertisement):
            self.counters.carp_bad_authentication += 1

    # Logs and events

    def kernel(self, text: str) -> None:
        """A line of the kernel in system.log."""
        self.syslog("kernel", text)

    def syslog(self, program: str, text: str) -> None:
        """A line in system.log, stamped with the node's clock (UTC, whole seconds)."""
        stamp = time.gmtime(self.world.now)
        day = f"{time.strftime('%b', stamp)} {stamp.tm_mday:2d} {time.strftime('%H:%M:%S', stamp)}"
        line = f"{day} {self.name} {program}: {text}\n"
        self.log.append(line)
        self.log_hub.emit(line)

    def event(self, text: str) -> None:
        """A line on devd's pipe."""
        self.devd.emit(text + "\n")

    # Faults and switches

    def set_link(self, name: str, up: bool) -> None:
        """Pull or plug a cable: CARP hears of it first, then devd, then the log."""
        interface = self.interface(name)
        if interface.link == up:
            return
        self.world.accrue()
        self.world.touch()
        interface.link = up
        if self.power is Power.OFF:
            return
        word = "UP" if up else "DOWN"
        for vhid in [vhid for vhid in self.vhids if vhid.port.name == interface.name]:
            vhid.reconsider()
        self.event(f"!system=IFNET subsystem={interface.name} type=LINK_{word}")
        self.kernel(f"{interface.name}: link state changed to {word}")

    def set_admin(self, name: str, up: bool) -> None:
        """`ifconfig IF up|down`."""
        interface = self.interface(name)
        if interface.admin_up == up:
            return
        self.world.accrue()
        interface.admin_up = up
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
            if not interface.promiscuous:
                self.kernel(f"{interface.name}: promiscuous mode enabled")
            vhid = Vhid(self, interface, vip.vhid, vip.advbase, vip.advskew, vip.password)
            self.vhids.append(vhid)
        vhid.advbase, vhid.password = vip.advbase, vip.password
        vhid.advskew = vip.advskew if advskew is None else advskew
        if vip.address not in vhid.addresses:
            vhid.addresses.append(vip.address)
            interface.addresses.append(Address(vip.address, vip.vhid))
            vhid.reconsider()

    def remove_address(self, interface: Interface, ip: ipaddress.IPv4Address) -> bool:
        """`ifconfig IF ADDRESS -alias`; False when the interface has no such address."""
        for address in interface.addresses:
            if address.ip.ip == ip:
                break
        else:
            return False
        self.world.accrue()
        interface.addresses.remove(address)
        vhid = self.vhid(interface.name, address.vhid) if address.vhid is not None else None
        if vhid is not None:
            vhid.addresses.remove(address.ip)
            if vhid.addresses:
                vhid.reconsider()
            else:
                vhid.destroy()
                self.vhids.remove(vhid)
                if not interface.promiscuous:
                    self.kernel(f"{interface.name}: promiscuous mode disabled")
        return True

    def power_off(self) -> None:
        """The power fails: no goodbye, no log line."""
        if self.power is Power.OFF:
            return
        self.world.accrue()
        self.world.touch()
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        for vhid in self.vhids:
            vhid.halt()
        self.vhids.clear()
        for interface in self.interfaces:
            interface.addresses = [a for a in interface.addresses if a.vhid is None]
            interface.clear()
        self.power = Power.OFF
        self.serving_network = False
        self._tell_power()

    def boot(self) -> None:
        """Power on; the recorded guest had its virtual hosts up nine seconds later."""
        if self.power is not Power.OFF:
            return
        self.world.accrue()
        self.world.touch()
        self.power = Power.BOOTING
        self.boottime = self.world.now
        self.counters = Counters(states=0.0, searches=0.0)
        self.carp_allow, self.carp_demotion = 1, 0
        for delay, step in ((4.0, self._boot_kernel), (6.0, self._boot_links), (7.0, self._boot_pfsync),
                            (8.0, self._boot_services), (9.0, self._boot_carp)):  # fmt: skip
            self._later(delay, step)

    # Boot, step by step

    def _boot_kernel(self) -> None:
        self.kernel("---<<BOOT>>---")
        self.kernel("FreeBSD 12.1-STABLE HALAB amd64")
        self.kernel("Timecounters tick every 10.000 msec")
        for interface in self.interfaces:
            if interface.ethernet:
                self.kernel(
                    f"{interface.name}: <VirtIO Networking Adapter> on virtio_pci{interface.index - 1}"
                )
                self.kernel(f"{interface.name}: Ethernet address: {interface.mac}")

    def _boot_links(self) -> None:
        for interface in self.interfaces:
            if interface.link and (interface.ethernet or interface.name == "lo0"):
                self.event(f"!system=IFNET subsystem={interface.name} type=LINK_UP")
                self.kernel(f"{interface.name}: link state changed to UP")

    def _boot_pfsync(self) -> None:
        self.demote(self.pfsync_demotion_factor, "pfsync bulk start")
        self._bulk_tries = 0
        self._bulk_request()

    def _bulk_request(self) -> None:
        self._bulk_tries += 1
        self.counters.sync_sent_marks += 1
        if self.world.syncs(self, self.world.peer(self)):
            self.counters.sync_received_marks += 2
            self.world.copy_states(self)
            self.demote(-self.pfsync_demotion_factor, "pfsync bulk done")
        elif self._bulk_tries < BULK_TRIES:
            self._later(BULK_RETRY, self._bulk_request)
        else:
            self.demote(-self.pfsync_demotion_factor, "pfsync bulk fail")

    def _boot_services(self) -> None:
        self.serving_network = True
        self._tell_power()

    def _boot_carp(self) -> None:
        self.power = Power.ON
        for vip in self.config_vips:
            self.add_vip(vip, 254 if self.maintenance else None)
        self.syslog("php-cgi", "rc.bootup: Creating rrd update script")

    # Helpers

    def _announce(self, vhid: Vhid, new: State) -> None:
        """What pfSense's devd rules make of a transition; its script runs for INIT as for BACKUP."""
        vip = next((v for v in self.config_vips if v.vhid == vhid.number), None)
        word = "master" if new is State.MASTER else "backup"
        self._later(0.2, lambda: self.syslog("check_reload_status[383]", f"Carp {word} event"))
        if vip is not None:
            text = (
                f'/rc.carp{word}: HA cluster member "({vip.address.ip}@{vip.interface}): ({vip.description})" '
                f'has resumed CARP state "{word.upper()}" for vhid {vip.vhid}'
            )
            self._later(1.6, lambda: self.syslog("php-fpm[364]", text))

    def _advertise_all(self) -> None:
        for vhid in self.vhids:
            vhid.advertise()

    def _later(self, delay: float, callback: Callable[[], None]) -> None:
        """A timer that dies with the power."""
        self._timers = [
            timer for timer in self._timers if timer.when >= self.world.now and not timer.cancelled
        ]
        late = self.world.random.uniform(*TICK_SLACK)
        self._timers.append(self.world.scheduler.after(delay + late, callback))

    def _tell_power(self) -> None:
        for callback in self.on_power:
            callback()
