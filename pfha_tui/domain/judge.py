"""Judges one moment of a pair: the verdict, its causes, and one sentence of why. Worst wins."""

from collections.abc import Callable, Iterator, Sequence

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


class _Reasons(list[Cause]):
    """The causes, the gravest first, and those of them that the sentence has told."""

    def __init__(self, causes: Sequence[Cause]) -> None:
        super().__init__(causes)
        self.told: list[Cause] = []

    def tell(self, found: Cause) -> str:
        """The words of one of them for the sentence."""
        self.told.append(found)
        return found.clause


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
    reasons = _Reasons(causes)
    return Verdict(kind, _why(view, kind, reasons), causes, told=tuple(reasons.told))


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


def _why(view: PairView, kind: VerdictKind, causes: _Reasons) -> str:
    """One sentence for the operator: as written, for node names keep their case; a word of ours at the
    start is capitalised."""
    text = _WHY[kind](view, causes)
    names = [side.name for side in view.sides]
    return text if text.split(maxsplit=1)[0] in names else text[0].upper() + text[1:]


def _why_split(view: PairView, causes: _Reasons) -> str:
    split = [found for found in causes if found.id == "split-brain"]
    if len(split) == 1:
        return _joined(causes.tell(split[0]), _deaf(view, causes))
    vips = [vip for vip in view.vips if view.outcome(vip) is Outcome.SPLIT_BRAIN]
    return _joined(_both_masters(view, vips), _deaf(view, causes))


def _why_partial(view: PairView, causes: _Reasons) -> str:
    errors = _of(causes, Severity.ERROR)
    rest = [found for found in errors if found.id != "role-mixed"]
    mixed = next(found for found in errors if found.id == "role-mixed")
    return _joined(causes.tell(mixed), _first(causes, rest))


def _why_degraded(view: PairView, causes: _Reasons) -> str:
    fault = _first(causes, _of(causes, Severity.ERROR))
    return tr("{clause}, but {fault}").format(clause=_serving(view), fault=fault)


def _why_failed_over(view: PairView, causes: _Reasons) -> str:
    for found in causes:
        if found.id == "demoted-by-us" and found.node == _absent(view):
            return _warned(_joined(_serving(view), causes.tell(found)), causes)
    text = tr("{clause} in place of {node}").format(clause=_serving(view), node=_absent(view))
    return _joined(text, _why_stays(view, causes))


def _why_maintenance(view: PairView, causes: _Reasons) -> str:
    note = next(found for found in causes if found.id == "maintenance")
    text = tr("{clause}, {note}").format(clause=_serving(view), note=causes.tell(note))
    return _warned(text, causes)


def _why_healthy(view: PairView, causes: _Reasons) -> str:
    server, text = view.server, _serving(view)
    if server is not None:
        spare = view.sides[1 - server].name
        ours = [causes.tell(found) for found in causes if found.id == "demoted-by-us"]
        text = tr("{clause}, {node} stands by").format(clause=text, node=spare)
        text = _joined(text, ours[0] if ours else "")
    return _warned(text, causes)


def _of(causes: Sequence[Cause], severity: Severity) -> list[Cause]:
    return [found for found in causes if found.severity is severity]


def _joined(clause: str, reason: str) -> str:
    return tr("{clause}; {reason}").format(clause=clause, reason=reason) if reason else clause


def _first(causes: _Reasons, among: Sequence[Cause]) -> str:
    """The gravest of these, and how many more there are; nothing where there is none."""
    if not among:
        return ""
    clause, more = causes.tell(among[0]), len(among) - 1
    if not more:
        return clause
    text = ntr("{cause} (and {count} more)", "{cause} (and {count} more)", more)
    return text.format(cause=clause, count=more)


def _warned(text: str, causes: _Reasons) -> str:
    warning = _first(causes, _of(causes, Severity.WARNING))
    if not warning:
        return text
    return tr("{clause}; warning: {warning}").format(clause=text, warning=warning)


def _why_no_master(view: PairView, causes: _Reasons) -> str:
    lost = [found for found in causes if found.id == "no-master"]
    off = [found for found in causes if found.id in ("booting", "carp-disabled", "link-down")]
    if not lost:
        faults = abridged([found.clause for found in off])
        return tr("no node can serve: {faults}").format(faults=faults)
    if len(lost) == 1:
        return _joined(causes.tell(lost[0]), _first(causes, off))
    labels = [v.label for v in view.vips if view.outcome(v) is Outcome.NO_MASTER]
    text = tr("no node serves {vips}").format(vips=abridged(labels))
    return _joined(text, _first(causes, off))


def _deaf(view: PairView, causes: _Reasons) -> str:
    """What keeps two masters from noticing each other, as far as it is known."""
    for id in ("cloned-host-id", "addresses-differ", "bad-authentication", "wrong-ttl"):
        for found in causes:
            if found.id == id:
                return causes.tell(found)
    heard = [
        side.node.rates.carp_received_ps
        for side in view.sides
        if side.current(side.node.carp_counters) is not None
    ]
    return tr("neither hears the other's advertisements") if heard == [0, 0] else ""


def _why_unknown(view: PairView, causes: _Reasons) -> str:
    blind = [side for side in view.sides if not side.known]
    lost = [vip.label for vip in view.vips if view.outcome(vip) is Outcome.UNKNOWN]
    ids = (
        "not-yet-known",
        "login-refused",
        "unreachable",
        "roles-unread",
        "data-stale",
        "no-vhids",
    )
    reasons = [causes.tell(found) for found in causes if found.id in ids]
    text = listed(reasons) if reasons else tr("no CARP VHID is known")
    if len(blind) == 1 and lost:
        known = next(side for side in view.sides if side.known)
        longer = tr("{clause}, and {node} does not serve {vips}")
        return longer.format(clause=text, node=known.name, vips=abridged(lost))
    return text


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


def _why_stays(view: PairView, causes: _Reasons) -> str:
    """Why the preferred node has not taken back."""
    name, warnings = _absent(view), _of(causes, Severity.WARNING)
    for found in warnings:
        if found.id in ("demoted", "preempt-off") and found.node == name:
            return tr("{clause}, so it does not take back").format(clause=causes.tell(found))
    for found in warnings:
        if found.id == "equal-skew":
            return tr("{clause}, so nothing takes back").format(clause=causes.tell(found))
    waiting = any(vip.state(1 - (view.server or 0)) is CarpState.BACKUP for vip in view.vips)
    return tr("it should take back at the next advertisement") if waiting else ""


_WHY: dict[VerdictKind, Callable[[PairView, _Reasons], str]] = {
    VerdictKind.NO_MASTER: _why_no_master,
    VerdictKind.SPLIT_BRAIN: _why_split,
    VerdictKind.UNKNOWN: _why_unknown,
    VerdictKind.PARTIAL: _why_partial,
    VerdictKind.DEGRADED: _why_degraded,
    VerdictKind.FAILED_OVER: _why_failed_over,
    VerdictKind.MAINTENANCE: _why_maintenance,
    VerdictKind.HEALTHY: _why_healthy,
}
