"""One login: TCP first, by ourselves, then SSH with one identity, hop by hop.

The two phases are kept apart because only the second reaches sshd: a connect that is given up in the
middle of a handshake leaves a line which sshguard counts.
"""

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import asyncssh

from pfha_tui.domain.language import tr
from pfha_tui.domain.target import SshTarget
from pfha_tui.domain.text import said
from pfha_tui.transports.base import NetworkFailure, OperatorNeeded, TransportError
from pfha_tui.transports.ssh.banner import Banner, MuteCallback
from pfha_tui.transports.ssh.errors import LoginInterrupted, in_words, not_signed, sort_out
from pfha_tui.transports.ssh.identity import Identity, resolve
from pfha_tui.transports.ssh.jumps import Way, close_all, way
from pfha_tui.transports.ssh.refusals import Login, Refusals
from pfha_tui.transports.ssh.settings import Settings, load, parse_jumps
from pfha_tui.transports.ssh.tcp import dial
from pfha_tui.transports.ssh.verify import Verifier, verifier

LOGIN_TIMEOUT_S: Final = 15.0
JUMP_LIMIT: Final = 4
KEEPALIVE_S: Final = 1.0
KEEPALIVE_COUNT: Final = 4
LostCallback = Callable[[Exception | None], None]


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
        await close_all([self.connection])
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
        last = await _hop(target, settings, identity, via, tcp_timeout_s, on_lost, on_mute, kept)
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
            jumps.append(await _hop(target, hop, identity, via, tcp_timeout_s, None, None, kept))
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


async def jump_settings(target: SshTarget, settings: Settings) -> list[Settings]:
    """The jump hosts on the way, the nearest first. As with ssh(1) the nearest may be behind others by its own
    ProxyJump. Raises OperatorNeeded."""
    hops: list[Settings] = []
    text = target.proxy_jump or settings.proxy_jump
    while text is not None and text.lower() != "none":
        names = parse_jumps(text)
        hops = [await load(target, name.host, name.port, name.user) for name in names] + hops
        if len(hops) > JUMP_LIMIT:
            raise OperatorNeeded(
                tr("more than {count} jump hosts on the way to {host}").format(
                    count=JUMP_LIMIT, host=settings.host
                )
            )
        text = hops[0].proxy_jump
        if text is not None and text.lower() != "none":
            last = parse_jumps(text)[-1].host
            if last == hops[0].name:
                break  # `Host *` with a ProxyJump means the jump host, too
            if last in {hop.name for hop in hops}:
                raise OperatorNeeded(
                    tr("the jump hosts on the way to {host} lead in a circle, by {jump}").format(
                        host=settings.host, jump=last
                    )
                )
    return hops


class JumpTunnel:
    """Opens the next hop over a jump host, with a time limit for the TCP part.

    `opened` tells whether the far sshd was reached.
    """

    def __init__(self, via: asyncssh.SSHClientConnection, timeout_s: float) -> None:
        self._via = via
        self._timeout_s = timeout_s
        self.opened = False

    async def create_connection(self, factory: Any, host: str, port: int) -> Any:
        """As SSHClientConnection.create_connection. Raises NetworkFailure."""
        try:
            async with asyncio.timeout(self._timeout_s):
                made = await self._via.create_connection(factory, host, port)
        except TimeoutError as error:
            raise NetworkFailure(
                tr("{where} cannot be reached over the jump host: {reason}").format(
                    where=host, reason=tr("timed out")
                )
            ) from error
        self.opened = True
        return made


