"""Against a server in this process: what OpenSSH never does, and what must never be offered to it."""

import asyncio
import contextlib
import errno
import os
import socket
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from asyncssh.sk_eddsa import _SKEd25519Key

from pfha_tui.domain.command import Command
from pfha_tui.domain.outcome import classify
from pfha_tui.domain.reading import ErrorKind
from pfha_tui.domain.target import Privilege, SshTarget
from pfha_tui.transports.base import NetworkFailure, OperatorNeeded, TransportTimeout
from pfha_tui.transports.ssh import LoginInterrupted, SshNode, banner, link, login
from pfha_tui.transports.ssh.actor import SshActor
from tests.support.deadline import until
from tests.support.ssh_double import Handler, World, run_really, serving, write_key

DATE = Command("date", ("/bin/date", "+%Y"), timeout_s=20)
LATE = Command("late", ("/bin/date", "+%Y"), timeout_s=0.2)
"""For answers that never come."""
SECRET = Command("secret", ("/bin/cat", "/etc/shadow"), root=True)
ALLOWED = frozenset({DATE, LATE, SECRET})
SHELL = "/bin/sh -s"


@contextlib.asynccontextmanager
async def world_for(
    tmp_path: Path, handlers: dict[str, Handler] | None = None, **changes: Any
) -> AsyncIterator[tuple[World, SshNode]]:
    world = World()
    path, key = write_key(tmp_path)
    world.allowed.add(key.get_fingerprint())
    world.handlers.update(handlers or {})
    async with serving(world):
        target: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": world.port,
            "user": "watcher",
            "identity_file": str(path),
            "fingerprints": (world.host_key.get_fingerprint(),),
        }
        node = SshNode(SshTarget(**(target | changes)), ALLOWED)
        try:
            yield world, node
        finally:
            await node.close()


async def test_only_the_named_identity_is_offered_and_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dot_ssh = Path.home() / ".ssh"
    dot_ssh.mkdir(mode=0o700)
    write_key(dot_ssh, "id_ed25519")
    other, _ = write_key(tmp_path, "other")
    (dot_ssh / "config").write_text(f"Host *\n IdentityFile {other}\n ForwardAgent yes\n")
    monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "no-agent"))
    stranger, key = write_key(tmp_path, "stranger")
    async with world_for(tmp_path, identity_file=str(stranger)) as (world, node):
        with pytest.raises(OperatorNeeded, match="refused the key of user 'watcher'"):
            await node.open()
        assert set(world.offered) == {key.get_fingerprint()}
        assert (len(world.offered), world.passwords, world.connections) == (1, 0, 1)


async def test_a_wrong_host_key_gets_no_identity(tmp_path: Path) -> None:
    async with world_for(tmp_path, fingerprints=("SHA256:nothing",)) as (world, node):
        with pytest.raises(OperatorNeeded, match="SHA256:nothing") as caught:
            await node.open()
        assert world.host_key.get_fingerprint() in str(caught.value)
        assert world.offered == []


async def test_both_identities_are_one_too_many(tmp_path: Path) -> None:
    async with world_for(tmp_path, agent_identity="/x.pub") as (world, node):
        with pytest.raises(OperatorNeeded, match="keep one"):
            await node.open()
        assert world.connections == 0


@pytest.mark.parametrize(
    ("content", "word"), [(None, "cannot be read"), ("junk", "not a private key")]
)
async def test_unusable_identities_are_told_before_any_packet(
    tmp_path: Path, content: str | None, word: str
) -> None:
    path = tmp_path / "strange"
    if content is not None:
        path.write_text(content)
    async with world_for(tmp_path, identity_file=str(path)) as (world, node):
        with pytest.raises(OperatorNeeded, match=word):
            await node.open()
        assert world.connections == 0


async def test_a_key_on_a_token_is_not_offered_where_only_the_agent_can_sign(
    tmp_path: Path,
) -> None:
    """Its file holds no secret to sign with; the server would take the key and hear no signature."""
    point = asyncssh.generate_private_key("ssh-ed25519").public_data[-32:]
    path = tmp_path / "id_ed25519_sk"
    path.write_bytes(_SKEd25519Key(point, "ssh:", 1, b"handle").export_private_key())
    async with world_for(tmp_path, identity_file=str(path)) as (world, node):
        with pytest.raises(OperatorNeeded, match="on a FIDO token: add it to the agent"):
            await node.open()
        assert world.connections == 0


