"""Drills: other people's CARP and VRRP on the same wire."""

import asyncio
import json
import socket
import time

from tests.wirelab.console import console
from tests.wirelab.drills import Facts, Rule, drill
from tests.wirelab.firewall import ADVSKEW, LAN, Firewall
from tests.wirelab.lab import Lab, wire_lab
from tests.wirelab.packet import frame, ipv4, virtual_mac, vrrp
from tests.wirelab.power import advertised
from tests.wirelab.splits import Listener
from tests.wirelab.ucarp import start_ucarp

FOREIGN = LAN.address(77)


async def interoperate(lab: Lab, speaker: Firewall, other: Firewall, rule: Rule) -> Facts:
    """Elected, taken over and handed back between a speaker and ucarp, each judging the other's digests."""
    heard = Listener(lab, "lanA")
    await heard.until("listening")
    start_ucarp(other)
    await lab.home(15)
    await lab.until(lambda: "MASTER" not in lab.fw2.roles().values())
    at = time.monotonic()
    await lab.fw1.power_off()
    # ucarp looks for a dead master once in advbase + skew, and its packets come in batches of a second.
    await lab.until(lambda: lab.masters() == {1: ["fw2"], 2: ["fw2"]}, 10 + rule.slack)
    taken = time.monotonic() - at
    await lab.fw1.power_on()
    if other is lab.fw1:
        start_ucarp(other)
    await lab.home(15)
    for each in lab.firewalls:
        said = advertised(lab, "lanA", each.own(LAN))
        assert {one.advskew for one in said} == {ADVSKEW[each.index]}
        assert (await heard.until("digest", source=each.own(LAN)))["fits"] is True
    rejected = json.loads((speaker.root / "run/wire/netstat-carp").read_text())
    counters = rejected["statistics"]["carp"]
    assert counters["dropped-bad-authentication"] == 0
    return {"takeover": taken, "speaker": speaker.name, "ucarp": other.name}


@drill("ucarp as the secondary", "ucarp")
async def ucarp_second(rule: Rule) -> Facts:
    async with wire_lab(settled=False, fw2={"bare": True}) as lab:
        return await interoperate(lab, lab.fw1, lab.fw2, rule)


@drill("ucarp as the primary", "ucarp")
async def ucarp_first(rule: Rule) -> Facts:
    async with wire_lab(settled=False, fw1={"bare": True}) as lab:
        return await interoperate(lab, lab.fw2, lab.fw1, rule)


@drill("a foreign VRRP router with the same number")
async def foreign_vrrp(rule: Rule) -> Facts:
    async with wire_lab() as lab, console(lab) as seen:
        await seen.settled()
        at = time.monotonic()
        heard = Listener(lab, "lanA")
        await heard.until("listening")
        said = frame(virtual_mac(LAN.vhid or 0), ipv4(FOREIGN, vrrp(2, 255, [LAN.address(78)])))
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as wire:
            wire.bind(("lanA", 0))
            async with asyncio.timeout(60):
                while not heard.said("collision") or seen.now.at < at + 3:
                    wire.send(said)
                    await asyncio.sleep(0.2)
        told = await heard.until("speaker", protocol="vrrp")
        assert (told["vhid"], told["source"]) == (2, FOREIGN)
        assert lab.truth(at, "role") == [], "CARP does not take VRRP for its own"
        _, snapshot = await seen.until(
            lambda s: (c := s.secondary.carp_counters.value) is not None and c.short > 0
        )
        assert snapshot.verdict.kind.value == "healthy"
        return {}
