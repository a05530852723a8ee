"""The login of an action on a real sshd and on the lab: its watchdog outlives it, and its lock does not."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from pfha_tui.actions.commands import LOCK, MARK, UNMARK, demote, mark
from pfha_tui.domain.command import Access, Command
from pfha_tui.domain.target import Privilege, SshTarget
from pfha_tui.lab import scenarios
from pfha_tui.lab.runner import Lab, running
from pfha_tui.transports.base import (
    Call,
    Guard,
    NetworkFailure,
    NotInCatalogue,
    OperatorNeeded,
    TransportTimeout,
)
from pfha_tui.transports.ssh.actor import SshActor
from pfha_tui.transports.ssh.watchdog import armed, watchdog
from tests.support.deadline import until
from tests.support.processes import gone
from tests.support.sshd import Sshd, running_sshd
from tests.support.tcp_relay import relay_to


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    with running_sshd(tmp_path_factory.mktemp("sshd")) as server:
        yield server


def touch(path: Path) -> Command:
    return Command(f"touch-{path.name}", ("/usr/bin/touch", str(path)), access=Access.WRITE)


@asynccontextmanager
async def actor(target: SshTarget, *commands: Command) -> AsyncIterator[SshActor]:
    found = SshActor(replace(target, privilege=Privilege.AUTO), frozenset(commands))
    async with asyncio.timeout(90):
        await found.open()
        try:
            yield found
        finally:
            await found.close()


LONG_S = 600.0
"""No test waits so long: it is `elapse` that lets a watchdog's time be up."""


class Files:
    """A step and its undo that can be seen from outside."""

    def __init__(self, folder: Path) -> None:
        self.step, self.first, self.second = (folder / name for name in ("step", "one", "two"))
        self.do = touch(self.step)
        self.undo = (touch(self.first), touch(self.second))
        self.token = folder / "token"
        self.guard = Guard("/nonexistent/mark", (), str(self.token))
        """One that holds for as long as the token is there."""

    @property
    def commands(self) -> tuple[Command, ...]:
        return (self.do, *self.undo)

    def undone(self) -> bool:
        return self.first.exists() and self.second.exists()


async def watchdog_of(found: SshActor) -> int:
    """Its process id. Its shell has it at once, even before the process has the words of a watchdog."""
    part, _ = await found._watchdog._line('echo "$w"', 10.0, None)
    return int(part.stdout)


async def ended(pid: int) -> None:
    await until(lambda: gone(pid))


def below(pid: int) -> list[int]:
    """The children of a process."""
    with contextlib.suppress(OSError):
        words = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [int(word) for word in words]
    return []


async def elapse(found: SshActor) -> int:
    """Let the time of a watchdog be up now: what it waits for is the end of its sleep. Its process id."""
    pid = await watchdog_of(found)
    await until(lambda: below(pid))
    for sleep in below(pid):
        os.kill(sleep, signal.SIGKILL)
    return pid


async def test_a_watchdog_outlives_a_connection_that_was_cut(sshd: Sshd, tmp_path: Path) -> None:
    files = Files(tmp_path)
    async with relay_to(sshd.port) as relay:
        target = sshd.target(port=relay.port, fingerprints=(sshd.fingerprint,), known_hosts=None)
        async with actor(target, *files.commands) as found:
            sample = await found.run_armed(files.do, files.undo, 1.0, files.guard)
            assert sample.outputs[0].exit_code == 0
            assert files.step.exists()
            relay.cut()
            with pytest.raises(NetworkFailure):
                await found.call_off()
    await until(files.undone)


async def test_a_watchdog_that_is_called_off_never_runs(sshd: Sshd, tmp_path: Path) -> None:
    files = Files(tmp_path)
    async with actor(sshd.target(), *files.commands) as found:
        await found.run_armed(files.do, files.undo, LONG_S, files.guard)
        pid = await watchdog_of(found)
        await until(lambda: b"watchdog" in Path(f"/proc/{pid}/cmdline").read_bytes())
        assert await found.call_off() is Call.OFF
        assert await found.call_off() is Call.OFF
        assert gone(pid)
    assert files.step.exists()
    assert not files.first.exists()


async def test_a_watchdog_that_fired_is_told_truthfully(sshd: Sshd, tmp_path: Path) -> None:
    files = Files(tmp_path)
    async with actor(sshd.target(), *files.commands) as found:
        await found.run_armed(files.do, files.undo, 1.0, files.guard)
        await until(files.undone)
        assert await found.call_off() is Call.FIRED


async def test_whoever_takes_the_token_first_has_the_undo(sshd: Sshd, tmp_path: Path) -> None:
    files = Files(tmp_path)
    take = Command("take", ("/bin/rmdir", str(files.token)), access=Access.WRITE)
    async with actor(sshd.target(), *files.commands, take) as found:
        await found.run_armed(files.do, files.undo, LONG_S, files.guard)
        async with actor(sshd.target(), take) as another:
            assert (await another.run((take,))).outputs[0].exit_code == 0
        await ended(await elapse(found))
        assert await found.call_off() is Call.FIRED
        assert not files.first.exists()
        await found.run_armed(files.do, files.undo, LONG_S, files.guard)
        await elapse(found)
        await until(files.undone)
        output = (await found.run((take,))).outputs[0]
        assert output.exit_code and b"No such file" in output.stderr


