"""Throwaway firewalls behind a real wire: each has a network, processes, users and a disk of its own.

All of it lives in namespaces of the process that `inside` starts, so nothing is left on the machine, whatever
happens. The tools of FreeBSD are scripts that print what was recorded on a real pair; sshd, snmpd, sudo, tail and
the shells are the machine's own.
"""

import asyncio
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pfha_tui.collector import catalogue
from pfha_tui.domain.target import NodeRole, NodeTarget, Secret, SnmpTarget, SshTarget
from tests.support.captured import ABSENT, DATA, FILES
from tests.support.processes import gone
from tests.support.sshd import keygen, make_key

NEW_NAMESPACES = ("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
ROOM = Path("/mnt")
CONSOLE = "10.77.0.1"
COMMUNITY = "lab-ro"
CAPTURED = DATA / "normal" / "fw1"

SSHD = """\
HostKey /etc/ssh/box_key
PidFile none
AuthorizedKeysFile /etc/ssh/box_authorized
StrictModes no
UsePAM no
UseDNS no
PermitRootLogin yes
PasswordAuthentication no
KbdInteractiveAuthentication no
LoginGraceTime 30
LogLevel VERBOSE
"""

SNMPD = f"""\
rocommunity {COMMUNITY}
sysDescr fw1 under test
"""


def why_not() -> str | None:
    """Why no namespaces can be made here; None if they can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    needed = ("unshare", "nsenter", "ip", "nft", "sshd", "snmpd", "sudo", "tcsh")
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    missing = [name for name in needed if shutil.which(name, path=path) is None]
    if missing:
        return f"not installed: {', '.join(missing)}"
    script = (
        "ip link add br0 type bridge && mkdir -p /mnt && mount -t tmpfs tmpfs /mnt"
        " && mkdir /mnt/u /mnt/w /mnt/r"
        " && mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/u,workdir=/mnt/w /mnt/r"
    )
    tried = subprocess.run(
        [*NEW_NAMESPACES, "sh", "-c", script], capture_output=True, text=True, timeout=60
    )
    return f"no namespaces here: {tried.stderr.strip()}" if tried.returncode else None


def inside(module: str, *words: str) -> list[str]:
    """The command line that runs a module of ours where firewalls can be made."""
    return [*NEW_NAMESPACES, sys.executable, "-m", module, *words]


async def do(*words: str, check: bool = True) -> str:
    """Run a tool without holding up the event loop; its output."""
    done = await asyncio.to_thread(
        subprocess.run, words, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL
    )
    if check and done.returncode:
        raise RuntimeError(f"{shlex.join(words)}: {done.stderr or done.stdout}")
    return str(done.stdout)


async def lay_wire() -> Path:
    """Make the switch with the console on it, and a private room for disks; the client's key is the result."""
    await do("mount", "--make-rprivate", "/")
    await do("mount", "-t", "tmpfs", "tmpfs", str(ROOM))
    await do("ip", "link", "set", "lo", "up")
    await do("ip", "link", "add", "br0", "type", "bridge")
    await do("ip", "addr", "add", f"{CONSOLE}/24", "dev", "br0")
    await do("ip", "link", "set", "br0", "up")
    return make_key(ROOM / "id")


@dataclass
class Box:
    """One firewall: `sshd` and `sudoers` are lines for its files, `shells` maps further users to theirs."""

    number: int
    key: Path
    sshd: str = ""
    sudoers: str = ""
    shells: dict[str, str] = field(default_factory=dict)
    home_files: dict[str, str] = field(default_factory=dict)
    _init: "subprocess.Popen[bytes] | None" = None
    _services: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    pid: int = 0

    @property
    def address(self) -> str:
        return f"10.77.0.{self.number}"

    @property
    def root(self) -> Path:
        """Its disk."""
        return ROOM / f"fw{self.number}" / "root"

    @property
    def port(self) -> str:
        """Its cable, at the switch."""
        return f"v{self.number}"

    @property
    def fingerprint(self) -> str:
        return keygen("-lf", str(self.root / "etc/ssh/box_key.pub")).split()[1]

    def target(self, *, snmp: bool = True, **changes: Any) -> NodeTarget:
        """The node as the console is configured for it, its present host key pinned."""
        settings: dict[str, Any] = {
            "host": self.address,
            "port": 22,
            "user": "root",
            "identity_file": str(self.key),
            "fingerprints": (self.fingerprint,),
        }
        agent = SnmpTarget(self.address, community=Secret(COMMUNITY)) if snmp else None
        return NodeTarget(
            "fw1", NodeRole.PRIMARY, self.address, SshTarget(**(settings | changes)), agent
        )

    async def install(self) -> None:
        """Make the disk."""
        folder = self.root.parent
        for name in ("upper", "work", "root"):
            (folder / name).mkdir(parents=True)
        options = f"lowerdir=/,upperdir={folder}/upper,workdir={folder}/work"
        await do("mount", "-t", "overlay", "overlay", "-o", options, str(self.root))
        self.write("etc/ssh/box_config", SSHD + self.sshd)
        self.write("etc/ssh/box_authorized", self.key.with_suffix(".pub").read_text())
        self.write("etc/box_snmpd.conf", SNMPD)
        self.write("etc/sudoers", self.sudoers, 0o440)
        self.write("var/log/system.log", (CAPTURED / "system.log.txt").read_text())
        await self.new_host_key()
        self._add_users()
        for name, text in self.home_files.items():
            self.write(name, text)
        for program, script in _tools():
            self.write(program, script, 0o755)
        (self.root / "fault").mkdir()

    async def new_host_key(self) -> None:
        """As a reinstallation does."""
        path = self.root / "etc/ssh/box_key"
        path.unlink(missing_ok=True)
        await asyncio.to_thread(make_key, path)

    async def power_on(self) -> None:
        """Boot: network first, then the servers."""
        script = (
            f"mount --make-rprivate / && mount --rbind /dev {self.root}/dev && "
            f"mount -t proc proc {self.root}/proc && exec chroot {self.root} /bin/sleep infinity"
        )
        self._boot(script)
        self.pid = await self._first_process()
        await do("ip", "link", "add", self.port, "type", "veth", "peer", "name", self._far)
        await do("ip", "link", "set", self._far, "address", f"02:00:00:00:00:{self.number:02x}")
        await do("ip", "link", "set", self._far, "netns", str(self.pid))
        await do("ip", "link", "set", self.port, "master", "br0", "up")
        for words in (
            f"ip addr add {self.address}/24 dev {self._far}",
            f"ip link set {self._far} up",
            "ip link set lo up",
        ):
            await do("nsenter", "-t", str(self.pid), "--net", *words.split())
        await self.start_sshd()
        await self.start_snmpd()

    def _boot(self, script: str) -> None:
        self._init = subprocess.Popen([*NEW_NAMESPACES[:-1], "sh", "-c", script])

    async def power_off(self) -> None:
        """Pull the cable, then the plug: not a byte goes out, and the kernel's connections are gone."""
        await do("ip", "link", "set", self.port, "down")
        for name in list(self._services):
            self.kill(name)
        if self._init is not None:
            self._init.kill()
            await asyncio.to_thread(self._init.wait, 20)
        await do("ip", "link", "del", self.port, check=False)

    async def start_sshd(self) -> None:
        self._start("sshd", "/usr/sbin/sshd", "-D", "-e", "-f", "/etc/ssh/box_config")
        await self._listening("tcp", "0016")

    async def start_snmpd(self) -> None:
        words = ("/usr/sbin/snmpd", "-f", "-C", "-c", "/etc/box_snmpd.conf", "-Ln", "udp:161")
        self._start("snmpd", *words)
        await self._listening("udp", "00A1")

    def kill(self, name: str, *, sessions: bool = True) -> None:
        """End a server at once; of sshd only the listener with `sessions` False."""
        service = self._services.pop(name)
        processes = _tree(service.pid)
        if not sessions:
            processes = [pid for pid in processes if _parent(pid) == service.pid] + [service.pid]
        for pid in processes:
            _kill(pid)
        service.wait(60)
        deadline = time.monotonic() + 60
        while not all(gone(pid) for pid in processes):  # else it still has the port
            assert time.monotonic() < deadline, f"{name} does not end"
            time.sleep(0.005)

    async def firewall(self, rules: str) -> None:
        """Rules of nft(8) for the hooks `input` and `output` of this box; none with an empty text."""
        text = "flush ruleset\n"
        if rules:
            text += "table inet t {\n chain input { type filter hook input priority 0;\n"
            text += "".join(f"  {r}\n" for r in rules.splitlines() if not r.startswith("out "))
            text += " }\n chain output { type filter hook output priority 0;\n"
            text += "".join(f"  {r[4:]}\n" for r in rules.splitlines() if r.startswith("out "))
            text += " }\n}\n"
        path = ROOM / f"rules{self.number}"
        path.write_text(text)
        await do("nsenter", "-t", str(self.pid), "--net", "nft", "-f", str(path))

    def fault(self, tool: str, script: str = "") -> None:
        """What a tool of FreeBSD does before it answers, in sh(1); mended with an empty script."""
        self.write(f"fault/{tool}", script)

    async def run(self, *words: str, check: bool = True) -> str:
        """Run something on the box."""
        return await do(*self._enter(), *words, check=check)

    def running(self) -> list[str]:
        """Command lines of all that runs there."""
        space = os.readlink(f"/proc/{self.pid}/ns/pid")
        found = []
        for pid in _numbers():
            try:
                here = os.readlink(f"/proc/{pid}/ns/pid") == space
            except OSError:
                continue
            words = _command_line(pid)
            if here and words:
                found.append(" ".join(words))
        return found

    def log_line(self, text: str) -> None:
        """Append to the system log."""
        with (self.root / "var/log/system.log").open("a") as log:
            log.write(text + "\n")

    @property
    def _far(self) -> str:
        return f"e{self.number}"

    def _enter(self) -> list[str]:
        spaces = ["--net", "--mount", "--pid", "--root", "--wd=/"]
        return ["nsenter", "-t", str(self.pid), *spaces]

    def _start(self, name: str, *words: str) -> None:
        with (self.root.parent / f"{name}.log").open("ab") as log:
            self._services[name] = subprocess.Popen(
                [*self._enter(), *words], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def said(self, name: str) -> str:
        """What a server wrote to its log."""
        return (self.root.parent / f"{name}.log").read_text(errors="replace")

    def write(self, name: str, text: str, mode: int = 0o644) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_text(text)
        path.chmod(mode)

    def _add_users(self) -> None:
        passwd = (self.root / "etc/passwd").read_text()
        shadow = (self.root / "etc/shadow").read_text()
        for number, (name, shell) in enumerate(self.shells.items(), 4000):
            passwd += f"{name}:x:{number}:{number}::/home/{name}:{shell}\n"
            shadow += f"{name}:*:20000:0:99999:7:::\n"
            home = self.root / "home" / name
            home.mkdir(parents=True)
        self.write("etc/passwd", passwd)
        self.write("etc/shadow", shadow, 0o640)

    async def _first_process(self) -> int:
        assert self._init is not None
        wanted = ["/bin/sleep", "infinity"]
        async with asyncio.timeout(60):
            while True:
                for pid in _tree(self._init.pid):
                    if _command_line(pid) == wanted:
                        return pid
                await asyncio.sleep(0.01)

    async def _listening(self, protocol: str, port: str) -> None:
        """Until something is bound to the port; sessions of an earlier server have the same one, and a peer."""

        def bound() -> bool:
            lines = Path(f"/proc/{self.pid}/net/{protocol}").read_text().splitlines()[1:]
            ends = (line.split()[1:3] for line in lines)
            return any(own.endswith(f":{port}") and far.endswith(":0000") for own, far in ends)

        async with asyncio.timeout(60):
            while not bound():  # noqa: ASYNC110 (another process listens)
                await asyncio.sleep(0.01)


def _tools() -> Iterable[tuple[str, str]]:
    """FreeBSD's programs as scripts that print what was recorded."""
    answers: dict[str, list[str]] = {}
    for command, files in FILES.items():
        if command is catalogue.LOG_TAIL:
            continue
        paths = shlex.join(str(CAPTURED / name) for name in files)
        answers.setdefault(command.argv[0], []).append(
            f"{shlex.quote(' '.join(command.argv[1:]))}) exec /bin/cat {paths} ;;"
        )
    for command in (catalogue.PF_CREATORS, catalogue.CONFIG_STAT):
        code, said = ABSENT[command]
        words = shlex.quote(said.decode().strip())
        answers.setdefault(command.argv[0], []).append(
            f"{shlex.quote(' '.join(command.argv[1:]))}) echo {words} >&2; exit {code} ;;"
        )
    for program, cases in answers.items():
        name = Path(program).name
        lines = ["#!/bin/sh", f"[ ! -r /fault/{name} ] || . /fault/{name}", 'case "$*" in', *cases]
        yield program.replace("/sbin/", "usr/sbin/", 1).lstrip("/"), "\n".join([*lines, "esac\n"])


def _numbers() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return -1


def _tree(top: int) -> list[int]:
    """A process and all below it, each before its children, so that none sees another one end and tells."""
    below: dict[int, list[int]] = {}
    for pid in _numbers():
        below.setdefault(_parent(pid), []).append(pid)
    found = [top]
    for pid in found:
        found.extend(below.get(pid, []))
    return found


def _command_line(pid: int) -> list[str]:
    try:
        return [
            word.decode() for word in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[:-1]
        ]
    except OSError:
        return []


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def now() -> float:
    """Monotonic seconds, as the collector has them."""
    return time.monotonic()
