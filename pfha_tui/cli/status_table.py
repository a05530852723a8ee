"""The table that `status` prints: VIPs and facts of both nodes side by side, then the causes."""

from collections.abc import Callable, Sequence
from datetime import datetime

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from pfha_tui.domain.language import mark, tr
from pfha_tui.domain.model import CarpState
from pfha_tui.domain.snapshot import CarpRole, NodeSnapshot, PairSnapshot, Since, place_of
from pfha_tui.domain.target import BrokenPair, PairTarget
from pfha_tui.domain.text import clean
from pfha_tui.domain.verdict import Cause, Severity, Verdict, VerdictKind
from pfha_tui.domain.wording import decimal, duration, grouped, word

Stand = tuple[PairTarget | BrokenPair, PairSnapshot | None]
"""A pair and how it stands; no snapshot where it cannot be watched."""

_STYLES = {
    VerdictKind.HEALTHY: "bold green",
    VerdictKind.MAINTENANCE: "bold cyan",
    VerdictKind.FAILED_OVER: "bold yellow",
    VerdictKind.DEGRADED: "bold yellow",
    VerdictKind.UNKNOWN: "bold magenta",
}
_MARKS = {Severity.ERROR: "!!", Severity.WARNING: "! ", Severity.NOTE: "- "}
_SEVERITY_STYLES = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: ""}


def status_table(snapshot: PairSnapshot, *, ascii_only: bool) -> Group:
    """What rich is to print; texts of the nodes are plain text in it, without control characters."""
    return Group(
        _headline(snapshot.pair, snapshot.verdict),
        _table(snapshot, ascii_only=ascii_only),
        *(_cause(cause, snapshot) for cause in snapshot.verdict.causes),
    )


def pairs_table(stands: Sequence[Stand], *, ascii_only: bool) -> Table:
    """One line for each pair, the worst first; a pair without snapshot cannot be watched."""
    table = Table(box=box.ASCII if ascii_only else box.SQUARE, show_lines=False)
    for title in (tr("pair"), "", tr("verdict"), tr("why")):
        table.add_column(_text(title), overflow="fold")
    order = list(VerdictKind)
    unknown = VerdictKind.UNKNOWN

    def rank(stand: Stand) -> int:
        return order.index(stand[1].verdict.kind if stand[1] is not None else unknown)

    for pair, snapshot in sorted(stands, key=rank):
        place = _text(pair.name), _text(word(pair.environment))
        if snapshot is None:
            why = " ".join(pair.faults) if isinstance(pair, BrokenPair) else ""
            told = Text(tr("NOT WATCHED"), _STYLES[unknown])
        else:
            verdict, why = snapshot.verdict, snapshot.verdict.why
            told = Text(word(verdict.kind).upper(), _STYLES.get(verdict.kind, "bold red"))
            if not verdict.confirmed:
                told.append("\n" + _unconfirmed(verdict))
        table.add_row(*place, told, _text(why))
    return table


def _headline(pair: str, verdict: Verdict) -> Text:
    text = _text(f"{pair}  ")
    text.append(word(verdict.kind).upper(), _STYLES.get(verdict.kind, "bold red"))
    if not verdict.confirmed:
        text.append("  " + _unconfirmed(verdict))
    return text.append(clean(f"  {verdict.why}"))


def _unconfirmed(verdict: Verdict) -> str:
    waiting = decimal(f"{verdict.unconfirmed_for_s:.1f} s")
    return tr("unconfirmed, {age}").format(age=waiting)


def _table(snapshot: PairSnapshot, *, ascii_only: bool) -> Table:
    table = Table(box=box.ASCII if ascii_only else box.SQUARE, show_lines=False)
    table.add_column("")
    for node in snapshot.nodes:
        table.add_column(_text(f"{node.name}  {word(node.role)}"), overflow="fold")
    for key, label in _vips(snapshot):
        table.add_row(label, *(_role(node, key) for node in snapshot.nodes))
    table.add_section()
    for name, fact in _FACTS:
        table.add_row(tr(name), *(_text(fact(node)) for node in snapshot.nodes))
    return table


