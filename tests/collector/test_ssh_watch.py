"""One node's SSH side, in virtual time."""

import asyncio
from collections.abc import Callable

from pfha_tui.collector import catalogue
from pfha_tui.collector.ssh_watch import SshWatch
from pfha_tui.collector.state import NodeState
from pfha_tui.domain.command import Command, Output, PushedLine, StreamKind
from pfha_tui.domain.model import CarpState
from pfha_tui.domain.reading import ErrorKind, Freshness
from pfha_tui.domain.snapshot import LinkState, Stop
from pfha_tui.domain.target import NodeRole, NodeTarget
from pfha_tui.transports.base import NetworkFailure, OperatorNeeded, TransportTimeout
from tests.support import virtual_time
from tests.support.captured import answer
from tests.support.fake_link import FakeLink
from tests.support.virtual_time import VirtualClock


class CountingBackoff:
    """Waits 1, 2, 4 ... seconds."""

    def __init__(self) -> None:
        self.failures = 0

    def failed(self, error: NetworkFailure) -> float:
        self.failures += 1
        return float(2 ** (self.failures - 1))

    def succeeded(self) -> None:
        self.failures = 0

    def wake(self) -> bool:
        return True


class Rig:
    """A watch on a fake link that answers as fw1 of the healthy pair did."""

    def __init__(self, answers: Callable[[Command], Output] | None = None) -> None:
        clock = VirtualClock()
        self.link = FakeLink(answers or (lambda command: answer("normal", "fw1", command)))
        self.backoff = CountingBackoff()
        self.state = NodeState(NodeTarget("fw1", NodeRole.PRIMARY, "192.0.2.2"), clock)
        self.watch = SshWatch(self.link, self.state, clock, self.backoff, 1.0)

    async def during(self, seconds: float, *then: Callable[[], None]) -> None:
        """Run for so long; what is in `then` happens one after the other, each after that time again."""
        task = asyncio.get_running_loop().create_task(self.watch.run())
        for act in (*then, lambda: None):
            await asyncio.sleep(seconds)
            if task.done():
                task.result()
            act()
        task.cancel()
        await asyncio.wait([task])


def test_the_nodes_clock_is_asked_every_five_seconds_and_stays_fresh() -> None:
    async def scene() -> tuple[int, float | None, Freshness]:
        rig = Rig()
        await rig.during(12.5)
        clock, now = rig.state.snapshot.clock, asyncio.get_running_loop().time()
        return rig.link.clocks, clock.age(now), clock.freshness(now)

    asked, age, freshness = virtual_time.run(scene())
    assert asked == 3
    assert age is not None and age < 5
    assert freshness is Freshness.FRESH


def test_a_node_is_polled_at_its_cadences() -> None:
    async def main() -> Rig:
        rig = Rig()
        await rig.during(10.5)
        return rig

    rig = virtual_time.run(main())
    asked = [command for commands in rig.link.asked for command in commands]
    assert rig.state.snapshot.ssh.state is LinkState.LIVE
    assert 10 <= asked.count(catalogue.IFCONFIG) <= 12
    assert asked.count(catalogue.NETSTAT_CARP) == 3
    assert asked.count(catalogue.LOG_TAIL) == 1
    assert asked.count(catalogue.PF_CREATORS) == 1


def test_a_refused_login_is_tried_once_and_again_only_when_the_operator_asks() -> None:
    async def main() -> Rig:
        rig = Rig()
        rig.link.refusal = OperatorNeeded("fw1 refused the key", Stop.REFUSED)

        def wake() -> None:
            assert rig.link.opened == 1
            assert rig.state.snapshot.ssh.state is LinkState.STOPPED
            assert rig.state.snapshot.ssh.stop is Stop.REFUSED
            rig.watch.wake()

        def retry() -> None:
            assert rig.link.opened == 1
            rig.link.refusal = None
            rig.watch.retry()

        await rig.during(600, wake, retry)
        return rig

    rig = virtual_time.run(main())
    assert rig.link.opened == 2
    assert rig.state.snapshot.ssh.state is LinkState.LIVE
    assert rig.state.snapshot.ssh.stop is None


def test_a_node_that_refuses_a_shell_stops_the_watch_as_a_refused_login_does() -> None:
    async def main() -> Rig:
        rig = Rig()
        rig.link.no_shell = OperatorNeeded("fw1 refuses a shell to this account")
        await rig.during(600)
        return rig

    rig = virtual_time.run(main())
    assert rig.link.opened == rig.link.closed == 1
    assert rig.state.snapshot.ssh.state is LinkState.STOPPED
    assert "refuses a shell" in rig.state.snapshot.ssh.detail


def test_a_network_failure_backs_off_and_a_sign_of_life_cuts_the_wait_short() -> None:
    async def main() -> Rig:
        rig = Rig()
        rig.link.refusal = NetworkFailure("no route")
        tries: list[int] = []

        def wake() -> None:
            tries.append(rig.link.opened)
            rig.link.refusal = None
            rig.watch.wake()

        await rig.during(20, wake)
        assert tries == [5]  # at 0, 1, 3, 7 and 15 s
        assert rig.link.opened == 6
        return rig

    rig = virtual_time.run(main())
    assert rig.state.snapshot.ssh.state is LinkState.LIVE


