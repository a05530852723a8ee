"""The document that `status --json` prints, schema 1.

New fields may be added without a new schema number; a field that changes its meaning or goes away raises
it. Unknown is always `null`, never 0 or "". Times are RFC 3339 in UTC, ages and durations seconds.

With several pairs and no `--pair` it is an array of these objects, in the order of the configuration; a pair that
cannot be watched is in it as unknown, with its faults as `why` and without `nodes`.

- `schema`: 1. `pair`: name. `at`: when this was true, on the clock of this machine.
- `verdict`: no-master, split-brain, unknown, partial, degraded, failed-over, maintenance or healthy.
- `confirmed`: two equal samples of both nodes agree. `unconfirmed_for_s`: how long not yet.
- `why`: one sentence. `causes[]`: `id`, `severity` (error, warning, note), `node`, `interface`, `vhid`, `evidence`.
- `nodes[]`, primary first: `name`, `role` (by configuration), `address`; `reachable` (`null` before the first
  attempt has ended), `unreachable_why`; `age_s` of the roles and interfaces.
- `nodes[].sources`: for `ssh` and `snmp` the `state` (off, connecting, live, suspect, down, stopped), `detail`,
  `rtt_s` and `heard_age_s`; `stop`: why SSH is stopped until you act (host-key-changed, login-refused,
  login-impossible), else `null`.
- `nodes[].sections`: for every section read `age_s`, `source` (ssh, snmp, devd, log), `freshness` (fresh, late,
  stale, never) and `error` (`kind`, `message`). `nodes[].push_gaps[]`: each stream (devd, log) that the node does not
  give, in a sentence; without them polling alone tells.
- `nodes[].roles[]`: `interface`, `description`, `vhid`, `state` (INIT, BACKUP, MASTER; `null` when the node answers
  but has no such VHID), `advbase` (s), `advskew` (configured), `effective_skew` (with demotion), `addresses`,
  `source`, `age_s`; `since` with `since_exact`: false means "at least since", as no log line tells the moment.
- `nodes[]` further: `demotion`, `carp_allowed`, `preempt`, `maintenance` (pfSense's flag), `booting`, `states` and
  `states_limit` of pf (`null` limit: unlimited or unknown), `version` (of pfSense), `os`.
- `nodes[].mark`: what a switchover of ours has left on the node: `action` (the journal's id), `demotion` (what it
  added), `since`, `who`; `null` where there is none.
- `nodes[].lease`: how long this node's maintenance is meant to last, by your journal: `until`, `since`, `who`,
  `reason`, and whether it is `over`; `null` where there is none. Nothing ends maintenance by itself.
- `nodes[].pfsync`: `syncdev`, `syncpeer`, `syncok`, `version`, `messages_in`, `messages_out` (since boot),
  `in_per_s`, `out_per_s`.
- `nodes[].interfaces[]`: `name`, `description`, `up`, `link` (as the driver says), `mtu`, `addresses`, `in_bps`,
  `out_bps` (bit/s), `in_errors`, `out_errors` (since boot).
"""

import math
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from pfha_tui.actions.model import Lease
from pfha_tui.domain.model import Address, Interface, InterfaceCounters
from pfha_tui.domain.reading import Reading
from pfha_tui.domain.snapshot import CarpRole, InterfaceRate, LinkStatus, NodeSnapshot, PairSnapshot
from pfha_tui.domain.target import BrokenPair, PairTarget
from pfha_tui.domain.verdict import VerdictKind

SCHEMA = 1

SECTIONS = (
    "clock",
    "identity",
    "interfaces",
    "carp",
    "system",
    "counters",
    "carp_counters",
    "pfsync",
    "pf",
    "limits",
    "creators",
    "maintenance",
    "booting",
    "mark",
    "config",
    "log",
    "gateways",
    "ntp",
    "dhcp_isc",
    "dhcp_kea",
    "snmp",
)


def status_document(snapshot: PairSnapshot, leases: Iterable[Lease] = ()) -> dict[str, Any]:
    """The snapshot as JSON types only: dict, list, str, int, finite float, bool, None; with the pair's leases."""
    verdict = snapshot.verdict
    by_node = {lease.node: lease for lease in leases}
    return {
        "schema": SCHEMA,
        "pair": snapshot.pair,
        "at": rfc3339(snapshot.epoch),
        "verdict": verdict.kind.value,
        "confirmed": verdict.confirmed,
        "unconfirmed_for_s": 0.0 if verdict.confirmed else _number(verdict.unconfirmed_for_s),
        "why": verdict.why,
        "causes": [
            {
                "id": cause.id,
                "severity": cause.severity.value,
                "node": cause.node,
                "interface": cause.interface,
                "vhid": cause.vhid,
                "evidence": cause.evidence,
            }
            for cause in verdict.causes
        ],
        "nodes": [
            _node(node, snapshot.at)
            | {"lease": _lease(by_node.get(node.name), node, snapshot.epoch)}
            for node in snapshot.nodes
        ],
    }


def broken_document(pair: PairTarget | BrokenPair, epoch: float) -> dict[str, Any]:
    """The same form for a pair that cannot be watched: unknown, with its faults as the why and without nodes."""
    faults = pair.faults if isinstance(pair, BrokenPair) else ()
    return {
        "schema": SCHEMA,
        "pair": pair.name,
        "at": rfc3339(epoch),
        "verdict": VerdictKind.UNKNOWN.value,
        "confirmed": False,
        "unconfirmed_for_s": 0.0,
        "why": " ".join(faults),
        "causes": [],
        "nodes": [],
    }


