"""`<system>` with its users, and `<hasync>`."""

from __future__ import annotations

from pfha_tui.lab.configxml import material
from pfha_tui.lab.configxml.dump import version_number
from pfha_tui.lab.configxml.facts import NodeFacts, PairFacts
from pfha_tui.lab.configxml.services import GUI_CERT
from pfha_tui.lab.configxml.tree import Tree, Value

SYNC_USER = "hasync"
"""The service account that the primary logs in with; it holds system-xmlrpc-ha-sync."""

CHECKBOXES = (
    "users", "authservers", "certs", "rules", "schedules", "aliases", "nat", "ipsec", "openvpn", "dhcpd", "wol",
    "staticroutes", "virtualip", "trafficshaper", "trafficshaperlimiter", "dnsforwarder", "captiveportal",
)  # fmt: skip
"""The boxes of System > High Availability that 2.5.2 has, each saved as `synchronize<name>`."""

RELAY_CHECKBOXES = ("dhcrelay", "dhcrelay6")
"""Those that 2.6.0 added."""

WITH_RELAY = (22, 2)
WITH_HOST_ID = (22, 9)


def system_section(facts: PairFacts, node: NodeFacts, *, synced: bool) -> Tree:
    """`<system>` of one node; `synced` adds the accounts that only come from the primary's own hand."""
    users, groups = _accounts(node, synced)
    return {
        "optimization": "normal", "hostname": node.name, "domain": facts.domain,
        "dnsserver": ["192.0.2.53", "192.0.2.54"], "group": groups, "user": users,
        "nextuid": "2004" if synced else "2000", "nextgid": "2001" if synced else "2000",
        "timeservers": "0.pool.ntp.org 1.pool.ntp.org", "timezone": "Europe/Paris", "language": "fr",
        "webgui": {
            "protocol": "https", "loginautocomplete": "", "port": "", "max_procs": "2", "ssl-certref": GUI_CERT,
            "dashboardcolumns": "2", "webguicss": "pfSense.css", "logincss": "1e3f75", "roaming": "enabled",
        },
        "ssh": {"enable": "enabled", "sshdkeyonly": "enabled"}, "sshguard_threshold": "30", "sshguard_blocktime": "120",
        "sshguard_detection_time": "1800", "disablenatreflection": "yes", "disablesegmentationoffloading": "",
        "disablelargereceiveoffloading": "", "ipv6allow": "", "maximumstates": "400000",
        "maximumtableentries": "400000", "powerd_ac_mode": "hadp", "powerd_battery_mode": "hadp",
        "powerd_normal_mode": "hadp", "bogons": {"interval": "monthly"}, "already_run_config_upgrade": "",
        "backupcount": "",
    }  # fmt: skip


def _accounts(node: NodeFacts, synced: bool) -> tuple[list[Value], list[Value]]:
    everyone: Tree = {
        "name": "all", "description": "All Users", "scope": "system", "gid": "1998", "member": ["0"],
    }  # fmt: skip
    admins: Tree = {
        "name": "admins", "description": "System Administrators", "scope": "system", "gid": "1999", "member": ["0"],
        "priv": ["page-all"],
    }  # fmt: skip
    admin: Tree = {
        "name": "admin", "descr": "System Administrator", "scope": "system", "groupname": "admins",
        "bcrypt-hash": material.bcrypt("admin", node.name), "uid": "0", "priv": ["user-shell-access"],
        "authorizedkeys": "",
    }  # fmt: skip
    if not synced:
        return [admin], [admins, everyone]
    admins["member"] = ["0", "2000"]
    teachers: Tree = {
        "name": "professeurs", "description": "Teachers", "scope": "local", "gid": "2000", "member": ["2003"],
        "priv": ["user-services-captiveportal-login"],
    }  # fmt: skip
    users: list[Value] = [
        admin,
        user("claire.martin", "2000", "Claire Martin, réseau", "page-all", "user-shell-access"),
        user(SYNC_USER, "2001", "XMLRPC from the other node", "system-xmlrpc-ha-sync"),
        user("paul.durand", "2003", "Paul Durand, BTS SIO", "page-dashboard-all"),
        user("pfha", "2002", "Console", "user-shell-access"),
    ]
    return users, [admins, everyone, teachers]


def user(name: str, uid: str, description: str, *privileges: str) -> Tree:
    """A local account, as the user manager saves it."""
    rights: list[Value] = list(privileges)
    return {
        "scope": "user", "bcrypt-hash": material.bcrypt(name), "descr": description, "name": name, "expires": "",
        "dashboardcolumns": "2", "authorizedkeys": "", "ipsecpsk": "", "webguicss": "pfSense.css", "uid": uid,
        "priv": rights,
    }  # fmt: skip


def hasync_section(facts: PairFacts, node: NodeFacts) -> Tree:
    """`<hasync>`: pfsync on both nodes, and everything ticked on the primary."""
    primary, secondary = facts.nodes
    peer = str((secondary if node is primary else primary).port(facts.sync_port).address.ip)
    section: Tree = {
        "pfsyncenabled": "on", "pfsyncpeerip": peer, "pfsyncinterface": facts.sync_port,
        "synchronizetoip": "", "username": "", "password": "",
    }  # fmt: skip
    if node.host_id is not None and version_number(facts.version) >= WITH_HOST_ID:
        section["pfhostid"] = f"{node.host_id:08x}"
    if node is primary:
        section.update(
            synchronizetoip=peer, username=SYNC_USER, password=material.password(SYNC_USER)
        )
        boxes = [*CHECKBOXES]
        if version_number(facts.version) >= WITH_RELAY:
            boxes.extend(RELAY_CHECKBOXES)
        section.update({f"synchronize{box}": "on" for box in boxes})
    return section
