"""The screen that compares both configurations."""

import gzip
import stat
from collections.abc import Callable, Sequence
from pathlib import Path

import driving
import factory
import pytest

from pfha_tui.collector import catalogue
from pfha_tui.configdiff.model import Report
from pfha_tui.domain.command import Command, Output, Sample
from pfha_tui.lab.configxml import edits
from pfha_tui.lab.configxml.facts import school_pair
from pfha_tui.lab.configxml.history import History
from pfha_tui.lab.configxml.operations import edit
from pfha_tui.lab.configxml.pair import pair_histories
from pfha_tui.transports.base import NetworkFailure
from pfha_tui.ui import diff_view, pictures
from pfha_tui.ui.screens.diff import DiffScreen
from pfha_tui.ui.screens.help import HelpScreen
from pfha_tui.ui.widgets.lines import Lines, Panel

ADMIN = "admin@192.168.99.20 (Local Database)"
Ask = Callable[[str, Sequence[Command]], Sample]


def drifted() -> tuple[History, History]:
    primary, secondary = pair_histories(school_pair(), factory.EPOCH - 86400)
    for change in (
        edits.change_alias("SRV_TP", "192.168.1.99"),
        edits.add_host("x", "example.net", "192.0.2.1", ""),
    ):
        secondary = edit(secondary, change, factory.EPOCH - 600, ADMIN).history
    return primary, secondary


def answering(pair: tuple[History, History]) -> Ask:
    """Both nodes with these files; ifconfig and the like they do not know."""
    of = dict(zip(("fw1", "fw2"), pair, strict=True))

    def ask(node: str, commands: Sequence[Command]) -> Sample:
        outputs = []
        for command in commands:
            data = of[node].read(command.argv[-1])
            outputs.append(
                Output(command, 0, gzip.compress(data) if command == catalogue.CONFIG else data)
            )
        return Sample(tuple(outputs), None, None, 0.0, 0.0)

    return ask


