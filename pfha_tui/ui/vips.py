"""Pure: the VIPs of one node as rows that fit, unhealthy ones first."""

from collections.abc import Sequence

from rich.cells import cell_len

from pfha_tui.domain.language import tr
from pfha_tui.domain.model import CarpState, Family
from pfha_tui.domain.reading import Freshness, Reading
from pfha_tui.domain.snapshot import CarpRole, NodeSnapshot, PairSnapshot
from pfha_tui.domain.text import clean
from pfha_tui.domain.verdict import Severity
from pfha_tui.domain.wording import word
from pfha_tui.ui import present, texts
from pfha_tui.ui.line import EMPTY, Line, Part, Tone, crop, flow, line, pad, plain, retone, width
from pfha_tui.ui.present import Mark, Scene

Key = tuple[str, int]
LABEL_CELLS = 12
ADDRESS_CELLS = 18
ADDRESS = 3
GAP = 2
TALLY_CELLS = 200


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
        for role in node.roles if node.reachable else ():
            states.setdefault(key_of(role), []).append(role.state)
    for key, seen in states.items():
        wrong = any(state in (None, CarpState.INIT) for state in seen)
        if wrong or (len(seen) == 2 and seen.count(CarpState.MASTER) != 1):
            found.add(key)
    return frozenset(found)


def interface_labels(pair: PairSnapshot) -> dict[tuple[str | None, str], str]:
    """What the operator calls each interface of each node (`vtnet0` of fw1 is `WAN`)."""
    return {
        (node.name, one.name): crop(clean(one.description[:64]), LABEL_CELLS)
        for node in pair.nodes
        for one in node.interfaces.value or ()
        if one.description
    }


def label(role: CarpRole) -> str:
    """What the operator calls the interface: its description, else its name."""
    return crop(clean(role.description[: 2 * LABEL_CELLS] or role.interface), LABEL_CELLS)


def freshness(role: CarpRole, node: NodeSnapshot, scene: Scene) -> Freshness:
    """How old the fact of a role is, judged by the interfaces' period; of the past once the node is gone."""
    if node.reachable is False:
        return Freshness.STALE
    fact = Reading(value=role, taken_at=role.at, period_s=node.interfaces.period_s)
    return fact.freshness(scene.now)


def role_line(role: CarpRole, node: NodeSnapshot, scene: Scene, bad: bool = False) -> Line:
    """`● MASTER`, `● MASTER !` where the VIP is unhealthy, or `? was MASTER` where the fact is too old to be
    taken for the present."""
    mark = present.ROLE_MARKS[role.state]
    if freshness(role, node, scene) is Freshness.STALE:
        return line((f"? {tr(texts.WAS)} {mark.word}", Tone.MUTED))
    return line((f"{mark.glyph} {mark.word} !", Tone.BAD)) if bad else mark.line()


def ordered(node: NodeSnapshot, sick: frozenset[Key]) -> tuple[CarpRole, ...]:
    """The node's VIPs, unhealthy ones first, else the interfaces in the order in which they were told, and of each
    the VHIDs in theirs."""
    places: dict[str, int] = {}
    for role in node.roles:
        places.setdefault(role.interface, len(places))
    return tuple(
        sorted(
            node.roles,
            key=lambda role: (key_of(role) not in sick, places[role.interface], role.vhid),
        )
    )


def rows(
    roles: Sequence[CarpRole],
    node: NodeSnapshot,
    sick: frozenset[Key],
    scene: Scene,
    cells: int,
    heading: int = 0,
    single: bool = False,
) -> tuple[tuple[tuple[Line, ...], ...], str]:
    """One group of lines per VIP (role, interface, VHID, address, skew, since), and the start that all
    have in common where it fits only into the heading, which has `heading` cells to spare.

    What does not fit in the first line (more addresses, a start of its own) follows below it; where even
    the columns do not fit, the address moves there too, so that no number is cut. With `single` a healthy
    VIP has one line only: `+2` behind its address counts the others.
    """
    if not roles:
        return (), ""
    short = [single and key_of(role) not in sick and bool(_first_address(role)) for role in roles]
    table = [
        _cells(role, node, scene, key_of(role) in sick, count)
        for role, count in zip(roles, short, strict=True)
    ]
    gap, with_address = _fitting(table, cells)
    picked = [row if with_address else row[:ADDRESS] + row[ADDRESS + 1 :] for row in table]
    widths = [max(map(width, column)) for column in zip(*picked, strict=True)]
    room = cells - sum(widths) - gap * len(widths)
    starts = [_since(role, scene) for role in roles]
    form, common = _start_form(starts, room, heading)
    if form is None and not common:
        tight = cells - sum(widths) - len(widths)
        form, _ = _start_form(starts, tight, 0)
        gap = gap if form is None else 1
    groups = []
    for role, row, start, alone in zip(roles, picked, starts, short, strict=True):
        first = line(
            *(part for n, cell in enumerate(row) for part in _cell(cell, widths[n], n, gap))
        )
        if form is not None:
            first = line(first, " " * gap, (start[form], Tone.MUTED))
        own = () if form is not None or common or not start[0] else (start[0],)
        more = _more_addresses(role) if with_address else _texts(role)
        below = flow(
            [line((text, Tone.MUTED)) for text in (*own, *more)], cells - widths[0] - gap, gap
        )
        below = () if alone and with_address else below
        group = (first, *(line(" " * (widths[0] + gap), one) for one in below))
        stale = freshness(role, node, scene) is Freshness.STALE
        groups.append(tuple(retone(one, Tone.MUTED) for one in group) if stale else group)
    return tuple(groups), common