def test_logins_over_which_nothing_is_answered_become_rarer() -> None:
    async def main() -> Rig:
        rig = Rig()
        rig.link.no_shell = NetworkFailure("the shell ended")
        await rig.during(20)
        return rig

    assert virtual_time.run(main()).link.opened == 5  # at 0, 1, 3, 7 and 15 s


def test_a_lost_connection_is_closed_and_opened_again() -> None:
    async def main() -> Rig:
        rig = Rig()
        await rig.during(5, lambda: rig.link.push(None))
        return rig

    rig = virtual_time.run(main())
    assert rig.link.closed >= 1
    assert rig.link.opened == 2


def test_a_hanging_command_rests_and_the_others_go_on() -> None:
    async def main() -> Rig:
        rig = Rig()
        rig.link.hang = catalogue.PF_INFO
        await rig.during(20)
        return rig

    rig = virtual_time.run(main())
    pf = rig.state.snapshot.pf
    assert pf.error is not None
    assert pf.error.kind is ErrorKind.TIMEOUT
    asked = [catalogue.PF_INFO in commands for commands in rig.link.asked]
    assert asked.count(True) == 3  # at 0 s, then after rests of 2 and 4 s, each try taking 3 s
    assert rig.state.snapshot.interfaces.age(20.0) is not None
    assert rig.state.snapshot.interfaces.age(20.0) < 1.5  # type: ignore[operator]


def test_what_is_read_once_is_read_though_the_shell_did_not_open_at_first() -> None:
    async def main() -> Rig:
        rig = Rig()
        rig.link.no_shell = TransportTimeout("the shell did not answer in time")
        await rig.during(2.5, lambda: setattr(rig.link, "no_shell", None))
        return rig

    rig = virtual_time.run(main())
    assert rig.state.snapshot.log.value is not None
    assert len(rig.link.asked) <= 7


def test_a_refused_section_is_not_asked_again_soon() -> None:
    def denied(command: Command) -> Output:
        if command == catalogue.PF_INFO:
            return Output(command, 1, b"", b"sudo: a password is required\n")
        return answer("normal", "fw1", command)

    async def main() -> Rig:
        rig = Rig(denied)
        await rig.during(250)
        return rig

    rig = virtual_time.run(main())
    assert sum(catalogue.PF_INFO in commands for commands in rig.link.asked) == 1


def test_a_push_is_painted_and_polled_at_once() -> None:
    async def main() -> None:
        rig = Rig()
        polls: list[int] = []

        def push() -> None:
            polls.append(len(rig.link.asked))
            line = PushedLine(
                StreamKind.DEVD,
                "!system=CARP subsystem=2@vtnet1 type=BACKUP",
                asyncio.get_running_loop().time(),
            )
            rig.link.push(line)

        seen: list[CarpState | None] = []
        rig.state.subscribe(
            lambda _: seen.append(
                rig.state.snapshot.roles[1].state if rig.state.snapshot.roles else None
            )
        )
        await rig.during(2.4, push)
        assert CarpState.BACKUP in seen
        assert len(rig.link.asked) >= polls[0] + 8

    virtual_time.run(main())


def test_a_missing_pulse_is_suspect_until_it_returns() -> None:
    async def main() -> None:
        rig = Rig()
        states: list[LinkState] = []

        def mute() -> None:
            rig.link.silent = True
            rig.link.hang = catalogue.IFCONFIG

        def look() -> None:
            states.append(rig.state.snapshot.ssh.state)
            rig.link.silent = False
            rig.link.hang = None

        await rig.during(2.0, mute, look)
        assert states == [LinkState.SUSPECT]
        assert rig.state.snapshot.ssh.state is LinkState.LIVE

    virtual_time.run(main())


def test_a_demotion_that_changes_has_what_may_explain_it_read_at_once() -> None:
    demoted = False

    def answers(command: Command) -> Output:
        output = answer("normal", "fw1", command)
        if demoted and command == catalogue.SYSCTL_CARP:
            text = output.stdout.replace(b"demotion: 0", b"demotion: 120")
            return Output(command, 0, text)
        return output

    async def main() -> list[tuple[Command, ...]]:
        rig = Rig(answers)

        def demote() -> None:
            nonlocal demoted
            demoted = True
            rig.link.asked.clear()

        await rig.during(6.4, demote)
        return rig.link.asked

    first, second, *_ = virtual_time.run(main())
    assert catalogue.SYSCTL_CARP in first
    assert catalogue.MARK in second


def test_a_node_that_speaks_no_ssh_is_down_while_its_login_goes_on() -> None:
    async def scene() -> tuple[LinkState, str, LinkState, int]:
        rig = Rig()
        rig.link.mute = asyncio.Event()
        found: list[tuple[LinkState, str]] = []

        def thaws() -> None:
            found.append((rig.state.snapshot.ssh.state, rig.state.snapshot.ssh.detail))
            assert rig.link.mute is not None
            rig.link.mute.set()

        await rig.during(30.0, thaws)
        return *found[0], rig.state.snapshot.ssh.state, rig.link.opened

    state, detail, after, opened = virtual_time.run(scene())
    assert (state, detail) == (LinkState.DOWN, "does not speak SSH")
    assert after is LinkState.LIVE and opened == 1
