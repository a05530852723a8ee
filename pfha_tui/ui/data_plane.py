"""Pure: state synchronisation, state table, advertisements and configuration of a node as rows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pfha_tui.domain.events import Event, EventKind
from pfha_tui.domain.language import ntr, tr
from pfha_tui.domain.model import PfsyncInterface
from pfha_tui.domain.reading import ErrorKind, Freshness, Source
from pfha_tui.domain.snapshot import NodeSnapshot
from pfha_tui.domain.text import clean
from pfha_tui.ui import present, texts
from pfha_tui.ui.about import About, Topic
from pfha_tui.ui.line import EMPTY, Line, Tone, line, wrap
from pfha_tui.ui.present import Scene
from pfha_tui.ui.rows import Row, calm
from pfha_tui.ui.sections import Condition, condition

PUSH_CELLS = 200
MANY_STATES = 0.9
BULK_LONG_S = 120.0
REBOOT_SLACK_S = 60.0
ID_CHARACTERS = 8

_BULK = re.compile(r"pfsync bulk (start|done|fail)")


@dataclass(frozen=True, slots=True)
class Bulk:
    """The newest word of the kernel on a bulk update since the node started: start, done or fail."""

    word: str
    epoch: float


def bulk_of(node: NodeSnapshot, events: Sequence[Event]) -> Bulk | None:
    """Looked up in the node's events (ip_carp.c logs it with every change of the demotion, be it by 0)."""
    booted = node.system.value.boottime if node.system.value is not None else None
    for event in reversed(events):
        if event.node != node.name or event.kind not in (EventKind.PFSYNC, EventKind.DEMOTION):
            continue
        found = _BULK.search(event.reason)
        if found is not None:
            if booted is not None and event.epoch < booted - REBOOT_SLACK_S:
                return None
            return Bulk(found[1], event.epoch)
    return None


def rows(
    node: NodeSnapshot, peer: NodeSnapshot, index: int, bulk: Bulk | None, scene: Scene
) -> tuple[Row, ...]:
    """All rows of this part, in the order in which they are shown."""
    found = (
        pfsync(node, peer, index, scene),
        states(node, peer, index, scene),
        _bulk(node, index, bulk, scene),
        _creators(node, peer, index, scene),
        _adverts(node, index, scene),
        config(node, index, scene),
        _push(node, index),
    )
    return tuple(row for row in found if row is not None)


def pfsync(node: NodeSnapshot, peer: NodeSnapshot, index: int, scene: Scene) -> Row:
    """Messages per second both ways, failures, and the interface."""
    about, state = About(Topic.PFSYNC, index), condition(node.pfsync, scene)
    setting = pfsync_interface(node)
    if setting is not None and not setting.syncdev:
        return Row(tr(texts.PFSYNC), (line((tr(texts.PFSYNC_OFF), Tone.WARN)),), state, about)
    if node.pfsync.value is None:
        return Row(tr(texts.PFSYNC), (), state, about)
    sent = present.per_second(node.rates.pfsync_out_ps, " msg/s")
    heard = present.per_second(node.rates.pfsync_in_ps, " msg/s")
    to_peer = (f" {tr(texts.MESSAGES_SENT).format(peer=clean(peer.name))}", Tone.MUTED)
    values = [line(("► ", Tone.MUTED), sent, to_peer), line(("◄ ", Tone.MUTED), heard)]
    if (node.rates.pfsync_send_errors_ps or 0.0) > 0:
        errors = present.per_second(node.rates.pfsync_send_errors_ps)
        values.append(line((tr(texts.SEND_ERRORS).format(rate=errors), Tone.BAD)))
    if setting is not None:
        on = tr(texts.ON_INTERFACE).format(interface=clean(setting.syncdev or ""))
        values.append(line((on, Tone.MUTED)))
    return Row(tr(texts.PFSYNC), tuple(values), state, about)


def pfsync_interface(node: NodeSnapshot) -> PfsyncInterface | None:
    """The node's pfsync settings, None where no interface tells them."""
    found = (i.pfsync for i in node.interfaces.value or () if i.pfsync is not None)
    return next(found, None)


