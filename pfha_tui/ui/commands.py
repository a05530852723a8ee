"""Everything the operator can ask of the screen, as data: bindings, key bar, help and palette follow from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from textual.binding import Binding


class Kind(Enum):
    """What a command can do: a VIEW only moves the screen, an ACTION could change a firewall."""

    VIEW = auto()
    ACTION = auto()


class Scope(Enum):
    """Where a command makes sense: ANYWHERE, on a PAIR's screen, there if there are SEVERAL pairs, or on
    the WALL of several pairs (whose list has its keys)."""

    ANYWHERE = auto()
    PAIR = auto()
    SEVERAL = auto()
    WALL = auto()


@dataclass(frozen=True, slots=True)
class Command:
    """One wish: `id` is its stable name (for a keymap), `keys` Textual's key names, `label` how the key is
    shown, `action` the app's action (of the wall's list in scope WALL); `bar` puts it into the key bar,
    `palette` into the palette."""

    id: str
    keys: str
    label: str
    action: str
    title: str
    help: str
    bar: bool = True
    palette: bool = True
    scope: Scope = Scope.ANYWHERE
    kind: Kind = Kind.VIEW


COMMANDS = (
    Command(
        "open",
        "enter,space",
        "Enter",
        "open",
        "open",
        "On the wall: open the marked pair (also Space, double click, or the number before its name).",
        palette=False,
        scope=Scope.WALL,
    ),
    Command(
        "wall",
        "p",
        "p",
        "wall",
        "all pairs",
        "Go to the wall: every pair in one line, the worst first.",
        scope=Scope.SEVERAL,
    ),
    Command(
        "previous-pair",
        "left_square_bracket",
        "[",
        "previous_pair",
        "previous pair",
        "Open the pair before this one in the configuration.",
        bar=False,
        scope=Scope.SEVERAL,
    ),
    Command(
        "next-pair",
        "right_square_bracket",
        "]",
        "next_pair",
        "next pair",
        "Open the pair after this one in the configuration.",
        scope=Scope.SEVERAL,
    ),
    Command("quit", "q", "q", "quit", "quit", "Close all connections and leave."),
    Command("help", "question_mark", "?", "help", "help", "This page: keys, signs and terms."),
    Command(
        "detail",
        "enter",
        "Enter",
        "detail",
        "open",
        "Open the chosen row (also double click): both nodes' facts, its events, the raw output. "
        "A summary is expanded first.",
        scope=Scope.PAIR,
    ),
    Command(
        "expand",
        "space",
        "Space",
        "expand",
        "expand",
        "Give the focused node the whole screen, or give it back.",
        scope=Scope.PAIR,
    ),
    Command(
        "retry",
        "r",
        "r",
        "retry",
        "retry",
        "Try the connection of the focused node now; without focus, of each node that is not connected.",
    ),
    Command(
        "timeline",
        "l",
        "l",
        "timeline",
        "timeline",
        "Move the focus to the timeline.",
        scope=Scope.PAIR,
    ),
    Command(
        "filter",
        "slash",
        "/",
        "filter",
        "filter",
        "Show only timeline lines that hold a text; Esc clears it.",
        scope=Scope.PAIR,
    ),
    Command(
        "find",
        "n",
        "n",
        "find",
        "find",
        "Search the timeline; again, go to the next line found (newer, round and round).",
        scope=Scope.PAIR,
    ),
    Command(
        "find-back",
        "N",
        "N",
        "find_back",
        "find back",
        "Go to the previous line found (older).",
        bar=False,
        scope=Scope.PAIR,
    ),
    Command(
        "follow",
        "f",
        "f",
        "follow",
        "follow",
        "Keep the newest line of the timeline in sight, or stay where it is.",
        scope=Scope.PAIR,
    ),
    Command(
        "kinds",
        "k",
        "k",
        "kinds",
        "kinds",
        "Show one group of kinds in the timeline: roles, links, sync, own actions, all.",
        scope=Scope.PAIR,
    ),
    Command(
        "next",
        "tab,right",
        "Tab",
        "focus_next",
        "next pane",
        "Move the focus to the next pane (also the right arrow).",
        palette=False,
        scope=Scope.PAIR,
    ),
    Command(
        "previous",
        "shift+tab,left",
        "Shift+Tab",
        "focus_previous",
        "previous pane",
        "Move the focus to the previous pane (also the left arrow).",
        bar=False,
        palette=False,
        scope=Scope.PAIR,
    ),
    Command(
        "palette",
        "ctrl+p",
        "Ctrl+P",
        "command_palette",
        "palette",
        "Find any command by name; the themes are there.",
        palette=False,
    ),
    Command(
        "scroll",
        "",
        "↑ ↓ PgUp PgDn",
        "",
        "scroll",
        "Choose a row of the focused pane, or scroll it; Home and End go to its edges, and the end of the "
        "timeline follows it.",
        bar=False,
        palette=False,
        scope=Scope.PAIR,
    ),
    Command(
        "clear",
        "escape",
        "Esc",
        "clear",
        "clear",
        "Take back search, filter, kinds, the expanded pane and the focus, in this order; then leave for the wall.",
        bar=False,
        palette=False,
        scope=Scope.PAIR,
    ),
    Command(
        "select",
        "",
        "mouse",
        "",
        "select",
        "Drag to select text, Ctrl+C to copy it.",
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


def on_pair(commands: Sequence[Command]) -> tuple[Command, ...]:
    """Those that make sense on a pair's screen."""
    return tuple(command for command in commands if command.scope is not Scope.WALL)


def on_wall(commands: Sequence[Command]) -> tuple[Command, ...]:
    """Those that make sense on the wall."""
    wanted = (Scope.ANYWHERE, Scope.WALL)
    return tuple(command for command in commands if command.scope in wanted)


def bindings(commands: Sequence[Command] = COMMANDS) -> list[Binding]:
    """Textual's bindings of the commands that have keys."""
    return [
        Binding(command.keys, command.action, command.title, id=command.id, show=False)
        for command in commands
        if command.keys
    ]
