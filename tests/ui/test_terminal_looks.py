"""What reaches terminals that have few colours, few glyphs, or neither, byte by byte."""

import os
import re
from pathlib import Path

import pytest
from test_terminal import Terminal, console

from pfha_tui.ui.glyphs import CONSOLE

SGR = re.compile(r"\x1b\[([0-9;:]*)m")
SIXTEEN = {*range(30, 38), 39, *range(40, 48), 49, *range(90, 98), *range(100, 108)}
ATTRIBUTES = {*range(10), *range(21, 30)}
PLAIN = {39, 49}
ESCAPE, PALETTE = b"\x1b", b"\x10"
FEW = {"TERM": "xterm", "COLORTERM": ""}


def tour(terminal: Terminal) -> str:
    """See the main screen, help, the palette, the themes and a notice, and leave; all that was sent."""
    terminal.until(b"HEALTHY")
    steps = (
        (b"?", b"Shift+Tab"),
        (ESCAPE, b"vtnet0"),
        (PALETTE, b"Give the focused"),
        (ESCAPE, b"vtnet0"),
        (b"\ty", b"clipboard"),
    )
    for keys, marker in steps:
        terminal.seen, before = b"", terminal.seen
        os.write(terminal.master, keys)
        terminal.until(marker)
        terminal.seen = before + terminal.seen
    os.write(terminal.master, b"q")
    assert terminal.ended() == 0
    return terminal.seen.decode()


def colours(text: str) -> set[int]:
    """Every SGR parameter that was sent and is no mere attribute."""
    found = {int(part or 0) for sent in SGR.findall(text) for part in re.split("[;:]", sent)}
    return found - ATTRIBUTES


@pytest.mark.parametrize(
    "environment",
    [{"NO_COLOR": "1"}, {"NO_COLOR": "1"} | FEW, {"TERM": "dumb", "COLORTERM": ""}, {"PLAIN": "1"}],
    ids=["NO_COLOR", "NO_COLOR-16", "dumb", "--no-color"],
)
def test_no_colour_at_all(tmp_path: Path, environment: dict[str, str]) -> None:
    with console(tmp_path, **environment) as terminal:
        text = tour(terminal)
    assert colours(text) <= PLAIN


@pytest.mark.parametrize("term", ["xterm", "screen", "vt220"])
def test_sixteen_colours(tmp_path: Path, term: str) -> None:
    with console(tmp_path, TERM=term, COLORTERM="") as terminal:
        text = tour(terminal)
    assert colours(text) <= SIXTEEN
    assert colours(text) - PLAIN


@pytest.mark.parametrize(
    "environment", [{"ASCII": "1"}, {"PYTHONIOENCODING": "latin-1"}, {"LC_ALL": "C"}], ids=str
)
def test_ascii(tmp_path: Path, environment: dict[str, str]) -> None:
    with console(tmp_path, **environment) as terminal:
        text = tour(terminal)
    assert sorted(set(filter(lambda c: not c.isascii(), text))) == []


def test_the_linux_console(tmp_path: Path) -> None:
    with console(tmp_path, TERM="linux", COLORTERM="") as terminal:
        text = tour(terminal)
    assert colours(text) <= SIXTEEN
    assert {c for c in text if not c.isascii()} <= CONSOLE | {"■"}
    assert "■ MASTER" in re.sub(SGR, "", text) and "╔" in text


def test_what_the_console_draws_is_in_its_fonts() -> None:
    """The kernel's own font has these beside ASCII (drivers/tty/vt/cp437.uni)."""
    kernel = (
        "☺☻♥♦◆♣♠•◘○◙♂♀♪♫☼¤▶►◀◄↕‼¶§▬↨↑↓→←∟↔▲▼⌂ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»"
        "░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αβßΓπΣσµμτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■"
    )
    assert set(kernel) >= CONSOLE
