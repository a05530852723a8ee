"""Judges one moment of a pair: the verdict, its causes, and one sentence of why. Worst wins."""

from collections.abc import Iterator, Sequence

from pfha_tui.domain.causes import cause, ranked
from pfha_tui.domain.findings import node_causes
from pfha_tui.domain.model import CarpState
from pfha_tui.domain.snapshot import NodeSnapshot
from pfha_tui.domain.sync_findings import pair_causes
from pfha_tui.domain.verdict import Cause, Severity, Verdict, VerdictKind
from pfha_tui.domain.view import Outcome, PairView, Standing, Vip, look

_WORST_FIRST = tuple(VerdictKind)


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
    return Verdict(kind, _why(view, kind, causes), causes)


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
            says = ", ".join(f"{name} says {_word(vip, i)}" for i, name in enumerate(names))
            evidence = f"no node serves {vip.label}: {says}"
            yield cause("no-master", evidence, None, vip.interface, vip.vhid)
        elif outcome is Outcome.SPLIT_BRAIN:
            evidence = f"both {names[0]} and {names[1]} are MASTER of {vip.label}"
            yield cause("split-brain", evidence, None, vip.interface, vip.vhid)
    by = {
        index: [vip.label for vip in view.vips if view.outcome(vip).value == index]
        for index in (0, 1)
    }
    if by[0] and by[1] and _away(view):
        evidence = f"{names[0]} serves {_list(by[0])}, {names[1]} serves {_list(by[1])}"
        yield cause("role-mixed", evidence)
    if not view.vips and all(side.known for side in view.sides):
        yield cause("no-vhids", f"neither {names[0]} nor {names[1]} has a CARP VHID")


def _maintenance_causes(view: PairView) -> Iterator[Cause]:
    first, second = view.sides
    if first.maintenance is not None and second.maintenance is not None:
        evidence = f"both {first.name} and {second.name} are in maintenance"
        yield cause("both-in-maintenance", evidence)
        return
    for index, side in enumerate(view.sides):
        held = [v.label for v in view.vips if view.outcome(v).value == index]
        if side.maintenance is not None and held and view.sides[1 - index].known:
            evidence = f"{side.name} is in maintenance, but still serves {_list(held)}"
            yield cause("maintenance-ineffective", evidence, side.name)


def _word(vip: Vip, index: int) -> str:
    state = vip.state(index)
    return state.value if state is not None else "nothing of it"


def _list(words: Sequence[str]) -> str:
    if len(words) > 4:
        return f"{', '.join(words[:3])} and {len(words) - 3} more"
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _why(view: PairView, kind: VerdictKind, causes: Sequence[Cause]) -> str:
    """One sentence for the operator."""
    first, second = (side.name for side in view.sides)
    errors = [found for found in causes if found.severity is Severity.ERROR]
    if kind is VerdictKind.NO_MASTER:
        return _sentence(_why_no_master(view, errors))
    if kind is VerdictKind.SPLIT_BRAIN:
        split = [vip.label for vip in view.vips if view.outcome(vip) is Outcome.SPLIT_BRAIN]
        return _sentence(
            f"both {first} and {second} are MASTER of {_list(split)}{_deaf(view, causes)}"
        )
    if kind is VerdictKind.UNKNOWN:
        return _sentence(_why_unknown(view, errors))
    if kind is VerdictKind.PARTIAL:
        rest = [found for found in errors if found.id != "role-mixed"]
        mixed = next(found.evidence for found in errors if found.id == "role-mixed")
        return _sentence(f"{mixed}{_because(rest)}")
    if kind is VerdictKind.DEGRADED:
        return _sentence(f"{_serving(view)}, but {errors[0].evidence}{_more(errors[1:])}")
    warnings = [found for found in causes if found.severity is Severity.WARNING]
    if kind is VerdictKind.FAILED_OVER:
        return _sentence(
            f"{_serving(view)} in place of {_absent(view)}{_why_stays(view, warnings)}"
        )
    tail = f"; warning: {warnings[0].evidence}{_more(warnings[1:])}" if warnings else ""
    if kind is VerdictKind.MAINTENANCE:
        note = next(found for found in causes if found.id == "maintenance")
        return _sentence(f"{_serving(view)}, {note.evidence}{tail}")
    server = view.server
    spare = f", {view.sides[1 - server].name} stands by" if server is not None else ""
    return _sentence(f"{_serving(view)}{spare}{tail}")