async def test_an_undo_that_fails_leaves_the_token(sshd: Sshd, tmp_path: Path) -> None:
    files = Files(tmp_path)
    failing = Command("no", ("/bin/ls", "/nonexistent/file"))
    async with actor(sshd.target(), *files.commands, failing) as found:
        await found.run_armed(files.do, (failing, *files.undo), LONG_S, files.guard)
        await ended(await elapse(found))
        assert await found.call_off() is Call.FIRED
        assert files.token.is_dir() and not files.first.exists()


async def test_without_a_token_there_is_no_step(sshd: Sshd, tmp_path: Path) -> None:
    files = Files(tmp_path)
    guard = replace(files.guard, token=str(tmp_path / "none" / "token"))
    async with actor(sshd.target(), *files.commands) as found:
        output = (await found.run_armed(files.do, files.undo, 1.0, guard)).outputs[0]
        assert output.exit_code and b"none/token" in output.stderr
        assert await found.call_off() is Call.OFF
        assert not files.step.exists()


def plant(path: Path, how: str) -> None:
    """What another account may have put at a name below /tmp before we come to use it."""
    match how:
        case "folder":
            path.mkdir()
        case "link":
            (path.parent / "theirs").mkdir()
            path.symlink_to(path.parent / "theirs")
        case "dangling link":
            path.symlink_to(path.parent / "nothing")


@pytest.mark.parametrize("how", ["folder", "link", "dangling link"])
async def test_a_token_that_another_has_planted_prevents_the_step(
    sshd: Sshd, tmp_path: Path, how: str
) -> None:
    files = Files(tmp_path)
    plant(files.token, how)
    async with actor(sshd.target(), *files.commands) as found:
        output = (await found.run_armed(files.do, files.undo, 1.0, files.guard)).outputs[0]
        assert output.exit_code and b"File exists" in output.stderr
        assert await found.call_off() is Call.OFF
    assert not files.step.exists() and not files.undone()


async def test_a_token_that_is_planted_beside_the_step_has_it_undone_at_once(
    sshd: Sshd, tmp_path: Path
) -> None:
    files = Files(tmp_path)
    planting = Command("plant", ("/bin/mkdir", str(files.token)), access=Access.WRITE)
    async with actor(sshd.target(), planting, *files.undo) as found:
        output = (await found.run_armed(planting, files.undo, 60.0, files.guard)).outputs[0]
        assert output.exit_code and b"File exists" in output.stderr
        assert files.undone()
        assert await found.call_off() is Call.OFF


async def test_a_step_that_is_neither_armed_nor_undone_is_no_failed_step(
    sshd: Sshd, tmp_path: Path
) -> None:
    files = Files(tmp_path)
    planting = Command("plant", ("/bin/mkdir", str(files.token)), access=Access.WRITE)
    failing = Command("no", ("/bin/ls", "/nonexistent/file"))
    async with actor(sshd.target(), planting, failing) as found:
        with pytest.raises(OperatorNeeded, match="File exists"):
            await found.run_armed(planting, (failing,), 60.0, files.guard)
        assert await found.call_off() is Call.OFF


async def test_an_undo_that_has_begun_is_run_to_its_end(sshd: Sshd, tmp_path: Path) -> None:
    files = Files(tmp_path)
    slow = Command("slow", ("/bin/sleep", "1.5"))
    async with actor(sshd.target(), *files.commands, slow) as found:
        await found.run_armed(files.do, (files.undo[0], slow, files.undo[1]), LONG_S, files.guard)
        await elapse(found)
        await until(files.first.exists)
        assert await found.call_off() is Call.FIRED
        assert files.undone()


async def test_the_shell_of_the_watchdog_being_gone_is_never_told_as_off(
    sshd: Sshd, tmp_path: Path
) -> None:
    files = Files(tmp_path)
    async with actor(sshd.target(), *files.commands) as found:
        await found.run_armed(files.do, files.undo, 1.0, files.guard)
        found._watchdog._drop()
        with pytest.raises(NetworkFailure, match="may still run"):
            await found.call_off()
    await until(files.undone)


async def test_a_step_that_fails_leaves_no_watchdog(sshd: Sshd, tmp_path: Path) -> None:
    files = Files(tmp_path)
    failing = Command("no", ("/bin/ls", "/nonexistent/file"))
    async with actor(sshd.target(), failing, *files.undo) as found:
        output = (await found.run_armed(failing, files.undo, 1.0, files.guard)).outputs[0]
        assert output.exit_code not in (0, None)
        assert b"/nonexistent/file" in output.stderr
        assert await found.call_off() is Call.OFF


