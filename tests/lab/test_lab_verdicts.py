"""The product's verdict on every scenario, over real SSH and SNMP: lab and judge know nothing of each other."""

import asyncio
import time

import pytest

from pfha_tui.cli.options import Options, pair_target
from pfha_tui.cli.watching import judged, observe
from pfha_tui.domain.snapshot import PairSnapshot
from pfha_tui.lab import scenarios
from pfha_tui.lab.runner import running

EXPECTED: dict[str, tuple[str, set[tuple[str, str | None]]]] = {
    "healthy": ("healthy", set()),
    "story": ("healthy", set()),
    "rich": ("healthy", set()),
    "slow-link": ("healthy", set()),
    "maintenance": ("maintenance", {("maintenance", "fw1")}),
    "failed-over": ("failed-over", {("demoted", "fw1")}),
    # The roles alone decide on the kind; that the demotion is nobody's is said among the causes.
    "demoted-stuck": ("failed-over", {("demoted", "fw1")}),
    "split-brain": ("split-brain", {("split-brain", None)}),
    "bad-authentication": ("split-brain", {("split-brain", None), ("addresses-differ", None)}),
    "partial": ("partial", {("role-mixed", None), ("preempt-off", "fw1"), ("preempt-off", "fw2")}),
    "carp-disabled": ("degraded", {("carp-disabled", "fw1")}),
    "peer-down": ("degraded", {("unreachable", "fw2")}),
    "frozen": ("degraded", {("unreachable", "fw1")}),
    "pfsync-broken": ("degraded", {("state-sync-broken", "fw2")}),
    "booting": ("degraded", {("booting", "fw1")}),
    # The agent says that fw2 lives, and cannot say what it is: nothing is inferred from that.
    "ssh-down-snmp-up": ("unknown", {("roles-unread", "fw2")}),
}
"""Kind, and causes by id and node: exactly these for ERROR causes, at least these for the lighter ones."""


def as_expected(name: str, snapshot: PairSnapshot) -> bool:
    kind, causes = EXPECTED[name]
    found = {(cause.id, cause.node) for cause in snapshot.verdict.causes}
    grave = {(c.id, c.node) for c in snapshot.verdict.causes if c.severity == "error"}
    return snapshot.verdict.kind == kind and grave <= causes <= found


async def look(name: str, freebsd: str | None = None) -> str | None:
    """None if the product says what it should; else what it says."""
    kinds = scenarios.generations(freebsd) if freebsd is not None else None
    async with running(scenarios.build(name, time.time(), generations=kinds)) as lab:
        target = pair_target(Options(config=str(lab.config)))
        seen = await observe(target, 40, lambda found: judged(found) and as_expected(name, found))
    verdict = seen.snapshot.verdict
    told = [(cause.id, cause.node) for cause in verdict.causes]
    return None if seen.complete else f"{name}: {verdict.kind} {verdict.why} {told}"


def test_each_scenario_has_an_expected_verdict() -> None:
    assert EXPECTED.keys() == scenarios.SCENARIOS.keys()


@pytest.mark.timeout(300)
async def test_the_product_judges_every_scenario_right() -> None:
    # A boot does not wait for the others, so it comes first; few at a time, for all share one event loop.
    names = sorted(EXPECTED, key=lambda name: name != "booting")
    turn = asyncio.Semaphore(4)

    async def in_turn(name: str) -> str | None:
        async with turn:
            return await look(name)

    assert [said for said in await asyncio.gather(*map(in_turn, names)) if said] == []


@pytest.mark.timeout(120)
@pytest.mark.parametrize("freebsd", ["14", "15", "15-rfc5424"])
async def test_the_product_judges_every_generation_right(freebsd: str) -> None:
    said = await asyncio.gather(*(look(name, freebsd) for name in ("healthy", "failed-over")))
    assert said == [None, None]
