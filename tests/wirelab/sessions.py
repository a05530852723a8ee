"""Drills: whether a TCP session outlives its firewall, with states carried over SYNC and without."""

import time

from tests.wirelab.drills import Facts, Rule, drill
from tests.wirelab.lab import wire_lab
from tests.wirelab.states import keep_states, states, synchronise
from tests.wirelab.traffic import PORT, session


async def power_cut(rule: Rule, *, synchronised: bool) -> Facts:
    async with wire_lab() as lab:
        for each in lab.firewalls:
            await keep_states(each)
        if synchronised:
            await synchronise(*lab.firewalls)
        talk = await session(lab)
        if synchronised:
            known = 0
            until = time.monotonic() + 15
            while not known:
                known = await states(lab.fw2, PORT)
                assert time.monotonic() < until, "conntrackd has carried nothing over"
        assert await states(lab.fw1, PORT) == 1
        assert await states(lab.fw2, PORT) == int(synchronised)
        at = time.monotonic()
        await lab.fw1.power_off()
        await lab.until(lambda: lab.masters() == {1: ["fw2"], 2: ["fw2"]}, 8 + rule.slack)
        taken = time.monotonic()
        try:
            # TCP sends again after 0.2, 0.4, 0.8, 1.6, 3.2 s: at the latest so long after the takeover.
            again = await talk.flows(7.5 + rule.slack)
        except TimeoutError:
            assert not synchronised, "the session hangs although its state was carried over"
            assert await states(lab.fw2, PORT) == 0
            return {"survived": False, "takeover": taken - at}
        assert synchronised, "a session survives that fw2 never knew"
        return {"survived": True, "takeover": taken - at, "stall": again - at}


@drill("the session survives: its state was synchronised", "conntrackd", "conntrack")
async def survives(rule: Rule) -> Facts:
    facts = await power_cut(rule, synchronised=True)
    assert facts["survived"]
    return facts


@drill("the session is lost: nobody synchronised it", "conntrack")
async def lost(rule: Rule) -> Facts:
    facts = await power_cut(rule, synchronised=False)
    assert not facts["survived"]
    return facts
