"""Keys by their names, other keys for commands, and what is wrong with them."""

import re

import pytest
from driving import running, text_of, until
from factory import healthy
from hypothesis import given
from hypothesis import strategies as st
from textual import keys as textual_keys

from pfha_tui.ui import keymap, texts
from pfha_tui.ui.command import Scope
from pfha_tui.ui.commands import COMMANDS, offered, on_pair
from pfha_tui.ui.diff_keys import KEYS
from pfha_tui.ui.line import plain
from pfha_tui.ui.present import ROLE_MARKS, SEVERITY_MARKS, VERDICT_MARKS
from pfha_tui.ui.screens.detail import _own as detail_keys
from pfha_tui.ui.screens.help import page
from pfha_tui.ui.widgets.key_bar import key_line
from pfha_tui.ui.widgets.lines import Lines

PRINTABLE = [chr(code) for code in range(0x20, 0x7F)]


def test_characters_have_the_names_that_textual_gives_them() -> None:
    named = {character: keymap.key_name(character) for character in PRINTABLE}
    assert named == {c: textual_keys._character_to_key(c) for c in PRINTABLE}


@pytest.mark.parametrize(
    ("text", "name", "label"),
    [
        ("q", "q", "q"),
        ("Q", "Q", "Q"),
        ("shift+q", "Q", "Q"),
        ("?", "question_mark", "?"),
        ("question_mark", "question_mark", "?"),
        (" ", "space", "Space"),
        ("+", "plus", "+"),
        ("Ctrl+P", "ctrl+p", "Ctrl+P"),
        ("F5", "f5", "F5"),
        ("Esc", "escape", "Esc"),
        ("PgDn", "pagedown", "PgDn"),
        ("Shift+Tab", "shift+tab", "Shift+Tab"),
        ("up", "up", "↑"),
    ],
)
def test_names(text: str, name: str, label: str) -> None:
    assert keymap.key_name(text) == name
    assert keymap.key_label(name) == label


@pytest.mark.parametrize(
    "text",
    ["", "qq", "f0", "f13", "ctrl+", "ctrl+1", "ctrl+shift+x", "alt+x", "+x", "é", "\x1b"],
)
def test_what_no_terminal_sends_is_no_key(text: str) -> None:
    assert keymap.key_name(text) is None


@given(st.text(max_size=12))
def test_any_text_is_a_key_with_a_label_or_none(text: str) -> None:
    name = keymap.key_name(text)
    if name is not None:
        assert keymap.key_name(name) == name
        assert keymap.key_label(name).isprintable()


def test_every_command_is_labelled_by_its_first_key() -> None:
    for command in COMMANDS:
        if command.keys:
            assert keymap.labels(command)[0] == command.label
            assert all(keymap.key_name(key) == key for key in command.keys.split(","))


def test_the_commands_own_keys_do_not_clash() -> None:
    for command in COMMANDS:
        if command.keys and command.id not in keymap.STEADY:
            own = {command.id: tuple(command.keys.split(","))}
            clashes = [f for f in keymap.faults(own) if "as well" in f.what]
            assert clashes == [], command.id


