"""Every shipped theme can be read: by contrast, in sixteen and 256 colours, and by colour-blind eyes."""

import itertools

import pytest
from colours import contrast, difference, lab, palettes, seen
from rich.color import Color as RichColor
from rich.color import ColorSystem

from pfha_tui.ui import themes
from pfha_tui.ui.themes import ThemeFile

TEXTS = (
    "text", "muted", "accent", "good", "warn", "bad", "focus", "node-a", "node-b", "production-text", "lab-text",
)  # fmt: skip
"""The colours of text; all of them can stand on both grounds (the row under the cursor is a panel)."""
GROUNDS = ("background", "panel")
BADGES = ("badge", "badge-good", "badge-warn", "badge-bad", "production", "lab")
SEVERITIES = ("good", "warn", "bad", "accent", "text", "muted")


def shipped() -> list[ThemeFile]:
    return [themes.parse(name, text, where) for name, where, text in themes.shipped()]


def ids(theme: ThemeFile) -> str:
    return theme.name


IN_RGB = [theme for theme in shipped() if not theme.ansi]
IN_ANSI = [theme for theme in shipped() if theme.ansi]


def check(colour: dict[str, str], least: float) -> None:
    for role, ground in itertools.product(TEXTS, GROUNDS):
        assert contrast(colour[role], colour[ground]) >= least, (role, ground)
    for badge in BADGES:
        assert contrast(colour["badge-text"], colour[badge]) >= least, badge
    assert contrast(colour["frame"], colour["background"]) >= 3


@pytest.mark.parametrize("theme", IN_RGB, ids=ids)
def test_contrast(theme: ThemeFile) -> None:
    check(theme.colours, 7.0 if theme.name == "high-contrast" else 4.5)
    text = theme.colours["text"]
    assert theme.dark == (contrast(text, "#000000") > contrast(text, "#ffffff"))


@pytest.mark.parametrize("theme", IN_RGB, ids=ids)
def test_contrast_where_the_terminal_has_256_colours(theme: ThemeFile) -> None:
    def nearest(colour: str) -> str:
        found = RichColor.parse(colour).downgrade(ColorSystem.EIGHT_BIT).get_truecolor()
        return found.hex

    check({role: nearest(colour) for role, colour in theme.colours.items()}, 4.0)


@pytest.mark.parametrize("palette", ["xterm", "linux", "tango", "campbell"])
@pytest.mark.parametrize("theme", IN_ANSI, ids=ids)
def test_contrast_in_the_terminals_own_colours(theme: ThemeFile, palette: str) -> None:
    named = palettes(theme.dark)[palette]
    colour = {role: named[name] for role, name in theme.colours.items()}
    for ground in GROUNDS:
        assert theme.colours[ground] == "default"
        colour[ground] = named["ground"]
    check(colour, 4.5)


@pytest.mark.parametrize("eyes", ["normal", "deuteranopia", "protanopia", "tritanopia"])
def test_colour_blind_eyes_tell_the_severities_apart(eyes: str) -> None:
    """10 is far beyond noticeable (about 2); the ordinary theme falls to 3 for deuteranopia."""
    meant = {
        "deuteranopia": "deuteranopia",
        "protanopia": "deuteranopia",
        "tritanopia": "tritanopia",
    }
    for theme in IN_RGB:
        if theme.name not in ("deuteranopia", "tritanopia"):
            continue
        if eyes != "normal" and theme.name != meant[eyes]:
            continue
        values = {role: lab(seen(theme.colours[role], eyes)) for role in SEVERITIES}
        for one, other in itertools.combinations(SEVERITIES, 2):
            assert difference(values[one], values[other]) >= 15, (theme.name, one, other)
        for pair in (("node-a", "node-b"), ("production", "lab"), ("badge-good", "badge-bad")):
            first, second = (lab(seen(theme.colours[role], eyes)) for role in pair)
            assert difference(first, second) >= 25, (theme.name, pair)
        badges = {role: lab(seen(theme.colours[role], eyes)) for role in BADGES[:4]}
        for one, other in itertools.combinations(BADGES[:4], 2):
            assert difference(badges[one], badges[other]) >= 12, (theme.name, one, other)


def test_in_the_terminals_own_colours_production_is_not_taken_for_a_warning() -> None:
    colours = next(theme for theme in IN_ANSI if theme.name == "terminal").colours
    assert colours["production"] not in {
        colours[role] for role in ("warn", "bad", "badge-warn", "badge-bad", "badge-good", "lab")
    }


def test_without_its_theme_colour_blind_eyes_would_not() -> None:
    """The measure measures: the ordinary theme fails where the other two hold."""
    dark = next(theme for theme in IN_RGB if theme.name == "dark")
    pairs = {"deuteranopia": ("good", "bad"), "tritanopia": ("good", "accent")}
    for eyes, (one, other) in pairs.items():
        first, second = (lab(seen(dark.colours[role], eyes)) for role in (one, other))
        assert difference(first, second) < 10


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((50.0, 2.5, 0.0), (50.0, 3.2592, 0.3350), 1.0),
        ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
        ((90.9257, -0.5406, -0.9208), (88.6381, -0.8985, -0.7239), 1.5381),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_measure_agrees_with_the_published_data(one, other, expected: float) -> None:
    """Sharma, Wu and Dalal 2005, supplementary test data."""
    assert difference(one, other) == pytest.approx(expected, abs=1e-4)
