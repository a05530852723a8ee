"""Conditions of the verbs that move no service by themselves: demotion reset, pfsync bulk, CARP on."""

from collections.abc import Iterator

from pfha_tui.actions.conditions.case import Case, block, fine, seen, warn
from pfha_tui.actions.conditions.receiver import links
from pfha_tui.actions.model import Finding
from pfha_tui.domain.findings import carp_off
from pfha_tui.domain.language import tr
from pfha_tui.domain.model import CarpState
from pfha_tui.domain.wording import abridged


def cause_gone(case: Case) -> Iterator[Finding]:
    """Nothing demotes the node any more: what is taken off now would be missing when the cause ends."""
    side, name = case.node, case.node.name
    if not side.known:
        return
    reading, now = side.node.carp, side.now
    if carp_off(side):
        text = tr("{node} has CARP disabled, or is booting: that demotes it by itself")
        yield block("node-carp-off", seen(text.format(node=name), reading, now), name)
    yield from links(case, case.index, "node")
    down = [v.label for v in case.scene.view.vips if v.state(case.index) is CarpState.INIT]
    if down:
        text = tr("{node} has in INIT: {vips}").format(node=name, vips=abridged(down))
        yield block("node-init", seen(text, side.node.interfaces, now), name)
    found = case.scene.demotion(case.index)
    if side.current(side.node.mark) is None:
        text = tr("Whether an action of ours demotes {node} is not known").format(node=name)
        yield block("demotion-ours", seen(text, side.node.mark, now), name)
    if found is not None and found.bulk:
        text = tr("A bulk transfer of states demotes {node} by {amount}")
        yield block(
            "bulk-running", seen(text.format(node=name, amount=found.bulk), reading, now), name
        )
    elif found is not None:
        text = tr("{node} is demoted by {demotion}, and nothing explains it")
        text = text.format(node=name, demotion=found.total - found.own)
        yield fine("demotion", seen(text, reading, now), name)


def pfsync_up(case: Case) -> Iterator[Finding]:
    """Both nodes have pfsync up and running."""
    for side in case.scene.sides:
        if not side.known:
            continue
        reading = side.node.interfaces
        lines = [each for each in side.current(reading) or () if each.pfsync is not None]
        running = [
            each
            for each in lines
            if each.pfsync is not None
            and each.pfsync.syncdev
            and each.up
            and "RUNNING" in each.flags
        ]
        make = fine if running else block
        text = tr("{node} has pfsync running") if running else tr("{node} has no pfsync running")
        yield make("pfsync-down", seen(text.format(node=side.name), reading, side.now), side.name)


def bulk_demotes(case: Case) -> Iterator[Finding]:
    """A transfer demotes a node by net.pfsync.carp_demotion_factor, which pfSense has at 0."""
    side = case.node
    carp = side.current(side.node.carp)
    factor = carp.pfsync_demotion_factor if carp is not None else None
    if not factor:
        return
    text = tr("The transfer demotes {node} by {amount} while it lasts")
    text = seen(text.format(node=side.name, amount=factor), side.node.carp, side.now)
    make = block if case.scene.masters(case.index) else warn
    yield make("bulk-demotes", text, side.name)


def node_links(case: Case) -> Iterator[Finding]:
    """Interfaces without a link stay in INIT whatever CARP says."""
    for found in links(case, case.index, "node"):
        yield warn(found.id, found.text, found.node)


def booted(case: Case) -> Iterator[Finding]:
    """Neither node is still booting."""
    for side, prefix in ((case.node, "node"), (case.peer, "peer")):
        if side.current(side.node.booting):
            text = tr("{node} is still booting").format(node=side.name)
            yield block(f"{prefix}-booting", seen(text, side.node.booting, side.now), side.name)
