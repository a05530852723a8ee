"""A pair through any sequence of samples, pushes, timeouts and jumps: what is shown was said."""

import json
import random
from dataclasses import replace

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from pfha_tui.cli.status_json import status_document
from pfha_tui.collector import catalogue
from pfha_tui.collector.sections import MEANINGS
from pfha_tui.collector.state import NodeState
from pfha_tui.domain.command import Output, PushedLine, Sample, StreamKind
from pfha_tui.domain.confirm import Confirmation, step
from pfha_tui.domain.judge import judge
from pfha_tui.domain.model import CarpState
from pfha_tui.domain.snapshot import LinkState, PairSnapshot
from pfha_tui.domain.target import NodeRole, NodeTarget
from pfha_tui.domain.transitions import merge
from pfha_tui.domain.verdict import VerdictKind
from tests.fuzz.harnesses import SCENARIOS
from tests.hostile.hostile_node import WRITTEN
from tests.support import captured

COMMANDS = sorted((*MEANINGS, catalogue.LOG_TAIL), key=lambda command: command.id)
nodes = st.sampled_from((0, 1))
seeds = st.integers(0, 2**32)
places = st.sampled_from(("vtnet0", "vtnet1", "new0"))


class Clock:
    """Monotonic time never goes back; the wall clock goes anywhere."""

    def __init__(self) -> None:
        self.now, self.wall = 1000.0, 1_795_389_300.0

    def monotonic(self) -> float:
        return self.now

    def epoch(self) -> float:
        return self.wall

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("the state never waits")


