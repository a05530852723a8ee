"""What goes to the terminal shows the same picture as Textual's own bytes, in fewer of them."""

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from pfha_tui.ui.line import Line, Tone, fit
from pfha_tui.ui.updates import TerseUpdate, terse
from pfha_tui.ui.widgets.lines import changed_runs

CELLS = 24
LOOKS = {
    Tone.PLAIN: Style(color="#d8dee9", bgcolor="#11151c"),
    Tone.BAD: Style(color="#ff6b6b", bgcolor="#11151c", bold=True),
    Tone.BADGE: Style(color="#0b0f14", bgcolor="#7fc4ff", bold=True),
    Tone.CURSOR: Style(bgcolor="#1b222d"),
}
TOKEN = re.compile(r"\x1b\[(?P<row>\d+);(?P<column>\d+)H|\x1b\[(?P<look>[\d;]*)m|(?P<text>.)", re.S)
Screen = dict[tuple[int, int], tuple[str, str]]

texts = st.text(st.sampled_from("ab│●7 "), min_size=1, max_size=CELLS)
lines = st.lists(st.tuples(texts, st.sampled_from(list(LOOKS))), max_size=5).map(
    lambda parts: fit(tuple(parts), CELLS)
)
screens = st.lists(lines, min_size=3, max_size=3)


def shown(screen: Screen, data: str) -> Screen:
    """The screen (row and column to character and colours) after a terminal has read the data."""
    found, look, row, column = dict(screen), "", 0, 0
    for token in TOKEN.finditer(data):
        if token["row"]:
            row, column = int(token["row"]), int(token["column"])
        elif token["look"] is not None:
            # A code that does not begin with a reset is only sent where the terminal has its own style.
            codes = token["look"]
            assert not look or codes == "0" or codes.startswith("0;")
            look = "" if codes == "0" else codes.removeprefix("0;")
        elif token["text"] == "\n":
            row, column = row + 1, 1
        else:
            found[row, column] = token["text"], look
            column += 1
    assert not look, "the terminal is left in its own style"
    return found


def strip(row: Line) -> Strip:
    """The row as a widget would draw it."""
    segments = [Segment(text, LOOKS[tone]) for text, tone in row]
    return Strip(segments).extend_cell_length(CELLS, LOOKS[Tone.PLAIN])


def whole(rows: list[Line]) -> LayoutUpdate:
    """Every row, drawn anew."""
    return LayoutUpdate([[strip(row)] for row in rows], Region(0, 0, CELLS, len(rows)))


def parted(rows: list[Line], spans: list[tuple[int, int, int]], cuts: list[int]) -> ChopsUpdate:
    """These spans of the rows, with rows cut where widgets end."""
    chops = []
    for row in rows:
        parts = [strip(row).crop(start, end) for start, end in pairwise(cuts)]
        chops.append(dict(zip(cuts, parts, strict=False)))
    return ChopsUpdate(chops, spans, [cuts[1:]] * len(rows))


def written(update: CompositorUpdate) -> str:
    """The bytes, as text."""
    return update.render_segments(Console(color_system="truecolor"))


def terse_of(update: CompositorUpdate) -> TerseUpdate:
    """The update that is sent in its place."""
    found = terse(update)
    assert isinstance(found, TerseUpdate)
    return found


@given(screens)
def test_a_whole_screen_looks_as_textual_draws_it(rows: list[Line]) -> None:
    ours = written(terse_of(whole(rows)))
    assert shown({}, ours) == shown({}, written(whole(rows)))


@given(screens, screens, st.sets(st.integers(1, CELLS - 1), max_size=2))
def test_the_changed_runs_make_the_old_screen_the_new_one(
    before: list[Line], after: list[Line], cuts: set[int]
) -> None:
    spans = [
        (y, start, end)
        for y, (old, new) in enumerate(zip(before, after, strict=True))
        for start, end in changed_runs(old, new, CELLS)
    ]
    update = parted(after, spans, [0, *sorted(cuts), CELLS])
    screen = shown(shown({}, written(whole(before))), written(terse_of(update)))
    assert screen == shown({}, written(whole(after)))


def test_a_digit_that_changes_is_all_that_is_sent() -> None:
    old: Line = (
        ("ssh ", Tone.BAD),
        ("0.4 s", Tone.PLAIN),
        ("  snmp ", Tone.BAD),
        ("1.4", Tone.PLAIN),
    )
    new = (old[0], ("0.2 s", Tone.PLAIN), old[2], ("1.4", Tone.PLAIN))
    assert changed_runs(old, new, CELLS) == [(6, 7)]
    data = written(terse_of(parted([new], [(0, 6, 7)], [0, CELLS])))
    assert data == "\x1b[1;7H\x1b[38;2;216;222;233;48;2;17;21;28m2\x1b[0m"


def test_what_is_no_update_is_left_alone() -> None:
    assert terse("text") == "text"
    assert terse(None) is None
