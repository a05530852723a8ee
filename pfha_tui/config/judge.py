"""Faults that no single key has: what must be there once, must differ, or must go together."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from pfha_tui.config.problems import Problem
from pfha_tui.config.settings import NodeConfig, PairConfig, Values
from pfha_tui.domain.language import ntr, tr
from pfha_tui.domain.target import NodeRole


def judge_pairs(file: Path, pairs: Sequence[PairConfig]) -> list[Problem]:
    """Faults between pairs: names that are used twice."""
    return _repeated(file, [(pair.label, pair.own) for pair in pairs])


def judge_pair(file: Path, pair: PairConfig) -> list[Problem]:
    """Faults between the tables of one pair, and within the transports of its nodes."""
    problems = _repeated(file, [(node.label, node.own) for node in pair.nodes])
    if pair.nodes and len(pair.nodes) != 2:
        problems.append(
            Problem(
                file,
                pair.line,
                pair.label,
                ntr(
                    "has {count} node, not two", "has {count} nodes, not two", len(pair.nodes)
                ).format(count=len(pair.nodes)),
                tr("write two [[pair.node]] tables"),
            )
        )
    if len(pair.nodes) == 2:
        problems += _roles(file, pair)
        problems += _endpoints(file, *pair.nodes)
    for node in pair.nodes:
        problems += _node(file, node)
    return problems


def shared_host_keys(pair: PairConfig) -> frozenset[str]:
    """Fingerprints pinned for both nodes: they have the same host key, so one was cloned from the other."""
    pins = [set(node.ssh.get("host_keys", ())) if node.ssh else set() for node in pair.nodes]
    return frozenset(set.intersection(*pins)) if pins else frozenset()


def _repeated(file: Path, named: Iterable[tuple[str, Values]]) -> list[Problem]:
    first: dict[str, int | None] = {}
    problems = []
    for label, own in named:
        name = (own.text("name") or "").casefold()
        if name in first:
            place = tr("in line {line}").format(line=first[name])
            what = tr("is also the name of another one")
            problems.append(
                Problem(
                    file,
                    own.line("name"),
                    f"{label}.name",
                    f"{what} {place}" if first[name] else what,
                    tr("give each its own name"),
                )
            )
        elif name:
            first[name] = own.line("name")
    return problems


def _roles(file: Path, pair: PairConfig) -> list[Problem]:
    roles = [node.own.get("role") for node in pair.nodes]
    if None in roles or set(roles) == set(NodeRole):
        return []
    other = NodeRole.SECONDARY if roles[0] == NodeRole.PRIMARY.value else NodeRole.PRIMARY
    node = pair.nodes[1]
    what = tr('both nodes are "{role}"').format(role=roles[0])
    mend = tr('make one "{role}"').format(role=other)
    return [Problem(file, node.own.line("role"), f"{node.label}.role", what, mend)]


def _endpoints(file: Path, one: NodeConfig, two: NodeConfig) -> list[Problem]:
    """Both nodes reached at the same place: one machine would be shown as two."""
    for name, port in (("ssh", 22), ("snmp", 161)):
        places = [_endpoint(node, getattr(node, name), port) for node in (one, two)]
        if places[0] is None or places[0] != places[1]:
            continue
        values: Values = getattr(two, name)
        table, key = (values, "host") if "host" in values else (two.own, "address")
        what = tr("both nodes are reached by {way} at {host} port {port}").format(
            way=name, host=places[0][0], port=places[0][1]
        )
        mend = tr("give each node its own address (never a CARP VIP)")
        return [Problem(file, table.line(key), f"{table.label}.{key}", what, mend)]
    return []


def _endpoint(
    node: NodeConfig, values: Values | None, port: int
) -> tuple[str, int, str | None] | None:
    if values is None:
        return None
    host = values.text("host") or node.own.text("address")
    if host is None:
        return None
    jump = values.text("proxy_jump")
    return host.lower().rstrip("."), values.get("port", port), jump


def _node(file: Path, node: NodeConfig) -> list[Problem]:
    problems = []
    if node.ssh is None and node.snmp is None:
        mend = tr("keep ssh, or add [pair.node.snmp]")
        problems.append(Problem(file, node.line, node.label, tr("uses neither SSH nor SNMP"), mend))
    if node.ssh is not None:
        problems += _ssh(file, node.ssh)
    if node.snmp is not None:
        problems += _snmp(file, node.snmp, node.line)
    return problems


def _ssh(file: Path, ssh: Values) -> list[Problem]:
    if "identity_file" in ssh and "agent_identity" in ssh:
        what = tr("stands beside identity_file, but exactly one identity is offered")
        line = ssh.line("agent_identity")
        return [Problem(file, line, f"{ssh.label}.agent_identity", what, tr("keep one of the two"))]
    if "passphrase" in ssh and "identity_file" not in ssh:
        what = tr("has no identity_file to open")
        line = ssh.line("passphrase")
        return [
            Problem(file, line, f"{ssh.label}.passphrase", what, tr("name the key, or drop it"))
        ]
    return []


def _snmp(file: Path, snmp: Values, line: int | None) -> list[Problem]:
    version = snmp.get("version") or ("3" if "user" in snmp else "2c")
    needed = ("community",) if version == "2c" else ("user", "auth_key", "priv_key")
    missing = [key for key in needed if key not in snmp]
    if missing:
        lines = [entry.line for entry in snmp.entries.values() if not entry.inherited]
        what = tr("speaks SNMP version {version} but lacks {keys}").format(
            version=version, keys=", ".join(missing)
        )
        mend = tr("add it, or set snmp = false")
        return [Problem(file, next(iter(lines), line), snmp.label, what, mend)]
    return []
