"""The speaker's CARP without a wire: FreeBSD's timings, and the product's election held against it."""

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from pfha_tui.domain.election import Contender, preferred, takes_over, yields
from tests.wirelab.carp import BACKUP, INIT, MASTER, Kernel, Vhid
from tests.wirelab.packet import Carp

skews = st.integers(0, 254)
demotions = st.integers(0, 300)


@dataclass(eq=False)
class Node:
    """One kernel on a made-up wire; `deaf` hears nothing."""

    wire: "Cable"
    advskew: int
    password: str = "word"
    deaf: bool = False
    changes: list[tuple[float, str, str]] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.vhid = Vhid(1, "vtnet0", ["192.0.2.1"], self.password, advskew=self.advskew)
        self.kernel = Kernel(self, [self.vhid], ["vtnet0"])
        self.wire.nodes.append(self)

    def now(self) -> float:
        return self.wire.clock

    def transmit(self, vhid: Vhid, said: Carp) -> None:
        self.wire.queue.append((self, bytes(said)))

    def log(self, text: str) -> None:
        self.logged.append(text)

    def changed(self, vhid: Vhid, old: str, new: str, reason: str) -> None:
        self.changes.append((self.wire.clock, new, reason))


@dataclass
class Cable:
    clock: float = 0.0
    nodes: list[Node] = field(default_factory=list)
    queue: list[tuple[Node, bytes]] = field(default_factory=list)

    def deliver(self) -> None:
        while self.queue:
            sender, payload = self.queue.pop(0)
            for node in self.nodes:
                if node is not sender and not node.deaf:
                    node.kernel.receive("vtnet0", 255, payload)

    def run(self, seconds: float) -> None:
        """Let time pass, exactly."""
        until = self.clock + seconds
        while True:
            self.deliver()
            due = [at for node in self.nodes if (at := node.kernel.next_at()) is not None]
            if not due or min(due) > until:
                self.clock = until
                return
            self.clock = max(self.clock, min(due))
            for node in self.nodes:
                node.kernel.run()
                self.deliver()

    def plug(self) -> None:
        for node in self.nodes:
            node.kernel.set_link("vtnet0", True)


def pair(first: int = 0, second: int = 100, **more: str) -> tuple[Cable, Node, Node]:
    cable = Cable()
    nodes = Node(cable, first), Node(cable, second, **more)
    cable.plug()
    cable.run(5)
    return cable, *nodes


def test_a_start_and_the_loss_of_the_master() -> None:
    cable, one, other = pair()
    assert one.changes[0][1:] == (BACKUP, "initialization complete")
    assert one.changes[1] == (3.0, MASTER, "master timed out")
    assert other.vhid.state == BACKUP
    last = one.kernel.counters["sent-inet-packets"]
    assert last == 3
    cable.nodes.remove(one)
    cable.run(4)
    assert other.changes[-1] == (5.0 + 3 + 100 / 256, MASTER, "master timed out")


def test_a_lost_carrier_demotes_and_is_logged_as_the_kernel_does() -> None:
    _, one, _ = pair()
    one.logged.clear()
    one.kernel.set_link("vtnet0", False)
    assert one.logged == [
        "carp: 1@vtnet0: MASTER -> INIT (hardware interface down)",
        "carp: demoted by 240 to 240 (interface down)",
        "vtnet0: link state changed to DOWN",
    ]
    one.kernel.set_link("vtnet0", True)
    assert (one.vhid.state, one.kernel.demotion) == (BACKUP, 0)


def test_another_password_is_nobody() -> None:
    _, one, other = pair(password="other")
    assert one.vhid.state == other.vhid.state == MASTER
    assert one.kernel.counters["dropped-bad-authentication"] > 0


def test_carp_that_is_not_allowed_is_in_init() -> None:
    cable, one, other = pair()
    one.kernel.set_allow(0)
    assert one.vhid.state == INIT
    cable.run(4)
    assert other.vhid.state == MASTER


@settings(max_examples=60)
@given(skews, skews, demotions, demotions, st.booleans())
def test_the_product_predicts_what_a_demotion_does(
    first: int, second: int, mine: int, theirs: int, preempt: bool
) -> None:
    """Whoever is master then says so at once; the other takes over, or not, as predicted."""
    cable, one, other = pair(first, second)
    for node, amount in ((one, mine), (other, theirs)):
        node.kernel.preempt = int(preempt)
        node.kernel.demotion = amount
    masters = [node for node in (one, other) if node.vhid.state == MASTER]
    if len(masters) != 1:
        assert first == second
        return
    master = masters[0]
    backup = other if master is one else one
    parts = {
        node: Contender(1, node.advskew, node.kernel.demotion, preempt) for node in (one, other)
    }
    predicted = takes_over(parts[backup], parts[master])
    master.kernel.demote(0, "sysctl")
    cable.deliver()
    assert (backup.vhid.state == MASTER) is predicted
    if predicted:
        assert yields(parts[master], parts[backup]) is (master.vhid.state == BACKUP)


@settings(max_examples=40)
@given(skews, skews)
def test_in_the_end_the_preferred_one_serves(first: int, second: int) -> None:
    cable, one, other = pair(first, second)
    other.deaf = True
    cable.run(5)
    assert other.vhid.state == MASTER
    other.deaf = False
    cable.run(5)
    winner = preferred(Contender(1, first), Contender(1, second))
    if winner is not None:
        serving = [node.advskew for node in (one, other) if node.vhid.state == MASTER]
        assert serving == [winner.advskew] or min(first, second) >= 240
