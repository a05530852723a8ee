"""One node's state, grown by samples, pushes and SNMP facts."""

from dataclasses import replace

from pfha_tui.collector import catalogue
from pfha_tui.collector.catalogue import SECTIONS
from pfha_tui.collector.state import KEYS_LIMIT, NodeState
from pfha_tui.domain.command import Command, Output, PushedLine, Sample, StreamKind
from pfha_tui.domain.events import Event, EventKind, Resolution
from pfha_tui.domain.model import CarpState
from pfha_tui.domain.reading import ErrorKind, Source
from pfha_tui.domain.snapshot import LinkState, Since
from pfha_tui.domain.target import NodeRole, NodeTarget
from pfha_tui.domain.transitions import merge
from tests.support.captured import answer

NOW = 1_795_389_274


class StillClock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept = 0.0

    def monotonic(self) -> float:
        return self.now

    def epoch(self) -> float:
        return NOW + self.now - 100.0 + self.slept

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("the state never waits")


def fresh() -> tuple[NodeState, StillClock, list[Event]]:
    clock = StillClock()
    state = NodeState(NodeTarget("fw1", NodeRole.PRIMARY, "192.0.2.2"), clock)
    events: list[Event] = []
    state.subscribe(events.extend)
    return state, clock, events


def sampled(
    scenario: str,
    node: str = "fw1",
    at: float = 100.0,
    commands: tuple[Command, ...] | None = None,
) -> Sample:
    wanted = commands if commands is not None else tuple(s.command for s in SECTIONS)
    outputs = tuple(answer(scenario, node, c) for c in wanted)
    return Sample(outputs, NOW + int(at - 100), 0, at, 0.01)


def test_a_recorded_node_is_read_whole_and_what_it_lacks_is_said() -> None:
    state, _, _ = fresh()
    refused = state.sample(sampled("normal"))
    node = state.snapshot
    assert node.sampled_from == 100.0 - 0.01
    assert [(r.interface, r.vhid, r.state, r.effective_skew) for r in node.roles] == [
        ("vtnet0", 1, CarpState.MASTER, 0),
        ("vtnet1", 2, CarpState.MASTER, 0),
    ]
    assert node.identity.value is not None
    assert node.identity.value.hostname == "fw1.example.net"
    assert node.identity.value.version is None
    assert node.identity.error is None
    assert node.states == 47
    assert node.booting.value is False
    assert node.config.error is not None
    assert node.config.error.kind is ErrorKind.MISSING
    assert (catalogue.CONFIG_STAT, ErrorKind.MISSING) in refused
    assert node.interfaces.source is Source.SSH


def test_since_comes_from_the_log_and_is_exact() -> None:
    state, _, events = fresh()
    state.sample(sampled("normal"))
    since = state.snapshot.roles[0].since
    assert since is not None
    assert since.exact
    assert since.epoch == 1_795_389_240  # Nov 22 23:14:00 2026 UTC
    assert any(e.kind is EventKind.TRANSITION and e.resolution is Resolution.S for e in events)


def test_since_is_told_on_the_console_s_clock_when_the_node_s_is_off() -> None:
    state, clock, _ = fresh()
    clock.now = 100.0 - 3600
    state.sample(replace(sampled("normal"), received_at=clock.now))
    since = state.snapshot.roles[0].since
    assert since is not None
    assert since.epoch == 1_795_389_240 - 3600


LOGGED = 1_795_389_240  # Nov 22 23:14:00 2026 UTC, the log's last change


def test_a_slow_answer_is_no_late_clock() -> None:
    state, _, _ = fresh()
    state.sample(replace(sampled("normal"), clock_epoch=NOW - 5, duration_s=5.2))
    since = state.snapshot.roles[0].since
    assert since is not None
    assert not since.exact
    assert LOGGED <= since.epoch <= LOGGED + 6


def test_the_clock_was_read_before_the_commands_ran() -> None:
    state, _, _ = fresh()
    state.sample(replace(sampled("normal"), duration_s=5.2, begun_s=0.2))
    clock = state.snapshot.clock
    assert clock.value is not None and clock.taken_at is not None
    assert clock.value.within_s == 0.2
    assert round(clock.taken_at, 3) == 100.0 - 5.0


def test_a_start_on_a_clock_known_but_roughly_stays_where_it_is() -> None:
    state, clock, _ = fresh()
    state.sample(replace(sampled("normal"), clock_epoch=NOW - 5, duration_s=5.2))
    first = state.snapshot.roles[0].since
    told = set()
    for second, late in enumerate((4, 3, 2, 6), start=1):
        clock.now = 100.0 + second
        reading = replace(sampled("normal", commands=(catalogue.IFCONFIG,)), received_at=clock.now)
        clock_epoch = NOW + second - late
        state.sample(replace(reading, clock_epoch=clock_epoch, duration_s=5.2))
        told.add(state.snapshot.roles[0].since)
    assert told == {first}


