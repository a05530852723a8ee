"""Which sections are due, and which are left alone for a while."""

from collections.abc import Iterable

from pfha_tui.collector.catalogue import Cadence, Section
from pfha_tui.domain.command import Command

REFUSED_PAUSE_S = 300.0
HUNG_FIRST_S = 2.0
HUNG_CAP_S = 30.0
BOOST_PERIOD_S = 0.25
BOOST_FOR_S = 15.0


class Schedule:
    """Due times of the sections of one connection, in monotonic seconds.

    A refused section (each try is a line in the node's auth log) rests for 300 s. A hung one rests for
    2 s, twice as long each time it hangs again, 30 s at most. After an event the fast and the prompt
    sections run at 4 Hz for 15 s, those that hung included: a stall of the node must not blind us to what follows.
    """

    def __init__(self, sections: Iterable[Section], poll_s: float) -> None:
        self._sections = tuple(sections)
        self._poll_s = poll_s
        self._due: dict[Command, float] = {}
        self._boost_until = float("-inf")
        self._refused: set[Command] = set()
        self._hangs: dict[Command, int] = {}

    def period(self, section: Section, now: float) -> float:
        """Seconds between two runs of a section; infinite for one that runs once."""
        if section.cadence is Cadence.ONCE:
            return float("inf")
        if now < self._boost_until and (section.cadence is Cadence.FAST or section.prompt):
            return min(self._poll_s, BOOST_PERIOD_S)
        if section.cadence is Cadence.FAST:
            return self._poll_s
        return float(section.cadence.value) * max(1.0, self._poll_s)

    def take(self, now: float) -> tuple[Command, ...]:
        """The commands that are due; each is booked for its next turn."""
        due = []
        for section in self._sections:
            if self._due.get(section.command, now) <= now:
                due.append(section.command)
                self._due[section.command] = now + self.period(section, now)
        return tuple(due)

    def wait_s(self, now: float) -> float:
        """Seconds until something is due."""
        return max(
            0.0, min((self._due.get(s.command, now) for s in self._sections), default=now) - now
        )

    def hurry(self, now: float) -> None:
        """Something happened: the fast and the prompt sections are due now, and often for a while."""
        self._boost_until = now + BOOST_FOR_S
        for section in self._sections:
            quick = section.cadence is Cadence.FAST or section.prompt
            if quick and section.command not in self._refused:
                self._due[section.command] = now

    def refused(self, command: Command, now: float) -> None:
        """It may not be read, or is not there: leave it alone for long."""
        self._refused.add(command)
        self._due[command] = now + REFUSED_PAUSE_S

    def hung(self, command: Command, now: float) -> None:
        """It did not end in time: leave it alone for a while."""
        hangs = self._hangs[command] = self._hangs.get(command, 0) + 1
        self._due[command] = now + min(HUNG_CAP_S, HUNG_FIRST_S * 2 ** (hangs - 1))

    def answered(self, commands: Iterable[Command]) -> None:
        """These ended in time."""
        for command in commands:
            self._hangs.pop(command, None)
            self._refused.discard(command)

    def again(self, commands: Iterable[Command], due: float) -> None:
        """These did not run: they are due again then, what runs once included."""
        for command in commands:
            self._due[command] = due