class AnyPair(RuleBasedStateMachine):
    """`claims` has what each node was last heard to say of each VHID, by poll and by push."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        roles = (NodeRole.PRIMARY, NodeRole.SECONDARY)
        self.states = [
            NodeState(NodeTarget(f"fw{n + 1}", role, "192.0.2.1"), self.clock)
            for n, role in enumerate(roles)
        ]
        self.events = ()
        for state in self.states:
            state.subscribe(lambda new: setattr(self, "events", merge(self.events, new)))
        self.confirmation = Confirmation.initial()
        self.masters: list[set[tuple[str, int]]] = [set(), set()]

    def text_of(self, node: int, command, scenario: str) -> bytes:
        if command in captured.FILES and (captured.DATA / scenario / f"fw{node + 1}").is_dir():
            return captured.answer(scenario, f"fw{node + 1}", command).stdout
        return WRITTEN.get(command.id, (b"",))[0]

    @rule(
        node=nodes,
        seed=seeds,
        scenario=st.sampled_from(SCENARIOS),
        spoil=st.sampled_from(("no", "no", "cut", "bytes", "swap", "counters", "code")),
        epoch=st.sampled_from((None, 0, 1_795_389_300, 999_999_999_999)),
    )
    def sample(self, node: int, seed: int, scenario: str, spoil: str, epoch: int | None) -> None:
        dice = random.Random(seed)
        outputs = []
        for command in dice.sample(COMMANDS, dice.randrange(1, len(COMMANDS))):
            text = bytearray(self.text_of(node, command, scenario))
            code = 0
            if spoil == "cut":
                text = text[: dice.randrange(len(text) + 1)]
            elif spoil == "bytes":
                for _ in range(min(3, len(text))):
                    text[dice.randrange(len(text))] = dice.randrange(256)
            elif spoil == "swap":
                text = bytearray(self.text_of(node, dice.choice(COMMANDS), scenario))
            elif spoil == "counters":
                digits = [n for n, byte in enumerate(text) if 48 <= byte <= 57]
                for at in dice.sample(digits, min(4, len(digits))):
                    text[at] = dice.choice(b"0123456789")
            elif spoil == "code":
                code = dice.choice((1, 2, 127, 137, 255))
            outputs.append(Output(command, code, bytes(text), b"what\x1b[2J\n" if code else b""))
            if command == catalogue.IFCONFIG and not code:
                self.claimed(node, bytes(text))
        self.clock.now += 0.01
        self.states[node].reachable(True, "")
        self.states[node].ssh_link(LinkState.LIVE, "", 0.001)
        self.states[node].sample(Sample(tuple(outputs), epoch, 3600, self.clock.now, 0.005))

    def claimed(self, node: int, text: bytes) -> None:
        """A MASTER line of ifconfig, read here by the simplest means there are."""
        name = ""
        for line in text.decode("utf-8", "replace").split("\n"):
            if line[:1].strip():
                name = line.partition(":")[0]
            words = line.split()
            if words[:1] in (["carp:"], ["vrrp:"]) and words[1:2] == ["MASTER"] and len(words) > 3:
                self.masters[node].add((name, int(words[3]) if words[3].isdecimal() else -1))

    @rule(
        node=nodes,
        place=places,
        vhid=st.integers(0, 300),
        state=st.sampled_from(tuple(CarpState)),
        tail=st.sampled_from(("", " x", "\x1b[2J", "x")),
    )
    def push(self, node: int, place: str, vhid: int, state: CarpState, tail: str) -> None:
        text = f"!system=CARP subsystem={vhid}@{place} type={state}{tail}"
        if state is CarpState.MASTER:
            self.masters[node].add((place, vhid))
        self.states[node].pushed(PushedLine(StreamKind.DEVD, text, self.clock.now))

    @rule(node=nodes, seed=seeds)
    def log_line(self, node: int, seed: int) -> None:
        dice = random.Random(seed)
        states = [state.value for state in CarpState]
        text = (
            f"{dice.choice(('Nov 22', 'Feb 29', 'Feb 31', 'Jan  1'))} 23:59:{dice.randrange(70):02d} fw1 "
            f"kernel: carp: {dice.randrange(300)}@vtnet{dice.randrange(3)}: {dice.choice(states)} -> "
            f"{dice.choice(states)} (\x1b[2J)"
        )
        self.states[node].pushed(PushedLine(StreamKind.LOG, text, self.clock.now))

    @rule(node=nodes, seed=seeds)
    def time_out(self, node: int, seed: int) -> None:
        dice = random.Random(seed)
        self.states[node].timed_out(dice.sample(COMMANDS, 3), "no answer")

    @rule(node=nodes)
    def lose(self, node: int) -> None:
        self.states[node].ssh_link(LinkState.DOWN, "gone", next_try_at=self.clock.now + 1)
        self.states[node].reachable(False, "SSH: gone")

    @rule(seconds=st.sampled_from((0.0, 0.3, 1.0, 3.5, 20.0, 300.0)))
    def wait(self, seconds: float) -> None:
        self.clock.now += seconds
        self.clock.wall += seconds

    @rule(to=st.sampled_from((0.0, 1e9, 1_795_389_300.0, 4e12)))
    def jump(self, to: float) -> None:
        self.clock.wall = to

    @invariant()
    def what_is_shown_was_said(self) -> None:
        now = self.clock.now
        one, two = (replace(state.snapshot, at=now) for state in self.states)
        self.confirmation = step(
            self.confirmation, judge(one, two, now), (one.sampled_from, two.sampled_from), now
        )
        verdict = self.confirmation.verdict
        assert verdict.kind in VerdictKind and verdict.unconfirmed_for_s >= 0
        for claims, node in zip(self.masters, (one, two), strict=True):
            shown = {(r.interface, r.vhid) for r in node.roles if r.state is CarpState.MASTER}
            assert shown <= claims
            assert all(
                min(rate.in_bps, rate.out_bps, rate.errors_ps) >= 0
                for rate in node.rates.interfaces
            )
            for name in node.rates.__dataclass_fields__:
                value = getattr(node.rates, name)
                assert not isinstance(value, float) or value >= 0, name
            assert node.rates.cpu is None or node.rates.cpu <= 1
        pair = PairSnapshot(
            "p", 1, now, self.clock.wall, one, two, verdict, self.events, self.confirmation
        )
        json.dumps(status_document(pair), allow_nan=False)


AnyPair.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestAnyPair = AnyPair.TestCase
