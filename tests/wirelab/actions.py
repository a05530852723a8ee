"""Drills: the product's own actions on real roles, over SSH, and both ways back when they go wrong."""

import subprocess
import time
from collections.abc import Callable
from typing import Any

from pfha_tui import wiring
from pfha_tui.actions.conditions import general
from pfha_tui.actions.model import Method, Progress, Report, Request, Result, Stage, Verb
from pfha_tui.actions.operator import Operator
from tests.wirelab.console import Console, console
from tests.wirelab.drills import Facts, Rule, drill
from tests.wirelab.firewall import LAN, batch
from tests.wirelab.lab import Lab, wire_lab
from tests.wirelab.power import FW1, FW2
from tests.wirelab.traffic import PingsLost, none_lost, pings

DEMOTION = "net.inet.carp.demotion="


def operator(lab: Lab, seen: Console) -> Operator:
    """Who acts, with a cooldown of 0: without the rest between two role changes that would only cost time here."""
    general.COOLDOWN_S = 0.0
    found = wiring.open_operator(lab.pair, seen.feed)
    assert found is not None
    return found


def _quiet(_: Progress) -> None:
    return


async def perform(
    hand: Operator, request: Request, tell: Callable[[Progress], None] = _quiet
) -> Report:
    plan = hand.plan(request)
    return await hand.perform(plan, tell)


def proved(report: Report) -> None:
    said = f"{report.result}: {report.text} {[e for e in report.evidence if e.holds is not True]}"
    assert report.result is Result.CONFIRMED, said


async def there_and_back(method: Method, rule: Rule, **changes: Any) -> Facts:
    async with wire_lab(**changes) as lab, console(lab) as seen:
        await seen.settled()
        hand = operator(lab, seen)
        flow = await pings(lab)
        start = time.monotonic()
        there = await perform(hand, Request(Verb.SWITCHOVER, method=method, confirmed="fw1"))
        proved(there)
        assert lab.masters() == FW2
        moved = [one for one in lab.truth(start, "role") if one["new"] == "MASTER"]
        back = time.monotonic()
        home = await perform(hand, Request(Verb.FAILBACK, confirmed="fw1"))
        proved(home)
        assert lab.masters() == FW1
        lost, gap = await flow.stop()
        await seen.settled(back)
        assert hand.unfinished() == ()
        none_lost(lost, rule)
        return {
            "lost": lost,
            "gap": gap,
            "masterless": lab.masterless(start),
            "took": [there.took_s, home.took_s],
            "moved_within": moved[-1]["at"] - start,
            "lags": await seen.lags(start),
            "wire_lags": seen.wire_lags(start),
        }


@drill("switchover by demotion, and failback")
async def by_demotion(rule: Rule) -> Facts:
    return await there_and_back(Method.DEMOTION, rule)


@drill("switchover by maintenance, and failback")
async def by_maintenance(rule: Rule) -> Facts:
    return await there_and_back(Method.MAINTENANCE, rule)


@drill("a VIP that is served late is found by the pings that it loses")
async def served_late(rule: Rule) -> Facts:
    """The test of the test: fw2 says at once that it is master, and serves the VIPs 0.7 s later."""
    try:
        await there_and_back(Method.DEMOTION, rule, fw2={"plumb_after": 0.7})
    except PingsLost as found:
        assert found.lost >= 6, found.lost
        return {"lost": found.lost}
    raise AssertionError("0.7 s without service, and no ping counted as lost")


@drill("an action that does not come to what was planned is taken back")
async def taken_back(rule: Rule) -> Facts:
    """The peer's LAN cable comes out in the moment in which the demotion is set, and is put back afterwards."""
    async with wire_lab() as lab, console(lab) as seen:
        await seen.settled()
        hand = operator(lab, seen)
        start = time.monotonic()

        def pull(progress: Progress) -> None:
            if progress.stage in (Stage.DO, Stage.REVERT):
                state = "down" if progress.stage is Stage.DO else "up"
                subprocess.run(["ip", "link", "set", lab.fw2.plug(LAN), state], check=True)

        request = Request(Verb.SWITCHOVER, method=Method.DEMOTION, confirmed="fw1")
        report = await perform(hand, request, pull)
        assert report.result is Result.REVERTED, (report.result, report.text)
        assert demotions(lab, start) == [120, -120]
        assert lab.masters() == FW1 and hand.unfinished() == ()
        return {"took": report.took_s}


@drill("the node takes it back when the console is cut off", proof=True)
async def by_the_node(rule: Rule) -> Facts:
    """Its sshd notices after 15 s that nobody is there, and ends what held the lock, but not the node's own undo."""
    sshd = "ClientAliveInterval 5\nClientAliveCountMax 3\n"
    async with wire_lab(fw1={"sshd": sshd}) as lab, console(lab) as seen:
        await seen.settled()
        hand = operator(lab, seen)
        start = time.monotonic()

        def cut(progress: Progress) -> None:
            if progress.stage is Stage.VERIFY:
                subprocess.run(["ip", "link", "set", lab.fw1.port, "down"], check=True)

        request = Request(Verb.SWITCHOVER, method=Method.DEMOTION, confirmed="fw1")
        report = await perform(hand, request, cut)
        assert report.result is Result.UNKNOWN, (report.result, report.text)
        (left,) = hand.unfinished()
        assert lab.masters() == FW2
        await lab.home(60)
        took = lab.truth(start, "command")[-1]["at"] - lab.truth(start, "command")[0]["at"]
        assert demotions(lab, start) == [120, -120]
        await batch(f"link set {lab.fw1.port} up\n")
        await seen.settled(time.monotonic())
        closed = await hand.undo(left, _quiet)
        assert closed.result in (Result.CONFIRMED, Result.REVERTED), (closed.result, closed.text)
        assert hand.unfinished() == () and demotions(lab, start) == [120, -120]
        return {"taken_back_after": took}


def demotions(lab: Lab, since: float) -> list[int]:
    """What the nodes were told to add to their demotions."""
    words = (word for one in lab.truth(since, "command") for word in one["words"])
    return [int(word.partition("=")[2]) for word in words if word.startswith(DEMOTION)]
