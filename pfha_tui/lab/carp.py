"""One CARP virtual host, as FreeBSD 12's ip_carp.c runs it.

Written from the kernel's rules: the product has its own election, and neither may borrow from the other.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from pfha_tui.lab.interface import Inet
from pfha_tui.lab.scheduler import Timer

MAX_SKEW = 240
"""CARP_MAXSKEW: the largest skew that is ever advertised."""

TICK_SLACK = (0.005, 0.015)
"""How late (s) a callout fires at hz=100: rounded up to the next tick, plus one."""

DOWN_SLACK = (0.020, 0.077)
"""How late (s) the master-down callout was seen to fire: 3.41-3.48 s after the last advertisement was sent, where
3.39 s after its arrival was asked for."""

MIN_SENDS = 3
"""CARP_SENDAD_MIN_SUCCESS: so many sends take the demotion for failed ones back."""
ENOBUFS = 55

AD_BYTES = 56
"""Length of an advertisement as an IPv4 packet: 20 header, 36 carp_header."""
AD6_BYTES = 76
"""Length of an advertisement as an IPv6 packet: 40 header, 36 carp_header."""


class State(StrEnum):
    """The three states that ifconfig prints."""

    INIT = "INIT"
    BACKUP = "BACKUP"
    MASTER = "MASTER"


@dataclass(frozen=True, slots=True)
class Advertisement:
    """What travels: the effective skew (one byte), and everything that the HMAC covers."""

    vhid: int
    advbase: int
    advskew: int
    seal: tuple[str, tuple[str, ...]]
    family: int = 4
    """4 or 6: a virtual host with addresses of both families sends each advertisement twice."""

    @property
    def interval(self) -> float:
        """Seconds between two advertisements, as the receiver computes it."""
        return self.advbase + self.advskew / 256

    @property
    def size(self) -> int:
        """Length of the packet in bytes."""
        return AD_BYTES if self.family == 4 else AD6_BYTES


class Port(Protocol):
    """The interface that carries a virtual host."""

    name: str
    admin_up: bool

    @property
    def link(self) -> bool:
        """Whether the carrier is there."""
        ...


class Host(Protocol):
    """What a virtual host needs of its kernel."""

    carp_allow: int
    carp_preempt: int
    carp_demotion: int
    carp_ifdown_factor: int
    carp_senderr_factor: int

    @property
    def carp_clamps(self) -> bool:
        """Whether an effective skew is never less than 0; an older kernel lets it be negative."""
        ...

    def timer(self, delay: float, slack: tuple[float, float], vhid: "Vhid", what: str) -> Timer:
        """Call `vhid.<what>()` after `delay` plus a lateness within `slack`."""
        ...

    def transmit(self, vhid: "Vhid", advertisement: Advertisement) -> None:
        """Put an advertisement on the wire."""
        ...

    def demote(self, adjustment: int, reason: str) -> None:
        """Add to the demotion counter, log it, and have all masters advertise at once."""
        ...

    def transition(self, vhid: "Vhid", old: State, new: State, reason: str) -> None:
        """Log a change of state and tell devd."""
        ...


@dataclass(slots=True, eq=False)
class Vhid:
    """A virtual host on one interface of one node."""

    host: Host
    port: Port
    number: int
    advbase: int
    advskew: int
    password: str
    addresses: list[Inet] = field(default_factory=list)
    state: State = State.INIT
    suppressed: bool = False
    """Whether this host has added its share to the demotion counter (sc_suppress)."""
    listed: bool = True
    """Whether bsnmpd lists the addresses: it takes those that a MASTER gave up for gone, until it is MASTER again."""
    send_errors: bool = False
    """Whether it has done so because its sends failed (sc_sendad_errors)."""
    _sends: int = 0
    """How many advertisements went out since then (sc_sendad_success)."""
    _written: tuple[list[Inet], tuple[str, ...]] = field(default_factory=lambda: ([], ()))
    """The addresses of a while ago, and their texts in order: they hardly ever change."""
    _ad_timer: Timer | None = None
    _down_timers: dict[int, Timer] = field(default_factory=dict)
    """The master-down timer of each family: losing one family's advertisements alone makes a BACKUP take over."""

    @property
    def families(self) -> tuple[int, ...]:
        """The address families that this virtual host has addresses of: 4, 6 or both."""
        present = {address.version for address in self.addresses}
        return tuple(family for family in (4, 6) if family in present)

    @property
    def effective_skew(self) -> int:
        """min(240, advskew + demotion), and in newer kernels at least 0 (DEMOTE_ADVSKEW)."""
        skew = min(MAX_SKEW, self.advskew + self.host.carp_demotion)
        return max(0, skew) if self.host.carp_clamps else skew

    @property
    def interval(self) -> float:
        """Seconds between two of our own advertisements; below 0 it is compared so, and armed as one tick."""
        return self.advbase + self.effective_skew / 256

    @property
    def seal(self) -> tuple[str, tuple[str, ...]]:
        """What the HMAC covers: the password and the sorted list of addresses."""
        if self._written[0] != self.addresses:
            texts = tuple(sorted(str(address.ip) for address in self.addresses))
            self._written = (self.addresses.copy(), texts)
        return self.password, self._written[1]

    def receive(self, ad: Advertisement) -> None:
        """Act on an advertisement for this vhid whose HMAC matches ours (carp_input_c)."""
        if self.state is State.MASTER:
            if self.interval >= ad.interval:
                self._stop()
                self._set(State.BACKUP, "more frequent advertisement received")
                self.run()
        elif self.state is State.BACKUP:
            if self.host.carp_preempt and self.interval < ad.interval:
                self.master_down("preempting a slower master")
            elif self.advbase * 3 < ad.interval:
                self.master_down("master will time out")
            else:
                self.run(ad.family)

    def advertisements(self) -> list[Advertisement]:
        """What is sent each time: one packet for each family."""
        skew = self.effective_skew % 256
        return [
            Advertisement(self.number, self.advbase, skew, self.seal, family)
            for family in self.families
        ]

    def run(self, family: int | None = None) -> None:
        """Start what the state asks for: leave INIT, arm a timer, in BACKUP that of one family (carp_setrun)."""
        if not (self._usable() and self.addresses):
            return
        if self.state is State.INIT:
            self._set(State.BACKUP, "initialization complete")
        if self.state is State.BACKUP:
            # The configured skew, not the demoted one: a demoted BACKUP waits no longer.
            delay = 3 * self.advbase + self.advskew / 256
            for each in self.families if family is None else (family,):
                if (armed := self._down_timers.pop(each, None)) is not None:
                    armed.cancel()
                self._down_timers[each] = self.host.timer(delay, DOWN_SLACK, self, "master_down")
        else:
            self._stop()
            self._arm()

    def master_down(self, reason: str = "master timed out") -> None:
        """Become MASTER, saying so at once (carp_master_down_locked)."""
        if self.state is State.BACKUP:
            self._stop()
            self._set(State.MASTER, reason)
            self.advertise()

    def advertise(self) -> None:
        """Send one advertisement now and arm the timer of the next (carp_send_ad_locked)."""
        if self.state is not State.MASTER:
            return
        self._stop()
        for advertisement in self.advertisements():
            self.host.transmit(self, advertisement)
            self._sent()
        if self.state is State.MASTER:
            self._arm()

    def fail_to_send(self) -> None:
        """Three sends in a row failed (carp_send_ad_error)."""
        self._sends = 0
        if not self.send_errors:
            self.send_errors = True
            self.host.demote(
                self.host.carp_senderr_factor, f"send error {ENOBUFS} on {self.port.name}"
            )

    def _sent(self) -> None:
        if self.send_errors:
            self._sends += 1
            if self._sends >= MIN_SENDS:
                self.send_errors = False
                self.host.demote(-self.host.carp_senderr_factor, f"send ok on {self.port.name}")

    def reconsider(self) -> None:
        """The link, the interface or net.inet.carp.allow changed (carp_sc_state)."""
        self._stop()
        if not self._usable():
            self._set(State.INIT, "hardware interface down")
            if not self.suppressed:
                self.host.demote(self.host.carp_ifdown_factor, "interface down")
            self.suppressed = True
        else:
            self._set(State.INIT, "hardware interface up")
            self.run()
            if self.suppressed:
                self.host.demote(-self.host.carp_ifdown_factor, "interface up")
            self.suppressed = False

    def request(self, state: State) -> None:
        """`ifconfig IF vhid N state STATE`."""
        if state is State.BACKUP and self.state is State.MASTER:
            self._stop()
            self._set(State.BACKUP, "user requested via ifconfig")
            self.run()
        elif state is State.MASTER:
            self.master_down("user requested via ifconfig")

    def destroy(self) -> None:
        """The last address is gone (carp_destroy)."""
        self._stop()
        if self.suppressed:
            self.host.demote(-self.host.carp_ifdown_factor, "vhid removed")

    def halt(self) -> None:
        """The power is gone: nothing is said, nothing runs."""
        self._stop()
        self.state = State.INIT

    def _arm(self) -> None:
        """The next advertisement, a tick from now at the soonest (tvtohz)."""
        self._ad_timer = self.host.timer(max(0.0, self.interval), TICK_SLACK, self, "advertise")

    def _usable(self) -> bool:
        return self.port.link and self.port.admin_up and bool(self.host.carp_allow)

    def _set(self, state: State, reason: str) -> None:
        if state is not self.state:
            old, self.state = self.state, state
            if state is State.MASTER or old is State.MASTER:
                self.listed = state is not State.BACKUP
            self.host.transition(self, old, state, reason)

    def _stop(self) -> None:
        if self._ad_timer is not None:
            self._ad_timer.cancel()
            self._ad_timer = None
        for timer in self._down_timers.values():
            timer.cancel()
        self._down_timers.clear()
