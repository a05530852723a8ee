"""Secrets by reference: env:NAME, file:/path, keyring:service/name.

A configuration holds the reference only. Nothing in this module puts the secret, or a text that may be
one, into a message.
"""

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pfha_tui.domain.language import mark, tr
from pfha_tui.domain.system_errors import reason
from pfha_tui.domain.target import Secret

_MAX_BYTES = 65_536
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}", re.ASCII)
FORMS = mark("env:NAME, file:/path or keyring:service/name")


class SecretKind(StrEnum):
    """Where a secret is kept."""

    ENV = "env"
    FILE = "file"
    KEYRING = "keyring"


@dataclass(frozen=True, slots=True)
class SecretRef:
    """A reference to a secret; its `str` is what the configuration says and is safe to show."""

    kind: SecretKind
    where: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.where}"


class SecretError(Exception):
    """A secret cannot be had: `what` is wrong and `mend` says what to do, neither with the secret."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(tr("{what}; {mend}").format(what=what, mend=mend))
        self.what = what
        self.mend = mend


def parse_reference(text: str) -> SecretRef:
    """The reference that a text is; raises SecretError for a literal secret or a broken reference."""
    kind, colon, where = text.partition(":")
    if not colon or kind not in tuple(SecretKind):
        raise SecretError(
            tr("a secret may not be written out here"),
            tr("give a reference: {forms}").format(forms=tr(FORMS)),
        )
    broken = {
        SecretKind.ENV: not _NAME.fullmatch(where),
        SecretKind.FILE: not where or not where.isprintable(),
        SecretKind.KEYRING: not all(where.partition("/")) or not where.isprintable(),
    }[SecretKind(kind)]
    if broken:
        raise SecretError(
            tr("is not a complete {kind}: reference").format(kind=kind),
            tr("the forms are {forms}").format(forms=tr(FORMS)),
        )
    return SecretRef(SecretKind(kind), where)


def resolve(reference: SecretRef, base: Path, environ: Mapping[str, str] | None = None) -> Secret:
    """Fetch the secret; relative paths start at folder `base`. Raises SecretError."""
    if reference.kind is SecretKind.ENV:
        text = (os.environ if environ is None else environ).get(reference.where)
        if not text:
            raise SecretError(
                tr("the variable {name} is not set").format(name=reference.where),
                tr("export {name} first").format(name=reference.where),
            )
        if not _encodable(text):
            raise SecretError(
                tr("the variable {name} is not UTF-8 text").format(name=reference.where),
                tr("export it as UTF-8"),
            )
        return Secret(text)
    if reference.kind is SecretKind.FILE:
        return _from_file(base / os.path.expanduser(reference.where))
    return _from_keyring(reference.where)


def _encodable(text: str) -> bool:
    """Whether it has a UTF-8 form; other bytes of the environment come as halves of surrogate pairs."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _from_file(path: Path) -> Secret:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            _judge(path, os.fstat(descriptor))
            with open(descriptor, "rb", closefd=False) as file:
                content = file.read(_MAX_BYTES + 1)
        finally:
            os.close(descriptor)
    except (OSError, ValueError) as error:
        why = reason(error) if isinstance(error, OSError) else tr("not a path")
        raise SecretError(
            tr("{path} cannot be read ({why})").format(path=path, why=why),
            tr("mend the path or the file"),
        ) from None
    try:
        text = content.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise SecretError(
            tr("{path} is not UTF-8 text").format(path=path), tr("keep one line of text in it")
        ) from None
    if not text or len(content) > _MAX_BYTES:
        what = tr("{path} is empty") if not text else tr("{path} is too long")
        raise SecretError(what.format(path=path), tr("keep one line of text in it"))
    return Secret(text)


def _judge(path: Path, status: os.stat_result) -> None:
    """Only a regular file that none but we can read holds a secret. Raises SecretError."""
    if not stat.S_ISREG(status.st_mode):
        raise SecretError(tr("{path} is not a regular file").format(path=path), tr("name a file"))
    if status.st_mode & 0o077:
        raise SecretError(
            tr("{path} can be read by others").format(path=path),
            tr("run: {command}").format(command=f"chmod 600 {path}"),
        )
    if status.st_uid not in (os.geteuid(), 0):
        raise SecretError(
            tr("{path} belongs to another user").format(path=path),
            tr("run: {command}").format(command=f"chown $(id -u) {path}"),
        )


def _from_keyring(where: str) -> Secret:
    service, _, name = where.partition("/")
    try:
        import keyring
        from keyring.errors import NoKeyringError
    except ImportError:
        raise SecretError(
            tr("the keyring library is not installed"), tr("run: pip install pfha-tui[keyring]")
        ) from None
    try:
        text = keyring.get_password(service, name)
    except NoKeyringError:
        raise SecretError(
            tr("no keyring is running here"), tr("use an env: or file: reference on this machine")
        ) from None
    # Backends raise what their platform raises (D-Bus, locked collections, …); to us it is one fact.
    except Exception as error:
        raise SecretError(
            tr("the keyring could not be read ({error})").format(error=type(error).__name__),
            tr("unlock it and try again"),
        ) from None
    if not text:
        raise SecretError(
            tr("the keyring has no entry {name}").format(name=where),
            tr("run: {command}").format(command=f"keyring set {service} {name}"),
        )
    return Secret(text)
