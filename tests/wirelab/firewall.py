"""A firewall of the wire lab: a box with cables to WAN, LAN and SYNC, a speaker, and FreeBSD's commands over it."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from pfha_tui.domain.target import NodeRole, NodeTarget, Secret, SnmpTarget, SshTarget
from tests.support.netns import COMMUNITY, ROOM, Box, do
from tests.wirelab.packet import virtual_mac
from tests.wirelab.speaker import Settings

TRUTH = ROOM / "truth"
PASSWORD = "wire-lab"
ADVSKEW = {1: 0, 2: 100}


@dataclass(frozen=True)
class Wire:
    """A segment: the VHID on it, if any; the interface's name is FreeBSD's and Linux's."""

    label: str
    interface: str
    network: str
    vhid: int | None

    def address(self, last: int) -> str:
        return f"{self.network}.{last}"

    @property
    def vip(self) -> str:
        return self.address(1)


WAN = Wire("WAN", "vtnet0", "203.0.113", 1)
LAN = Wire("LAN", "vtnet1", "192.168.1", 2)
SYNC = Wire("SYNC", "vtnet2", "172.16.1", None)
WIRES = (WAN, LAN, SYNC)

_ASK = 'reply=$(printf "%s\\n" "{tool} $*" | /bin/nc -N -U /run/wire/control) || exit 69\n'
_ANSWER = """\
code=${reply%%
*}
[ "$reply" = "$code" ] || printf '%s\\n' "${reply#*
}"
exit "$code"
"""


def _asking(tool: str, cases: str = "") -> str:
    return f'#!/bin/sh\ncase "$*" in\n{cases}esac\n' + _ASK.format(tool=tool) + _ANSWER


