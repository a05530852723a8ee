"""Drills: two masters, for all the reasons that there are."""

import asyncio
import json
import sys
import time
from typing import Any

from pfha_tui.domain.snapshot import PairSnapshot
from pfha_tui.domain.verdict import VerdictKind
from tests.support.netns import ROOM
from tests.wirelab.console import Console, console, shown
from tests.wirelab.drills import Facts, Rule, drill
from tests.wirelab.firewall import LAN, PASSWORD, WAN
from tests.wirelab.lab import Lab, wire_lab
from tests.wirelab.packet import carp_in
from tests.wirelab.traffic import pings

BOTH = {1: ["fw1", "fw2"], 2: ["fw1", "fw2"]}


def split(snapshot: PairSnapshot) -> bool:
    return snapshot.verdict.kind is VerdictKind.SPLIT_BRAIN


def speakers(lab: Lab, since_epoch: float) -> set[str]:
    """Who has advertised on either switch of the LAN since then, by tcpdump."""
    heard = (carp_in(frame) for side in "AB" for _, frame in lab.wire(f"lan{side}", since_epoch))
    return {one[0] for one in heard if one is not None}


async def both_masters(lab: Lab, seen: Console, at: float, rule: Rule) -> Facts:
    """It comes to two masters; the console shows it at once, and confirms it by two samples of both."""
    await lab.until(lambda: lab.masters() == BOTH, 10 + rule.slack)
    newest = lab.truth(at, "role")[-1]
    last, last_epoch = newest["at"], newest["epoch"]
    own = {each.own(LAN) for each in lab.firewalls}
    await lab.until(lambda: speakers(lab, last_epoch - 1) == own)
    roles = {1: "MASTER", 2: "MASTER"}
    handed, first = await seen.until(lambda s: shown(s) == {"fw1": roles, "fw2": roles}, at)
    assert split(first) and not first.verdict.confirmed, first.verdict
    confirmed, after = await seen.until(lambda s: split(s) and s.verdict.confirmed, handed)
    begun = [one.sampled_from for one in after.nodes]
    assert handed < min(begun) and max(begun) <= confirmed, "confirmed by newer samples of both"
    assert {cause.vhid for cause in after.verdict.causes if cause.id == "split-brain"} == {1, 2}
    return {"handed_after": handed - last, "confirmed_after": confirmed - last}


@drill("split brain: protocol 112 filtered between the two")
async def filtered(rule: Rule) -> Facts:
    async with wire_lab() as lab, console(lab) as seen:
        await seen.settled()
        flow = await pings(lab)
        at = time.monotonic()
        await lab.filter(*lab.not_from(lab.fw1), *lab.not_from(lab.fw2))
        facts = await both_masters(lab, seen, at, rule)
        healed = time.monotonic()
        await lab.filter()
        await lab.home()
        await seen.settled(healed)
        lost, _ = await flow.stop()
        return facts | {"lost": lost, "lags": await seen.lags(at)}


@drill("split brain: the switches parted, every carrier up")
async def parted(rule: Rule) -> Facts:
    async with wire_lab() as lab, console(lab) as seen:
        await seen.settled()
        at = time.monotonic()
        await lab.trunk(WAN, LAN, there=False)
        facts = await both_masters(lab, seen, at, rule)
        await lab.trunk(WAN, LAN, there=True)
        await lab.home()
        return facts


@drill("split brain: a hypervisor's MAC filter on the ports")
async def mac_filter(rule: Rule) -> Facts:
    async with wire_lab() as lab, console(lab) as seen:
        await seen.settled()
        at = time.monotonic()
        await lab.filter(*lab.mac_filter())
        facts = await both_masters(lab, seen, at, rule)
        await lab.filter()
        await lab.home()
        return facts


@drill("asymmetry: only the secondary is deaf")
async def asymmetric(rule: Rule) -> Facts:
    async with wire_lab() as lab, console(lab) as seen:
        await seen.settled()
        at = time.monotonic()
        # The other direction alone changes nothing: a backup has nothing to say.
        await lab.filter(*lab.not_from(lab.fw2))
        await seen.until(lambda s: s.at > at + 4)
        assert lab.truth(at, "role") == []
        await lab.filter(*lab.not_from(lab.fw1))
        facts = await both_masters(lab, seen, time.monotonic(), rule)
        await lab.filter()
        await lab.home()
        return facts


class Listener:
    """`pfha-tui listen` on a bridge, as a person would run it."""

    def __init__(self, lab: Lab, bridge: str, *words: str) -> None:
        self._path = ROOM / f"listen-{bridge}-{time.monotonic_ns()}"
        secret = ROOM / "carp-password"
        secret.write_text(PASSWORD)
        secret.chmod(0o600)
        keys = [f"--password=file:{secret}", f"--vip=1={WAN.vip}", f"--vip=2={LAN.vip}"]
        lab.start(
            *(sys.executable, "-m", "pfha_tui", "listen", bridge, "--json", *keys, *words),
            output=self._path,
        )

    def said(self, kind: str) -> list[dict[str, Any]]:
        """The objects of this kind that it has printed."""
        whole = self._path.read_text()
        lines = whole[: whole.rfind("\n") + 1].splitlines()
        return [each for each in map(json.loads, lines) if each["kind"] == kind]

    async def until(self, kind: str, seconds: float = 20.0, **facts: Any) -> dict[str, Any]:
        """The first object of this kind with these facts."""
        async with asyncio.timeout(seconds):
            while True:
                for each in self.said(kind):
                    if all(each[key] == value for key, value in facts.items()):
                        return each
                await asyncio.sleep(0.02)


@drill("split brain: a wrong password on one node")
async def wrong_password(rule: Rule) -> Facts:
    async with wire_lab(settled=False, fw2={"password": "mistyped"}) as lab, console(lab) as seen:
        heard = Listener(lab, "lanA")
        await heard.until("listening")
        await lab.until(lambda: lab.masters() == BOTH, 10 + rule.slack)
        _, after = await seen.until(lambda s: split(s) and s.verdict.confirmed)
        _, after = await seen.until(
            lambda s: (
                (c := s.secondary.carp_counters.value) is not None and c.bad_authentication > 2
            )
        )
        assert (await heard.until("digest", source=lab.fw1.own(LAN)))["fits"] is True
        assert (await heard.until("digest", source=lab.fw2.own(LAN)))["fits"] is False
        double = await heard.until("double-masters", vhid=2)
        assert set(double["sources"]) == {lab.fw1.own(LAN), lab.fw2.own(LAN)}
        return {"why": after.verdict.why}
