"""Whatever is done to a pair in whatever order, while one node lives every VIP has a master: the lab's world."""

import asyncio
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pfha_tui.actions.model import Method, Progress, Request, Result, Unplannable, Verb
from tests.actions.action_stand import quick
from tests.support import virtual_time
from tests.support.lab_actions import Killed, Stand
from tests.support.lab_worlds import fresh

WINDOW_S = 4.6
"""CARP's own: three intervals and the largest skew, 3.99 s, and how often the world is looked at."""
REVERSAL_S = 45.0
"""CARP that was disabled comes back when the other node falls silent: 4 s until it is off, 5 s until the silence is
noticed, and up to 36 s in which pfSense enables it, of which it waits 31 for pfsync."""
BY_ITSELF_S = 110.0
"""The same without a console: the node's own patience of a `quick` plan, and pfSense."""
SICK, HEALTHY = "fw1", "fw2"
"""Faults befall only the first; a reboot is only asked of it too. CARP is disabled on either, and where that was
confirmed on the healthy one, enabled again before anything else happens."""

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
    blow: str | None = None
    """What befalls the sick node at the stage `strike`, in place of the cut."""


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
    st.builds(
        Do, st.just(Verb.CARP_DISABLE), st.just(HEALTHY), st.none(), STRIKES, st.booleans(),
        st.sampled_from((None, "power", "link", "freeze")),
    ),
)  # fmt: skip
FAULTS = st.sampled_from(("power", "link", "freeze", "sync", "undo", "wait", "wait")).map(Fault)


def strike(stand: Stand, what: str) -> None:
    """A fault of the sick node comes, or goes again."""
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


async def befall(stand: Stand, what: str) -> None:
    """A fault of the sick node comes, or goes again; or the next console takes back what is left."""
    match what:
        case "undo":
            for left in stand.executor.unfinished():
                await stand.undo(left)
        case _:
            strike(stand, what)
    await asyncio.sleep(40 if what == "wait" else 6)


def meet(stand: Stand, deed: Do, progress: Progress) -> None:
    """What befalls an action at the stage where it is."""
    if progress.stage.value != deed.strike:
        return
    if deed.blow is not None:
        strike(stand, deed.blow)
    if deed.blow is None or deed.kill:
        stand.cut()
    if deed.kill:
        raise Killed


async def act(stand: Stand, deed: Do, story: Story) -> None:
    request = Request(deed.verb, deed.node, deed.method, reason="a test", confirmed=deed.node)
    try:
        plan = quick(stand.plan(request))
    except Unplannable as why:
        story.told.append(f"{deed.verb} {deed.node}: {why}")
        return

    try:
        report = await stand.perform(plan, lambda progress: meet(stand, deed, progress))
    except Killed:
        story.told.append(f"{deed.verb} {deed.node}: killed at {deed.strike}")
    else:
        story.told.append(f"{deed.verb} {deed.node}: {report.result} {report.text}")
        if report.result is Result.UNKNOWN:
            assert stand.executor.unfinished(), story
    stand.start()
    if (deed.verb, deed.node) == (Verb.CARP_DISABLE, HEALTHY):
        await restore(stand)


async def restore(stand: Stand) -> None:
    """The healthy node serves again: by its own undo, else because it is asked to."""
    if stand.node(HEALTHY).carp_allow == 0:
        await asyncio.sleep(0 if not stand.executor.unfinished() else BY_ITSELF_S)
    for left in stand.executor.unfinished():
        await stand.undo(left)
    if stand.node(HEALTHY).carp_allow == 0:
        await asyncio.sleep(35)  # the gate's own patience after a change
        await stand.perform(quick(stand.plan(Request(Verb.CARP_ENABLE, HEALTHY))))
    await asyncio.sleep(6)
    assert stand.node(HEALTHY).carp_allow == 1


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
            assert stand.longest_gap < WINDOW_S + allowance(event), (event, story)
            stand.longest_gap = 0.0


def allowance(event: Do | Fault) -> float:
    """What CARP's window is exceeded by where the node that was to serve alone falls silent."""
    if not isinstance(event, Do) or (event.verb, event.node) != (Verb.CARP_DISABLE, HEALTHY):
        return 0.0
    return BY_ITSELF_S if event.kill or event.blow is None else REVERSAL_S


FLAG_OF_THE_DEAD: list[Do | Fault] = [
    Do(Verb.MAINTENANCE_ENTER, SICK, None, None, False),
    Fault("power"),
    Fault("wait"),
    Do(Verb.FAILOVER, HEALTHY, Method.MAINTENANCE, None, False),
]
"""The first is in maintenance when it dies, and will be when it returns."""


ALONE: list[Do | Fault] = [Do(Verb.CARP_DISABLE, HEALTHY, None, "do", False, "freeze")]
"""The node that is to serve alone freezes while CARP goes off on the other."""
ALONE_AND_KILLED: list[Do | Fault] = [Do(Verb.CARP_DISABLE, HEALTHY, None, "verify", True, "power")]
"""And the console dies in the same moment."""


@example(FLAG_OF_THE_DEAD)
@example(ALONE)
@example(ALONE_AND_KILLED)
@settings(max_examples=10, suppress_health_check=list(HealthCheck))
@given(st.lists(st.one_of(DEEDS, DEEDS, FAULTS), min_size=2, max_size=7))
def test_no_vip_is_without_a_master_and_never_are_both_in_maintenance(
    events: list[Do | Fault],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        virtual_time.run(play(events, Path(folder)))
