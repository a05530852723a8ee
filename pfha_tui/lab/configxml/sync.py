"""XMLRPC: what the primary sends, what it logs, and how a run can end (rc.filter_synchronize)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from ipaddress import ip_address, ip_interface

from pfha_tui.lab.configxml import receiver, tree
from pfha_tui.lab.configxml.config import Config
from pfha_tui.lab.configxml.history import History
from pfha_tui.lab.configxml.operations import SYSTEM, LogLine, logged
from pfha_tui.lab.configxml.tree import Tree, Value

ANSWER_AFTER = 0.3
"""Seconds until the other node has told its version."""
MERGE_AFTER = 1.5
"""Seconds until the receiver has written what it got."""
ACCOUNTS_AFTER = 2.5
"""Seconds until it has written the changed accounts, in a revision of their own."""
SUCCESS_AFTER = 4.0
"""Seconds until the receiver has reloaded its filter and answers."""
TRIES = 4
"""How often each call is tried, a second apart."""

_SECTIONS: tuple[tuple[tuple[str, ...], str, bool], ...] = (
    (("rules",), "filter", True), (("nat",), "nat", True), (("aliases",), "aliases", True),
    (("dhcpd",), "dhcpd", False), (("dhcrelay",), "dhcrelay", False), (("dhcrelay6",), "dhcrelay6", False),
    (("wol",), "wol", True), (("trafficshaper",), "shaper", True), (("trafficshaperlimiter",), "dnshaper", True),
    (("staticroutes",), "staticroutes", True), (("staticroutes",), "gateways", True),
    (("virtualip",), "virtualip", True), (("ipsec",), "ipsec", True), (("openvpn",), "openvpn", True),
    (("certs", "openvpn"), "cert", True), (("certs", "openvpn"), "ca", True), (("certs", "openvpn"), "crl", True),
    (("users",), "user", True), (("users",), "group", True), (("authservers",), "authserver", True),
    (("dnsforwarder",), "dnsmasq", False), (("dnsforwarder",), "unbound", False),
    (("schedules", "rules"), "schedules", True), (("captiveportal",), "captiveportal", True),
)  # fmt: skip
"""The boxes any of which sends a section, the section, and whether it is sent even when it is missing or empty."""

_NOSYNC = (
    ("nat", "outbound", "rule"), ("nat", "rule"), ("filter", "rule"), ("aliases", "alias"), ("dnsmasq", "hosts"),
    ("ipsec", "tunnel"),
)  # fmt: skip
"""Lists whose entries with `nosync` stay at home."""

MAX_SKEW = 254


class Outcome(Enum):
    """How a run ended."""

    NOT_CONFIGURED = "no address to sync to"
    NOTHING_CHECKED = "no box is ticked"
    NO_ANSWER = "the other node did not answer"
    VERSION_MISMATCH = "the configuration versions differ"
    LOOP = "the other node points back, and applied nothing"
    MERGED = "the other node applied what was sent"


@dataclass(frozen=True, slots=True)
class Sync:
    """A run and what it left; the receiver's revisions come `MERGE_AFTER` and `ACCOUNTS_AFTER` after its start."""

    outcome: Outcome
    secondary: History
    sections: tuple[str, ...] = ()
    """What the receiver's revision names as merged, in its order."""
    primary_log: tuple[LogLine, ...] = ()
    secondary_log: tuple[LogLine, ...] = ()


