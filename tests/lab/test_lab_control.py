"""A running lab under command: the socket, the exit codes, faults on the way to a node, and labs that were killed."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import asyncssh
import pytest

from pfha_tui.lab import control, place, verbs
from pfha_tui.lab.runner import Lab
from tests.support.deadline import until
from tests.support.lab_pair import roles
from tests.support.live_lab import lab


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A directory with a short name: a socket's name has 104 bytes at the most, and pytest's own is long."""
    with tempfile.TemporaryDirectory(prefix="t-", dir="/tmp") as name:
        yield Path(name)


async def connect(found: Lab, name: str = "fw1") -> asyncssh.SSHClientConnection:
    async with asyncio.timeout(20):
        return await asyncssh.connect(
            "127.0.0.1",
            found.nodes[name].ssh.listener.port,
            username="admin",
            client_keys=[str(found.identity)],
            known_hosts=None,
            config=None,
        )


async def say(found: Lab, text: str) -> control.Answer:
    return await asyncio.to_thread(control.ask, text, str(found.config))


async def test_a_command_is_done_and_its_answer_is_one_sentence() -> None:
    async with lab() as found:
        assert (found.directory / place.CONTROL).stat().st_mode & 0o777 == 0o600
        assert await say(found, "pull fw1 lan") == control.Answer(0, "LAN of fw1 is unplugged.")
        assert str(roles(found.world)["fw1"]["2@vtnet1"]) == "INIT"
        assert (await say(found, "pull fw1 lan")).code == 6
        assert (await say(found, "pull\nfw1")).code == 2
        assert (await say(found, "x" * 5000)).code == 2
        assert "fw2: power on" in (await say(found, "status")).text


async def test_the_speed_of_a_running_world_can_be_changed() -> None:
    async with lab() as found:
        assert (await say(found, "speed 50")).code == 0
        before = found.world.now
        # At its own speed it would take longer than is waited for here.
        await until(lambda: found.world.now - before > 60)


async def test_what_is_no_request_is_dropped() -> None:
    async with lab() as found:
        for sent in (b"", b"status", b"x" * 100_000):
            reader, writer = await asyncio.open_unix_connection(found.directory / place.CONTROL)
            writer.write(sent)
            writer.write_eof()
            async with asyncio.timeout(20):
                with suppress(ConnectionResetError):
                    assert await reader.read() == b""
            writer.close()
        reader, writer = await asyncio.open_unix_connection(found.directory / place.CONTROL)
        writer.write(b"\xff\xfe\n")
        async with asyncio.timeout(20):
            assert json.loads(await reader.read())["code"] == 2
        writer.close()


def test_who_asks_no_lab_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "_places", lambda: [tmp_path])
    assert control.ask("status").code == 3
    assert control.ask(" help ") == control.Answer(0, verbs.help_text())
    dead = tmp_path / "dead.toml"
    dead.write_text('[[pair]]\n[[pair.node]]\n[pair.node.ssh]\nidentity_file = "/nowhere/id"\n')
    assert control.ask("status", str(dead)) == control.Answer(3, f"No lab runs with {dead}.")
    for text in ("", "pair = 3", "[[pair]]", "\x00", '[[pair]]\nnode = [{ssh = "x"}]'):
        (tmp_path / "bad.toml").write_text(text)
        assert control.ask("status", str(tmp_path / "bad.toml")).code == 2
    missing = control.ask("status", str(tmp_path / "none.toml"))
    assert missing == control.Answer(
        2, f"{tmp_path}/none.toml cannot be read: No such file or directory."
    )


async def test_of_several_labs_one_must_be_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, "_places", lambda: [tmp_path])
    async with lab() as one:
        told, same = await asyncio.to_thread(control.ask, "status"), await say(one, "status")
        # The first line tells the time, which goes on between the two.
        assert told.code == same.code == control.DONE
        assert told.text.splitlines()[1:] == same.text.splitlines()[1:] != []
        async with lab() as other:
            answer = await asyncio.to_thread(control.ask, "status")
            assert answer.code == 2
            assert str(one.config) in answer.text and str(other.config) in answer.text
    assert control.ask("status").code == 3


