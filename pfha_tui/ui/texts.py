"""The words of the screen, in English; `tr` where they are shown gives them in the language in use."""

from pfha_tui.domain.language import mark

ROLE_WORDS = {
    "MASTER": mark("MASTER"),
    "BACKUP": mark("BACKUP"),
    "INIT": mark("INIT"),
    "MISSING": mark("MISSING"),
}

VERDICT_WORDS = {
    "no-master": mark("NO MASTER"),
    "split-brain": mark("SPLIT BRAIN"),
    "unknown": mark("UNKNOWN"),
    "partial": mark("PARTIAL"),
    "degraded": mark("DEGRADED"),
    "failed-over": mark("FAILED OVER"),
    "maintenance": mark("MAINTENANCE"),
    "healthy": mark("HEALTHY"),
}

SEVERITY_WORDS = {"error": mark("error"), "warning": mark("warning"), "note": mark("note")}

MONTHS = (
    mark("Jan"),
    mark("Feb"),
    mark("Mar"),
    mark("Apr"),
    mark("May"),
    mark("Jun"),
    mark("Jul"),
    mark("Aug"),
    mark("Sep"),
    mark("Oct"),
    mark("Nov"),
    mark("Dec"),
)

SINCE = mark("since")
AT_LEAST = mark("at least")
AT_LEAST_SINCE = mark("at least since")
BY = mark("by")
SKEW = mark("skew")
WAS = mark("was")

PRODUCTION = mark("PRODUCTION")
LAB = mark("lab")
READ_ONLY = mark("read-only")
WATCHING = mark("watch only")

NOT_WATCHED = mark("NOT WATCHED")
STARTS = mark("STARTING")
NOBODY = mark("nobody")
PRODUCTION_SHORT = mark("PROD")
READ_ONLY_SHORT = mark("ro")
PAIRS = mark("{count} pairs")
OTHER_PAIRS = mark("other pairs")
WALL_PAIR = mark("pair")
WALL_VERDICT = mark("verdict")
WALL_SERVES = mark("serves")
WALL_AGE = mark("age")
WALL_WHY = mark("why")

UNCONFIRMED = mark("unconfirmed, {age}")
OLD_VERDICT = mark("as of {clock}, {age} ago: no newer snapshot arrives")
CLOSING = mark("closing the connections")
STARTING = mark("starting: the transports are being loaded")
FEED_FAILED = mark("watching ended: {reason}. What is shown grows old; {key} watches again.")
FEED_ENDED = mark("watching ended. What is shown grows old; {key} watches again.")
NOT_DRAWN = mark("This moment cannot be drawn ({reason}). What is shown may be old.")
MORE_CAUSES = mark("and {count} more")

CONNECTING = mark("connecting to {address}")
UNREACHABLE = mark("unreachable")
NOT_CONNECTED = mark("not connected")
NO_VIPS = mark("no VIPs")
CARP_OFF = mark("CARP off")
MORE_VIPS = mark("+ {count} more VIPs")
MORE_LINES_BELOW = mark("{count} more")
NOT_YET_READ = mark("not yet read")
OLD = mark("{age} old")
PRESS_TO_RETRY = mark("press {key} to try again")
NEXT_TRY = mark("next try in {age}")
SILENT = mark("silent for {age}")
STOPPED = mark("stopped")
DOWN = mark("down")
OFF = mark("off")

UP = mark("up")
CPU = mark("cpu")
MEMORY = mark("mem")
LOAD = mark("load")
BOOTING = mark("booting")
PLAIN_FREEBSD = mark("no pfSense files: plain FreeBSD")

VIPS = mark("VIPs")
VHID = mark("vhid")
DEMOTION = mark("demotion")
PREEMPT_ON = mark("preempt on")
PREEMPT_OFF = mark("preempt off")

INTERFACES = mark("Interfaces")
INTERFACES_SNMP = mark("Interfaces (snmp)")
IN = mark("in")
OUT = mark("out")
ERRORS = mark("errors")
NO_CARRIER = mark("no link: {status}")
ADMIN_DOWN = mark("switched off")
VIA_SNMP = mark("seen by snmp")

PFSYNC = mark("pfsync")
PFSYNC_OFF = mark("off: no sync interface set")
SEND_ERRORS = mark("{rate} failed to send")
PFSYNC_PENDING = mark("first bulk update not done")
MESSAGES_SENT = mark("to {peer}")
ON_INTERFACE = mark("on {interface}")
STATES = mark("states")
STATES_OF = mark("{count} of {limit} ({share})")
PARITY = mark("{share} of {peer}'s")
CREATORS = mark("ids")
CREATOR_NO_PEER = mark("none of {peer}'s states held")
ADVERTS = mark("adverts")
ADVERTS_COUNTS = mark("{sent} sent, {received} heard")
BAD_AUTH = mark("{count} with bad authentication")
SEND_FAILED = mark("{count} failed to send")
STREAM = mark("stream")
CONFIG = mark("config")
CONFIG_CHANGED = mark("changed {clock}")
MAINTENANCE = mark("maintenance")
MAINTENANCE_ON = mark("MAINTENANCE MODE")
MAINTENANCE_OFF = mark("maintenance off")

TIMELINE = mark("Timeline")
PAIR = mark("pair")
TIMELINE_HINT = mark("both nodes, newest last")
TIMELINE_EMPTY = mark("nothing has happened since the console was started")
TIMELINE_FILTER = mark("filter: {needle} ({shown} of {total})")
TIMELINE_NO_MATCH = mark("no line holds the filter's text")
FILTER_PROMPT = mark("filter the timeline (Enter keeps it, Esc clears it)")

