"""Pure: the interfaces of one node as a table that fits."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from pfha_tui.domain.language import tr
from pfha_tui.domain.model import Interface, SnmpInterface
from pfha_tui.domain.reading import Freshness
from pfha_tui.domain.snapshot import InterfaceRate, NodeSnapshot
from pfha_tui.domain.text import clean
from pfha_tui.ui import present, texts
from pfha_tui.ui.about import About, Entry, Topic
from pfha_tui.ui.line import EMPTY, Line, Tone, crop, fit, line, pad, pad_left, spread
from pfha_tui.ui.present import Scene
from pfha_tui.ui.sections import Condition, condition

INTERNAL = ("lo", "pflog", "pfsync", "enc", "gif", "stf", "faith", "usbus")
LABEL_CELLS = 10
NAME_CELLS = 10
RATE_CELLS = 9
ERROR_CELLS = 7
SPARK_CELLS = 12
SPARK_LEAST = 4
OPER_UP = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One interface as it is shown: `trouble` is set where it has no link or is switched off."""

    name: str
    label: str
    up: bool | None
    trouble: str
    rate: InterfaceRate | None
    history: tuple[tuple[float, ...], tuple[float, ...]]
    errors: int | None


def gather(node: NodeSnapshot) -> tuple[Row, ...]:
    """The interfaces worth a row: those with VIPs first, then the others but the internal ones; from
    SNMP where SSH has never told of any."""
    rates = {rate.name: rate for rate in node.rates.interfaces}
    history = {name: (seen_in, seen_out) for name, seen_in, seen_out in node.rates.history}
    counted = {row.name: row.in_errors + row.out_errors for row in node.counters.value or ()}

    def row(name: str, text: str, up: bool | None, trouble: str, errors: int | None) -> Row:
        shown = clean((text or name)[:64])
        return Row(name, shown, up, trouble, rates.get(name), history.get(name, ((), ())), errors)

    if node.interfaces.value is not None:
        kept = [i for i in node.interfaces.value if not _internal(i.name)]
        kept.sort(key=lambda interface: not interface.carp)
        return tuple(row(i.name, i.description, *_link(i), counted.get(i.name)) for i in kept)
    facts = node.snmp.value.interfaces if node.snmp.value is not None else ()
    return tuple(
        row(i.name, i.alias, *_snmp_link(i), _snmp_errors(i))
        for i in facts
        if not _internal(i.name)
    )


def _internal(name: str) -> bool:
    return name.rstrip("0123456789") in INTERNAL


def _link(interface: Interface) -> tuple[bool | None, str]:
    if not interface.up:
        return False, tr(texts.ADMIN_DOWN)
    if interface.link_down:
        return False, tr(texts.NO_CARRIER).format(status=clean((interface.status or "")[:32]))
    return (True if interface.status is not None else None), ""


def _snmp_link(row: SnmpInterface) -> tuple[bool | None, str]:
    if row.admin is not None and row.admin != OPER_UP:
        return False, tr(texts.ADMIN_DOWN)
    if row.oper is None:
        return None, ""
    down = tr(texts.NO_CARRIER).format(status=f"ifOperStatus {row.oper}")
    return row.oper == OPER_UP, "" if row.oper == OPER_UP else down


def _snmp_errors(row: SnmpInterface) -> int | None:
    return None if row.counters is None else row.counters.in_errors + row.counters.out_errors


