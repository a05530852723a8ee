"""Whatever is done to a pair in whatever order, while one node lives every VIP has a master: the lab's world."""

import asyncio
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pfha_tui.actions.model import Method, Request, Result, Unplannable, Verb
from tests.actions.action_stand import quick
from tests.support import virtual_time
from tests.support.lab_actions import Killed, Stand
from tests.support.lab_worlds import fresh

WINDOW_S = 4.6
"""CARP's own: three intervals and the largest skew, 3.99 s, and how often the world is looked at."""
SICK, HEALTHY = "fw1", "fw2"
"""Faults befall only the first; what takes a node out of service is only asked of it too."""

ANYWHERE = (
    Verb.SWITCHOVER, Verb.FAILBACK, Verb.FAILOVER, Verb.MAINTENANCE_ENTER, Verb.MAINTENANCE_LEAVE,
    Verb.DEMOTION_RESET, Verb.SYNC_NOW, Verb.PFSYNC_BULK,
)  # fmt: skip
OUT_OF_SERVICE = (Verb.CARP_DISABLE, Verb.CARP_ENABLE, Verb.REBOOT)


@dataclass(frozen=True)
class Do:
    """An action, and what befalls it: the stage at which its logins are cut, or its console is killed."""

    verb: Verb
    node: str
    method: Method | None
    strike: str | None
    kill: bool


@dataclass(frozen=True)
class Fault:
    what: str


@dataclass
class Story:
    """What happened, for whoever reads a failure."""

    told: list[str] = field(default_factory=list)


METHODS = st.sampled_from((None, Method.MAINTENANCE))
STRIKES = st.sampled_from((None, None, None, "record", "arm", "do", "verify", "revert"))
DEEDS = st.one_of(
    st.builds(Do, st.sampled_from(ANYWHERE), st.sampled_from((SICK, HEALTHY)), METHODS, STRIKES, st.booleans()),
    st.builds(Do, st.sampled_from(OUT_OF_SERVICE), st.just(SICK), st.none(), STRIKES, st.booleans()),
)  # fmt: skip
FAULTS = st.sampled_from(("power", "link", "freeze", "sync", "undo", "wait", "wait")).map(Fault)


async def befall(stand: Stand, what: str) -> None:
    """A fault of the sick node comes, or goes again; or the next console takes back what is left."""
    node = stand.node(SICK)
    match what:
        case "power":
            if node.serving_network:
                node.power_off()
            else:
                node.boot()
        case "link":
            node.set_link("LAN", not node.interface("LAN").link)
        case "freeze":
            if node.frozen:
                node.thaw()
            elif node.serving_network:
                node.freeze()
        case "sync":
            stand.world.set_segment("SYNC", not stand.world.segments["SYNC"].cut)
        case "undo":
            for left in stand.executor.unfinished():
                await stand.undo(left)
    await asyncio.sleep(40 if what == "wait" else 6)


async def act(stand: Stand, deed: Do, story: Story) -> None:
    request = Request(deed.verb, deed.node, deed.method, reason="a test", confirmed=deed.node)
    try:
        plan = quick(stand.plan(request))
    except Unplannable as why:
        story.told.append(f"{deed.verb} {deed.node}: {why}")
        return

    def tell(progress: object) -> None:
        if deed.strike is not None and getattr(progress, "stage").value == deed.strike:  # noqa: B009
            stand.cut()
            if deed.kill:
                raise Killed

    try:
        report = await stand.perform(plan, tell)
    except Killed:
        story.told.append(f"{deed.verb} {deed.node}: killed at {deed.strike}")
    else:
        story.told.append(f"{deed.verb} {deed.node}: {report.result} {report.text}")
        if report.result is Result.UNKNOWN:
            assert stand.executor.unfinished(), story
    stand.start()


async def play(events: list[Do | Fault], folder: Path) -> None:
    story = Story()
    stand = Stand(folder / "journal.jsonl", fresh())
    stand.world.advance(60)
    async with stand.running():
        for event in events:
            if isinstance(event, Do):
                await act(stand, event, story)
            else:
                story.told.append(event.what)
                await befall(stand, event.what)
            assert not stand.both, story
            assert stand.longest_gap < WINDOW_S, story


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.one_of(DEEDS, DEEDS, FAULTS), min_size=2, max_size=7))
def test_no_vip_is_without_a_master_and_never_are_both_in_maintenance(
    events: list[Do | Fault],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        virtual_time.run(play(events, Path(folder)))
