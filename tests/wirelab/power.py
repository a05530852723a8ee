"""Drills: roles, power cuts, freezes, pulled cables, demotion."""

import itertools
import time

from pfha_tui.domain.election import Contender, contender, takes_over
from pfha_tui.domain.snapshot import LinkState, PairSnapshot
from pfha_tui.domain.verdict import VerdictKind
from tests.support.netns import COMMUNITY, do
from tests.wirelab.console import Console, console, shown
from tests.wirelab.drills import Facts, Rule, drill
from tests.wirelab.firewall import LAN, WAN, Firewall
from tests.wirelab.lab import Lab, wire_lab
from tests.wirelab.packet import Carp, carp_in
from tests.wirelab.traffic import none_lost, pings

FW1 = {1: ["fw1"], 2: ["fw1"]}
FW2 = {1: ["fw2"], 2: ["fw2"]}
ADDRESSES = "1.3.6.1.2.1.4.20.1.1"


def contenders(snapshot: PairSnapshot, vhid: int) -> tuple[Contender, ...]:
    """Both nodes' parts in the election of a VHID, as the console knows them."""
    roles = [role for node in snapshot.nodes for role in node.roles if role.vhid == vhid]
    found = tuple(one for role in roles if (one := contender(role)) is not None)
    assert len(found) == 2
    return found


def last_heard(lab: Lab, bridge: str, source: str, before: float) -> float:
    """Epoch of the last advertisement of a source that a bridge had before then."""
    heard = [
        at
        for at, frame in lab.wire(bridge)
        if at < before and (one := carp_in(frame)) is not None and one[0] == source
    ]
    return heard[-1]


async def snmp_addresses(firewall: Firewall) -> str:
    return await do(
        "snmpwalk", "-v2c", "-c", COMMUNITY, "-On", "-Oq", firewall.address, ADDRESSES, check=False
    )


@drill("roles by SSH and by SNMP")
async def roles(rule: Rule) -> Facts:
    async with wire_lab() as lab, console(lab) as seen:
        snapshot = await seen.settled()
        assert shown(snapshot) == lab.roles(), shown(snapshot)
        await seen.until(lambda s: all(n.snmp_link.state is LinkState.LIVE for n in s.nodes))
        # A master's VIPs are in its address table here: net-snmp tells the truth of its network.
        for node, vips in ((lab.fw1, True), (lab.fw2, False)):
            told = await snmp_addresses(node)
            assert all((wire.vip in told) is vips for wire in (WAN, LAN)), told
        at = time.monotonic()
        await lab.cable(lab.fw2, LAN, there=False)
        handed, _ = await seen.until(lambda s: shown(s)["fw2"].get(2) == "INIT", at)
        _, after = await seen.until(
            lambda s: s.verdict.kind is VerdictKind.DEGRADED and s.verdict.confirmed, at
        )
        assert shown(after) == lab.roles(), shown(after)
        # The second witness: the carrier by net-snmp, which read it from its own kernel.
        _, after = await seen.until(lambda s: link_by_snmp(s, LAN.interface) is False, at)
        assert link_by_snmp(after, WAN.interface)
        return {"pulled_to_handed": handed - at, "lags": await seen.lags(at)}


def link_by_snmp(snapshot: PairSnapshot, interface: str) -> bool | None:
    """Whether fw2's interface has a carrier, by its agent."""
    facts = snapshot.secondary.snmp.value
    found = [each for each in facts.interfaces if each.name == interface] if facts else []
    return found[0].oper == 1 if found else None


@drill("power cut of the master, and its return")
async def power_cut(rule: Rule) -> Facts:
    async with wire_lab() as lab, console(lab) as seen:
        before = await seen.settled()
        flow = await pings(lab)
        facts = await cut(lab, seen, before, rule)
        lost, gap = await flow.stop()
        assert gap > 2, f"the fault was none: {gap}"
        back = time.monotonic()
        flow = await pings(lab)
        await lab.fw1.power_on()
        await lab.until(lambda: lab.masters() == FW1, 15)
        await seen.settled(back)
        lost_back, _ = await flow.stop()
        return facts | {
            "lost": lost,
            "gap": gap,
            "lost_back": lost_back,
            "lags": await seen.lags(facts["at"], ("fw2",)),
            "wire_lags": seen.wire_lags(facts["at"], ("fw2",)),
        }


