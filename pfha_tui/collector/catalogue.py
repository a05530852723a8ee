"""Everything the console ever reads: command, cadence, and what may be left out.

The forms are those recorded on FreeBSD 12.1, except where a note says otherwise.
"""

from dataclasses import dataclass
from enum import Enum

from pfha_tui.domain.command import Command


class Cadence(Enum):
    """How often a section is read, in seconds; ONCE is once per connection."""

    FAST = 1.0
    MEDIUM = 5.0
    SLOW = 60.0
    ONCE = 0.0


@dataclass(frozen=True, slots=True)
class Section:
    """One thing to read: the command, and how often; `prompt` for what explains a change of roles: read as often as
    the fast sections for a while after an event."""

    command: Command
    cadence: Cadence
    prompt: bool = False


IFCONFIG = Command("ifconfig", ("/sbin/ifconfig", "-a"))
SYSCTL_CARP = Command("sysctl-carp", ("/sbin/sysctl", "-i", "net.inet.carp", "net.pfsync"))
SYSCTL_SYSTEM = Command(
    "sysctl-system",
    (
        "/sbin/sysctl",
        "-i",
        "kern.boottime",
        "vm.loadavg",
        "hw.ncpu",
        "kern.cp_time",
        "hw.physmem",
        "vm.stats.vm.v_page_count",
        "vm.stats.vm.v_free_count",
        "vm.stats.vm.v_inactive_count",
        "vm.stats.vm.v_laundry_count",
    ),
)
NETSTAT_INTERFACES = Command(
    "netstat-interfaces", ("/usr/bin/netstat", "--libxo", "json", "-ibdnW")
)
NETSTAT_CARP = Command("netstat-carp", ("/usr/bin/netstat", "--libxo", "json", "-s", "-p", "carp"))
NETSTAT_PFSYNC = Command(
    "netstat-pfsync", ("/usr/bin/netstat", "--libxo", "json", "-s", "-p", "pfsync")
)
PF_INFO = Command("pf-info", ("/sbin/pfctl", "-vv", "-s", "info"), root=True)
PF_MEMORY = Command("pf-memory", ("/sbin/pfctl", "-s", "memory"), root=True)
PF_CREATORS = Command("pf-creators", ("/sbin/pfctl", "-s", "creators"), root=True)
SYSCTL_IDENTITY = Command(
    "sysctl-identity", ("/sbin/sysctl", "-i", "kern.ostype", "kern.osrelease", "kern.hostname")
)
VERSION = Command("version", ("/bin/cat", "/etc/version"))
CONFIG_STAT = Command("config-stat", ("/usr/bin/stat", "-f", "%m %z", "/cf/conf/config.xml"))
MAINTENANCE = Command(
    "maintenance",
    ("/usr/bin/grep", "-c", "<virtualip_carp_maintenancemode", "/cf/conf/config.xml"),
    root=True,
)
MARK = Command("mark", ("/usr/bin/readlink", "/var/run/pfha-tui.mark"))
"""What an action of ours has left on the node: a symbolic link that says it by its target; mostly there is none."""
BOOTING = Command("booting", ("/bin/test", "-e", "/var/run/booting"))
GATEWAYS = Command(
    "gateways",
    (
        "/usr/bin/find",
        "/var/run",
        "-maxdepth",
        "1",
        "-name",
        "dpinger_*.sock",
        "-exec",
        "/usr/bin/nc",
        "-U",
        "{}",
        ";",
    ),
    root=True,
)
"""One line from each gateway monitor of pfSense; its sockets belong to root."""
NTP = Command("ntp", ("/usr/local/sbin/ntpq", "-pnw"))
DHCP_ISC = Command(
    "dhcp-isc",
    ("/usr/bin/grep", "-A", "3", "^failover peer", "/var/dhcpd/var/db/dhcpd.leases"),
    root=True,
)
DHCP_KEA = Command(
    "dhcp-kea",
    ("/usr/bin/nc", "-U", "/var/run/kea/kea4-ctrl-socket"),
    root=True,
    stdin='{"command": "status-get"}',
)
LOG_TAIL = Command(
    "log-tail", ("/usr/bin/tail", "-n", "2000", "/var/log/system.log"), root=True, timeout_s=5.0
)

SECTIONS = (
    Section(IFCONFIG, Cadence.FAST),
    Section(SYSCTL_CARP, Cadence.FAST),
    Section(NETSTAT_INTERFACES, Cadence.MEDIUM),
    Section(NETSTAT_CARP, Cadence.MEDIUM),
    Section(NETSTAT_PFSYNC, Cadence.MEDIUM),
    Section(PF_INFO, Cadence.MEDIUM),
    Section(SYSCTL_SYSTEM, Cadence.MEDIUM),
    Section(BOOTING, Cadence.MEDIUM),
    Section(MARK, Cadence.MEDIUM, prompt=True),
    Section(CONFIG_STAT, Cadence.MEDIUM),
    Section(MAINTENANCE, Cadence.MEDIUM, prompt=True),
    Section(GATEWAYS, Cadence.MEDIUM),
    Section(PF_MEMORY, Cadence.SLOW),
    Section(PF_CREATORS, Cadence.SLOW),
    Section(SYSCTL_IDENTITY, Cadence.SLOW),
    Section(VERSION, Cadence.SLOW),
    Section(NTP, Cadence.SLOW),
    Section(DHCP_ISC, Cadence.SLOW),
    Section(DHCP_KEA, Cadence.SLOW),
    Section(LOG_TAIL, Cadence.ONCE),
)

CONFIG = Command(
    "config", ("/usr/bin/gzip", "-c", "/cf/conf/config.xml"), root=True, timeout_s=20.0
)
"""The whole configuration with its secrets: read when asked for, compressed, and never kept as output."""
BACKUP_INDEX = Command(
    "backup-index", ("/bin/cat", "/cf/conf/backup/backup.cache"), root=True, timeout_s=5.0
)
"""Who wrote which earlier revision, when and why, as PHP serialises it."""


def backup(time: int) -> Command:
    """An earlier revision, by its time (seconds since the epoch), as `CONFIG`. ValueError for no such number."""
    if not 0 < time < 10**12:
        raise ValueError("a revision's time is seconds since the epoch")
    path = f"/cf/conf/backup/config-{time}.xml"
    return Command(f"backup-{time}", ("/usr/bin/gzip", "-c", path), root=True, timeout_s=20.0)


ON_REQUEST = frozenset({CONFIG, BACKUP_INDEX})
"""What is only read when somebody asks for it."""

READS = frozenset(section.command for section in SECTIONS)


class _Permitted(frozenset[Command]):
    """A set of commands to which every `backup` belongs too: which revisions there are, the node tells."""

    def __contains__(self, command: object) -> bool:
        return super().__contains__(command) or _is_backup(command)


def _is_backup(command: object) -> bool:
    if not isinstance(command, Command) or not command.id.startswith("backup-"):
        return False
    time = command.id.removeprefix("backup-")
    known = time.isascii() and time.isdecimal() and len(time) <= 12 and int(time) > 0
    return known and command == backup(int(time))


PERMITTED = _Permitted(READS | ON_REQUEST)
"""What the login of a watched node may run: `READS`, `ON_REQUEST`, and every `backup`."""