async def test_what_may_not_be_read_is_not_permitted(tmp_path: Path) -> None:
    for privilege in Privilege:
        async with world_for(tmp_path, privilege=privilege) as (_, node):
            await node.open()
            (output,) = (await node.run([SECRET])).outputs
            error = classify(output)
            assert error is not None and error.kind is ErrorKind.NOT_PERMITTED


async def test_an_account_without_a_shell_needs_the_operator(tmp_path: Path) -> None:
    async def nologin(process: asyncssh.SSHServerProcess[bytes]) -> None:
        process.stdout.write(b"This account is currently not available.\n")
        process.exit(1)

    async with world_for(tmp_path, {link.BEAT_COMMAND: nologin}) as (_, node):
        with pytest.raises(OperatorNeeded, match="currently not available"):
            await node.open()


async def _noisy(process: asyncssh.SSHServerProcess[bytes]) -> None:
    process.stdout.write(b">>> Launching rc.local in background...\n")
    process.stderr.write(b"motd\n")
    await run_really(process)


async def test_noise_before_the_first_marker_is_ignored(tmp_path: Path) -> None:
    async with world_for(tmp_path, {SHELL: _noisy}) as (_, node):
        await node.open()
        assert (await node.run([DATE])).outputs[0].stdout.startswith(b"20")


async def test_a_shell_that_stalls_is_replaced_and_the_connection_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stalls(process: asyncssh.SSHServerProcess[bytes]) -> None:
        await process.stdin.read()
        process.exit(0)

    async with world_for(tmp_path, {SHELL: stalls}) as (world, node):
        await node.open()
        with monkeypatch.context() as impatient:
            impatient.setattr("pfha_tui.transports.ssh.shell.OPEN_TIMEOUT_S", 0.3)
            with pytest.raises(TransportTimeout, match="did not answer"):
                await node.run([DATE])
        world.handlers.clear()
        assert (await node.run([DATE])).outputs[0].exit_code == 0
        assert world.connections == 1 and world.commands.count(SHELL) == 2


class Rewriting:
    """A shell whose output is changed from the n-th frame on."""

    def __init__(self, change: Any) -> None:
        self.change = change

    async def __call__(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        frame = 0
        marker = b""
        while line := await process.stdin.readline():
            if line.startswith(b"m()"):
                marker = b"\n" + line[line.index(b"@") : line.index(b" %s")] + b" "
            if line.startswith(b'm "B '):
                frame += 1
                seq = line.split()[2]
                answer = [marker + b"B %s 1700000000 +0000\n" % seq]
                count = 3 if frame == 1 else 1
                answer += [b"text" + marker + b"E %s %d 1\n" % (seq, i) for i in range(count)]
                out = answer if frame == 1 else self.change(answer)
                process.stdout.write(b"".join(out))
                process.stderr.write(b"".join(answer))
                if out == []:
                    break
        process.exit(0)


@pytest.mark.parametrize(
    ("change", "expected", "word"),
    [
        (lambda answer: [answer[0][:20]], TransportTimeout, "did not answer"),
        (lambda answer: answer[:1], TransportTimeout, "did not answer"),
        (lambda answer: answer[1:], TransportTimeout, "wrong place"),
        (lambda answer: [answer[0], answer[0]], TransportTimeout, "wrong place"),
        (lambda answer: [b"\xff\0garbage" * 50], TransportTimeout, "did not answer"),
        (lambda answer: [], NetworkFailure, "ended"),
    ],
    ids=["half a marker", "no end", "no begin", "two begins", "garbage", "end of file"],
)
async def test_broken_frames(
    tmp_path: Path, change: Any, expected: type[Exception], word: str
) -> None:
    async with world_for(tmp_path, {SHELL: Rewriting(change)}) as (world, node):
        await node.open()
        with pytest.raises(expected, match=word):
            await node.run([LATE if word == "did not answer" else DATE])
        world.handlers.clear()
        assert (await node.run([DATE])).outputs[0].stdout.startswith(b"20")
        assert world.connections == 1


async def test_a_cancelled_run_leaves_the_channel_in_step(tmp_path: Path) -> None:
    async with world_for(tmp_path) as (world, node):
        await node.open()
        await node.run([DATE])
        for _ in range(5):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0):
                    await node.run([DATE, SECRET, DATE])
        sample = await node.run([SECRET, DATE])
        assert [output.exit_code == 0 for output in sample.outputs] == [False, True]
        assert world.commands.count(SHELL) == 1


