"""What is shown beside the roles: whether connections survive, and what else differs between the nodes."""

from collections.abc import Iterator

from pfha_tui.actions.conditions.case import Case, fine, seen, warn
from pfha_tui.actions.model import Finding
from pfha_tui.actions.plans.sync import pfsync_of
from pfha_tui.domain.language import tr
from pfha_tui.domain.reading import ErrorKind
from pfha_tui.domain.wording import grouped

LEAST_PARITY = 0.9
_TELLING = (
    "state-sync-broken",
    "state-sync-off",
    "pfsync-version-differs",
    "version-differs",
    "cloned-host-id",
    "addresses-differ",
    "bad-authentication",
    "wrong-ttl",
)
"""Causes of the verdict that say that a handover costs more than it should."""


def parity(case: Case) -> Iterator[Finding]:
    """The node that is to serve knows nine in ten of the states."""
    mine, theirs = (side.states for side in case.scene.sides)
    if mine is None or theirs is None:
        yield warn("state-parity", tr("How many states both nodes hold is not known."))
        return
    share = min(mine, theirs) / max(mine, theirs) if mine or theirs else 1.0
    text = tr("{first} holds {mine} states and {second} {theirs}: {percent} %")
    text = text.format(
        first=case.scene.name(0),
        mine=grouped(mine),
        second=case.scene.name(1),
        theirs=grouped(theirs),
        percent=f"{100 * share:.0f}",
    )
    side = case.peer
    reading = side.node.pf if side.node.pf.value is not None else side.node.snmp
    make = fine if share >= LEAST_PARITY else warn
    yield make("state-parity", seen(text, reading, side.now))


def bulk_pending(case: Case) -> Iterator[Finding]:
    """No bulk transfer of states is under way."""
    for side in case.scene.sides:
        line = pfsync_of(side)
        if line is not None and line.syncok is False:
            text = tr("{node} waits for a bulk transfer of states").format(node=side.name)
            yield warn("syncok", seen(text, side.node.interfaces, side.now), side.name)


def creators(case: Case) -> Iterator[Finding]:
    """Each node holds states that the other made."""
    hosts = []
    for side in case.scene.sides:
        pf = side.current(side.node.pf)
        hosts.append(pf.host_id if pf is not None else None)
    for side in case.scene.sides:
        known = side.current(side.node.creators)
        if known is None:
            error = side.node.creators.error
            if error is not None and error.kind is ErrorKind.MISSING:
                continue  # an older pfctl has no such list, and its state table is too large to count through
            text = tr("Whose states {node} holds is not known").format(node=side.name)
        elif None not in hosts and not set(hosts) <= set(known):
            text = tr("{node} does not hold states of both nodes").format(node=side.name)
        else:
            continue
        yield warn("creators", seen(text, side.node.creators, side.now), side.name)


def gateways(case: Case) -> Iterator[Finding]:
    """The node that is to serve reaches its gateways."""
    side = case.receiver
    if not side.known:
        return
    known, reading = side.current(side.node.gateways), side.node.gateways
    if known is None:
        text = tr("Whether {node} reaches its gateways is not known").format(node=side.name)
        yield warn("gateways", seen(text, reading, side.now), side.name)
        return
    lost = [gateway.name for gateway in known if gateway.loss >= 1 and not gateway.pending]
    if lost:
        text = tr("{node} does not reach {gateways}")
        text = text.format(node=side.name, gateways=", ".join(lost))
        yield warn("gateways", seen(text, reading, side.now), side.name)
    elif known:
        text = tr("{node} reaches its gateways").format(node=side.name)
        yield fine("gateways", seen(text, reading, side.now), side.name)


def drift(case: Case) -> Iterator[Finding]:
    """Whether the configurations are equal is for the comparison to say."""
    text = tr(
        "Whether {peer} has the same configuration is not known here: compare both configurations."
    )
    yield warn("drift-unknown", text.format(peer=case.peer.name), case.peer.name)


def told(case: Case) -> Iterator[Finding]:
    """What the verdict has against a handover anyway, and clocks that differ."""
    for cause in case.scene.snapshot.verdict.causes:
        if cause.id in _TELLING or cause.id == "clock-skew":
            yield warn(cause.id, cause.evidence, cause.node)