async def cut(lab: Lab, seen: Console, before: PairSnapshot, rule: Rule) -> Facts:
    """Cut fw1's power; fw2 takes over in the window that the product's election predicts."""
    window = {vhid: contenders(before, vhid)[1].dead_time for vhid in (1, 2)}
    at, epoch = time.monotonic(), time.time()
    await lab.fw1.power_off()
    await lab.until(lambda: lab.masters() == FW2, 8 + rule.slack)
    told = [one for one in lab.truth(at, "role") if one["new"] == "MASTER"]
    silences = []
    for one, (bridge, wire) in itertools.product(told, (("wanB", WAN), ("lanB", LAN))):
        if one["vhid"] != wire.vhid:
            continue
        silence = one["epoch"] - last_heard(lab, bridge, lab.fw1.own(wire), epoch + 0.5)
        assert window[one["vhid"]] <= silence + 0.005 <= window[one["vhid"]] + rule.slack, silence
        silences.append(silence)
    assert len(silences) == 2
    handed, _ = await seen.until(
        lambda s: shown(s)["fw2"] == {1: "MASTER", 2: "MASTER"}, at, 10 + rule.slack
    )
    _, down = await seen.until(
        lambda s: s.verdict.kind is VerdictKind.DEGRADED and s.verdict.confirmed, at
    )
    assert down.primary.reachable is False, down.primary.unreachable_why
    return {
        "at": at,
        "takeover": told[-1]["at"] - at,
        "silences": silences,
        "handed_after": handed - told[-1]["at"],
    }


@drill("the LAN cable of the master pulled: all VIPs follow")
async def cable(rule: Rule) -> Facts:
    async with wire_lab() as lab, console(lab) as seen:
        await seen.settled()
        at = time.monotonic()
        await lab.cable(lab.fw1, LAN, there=False)
        await lab.until(lambda: lab.masters() == FW2, 8 + rule.slack)
        moves = {one["vhid"]: one for one in lab.truth(at, "role") if one["new"] == "MASTER"}
        # On a machine that stands still for seconds fw2's own patience may be at its end first.
        assert moves[1]["why"] == "preempting a slower master" or rule.lost, moves[1]["why"]
        assert moves[2]["why"] == "master timed out"
        demoted = [said.advskew for said in advertised(lab, "wanB", lab.fw1.own(WAN))][-1]
        assert demoted == 240, "all say so with their last advertisement"
        _, snapshot = await seen.until(
            lambda s: shown(s) == lab.roles() and s.verdict.confirmed, moves[2]["at"]
        )
        assert snapshot.verdict.kind is VerdictKind.DEGRADED, snapshot.verdict
        await lab.cable(lab.fw1, LAN, there=True)
        await lab.home()
        return {
            "wan_after": moves[1]["at"] - at,
            "lan_after": moves[2]["at"] - at,
            "lags": await seen.lags(at),
        }


def advertised(lab: Lab, bridge: str, source: str) -> list[Carp]:
    """What a source advertised on a bridge, as tcpdump has it."""
    found = (carp_in(frame) for _, frame in lab.wire(bridge))
    return [one[1] for one in found if one is not None and one[0] == source]


