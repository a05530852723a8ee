"""pfctl -s info, memory, states, creators, rules and nat; FreeBSD 12 does not know the creators."""

from collections.abc import Iterator
from itertools import islice

from pfha_tui.lab import states
from pfha_tui.lab.commands.reply import Reply, usage
from pfha_tui.lab.node import Node
from pfha_tui.lab.states import Listed
from pfha_tui.lab.system import FRAGMENT_LIMIT, STATE_LIMIT

CHECKSUM = "b966200b37589b95b78b1b38599e3528"
PF_START = 6.0
"""Seconds from boot until the rules are loaded."""

_USAGE = (
    "usage: pfctl [-AdeghMmNnOPqRrvz] [-a anchor] [-D macro=value] [-F modifier]\n"
    "\t[-f file] [-i interface] [-K host | network]\n"
    "\t[-k host | network | label | id] [-o level] [-p device]\n"
    "\t[-s modifier] [-t table -T command [address ...]]\n\t[-x level]\n"
)
_COUNTERS = (
    "match", "bad-offset", "fragment", "short", "normalize", "memory", "bad-timestamp", "congestion", "ip-option",
    "proto-cksum", "state-mismatch", "state-insert", "state-limit", "src-limit", "synproxy", "map-failed",
)  # fmt: skip
_LIMITS = (
    "max states per rule", "max-src-states", "max-src-nodes", "max-src-conn", "max-src-conn-rate",
    "overload table insertion", "overload flush states",
)  # fmt: skip
_LIMITS_14 = ("synfloods detected", "syncookies sent", "syncookies validated")
_RULE_IN, _RULE_OUT = 11, 7
"""Numbers of the rules that pass the clients' traffic in and out, as recorded."""


def answer(node: Node, words: list[str], uid: int) -> Reply:
    """Answer `pfctl WORDS`."""
    if uid != 0:
        return Reply(err="pfctl: /dev/pf: Permission denied\n", code=1)
    level, rest = _verbosity(words)
    match rest:
        case ["-s", "info" | "i"]:
            return Reply("".join(line + "\n" for line in _info(node, level > 0)))
        case ["-s", "memory" | "m"]:
            return Reply(
                f"states        hard limit {STATE_LIMIT:8d}\nsrc-nodes     hard limit {STATE_LIMIT:8d}\n"
                f"frags         hard limit {FRAGMENT_LIMIT:8d}\ntable-entries hard limit   200000\n"
            )
        case ["-s", "states" | "s"]:
            return Reply(_joined(_state(node, each, level) for each in states.listing(node)))
        case ["-s", "rules" | "r"] if not level:
            return Reply("".join(f"{line}\n" for line in _rules(node)))
        case ["-s", "nat" | "n"] if not level:
            wan, lan = node.interface("WAN"), node.interface("LAN")
            vip = next(each.address.ip for each in node.config_vips if each.interface == wan.name)
            return Reply(
                f"nat on {wan.name} inet from {lan.own.ip.network} to any -> {vip} port 1024:65535\n"
            )
        case ["-s", ("creators" | "c") as modifier]:
            if not node.generation.modern:
                return Reply(err=f"pfctl: Unknown show modifier '{modifier}'\n{_USAGE}", code=1)
            ids = "".join(f"{creator:08x}\n" for creator in states.creators(node))
            return Reply(f"Creator IDs:\n{ids}")
        case _:
            return usage(
                "pfctl", "[-v | -vv] -s {info | memory | states | creators}, or -s {rules | nat}"
            )


def _rules(node: Node) -> Iterator[str]:
    """The rules that the recorded pair had, whatever config.xml says: _RULE_IN and _RULE_OUT are among them."""
    wan, lan, sync = (node.interface(name) for name in ("WAN", "LAN", "SYNC"))
    for interface in (wan, lan):
        yield f"scrub on {interface.name} all fragment reassemble"
    for family, name in (("inet", "IPv4"), ("inet6", "IPv6")):
        for way in ("in", "out"):
            yield f'block drop {way} log {family} all label "Default deny rule {name}"'
    yield "block drop in log quick proto carp from (self) to any"
    yield "pass quick proto carp all no state"
    yield f"pass quick on {sync.name} proto pfsync all no state"
    own = "let out anything IPv4 from firewall host itself"
    yield f'pass out inet all flags any keep state allow-opts label "{own}"'
    state = "flags S/SA keep state label"
    yield f'pass in quick on {sync.name} inet all {state} "USER_RULE: sync"'
    yield f'pass in quick on {wan.name} inet proto icmp all keep state label "USER_RULE: ping"'
    yield f'pass in quick on {wan.name} inet proto tcp from any to any port = ssh {state} "USER_RULE: ssh"'
    lans = f"{lan.own.ip.network} to any {state}"
    yield f'pass in quick on {lan.name} inet from {lans} "USER_RULE: Default allow LAN to any rule"'


def runtime(node: Node) -> float:
    """Seconds since pf was enabled."""
    return max(0.0, node.world.now - node.boottime - PF_START)


