"""Everything the operator can ask of the screen, as data: bindings, key bar, help and palette follow from it."""

from dataclasses import dataclass

from textual.binding import Binding


@dataclass(frozen=True, slots=True)
class Command:
    """One wish: `id` is its stable name (for a keymap), `keys` Textual's key names, `label` how the key is
    shown, `action` the app's action; `bar` puts it into the key bar, `palette` into the palette."""

    id: str
    keys: str
    label: str
    action: str
    title: str
    help: str
    bar: bool = True
    palette: bool = True


COMMANDS = (
    Command("quit", "q", "q", "quit", "quit", "Close all connections and leave."),
    Command("help", "question_mark", "?", "help", "help", "This page: keys, signs and terms."),
    Command(
        "expand",
        "enter,space",
        "Enter",
        "expand",
        "expand",
        "Give the focused node the whole screen, or give it back (also Space, double click).",
    ),
    Command(
        "retry",
        "r",
        "r",
        "retry",
        "retry",
        "Try the connection of the focused node now; without focus, of each node that is not connected.",
    ),
    Command("timeline", "l", "l", "timeline", "timeline", "Move the focus to the timeline."),
    Command(
        "filter",
        "slash",
        "/",
        "filter",
        "filter",
        "Show only timeline lines that hold a text; Esc clears it.",
    ),
    Command(
        "next",
        "tab,right",
        "Tab",
        "focus_next",
        "next pane",
        "Move the focus to the next pane (also the right arrow).",
        palette=False,
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
        "Scroll the focused pane; Home and End go to its edges, the end of the timeline follows it.",
        bar=False,
        palette=False,
    ),
    Command(
        "clear",
        "escape",
        "Esc",
        "clear",
        "clear",
        "Take back the filter, the expanded pane and the focus, in this order.",
        bar=False,
        palette=False,
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


def bindings() -> list[Binding]:
    """Textual's bindings of the commands that have keys."""
    return [
        Binding(command.keys, command.action, command.title, id=command.id, show=False)
        for command in COMMANDS
        if command.keys
    ]
