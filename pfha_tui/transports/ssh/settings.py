"""Where a login goes and as whom: the target joined with the user's ssh_config."""

import asyncio
import contextlib
import os
import socket
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import asyncssh

from pfha_tui.domain.language import tr
from pfha_tui.domain.target import SshTarget
from pfha_tui.transports.base import NetworkFailure, OperatorNeeded
from pfha_tui.transports.own_thread import in_own_thread
from pfha_tui.transports.ssh.errors import in_words

DEFAULT_PORT: Final = 22
SYSTEM_KNOWN_HOSTS: Final = "/etc/ssh/ssh_known_hosts"
LOAD_TIMEOUT_S: Final = 10.0
"""A `Match exec` may take as long; ssh(1) would wait for ever."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One hop as ssh_config sees it: `name` is what was asked for, `host` what ssh_config makes of it.

    `known_hosts` are files; `identity_files` may be empty. `certificate_files` is None where ssh_config names none,
    and empty where it says `CertificateFile none`. `options` holds all else that ssh_config says: a login begins with
    them, so that its files are read, and a `Match exec` is run, once.
    """

    name: str
    host: str
    port: int
    user: str
    alias: str | None
    identity_files: tuple[str, ...]
    certificate_files: tuple[str, ...] | None
    agent_path: str | None
    proxy_jump: str | None
    has_proxy_command: bool
    known_hosts: tuple[str, ...]
    options: asyncssh.SSHClientConnectionOptions = field(compare=False, repr=False)
    family: int = socket.AF_UNSPEC
    bind_address: str | None = None

    @property
    def where(self) -> str:
        """`host`, or `host port n` when the port is not 22."""
        if self.port == DEFAULT_PORT:
            return self.host
        return tr("{host} port {port}").format(host=self.host, port=self.port)


@dataclass(frozen=True, slots=True)
class HopName:
    """A jump host as it is written: `[user@]host[:port]`."""

    host: str
    port: int | None
    user: str | None


def parse_jumps(text: str) -> tuple[HopName, ...]:
    """The hops of a ProxyJump value, nearest first. Raises OperatorNeeded when it makes no sense."""
    return tuple(_parse_jump(part.strip()) for part in text.removeprefix("ssh://").split(","))


def _parse_jump(text: str) -> HopName:
    user, _, place = text.rpartition("@")
    host, colon, port = place.rpartition(":")
    if not colon or ("]" in port) or (":" in host and not host.endswith("]")):
        host, port = place, ""
    host = host.removeprefix("[").removesuffix("]")
    if not host or (port and not (port.isdigit() and 0 < int(port) < 65536)):
        raise OperatorNeeded(
            tr('the jump host "{text}" is not written as user@host:port').format(text=text)
        )
    return HopName(host, int(port) if port else None, user or None)


async def load(target: SshTarget, host: str, port: int | None, user: str | None) -> Settings:
    """The settings of one hop; `target` says which ssh_config and known_hosts file apply.

    Raises OperatorNeeded when a file cannot be read or understood, NetworkFailure when that takes more than 10 s.
    """
    stamps = _stamps(target)  # a file that was mended does not wait for what hangs by the old one
    key = ("ssh_config", stamps, target.known_hosts, host, port, user)
    try:
        async with asyncio.timeout(LOAD_TIMEOUT_S):
            return await in_own_thread(key, partial(_load, target, host, port, user))
    except TimeoutError as error:
        raise NetworkFailure(
            tr(
                "the ssh_config for {host} was not read within {seconds} s: does a command of `Match exec` hang?"
            ).format(host=host, seconds=f"{LOAD_TIMEOUT_S:g}")
        ) from error


def _load(target: SshTarget, host: str, port: int | None, user: str | None) -> Settings:
    paths = _config_paths(target)
    try:
        options = asyncssh.SSHClientConnectionOptions(
            host=host,
            port=() if port is None else port,
            username=() if user is None else user,
            config=list(paths) or None,
            tunnel=None,
            client_keys=None,
            client_certs=[],
            known_hosts=b"",
            x509_trusted_certs=None,
        )
        if not 0 < options.port < 65536:
            raise ValueError(tr("there is no port {port}").format(port=options.port))
    except (OSError, RuntimeError, ValueError, asyncssh.Error) as error:
        # RuntimeError is pathlib's where the account has no home: asyncssh looks there whatever it is told.
        raise OperatorNeeded(
            tr(
                "the ssh_config for {host} cannot be used: {error}; mend it, or name another file as ssh_config"
            ).format(host=host, error=in_words(error))
        ) from error
    config = options.config
    jump, certificates = config.get("ProxyJump"), config.get("CertificateFile")
    return Settings(
        name=host,
        host=options.host,
        port=options.port,
        user=options.username,
        alias=options.host_key_alias,
        identity_files=tuple(_strings(config.get("IdentityFile"))),
        certificate_files=None if certificates is None else tuple(_strings(certificates)),
        agent_path=_agent_path(config.get("IdentityAgent", "SSH_AUTH_SOCK")),
        proxy_jump=str(jump) if jump else None,
        has_proxy_command=bool(options.proxy_command),
        known_hosts=_known_hosts(
            target, config.get("UserKnownHostsFile"), config.get("GlobalKnownHostsFile")
        ),
        options=options,
        family=options.family,
        bind_address=options.local_addr[0] if options.local_addr else None,
    )


def _config_paths(target: SshTarget) -> tuple[str, ...]:
    if target.ssh_config is not None:
        return (os.path.expanduser(target.ssh_config),)
    default = os.path.expanduser("~/.ssh/config")
    return (default,) if os.access(default, os.R_OK) else ()


def _stamps(target: SshTarget) -> tuple[tuple[str, int, int], ...]:
    """Which ssh_config is read, and in which state; files that it includes are not looked at."""
    with contextlib.suppress(OSError):
        found = [(path, os.stat(path)) for path in _config_paths(target)]
        return tuple((path, stat.st_mtime_ns, stat.st_size) for path, stat in found)
    return ((str(target.ssh_config), 0, 0),)


def _known_hosts(target: SshTarget, user: object, system: object) -> tuple[str, ...]:
    """The files that exist; the user's choice of none is none, never "accept anything"."""
    if target.known_hosts is not None:
        names = [target.known_hosts]
    else:
        names = ["~/.ssh/known_hosts"] if user is None else _strings(user)
        names += [SYSTEM_KNOWN_HOSTS] if system is None else _strings(system)
    paths = map(os.path.expanduser, names)
    return tuple(path for path in paths if os.path.isfile(path) and os.access(path, os.R_OK))


def _agent_path(value: object) -> str | None:
    """The agent's socket: ssh_config's IdentityAgent (a path, $VARIABLE or none) or SSH_AUTH_SOCK."""
    text = str(value) if value else ""
    if text == "SSH_AUTH_SOCK" or text.startswith("$"):
        text = os.environ.get(text.removeprefix("$").strip("{}"), "")
    return os.path.expanduser(text) if text else None


def _strings(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list | tuple) else []