async def test_without_sshd_a_node_refuses_and_its_agent_answers() -> None:
    async with lab() as found:
        live = found.nodes["fw1"]
        connection = await connect(found)
        assert (await say(found, "ssh fw1 off")).code == 0
        async with asyncio.timeout(20):
            await connection.wait_closed()
        for _ in range(3):
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection("127.0.0.1", live.ssh.listener.port)
        assert not live.snmp.silent
        await say(found, "ssh fw1 on")
        (await connect(found)).abort()
        await say(found, "snmp fw1 off")
        assert live.snmp.silent


async def test_a_frozen_node_stalls_and_goes_on_where_it_was() -> None:
    async with lab() as found:
        connection = await connect(found)
        beat = await connection.create_process("exec /bin/cat")
        await say(found, "freeze fw1")
        beat.stdin.write("x")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.4):
                await beat.stdout.readexactly(1)
        await say(found, "thaw fw1")
        async with asyncio.timeout(20):
            assert await beat.stdout.readexactly(1) == "x"
        connection.abort()
        await connection.wait_closed()


async def test_a_slow_way_is_slow_in_both_directions_and_loses_nothing_of_a_stream() -> None:
    async with lab() as found:
        await say(found, "slow fw1 300")
        await say(found, "lose fw1 10")
        connection = await connect(found)
        began = time.monotonic()
        async with asyncio.timeout(50):
            done = await connection.run("/bin/cat", input="line\n" * 3000)
        assert time.monotonic() - began >= 0.3
        assert done.stdout == "line\n" * 3000
        connection.abort()
        await connection.wait_closed()


async def test_an_orderly_halt_closes_its_connections() -> None:
    async with lab(speed=20.0) as found:
        connection = await connect(found, "fw2")
        await say(found, "shutdown fw2")
        async with asyncio.timeout(20):
            await connection.wait_closed()
        await until(lambda: not found.nodes["fw2"].ssh.listener.alive)


def start(directory: Path, *more: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "pfha_tui.lab", *more],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(directory)},
    )


def run(directory: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", *words],
        capture_output=True,
        text=True,
        timeout=40,
        env={**os.environ, "TMPDIR": str(directory)},
    )


def answered(left: Path) -> int:
    """How many commands of a lab's first node run, or read their answer."""
    begins = f"{left}/fw1/".encode()
    count = 0
    for pid in alive(left.parent):
        with suppress(OSError):  # it has ended meanwhile
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            count += len(words) > 1 and words[1].startswith(begins)
    return count


