"""How long to wait before the next attempt to connect."""

import random
from typing import Final

from pfha_tui.transports.base import NetworkFailure
from pfha_tui.transports.ssh.errors import LoginInterrupted

FIRST_S: Final = 0.5
FACTOR: Final = 1.6
CAP_S: Final = 5.0
JITTER: Final = 0.2
INTERRUPTED_FIRST_S: Final = 30.0
INTERRUPTED_S: Final = 900.0


class Backoff:
    """Waits of a network failure: quick while nothing reaches sshd, rare once a login was begun.

    A TCP connect that fails never reaches sshd and costs nothing: 0.5 s, times 1.6, up to the cap. A
    login that was begun and broken off counts with sshguard (30 points within 1800 s block, 10 each):
    one more after 30 s, then one in 15 minutes. All with ±20 % jitter.
    """

    def __init__(self, rng: random.Random, cap_s: float = CAP_S) -> None:
        self._rng = rng
        self._cap_s = cap_s
        self._next_s = min(FIRST_S, cap_s)
        self._interrupted = 0
        self._woken = False

    def failed(self, error: NetworkFailure) -> float:
        """Seconds to wait after this failure."""
        if isinstance(error, LoginInterrupted):
            wait = INTERRUPTED_FIRST_S if self._interrupted == 0 else INTERRUPTED_S
            self._interrupted += 1
        else:
            wait = self._next_s
            self._next_s = min(self._cap_s, self._next_s * FACTOR)
        return wait * self._rng.uniform(1 - JITTER, 1 + JITTER)

    def succeeded(self) -> None:
        """The node has answered over a login: start small again."""
        self._next_s = min(FIRST_S, self._cap_s)
        self._interrupted = 0
        self._woken = False

    def wake(self) -> bool:
        """The node answered by another way: is an immediate try right?

        Always while TCP fails; after interrupted logins once only, because it may be a strike.
        """
        if self._interrupted == 0:
            self._next_s = min(FIRST_S, self._cap_s)
            return True
        first, self._woken = not self._woken, True
        return first
