"""The composition root: from a configured pair to a feed, importing each transport late."""

import getpass
import os
import random
import socket
from typing import TYPE_CHECKING

from pfha_tui.collector.catalogue import PERMITTED
from pfha_tui.collector.clock import Clock, SystemClock
from pfha_tui.collector.feed import Feed
from pfha_tui.collector.node import NodeWatch
from pfha_tui.domain.command import Command
from pfha_tui.domain.target import NodeTarget, PairTarget, SshTarget
from pfha_tui.transports.base import ActionLink, NodeLink

if TYPE_CHECKING:
    from pfha_tui.actions.operator import Operator
    from pfha_tui.transports.ssh import Refusals


def open_feed(target: PairTarget, *, once: bool = False) -> Feed:
    """A feed of this pair; it connects when it is run, and can only read. For a command that looks `once`, maybe every
    minute, a login that was refused lately is not tried again.

    Importing the transports takes a quarter of a second, so a screen calls this in a thread after its
    first frame; it needs no event loop.
    """
    from pfha_tui.collector.coordinator import PairWatch

    clock = SystemClock()
    primary, secondary = (_watch(node, target.poll_s, clock, once) for node in target.nodes)
    return PairWatch(target, primary, secondary, clock)


def _watch(node: NodeTarget, poll_s: float, clock: Clock, once: bool) -> NodeWatch:
    from pfha_tui.transports.snmp import SnmpClient
    from pfha_tui.transports.ssh import Backoff, SshNode

    link = None
    if node.ssh is not None:
        link = SshNode(node.ssh, PERMITTED, read_only=True, refusals=_refusals(heed=once))
    agent = SnmpClient(node.snmp) if node.snmp is not None else None
    if agent is not None:
        agent.prepare()
    return NodeWatch(node, link, agent, clock, Backoff(random.Random()), poll_s)


def open_link(
    node: NodeTarget, commands: frozenset[Command], *, once: bool = False
) -> NodeLink | None:
    """A login on a node that may run these commands only, and none that writes; None where it has no SSH. `once` as in
    `open_feed`."""
    from pfha_tui.transports.ssh import SshNode

    if node.ssh is None:
        return None
    return SshNode(node.ssh, commands, read_only=True, refusals=_refusals(heed=once))


def _refusals(*, heed: bool) -> "Refusals":
    from pfha_tui.config.locations import state_dir
    from pfha_tui.transports.ssh import Refusals

    return Refusals(state_dir() / "refused", heed=heed)


def open_operator(target: PairTarget, feed: Feed) -> "Operator | None":
    """Who may act on this pair, judging by its feed, which the caller runs; None where it is watched read-only.

    As `open_feed` it imports much, and needs no event loop. It is the only way to what executes.
    """
    if target.read_only:
        return None
    from pfha_tui.actions.execute import Executor
    from pfha_tui.actions.journal import Journal, usual_path

    journal = Journal(usual_path(), operator_name())
    return Executor(target, feed, _open_actor, journal, SystemClock())


def operator_name() -> str:
    """Who acts, for the journal and the marks: `user@host`."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = f"uid{os.getuid()}"
    return f"{user}@{socket.gethostname()}"


def _open_actor(node: NodeTarget, commands: frozenset[Command]) -> ActionLink:
    """A login on a node that may run these commands, also those that write. ValueError where it has no SSH."""
    from pfha_tui.transports.ssh.actor import SshActor

    if node.ssh is None:
        raise ValueError(f"{node.name} is not reached by SSH")
    return SshActor(node.ssh, commands, refusals=_refusals(heed=False))


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
