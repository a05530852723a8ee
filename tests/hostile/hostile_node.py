"""A firewall that answers the catalogue's commands with whatever a test says, over real SSH."""

import contextlib
import json
import random
import re
import shlex
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import asyncssh

from pfha_tui.collector import catalogue
from pfha_tui.domain.command import Command
from pfha_tui.domain.target import NodeRole, NodeTarget, PairTarget, SnmpTarget, SshTarget
from tests.fuzz.harnesses import WRITTEN
from tests.support import captured
from tests.support.ssh_double import World, serving, write_key

Process = asyncssh.SSHServerProcess[bytes]

EVIL = (
    "\x1b]0;PWNED\x07\x1b[31;5;7mPWNED\x1b[2J\x9b2JPWNED\x9d0;PWNED\x9c\u202ePWNED\u2066"
    "[bold red]PWNED[/bold red][@click=app.quit]PWNED[/]{0}%s\r\x08\x00"
)
"""Escape sequences of seven and of eight bits, bidirectional controls, markup, and what breaks a line."""


@dataclass(frozen=True)
class Reply:
    """What a command prints. `end` is None where it ends, else what the shell does instead: it goes on with
    `endless` output, or is `gone`."""

    code: int
    out: bytes
    err: bytes = b""
    end: str | None = None


Answers = Callable[[Command], Reply]
COMMANDS = {command.argv: command for command in catalogue.READS}


def good(node: str = "fw1") -> Answers:
    """A healthy node: what was recorded, and pfSense's own where a plain FreeBSD has nothing."""

    def answer(command: Command) -> Reply:
        if command == catalogue.BOOTING:
            return Reply(1, b"")
        if command == catalogue.MAINTENANCE:
            return Reply(1, b"0\n")
        if command in captured.FILES:
            found = captured.answer("normal", node, command)
            return Reply(found.exit_code, found.stdout, found.stderr)
        return Reply(0, WRITTEN[command.id][0])

    return answer


def changed(change: Callable[[Command, Reply], Reply], node: str = "fw1") -> Answers:
    """A healthy node whose every answer is changed."""
    healthy = good(node)
    return lambda command: change(command, healthy(command))


