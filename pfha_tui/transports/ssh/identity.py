"""The one identity that a login offers, made sure of before any packet is sent.

Where there is a certificate for the key, the certificate is offered and the bare key is not: to a server each is a try
of its own. Certificates are looked for as ssh(1) does: those that ssh_config names with CertificateFile, else
`KEY-cert.pub` beside the key, else the one that the agent holds. `CertificateFile none` offers the bare key.
"""

import asyncio
import base64
import hashlib
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncssh
from asyncssh.public_key import SSHOpenSSHCertificate

from pfha_tui.domain.language import tr
from pfha_tui.domain.system_errors import reason
from pfha_tui.domain.target import Secret, SshTarget
from pfha_tui.transports.base import OperatorNeeded
from pfha_tui.transports.ssh.errors import in_words
from pfha_tui.transports.ssh.settings import Settings

AGENT_TIMEOUT_S: Final = 3.0
_USER_CERTIFICATE: Final = 1
"""SSH2_CERT_TYPE_USER (OpenSSH's PROTOCOL.certkeys)."""
_RSA_CERTIFICATE: Final = b"ssh-rsa-cert-v01@openssh.com"
_RSA_SIGNATURE: Final = b"rsa-sha2-512"
_FIDO: Final = b"sk-"
"""So begin the algorithms whose signature a token makes (OpenSSH's PROTOCOL.u2f); its key file only points to it."""


@dataclass(slots=True)
class Identity:
    """A key with its certificate, if it has one; `agent` signs for it and stays open until the login is done."""

    key: asyncssh.SSHKeyPair
    agent: asyncssh.SSHAgentClient | None = None
    unsigned: bool = False
    """The agent was asked for a signature and gave none."""
    asking: bool = False
    """The agent has been asked for a signature and has not answered: it may wait for a touch or a PIN."""

    @property
    def certified(self) -> bool:
        """A certificate is offered, and not the bare key."""
        return self.key.has_cert

    @property
    def fingerprint(self) -> str:
        """`SHA256:…` of the public key."""
        digest = hashlib.sha256(self.key.key_public_data).digest()
        return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")

    def close(self) -> None:
        """Let go of the agent."""
        if self.agent is not None:
            self.agent.close()


async def resolve(target: SshTarget, settings: Settings, *, jump: bool = False) -> Identity:
    """The identity for this hop; for a jump host ssh_config's own choice comes before the target's.

    Raises OperatorNeeded: none or several are named, the file cannot be used, the agent does not hold it.
    """
    if target.identity_file is not None and target.agent_identity is not None:
        raise OperatorNeeded(
            tr("both identity_file and agent_identity are set for {host}: keep one").format(
                host=settings.host
            )
        )
    configured = target.identity_file is not None or target.agent_identity is not None
    if not configured or (jump and settings.identity_files):
        return await _from_config(target, settings)
    if target.agent_identity is not None:
        return await _from_agent(target.agent_identity, settings)
    return await _from_file(str(target.identity_file), target.passphrase, settings)


async def _from_config(target: SshTarget, settings: Settings) -> Identity:
    names = settings.identity_files
    if len(names) != 1:
        if not names:
            text = tr(
                "exactly one key may be offered to {host}, but ssh_config names no IdentityFile:"
                " set identity_file or agent_identity, or name one IdentityFile"
            )
        else:
            text = tr(
                "exactly one key may be offered to {host}, but ssh_config names several:"
                " set identity_file or agent_identity, or leave one IdentityFile"
            )
        raise OperatorNeeded(text.format(host=settings.host))
    path = _path(names[0])
    if not _is_private(await _read(path)):
        return await _from_agent(str(path), settings)
    try:
        return await _from_file(str(path), target.passphrase, settings)
    except OperatorNeeded:
        public = path.with_name(path.name + ".pub")
        if target.passphrase is not None or not public.is_file():
            raise
        return await _from_agent(str(public), settings)


