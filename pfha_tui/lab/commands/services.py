"""What runs on pfSense besides the packet filter: gateway monitors, the time service, DHCP failover.

None of it was recorded: the forms are those of dpinger's report, ntpq(8), dhcpd.leases(5), Kea's `status-get` and
pfSense's gwlb.inc.
"""

import hashlib
import json
import math
import time

from pfha_tui.lab.commands.reply import Reply, usage
from pfha_tui.lab.gateway import Gateway
from pfha_tui.lab.interface import Interface, Kind
from pfha_tui.lab.node import Node, Power

LEASES = "/var/dhcpd/var/db/dhcpd.leases"
KEA = "/var/run/kea/kea4-ctrl-socket"
_LONGEST_SOCKET = 95
"""Length of a socket's path beyond which pfSense puts a hash in the place of the source address."""
_FIRST_PROBES = 3.0
"""Seconds after the start of the monitors without a result."""
_SERVERS = (
    ("198.51.100.123", ".GPS.", 1, 1.234, -0.456),
    ("203.0.113.123", "198.51.100.9", 2, 3.821, 0.112),
)
"""Time servers: address, reference, stratum, delay and offset in ms."""
_COLUMNS = ("Name", "Monitor", "Source", "Delay", "StdDev", "Loss", "Status", "Substatus")


def sockets(node: Node) -> dict[str, Gateway]:
    """dpinger's sockets with the gateway that each reports on; none before the services run."""
    if node.power is not Power.ON:
        return {}
    return {_socket(node, gateway): gateway for gateway in node.gateways}


def report(node: Node, gateway: Gateway) -> str:
    """The line that dpinger writes to whoever connects: name, microseconds, per cent."""
    latency, stddev, loss = _measured(node, gateway)
    return f"{gateway.name} {int(latency * 1e6)} {int(stddev * 1e6)} {loss}\n"


def gateway_status(node: Node, brief: bool) -> str:
    """`pfSsh.php playback gatewaystatus [brief]`."""
    rows = [_COLUMNS]
    for gateway in node.gateways:
        latency, stddev, loss = _measured(node, gateway)
        status, substatus = _verdict(latency, loss)
        times = (f"{latency * 1e3:.3f}ms", f"{stddev * 1e3:.3f}ms", f"{loss:.1f}%")
        source = _source(node, gateway)
        rows.append((gateway.name, str(gateway.monitor), source, *times, status, substatus))
    chosen = [(row[0], row[6]) if brief else row for row in rows]
    widths = [max(len(cell) for cell in column) + 2 for column in zip(*chosen, strict=True)]
    return "".join(
        "".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n"
        for row in chosen
    )


def ntpq(node: Node, words: list[str], uid: int) -> Reply:
    """`ntpq -pnw` (the letters in any order)."""
    if len(words) != 1 or not words[0].startswith("-") or set(words[0]) - set("-pnw"):
        return usage("ntpq", "-pnw")
    if node.power is not Power.ON:
        return Reply(err="ntpq: read: Connection refused\n", code=1)
    lines = [
        "     remote           refid      st t when poll reach   delay   offset  jitter",
        "=" * 78,
    ]
    there = _answers(node, node.interface("WAN"))
    since = int(node.world.now) % 64
    for number, (server, reference, stratum, delay, offset) in enumerate(_SERVERS):
        tally = "*+"[number] if there else " "
        shown = f"{since}" if there else "-"
        lines.append(
            f"{tally}{server:<15} {reference if there else '.INIT.':<15} {stratum if there else 16:2d} u {shown:>4} "
            f"{64:4d} {377 if there else 0:4d} {delay if there else 0:8.3f} {offset if there else 0:+8.3f} {0.078:7.3f}"
        )
    return Reply("".join(line + "\n" for line in lines))


def leases(node: Node) -> str | None:
    """ISC's lease file as far as it tells of the failover; None where another server runs."""
    if node.generation.dhcp != "isc" or node.power is not Power.ON:
        return None
    began = node.boottime + 30.0
    blocks = [(began, "recover", "unknown-state"), (began + 5.0, "normal", "normal")]
    if not _partner(node):
        since = max(began + 5.0, node.world.changed_at)
        blocks.append((since, "communications-interrupted", "normal"))
    return (
        "# The format of this file is documented in the dhcpd.leases(5) manual page.\n\n"
        + "".join(
            f'failover peer "dhcp_lan" state {{\n  my state {mine} at {_lease_time(when)};\n'
            f"  partner state {theirs} at {_lease_time(when)};\n}}\n"
            for when, mine, theirs in blocks
        )
    )


