"""Pictures of rows, details and the timeline in use, compared as SVG."""

from dataclasses import replace

import factory
import pytest
from test_pictures import taken

SMALL, USUAL, LARGE = (80, 24), (120, 36), (160, 48)
LAN = ("tab", "down", "down", "down")


@pytest.mark.parametrize("size", [SMALL, USUAL, LARGE], ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_vip_opened(snap_compare, size) -> None:
    first = ("tab", "enter") if size == SMALL else ("tab",)
    assert taken(snap_compare, factory.healthy(), size, *first, "down", "down", "down", "enter")


def test_an_interface_opened_in_light_colours(snap_compare) -> None:
    assert taken(snap_compare, factory.healthy(), USUAL, *LAN, "down", "enter", theme="light")


def test_a_vip_of_an_unreachable_node_opened(snap_compare) -> None:
    assert taken(snap_compare, factory.unreachable(), USUAL, *LAN, "enter")


def test_an_event_opened(snap_compare) -> None:
    assert taken(snap_compare, factory.healthy(), USUAL, "l", "up", "up", "enter")


def test_an_output_enlarged(snap_compare) -> None:
    keys = ("tab", "enter", "down", "down", "enter", "tab", "tab", "space")
    assert taken(snap_compare, factory.healthy(), SMALL, *keys)


def test_a_detail_in_ascii_without_colour(snap_compare) -> None:
    keys = ("tab", "down", "down", "enter")
    assert taken(snap_compare, factory.split_brain(), (100, 30), *keys, ascii=True, no_color=True)


def test_quiet_rows_in_one_line(snap_compare) -> None:
    assert taken(snap_compare, factory.rich(), USUAL, "tab", "end")


def test_troubled_services(snap_compare) -> None:
    assert taken(snap_compare, factory.troubled(), USUAL)


def test_a_row_chosen_in_an_expanded_pane(snap_compare) -> None:
    assert taken(snap_compare, factory.troubled(), SMALL, "tab", "enter", "down", "down", "down")


def test_a_search_within_kinds(snap_compare) -> None:
    assert taken(snap_compare, factory.healthy(), USUAL, "k", "n", *"master", "enter", "N")


def test_not_following(snap_compare) -> None:
    many = tuple(
        replace(event, epoch=event.epoch - 60 * n) for n in range(4) for event in factory.events()
    )
    snapshot = replace(factory.healthy(), events=many)
    assert taken(snap_compare, snapshot, USUAL, "l", *["up"] * 8)


@pytest.mark.parametrize("size", [SMALL, USUAL], ids=lambda size: f"{size[0]}x{size[1]}")
def test_news_of_a_lost_node(snap_compare, size) -> None:
    assert taken(snap_compare, factory.lost(), size)
