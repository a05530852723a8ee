"""FreeBSD 12's commands, answered from a speaker's live state in the words of the recordings."""

import json
import re
import time
from dataclasses import dataclass, field
from ipaddress import ip_interface
from pathlib import Path

from tests.wirelab.carp import Kernel, Vhid

CAPTURED = Path(__file__).parents[1] / "data" / "captures" / "normal" / "fw1"
MAINTENANCE_SKEW = 254
_OPTIONS = (
    "\toptions=6c00bb<RXCSUM,TXCSUM,VLAN_MTU,VLAN_HWTAGGING,JUMBO_MTU,VLAN_HWCSUM,VLAN_HWTSO,LINKSTATE,"
    "RXCSUM_IPV6,TXCSUM_IPV6>"
)
_LO0 = """\
lo0: flags=8049<UP,LOOPBACK,RUNNING,MULTICAST> metric 0 mtu 16384
	options=680003<RXCSUM,TXCSUM,LINKSTATE,RXCSUM_IPV6,TXCSUM_IPV6>
	inet6 ::1 prefixlen 128
	inet 127.0.0.1 netmask 0xff000000
	groups: lo
	nd6 options=21<PERFORMNUD,AUTO_LINKLOCAL>
pflog0: flags=41<UP,RUNNING> metric 0 mtu 33160
	groups: pflog
"""


@dataclass(frozen=True)
class Port:
    """An interface of a node: FreeBSD's name is also the Linux device's."""

    name: str
    description: str
    address: str
    mac: str


