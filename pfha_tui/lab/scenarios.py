"""The scenarios of the lab: what befell the pair, and how long ago. Each is lived through, so that its logs exist."""

import ipaddress
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from pfha_tui.lab import story, verbs
from pfha_tui.lab.generation import F12, F14, GENERATIONS, Generation
from pfha_tui.lab.topology import PLAIN, RICH, SKEW, Plan, Topology
from pfha_tui.lab.vip import CarpVip
from pfha_tui.lab.world import World

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0

Step = tuple[float, str]
"""How many seconds before now, and what was done (see verbs)."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named past of the pair; `then` is called with the world once it is there."""

    name: str
    summary: str
    steps: tuple[Step, ...]
    topology: Topology = PLAIN
    generations: tuple[Generation, Generation] = (F12, F12)
    then: Callable[[World], None] | None = None


def build(
    name: str,
    now: float,
    *,
    seed: int = 1,
    generations: tuple[Generation, Generation] | None = None,
) -> World:
    """A world whose present is `now` (epoch seconds), after the named past. KeyError for an unknown name."""
    scenario = SCENARIOS[name]
    world = World(
        start=now - max(ago for ago, _ in scenario.steps),
        seed=seed,
        topology=scenario.topology,
        generations=generations or scenario.generations,
    )
    for ago, text in sorted(scenario.steps, key=lambda step: -step[0]):
        world.coast(now - ago)
        verbs.run(world, text)
    world.coast(now)
    if scenario.then is not None:
        scenario.then(world)
    return world


def generations(text: str) -> tuple[Generation, Generation]:
    """What `12` or `12,15` names: the FreeBSD of both nodes, or of each. ValueError for anything else."""
    words = text.split(",")
    known = {name.removeprefix("freebsd"): each for name, each in GENERATIONS.items()}
    if len(words) > 2 or not all(word in known for word in words):
        raise ValueError(f"{text!r} is not one of {', '.join(known)}, or two of them with a comma")
    return known[words[0]], known[words[-1]]


def _aliased(number: int) -> Plan:
    """The recorded pair with an IP alias on the VIP of LAN."""
    plan = PLAIN.plan(number)
    address = ipaddress.IPv4Interface("192.168.1.5/24")
    vip = CarpVip("vtnet1", 2, address, SKEW * (number - 1), "Printers", stacked=True)
    return replace(plan, vips=[*plan.vips, vip])


def _past(*steps: Step, boot: float = 3 * DAY + 4 * HOUR + 12 * MINUTE) -> tuple[Step, ...]:
    """Both nodes were switched on together, and the spare had an old, harmless fault: the logs are not bare."""
    return (
        (boot, "boot fw1"),
        (boot, "boot fw2"),
        (5 * HOUR, "pull fw2 lan"),
        (5 * HOUR - 40, "plug fw2 lan"),
        *steps,
    )


def _by_name(scenarios: Iterable[Scenario]) -> dict[str, Scenario]:
    return {scenario.name: scenario for scenario in scenarios}


SCENARIOS: dict[str, Scenario] = _by_name(
    (
        Scenario("healthy", "fw1 serves everything, fw2 stands by", _past()),
        Scenario(
            "story",
            "a quarter of an hour that shows everything, over and over",
            _past(),
            then=story.begin,
        ),
        Scenario(
            "failed-over",
            "somebody demoted fw1 by 120, and fw2 serves everything",
            _past((18 * MINUTE, "demote fw1 120")),
        ),
        Scenario(
            "maintenance",
            "fw1 is in persistent maintenance mode, and fw2 serves everything",
            _past((25 * MINUTE, "maintenance fw1 on")),
        ),
        Scenario(
            "split-brain",
            "the switches of WAN and LAN lost their link, and both nodes are MASTER",
            _past((8 * MINUTE, "cut wan"), (8 * MINUTE, "cut lan")),
        ),
        Scenario(
            "partial",
            "preemption is off, and LAN stayed with fw2 after fw1's cable was out: WAN is served by fw1",
            _past(
                (2 * HOUR, "preempt fw1 off"),
                (2 * HOUR, "preempt fw2 off"),
                (11 * MINUTE, "pull fw1 lan"),
                (11 * MINUTE - 35, "plug fw1 lan"),
            ),
        ),
        Scenario(
            "carp-disabled",
            "CARP was disabled on fw1 as pfSense's status page does it",
            _past((6 * MINUTE, "carp fw1 off")),
        ),
        Scenario(
            "peer-down",
            "fw2 lost power, and fw1 serves without a spare",
            _past((4 * MINUTE, "power-off fw2")),
        ),
        Scenario(
            "demoted-stuck",
            "fw1 could not send for a moment and never lost its demotion: as BACKUP it sends nothing to count",
            _past((50 * MINUTE, "send-errors fw1 wan")),
        ),
        Scenario(
            "ssh-down-snmp-up",
            "sshd of fw2 is gone, its SNMP agent lives: nobody can tell its roles",
            _past((7 * MINUTE, "ssh fw2 off")),
        ),
        Scenario(
            "pfsync-broken",
            "the SYNC cable of fw2 is out: roles are as they should be, states are not",
            _past((13 * MINUTE, "pull fw2 sync")),
        ),
        Scenario(
            "bad-authentication",
            "CARP of fw2 was disabled on the page and enabled by playback: an alias is missing, LAN has two MASTERs",
            _past((40 * MINUTE, "carp fw2 off"), (38 * MINUTE, "playback fw2 enablecarp")),
            topology=replace(PLAIN, name="aliased", plan=_aliased),
        ),
        Scenario(
            "booting",
            "fw1 is on its way back after a power cut; pfSense 2.7 keeps CARP off until its boot is over",
            _past((9 * MINUTE, "power-off fw1"), (12.0, "boot fw1")),
            generations=(F14, F14),
        ),
        Scenario(
            "slow-link",
            "the console is far from fw2: a round trip takes 400 ms, and all is well",
            _past((30 * MINUTE, "slow fw2 400")),
        ),
        Scenario(
            "frozen",
            "fw1 hangs with its links up, and fw2 took over",
            _past((3 * MINUTE, "freeze fw1")),
        ),
        Scenario(
            "rich",
            "VLANs on an aggregation, IPv6, aliases on CARP VIPs, twelve VHIDs: all is well",
            _past(),
            topology=RICH,
        ),
    )
)
"""Every scenario by its name."""
