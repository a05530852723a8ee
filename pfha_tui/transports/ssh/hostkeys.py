"""First contact: which host key does a node show, and what is its fingerprint?"""

import asyncio
from dataclasses import dataclass
from typing import Any, Final, cast

import asyncssh

from pfha_tui.domain.language import tr
from pfha_tui.domain.target import SshTarget
from pfha_tui.transports.base import NetworkFailure, OperatorNeeded
from pfha_tui.transports.ssh.errors import sort_out
from pfha_tui.transports.ssh.jumps import JumpTunnel, close_all, jump_settings
from pfha_tui.transports.ssh.login import LOGIN_TIMEOUT_S
from pfha_tui.transports.ssh.proxy import Proxy
from pfha_tui.transports.ssh.route import log_in_jumps, node_settings
from pfha_tui.transports.ssh.settings import Settings
from pfha_tui.transports.ssh.tcp import dial
from pfha_tui.transports.ssh.verify import PLAIN_KEY_ALGORITHMS, known_as

TCP_TIMEOUT_S: Final = 3.0


@dataclass(frozen=True, slots=True)
class HostKey:
    """A host key as shown: `fingerprint` is `SHA256:…`, `line` a line for known_hosts."""

    algorithm: str
    fingerprint: str
    line: str


async def fetch(target: SshTarget) -> tuple[HostKey, ...]:
    """The host key that the node shows, ed25519 if it has one, over the target's jump hosts if any.

    One connection, broken off before any login: sshguard counts it as a strike, so never repeat it
    unasked. What comes back is not verified; the operator compares it. Raises NetworkFailure,
    OperatorNeeded (settings unusable, a jump host refused).
    """
    settings = await node_settings(target)
    hops = await jump_settings(target, settings)
    jumps = await log_in_jumps(target, hops, TCP_TIMEOUT_S)
    try:
        key = await _ask(settings, JumpTunnel(jumps[-1], 2 * TCP_TIMEOUT_S) if jumps else None)
    finally:
        await close_all(jumps[::-1])
    return () if key is None else (_described(settings, key),)


def fingerprint(public_key: str) -> str:
    """`SHA256:…` of a public key line (`ssh-ed25519 AAAA… [comment]`). Raises OperatorNeeded."""
    try:
        return asyncssh.import_public_key(public_key).get_fingerprint()
    except asyncssh.KeyImportError as error:
        raise OperatorNeeded(tr("not a public key: {error}").format(error=error)) from error


async def _ask(settings: Settings, tunnel: JumpTunnel | None) -> asyncssh.SSHKey | None:
    proxy = Proxy(settings) if tunnel is None and settings.has_proxy_command else None
    sock = None if proxy is None else proxy.sock
    if tunnel is None and proxy is None:
        sock = await dial(settings, TCP_TIMEOUT_S)
    try:
        async with asyncio.timeout(LOGIN_TIMEOUT_S):
            return await asyncssh.get_server_host_key(
                settings.name,
                settings.port,
                tunnel=cast(Any, tunnel),
                sock=sock,
                server_host_key_algs=list(PLAIN_KEY_ALGORITHMS),
                config=None,
                options=settings.options,
            )
    except (OSError, ValueError, asyncssh.Error) as error:
        sorted_out = sort_out(error, settings.where, settings.user, None)
        if proxy is not None:
            proxy.end()
            if isinstance(error, OSError | asyncssh.ConnectionLost):
                sorted_out = proxy.failure(error)
        if tunnel is not None and not tunnel.opened:
            sorted_out = NetworkFailure(
                tr("{where} cannot be reached over the jump host").format(where=settings.where)
            )
        raise sorted_out from error
    finally:
        if proxy is not None:
            proxy.end()


def _described(settings: Settings, key: asyncssh.SSHKey) -> HostKey:
    words = key.export_public_key("openssh").decode().split()[:2]
    return HostKey(words[0], key.get_fingerprint(), " ".join([known_as(settings)[0], *words]))