def test_a_map_changes_keys_and_labels() -> None:
    wanted = {"quit": ("F10", "q"), "help": ("f1",), "clear": ("x",), "nobody": ("z",)}
    found = {one.id: one for one in keymap.remapped(COMMANDS, wanted)}
    assert (found["quit"].keys, found["quit"].label) == ("f10,q", "F10")
    assert keymap.labels(found["help"]) == ("F1",)
    assert found["clear"].keys == "escape"
    assert found["retry"] == next(one for one in COMMANDS if one.id == "retry")


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"quti": ("x",)}, 'quti: is not the name of a command; did you mean "quit"?'),
        ({"zzzz": ("x",)}, "zzzz: is not the name of a command; pfha-tui keys lists the names"),
        ({"scroll": ("x",)}, "scroll: is not the name of a command"),
        ({"clear": ("x",)}, "clear: cannot have another key than Esc; leave it out"),
        ({"quit": ("ctrl+shift+q",)}, '"ctrl+shift+q" is not a key that every terminal can send'),
        ({"quit": ("ctrl+m",)}, "a terminal sends Ctrl+M as Enter"),
        ({"quit": ("down",)}, "↓ cannot be taken: it scrolls"),
        ({"quit": ("3",)}, "3 cannot be taken: it opens the pair of that number"),
        ({"quit": ("j",)}, "j cannot be taken: it moves in the list of pairs"),
        ({"quit": ("ctrl+c",)}, "Ctrl+C cannot be taken"),
        ({"quit": ("r",)}, 'quit: r is the key of "retry" as well; choose another key'),
        ({"quit": ("x",), "retry": ("x",)}, 'retry: x is the key of "quit" as well'),
        ({"open": ("q",)}, 'open: q is the key of "quit" as well'),
        ({"open": ("x", "j")}, "open: j cannot be taken: it moves in the list of pairs"),
        ({"open": ("p",)}, 'open: p is the key of "wall" as well'),
        ({"next-pair": ("enter",)}, 'next-pair: Enter is the key of "open" as well'),
        ({"quit": ("enter",)}, "quit: Enter is the key of"),
        (
            {"help": ("e",)},
            'help: e is a key of the comparison of configurations: "Write all of it to a new Markdown file."',
        ),
        ({"picture": ("v",)}, "picture: v is a key of the comparison"),
        ({"theme": ("t",)}, "theme: t is a key of the comparison"),
        ({"wall": ("h",)}, "wall: h is a key of the comparison"),
        ({"quit": ("e",)}, "quit: e is a key of the comparison"),
        ({"quit": ("\x1b[31m",)}, '"…" is not a key'),
    ],
)
def test_faults(wanted: dict[str, tuple[str, ...]], said: str) -> None:
    told = [f"{fault.command}: {fault.what}; {fault.mend}" for fault in keymap.faults(wanted)]
    assert any(said in one for one in told), told


@pytest.mark.parametrize(
    "wanted",
    [
        {"picture": ("T",), "theme": ("S",)},
        {"quit": ("q", "c"), "configurations": ("z",)},
        {"filter": ("e",)},
        {"quit": ("q", "f10")},
        {"open": ("enter", "o")},
        {"filter": ("j",)},
    ],
)
def test_lawful_maps(wanted: dict[str, tuple[str, ...]]) -> None:
    assert keymap.faults(wanted) == ()


def test_the_keys_of_the_comparison_clash_with_none_that_is_to_be_had_there() -> None:
    for command in COMMANDS:
        if command.keys and command.id not in keymap.STEADY:
            own = {command.id: tuple(command.keys.split(","))}
            assert keymap.faults(own) == (), command.id


def test_only_the_wall_and_a_pairs_screen_may_share_keys() -> None:
    shared: dict[str, set[str]] = {}
    for command in COMMANDS:
        for key in filter(None, command.keys.split(",")):
            shared.setdefault(key, set()).add(command.scope.name)
    for key, scopes in shared.items():
        assert len(scopes) == 1 or scopes == {Scope.WALL.name, Scope.PAIR.name}, key


async def test_the_screen_follows_the_map() -> None:
    keys = {"quit": ("x",), "help": ("f1", "h"), "retry": ("q",), "palette": ("ctrl+o",)}
    async with running(healthy(), keys=keys) as (app, _, pilot):
        assert re.search(r"x quit +F1 help", text_of(app, "#keys"))
        await pilot.press("question_mark", "ctrl+p")
        assert app.screen is app.main
        await pilot.press("h")
        shown = "\n".join(one.text for one in app.screen.query("HelpPanel"))
        assert re.search(r"^. x +Close all", shown, re.MULTILINE)
        assert re.search(r"^. F1 h +Show keys", shown, re.MULTILINE)
        assert "Esc back" in app.screen.query_one("KeyBar", Lines).text
        await pilot.press("f1")
        await until(pilot, lambda: app.screen is app.main)
        said = {str(one.title): str(one.help) for one in app.get_system_commands(app.screen)}
        assert said["Quit"].startswith("x  ")
        await pilot.press("ctrl+o")
        await until(pilot, lambda: app.screen is not app.main)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)
        await pilot.press("q")
        assert app.is_running
        await pilot.press("x")
        await until(pilot, lambda: not app.is_running)
    assert app.return_value == 0