async def _from_file(name: str, passphrase: Secret | None, settings: Settings) -> Identity:
    path = _path(name)
    data = await _read(path)
    if not _is_private(data):
        raise OperatorNeeded(
            tr(
                "{path} is not a private key: name a public key that the agent holds as "
                "agent_identity"
            ).format(path=path)
        )
    secret = None if passphrase is None else passphrase.reveal()
    try:
        key = await asyncio.to_thread(asyncssh.import_private_key, data, secret)
    except asyncssh.KeyEncryptionError as error:
        raise OperatorNeeded(
            tr("the passphrase does not open the key {path}").format(path=path)
        ) from error
    except asyncssh.KeyImportError as error:
        if secret is None and "assphrase" in str(error):
            raise OperatorNeeded(
                tr(
                    "the key {path} is encrypted: set its passphrase, or add it to the agent and name "
                    "its public half as agent_identity"
                ).format(path=path)
            ) from error
        raise OperatorNeeded(
            tr("the key {path} cannot be used: {error}").format(path=path, error=error)
        ) from error
    if key.algorithm.startswith(_FIDO):
        raise OperatorNeeded(
            tr(
                "the key {path} is kept on a FIDO token: add it to the agent, and name its public half as "
                "agent_identity"
            ).format(path=path)
        )
    certificate = await _certificate(path, key, settings)
    # Of a key and its certificate asyncssh makes two pairs to offer, the one with the certificate first.
    pairs = asyncssh.load_keypairs([key if certificate is None else (key, certificate)])
    return Identity(_pinned(pairs[0]))


async def _from_agent(name: str, settings: Settings) -> Identity:
    path = _path(name)
    public, certificate = _public(path, await _read(path))
    if certificate is None:
        certificate = await _certificate(path, public, settings)
    if settings.agent_path is None:
        raise OperatorNeeded(
            tr("{path} is to be signed for by the SSH agent, but no agent runs here").format(
                path=path
            )
        )
    agent: asyncssh.SSHAgentClient | None = None
    try:
        async with asyncio.timeout(AGENT_TIMEOUT_S):
            agent = await asyncssh.connect_agent(settings.agent_path)
            held = await agent.get_keys()
    except (OSError, ValueError, asyncssh.Error) as error:
        if agent is not None:
            agent.close()
        raise OperatorNeeded(
            tr("the SSH agent at {path} does not answer: {error}").format(
                path=settings.agent_path, error=in_words(error)
            )
        ) from error
    try:
        return _watched(Identity(_pinned(_held(path, public, certificate, held, settings)), agent))
    except OperatorNeeded:
        agent.close()
        raise


def _held(
    path: Path,
    public: asyncssh.SSHKey,
    certificate: SSHOpenSSHCertificate | None,
    held: Sequence[asyncssh.SSHKeyPair],
    settings: Settings,
) -> asyncssh.SSHKeyPair:
    """What the agent signs with for this public key: of the key and its certificates that it holds the one to offer.

    Raises OperatorNeeded.
    """
    bare = next((pair for pair in held if pair.key_public_data == public.public_data), None)
    wanted = None if certificate is None else certificate.public_data
    bare_wanted = wanted is None and settings.certificate_files == ()
    for pair in () if bare_wanted else held:
        found = _certificate_of(pair)
        if (
            found is not None
            and found.key.public_data == public.public_data
            and wanted in (None, found.public_data)
        ):
            _check(found, path)
            return pair
    if bare is None:
        raise OperatorNeeded(
            tr("the SSH agent does not hold {path} ({fingerprint}): add it with ssh-add").format(
                path=path, fingerprint=public.get_fingerprint()
            )
        )
    if certificate is not None:
        bare.set_certificate(certificate)
    return bare


def _certificate_of(pair: asyncssh.SSHKeyPair) -> SSHOpenSSHCertificate | None:
    """The certificate that the agent holds as this identity; None for a bare key, and for what is none of OpenSSH's."""
    if not pair.has_cert:
        return None
    line = b" ".join((pair.algorithm, base64.b64encode(pair.public_data)))
    try:
        found = asyncssh.import_certificate(line)
    except asyncssh.KeyImportError:
        return None
    return found if isinstance(found, SSHOpenSSHCertificate) else None


