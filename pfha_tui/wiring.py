"""The composition root: from a configured pair to a feed, importing each transport late."""

import random

from pfha_tui.collector.catalogue import PERMITTED
from pfha_tui.collector.clock import Clock, SystemClock
from pfha_tui.collector.feed import Feed
from pfha_tui.collector.node import NodeWatch
from pfha_tui.domain.command import Command
from pfha_tui.domain.target import NodeTarget, PairTarget, SshTarget
from pfha_tui.transports.base import NodeLink


def open_feed(target: PairTarget) -> Feed:
    """A feed of this pair; it connects when it is run, and can only read.

    Importing the transports takes a quarter of a second, so a screen calls this in a thread after its
    first frame; it needs no event loop.
    """
    from pfha_tui.collector.coordinator import PairWatch

    clock = SystemClock()
    primary, secondary = (_watch(node, target.poll_s, clock) for node in target.nodes)
    return PairWatch(target, primary, secondary, clock)


def _watch(node: NodeTarget, poll_s: float, clock: Clock) -> NodeWatch:
    from pfha_tui.transports.snmp import SnmpClient
    from pfha_tui.transports.ssh import Backoff, SshNode

    link = SshNode(node.ssh, PERMITTED, read_only=True) if node.ssh is not None else None
    agent = SnmpClient(node.snmp) if node.snmp is not None else None
    if agent is not None:
        agent.prepare()
    return NodeWatch(node, link, agent, clock, Backoff(random.Random()), poll_s)


def open_link(node: NodeTarget, commands: frozenset[Command]) -> NodeLink | None:
    """A login on a node that may run these commands only, and none that writes; None where it has no SSH."""
    from pfha_tui.transports.ssh import SshNode

    return SshNode(node.ssh, commands, read_only=True) if node.ssh is not None else None


async def fetch_host_keys(
    host: str,
    port: int | None = None,
    proxy_jump: str | None = None,
    ssh_config: str | None = None,
) -> list[tuple[str, str, str]]:
    """The host keys that a node shows: algorithm, SHA256 fingerprint, line for known_hosts.

    Raises NetworkFailure, OperatorNeeded.
    """
    from pfha_tui.transports.ssh import fetch

    target = SshTarget(host, port, proxy_jump=proxy_jump, ssh_config=ssh_config)
    return [(key.algorithm, key.fingerprint, key.line) for key in await fetch(target)]