class HostileNode:
    """One node; `clock` is what date(1) says, `devd` and `log` what the streams bring, `marks` how the shell
    spoils its own marker lines."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.clock = lambda: b"1795389300 +0000"
        self.devd = b""
        self.log = b""
        self.marks: Callable[[bytes, bool], bytes] = lambda line, stderr: line
        self.asked: list[str] = []
        self.world = World()
        self.world.handlers = {"/bin/sh -s": self._shell, "exec /bin/cat": _echo}

    async def _shell(self, process: Process) -> None:
        with contextlib.suppress(OSError, asyncssh.Error):
            first = await process.stdin.readline()
            if first.startswith(b"{ "):
                await self._stream(process)
            else:
                await self._frames(process)
        process.exit(0)

    async def _stream(self, process: Process) -> None:
        line = await process.stdin.readline()
        found = re.search(rb"@([0-9a-f]{32})", line)
        assert found is not None
        begin = b"\n@" + found[1] + b" B\n"
        process.stdout.write(begin + self.devd)
        process.stderr.write(begin + self.log)
        while await process.stdin.readline():
            continue

    async def _frames(self, process: Process) -> None:
        nonce = b""
        while line := await process.stdin.readline():
            if found := re.search(rb"@([0-9a-f]{32})", line):
                nonce = found[1]
            elif found := re.match(rb'm "B ([0-9]+)[ "]', line):
                self._mark(process, nonce, b"B " + found[1] + b" " + self.clock())
            elif found := re.match(rb'(.*); m "E ([0-9]+) ([0-9]+) \$\?"', line):
                reply = self._reply(found[1].decode())
                process.stdout.write(reply.out)
                process.stderr.write(reply.err)
                while reply.end == "endless":
                    process.stdout.write(b"y\n" * 50_000)
                    await process.stdout.drain()
                if reply.end == "gone":
                    return
                end = b"E %s %s %d" % (found[2], found[3], reply.code)
                self._mark(process, nonce, end)
                await process.stdout.drain()

    def _mark(self, process: Process, nonce: bytes, words: bytes) -> None:
        line = b"\n@" + nonce + b" " + words + b"\n"
        process.stdout.write(self.marks(line, False))
        process.stderr.write(self.marks(line, True))

    def _reply(self, text: str) -> Reply:
        words = tuple(shlex.split(text.rpartition(" | ")[2].removesuffix(" </dev/null")))
        self.asked.append(" ".join(words))
        if words == ("/usr/bin/id", "-u"):
            return Reply(0, b"0\n")
        if words[0] == "test":
            return Reply(1, b"")
        return self.answers(COMMANDS[words])


async def _echo(process: Process) -> None:
    with contextlib.suppress(OSError, asyncssh.Error):
        while data := await process.stdin.read(4096):
            process.stdout.write(b"\x1b[2J\xff9999999\n-1\n" + data)
    process.exit(0)


@contextlib.asynccontextmanager
async def hostile_pair(
    folder: Path,
    first: HostileNode,
    second: HostileNode,
    snmp_port: int | None = None,
    community: Any = None,
) -> AsyncIterator[PairTarget]:
    """Both nodes, listening, and the pair as it would be configured."""
    path, key = write_key(folder)
    targets = []
    async with contextlib.AsyncExitStack() as stack:
        for role, node in zip(NodeRole, (first, second), strict=True):
            node.world.allowed.add(key.get_fingerprint())
            await stack.enter_async_context(serving(node.world))
            ssh = SshTarget(
                "127.0.0.1",
                node.world.port,
                "root",
                identity_file=str(path),
                fingerprints=(node.world.host_key.get_fingerprint(),),
            )
            name = "fw1" if role is NodeRole.PRIMARY else "fw2"
            targets.append(NodeTarget(name, role, "127.0.0.1", ssh))
        if snmp_port is not None:
            agent = SnmpTarget("127.0.0.1", snmp_port, community=community)
            targets[0] = replace(targets[0], snmp=agent)
        yield PairTarget("hostile", *targets, poll_s=0.5)


def cut(command: Command, reply: Reply) -> Reply:
    """Cut off in the middle of a line, somewhere in the second half."""
    dice = random.Random(command.id)
    text = reply.out
    places = [n for n in range(len(text) // 2, len(text)) if n and text[n - 1 : n] != b"\n"]
    return replace(reply, out=text[: dice.choice(places)] if places else b"")


def evil_text(command: Command, reply: Reply) -> Reply:
    """Escapes and markup wherever a node has words of its own."""
    out, evil = reply.out, EVIL.replace("\n", " ").encode()
    if command == catalogue.IFCONFIG:
        out = re.sub(rb"\tdescription: .*\n", b"", out)
        out = re.sub(rb"(\toptions=)", b"\tdescription: " + evil + rb"\n\1", out)
        for word in (b"media: ", b"status: ", b"groups: "):
            out = out.replace(word, word + evil)
    elif command == catalogue.SYSCTL_IDENTITY:
        out = re.sub(rb"(kern\.(hostname|osrelease): ).*", lambda m: m[1] + evil, out)
    elif command == catalogue.VERSION:
        out = b"2.8.1\x1b[2JPWNED\x9b1m\xe2\x80\xae\n"
    elif command == catalogue.NETSTAT_PFSYNC:
        out = out.replace(b'"dropped-', b'"dropped-' + json.dumps(EVIL)[1:-1].encode())
    elif command == catalogue.GATEWAYS:
        out = "\x1b[2JPWNED\u202e 1240 180 0\n".encode()
    elif command == catalogue.DHCP_ISC:
        out = out.replace(b"dhcp_lan", b"\x1b[2JPWNED")
    elif command in (catalogue.PF_INFO, catalogue.PF_CREATORS, catalogue.NTP):
        return Reply(1, out, evil + b"\n")
    return replace(reply, out=out)


def comma(command: Command, reply: Reply) -> Reply:
    """As under a locale with a decimal comma."""
    return replace(reply, out=re.sub(rb"(?<=[0-9])\.(?=[0-9]{2,3}\b)", b",", reply.out))


def utf16(command: Command, reply: Reply) -> Reply:
    """All of it in UTF-16."""
    return replace(reply, out=reply.out.decode().encode("utf-16"))


def latin1(command: Command, reply: Reply) -> Reply:
    """Descriptions in Latin-1."""
    return replace(
        reply, out=re.sub(rb"(\toptions=)", b"\tdescription: B\xfcro\xa0\x85\n\\1", reply.out)
    )


def binary(command: Command, reply: Reply) -> Reply:
    """Nothing but random bytes."""
    return Reply(0, random.Random(command.id).randbytes(3000))


def long_line(command: Command, reply: Reply) -> Reply:
    """10 MB without a line feed."""
    return Reply(0, b"x" * 10_000_000) if command == catalogue.IFCONFIG else reply


def endless(command: Command, reply: Reply) -> Reply:
    """Output without end."""
    return replace(reply, end="endless") if command == catalogue.SYSCTL_CARP else reply


def stderr_flood(command: Command, reply: Reply) -> Reply:
    """A megabyte of complaints beside a good answer."""
    return replace(reply, err=EVIL.encode() * 7000) if command == catalogue.IFCONFIG else reply


def odd_exits(command: Command, reply: Reply) -> Reply:
    """A good text and a bad end."""
    codes = (2, 3, 64, 126, 127, 128, 137, 141, 255, 99_999_999)
    return replace(reply, code=codes[len(command.id) % len(codes)])


def markers(command: Command, reply: Reply) -> Reply:
    """Markers of a nonce that was guessed, and of one that is none."""
    fake = b"\n@" + b"0" * 32 + b" E 2 0 0\n\n@ E 1 1 1\n@B 1\n"
    return replace(reply, out=fake + reply.out, err=fake)


def gone(command: Command, reply: Reply) -> Reply:
    """The shell dies in the middle of a frame."""
    return replace(reply, end="gone") if command == catalogue.NETSTAT_CARP else reply


def giant(command: Command, reply: Reply) -> Reply:
    """Tables of a size that no firewall has."""
    out = reply.out
    if command == catalogue.IFCONFIG:
        row = b"if%d: flags=8843<UP,RUNNING> mtu 1500\n\tcarp: MASTER vhid 1 advbase 1 advskew 0\n"
        out = b"".join(row % n for n in range(20_000))
    elif command == catalogue.NETSTAT_INTERFACES:
        table = json.loads(out)
        rows = table["statistics"]["interface"]
        table["statistics"]["interface"] = [
            row | {"name": f"if{n}"} for n in range(5000) for row in rows[:1]
        ]
        out = json.dumps(table).encode() + b"\n"
    elif command == catalogue.PF_CREATORS:
        out = b"".join(b"%08x\n" % n for n in range(60_000))
    elif command == catalogue.GATEWAYS:
        out = b"".join(b"GW%d 1 1 0\n" % n for n in range(5000))
    return replace(reply, out=out)


def crowded(command: Command, reply: Reply) -> Reply:
    """Hundreds of VHIDs."""
    out = reply.out
    if command == catalogue.IFCONFIG:
        row = b"if%d: flags=8843<UP,RUNNING> mtu 1500\n\tdescription: wire %d\n"
        vhid = b"\tcarp: BACKUP vhid %d advbase 1 advskew 0\n"
        out = b"".join(
            row % (n, n) + b"".join(vhid % number for number in range(1, 5)) for n in range(100)
        )
    return replace(reply, out=out)
