"""One login at one hop: TCP first, by ourselves, then SSH with one identity.

The two phases are kept apart because only the second reaches sshd: a connect that is given up in the
middle of a handshake leaves a line which sshguard counts.
"""

import asyncio
import socket
from collections.abc import Callable
from typing import Any, Final

import asyncssh

from pfha_tui.domain.target import SshTarget
from pfha_tui.transports.base import NetworkFailure, TransportError
from pfha_tui.transports.ssh.banner import Banner, MuteCallback
from pfha_tui.transports.ssh.errors import (
    not_signed,
    refusal_of,
    sort_out,
)
from pfha_tui.transports.ssh.identity import Identity
from pfha_tui.transports.ssh.jumps import JumpTunnel, not_tunnelled
from pfha_tui.transports.ssh.proxy import Proxy
from pfha_tui.transports.ssh.refusals import Login
from pfha_tui.transports.ssh.settings import Settings
from pfha_tui.transports.ssh.tcp import dial
from pfha_tui.transports.ssh.verify import Verifier, verifier

LOGIN_TIMEOUT_S: Final = 15.0
KEEPALIVE_S: Final = 1.0
KEEPALIVE_COUNT: Final = 4
LostCallback = Callable[[Exception | None], None]


async def log_in_at(
    target: SshTarget,
    settings: Settings,
    identity: Identity,
    via: asyncssh.SSHClientConnection | None,
    tcp_timeout_s: float,
    on_lost: LostCallback | None,
    on_mute: MuteCallback | None,
    kept: Login | None,
) -> asyncssh.SSHClientConnection:
    """Log in at one hop over the one before it, or directly; a jump host has no `on_lost`.

    Raises OperatorNeeded, NetworkFailure (sshd did not answer), LoginInterrupted (it did).
    """
    proxy = Proxy(settings) if via is None and settings.has_proxy_command else None
    try:
        connection = await _log_in(
            target, settings, identity, via, proxy, tcp_timeout_s, on_lost, on_mute, kept
        )
        if kept is not None:
            await kept.worked()
        return connection
    except BaseException:  # cancelled or failed: nothing is left running
        if proxy is not None:
            proxy.end()
        raise


async def _log_in(
    target: SshTarget,
    settings: Settings,
    identity: Identity,
    via: asyncssh.SSHClientConnection | None,
    proxy: Proxy | None,
    tcp_timeout_s: float,
    on_lost: LostCallback | None,
    on_mute: MuteCallback | None,
    kept: Login | None,
) -> asyncssh.SSHClientConnection:
    """As `log_in_at`; `proxy` ends with the connection."""
    begun = asyncio.get_running_loop().time()
    tunnel = None if via is None else JumpTunnel(via, 3 * tcp_timeout_s)
    sock = None if proxy is None else proxy.sock
    if tunnel is None and proxy is None:
        sock = await dial(settings, tcp_timeout_s)

    def lost(error: Exception | None) -> None:
        if proxy is not None:
            proxy.end()
        if on_lost is not None:
            on_lost(error)

    check, options = await _prepared(target, settings, identity, sock, lost, jump=on_lost is None)
    limit = asyncio.timeout(None)
    banner = Banner(
        check,
        limit,
        LOGIN_TIMEOUT_S + 3 * tcp_timeout_s,
        begun,
        on_mute,
        where=settings.where,
        proxied=proxy is not None,
    )
    try:
        async with limit:
            banner.watch()
            return await asyncssh.connect(
                settings.name, settings.port, options=options, config=None, sock=sock, tunnel=tunnel
            )
    except (OSError, ValueError, asyncssh.Error) as error:
        problem = _problem(error, settings, identity, check, banner, tunnel, proxy)
        await _remember(error, identity, check, kept)
        raise problem from error
    finally:
        banner.stop()
        if sock is not None and check.opened_at is None:
            sock.close()  # given up before asyncssh has taken it over


async def _remember(
    error: Exception, identity: Identity, check: Verifier, kept: Login | None
) -> None:
    """Keep a refusal, so that no later login runs into it: only what an sshd has said is one."""
    refusal = refusal_of(
        error, check.seen, certified=identity.certified, met=check.opened_at is not None
    )
    if kept is not None and refusal is not None and check.spoke and not identity.unsigned:
        await kept.refused(refusal)


async def _prepared(
    target: SshTarget,
    settings: Settings,
    identity: Identity,
    sock: socket.socket | None,
    on_lost: LostCallback,
    *,
    jump: bool,
) -> tuple[Verifier, asyncssh.SSHClientConnectionOptions]:
    """Who judges the host key, and all that asyncssh is to know; closes the socket where it raises."""
    try:
        check, trusted, algorithms = verifier(target, settings, on_lost, jump=jump)
        options = await asyncssh.SSHClientConnectionOptions.construct(
            settings.options,
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
    return check, options


def _problem(
    error: Exception,
    settings: Settings,
    identity: Identity,
    check: Verifier,
    banner: Banner,
    tunnel: JumpTunnel | None,
    proxy: Proxy | None,
) -> TransportError:
    """What went wrong at a hop. As long as no sshd spoke, none has counted the try."""
    if tunnel is not None and not tunnel.opened:
        return not_tunnelled(error, settings)
    if not check.spoke and banner.mute:
        return NetworkFailure(banner.sentence)
    if not check.spoke and proxy is not None:
        proxy.end()
        return proxy.failure(error)
    late = identity.asking and isinstance(error, TimeoutError)
    if identity.unsigned or late:
        return not_signed(settings.where, identity.fingerprint, late=late)
    return sort_out(
        error,
        settings.where,
        settings.user,
        check.seen,
        certified=identity.certified,
        met=check.opened_at is not None,
    )


def _fixed(settings: Settings, identity: Identity) -> dict[str, Any]:
    """What every login has in common: one key and no other way in, nothing forwarded, no surprises."""
    return {
        "config": None,
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
