"""Every command that changes a firewall, and those that are read to prove it."""

import contextlib

from pfha_tui.domain.command import Access, Command

LOCK = "/tmp/pfha-tui.lock"
"""Held by lockf(1) on a node while an action is under way; a fixed name, for all consoles meet there."""
MARK = "/var/run/pfha-tui.mark"
"""A symbolic link that says on the node which part of its demotion is ours; gone with the next boot, as that is."""
LARGEST_DEMOTION = 10_000

MAINTENANCE_ON = Command(
    "maintenance-on",
    ("/usr/local/sbin/pfSsh.php", "playback", "enablecarpmaint"),
    root=True,
    timeout_s=60.0,
    access=Access.WRITE,
)
MAINTENANCE_OFF = Command(
    "maintenance-off",
    ("/usr/local/sbin/pfSsh.php", "playback", "disablecarpmaint"),
    root=True,
    timeout_s=60.0,
    access=Access.WRITE,
)
CARP_ON = Command(
    "carp-on",
    ("/usr/local/sbin/pfSsh.php", "playback", "enablecarp"),
    root=True,
    timeout_s=150.0,
    access=Access.WRITE,
)
"""One second a VIP, and up to 31 s in which pfSense waits for pfsync."""
CARP_OFF = Command(
    "carp-off",
    ("/usr/local/sbin/pfSsh.php", "playback", "disablecarp"),
    root=True,
    timeout_s=150.0,
    access=Access.WRITE,
)
SYNC = Command(
    "sync-now",
    ("/etc/rc.filter_synchronize",),
    root=True,
    timeout_s=120.0,
    access=Access.WRITE,
)
"""Pushes the configuration to the secondary and waits; its exit code means nothing."""
REBOOT = Command("reboot", ("/etc/rc.reboot",), root=True, timeout_s=15.0, access=Access.WRITE)
REVISION = Command(
    "revision",
    ("/usr/bin/grep", "-A", "8", "<revision>", "/cf/conf/config.xml"),
    root=True,
)
"""Who changed the configuration last, when and why: a merge says so in its description."""
UNMARK = Command("unmark", ("/bin/rm", "-f", MARK), root=True, access=Access.WRITE)


def demote(amount: int) -> Command:
    """Add to the demotion: the sysctl is relative, and a change makes a master advertise at once (ip_carp.c).

    ValueError for zero and for more than anybody needs.
    """
    if not 0 < abs(amount) <= LARGEST_DEMOTION:
        raise ValueError(f"a demotion is changed by 1 to {LARGEST_DEMOTION}")
    argv = ("/sbin/sysctl", f"net.inet.carp.demotion={amount}")
    return Command(f"demote{amount:+d}", argv, root=True, access=Access.WRITE)


def mark(text: str) -> Command:
    """Leave a mark (`domain.mark.write`): a link is made in one step, needs no shell, and its text is an argument."""
    return Command("mark", ("/bin/ln", "-sfn", text, MARK), root=True, access=Access.WRITE)


def bulk(syncdev: str) -> Command:
    """Ask the peer for all states: setting syncdev, even unchanged, makes pfsync request a bulk update."""
    argv = ("/sbin/ifconfig", "pfsync0", "syncdev", syncdev)
    return Command("bulk", argv, root=True, access=Access.WRITE)


def announce(text: str) -> Command:
    """A line in the node's system log."""
    argv = ("/usr/bin/logger", "-t", "pfha-tui", "--", text)
    return Command("announce", argv, access=Access.WRITE)


def recall(argv: tuple[str, ...]) -> Command | None:
    """The command of these words, if it is one of ours that changes something: a journal only names them."""
    fixed = (MAINTENANCE_ON, MAINTENANCE_OFF, CARP_ON, CARP_OFF, SYNC, REBOOT, UNMARK)
    for command in fixed:
        if command.argv == argv:
            return command
    with contextlib.suppress(ValueError):
        candidates = (
            demote(int(argv[-1].partition("=")[2])) if argv[0] == "/sbin/sysctl" else None,
            bulk(argv[-1]) if argv[0] == "/sbin/ifconfig" else None,
        )
        return next((one for one in candidates if one is not None and one.argv == argv), None)
    return None