def _stand_ins(keep: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Programs of FreeBSD and pfSense; `keep` has what only prints a recording, by program."""
    yield "usr/sbin/ifconfig", _asking("ifconfig", "-a) exec /bin/cat /run/wire/ifconfig-a ;;\n")
    sysctl = (
        '"-i net.inet.carp net.pfsync") exec /bin/cat /run/wire/sysctl-carp ;;\n'
        '"-i kern.boottime "*) exec /bin/cat /run/wire/sysctl-system ;;\n'
    )
    identity = "".join(f"{line}\n" for line in keep["sysctl"].splitlines() if "identity" in line)
    yield "usr/sbin/sysctl", _asking("sysctl", sysctl + identity)
    carp = '"--libxo json -s -p carp") exec /bin/cat /run/wire/netstat-carp ;;\n'
    yield "usr/bin/netstat", keep["netstat"].replace("in\n", f"in\n{carp}", 1)
    yield "usr/local/sbin/pfSsh.php", _asking("playback").replace("playback $*", "$*")
    stat = "exec /usr/bin/find /cf/conf/config.xml -printf '%Ts %s\\n'\n"
    yield "usr/bin/stat", f"#!/bin/sh\n{stat}"
    yield (
        "usr/bin/lockf",
        '#!/bin/sh\nwhile :; do case "$1" in\n-t) shift 2 ;;\n-*) shift ;;\n*) break ;;\nesac; done\n'
        'exec /usr/bin/flock -n -E 75 "$@"\n',
    )
    yield (
        "usr/bin/logger",
        "#!/bin/sh\nwhile [ $# -gt 1 ]; do shift; done\n"
        'echo "$(date "+%b %e %H:%M:%S") fw pfha-tui: $1" >>/var/log/system.log\n',
    )


@dataclass
class Firewall(Box):
    """`index` is 1 or 2: fw1 is the primary with advskew 0, fw2 has 100. `password` is that of its VHIDs."""

    index: int = 1
    password: str = PASSWORD
    bare: bool = False
    """Without a speaker: something else speaks for it."""
    plumb_after: float = 0.0
    """Sabotage: how late it serves its VIPs when it has become master (s)."""
    _speaker: "subprocess.Popen[bytes] | None" = None
    on: bool = False
    """Between the end of its boot and the next power cut."""
    others: "list[subprocess.Popen[bytes]]" = field(default_factory=list)
    """Further processes in its network, which end and freeze with it."""

    @property
    def name(self) -> str:
        return f"fw{self.index}"

    def own(self, wire: Wire) -> str:
        return wire.address(1 + self.index)

    def plug(self, wire: Wire) -> str:
        """The switch's end of its cable."""
        return f"{wire.label.lower()}{self.index}"

    @property
    def plugs(self) -> list[str]:
        return [self.plug(wire) for wire in WIRES]

    def mac(self, wire: Wire) -> str:
        return f"52:54:00:{self.index:02x}:00:{WIRES.index(wire):02x}"

    def target(self, *, snmp: bool = True, **changes: Any) -> NodeTarget:
        """The node as the console is configured for it, its host key pinned."""
        settings: dict[str, Any] = {
            "host": self.address,
            "port": 22,
            "user": "root",
            "identity_file": str(self.key),
            "fingerprints": (self.fingerprint,),
        }
        role = NodeRole.PRIMARY if self.index == 1 else NodeRole.SECONDARY
        agent = SnmpTarget(self.address, community=Secret(COMMUNITY)) if snmp else None
        return NodeTarget(self.name, role, self.address, SshTarget(**settings | changes), agent)

    async def install(self) -> None:
        """The box's disk, with stand-ins that ask the speaker."""
        await super().install()
        keep = {}
        for name in ("usr/sbin/sysctl", "usr/bin/netstat", "usr/sbin/pfctl"):
            recorded = (self.root / name).read_text()
            keep[name.rpartition("/")[2]] = recorded.replace("normal/fw1", f"normal/{self.name}")
        self.write("usr/sbin/pfctl", keep["pfctl"], 0o755)
        for path, script in _stand_ins(keep):
            self.write(path, script, 0o755)
        self.write("etc/version", "2.7.2-RELEASE\n")
        self.write("var/log/system.log", "")
        conf = self.root / "cf/conf"
        conf.mkdir(parents=True)
        (conf / "config.xml").symlink_to("/run/wire/config.xml")
        TRUTH.mkdir(exist_ok=True)

    async def power_on(self) -> None:
        """Boot: the management net and servers first, then the cables, then CARP."""
        await super().power_on()
        made = "".join(
            f"link add {self.plug(wire)} type veth peer name {wire.interface} netns {self.pid}\n"
            f"link set {self.plug(wire)} master {wire.label.lower()}{'AB'[self.index - 1]} up\n"
            for wire in WIRES
        )
        await batch(made)
        # A macvlan that speaks IPv6 tells the switches that a backup has the virtual MAC.
        await self._set("ipv6", [("conf/all/disable_ipv6", 1), ("conf/default/disable_ipv6", 1)])
        await batch("".join(self._configured()), self.pid)
        await self._set("ipv4", self._switches())
        self.on = True
        if not self.bare:
            self.start_speaker()

    async def _set(self, family: str, settings: Iterable[tuple[str, int]]) -> None:
        script = " && ".join(
            f"echo {value} >/proc/sys/net/{family}/{name}" for name, value in settings
        )
        await do(*self.in_network(), "sh", "-c", script)

    def _configured(self) -> Iterator[str]:
        for wire in WIRES:
            yield f"link set {wire.interface} address {self.mac(wire)}\n"
            yield f"addr add {self.own(wire)}/24 dev {wire.interface}\n"
            yield f"link set {wire.interface} up\n"
            if wire.vhid is not None and not self.bare:
                carp = f"carp{wire.vhid}"
                yield (
                    f"link add {carp} link {wire.interface} address {virtual_mac(wire.vhid)}"
                    " type macvlan mode bridge\n"
                )
                yield f"link set {carp} allmulticast on up\n"

    def _switches(self) -> Iterator[tuple[str, int]]:
        yield "ip_forward", 1
        vhids = [f"carp{wire.vhid}" for wire in WIRES if wire.vhid is not None and not self.bare]
        for name in ("all", "default", *(wire.interface for wire in WIRES), *vhids):
            yield f"conf/{name}/rp_filter", 0
            yield f"conf/{name}/send_redirects", 0
            yield f"conf/{name}/arp_ignore", 1
        # A backup's stack must not forward what is sent to the virtual MAC.
        yield from ((f"conf/{carp}/forwarding", 0) for carp in vhids)

    def in_network(self) -> list[str]:
        """Words that run something in its network, with the disk of the test."""
        return ["nsenter", "-t", str(self.pid), "--net"]

    def settings(self) -> Settings:
        ports = [
            {
                "name": wire.interface,
                "description": wire.label,
                "address": f"{self.own(wire)}/24",
                "mac": self.mac(wire),
            }
            for wire in WIRES
        ]
        vhids = [
            {
                "number": wire.vhid,
                "interface": wire.interface,
                "addresses": [wire.vip],
                "password": self.password,
                "advskew": ADVSKEW[self.index],
            }
            for wire in WIRES
            if wire.vhid is not None
        ]
        peer = SYNC.address(4 - self.index)
        truth = str(TRUTH / f"{self.name}.jsonl")
        here = self.name, str(self.root), truth
        return Settings(*here, ports, vhids, SYNC.interface, peer, self.plumb_after)

    def start_speaker(self) -> None:
        path = ROOM / f"speaker{self.index}.json"
        path.write_text(json.dumps(asdict(self.settings())))
        words = [*self.in_network(), sys.executable, "-m", "tests.wirelab.speaker", str(path)]
        self._speaker = self._spawn(words, "speaker")

    def start(self, name: str, *words: str) -> "subprocess.Popen[bytes]":
        """Something else that runs in its network until the power goes."""
        process = self._spawn([*self.in_network(), *words], name)
        self.others.append(process)
        return process

    def _spawn(self, words: list[str], name: str) -> "subprocess.Popen[bytes]":
        with (self.root.parent / f"{name}.log").open("ab") as log:
            return subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def _processes(self) -> list["subprocess.Popen[bytes]"]:
        return [*([self._speaker] if self._speaker is not None else []), *self.others]

    async def power_off(self) -> None:
        """Not a byte more goes out: its processes are killed, then the cables are dead."""
        gone = self._processes()
        self.on = False
        for process in gone:
            process.kill()
        await batch("".join(f"link set {plug} down\n" for plug in self.plugs))
        for process in gone:
            await asyncio.to_thread(process.wait, 20)
        self._speaker, self.others = None, []
        await super().power_off()
        for plug in self.plugs:
            await do("ip", "link", "del", plug, check=False)

    async def freeze(self) -> None:
        """As a virtual machine that is not scheduled: nothing runs, nothing is answered, the carrier stays."""
        for pid in [*(process.pid for process in self._processes()), *self._inside()]:
            os.kill(pid, signal.SIGSTOP)
        await batch("".join(f"link set {plug} nomaster\n" for plug in (*self.plugs, self.port)))

    async def thaw(self) -> None:
        """It goes on where it was."""
        await batch(
            f"link set {self.port} master br0\n"
            + "".join(
                f"link set {self.plug(wire)} master {wire.label.lower()}{'AB'[self.index - 1]}\n"
                for wire in WIRES
            )
        )
        for pid in [*self._inside(), *(process.pid for process in self._processes())]:
            os.kill(pid, signal.SIGCONT)

    def _inside(self) -> list[int]:
        space = os.readlink(f"/proc/{self.pid}/ns/pid")
        found = []
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                if os.readlink(f"/proc/{name}/ns/pid") == space:
                    found.append(int(name))
            except OSError:
                continue
        return found

    def truth(self) -> list[dict[str, Any]]:
        """What happened on it, in order."""
        path = TRUTH / f"{self.name}.jsonl"
        if not path.exists():
            return []
        whole = path.read_text()
        return [json.loads(line) for line in whole[: whole.rfind("\n") + 1].splitlines()]

    @property
    def listened_to(self) -> bool:
        """Somebody has been at devd's pipe since it was switched on."""
        told = [one["event"] for one in self.truth()]
        return "listener" in told and told[::-1].index("listener") < told[::-1].index("start")

    def roles(self) -> dict[int, str]:
        """Its VHIDs' states by its own telling; none while it is off."""
        found: dict[int, str] = {}
        for event in self.truth():
            if event["event"] == "start":
                found = {}
            elif event["event"] == "role":
                found[event["vhid"]] = event["new"]
        return found if self.on else {}


async def batch(lines: str, pid: int | None = None) -> None:
    """Many ip(8) commands at once, in the network namespace of a process or in ours."""
    where = [] if pid is None else ["nsenter", "-t", str(pid), "--net"]
    done = await asyncio.to_thread(
        subprocess.run,
        [*where, "ip", "-batch", "-"],
        input=lines,
        capture_output=True,
        text=True,
        timeout=60,
    )
    if done.returncode:
        raise RuntimeError(f"ip -batch: {done.stderr}\n{lines}")