def synchronise(primary: History, secondary: History, now: float) -> Sync:
    """One run of rc.filter_synchronize that reaches the other node, begun at `now` (epoch seconds)."""
    mine, theirs = primary.current, secondary.current
    early = _not_begun(mine, secondary)
    if early is not None:
        return early
    url, sender = sync_url(mine), sender_address(mine)
    log = _begin(url)
    log += [
        _line(f"XMLRPC reload data success with {url} (pfsense.host_firmware_version).", ANSWER_AFTER),
        _line(f"XMLRPC versioncheck: {theirs.version} -- {mine.version}", ANSWER_AFTER),
    ]  # fmt: skip
    if theirs.version != mine.version:
        log.append(_line(
            "The other member is on a different configuration version of pfSense. "
            "Sync will not be done to prevent problems!", ANSWER_AFTER,
        ))  # fmt: skip
        return Sync(Outcome.VERSION_MISMATCH, secondary, primary_log=tuple(log))
    log += _begin(url, ANSWER_AFTER)
    log.append(
        _line(f"XMLRPC reload data success with {url} (pfsense.restore_config_section).", SUCCESS_AFTER)
    )  # fmt: skip
    if theirs.text("hasync", "synchronizetoip") == sender:
        loop = LogLine(ANSWER_AFTER, "php-fpm", "/xmlrpc.php: Disallowing CARP sync loop")
        return Sync(Outcome.LOOP, secondary, primary_log=tuple(log), secondary_log=(loop,))
    merged = receiver.restore(theirs.root, outgoing(mine))
    history, heard = _record(secondary, merged, now, f"{SYSTEM}@{sender}")
    return Sync(Outcome.MERGED, history, merged.sections, tuple(log), heard)


def failed(primary: History, secondary: History, error: str) -> Sync:
    """A run in which every call fails with this error text: `Exception calling XMLRPC method ...` and the like."""
    early = _not_begun(primary.current, secondary)
    if early is not None:
        return early
    url, log = sync_url(primary.current), []
    for attempt in range(TRIES):
        log += _begin(url, float(attempt))
        retry = attempt < TRIES - 1
        log.append(
            _line(f"Retrying XMLRPC Request due to error: {error}" if retry else error, attempt + 0.1)
        )  # fmt: skip
    end = TRIES - 1 + 0.1
    log.append(_line(f"XMLRPC versioncheck:  -- {primary.current.version}", end))
    log.append(_line(
        "The pfSense software configuration version of the other member could not be determined. "
        "Skipping synchronization to avoid causing a problem!", end,
    ))  # fmt: skip
    return Sync(Outcome.NO_ANSWER, secondary, primary_log=tuple(log))


def sync_url(config: Config) -> str:
    """Where a configuration pushes to: its own protocol and port, the other node's address."""
    protocol = config.text("system", "webgui", "protocol") or "https"
    port = config.text("system", "webgui", "port") or ("80" if protocol == "http" else "443")
    address = config.text("hasync", "synchronizetoip")
    host = f"[{address}]" if ":" in address else address
    return f"{'https' if port == '443' else protocol}://{host}:{port}/xmlrpc.php"


def sender_address(config: Config) -> str:
    """The address that the receiver sees: the sender's own on the network of the address it pushes to."""
    target = config.text("hasync", "synchronizetoip")
    for port in tree.children(config.root, "interfaces").values():
        for address, bits in (("ipaddr", "subnet"), ("ipaddrv6", "subnetv6")):
            own, prefix = tree.text(port, address), tree.text(port, bits)
            if prefix and _within(target, f"{own}/{prefix}"):
                return own
    return tree.text(config.root, "interfaces", "wan", "ipaddr")


def outgoing(config: Config) -> Tree:
    """What the primary sends, section by section."""
    root = config.root
    source: Value = root
    for path in _NOSYNC:
        kept = [entry for entry in tree.entries(root, *path) if "nosync" not in entry]
        if len(kept) != len(tree.entries(root, *path)):
            source = tree.put(source, path, [*kept])
    sent: Tree = {}
    system: Tree = {}
    for name in _checked(config):
        if name in ("user", "group", "authserver"):
            sent["system"] = system
            system[name] = tree.find(source, ("system", name)) or []
            if name != "authserver":
                number = "nextuid" if name == "user" else "nextgid"
                system[number] = config.text("system", number)
        else:
            sent[name] = _SPECIAL.get(name, _plain)(source, name)
    if config.text("hasync", "adminsync"):
        sent["hasync"] = {"adminsync": config.text("hasync", "adminsync")}
    return sent


