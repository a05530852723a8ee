"""Whether a server speaks SSH at all: a machine whose userland is frozen still accepts connections."""

import asyncio
from collections.abc import Callable
from typing import Final

from pfha_tui.domain.language import tr
from pfha_tui.transports.ssh.verify import Verifier

BANNER_S: Final = 1.8
"""sshd speaks first, and at once: what is silent for longer, and for the way there and back, does not run it now."""
GIVE_UP_S: Final = 6.0
"""The same where nobody is told and the login would end: a node under load may take its time for an action."""
HOLD_S: Final = 60.0
"""So long one login waits for the banner: each that is given up may be told to the login protection later."""
BANNER_TICK_S: Final = 0.5
"""How late it may be noticed that the server has spoken; the end of the patience is met exactly."""

MuteCallback = Callable[[str], None]


class Banner:
    """Sets the limit of a login: short for the server's first line, longer for the rest once that is there."""

    def __init__(
        self,
        check: Verifier,
        limit: asyncio.Timeout,
        login_s: float,
        begun: float,
        on_mute: MuteCallback | None,
        *,
        where: str,
        proxied: bool,
    ) -> None:
        """`begun` is the event loop's time before TCP was opened; `login_s` are the seconds for what follows it.

        The way to the end of a ProxyCommand (`proxied`) may take longer than its start did.
        """
        self.mute = False
        text = tr("{where} accepts the connection, but does not speak SSH")
        if proxied:
            text = tr("nothing speaks SSH at the end of the ProxyCommand that leads to {where}")
        self.sentence = text.format(where=where)
        self.proxied = proxied
        self._check = check
        self._limit = limit
        self._login_s = login_s
        self._begun = begun
        self._on_mute = on_mute
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None

    def watch(self) -> None:
        """Look, until the server has spoken or the login has ended."""
        now = self._loop.time()
        opened = self._check.opened_at
        next_at = now + BANNER_TICK_S
        if self._check.spoke:
            self._limit.reschedule(now + self._login_s)
            return
        if opened is not None and not self.mute:
            due = opened + self._patience_s(opened)
            if now < due:
                next_at = min(next_at, due)
            else:
                self.mute = True
                if self._on_mute is None:
                    self._limit.reschedule(now)
                    return
                self._limit.reschedule(now + HOLD_S)
                self._on_mute(self.sentence)
        self._timer = self._loop.call_at(next_at, self.watch)

    def _patience_s(self, opened: float) -> float:
        """How long the server may be silent after TCP was open."""
        if self._on_mute is not None:
            return BANNER_S + 4 * (opened - self._begun)
        return self._login_s if self.proxied else GIVE_UP_S + 4 * (opened - self._begun)

    def stop(self) -> None:
        """The login has ended."""
        if self._timer is not None:
            self._timer.cancel()
