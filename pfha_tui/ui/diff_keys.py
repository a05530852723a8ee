"""The keys of the comparison's screen, as data: its bindings, its lowest line and the help page follow from it."""

from collections.abc import Iterable
from dataclasses import dataclass

from rich.cells import cell_len

from pfha_tui.domain.language import mark, tr
from pfha_tui.ui.line import Line, Tone, line


@dataclass(frozen=True, slots=True)
class Key:
    """One wish: `keys` are Textual's names, `label` how they are shown, `short` and `help` English, for `tr`."""

    keys: str
    label: str
    action: str
    short: str
    help: str


KEYS = (
    Key("n", "n", "step(1)", mark("next"), mark("Go to the next difference.")),
    Key("N", "N", "step(-1)", "", mark("Go to the previous difference.")),
    Key("s", "s", "section(1)", mark("section"), mark("Go to the next section.")),
    Key("S", "S", "section(-1)", "", mark("Go to the previous section.")),
    Key(
        "v",
        "v",
        "filter",
        mark("kind"),
        mark("Show one kind of differences, the next one, or all."),
    ),
    Key("u", "u", "form", mark("form"), mark("Values side by side, or one above the other.")),
    Key("x", "x", "item", "XML", mark("The thing as XML, both nodes in one; secrets are hidden.")),
    Key("slash", "/", "search", mark("search"), mark("Show only differences that hold a text.")),
    Key(
        "h",
        "h",
        "past",
        mark("history"),
        mark(
            "Earlier revisions of a node: Enter shows what the next one changed, t what all have since."
        ),
    ),
    Key("e", "e", "export", mark("export"), mark("Write all of it to a new Markdown file.")),
    Key("r", "r", "load", mark("read again"), mark("Read both configurations again.")),
    Key(
        "escape",
        "Esc",
        "back",
        mark("back"),
        mark("Take back the XML, the search or the history, or leave."),
    ),
    Key("q,c", "q", "dismiss", "", mark("Leave.")),
)
"""Every key, in the order of the help page; those with a `short` stand in the lowest line."""

PAST_KEYS = (
    Key("enter", "Enter", "next", mark("what the next one changed"), ""),
    Key("t", "t", "now", mark("what changed until now"), ""),
    Key("o", "o", "other", mark("other node"), ""),
    Key("escape,h,q", "Esc", "dismiss", mark("back"), ""),
)
"""The keys of the list of earlier revisions; the help page tells them with the key that opens it."""


def lowest(keys: Iterable[Key], cells: int) -> Line:
    """The line that names the keys; where it is too narrow for all, those before the last are left out."""
    named = [f"{key.label} {tr(key.short)}" for key in keys if key.short]
    while len(named) > 2 and cell_len("  ".join(named)) >= cells:
        del named[-2]
    return line((" " + "  ".join(named), Tone.MUTED))
