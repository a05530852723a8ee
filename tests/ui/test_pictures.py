"""Pictures of the screen, compared as SVG; made again with `pytest --snapshot-update tests/ui/test_pictures.py`."""

import html
import re

import driving
import factory
import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from pfha_tui.ui import pictures

SIZES = [(80, 24), (120, 36), (160, 48)]
STATES = (factory.healthy, factory.split_brain, factory.unreachable, factory.never)


def taken(snap_compare, snapshot, size: tuple[int, int], *keys: str, **options) -> bool:
    app, feed = driving.make(snapshot, **options)

    async def settle(pilot: Pilot) -> None:
        await driving.settle(pilot, feed)
        if keys:
            await pilot.press(*keys)
            await pilot.pause()

    return snap_compare(app, terminal_size=size, run_before=settle)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("build", STATES, ids=lambda build: build.__name__)
def test_state(snap_compare, build, size: tuple[int, int]) -> None:
    assert taken(snap_compare, build(), size)


def test_no_colour(snap_compare) -> None:
    assert taken(snap_compare, factory.split_brain(), (99, 30), "tab", no_color=True)


def test_ascii_in_light_colours(snap_compare) -> None:
    assert taken(snap_compare, factory.unreachable(), (100, 30), "tab", ascii=True, theme="light")


def test_expanded_in_high_contrast(snap_compare) -> None:
    assert taken(
        snap_compare, factory.healthy(), (80, 24), "tab", "enter", "end", theme="high-contrast"
    )


def test_help(snap_compare) -> None:
    assert taken(snap_compare, factory.healthy(), (80, 24), "question_mark")


async def test_a_kept_picture_has_no_run_that_begins_or_ends_with_blanks() -> None:
    async with driving.running(factory.healthy()) as (app, _, _):
        raw = app.export_screenshot()
    kept = pictures.tidied(raw)
    assert re.search(r">(&#160;|\s)[^<]*</text>", raw)
    assert not re.search(r">(&#160;|\s)[^<]*</text>|(&#160;|\s)</text>", kept)
    cells = re.findall(r'x="([\d.]+)" y="[\d.]+" textLength="([\d.]+)"[^>]*>([^<]*)</text>', kept)
    for left, long, text in cells:
        assert float(long) / cell_len(html.unescape(text)) == pytest.approx(12.2, abs=0.01)
        assert float(left) / 12.2 == pytest.approx(round(float(left) / 12.2), abs=0.01)
    placed = {html.unescape(text): round(float(left) / 12.2) for left, _, text in reversed(cells)}
    assert placed["fw1"] + 5 == placed["primary"]
