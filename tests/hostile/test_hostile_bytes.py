"""The program itself on a real terminal and with its output in a pipe: no byte of a node steers either."""

import asyncio
import contextlib
import fcntl
import json
import os
import pty
import re
import struct
import sys
import termios
from pathlib import Path

import pytest

from pfha_tui.domain.target import PairTarget
from pfha_tui.domain.text import clean
from tests.hostile import hostile_node as junk
from tests.hostile.hostile_node import HostileNode, changed, hostile_pair
from tests.support.deadline import until

DEADLINE_S = 90.0


def evil_node(name: str) -> HostileNode:
    node = HostileNode(changed(junk.evil_text, name))
    words = junk.EVIL.replace("\r", "")
    node.log = f"Nov 22 23:13:48 fw1 kernel: carp: 1@vtnet0: INIT -> BACKUP ({words})\n".encode()
    node.devd = "!system=CARP subsystem=1@vt\x1b[2JPWNED\x9b2J\u202e type=INIT\n".encode()
    return node


def configuration(folder: Path, target: PairTarget) -> Path:
    """The pair as an operator would write it down."""
    lines = ["schema = 1", "[[pair]]", 'name = "hostile"', 'poll = "500ms"']
    for node in target.nodes:
        assert node.ssh is not None
        lines += [
            *("[[pair.node]]", f'name = "{node.name}"', f'role = "{node.role}"'),
            *('address = "127.0.0.1"', "snmp = false", "[pair.node.ssh]", 'user = "root"'),
            *(f"port = {node.ssh.port}", f'identity_file = "{node.ssh.identity_file}"'),
            f'host_keys = ["{node.ssh.fingerprints[0]}"]',
        ]
    path = folder / "config.toml"
    path.write_text("\n".join(lines) + "\n")
    return path


def must_not_steer(seen: bytes) -> None:
    """What stands around the node's word is not what the node put there."""
    text = seen.decode("utf-8")
    assert "PWNED" in text
    assert not re.search("[\x80-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", text)
    for sequence in ("\x1b]0;PWNED", "\x1b[31;5;7m", "\x1b[2JPWNED", "\x1b]0;"):
        assert sequence not in text


@pytest.mark.parametrize("size", [(24, 80), (36, 120)], ids=["80x24", "120x36"])
async def test_the_terminal(tmp_path: Path, size: tuple[int, int]) -> None:
    async with hostile_pair(tmp_path, evil_node("fw1"), evil_node("fw2")) as target:
        config = configuration(tmp_path, target)
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
        env = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "pfha_tui", "--config", str(config)),
            *("watch",),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=env,
            start_new_session=True,
        )
        os.close(slave)
        seen = bytearray()

        def read() -> bool:
            """Whether something was there."""
            before = len(seen)
            with contextlib.suppress(OSError):
                seen.extend(os.read(master, 65_536))
            return len(seen) > before

        asyncio.get_running_loop().add_reader(master, read)
        try:
            await until(lambda: b"PWNED" in seen and seen.count(b"BACKUP") >= 2, DEADLINE_S)
            os.write(master, b"q")
            async with asyncio.timeout(DEADLINE_S):
                assert await process.wait() == 0
            # The last of it may still lie there, cut in the midst of a character.
            while read():
                pass
        finally:
            asyncio.get_running_loop().remove_reader(master)
            os.close(master)
            if process.returncode is None:
                process.kill()
                await process.wait()
    must_not_steer(bytes(seen))
    assert b"Traceback" not in seen


async def told(config: Path, *args: str, lines: int = 0) -> tuple[bytes, bytes]:
    """What the program writes; with `lines` it is ended once it wrote so many."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pfha_tui", "--config", str(config), *args),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=2**24,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(DEADLINE_S):
            first = b"".join([await process.stdout.readline() for _ in range(lines)])
            if lines:
                process.terminate()
            rest, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return first + rest, errors


async def test_the_pipe(tmp_path: Path) -> None:
    async with hostile_pair(tmp_path, evil_node("fw1"), evil_node("fw2")) as target:
        config = configuration(tmp_path, target)
        asked = [
            (*words, "--timeout", "60s")
            for words in (("status",), ("status", "--json"), ("check",))
        ]
        status, document, check, plain, changes = await asyncio.gather(
            *(told(config, *args) for args in asked),
            told(config, "watch", "--plain", lines=1),
            told(config, "watch", "--json", lines=1),
        )
    for out, errors in (status, document, check, plain, changes):
        for text in (out.decode(), errors.decode()):
            assert clean(text.replace("\n", "")) == text.replace("\n", "")
            assert "Traceback" not in text
    assert "PWNED" in status[0].decode() and "CARP" in check[0].decode()
    assert json.loads(document[0])["pair"] == "hostile"
    assert all(json.loads(line)["schema"] == 1 for line in changes[0].splitlines())
    assert plain[0].count(b"\n") >= 1
