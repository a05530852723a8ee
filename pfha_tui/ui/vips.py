"""Pure: the VIPs of one node as rows that fit, unhealthy ones first."""

from collections.abc import Sequence

from pfha_tui.domain.model import CarpState, Family
from pfha_tui.domain.reading import Freshness, Reading
from pfha_tui.domain.snapshot import CarpRole, NodeSnapshot, PairSnapshot
from pfha_tui.domain.text import clean
from pfha_tui.domain.verdict import Severity
from pfha_tui.ui import present, texts
from pfha_tui.ui.line import EMPTY, Line, Part, Tone, crop, flow, line, pad, plain, retone, width
from pfha_tui.ui.present import Scene

Key = tuple[str, int]
LABEL_CELLS = 12
ADDRESS_CELLS = 18
GAP = 2


def key_of(role: CarpRole) -> Key:
    """(interface, VHID), the key of a VIP."""
    return (role.interface, role.vhid)


def unhealthy(pair: PairSnapshot) -> frozenset[Key]:
    """VIPs that the operator should see first: named by an error, not running, absent on one node, or
    with other than one MASTER where both nodes have told of it."""
    found = {
        (cause.interface, cause.vhid)
        for cause in pair.verdict.causes
        if cause.severity is Severity.ERROR
        and cause.interface is not None
        and cause.vhid is not None
    }
    states: dict[Key, list[CarpState | None]] = {}
    for node in pair.nodes:
        for role in node.roles:
            states.setdefault(key_of(role), []).append(role.state)
    for key, seen in states.items():
        wrong = any(state in (None, CarpState.INIT) for state in seen)
        if wrong or (len(seen) == 2 and seen.count(CarpState.MASTER) != 1):
            found.add(key)
    return frozenset(found)


def label(role: CarpRole) -> str:
    """What the operator calls the interface: its description, else its name."""
    return crop(clean(role.description[: 2 * LABEL_CELLS] or role.interface), LABEL_CELLS)


def freshness(role: CarpRole, node: NodeSnapshot, scene: Scene) -> Freshness:
    """How old the fact of a role is, judged by the interfaces' period."""
    fact = Reading(value=role, taken_at=role.at, period_s=node.interfaces.period_s)
    return fact.freshness(scene.now)


def role_line(role: CarpRole, node: NodeSnapshot, scene: Scene, bad: bool = False) -> Line:
    """`● MASTER`, or `? was MASTER` where that is too old to be taken for the present."""
    mark = present.ROLE_MARKS[role.state]
    if freshness(role, node, scene) is Freshness.STALE:
        return line((f"? {texts.WAS} {mark.word}", Tone.MUTED))
    return retone(mark.line(), Tone.BAD) if bad else mark.line()


def ordered(node: NodeSnapshot, sick: frozenset[Key]) -> tuple[CarpRole, ...]:
    """The node's VIPs, unhealthy ones first, else in the order in which they were told."""
    return tuple(sorted(node.roles, key=lambda role: key_of(role) not in sick))


def rows(
    roles: Sequence[CarpRole], node: NodeSnapshot, sick: frozenset[Key], scene: Scene, cells: int
) -> tuple[tuple[tuple[Line, ...], ...], str]:
    """One group of lines per VIP (role, interface, VHID, address, skew, since), and the start that all
    have in common, for the heading, where it does not fit into the lines.

    What does not fit in the first line (more addresses, a start of its own) follows below it.
    """
    cellsets = [_cells(role, node, scene, key_of(role) in sick) for role in roles]
    if not cellsets:
        return (), ""
    columns = range(len(cellsets[0]) - 1)
    widths = [max(width(one[i]) for one in cellsets) for i in columns]
    base = sum(widths) + GAP * (len(widths) - 1)
    room = cells - base - GAP
    since_forms = [(_since(role, scene)) for role in roles]
    full = max(len(long) for long, _ in since_forms)
    short = max(len(brief) for _, brief in since_forms)
    starts = {long for long, _ in since_forms}
    crowded = full > room and short > room
    common = starts.pop() if crowded and len(starts) == 1 else ""
    groups = []
    for role, parts, (long, brief) in zip(roles, cellsets, since_forms, strict=True):
        stale = freshness(role, node, scene) is Freshness.STALE
        first: Line = EMPTY
        for i in columns:
            first = line(first, " " * GAP if i else "", pad(parts[i], widths[i]))
        tail = long if full <= room else brief if short <= room else ""
        if tail:
            first = line(first, " " * GAP, (tail, Tone.MUTED))
        rest = [line((text, Tone.MUTED)) for text in _more_addresses(role)]
        if long and not tail and not common:
            rest.insert(0, line((long, Tone.MUTED)))
        indent = widths[0] + GAP
        below = flow(rest, cells - indent, gap=GAP)
        group = (first, *(line(" " * indent, more) for more in below))
        groups.append(tuple(retone(one, Tone.MUTED) for one in group) if stale else group)
    return tuple(groups), common


