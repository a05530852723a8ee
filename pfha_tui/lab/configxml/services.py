"""VPNs, certificates, the resolver, and what never syncs: cron, SNMP, logs, packages."""

from __future__ import annotations

from pfha_tui.lab.configxml import material
from pfha_tui.lab.configxml.facts import PairFacts
from pfha_tui.lab.configxml.network import vip_uniqid
from pfha_tui.lab.configxml.tree import Tree, Value

CA = material.uniqid("ca", "mfr")
GUI_CERT = material.uniqid("cert", "gui")
VPN_CERT = material.uniqid("cert", "vpn")


def certificates() -> Tree:
    """`<ca>`, `<cert>` and `<crl>`: lists at the top level."""
    authority: Tree = {
        "refid": CA, "descr": "MFR internal CA", "trust": "enabled", "randomserial": "enabled",
        "crt": material.pem("CERTIFICATE", 900, "ca"), "prv": material.pem("PRIVATE KEY", 1200, "ca"), "serial": "4",
    }  # fmt: skip
    issued: list[Value] = []
    for refid, kind, name in (
        (GUI_CERT, "server", "webConfigurator"),
        (VPN_CERT, "server", "OpenVPN"),
        (material.uniqid("cert", "claire"), "user", "claire.martin"),
        (material.uniqid("cert", "paul"), "user", "paul.durand"),
    ):
        issued.append({
            "refid": refid, "descr": name, "type": kind, "caref": CA,
            "crt": material.pem("CERTIFICATE", 850, "cert", name), "prv": material.pem("PRIVATE KEY", 1200, name),
        })  # fmt: skip
    revoked: Tree = {
        "refid": material.uniqid("crl", "mfr"), "caref": CA, "descr": "Revoked", "method": "internal", "serial": "1",
        "lifetime": "730",
    }  # fmt: skip
    return {"ca": [authority], "cert": issued, "crl": [revoked]}


def openvpn_section(facts: PairFacts) -> Tree:
    """`<openvpn>`: remote access for the staff on the WAN's VIP."""
    vip = facts.vip("wan")
    server: Tree = {
        "vpnid": "1", "mode": "server_tls_user", "authmode": "Local Database",
        "protocol": "UDP4", "dev_mode": "tun", "interface": f"_vip{vip_uniqid(vip)}" if vip else "wan",
        "local_port": "1194", "description": "Accès du personnel", "custom_options": "",
        "tls": material.pem("OpenVPN Static key V1", 256, "tls"), "tls_type": "crypt", "caref": CA,
        "certref": VPN_CERT, "dh_length": "2048", "ecdh_curve": "none", "digest": "SHA256", "engine": "none",
        "tunnel_network": "10.254.0.0/24", "local_network": "192.168.1.0/24", "maxclients": "20",
        "dns_domain": facts.domain, "dns_server1": "192.168.1.1", "topology": "subnet", "verbosity_level": "1",
        "data_ciphers": "AES-256-GCM,AES-128-GCM", "data_ciphers_fallback": "AES-256-CBC", "ping_method": "keepalive",
        "keepalive_interval": "10", "keepalive_timeout": "60",
    }  # fmt: skip
    override: Tree = {
        "server_list": "1", "common_name": "claire.martin", "description": "Fixed address for Claire",
        "tunnel_network": "10.254.0.10/24",
    }  # fmt: skip
    return {"openvpn-server": [server], "openvpn-csc": [override]}


def ipsec_section(facts: PairFacts) -> Tree:
    """`<ipsec>`: one tunnel to the other site, from the WAN's VIP."""
    vip = facts.vip("wan")
    proposal: Tree = {
        "encryption-algorithm": {"name": "aes256gcm", "keylen": "128"}, "hash-algorithm": "sha256",
        "prf-algorithm": "sha256", "dhgroup": "19",
    }  # fmt: skip
    phase1: Tree = {
        "ikeid": "1", "iketype": "ikev2", "interface": f"_vip{vip_uniqid(vip)}" if vip else "wan",
        "remote-gateway": "192.0.2.2", "protocol": "inet", "myid_type": "myaddress", "myid_data": "",
        "peerid_type": "peeraddress", "peerid_data": "", "encryption": {"item": [proposal]}, "lifetime": "28800",
        "pre-shared-key": material.password("ipsec"), "private-key": "", "certref": "", "caref": "",
        "authentication_method": "pre_shared_key", "descr": "Site de Grenoble", "nat_traversal": "on",
        "mobike": "off", "dpd_delay": "10", "dpd_maxfail": "5",
    }  # fmt: skip
    phase2: list[Value] = []
    for place, (local, remote) in enumerate((("lan", "10.38.0.0"), ("lan", "10.38.1.0"))):
        phase2.append({
            "ikeid": "1", "uniqid": material.uniqid("phase2", remote), "mode": "tunnel", "reqid": str(place + 1),
            "localid": {"type": local}, "remoteid": {"type": "network", "address": remote, "netbits": "24"},
            "protocol": "esp", "encryption-algorithm-option": [{"name": "aes256gcm", "keylen": "128"}],
            "hash-algorithm-option": ["hmac_sha256"], "pfsgroup": "19", "lifetime": "3600", "pinghost": "",
            "descr": f"LAN - {remote}",
        })  # fmt: skip
    return {"client": "", "logging": {"dmn": "1", "ike": "1"}, "phase1": [phase1], "phase2": phase2}


