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
"""The marker of a line of known_hosts, if it has one, and its host names unless they are hashed."""

_NAME: Final = re.compile(r"[^/|@#]+")
"""What may be a host's name: others match no host, or would make something else of the line at its beginning."""

_CONTROL: Final = re.compile(r"[^\t -~]")
"""What is no blank for ssh(1), but may be one for asyncssh, or the end of a line."""

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


def known_as(settings: Settings) -> tuple[str, ...]:
    """The names by which known_hosts may hold the key, as ssh(1) looks for them, the one to keep it by first.

    A HostKeyAlias stands alone; a host on another port than 22 is `[host]:port`, and `host` if there is no such.
    """
    host = (settings.alias or settings.host).lower()
    if settings.alias or settings.port == DEFAULT_PORT:
        return (host,)
    return f"[{host}]:{settings.port}", host


def trusted_keys(settings: Settings) -> Trusted:
    """Keys, certificate authorities and revoked keys that known_hosts gives for this host by the name that was asked
    for: with the address that this leads to now, a forged answer of the name server would choose whom we trust.

    A key that is revoked by any of the host's names is revoked. Raises OperatorNeeded when there is nobody to trust,
    before the server hears of us: a login that is broken off at the host key counts as a strike.
    """
    files = settings.known_hosts
    try:
        known = _known_hosts(files)
    except OSError as error:
        raise OperatorNeeded(
            tr("known_hosts cannot be read: {error}").format(error=in_words(error))
        ) from error
    keys: list[asyncssh.SSHKey] = []
    authorities: list[asyncssh.SSHKey] = []
    revoked: list[asyncssh.SSHKey] = []
    for name in known_as(settings):
        found = known.match(name, "", None)
        if not keys and not authorities:
            keys, authorities = list(found[0]), list(found[1])
        revoked += [*found[2], *(certificate.key for certificate in found[4])]
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
    """All lines that can be understood; the others are passed over, and a key that such a line revokes is not revoked:
    ssh(1) does the same.

    Raises OSError.
    """
    known = asyncssh.SSHKnownHosts()
    for file in files:
        for line in Path(file).read_bytes().split(b"\n"):
            with contextlib.suppress(ValueError):
                text = _as_ssh_reads(line)
                # The hash of no name at all: asyncssh would find it for every host, as we give no address.
                if not any(asyncssh.SSHKnownHosts(text).match("", "", None)):
                    known.load(text)
    return known


def _as_ssh_reads(line: bytes) -> str:
    """A line of known_hosts such that asyncssh finds in it what ssh(1) does.

    It is ASCII, one line and no more, and its host names are in small letters, as ssh(1) compares them; hashed ones are
    so. Empty names and networks are left out, and a line that has no other names is empty.
    """
    text = _CONTROL.sub(r"\\", line.removesuffix(b"\r").decode("ascii", "backslashreplace"))
    found = _NAMES.match(text)
    if found is None:
        return text
    names = ",".join(name for name in found[2].lower().split(",") if _NAME.fullmatch(name))
    return found[1] + names + text[found.end() :] if names else ""


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