def states(node: NodeSnapshot, peer: NodeSnapshot, index: int, scene: Scene) -> Row:
    """State count, fill of the table, and parity with the peer."""
    about, number = About(Topic.STATES, index), node.states
    if number is None:
        return Row(tr(texts.STATES), (), condition(node.pf, scene), about)
    state = condition(node.counted, scene)
    limit = states_limit(node)
    text = brief = present.count(number)
    tone = Tone.PLAIN
    if limit:
        fill = number / limit
        tone = Tone.WARN if fill >= MANY_STATES else Tone.PLAIN
        share = present.share(fill, 1)
        text = tr(texts.STATES_OF).format(count=text, limit=present.count(limit), share=share)
        brief = f"{brief} ({share})"
    more = [] if state.stale else [parity(number, peer, scene)]
    if node.counted.source is Source.SNMP:
        more.append(line((tr(texts.VIA_SNMP), Tone.MUTED)))
    short = (line((brief, tone)), *more)
    return Row(tr(texts.STATES), (line((text, tone)), *more), state, about, short)


def states_limit(node: NodeSnapshot) -> int | None:
    """The size of the state table: pfctl's figure, else SNMP's."""
    limit = node.limits.value.states if node.limits.value is not None else None
    if limit is None and node.snmp.value is not None:
        limit = node.snmp.value.states_limit
    return limit


def parity(number: int, peer: NodeSnapshot, scene: Scene) -> Line:
    """The own state count as a share of the peer's; nothing where that is not known now."""
    other = peer.states
    known = peer.reachable and peer.counted.freshness(scene.now) is not Freshness.STALE
    if not other or not known:
        return EMPTY
    text = tr(texts.PARITY).format(share=present.share(number / other, 1), peer=clean(peer.name))
    return line((text, Tone.MUTED))


def bulk_items(node: NodeSnapshot, bulk: Bulk | None, scene: Scene) -> tuple[Line, ...]:
    """How the last bulk update of states stands; nothing where neither log nor kernel tells."""
    setting = pfsync_interface(node)
    pending = None if setting is None or setting.syncok is None else not setting.syncok
    if setting is not None and not setting.syncdev:
        return ()
    items: list[Line] = []
    if bulk is None:
        if pending is None:
            return ()
        no_record = line((tr("no record in the log"), Tone.MUTED))
        items.append(line((tr(texts.PFSYNC_PENDING), Tone.WARN)) if pending else no_record)
    else:
        items.append(_bulk_word(bulk, pending, scene))
    if pending is not None:
        items.append(line((f"syncok {0 if pending else 1}", Tone.MUTED)))
    return tuple(items)


def _bulk_word(bulk: Bulk, pending: bool | None, scene: Scene) -> Line:
    clock = present.clock_text(bulk.epoch, scene)
    if bulk.word == "done":
        return line(tr("done {clock}").format(clock=clock))
    if bulk.word == "fail":
        return line((tr("FAILED {clock}: the peer did not answer").format(clock=clock), Tone.BAD))
    lasted = scene.epoch - bulk.epoch
    if pending is False:
        return line(tr("begun {clock}, its end is not in the log").format(clock=clock))
    tone = Tone.WARN if lasted > BULK_LONG_S else Tone.ACCENT
    return line((tr("running for {age}").format(age=present.age(lasted)), tone))


def _bulk(node: NodeSnapshot, index: int, bulk: Bulk | None, scene: Scene) -> Row | None:
    values = bulk_items(node, bulk, scene)
    if not values:
        return None
    about, state = About(Topic.PFSYNC, index), Condition(condition(node.interfaces, scene).stale)
    settled = bulk is None or bulk.word == "done"
    done = tr("bulk update done") if bulk is not None else tr("no bulk update")
    folded = done if settled and calm(state, values) else ""
    return Row(tr("bulk"), values, state, about, folded=folded)


