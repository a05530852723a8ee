"""The list of causes: every id that a verdict can carry, what it means and how much it weighs."""

from dataclasses import dataclass

from pfha_tui.domain.verdict import Cause, Severity

_ERROR, _WARNING, _NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE


@dataclass(frozen=True, slots=True)
class CauseKind:
    """What a cause id means, in English for `tr`, and its weight."""

    severity: Severity
    meaning: str


CAUSES: dict[str, CauseKind] = {
    "no-master": CauseKind(_ERROR, "both nodes answer, and neither is MASTER of this VHID"),
    "split-brain": CauseKind(_ERROR, "both nodes are MASTER of this VHID"),
    "no-vhids": CauseKind(_ERROR, "neither node has a CARP VHID"),
    "not-yet-known": CauseKind(_ERROR, "the first attempt to read this node has not ended"),
    "host-key-changed": CauseKind(_ERROR, "the node shows another host key than the known one: reinstalled, or forged"),
    "login-refused": CauseKind(_ERROR, "the node refuses the login, or gives it no shell"),
    "login-impossible": CauseKind(_ERROR, "our own settings, key or agent allow no login at this node"),
    "unreachable": CauseKind(_ERROR, "no way to this node works; nothing is inferred about its roles"),
    "roles-unread": CauseKind(_ERROR, "the node answers, but its roles were never read (SNMP cannot tell them)"),
    "data-stale": CauseKind(_ERROR, "the node's roles were read before, but too long ago"),
    "role-mixed": CauseKind(_ERROR, "the nodes share the VHIDs in a way that their skews do not ask for"),
    "booting": CauseKind(_ERROR, "pfSense has not finished booting on this node"),
    "carp-disabled": CauseKind(_ERROR, "net.inet.carp.allow is 0: the node takes no part in CARP"),
    "link-down": CauseKind(_ERROR, "an interface with VHIDs has no carrier or is administratively down"),
    "init": CauseKind(_ERROR, "a VHID is in INIT although link and CARP are on"),
    "vhid-missing": CauseKind(_ERROR, "a VHID of the peer, or one known before, is not configured on this node"),
    "state-sync-broken": CauseKind(_ERROR, "states provably do not reach the other node"),
    "pfsync-version-differs": CauseKind(_ERROR, "the nodes speak different versions of pfsync"),
    "cloned-host-id": CauseKind(_ERROR, "both nodes mark their states with the same pf host id"),
    "pf-disabled": CauseKind(_ERROR, "the packet filter is off on this node"),
    "both-in-maintenance": CauseKind(_ERROR, "both nodes are in maintenance: neither gives way to the other"),
    "maintenance-ineffective": CauseKind(_ERROR, "a node in maintenance still serves although the other is there"),
    "demoted": CauseKind(_WARNING, "net.inet.carp.demotion is not 0 while CARP is on"),
    "preempt-off": CauseKind(_WARNING, "preempt is 0: VIPs neither move as a group nor return by themselves"),
    "equal-skew": CauseKind(_WARNING, "both nodes advertise this VHID equally often: the election is a race"),
    "skew-reversed": CauseKind(_WARNING, "every VHID prefers the node that is configured as secondary"),
    "addresses-differ": CauseKind(_WARNING, "the VHID's addresses are not the same on both nodes: its hash differs"),
    "bad-authentication": CauseKind(_WARNING, "advertisements are being rejected: password or addresses differ"),
    "wrong-ttl": CauseKind(_WARNING, "advertisements arrive with a TTL other than 255: routed or forged"),
    "state-gap": CauseKind(_WARNING, "the state tables differ in size by more than 20 states and 15 %"),
    "state-sync-off": CauseKind(_WARNING, "pfsync is configured on neither node: a failover cuts connections"),
    "syncok-pending": CauseKind(_WARNING, "a bulk transfer of states has been asked for and has not ended"),
    "version-differs": CauseKind(_WARNING, "the nodes run different releases"),
    "clock-skew": CauseKind(_WARNING, "the nodes' clocks differ by more than 5 s"),
    "vhid-gone": CauseKind(_WARNING, "a VHID known before is on neither node any more, with CARP on: removed"),
    "demoted-by-us": CauseKind(_NOTE, "a switchover of ours demotes the node: its mark on the node says so"),
    "maintenance": CauseKind(_NOTE, "pfSense's maintenance flag is set, or every VHID has advskew 254"),
    "bad-vhid": CauseKind(_NOTE, "advertisements arrive for VHIDs that the node does not have: often another cluster"),
    "not-permitted": CauseKind(_NOTE, "the account may not read these sections"),
}  # fmt: skip

_RANK = {id: rank for rank, id in enumerate(CAUSES)}


def cause(
    id: str,
    evidence: str,
    node: str | None = None,
    interface: str | None = None,
    vhid: int | None = None,
    brief: str = "",
) -> Cause:
    """A cause with the weight that the list gives it. Raises KeyError for an id that is not listed."""
    return Cause(id, CAUSES[id].severity, evidence, node, interface, vhid, brief)


def ranked(causes: list[Cause]) -> tuple[Cause, ...]:
    """The gravest first, in the order of the list; equals stay as found."""
    return tuple(sorted(causes, key=lambda found: _RANK[found.id]))
