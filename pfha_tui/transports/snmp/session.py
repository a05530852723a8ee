"""One pysnmp engine and one connected UDP socket for one agent: a request goes out, an Answer or an error comes back.

Only the GET and GETBULK generators of pysnmp are imported: nothing here can set a value. The entity layer is used
instead of pysnmp's high-level calls, because those look every OID of a request up in MIB files; here OIDs are numbers.
"""

import asyncio
import socket
from collections.abc import Callable, Sequence
from typing import Any, Final

from pyasn1.type import univ  # type: ignore[import-untyped]
from pysnmp.carrier.asyncio.dgram.udp import UdpAsyncioTransport  # type: ignore[import-untyped]
from pysnmp.entity import config  # type: ignore[import-untyped]
from pysnmp.entity.engine import SnmpEngine  # type: ignore[import-untyped]
from pysnmp.entity.rfc3413.cmdgen import (  # type: ignore[import-untyped]
    BulkCommandGeneratorSingleRun,
    GetCommandGenerator,
)
from pysnmp.error import PySnmpError  # type: ignore[import-untyped]
from pysnmp.proto import errind, rfc1902, rfc1905  # type: ignore[import-untyped]

from pfha_tui.domain.language import mark, tr
from pfha_tui.domain.system_errors import reason as system_reason
from pfha_tui.domain.target import SnmpTarget
from pfha_tui.domain.wording import decimal
from pfha_tui.transports.base import NetworkFailure, OperatorNeeded, TransportTimeout
from pfha_tui.transports.snmp.values import Answer, Cell, End, Oid, dotted

FORGET_AFTER_S: Final = 10.0
"""After this pysnmp forgets a request that nothing answered; we ourselves stop waiting earlier, but learn from a late
answer how long the way is."""

_AUTH: Final = {
    "md5": config.USM_AUTH_HMAC96_MD5,
    "sha": config.USM_AUTH_HMAC96_SHA,
    "sha224": config.USM_AUTH_HMAC128_SHA224,
    "sha256": config.USM_AUTH_HMAC192_SHA256,
    "sha384": config.USM_AUTH_HMAC256_SHA384,
    "sha512": config.USM_AUTH_HMAC384_SHA512,
}
_PRIV: Final = {
    "des": config.USM_PRIV_CBC56_DES,
    "aes128": config.USM_PRIV_CFB128_AES,
    "aes192": config.USM_PRIV_CFB192_AES_BLUMENTHAL,
    "aes256": config.USM_PRIV_CFB256_AES_BLUMENTHAL,
}
_REFUSALS: Final = {
    errind.UnknownUserName: mark("it does not know the user"),
    errind.WrongDigest: mark("the authentication key or protocol is not its own"),
    errind.DecryptionError: mark("the privacy key or protocol is not its own"),
    errind.UnsupportedSecurityLevel: mark("it does not allow authPriv for the user"),
}
_NULL: Final = rfc1902.Null("")
_NAME: Final = "agent"


class Session:
    """One engine and, after `open()`, one socket. Building it takes about 0.1 s of CPU and binds to no event loop,
    so it may be done in a thread. Not reusable after `close()`."""

    def __init__(self, target: SnmpTarget, measured: Callable[[float, bool], None]) -> None:
        """`measured` is told the seconds that each GET took, and whether its answer came too late to be used."""
        self._target = target
        self._measured = measured
        self._engine = SnmpEngine()
        self._pending: set[asyncio.Future[Answer]] = set()
        self._endpoint: asyncio.DatagramTransport | None = None
        if target.user is None:
            _add_community(self._engine, target)
        else:
            _add_user(self._engine, target)

    @property
    def is_open(self) -> bool:
        """There is a socket to ask through."""
        return self._endpoint is not None and not self._endpoint.is_closing()

    async def open(self, family: socket.AddressFamily, address: tuple[Any, ...]) -> None:
        """Connect the socket to one resolved address. Raises OSError when the kernel knows no way there."""
        host = f"{address[0]}%{address[3]}" if len(address) == 4 and address[3] else address[0]
        loop = asyncio.get_running_loop()
        endpoint, wire = await loop.create_datagram_endpoint(
            lambda: _Wire(self._link_failed), family=family, remote_addr=(host, address[1])
        )
        self._endpoint = endpoint
        domain = config.SNMP_UDP6_DOMAIN if family == socket.AF_INET6 else config.SNMP_UDP_DOMAIN
        config.add_transport(self._engine, domain, wire)
        config.add_target_address(
            self._engine, _NAME, domain, address[:2], _NAME, int(FORGET_AFTER_S * 100), 0
        )

    async def request(
        self, oids: Sequence[Oid], repetitions: int | None, timeout_s: float
    ) -> Answer:
        """Send one GET, or a GETBULK when `repetitions` is given, and wait `timeout_s` for its answer.

        Raises TransportTimeout, NetworkFailure, OperatorNeeded.
        """
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._pending.add(answer)
        sent_at = asyncio.get_running_loop().time()
        context = answer, sent_at if repetitions is None else None
        binds = [(rfc1902.ObjectName(oid), _NULL) for oid in oids]
        try:
            if repetitions is None:
                GetCommandGenerator().send_varbinds(
                    self._engine, _NAME, None, "", binds, self._answered, context
                )
            else:
                BulkCommandGeneratorSingleRun().send_varbinds(
                    self._engine, _NAME, None, "", 0, repetitions, binds, self._answered, context
                )
            async with asyncio.timeout(timeout_s):
                return await answer
        except TimeoutError:
            if answer.done() and not answer.cancelled():
                return answer.result()  # it lay unread while this console stood still
            waited = decimal(f"{timeout_s:g}")
            raise TransportTimeout(
                tr("no answer within {seconds} s").format(seconds=waited)
            ) from None
        except PySnmpError as error:
            raise NetworkFailure(
                tr("the request could not be sent ({error})").format(error=type(error).__name__)
            ) from error
        finally:
            self._pending.discard(answer)
            answer.cancel()

    async def close(self) -> None:
        """Release the socket and pysnmp's timer task; what still waits fails."""
        self._fail_pending(NetworkFailure(tr("the SNMP session was closed")))
        dispatcher = self._engine.transport_dispatcher
        ticker = dispatcher.loopingcall if dispatcher is not None else None
        self._engine.close_dispatcher()
        if ticker is not None:
            await asyncio.wait([ticker], timeout=1.0)
        if self._endpoint is not None:
            self._endpoint.close()
            self._endpoint = None
            await asyncio.sleep(0)  # the event loop closes the socket in its next turn

    def _answered(
        self,
        engine: Any,
        handle: Any,
        failure: Any,
        status: Any,
        index: Any,
        binds: Any,
        context: "tuple[asyncio.Future[Answer], float | None]",
    ) -> None:
        """What pysnmp calls when a request has ended, however it ended."""
        answer, sent_at = context
        if failure is None and sent_at is not None:
            self._measured(asyncio.get_running_loop().time() - sent_at, answer.done())
        if answer.done():
            return
        if failure is not None:
            answer.set_exception(_explain(failure))
            return
        try:
            cells = tuple((tuple(oid), _plain(value)) for oid, value in binds)
            answer.set_result(Answer(int(status), int(index), cells))
        except (ValueError, TypeError, PySnmpError) as error:
            answer.set_exception(
                NetworkFailure(
                    tr("the answer makes no sense ({error})").format(error=type(error).__name__)
                )
            )

    def _link_failed(self, error: OSError) -> None:
        if isinstance(error, ConnectionRefusedError):
            reason = tr("nothing listens on UDP port {port}").format(port=self._target.port)
        else:
            reason = system_reason(error).lower()
        self._fail_pending(NetworkFailure(reason))

    def _fail_pending(self, error: NetworkFailure) -> None:
        for answer in tuple(self._pending):
            if not answer.done():
                answer.set_exception(error)


