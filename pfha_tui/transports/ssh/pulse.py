"""Whether a link lives, judged from the bytes that arrive: pure, the caller brings the time."""

from enum import StrEnum
from typing import Final

INTERVAL_S: Final = 0.4
SUSPECT_S: Final = 0.9
SILENT_S: Final = 1.6
STALL_S: Final = 0.5
PENDING_LIMIT: Final = 256


class Life(StrEnum):
    """How a connection is doing. LOST means that it has ended."""

    LIVE = "live"
    SUSPECT = "suspect"
    SILENT = "silent"
    LOST = "lost"


class Pulse:
    """Sends numbered beats, measures their round trip, and scales its patience with it.

    All times are monotonic seconds. On a LAN the link is suspect after 0.9 s without a byte and silent
    after 1.6 s. With a longer round trip both grow: a beat may be lost and sent again by TCP, which
    costs about three round trips. A stall of the console itself is not counted against the node:
    bytes may lie unread.
    """

    def __init__(self, now: float) -> None:
        self.heard_at = now
        self.rtt_s: float | None = None
        self.echoes = 0
        self._spread_s = 0.0
        self._tick_at = now
        self._forgiven_at = now
        self._beat_at: float | None = None
        self._number = 0
        self._pending: dict[int, float] = {}
        self._rest = b""

    @property
    def suspect_after_s(self) -> float:
        """Seconds without a byte after which something seems wrong."""
        return max(SUSPECT_S, 0.5 + 3 * self._slow_s)

    @property
    def silent_after_s(self) -> float:
        """Seconds without a byte after which the round trip no longer explains the silence."""
        return max(SILENT_S, 1.0 + 5 * self._slow_s)

    @property
    def _slow_s(self) -> float:
        return 0.0 if self.rtt_s is None else self.rtt_s + 2 * self._spread_s

    def heard(self, now: float) -> None:
        """A byte came, on any channel."""
        self.heard_at = max(self.heard_at, now)

    def tick(self, now: float) -> bytes | None:
        """Call often (every 0.2 s): the next beat to send when one is due."""
        if now - self._tick_at > STALL_S:
            self._forgiven_at = now
        self._tick_at = now
        if self._beat_at is not None and now - self._beat_at < INTERVAL_S:
            return None
        return self.beat(now) if len(self._pending) < PENDING_LIMIT else None

    def beat(self, now: float) -> bytes:
        """The next beat, due or not."""
        self._beat_at = now
        self._number += 1
        self._pending[self._number] = now
        return b"%d\n" % self._number

    def echo(self, data: bytes, now: float) -> None:
        """What the far end sent back, in chunks of any size; what is not an echo is ignored."""
        self.heard(now)
        *lines, self._rest = (self._rest + data).split(b"\n")
        self._rest = self._rest[-32:]
        for line in lines:
            sent = self._pending.pop(int(line), None) if line.isdigit() and len(line) < 20 else None
            if sent is not None:
                self._measured(max(0.0, now - sent))

    def life(self, now: float) -> Life:
        """LIVE, SUSPECT or SILENT at this moment."""
        if now - self._tick_at > STALL_S:
            return Life.LIVE
        age = now - max(self.heard_at, self._forgiven_at)
        if age > self.silent_after_s:
            return Life.SILENT
        return Life.SUSPECT if age > self.suspect_after_s else Life.LIVE

    def _measured(self, rtt_s: float) -> None:
        """Smooth as TCP does (RFC 6298); an echo held up by an outage is capped first.

        The first echo also took the time to start the far program, so the second replaces it.
        """
        self.echoes += 1
        if self.rtt_s is None or self.echoes == 2:
            self.rtt_s = rtt_s
            return
        rtt_s = min(rtt_s, max(0.3, 2 * self.rtt_s))
        self._spread_s += (abs(rtt_s - self.rtt_s) - self._spread_s) / 4
        self.rtt_s += (rtt_s - self.rtt_s) / 8
