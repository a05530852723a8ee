"""What went wrong with a login, sorted into what time may mend and what only the operator can."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

import asyncssh

from pfha_tui.domain.language import mark, tr
from pfha_tui.domain.snapshot import Stop
from pfha_tui.domain.system_errors import reason
from pfha_tui.domain.text import said
from pfha_tui.domain.wording import listed
from pfha_tui.transports.base import NetworkFailure, OperatorNeeded, TransportError


class LoginInterrupted(NetworkFailure):
    """TCP opened but the login never finished: sshguard may count each such attempt as a strike."""


class Why(Enum):
    """What the login at a server ended by, where only the operator can mend it; the values are kept in files."""

    KEY = "key"
    CERTIFICATE = "certificate"
    TRIES = "tries"
    TURNED_AWAY = "turned-away"
    ALGORITHMS = "algorithms"
    SETTINGS = "settings"
    HOST_KEY = "host-key"
    HOST_KEY_UNKNOWN = "host-key-unknown"
    HOST_KEY_UNVERIFIED = "host-key-unverified"


@dataclass(frozen=True, slots=True)
class HostKeySeen:
    """A host key that was shown and not accepted, and what would have been by `files`; by pins where there is none."""

    seen: str
    expected: tuple[str, ...]
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no login, in no language yet; `reason` is what the server or the library said."""

    why: Why
    reason: str = ""
    host_key: HostKeySeen | None = None

    @property
    def stop(self) -> Stop:
        """What a monitoring rule is to know of it."""
        return _STOPS.get(self.why, Stop.HOST_KEY)

    def sentence(self, where: str, user: str) -> str:
        """The operator's sentence for a login of this user at `where` (host, or host:port)."""
        key = self.host_key or HostKeySeen("", (), ())
        return tr(_SENTENCES[self.why]).format(
            where=where,
            user=user,
            reason=self.reason,
            seen=key.seen,
            expected=tr(" or ").join(key.expected),
            kept_in=listed(key.files) or tr("pinned"),
        )


_STOPS: Final = {
    Why.KEY: Stop.REFUSED,
    Why.CERTIFICATE: Stop.REFUSED,
    Why.TRIES: Stop.REFUSED,
    Why.TURNED_AWAY: Stop.REFUSED,
    Why.ALGORITHMS: Stop.IMPOSSIBLE,
    Why.SETTINGS: Stop.IMPOSSIBLE,
}

_SENTENCES: Final = {
    Why.KEY: mark(
        "{where} refused the key of user {user!r}: put its public half into the account's "
        "authorized keys, and check that the account may log in by SSH with a key alone"
    ),
    Why.CERTIFICATE: mark(
        "{where} refused the certificate of user {user!r}: its authority must be trusted there, and it must "
        "name this user as a principal; `CertificateFile none` in ssh_config offers the bare key instead"
    ),
    Why.TRIES: mark("{where} refused user {user!r}: too many authentication failures"),
    Why.TURNED_AWAY: mark("the login of user {user!r} at {where} was turned away: {reason}"),
    Why.ALGORITHMS: mark(
        "{where} and this console share no algorithm ({reason}): allow one in the sshd_config there, "
        "or in ssh_config here"
    ),
    Why.SETTINGS: mark("the SSH settings for {where} cannot be used: {reason}"),
    Why.HOST_KEY: mark(
        "the host key of {where} is not the expected one: expected {expected} ({kept_in}), but "
        "it showed {seen}; if the firewall was reinstalled, pin the new key, else somebody "
        "stands in between"
    ),
    Why.HOST_KEY_UNKNOWN: mark(
        "the host key of {where} is not known: it showed {seen}, and {kept_in} has no key "
        "for it; compare it with the firewall's own, then pin it"
    ),
    Why.HOST_KEY_UNVERIFIED: mark("the host key of {where} cannot be verified: {reason}"),
}


