"""What ssh_config says of a login, against OpenSSH's own sshd."""

import asyncio
import contextlib
import errno
import functools
import getpass
import os
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from pfha_tui.domain.command import Command
from pfha_tui.domain.target import SshTarget
from pfha_tui.transports.base import (
    NetworkFailure,
    OperatorNeeded,
)
from pfha_tui.transports.ssh import LoginInterrupted, SshNode, fetch, settings
from pfha_tui.transports.ssh.proxy import Proxy
from tests.support import opened_login
from tests.support.deadline import until
from tests.support.sshd import Sshd, running_sshd

NC = f"{sys.executable} {Path(__file__).parent.parent / 'support' / 'nc_tcp.py'}"
DATE = Command("date", ("/bin/date", "-u", "+%Y"), timeout_s=20)
opened = functools.partial(opened_login.opened, allowed=frozenset({DATE}))


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    with running_sshd(tmp_path_factory.mktemp("sshd")) as server:
        yield server


async def test_a_config_that_accepts_any_host_key_is_not_followed(
    sshd: Sshd, tmp_path: Path
) -> None:
    config = tmp_path / "config"
    config.write_text("Host *\n  UserKnownHostsFile none\n  StrictHostKeyChecking no\n")
    with pytest.raises(OperatorNeeded, match="not known"):
        async with opened(sshd.target(known_hosts=None, ssh_config=str(config))):
            pass


async def test_ssh_config_names_host_port_user_and_the_one_identity(
    sshd: Sshd, tmp_path: Path
) -> None:
    config = tmp_path / "config"
    block = (
        f"Host fw1\n HostName 127.0.0.1\n Port {sshd.port}\n User {getpass.getuser()}\n"
        f" UserKnownHostsFile {sshd.known_hosts}\n RemoteCommand /bin/false\n RequestTTY yes\n"
    )
    config.write_text(block + f" IdentityFile {sshd.identity}\n")
    async with opened(SshTarget("fw1", ssh_config=str(config))) as node:
        await node.run([DATE])
    for identities, word in (
        ("", "no IdentityFile"),
        (f" IdentityFile {sshd.identity}\n" * 2, "names several"),
    ):
        config.write_text(block + identities)
        with pytest.raises(OperatorNeeded, match=word):
            async with opened(SshTarget("fw1", ssh_config=str(config))):
                pass


