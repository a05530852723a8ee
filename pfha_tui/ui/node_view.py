"""Pure: one node of a pair as lines for its pane, in full or as a short summary."""

from dataclasses import dataclass

from rich.cells import cell_len

from pfha_tui.domain.model import PfInfo, PfsyncInterface, SnmpFacts
from pfha_tui.domain.reading import ErrorKind, Freshness, Reading
from pfha_tui.domain.snapshot import LinkState, NodeSnapshot, PairSnapshot
from pfha_tui.domain.text import clean
from pfha_tui.ui import interfaces, present, texts, vips
from pfha_tui.ui.line import (
    EMPTY,
    Line,
    Tone,
    fit,
    flow,
    joined,
    line,
    pad,
    spread,
    stack,
    width,
    wrap,
)
from pfha_tui.ui.present import Scene
from pfha_tui.ui.sections import Condition, condition, link_line, told_above, trouble_lines

LABEL_CELLS = 9
ITEM_GAP = 2
CALM_ROWS = 14
PUSH_CELLS = 200
MANY_STATES = 0.9
CLOCK_TOLERANCE_S = 2.0


@dataclass(frozen=True, slots=True)
class Row:
    """Named values of the data plane and the condition of the section they come from; `short` is the
    form for a narrow pane."""

    name: str
    values: tuple[Line, ...]
    state: Condition
    short: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class NodeView:
    """What a pane needs to show one node: the node, its peer, and which VIPs are unhealthy."""

    node: NodeSnapshot
    peer: NodeSnapshot
    sick: frozenset[vips.Key]
    scene: Scene

    @classmethod
    def of(cls, pair: PairSnapshot, index: int, scene: Scene) -> "NodeView":
        """The view of the pair's node 0 (primary) or 1 (secondary)."""
        return cls(pair.nodes[index], pair.nodes[1 - index], vips.unhealthy(pair), scene)

    def title(self) -> Line:
        """Name and configured part: `fw1  primary`."""
        return line((clean(self.node.name), Tone.STRONG), (f"  {self.node.role}", Tone.MUTED))

    def full(self, cells: int, rows: int) -> tuple[Line, ...]:
        """Everything known, block by block; the blocks are set apart where `rows` allow it."""
        trouble = trouble_lines(self.node, self.scene, cells)
        second = flow(interfaces.second_witness(self.node, self.scene), cells, ITEM_GAP)
        blocks = (
            (*trouble, *second),
            self._identity(cells),
            self._vips(cells),
            interfaces.block(self.node, self.scene, cells),
            self._data_plane(cells),
        )
        return stack(blocks, rows)

    def summary(self, cells: int, rows: int) -> tuple[Line, ...]:
        """The most important lines in at most `rows`: trouble, identity, VIPs (unhealthy first), states."""
        trouble = trouble_lines(self.node, self.scene, cells, max(1, min(3, rows - 1)))
        lines = [*trouble]
        if rows - len(lines) >= 3 or not lines:
            lines.append(self._summary_identity(cells))
        room = rows - len(lines)
        known = room >= 3 and self.node.states is not None
        tail = [self._labelled(self._states(), cells)] if known else []
        lines += self._brief_vips(cells, max(0, room - len(tail)))
        lines += tail
        if self.node.reachable:
            lines += self._extras(cells)
        return tuple(fit(one, cells) for one in lines[:rows])

    def _extras(self, cells: int) -> list[Line]:
        """What a summary tells where there are rows left."""
        traffic = flow(interfaces.items(self.node, self.scene), cells)
        rows = [self._labelled(row, cells) for row in (self._pfsync(), self._config())]
        return [rows[0], *traffic, rows[1]]

    def _summary_identity(self, cells: int) -> Line:
        system, links = self._identity_items()
        rows = flow([*links, *system], cells, ITEM_GAP)
        return rows[0] if rows else EMPTY

    def _brief_vips(self, cells: int, room: int) -> list[Line]:
        node, scene = self.node, self.scene
        roles = vips.ordered(node, self.sick)
        if not roles or room <= 0:
            return []
        groups, _ = vips.rows(roles, node, self.sick, scene, cells)
        if len(groups) <= room:
            return [group[0] for group in groups]
        parts = [vips.brief(role, node, scene, vips.key_of(role) in self.sick) for role in roles]
        lines = list(flow(parts, cells))
        if len(lines) <= room:
            return lines
        shown = max(n for n in range(len(parts)) if n == 0 or len(flow(parts[:n], cells)) < room)
        more = line((texts.MORE_VIPS.format(count=len(parts) - shown), Tone.WARN))
        return [*flow(parts[:shown], cells), more][:room] if shown else [more]

    def _identity(self, cells: int) -> tuple[Line, ...]:
        system, links = self._identity_items()
        rows = flow(system, cells, ITEM_GAP)
        # Links have a row of their own, unless the system's items need two anyway.
        if len(rows) > 1:
            return flow([*system, *links], cells, ITEM_GAP)
        return (*rows, *flow(links, cells, ITEM_GAP))

    def _identity_items(self) -> tuple[list[Line], list[Line]]:
        node, scene = self.node, self.scene
        who = condition(node.identity, scene)
        identity = node.identity.value
        system: list[Line] = []
        if identity is None:
            system.append(who.remark if node.reachable else EMPTY)
        else:
            release = " ".join(part for part in (identity.os, identity.os_release) if part)
            release = f"pfSense {identity.version}" if identity.version else release
            version = release.removesuffix("-RELEASE")
            system.append(who.show(line((clean(version[:48]), Tone.STRONG))))
        system += self._system_items()
        links = [
            link_line(name, link, scene)
            for name, link in (("ssh", node.ssh), ("snmp", node.snmp_link))
            if link.state is not LinkState.OFF and not told_above(link)
        ]
        if node.booting.value:
            links.append(line((texts.BOOTING, Tone.WARN)))
        links.append(self._clock_item())
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
        if stats.boottime is not None:
            up = present.uptime(scene.epoch - stats.boottime)
            items.append(line((f"{texts.UP} ", Tone.MUTED), up))
        cpu = present.share(node.rates.cpu)
        items.append(line((f"{texts.CPU} ", Tone.MUTED), cpu))
        if stats.memory_used is not None:
            items.append(line((f"{texts.MEMORY} ", Tone.MUTED), present.share(stats.memory_used)))
        if stats.loadavg is not None:
            items.append(line((f"{texts.LOAD} ", Tone.MUTED), f"{stats.loadavg[0]:.2f}"))
        return [state.show(item) for item in items]

    def _clock_item(self) -> Line:
        clock, taken = self.node.clock.value, self.node.clock.taken_at
        if clock is None or taken is None or self.node.reachable is False:
            return EMPTY
        offset = clock.epoch - self.scene.epoch_of(taken)
        if abs(offset) < CLOCK_TOLERANCE_S:
            return EMPTY
        return line((texts.CLOCK_OFF.format(offset=f"{offset:+.0f}"), Tone.WARN))

    def _vips(self, cells: int) -> tuple[Line, ...]:
        node, scene = self.node, self.scene
        remark = condition(node.interfaces, scene).remark
        title, carp = line((texts.VIPS, Tone.STRONG)), self._carp_line()
        if not node.roles:
            return (spread(title, carp, cells), remark or line((texts.NO_VIPS, Tone.MUTED)))
        spare = 0 if remark else cells - width(title) - width(carp) - 2 * ITEM_GAP
        roles = vips.ordered(node, self.sick)
        groups, common = vips.rows(roles, node, self.sick, scene, cells, spare)
        beside = remark or line((common, Tone.MUTED))
        heading = spread(line(title, "  ", beside) if beside else title, carp, cells)
        return (heading, *(fit(one, cells) for group in groups for one in group))

    def _carp_line(self) -> Line:
        state = condition(self.node.carp, self.scene)
        carp = self.node.carp.value
        if carp is None:
            return line(("carp ", Tone.MUTED), state.remark) if self.node.carp.error else EMPTY
        parts: list[Line] = []
        if carp.allow is False:
            parts.append(line((texts.CARP_OFF, Tone.BAD)))
        if carp.preempt is not None:
            on = line((texts.PREEMPT_ON, Tone.MUTED))
            parts.append(on if carp.preempt else line((texts.PREEMPT_OFF, Tone.WARN)))
        if carp.demotion is not None:
            tone = Tone.WARN if carp.demotion else Tone.MUTED
            parts.append(line((f"{texts.DEMOTION} {carp.demotion}", tone)))
        return line(*(p for part in parts for p in (*state.show(part), ("  ", Tone.PLAIN))))[:-1]

    def _data_plane(self, cells: int) -> tuple[Line, ...]:
        rows = (
            self._pfsync(),
            self._states(),
            self._creators(),
            self._adverts(),
            self._config(),
            self._push(),
        )
        return tuple(self._labelled(row, cells) for row in rows if row is not None)

    def _labelled(self, row: Row, cells: int) -> Line:
        """A row of the data plane: its name, its values (greyed where stale), its remark at the right.

        Quiet values that do not fit are left out; what matters is rather cut with a mark.
        """
        name = pad(line((row.name, Tone.STRONG)), max(LABEL_CELLS, cell_len(row.name) + 1))
        remark = row.state.remark
        if not any(row.values):
            return fit(line(name, remark), cells)
        room = cells - width(name) - (width(remark) + 1 if remark else 0)
        variants = [joined(values, room) for values in (row.values, row.short) if values]
        value = next((text for text, whole in variants if whole), variants[-1][0])
        return spread(line(name, row.state.show(value)), remark, cells)

    def _pfsync(self) -> Row:
        node, peer = self.node, clean(self.peer.name)
        state = condition(node.pfsync, self.scene)
        setting = self._pfsync_interface()
        if setting is not None and not setting.syncdev:
            return Row(texts.PFSYNC, (line((texts.PFSYNC_OFF, Tone.WARN)),), state)
        if node.pfsync.value is None:
            return Row(texts.PFSYNC, (), state)
        sent = present.per_second(node.rates.pfsync_out_ps, " msg/s")
        heard = present.per_second(node.rates.pfsync_in_ps, " msg/s")
        to_peer = (f" {texts.MESSAGES_SENT.format(peer=peer)}", Tone.MUTED)
        values = [line(("► ", Tone.MUTED), sent, to_peer), line(("◄ ", Tone.MUTED), heard)]
        if (node.rates.pfsync_send_errors_ps or 0.0) > 0:
            errors = present.per_second(node.rates.pfsync_send_errors_ps)
            values.append(line((texts.SEND_ERRORS.format(rate=errors), Tone.BAD)))
        if setting is not None and setting.syncok is False:
            values.append(line((texts.PFSYNC_PENDING, Tone.WARN)))
        elif setting is not None:
            on = texts.ON_INTERFACE.format(interface=clean(setting.syncdev or ""))
            values.append(line((on, Tone.MUTED)))
        return Row(texts.PFSYNC, tuple(values), state)

    def _pfsync_interface(self) -> PfsyncInterface | None:
        found = (i.pfsync for i in self.node.interfaces.value or () if i.pfsync is not None)
        return next(found, None)

    def _states(self) -> Row:
        node, scene = self.node, self.scene
        number = node.states
        if number is None:
            return Row(texts.STATES, (), condition(node.pf, scene))
        state = condition(_counted(node), scene)
        limit = node.limits.value.states if node.limits.value is not None else None
        if limit is None and node.snmp.value is not None:
            limit = node.snmp.value.states_limit
        text = brief = present.count(number)
        tone = Tone.PLAIN
        if limit:
            fill = number / limit
            tone = Tone.WARN if fill >= MANY_STATES else Tone.PLAIN
            share = present.share(fill, 1)
            most = present.count(limit)
            text = texts.STATES_OF.format(count=text, limit=most, share=share)
            brief = f"{brief} ({share})"
        more = [] if state.stale else [self._parity(number)]
        if node.pf.value is None and node.pf.error is not None:
            more.append(line((texts.VIA_SNMP, Tone.MUTED)))
        return Row(texts.STATES, (line((text, tone)), *more), state, (line((brief, tone)), *more))

    def _parity(self, number: int) -> Line:
        other = self.peer.states
        if not other:
            return EMPTY
        if _counted(self.peer).freshness(self.scene.now) is Freshness.STALE:
            return EMPTY
        text = texts.PARITY.format(
            share=present.share(number / other, 1), peer=clean(self.peer.name)
        )
        return line((text, Tone.MUTED))

    def _creators(self) -> Row | None:
        reading = self.node.creators
        if reading.value is None:
            # A node that cannot tell creators at all is not worth a row of its own.
            quiet = reading.error is None or reading.error.kind is ErrorKind.MISSING
            return None if quiet else Row(texts.CREATORS, (), condition(reading, self.scene))
        values = [line(texts.CREATOR_KNOWN.format(count=len(reading.value)))]
        theirs = self.peer.pf.value.host_id if self.peer.pf.value is not None else None
        if theirs is not None:
            none = texts.CREATOR_NO_PEER.format(peer=clean(self.peer.name))
            held = theirs in reading.value
            values.append(line((texts.CREATOR_BOTH, Tone.MUTED) if held else (none, Tone.WARN)))
        return Row(texts.CREATORS, tuple(values), condition(reading, self.scene))

    def _adverts(self) -> Row | None:
        counters = self.node.carp_counters.value
        if counters is None:
            return None
        sent = present.count(counters.sent + counters.sent6)
        heard = present.count(counters.received + counters.received6)
        values = [line(texts.ADVERTS_COUNTS.format(sent=sent, received=heard))]
        failing = (self.node.rates.carp_bad_auth_ps or 0.0) > 0
        for number, text, tone in (
            (counters.bad_authentication, texts.BAD_AUTH, Tone.BAD if failing else Tone.MUTED),
            (counters.send_failed, texts.SEND_FAILED, Tone.MUTED),
        ):
            if number:
                values.append(line((text.format(count=present.count(number)), tone)))
        return Row(texts.ADVERTS, tuple(values), condition(self.node.carp_counters, self.scene))

    def _config(self) -> Row:
        node, scene = self.node, self.scene
        if node.config.value is None:
            identity, error = node.identity.value, node.config.error
            missing = error is not None and error.kind is ErrorKind.MISSING
            if missing and identity is not None and identity.version is None:
                plain = line((texts.PLAIN_FREEBSD, Tone.MUTED))
                return Row(texts.CONFIG, (plain,), Condition(False))
            return Row(texts.CONFIG, (), condition(node.config, scene))
        changed = present.clock_text(node.config.value.mtime, scene)
        mode = condition(node.maintenance, scene)
        if node.maintenance.value is None:
            shown = line((f"{texts.MAINTENANCE} ", Tone.MUTED), mode.remark)
        elif node.maintenance.value:
            shown = mode.show(line((texts.MAINTENANCE_ON, Tone.WARN)))
        else:
            shown = mode.show(line((texts.MAINTENANCE_OFF, Tone.MUTED)))
        values = (line(texts.CONFIG_CHANGED.format(clock=changed)), shown)
        return Row(texts.CONFIG, values, condition(node.config, scene))

    def _push(self) -> Row | None:
        if not self.node.push_gaps:
            return None
        text = wrap("; ".join(self.node.push_gaps), PUSH_CELLS, 1, Tone.WARN)
        return Row(texts.STREAM, text, Condition(False))


def wanted_rows(node: NodeSnapshot) -> int:
    """Rows that a full pane would like within its frame; steady while nothing is configured anew."""
    return CALM_ROWS + 2 * max(2, len(node.roles)) + max(3, len(interfaces.gather(node)))


def _counted(node: NodeSnapshot) -> Reading[PfInfo] | Reading[SnmpFacts]:
    """The section from which the node's state count comes."""
    return node.pf if node.pf.value is not None else node.snmp
