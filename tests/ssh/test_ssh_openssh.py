"""Against OpenSSH's own sshd: login, commands, jump hosts, agents, faults."""

import asyncio
import functools
import getpass
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from pfha_tui.domain.command import Access, Command
from pfha_tui.domain.snapshot import Stop
from pfha_tui.domain.target import Secret
from pfha_tui.transports.base import (
    NetworkFailure,
    NotInCatalogue,
    OperatorNeeded,
    TransportTimeout,
)
from pfha_tui.transports.ssh import Life, SshNode, fetch, fingerprint, login
from tests.support import opened_login
from tests.support.agent import add, running_agent
from tests.support.deadline import until
from tests.support.sshd import Sshd, make_key, running_sshd, unused_port
from tests.support.tcp_relay import relay_to

DATE = Command("date", ("/bin/date", "-u", "+%Y"), timeout_s=20)
ECHO = Command("echo", ("/bin/echo", "two  words", "$HOME", "'", ";", "*"))
CAT = Command("cat", ("/bin/cat",))
BAD = Command("bad", ("/bin/sh", "-c", "echo out; echo err >&2; exit 7"))
ABSENT = Command("absent", ("/sbin/no-such-tool",))
HANG = Command("hang", ("/bin/sleep", "20"), timeout_s=0.3)
SLOW = Command("slow", ("/bin/sleep", "1"), timeout_s=3.2)
ROOT = Command("root", ("/usr/bin/id", "-u"), root=True)
BIG = Command("big", ("/usr/bin/head", "-c", "3000000", "/dev/zero"), timeout_s=20)
HUGE = Command("huge", ("/usr/bin/head", "-c", "12000000", "/dev/zero"), timeout_s=20)
WRITE = Command("write", ("/bin/echo", "written"), access=Access.WRITE)
ALLOWED = frozenset({DATE, ECHO, CAT, BAD, ABSENT, HANG, SLOW, ROOT, BIG, HUGE, WRITE})
opened = functools.partial(opened_login.opened, allowed=ALLOWED)


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    with running_sshd(tmp_path_factory.mktemp("sshd")) as server:
        yield server


async def test_commands_come_back_apart_with_their_exit_codes_and_the_clock(sshd: Sshd) -> None:
    async with opened(sshd.target()) as node:
        sample = await node.run([ECHO, CAT, BAD, ABSENT, DATE])
        again = await node.run([DATE])
    outputs = {output.command.id: output for output in sample.outputs}
    assert outputs["echo"].stdout == b"two  words $HOME ' ; *\n"
    assert (outputs["cat"].exit_code, outputs["cat"].stdout) == (0, b"")
    assert (outputs["bad"].exit_code, outputs["bad"].stdout, outputs["bad"].stderr) == (
        7,
        b"out\n",
        b"err\n",
    )
    assert outputs["absent"].exit_code == 127
    assert sample.clock_epoch is not None and sample.utc_offset_s is not None
    assert sample.duration_s > 0 and again.received_at > sample.received_at
    assert again.outputs[0].stdout.startswith(b"20")


async def test_only_listed_commands_run_and_a_reader_never_writes(sshd: Sshd) -> None:
    async with opened(sshd.target()) as node:
        with pytest.raises(NotInCatalogue, match="not in the catalogue"):
            await node.run([DATE, Command("date", ("/bin/date", "-u"))])
        with pytest.raises(NotInCatalogue, match="only reads"):
            await node.run([WRITE])
    async with opened(sshd.target(), read_only=False) as node:
        assert (await node.run([WRITE])).outputs[0].stdout == b"written\n"


async def test_a_hung_command_costs_its_channel_not_the_connection(sshd: Sshd) -> None:
    async with opened(sshd.target()) as node:
        with pytest.raises(TransportTimeout) as caught:
            await node.run([DATE, HANG, ECHO])
        assert caught.value.hung == HANG
        together = [SLOW] * 5  # longer than the limit of one
        assert len((await node.run(together)).outputs) == 5
        assert (await node.run([DATE])).outputs[0].exit_code == 0
        assert node.life is Life.LIVE


async def test_the_clocks_arrival_does_not_wait_for_the_commands(sshd: Sshd) -> None:
    async with opened(sshd.target()) as node, asyncio.timeout(60):
        while True:  # what comes while this machine stands still comes all at once
            sample = await node.run([SLOW])
            assert sample.begun_s is not None and sample.begun_s > 0
            if sample.begun_s <= sample.duration_s - 0.4:
                break


async def test_large_output_passes_and_too_large_is_refused(sshd: Sshd) -> None:
    async with opened(sshd.target()) as node:
        assert len((await node.run([BIG])).outputs[0].stdout) == 3_000_000
        with pytest.raises(TransportTimeout, match="more than") as caught:
            await node.run([DATE, HUGE])
        assert caught.value.hung == HUGE
        assert (await node.run([DATE])).outputs[0].exit_code == 0