async def test_sentences_name_the_keys_of_the_map() -> None:
    async with running(healthy(), (59, 15), keys={"quit": ("x",)}) as (app, _, _):
        assert "press x to quit" in app.screen.query_one("#too-small", Lines).text
        assert app.scene.retry_key == "r"
    async with running(healthy(), keys={"retry": ("F4",)}) as (app, _, _):
        assert app.scene.retry_key == "F4"


@pytest.mark.parametrize("several", [False, True])
def test_what_matters_most_is_in_the_key_bar_at_80_columns(several: bool) -> None:
    commands = on_pair(offered(watch=False, several=several))
    told = plain(key_line([one for one in commands if one.bar], 80))
    keys = re.findall(r"(\S+) [a-z]+(?: [a-z]+)*(?:   |$)", told)
    assert keys == ["q", "?", "Enter", "m", "s", *("pc" if several else "cr")]
    assert len(told) <= 80


def test_the_help_page_tells_by_which_name_the_palette_finds_a_command_without_a_key() -> None:
    rows = [plain(row) for row in page(offered(watch=False, several=False), 90)]
    start = next(n for n, row in enumerate(rows) if "palette (Ctrl+P)" in row)
    names = (
        "enable CARP",
        "disable CARP",
        "reset demotion",
        "sync now",
        "pfsync bulk",
        "reboot",
        "undo",
    )
    for name in names:
        assert any(row.startswith(f"{name}  ") for row in rows[start:]), name
    assert not any(row.startswith("palette ") for row in rows)


async def test_ctrl_z_stops_nothing_and_the_help_page_says_why() -> None:
    async with running(healthy()) as (app, _, pilot):
        await pilot.press("ctrl+z")
        assert app.screen is app.main and app.is_running
    told = [plain(row) for row in page(offered(watch=True, several=False), 160)]
    assert any(row.startswith("Ctrl+Z  ") and "Does nothing" in row for row in told)


@pytest.mark.parametrize("own", ["detail", "comparison"])
def test_on_a_screen_that_covers_a_pairs_its_own_keys_stand_first(own: str) -> None:
    commands = on_pair(offered(watch=False, several=True))
    here = detail_keys(commands) if own == "detail" else KEYS
    told = [plain(row) for row in page(commands, 100, here)]
    first, rest = told.index("Keys of this screen"), told.index("Keys that Esc leads back to")
    ours = "\n".join(told[first:rest])
    assert first == 0
    for one in here:
        assert keymap.labels(one)[0] in ours and (one.help or one.title) in " ".join(ours.split())
    assert not any(row.startswith(("F ", "m  ", "l  ", "k  ")) for row in told[first:rest])
    assert any(row.startswith("F  ") for row in told[rest:])
    assert "Keys" not in told and ("Write all of it" in "\n".join(told[rest:])) is (own == "detail")


def test_the_help_page_explains_every_sign_and_every_word_that_a_pane_shows() -> None:
    marks = (*ROLE_MARKS.values(), *VERDICT_MARKS.values(), *SEVERITY_MARKS.values())
    signs = " ".join(sign for sign, _ in texts.SIGNS)
    for glyph in {mark.glyph for mark in marks} | {"◄", "↑", "▼", "ssh", "…"}:
        assert glyph in signs, glyph
    told = "\n".join(plain(row) for row in page(offered(watch=True, several=False), 160))
    for word in (texts.AT_LEAST_SINCE, texts.BY, *texts.VERDICT_WORDS.values()):
        assert word.lower() in told.lower(), word
    names = {term for term, _ in texts.TERMS}
    labels = {texts.PFSYNC, "bulk", "syncok", texts.CREATORS, texts.ADVERTS, "sd", "quiet"}
    assert labels | {texts.DEMOTION, "preempt", "state-gap", "config sync"} <= names
