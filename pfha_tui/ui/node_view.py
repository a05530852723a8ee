"""Pure: one node of a pair as lines for its pane, in full or as a short summary."""

from dataclasses import dataclass

from pfha_tui.domain.model import PfInfo, PfsyncInterface, SnmpFacts
from pfha_tui.domain.reading import ErrorKind, Freshness, Reading
from pfha_tui.domain.snapshot import LinkState, NodeSnapshot, PairSnapshot
from pfha_tui.domain.text import clean
from pfha_tui.ui import interfaces, present, texts, vips
from pfha_tui.ui.line import EMPTY, Line, Tone, fit, flow, line, pad, spread, stack, width
from pfha_tui.ui.present import Scene
from pfha_tui.ui.sections import Condition, beside, condition, link_line, trouble_lines

LABEL_CELLS = 9
ITEM_GAP = 2
CALM_ROWS = 17
MANY_STATES = 0.9
CLOCK_TOLERANCE_S = 2.0


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

    def title(self) -> str:
        """Name and configured part: `fw1  primary`."""
        return f"{clean(self.node.name)}  {self.node.role}"

    def full(self, cells: int, rows: int) -> tuple[Line, ...]:
        """Everything known, block by block; the blocks are set apart where `rows` allow it."""
        trouble = trouble_lines(self.node, self.scene, cells)
        second = interfaces.snmp_line(self.node, self.scene)
        blocks = (
            (*trouble, fit(second, cells)) if second else trouble,
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
        tail = [self._states()] if room >= 3 and self.node.states is not None else []
        lines += self._brief_vips(cells, max(0, room - len(tail)))
        return tuple(fit(one, cells) for one in [*lines, *tail][:rows])

    def _summary_identity(self, cells: int) -> Line:
        system, links = self._identity_items()
        return fit(
            line(*(p for item in [*links, *system] for p in (*item, ("   ", Tone.PLAIN)))), cells
        )

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
        return (*flow(system, cells, ITEM_GAP), *flow(links, cells, ITEM_GAP))

    def _identity_items(self) -> tuple[list[Line], list[Line]]:
        node, scene = self.node, self.scene
        who = condition(node.identity, scene)
        identity = node.identity.value
        system: list[Line] = []
        if identity is None:
            system.append(who.remark)
        else:
            release = " ".join(part for part in (identity.os, identity.os_release) if part)
            release = f"pfSense {identity.version}" if identity.version else release
            version = release.removesuffix("-RELEASE")
            system.append(who.show(line((clean(version[:48]), Tone.STRONG))))
        system += self._system_items()
        links = [link_line("ssh", node.ssh, scene)]
        if node.snmp_link.state is not LinkState.OFF:
            links.append(link_line("snmp", node.snmp_link, scene))
        if node.booting.value:
            links.append(line((texts.BOOTING, Tone.WARN)))
        links.append(self._clock_item())
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
        return [*(state.show(item) for item in items), state.remark]

    def _clock_item(self) -> Line:
        clock, taken = self.node.clock.value, self.node.clock.taken_at
        if clock is None or taken is None:
            return EMPTY
        offset = clock.epoch - self.scene.epoch_of(taken)
        if abs(offset) < CLOCK_TOLERANCE_S:
            return EMPTY
        return line((texts.CLOCK_OFF.format(offset=f"{offset:+.0f}"), Tone.WARN))

    def _vips(self, cells: int) -> tuple[Line, ...]:
        node, scene = self.node, self.scene
        state = condition(node.interfaces, scene)
        heading = spread(line((texts.VIPS, Tone.STRONG)), self._carp_line(), cells)
        lines: list[Line] = [heading]
        if not node.roles:
            lines.append(state.remark or line((texts.NO_VIPS, Tone.MUTED)))
        elif state.remark:
            lines[0] = spread(
                line((texts.VIPS, Tone.STRONG), "   ", state.remark), self._carp_line(), cells
            )
        roles = vips.ordered(node, self.sick)
        groups, common = vips.rows(roles, node, self.sick, scene, cells)
        if common and not state.remark:
            since = line((texts.VIPS, Tone.STRONG), "  ", (common, Tone.MUTED))
            lines[0] = spread(since, self._carp_line(), cells)
        for group in groups:
            lines += (fit(one, cells) for one in group)
        return tuple(lines)

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
        )
        return tuple(fit(row, cells) for row in rows if row)

    def _row(self, name: str, value: Line, state: Condition) -> Line:
        shown = beside(state.show(value), state.remark)
        return line(pad(line((name, Tone.STRONG)), max(LABEL_CELLS, width(line(name)) + 1)), shown)

    def _pfsync(self) -> Line:
        node, peer = self.node, clean(self.peer.name)
        state = condition(node.pfsync, self.scene)
        setting = self._pfsync_interface()
        if setting is not None and not setting.syncdev:
            return self._row(texts.PFSYNC, line((texts.PFSYNC_OFF, Tone.WARN)), state)
        if node.pfsync.value is None:
            return self._row(texts.PFSYNC, EMPTY, state)
        sent = present.per_second(node.rates.pfsync_out_ps, " msg/s")
        heard = present.per_second(node.rates.pfsync_in_ps, " msg/s")
        parts = [
            ("► ", Tone.MUTED), (sent, Tone.PLAIN), (f" {texts.MESSAGES_SENT.format(peer=peer)}", Tone.MUTED),
            ("   ◄ ", Tone.MUTED), (heard, Tone.PLAIN),
        ]  # fmt: skip
        if setting is not None and setting.syncok is False:
            parts.append((f"   {texts.PFSYNC_PENDING}", Tone.WARN))
        elif setting is not None:
            on = texts.ON_INTERFACE.format(interface=clean(setting.syncdev or ""))
            parts.append((f"   {on}", Tone.MUTED))
        return self._row(texts.PFSYNC, tuple(parts), state)

    def _pfsync_interface(self) -> PfsyncInterface | None:
        found = (i.pfsync for i in self.node.interfaces.value or () if i.pfsync is not None)
        return next(found, None)

    def _states(self) -> Line:
        node, scene = self.node, self.scene
        reading = _counted(node)
        number = node.states
        if number is None:
            return self._row(texts.STATES, EMPTY, condition(node.pf, scene))
        state = condition(reading, scene)
        limit = node.limits.value.states if node.limits.value is not None else None
        if limit is None and node.snmp.value is not None:
            limit = node.snmp.value.states_limit
        text = present.count(number)
        tone = Tone.PLAIN
        if limit:
            fill = number / limit
            tone = Tone.WARN if fill >= MANY_STATES else Tone.PLAIN
            share = present.share(fill, 1)
            text = texts.STATES_OF.format(count=text, limit=present.count(limit), share=share)
        value = line((text, tone), self._parity(number))
        if node.pf.value is None and node.pf.error is not None:
            value = line(value, (f"   {texts.VIA_SNMP}", Tone.MUTED))
        return self._row(texts.STATES, value, state)

    def _parity(self, number: int) -> Line:
        other = self.peer.states
        if not other:
            return EMPTY
        if _counted(self.peer).freshness(self.scene.now) is Freshness.STALE:
            return EMPTY
        text = texts.PARITY.format(
            share=present.share(number / other, 1), peer=clean(self.peer.name)
        )
        return line(("   ", Tone.PLAIN), (text, Tone.MUTED))

    def _creators(self) -> Line:
        reading = self.node.creators
        if reading.value is None:
            # A node that cannot tell creators at all is not worth a row of its own.
            quiet = reading.error is None or reading.error.kind is ErrorKind.MISSING
            return (
                EMPTY if quiet else self._row(texts.CREATORS, EMPTY, condition(reading, self.scene))
            )
        state = condition(reading, self.scene)
        theirs = self.peer.pf.value.host_id if self.peer.pf.value is not None else None
        value = line(texts.CREATOR_KNOWN.format(count=len(reading.value)))
        if theirs is not None:
            both = line((f"   {texts.CREATOR_BOTH}", Tone.MUTED))
            none = texts.CREATOR_NO_PEER.format(peer=clean(self.peer.name))
            held = both if theirs in reading.value else line((f"   {none}", Tone.WARN))
            value = line(value, held)
        return self._row(texts.CREATORS, value, state)

    def _adverts(self) -> Line:
        counters = self.node.carp_counters.value
        if counters is None:
            return EMPTY
        sent = present.count(counters.sent + counters.sent6)
        heard = present.count(counters.received + counters.received6)
        value = line((texts.ADVERTS_COUNTS.format(sent=sent, received=heard), Tone.PLAIN))
        for number, text in (
            (counters.bad_authentication, texts.BAD_AUTH),
            (counters.send_failed, texts.SEND_FAILED),
        ):
            if number:
                value = line(value, (f"   {text.format(count=present.count(number))}", Tone.WARN))
        return self._row(texts.ADVERTS, value, condition(self.node.carp_counters, self.scene))

    def _config(self) -> Line:
        node, scene = self.node, self.scene
        state = condition(node.config, scene)
        if node.config.value is None:
            identity, error = node.identity.value, node.config.error
            missing = error is not None and error.kind is ErrorKind.MISSING
            if missing and identity is not None and identity.version is None:
                return self._row(
                    texts.CONFIG, line((texts.PLAIN_FREEBSD, Tone.MUTED)), Condition(False)
                )
            return self._row(texts.CONFIG, EMPTY, state)
        changed = present.clock_text(node.config.value.mtime, scene)
        value = line(texts.CONFIG_CHANGED.format(clock=changed))
        mode = condition(node.maintenance, scene)
        if node.maintenance.value is None:
            value = line(value, ("   maintenance ", Tone.MUTED), mode.remark)
        elif node.maintenance.value:
            value = line(value, "   ", mode.show(line((texts.MAINTENANCE_ON, Tone.WARN))))
        else:
            value = line(value, "   ", mode.show(line((texts.MAINTENANCE_OFF, Tone.MUTED))))
        return self._row(texts.CONFIG, value, state)


def wanted_rows(node: NodeSnapshot) -> int:
    """Rows that a full pane would like within its frame; steady while nothing is configured anew."""
    return CALM_ROWS + 2 * len(node.roles) + len(interfaces.gather(node))


def _counted(node: NodeSnapshot) -> Reading[PfInfo] | Reading[SnmpFacts]:
    """The section from which the node's state count comes."""
    return node.pf if node.pf.value is not None else node.snmp
