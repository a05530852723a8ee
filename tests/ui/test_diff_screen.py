"""The screen that compares both configurations."""

import asyncio
import gzip
import stat
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import driving
import factory
import pytest
from textual.widgets import Input

from pfha_tui.collector import catalogue
from pfha_tui.configdiff import apart, live
from pfha_tui.domain.command import Command, Output, Sample
from pfha_tui.lab.configxml import edits
from pfha_tui.lab.configxml.history import History
from pfha_tui.lab.configxml.operations import edit
from pfha_tui.lab.configxml.pair import pair_histories
from pfha_tui.transports.base import NetworkFailure
from pfha_tui.ui import diff_view, pictures
from pfha_tui.ui.diff_pair import DiffPair
from pfha_tui.ui.screens.diff import DiffScreen
from pfha_tui.ui.screens.diff_past import PastScreen
from pfha_tui.ui.screens.help import HelpScreen
from pfha_tui.ui.widgets.above import Above
from pfha_tui.ui.widgets.choosing import Choosing
from pfha_tui.ui.widgets.lines import Lines, Panel
from tests.support.school import school_pair

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
            packed = command.argv[0] == "/usr/bin/gzip"
            outputs.append(Output(command, 0, gzip.compress(data) if packed else data))
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


async def test_a_narrow_screen_still_tells_the_way_back(monkeypatch: pytest.MonkeyPatch) -> None:
    async with driving.running(factory.healthy(), size=(80, 24)) as (app, feed, pilot):
        one = await opened(app, feed, pilot, answering(drifted()), monkeypatch)
        await one.shows("alias SRV_TP address")
        assert " Esc back " in one.lowest() and len(one.lowest()) <= 80
        await pilot.press("h")
        await driving.until(pilot, lambda: isinstance(app.screen, PastScreen))
        await driving.until(pilot, lambda: "(system)" in listed(app) or "admin@" in listed(app))
        assert " Esc back " in app.screen.query_one("#past-keys", Lines).text


async def test_a_long_value_is_whole_on_a_narrow_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [f"192.168.100.{number}" for number in range(1, 12)]
    primary, secondary = pair_histories(school_pair(), factory.EPOCH - 86400)
    primary, secondary = (
        edit(
            history, edits.change_alias("SRV_TP", " ".join(found)), factory.EPOCH - 600, ADMIN
        ).history
        for history, found in ((primary, many), (secondary, [*many[:-1], "192.168.100.99"]))
    )
    async with driving.running(factory.healthy(), size=(80, 24)) as (app, feed, pilot):
        one = await opened(app, feed, pilot, answering((primary, secondary)), monkeypatch)
        await one.shows("alias SRV_TP address")
        assert not one.screen.query_one("#diff-sections").display
        seen = seen_rows(one)
        assert "fw1 11 entries, only here: 192.168.100.11" in seen
        assert "fw2 11 entries, only here: 192.168.100.99" in seen
        await pilot.press("u")
        assert "- 11 entries, only here: 192.168.100.11" in seen_rows(one)
        await pilot.press("x")
        rows = one.text().splitlines()
        assert max(map(len, rows)) <= 80
        ends = ("192.168.100.11</address>", "192.168.100.99</address>")
        assert all(any(row.rstrip(" ┃").endswith(end) for row in rows) for end in ends)
        await pilot.resize_terminal(140, 40)
        await driving.until(pilot, lambda: one.screen.query_one("#diff-sections").display)
        await driving.until(pilot, lambda: "<address>192.168.100.1 " in one.text())


def seen_rows(one: Opened) -> str:
    """What stands in the panel on the screen, without scrolling."""
    panel = one.screen.query_one("#diff-found", Panel)
    return "\n".join(
        "".join(segment.text for segment in panel.render_line(y)) for y in range(panel.size.height)
    )


