"""CARP as FreeBSD's kernel runs it (sys/netinet/ip_carp.c, stable/12), without a wire and without a clock of its own.

Written from that source for the wire lab: neither the product's election nor the built-in lab is used, so that
each of the three can find another one wrong.
"""

import heapq
import itertools
import os
from collections import Counter
from dataclasses import dataclass, field
from typing import Protocol

from tests.wirelab.packet import Carp, read_carp, seal, verified

INIT, BACKUP, MASTER = "INIT", "BACKUP", "MASTER"
CARP_MAXSKEW = 240
TTL = 255


class Outside(Protocol):
    """What the kernel around CARP does: timers are asked for with seconds from now."""

    def now(self) -> float: ...
    def transmit(self, vhid: "Vhid", said: Carp) -> None: ...
    def log(self, text: str) -> None: ...
    def changed(self, vhid: "Vhid", old: str, new: str, reason: str) -> None: ...


@dataclass(eq=False)
class Vhid:
    """One virtual host (carp_softc)."""

    number: int
    interface: str
    addresses: list[str]
    password: str
    advbase: int = 1
    advskew: int = 0
    state: str = INIT
    suppressed: bool = False
    counter: int = field(default_factory=lambda: int.from_bytes(os.urandom(7), "big"))


class Kernel:
    """net.inet.carp of one node. Nothing happens but in `run`, `receive` and the calls that change something."""

    def __init__(self, outside: Outside, vhids: list[Vhid], interfaces: list[str]) -> None:
        self.outside = outside
        self.vhids = vhids
        self.link = dict.fromkeys(interfaces, False)
        self.allow = self.preempt = 1
        self.demotion = 0
        self.ifdown_factor = 240
        self.counters: Counter[str] = Counter()
        self._timers: list[tuple[float, int, int, Vhid, str]] = []
        self._armed: dict[tuple[Vhid, str], int] = {}
        self._numbers = itertools.count()

    def skew(self, vhid: Vhid) -> int:
        """DEMOTE_ADVSKEW."""
        return min(CARP_MAXSKEW, max(0, vhid.advskew + self.demotion))

    # The clock

    def next_at(self) -> float | None:
        """When `run` has to be called."""
        while self._timers:
            at, _, number, vhid, kind = self._timers[0]
            if self._armed.get((vhid, kind)) == number:
                return at
            heapq.heappop(self._timers)
        return None

    def run(self) -> None:
        """Whatever is due."""
        while (at := self.next_at()) is not None and at <= self.outside.now():
            _, _, _, vhid, kind = heapq.heappop(self._timers)
            del self._armed[vhid, kind]
            if kind == "down":
                self._master_down(vhid, "master timed out")
            else:
                self._advertise(vhid)

    def _arm(self, vhid: Vhid, kind: str, seconds: float) -> None:
        number = next(self._numbers)
        self._armed[vhid, kind] = number
        entry = (self.outside.now() + seconds, number, number, vhid, kind)
        heapq.heappush(self._timers, entry)

    def _stop(self, vhid: Vhid) -> None:
        self._armed.pop((vhid, "down"), None)
        self._armed.pop((vhid, "ad"), None)

    # The wire

    def receive(self, interface: str, ttl: int, payload: bytes) -> None:
        """carp_input() and carp_input_c()."""
        if not self.allow:
            return
        self.counters["received-inet-packets"] += 1
        if ttl != TTL:
            self.counters["dropped-wrong-ttl"] += 1
            return
        said = read_carp(payload)
        if isinstance(said, str):
            self.counters[said] += 1
            return
        here = [v for v in self.vhids if (v.interface, v.number) == (interface, said.vhid)]
        if not here:
            self.counters["dropped-bad-vhid"] += 1
            return
        vhid = here[0]
        if not verified(said, vhid.password.encode(), vhid.addresses):
            self.counters["dropped-bad-authentication"] += 1
            return
        self._compare(vhid, said)

    def _compare(self, vhid: Vhid, said: Carp) -> None:
        ours = (vhid.advbase, self.skew(vhid))
        theirs = (said.advbase, said.advskew)
        if vhid.state == MASTER and ours >= theirs:
            self._stop(vhid)
            self._set(vhid, BACKUP, "more frequent advertisement received")
            self._setrun(vhid)
        elif vhid.state == BACKUP:
            if self.preempt and ours < theirs:
                self._master_down(vhid, "preempting a slower master")
            elif (3 * vhid.advbase, ours[1]) < theirs:
                self._master_down(vhid, "master will time out")
            else:
                self._setrun(vhid)

    def _advertise(self, vhid: Vhid) -> None:
        """carp_send_ad_locked()."""
        if vhid.state != MASTER:
            return
        vhid.counter = (vhid.counter + 1) % 2**64
        counter = vhid.counter.to_bytes(8, "big")
        digest = seal(vhid.password.encode(), vhid.number, vhid.addresses, counter)
        skew = self.skew(vhid)
        self.counters["sent-inet-packets"] += 1
        self.outside.transmit(vhid, Carp(vhid.number, skew, vhid.advbase, counter, digest))
        self._arm(vhid, "ad", vhid.advbase + skew / 256)

    # States

    def _set(self, vhid: Vhid, state: str, reason: str) -> None:
        old, vhid.state = vhid.state, state
        if old == state:
            return
        self.outside.log(f"carp: {vhid.number}@{vhid.interface}: {old} -> {state} ({reason})")
        self.outside.changed(vhid, old, state, reason)

    def _setrun(self, vhid: Vhid) -> None:
        """carp_setrun(): the down timer has the configured skew, not the demoted one."""
        if not (self.link[vhid.interface] and self.allow and vhid.addresses):
            return
        if vhid.state == INIT:
            self._set(vhid, BACKUP, "initialization complete")
        if vhid.state == BACKUP:
            self._armed.pop((vhid, "ad"), None)
            self._arm(vhid, "down", 3 * vhid.advbase + vhid.advskew / 256)

    def _master_down(self, vhid: Vhid, reason: str) -> None:
        if vhid.state != BACKUP:
            return
        self._stop(vhid)
        self._set(vhid, MASTER, reason)
        self._advertise(vhid)

    # What is done to it

    def set_link(self, interface: str, up: bool) -> None:
        """The carrier came or went (carp_linkstate())."""
        if self.link[interface] == up:
            return
        self.link[interface] = up
        for vhid in self.vhids:
            if vhid.interface == interface:
                self._reconsider(vhid)
        self.outside.log(f"{interface}: link state changed to {'UP' if up else 'DOWN'}")

    def set_allow(self, allow: int) -> None:
        """sysctl net.inet.carp.allow."""
        self.allow = allow
        for vhid in self.vhids:
            self._reconsider(vhid)

    def _reconsider(self, vhid: Vhid) -> None:
        """carp_sc_state()."""
        self._stop(vhid)
        if not (self.link[vhid.interface] and self.allow):
            self._set(vhid, INIT, "hardware interface down")
            if not vhid.suppressed:
                vhid.suppressed = True
                self.demote(self.ifdown_factor, "interface down")
        else:
            self._set(vhid, INIT, "hardware interface up")
            self._setrun(vhid)
            if vhid.suppressed:
                vhid.suppressed = False
                self.demote(-self.ifdown_factor, "interface up")

    def demote(self, adjustment: int, reason: str) -> None:
        """carp_demote_adj(): every master says so at once."""
        self.demotion += adjustment
        self.outside.log(f"carp: demoted by {adjustment} to {self.demotion} ({reason})")
        for vhid in self.vhids:
            self._advertise(vhid)

    def configure(
        self, vhid: Vhid, advskew: int | None, advbase: int | None, state: str | None
    ) -> None:
        """SIOCSVH: new settings are told with the next advertisement, not at once."""
        vhid.advskew = vhid.advskew if advskew is None else advskew
        vhid.advbase = vhid.advbase if advbase is None else advbase
        reason = "user requested via ifconfig"
        if state == BACKUP and vhid.state == MASTER:
            self._stop(vhid)
            self._set(vhid, BACKUP, reason)
            self._setrun(vhid)
        elif state == MASTER:
            self._master_down(vhid, reason)