def _cell(text: Line, cells: int, number: int, gap: int) -> Line:
    return line(" " * gap if number else "", pad(text, cells))


def _fitting(table: Sequence[Sequence[Line]], cells: int) -> tuple[int, bool]:
    """The widest gap with which the columns fit, and whether the address fits among them."""
    widths = [max(map(width, column)) for column in zip(*table, strict=True)]
    for gap in (GAP, 1):
        if sum(widths) + gap * (len(widths) - 1) <= cells:
            return gap, True
    return 1, False


def _start_form(
    starts: Sequence[tuple[str, str]], room: int, heading: int
) -> tuple[int | None, str]:
    """Which form of the start fits into all lines (0 long, 1 short, None neither), else what the heading
    can say for all of them."""
    for form in (0, 1):
        if max(len(start[form]) for start in starts) <= room:
            return form, ""
    alike = len(set(starts)) == 1 and cell_len(starts[0][0]) <= heading
    return None, starts[0][0] if alike else ""


def _cells(
    role: CarpRole, node: NodeSnapshot, scene: Scene, bad: bool, counted: bool
) -> tuple[Line, ...]:
    more = len(_more_addresses(role)) if counted else 0
    demoted = role.effective_skew not in (None, role.advskew)
    skew: Part = (
        present.skew_text(role.advskew, role.effective_skew),
        Tone.WARN if demoted else Tone.MUTED,
    )
    return (
        role_line(role, node, scene, bad),
        line((label(role), Tone.STRONG)),
        line((f"{tr(texts.VHID)} {role.vhid}", Tone.MUTED)),
        line(_first_address(role), (f" +{more}" if more else "", Tone.MUTED)),
        line(skew) if role.state is not None else EMPTY,
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
    tail = f" {tr(texts.VHID)} {role.vhid}"
    return line(
        role_line(role, node, scene, bad), " ", (label(role), Tone.STRONG), (tail, Tone.MUTED)
    )


def _tally(node: NodeSnapshot) -> list[tuple[Mark, int]]:
    """How many VIPs have each role that any has."""
    counted = [
        (mark, sum(role.state is state for role in node.roles))
        for state, mark in present.ROLE_MARKS.items()
    ]
    return [(mark, number) for mark, number in counted if number]


def tally_line(node: NodeSnapshot, scene: Scene) -> Line:
    """The roles of all VIPs in numbers: `● MASTER 11  ◌ INIT 1`; where any is too old, that it was so."""
    items = [
        line((f"{mark.glyph} {mark.word} {number}", mark.tone)) for mark, number in _tally(node)
    ]
    text = flow(items, TALLY_CELLS, GAP)[0] if items else EMPTY
    if any(freshness(role, node, scene) is Freshness.STALE for role in node.roles):
        return retone(line(f"? {tr(texts.WAS)} ", text), Tone.MUTED)
    return text


def _why_none(node: NodeSnapshot, scene: Scene) -> str:
    """That the node has no VIP, which only a fresh answer can tell; else why there is none."""
    found = node.interfaces
    age = found.freshness(scene.now)
    if age is Freshness.NEVER:
        return tr(texts.NOT_YET_READ) if found.error is None else word(found.error.kind)
    return tr(texts.VERDICT_WORDS["unknown"]) if age is Freshness.STALE else tr(texts.NO_VIPS)


def carp_off(node: NodeSnapshot, scene: Scene) -> str:
    """`✗ CARP off` where that is so now, else nothing; a role that runs is newer than the switch that was read."""
    carp = node.carp.value
    now = node.reachable and node.carp.freshness(scene.now) is not Freshness.STALE
    runs = any(role.state in (CarpState.MASTER, CarpState.BACKUP) for role in node.roles)
    off = now and not runs and carp is not None and carp.allow is False
    return f"✗ {tr(texts.CARP_OFF)}" if off else ""


def badge(node: NodeSnapshot, sick: frozenset[Key], scene: Scene) -> tuple[str, Tone]:
    """Who serves, in one word for the node's frame: `● MASTER 3 d 04:12`, `● MASTER 1  ○ BACKUP 1`,
    `UNREACHABLE 41 s`; toned as bad where an unhealthy VIP is involved."""
    if node.reachable is False:
        heard = node.ssh.heard_at
        gone = f" {present.age(scene.now - heard)}" if heard is not None else ""
        return f"✗ {tr(texts.UNREACHABLE).upper()}{gone}", Tone.BADGE_BAD
    if node.reachable is None:
        return f"? {tr(texts.NOT_CONNECTED)}", Tone.BADGE_WARN
    if any(freshness(role, node, scene) is Freshness.STALE for role in node.roles):
        return f"? {tr(texts.VERDICT_WORDS['unknown'])}", Tone.BADGE_WARN
    off = carp_off(node, scene)
    if off:
        return off, Tone.BADGE_BAD
    shown = _tally(node)
    if not shown:
        return f"? {_why_none(node, scene)}", Tone.BADGE_WARN
    if len(shown) > 1:
        return "  ".join(f"{m.glyph} {m.word} {n}" for m, n in shown), Tone.BADGE_WARN
    role = plain(shown[0][0].line())
    starts = [role.since for role in node.roles]
    latest = max((s for s in starts if s is not None), key=lambda s: s.epoch, default=None)
    held = f" {present.held_text(latest, scene)}" if latest and None not in starts else ""
    if any(key_of(role) in sick for role in node.roles):
        return f"{role}{held} !", Tone.BADGE_BAD
    return role + held, Tone.BADGE if node.roles[0].state is CarpState.MASTER else Tone.BADGE_QUIET