def block(
    node: NodeSnapshot, index: int, scene: Scene, cells: int, folded: int = 0
) -> tuple[Entry, ...]:
    """The interfaces under a heading; the remark of a late or stale section stands in the heading.

    `folded` of the quiet ones, those without VIPs first, stand in one line at the end.
    """
    by_snmp = node.interfaces.value is None and node.snmp.value is not None
    state = condition(node.snmp if by_snmp else node.interfaces, scene)
    counters = condition(node.snmp if by_snmp else node.counters, scene)
    found = gather(node)
    if not found:
        return (Entry(spread(line((tr(texts.INTERFACES), Tone.STRONG)), state.remark, cells)),)
    hidden = quiet(found, node)[:folded] if folded > 1 else ()
    widths = _Widths.of(found, cells)
    remark = state.remark or (counters.remark if not by_snmp else EMPTY)
    heading = _heading(widths, by_snmp)
    if remark:
        heading = spread(line((tr(texts.INTERFACES), Tone.STRONG)), remark, cells)
    entries = [Entry(heading)]
    for row in found:
        if row not in hidden:
            shown = state.show(_row(row, widths, counters))
            entries.append(Entry(shown, About(Topic.INTERFACE, index, row.name)))
    if hidden:
        whole = len(hidden) == len(found)
        words = tr("{count}, none in trouble") if whole else tr("{count} more, none in trouble")
        more = words.format(count=len(hidden))
        text = line(("↑", Tone.GOOD), " ", (more, Tone.MUTED))
        entries.append(Entry(fit(state.show(text), cells), About(Topic.FOLDED, index)))
    return tuple(entries)


def quiet(found: Sequence[Row], node: NodeSnapshot) -> tuple[Row, ...]:
    """The rows with nothing to tell, in the order in which they may go: those without VIPs first, the one
    that carries the states last."""
    serving = {role.interface for role in node.roles}
    carrying = {i.pfsync.syncdev for i in node.interfaces.value or () if i.pfsync is not None}
    calm = [r for r in found if not r.trouble and (r.rate is None or r.rate.errors_ps == 0)]
    order = {row: (row.name in carrying, row.name in serving) for row in calm}
    return tuple(sorted(reversed(calm), key=order.__getitem__))


