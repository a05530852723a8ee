"""What the commands of the hand-built nodes would print, for the raw view's tests."""

from pfha_tui.collector import catalogue
from pfha_tui.domain.command import Command, Output

IFCONFIG = """\
vtnet0: flags=8963<UP,BROADCAST,RUNNING,PROMISC,SIMPLEX,MULTICAST> metric 0 mtu 1500
\tdescription: WAN
\toptions=800b8<VLAN_MTU,VLAN_HWTAGGING,VLAN_HWCSUM,LINKSTATE>
\tether 52:54:00:aa:00:01
\tinet 203.0.113.2 netmask 0xffffff00 broadcast 203.0.113.255
\tinet 203.0.113.1 netmask 0xffffff00 broadcast 203.0.113.255 vhid 1
\tcarp: {state} vhid 1 advbase 1 advskew {skew}
\tgroups: WAN
\tmedia: Ethernet autoselect (10Gbase-T <full-duplex>)
\tstatus: active
\tnd6 options=9<PERFORMNUD,IFDISABLED>
vtnet1: flags=8963<UP,BROADCAST,RUNNING,PROMISC,SIMPLEX,MULTICAST> metric 0 mtu 1500
\tdescription: LAN
\tether 52:54:00:aa:00:02
\tinet 192.168.1.2 netmask 0xffffff00 broadcast 192.168.1.255
\tinet 192.168.1.1 netmask 0xffffff00 broadcast 192.168.1.255 vhid 2
\tinet6 2001:db8:1::1 prefixlen 64 vhid 2
\tcarp: {state} vhid 2 advbase 1 advskew {skew}
\tmedia: Ethernet autoselect (10Gbase-T <full-duplex>)
\tstatus: active
vtnet2: flags=8843<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST> metric 0 mtu 1500
\tdescription: SYNC
\tether 52:54:00:aa:00:03
\tstatus: active
pfsync0: flags=41<UP,RUNNING> metric 0 mtu 1500
\tsyncdev: vtnet2 syncpeer: 172.16.1.3 maxupd: 128 defer: off version: 1400
\tsyncok: 1
"""

CARP = """\
net.inet.carp.ifdown_demotion_factor: 240
net.inet.carp.senderr_demotion_factor: 240
net.inet.carp.demotion: 0
net.inet.carp.log: 1
net.inet.carp.preempt: 1
net.inet.carp.allow: 1
net.pfsync.carp_demotion_factor: 0
"""

INTERFACES = (
    '{"statistics": {"interface": ['
    '{"name":"vtnet0","flags":"0x8963","mtu":1500,"network":"<Link#1>","received-packets":1000000},'
    '{"name":"vtnet1","flags":"0x8963","mtu":1500,"network":"<Link#2>","received-packets":1000000},'
    '{"name":"vtnet2","flags":"0x8843","mtu":1500,"network":"<Link#3>","received-packets":1000000}]}}\n'
)

GATEWAYS = "WANGW 1240 180 0\nLABGW 312000 84000 12\n"

NTP = """\
     remote           refid      st t when poll reach   delay   offset  jitter
==============================================================================
+198.51.100.7    192.0.2.250      2 u   33   64  377    8.102   -0.310   0.112
*192.0.2.123     .GPS.            1 u   12   64  377    0.420   +0.412   0.031
"""

PF_INFO = """\
Status: Enabled for 12 days 03:00:11          Debug: Urgent

Hostid:   0x{creator}
Checksum: 0x2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d2d

State Table                          Total             Rate
  current entries                    12431
  searches                        98123411          111.2/s
"""


def outputs(index: int) -> dict[str, Output]:
    """By command id, what fw1 (0) or fw2 (1) printed."""
    state, skew = (("MASTER", 0), ("BACKUP", 100))[index]
    creator = ("1a2b3c4d", "5e6f7081")[index]

    def said(command: Command, text: str, code: int = 0, error: str = "") -> tuple[str, Output]:
        return command.id, Output(command, code, text.encode(), error.encode())

    refused = "sudo: a password is required\n"
    return dict(
        (
            said(catalogue.IFCONFIG, IFCONFIG.format(state=state, skew=skew)),
            said(catalogue.SYSCTL_CARP, CARP),
            said(catalogue.NETSTAT_INTERFACES, INTERFACES),
            said(catalogue.GATEWAYS, GATEWAYS),
            said(catalogue.NTP, NTP),
            said(catalogue.PF_INFO, PF_INFO.format(creator=creator)),
            said(catalogue.PF_MEMORY, "", 1, refused),
        )
    )
