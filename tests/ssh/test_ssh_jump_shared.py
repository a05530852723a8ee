"""Two nodes behind one jump host share its connection, and nothing else; against OpenSSH's own sshd."""

import asyncio
import contextlib
import getpass
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import asyncssh
import pytest

from pfha_tui.domain.command import Command
from pfha_tui.domain.snapshot import Stop
from pfha_tui.domain.target import SshTarget
from pfha_tui.transports.base import NetworkFailure, OperatorNeeded
from pfha_tui.transports.ssh import Life, SshNode, banner
from pfha_tui.transports.ssh.jumps import _ways
from tests.support.deadline import until
from tests.support.sshd import Sshd, make_key, running_sshd
from tests.support.tcp_relay import Relay, relay_to

DATE = Command("date", ("/bin/date", "-u", "+%Y"), timeout_s=20)


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    """The node."""
    with running_sshd(tmp_path_factory.mktemp("node")) as server:
        yield server


@pytest.fixture
def jump(sshd: Sshd, tmp_path: Path) -> Iterator[Sshd]:
    """The jump host; it lets the node's identity in."""
    folder = tmp_path / "jump"
    with running_sshd(folder) as server:
        (folder / "authorized_keys").write_text((sshd.folder / "id.pub").read_text())
        yield server


@contextlib.asynccontextmanager
async def behind(sshd: Sshd, jump: Sshd, folder: Path) -> AsyncIterator[tuple[Relay, SshTarget]]:
    """A wire to the jump host that can be cut, and the node behind it."""
    async with relay_to(jump.port) as relay:
        known = folder / "known_hosts"
        lines = jump.known_hosts.read_text().replace(f":{jump.port}", f":{relay.port}")
        known.write_text(lines + sshd.known_hosts.read_text())
        hop = f"{getpass.getuser()}@127.0.0.1:{relay.port}"
        yield relay, sshd.target(proxy_jump=hop, known_hosts=str(known))


def nodes(target: SshTarget) -> tuple[SshNode, SshNode]:
    return SshNode(target, frozenset({DATE})), SshNode(target, frozenset({DATE}))


async def answers(*found: SshNode) -> None:
    for sample in await asyncio.gather(*(node.run([DATE]) for node in found)):
        assert sample.outputs[0].exit_code == 0


async def open_all(*found: SshNode) -> None:
    async with asyncio.TaskGroup() as tasks:
        for node in found:
            tasks.create_task(node.open())


def logins(jump: Sshd) -> int:
    return jump.log().count("Accepted publickey")


async def test_the_last_node_to_leave_closes_it(sshd: Sshd, jump: Sshd, tmp_path: Path) -> None:
    async with behind(sshd, jump, tmp_path) as (_, target):
        first, second = nodes(target)
        await open_all(first, second)
        await answers(first, second)
        assert logins(jump) == 1
        await first.close()
        await answers(second)
        await first.open()
        await second.close()
        await answers(first)
        assert logins(jump) == 1
        await first.close()
        await until(lambda: "Disconnected from user" in jump.log())
        assert not _ways[asyncio.get_running_loop()]
        await open_all(first)
        await answers(first)
        assert logins(jump) == 2
        await first.close()


async def test_a_jump_host_that_dies_takes_both_and_is_logged_in_at_once_again(
    sshd: Sshd, jump: Sshd, tmp_path: Path
) -> None:
    async with behind(sshd, jump, tmp_path) as (relay, target):
        both = nodes(target)
        await open_all(*both)
        relay.cut()
        await until(lambda: all(node.life is Life.LOST for node in both))
        for node in both:
            with pytest.raises(NetworkFailure, match="jump host on the way"):
                await node.run([DATE])
        await open_all(*both)
        await answers(*both)
        assert logins(jump) == 2
        for node in both:
            await node.close()


async def test_a_node_that_hangs_does_not_delay_the_other(
    sshd: Sshd, jump: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(banner, "GIVE_UP_S", 60.0)
    async with (
        behind(sshd, jump, tmp_path) as (_, target),
        relay_to(sshd.port) as wire,
        asyncio.TaskGroup() as tasks,
    ):
        wire.freeze()
        hung = SshNode(
            replace(target, port=wire.port, fingerprints=(sshd.fingerprint,)), frozenset()
        )
        other, _ = nodes(target)
        opening = tasks.create_task(hung.open())
        await until(lambda: wire.connections == 1)
        await other.open()
        await answers(other)
        assert not opening.done() and logins(jump) == 1
        opening.cancel()
        await asyncio.wait({opening})
        await answers(other)
        await other.close()


async def test_a_refused_login_is_told_to_all_who_wait_and_tried_once(
    sshd: Sshd, jump: Sshd, tmp_path: Path
) -> None:
    make_key(tmp_path / "stranger")
    async with behind(sshd, jump, tmp_path) as (relay, target):
        wrong = replace(target, identity_file=str(tmp_path / "stranger"))
        loop = asyncio.get_running_loop()
        relay.freeze()
        both = asyncio.gather(*(n.open() for n in nodes(wrong)), return_exceptions=True)
        await until(lambda: [way._users for way in _ways.get(loop, {}).values()] == [2])
        relay.thaw()
        for error in await both:
            assert isinstance(error, OperatorNeeded) and "refused the key" in str(error)
            assert error.stop is Stop.REFUSED
        assert relay.connections == 1
        assert not _ways[asyncio.get_running_loop()]


async def test_a_login_that_is_cancelled_while_it_closes_leaves_the_way(
    sshd: Sshd, jump: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hangs(_: object) -> None:
        await asyncio.Event().wait()

    async with behind(sshd, jump, tmp_path) as (_, target):
        node, _ = nodes(target)
        await node.open()
        monkeypatch.setattr(asyncssh.SSHClientConnection, "wait_closed", hangs)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await node.close()
        assert not _ways[asyncio.get_running_loop()]
