"""Changes that administrators make: the pair's past, the story's, and drift planted by hand."""

from __future__ import annotations

from pfha_tui.lab.configxml import material
from pfha_tui.lab.configxml.config import Config
from pfha_tui.lab.configxml.network import reservation
from pfha_tui.lab.configxml.operations import Edit
from pfha_tui.lab.configxml.rules import rule, stamped
from pfha_tui.lab.configxml.system import user
from pfha_tui.lab.configxml.tree import Tree, text

_RULES = ("firewall_rules_edit.php", "Firewall: Rules - saved/edited a firewall rule.")
_ALIASES = ("firewall_aliases_edit.php", "Edited a firewall alias.")


def describe_rule(config: Config, old: str, new: str) -> Edit:
    """Another description for the filter rule that has this one. KeyError when there is none."""
    return Edit(*_RULES, ("filter", "rule", _tracker(config, old), "descr"), new)


def disable_rule(config: Config, description: str) -> Edit:
    """Switch a filter rule off."""
    return Edit(*_RULES, ("filter", "rule", _tracker(config, description), "disabled"), "")


def add_rule(description: str, source: str, destination: str, *, interface: str = "lan") -> Edit:
    """A new last rule, passing TCP; its tracker comes from its description."""
    made = stamped(rule("pass", interface, "tcp", source, destination, description), 0)
    made["tracker"] = str(1_700_000_000 + int(material.uniqid("rule", description)[1:8], 16))
    return Edit(*_RULES, ("filter", "rule", "+"), made)


def add_alias(name: str, addresses: str, description: str) -> Edit:
    """A new alias of hosts, its addresses parted by spaces."""
    details = "||".join("" for _ in addresses.split())
    made: Tree = {
        "name": name, "type": "host", "address": addresses, "descr": description, "detail": details,
    }  # fmt: skip
    return Edit(*_ALIASES, ("aliases", "alias", "+"), made)


def change_alias(name: str, addresses: str) -> Edit:
    """Other addresses for an alias."""
    return Edit(*_ALIASES, ("aliases", "alias", f"name={name}", "address"), addresses)


def add_reservation(mac: str, address: str, name: str, description: str) -> Edit:
    """A new DHCP reservation on LAN."""
    made = reservation(mac, address, name, description)
    path = ("dhcpd", "lan", "staticmap", "+")
    return Edit("services_dhcp_edit.php", "DHCP Server settings saved", path, made)


def add_host(name: str, domain: str, address: str, description: str) -> Edit:
    """A new host override of the resolver."""
    made: Tree = {
        "host": name, "domain": domain, "ip": address, "descr": description, "aliases": "",
    }  # fmt: skip
    what = "Host override configured for DNS Resolver."
    return Edit("services_unbound_host_edit.php", what, ("unbound", "hosts", "+"), made)


def add_user(config: Config, name: str, description: str, *privileges: str) -> Edit:
    """A new account, with the next free uid."""
    uid = config.text("system", "nextuid")
    return Edit(
        "system_usermanager.php",
        f"Successfully created user {name}",
        ("system", "user", "+"),
        user(name, uid, description, *privileges),
        counter=(("system", "nextuid"), str(int(uid) + 1)),
    )


def _tracker(config: Config, description: str) -> str:
    for one in config.entries("filter", "rule"):
        if text(one, "descr") == description:
            return f"tracker={text(one, 'tracker')}"
    raise KeyError(description)