def unbound_section(facts: PairFacts) -> Tree:
    """`<unbound>`: the resolver with its host overrides."""
    hosts: list[Value] = []
    for name, address, aliases in (
        ("dc1", "192.168.1.10", ()), ("dc2", "192.168.1.11", ()), ("fichiers", "192.168.1.12", ("nas",)),
        ("mail", "192.168.1.15", ("imap", "smtp")), ("www", "192.168.1.16", ("intranet",)),
        ("moodle", "192.168.1.17", ()), ("cloud", "192.168.1.18", ()),
    ):  # fmt: skip
        others: list[Value] = [
            {"host": alias, "domain": facts.domain, "description": ""} for alias in aliases
        ]
        hosts.append({
            "host": name, "domain": facts.domain, "ip": address, "descr": f"Serveur {name}",
            "aliases": {"item": others} if others else "",
        })  # fmt: skip
    override: Tree = {
        "domain": "ad.example.net", "ip": "192.168.1.10", "descr": "Active Directory",
        "tls_hostname": "",
    }  # fmt: skip
    return {
        "enable": "", "dnssec": "", "active_interface": "lan,lo0", "outgoing_interface": "wan", "custom_options": "",
        "hideidentity": "", "hideversion": "", "dnssecstripped": "", "port": "", "tlsport": "",
        "sslcertref": GUI_CERT, "system_domain_local_zone_type": "transparent", "regdhcpstatic": "",
        "hosts": hosts, "domainoverrides": [override],
    }  # fmt: skip


def cron_section() -> Tree:
    """`<cron>`: what every installation has."""
    items: list[Value] = []
    for minute, hour, mday, wday, command in (
        ("*/1", "*", "*", "*", "/usr/sbin/newsyslog"),
        ("1", "3", "*", "*", "/etc/rc.periodic daily"),
        ("15", "4", "*", "6", "/etc/rc.periodic weekly"),
        ("30", "5", "1", "*", "/etc/rc.periodic monthly"),
        ("1,31", "0-5", "*", "*", "/usr/bin/nice -n20 adjkerntz -a"),
        ("1", "3", "1", "*", "/usr/bin/nice -n20 /etc/rc.update_bogons.sh"),
        ("1", "1", "*", "*", "/usr/bin/nice -n20 /etc/rc.dyndns.update"),
        ("30", "12", "*", "*", "/usr/bin/nice -n20 /etc/rc.update_urltables"),
        ("1", "0", "*", "*", "/usr/bin/nice -n20 /etc/rc.update_pkg_metadata"),
    ):
        items.append({
            "minute": minute, "hour": hour, "mday": mday, "month": "*", "wday": wday, "who": "root",
            "command": command,
        })  # fmt: skip
    return {"item": items}


def packages_section() -> Tree:
    """`<installedpackages>`: the same packages on both nodes."""
    packages: list[Value] = []
    for name, version, what in (
        ("openvpn-client-export", "1.6_9", "Exports pre-configured OpenVPN clients."),
        ("Cron", "0.3.8_3", "Cron administration in the GUI."),
        ("System_Patches", "2.2.8", "Applies and maintains custom system patches."),
        ("Status_Traffic_Totals", "2.3.2_4", "Traffic totals with vnStat."),
    ):
        packages.append({
            "name": name, "descr": what, "pkginfolink": "", "version": version,
            "configurationfile": f"{name.lower()}.xml", "include_file": f"/usr/local/pkg/{name.lower()}.inc",
        })  # fmt: skip
    menu: Tree = {
        "name": "Cron", "tooltiptext": "Scheduled commands", "section": "Services",
        "url": "/packages/cron/cron.php",
    }  # fmt: skip
    return {"package": packages, "menu": [menu]}


def snmpd_section(facts: PairFacts) -> Tree:
    """`<snmpd>`: bsnmpd, with a place name that the dump turns into entities outside CDATA."""
    return {
        "enable": "", "syslocation": "Saint-Égrève, salle des serveurs", "syscontact": "Équipe réseau & système",
        "rocommunity": material.password("snmp"), "modules": {"mibii": "", "netgraph": "", "pf": "", "hostres": ""},
        "pollport": "161", "bindip": facts.mgmt_port,
    }  # fmt: skip


def syslog_section(facts: PairFacts) -> Tree:
    """`<syslog>`: local logs, and a copy to the supervision."""
    return {
        "filterdescriptions": "1", "nentries": "500", "remoteserver": "192.168.99.30", "sourceip": facts.mgmt_port,
        "ipproto": "ipv4", "enable": "", "logall": "",
    }  # fmt: skip