async def test_on_a_narrow_screen_what_was_done_stands_below(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with driving.running(factory.healthy(), size=(60, 24)) as (app, feed, pilot):
        one = await opened(app, feed, pilot, answering(drifted()), monkeypatch)
        await one.shows("alias SRV_TP address")
        await pilot.press("h", "o")
        await driving.until(pilot, lambda: isinstance(app.screen, PastScreen))
        await driving.until(pilot, lambda: "Merged in config" in listed(app))
        rows = listed(app).splitlines()
        assert max(map(len, rows)) <= 60
        words = " ".join(row.strip("┃ ") for row in rows)
        assert "admin@192.168.99.20 Edited a firewall alias" in words
        place = app.screen.query_one(Choosing)
        assert place.items == len(app.screen._revisions)


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


async def test_the_help_page_has_the_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    async with driving.running(factory.healthy(), size=(140, 120)) as (app, feed, pilot):
        one = await opened(app, feed, pilot, answering(drifted()), monkeypatch)
        await one.shows("alias SRV_TP address")
        await pilot.press("question_mark")
        await driving.until(pilot, lambda: isinstance(app.screen, HelpScreen))
        page = app.screen.query_one(Panel).text
        assert "Write all of it to a new Markdown file." in page
        assert page.index("Keys of this screen") < page.index("Go to the next difference.")
        assert page.index("Read both configurations again.") < page.index("Open the chosen row")


async def test_drawing_before_the_panels_are_there_does_nothing() -> None:
    async def never(*asked: object) -> NoReturn:
        raise AssertionError

    def at(epoch: float) -> datetime:
        return datetime.fromtimestamp(epoch, UTC)

    pair = DiffPair(("fw1", "fw2"), never, never, never, never, at)
    DiffScreen(pair, (), ascii_only=False)._draw()
    PastScreen(pair, "fw1", (), ascii_only=False)._draw()


def listed(app) -> str:
    assert isinstance(app.screen, PastScreen)
    return app.screen.query_one(Choosing).text


async def test_what_changed_on_a_node_and_by_whom(monkeypatch: pytest.MonkeyPatch) -> None:
    async with driving.running(factory.healthy(), size=(140, 40)) as (app, feed, pilot):
        one = await opened(app, feed, pilot, answering(drifted()), monkeypatch)
        await one.shows("alias SRV_TP address")
        await pilot.press("h")
        await driving.until(pilot, lambda: isinstance(app.screen, PastScreen))
        await driving.until(pilot, lambda: "Earlier revisions of fw1" in listed(app))
        await pilot.press("o")
        await driving.until(pilot, lambda: "Earlier revisions of fw2" in listed(app))
        await driving.until(pilot, lambda: "admin@192.168.99.20" in listed(app))
        first, second = (row for row in listed(app).splitlines()[1:3])
        assert "alias" in first and "(Local Database)" not in first
        assert "Merged in config" in second and "(system)@172.16.1.2" in second
        # The newest one kept is that of the alias; the host came after it.
        await pilot.press("enter")
        await driving.until(pilot, lambda: "host override x.example.net" in one.text())
        assert "fw2 through time" in one.text() and "SRV_TP" not in one.text()
        assert "+ now  admin@192.168.99.20" in one.text()
        assert one.text("#diff-sections").count("unbound 1") == 1
        await pilot.press("h")
        await driving.until(pilot, lambda: isinstance(app.screen, PastScreen))
        await driving.until(pilot, lambda: "Earlier revisions of fw2" in listed(app))
        await driving.until(pilot, lambda: "admin@192.168.99.20" in listed(app))
        await pilot.press("down", "t")
        await driving.until(pilot, lambda: "SRV_TP" in one.text())
        assert "host override x.example.net" in one.text()
        await pilot.press("escape")
        assert "Configurations compared" in one.text() and "hidden as expected" in one.text()
        await pilot.press("h")
        await driving.until(pilot, lambda: isinstance(app.screen, PastScreen))
        await pilot.press("escape")
        await driving.until(pilot, lambda: app.screen is one.screen)


async def test_a_history_that_cannot_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    said = [b"cat: /cf/conf/backup/backup.cache: Permission denied"]

    def ask(node: str, commands: Sequence[Command]) -> Sample:
        if commands[0] == catalogue.BACKUP_INDEX:
            return Sample((Output(commands[0], 1, b"", said[-1]),), None, None, 0.0, 0.0)
        return answering(drifted())(node, commands)

    async with driving.running(factory.healthy(), size=(140, 40)) as (app, feed, pilot):
        one = await opened(app, feed, pilot, ask, monkeypatch)
        await one.shows("alias SRV_TP address")
        await pilot.press("h")
        await driving.until(pilot, lambda: isinstance(app.screen, PastScreen))
        await driving.until(pilot, lambda: "Permission denied" in listed(app))
        await pilot.press("enter", "t")
        assert isinstance(app.screen, PastScreen)
        said.append(b"cat: /cf/conf/backup/backup.cache: No such file or directory")
        await pilot.press("o")
        await driving.until(pilot, lambda: "keeps no earlier revisions" in listed(app))


async def test_a_revision_that_is_gone_is_a_sentence_and_both_nodes_are_still_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pair = answering(drifted())

    def ask(node: str, commands: Sequence[Command]) -> Sample:
        if commands[0].id.startswith("backup-1"):
            gone = Output(commands[0], 1, b"", b"gzip: can't stat: No such file or directory")
            return Sample((gone,), None, None, 0.0, 0.0)
        return pair(node, commands)

    async with driving.running(factory.healthy(), size=(140, 40)) as (app, feed, pilot):
        one = await opened(app, feed, pilot, ask, monkeypatch)
        await one.shows("alias SRV_TP address")
        await pilot.press("h")
        await driving.until(pilot, lambda: isinstance(app.screen, PastScreen))
        await driving.until(pilot, lambda: "(system)" in listed(app) or "admin@" in listed(app))
        await pilot.press("enter")
        await driving.until(pilot, lambda: "No such file" in one.text())
        await pilot.press("escape")
        await one.shows("alias SRV_TP address")


async def test_a_screen_that_closes_ends_the_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[asyncio.subprocess.Process] = []
    start = asyncio.create_subprocess_exec

    async def starting(*words: str, **options: object) -> asyncio.subprocess.Process:
        started.append(await start(*words, **options))
        return started[-1]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", starting)
    monkeypatch.setattr(live, "LARGE", 0)
    words = (sys.executable, "-c", "import time; time.sleep(600)")
    monkeypatch.setattr(apart, "_command", lambda: words)
    async with driving.running(factory.healthy(), size=(140, 40)) as (app, feed, pilot):
        await opened(app, feed, pilot, answering(drifted()), monkeypatch)
        await driving.until(pilot, lambda: started)
        await pilot.press("q")
        await driving.until(pilot, lambda: started[0].returncode is not None)
        await pilot.press("c")
        await driving.until(pilot, lambda: len(started) == 2)
    # The console has ended.
    async with asyncio.timeout(driving.DEADLINE_S):
        assert await started[1].wait() == -9


async def test_thousands_of_differences_are_laid_out_in_part(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(diff_view, "MOST", 1)
    async with driving.running(factory.healthy(), size=(140, 40)) as (app, feed, pilot):
        one = await opened(app, feed, pilot, answering(drifted()), monkeypatch)
        await one.shows("alias SRV_TP address")
        assert "1 more: search" in one.text() and "x.example.net" not in one.text()
        assert "unbound 1" in one.text("#diff-sections")
        await pilot.press("slash", *"unbound", "enter")
        assert "x.example.net" in one.text()


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


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
@pytest.mark.parametrize("keys", [("c",), ("c", "h"), ("question_mark",)])
async def test_whatever_covers_the_pair_tells_live_how_it_stands(
    size: tuple[int, int], keys: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with driving.running(factory.healthy(), size=size) as (app, feed, pilot):
        ask = answering(drifted())

        async def asked(self, node: str, commands: Sequence[Command]) -> Sample:
            return ask(node, commands)

        monkeypatch.setattr(factory.FakeFeed, "ask", asked, raising=False)
        for key in keys:
            before = app.screen
            await pilot.press(key)
            await driving.until(pilot, lambda before=before: app.screen is not before)
        told = app.screen.query_one(Above)
        await driving.until(pilot, lambda: "● HEALTHY" in told.text)
        assert app.main.query_one("#banner", Lines).text in told.text
        assert "mfr-lab" in told.text and "LAB" in told.text.upper()
        feed.publish(factory.split_brain())
        await driving.until(pilot, lambda: "✗ SPLIT BRAIN" in told.text)
        assert told.size.height == len(told.rows) > 1


async def test_a_picture_of_the_comparison_is_saved_and_told_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pictures, "folders", lambda: (tmp_path,))
    async with driving.running(factory.healthy(), size=(140, 40)) as (app, feed, pilot):
        one = await opened(app, feed, pilot, answering(drifted()), monkeypatch)
        await one.shows("alias SRV_TP address")
        await pilot.press("S")
        await driving.until(pilot, lambda: "Picture saved: " in one.lowest())
        (path,) = written(tmp_path)
        assert "SRV_TP" in path.read_text("utf-8")


async def test_what_follows_the_prompt_in_the_same_burst_is_searched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with driving.running(factory.healthy(), size=(140, 40)) as (app, feed, pilot):
        one = await opened(app, feed, pilot, answering(drifted()), monkeypatch)
        await one.shows("alias SRV_TP address")
        driving.burst(app, "/qh]")
        asked = one.screen.query_one("#diff-needle-text", Input)
        await driving.until(pilot, lambda: asked.value == "qh]")
        driving.burst(app, "\r?")
        await driving.until(pilot, lambda: isinstance(app.screen, HelpScreen))
        assert asked.value == "qh]"
