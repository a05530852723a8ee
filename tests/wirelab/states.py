"""Filtering with states on both firewalls, and conntrackd in pfsync's place to carry them over SYNC."""

import asyncio
import shutil

from tests.support.netns import ROOM, do
from tests.wirelab.firewall import SYNC, Firewall

_RULES = """\
table inet pf {
 chain f {
  type filter hook forward priority 0; policy drop;
  ct state established,related accept
  ip protocol icmp accept
  tcp flags & (fin|syn|rst|ack) == syn ct state new accept
 }
}
"""

_CONNTRACKD = """\
Sync {{
 Mode NOTRACK {{ DisableInternalCache On
  DisableExternalCache On }}
 UDP {{ IPv4_address {own}
  IPv4_Destination_Address {peer}
  Port 3780
  Interface {interface}
  Checksum on }}
}}
General {{
 HashSize 8192
 HashLimit 65535
 LockFile {folder}/lock
 UNIX {{ Path {folder}/socket
  Backlog 5 }}
 Filter From Userspace {{ Protocol Accept {{ TCP }}
  Address Ignore {{ IPv4_address 127.0.0.1 }} }}
}}
"""


async def keep_states(firewall: Firewall) -> None:
    """A TCP session passes only on a firewall that knows it: only SYN makes a state, and none is picked up."""
    path = ROOM / "states.nft"
    path.write_text(_RULES)
    await do(*firewall.in_network(), "nft", "-f", str(path))
    loose = "echo 0 >/proc/sys/net/netfilter/nf_conntrack_tcp_loose"
    await do(*firewall.in_network(), "sh", "-c", loose)


async def synchronise(*firewalls: Firewall) -> None:
    """Start conntrackd on each; it is synchronising when this returns."""
    for each in firewalls:
        folder = ROOM / f"conntrackd{each.index}"
        folder.mkdir(exist_ok=True)
        text = _CONNTRACKD.format(
            own=each.own(SYNC),
            peer=SYNC.address(4 - each.index),
            interface=SYNC.interface,
            folder=folder,
        )
        config = folder / "conf"
        config.write_text(text)
        program = shutil.which("conntrackd", path="/usr/sbin:/usr/bin") or "conntrackd"
        process = each.start("conntrackd", program, "-C", str(config))
        async with asyncio.timeout(60):
            while not (folder / "socket").exists():
                assert process.poll() is None, (each.root.parent / "conntrackd.log").read_text()
                await asyncio.sleep(0.02)


async def states(firewall: Firewall, port: int) -> int:
    """How many sessions to this port a firewall knows."""
    found = await do(
        *firewall.in_network(), "conntrack", "-L", "-p", "tcp", "--dport", str(port), check=False
    )
    return len(found.splitlines())