def test_a_quick_answer_dates_what_a_slow_one_could_not() -> None:
    state, clock, _ = fresh()
    state.sample(replace(sampled("normal"), clock_epoch=NOW - 5, duration_s=5.2))
    clock.now = 105.0
    later = sampled("normal", at=105.0, commands=(catalogue.IFCONFIG,))
    state.sample(replace(later, clock_epoch=NOW + 5))
    assert state.snapshot.roles[0].since == Since(LOGGED, exact=True)
    clock.now = 110.0
    state.sample(replace(later, clock_epoch=NOW + 4, received_at=110.0, duration_s=5.2))
    assert state.snapshot.roles[0].since == Since(LOGGED, exact=True)


def test_a_pushed_log_line_dates_the_role_that_the_next_poll_finds() -> None:
    state, clock, events = fresh()
    state.sample(sampled("normal"))
    clock.now = 103.0
    text = "Nov 22 23:14:37 fw1 kernel: carp: 1@vtnet0: MASTER -> BACKUP (preempted)"
    assert state.pushed(PushedLine(StreamKind.LOG, text, 103.0))
    assert state.snapshot.roles[0].since == Since(LOGGED, exact=True)
    clock.now = 103.5
    state.sample(sampled("carp-maintenance-primary", at=103.5, commands=(catalogue.IFCONFIG,)))
    role = state.snapshot.roles[0]
    assert (role.state, role.since) == (CarpState.BACKUP, Since(LOGGED + 37, exact=True))
    assert merge((), events)[-1].old is CarpState.MASTER


def test_a_line_of_the_log_says_nothing_of_a_later_change_that_only_polling_saw() -> None:
    state, clock, _ = fresh()
    state.sample(sampled("normal"))
    for seconds, scenario in ((101, "carp-maintenance-primary"), (102, "normal")):
        clock.now = float(seconds)
        state.sample(sampled(scenario, at=clock.now, commands=(catalogue.IFCONFIG,)))
    assert state.snapshot.roles[0].since == Since(NOW + 2, exact=False)


def test_invented_vhids_of_the_log_are_forgotten_again() -> None:
    state, _, _ = fresh()
    state.sample(sampled("normal"))
    for number in range(KEYS_LIMIT + 10):
        text = f"Nov 22 23:14:37 fw1 kernel: carp: 1@if{number}: MASTER -> BACKUP (x)"
        state.pushed(PushedLine(StreamKind.LOG, text, 100.0))
    assert len(state._logged) == KEYS_LIMIT


BACKUP_PUSHED = "!system=CARP subsystem=1@vtnet0 type=BACKUP"


def test_a_push_of_what_a_poll_has_already_found_tells_the_change_and_tells_it_once() -> None:
    state, clock, events = fresh()
    state.sample(sampled("normal"))
    events.clear()
    clock.now = 103.0
    state.sample(
        sampled("carp-maintenance-primary", at=103.0, commands=(catalogue.IFCONFIG,)),
    )
    clock.now = 103.1
    state.pushed(PushedLine(StreamKind.DEVD, BACKUP_PUSHED, 103.1))
    told = [e for e in merge((), events) if (e.kind, e.vhid) == (EventKind.TRANSITION, 1)]
    assert [(e.source, e.old, e.new) for e in told] == [
        (Source.DEVD, CarpState.MASTER, CarpState.BACKUP)
    ]


def test_a_push_of_what_has_long_been_known_does_not_say_what_was_before() -> None:
    state, clock, events = fresh()
    state.sample(sampled("normal"))
    events.clear()
    clock.now = 160.0
    state.pushed(PushedLine(StreamKind.DEVD, "!system=CARP subsystem=1@vtnet0 type=MASTER", 160.0))
    assert [(e.old, e.new) for e in events] == [(None, CarpState.MASTER)]


def test_without_a_log_line_it_is_at_least_since_now() -> None:
    state, _, _ = fresh()
    state.sample(sampled("normal", commands=(catalogue.IFCONFIG, catalogue.SYSCTL_CARP)))
    since = state.snapshot.roles[0].since
    assert since is not None
    assert not since.exact
    assert since.epoch == NOW


def test_a_push_paints_before_any_poll_and_gives_an_exact_since() -> None:
    state, clock, events = fresh()
    state.sample(sampled("normal"))
    events.clear()
    clock.now = 103.25
    line = PushedLine(StreamKind.DEVD, "!system=CARP subsystem=1@vtnet0 type=BACKUP", 103.25)
    assert state.pushed(line)
    role = state.snapshot.roles[0]
    assert role.state is CarpState.BACKUP
    assert role.source is Source.DEVD
    assert role.since is not None
    assert (role.since.epoch, role.since.exact) == (NOW + 3.25, True)
    assert [(e.old, e.new, e.resolution) for e in events] == [
        (CarpState.MASTER, CarpState.BACKUP, Resolution.MS)
    ]


