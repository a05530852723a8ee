"""Whom known_hosts lets us trust: what ssh(1) would, and nobody else."""

import dataclasses
from pathlib import Path

import asyncssh
import pytest

from pfha_tui.domain.target import SshTarget
from pfha_tui.transports.base import OperatorNeeded
from pfha_tui.transports.ssh import fetch
from pfha_tui.transports.ssh.settings import Settings, load
from pfha_tui.transports.ssh.verify import trusted_keys
from tests.support.opened_login import opened
from tests.support.sshd import running_sshd


async def test_a_key_that_is_known_for_the_address_is_not_trusted_for_a_name(
    tmp_path: Path,
) -> None:
    with running_sshd(tmp_path / "sshd") as sshd:
        with pytest.raises(OperatorNeeded, match=r"host key of localhost port \d+ is not known"):
            async with opened(sshd.target(host="localhost")):
                pass
        known = sshd.known_hosts.read_text().replace("127.0.0.1", "localhost")
        sshd.known_hosts.write_text(known)
        async with opened(sshd.target(host="localhost")):
            pass


KEY, OTHER = (
    asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()
    for _ in range(2)
)
HASHED = "|1|6NI2tAigG3l2Ps55uC9m/NnwPwM=|jYdTpT3rdw5Q4SSJOSj9xY4dIHg="
"""What ssh-keygen -H makes of fw1.example.com."""


async def settings_of(tmp_path: Path, content: bytes, host: str) -> Settings:
    path = tmp_path / "known_hosts"
    path.write_bytes(content)
    target = SshTarget(host, 22, user="watcher", known_hosts=str(path))
    return await load(target, host, 22, "watcher")


def lines_of(keys: list[asyncssh.SSHKey]) -> list[str]:
    """The keys as KEY is written, without their comments."""
    return [" ".join(key.export_public_key().decode().split()[:2]) for key in keys]


@pytest.mark.parametrize("host", ["fw1.example.com", "FW1.Example.com"])
@pytest.mark.parametrize("names", ["fw1.example.com", "x,Fw1.Example.COM", "*.Example.com", HASHED])
async def test_names_are_compared_without_regard_to_case(
    tmp_path: Path, host: str, names: str
) -> None:
    settings = await settings_of(tmp_path, f"{names} {KEY}\n".encode(), host)
    assert lines_of(trusted_keys(settings)[0]) == [KEY]
    settings = await settings_of(tmp_path, f"@cert-authority {names} {KEY}\n".encode(), host)
    assert [len(keys) for keys in trusted_keys(settings)] == [0, 1, 0]
    settings = await settings_of(tmp_path, f"@CERT-AUTHORITY {names} {KEY}\n".encode(), host)
    with pytest.raises(OperatorNeeded, match="is not known"):
        trusted_keys(settings)


@pytest.mark.parametrize(
    "broken",
    [
        b"\0" * 64,
        b"fw1",
        b"fw1 ssh-ed25519",
        b"# caf\xe9",
        f"@unknown fw1 {OTHER}".encode(),
        f"|1|torn {OTHER}".encode(),
        f"|2|a|b {OTHER}".encode(),
        f"fw1 {OTHER[:40]}".encode(),
    ],
    ids=["nul", "name", "type", "comment", "marker", "torn-hash", "hash", "torn-key"],
)
@pytest.mark.parametrize("encoding", ["latin-1", "utf-8"])
async def test_a_line_that_is_not_understood_is_passed_over(
    tmp_path: Path, broken: bytes, encoding: str
) -> None:
    good = [f"@revoked fw1 {OTHER}".encode(), f"fw1 {KEY} caf\xe9".encode(encoding)]
    lines = b"\n".join([broken, *good, broken])
    keys, authorities, revoked = trusted_keys(await settings_of(tmp_path, lines, "fw1"))
    assert (lines_of(keys), authorities, lines_of(revoked)) == ([KEY], [], [OTHER])
    with pytest.raises(OperatorNeeded, match="is not known"):
        trusted_keys(await settings_of(tmp_path, broken, "fw1"))


async def test_the_line_to_keep_has_the_name_as_it_is_looked_for(tmp_path: Path) -> None:
    with running_sshd(tmp_path / "sshd") as sshd:
        target = dataclasses.replace(sshd.target(host="LocalHost"), known_hosts=None)
        (key,) = await fetch(target)
        assert key.line.startswith(f"[localhost]:{sshd.port} ssh-ed25519 ")