async def test_uid_0_runs_plainly_and_others_by_sudo(sshd: Sshd) -> None:
    async with opened(sshd.target()) as node:
        output = (await node.run([ROOT])).outputs[0]
    if os.geteuid() == 0:
        assert output.stdout == b"0\n"
    else:
        assert output.command is ROOT


async def test_pinned_fingerprint_decides_alone(sshd: Sshd, tmp_path: Path) -> None:
    empty = tmp_path / "known_hosts"
    empty.write_text("")
    async with opened(
        sshd.target(known_hosts=str(empty), fingerprints=(sshd.fingerprint,))
    ) as node:
        await node.run([DATE])
    wrong = "SHA256:" + "A" * 43
    with pytest.raises(OperatorNeeded) as caught:
        async with opened(sshd.target(fingerprints=(wrong,))):
            pass
    assert wrong in str(caught.value) and sshd.fingerprint in str(caught.value)


async def test_known_hosts_is_strict(sshd: Sshd, tmp_path: Path) -> None:
    other = make_key(tmp_path / "other")
    words = " ".join(other.with_suffix(".pub").read_text().split()[:2])
    file = tmp_path / "known_hosts"
    file.write_text(f"[127.0.0.1]:{sshd.port} {words}\n")
    with pytest.raises(OperatorNeeded) as caught:
        async with opened(sshd.target(known_hosts=str(file))):
            pass
    assert fingerprint(words) in str(caught.value) and sshd.fingerprint in str(caught.value)
    assert caught.value.stop is Stop.HOST_KEY


async def test_an_unknown_host_is_refused_before_the_handshake(sshd: Sshd) -> None:
    heard: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read())
        writer.close()

    async with await asyncio.start_server(listen, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(OperatorNeeded, match="not known") as caught:
            async with opened(sshd.target(port=port, known_hosts="/nonexistent")):
                pass
        await until(lambda: heard)
    assert heard == [b""] and caught.value.stop is Stop.IMPOSSIBLE


async def test_a_refused_key_needs_the_operator(sshd: Sshd, tmp_path: Path) -> None:
    stranger = make_key(tmp_path / "stranger")
    with pytest.raises(OperatorNeeded, match="refused the key of user") as caught:
        async with opened(sshd.target(identity_file=str(stranger))):
            pass
    assert caught.value.stop is Stop.REFUSED


async def test_passphrases(sshd: Sshd, tmp_path: Path) -> None:
    locked = make_key(tmp_path / "locked", "open sesame")
    authorized = sshd.folder / "authorized_keys"
    authorized.write_text(authorized.read_text() + locked.with_suffix(".pub").read_text())
    for passphrase, word in ((None, "is encrypted"), (Secret("wrong"), "does not open")):
        with pytest.raises(OperatorNeeded, match=word):
            async with opened(sshd.target(identity_file=str(locked), passphrase=passphrase)):
                pass
    async with opened(
        sshd.target(identity_file=str(locked), passphrase=Secret("open sesame"))
    ) as node:
        await node.run([DATE])


async def test_over_a_jump_host_whose_key_is_checked_too(
    sshd: Sshd, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    with running_sshd(tmp_path_factory.mktemp("jump")) as jump:
        both = tmp_path / "known_hosts"
        both.write_text(jump.known_hosts.read_text() + sshd.known_hosts.read_text())
        granted = (sshd.folder / "id.pub").read_text()
        (jump.folder / "authorized_keys").write_text(granted)
        hop = f"{getpass.getuser()}@127.0.0.1:{jump.port}"
        async with opened(sshd.target(proxy_jump=hop, known_hosts=str(both))) as node:
            await node.run([DATE])
        assert jump.log().count("Accepted publickey") == 1
        with pytest.raises(OperatorNeeded, match=f"port {jump.port} is not known"):
            async with opened(sshd.target(proxy_jump=hop)):
                pass
        key = (await fetch(sshd.target(proxy_jump=hop, known_hosts=str(both))))[0]
        assert key.fingerprint == sshd.fingerprint
        with unused_port() as nowhere:
            behind = functools.partial(
                sshd.target, proxy_jump=hop, known_hosts=str(both), port=nowhere
            )
            with pytest.raises(OperatorNeeded, match="not known"):
                async with opened(behind()):
                    pass
            with pytest.raises(NetworkFailure, match="over the jump host"):
                async with opened(behind(fingerprints=("SHA256:x",))):
                    pass


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Path]:
    with running_agent(tmp_path / "agent") as path:
        yield path


async def test_one_named_key_of_a_full_agent(
    sshd: Sshd, agent: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_AUTH_SOCK", str(agent))
    public = str(sshd.identity) + ".pub"
    target = sshd.target(identity_file=None, agent_identity=public)
    for number in range(8):
        add(make_key(tmp_path / f"key{number}"), agent)
    connections = sshd.log().count("Connection from")
    with pytest.raises(OperatorNeeded, match="does not hold"):
        async with opened(target):
            pass
    assert sshd.log().count("Connection from") == connections
    add(sshd.identity, agent)
    async with opened(target) as node:
        await node.run([DATE])
    monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "gone"))
    with pytest.raises(OperatorNeeded, match="does not answer"):
        async with opened(target):
            pass
    monkeypatch.delenv("SSH_AUTH_SOCK")
    with pytest.raises(OperatorNeeded, match="no agent runs"):
        async with opened(target):
            pass
    assert sshd.log().count("Connection from") == connections + 1


