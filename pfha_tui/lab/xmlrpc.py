"""The synchronisation of the configuration: when it runs, how long it tries, and what it changes on the receiver.

It runs on the primary alone: the secondary's own `synchronizetoip` is empty, and there it ends without a word.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pfha_tui.lab.configuration import play
from pfha_tui.lab.configxml import sync
from pfha_tui.lab.configxml.operations import LogLine
from pfha_tui.lab.configxml.sync import Outcome

if TYPE_CHECKING:
    from pfha_tui.lab.node import Node

COALESCE = 1.0
"""Seconds from the event to the run; further events until then are the same run."""
CONNECT_TIMEOUT = 240.0
"""Seconds that one try waits for a peer that does not answer."""
ERROR = (
    "A communications error occurred while attempting to call XMLRPC method host_firmware_version: "
    "Unable to connect to tls://{peer}:443. Error: {why}"
)


def filter_sync(node: "Node") -> None:
    """The event `filter sync`, which every write of the configuration raises."""
    if node.booting or node.sync_due or not _primary(node):
        return
    node.sync_due = True
    node.later(COALESCE, lambda: _begin(node))


def push(node: "Node") -> Iterator[float]:
    """One run of rc.filter_synchronize, from its first line in the log to its last."""
    if node.booting or not _primary(node):
        return
    peer, configuration, now = node.world.peer(node), node.world.configuration, node.world.now
    mine, theirs = configuration.of(node), configuration.of(peer)
    why, wait = _unreachable(node, peer)
    if why:
        run = sync.failed(mine, theirs, ERROR.format(peer=node.syncpeer, why=why))
        lines = _stretched(run.primary_log, wait)
        play(node, lines)
        yield max(line.after for line in lines)
        return
    run = sync.synchronise(mine, theirs, now)
    play(node, run.primary_log)
    if run.outcome is Outcome.MERGED:
        play(peer, run.secondary_log)
        peer.later(sync.MERGE_AFTER, lambda: configuration.replace(peer, run.secondary))
    yield max((line.after for line in run.primary_log), default=0.0)


def _begin(node: "Node") -> None:
    """Start a run, or look again in a second while another one lasts."""
    if node.sync_running:
        node.later(COALESCE, lambda: _begin(node))
        return
    node.sync_due, node.sync_running = False, True

    def done() -> None:
        node.sync_running = False

    node.run(push(node), done)


def _unreachable(node: "Node", peer: "Node") -> tuple[str, float]:
    """Why the peer's web page cannot be had, and how many seconds a try takes to find out; no reason if it can."""
    own = node.interface("SYNC")
    if not (own.link and own.admin_up):
        return "Host is down", 0.1
    if not node.world.joined("SYNC"):
        return "Operation timed out", CONNECT_TIMEOUT
    return ("Connection refused", 0.1) if not peer.serving_network else ("", 0.0)


def _stretched(lines: Sequence[LogLine], wait: float) -> list[LogLine]:
    """The log of a failed run, whose tries last longer than the instant that the model gives them."""
    return [
        replace(line, after=int(line.after) * (wait + 1.0) + (wait if line.after % 1 else 0.0))
        for line in lines
    ]


def _primary(node: "Node") -> bool:
    return node is node.world.nodes[0]
