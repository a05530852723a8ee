"""Everything the operator can ask of the screen, as data: keys, key bar, help and palette follow from it."""

from collections.abc import Sequence

from pfha_tui.domain.language import mark
from pfha_tui.ui.command import Command, Kind, Scope

DIGITS = 9
"""So many pairs can be opened by their number."""


def _rare(id: str, title: str, help: str) -> Command:
    """An action without a key of its own, to be found in the palette."""
    action = id.replace("-", "_")
    label = mark("palette")
    return Command(
        id, "", label, action, title, help, bar=False, scope=Scope.PAIR, kind=Kind.ACTION
    )


COMMANDS = (
    Command(
        "open",
        "enter,space",
        "Enter",
        "open",
        mark("open"),
        mark(
            "On the wall: open the marked pair (also by a double click, or the number before its name)."
        ),
        palette=False,
        scope=Scope.WALL,
    ),
    Command("quit", "q", "q", "quit", mark("quit"), mark("Close all connections and leave.")),
    Command(
        "help",
        "question_mark",
        "?",
        "help",
        mark("help"),
        mark("Show keys, signs and terms."),
    ),
    Command(
        "detail",
        "enter",
        "Enter",
        "detail",
        mark("open"),
        mark(
            "Open the chosen row (also double click): both nodes' facts, its events, the raw output. "
            "A summary is expanded first."
        ),
        scope=Scope.PAIR,
    ),
    Command(
        "maintenance",
        "m",
        "m",
        "maintenance",
        mark("maintenance"),
        mark("Enter or leave maintenance on the focused node, else on one of both."),
        scope=Scope.PAIR,
        kind=Kind.ACTION,
    ),
    Command(
        "switchover",
        "s",
        "s",
        "switchover",
        mark("switchover"),
        mark("Hand the VIPs to the other node, or back to the primary, whichever makes sense now."),
        scope=Scope.PAIR,
        kind=Kind.ACTION,
    ),
    Command(
        "wall",
        "p",
        "p",
        "wall",
        mark("pairs"),
        mark("Go to the wall: every pair in one line, the worst first."),
        scope=Scope.SEVERAL,
    ),
    Command(
        "configurations",
        "c",
        "c",
        "configurations",
        mark("diff"),
        mark("Compare both configurations: what would behave differently after a failover."),
        scope=Scope.PAIR,
    ),
    Command(
        "retry",
        "r",
        "r",
        "retry",
        mark("retry"),
        mark(
            "Try the connection of the focused node now; without focus, of each node that is not connected. On "
            "the wall, of the marked pair; a broken one is looked at again."
        ),
    ),
    Command(
        "next-pair",
        "right_square_bracket",
        "]",
        "next_pair",
        mark("next pair"),
        mark("Open the pair after this one in the configuration."),
        scope=Scope.SEVERAL,
    ),
    Command(
        "previous-pair",
        "left_square_bracket",
        "[",
        "previous_pair",
        mark("previous pair"),
        mark("Open the pair before this one in the configuration."),
        bar=False,
        scope=Scope.SEVERAL,
    ),
    Command(
        "expand",
        "space",
        "Space",
        "expand",
        mark("expand"),
        mark("Give the focused node the whole screen, or give it back."),
        scope=Scope.PAIR,
    ),
    Command(
        "failover",
        "F",
        "F",
        "failover",
        mark("force failover"),
        mark("Hand the VIPs over by force, past the gate's soft conditions; needs a reason."),
        scope=Scope.PAIR,
        kind=Kind.ACTION,
    ),
    Command(
        "timeline",
        "l",
        "l",
        "timeline",
        mark("timeline"),
        mark("Move the focus to the timeline."),
        scope=Scope.PAIR,
    ),
    Command(
        "filter",
        "slash",
        "/",
        "filter",
        mark("filter"),
        mark("Show only timeline lines that hold a text; Esc clears it."),
        scope=Scope.PAIR,
    ),
    Command(
        "find",
        "n",
        "n",
        "find",
        mark("find"),
        mark("Search the timeline; again, go to the next line found (newer, round and round)."),
        scope=Scope.PAIR,
    ),
    Command(
        "find-back",
        "N",
        "N",
        "find_back",
        mark("find back"),
        mark("Go to the previous line found (older)."),
        bar=False,
        scope=Scope.PAIR,
    ),
    Command(
        "follow",
        "f",
        "f",
        "follow",
        mark("follow"),
        mark("Keep the newest line of the timeline in sight, or stay where it is."),
        scope=Scope.PAIR,
    ),
    Command(
        "kinds",
        "k",
        "k",
        "kinds",
        mark("kinds"),
        mark("Show one group of kinds in the timeline: roles, links, sync, own actions, all."),
        scope=Scope.PAIR,
    ),
    Command(
        "next",
        "tab,right",
        "Tab",
        "focus_next",
        mark("next pane"),
        mark("Move the focus to the next pane."),
        palette=False,
        scope=Scope.PAIR,
    ),
    Command(
        "previous",
        "shift+tab,left",
        "Shift+Tab",
        "focus_previous",
        mark("previous pane"),
        mark("Move the focus to the previous pane."),
        bar=False,
        palette=False,
        scope=Scope.PAIR,
    ),
    Command(
        "other-node",
        "o",
        "o",
        "other_node",
        mark("other node"),
        mark("Go to the other node's pane, or to its output where a row is open."),
        bar=False,
        palette=False,
        scope=Scope.PAIR,
    ),
    Command(
        "copy",
        "y",
        "y",
        "copy",
        mark("copy"),
        mark(
            "Copy the selection, else the chosen row, else the focused pane, else the verdict (by OSC 52)."
        ),
        bar=False,
    ),
    Command(
        "picture",
        "S",
        "S",
        "picture",
        mark("picture"),
        mark("Save the screen as a new SVG file, in the current folder or the one for pictures."),
        bar=False,
    ),
    Command(
        "theme",
        "T",
        "T",
        "theme",
        mark("theme"),
        mark("Choose the colours while seeing them; the choice is kept."),
        bar=False,
    ),
    Command(
        "palette",
        "ctrl+p",
        "Ctrl+P",
        "command_palette",
        mark("palette"),
        mark("Find any command by name; the themes are there."),
        palette=False,
    ),
    _rare(
        "carp-enable",
        mark("enable CARP"),
        mark("Enable CARP on a node, and see every address of its VIPs come back."),
    ),
    _rare(
        "carp-disable",
        mark("disable CARP"),
        mark("Disable CARP on a node: it gives up all VIPs until CARP is enabled again."),
    ),
    _rare("demotion-reset", mark("reset demotion"), mark("Remove a demotion whose cause is gone.")),
    _rare(
        "sync-now",
        mark("sync now"),
        mark("Push the configuration to the secondary now, and see that it merged."),
    ),
    _rare("pfsync-bulk", mark("pfsync bulk"), mark("Let a node fetch all states from its peer.")),
    _rare("reboot", mark("reboot"), mark("Restart a node that serves nothing.")),
    _rare(
        "undo", mark("undo"), mark("Take back the last action, or one that was left unfinished.")
    ),
    Command(
        "scroll",
        "",
        "↑ ↓ PgUp PgDn",
        "",
        mark("scroll"),
        mark(
            "Choose a row of the focused pane, or scroll it; Home and End go to its edges, and the end of the "
            "timeline follows it."
        ),
        bar=False,
        palette=False,
        scope=Scope.PAIR,
    ),
    Command(
        "clear",
        "escape",
        "Esc",
        "clear",
        mark("clear"),
        mark(
            "Take back search, filter, kinds, the expanded pane and the focus, in this order, and follow the timeline "
            "again; then leave for the wall."
        ),
        bar=False,
        palette=False,
        scope=Scope.PAIR,
    ),
    Command(
        "select",
        "",
        mark("mouse"),
        "",
        mark("select"),
        mark(
            "Drag to select text, Ctrl+C to copy it; a click chooses, also in the key bar; the wheel scrolls."
        ),
        bar=False,
        palette=False,
    ),
    Command(
        "suspend",
        "",
        "Ctrl+Z",
        "",
        mark("suspend"),
        mark(
            "Does nothing: a stopped console watches nothing, and an action would stand still in its midst. Use "
            "another terminal, or tmux."
        ),
        bar=False,
        palette=False,
    ),
)


def offered(*, watch: bool, several: bool) -> tuple[Command, ...]:
    """The commands that exist in this session: without actions where it only watches, and without those
    for several pairs where there is one."""
    many = (Scope.SEVERAL, Scope.WALL)
    return tuple(
        command
        for command in COMMANDS
        if not (watch and command.kind is Kind.ACTION) and (several or command.scope not in many)
    )


def views(commands: Sequence[Command]) -> tuple[Command, ...]:
    """Those that change nothing on a firewall."""
    return tuple(command for command in commands if command.kind is Kind.VIEW)


def on_pair(commands: Sequence[Command]) -> tuple[Command, ...]:
    """Those that make sense on a pair's screen."""
    return tuple(command for command in commands if command.scope is not Scope.WALL)


def on_wall(commands: Sequence[Command]) -> tuple[Command, ...]:
    """Those that make sense on the wall."""
    wanted = (Scope.ANYWHERE, Scope.WALL)
    return tuple(command for command in commands if command.scope in wanted)
