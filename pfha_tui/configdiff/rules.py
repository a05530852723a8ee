"""The rules by which a difference is expected, or must not be: one list, each with where its fact comes from.

`paths` are those of config.xml without the identity of entries: `*` is one name, `**` any number of them. The first
rule that fits decides; where none does, the sync decides: `drift` in a section whose box is ticked, else `unsynced`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from pfha_tui.configdiff.model import Rule, Verdict
from pfha_tui.domain.language import mark, tr

XMLRPC: Final = "src/usr/local/www/xmlrpc.php"
SENDER: Final = "src/etc/rc.filter_synchronize"
HA_GUIDE: Final = "docs.netgate.com: High Availability Configuration"
FILTER: Final = "src/etc/inc/filter.inc"


MUST: Final = Verdict.MUST_MATCH

RULES: Final = (
    # Relations between the nodes, which can be broken by equal values too.
    Rule("skew", ("virtualip/vip/advskew",),
         mark("The sync adds 100 to the skew, up to 254, so that the secondary is slower."), SENDER,
         test="skew", section_decides=True),
    Rule("carp-peer", ("virtualip/vip/carp_peer",),
         mark("With unicast CARP each node names the other as its peer."), "src/etc/inc/interfaces.inc",
         test="carp-peer", section_decides=True),
    Rule("vhid-twice", ("virtualip/vip/vhid",), mark("A VHID belongs to one CARP VIP of its interface."),
         "src/usr/local/www/firewall_virtual_ip_edit.php", test="never", otherwise=MUST, when="vhid-twice"),
    Rule("vip-password", ("virtualip/vip/password",), mark("A CARP VIP has a password."),
         "src/usr/local/www/firewall_virtual_ip_edit.php", test="never", otherwise=MUST, when="no-password"),
    Rule("same-mac", ("interfaces/*/spoofmac",), mark("Each node has MAC addresses of its own."), HA_GUIDE,
         test="never", otherwise=MUST, when="same-mac"),
    Rule("nat-own-address", ("nat/outbound/rule/target",),
         mark("Outbound NAT is to a VIP: an address of one node does not move to the other."), HA_GUIDE,
         test="never", otherwise=MUST, when="of-one-node"),
    Rule("dhcp-own-address", ("dhcpd/*/gateway", "dhcpd/*/dnsserver"),
         mark("Clients are sent to a VIP: an address of one node does not move to the other."), HA_GUIDE,
         test="never", otherwise=MUST, when="of-one-node"),
    Rule("own-vip-twice", ("virtualip/vip/subnet",),
         mark("An address that is no CARP VIP belongs to one node."), HA_GUIDE, test="different", otherwise=MUST,
         when="own-vip"),
    Rule("own-vip-taken", ("virtualip/vip",),
         mark("An address that is no CARP VIP belongs to one node, and is not the other one's or a VIP."), HA_GUIDE,
         MUST, test="taken", when="own-vip"),
    Rule("own-vip", ("virtualip/vip/**",),
         mark("IP aliases and proxy ARP that stand on no VIP belong to one node and are not sent."), SENDER,
         test="own-vip"),
    Rule("own-address", ("interfaces/*/ipaddr", "interfaces/*/ipaddrv6"),
         mark("Each node has an address of its own in the same network."), HA_GUIDE, test="own-address",
         otherwise=MUST),
    Rule("dhcp-peer", ("dhcpd/*/failover_peerip",),
         mark("Each node names the other as its DHCP failover peer."), XMLRPC, test="dhcp-peer",
         section_decides=True),
    Rule("kea-mirror", ("kea/ha/role", "kea/ha/local*", "kea/ha/remote*", "kea6/ha/role", "kea6/ha/local*",
                        "kea6/ha/remote*"),
         mark("In Kea's high availability each node sees itself as local and the other as remote."), XMLRPC,
         test="kea-mirror", section_decides=True),
    Rule("kea-tls", ("kea/ha/tls", "kea/ha/mutualtls", "kea/ha/scertref", "kea/ha/ccertref", "kea6/ha/tls",
                     "kea6/ha/mutualtls", "kea6/ha/scertref", "kea6/ha/ccertref"),
         mark("The certificates of Kea's link belong to each node."), XMLRPC),
    Rule("pfsync-peer", ("hasync/pfsyncpeerip",),
         mark("Each node names the other as its pfsync peer, or neither names one."), HA_GUIDE,
         test="pfsync-peer", otherwise=MUST),
    Rule("host-id", ("hasync/pfhostid",), mark("Each node has a host ID of its own for its states."),
         "src/etc/inc/pfsense-utils.inc", test="different", otherwise=MUST),
    Rule("sync-target", ("hasync/synchronizetoip",),
         mark("Only the primary syncs, and to an address of the secondary's own, never to a VIP."), HA_GUIDE,
         test="sync-target", otherwise=MUST),
    Rule("one-way", ("hasync/username", "hasync/password"),
         mark("Only the primary syncs; on the secondary these are empty."), HA_GUIDE, test="only-primary",
         otherwise=MUST),
    Rule("pfsync-on", ("hasync/pfsyncenabled", "hasync/pfsyncinterface"),
         mark("States are only synced where both nodes do it, over the same interface."), HA_GUIDE, MUST),
    Rule("admin-sync", ("hasync/adminsync",), mark("adminsync is only sent while it is on."), SENDER,
         test="no-adminsync", section_decides=True),
    Rule("hasync", ("hasync/**",), mark("What is synced is set on the primary alone."), SENDER),

    # What must be equal though nothing syncs it.
    Rule("version", ("version",),
         mark("Nothing is synced between different configuration versions, and other differences mean little."),
         SENDER, MUST),
    Rule("interface-set", ("interfaces", "interfaces/*"),
         mark("Rules, DHCP and VIPs are bound to the interfaces' internal names."), HA_GUIDE, MUST, test="whole"),
    Rule("interface-match", ("interfaces/*/enable", "interfaces/*/descr", "interfaces/*/subnet",
                             "interfaces/*/subnetv6", "interfaces/*/gateway", "interfaces/*/gatewayv6",
                             "interfaces/*/blockpriv", "interfaces/*/blockbogons", "interfaces/*/mtu",
                             "interfaces/*/mss", "interfaces/*/track6-*", "interfaces/*/dhcp6-ia-pd-len"),
         mark("Interfaces are not synced, yet each must be the same network and obey the same settings."), HA_GUIDE,
         MUST),
    Rule("interface-device", ("interfaces/*/if",),
         mark("States bound to an interface only match on the other node if its device has the same name."),
         HA_GUIDE, MUST, test="if-bound"),
    Rule("interface-wire", ("interfaces/*/if",),
         mark("An interface must be the same network: a device that is another interface's there, or of another VLAN, "
              "is not."), HA_GUIDE, MUST, test="other-wire"),
    Rule("vlan-match", ("vlans/vlan", "vlans/vlan/tag", "vlans/vlan/pcp", "qinqs/qinqentry", "qinqs/qinqentry/tag",
                        "qinqs/qinqentry/members"),
         mark("VLANs are not synced, yet both nodes need the same tags."), HA_GUIDE, MUST),
    Rule("lagg-match", ("laggs/lagg", "laggs/lagg/members", "laggs/lagg/proto"),
         mark("Aggregates are not synced, yet both nodes need the same."), HA_GUIDE, MUST),
    Rule("ifgroups", ("ifgroups/**",), mark("Interface groups are not synced, yet rules refer to them."), HA_GUIDE,
         MUST),
    Rule("dhcp-backend", ("dhcpbackend",), mark("The choice of DHCP server is not synced."), HA_GUIDE, MUST),
    Rule("gui-port", ("system/webgui/port",), mark("No port given is the protocol's own."), SENDER,
         test="same-port"),
    Rule("gui-cert", ("system/webgui/ssl-certref",),
         mark("Each GUI shows a certificate of its own, which the node must have."), XMLRPC, test="gui-cert",
         otherwise=MUST),
    Rule("gui", ("system/webgui/protocol", "system/webgui/port"),
         mark("The primary calls the secondary with its own protocol and port."), SENDER, MUST),
    Rule("system-match", ("system/statepolicy", "system/maximumstates", "system/maximumtableentries",
                          "system/timezone", "system/domain", "system/dnsserver", "system/dns*gw", "system/dns*host",
                          "system/gw_switch_default", "system/skip_rules_gw_down", "system/gw_down_kill_states",
                          "system/kill_states", "system/gw-down-kill-states", "system/keep_failover_states",
                          "system/dpinger_dont_add_static_route", "system/dpinger_dont_add_static_routes",
                          "system/dnsallowoverride", "system/dnslocalhost"),
         mark("System settings are not synced, yet this one decides how traffic is handled."), HA_GUIDE, MUST),
    Rule("filter-match", tuple(f"system/{name}" for name in (
        "disablefilter", "disablescrub", "disablevpnrules", "disablereplyto", "disablenegate", "scrubnodf",
        "scrubrnid", "optimization", "adaptivestart", "adaptiveend", "maximumfrags", "aliasesresolveinterval",
        "no_apipa_block", "*natreflection*", "enablebinatreflection", "reflectiontimeout", "tftpinterface",
        "rfc959workaround", "lb_use_sticky", "srctrack", "schedule_states", "tcp*timeout", "udp*timeout",
        "icmp*timeout", "other*timeout", "ipv6allow",
    )), mark("How the packet filter works is not synced, yet it decides what passes and for how long."),
         "src/usr/local/www/system_advanced_firewall.php", MUST),
    Rule("package-set", ("installedpackages/package", "installedpackages/package/version"),
         mark("Packages are not installed by the sync; both nodes need the same ones."), HA_GUIDE, MUST),
    Rule("tunables", ("sysctl/item", "sysctl/item/value", "sysctl/item/tunable"),
         mark("Tunables are not synced, yet they change how CARP and pf behave."), HA_GUIDE, MUST),

    # What differs by design.
    Rule("revision", ("revision/**", "lastchange/**"), mark("Each node counts its own revisions."),
         "src/etc/inc/config.lib.inc"),
    Rule("maintenance", ("virtualip_carp_maintenancemode",),
         mark("Maintenance mode is set on one node, never on both."), "src/etc/inc/interfaces.inc", test="different",
         otherwise=MUST),
    Rule("stamps", ("**/created/**", "**/updated/**"),
         mark("When and by whom an entry was saved does nothing."), FILTER),
    Rule("nosync", ("nat/outbound/rule", "nat/rule", "filter/rule", "aliases/alias", "dnsmasq/hosts", "ipsec/tunnel"),
         mark("Entries with nosync are not sent, and so are on the primary only."), SENDER, test="nosync"),
    Rule("low-uid", ("system/user/**",),
         mark("Users with a uid below 2000 stay as they are on each node, unless adminsync is on."), XMLRPC,
         test="low-uid"),
    Rule("low-gid", ("system/group/**",), mark("Groups with a gid below 1999 stay as they are on each node."), XMLRPC,
         test="low-gid"),
    Rule("portal-backward", ("captiveportal/*/enablebackwardsync", "captiveportal/*/backwardsync*",
                             "voucher/*/vouchersync*", "voucher/*/lastsync", "voucher/*/roll/lastsync"),
         mark("How a captive portal syncs back stays local."), XMLRPC),
    Rule("interface-own", tuple(f"interfaces/*/{name}" for name in (
        "if", "ipaddr", "ipaddrv6", "spoofmac", "dhcphostname", "hw_settings_overwrite",
    )), mark("Interfaces are not synced; devices and MACs are each node's own."), HA_GUIDE),
    Rule("package-texts", ("installedpackages/package/*", "installedpackages/menu/**", "installedpackages/service/**"),
         mark("Each node writes these when a package is installed."), "src/etc/inc/pkg-utils.inc"),
    Rule("system-own", tuple(f"system/{name}" for name in (
        "hostname", "ssh/**", "webgui/ssl-certref", "webgui/dashboard*", "webgui/webgui*", "webgui/login*",
        "webgui/interfacessort", "language", "global-v6duid", "backupcount", "acb/**", "notes", "firmware/**",
        "gitsync/**", "pkg_repo_conf_path", "already_run_config_upgrade", "primaryconsole", "enableserial",
        "serialspeed", "disableconsolemenu", "consoleautologin", "crypto_hardware", "thermal_hardware", "powerd_*",
        "hn_altq_enable", "disablechecksumoffloading", "disablesegmentationoffloading",
        "disablelargereceiveoffloading", "use_mfs_*", "*backup", "do_not_send_uniqueid", "watchdogd_*",
    )), mark("System settings are each node's own and are not synced."), SENDER, test="not-accounts"),
    Rule("never-synced", tuple(f"{name}/**" for name in (
        "vlans", "laggs", "qinqs", "wireless", "syslog", "notifications", "cron", "rrd", "snmpd", "ntpd", "sysctl",
        "diag", "widgets", "theme", "sshdata", "rrddata", "proxyarp",
    )), mark("No sync covers this; each node has its own."), SENDER),
    Rule("isc-dhcpv6", ("dhcpdv6/**",), mark("No sync covers ISC's DHCPv6."), SENDER, test="isc-v6"),
)  # fmt: skip
"""Every rule, in the order in which they are asked."""


class RuleError(ValueError):
    """A rule given by the user is not one; str() is one sentence.

    `key` is what of it is at fault, `place` which table it is, from 0.
    """

    def __init__(self, key: str, sentence: str) -> None:
        super().__init__(sentence)
        self.key = key
        self.place = 0


def with_own(tables: Iterable[Mapping[str, object]]) -> tuple[Rule, ...]:
    """The rules with those of the user in front: tables of `id`, `paths` and `reason`, each an expected difference.

    Raises RuleError for a table that has other keys, no paths, or an id that is taken.
    """
    own, wrong = _judged(tables)
    if wrong:
        raise wrong[0]
    return (*own, *RULES)


def faults(tables: Iterable[Mapping[str, object]]) -> tuple[RuleError, ...]:
    """The first fault of each table that `with_own` would refuse."""
    return _judged(tables)[1]


def _judged(
    tables: Iterable[Mapping[str, object]],
) -> tuple[tuple[Rule, ...], tuple[RuleError, ...]]:
    taken = {rule.id for rule in RULES}
    own, wrong = [], []
    for place, table in enumerate(tables):
        try:
            rule = _own(table)
            if rule.id in taken:
                raise RuleError("id", tr('the rule "{id}" is there already').format(id=rule.id))
        except RuleError as error:
            error.place = place
            wrong.append(error)
            continue
        taken.add(rule.id)
        own.append(rule)
    return tuple(own), tuple(wrong)


_KEYS: Final = frozenset({"id", "paths", "reason"})
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_PATH = re.compile(r"[\w.*-]+(?:/[\w.*-]+)*", re.ASCII)


def _own(table: Mapping[str, object]) -> Rule:
    unknown = sorted(set(table) - _KEYS)
    if unknown:
        raise RuleError(unknown[0], tr('a rule has no "{key}"').format(key=unknown[0]))
    name, paths, reason = table.get("id"), table.get("paths"), table.get("reason")
    if not isinstance(name, str) or not _ID.fullmatch(name):
        raise RuleError(
            "id", tr("the id of a rule is 1 to 40 lower case letters, digits and dashes")
        )
    if not isinstance(reason, str) or not reason.strip():
        raise RuleError("reason", tr('the rule "{id}" gives no reason').format(id=name))
    if not isinstance(paths, list | tuple) or not paths:
        raise RuleError("paths", tr('the rule "{id}" names no paths').format(id=name))
    for path in paths:
        if not isinstance(path, str) or not _PATH.fullmatch(path) or path.startswith("*"):
            said = tr(
                'the rule "{id}" has a path that is none: names parted by /, the first without *'
            )
            raise RuleError("paths", said.format(id=name))
    return Rule(name, tuple(map(str, paths)), reason.strip(), tr("the configuration file"))