def _cells(role: CarpRole, node: NodeSnapshot, scene: Scene, bad: bool) -> tuple[Line, ...]:
    address = _first_address(role)
    demoted = role.effective_skew not in (None, role.advskew)
    skew: Part = (
        present.skew_text(role.advskew, role.effective_skew),
        Tone.WARN if demoted else Tone.MUTED,
    )
    return (
        role_line(role, node, scene, bad),
        line((label(role), Tone.STRONG)),
        line((f"{texts.VHID} {role.vhid}", Tone.MUTED)),
        line(address),
        line(skew) if role.state is not None else EMPTY,
        EMPTY,
    )


def _since(role: CarpRole, scene: Scene) -> tuple[str, str]:
    if role.since is None:
        return "", ""
    return present.since_text(role.since, scene), present.since_short(role.since, scene)


def _texts(role: CarpRole) -> list[str]:
    sort = sorted(role.addresses, key=lambda a: a.family is not Family.INET)
    return [clean(f"{a.address[:64]}/{a.prefix_len}") for a in sort]


def _first_address(role: CarpRole) -> str:
    found = _texts(role)
    return found[0] if found and len(found[0]) <= ADDRESS_CELLS else ""


def _more_addresses(role: CarpRole) -> list[str]:
    found = _texts(role)
    return found[1:] if _first_address(role) else found


def brief(role: CarpRole, node: NodeSnapshot, scene: Scene, bad: bool) -> Line:
    """A VIP in the fewest words: `● MASTER WAN vhid 1`."""
    tail = f" {texts.VHID} {role.vhid}"
    return line(
        role_line(role, node, scene, bad), " ", (label(role), Tone.STRONG), (tail, Tone.MUTED)
    )


def badge(node: NodeSnapshot, scene: Scene) -> tuple[str, Tone]:
    """Who serves, in one word for the node's frame: `● MASTER 3 d 04:12`, `● MASTER 1  ○ BACKUP 1`,
    `UNREACHABLE`."""
    if node.reachable is False:
        return f"✗ {texts.UNREACHABLE.upper()}", Tone.BADGE_BAD
    if node.reachable is None:
        return f"? {texts.NOT_CONNECTED}", Tone.BADGE_WARN
    if any(freshness(role, node, scene) is Freshness.STALE for role in node.roles):
        return f"? {texts.VERDICT_WORDS['unknown']}", Tone.BADGE_WARN
    tally = [
        (mark, sum(role.state is state for role in node.roles))
        for state, mark in present.ROLE_MARKS.items()
    ]
    shown = [(mark, number) for mark, number in tally if number]
    if not shown:
        return f"? {texts.NO_VIPS}", Tone.BADGE_WARN
    if len(shown) > 1:
        return "  ".join(f"{m.glyph} {m.word} {n}" for m, n in shown), Tone.BADGE_WARN
    word = plain(shown[0][0].line())
    starts = [role.since for role in node.roles]
    latest = max((s for s in starts if s is not None), key=lambda s: s.epoch, default=None)
    held = f" {present.held_text(latest, scene)}" if latest and None not in starts else ""
    tones = {CarpState.MASTER: Tone.BADGE, CarpState.BACKUP: Tone.BADGE_QUIET}
    state = node.roles[0].state
    return word + held, tones.get(state, Tone.BADGE_WARN) if state else Tone.BADGE_BAD
