"""pf's state table of one node: the clients' states as numbers per creator, forwarded sessions one by one.

A creator is the host id of the node that made a state; pfsync copies states with their creator, so that a pair in step
lists the same creators on both sides. Timeouts are those that the recorded pair printed (`pfctl -s timeouts`).
"""

import ipaddress
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pfha_tui.lab.node import Node

OWN_STATES = 6.0
"""States of a node's own traffic (SSH, SNMP, name service)."""
LIFETIME = 480.0
"""Mean life of a client's state (s): 12 000 states at rest."""
STATE_LIMIT = 400_000
"""pf's limit of states; the length of a bulk update whose end is lost depends on it."""

TCP_ESTABLISHED, TCP_CLOSED = 86400.0, 90.0
UDP_SINGLE, UDP_MULTIPLE = 30.0, 60.0

End = tuple[str, int]
"""An address and a port."""


@dataclass(frozen=True, slots=True)
class Flow:
    """One session of a client: what pf looks a packet up by."""

    protocol: str
    client: End
    vip: End
    server: End


@dataclass(slots=True)
class PfState:
    """One state, as one node holds it; a copy that came by pfsync counts no packets of its own."""

    flow: Flow
    id: int
    creator: int
    created: float
    expires: float
    phase: str
    packets: tuple[int, int] = (0, 0)
    octets: tuple[int, int] = (0, 0)
    """Packets and bytes from the client, and to it."""
    news: bool = False
    """Whether an update of it waits to be sent to the peer."""

    def is_same(self, other: "PfState") -> bool:
        """Whether the other is a copy of this state, and not another state of the same session."""
        return (self.id, self.creator) == (other.id, other.creator)

    def copied(self) -> "PfState":
        """The state as it arrives at the peer."""
        return replace(self, packets=(0, 0), octets=(0, 0), news=False)


@dataclass(frozen=True, slots=True)
class Listed:
    """What `pfctl -vvss` prints of a state; times in seconds, pairs are (from the client, to the client)."""

    protocol: str
    client: End
    vip: End
    server: End
    phase: str
    id: int
    creator: int
    age: float
    expires: float
    packets: tuple[int, int]
    octets: tuple[int, int]


@dataclass(slots=True)
class StateTable:
    """The states of one node since its boot; numbers are floats, because traffic accrues continuously."""

    clients: dict[int, float] = field(default_factory=dict)
    """States of the clients' traffic, by creator."""
    own: dict[int, float] = field(default_factory=dict)
    """States of the nodes' own traffic, by creator."""
    sessions: dict[Flow, PfState] = field(default_factory=dict)
    """The forwarded sessions."""
    newest: int = 0
    """The highest id of a state made here."""

    def new_id(self, now: float) -> int:
        """The id of a new state: pf counts on from the second at which it began."""
        self.newest = max(self.newest + 1, int(now))
        return self.newest

    @property
    def total(self) -> float:
        """All states."""
        return sum(self.clients.values()) + sum(self.own.values()) + len(self.sessions)

    def creators(self) -> dict[int, int]:
        """How many states each creator has here, those without a whole one left out; oldest creator first."""
        count = Counter(state.creator for state in self.sessions.values())
        return {
            creator: states
            for creator in dict.fromkeys((*self.own, *self.clients, *count))
            if (
                states := int(self.clients.get(creator, 0.0) + self.own.get(creator, 0.0))
                + count[creator]
            )
        }


def creators(node: "Node") -> dict[int, int]:
    """States per creator id on a node, for `pfctl -s creators` and for counting `-vvss`."""
    return node.counters.table.creators()


def listing(node: "Node") -> Iterator[Listed]:
    """Every state of a node: sessions as they are, the clients' as an even sample of what their number stands for."""
    now, table = node.world.now, node.counters.table
    for state in table.sessions.values():
        flow = state.flow
        yield Listed(
            flow.protocol, flow.client, flow.vip, flow.server, state.phase, state.id, state.creator,
            now - state.created, max(0.0, state.expires - now), state.packets, state.octets,
        )  # fmt: skip
    vip = node.interface("WAN").own.ip.ip
    for creator in dict.fromkeys((*table.own, *table.clients)):
        count = table.clients.get(creator, 0.0) + table.own.get(creator, 0.0)
        for number in range(int(count)):
            yield _sample(creator, number, count, str(vip))


def _sample(creator: int, number: int, count: float, vip: str) -> Listed:
    """One of many like states: the same on both nodes, as its number is."""
    age = LIFETIME * -math.log((number + 0.5) / max(count, number + 1.0))
    client = str(ipaddress.IPv4Address("192.168.1.64") + number % 180)
    server = str(ipaddress.IPv4Address("198.51.100.1") + number * 7 % 250)
    port = 1024 + (number * 40503 + creator) % 64000
    return Listed(
        "tcp", (client, port), (vip, port), (server, 443), "ESTABLISHED:ESTABLISHED",
        0x0100000000000000 + (creator << 24) + number, creator, age, TCP_ESTABLISHED, (0, 0), (0, 0),
    )  # fmt: skip