async def test_first_contact_shows_the_key(sshd: Sshd) -> None:
    (key,) = await fetch(sshd.target(known_hosts=None, identity_file=None))
    assert (key.algorithm, key.fingerprint) == ("ssh-ed25519", sshd.fingerprint)
    assert key.line == sshd.known_hosts.read_text().strip()
    assert fingerprint(key.line.partition(" ")[2]) == sshd.fingerprint


async def test_a_cut_connection_ends_what_waits_for_it(sshd: Sshd, tmp_path: Path) -> None:
    async with relay_to(sshd.port) as relay:
        target = sshd.target(port=relay.port, fingerprints=(sshd.fingerprint,))
        async with opened(target) as node:
            await node.run([DATE])
            running = asyncio.gather(node.run([CAT, BIG]), return_exceptions=True)
            relay.freeze()
            relay.cut()
            (result,) = await running
            assert isinstance(result, NetworkFailure)
            assert node.life is Life.LOST
            with pytest.raises(NetworkFailure):
                await node.run([DATE])
            relay.thaw()
            await node.open()
            assert (await node.run([DATE])).outputs[0].exit_code == 0


async def test_silence_is_seen_and_forgiven(sshd: Sshd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login, "KEEPALIVE_COUNT", 1000)
    async with relay_to(sshd.port) as relay:
        seen: list[Life] = []
        target = sshd.target(port=relay.port, fingerprints=(sshd.fingerprint,))
        node = SshNode(target, ALLOWED, on_life=seen.append)
        try:
            await node.open()
            relay.freeze()
            await until(lambda: seen[-1] is Life.SILENT and node.silent)
            relay.thaw()
            await until(lambda: seen[-1] is Life.LIVE)
            assert (await node.run([DATE])).outputs[0].exit_code == 0
        finally:
            await node.close()
        told = iter(seen)  # where this machine stands still for a moment, some are told again
        expected = (Life.LIVE, Life.SUSPECT, Life.SILENT, Life.LIVE, Life.LOST)
        assert all(life in told for life in expected), seen


async def test_a_slow_link_does_not_flap(sshd: Sshd) -> None:
    async with relay_to(sshd.port, delay_s=0.15) as relay:
        seen: list[Life] = []
        target = sshd.target(port=relay.port, fingerprints=(sshd.fingerprint,))
        node = SshNode(target, ALLOWED, on_life=seen.append)
        try:
            await node.open()
            for _ in range(3):
                await node.run([DATE])
            assert node.rtt_s is not None and node.rtt_s >= 0.3
            assert seen == [Life.LIVE]
        finally:
            await node.close()


async def test_nobody_listens(sshd: Sshd) -> None:
    with unused_port() as port, pytest.raises(NetworkFailure, match="cannot be reached"):
        async with opened(sshd.target(port=port, fingerprints=("SHA256:x",))):
            pass


def test_the_server_has_not_seen_anything_that_sshguard_would_count_beyond_the_refusals(
    sshd: Sshd,
) -> None:
    assert "maximum authentication attempts" not in sshd.log()
    assert "Did not receive identification" not in sshd.log()


async def test_a_frozen_userland_is_told_at_once_and_costs_no_second_login(sshd: Sshd) -> None:
    """The kernel of a node whose processes hang still takes connections."""
    node = SshNode(sshd.target(), ALLOWED)
    told: list[str] = []
    before = sshd.log().count("Connection from")
    os.kill(sshd.pid, signal.SIGSTOP)
    try:
        async with asyncio.TaskGroup() as tasks:
            opening = tasks.create_task(node.open(told.append))
            await until(lambda: told)
            assert not opening.done()
            os.kill(sshd.pid, signal.SIGCONT)
        assert told == [
            f"127.0.0.1 port {sshd.port} accepts the connection, but does not speak SSH"
        ]
        assert (await node.run([DATE])).outputs[0].exit_code == 0
        assert sshd.log().count("Connection from") == before + 1
    finally:
        os.kill(sshd.pid, signal.SIGCONT)
        await node.close()
