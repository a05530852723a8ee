"""Pictures of the screen's looks: themes, glyph sets, the picker, the palette and a notice."""

import factory
import pytest
from test_pictures import taken


@pytest.mark.parametrize("theme", ["deuteranopia", "tritanopia", "terminal", "terminal-light"])
def test_theme(snap_compare, theme: str) -> None:
    assert taken(snap_compare, factory.split_brain(), (100, 30), "tab", theme=theme)


def test_the_linux_console(snap_compare) -> None:
    assert taken(
        snap_compare, factory.split_brain(), (120, 36), "tab", theme="terminal", console_font=True
    )


def test_the_picker_over_a_preview(snap_compare) -> None:
    assert taken(snap_compare, factory.healthy(), (120, 36), "T", "down", "down", "down")


def test_the_palette_in_ascii_without_colour(snap_compare) -> None:
    assert taken(snap_compare, factory.healthy(), (80, 24), "ctrl+p", ascii=True, no_color=True)


def test_a_notice_and_other_keys(snap_compare) -> None:
    keys = {"quit": ("F10",), "help": ("F1",)}
    assert taken(snap_compare, factory.healthy(), (80, 24), "tab", "y", keys=keys)