async def test_a_command_of_ssh_config_is_run_once_for_a_login(sshd: Sshd, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text(f'Match exec "echo run >> {tmp_path}/runs"\n User {getpass.getuser()}\n')
    async with opened(sshd.target(user=None, ssh_config=str(config))) as node:
        await node.run([DATE])
    assert (tmp_path / "runs").read_text() == "run\n"


async def test_a_command_of_ssh_config_that_hangs_is_told_and_not_started_again(
    sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fifo, config = tmp_path / "fifo", tmp_path / "config"
    os.mkfifo(fifo)
    config.write_text(f'Match exec "echo run >> {tmp_path}/runs; cat {fifo}"\n Port 22\n')
    monkeypatch.setattr(settings, "LOAD_TIMEOUT_S", 0.05)
    for _ in range(3):
        with pytest.raises(NetworkFailure, match="does a command of `Match exec` hang"):
            async with opened(sshd.target(ssh_config=str(config))):
                pass
    with fifo.open("w"):  # both wait for each other: the command has begun, and ends now
        assert (tmp_path / "runs").read_text() == "run\n"


async def test_a_mended_ssh_config_does_not_wait_for_what_hangs_by_the_old_one(
    sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fifo, config = tmp_path / "fifo", tmp_path / "config"
    os.mkfifo(fifo)
    config.write_text(f'Match exec "cat {fifo}"\n Port 22\n')
    with monkeypatch.context() as patched:
        patched.setattr(settings, "LOAD_TIMEOUT_S", 0.05)
        with pytest.raises(NetworkFailure, match="does a command of `Match exec` hang"):
            async with opened(sshd.target(ssh_config=str(config))):
                pass
    config.write_text("")
    async with opened(sshd.target(ssh_config=str(config))) as node:
        await node.run([DATE])
    await asyncio.to_thread(fifo.write_bytes, b"")  # the command ends now


async def test_the_home_of_a_user_who_is_not_known_is_told(sshd: Sshd, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text("IdentityFile ~nosuchuser/id\nUserKnownHostsFile ~nosuchuser/known_hosts\n")
    with pytest.raises(OperatorNeeded, match="~nosuchuser/id cannot be read"):
        async with opened(sshd.target(identity_file=None, ssh_config=str(config))):
            pass


@contextlib.asynccontextmanager
async def proxied(sshd: Sshd, tmp_path: Path, command: str) -> AsyncIterator[SshTarget]:
    """A node behind this command; in the end nothing of the command may run any more, nor be a zombie."""
    config = tmp_path / "ssh_config"
    config.write_text(f"Host *\n ProxyCommand {command}\n")
    before = children()
    yield sshd.target(ssh_config=str(config))
    await until(lambda: children() <= before)


def children() -> set[str]:
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("/bin/false", "it ended"),
        ("/no/such/program", "/no/such/program"),
        ("sh -c 'echo first >&2; echo no route to %h >&2; exit 1'", "no route to 127.0.0.1$"),
    ],
)
async def test_a_proxy_command_that_fails_is_no_strike(
    sshd: Sshd, tmp_path: Path, command: str, words: str
) -> None:
    async with proxied(sshd, tmp_path, command) as target:
        node = SshNode(target, frozenset())
        with pytest.raises(NetworkFailure, match=f"ProxyCommand .*{words}") as caught:
            await node.open()
        assert not isinstance(caught.value, LoginInterrupted)
        await node.close()
        with pytest.raises(NetworkFailure, match=f"ProxyCommand .*{words}"):
            await fetch(target)


@pytest.mark.parametrize("command", ["/bin/true", "nc \0"])
async def test_a_proxy_command_that_cannot_be_started_leaves_nothing_open(
    sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    def no_pipe() -> tuple[int, int]:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    async with proxied(sshd, tmp_path, command) as target:
        read = await settings.load(target, target.host, target.port, target.user)
        if "\0" not in command:
            monkeypatch.setattr(os, "pipe", no_pipe)
        before = os.listdir("/proc/self/fd")
        with pytest.raises(NetworkFailure, match=r"open files|null byte"):
            Proxy(read)
        assert os.listdir("/proc/self/fd") == before


async def test_what_a_proxy_command_started_ends_though_it_ignores_sigterm(
    sshd: Sshd, tmp_path: Path
) -> None:
    child = tmp_path / "child"
    command = f"sh -c 'trap \"\" TERM; sleep 600 & echo $! > {child}'"
    async with proxied(sshd, tmp_path, command) as target:
        read = await settings.load(target, target.host, target.port, target.user)
        running = Proxy(read)
        await until(lambda: child.exists() and child.read_text().endswith("\n"))
        running.end()
        running.sock.close()
    pid = int(child.read_text())
    await until(lambda: not is_running(pid))


def is_running(pid: int) -> bool:
    """A zombie that waits for its reaper is not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize(
    "command", ["{nc} %h %p 2>/dev/null", "{nc} %h %p 2>&-", "={nc} %h %p | cat"]
)
async def test_a_proxy_command_is_read_by_a_shell_and_ends_with_the_connection(
    sshd: Sshd, tmp_path: Path, command: str
) -> None:
    async with proxied(sshd, tmp_path, command.format(nc=NC)) as target:
        async with opened(target) as node:
            assert (await node.run([DATE])).outputs[0].exit_code == 0
        assert (await fetch(target))[0].fingerprint == sshd.fingerprint


async def test_what_a_proxy_command_complains_of_is_none_of_the_servers_bytes(
    sshd: Sshd, tmp_path: Path
) -> None:
    complain = tmp_path / "complain"
    os.mkfifo(complain)
    command = f"sh -c 'cat {complain} >&2 & exec {NC} %h %p'"
    async with proxied(sshd, tmp_path, command) as target, opened(target) as node:
        await asyncio.to_thread(complain.write_bytes, b"a slow line\n" * 20_000)
        assert (await node.run([DATE])).outputs[0].exit_code == 0


async def test_a_proxy_command_ends_with_a_login_that_is_given_up(
    sshd: Sshd, tmp_path: Path
) -> None:
    begun = tmp_path / "begun"
    async with proxied(sshd, tmp_path, f"sh -c ': > {begun}; sleep 600; :'") as target:
        node = SshNode(target, frozenset())
        async with asyncio.TaskGroup() as tasks:
            opening = tasks.create_task(node.open())
            await until(begun.exists)
            opening.cancel()
        await node.close()


async def test_a_jump_host_that_is_behind_another_by_ssh_config(
    sshd: Sshd, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    granted = (sshd.folder / "id.pub").read_text()
    with (
        running_sshd(tmp_path_factory.mktemp("near")) as near,
        running_sshd(tmp_path_factory.mktemp("far")) as far,
    ):
        known = tmp_path / "known_hosts"
        known.write_text("".join(one.known_hosts.read_text() for one in (sshd, near, far)))
        for jump in (near, far):
            (jump.folder / "authorized_keys").write_text(granted)
        config = tmp_path / "ssh_config"
        target = sshd.target(host="fw", ssh_config=str(config), known_hosts=str(known))

        def write(of_near: str) -> None:
            places = (("fw", sshd.port, "b1"), ("b1", far.port, "b2"), ("b2", near.port, of_near))
            config.write_text(
                f"Host *\n HostName 127.0.0.1\n User {getpass.getuser()}\n"
                + "".join(f"Host {h}\n Port {p}\n ProxyJump {j}\n" for h, p, j in places)
            )

        for of_near in ("none", "b2"):
            write(of_near)
            async with opened(target) as node:
                assert (await node.run([DATE])).outputs[0].exit_code == 0
        assert near.log().count("Accepted publickey") == far.log().count("Accepted publickey") == 2
        write("b1")
        with pytest.raises(OperatorNeeded, match="lead in a circle, by b1"):
            async with opened(target):
                pass


async def test_the_address_family_and_the_own_address_of_ssh_config(
    sshd: Sshd, tmp_path: Path
) -> None:
    config = tmp_path / "ssh_config"
    target = sshd.target(ssh_config=str(config))
    config.write_text("Host *\n BindAddress 127.0.0.9\n AddressFamily inet\n")
    async with opened(target):
        assert "Connection from 127.0.0.9 port" in sshd.log()
    config.write_text("Host *\n BindAddress 192.0.2.9\n")
    with pytest.raises(NetworkFailure, match="assign requested address"):
        async with opened(target):
            pass
    config.write_text("Host *\n AddressFamily inet6\n")
    with pytest.raises(NetworkFailure, match="was not found"):
        async with opened(target):
            pass


async def test_no_jump_host_by_our_file_is_no_proxy_command_either(
    sshd: Sshd, tmp_path: Path
) -> None:
    config = tmp_path / "ssh_config"
    config.write_text("Host *\n ProxyCommand /bin/false\n")
    async with opened(sshd.target(ssh_config=str(config), proxy_jump="none")) as node:
        assert (await node.run([DATE])).outputs[0].exit_code == 0


async def test_files_of_ssh_config_that_cannot_be_used_are_named_in_words(
    sshd: Sshd, tmp_path: Path
) -> None:
    pipe, config = tmp_path / "pipe", tmp_path / "ssh_config"
    os.mkfifo(pipe)
    config.write_text(f"Host *\n IdentityFile {pipe}\n")
    with pytest.raises(OperatorNeeded, match="pipe is not a regular file"):
        async with opened(sshd.target(ssh_config=str(config), identity_file=None)):
            pass
    with pytest.raises(OperatorNeeded, match="absent: No such file or directory"):
        async with opened(sshd.target(ssh_config=str(tmp_path / "absent"))):
            pass


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("Port 70000", "there is no port 70000"),
        ("Port 0", "there is no port 0"),
        ("Port -1", "there is no port -1"),
        ("User x # with a comment", "ssh_config line 2: Extra data at end"),
        ("ServerAliveInterval 1m", "ssh_config line 2: Invalid"),
    ],
)
async def test_what_cannot_be_taken_from_ssh_config_is_told_with_a_way_round_it(
    tmp_path: Path, line: str, what: str
) -> None:
    config = tmp_path / "ssh_config"
    config.write_text(f"Host *\n {line}\n")
    with pytest.raises(OperatorNeeded, match=what) as caught:
        async with opened(SshTarget("127.0.0.1", ssh_config=str(config))):
            pass
    assert str(caught.value).endswith("mend it, or name another file as ssh_config")


async def test_an_empty_ssh_config_is_read_from_dev_null(sshd: Sshd) -> None:
    async with opened(sshd.target(ssh_config="/dev/null")) as node:
        await node.run([DATE])


@pytest.mark.parametrize(
    "setting", ["KexAlgorithms diffie-hellman-group1-sha1", "Ciphers 3des-cbc"]
)
async def test_no_common_algorithm_is_no_question_of_host_keys(
    sshd: Sshd, tmp_path: Path, setting: str
) -> None:
    config = tmp_path / "ssh_config"
    config.write_text(f"Host *\n {setting}\n")
    told: NetworkFailure | OperatorNeeded = LoginInterrupted()
    for _ in range(20):
        with pytest.raises((LoginInterrupted, OperatorNeeded)) as caught:
            async with opened(sshd.target(ssh_config=str(config))):
                pass
        told = caught.value
        # sshd hangs up once it knows, now and then before what it offers itself has been read.
        if not isinstance(told, LoginInterrupted):
            break
    assert isinstance(told, OperatorNeeded) and "share no algorithm" in str(told)
    assert "in the sshd_config there" in str(told)
    assert "host key" not in str(told)