async def test_a_stall_of_the_console_is_not_counted_against_a_command(tmp_path: Path) -> None:
    async with world_for(tmp_path) as (_, node):
        await node.open()
        await node.run([DATE])
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(node.run([LATE]))
            await asyncio.sleep(0)  # the script is on its way
            time.sleep(1.5)  # noqa: ASYNC251 (it is the stall)
        assert running.result().outputs[0].exit_code == 0


@contextlib.asynccontextmanager
async def answering(
    behaviour: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]],
    tmp_path: Path,
) -> AsyncIterator[SshNode]:
    """A node whose SSH port does this and nothing else."""
    path, _ = write_key(tmp_path)
    serving = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal serving
        serving += 1
        with contextlib.suppress(OSError):
            await behaviour(reader, writer)
        writer.transport.abort()
        serving -= 1

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    target = SshTarget(
        "127.0.0.1", port, "watcher", identity_file=str(path), fingerprints=("SHA256:x",)
    )
    node = SshNode(target, ALLOWED)
    try:
        yield node
    finally:
        await node.close()
        await until(lambda: not serving)
        server.close()


async def test_a_port_that_hangs_up_interrupts_the_login(tmp_path: Path) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        return

    async with answering(hang_up, tmp_path) as node:
        with pytest.raises(LoginInterrupted, match="closed the connection during the login"):
            await node.open()


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (b"SSH-2.0-x\r\n\0\0\0\x0c\x06\x14junk\0\0\0\0\0\0", "Incomplete packet"),
        (b"SSH-2.0-\xd2\r\n", "'ascii' codec"),
    ],
    ids=["packet", "version"],
)
async def test_bytes_that_make_no_sense_are_tried_again(
    tmp_path: Path, sent: bytes, words: str
) -> None:
    """Something in between changes them: no setting mends that."""

    async def garbles(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(sent)
        await reader.read()

    async with answering(garbles, tmp_path) as node:
        with pytest.raises(LoginInterrupted, match=f"not speak SSH as it should: {words}"):
            await node.open()


async def test_a_key_exchange_that_was_changed_on_the_way_is_no_question_of_algorithms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asyncssh.SSHKey, "verify", lambda *_: False)
    async with world_for(tmp_path) as (world, node):
        with pytest.raises(LoginInterrupted, match=r"not speak SSH as it should: .*mismatch"):
            await node.open()
        assert world.offered == []


async def test_our_own_timer_ends_a_login_that_stalls_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login, "LOGIN_TIMEOUT_S", -4.0)

    async def stalls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-stalls\r\n")
        await reader.read()

    async with answering(stalls, tmp_path) as node:
        with pytest.raises(LoginInterrupted, match="did not finish the login in time"):
            await node.open()


async def test_a_port_without_a_banner_is_no_strike_and_told_soon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    monkeypatch.setattr(banner, "GIVE_UP_S", 0.5)
    monkeypatch.setattr(login, "LOGIN_TIMEOUT_S", 600.0)
    async with answering(mute, tmp_path) as node, asyncio.timeout(60):
        with pytest.raises(NetworkFailure, match="does not speak SSH") as caught:
            await node.open()
        assert not isinstance(caught.value, LoginInterrupted)

        monkeypatch.setattr(banner, "HOLD_S", 0.1)
        told: list[str] = []
        with pytest.raises(NetworkFailure, match="does not speak SSH") as caught:
            await node.open(told.append)
        assert told == [str(caught.value)] and not isinstance(caught.value, LoginInterrupted)


async def test_nothing_waits_for_a_dead_peer_on_closing(tmp_path: Path) -> None:
    async with world_for(tmp_path) as (_, node):
        await node.open()
        await node.run([DATE])
        async with asyncio.timeout(60):
            await node.close()
            await node.close()
        with pytest.raises(NetworkFailure, match="closed"):
            await node.run([DATE])


