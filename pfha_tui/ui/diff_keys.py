"""The keys of the comparison's screens, as commands: their bindings, key bars and the help page follow from them."""

from pfha_tui.domain.language import mark
from pfha_tui.ui.command import Command


def _key(keys: str, label: str, action: str, title: str, help: str = "") -> Command:
    return Command(action, keys, label, action, title, help, bar=bool(title))


KEYS = (
    _key(
        "escape",
        "Esc",
        "back",
        mark("back"),
        mark("Take back the XML, the search or the history, or leave."),
    ),
    _key("n", "n", "step(1)", mark("next"), mark("Go to the next difference.")),
    _key("N", "N", "step(-1)", "", mark("Go to the previous difference.")),
    _key("s", "s", "section(1)", mark("section"), mark("Go to the next section.")),
    _key("b", "b", "section(-1)", "", mark("Go to the previous section.")),
    _key(
        "v",
        "v",
        "filter",
        mark("kind"),
        mark("Show one kind of differences, the next one, or all."),
    ),
    _key("u", "u", "form", mark("form"), mark("Values side by side, or one above the other.")),
    _key("x", "x", "item", "XML", mark("The thing as XML, both nodes in one; secrets are hidden.")),
    _key("slash", "/", "search", mark("search"), mark("Show only differences that hold a text.")),
    _key(
        "h",
        "h",
        "past",
        mark("history"),
        mark(
            "Earlier revisions of a node: Enter shows what the next one changed, t what all have since."
        ),
    ),
    _key("e", "e", "export", mark("export"), mark("Write all of it to a new Markdown file.")),
    _key("r", "r", "load", mark("read again"), mark("Read both configurations again.")),
    _key("q,c", "q", "dismiss", "", mark("Leave.")),
)
"""Those of the comparison, in the order of the help page; those with a title stand in its key bar."""

PAST_KEYS = (
    _key("escape,h,q", "Esc", "dismiss", mark("back")),
    _key("enter", "Enter", "next", mark("what the next one changed")),
    _key("t", "t", "now", mark("what changed until now")),
    _key("o", "o", "other", mark("other node")),
)
"""Those of the list of earlier revisions; the help page tells them with the key that opens it."""