@dataclass(frozen=True, slots=True)
class _Widths:
    label: int
    name: int
    spark: int

    @classmethod
    def of(cls, rows: Sequence[Row], cells: int) -> "_Widths":
        label = min(LABEL_CELLS, max(cell_len(row.label) for row in rows))
        differ = any(row.label != row.name for row in rows)
        name = min(NAME_CELLS, max(cell_len(row.name) for row in rows)) if differ else 0
        fixed = 2 + label + (name + 1 if name else 0) + 2 * (2 + RATE_CELLS) + 2 + ERROR_CELLS
        spark = min(SPARK_CELLS, (cells - fixed) // 2 - 1)
        if spark < SPARK_LEAST:
            spark = 0
        if fixed > cells:
            name = 0
        return cls(label, name, spark)

    @property
    def head(self) -> int:
        """Cells before the first rate."""
        return 2 + self.label + (self.name + 1 if self.name else 0)

    @property
    def rate(self) -> int:
        """Cells of one direction: gap, rate, sparkline."""
        return 2 + RATE_CELLS + (self.spark + 1 if self.spark else 0)


def _heading(widths: _Widths, by_snmp: bool) -> Line:
    title = tr(texts.INTERFACES_SNMP) if by_snmp else tr(texts.INTERFACES)
    after = " " * (widths.spark + 1 if widths.spark else 0)
    # The title may reach into the blank part of the first rate column.
    named = spread(
        line((title, Tone.STRONG)), line((tr(texts.IN), Tone.MUTED)), widths.head + 2 + RATE_CELLS
    )
    out = pad_left(line((tr(texts.OUT), Tone.MUTED)), 2 + RATE_CELLS)
    errors = pad_left(line((tr(texts.ERRORS), Tone.MUTED)), 2 + ERROR_CELLS)
    return line(named, after, out, after, errors)


def _row(row: Row, widths: _Widths, counters: Condition) -> Line:
    glyph = {True: "↑", False: "▼", None: "·"}[row.up]
    tone = Tone.BAD if row.trouble else Tone.PLAIN
    head = line((glyph, Tone.BAD if row.trouble else Tone.GOOD), " ")
    head = line(head, pad(line((crop(row.label, widths.label), tone)), widths.label))
    if widths.name:
        name = "" if row.name == row.label else crop(clean(row.name), widths.name)
        head = line(head, " ", pad(line((name, Tone.MUTED)), widths.name))
    body_cells = 2 * widths.rate
    if row.trouble:
        body = pad(line("  ", (row.trouble, Tone.BAD)), body_cells)
    else:
        rate = row.rate
        sides = (
            (rate.in_bps if rate else None, row.history[0]),
            (rate.out_bps if rate else None, row.history[1]),
        )
        top = max((v for _, past in sides for v in past[-SPARK_CELLS:]), default=0.0)
        body = line(*(part for value, past in sides for part in _side(value, past, top, widths)))
    body = counters.show(body) if not row.trouble else body
    return line(head, body, pad_left(counters.show(_errors(row)), 2 + ERROR_CELLS))


def _side(value: float | None, past: tuple[float, ...], top: float, widths: _Widths) -> Line:
    text = pad_left(line(present.bit_rate(value, RATE_CELLS)), 2 + RATE_CELLS)
    if not widths.spark:
        return text
    return line(text, " ", (present.sparkline(past, widths.spark, top), Tone.TREND))


def _errors(row: Row) -> Line:
    if row.rate is not None and row.rate.errors_ps > 0:
        return line((f"+{present.per_second(row.rate.errors_ps, cells=ERROR_CELLS - 1)}", Tone.BAD))
    if row.errors is None:
        return line((present.UNKNOWN, Tone.MUTED))
    text = present.count(row.errors, ERROR_CELLS)
    return line((text, Tone.MUTED if row.errors == 0 else Tone.PLAIN))


def items(node: NodeSnapshot, scene: Scene) -> tuple[Line, ...]:
    """Each interface in a few words: `↑ WAN in 12.3 Mb/s out 3.10 Mb/s`, or its trouble; those in trouble first."""
    stale = condition(node.counters, scene).stale
    found: list[Line] = []
    for row in sorted(gather(node), key=lambda row: not row.trouble):
        label = crop(row.label, LABEL_CELLS)
        if row.trouble:
            found.append(line((f"▼ {label} {row.trouble}", Tone.BAD)))
            continue
        mark = ("·", Tone.MUTED) if row.up is None else ("↑", Tone.GOOD)
        rate = None if stale else row.rate
        rates = (
            (f" {tr(texts.IN)} ", Tone.MUTED),
            (present.bit_rate(rate.in_bps if rate else None), Tone.PLAIN),
            (f" {tr(texts.OUT)} ", Tone.MUTED),
            (present.bit_rate(rate.out_bps if rate else None), Tone.PLAIN),
        )
        found.append(line(mark, f" {label}", rates))
    return tuple(found)


def second_witness(node: NodeSnapshot, scene: Scene) -> tuple[Line, ...]:
    """What SNMP sees now of a node whose SSH values have grown old: each link, and the state count."""
    facts = node.snmp.value
    if facts is None or node.interfaces.value is None:
        return ()
    if node.interfaces.freshness(scene.now) in (Freshness.FRESH, Freshness.LATE):
        return ()
    if node.snmp.freshness(scene.now) is Freshness.STALE:
        return ()
    names = {i.name: i.description for i in node.interfaces.value}
    found = [line((tr(texts.VIA_SNMP), Tone.STRONG))]
    for row in facts.interfaces:
        if _internal(row.name) or row.name not in names:
            continue
        up, _ = _snmp_link(row)
        mark = {True: ("↑", Tone.GOOD), False: ("▼", Tone.BAD), None: ("·", Tone.MUTED)}[up]
        found.append(line(mark, f" {crop(clean(names[row.name][:64] or row.name), LABEL_CELLS)}"))
    if facts.states is not None:
        found.append(line(f"{tr(texts.STATES)} {present.count(facts.states)}"))
    return tuple(found)
