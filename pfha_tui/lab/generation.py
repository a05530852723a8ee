"""The generations of FreeBSD that a node can be, and what differs between them in what its commands print.

Generation 12 prints what was recorded on FreeBSD 12.1. Of 14 and 15 nothing is recorded: their texts follow the sources
of FreeBSD and pfSense (ifconfig(8), netstat(1), pfctl(8), syslogd(8)), and are unverified until a capture backs them.
"""

import time
from dataclasses import dataclass, replace

_EARLY = (
    ("clear all request", "clear-all-request"),
    ("state insert", "state-insert"),
    ("state inserted ack", "state-inserted-ack"),
    ("state update", "state-update"),
    ("compressed state update", "compressed-state-update"),
    ("uncompressed state request", "uncompressed-state-request"),
    ("state delete", "state-delete"),
    ("compressed state delete", "compressed-state-delete"),
    ("fragment insert", "fragment-insert"),
    ("fragment delete", "fragment-delete"),
    ("bulk update mark", "bulk-update-mark"),
    ("TDB replay counter update", "TDB-replay-counter-update"),
    ("end of frame mark", "end-of-frame-mark"),
)
_INSERT_1301 = ("13.1 state insert", "state-insert-1301")
_UPDATE_1301 = ("13.1 state update", "state-update-1301")
_RENAMED = (_EARLY[0], _INSERT_1301, _EARLY[2], _UPDATE_1301, *_EARLY[4:])
_1400 = (("14.0 state insert", "state-insert-1400"), ("14.0 state update", "state-update-1400"))
_1500 = (("state insert", "state-insert"), ("state update", "state-update"))


@dataclass(frozen=True, slots=True)
class Generation:
    """One release of the system.

    `release` and `reldate` are kern.osrelease and kern.osreldate; `version` is /etc/version; `config_version` is the
    `<version>` of config.xml; `pfsync_version` is None where ifconfig does not print it; `actions` are pfsync's kinds
    of messages, in netstat's order, as text and as JSON name; `insert` is the JSON name of the one that carries a new
    state; `dhcp` is `isc` or `kea`; `rfc5424` is pfSense's choice of log format.
    """

    name: str
    kernel: int
    release: str
    reldate: int
    version: str
    config_version: str
    pfsync_version: int | None
    actions: tuple[tuple[str, str], ...]
    insert: str
    dhcp: str
    rfc5424: bool = False

    @property
    def modern(self) -> bool:
        """Whether ifconfig reads over netlink and pfctl through nvlists (14 and later)."""
        return self.kernel >= 14

    @property
    def kernel_line(self) -> str:
        """The kernel's name of itself: kern.version, uname -v and the second line of the boot."""
        ident = "pfSense" if self.modern else "HALAB"
        return f"FreeBSD {self.release} {ident}"

    def log_line(self, when: float, hostname: str, program: str, text: str) -> str:
        """A line of system.log (syslogd(8)), newline included: RFC 3164 in whole seconds, or RFC 5424.

        `when` is in seconds since the epoch, the node is on UTC; `program` may carry its process number in brackets.
        """
        stamp = time.gmtime(when)
        if not self.rfc5424:
            day = f"{time.strftime('%b', stamp)} {stamp.tm_mday:2d} {time.strftime('%H:%M:%S', stamp)}"
            return f"{day} {hostname.partition('.')[0]} {program}: {text}\n"
        priority = 6 if program == "kernel" else 13
        tag, _, rest = program.partition("[")
        micro = f"{time.strftime('%Y-%m-%dT%H:%M:%S', stamp)}.{int(when % 1 * 1e6):06d}+00:00"
        return f"<{priority}>1 {micro} {hostname} {tag} {rest.rstrip(']') or '-'} - - {text}\n"


F12 = Generation(
    "freebsd12", 12, "12.1-STABLE", 1201517, "2.5.2-RELEASE", "21.7", None, _EARLY, "state-insert", "isc",
)  # fmt: skip
F14 = Generation(
    "freebsd14", 14, "14.0-CURRENT", 1400094, "2.7.2-RELEASE", "23.3", 1400, (*_RENAMED, *_1400), "state-insert-1400",
    "isc",
)  # fmt: skip
F15 = Generation(
    "freebsd15", 15, "15.0-CURRENT", 1500029, "2.8.1-RELEASE", "24.0", 1500, (*_RENAMED, *_1400, *_1500),
    "state-insert", "kea",
)  # fmt: skip
F15_RFC5424 = replace(F15, name="freebsd15-rfc5424", rfc5424=True)

GENERATIONS: dict[str, Generation] = {each.name: each for each in (F12, F14, F15, F15_RFC5424)}
"""Every generation by its name."""
