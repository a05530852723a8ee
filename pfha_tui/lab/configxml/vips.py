"""The CARP VIPs as the kernel gets them from a configuration (interfaces_vips_configure)."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_interface

from pfha_tui.lab.configxml import tree
from pfha_tui.lab.configxml.config import Config
from pfha_tui.lab.configxml.facts import AnyInterface
from pfha_tui.lab.configxml.tree import Value

MAINTENANCE_SKEW = 254


@dataclass(frozen=True, slots=True)
class ConfiguredVip:
    """A VHID to configure: on which device, with which addresses and timers."""

    uniqid: str
    interface: str
    """pfSense's key of the interface: wan, lan, opt1, ... ."""
    device: str
    vhid: int
    address: AnyInterface
    advskew: int
    """254 in maintenance mode, whatever is configured."""
    advbase: int
    password: str = field(repr=False)
    description: str
    aliases: tuple[AnyInterface, ...] = ()
    """The addresses of the IP aliases that are stacked on it."""


def configured_vips(config: Config) -> tuple[ConfiguredVip, ...]:
    """The CARP VIPs in file order; those on an interface that is unassigned or disabled are skipped silently."""
    vips = config.entries("virtualip", "vip")
    made = []
    for vip in vips:
        key = tree.text(vip, "interface")
        port = tree.children(config.root, "interfaces", key)
        if tree.text(vip, "mode") != "carp" or "enable" not in port:
            continue
        uniqid = tree.text(vip, "uniqid")
        stacked = [other for other in vips if tree.text(other, "interface") == f"_vip{uniqid}"]
        skew = int(tree.text(vip, "advskew") or 0)
        made.append(
            ConfiguredVip(
                uniqid=uniqid,
                interface=key,
                device=tree.text(port, "if"),
                vhid=int(tree.text(vip, "vhid")),
                address=_address(vip),
                advskew=MAINTENANCE_SKEW if config.maintenance else skew,
                advbase=int(tree.text(vip, "advbase") or 1),
                password=tree.text(vip, "password"),
                description=tree.text(vip, "descr"),
                aliases=tuple(_address(alias) for alias in stacked),
            )
        )
    return tuple(made)


def _address(vip: Value) -> AnyInterface:
    return ip_interface(f"{tree.text(vip, 'subnet')}/{tree.text(vip, 'subnet_bits')}")
