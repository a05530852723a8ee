"""The keys of the comparison's screen, as data: its bindings, its lowest line and the help page follow from it."""

from dataclasses import dataclass

from pfha_tui.domain.language import mark


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
    Key("e", "e", "export", mark("export"), mark("Write all of it to a new Markdown file.")),
    Key("r", "r", "load", mark("read again"), mark("Read both configurations again.")),
    Key("escape", "Esc", "back", mark("back"), mark("Take back the XML or the search, or leave.")),
    Key("q,c", "q", "dismiss", "", mark("Leave.")),
)
"""Every key, in the order of the help page; those with a `short` stand in the lowest line."""
