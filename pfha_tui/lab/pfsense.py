"""What pfSense's own code does to a node: maintenance mode, disabling CARP, its files."""

import time

from pfha_tui.lab.node import Node

VERSION = "2.5.2-RELEASE"
CONFIG = "/cf/conf/config.xml"
MAINTENANCE_SKEW = 254


def enter_maintenance(node: Node) -> None:
    """interfaces_carp_set_maintenancemode(true): the flag is written once, the skews every time."""
    if not node.maintenance:
        node.maintenance = True
        _config_written(node, "Enter CARP maintenance mode")
    _reconfigure(node)


def leave_maintenance(node: Node) -> None:
    """interfaces_carp_set_maintenancemode(false): the configured skews come back."""
    if node.maintenance:
        node.maintenance = False
        _config_written(node, "Leave CARP maintenance mode")
    _reconfigure(node)


def disable_carp(node: Node) -> None:
    """Temporarily disable CARP: allow=0 first, then the addresses of the CARP VIPs are removed."""
    node.set_allow(0)
    for vip in node.config_vips:
        node.remove_address(node.interface(vip.interface), vip.address.ip)
    node.world.touch()


def enable_carp(node: Node) -> None:
    """Re-add the CARP VIPs, then allow=1."""
    for vip in node.config_vips:
        node.add_vip(vip, MAINTENANCE_SKEW if node.maintenance else None)
    node.set_allow(1)
    node.world.touch()


def _reconfigure(node: Node) -> None:
    for vip in node.config_vips:
        vhid = node.vhid(vip.interface, vip.vhid)
        if vhid is not None:
            vhid.advskew = MAINTENANCE_SKEW if node.maintenance else vip.advskew
    node.world.touch()


def _config_written(node: Node, why: str) -> None:
    node.config_changed = node.world.now
    node.syslog("php-cgi[812]", f"pfSsh.php: Configuration Change: (system): {why}")


def files(node: Node) -> dict[str, str]:
    """The files that can be read on the node, by path."""
    texts = {
        "/etc/version": VERSION + "\n",
        "/etc/product_name": "pfSense\n",
        CONFIG: config_xml(node),
        "/var/log/system.log": "".join(node.log),
    }
    texts["/conf/config.xml"] = texts[CONFIG]
    if node.power.value == "booting":
        texts["/var/run/booting"] = ""
    return texts


def modified(node: Node, path: str) -> int:
    """When a file was last written (epoch seconds)."""
    if path.endswith("config.xml"):
        return int(node.config_changed)
    return int(node.world.now if path.startswith("/var/log/") else node.boottime)


def config_xml(node: Node) -> str:
    """config.xml, as far as the console reads it today."""
    vips = "".join(
        f"\t\t<vip>\n\t\t\t<mode>carp</mode>\n\t\t\t<interface>{vip.description.lower()}</interface>\n"
        f"\t\t\t<vhid>{vip.vhid}</vhid>\n\t\t\t<advskew>{vip.advskew}</advskew>\n\t\t\t<advbase>{vip.advbase}</advbase>\n"
        f"\t\t\t<subnet_bits>{vip.address.network.prefixlen}</subnet_bits>\n\t\t\t<subnet>{vip.address.ip}</subnet>\n\t\t</vip>\n"
        for vip in node.config_vips
    )
    flag = (
        "\t<virtualip_carp_maintenancemode></virtualip_carp_maintenancemode>\n"
        if node.maintenance
        else ""
    )
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(node.config_changed))
    return (
        '<?xml version="1.0"?>\n<pfsense>\n\t<version>21.7</version>\n'
        f"\t<system>\n\t\t<hostname>{node.name}</hostname>\n\t\t<domain>example.net</domain>\n\t</system>\n"
        f"\t<virtualip>\n{vips}\t</virtualip>\n{flag}"
        f"\t<revision>\n\t\t<time>{int(node.config_changed)}</time>\n\t\t<description><![CDATA[{stamp}]]></description>\n"
        "\t</revision>\n</pfsense>\n"
    )