def _plain(source: Value, name: str) -> Value:
    return tree.find(source, (name,)) or {}


def _dhcpd(source: Value, name: str) -> Value:
    """DHCP scopes, each with failover turned round to the sender's own address."""
    scopes = dict(tree.children(source, name))
    for key, scope in scopes.items():
        own = tree.text(source, "interfaces", key, "ipaddr")
        if own and tree.text(scope, "failover_peerip"):
            scopes[key] = tree.put(scope, ("failover_peerip",), own)
    return scopes


def _virtualip(source: Value, name: str) -> Value:
    """The VIPs that travel, a hundred slower; an empty advskew stays empty."""
    vips: list[Value] = []
    for vip in tree.entries(source, name, "vip"):
        interface = tree.text(vip, "interface")
        alias = tree.text(vip, "mode") in ("ipalias", "proxyarp")
        if alias and "_vip" not in interface and "lo0" not in interface:
            continue
        sent = dict(vip)
        if tree.text(vip, "advskew"):
            sent["advskew"] = str(min(MAX_SKEW, int(tree.text(vip, "advskew")) + 100))
        if tree.text(vip, "advbase"):
            sent["advbase"] = str(min(MAX_SKEW, int(tree.text(vip, "advbase"))))
        vips.append(sent)
    return {"vip": vips}


_SPECIAL: dict[str, Callable[[Value, str], Value]] = {"dhcpd": _dhcpd, "virtualip": _virtualip}


def _checked(config: Config) -> list[str]:
    """The sections that the ticked boxes send."""
    return [
        section
        for boxes, section, always in _SECTIONS
        if any(config.text("hasync", f"synchronize{box}") for box in boxes)
        and (always or isinstance(config.get(section), dict))
    ]


def _not_begun(config: Config, secondary: History) -> Sync | None:
    if not config.text("hasync", "synchronizetoip"):
        return Sync(Outcome.NOT_CONFIGURED, secondary)
    if not _checked(config):
        line = _line("Nothing has been configured to be synched. Skipping....")
        return Sync(Outcome.NOTHING_CHECKED, secondary, primary_log=(line,))
    return None


def _record(
    secondary: History, merged: receiver.Merged, now: float, user: str
) -> tuple[History, tuple[LogLine, ...]]:
    """The receiver's revisions and its log."""
    what = f"Merged in config ({', '.join(merged.sections)} sections) from XMLRPC client."
    history = secondary.written(merged.root, now + MERGE_AFTER, user, what)
    change = "/xmlrpc.php: Configuration Change: "
    log = list(
        logged(f"{change}{history.current.description}", program="php-fpm", after=MERGE_AFTER)
    )
    if merged.accounts is not None:
        log += [
            LogLine(ACCOUNTS_AFTER, "php-fpm", f"/xmlrpc.php: {line}")
            for line in merged.account_log
        ]
        root = {**history.current.root, "system": merged.accounts}
        history = history.written(
            root, now + ACCOUNTS_AFTER, user, "Sync'd users and groups via XMLRPC"
        )
        log += logged(
            f"{change}{history.current.description}", program="php-fpm", after=ACCOUNTS_AFTER
        )
    log.append(LogLine(SUCCESS_AFTER, "check_reload_status", "Reloading filter"))
    return history, tuple(log)


def _begin(url: str, after: float = 0.0) -> list[LogLine]:
    return [_line(f"Beginning XMLRPC sync data to {url}.", after)]


def _line(text: str, after: float = 0.0) -> LogLine:
    return LogLine(after, "php-fpm", f"/rc.filter_synchronize: {text}")


def _within(address: str, network: str) -> bool:
    try:
        return ip_address(address) in ip_interface(network).network
    except ValueError:
        return False  # a DHCP or PPPoE interface, or no address at all
