"""Answers catalogue commands from a recorded scenario, as a node would have."""

from pathlib import Path

from pfha_tui.collector import catalogue
from pfha_tui.domain.command import Command, Output

DATA = Path(__file__).parents[1] / "data" / "captures"

FILES = {
    catalogue.IFCONFIG: ("ifconfig-a.txt",),
    catalogue.SYSCTL_CARP: ("sysctl-net.inet.carp.txt", "sysctl-net.pfsync.txt"),
    catalogue.SYSCTL_SYSTEM: ("sysctl-kern-misc.txt", "sysctl-mem.txt"),
    catalogue.NETSTAT_INTERFACES: ("netstat-libxo-json-ibdnW.txt",),
    catalogue.NETSTAT_CARP: ("netstat-libxo-json-s-p-carp.txt",),
    catalogue.NETSTAT_PFSYNC: ("netstat-libxo-json-s-p-pfsync.txt",),
    catalogue.PF_INFO: ("pfctl-vv-s-info.txt",),
    catalogue.PF_MEMORY: ("pfctl-s-memory.txt",),
    catalogue.SYSCTL_IDENTITY: ("sysctl-kern-version.txt",),
    catalogue.LOG_TAIL: ("system.log.txt",),
}
ABSENT = {
    catalogue.PF_CREATORS: (1, b"pfctl: Unknown show modifier 'creators'\n"),
    catalogue.VERSION: (1, b"cat: /etc/version: No such file or directory\n"),
    catalogue.CONFIG_STAT: (1, b"stat: /cf/conf/config.xml: stat: No such file or directory\n"),
    catalogue.MAINTENANCE: (2, b"grep: /cf/conf/config.xml: No such file or directory\n"),
    catalogue.BOOTING: (1, b""),
    catalogue.MARK: (1, b""),
    catalogue.GATEWAYS: (0, b""),
    catalogue.NTP: (127, b"/bin/sh: /usr/local/sbin/ntpq: not found\n"),
    catalogue.DHCP_ISC: (
        2,
        b"grep: /var/dhcpd/var/db/dhcpd.leases: No such file or directory\n",
    ),
    catalogue.DHCP_KEA: (
        1,
        b"nc: /var/run/kea/kea4-ctrl-socket: No such file or directory\n",
    ),
}
"""What a plain FreeBSD says to the commands that ask for pfSense's files."""


def answer(scenario: str, node: str, command: Command) -> Output:
    """The output of one command on one node of a scenario."""
    if command in ABSENT:
        code, stderr = ABSENT[command]
        return Output(command, code, b"", stderr)
    folder = DATA / scenario / node
    text = b"".join((folder / name).read_bytes() for name in FILES[command])
    return Output(command, 0, text)
