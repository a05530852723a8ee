"""What pfSense's devd rules make of a change of role: two lines in system.log."""

from typing import TYPE_CHECKING

from pfha_tui.lab.carp import State, Vhid

if TYPE_CHECKING:
    from pfha_tui.lab.node import Node

EVENT_AFTER, SCRIPT_AFTER = 0.2, 1.6
"""Seconds until check_reload_status has heard of it, and until rc.carpmaster or rc.carpbackup says so."""


def announce(node: "Node", vhid: Vhid, new: State) -> None:
    """Have a node's log tell of a virtual host's new state; the script for BACKUP runs for INIT too."""
    place = (vhid.port.name, vhid.number)
    vip = next((v for v in node.config_vips if (v.interface, v.vhid) == place), None)
    word = "master" if new is State.MASTER else "backup"
    node.later(EVENT_AFTER, lambda: node.syslog("check_reload_status[383]", f"Carp {word} event"))
    if vip is not None:
        text = (
            f'/rc.carp{word}: HA cluster member "({vip.address.ip}@{vip.interface}): ({vip.description})" '
            f'has resumed CARP state "{word.upper()}" for vhid {vip.vhid}'
        )
        node.later(SCRIPT_AFTER, lambda: node.syslog("php-fpm[364]", text))