def creator_items(node: NodeSnapshot, peer: NodeSnapshot, brief: bool = False) -> tuple[Line, ...]:
    """Whose states the node holds, by creator id: its own, the peer's, or one that neither node has now;
    `brief` tells of the last only how many there are."""
    held = node.creators.value or ()
    own = node.pf.value.host_id if node.pf.value is not None else None
    theirs = peer.pf.value.host_id if peer.pf.value is not None else None
    own_word = (f" {tr('own')}", Tone.MUTED)
    items: list[Line] = []
    if theirs is not None and theirs not in held:
        none = tr(texts.CREATOR_NO_PEER).format(peer=clean(peer.name))
        items.append(line((none, Tone.WARN)))
    known = own is not None and theirs is not None
    strangers = [one for one in held if known and one not in (own, theirs)]
    if brief and strangers:
        count = ntr("{count} stranger", "{count} strangers", len(strangers))
        items.append(line((count.format(count=len(strangers)), Tone.WARN)))
    for creator in sorted(held, key=lambda one: (one != own, one != theirs)):
        shown = clean(creator[: 2 * ID_CHARACTERS])
        if creator == own:
            items.append(
                line((f"{shown} {tr('own')}", Tone.MUTED)) if brief else line(shown, own_word)
            )
        elif creator == theirs:
            text = tr("{peer}'s").format(peer=clean(peer.name))
            items.append(line(shown, (f" {text}", Tone.MUTED)))
        elif not known:
            items.append(line(shown))
        elif not brief:
            items.append(line((f"{shown} {tr('of neither node')}", Tone.WARN)))
    return tuple(items)


def _creators(node: NodeSnapshot, peer: NodeSnapshot, index: int, scene: Scene) -> Row | None:
    about, reading = About(Topic.CREATORS, index), node.creators
    state = condition(reading, scene)
    if reading.value is None:
        # A node that cannot tell creators at all is not worth a row of its own.
        quiet = reading.error is None or reading.error.kind is ErrorKind.MISSING
        return None if quiet else Row(tr(texts.CREATORS), (), state, about)
    values, short = creator_items(node, peer), creator_items(node, peer, brief=True)
    count = tr("{count} creator ids").format(count=len(reading.value))
    folded = count if calm(state, values) else ""
    return Row(tr(texts.CREATORS), values, state, about, short, folded)


def _adverts(node: NodeSnapshot, index: int, scene: Scene) -> Row | None:
    counters = node.carp_counters.value
    if counters is None:
        return None
    sent = present.count(counters.sent + counters.sent6)
    heard = present.count(counters.received + counters.received6)
    values = [line(tr(texts.ADVERTS_COUNTS).format(sent=sent, received=heard))]
    failing = (node.rates.carp_bad_auth_ps or 0.0) > 0
    for number, text, tone in (
        (counters.bad_authentication, tr(texts.BAD_AUTH), Tone.BAD if failing else Tone.MUTED),
        (counters.send_failed, tr(texts.SEND_FAILED), Tone.MUTED),
    ):
        if number:
            values.append(line((text.format(count=present.count(number)), tone)))
    state = condition(node.carp_counters, scene)
    folded = tr(texts.ADVERTS) if calm(state, values) else ""
    return Row(tr(texts.ADVERTS), tuple(values), state, About(Topic.ADVERTS, index), folded=folded)


def config(node: NodeSnapshot, index: int, scene: Scene) -> Row:
    """When config.xml last changed, and whether maintenance mode is set in it."""
    about = About(Topic.CONFIG, index)
    if node.config.value is None:
        identity, error = node.identity.value, node.config.error
        missing = error is not None and error.kind is ErrorKind.MISSING
        if missing and identity is not None and identity.version is None:
            plain = line((tr(texts.PLAIN_FREEBSD), Tone.MUTED))
            folded = tr("plain FreeBSD")
            return Row(tr(texts.CONFIG), (plain,), Condition(False), about, folded=folded)
        return Row(tr(texts.CONFIG), (), condition(node.config, scene), about)
    changed = present.clock_text(node.config.value.mtime, scene)
    mode = condition(node.maintenance, scene)
    if node.maintenance.value is None:
        shown = line((f"{tr(texts.MAINTENANCE)} ", Tone.MUTED), mode.remark)
    elif node.maintenance.value:
        shown = mode.show(line((tr(texts.MAINTENANCE_ON), Tone.WARN)))
    else:
        shown = mode.show(line((tr(texts.MAINTENANCE_OFF), Tone.MUTED)))
    values = (line(tr(texts.CONFIG_CHANGED).format(clock=changed)), shown)
    state = condition(node.config, scene)
    on_purpose = node.maintenance.value is True
    folded = tr(texts.CONFIG) if calm(state, values) and not on_purpose else ""
    return Row(tr(texts.CONFIG), values, state, about, folded=folded)


def _push(node: NodeSnapshot, index: int) -> Row | None:
    if not node.push_gaps:
        return None
    text = wrap(tr("; ").join(node.push_gaps), PUSH_CELLS, 1, Tone.WARN)
    return Row(tr(texts.STREAM), text, Condition(False), About(Topic.STREAM, index))