def written(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


class Opened:
    def __init__(self, app, pilot) -> None:
        self.app, self.pilot = app, pilot

    @property
    def screen(self) -> DiffScreen:
        assert isinstance(self.app.screen, DiffScreen)
        return self.app.screen

    def text(self, name: str = "#diff-found") -> str:
        return self.screen.query_one(name, Panel).text

    def lowest(self) -> str:
        return self.screen.query_one("#diff-keys", Lines).text

    async def shows(self, words: str) -> None:
        await driving.until(self.pilot, lambda: words in self.text())


async def opened(app, feed, pilot, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> Opened:
    async def asked(self, node: str, commands: Sequence[Command]) -> Sample:
        return ask(node, commands)

    monkeypatch.setattr(factory.FakeFeed, "ask", asked, raising=False)
    await pilot.press("c")
    return Opened(app, pilot)


async def test_it_shows_what_differs_and_goes_through_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async with driving.running(factory.healthy(), size=(140, 40)) as (app, feed, pilot):
        one = await opened(app, feed, pilot, answering(drifted()), monkeypatch)
        await one.shows("alias SRV_TP address")
        assert "host override x.example.net" in one.text()
        assert "hidden as expected" in one.text()
        assert "was edited after its last merge" in one.text()
        assert "> = aliases 1" in one.text("#diff-sections")
        await pilot.press("n")
        assert "> = unbound 1" in one.text("#diff-sections")
        await pilot.press("s")
        assert "> = aliases 1" in one.text("#diff-sections")
        await pilot.press("u")
        assert "+ 192.168.1.99" in one.text()
        await pilot.press("v", "v")
        assert "Nothing of this kind." in one.text()
        await pilot.press("v", "v", "v", "slash", *"unbound", "enter")
        assert "SRV_TP" not in one.text() and "host override" in one.text()
        await pilot.press("escape")
        assert "SRV_TP" in one.text()
        await pilot.press("escape")
        assert not isinstance(app.screen, DiffScreen)


async def test_a_thing_as_xml(monkeypatch: pytest.MonkeyPatch) -> None:
    async with driving.running(factory.healthy(), size=(140, 40)) as (app, feed, pilot):
        one = await opened(app, feed, pilot, answering(drifted()), monkeypatch)
        await one.shows("alias SRV_TP address")
        await pilot.press("x")
        assert "  <name>SRV_TP</name>" in one.text()
        assert "-   <address>192.168.1.30" in one.text()
        assert "+   <address>192.168.1.99</address>" in one.text()
        await pilot.press("n")
        assert "+   <domain>example.net</domain>" in one.text()
        await pilot.press("escape")
        assert "alias SRV_TP address" in one.text()


async def test_the_report_goes_to_a_new_file_that_only_its_owner_reads(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pictures, "folders", lambda: (tmp_path,))
    async with driving.running(factory.healthy(), size=(140, 40)) as (app, feed, pilot):
        one = await opened(app, feed, pilot, answering(drifted()), monkeypatch)
        await one.shows("alias SRV_TP address")
        for number in (1, 2):
            await pilot.press("e")
            await driving.until(pilot, lambda number=number: len(written(tmp_path)) == number)
        await driving.until(pilot, lambda: "Report saved: " in one.lowest())
        assert str(tmp_path) in one.lowest()
        first, second = written(tmp_path)
        assert first.suffix == second.suffix == ".md"
        assert {stat.S_IMODE(path.stat().st_mode) for path in (first, second)} == {0o600}
        assert "alias SRV_TP" in first.read_text("utf-8")
        monkeypatch.setattr(pictures, "folders", lambda: (tmp_path / "none",))
        await pilot.press("e")
        await driving.until(pilot, lambda: "cannot be saved" in one.lowest())
        await pilot.press("n")
        assert "e export" in one.lowest()


async def test_the_help_page_has_the_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    async with driving.running(factory.healthy(), size=(140, 120)) as (app, feed, pilot):
        one = await opened(app, feed, pilot, answering(drifted()), monkeypatch)
        await one.shows("alias SRV_TP address")
        await pilot.press("question_mark")
        await driving.until(pilot, lambda: isinstance(app.screen, HelpScreen))
        page = app.screen.query_one(Panel).text
        assert "Write all of it to a new Markdown file." in page


async def test_drawing_before_the_panels_are_there_does_nothing() -> None:
    async def never() -> Report:
        raise AssertionError

    async def nowhere(report: Report) -> Path:
        raise AssertionError

    DiffScreen(never, nowhere, (), ascii_only=False)._draw()


async def test_a_failure_is_a_sentence_and_r_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[Ask] = []

    def broken(node: str, commands: Sequence[Command]) -> Sample:
        raise NetworkFailure("no login is open")

    def ask(node: str, commands: Sequence[Command]) -> Sample:
        return answers[-1](node, commands)

    answers.append(broken)
    async with driving.running(factory.healthy(), size=(100, 30)) as (app, feed, pilot):
        one = await opened(app, feed, pilot, ask, monkeypatch)
        await one.shows("no login is open")
        answers.append(answering(pair_histories(school_pair(), factory.EPOCH - 86400)))
        await pilot.press("r")
        await one.shows("Nothing would behave differently")


async def test_what_a_node_sends_that_is_no_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(node: str, commands: Sequence[Command]) -> Sample:
        # The index is not understood either, which only costs the time of the last merge.
        return Sample((Output(commands[0], 0, b"not gzip"),), None, None, 0.0, 0.0)

    async with driving.running(factory.healthy(), size=(140, 40)) as (app, feed, pilot):
        one = await opened(app, feed, pilot, ask, monkeypatch)
        await one.shows("not compressed by gzip")


def test_every_kind_can_be_chosen() -> None:
    assert {verdict for kinds in diff_view.FILTERS for verdict in kinds} == set(diff_view.WORDS)
