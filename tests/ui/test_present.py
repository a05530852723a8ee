"""Numbers, ages and glyphs: what is shown is what was measured, or says that it is coarser."""

import math
import re
from datetime import UTC, datetime

import factory
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from pfha_tui.domain import wording
from pfha_tui.domain.model import CarpState
from pfha_tui.domain.snapshot import Since
from pfha_tui.domain.verdict import Severity, VerdictKind
from pfha_tui.ui import present
from pfha_tui.ui.line import CUT

PREFIX = {"": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18}
NUMBERS = st.floats(min_value=0, max_value=1e20, allow_nan=False)


def read_back(text: str, unit: str) -> float:
    found = re.fullmatch(rf"(\d+(?:\.\d+)?) ?([kMGTPE]?){re.escape(unit)}", text)
    assert found, text
    return float(found[1]) * PREFIX[found[2]]


@given(NUMBERS)
def test_rates_have_three_good_digits(value: float) -> None:
    text = present.bit_rate(value)
    assert read_back(text, "b/s") == pytest.approx(value, rel=0.006, abs=0.51)


@given(NUMBERS, st.integers(0, 12))
def test_a_number_is_never_cut(value: float, cells: int) -> None:
    for text in (present.bit_rate(value, cells), present.per_second(value, cells=cells)):
        assert cell_len(text) <= cells
        assert text in (CUT, "") or re.fullmatch(r"[\d.]+( \d{3})* ?[kMGTPE]?b?/s", text)


@given(st.integers(0, 10**18), st.integers(1, 26))
def test_counts_are_whole_or_in_a_coarser_unit(number: int, cells: int) -> None:
    text = present.count(number, cells)
    assert cell_len(text) <= cells
    if text[-1] in "kMGTPE":
        assert read_back(text, "") == pytest.approx(number, rel=0.5)
    elif text != CUT:
        assert int(text.replace(" ", "")) == number


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (12.3e6, "12.3 Mb/s"),
        (640e3, "640 kb/s"),
        (0.0, "0 b/s"),
        (999.4, "999 b/s"),
        (999.6, "1.00 kb/s"),
        (999_960.0, "1.00 Mb/s"),
        (9.996e6, "10.0 Mb/s"),
        (1.5e10, "15.0 Gb/s"),
        (None, "—"),
        (math.nan, "—"),
        (math.inf, "—"),
    ],
)
def test_bit_rate(value: float | None, shown: str) -> None:
    assert present.bit_rate(value) == shown


@pytest.mark.parametrize(
    ("number", "cells", "shown"),
    [
        (0, 6, "0"),
        (12_431, 6, "12 431"),
        (12_431, 5, "12431"),
        (124_310, 5, "124k"),
        (1_000_000, 9, "1 000 000"),
        (1_000_000, 5, "1.00M"),
        (1_000_000, 1, "…"),
    ],
)
def test_count(number: int, cells: int, shown: str) -> None:
    assert present.count(number, cells) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0.0, "0.0 s"),
        (0.44, "0.4 s"),
        (9.96, "10 s"),
        (41.2, "41 s"),
        (59.6, "1 m 00 s"),
        (245, "4 m 05 s"),
        (15_120, "4 h 12 m"),
        (factory.HELD_S, "3 d 04:12"),
        (-3, "0.0 s"),
        (None, "—"),
        (math.nan, "—"),
    ],
)
def test_age(seconds: float | None, shown: str) -> None:
    assert present.age(seconds) == shown


@given(st.floats(0, 1e9), st.floats(0, 1e9))
def test_only_a_younger_age_may_look_younger(one: float, other: float) -> None:
    def seconds(text: str) -> float:
        unit = {"d": 86_400, "h": 3600, "m": 60, "s": 1}
        if "d" in text:
            days, clock = text.split(" d ")
            hours, minutes = clock.split(":")
            return int(days) * 86_400 + int(hours) * 3600 + int(minutes) * 60
        return sum(float(n) * unit[u] for n, u in re.findall(r"([\d.]+) ([hms])", text))

    young, old = sorted((one, other))
    assert seconds(present.age(young)) <= seconds(present.age(old))


@pytest.mark.parametrize(
    ("part", "decimals", "shown"),
    [
        (0.04, 0, "4 %"),
        (0.99976, 1, "99.9 %"),
        (1.0, 1, "100.0 %"),
        (0.999, 0, "99 %"),
        (None, 0, "—"),
    ],
)
def test_only_a_whole_is_shown_as_100_percent(part: float, decimals: int, shown: str) -> None:
    assert present.share(part, decimals) == shown


