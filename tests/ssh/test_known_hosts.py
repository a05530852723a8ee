"""Whom known_hosts lets us trust: what ssh(1) would, and nobody else."""

import base64
import dataclasses
import hmac
import sys
from pathlib import Path

import asyncssh
import pytest

from pfha_tui.domain.target import SshTarget
from pfha_tui.transports.base import OperatorNeeded, TransportError
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


NC = f"{sys.executable} {Path(__file__).parent.parent / 'support' / 'nc_tcp.py'}"
NAMELESS = "|1|{}|{}".format(
    *(base64.b64encode(part).decode() for part in (b"salt", hmac.digest(b"salt", b"", "sha1")))
)


async def settings_of(
    tmp_path: Path, content: bytes, host: str, port: int = 22, alias: str = ""
) -> Settings:
    path, config = tmp_path / "known_hosts", tmp_path / "ssh_config"
    path.write_bytes(content)
    config.write_text(f"HostKeyAlias {alias}\n" if alias else "")
    target = SshTarget(host, port, user="watcher", known_hosts=str(path), ssh_config=str(config))
    return await load(target, host, port, "watcher")


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


@pytest.mark.parametrize(
    "line",
    [
        "other, KEY",
        ",other KEY",
        ", KEY",
        f"{NAMELESS} KEY",
        ",@cert-authority * KEY",
        f",{HASHED} KEY",
        "10.0.0.0/8 KEY",
        "10.0.0.0/8,other KEY",
        "10.0.0.0/8 10.1.1.1 KEY",
        "# a comment\x0c10.1.1.1 KEY",
        "other KEY\r10.1.1.1 KEY",
        "10.1.1.1\x1fKEY",
    ],
)
@pytest.mark.parametrize("host", ["10.1.1.1", "fw1.example.com"])
async def test_no_line_is_read_as_one_of_a_host_that_it_does_not_name(
    tmp_path: Path, line: str, host: str
) -> None:
    content = line.replace("KEY", KEY).encode()
    for port in (22, 2222):
        with pytest.raises(OperatorNeeded, match="is not known"):
            trusted_keys(await settings_of(tmp_path, content, host, port))


@pytest.mark.parametrize(
    "line",
    [
        "fw1, KEY\r",
        ",fw1,10.0.0.0/8 KEY",
        "!10.0.0.0/8,fw? KEY",
        "\tfw1\tKEY of\x0cold",
    ],
)
async def test_the_names_of_a_line_that_are_in_order_count(tmp_path: Path, line: str) -> None:
    trust, revoke = line.replace("KEY", KEY), line.replace("KEY", OTHER).strip()
    lines = f"{trust}\n@revoked {revoke}\n".encode()
    keys, _, revoked = trusted_keys(await settings_of(tmp_path, lines, "fw1"))
    assert (lines_of(keys), lines_of(revoked)) == ([KEY], [OTHER])


@pytest.mark.parametrize("names", ["fw1", "[fw1]:2222"])
@pytest.mark.parametrize("revoked_names", ["fw1", "[fw1]:2222"])
async def test_a_key_that_is_revoked_with_or_without_the_port_is_revoked(
    tmp_path: Path, names: str, revoked_names: str
) -> None:
    lines = f"@revoked {revoked_names} {KEY}\n{names} {KEY}\n".encode()
    keys, _, revoked = trusted_keys(await settings_of(tmp_path, lines, "fw1", 2222))
    assert (lines_of(keys), lines_of(revoked)) == ([KEY], [KEY])


async def test_a_key_for_the_port_stands_for_all_that_are_known_without_it(tmp_path: Path) -> None:
    lines = f"[fw1]:2222 {KEY}\nfw1 {OTHER}\n".encode()
    settings = await settings_of(tmp_path, lines, "fw1", 2222)
    assert lines_of(trusted_keys(settings)[0]) == [KEY]
    settings = await settings_of(tmp_path, lines, "fw1", 2223)
    assert lines_of(trusted_keys(settings)[0]) == [OTHER]


async def test_an_alias_is_looked_for_alone_whatever_the_port(tmp_path: Path) -> None:
    lines = f"Pair {KEY}\n[pair]:2222 {OTHER}\nfw1 {OTHER}\n".encode()
    settings = await settings_of(tmp_path, lines, "fw1", 2222, alias="pair")
    assert lines_of(trusted_keys(settings)[0]) == [KEY]


async def test_the_key_of_a_revoked_certificate_is_revoked(tmp_path: Path) -> None:
    authority = asyncssh.generate_private_key("ssh-ed25519")
    key = asyncssh.import_public_key(OTHER)
    certificate = authority.generate_host_certificate(key, "fw1").export_certificate().decode()
    lines = f"@revoked fw1 {certificate}\nfw1 {KEY}\n".encode().replace(b"\n\n", b"\n")
    _, _, revoked = trusted_keys(await settings_of(tmp_path, lines, "fw1"))
    assert lines_of(revoked) == [OTHER]


async def test_the_line_to_keep_has_the_name_as_it_is_looked_for(tmp_path: Path) -> None:
    with running_sshd(tmp_path / "sshd") as sshd:
        target = dataclasses.replace(sshd.target(host="LocalHost"), known_hosts=None)
        (key,) = await fetch(target)
        assert key.line.startswith(f"[localhost]:{sshd.port} ssh-ed25519 ")
        config = tmp_path / "ssh_config"
        config.write_text("HostKeyAlias Pair\n")
        (key,) = await fetch(dataclasses.replace(target, ssh_config=str(config)))
        assert key.line.startswith("pair ssh-ed25519 ")


async def test_an_sshd_that_was_reached_by_a_proxy_command_is_not_said_to_be_unreached(
    tmp_path: Path,
) -> None:
    config = tmp_path / "ssh_config"
    config.write_text(f"Ciphers aes256-ctr\nProxyCommand {NC} %h %p\n")
    with running_sshd(tmp_path / "sshd", "Ciphers aes128-ctr") as sshd:
        target = sshd.target(ssh_config=str(config))
        with pytest.raises(TransportError) as caught:
            await fetch(target)
    assert "ProxyCommand" not in str(caught.value) and "encryption" in str(caught.value)