def _sentence(text: str) -> str:
    """As written: node names keep their case; only a word of ours at the start is capitalised."""
    return (
        text[0].upper() + text[1:]
        if text.startswith(("both ", "no ", "neither ", "each ", "every ", "the "))
        else text
    )


def _why_no_master(view: PairView, errors: Sequence[Cause]) -> str:
    lost = [found for found in errors if found.id == "no-master"]
    off = [found for found in errors if found.id in ("booting", "carp-disabled", "link-down")]
    if not lost:
        return f"no node can serve: {_list([found.evidence for found in off])}"
    if len(lost) == 1:
        return f"{lost[0].evidence}{_because(off)}"
    labels = [v.label for v in view.vips if view.outcome(v) is Outcome.NO_MASTER]
    return f"no node serves {_list(labels)}{_because(off)}"


def _because(causes: Sequence[Cause]) -> str:
    return f"; {causes[0].evidence}{_more(causes[1:])}" if causes else ""


def _more(causes: Sequence[Cause]) -> str:
    return f" (and {len(causes)} more)" if causes else ""


def _deaf(view: PairView, causes: Sequence[Cause]) -> str:
    """What keeps two masters from noticing each other, as far as it is known."""
    for id in ("cloned-host-id", "addresses-differ", "bad-authentication", "wrong-ttl"):
        for found in causes:
            if found.id == id:
                return f"; {found.evidence}"
    heard = [
        side.node.rates.carp_received_ps
        for side in view.sides
        if side.current(side.node.carp_counters) is not None
    ]
    return "; neither hears the other's advertisements" if heard == [0, 0] else ""


def _why_unknown(view: PairView, errors: Sequence[Cause]) -> str:
    blind = [side for side in view.sides if not side.known]
    lost = [vip.label for vip in view.vips if view.outcome(vip) is Outcome.UNKNOWN]
    ids = ("not-yet-known", "login-refused", "unreachable", "roles-unread", "data-stale", "no-vhids")
    reasons = [found.evidence for found in errors if found.id in ids]
    text = " and ".join(reasons) if reasons else "no CARP VHID is known"
    if len(blind) == 1 and lost:
        known = next(side for side in view.sides if side.known)
        return f"{text}, and {known.name} does not serve {_list(lost)}"
    return text


def _serving(view: PairView) -> str:
    """Who serves, when every VHID is served."""
    count = len(view.vips)
    if view.server is None:
        return "each node serves its own VIPs" if not _away(view) else "every VIP is served"
    what = {1: "the VIP", 2: "both VIPs"}.get(count, f"all {count} VIPs")
    return f"{view.sides[view.server].name} serves {what}"


def _absent(view: PairView) -> str:
    return view.sides[0 if view.server == 1 else 1].name


def _why_stays(view: PairView, warnings: Sequence[Cause]) -> str:
    """Why the preferred node has not taken back."""
    name = _absent(view)
    for found in warnings:
        if found.id in ("demoted", "preempt-off") and found.node == name:
            return f"; {found.evidence}, so it does not take back"
    for found in warnings:
        if found.id == "equal-skew":
            return f"; {found.evidence}, so nothing takes back"
    waiting = any(vip.state(1 - (view.server or 0)) is CarpState.BACKUP for vip in view.vips)
    return "; it should take back at the next advertisement" if waiting else ""
