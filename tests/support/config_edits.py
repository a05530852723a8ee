"""Changes of a configuration that only tests make, beside the lab's own."""

from __future__ import annotations

from pfha_tui.lab.configxml.operations import Edit
from pfha_tui.lab.configxml.tree import Value

_VIPS = ("firewall_virtual_ip_edit.php", "Saved/edited a virtual IP.")


def delete_alias(name: str) -> Edit:
    """Delete an alias."""
    path = ("aliases", "alias", f"name={name}")
    return Edit("firewall_aliases.php", f"Deleted firewall alias {name}", path, None)


def set_vip(uniqid: str, name: str, value: Value) -> Edit:
    """Another value in a VIP: advskew, password, subnet, ... ."""
    return Edit(*_VIPS, ("virtualip", "vip", f"uniqid={uniqid}", name), value)


def delete_vip(uniqid: str) -> Edit:
    """Delete a VIP."""
    path = ("virtualip", "vip", f"uniqid={uniqid}")
    return Edit("firewall_virtual_ip.php", "Deleted a virtual IP.", path, None)


def set_sync(name: str, value: Value | None) -> Edit:
    """Another value under `<hasync>`, or none: a box (`synchronizerules`), the address, adminsync, ... ."""
    what = "Updated High Availability Sync configuration"
    return Edit("system_hasync.php", what, ("hasync", name), value)