@pytest.mark.parametrize(
    ("ago", "exact", "shown"),
    [
        (778, True, "since 21:40:09"),
        (778, False, "at least since 21:40:09"),
        (factory.HELD_S, True, "since Nov 19 17:41"),
        (400 * 86_400, True, "since 2025-10-18"),
    ],
)
def test_since(ago: float, exact: bool, shown: str) -> None:
    assert present.since_text(Since(factory.EPOCH - ago, exact), factory.SCENE) == shown


def test_since_in_short_and_as_duration() -> None:
    since = Since(factory.EPOCH - 778, False)
    assert present.since_short(since, factory.SCENE) == "by 21:40:09"
    assert present.held_text(since, factory.SCENE) == "at least 12 m 58 s"


def test_a_moment_beyond_the_calendar_does_no_harm() -> None:
    assert present.clock_text(1e30, factory.SCENE) == "1970-01-01"


@pytest.mark.parametrize(
    ("configured", "effective", "shown"),
    [(0, 0, "skew 0"), (0, 240, "skew 0→240"), (100, None, "skew 100"), (None, None, "skew —")],
)
def test_skew(configured: int | None, effective: int | None, shown: str) -> None:
    assert present.skew_text(configured, effective) == shown


def test_sparkline_examples() -> None:
    assert present.sparkline((0, 7), 2) == "▁█"
    assert present.sparkline((0, 0), 4) == "  ▁▁"
    assert present.sparkline((7.0,), 1, top=14) == "▅"
    assert present.sparkline((), 3) == "   "
    assert present.sparkline((1, 2, 3), 0) == ""


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=40), st.integers(0, 20))
def test_sparkline_is_as_wide_as_asked_and_shows_the_newest(
    values: list[float], cells: int
) -> None:
    text = present.sparkline(values, cells)
    assert cell_len(text) == cells
    assert len(text.strip()) == min(cells, len(values))


def test_every_state_has_its_own_glyph_and_word() -> None:
    for marks, kinds in (
        (present.ROLE_MARKS, {*CarpState, None}),
        (present.SEVERITY_MARKS, {*Severity}),
        (present.VERDICT_MARKS, {*VerdictKind}),
    ):
        assert set(marks) == kinds
        assert len({mark.word for mark in marks.values()}) == len(kinds)
        assert all(cell_len(mark.glyph) == 1 for mark in marks.values())
    assert len({mark.glyph for mark in present.ROLE_MARKS.values()}) == 4
    assert len({present.ascii_text(mark.glyph) for mark in present.ROLE_MARKS.values()}) == 4


@given(st.text())
def test_ascii_text_is_ascii_of_the_same_width(text: str) -> None:
    shown = present.ascii_text(text)
    assert shown.isascii()
    assert cell_len(shown) == cell_len(text)


def test_ascii_set() -> None:
    assert present.ascii_text("● MASTER ○ BACKUP ▲ 0→240 12…") == "* MASTER o BACKUP ! 0>240 12~"


def test_scene_turns_monotonic_moments_into_wall_clock() -> None:
    scene = present.Scene(500.0, 1000.0, UTC)
    assert scene.epoch_of(490.0) == 990.0
    assert scene.local(0) == datetime(1970, 1, 1, tzinfo=UTC)


def test_events_per_second_have_one_form() -> None:
    told = [present.per_second(value, " msg/s") for value in (0, 0.4, 9.96, 993, 1020, 99_999.9)]
    assert told == ["0 msg/s", "0.4 msg/s", "10 msg/s", "993 msg/s", "1 020 msg/s", "100 000 msg/s"]
    assert present.per_second(1.2e6, " msg/s") == "1.20M msg/s"
    assert present.per_second(12_345, cells=6) == "12k/s"


def test_no_two_signs_of_different_meaning_are_alike_in_ascii() -> None:
    link_up, warning, cut = (present.ascii_text(sign) for sign in "↑▲…")
    assert len({link_up, warning, cut}) == 3
    assert present.VERDICT_MARKS[VerdictKind.DEGRADED].glyph == "▲"


def test_a_duration_has_tenths_where_they_are_asked_for_and_below_ten_seconds() -> None:
    lengths = (5, 5.0, 9.94, 9.96, 17_966, -0.2, 61)
    assert [wording.duration(value, tenths=True) for value in lengths] == [
        *("5.0 s", "5.0 s", "9.9 s", "10 s", "4 h 59 m", "0.0 s", "1 m 01 s"),
    ]
    assert [wording.duration(value) for value in lengths] == [
        *("5 s", "5 s", "10 s", "10 s", "4 h 59 m", "0 s", "1 m 01 s"),
    ]
