"""Pure: one node of a pair as lines for its pane, in full or as a short summary."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pfha_tui.domain.language import tr
from pfha_tui.domain.snapshot import LinkState, NodeSnapshot, PairSnapshot
from pfha_tui.domain.text import clean
from pfha_tui.domain.wording import decimal, word
from pfha_tui.ui import data_plane, interfaces, ours, present, services, texts, vips
from pfha_tui.ui.about import About, Entry, Topic
from pfha_tui.ui.line import EMPTY, Line, Tone, fit, flow, line, spread, width
from pfha_tui.ui.present import Scene
from pfha_tui.ui.rows import Row, absent, folded_line
from pfha_tui.ui.sections import condition, link_line, told_above, trouble_lines

if TYPE_CHECKING:
    from pfha_tui.actions.model import Lease

ITEM_GAP = 2
NODE_TONES = (Tone.NODE_A, Tone.NODE_B)
IDENTITY_ROWS = 2
DATA_ROWS = 6
KEPT_LONGEST = (Topic.GATEWAY, Topic.CONFIG)
"""Quiet rows that give way only after quiet interfaces have."""


@dataclass(frozen=True, slots=True)
class NodeView:
    """What a pane needs to show one node: the node, its peer, which VIPs are unhealthy, and how its last
    bulk update of states stands."""

    node: NodeSnapshot
    peer: NodeSnapshot
    sick: frozenset[vips.Key]
    scene: Scene
    index: int = 0
    bulk: data_plane.Bulk | None = None
    leases: "tuple[Lease, ...]" = ()

    @classmethod
    def of(
        cls, pair: PairSnapshot, index: int, scene: Scene, leases: "tuple[Lease, ...]" = ()
    ) -> "NodeView":
        """The view of the pair's node 0 (primary) or 1 (secondary)."""
        node = pair.nodes[index]
        bulk = data_plane.bulk_of(node, pair.events)
        return cls(node, pair.nodes[1 - index], vips.unhealthy(pair), scene, index, bulk, leases)

    def title(self) -> Line:
        """Name and configured part: `fw1  primary`."""
        return line(
            (clean(self.node.name), NODE_TONES[self.index]),
            (f"  {word(self.node.role)}", Tone.MUTED),
        )

    def full(self, cells: int, rows: int, fold: bool = False) -> tuple[Entry, ...]:
        """Everything known, block by block; the blocks are set apart where `rows` allow it.

        With `fold`, what is quiet gives way to what matters until all of it fits in `rows`.
        """
        head = [self._trouble(cells), self._identity(cells), self._vips(cells)]
        named = self._rows()
        found = interfaces.gather(self.node)
        folded = 0
        hidden: tuple[Row, ...] = ()
        if fold:
            excess = sum(map(len, head)) + 1 + len(found) + len(named) - rows
            hidden, folded, left = self._fold(named, found, excess)
            if left > 0:
                short = self._vips(cells, single=True)
                gain, head[2] = len(head[2]) - len(short), short
                hidden, folded, _ = self._fold(named, found, excess - gain)
        shown = [row for row in named if row not in hidden]
        blocks = [
            *head,
            interfaces.block(self.node, self.index, self.scene, cells, folded),
            [Entry(row.fitted(cells), row.about) for row in shown],
        ]
        if hidden:
            name = tr("quiet") if self.node.reachable else tr("past")
            rest = Entry(folded_line(hidden, name, cells), About(Topic.FOLDED, self.index))
            blocks[-1] = [*blocks[-1], rest]
        return _stacked(blocks, rows)

    def _fold(
        self, named: Sequence[Row], found: Sequence[interfaces.Row], excess: int
    ) -> tuple[tuple[Row, ...], int, int]:
        """Which named rows, and how many interfaces, make room for `excess` lines: as few as will do; and
        how many lines there are too many even so."""
        # Of a node that is not reached all rows are of the past.
        quiet = [row for row in named if row.folded or not self.node.reachable]
        first = [row for row in reversed(quiet) if row.about.topic not in KEPT_LONGEST]
        later = [row for row in reversed(quiet) if row.about.topic in KEPT_LONGEST]
        most = len(interfaces.quiet(found, self.node))
        hidden, count = _taken(len(first), excess)
        excess -= count
        folded, count = _taken(most, excess)
        excess -= count
        more = min(len(later), max(0, excess + (0 if hidden else 1))) if excess > 0 else 0
        gone = {*first[:hidden], *later[:more]}
        left = excess - more + (1 if more and not hidden else 0)
        return tuple(row for row in named if row in gone), folded, left

    def _trouble(self, cells: int) -> list[Entry]:
        told = trouble_lines(self.node, self.scene, cells)
        second = flow(interfaces.second_witness(self.node, self.scene), cells, ITEM_GAP)
        return self._entries((*told, *self._ours(cells), *second))

    def _ours(self, cells: int) -> tuple[Line, ...]:
        """What actions of ours have left on the node: a demotion, a lease of its maintenance."""
        node, scene = self.node, self.scene
        state = condition(node.mark, scene)
        demotion = node.carp.value.demotion if node.carp.value is not None else None
        marks = node.mark.value or ()
        lines = [state.show(ours.demoted(mark, demotion, scene)) for mark in marks]
        if node.maintenance.value is not False:
            mine = (lease for lease in self.leases if lease.node == node.name)
            lines += [ours.leased(lease, scene) for lease in mine]
        return tuple(fit(one, cells) for one in lines)

    def _entries(self, lines: Iterable[Line]) -> list[Entry]:
        return [Entry(one, About(Topic.NODE, self.index)) for one in lines]

    def summary(self, cells: int, rows: int) -> tuple[Line, ...]:
        """The most important lines in at most `rows`: trouble, identity, VIPs (unhealthy first), states."""
        node = self.node
        trouble = trouble_lines(node, self.scene, cells, max(1, min(3, rows - 1)))
        lines = [*trouble, *self._ours(cells)]
        if rows - len(lines) >= 3 or not lines:
            lines.append(self._summary_identity(cells))
        room = rows - len(lines)
        known = room >= 3 and node.states is not None
        states = data_plane.states(node, self.peer, self.index, self.scene)
        tail = [states.fitted(cells)] if known else []
        lines += self._brief_vips(cells, max(0, room - len(tail)))
        lines += tail
        if node.reachable:
            lines += self._extras(cells, rows - len(lines))
        return tuple(fit(one, cells) for one in lines[:rows])

    def _extras(self, cells: int, room: int) -> list[Line]:
        """What a summary tells where there are rows left: what asks for attention first."""
        loud = [row for row in self._rows() if not row.folded and row.about.topic in _EXTRA]
        usual = (Topic.PFSYNC, Topic.CONFIG)
        rows = [row.fitted(cells) for row in self._rows() if row.about.topic in usual]
        first = [*(row.fitted(cells) for row in loud), rows[0]]
        traffic = _counted(interfaces.items(self.node, self.scene), cells, room - len(first))
        return [*first, *traffic, *rows[1:]]

    def _summary_identity(self, cells: int) -> Line:
        system, links = self._identity_items()
        rows = flow([*links, *system], cells, ITEM_GAP)
        return rows[0] if rows else EMPTY

    def _brief_vips(self, cells: int, room: int) -> list[Line]:
        node, scene = self.node, self.scene
        roles = vips.ordered(node, self.sick)
        off = vips.carp_off(node, scene)
        if room <= 0 or not (roles or off):
            return []
        if not roles:
            return [line((off, Tone.BAD))]
        groups, _ = vips.rows(roles, node, self.sick, scene, cells)
        if len(groups) <= room:
            return [group[0] for group in groups]
        parts = [vips.brief(role, node, scene, vips.key_of(role) in self.sick) for role in roles]
        lines = list(flow(parts, cells))
        if len(lines) <= room:
            return lines
        taken = bisect_left(range(len(parts)), room, key=lambda n: len(flow(parts[:n], cells)))
        shown = taken - 1
        if not shown:
            return [line(tr(texts.VIPS), ("  ", Tone.PLAIN), vips.tally_line(node, scene))]
        more = line((tr(texts.MORE_VIPS).format(count=len(parts) - shown), Tone.WARN))
        return [*flow(parts[:shown], cells), more][:room]

    def _identity(self, cells: int) -> list[Entry]:
        system, links = self._identity_items()
        rows = flow(system, cells, ITEM_GAP)
        # Links have a row of their own, unless the system's items need two anyway.
        if len(rows) > 1:
            return self._entries(flow([*system, *links], cells, ITEM_GAP))
        return self._entries((*rows, *flow(links, cells, ITEM_GAP)))

    def _identity_items(self) -> tuple[list[Line], list[Line]]:
        node, scene = self.node, self.scene
        who = condition(node.identity, scene)
        identity = node.identity.value
        system: list[Line] = []
        if identity is None:
            system.append(who.remark if node.reachable else EMPTY)
        else:
            version = version_text(node)
            system.append(who.show(line((clean(version[:48]), Tone.STRONG))))
        system += self._system_items()
        links = [
            link_line(name, link, scene)
            for name, link in (("ssh", node.ssh), ("snmp", node.snmp_link))
            if link.state is not LinkState.OFF and not told_above(link)
        ]
        if node.booting.value:
            links.append(line((tr(texts.BOOTING), Tone.WARN)))
        if node.system.value is not None:
            links.append(condition(node.system, scene).remark)
        return system, links

    def _system_items(self) -> list[Line]:
        node, scene = self.node, self.scene
        state = condition(node.system, scene)
        stats = node.system.value
        if stats is None:
            return []
        items: list[Line] = []
        uptime = node.uptime_s(scene.now)
        if uptime is not None:
            up = present.uptime(uptime)
            items.append(line((f"{tr(texts.UP)} ", Tone.MUTED), up))
        cpu = present.share(node.rates.cpu)
        items.append(line((f"{tr(texts.CPU)} ", Tone.MUTED), cpu))
        if stats.memory_used is not None:
            items.append(
                line((f"{tr(texts.MEMORY)} ", Tone.MUTED), present.share(stats.memory_used))
            )
        if stats.loadavg is not None:
            load = decimal(f"{stats.loadavg[0]:.2f}")
            items.append(line((f"{tr(texts.LOAD)} ", Tone.MUTED), load))
        return [state.show(item) for item in items]

    def _vips(self, cells: int, single: bool = False) -> list[Entry]:
        node, scene, carp_rows = self.node, self.scene, About(Topic.CARP, self.index)
        remark = condition(node.interfaces, scene).remark
        title, carp = line((tr(texts.VIPS), Tone.STRONG)), self._carp_line()
        if not node.roles:
            off = vips.carp_off(node, scene)
            none = line((off, Tone.BAD)) if off else line((tr(texts.NO_VIPS), Tone.MUTED))
            return [Entry(spread(title, carp, cells), carp_rows), Entry(remark or none)]
        brief = self._carp_line(brief=True)
        spare = 0 if remark else cells - width(title) - width(brief) - 2 * ITEM_GAP
        roles = vips.ordered(node, self.sick)
        groups, common = vips.rows(roles, node, self.sick, scene, cells, spare, single)
        beside = remark or line((common, Tone.MUTED))
        told = line(title, "  ", beside) if beside else title
        heading = spread(
            told, carp if width(told) + ITEM_GAP + width(carp) <= cells else brief, cells
        )
        entries = [Entry(heading, carp_rows)]
        for role, group in zip(roles, groups, strict=True):
            about = About(Topic.VIP, self.index, role.interface, role.vhid)
            entries += [Entry(fit(one, cells), about) for one in group]
        return entries

    def _carp_line(self, brief: bool = False) -> Line:
        """CARP's switches; `brief` leaves out what is as it should be and says nothing by itself."""
        state = condition(self.node.carp, self.scene)
        carp = self.node.carp.value
        if carp is None:
            return line(("carp ", Tone.MUTED), state.remark) if self.node.carp.error else EMPTY
        parts: list[Line] = []
        if carp.allow is False:
            parts.append(line((tr(texts.CARP_OFF), Tone.BAD)))
        if carp.preempt is not None and not (brief and carp.preempt):
            on = line((tr(texts.PREEMPT_ON), Tone.MUTED))
            parts.append(on if carp.preempt else line((tr(texts.PREEMPT_OFF), Tone.WARN)))
        if carp.demotion is not None:
            tone = Tone.WARN if carp.demotion else Tone.MUTED
            parts.append(line((f"{tr(texts.DEMOTION)} {carp.demotion}", tone)))
        return line(*(p for part in parts for p in (*state.show(part), ("  ", Tone.PLAIN))))[:-1]

    def _rows(self) -> tuple[Row, ...]:
        node, peer, scene = self.node, self.peer, self.scene
        plane = data_plane.rows(node, peer, self.index, self.bulk, scene)
        return (*plane, *services.rows(node, peer, self.index, scene))


