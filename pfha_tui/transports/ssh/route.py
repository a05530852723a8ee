"""The way to a node: its jump hosts, which others may share, then the login at the node itself."""

import asyncio
from dataclasses import dataclass, replace

import asyncssh

from pfha_tui.domain.target import SshTarget
from pfha_tui.transports.ssh.banner import MuteCallback
from pfha_tui.transports.ssh.identity import Identity, resolve
from pfha_tui.transports.ssh.jumps import Way, close_all, jump_settings, way
from pfha_tui.transports.ssh.login import LostCallback, log_in_at
from pfha_tui.transports.ssh.refusals import Login, Refusals
from pfha_tui.transports.ssh.settings import Settings, load


@dataclass(slots=True)
class Route:
    """An open login: the connection to the node, and the way to it where there are jump hosts."""

    connection: asyncssh.SSHClientConnection
    way: Way | None = None

    @property
    def cut(self) -> bool:
        """A jump host on the way has gone."""
        return self.way is not None and not self.way.up

    async def close(self) -> None:
        """End it, and leave the way; a dead peer is not waited for."""
        try:
            await close_all([self.connection])
        finally:
            if self.way is not None:
                await self.way.leave()


async def log_in(
    target: SshTarget,
    tcp_timeout_s: float,
    on_lost: LostCallback,
    on_mute: MuteCallback | None = None,
    refusals: Refusals | None = None,
) -> Route:
    """Connect to the node and log in once.

    Where the node accepts the connection but no sshd speaks, `on_mute` is told so in a sentence and the login goes on
    for a minute; without it the login is given up then. `refusals` keeps what was refused, and may refuse to try.
    Raises OperatorNeeded, NetworkFailure (sshd did not answer), LoginInterrupted (it did).
    """
    settings = await node_settings(target)
    hops = await jump_settings(target, settings)
    identity = await resolve(target, settings)
    over: Way | None = None
    try:
        kept = await _kept(refusals, target, settings, identity)
        if hops:
            used = way((*hops, target.identity_file, target.agent_identity, target.passphrase))
            await used.enter(lambda: log_in_jumps(target, hops, tcp_timeout_s, refusals))
            over = used
        via = None if over is None else over.end
        last = await log_in_at(
            target, settings, identity, via, tcp_timeout_s, on_lost, on_mute, kept
        )
    except BaseException:  # cancelled or failed: no half-open way stays behind
        if over is not None:
            await over.leave()
        raise
    finally:
        identity.close()
    return Route(last, over)


async def log_in_jumps(
    target: SshTarget,
    hops: list[Settings],
    tcp_timeout_s: float,
    refusals: Refusals | None = None,
) -> list[asyncssh.SSHClientConnection]:
    """Log in at each jump host, over the one before. Raises as `log_in`."""
    identities: list[Identity] = []
    jumps: list[asyncssh.SSHClientConnection] = []
    try:
        for hop in hops:
            identities.append(await resolve(target, hop, jump=True))
        for hop, identity in zip(hops, identities, strict=True):
            via = jumps[-1] if jumps else None
            kept = await _kept(refusals, target, hop, identity)
            jumps.append(
                await log_in_at(target, hop, identity, via, tcp_timeout_s, None, None, kept)
            )
    except BaseException:  # cancelled or failed: no half-open way stays behind
        await close_all(jumps[::-1])
        raise
    finally:
        for identity in identities:
            identity.close()
    return jumps


async def node_settings(target: SshTarget) -> Settings:
    """The settings of the node itself: a `proxy_jump` of ours, also "none", stands over any ProxyCommand.

    Raises OperatorNeeded.
    """
    settings = await load(target, target.host, target.port, target.user)
    if target.proxy_jump is not None:
        settings = replace(settings, has_proxy_command=False)
    return settings


async def _kept(
    refusals: Refusals | None, target: SshTarget, settings: Settings, identity: Identity
) -> Login | None:
    """Where it is remembered how this login goes. Raises OperatorNeeded where it is not to be tried now."""
    if refusals is None:
        return None
    kept = await asyncio.to_thread(refusals.of, target, settings, identity)
    await kept.check()
    return kept