TOO_SMALL = mark(
    "The terminal has {width} x {height} cells; {need_width} x {need_height} are needed."
)
TOO_SMALL_HINT = mark("Make it larger, or press {key} to quit.")

HELP_TITLE = mark("Help")
HELP_KEYS = mark("Keys")
HELP_DIFF = mark("Keys of the comparison of configurations")
HELP_TERMS = mark("Terms")
HELP_SIGNS = mark("Signs")

SIGNS = (
    (
        "● ○ ◌ ?",
        mark("the role MASTER, BACKUP, INIT; ? is a VIP that the node does not have (MISSING)"),
    ),
    (
        mark("● MASTER !"),
        mark(
            "this VIP is not well: no or two MASTERs, INIT or MISSING on a node, or named as cause"
        ),
    ),
    (mark("? was MASTER"), mark("the role last seen; too old to be taken for the present")),
    (
        mark("✗ SPLIT BRAIN ?"),
        mark(
            "on the wall: the verdict is not confirmed yet; '? was HEALTHY' is one that is too old"
        ),
    ),
    (
        "A B",
        mark(
            "on the wall: the node that serves, A the primary and B the secondary; ro is read-only"
        ),
    ),
    (
        "✗ ▲ ·",
        mark("an error, a warning, a note; the verdict NO MASTER or SPLIT BRAIN (✗), DEGRADED (▲)"),
    ),
    (
        "► ◆ ◐",
        mark(
            "the verdict FAILED OVER, MAINTENANCE, PARTIAL; ► also before the row that is meant, ◆ before what "
            "actions of ours have left"
        ),
    ),
    ("► ◄", mark("pfsync: messages sent to the peer, messages heard from it")),
    ("↑ ▼ ·", mark("before an interface: link up, link down, link not known")),
    (mark("skew 0→240"), mark("configured advskew, and the one advertised after demotion")),
    (
        "21:40:09",
        mark(
            "since that moment; 'at least since', for short 'by', means then or earlier: no log line tells"
        ),
    ),
    (
        "ssh 0.2 s",
        mark("how long ago the node was last heard that way; not how fast it answers"),
    ),
    (mark("41 s old"), mark("the block is late or stale: its values are of that age, not of now")),
    (
        "18:40:55.120",
        mark("in the timeline: arrived over the live stream; without milliseconds: a log line"),
    ),
    ("…", mark("text was cut for want of room; numbers are never cut")),
)

TERMS = (
    (
        mark("VIP"),
        mark(
            "a virtual IP address that moves between the two firewalls; clients use it as gateway"
        ),
    ),
    (mark("CARP"), mark("the protocol by which the two nodes agree who owns a VIP")),
    (
        mark("VHID"),
        mark("the number (1-255) of a CARP group on one interface; the key of a VIP here"),
    ),
    (
        mark("MASTER"),
        mark("the node owns the VIP: it answers for the address and advertises itself"),
    ),
    (
        mark("BACKUP"),
        mark("the node listens, and takes the VIP when the master's advertisements stop"),
    ),
    (
        mark("INIT"),
        mark("CARP cannot run for this VIP: interface down or without link, or CARP off"),
    ),
    (mark("advbase"), mark("seconds between two advertisements, before the skew is added")),
    (
        mark("advskew"),
        mark("0-254, added in 1/256 s to advbase: the node that advertises most often wins"),
    ),
    (
        mark("demotion"),
        mark("a penalty added to every advskew while something is broken; 0 when all is well"),
    ),
    (
        mark("preempt"),
        mark("a better node takes over from a worse master; on: all VIPs move together"),
    ),
    (
        mark("pfsync"),
        mark("copies the firewall's connection states to the other node, so that they survive"),
    ),
    (
        mark("bulk"),
        mark(
            "all states at once, sent to a node that starts or asks for them; how the last one went"
        ),
    ),
    (
        mark("syncok"),
        mark("the kernel's word: 0 while a bulk is asked for and has not ended, else 1"),
    ),
    (
        mark("ids"),
        mark(
            "creator ids: by which nodes the states held were made; its own and the peer's are right"
        ),
    ),
    (
        mark("state-gap"),
        mark("the state tables differ in size by more than 20 states and 15 %: not all is copied"),
    ),
    (
        mark("adverts"),
        mark("CARP's advertisements, sent and heard on all interfaces since the boot"),
    ),
    (
        mark("config sync"),
        mark(
            "pfSense copies the primary's configuration to the secondary (XMLRPC); neither CARP nor pfsync does"
        ),
    ),
    (
        mark("sd"),
        mark("of a gateway: the standard deviation of its round trip, how much that varies"),
    ),
    (mark("quiet"), mark("rows with nothing to report, folded into one line; Enter shows them")),
    (
        mark("split brain"),
        mark("both nodes are MASTER of the same VIP: neither hears the other's advertisements"),
    ),
    (mark("no master"), mark("a VIP that no reachable node serves")),
    (
        mark("partial"),
        mark("the VIPs are spread over both nodes, or some are served and some are not"),
    ),
    (mark("healthy"), mark("one node serves every VIP, and the other one could take over cleanly")),
    (
        mark("unknown"),
        mark("of the verdict: who serves cannot be told, because a node does not tell its roles"),
    ),
    (mark("degraded"), mark("everything is served, but no clean failover is possible now")),
    (
        mark("failed over"),
        mark("the secondary serves, and the primary is ready again or being mended"),
    ),
    (mark("maintenance"), mark("on purpose: one node gives its VIPs away (CARP maintenance mode)")),
    (mark("unconfirmed"), mark("the verdict waits for two equal samples of both nodes")),
)