async def test_a_channel_may_take_as_long_as_the_login_lets_expect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is measured yet when the first channel is opened: a slow login is what is known of the way."""
    monkeypatch.setattr(link, "CHANNEL_TIMEOUT_S", 0.0)
    monkeypatch.setattr(link, "LOGIN_TRIPS", 0.01)
    async with world_for(tmp_path) as (_, node):
        await node.open()
        assert node.rtt_s is not None


async def test_what_the_system_refuses_on_the_way_is_a_network_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(*_: object) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(link, "log_in", refused)
    async with world_for(tmp_path) as (_, node):
        with pytest.raises(NetworkFailure, match="Too many open files"):
            await node.open()


async def test_a_login_that_is_given_up_before_it_has_begun_leaves_no_socket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """asyncssh reads its options in a thread before it takes the socket over."""
    handed: list[socket.socket] = []

    async def busy(*_: object, sock: socket.socket, **__: object) -> None:
        handed.append(sock)
        await asyncio.Event().wait()

    monkeypatch.setattr(asyncssh, "connect", busy)
    async with world_for(tmp_path) as (_, node):
        async with asyncio.TaskGroup() as tasks:
            login = tasks.create_task(node.open())
            await until(lambda: handed)
            login.cancel()
        assert handed[0].fileno() == -1


async def test_a_channel_that_the_end_of_the_connection_refuses_is_a_network_failure(
    tmp_path: Path,
) -> None:
    """It must not be taken for an sshd that allows too few sessions: that would stop the node for good."""
    async with world_for(tmp_path) as (_, node):
        await node.open()
        assert node.link._route is not None
        node.link._route.connection._force_close(asyncssh.ConnectionLost("cut"))
        with pytest.raises(NetworkFailure, match="cut"):
            await node.run([DATE])


async def gone(process: asyncssh.SSHServerProcess[bytes]) -> None:
    process.exit(0)


def opening_late(at: link.SshLink, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let channels open only when they are over again."""
    real = at.open_channel

    async def late(*words: Any) -> Any:
        channel = await real(*words)
        await channel.wait_closed()
        return channel

    monkeypatch.setattr(at, "open_channel", late)


async def refusing(process: asyncssh.SSHServerProcess[bytes]) -> None:
    process.stderr.write(b"only cat is allowed\n")
    process.exit(1)


async def killed(process: asyncssh.SSHServerProcess[bytes]) -> None:
    process.exit_with_signal("TERM")


@pytest.mark.parametrize("late", [False, True])
async def test_a_shell_that_ends_by_itself_before_it_answers_needs_the_operator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, late: bool
) -> None:
    """As where sshd runs another command in its place: login after login would not change that."""
    async with world_for(tmp_path, {SHELL: refusing}) as (_, node):
        await node.open()
        if late:
            opening_late(node.link, monkeypatch)
        with pytest.raises(OperatorNeeded, match=r"not run commands.*only cat is allowed"):
            await node.run([DATE])


@pytest.mark.parametrize("late", [False, True])
async def test_a_shell_that_is_killed_before_it_answers_is_a_network_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, late: bool
) -> None:
    async with world_for(tmp_path, {SHELL: killed}) as (_, node):
        await node.open()
        if late:
            opening_late(node.link, monkeypatch)
        with pytest.raises(NetworkFailure):
            await node.run([DATE])


async def test_a_shell_that_has_answered_before_may_end(tmp_path: Path) -> None:
    async with world_for(tmp_path) as (world, node):
        await node.open()
        await node.run([DATE])
        world.handlers[SHELL] = refusing
        node._shell._drop()
        with pytest.raises(NetworkFailure):
            await node.run([DATE])


async def test_a_stream_that_is_gone_before_it_is_written_to_is_a_network_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with world_for(tmp_path) as (world, node):
        await node.open()
        await node.run([DATE])
        world.handlers[SHELL] = gone
        opening_late(node.link, monkeypatch)
        with pytest.raises(NetworkFailure):
            await anext(node.lines())


async def test_a_lock_that_is_gone_before_it_is_written_to_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def none(process: asyncssh.SSHServerProcess[bytes]) -> None:
        process.stderr.write(b"lockf: not found")
        process.exit(127)

    async with world_for(tmp_path) as (world, node):
        taker = SshActor(node.link.target, frozenset())
        world.handlers["exec /usr/bin/lockf -k -s -t 0 /tmp/x /bin/cat"] = none
        try:
            await taker.open()
            opening_late(taker.link, monkeypatch)
            with pytest.raises(OperatorNeeded, match=r"127 .*lockf: not found"):
                await taker.lock("/tmp/x")
        finally:
            await taker.close()