def _vips(snapshot: PairSnapshot) -> list[tuple[tuple[str, int], Text]]:
    """Each (interface, VHID) of either node once, with a label of description and addresses."""
    found: dict[tuple[str, int], CarpRole] = {}
    for node in snapshot.nodes:
        for role in node.roles:
            key = (role.interface, role.vhid)
            if key not in found or len(role.addresses) > len(found[key].addresses):
                found[key] = role
    return [(key, _vip_label(role)) for key, role in found.items()]


def _vip_label(role: CarpRole) -> Text:
    addresses = [f"{a.address}/{a.prefix_len}" for a in role.addresses]
    return _text(f"{role.description or role.interface} vhid {role.vhid}", *addresses)


def _role(node: NodeSnapshot, key: tuple[str, int]) -> Text:
    role = next((r for r in node.roles if (r.interface, r.vhid) == key), None)
    if role is None:
        unknown = node.reachable is not True or node.interfaces.value is None
        return _text("?" if unknown else tr("not there"))
    if role.state is None:
        return _text(tr("not there"))
    text = Text(role.state.value, "bold" if role.state is CarpState.MASTER else "")
    if role.effective_skew is not None and role.effective_skew != role.advskew:
        skews = tr("skew {effective} ({configured} configured)")
        said = skews.format(effective=role.effective_skew, configured=role.advskew)
        text.append(f"  {said}")
    elif role.advskew is not None:
        text.append("  " + tr("skew {configured}").format(configured=role.advskew))
    if role.since is not None:
        text.append(f"\n{_since(role.since)}")
    return text


def _since(since: Since) -> str:
    try:
        moment = datetime.fromtimestamp(since.epoch).astimezone()
    except (ValueError, OverflowError, OSError):
        return "?"
    text = tr("since {moment}") if since.exact else tr("at least since {moment}")
    return text.format(moment=f"{moment:%Y-%m-%d %H:%M:%S}")


def _reach(node: NodeSnapshot) -> str:
    if node.reachable is None:
        return tr("not yet tried")
    ways = [("ssh", node.ssh), ("snmp", node.snmp_link)]
    links = ", ".join(f"{name} {word(link.state)}" for name, link in ways)
    return f"{tr('yes') if node.reachable else tr('no')} ({links})"


def _carp(node: NodeSnapshot) -> str:
    carp = node.carp.value
    if carp is None:
        return "?"
    on, off = tr("on"), tr("OFF")
    return f"{_either(carp.allow, on, off)}, preempt {_either(carp.preempt, on, off)}"


def _demotion(node: NodeSnapshot) -> str:
    carp = node.carp.value
    return "?" if carp is None or carp.demotion is None else str(carp.demotion)


def _maintenance(node: NodeSnapshot) -> str:
    error = node.maintenance.error
    if node.maintenance.value is None and error is not None:
        return word(error.kind)
    return _either(node.maintenance.value, tr("YES"), tr("no"))


def _states(node: NodeSnapshot) -> str:
    if node.states is None:
        error = node.pf.error
        return word(error.kind) if error is not None else "?"
    return grouped(node.states)


def _version(node: NodeSnapshot) -> str:
    identity = node.identity.value
    if identity is None:
        return "?"
    if identity.version:
        return f"pfSense {identity.version}"
    return " ".join(part for part in (identity.os, identity.os_release) if part) or "?"


def _age(node: NodeSnapshot) -> str:
    age = node.interfaces.age(node.at)
    if age is None:
        return tr("never read")
    return tr("{age} ago").format(age=duration(age, tenths=True))


def _either(value: bool | None, yes: str, no: str) -> str:
    return "?" if value is None else yes if value else no


_FACTS: tuple[tuple[str, Callable[[NodeSnapshot], str]], ...] = (
    (mark("reachable"), _reach),
    (mark("read"), _age),
    (mark("CARP"), _carp),
    (mark("demotion"), _demotion),
    (mark("maintenance"), _maintenance),
    (mark("states"), _states),
    (mark("version"), _version),
)


def _cause(cause: Cause, snapshot: PairSnapshot) -> Text:
    text = Text(_MARKS[cause.severity] + " ", _SEVERITY_STYLES[cause.severity])
    place = place_of(cause, snapshot)
    text.append(clean(f"{word(cause.severity)}  {cause.id}  {place}").rstrip())
    return text.append(clean(f": {cause.evidence}"))


def _text(*lines: str) -> Text:
    return Text("\n".join(clean(line) for line in lines))