async def test_a_step_that_hangs_is_given_up_and_its_watchdog_spared(
    sshd: Sshd, tmp_path: Path
) -> None:
    files = Files(tmp_path)
    told = tmp_path / "told to end"
    script = f"until [ -e '{told}' ]; do sleep 0.05; done"
    slow = Command("slow", ("/bin/sh", "-c", script), timeout_s=0.2)
    async with actor(sshd.target(), slow, *files.undo) as found:
        with pytest.raises(TransportTimeout):
            await found.run_armed(slow, files.undo, 1.0, files.guard)
        with pytest.raises(NetworkFailure):
            await found.call_off()
        told.touch()
    await until(files.undone)


@pytest.mark.parametrize(
    ("link", "texts", "undone"),
    [
        ("ours", ("ours",), True),
        ("another's", ("ours",), False),
        (None, ("ours",), False),
        (None, ("ours", ""), True),
        ("another's", ("ours", ""), False),
        ("it's $(touch x); *", ("it's $(touch x); *",), True),
        ("anything", ("*",), False),
    ],
)
async def test_a_watchdog_only_undoes_what_is_still_there(
    sshd: Sshd, tmp_path: Path, link: str | None, texts: tuple[str, ...], undone: bool
) -> None:
    files = Files(tmp_path)
    place = tmp_path / "a mark"
    if link is not None:
        os.symlink(link, place)
    async with actor(sshd.target(), *files.commands) as found:
        await found.run_armed(
            files.do, files.undo, LONG_S, replace(files.guard, path=str(place), texts=texts)
        )
        await ended(await elapse(found))
        assert await found.call_off() is Call.FIRED
        assert files.first.exists() is undone


async def test_only_the_commands_of_the_action_are_run(sshd: Sshd, tmp_path: Path) -> None:
    files = Files(tmp_path)
    async with actor(sshd.target(), files.do) as found:
        with pytest.raises(NotInCatalogue):
            await found.run((files.undo[0],))
        with pytest.raises(NotInCatalogue):
            await found.run_armed(files.do, files.undo, 1.0, files.guard)
        assert not files.step.exists()
        found.allow(files.undo[0])
        await found.run((files.undo[0],))
        assert files.first.exists()


async def test_a_node_without_lockf_is_told(sshd: Sshd) -> None:
    async with actor(sshd.target()) as found:
        with pytest.raises(OperatorNeeded, match="lockf"):
            await found.lock("/tmp/pfha-tui-test.lock")


def test_every_command_that_needs_root_has_a_sudo_of_its_own() -> None:
    guard = Guard("/var/run/m", ("x y",), "/tmp/token")
    text = watchdog(("sudo -n /sbin/a", "sudo -n /bin/b"), 62.4, guard)
    assert "; sudo -n /sbin/a </dev/null && sudo -n /bin/b </dev/null || /bin/mkdir " in text
    assert "/bin/sleep 62 &" in text
    line = armed("sudo -n /sbin/do", ("sudo -n /sbin/a",), text, "/tmp/token", "name")
    assert "; o=$t; { sudo -n /sbin/a </dev/null; } >" in line
    assert "\n" not in line


@asynccontextmanager
async def lab() -> AsyncIterator[Lab]:
    async with running(scenarios.build("healthy", time.time())) as found:
        yield found


def node(found: Lab, user: str = "admin", name: str = "fw1") -> SshTarget:
    live = found.nodes[name]
    return SshTarget(
        "127.0.0.1",
        live.ssh.listener.port,
        user,
        identity_file=str(found.identity),
        fingerprints=(live.fingerprint,),
    )


DEMOTE, PROMOTE, OURS = demote(120), demote(-120), "pfha-tui:1:0a1b2c3d:120:1795389300:alice"


@pytest.mark.parametrize("user", ["admin", "monitor"])
async def test_a_node_of_the_lab_takes_a_demotion_back_by_itself(user: str, tmp_path: Path) -> None:
    guard = Guard(MARK, (OURS,), str(tmp_path / "token"))
    async with lab() as found:
        firewall = found.world.node("fw1")
        async with actor(node(found, user), mark(OURS), DEMOTE, PROMOTE, UNMARK) as link:
            await link.run((mark(OURS),))
            await link.run_armed(DEMOTE, (PROMOTE, UNMARK), LONG_S, guard)
            assert (firewall.carp_demotion, firewall.links) == (120, {MARK: OURS})
            await elapse(link)
        await until(lambda: (firewall.carp_demotion, firewall.links) == (0, {}))


async def test_a_lock_holds_for_as_long_as_its_login() -> None:
    async with lab() as found, actor(node(found)) as second:
        async with actor(node(found)) as first:
            assert await first.lock(LOCK)
            assert not await second.lock(LOCK)
        assert await taken(lambda: second.lock(LOCK))


async def taken(lock: Callable[[], Awaitable[bool]]) -> bool:
    async with asyncio.timeout(60):
        while not await lock():  # noqa: ASYNC110 (it is the node's to free it)
            await asyncio.sleep(0.02)
    return True


async def test_a_lock_is_gone_with_a_connection_that_was_cut() -> None:
    async with lab() as found, actor(node(found)) as second:
        target = node(found)
        async with (
            relay_to(target.port or 0) as relay,
            actor(replace(target, port=relay.port)) as first,
        ):
            assert await first.lock(LOCK)
            relay.cut()
            assert await taken(lambda: second.lock(LOCK))
