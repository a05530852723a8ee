"""The one identity that a login offers, made sure of before any packet is sent."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncssh

from pfha_tui.domain.language import tr
from pfha_tui.domain.system_errors import reason
from pfha_tui.domain.target import Secret, SshTarget
from pfha_tui.transports.base import OperatorNeeded
from pfha_tui.transports.ssh.settings import Settings

AGENT_TIMEOUT_S: Final = 3.0


@dataclass(slots=True)
class Identity:
    """A private key, or a key that the agent signs with; `agent` stays open until the login is done."""

    key: asyncssh.SSHKey | asyncssh.SSHKeyPair
    agent: asyncssh.SSHAgentClient | None = None

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
    return await _from_file(str(target.identity_file), target.passphrase)


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
        return await _from_file(str(path), target.passphrase)
    except OperatorNeeded:
        public = path.with_name(path.name + ".pub")
        if target.passphrase is not None or not public.is_file():
            raise
        return await _from_agent(str(public), settings)


async def _from_file(name: str, passphrase: Secret | None) -> Identity:
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
        return Identity(await asyncio.to_thread(asyncssh.import_private_key, data, secret))
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


async def _from_agent(name: str, settings: Settings) -> Identity:
    path = _path(name)
    try:
        public = asyncssh.import_public_key(await _read(path))
    except asyncssh.KeyImportError as error:
        raise OperatorNeeded(
            tr("{path} is not a public key: {error}").format(path=path, error=error)
        ) from error
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
            keys = await agent.get_keys([public.public_data])
    except (OSError, ValueError, asyncssh.Error) as error:
        if agent is not None:
            agent.close()
        raise OperatorNeeded(
            tr("the SSH agent at {path} does not answer: {error}").format(
                path=settings.agent_path, error=str(error) or tr("timed out")
            )
        ) from error
    if not keys:
        agent.close()
        raise OperatorNeeded(
            tr("the SSH agent does not hold {path} ({fingerprint}): add it with ssh-add").format(
                path=path, fingerprint=public.get_fingerprint()
            )
        )
    return Identity(keys[0], agent)


def _path(name: str) -> Path:
    return Path(name).expanduser()


async def _read(path: Path) -> bytes:
    try:
        return await asyncio.to_thread(path.read_bytes)
    except OSError as error:
        raise OperatorNeeded(
            tr("the key {path} cannot be read: {reason}").format(path=path, reason=reason(error))
        ) from error


def _is_private(data: bytes) -> bool:
    return b"PRIVATE KEY-----" in data
