"""What went wrong with a login, sorted into what time may mend and what only the operator can."""

from dataclasses import dataclass

import asyncssh

from pfha_tui.domain.language import tr
from pfha_tui.domain.system_errors import reason
from pfha_tui.domain.text import said
from pfha_tui.transports.base import NetworkFailure, OperatorNeeded, TransportError


class LoginInterrupted(NetworkFailure):
    """TCP opened but the login never finished: sshguard may count each such attempt as a strike."""


@dataclass(frozen=True, slots=True)
class HostKeySeen:
    """A host key that was shown and not accepted, and what would have been."""

    seen: str
    expected: tuple[str, ...]
    kept_in: str


def sort_out(
    error: BaseException,
    where: str,
    user: str,
    seen: HostKeySeen | None,
    *,
    certified: bool = False,
) -> TransportError:
    """The operator's sentence for an exception of a login at `where` (host, or host:port).

    `seen` is the host key that the verification refused, if it came to that; `certified`: a certificate was offered.
    """
    match error:
        case TransportError():
            return error
        case asyncssh.HostKeyNotVerifiable():
            return OperatorNeeded(_host_key_sentence(where, seen, error))
        case asyncssh.DisconnectError():
            return _disconnected(error, where, user, certified)
        case TimeoutError():
            return LoginInterrupted(
                tr("{where} did not finish the login in time").format(where=where)
            )
        case asyncssh.ChannelOpenError():
            return NetworkFailure(
                tr("{where} cannot be reached over the jump host: {reason}").format(
                    where=where, reason=_reason(error)
                )
            )
        case ConnectionResetError() | BrokenPipeError():
            return LoginInterrupted(
                tr("{where} closed the connection during the login").format(where=where)
            )
        case OSError():
            return LoginInterrupted(
                tr("{where} cannot be reached: {reason}").format(where=where, reason=reason(error))
            )
        case _:
            return OperatorNeeded(
                tr("the SSH settings for {where} cannot be used: {error}").format(
                    where=where, error=said(str(error)) or type(error).__name__
                )
            )


def in_words(error: Exception) -> str:
    """What an exception says, without Python's own decoration; with the file that it names."""
    if isinstance(error, TimeoutError):
        return tr("timed out")
    if not isinstance(error, OSError):
        return said(str(error))
    return f"{error.filename}: {reason(error)}" if error.filename else reason(error)


def not_signed(where: str, key: str) -> OperatorNeeded:
    """The agent held the key, but did not sign the login at `where` with it."""
    return OperatorNeeded(
        tr(
            "the SSH agent did not sign the login at {where} with the key {key}: was the touch or the confirmation "
            "refused?"
        ).format(where=where, key=key)
    )


def _disconnected(
    error: asyncssh.DisconnectError, where: str, user: str, certified: bool
) -> TransportError:
    reason = _reason(error)
    if isinstance(error, asyncssh.PermissionDenied) and certified:
        return OperatorNeeded(
            tr(
                "{where} refused the certificate of user {user!r}: its authority must be trusted there, and it must "
                "name this user as a principal; `CertificateFile none` in ssh_config offers the bare key instead"
            ).format(where=where, user=user)
        )
    if isinstance(error, asyncssh.PermissionDenied):
        return OperatorNeeded(
            tr(
                "{where} refused the key of user {user!r}: put its public half into the account's "
                "authorized keys, and check that the account may log in by SSH with a key alone"
            ).format(where=where, user=user)
        )
    if "too many authentication failures" in reason.lower():
        return OperatorNeeded(
            tr("{where} refused user {user!r}: too many authentication failures").format(
                where=where, user=user
            )
        )
    if isinstance(error, asyncssh.ConnectionLost):
        return LoginInterrupted(
            tr("{where} closed the connection during the login").format(where=where)
        )
    if isinstance(error, asyncssh.KeyExchangeFailed):
        text = tr(
            "{where} and this console share no algorithm ({reason}): allow one in the sshd_config there, "
            "or in ssh_config here"
        )
        return OperatorNeeded(text.format(where=where, reason=reason))
    stops = asyncssh.ProtocolError | asyncssh.ProtocolNotSupported | asyncssh.IllegalUserName
    if isinstance(error, stops):
        return OperatorNeeded(
            tr("the login of user {user!r} at {where} was turned away: {reason}").format(
                user=user, where=where, reason=reason
            )
        )
    return LoginInterrupted(
        tr("{where} ended the login: {reason}").format(where=where, reason=reason)
    )


def _host_key_sentence(
    where: str, seen: HostKeySeen | None, error: asyncssh.HostKeyNotVerifiable
) -> str:
    if seen is None:
        return tr("the host key of {where} cannot be verified: {reason}").format(
            where=where, reason=_reason(error)
        )
    if not seen.expected:
        return tr(
            "the host key of {where} is not known: it showed {seen}, and {kept_in} has no key "
            "for it; compare it with the firewall's own, then pin it"
        ).format(where=where, seen=seen.seen, kept_in=seen.kept_in)
    return tr(
        "the host key of {where} is not the expected one: expected {expected} ({kept_in}), but "
        "it showed {seen}; if the firewall was reinstalled, pin the new key, else somebody "
        "stands in between"
    ).format(
        where=where,
        expected=tr(" or ").join(seen.expected),
        kept_in=seen.kept_in,
        seen=seen.seen,
    )


def _reason(error: asyncssh.Error) -> str:
    return said(error.reason) or type(error).__name__
