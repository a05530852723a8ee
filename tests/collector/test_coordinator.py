"""Two recorded nodes watched as one pair, in virtual time: from commands to a confirmed verdict."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pfha_tui.collector import catalogue
from pfha_tui.collector.coordinator import PairWatch
from pfha_tui.collector.node import NodeWatch
from pfha_tui.domain.command import PushedLine, StreamKind
from pfha_tui.domain.events import Event, EventKind, Resolution
from pfha_tui.domain.model import CarpState
from pfha_tui.domain.snapshot import PairSnapshot, Stop
from pfha_tui.domain.target import NodeRole, NodeTarget, PairTarget
from pfha_tui.domain.verdict import VerdictKind
from pfha_tui.transports.base import NetworkFailure, OperatorNeeded
from tests.support import virtual_time
from tests.support.captured import answer
from tests.support.fake_link import FakeLink
from tests.support.virtual_time import VirtualClock


class PatientBackoff:
    """Always two seconds."""

    def failed(self, error: NetworkFailure) -> float:
        return 2.0

    def succeeded(self) -> None:
        """Nothing to forget."""

    def wake(self) -> bool:
        return True


class Rig:
    """A pair on two fake links that answer as the nodes of a recorded scenario did, or of one of its own."""

    def __init__(self, scenario: str) -> None:
        self.scenario = scenario
        self.own: dict[str, str] = {}
        clock = VirtualClock()
        self.links = {
            n: FakeLink(lambda c, n=n: answer(self.own.get(n, self.scenario), n, c))
            for n in ("fw1", "fw2")
        }
        if scenario == "primary-dead":
            self.links["fw1"].refusal = NetworkFailure("fw1 does not answer")
        targets = (
            NodeTarget("fw1", NodeRole.PRIMARY, "192.0.2.2"),
            NodeTarget("fw2", NodeRole.SECONDARY, "192.0.2.3"),
        )
        watches = [
            NodeWatch(t, self.links[t.name], None, clock, PatientBackoff(), 1.0) for t in targets
        ]
        self.pair = PairWatch(PairTarget("lab", *targets), watches[0], watches[1], clock)
        self.seen: list[tuple[float, PairSnapshot]] = []
        self.pair.subscribe(
            lambda snapshot: self.seen.append((asyncio.get_running_loop().time(), snapshot))
        )


def watched(scenario: str, then: Callable[[Rig], Awaitable[None]], seconds: float = 12) -> Rig:
    async def main() -> Rig:
        rig = Rig(scenario)
        task = asyncio.get_running_loop().create_task(rig.pair.run())
        await asyncio.sleep(seconds)
        if task.done():
            task.result()
        await then(rig)
        task.cancel()
        await asyncio.wait([task])
        return rig

    return virtual_time.run(main())


async def nothing(rig: Rig) -> None:
    """Only watch."""


@pytest.mark.parametrize(
    ("scenario", "kind", "cause"),
    [
        ("normal", VerdictKind.HEALTHY, None),
        ("many-states", VerdictKind.HEALTHY, None),
        ("primary-lan-link-restored", VerdictKind.HEALTHY, None),
        ("primary-returned", VerdictKind.HEALTHY, None),
        ("carp-maintenance-primary", VerdictKind.MAINTENANCE, ("maintenance", "fw1", None)),
        ("primary-lan-link-down", VerdictKind.DEGRADED, ("link-down", "fw1", "vtnet1")),
        (
            "carp-disabled-primary-pfsense-style",
            VerdictKind.DEGRADED,
            ("carp-disabled", "fw1", None),
        ),
        ("carp-disabled-primary-sysctl-only", VerdictKind.DEGRADED, ("carp-disabled", "fw1", None)),
        ("primary-dead", VerdictKind.DEGRADED, ("unreachable", "fw1", None)),
        ("split-brain", VerdictKind.SPLIT_BRAIN, ("split-brain", None, "vtnet0")),
        ("sync-link-cut", VerdictKind.HEALTHY, ("state-gap", None, None)),
    ],
)
def test_a_recorded_pair_comes_to_its_confirmed_verdict(
    scenario: str, kind: VerdictKind, cause: tuple[str, str | None, str | None] | None
) -> None:
    rig = watched(scenario, nothing)
    verdict = rig.pair.current.verdict
    assert (verdict.kind, verdict.confirmed) == (kind, True)
    if cause is not None:
        assert cause in [(c.id, c.node, c.interface) for c in verdict.causes]


def test_nothing_is_claimed_before_the_first_answers() -> None:
    rig = watched("normal", nothing, seconds=0.001)
    assert rig.pair.current.verdict.kind is VerdictKind.UNKNOWN
    assert not rig.pair.current.verdict.confirmed


def test_the_raw_output_of_each_section_can_be_seen() -> None:
    rig = watched("normal", nothing, seconds=3)
    output, at = rig.pair.raw("fw2", catalogue.IFCONFIG.id) or (None, 0.0)
    assert output is not None
    assert output.stdout == answer("normal", "fw2", catalogue.IFCONFIG).stdout
    assert 2.0 <= at <= 3.0
    assert rig.pair.raw("fw3", catalogue.IFCONFIG.id) is None


def test_the_verdict_waits_for_two_samples_and_says_how_long() -> None:
    rig = watched("normal", nothing, seconds=4)
    healthy = [(at, s.verdict) for at, s in rig.seen if s.verdict.kind is VerdictKind.HEALTHY]
    first_at, first = healthy[0]
    assert not first.confirmed
    confirmed_at = next(at for at, verdict in healthy if verdict.confirmed)
    assert 0.5 < confirmed_at - first_at < 1.5


def test_a_push_is_in_the_next_snapshot_and_the_verdict_follows_unconfirmed() -> None:
    async def push(rig: Rig) -> None:
        line = "!system=CARP subsystem=1@vtnet0 type=MASTER"
        now = asyncio.get_running_loop().time()
        rig.seen.clear()
        rig.links["fw2"].push(PushedLine(StreamKind.DEVD, line, now))
        await asyncio.sleep(0.001)

    rig = watched("normal", push)
    _, snapshot = rig.seen[0]
    assert snapshot.secondary.roles[0].state is CarpState.MASTER
    assert snapshot.verdict.kind is VerdictKind.SPLIT_BRAIN
    assert not snapshot.verdict.confirmed
    assert snapshot.confirmation.settled is not None
    assert snapshot.confirmation.settled.kind is VerdictKind.HEALTHY
    assert snapshot.events[-1].kind is EventKind.TRANSITION


def test_a_hanging_node_never_delays_the_other() -> None:
    async def hang(rig: Rig) -> None:
        rig.links["fw1"].hang = catalogue.IFCONFIG
        before = len(rig.links["fw2"].asked)
        await asyncio.sleep(30)
        assert len(rig.links["fw2"].asked) - before >= 29

    rig = watched("normal", hang)
    gaps = [b - a for (a, _), (b, _) in zip(rig.seen, rig.seen[1:], strict=False)]
    assert max(gaps) < 1.5


def test_a_dead_node_is_unreachable_and_its_return_is_noticed() -> None:
    async def die_and_return(rig: Rig) -> None:
        rig.scenario = "primary-dead"
        rig.links["fw1"].down = True
        rig.links["fw1"].refusal = NetworkFailure("fw1 does not answer")
        rig.links["fw1"].push(None)
        died = asyncio.get_running_loop().time()
        await asyncio.sleep(10)
        gone = next(at for at, s in rig.seen if at >= died and s.primary.reachable is False)
        assert gone - died < 2
        assert rig.pair.current.verdict.kind is VerdictKind.DEGRADED
        assert rig.pair.current.verdict.confirmed
        rig.scenario = "primary-returned"
        rig.links["fw1"].down = False
        rig.links["fw1"].refusal = None
        rig.pair.retry("fw1")
        await asyncio.sleep(8)
        assert rig.pair.current.verdict.kind is VerdictKind.HEALTHY

    rig = watched("normal", die_and_return)
    kinds = [e.after for e in rig.pair.current.events if e.kind is EventKind.VERDICT]
    assert kinds == ["healthy", "degraded", "healthy"]


def test_connecting_again_does_not_make_a_dead_node_reachable() -> None:
    async def main(rig: Rig) -> None:
        await asyncio.sleep(20)

    rig = watched("primary-dead", main)
    reach = [s.primary.reachable for at, s in rig.seen if at > 3]
    assert set(reach) == {False}


def test_a_stall_of_a_few_seconds_is_told_and_over_soon_after() -> None:
    async def stall(rig: Rig) -> None:
        link = rig.links["fw1"]
        link.hang = catalogue.IFCONFIG
        await asyncio.sleep(12)
        assert rig.pair.current.verdict.kind is VerdictKind.UNKNOWN
        assert rig.pair.current.verdict.confirmed
        link.hang = None
        await asyncio.sleep(10)
        assert rig.pair.current.verdict.kind is VerdictKind.HEALTHY
        assert rig.pair.current.verdict.confirmed

    watched("normal", stall)


def test_a_refused_login_is_not_called_unreachable() -> None:
    async def main() -> Rig:
        rig = Rig("normal")
        rig.links["fw2"].refusal = OperatorNeeded("fw2 refused the key", Stop.REFUSED)
        task = asyncio.get_running_loop().create_task(rig.pair.run())
        await asyncio.sleep(6)
        task.cancel()
        await asyncio.wait([task])
        return rig

    verdict = virtual_time.run(main()).pair.current.verdict
    assert (verdict.kind, verdict.confirmed) == (VerdictKind.UNKNOWN, True)
    assert next((c.id, c.node) for c in verdict.causes) == ("login-refused", "fw2")
    assert verdict.why == "fw2 refuses the login"
    assert "refused the key" in verdict.causes[0].evidence


def test_a_node_at_a_long_way_is_given_the_time_of_its_round_trips() -> None:
    async def main() -> Rig:
        rig = Rig("normal")
        rig.links["fw1"].rtt_s, rig.links["fw1"].delay_s = 0.9, 5.5
        task = asyncio.get_running_loop().create_task(rig.pair.run())
        await asyncio.sleep(5)
        rig.links["fw1"].delay_s = 0.9
        await asyncio.sleep(5)
        task.cancel()
        await asyncio.wait([task])
        return rig

    assert confirmed(virtual_time.run(main())) == ["healthy"]


def test_values_go_stale_though_nothing_happens() -> None:
    async def freeze(rig: Rig) -> None:
        for link in rig.links.values():
            link.frozen = True
        await asyncio.sleep(20)
        assert rig.pair.current.verdict.kind is VerdictKind.UNKNOWN
        assert asyncio.get_running_loop().time() - rig.pair.current.at <= 1.0

    watched("normal", freeze)


def test_what_the_console_did_itself_stands_in_the_timeline() -> None:
    told = Event(VirtualClock()._start + 12, Resolution.MS, EventKind.ACTION, "fw1", "demoted")

    async def act(rig: Rig) -> None:
        rig.pair.tell(told)
        await asyncio.sleep(1)

    assert told in watched("normal", act).pair.current.events


def change_over(rig: Rig, after_s: dict[str, float]) -> None:
    """Each node changes its roles so many seconds from now; what it pushes is as long under way as its answers."""
    loop = asyncio.get_running_loop()

    def tell(name: str, state: str) -> None:
        for place in ("1@vtnet0", "2@vtnet1"):
            line = f"!system=CARP subsystem={place} type={state}"
            rig.links[name].push(PushedLine(StreamKind.DEVD, line, loop.time()))

    def become(name: str, state: str) -> None:
        rig.own[name] = "carp-maintenance-primary"
        loop.call_later(rig.links[name].delay_s / 2, tell, name, state)

    for name, state in (("fw1", "BACKUP"), ("fw2", "MASTER")):
        loop.call_later(after_s[name], become, name, state)


def changeover(delays: dict[str, float], after_s: dict[str, float]) -> Rig:
    """What was seen of one, with links that answer after these delays."""

    async def main() -> Rig:
        rig = Rig("normal")
        for name, delay_s in delays.items():
            rig.links[name].delay_s = delay_s
        task = asyncio.get_running_loop().create_task(rig.pair.run())
        await asyncio.sleep(5)
        rig.seen.clear()
        change_over(rig, after_s)
        await asyncio.sleep(8)
        task.cancel()
        await asyncio.wait([task])
        return rig

    return virtual_time.run(main())


def confirmed(rig: Rig) -> list[str]:
    """The kinds that were confirmed, one after the other."""
    kinds = [s.verdict.kind.value for _, s in rig.seen if s.verdict.confirmed]
    return [kind for kind, last in zip(kinds, ["", *kinds], strict=False) if kind != last]


@pytest.mark.parametrize("slow", ["fw1", "fw2"])
@pytest.mark.parametrize("tenth", range(10))
def test_an_answer_that_was_under_way_confirms_no_moment_of_a_changeover(
    slow: str, tenth: int
) -> None:
    """One node answers after 0.4 s; the changeover comes at every tenth of its polls."""
    delays = {"fw1": 0.005, "fw2": 0.005} | {slow: 0.4}
    at = (tenth + 0.5) / 10
    assert confirmed(changeover(delays, {"fw1": at, "fw2": at})) == ["healthy", "maintenance"]


@given(st.floats(0.001, 0.8), st.floats(0.001, 0.8), st.floats(0, 1.5), st.floats(-0.02, 0.02))
@settings(max_examples=30, deadline=None)
def test_a_clean_changeover_is_confirmed_as_nothing_else_and_told_once(
    first_s: float, second_s: float, at: float, apart: float
) -> None:
    """However slow the two links are, and whoever changes first."""
    after_s = {"fw1": at + 0.02, "fw2": at + 0.02 + apart}
    rig = changeover({"fw1": first_s, "fw2": second_s}, after_s)
    kinds = confirmed(rig)
    assert not {"split-brain", "no-master"} & set(kinds)
    assert kinds[-1] == "maintenance"
    began = rig.seen[0][1].epoch
    told = [
        (e.node, e.vhid, e.old, e.new)
        for e in rig.pair.current.events
        if e.kind is EventKind.TRANSITION and e.epoch >= began
    ]
    master, backup = CarpState.MASTER, CarpState.BACKUP
    assert sorted(told) == [
        *(("fw1", vhid, master, backup) for vhid in (1, 2)),
        *(("fw2", vhid, backup, master) for vhid in (1, 2)),
    ]


def test_nothing_is_announced_before_the_first_answers() -> None:
    """That a node is reached is no sample of it."""

    async def main() -> Rig:
        rig = Rig("normal")
        for name, login_s in (("fw1", 0.2), ("fw2", 0.3)):
            rig.links[name].login_s, rig.links[name].delay_s = login_s, 0.4
        task = asyncio.get_running_loop().create_task(rig.pair.run())
        await asyncio.sleep(4)
        task.cancel()
        await asyncio.wait([task])
        return rig

    rig = virtual_time.run(main())
    told = [e.text for e in rig.pair.current.events if e.kind is EventKind.VERDICT]
    assert [text.partition(":")[0] for text in told] == ["healthy"]
