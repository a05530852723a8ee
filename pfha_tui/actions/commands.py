"""Every command that changes a firewall, and those that are read to prove it."""

import re
from typing import NamedTuple

from pfha_tui.domain.command import Access, Command
from pfha_tui.domain.mark import read as read_mark

LOCK = "/tmp/pfha-tui.lock"
"""Held by lockf(1) on a node while an action is under way; a fixed name, for all consoles meet there."""
MARK = "/var/run/pfha-tui.mark"
"""A symbolic link that says on the node which part of its demotion is ours; gone with the next boot, as that is."""
TOKEN = "/tmp/pfha-tui."
"""Followed by the action's id: the directory that stands for the watchdog of this action (`transports.base.Guard`)."""
LARGEST_DEMOTION = 10_000
_DEMOTION = re.compile(r"/sbin/sysctl net\.inet\.carp\.demotion=(-?[1-9][0-9]{0,4})", re.ASCII)


def _playback(id: str, name: str, timeout_s: float) -> Command:
    """One of pfSense's own scripts, run as its console menu would."""
    argv = ("/usr/local/sbin/pfSsh.php", "playback", name)
    return Command(id, argv, root=True, timeout_s=timeout_s, access=Access.WRITE)


MAINTENANCE_ON = _playback("maintenance-on", "enablecarpmaint", 60.0)
MAINTENANCE_OFF = _playback("maintenance-off", "disablecarpmaint", 60.0)
CARP_ON = _playback("carp-on", "enablecarp", 150.0)
"""One second a VIP, and up to 31 s in which pfSense waits for pfsync."""
CARP_OFF = _playback("carp-off", "disablecarp", 150.0)
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


def disarm(action: str) -> Command:
    """Remove the token of an action whose watchdog is stopped; only an empty directory can be removed this way."""
    return Command("disarm", ("/bin/rmdir", TOKEN + action), access=Access.WRITE)


class Claim(NamedTuple):
    """How an action's token is taken from its watchdog: `restore` gives back what an earlier undo took and did not come
    to use, `take` takes it, or there is none, and `remove` is for once all is taken back."""

    restore: Command
    take: Command
    remove: Command


def claim(action: str) -> Claim:
    """The commands that take an action's token from its watchdog."""
    token, taken = TOKEN + action, f"{TOKEN}{action}.taken"
    words = (("/bin/mv", taken, token), ("/bin/mv", token, taken), ("/bin/rmdir", taken))
    return Claim(*(Command("claim", each, access=Access.WRITE) for each in words))


def bulk(syncdev: str) -> Command:
    """Ask the peer for all states: setting syncdev, even unchanged, makes pfsync request a bulk update."""
    argv = ("/sbin/ifconfig", "pfsync0", "syncdev", syncdev)
    return Command("bulk", argv, root=True, access=Access.WRITE)


def announce(text: str) -> Command:
    """A line in the node's system log."""
    argv = ("/usr/bin/logger", "-t", "pfha-tui", "--", text)
    return Command("announce", argv, access=Access.WRITE)


def recall(argv: tuple[str, ...]) -> Command | None:
    """The command of these words, if it is one of ours that takes something back: a journal only names them."""
    fixed = (MAINTENANCE_ON, MAINTENANCE_OFF, CARP_ON, CARP_OFF, UNMARK)
    for command in fixed:
        if command.argv == argv:
            return command
    if len(argv) == 4 and argv == mark(argv[2]).argv and read_mark(argv[2]) is not None:
        return mark(argv[2])
    amount = _DEMOTION.fullmatch(" ".join(argv))
    if amount is None or len(argv) != 2:
        return None
    return demote(int(amount[1])) if 0 < abs(int(amount[1])) <= LARGEST_DEMOTION else None
