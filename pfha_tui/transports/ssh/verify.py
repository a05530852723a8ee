"""Decides whether a host key is the right one; nothing is ever accepted by default."""

import asyncio
import contextlib
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import asyncssh

from pfha_tui.domain.language import tr
from pfha_tui.domain.target import SshTarget
from pfha_tui.domain.wording import listed
from pfha_tui.transports.base import OperatorNeeded
from pfha_tui.transports.ssh.errors import HostKeySeen, in_words
from pfha_tui.transports.ssh.settings import DEFAULT_PORT, Settings

PLAIN_KEY_ALGORITHMS: Final = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-512",
    "rsa-sha2-256",
)
"""Host key algorithms without certificates, the best first; pfSense makes ed25519 and rsa keys."""

_NAMES: Final = re.compile(r"^(\s*(?:@\S+\s+)?)([^|@\s]\S*)")
"""The marker of a line of known_hosts, if it has one, and its host names."""

Trusted = tuple[list[asyncssh.SSHKey], list[asyncssh.SSHKey], list[asyncssh.SSHKey]]


class Verifier(asyncssh.SSHClient):
    """Accepts a host key only by its pinned fingerprint; keys of known_hosts never come here.

    `seen` is the last key that was refused, `opened_at` the event loop's time when TCP was open. `on_lost` is told when
    the connection has ended.
    """

    def __init__(
        self,
        pins: tuple[str, ...],
        expected: tuple[str, ...],
        files: tuple[str, ...],
        on_lost: Callable[[Exception | None], None] | None = None,
    ) -> None:
        self._pins = frozenset(pin.rstrip("=") for pin in pins)
        self._expected = expected
        self._files = files
        self._on_lost = on_lost
        self.seen: HostKeySeen | None = None
        self.opened_at: float | None = None
        self._connection: asyncssh.SSHClientConnection | None = None

    def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:
        """The way to the server is open; nothing has been heard of it."""
        self._connection = conn
        self.opened_at = asyncio.get_running_loop().time()

    @property
    def spoke(self) -> bool:
        """The server has sent its version, by which it is one of SSH."""
        connection = self._connection
        return connection is not None and bool(connection.get_extra_info("server_version"))

    def validate_host_public_key(
        self, host: str, addr: str, port: int, key: asyncssh.SSHKey
    ) -> bool:
        """Whether the key is pinned (asyncssh asks only about keys that known_hosts does not give)."""
        fingerprint = key.get_fingerprint()
        if fingerprint in self._pins:
            return True
        self.seen = HostKeySeen(fingerprint, self._expected, self._files)
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Pass the end of the connection on."""
        if self._on_lost is not None:
            self._on_lost(exc)


def trusted_keys(settings: Settings) -> Trusted:
    """Keys, certificate authorities and revoked keys that known_hosts gives for this host by the name that was asked
    for: with the address that this leads to now, a forged answer of the name server would choose whom we trust.

    Raises OperatorNeeded when it gives none, before the server hears of us: a login that is broken off
    at the host key counts as a strike.
    """
    files = settings.known_hosts
    port = None if settings.port == DEFAULT_PORT else settings.port
    try:
        known = _known_hosts(files)
    except OSError as error:
        raise OperatorNeeded(
            tr("known_hosts cannot be read: {error}").format(error=in_words(error))
        ) from error
    found = known.match((settings.alias or settings.host).lower(), "", port)
    keys, authorities, revoked = list(found[0]), list(found[1]), list(found[2])
    if not keys and not authorities:
        kept = listed(files) or tr("known_hosts, which does not exist")
        raise OperatorNeeded(
            tr(
                "the host key of {where} is not known: there is none in {kept}; pin it with "
                "`pfha-tui config init`, which shows it first"
            ).format(where=settings.where, kept=kept)
        )
    return keys, authorities, revoked


def _known_hosts(files: Sequence[str]) -> asyncssh.SSHKnownHosts:
    """All lines that can be understood; as ssh(1) we pass over the others, which let nobody be trusted.

    Raises OSError.
    """
    known = asyncssh.SSHKnownHosts()
    for file in files:
        for line in Path(file).read_bytes().split(b"\n"):
            with contextlib.suppress(ValueError):
                # A comment may hold anything, but asyncssh takes ASCII only.
                known.load(_lowered(line.decode("ascii", "backslashreplace")))
    return known


def _lowered(line: str) -> str:
    """A line of known_hosts with its host names in small letters, as ssh(1) compares them; hashed ones are so."""
    return _NAMES.sub(lambda found: found[1] + found[2].lower(), line)


def verifier(
    target: SshTarget,
    settings: Settings,
    on_lost: Callable[[Exception | None], None] | None,
    *,
    jump: bool,
) -> tuple[Verifier, Trusted, tuple[str, ...] | tuple[()]]:
    """The verifier of one hop, the keys that asyncssh may trust, and the algorithms to ask for.

    Pinned fingerprints stand for the target alone; a jump host is always judged by known_hosts.
    Raises OperatorNeeded as `trusted_keys`.
    """
    if target.fingerprints and not jump:
        pins = tuple(pin.rstrip("=") for pin in target.fingerprints)
        return Verifier(pins, pins, (), on_lost), ([], [], []), PLAIN_KEY_ALGORITHMS
    trusted = trusted_keys(settings)
    expected = tuple(key.get_fingerprint() for key in trusted[0])
    return Verifier((), expected, settings.known_hosts, on_lost), trusted, ()