class _Wire(UdpAsyncioTransport):  # type: ignore[misc]
    """pysnmp's datagram transport over a socket that is connected, so that the kernel drops what other hosts send
    and reports a closed port."""

    def __init__(self, link_failed: Any) -> None:
        super().__init__(loop=asyncio.get_running_loop())
        self._link_failed = link_failed
        self._peer: Any = None

    def send_message(self, outgoingMessage: bytes, transportAddress: Any) -> None:
        """Send to the one peer; the address, in pysnmp's own form, is kept for the way back."""
        self._peer = transportAddress
        if self.transport is not None and not self.transport.is_closing():
            self.transport.sendto(outgoingMessage)

    def datagram_received(self, datagram: bytes, transportAddress: Any) -> None:
        """Hand a datagram to pysnmp."""
        if self._callback_function is None or self._peer is None:
            return
        try:
            self._callback_function(self, self._peer, datagram)
        except Exception:
            # Whatever hostile bytes trip in the decoder is their fault: the request they claim to answer stays
            # unanswered and times out. Letting it rise would only print a traceback over the screen.
            return

    def error_received(self, exc: OSError) -> None:
        """An ICMP error, or a failed send."""
        self._link_failed(exc)


def _add_community(engine: Any, target: SnmpTarget) -> None:
    community = target.community.reveal() if target.community is not None else ""
    config.add_v1_system(engine, _NAME, community.encode())
    config.add_target_parameters(engine, _NAME, _NAME, "noAuthNoPriv", 1)


def _add_user(engine: Any, target: SnmpTarget) -> None:
    assert target.user is not None and target.auth_key is not None and target.priv_key is not None
    user = target.user.encode()
    config.add_v3_user(
        engine,
        user,
        _AUTH[target.auth_protocol],
        target.auth_key.reveal().encode(),
        _PRIV[target.priv_protocol],
        target.priv_key.reveal().encode(),
    )
    config.add_target_parameters(engine, _NAME, user, "authPriv", 3)


def _explain(failure: Any) -> NetworkFailure | OperatorNeeded:
    if isinstance(failure, errind.RequestTimedOut):
        return TransportTimeout(tr("no answer"))
    for kind, reason in _REFUSALS.items():
        if isinstance(failure, kind):
            return OperatorNeeded(tr(reason))
    return NetworkFailure(
        tr("the answer was of no use ({error})").format(error=type(failure).__name__)
    )


def _plain(value: Any) -> Cell:
    """A pysnmp value as a plain one; IPv4 addresses and OIDs become dotted text."""
    if isinstance(value, rfc1905.EndOfMibView):
        return End.OF_MIB_VIEW
    if isinstance(value, univ.Null):  # noSuchObject and noSuchInstance are kinds of it
        return None
    if isinstance(value, univ.ObjectIdentifier):
        return dotted(tuple(value))
    if isinstance(value, rfc1902.IpAddress):
        return dotted(bytes(value))
    if isinstance(value, univ.OctetString):
        return bytes(value)
    return int(value)