async def _hop(
    target: SshTarget,
    settings: Settings,
    identity: Identity,
    via: asyncssh.SSHClientConnection | None,
    tcp_timeout_s: float,
    on_lost: LostCallback | None,
    on_mute: MuteCallback | None,
    kept: Login | None,
) -> asyncssh.SSHClientConnection:
    """Log in at one hop over the one before it, or directly."""
    begun = asyncio.get_running_loop().time()
    tunnel = None if via is None else JumpTunnel(via, 3 * tcp_timeout_s)
    proxied = tunnel is None and settings.has_proxy_command
    sock: socket.socket | None = None
    if tunnel is None and not proxied:
        sock = await dial(settings, tcp_timeout_s)
    try:
        address = sock.getpeername()[0] if sock is not None else ""
        check, trusted, algorithms = verifier(
            target, settings, address, on_lost, jump=on_lost is None
        )
        options = await asyncssh.SSHClientConnectionOptions.construct(
            None,
            host=settings.name,
            port=settings.port,
            client_factory=lambda: check,
            known_hosts=trusted,
            server_host_key_algs=algorithms,
            **_fixed(settings, identity),
        )
    except BaseException as error:
        if sock is not None:
            sock.close()
        if isinstance(error, OSError | ValueError | asyncssh.Error):
            raise sort_out(error, settings.where, settings.user, None) from error
        raise
    limit = asyncio.timeout(None)
    banner = Banner(
        check,
        limit,
        LOGIN_TIMEOUT_S + 3 * tcp_timeout_s,
        begun,
        on_mute,
        where=settings.where,
        proxied=proxied,
    )
    try:
        async with limit:
            banner.watch()
            connection = await asyncssh.connect(
                settings.name, settings.port, options=options, config=None, sock=sock, tunnel=tunnel
            )
    except (OSError, ValueError, asyncssh.Error) as error:
        problem = _problem(error, settings, identity, check, banner, tunnel)
        refused = isinstance(problem, OperatorNeeded) and check.spoke and not identity.unsigned
        if kept is not None and refused:
            await kept.refused(str(problem))
        raise problem from error
    finally:
        banner.stop()
    if kept is not None:
        await kept.worked()
    return connection


def _problem(
    error: Exception,
    settings: Settings,
    identity: Identity,
    check: Verifier,
    banner: Banner,
    tunnel: JumpTunnel | None,
) -> TransportError:
    """What went wrong at a hop. As long as no sshd spoke, none has counted the try."""
    if tunnel is not None and not tunnel.opened:
        return _not_tunnelled(error, settings)
    if not check.spoke and banner.mute:
        return NetworkFailure(banner.sentence)
    if not check.spoke and banner.proxied:
        return _not_proxied(error, settings)
    if identity.unsigned:
        return not_signed(settings.where, identity.fingerprint)
    return sort_out(error, settings.where, settings.user, check.seen, certified=identity.certified)


async def _kept(
    refusals: Refusals | None, target: SshTarget, settings: Settings, identity: Identity
) -> Login | None:
    """Where it is remembered how this login goes. Raises OperatorNeeded where it is not to be tried now."""
    if refusals is None:
        return None
    kept = await asyncio.to_thread(refusals.of, target, settings, identity)
    await kept.check()
    return kept


def _fixed(settings: Settings, identity: Identity) -> dict[str, Any]:
    """What every login has in common: one key and no other way in, nothing forwarded, no surprises."""
    return {
        "config": list(settings.config) or None,
        "username": settings.user,
        "client_keys": [identity.key],
        "client_certs": [],
        "agent_path": None,
        "agent_identities": None,
        "agent_forwarding": False,
        "pkcs11_provider": None,
        "preferred_auth": "publickey",
        "public_key_auth": True,
        "password_auth": False,
        "kbdint_auth": False,
        "host_based_auth": False,
        "password": None,
        "gss_host": None,
        "gss_kex": False,
        "gss_auth": False,
        "x509_trusted_certs": None,
        "x11_forwarding": False,
        "request_pty": False,
        "command": None,
        "env": {},
        "send_env": [],
        "encoding": None,
        "login_timeout": 0,
        "connect_timeout": None,
        "keepalive_interval": KEEPALIVE_S,
        "keepalive_count_max": KEEPALIVE_COUNT,
    }


def _not_tunnelled(error: Exception, settings: Settings) -> NetworkFailure:
    if isinstance(error, NetworkFailure):
        return error
    if isinstance(error, asyncssh.ConnectionLost):
        return LoginInterrupted(
            tr("the jump host on the way to {where} went away").format(where=settings.where)
        )
    words = said(error.reason if isinstance(error, asyncssh.Error) else str(error))
    return NetworkFailure(
        tr("{where} cannot be reached over the jump host: {reason}").format(
            where=settings.where, reason=words
        )
    )


def _not_proxied(error: Exception, settings: Settings) -> NetworkFailure:
    """Nothing has reached sshd, so it counts no try."""
    words = in_words(error) if isinstance(error, OSError) else tr("it ended")
    return NetworkFailure(
        tr("the ProxyCommand of ssh_config does not lead to {where}: {reason}").format(
            where=settings.where, reason=words
        )
    )