def alive(directory: Path) -> list[int]:
    """Processes whose environment or command line names a directory."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                text = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            except OSError:
                continue
            if f"{directory}/pfha-lab-".encode() in text:
                found.append(int(entry.name))
    return found


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")
async def test_what_a_killed_lab_leaves_is_gone_with_the_next_one(tmp_path: Path) -> None:
    lab = start(tmp_path)
    assert lab.stdout is not None
    config = Path(lab.stdout.readline().strip())
    left = config.parent
    async with asyncssh.connect(
        "127.0.0.1", _port(config), username="admin", known_hosts=None, config=None,
        client_keys=[str(left / "id_ed25519")],
    ) as connection:  # fmt: skip
        waiting = await connection.create_process("/usr/local/sbin/pfSsh.php playback enablecarp")
        stream = await connection.create_process("/usr/bin/tail -n 0 -F /var/log/system.log")
        await until(lambda: answered(left) == 2)
        lab.send_signal(signal.SIGKILL)
        lab.wait(20)
        lab.stdout.close()
        async with asyncio.timeout(20):
            await waiting.wait_closed()
            await stream.wait_closed()
    assert labs(tmp_path) == [left]
    assert run(tmp_path, "pfha_tui.lab", "do", "--config", str(config), "status").returncode == 3
    second = start(tmp_path)
    assert second.stdout is not None
    again = Path(second.stdout.readline().strip())
    assert labs(tmp_path) == [again.parent]
    await until(lambda: alive(tmp_path) == [])
    named = ("--config", str(again))
    done = run(tmp_path, "pfha_tui", "lab", "do", *named, "demote", "fw1", "-20")
    assert (done.returncode, done.stdout, done.stderr) == (0, "The demotion of fw1 is -20.\n", "")
    refused = run(tmp_path, "pfha_tui", *named, "lab", "do", "boot fw1")
    assert (refused.returncode, refused.stderr) == (6, "fw1 has power already.\n")
    wrong = run(tmp_path, "pfha_tui.lab", "do", *named, "bot fw1")
    assert (wrong.returncode, wrong.stderr) == (
        2,
        "There is no command `bot`; did you mean `boot`?\n",
    )
    second.send_signal(signal.SIGINT)
    assert second.wait(20) == 0
    second.stdout.close()
    assert labs(tmp_path) == []


def test_a_world_that_cannot_keep_its_pace_still_ends(tmp_path: Path) -> None:
    lab = start(tmp_path, "--speed", "1000")
    assert lab.stdout is not None
    try:
        named = ("do", "--config", lab.stdout.readline().strip())
        for command in ("demote fw1 -100000", "demote fw2 -100000", "status"):
            done = run(tmp_path, "pfha_tui.lab", *named, command)
            assert done.returncode == 0
        assert "demotion -100000" in done.stdout
        lab.send_signal(signal.SIGTERM)
        assert lab.wait(20) == 0
    finally:
        lab.kill()
        lab.stdout.close()
        lab.wait(20)
    assert labs(tmp_path) == []


def test_the_configuration_that_a_killed_lab_left_is_replaced(tmp_path: Path) -> None:
    config = tmp_path / "lab.toml"
    words = ("pfha_tui", "lab", "--config-out", str(config))
    lab = start(tmp_path, "--config-out", str(config))
    assert lab.stdout is not None
    lab.stdout.readline()
    alive = run(tmp_path, *words)
    assert (alive.returncode, "is there already" in alive.stderr) == (2, True)
    lab.kill()
    lab.wait(20)
    lab.stdout.close()
    left = config.read_text()
    config.write_text(left + '[[pair]]\nname = "mine"\n')
    assert run(tmp_path, *words).returncode == 2
    config.write_text(left)
    again = start(tmp_path, "--config-out", str(config))
    assert again.stdout is not None
    assert again.stdout.readline().strip() == str(config)
    assert config.read_text() != left
    again.terminate()
    assert again.wait(20) == 0
    again.stdout.close()
    assert not config.exists()


def test_why_a_lab_does_not_start_is_said_in_a_sentence(tmp_path: Path) -> None:
    for option, value, why in (
        ("--config-out", "/nowhere/x", "cannot start: /nowhere/x: No such file or directory.\n"),
        ("--speed", "nan", "A world cannot run at speed nan.\n"),
        (
            "--freebsd",
            "13",
            "'13' is not one of 12, 14, 15, 15-rfc5424, or two of them with a comma.\n",
        ),
    ):
        done = run(tmp_path, "pfha_tui", "lab", option, value)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.endswith(why)


def labs(directory: Path) -> list[Path]:
    return sorted(directory.glob("pfha-lab-*"))


def _port(config: Path) -> int:
    return int(tomllib.loads(config.read_text())["pair"][0]["node"][0]["ssh"]["port"])


def test_a_directory_that_is_only_being_made_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, "_places", lambda: [tmp_path])
    young, old, other = (tmp_path / f"{place.PREFIX}{name}" for name in ("young", "old", "other"))
    for path in (young, old, other):
        path.mkdir()
    os.utime(old, (0, 0))
    (other / place.LOCK).touch()
    with place.directory() as path:
        assert (young.exists(), old.exists(), other.exists()) == (True, False, False)
        assert place.running() == []
        with socket.socket(socket.AF_UNIX) as control_socket:
            control_socket.bind(str(path / place.CONTROL))
            assert place.running() == [path]
    assert not path.exists()


def test_without_a_place_for_programs_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, "_places", lambda: [tmp_path / "a b", tmp_path / ("x" * 100)])
    with pytest.raises(OSError, match="no directory for its programs"):
        place.workshop()
