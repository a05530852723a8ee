"""The README says what the program does: exit codes, keys, commands, JSON fields."""

import re
from pathlib import Path
from types import ModuleType

import click
import pytest

from pfha_tui.cli import actions_json, status_json, watch_lines
from pfha_tui.cli.exits import ExitCode
from pfha_tui.cli.main import cli
from pfha_tui.config import schema
from pfha_tui.config.load import parse

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")


def test_every_exit_code_has_a_row() -> None:
    for code in ExitCode:
        assert re.search(rf"^\| {code.value} \| \w", README, re.MULTILINE), code.name


def test_every_command_is_named() -> None:
    for name in cli.commands:
        assert re.search(rf"^pfha-tui {name}\b", README, re.MULTILINE), name


def test_every_command_of_a_group_is_named_with_its_group() -> None:
    for group in cli.commands.values():
        for name in group.commands if isinstance(group, click.Group) else ():
            assert re.search(rf"pfha-tui {group.name} [^\n]*\b{name}\b", README), name


@pytest.mark.parametrize("table", ["ROOT", "UI", "DIFF", "EXPECTED", "PAIR", "NODE", "SSH", "SNMP"])
def test_every_key_has_a_row_with_its_words(table: str) -> None:
    for field in getattr(schema, table):
        assert re.search(
            rf"^\| `{field.key}` \| .*{re.escape(field.help)}", README, re.MULTILINE
        ), field.key


def test_the_example_is_a_good_file() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    assert parse(example, Path("config.toml")).pairs


@pytest.mark.parametrize(
    "module", [status_json, watch_lines, actions_json], ids=["status", "watch", "act"]
)
def test_the_forms_for_programs_are_the_documented_ones(module: ModuleType) -> None:
    described = str(module.__doc__).split("\n\n", 1)[1].strip()
    assert described in README
