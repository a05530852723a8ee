"""What the configuration and the command line say of the screen: looks, bell and keys; `keys` and `man`."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest
from cli_pairs import Program

from pfha_tui.cli import manpage, output
from pfha_tui.cli.exits import ExitCode
from pfha_tui.cli.main import cli
from pfha_tui.ui import console, diff_keys, theme_choice
from pfha_tui.ui.commands import COMMANDS
from pfha_tui.ui.options import ConsoleOptions
from pfha_tui.ui.theme_choice import ChosenBy


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[ConsoleOptions]:
    """The options of each console that was opened instead of a screen."""
    found: list[ConsoleOptions] = []

    def run(pairs: Any, open_feed: Any, options: ConsoleOptions, *_: Any) -> int:
        found.append(options)
        return 0

    monkeypatch.setattr(console, "run_console", run)
    monkeypatch.setattr(output, "interactive", lambda: True)
    monkeypatch.setattr(output, "errors_on_screen", lambda: True)
    return found


@pytest.fixture(autouse=True)
def state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "pfha-tui"


def add(program: Program, text: str) -> int:
    """Append to the configuration; the line on which it begins."""
    before = program.config.read_text()
    program.config.write_text(f"{before.rstrip()}\n\n{text}")
    return before.rstrip().count("\n") + 3


def test_without_a_word_everything_is_as_shipped(
    program: Program, opened: list[ConsoleOptions], state: Path
) -> None:
    assert program().code == 0
    [options] = opened
    assert (options.theme, options.theme_by) == ("dark", ChosenBy.NOTHING)
    assert not options.bell and not options.ascii and options.keys == {}
    assert options.state_folder == state


def test_the_configuration_reaches_the_screen(
    program: Program, opened: list[ConsoleOptions]
) -> None:
    add(
        program,
        '[ui]\ntheme = "light"\nbell = "alarm"\nascii = true\n\n'
        '[keys]\nquit = "F10"\nretry = ["r", "R"]\n',
    )
    assert program().code == 0
    [options] = opened
    assert (options.theme, options.theme_by) == ("light", ChosenBy.CONFIG)
    assert options.bell and options.ascii
    assert options.keys == {"quit": ("F10",), "retry": ("r", "R")}


def test_who_names_the_theme(program: Program, opened: list[ConsoleOptions], state: Path) -> None:
    theme_choice.keep(state, "tritanopia")
    program()
    add(program, '[ui]\ntheme = "light"\n')
    program()
    program("--theme", "high-contrast")
    assert [(one.theme, one.theme_by) for one in opened] == [
        ("tritanopia", ChosenBy.KEPT),
        ("light", ChosenBy.CONFIG),
        ("high-contrast", ChosenBy.FLAG),
    ]


FAULTS = [
    ("[ui]\nbell = true\n", 1, "ui.bell: must be a text in quotes, not true or false"),
    ('[ui]\nbell = "loud"\n', 1, "ui.bell: is not one of the known words; use none, alarm"),
    ('[ui]\nascii = "yes"\n', 1, "ui.ascii: must be true or false, not a text"),
    ('[ui]\ntheme = "a/b"\n', 1, "ui.theme: has characters that do not belong there"),
    ('[ui]\ntheem = "x"\n', 1, 'ui.theem: is not a key of this table; did you mean "theme"?'),
    ('[keys]\nhelp = "H"\nqiut = "x"\n', 2, 'keys.qiut: is not the name of a command; did you mean "quit"?'),
    ("[keys]\nquit = 7\n", 1, "keys.quit: must be a key in quotes, or a list of keys"),
    ("[keys]\nquit = []\n", 1, "keys.quit: is an empty list"),
    ('[keys]\nquit = ["q", 7]\n', 1, "keys.quit: holds something else than keys in quotes"),
    ('[keys]\n\n# moved\nquit = "r"\n', 3, 'keys.quit: r is the key of "retry" as well'),
    ('[keys]\nquit = "ctrl+i"\n', 1, "keys.quit: a terminal sends Ctrl+I as Tab"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "below", "said"), FAULTS, ids=range(len(FAULTS)))
def test_a_fault_is_told_with_its_line(
    program: Program, opened: list[ConsoleOptions], text: str, below: int, said: str
) -> None:
    line = add(program, text) + below
    for args in ((), ("config", "check"), ("keys",)):
        ran = program(*args)
        assert (ran.code, ran.out) == (ExitCode.USAGE, ""), args
        assert f"{program.config}:{line}: {said}" in ran.err
    assert opened == []


def test_keys_of_the_screen_do_not_stop_what_has_no_screen(program: Program) -> None:
    add(program, '[keys]\nquit = "r"\n')
    assert program("config", "show").code == 0


def test_what_belongs_to_ui_is_sent_there(program: Program) -> None:
    before = program.config.read_text()
    program.config.write_text(f'bell = "alarm"\n{before}')
    ran = program("config", "check")
    assert "bell: is not a key of this table; it belongs to the table ui" in ran.err


def test_config_show_lists_looks_and_keys(program: Program) -> None:
    add(program, '[ui]\nbell = "alarm"\n[keys]\nquit = ["q", "z"]\n')
    out = program("config", "show", "--pair", "main").out
    assert re.search(r"^ui\.bell +alarm +file, line", out, re.MULTILINE)
    assert re.search(r"^ui\.theme +- +not set: the one last kept", out, re.MULTILINE)
    assert re.search(r"^keys\.quit +q, z +file, line", out, re.MULTILINE)


def test_keys_lists_every_command(program: Program, tmp_path: Path) -> None:
    add(program, '[keys]\nquit = ["F10", "z"]\n')
    out = program("keys").out
    for command in COMMANDS:
        if command.keys:
            assert re.search(rf"^{command.id} +\S.*{re.escape(command.help)}$", out, re.MULTILINE)
    assert re.search(r"^quit +F10, z +Close all", out, re.MULTILINE)
    data = json.loads(program("keys", "--json").out)
    assert data["schema"] == 1
    found = {one["id"]: one for one in data["commands"]}
    assert set(found) == {one.id for one in COMMANDS if one.keys}
    assert found["quit"]["keys"] == ["f10", "z"] and found["quit"]["configured"]
    assert found["help"]["keys"] == ["question_mark"] and not found["help"]["configured"]
    assert found["clear"]["fixed"]


def test_keys_needs_no_configuration(
    program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "nothing"))
    monkeypatch.delenv("PFHA_TUI_CONFIG", raising=False)
    ran = program("keys", config=False)
    assert ran.code == 0
    assert re.search(r"^quit +q +Close all", ran.out, re.MULTILINE)
    assert program("keys", "--config", str(tmp_path / "none"), config=False).code == 2


def commands(group: click.Group, path: str) -> list[tuple[str, click.Command]]:
    found: list[tuple[str, click.Command]] = [(path, group)]
    for name, command in group.commands.items():
        if command.hidden:
            continue
        if isinstance(command, click.Group):
            found += commands(command, f"{path} {name}")
        else:
            found.append((f"{path} {name}", command))
    return found


def plain(roff: str) -> str:
    """The text without the escapes that the page uses."""
    return roff.replace("\\-", "-").replace("\\(ga", "`").replace("\\e", "\\").replace('""', '"')


def test_the_manual_page_tells_every_command_option_and_exit_code() -> None:
    page = manpage.page(cli)
    text = plain(page)
    for path, command in commands(cli, "pfha-tui"):
        if command is not cli:
            assert f'.SS "{path}"' in text, path
        for option in command.params:
            if isinstance(option, click.Option) and not option.hidden:
                assert all(name in text for name in option.opts + option.secondary_opts), option
    assert set(manpage.EXITS) == set(ExitCode)
    for code in ExitCode:
        assert f'.B "{code.value}"\n' in text
    for one in COMMANDS:
        assert f"({one.id})" in text
    for key in diff_keys.KEYS:
        assert f'.B "{key.label}"\n{key.help}\n' in text
    assert text.count("-h, --help") == text.count(".SS ") + 1
    assert "--until-eof" not in text
    assert page.isascii()
    assert not re.search(r"(?<!\\)-", re.sub(r"^\..*$", "", page, flags=re.MULTILINE))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_groff_has_nothing_to_say_of_it(program: Program, language: str) -> None:
    groff = shutil.which("groff")
    if groff is None:
        pytest.skip("groff is not installed")
    page = program("man", "--lang", language, config=False).out
    ran = subprocess.run(
        [groff, "-ww", "-man", "-Tutf8", "-Kutf8"], input=page, capture_output=True, encoding="utf-8",
        timeout=30, check=True,
    )  # fmt: skip
    assert ran.stderr == ""
    shown = re.sub(r"\x1b\[[0-9;]*m|.\x08", "", ran.stdout)
    assert "PFHA-TUI(1)" in shown
    assert re.search(r"--scenario NAME", shown)
    assert "\\" not in shown


def test_man_prints_it(program: Program) -> None:
    ran = program("man", config=False)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(".TH ")
