"""Lines of text that are cut and placed: nothing is lost without a mark."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfha_tui.ui.line import (
    CUT,
    Line,
    Tone,
    crop,
    fit,
    flow,
    joined,
    line,
    pad,
    pad_left,
    plain,
    retone,
    spread,
    width,
    wrap,
)

WORDS = st.text(alphabet="ab12 漢é", max_size=12)
LINES = st.lists(st.tuples(WORDS, st.sampled_from(Tone)), max_size=5).map(lambda p: line(*p))
CELLS = st.integers(min_value=0, max_value=40)


@given(LINES, CELLS)
def test_fit_keeps_within_and_marks_every_cut(text: Line, cells: int) -> None:
    fitted = fit(text, cells)
    assert width(fitted) <= cells
    if width(text) <= cells:
        assert fitted == text
    elif cells > 0:
        assert plain(fitted).endswith(CUT)


@given(LINES, CELLS)
def test_padding_gives_exactly_the_cells(text: Line, cells: int) -> None:
    assert width(pad(text, cells)) == cells
    assert width(pad_left(text, cells)) == cells


@given(LINES, LINES, st.integers(min_value=2, max_value=60))
def test_spread_fills_the_row(left: Line, right: Line, cells: int) -> None:
    row = spread(left, right, cells)
    assert width(row) == cells
    if width(left) + 1 + width(right) <= cells:
        assert plain(row).startswith(plain(left))
        assert plain(row).endswith(plain(right))


@given(st.lists(LINES, max_size=8), st.integers(min_value=13, max_value=60))
def test_flow_loses_no_item_that_fits_a_row(items: list[Line], cells: int) -> None:
    rows = flow(items, cells)
    assert all(width(row) <= cells for row in rows)
    told = "\n".join(map(plain, rows))
    assert all(plain(item) in told for item in items if width(item) <= cells)


@given(st.text(max_size=200), st.integers(1, 60), st.integers(1, 4))
def test_wrap_says_everything_or_ends_in_a_mark(text: str, cells: int, rows: int) -> None:
    wrapped = wrap(text, cells, rows)
    assert len(wrapped) <= rows
    assert all(width(row) <= max(cells, 1) for row in wrapped)
    told = "".join(plain(row) for row in wrapped)
    assert told.endswith(CUT) or "".join(told.split()) == "".join(
        "".join(plain(row) for row in wrap(text, 10_000, 1)).split()
    )


def test_wrap_of_a_huge_text_is_quick_and_marked() -> None:
    rows = wrap("x" * 1_000_000, 40, 2)
    assert [width(row) for row in rows] == [40, 40]
    assert plain(rows[-1]).endswith(CUT)


def test_joined_leaves_out_quiet_items_but_cuts_loud_ones() -> None:
    loud = line(("none held", Tone.WARN))
    quiet = line(("on vtnet2", Tone.MUTED))
    first = line("12 431")
    assert joined((first, quiet), 40) == (line("12 431", "   ", quiet), True)
    text, whole = joined((first, quiet), 12)
    assert (plain(text), whole) == ("12 431", False)
    text, whole = joined((first, loud), 14)
    assert (plain(text), whole) == ("12 431   none…", False)


@pytest.mark.parametrize(("cells", "shown"), [(9, "fw1.local"), (5, "fw1.…"), (1, "…"), (0, "")])
def test_crop(cells: int, shown: str) -> None:
    assert crop("fw1.local", cells) == shown


def test_retone_keeps_the_characters() -> None:
    text = line("a", ("b", Tone.BAD))
    assert retone(text, Tone.MUTED) == (("ab", Tone.MUTED),)


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u202f"])
def test_no_line_begins_with_what_belongs_to_the_one_before(space: str) -> None:
    text = f"fw1 sert VHID{space}2{space}; avertissement{space}: 2{space}% de pertes depuis 4{space}h 59 m"
    for cells in range(17, 60):
        rows = [plain(row) for row in wrap(text, cells, 20)]
        assert not any(re.match(r"[;:%]|2 ;|h |m$", row) for row in rows)
        assert " ".join(rows) == text


def test_the_first_line_may_be_shorter() -> None:
    assert [plain(row) for row in wrap("one two three", 9, 3, first=4)] == ["one", "two three"]
    assert [plain(row) for row in wrap("three two", 9, 3, first=4)] == ["", "three two"]
