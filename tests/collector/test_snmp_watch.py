"""The second witness, in virtual time: alone, beside SSH, and when SSH goes quiet."""

import asyncio
from collections.abc import Sequence

from pfha_tui.collector.node import NodeWatch
from pfha_tui.domain.reading import ErrorKind, Source
from pfha_tui.domain.snapshot import LinkState
from pfha_tui.domain.target import NodeRole, NodeTarget
from pfha_tui.parsers import snmp as facts
from pfha_tui.transports.base import NetworkFailure, OperatorNeeded, TransportTimeout
from tests.support import virtual_time
from tests.support.captured import answer
from tests.support.fake_link import FakeLink
from tests.support.virtual_time import VirtualClock

Cell = int | bytes | str


class FakeAgent:
    """As transports.base.Snmp; silent or refusing when told."""

    def __init__(self) -> None:
        self.silent = False
        self.refusal: OperatorNeeded | None = None
        self.junk = False
        self.pulses = 0
        self.gets = 0
        self.closed = False

    async def alive(self) -> bool:
        self.pulses += 1
        await asyncio.sleep(0.4 if self.silent else 0.001)
        return not self.silent

    async def close(self) -> None:
        self.closed = True

    async def get(self, oids: Sequence[str]) -> dict[str, Cell | None]:
        self.gets += 1
        if self.refusal is not None:
            raise self.refusal
        if self.silent:
            await asyncio.sleep(2.0)
            raise TransportTimeout("no SNMP answer")
        answers: dict[str, Cell | None] = {oid: None for oid in oids}
        answers["1.3.6.1.2.1.1.1.0"] = 7 if self.junk else b"fw1.example.net 0 FreeBSD 12.1-STABLE"
        return answers

    async def table(self, columns: Sequence[str]) -> dict[str, dict[str, Cell]]:
        return {}


class Backoff:
    """A login that failed waits a minute, so that only a sign of life brings it back sooner."""

    def failed(self, error: NetworkFailure) -> float:
        return 60.0

    def succeeded(self) -> None:
        """Nothing to forget."""

    def wake(self) -> bool:
        return True


class Rig:
    """One node with an agent, and with a login unless told otherwise."""

    def __init__(self, ssh: bool = True) -> None:
        self.link = FakeLink(lambda command: answer("normal", "fw1", command)) if ssh else None
        self.agent = FakeAgent()
        target = NodeTarget("fw1", NodeRole.PRIMARY, "192.0.2.2")
        self.node = NodeWatch(target, self.link, self.agent, VirtualClock(), Backoff(), 1.0)
        self.task: asyncio.Task[None] | None = None

    @property
    def now(self) -> float:
        return asyncio.get_running_loop().time()

    async def __aenter__(self) -> "Rig":
        self.task = asyncio.get_running_loop().create_task(self.node.run())
        await asyncio.sleep(3)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self.task is not None
        self.task.cancel()
        await asyncio.wait([self.task])
        assert self.agent.closed

    async def until_unreachable(self) -> float:
        """Seconds until the node counts as unreachable."""
        start = self.now
        gone = asyncio.Event()

        def look(_: object) -> None:
            if self.node.state.snapshot.reachable is False:
                gone.set()

        self.node.state.subscribe(look)
        await gone.wait()
        return self.now - start


def test_snmp_alone_keeps_a_node_reachable_and_claims_no_role() -> None:
    async def main() -> None:
        async with Rig(ssh=False) as rig:
            node = rig.node.state.snapshot
            assert node.reachable is True
            assert node.ssh.state is LinkState.OFF
            assert node.roles == ()
            assert node.snmp.value is not None
            assert node.snmp.source is Source.SNMP

    virtual_time.run(main())


def test_facts_are_asked_every_five_seconds_and_no_pulse_while_ssh_lives() -> None:
    async def main() -> None:
        async with Rig() as rig:
            await asyncio.sleep(27)
            assert rig.agent.gets == 7
            assert rig.agent.pulses <= 1

    virtual_time.run(main())


def test_both_silent_is_unreachable_within_two_seconds_of_the_last_byte() -> None:
    async def main() -> None:
        async with Rig() as rig:
            assert rig.link is not None
            rig.agent.silent = True
            await asyncio.sleep(0.9)  # the pulse of the link turns late after so long
            rig.link.quiet = True
            await asyncio.sleep(0.7)
            rig.link.silent = True
            assert 1.6 + await rig.until_unreachable() <= 2.0

    virtual_time.run(main())


def test_ssh_silent_while_snmp_answers_is_not_unreachable() -> None:
    async def main() -> None:
        async with Rig() as rig:
            assert rig.link is not None
            rig.link.quiet = rig.link.silent = True
            rig.link.down = True
            rig.link.refusal = NetworkFailure("refused")
            await asyncio.sleep(20)
            assert rig.node.state.snapshot.reachable is True
            assert rig.node.state.snapshot.ssh.state is LinkState.DOWN

    virtual_time.run(main())


def test_an_answer_after_silence_makes_ssh_try_at_once() -> None:
    async def main() -> None:
        async with Rig() as rig:
            assert rig.link is not None
            rig.agent.silent = True
            rig.link.down = True
            rig.link.refusal = NetworkFailure("no route")
            await asyncio.sleep(10)
            assert rig.node.state.snapshot.reachable is False
            opened = rig.link.opened
            rig.agent.silent = rig.link.down = False
            rig.link.refusal = None
            await asyncio.sleep(3)
            assert rig.link.opened == opened + 1
            assert rig.node.state.snapshot.ssh.state is LinkState.LIVE

    virtual_time.run(main())


def test_refused_credentials_stop_the_questions_and_say_so() -> None:
    async def main() -> None:
        async with Rig(ssh=False) as rig:
            rig.agent.refusal = OperatorNeeded("SNMPv3 user refused")
            await asyncio.sleep(3)
            link = rig.node.state.snapshot.snmp_link
            assert (link.state, link.detail) == (LinkState.STOPPED, "SNMPv3 user refused")
            asked = rig.agent.gets
            await asyncio.sleep(55)
            assert rig.agent.gets == asked
            rig.agent.refusal = None
            await asyncio.sleep(10)
            assert rig.node.state.snapshot.snmp_link.state is LinkState.LIVE

    virtual_time.run(main())


def test_wrong_types_are_said_to_be_not_understood() -> None:
    async def main() -> None:
        async with Rig(ssh=False) as rig:
            rig.agent.junk = True
            await asyncio.sleep(6)
            reading = rig.node.state.snapshot.snmp
            assert reading.error is not None
            assert reading.error.kind is ErrorKind.PARSE
            assert facts.SCALARS[0] in reading.error.message or "sysDescr" in reading.error.message

    virtual_time.run(main())
