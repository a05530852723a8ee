"""What an action sees of its pair: the feed's snapshots, and what its own logins read as proof."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Final

from pfha_tui.actions.commands import REVISION
from pfha_tui.actions.hands import Hands
from pfha_tui.actions.model import Evidence, Plan, Result
from pfha_tui.actions.proof import Proof, bulk_done, read_revision
from pfha_tui.actions.verify import Verifier
from pfha_tui.collector.catalogue import LOG_TAIL
from pfha_tui.collector.clock import Clock
from pfha_tui.collector.feed import Feed
from pfha_tui.domain.command import Output, Sample
from pfha_tui.domain.mark import OwnMark, read
from pfha_tui.domain.model import NodeClock
from pfha_tui.domain.snapshot import LinkState, NodeSnapshot, PairSnapshot
from pfha_tui.parsers.decode import decode
from pfha_tui.parsers.log import parse_tail
from pfha_tui.transports.base import TransportError

FRESH_S: Final = 10.0
"""How long is waited for a sample of both nodes that is newer than the locks."""
LOOK_S: Final = 0.5
"""How often it is looked whether a feed has fallen silent."""
PROVE_S: Final = 2.0
"""How often the proof is read."""
LATE_S: Final = 15.0
"""How much longer than the plan's own limit is waited for a feed that is silent."""
NO_PROOF: Final = Proof()


class Sight:
    """The feed, and what is waited for on it."""

    def __init__(self, feed: Feed, clock: Clock) -> None:
        self._feed, self._clock = feed, clock

    async def until(self, enough: Callable[[PairSnapshot], bool], seconds: float) -> PairSnapshot:
        """The first snapshot for which it holds, else the newest when the time is up."""
        there = asyncio.Event()

        def look(snapshot: PairSnapshot) -> None:
            if enough(snapshot):
                there.set()

        leave = self._feed.subscribe(look)
        look(self._feed.current)
        try:
            async with asyncio.timeout(seconds):
                await there.wait()
        except TimeoutError:
            pass
        finally:
            leave()
        return self._feed.current

    async def fresh(self) -> PairSnapshot:
        """A snapshot whose roles and demotion were read after now on each node that is reached over SSH."""
        began = self._clock.monotonic()

        def newer(node: NodeSnapshot) -> bool:
            readings = (node.interfaces, node.carp)
            taken = [each.taken_at for each in readings if each.taken_at is not None]
            return node.interfaces.taken_at is not None and min(taken) > began + _trip(node)

        return await self.until(
            lambda pair: all(newer(node) for node in pair.nodes if reached(pair, node.name)),
            FRESH_S + 2 * self._feed.target.poll_s,
        )

    async def baseline(self, plan: Plan, hands: Hands) -> Proof:
        """What the proof is held against: the proving node's clock and the boot time, before anything is done."""
        wanted, proof = plan.expectation, NO_PROOF
        try:
            if wanted.merge_on is not None:
                sample = await hands.run(wanted.merge_on, REVISION)
                proof = replace(proof, merge_after=sample.clock_epoch)
            if wanted.bulk_on is not None:
                sample = await hands.run(wanted.bulk_on, LOG_TAIL)
                proof = replace(proof, bulk_after=sample.clock_epoch)
        except TransportError:
            return proof  # without it nothing can be proved, and the end is told as not known
        if wanted.boot_of is not None:
            stats = node_of(self._feed.current, wanted.boot_of).system.value
            proof = replace(proof, boot_before=stats.boottime if stats is not None else None)
        return proof

    async def verify(
        self,
        plan: Plan,
        proof: Proof,
        hands: Hands,
        hopeless: Callable[[], bool] = lambda: False,
    ) -> tuple[Result, tuple[Evidence, ...]]:
        """Wait until it is settled what came of a plan: CONFIRMED, CONTRADICTED or UNKNOWN, and the evidence.

        UNKNOWN also as soon as `hopeless` says so, which is asked with each snapshot and twice a second.
        """
        verifier = Verifier(plan)
        news = asyncio.Event()
        leave = self._feed.subscribe(lambda _: news.set())
        read_at = self._clock.monotonic() - PROVE_S
        try:
            async with asyncio.timeout(plan.verify_s + LATE_S):
                while True:
                    news.clear()
                    if hopeless():
                        return Result.UNKNOWN, verifier.evidence
                    now = self._clock.monotonic()
                    if now - read_at >= PROVE_S:
                        proof, read_at = await prove(plan, proof, hands), now
                    result = verifier.step(self._feed.current, proof)
                    if result is not None:
                        return result, verifier.evidence
                    with suppress(TimeoutError):
                        async with asyncio.timeout(LOOK_S):
                            await news.wait()
        except TimeoutError:
            return Result.UNKNOWN, verifier.evidence
        finally:
            leave()


async def prove(plan: Plan, proof: Proof, hands: Hands) -> Proof:
    """The proof as it reads now; what cannot be read stays as it was."""
    wanted = plan.expectation
    try:
        if wanted.merge_on is not None and hands.reaches(wanted.merge_on):
            sample = await hands.run(wanted.merge_on, REVISION)
            proof = replace(proof, revision=read_revision(_text(sample)))
        if wanted.bulk_on is not None and hands.reaches(wanted.bulk_on) and proof.bulk_after:
            sample = await hands.run(wanted.bulk_on, LOG_TAIL)
            if sample.clock_epoch is not None:
                clock = NodeClock(sample.clock_epoch, sample.utc_offset_s or 0)
                events = parse_tail(_text(sample), wanted.bulk_on, clock)
                proof = replace(
                    proof, bulk_done=bulk_done(events, wanted.bulk_on, proof.bulk_after)
                )
    except TransportError:
        return proof  # the next look may read it, or the end is told as not known
    return proof


def _text(sample: Sample) -> str:
    return decode(sample.outputs[0].stdout)


def _trip(node: NodeSnapshot) -> float:
    return node.ssh.rtt_s or 0.0


def node_of(snapshot: PairSnapshot, name: str) -> NodeSnapshot:
    """The node of this name. Raises KeyError."""
    for node in snapshot.nodes:
        if node.name == name:
            return node
    raise KeyError(name)


def reached(snapshot: PairSnapshot, name: str) -> bool:
    """Whether the feed has a living login on this node."""
    return node_of(snapshot, name).ssh.state in (LinkState.LIVE, LinkState.SUSPECT)


def mark_of(output: Output) -> OwnMark | None:
    """The mark in the answer to the catalogue's MARK."""
    return read(decode(output.stdout)) if output.exit_code == 0 else None


def marks(snapshot: PairSnapshot, name: str) -> OwnMark | None:
    """The mark that the feed has last seen on a node."""
    return next(iter(node_of(snapshot, name).mark.value or ()), None)


def clock_time(epoch: float) -> str:
    """A moment by the console's own clock."""
    return datetime.fromtimestamp(epoch).astimezone().strftime("%H:%M:%S")