def _node(node: NodeSnapshot, now: float) -> dict[str, Any]:
    carp, identity = node.carp.value, node.identity.value
    limits, agent = node.limits.value, node.snmp.value
    return {
        "name": node.name,
        "role": node.role.value,
        "address": node.address,
        "reachable": node.reachable,
        "unreachable_why": node.unreachable_why or None,
        "age_s": _number(node.interfaces.age(now)),
        "sources": {"ssh": _link(node.ssh, now), "snmp": _link(node.snmp_link, now)},
        "sections": {name: _section(getattr(node, name), now) for name in SECTIONS},
        "push_gaps": list(node.push_gaps),
        "roles": [_role(role, now) for role in node.roles],
        "demotion": carp.demotion if carp else None,
        "carp_allowed": carp.allow if carp else None,
        "preempt": carp.preempt if carp else None,
        "maintenance": node.maintenance.value,
        "booting": node.booting.value,
        "mark": _mark(node),
        "pfsync": _pfsync(node),
        "interfaces": _interfaces(node),
        "states": node.states,
        "states_limit": limits.states if limits else agent.states_limit if agent else None,
        "version": identity.version if identity else None,
        "os": _os(identity.os, identity.os_release) if identity else None,
    }


def _mark(node: NodeSnapshot) -> dict[str, Any] | None:
    found = (node.mark.value or (None,))[0]
    if found is None:
        return None
    return {
        "action": found.action,
        "demotion": found.demotion,
        "since": rfc3339(found.epoch),
        "who": found.who,
    }


def _lease(lease: Lease | None, node: NodeSnapshot, epoch: float) -> dict[str, Any] | None:
    if lease is None or node.maintenance.value is False:
        return None
    return {
        "until": rfc3339(lease.until),
        "since": rfc3339(lease.began),
        "who": lease.who,
        "reason": lease.reason or None,
        "over": lease.until <= epoch,
    }


def _link(link: LinkStatus, now: float) -> dict[str, Any]:
    heard = None if link.heard_at is None else max(0.0, now - link.heard_at)
    return {
        "state": link.state.value,
        "detail": link.detail or None,
        "stop": None if link.stop is None else link.stop.value,
        "rtt_s": _number(link.rtt_s, digits=6),
        "heard_age_s": _number(heard),
    }


def _section(reading: Reading[Any], now: float) -> dict[str, Any]:
    error = reading.error
    return {
        "age_s": _number(reading.age(now)),
        "source": reading.source.value if reading.source else None,
        "freshness": reading.freshness(now).value,
        "error": {"kind": error.kind.value, "message": error.message} if error else None,
    }


def _role(role: CarpRole, now: float) -> dict[str, Any]:
    return {
        "interface": role.interface,
        "description": role.description or None,
        "vhid": role.vhid,
        "state": role.state.value if role.state else None,
        "advbase": role.advbase,
        "advskew": role.advskew,
        "effective_skew": role.effective_skew,
        "addresses": [_address(address) for address in role.addresses],
        "source": role.source.value if role.source else None,
        "age_s": _number(max(0.0, now - role.at)),
        "since": rfc3339(role.since.epoch) if role.since else None,
        "since_exact": role.since.exact if role.since else None,
    }


def _pfsync(node: NodeSnapshot) -> dict[str, Any]:
    found = next((i.pfsync for i in node.interfaces.value or () if i.pfsync is not None), None)
    counters = node.pfsync.value
    return {
        "syncdev": found.syncdev if found else None,
        "syncpeer": found.syncpeer if found else None,
        "syncok": found.syncok if found else None,
        "version": found.version if found else None,
        "messages_in": counters.messages_in() if counters else None,
        "messages_out": counters.messages_out() if counters else None,
        "in_per_s": _number(node.rates.pfsync_in_ps),
        "out_per_s": _number(node.rates.pfsync_out_ps),
    }


def _interfaces(node: NodeSnapshot) -> list[dict[str, Any]]:
    counters = {row.name: row for row in node.counters.value or ()}
    rates = {row.name: row for row in node.rates.interfaces}
    return [
        _interface(found, counters.get(found.name), rates.get(found.name))
        for found in node.interfaces.value or ()
    ]


def _interface(
    interface: Interface, counters: InterfaceCounters | None, rate: InterfaceRate | None
) -> dict[str, Any]:
    return {
        "name": interface.name,
        "description": interface.description or None,
        "up": interface.up,
        "link": interface.status,
        "mtu": interface.mtu,
        "addresses": [_address(address) for address in interface.addresses],
        "in_bps": _number(rate.in_bps) if rate else None,
        "out_bps": _number(rate.out_bps) if rate else None,
        "in_errors": counters.in_errors if counters else None,
        "out_errors": counters.out_errors if counters else None,
    }


def _address(address: Address) -> str:
    return f"{address.address}/{address.prefix_len}"


def _os(name: str | None, release: str | None) -> str | None:
    return " ".join(part for part in (name, release) if part) or None


def _number(value: float | None, digits: int = 3) -> float | None:
    return round(value, digits) if value is not None and math.isfinite(value) else None


def rfc3339(epoch: float) -> str | None:
    """The moment in UTC with milliseconds; None for one that no calendar has."""
    try:
        moment = datetime.fromtimestamp(epoch, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
