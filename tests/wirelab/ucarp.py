"""ucarp in the place of a node's speaker: somebody else's CARP, with its own up and down scripts as the truth."""

import json
import time
from pathlib import Path

from tests.support.netns import ROOM
from tests.wirelab.firewall import ADVSKEW, LAN, TRUTH, WAN, Firewall

_SCRIPT = """\
#!/bin/sh
read -r at rest </proc/uptime
printf '{{"epoch": %s, "at": %s, "node": "{node}", "event": "role", "interface": "%s", "vhid": %s, "old": "%s",'\
' "new": "{state}", "why": "ucarp"}}\\n' "$(date +%s.%N)" "$at" "$1" "$3" "{old}" >>{truth}
ip addr {verb} "$2/32" dev "$1"
"""


def _script(firewall: Firewall, state: str, old: str, verb: str) -> Path:
    path = ROOM / f"ucarp-{firewall.name}-{state}"
    truth = TRUTH / f"{firewall.name}.jsonl"
    path.write_text(
        _SCRIPT.format(node=firewall.name, state=state, old=old, verb=verb, truth=truth)
    )
    path.chmod(0o755)
    return path


def start_ucarp(firewall: Firewall) -> None:
    """For WAN and LAN, with the same password, VIPs and skews as a speaker would have; the firewall is `bare`."""
    with (TRUTH / f"{firewall.name}.jsonl").open("a") as truth:
        stamps = {"epoch": time.time(), "at": time.monotonic(), "node": firewall.name}
        truth.write(json.dumps(stamps | {"event": "start"}) + "\n")
    up = _script(firewall, "MASTER", "BACKUP", "add")
    down = _script(firewall, "BACKUP", "MASTER", "del")
    for wire in (WAN, LAN):
        firewall.start(
            f"ucarp-{wire.label}",
            "ucarp",
            *("-i", wire.interface, "-s", firewall.own(wire), "-v", str(wire.vhid)),
            *("-p", firewall.password, "-a", wire.vip, "-b", "1", "-r", "3", "--preempt"),
            *("-k", str(ADVSKEW[firewall.index]), "-x", str(wire.vhid)),
            *("-u", str(up), "-d", str(down)),
        )
