"""The words of the screen, in one place, so that a translation finds them."""

ROLE_WORDS = {"MASTER": "MASTER", "BACKUP": "BACKUP", "INIT": "INIT", "MISSING": "MISSING"}

VERDICT_WORDS = {
    "no-master": "NO MASTER",
    "split-brain": "SPLIT BRAIN",
    "unknown": "UNKNOWN",
    "partial": "PARTIAL",
    "degraded": "DEGRADED",
    "failed-over": "FAILED OVER",
    "maintenance": "MAINTENANCE",
    "healthy": "HEALTHY",
}

SEVERITY_WORDS = {"error": "error", "warning": "warning", "note": "note"}

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

SINCE = "since"
AT_LEAST = "at least"
AT_LEAST_SINCE = "at least since"
BY = "by"
SKEW = "skew"
WAS = "was"

PRODUCTION = "PRODUCTION"
LAB = "lab"
READ_ONLY = "read-only"
WATCHING = "watch only"

NOT_WATCHED = "NOT WATCHED"
NOBODY = "nobody"
PRODUCTION_SHORT = "PROD"
READ_ONLY_SHORT = "ro"
PAIRS = "{count} pairs"
OTHER_PAIRS = "other pairs"
WALL_PAIR = "pair"
WALL_VERDICT = "verdict"
WALL_SERVES = "serves"
WALL_AGE = "age"
WALL_WHY = "why"

UNCONFIRMED = "unconfirmed, {age}"
OLD_VERDICT = "as of {clock}, {age} ago: no newer snapshot arrives"
CLOSING = "closing the connections"
STARTING = "starting: the transports are being loaded"
FEED_FAILED = "watching ended: {reason}. What is shown grows old; quit and start again."
FEED_ENDED = "watching ended. What is shown grows old; quit and start again."
NOT_DRAWN = "This moment cannot be drawn ({reason}). What is shown may be old."
MORE_CAUSES = "and {count} more"

CONNECTING = "connecting to {address}"
UNREACHABLE = "unreachable"
NOT_CONNECTED = "not connected"
NO_VIPS = "no VIPs"
CARP_OFF = "CARP off"
MORE_VIPS = "+ {count} more VIPs"
MORE_LINES_BELOW = "{count} more"
NOT_YET_READ = "not yet read"
OLD = "{age} old"
PRESS_R = "press r to try again"
NEXT_TRY = "next try in {age}"
SILENT = "silent for {age}"
STOPPED = "stopped"
DOWN = "down"
OFF = "off"

UP = "up"
CPU = "cpu"
MEMORY = "mem"
LOAD = "load"
CLOCK_OFF = "clock {offset} s off"
BOOTING = "booting"
PLAIN_FREEBSD = "no pfSense files: plain FreeBSD"

VIPS = "VIPs"
VHID = "vhid"
DEMOTION = "demotion"
PREEMPT_ON = "preempt on"
PREEMPT_OFF = "preempt off"

INTERFACES = "Interfaces"
INTERFACES_SNMP = "Interfaces (snmp)"
IN = "in"
OUT = "out"
ERRORS = "errors"
NO_CARRIER = "no link: {status}"
ADMIN_DOWN = "switched off"
VIA_SNMP = "seen by snmp"

PFSYNC = "pfsync"
PFSYNC_OFF = "off: no sync interface set"
SEND_ERRORS = "{rate} failed to send"
PFSYNC_PENDING = "first bulk update not done"
MESSAGES_SENT = "to {peer}"
ON_INTERFACE = "on {interface}"
STATES = "states"
STATES_OF = "{count} of {limit} ({share})"
PARITY = "{share} of {peer}'s"
CREATORS = "ids"
CREATOR_BOTH = "both nodes' states held"
CREATOR_NO_PEER = "none of {peer}'s states held"
CREATOR_KNOWN = "{count} known"
ADVERTS = "adverts"
ADVERTS_COUNTS = "{sent} sent, {received} heard"
BAD_AUTH = "{count} with bad authentication"
SEND_FAILED = "{count} failed to send"
STREAM = "stream"
CONFIG = "config"
CONFIG_CHANGED = "changed {clock}"
MAINTENANCE = "maintenance"
MAINTENANCE_ON = "MAINTENANCE MODE"
MAINTENANCE_OFF = "maintenance off"

TIMELINE = "Timeline"
PAIR = "pair"
TIMELINE_HINT = "both nodes, newest last"
TIMELINE_EMPTY = "nothing has happened since the console was started"
TIMELINE_FILTER = "filter: {needle} ({shown} of {total})"
TIMELINE_NO_MATCH = "no line holds the filter's text"
TIMELINE_HELD = "held, {count} newer below"
FILTER_PROMPT = "filter the timeline (Enter keeps it, Esc clears it)"

TOO_SMALL = "The terminal has {width} x {height} cells; {need_width} x {need_height} are needed."
TOO_SMALL_HINT = "Make it larger, or press q to quit."

HELP_TITLE = "Help"
HELP_KEYS = "Keys"
HELP_TERMS = "Terms"
HELP_SIGNS = "Signs"
HELP_CLOSE = "Esc or ? closes this page"
THEME_COMMAND = "Theme: {title}"
THEME_HELP = "Show the screen in these colours"
"""One per theme in the command palette."""

SIGNS = (
    ("● ○ ◌ ?", "the role MASTER, BACKUP, INIT; ? is a VIP that the node does not have (MISSING)"),
    (
        "● MASTER !",
        "this VIP is not well: no or two MASTERs, INIT or MISSING on a node, or named as cause",
    ),
    ("? was MASTER", "the role last seen; too old to be taken for the present"),
    ("▲ ▼", "before an interface: link up, link down"),
    ("skew 0→240", "configured advskew, and the one advertised after demotion"),
    ("21:40:09", "since that moment; 'by 21:40:09' means then or earlier, no log line tells"),
    ("41 s old", "the block is late or stale: its values are of that age, not of now"),
    (
        "18:40:55.120",
        "in the timeline: arrived over the live stream; without milliseconds: a log line",
    ),
    ("…", "text was cut for want of room; numbers are never cut"),
)

TERMS = (
    ("VIP", "a virtual IP address that moves between the two firewalls; clients use it as gateway"),
    ("CARP", "the protocol by which the two nodes agree who owns a VIP"),
    ("VHID", "the number (1-255) of a CARP group on one interface; the key of a VIP here"),
    ("MASTER", "the node owns the VIP: it answers for the address and advertises itself"),
    ("BACKUP", "the node listens, and takes the VIP when the master's advertisements stop"),
    ("INIT", "CARP cannot run for this VIP: interface down or without link, or CARP off"),
    ("advbase", "seconds between two advertisements, before the skew is added"),
    ("advskew", "0-254, added in 1/256 s to advbase: the node that advertises most often wins"),
    ("demotion", "a penalty added to every advskew while something is broken; 0 when all is well"),
    ("preempt", "a better node takes over from a worse master; on: all VIPs move together"),
    ("pfsync", "copies the firewall's connection states to the other node, so that they survive"),
    (
        "split brain",
        "both nodes are MASTER of the same VIP: neither hears the other's advertisements",
    ),
    ("no master", "a VIP that no reachable node serves"),
    ("partial", "the VIPs are spread over both nodes, or some are served and some are not"),
    ("degraded", "everything is served, but no clean failover is possible now"),
    ("failed over", "the secondary serves, and the primary is ready again or being mended"),
    ("maintenance", "on purpose: one node gives its VIPs away (CARP maintenance mode)"),
    ("unconfirmed", "the verdict waits for two equal samples of both nodes"),
)