@dataclass
class Face:
    """What a node answers. `flag` is pfSense's maintenance flag, `configured` the skews of config.xml."""

    name: str
    ports: list[Port]
    syncdev: str
    syncpeer: str
    kernel: Kernel
    configured: dict[tuple[str, int], int] = field(default_factory=dict)
    flag: bool = False
    booted: float = field(default_factory=time.time)

    def __post_init__(self) -> None:
        self.configured = {(v.interface, v.number): v.advskew for v in self.kernel.vhids}

    def files(self) -> dict[str, str]:
        """What the stand-ins print without asking, by the name of the file."""
        return {
            "ifconfig-a": self.ifconfig(),
            "sysctl-carp": self.sysctl_carp(),
            "sysctl-system": self._sysctl_system(),
            "netstat-carp": self._netstat_carp(),
            "config.xml": self._config(),
        }

    def ifconfig(self) -> str:
        found = "".join(self._port(port) for port in self.ports) + _LO0
        return found + (
            "pfsync0: flags=41<UP,RUNNING> metric 0 mtu 1500\n"
            f"\tpfsync: syncdev: {self.syncdev} syncpeer: {self.syncpeer} maxupd: 128 defer: off\n"
            "\tgroups: pfsync\n"
        )

    def _port(self, port: Port) -> str:
        vhids = [v for v in self.kernel.vhids if v.interface == port.name]
        number, promisc = ("8943", "PROMISC,") if vhids else ("8843", "")
        flags = f"{number}<UP,BROADCAST,RUNNING,{promisc}SIMPLEX,MULTICAST>"
        link = self.kernel.link[port.name]
        own = ip_interface(port.address)
        mask = f"netmask 0x{int(own.netmask):x} broadcast {own.network.broadcast_address}"
        lines = [
            f"{port.name}: flags={flags} metric 0 mtu 1500",
            f"\tdescription: {port.description}",
            _OPTIONS,
            f"\tether {port.mac}",
            f"\tinet {own.ip} {mask}",
            *(f"\tinet {vip} {mask} vhid {v.number}" for v in vhids for vip in v.addresses),
            *(
                f"\tcarp: {v.state} vhid {v.number} advbase {v.advbase} advskew {v.advskew}"
                for v in vhids
            ),
            f"\tmedia: Ethernet 10Gbase-T <full-duplex>{'' if link else ' (none)'}",
            f"\tstatus: {'active' if link else 'no carrier'}",
            "\tnd6 options=21<PERFORMNUD,AUTO_LINKLOCAL>",
        ]
        return "".join(line + "\n" for line in lines)

    def sysctl_carp(self) -> str:
        kernel = self.kernel
        values = {
            "net.inet.carp.ifdown_demotion_factor": kernel.ifdown_factor,
            "net.inet.carp.senderr_demotion_factor": 0,
            "net.inet.carp.demotion": kernel.demotion,
            "net.inet.carp.log": 1,
            "net.inet.carp.preempt": kernel.preempt,
            "net.inet.carp.dscp": 56,
            "net.inet.carp.allow": kernel.allow,
            "net.pfsync.pfsync_buckets": 4,
            "net.pfsync.carp_demotion_factor": 0,
        }
        return "".join(f"{name}: {value}\n" for name, value in values.items())

    def _sysctl_system(self) -> str:
        whole = "".join(
            (CAPTURED / name).read_text() for name in ("sysctl-kern-misc.txt", "sysctl-mem.txt")
        )
        stamp = time.strftime("%a %b %e %H:%M:%S %Y", time.localtime(self.booted))
        since = f"kern.boottime: {{ sec = {int(self.booted)}, usec = 0 }} {stamp}"
        return re.sub(r"kern\.boottime: .*", since, whole)

    def _netstat_carp(self) -> str:
        recorded = json.loads((CAPTURED / "netstat-libxo-json-s-p-carp.txt").read_text())
        counters = recorded["statistics"]["carp"]
        for name in counters:
            counters[name] = self.kernel.counters[name]
        return json.dumps(recorded) + "\n"

    def _config(self) -> str:
        flag = "<virtualip_carp_maintenancemode>1</virtualip_carp_maintenancemode>\n"
        return f"<?xml version='1.0'?>\n<pfsense>\n{flag if self.flag else ''}</pfsense>\n"

    def ask(self, words: list[str]) -> tuple[int, str]:
        """Any other form of a command: exit code and output."""
        match words:
            case ["sysctl", *rest]:
                return self._sysctl(rest)
            case ["ifconfig", *rest]:
                return self._ifconfig(rest)
            case ["playback", name]:
                return self._playback(name)
        return 64, f"{' '.join(words)}: not answered here\n"

    def _sysctl(self, words: list[str]) -> tuple[int, str]:
        bare = "-n" in words
        known = dict(line.split(": ") for line in self.sysctl_carp().splitlines())
        said = []
        for word in (each for each in words if not each.startswith("-")):
            name, equals, value = word.partition("=")
            if name not in known:
                return 1, f"sysctl: unknown oid '{name}'\n"
            if equals:
                self._write(name, int(value))
                now = dict(line.split(": ") for line in self.sysctl_carp().splitlines())[name]
                said.append(f"{name}: {known[name]} -> {now}\n")
            else:
                said.append(f"{known[name]}\n" if bare else f"{name}: {known[name]}\n")
        return 0, "".join(said)

    def _write(self, name: str, value: int) -> None:
        leaf = name.rpartition(".")[2]
        if leaf == "demotion":
            self.kernel.demote(value, "sysctl")
        elif leaf == "allow":
            self.kernel.set_allow(value)
        elif leaf == "preempt":
            self.kernel.preempt = value

    def _ifconfig(self, words: list[str]) -> tuple[int, str]:
        """`ifconfig IF vhid N [advskew S] [advbase B] [state STATE]`; the syncdev of pfsync0 stays as it is."""
        if words[:1] == ["pfsync0"]:
            return 0, ""
        if len(words) == 1:
            found = [self._port(port) for port in self.ports if port.name == words[0]]
            return (0, found[0]) if found else (1, f"ifconfig: no interface {words[0]}\n")
        interface, *rest = words
        settings = dict(zip(rest[::2], rest[1::2], strict=True))
        vhid = self._vhid(interface, int(settings.pop("vhid", "0")))
        if vhid is None:
            return 1, "ifconfig: no such vhid\n"
        skew, base = settings.get("advskew"), settings.get("advbase")
        state = settings.get("state")
        self.kernel.configure(
            vhid,
            int(skew) if skew is not None else None,
            int(base) if base is not None else None,
            state.upper() if state is not None else None,
        )
        return 0, ""

    def _vhid(self, interface: str, number: int) -> Vhid | None:
        here = (v for v in self.kernel.vhids if (v.interface, v.number) == (interface, number))
        return next(here, None)

    def _playback(self, name: str) -> tuple[int, str]:
        """pfSense's playbacks: the maintenance mode is 254 for every advskew, and a flag in config.xml."""
        texts = {
            "enablecarpmaint": "Enabling CARP maintenance mode...\n",
            "disablecarpmaint": "Disabling CARP maintenance mode...\n",
        }
        if name not in texts:
            return 255, "Error: Invalid playback file specified.\n"
        self.flag = name == "enablecarpmaint"
        for vhid in self.kernel.vhids:
            skew = MAINTENANCE_SKEW if self.flag else self.configured[vhid.interface, vhid.number]
            self.kernel.configure(vhid, skew, None, None)
        return 0, texts[name]
