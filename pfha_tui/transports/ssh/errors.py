"""What went wrong with a login, sorted into what time may mend and what only the operator can."""

from dataclasses import dataclass

import asyncssh

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
    error: BaseException, where: str, user: str, seen: HostKeySeen | None
) -> TransportError:
    """The operator's sentence for an exception of a login at `where` (host, or host:port).

    `seen` is the host key that the verification refused, if it came to that.
    """
    match error:
        case TransportError():
            return error
        case asyncssh.HostKeyNotVerifiable():
            return OperatorNeeded(_host_key_sentence(where, seen, error))
        case asyncssh.DisconnectError():
            return _disconnected(error, where, user)
        case TimeoutError():
            return LoginInterrupted(f"{where} did not finish the login in time")
        case asyncssh.ChannelOpenError():
            return NetworkFailure(f"{where} cannot be reached over the jump host: {_reason(error)}")
        case OSError():
            return LoginInterrupted(f"{where} cannot be reached: {error.strerror or error}")
        case _:
            return OperatorNeeded(f"the SSH settings for {where} cannot be used: {error}")


def _disconnected(error: asyncssh.DisconnectError, where: str, user: str) -> TransportError:
    reason = _reason(error)
    if isinstance(error, asyncssh.PermissionDenied):
        return OperatorNeeded(
            f"{where} refused the key of user {user!r}: put its public half into the account's"
            " authorized keys, and check that the account may log in by SSH with a key alone"
        )
    if "too many authentication failures" in reason.lower():
        return OperatorNeeded(f"{where} refused user {user!r}: too many authentication failures")
    if isinstance(error, asyncssh.ConnectionLost):
        return LoginInterrupted(f"{where} closed the connection during the login")
    if isinstance(error, asyncssh.KeyExchangeFailed):
        return OperatorNeeded(
            f"{where} and this console share no algorithm ({reason}): the server must offer a kind"
            " of host key that is known or pinned here"
        )
    stops = asyncssh.ProtocolError | asyncssh.ProtocolNotSupported | asyncssh.IllegalUserName
    if isinstance(error, stops):
        return OperatorNeeded(f"the login of user {user!r} at {where} was turned away: {reason}")
    return LoginInterrupted(f"{where} ended the login: {reason}")


def _host_key_sentence(
    where: str, seen: HostKeySeen | None, error: asyncssh.HostKeyNotVerifiable
) -> str:
    if seen is None:
        return f"the host key of {where} cannot be verified: {_reason(error)}"
    if not seen.expected:
        return (
            f"the host key of {where} is not known: it showed {seen.seen}, and {seen.kept_in} has no"
            " key for it; compare it with the firewall's own, then pin it"
        )
    return (
        f"the host key of {where} is not the expected one: expected {' or '.join(seen.expected)}"
        f" ({seen.kept_in}), but it showed {seen.seen}; if the firewall was reinstalled, pin the new"
        " key, else somebody stands in between"
    )


def _reason(error: asyncssh.Error) -> str:
    return error.reason.strip() or type(error).__name__