def refusal_of(
    error: BaseException, seen: HostKeySeen | None, *, certified: bool, met: bool
) -> Refusal | None:
    """What an exception of a login says that only the operator can mend; None where it is the network's. Arguments as
    in `sort_out`."""
    if met and garbled(error):
        return None
    match error:
        case TransportError() | OSError() | asyncssh.ChannelOpenError() | asyncssh.ConnectionLost():
            return None
        case asyncssh.HostKeyNotVerifiable():
            if seen is None:
                return Refusal(Why.HOST_KEY_UNVERIFIED, _reason(error))
            return Refusal(Why.HOST_KEY if seen.expected else Why.HOST_KEY_UNKNOWN, host_key=seen)
        case asyncssh.PermissionDenied():
            return Refusal(Why.CERTIFICATE if certified else Why.KEY)
        case asyncssh.DisconnectError() if (
            "too many authentication failures" in _reason(error).lower()
        ):
            return Refusal(Why.TRIES)
        case asyncssh.KeyExchangeFailed():
            return Refusal(Why.ALGORITHMS, _reason(error))
        case (
            asyncssh.ProtocolError() | asyncssh.ProtocolNotSupported() | asyncssh.IllegalUserName()
        ):
            return Refusal(Why.TURNED_AWAY, _reason(error))
        case asyncssh.DisconnectError():
            return None
        case _:
            return Refusal(Why.SETTINGS, _reason(error))


def sort_out(
    error: BaseException,
    where: str,
    user: str,
    seen: HostKeySeen | None,
    *,
    certified: bool = False,
    met: bool = False,
) -> TransportError:
    """The operator's sentence for an exception of a login at `where` (host, or host:port).

    `seen` is the host key that the verification refused, if it came to that; `certified`: a certificate was offered;
    `met`: the way to the server was open, so that its bytes may be at fault.
    """
    if isinstance(error, TransportError):
        return error
    refusal = refusal_of(error, seen, certified=certified, met=met)
    if refusal is not None:
        return OperatorNeeded(refusal.sentence(where, user), refusal.stop)
    match error:
        case TimeoutError():
            text = tr("{where} did not finish the login in time")
            return LoginInterrupted(text.format(where=where))
        case asyncssh.ChannelOpenError():
            text = tr("{where} cannot be reached over the jump host: {reason}")
            return NetworkFailure(text.format(where=where, reason=_reason(error)))
        case ConnectionResetError() | BrokenPipeError() | asyncssh.ConnectionLost():
            text = tr("{where} closed the connection during the login")
            return LoginInterrupted(text.format(where=where))
        case asyncssh.KeyExchangeFailed() | ValueError():
            text = tr("{where} does not speak SSH as it should: {reason}")
            return LoginInterrupted(text.format(where=where, reason=_reason(error)))
        case OSError():
            text = tr("{where} cannot be reached: {reason}")
            return LoginInterrupted(text.format(where=where, reason=reason(error)))
        case _:
            text = tr("{where} ended the login: {reason}")
            return LoginInterrupted(text.format(where=where, reason=_reason(error)))


def garbled(error: BaseException) -> bool:
    """Whether it says that a server's bytes make no sense, or were changed on the way."""
    return isinstance(error, ValueError) or (
        isinstance(error, asyncssh.KeyExchangeFailed) and "hash mismatch" in _reason(error)
    )


def in_words(error: Exception) -> str:
    """What an exception says, without Python's own decoration; with the file that it names."""
    if isinstance(error, TimeoutError):
        return tr("timed out")
    if not isinstance(error, OSError):
        return said(str(error))
    return f"{error.filename}: {reason(error)}" if error.filename else reason(error)


def not_signed(where: str, key: str, *, late: bool) -> OperatorNeeded:
    """The agent held the key, but did not sign the login at `where` with it, or not in the time of a login (`late`)."""
    text = tr(
        "the SSH agent did not sign the login at {where} with the key {key}: was the touch or the confirmation "
        "refused?"
    )
    if late:
        text = tr(
            "the SSH agent has not signed the login at {where} with the key {key} in time: try again, and touch the "
            "token or confirm what the agent asks"
        )
    return OperatorNeeded(text.format(where=where, key=key))


def _reason(error: BaseException) -> str:
    return said(str(error)) or type(error).__name__
