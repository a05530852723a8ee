"""What is remembered of a login that was refused, across processes; against OpenSSH's own sshd."""

import asyncio
import contextlib
import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pfha_tui.domain.target import SshTarget
from pfha_tui.transports.base import (
    OperatorNeeded,
)
from pfha_tui.transports.ssh import Refusals, SshNode, banner
from tests.support.agent import add, running_agent
from tests.support.deadline import until
from tests.support.sshd import Sshd, make_key, running_sshd


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    with running_sshd(tmp_path_factory.mktemp("sshd")) as server:
        yield server


class TestRefusals:
    """What is remembered of a login that was refused, across processes."""

    @pytest.fixture
    def clock(self) -> list[float]:
        return [1_795_400_000.0]

    async def login(
        self, target: SshTarget, folder: Path, clock: list[float], *, heed: bool
    ) -> str:
        """How it was refused; empty where it was not."""
        kept = Refusals(folder / "refused", heed=heed, now=lambda: clock[0])
        node = SshNode(target, frozenset(), refusals=kept)
        try:
            await node.open()
        except OperatorNeeded as error:
            return str(error)
        finally:
            await node.close()
        return ""

    async def test_only_who_looks_once_waits_and_a_login_that_works_ends_it(
        self, sshd: Sshd, tmp_path: Path, clock: list[float]
    ) -> None:
        key = make_key(tmp_path / "key")
        target = sshd.target(identity_file=str(key))

        async def look(*, heed: bool) -> tuple[bool, bool]:
            """Whether it was refused, and whether sshd heard of it."""
            before = sshd.log().count("Connection from")
            said = await self.login(target, tmp_path, clock, heed=heed)
            return bool(said), sshd.log().count("Connection from") > before

        assert await look(heed=True) == (True, True)
        assert await look(heed=True) == (True, False)
        assert await look(heed=False) == (True, True)
        clock[0] += 1799
        assert await look(heed=True) == (True, False)
        clock[0] += 2
        assert await look(heed=True) == (True, True)
        assert await look(heed=True) == (True, False)
        with (sshd.folder / "authorized_keys").open("a") as allowed:
            allowed.write((tmp_path / "key.pub").read_text())
        assert await look(heed=False) == (False, True)
        assert await look(heed=True) == (False, True)
        assert not list((tmp_path / "refused").iterdir())

    async def test_a_node_that_did_not_speak_is_asked_anew_at_once(
        self, sshd: Sshd, tmp_path: Path, clock: list[float]
    ) -> None:
        """Nothing is remembered of it: whoever looks next is to see at once that it is back."""
        kept = Refusals(tmp_path / "refused", heed=True, now=lambda: clock[0])
        node = SshNode(sshd.target(), frozenset(), refusals=kept)
        told: list[str] = []
        os.kill(sshd.pid, signal.SIGSTOP)
        try:
            async with asyncio.TaskGroup() as tasks:
                opening = tasks.create_task(node.open(told.append))
                await until(lambda: told)
                opening.cancel()
            await node.close()
        finally:
            os.kill(sshd.pid, signal.SIGCONT)
        assert await self.login(sshd.target(), tmp_path, clock, heed=True) == ""

    async def test_another_known_host_key_is_another_login(
        self, sshd: Sshd, tmp_path: Path, clock: list[float]
    ) -> None:
        known = tmp_path / "known_hosts"
        make_key(tmp_path / "strange")
        strange = " ".join((tmp_path / "strange.pub").read_text().split()[:2])
        known.write_text(f"[127.0.0.1]:{sshd.port} {strange}\n")
        target = sshd.target(known_hosts=str(known))
        first = await self.login(target, tmp_path, clock, heed=True)
        assert "not the expected one" in first
        again = await self.login(target, tmp_path, clock, heed=True)
        assert again.startswith(first) and "not tried again before" in again
        known.write_text(sshd.known_hosts.read_text() + "\n")
        assert await self.login(target, tmp_path, clock, heed=True) == ""

    async def test_another_ssh_config_is_another_login(
        self, sshd: Sshd, tmp_path: Path, clock: list[float]
    ) -> None:
        config, included = tmp_path / "ssh_config", tmp_path / "included"
        config.write_text(f"Include {included}\n")
        target = sshd.target(ssh_config=str(config), identity_file=str(make_key(tmp_path / "key")))
        for line in ("Compression no\n", "Ciphers aes256-ctr\n"):
            included.write_text(line)
            said = await self.login(target, tmp_path, clock, heed=True)
            assert "refused the key" in said and "not tried again" not in said

    @pytest.mark.parametrize(
        "junk",
        [
            "",
            "{}",
            "[1]",
            '{"at": 1, "why": "x", "reason": "", "host_key": 1}',
            "\x00",
            '{"at": 1' + "0" * 400 + "}",
        ],
    )
    async def test_a_torn_file_is_no_refusal(
        self, sshd: Sshd, tmp_path: Path, clock: list[float], junk: str
    ) -> None:
        target = sshd.target(identity_file=str(make_key(tmp_path / "key")))
        await self.login(target, tmp_path, clock, heed=True)
        (file,) = (tmp_path / "refused").iterdir()
        file.write_text(junk)
        said = await self.login(target, tmp_path, clock, heed=True)
        assert "refused the key" in said and "not tried again" not in said


@contextlib.contextmanager
def confirmed_by(
    program: Path, sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SshTarget]:
    """A login for which an agent signs where this program says so."""
    for name, value in (
        ("SSH_ASKPASS", str(program)),
        ("SSH_ASKPASS_REQUIRE", "force"),
        ("DISPLAY", ":9"),
    ):
        monkeypatch.setenv(name, value)
    with running_agent(Path(tempfile.mkdtemp(dir=tmp_path)) / "agent") as agent:
        add(sshd.identity, agent, "-c")
        monkeypatch.setenv("SSH_AUTH_SOCK", str(agent))
        yield sshd.target(identity_file=None, agent_identity=f"{sshd.identity}.pub")


async def test_a_signature_that_the_agent_refuses_is_not_the_servers_refusal(
    sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with confirmed_by(Path("/bin/false"), sshd, tmp_path, monkeypatch) as target:
        kept = Refusals(tmp_path / "refused", heed=True)
        for _ in range(2):
            node = SshNode(target, frozenset(), refusals=kept)
            with pytest.raises(OperatorNeeded, match="agent did not sign the login"):
                await node.open()
            await node.close()
    assert not (tmp_path / "refused").exists()


async def test_an_agent_that_waits_for_a_touch_is_not_blamed_on_the_node(
    sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, over, ask = (tmp_path / name for name in ("asked", "over", "ask"))
    ask.write_text(f"#!/bin/sh\n: > {asked}\nuntil [ -e {over} ]; do sleep 0.1; done\nexit 1\n")
    ask.chmod(0o700)

    def until_asked(waiting: banner.Banner) -> None:
        """In place of a login's limit: it is over once the agent has asked."""
        loop = asyncio.get_running_loop()
        if asked.exists():
            waiting._limit.reschedule(loop.time())
        else:
            waiting._timer = loop.call_later(0.02, waiting.watch)

    monkeypatch.setattr(banner.Banner, "watch", until_asked)
    with confirmed_by(ask, sshd, tmp_path, monkeypatch) as target:
        node = SshNode(target, frozenset())
        try:
            with pytest.raises(OperatorNeeded, match=r"has not signed the login .* in time"):
                await node.open()
        finally:
            over.touch()
            await node.close()