@drill("a demotion moves the VIPs, and back, without a lost ping")
async def demotion(rule: Rule) -> Facts:
    async with wire_lab() as lab, console(lab) as seen:
        before = await seen.settled()
        flow = await pings(lab)
        lost = []
        start = time.monotonic()
        for amount in (50, 70):
            at = time.monotonic()
            await lab.fw1.run("/sbin/sysctl", f"net.inet.carp.demotion={amount}")
            _, told = await seen.until(
                lambda s, a=amount, since=at: any(
                    role.effective_skew == (50 if a == 50 else 120) for role in s.primary.roles
                ),
                at,
            )
            ours, theirs = contenders(told, 1)
            moves = takes_over(theirs, ours)
            assert moves is (amount == 70), "a skew of 50 beats 100, one of 120 does not"
            if moves:
                await lab.until(lambda: lab.masters() == FW2)
            else:
                # Two intervals of the master: long enough to move, if it were to.
                await seen.until(lambda s, since=at: s.at > since + 2.4, at)
                assert lab.masters() == FW1
        moved = [one for one in lab.truth(start, "role") if one["new"] == "MASTER"]
        asked = [one for one in lab.truth(start, "command")][-1]
        await flow.flowing()
        at = time.monotonic()
        await lab.fw1.run("/sbin/sysctl", "net.inet.carp.demotion=-120")
        await lab.home()
        lost.append(await flow.stop())
        assert contenders(before, 1) == contenders(await seen.settled(at), 1)
        none_lost(lost[0][0], rule)
        return {
            "moved_after": moved[-1]["at"] - asked["asked"],
            "masterless": lab.masterless(start),
            "lost": lost[0][0],
            "gap": lost[0][1],
            "lags": await seen.lags(start),
            "wire_lags": seen.wire_lags(start),
        }


@drill("maintenance by pfSense's playback, and its end")
async def maintenance(rule: Rule) -> Facts:
    async with wire_lab() as lab, console(lab) as seen:
        await seen.settled()
        flow = await pings(lab)
        at = time.monotonic()
        await lab.fw1.run("/usr/local/sbin/pfSsh.php", "playback", "enablecarpmaint")
        asked = lab.truth(at, "command")[-1]["asked"]
        await lab.until(lambda: lab.masters() == FW2, 5 + rule.slack)
        moved = max(one["at"] for one in lab.truth(at, "role") if one["new"] == "MASTER")
        _, told = await seen.until(
            lambda s: s.verdict.kind is VerdictKind.MAINTENANCE and s.verdict.confirmed, at
        )
        assert shown(told) == lab.roles()
        assert {role.effective_skew for role in told.primary.roles} == {240}
        await lab.fw1.run("/usr/local/sbin/pfSsh.php", "playback", "disablecarpmaint")
        await lab.home()
        lost, gap = await flow.stop()
        await seen.settled(moved)
        none_lost(lost, rule)
        return {
            # The skew is told with the next advertisement, which is up to one interval away.
            "moved_after": moved - asked,
            "masterless": lab.masterless(at),
            "lost": lost,
            "gap": gap,
            "lags": await seen.lags(at),
            "wire_lags": seen.wire_lags(at),
        }


@drill("frozen for some seconds, and resumed")
async def freeze(rule: Rule) -> Facts:
    async with wire_lab() as lab, console(lab) as seen:
        await seen.settled()
        at = time.monotonic()
        await lab.fw1.freeze()
        await lab.until(lambda: lab.fw2.roles() == {1: "MASTER", 2: "MASTER"}, 8 + rule.slack)
        assert lab.fw1.roles() == {1: "MASTER", 2: "MASTER"}, "it does not know that it was frozen"
        # Not a split brain: of a node that does not answer nothing is known.
        _, snapshot = await seen.until(lambda s: shown(s)["fw2"].get(1) == "MASTER", at)
        _, snapshot = await seen.until(lambda s: s.primary.reachable is False, at)
        assert snapshot.verdict.kind is not VerdictKind.SPLIT_BRAIN, snapshot.verdict
        woken = time.monotonic()
        await lab.fw1.thaw()
        await lab.until(lambda: lab.masters() == FW1)
        yielded = [one for one in lab.truth(woken, "role") if one["new"] == "BACKUP"]
        await seen.settled(woken)
        return {"yielded_after": yielded[-1]["at"] - woken}