_EXTRA = (Topic.GATEWAY, Topic.CLOCK, Topic.DHCP, Topic.CREATORS, Topic.STREAM)


def version_text(node: NodeSnapshot) -> str:
    """`pfSense 2.8.1`, else kernel name and release; empty while unknown."""
    identity = node.identity.value
    if identity is None:
        return ""
    release = " ".join(part for part in (identity.os, identity.os_release) if part)
    release = f"pfSense {identity.version}" if identity.version else release
    return release.removesuffix("-RELEASE")


def _counted(items: Sequence[Line], cells: int, room: int) -> tuple[Line, ...]:
    """As many items as fit in `room` rows; the last one counts the others."""
    lines = flow(items, cells)
    if len(lines) <= room or room < 1:
        return lines
    for hidden in range(1, len(items) + 1):
        more = tr(texts.MORE_LINES_BELOW).format(count=hidden)
        for count in (f"+ {more}", f"+{hidden}"):
            lines = flow([*items[: len(items) - hidden], line((count, Tone.MUTED))], cells)
            if len(lines) <= room:
                return lines
    return lines


def _taken(most: int, excess: int) -> tuple[int, int]:
    """How many of `most` rows to put into one line, and how many lines that gains; one alone gains none."""
    count = min(most, excess + 1) if excess > 0 else 0
    return (count, count - 1) if count > 1 else (0, 0)


def _stacked(blocks: Iterable[Sequence[Entry]], rows: int) -> tuple[Entry, ...]:
    """Blocks below each other, a blank line between them where all of it fits in `rows`."""
    shown = [block for block in blocks if block]
    airy = sum(map(len, shown)) + len(shown) - 1 <= rows
    entries: list[Entry] = []
    for block in shown:
        if entries and airy:
            entries.append(Entry(EMPTY))
        entries.extend(block)
    return tuple(entries)


def wanted_rows(node: NodeSnapshot) -> int:
    """Rows that a full pane would like within its frame; steady while nothing is configured anew."""
    addresses = sum(max(1, len(role.addresses)) for role in node.roles)
    gateways = len(node.gateways.value or ()) if not absent(node.gateways) else 0
    others = sum(not absent(one) for one in (node.ntp, node.dhcp_isc, node.dhcp_kea))
    blocks = IDENTITY_ROWS + 1 + max(2, addresses) + 1 + max(3, len(interfaces.gather(node)))
    return blocks + 3 + DATA_ROWS + gateways + others