def kea_status(node: Node) -> str | None:
    """Kea's answer to `{"command": "status-get"}`; None where another server runs."""
    if node.generation.dhcp != "kea" or node.power is not Power.ON:
        return None
    peer = node.world.peer(node)
    there = _partner(node)
    uptime = int(node.world.now - node.boottime)
    age = 3 if there else max(3, int(node.world.now - node.world.changed_at))
    roles = ("primary", "standby") if node is node.world.nodes[0] else ("standby", "primary")
    local = {
        "role": roles[0], "scopes": [node.name] if roles[0] == "primary" or not there else [],
        "server-name": node.name, "state": "hot-standby" if there else "partner-down",
    }  # fmt: skip
    remote = {
        "age": age, "analyzed-packets": 0, "communication-interrupted": not there, "connecting-clients": 0,
        "in-touch": there, "last-scopes": [peer.name] if roles[1] == "primary" and there else [],
        "last-state": "hot-standby" if there else "unavailable", "role": roles[1], "server-name": peer.name,
        "unacked-clients": 0, "unacked-clients-left": 0,
    }  # fmt: skip
    relation = {"ha-mode": "hot-standby", "ha-servers": {"local": local, "remote": remote}}
    arguments = {
        "high-availability": [relation], "multi-threading-enabled": True, "pid": 38114, "reload": uptime,
        "uptime": uptime,
    }  # fmt: skip
    return json.dumps({"arguments": arguments, "result": 0})


def _socket(node: Node, gateway: Gateway) -> str:
    source = _source(node, gateway)
    path = f"/var/run/dpinger_{gateway.name}~{source}~{gateway.monitor}.sock"
    if len(path) > _LONGEST_SOCKET:
        short = hashlib.md5(source.encode(), usedforsecurity=False).hexdigest()[:8]
        path = f"/var/run/dpinger_{gateway.name}~{short}~{gateway.monitor}.sock"
    return path


def _source(node: Node, gateway: Gateway) -> str:
    """The interface's own address of the monitor's family."""
    addresses = node.interface(gateway.interface).addresses
    own = (each.ip.ip for each in addresses if each.vhid is None)
    return str(next(ip for ip in own if ip.version == gateway.monitor.version))


def _measured(node: Node, gateway: Gateway) -> tuple[float, float, int]:
    if node.world.now - node.boottime < _FIRST_PROBES:
        return 0.0, 0.0, 0
    interface = node.interface(gateway.interface)
    if not _answers(node, interface) or gateway.loss >= 100:
        return 0.0, 0.0, 100
    ripple = 1 + 0.08 * math.sin(node.world.now / 7 + len(gateway.name))
    return gateway.latency * ripple, gateway.stddev * ripple, gateway.loss


def _answers(node: Node, interface: Interface) -> bool:
    """Whether what lies behind an interface answers; it is on the first node's side of a cut."""
    if interface.kind is Kind.TUNNEL:
        interface = node.interface("WAN")
    segment = node.world.segments.get(interface.segment or "")
    cut_off = segment is not None and segment.cut and node is not node.world.nodes[0]
    return interface.link and interface.admin_up and not cut_off


def _verdict(latency: float, loss: int) -> tuple[str, str]:
    """pfSense's default thresholds: latency over 0.2 and 0.5 s, loss over 10 and 20 per cent."""
    if loss > 20:
        return "down", "highloss"
    if latency > 0.5:
        return "down", "highdelay"
    if loss > 10:
        return "online", "loss"
    return "online", "delay" if latency > 0.2 else "none"


def _partner(node: Node) -> bool:
    """Whether the other DHCP server is heard."""
    return node.world.joined("LAN") and node.world.peer(node).power is Power.ON


def _lease_time(when: float) -> str:
    stamp = time.gmtime(when)
    return f"{(stamp.tm_wday + 1) % 7} {time.strftime('%Y/%m/%d %H:%M:%S', stamp)}"