async def _certificate(
    path: Path, key: asyncssh.SSHKey, settings: Settings
) -> SSHOpenSSHCertificate | None:
    """The certificate of a key out of files. Raises OperatorNeeded where it cannot be used."""
    names = settings.certificate_files
    if names is None:
        key_path = path.with_suffix("") if path.suffix == ".pub" else path
        names = (f"{key_path}-cert.pub",)
    for each in map(_path, names):
        if not each.is_file():
            continue  # ssh(1) passes over it, too
        found = _parsed(each, await _read(each))
        if found.key.public_data == key.public_data:
            _check(found, each)
            return found
    return None


def _parsed(path: Path, data: bytes) -> SSHOpenSSHCertificate:
    problem = ""
    try:
        found = asyncssh.import_certificate(data)
    except asyncssh.KeyImportError as error:
        problem = str(error)
    else:
        if isinstance(found, SSHOpenSSHCertificate):
            return found
    text = tr("{path} is not a certificate of OpenSSH: {error}")
    raise OperatorNeeded(text.format(path=path, error=problem or "X.509"))


def _check(certificate: SSHOpenSSHCertificate, path: Path) -> None:
    """A certificate that no server would accept is not offered: that would be a strike. Raises OperatorNeeded."""
    try:
        certificate.validate(_USER_CERTIFICATE, None)
    except ValueError as error:
        text = tr(
            "the certificate of {path} cannot be used ({error}): renew it, or offer the bare key by "
            "`CertificateFile none` in ssh_config"
        )
        raise OperatorNeeded(text.format(path=path, error=error)) from error


def _public(path: Path, data: bytes) -> tuple[asyncssh.SSHKey, SSHOpenSSHCertificate | None]:
    """The public key that a file holds; with its certificate, where it is that which the file holds."""
    try:
        return asyncssh.import_public_key(data), None
    except asyncssh.KeyImportError as error:
        if b"-cert-v01@openssh.com" in data:
            found = _parsed(path, data)
            _check(found, path)
            return found.key, found
        raise OperatorNeeded(
            tr("{path} is not a public key: {error}").format(path=path, error=error)
        ) from error


def _pinned(pair: asyncssh.SSHKeyPair) -> asyncssh.SSHKeyPair:
    """The same, made sure to be offered once: asyncssh offers an RSA certificate under its SHA-1 name first, which
    sshd has refused since OpenSSH 8.8."""
    if pair.algorithm == _RSA_CERTIFICATE:
        pair.set_sig_algorithm(_RSA_SIGNATURE)
        pair.sig_algorithms = (_RSA_SIGNATURE,)
        pair.algorithm = _RSA_SIGNATURE + b"-cert-v01@openssh.com"
    return pair


def _watched(identity: Identity) -> Identity:
    """The same, which notes when the agent does not sign: asyncssh then ends as if the server had refused the key."""
    key = identity.key
    assert isinstance(key, asyncssh.SSHAgentKeyPair)
    sign = key.sign_async

    async def noting(data: bytes) -> bytes:
        identity.asking = True  # and stays so for a login that is given up meanwhile
        try:
            signature = await sign(data)
        except (OSError, ValueError):
            identity.unsigned = True
            raise
        identity.asking = False
        return signature

    key.sign_async = noting  # type: ignore[method-assign]
    return identity


def _path(name: str) -> Path:
    return Path(os.path.expanduser(name))


async def _read(path: Path) -> bytes:
    try:
        return await asyncio.to_thread(_content, path)
    except OSError as error:
        raise OperatorNeeded(
            tr("the key {path} cannot be read: {reason}").format(path=path, reason=reason(error))
        ) from error


def _content(path: Path) -> bytes:
    """Raises OSError; OperatorNeeded for what is no file, for a pipe or a device would be waited for without end."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise OperatorNeeded(tr("the key {path} is not a regular file").format(path=path))
    return path.read_bytes()


def _is_private(data: bytes) -> bool:
    return b"PRIVATE KEY-----" in data
