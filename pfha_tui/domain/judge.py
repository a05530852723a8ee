"""Judges one moment of a pair: the verdict, its causes, and one sentence of why. Worst wins."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from pfha_tui.domain.causes import cause, ranked
from pfha_tui.domain.findings import node_causes
from pfha_tui.domain.language import ntr, tr
from pfha_tui.domain.model import CarpState
from pfha_tui.domain.snapshot import NodeSnapshot
from pfha_tui.domain.sync_findings import pair_causes
from pfha_tui.domain.verdict import Cause, Severity, Verdict, VerdictKind
from pfha_tui.domain.view import Outcome, PairView, Standing, Vip, look
from pfha_tui.domain.wording import abridged, listed

_WORST_FIRST = tuple(VerdictKind)


class _Said(NamedTuple):
    """A clause of the sentence, and the causes that it tells in their own words."""

    text: str
    told: tuple[Cause, ...] = ()


_NOTHING = _Said("")


def judge(primary: NodeSnapshot, secondary: NodeSnapshot, now: float) -> Verdict:
    """The verdict on two snapshots at the console's monotonic `now`, not yet confirmed.

    Nothing is inferred from absence of data: a node without fresh roles never adds to a split brain or
    to a missing master; it makes the pair degraded if the other node serves all, and else unknown.
    Short mixed states in the middle of a changeover are judged as they stand; confirming sits them out.
    """
    view = look(primary, secondary, now)
    causes = ranked(
        [
            *_role_causes(view),
            *_maintenance_causes(view),
            *node_causes(view, 0),
            *node_causes(view, 1),
            *pair_causes(view),
        ]
    )
    kind = min(_kinds(view, causes), key=_WORST_FIRST.index)
    why = _WHY[kind](view, causes)
    return Verdict(kind, _sentence(why.text, view), causes, told=why.told)


def _kinds(view: PairView, causes: Sequence[Cause]) -> Iterator[VerdictKind]:
    """Every verdict that something speaks for."""
    yield VerdictKind.HEALTHY
    ids = {found.id for found in causes}
    outcomes = {view.outcome(vip) for vip in view.vips}
    off = all(side.allow is False for side in view.sides)
    if Outcome.NO_MASTER in outcomes or (not view.vips and off):
        yield VerdictKind.NO_MASTER
    if Outcome.SPLIT_BRAIN in outcomes:
        yield VerdictKind.SPLIT_BRAIN
    blind = any(side.standing not in (Standing.KNOWN, Standing.UNREACHABLE) for side in view.sides)
    if Outcome.UNKNOWN in outcomes or blind or not view.vips:
        yield VerdictKind.UNKNOWN
    if "role-mixed" in ids:
        yield VerdictKind.PARTIAL
    if any(found.severity is Severity.ERROR for found in causes):
        yield VerdictKind.DEGRADED
    if _resting(view) is not None:
        yield VerdictKind.MAINTENANCE
    elif _away(view):
        yield VerdictKind.FAILED_OVER


def _resting(view: PairView) -> int | None:
    """Index of the only node in maintenance while the other one serves all."""
    resting = [index for index, side in enumerate(view.sides) if side.maintenance is not None]
    return resting[0] if len(resting) == 1 and view.server == 1 - resting[0] else None


def _away(view: PairView) -> list[Vip]:
    """VHIDs that are served by the node that should not."""
    served = (Outcome.BY_PRIMARY, Outcome.BY_SECONDARY)
    outcomes = [(vip, view.outcome(vip)) for vip in view.vips]
    return [vip for vip, outcome in outcomes if outcome in served and outcome.value != vip.home]


def _role_causes(view: PairView) -> Iterator[Cause]:
    names = [side.name for side in view.sides]
    for vip in view.vips:
        outcome = view.outcome(vip)
        if outcome is Outcome.NO_MASTER:
            text = tr("no node serves {vip}: {first} says {mine}, {second} says {theirs}")
            evidence = text.format(
                vip=vip.label,
                first=names[0],
                mine=_word(vip, 0),
                second=names[1],
                theirs=_word(vip, 1),
            )
            yield cause("no-master", evidence, None, vip.interface, vip.vhid)
        elif outcome is Outcome.SPLIT_BRAIN:
            evidence = _both_masters(view, [vip])
            yield cause("split-brain", evidence, None, vip.interface, vip.vhid)
    by = {
        index: [vip.label for vip in view.vips if view.outcome(vip).value == index]
        for index in (0, 1)
    }
    if by[0] and by[1] and _away(view):
        text = tr("{first} serves {mine}, {second} serves {theirs}")
        evidence = text.format(
            first=names[0], mine=abridged(by[0]), second=names[1], theirs=abridged(by[1])
        )
        yield cause("role-mixed", evidence)
    if not view.vips and all(side.known for side in view.sides):
        text = tr("neither {first} nor {second} has a CARP VHID")
        yield cause("no-vhids", text.format(first=names[0], second=names[1]))


def _maintenance_causes(view: PairView) -> Iterator[Cause]:
    first, second = view.sides
    if first.maintenance is not None and second.maintenance is not None:
        text = tr("both {first} and {second} are in maintenance")
        yield cause("both-in-maintenance", text.format(first=first.name, second=second.name))
        return
    for index, side in enumerate(view.sides):
        held = [v.label for v in view.vips if view.outcome(v).value == index]
        if side.maintenance is not None and held and view.sides[1 - index].known:
            text = tr("{node} is in maintenance, but still serves {vips}")
            evidence = text.format(node=side.name, vips=abridged(held))
            yield cause("maintenance-ineffective", evidence, side.name)


def _word(vip: Vip, index: int) -> str:
    state = vip.state(index)
    return state.value if state is not None else tr("nothing of it")


def _both_masters(view: PairView, vips: Sequence[Vip]) -> str:
    first, second = (side.name for side in view.sides)
    labels = abridged([vip.label for vip in vips])
    text = tr("both {first} and {second} are MASTER of {vips}")
    return text.format(first=first, second=second, vips=labels)


def _sentence(text: str, view: PairView) -> str:
    """As written, for node names keep their case; a word of ours at the start is capitalised."""
    names = [side.name for side in view.sides]
    return text if text.split(maxsplit=1)[0] in names else text[0].upper() + text[1:]


def _tell(found: Cause) -> _Said:
    return _Said(found.clause, (found,))


def _joined(clause: _Said, reason: _Said) -> _Said:
    if not reason.text:
        return clause
    text = tr("{clause}; {reason}").format(clause=clause.text, reason=reason.text)
    return _Said(text, clause.told + reason.told)


def _of(causes: Sequence[Cause], severity: Severity) -> list[Cause]:
    return [found for found in causes if found.severity is severity]


def _first(among: Sequence[Cause]) -> _Said:
    """The gravest of these, and how many more there are; nothing where there is none."""
    if not among:
        return _NOTHING
    first, more = _tell(among[0]), len(among) - 1
    if not more:
        return first
    text = ntr("{cause} (and {count} more)", "{cause} (and {count} more)", more)
    return first._replace(text=text.format(cause=first.text, count=more))


def _warned(clause: _Said, causes: Sequence[Cause]) -> _Said:
    warning = _first(_of(causes, Severity.WARNING))
    if not warning.text:
        return clause
    text = tr("{clause}; warning: {warning}").format(clause=clause.text, warning=warning.text)
    return _Said(text, clause.told + warning.told)


def _why_split(view: PairView, causes: Sequence[Cause]) -> _Said:
    split = [found for found in causes if found.id == "split-brain"]
    if len(split) == 1:
        return _joined(_tell(split[0]), _deaf(view, causes))
    vips = [vip for vip in view.vips if view.outcome(vip) is Outcome.SPLIT_BRAIN]
    return _joined(_Said(_both_masters(view, vips)), _deaf(view, causes))


def _why_partial(view: PairView, causes: Sequence[Cause]) -> _Said:
    errors = _of(causes, Severity.ERROR)
    rest = [found for found in errors if found.id != "role-mixed"]
    mixed = next(found for found in errors if found.id == "role-mixed")
    return _joined(_tell(mixed), _first(rest))


def _why_degraded(view: PairView, causes: Sequence[Cause]) -> _Said:
    fault = _first(_of(causes, Severity.ERROR))
    text = tr("{clause}, but {fault}").format(clause=_serving(view), fault=fault.text)
    return fault._replace(text=text)


def _why_failed_over(view: PairView, causes: Sequence[Cause]) -> _Said:
    serving, absent = _serving(view), _absent(view)
    for found in causes:
        if found.id == "demoted-by-us" and found.node == absent:
            return _warned(_joined(_Said(serving), _tell(found)), causes)
    text = tr("{clause} in place of {node}").format(clause=serving, node=absent)
    return _joined(_Said(text), _why_stays(view, causes))


def _why_maintenance(view: PairView, causes: Sequence[Cause]) -> _Said:
    note = _tell(next(found for found in causes if found.id == "maintenance"))
    text = tr("{clause}, {note}").format(clause=_serving(view), note=note.text)
    return _warned(note._replace(text=text), causes)


def _why_healthy(view: PairView, causes: Sequence[Cause]) -> _Said:
    server, said = view.server, _Said(_serving(view))
    if server is not None:
        spare = view.sides[1 - server].name
        said = _Said(tr("{clause}, {node} stands by").format(clause=said.text, node=spare))
        ours = [_tell(found) for found in causes if found.id == "demoted-by-us"]
        said = _joined(said, ours[0] if ours else _NOTHING)
    return _warned(said, causes)


def _why_no_master(view: PairView, causes: Sequence[Cause]) -> _Said:
    lost = [found for found in causes if found.id == "no-master"]
    off = [found for found in causes if found.id in ("booting", "carp-disabled", "link-down")]
    if not lost:
        faults = abridged([found.clause for found in off])
        return _Said(tr("no node can serve: {faults}").format(faults=faults))
    if len(lost) == 1:
        return _joined(_tell(lost[0]), _first(off))
    labels = [v.label for v in view.vips if view.outcome(v) is Outcome.NO_MASTER]
    text = tr("no node serves {vips}").format(vips=abridged(labels))
    return _joined(_Said(text), _first(off))


def _deaf(view: PairView, causes: Sequence[Cause]) -> _Said:
    """What keeps two masters from noticing each other, as far as it is known."""
    for id in ("cloned-host-id", "addresses-differ", "bad-authentication", "wrong-ttl"):
        for found in causes:
            if found.id == id:
                return _tell(found)
    heard = [
        side.node.rates.carp_received_ps
        for side in view.sides
        if side.current(side.node.carp_counters) is not None
    ]
    return _Said(tr("neither hears the other's advertisements")) if heard == [0, 0] else _NOTHING


def _why_unknown(view: PairView, causes: Sequence[Cause]) -> _Said:
    blind = [side for side in view.sides if not side.known]
    lost = [vip.label for vip in view.vips if view.outcome(vip) is Outcome.UNKNOWN]
    ids = (*(standing.value for standing in Standing), "no-vhids")
    told = tuple(found for found in causes if found.id in ids)
    text = listed([found.clause for found in told]) if told else tr("no CARP VHID is known")
    if len(blind) == 1 and lost:
        known = next(side for side in view.sides if side.known)
        longer = tr("{clause}, and {node} does not serve {vips}")
        text = longer.format(clause=text, node=known.name, vips=abridged(lost))
    return _Said(text, told)


def _serving(view: PairView) -> str:
    """Who serves, when every VHID is served."""
    count = len(view.vips)
    if view.server is None:
        return tr("every VIP is served") if _away(view) else tr("each node serves its own VIPs")
    if count == 1:
        text = tr("{node} serves the VIP")
    elif count == 2:
        text = tr("{node} serves both VIPs")
    else:
        text = tr("{node} serves all {count} VIPs")
    return text.format(node=view.sides[view.server].name, count=count)


def _absent(view: PairView) -> str:
    return view.sides[0 if view.server == 1 else 1].name


def _why_stays(view: PairView, causes: Sequence[Cause]) -> _Said:
    """Why the preferred node has not taken back."""
    name, warnings = _absent(view), _of(causes, Severity.WARNING)
    for found in warnings:
        if found.id in ("demoted", "preempt-off") and found.node == name:
            text = tr("{clause}, so it does not take back")
            return _Said(text.format(clause=found.clause), (found,))
    for found in warnings:
        if found.id == "equal-skew":
            text = tr("{clause}, so nothing takes back")
            return _Said(text.format(clause=found.clause), (found,))
    waiting = any(vip.state(1 - (view.server or 0)) is CarpState.BACKUP for vip in view.vips)
    return _Said(tr("it should take back at the next advertisement")) if waiting else _NOTHING


_WHY: dict[VerdictKind, Callable[[PairView, Sequence[Cause]], _Said]] = {
    VerdictKind.NO_MASTER: _why_no_master,
    VerdictKind.SPLIT_BRAIN: _why_split,
    VerdictKind.UNKNOWN: _why_unknown,
    VerdictKind.PARTIAL: _why_partial,
    VerdictKind.DEGRADED: _why_degraded,
    VerdictKind.FAILED_OVER: _why_failed_over,
    VerdictKind.MAINTENANCE: _why_maintenance,
    VerdictKind.HEALTHY: _why_healthy,
}
