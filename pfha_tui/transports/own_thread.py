"""What may block for long, such as a look-up at a dead name server, in a daemon thread of its own.

The event loop's shared threads are few, and one that is given up holds its place until the system call returns: one
node's dead resolver would delay all else that waits for a thread, and the end of the program, too.
"""

import asyncio
import socket
import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from copy import copy
from functools import partial
from typing import Any, Final, TypeVar

from pfha_tui.domain.language import mark

T = TypeVar("T")
AddressInfo = tuple[socket.AddressFamily, socket.SocketKind, int, str, Any]

_pending: Final[dict[Hashable, Future[Any]]] = {}
_lock: Final = threading.Lock()


async def in_own_thread(key: Hashable, work: Callable[[], T]) -> T:
    """What `work` gives; raises as it does. It goes on when the caller is cancelled, and whoever asks for the same
    `key` meanwhile joins it, so that a caller that tries again and again holds one thread."""
    with _lock:
        future: Future[T] | None = _pending.get(key)
        if future is None:
            future = Future()
            future.set_running_or_notify_cancel()  # so that no caller's cancellation ends it
            threading.Thread(target=_run, args=(key, work, future), daemon=True).start()
            _pending[key] = future
    try:
        return await asyncio.wrap_future(future)
    except (
        Exception
    ) as error:  # whatever it is: each who joined has one of its own, to which a traceback is tied
        raise copy(error) from error.__cause__


def _run(key: Hashable, work: Callable[[], T], future: "Future[T]") -> None:
    try:
        settle = partial(future.set_result, work())
    except BaseException as error:  # whatever it is, it is raised where it is waited for
        settle = partial(future.set_exception, error)
    with _lock:
        del _pending[key]
    settle()


async def look_up(
    host: str, port: int, kind: socket.SocketKind, family: int = socket.AF_UNSPEC
) -> list[AddressInfo]:
    """The addresses of a host, as getaddrinfo(3) orders them; a numeric one is read in place. It has no time limit of
    its own. Raises OSError, also for a text that can be no name."""
    try:
        try:
            return _addresses(host, port, kind, family, socket.AI_NUMERICHOST)
        except socket.gaierror:
            key = (host, port, kind, family)
            return await in_own_thread(key, partial(_addresses, *key))
    except ValueError as error:  # a label that is empty, or has more than 63 characters
        raise socket.gaierror(socket.EAI_NONAME, mark("Name or service not known")) from error


def _addresses(
    host: str, port: int, kind: socket.SocketKind, family: int, flags: int = 0
) -> list[AddressInfo]:
    return [*socket.getaddrinfo(host, port, family, kind, flags=flags)]