def test_a_poll_sent_before_the_push_does_not_undo_it_but_a_later_one_does() -> None:
    state, clock, _ = fresh()
    state.sample(sampled("normal"))
    clock.now = 103.0
    state.pushed(PushedLine(StreamKind.DEVD, "!system=CARP subsystem=1@vtnet0 type=BACKUP", 103.0))
    late = replace(sampled("normal", at=103.1, commands=(catalogue.IFCONFIG,)), duration_s=0.5)
    clock.now = 103.1
    state.sample(late)
    assert state.snapshot.roles[0].state is CarpState.BACKUP
    clock.now = 104.0
    state.sample(sampled("normal", at=104.0, commands=(catalogue.IFCONFIG,)))
    assert state.snapshot.roles[0].state is CarpState.MASTER


def test_a_vhid_that_went_away_is_missing_not_forgotten() -> None:
    state, _, _ = fresh()
    state.sample(sampled("normal"))
    gone = sampled("carp-disabled-primary-pfsense-style", at=101.0)
    state.sample(gone)
    assert [(r.vhid, r.state) for r in state.snapshot.roles] == [(1, None), (2, None)]


def test_junk_is_said_to_be_junk_and_the_old_value_stays() -> None:
    state, _, _ = fresh()
    state.sample(sampled("normal"))
    junk = Output(catalogue.IFCONFIG, 0, b"\x00\xff carp: MASTER\n\tcarp: MASTER vhid x advbase\n")
    state.sample(Sample((junk,), NOW, 0, 101.0, 0.01))
    reading = state.snapshot.interfaces
    assert reading.error is not None
    assert reading.error.kind is ErrorKind.PARSE
    assert reading.taken_at == 100.0
    assert state.snapshot.roles[0].state is CarpState.MASTER


def test_what_may_not_be_read_is_not_permitted_rather_than_broken() -> None:
    state, _, _ = fresh()
    denied = Output(catalogue.PF_INFO, 1, b"", b"sudo: a password is required\n")
    refused = state.sample(Sample((denied,), NOW, 0, 100.0, 0.01))
    assert refused == ((catalogue.PF_INFO, ErrorKind.NOT_PERMITTED),)
    assert state.snapshot.pf.error is not None
    assert state.snapshot.pf.error.kind is ErrorKind.NOT_PERMITTED


def test_a_command_that_hangs_leaves_the_old_value_with_a_timeout() -> None:
    state, clock, _ = fresh()
    state.sample(sampled("normal"))
    clock.now = 110.0
    state.timed_out((catalogue.PF_INFO,), "no answer in 3 s")
    assert state.snapshot.pf.value is not None
    assert state.snapshot.pf.error is not None
    assert state.snapshot.pf.error.kind is ErrorKind.TIMEOUT


def test_links_keep_their_since_and_when_they_were_last_heard() -> None:
    state, clock, _ = fresh()
    state.ssh_link(LinkState.LIVE, "", 0.002)
    clock.now = 105.0
    state.ssh_link(LinkState.LIVE, "")
    clock.now = 107.0
    state.ssh_link(LinkState.SUSPECT, "no answer")
    ssh = state.snapshot.ssh
    assert (ssh.since, ssh.heard_at, ssh.rtt_s) == (107.0, 105.0, 0.002)


def test_a_console_that_has_slept_dates_nothing_until_it_knows_the_node_s_clock_again() -> None:
    """Monotonic time may stand still in a suspend: what was read before it says nothing about the clocks now."""
    state, clock, _ = fresh()
    state.sample(sampled("normal"))
    before = [role.since for role in state.snapshot.roles]
    assert all(since is not None and since.exact for since in before)
    clock.slept, clock.now = 8 * 3600.0, 101.0
    late = replace(sampled("normal", at=100.9), duration_s=0.95)
    state.sample(late)
    assert state.snapshot.clock.value is None
    clock.now = 102.0
    state.sample(replace(sampled("normal", at=102.0), clock_epoch=None))
    assert [role.since for role in state.snapshot.roles] == before
    clock.now = 103.0
    state.sample(replace(sampled("normal", at=103.0), clock_epoch=NOW + 8 * 3600 + 3))
    assert state.snapshot.clock.value is not None
    assert [role.since for role in state.snapshot.roles] == before


def test_a_line_does_not_date_a_role_twice() -> None:
    state, clock, _ = fresh()
    state.sample(sampled("normal"))
    before = [role.since for role in state.snapshot.roles]
    clock.now = 160.0
    ahead = sampled("normal", at=160.0)
    state.sample(replace(ahead, clock_epoch=(ahead.clock_epoch or 0) + 90))
    assert [role.since for role in state.snapshot.roles] == before