def _verbosity(words: list[str]) -> tuple[int, list[str]]:
    """How many v the words have, and the rest with `-s` and what it shows as two words."""
    level, rest = 0, []
    for word in words:
        letters = word[1:] if word.startswith("-") else ""
        count = len(letters) - len(letters.lstrip("v"))
        level += count
        if not letters or count < len(letters):
            rest.append("-" + letters[count:] if letters else word)
    if rest and rest[0].startswith("-s") and len(rest[0]) > 2:
        rest[:1] = ["-s", rest[0][2:]]
    return level, rest


def _info(node: Node, verbose: bool) -> Iterator[str]:
    seconds = int(runtime(node))
    days, rest = divmod(seconds, 86400)
    clock = f"{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"
    yield f"{f'Status: Enabled for {days} days {clock}':<44}{'Debug: Urgent':>15}"
    yield ""
    if verbose:
        yield f"Hostid:   0x{node.host_id:08x}"
        yield f"Checksum: 0x{CHECKSUM}"
        yield ""
    yield from _interface(node)
    counters = node.counters

    def row(name: str, value: float) -> str:
        rate = f"{int(value) / seconds:14.1f}/s" if seconds else ""
        return f"  {name:<25} {int(value):14d} {rate}"

    yield f"{'State Table':<27} {'Total':>14} {'Rate':>16}"
    yield f"  {'current entries':<25} {int(counters.states):14d} {'':14}"
    yield row("searches", counters.searches)
    yield row("inserts", counters.inserts)
    yield row("removals", counters.removals)
    if verbose:
        yield "Source Tracking Table"
        yield f"  {'current entries':<25} {0:14d} {'':14}"
        for name in ("searches", "inserts", "removals"):
            yield row(name, 0)
    yield "Counters"
    for name in (*_COUNTERS, *(("translate",) if node.generation.kernel >= 15 else ())):
        yield row(name, {"match": counters.matches, "ip-option": 2}.get(name, 0))
    if verbose:
        yield "Limit Counters"
        for name in (*_LIMITS, *(_LIMITS_14 if node.generation.modern else ())):
            yield row(name, 0)
        if node.generation.modern:
            yield from ("Syncookies", f"  {'mode':<25} never", f"  {'active':<25} inactive")
            yield f"{'Reassemble':<27} yes"


def _interface(node: Node) -> Iterator[str]:
    lan = node.interface("LAN")
    blocked = int(node.counters.blocked)

    def row(indent: int, name: str, four: float, six: int = 0) -> str:
        return f"{' ' * indent}{name:<{27 - indent}} {int(four):14d} {six:16d}"

    yield f"Interface Stats for {lan.name:<16} {'IPv4':>5} {'IPv6':>16}"
    yield row(2, "Bytes In", max(0.0, lan.ibytes - 14 * lan.ipackets), 112)
    yield row(2, "Bytes Out", max(0.0, lan.obytes - 14 * lan.opackets))
    yield "  Packets In"
    yield row(4, "Passed", max(0.0, lan.ipackets - blocked))
    yield row(4, "Blocked", blocked, 2)
    yield "  Packets Out"
    yield row(4, "Passed", lan.opackets)
    yield row(4, "Blocked", 0)
    yield ""


def _joined(texts: Iterator[str]) -> str:
    """Many short texts as one: never all of them at once, as each takes more room than its letters."""
    parts = iter(lambda: "".join(islice(texts, 500)), "")
    return "".join(parts)


def _state(node: Node, state: Listed, level: int) -> str:
    """One state: a client's way out, whose source is translated and keeps its port, or a redirection inwards."""
    client, vip, server = (f"{ip}:{port}" for ip, port in (state.client, state.vip, state.server))
    outwards = state.client[1] == state.vip[1]
    interface = node.interface("WAN").name
    ends = f"{vip} ({client}) -> {server}" if outwards else f"{server} ({vip}) <- {client}"
    # Since 2.8 pfSense binds states to their interface by default.
    bound = interface if node.generation.kernel >= 15 else "all"
    lines = [f"{bound} {state.protocol} {ends}       {state.phase}"]
    if level:
        if state.protocol == "tcp":
            first, second = (state.id * factor % 2**32 for factor in (2654435761, 40503))
            lines.append(f"   [{first} + 64512] wscale 10  [{second} + 65536] wscale 10")
        counts = (
            f"{state.packets[0]}:{state.packets[1]} pkts, {state.octets[0]}:{state.octets[1]} bytes"
        )
        lines.append(
            f"   age {_clock(state.age)}, expires in {_clock(state.expires)}, {counts}, "
            f"rule {_RULE_OUT if outwards else _RULE_IN}"
        )
    if level > 1:
        lines.append(f"   id: {state.id:016x} creatorid: {state.creator:08x}")
        if node.generation.modern and bound == "all":
            lines.append(f"   origif: {interface}")
    return "".join(line + "\n" for line in lines)


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 3600:02d}:{int(seconds) // 60 % 60:02d}:{int(seconds) % 60:02d}"
