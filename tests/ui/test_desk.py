"""Themes chosen while seeing them, notices, copies, pictures, the bell, and clicks on the key bar."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import factory
import pytest
from driving import running, text_of, until
from factory import healthy, split_brain
from textual.widgets._toast import Toast

from pfha_tui.domain.confirm import Confirmation, step
from pfha_tui.domain.snapshot import PairSnapshot
from pfha_tui.domain.verdict import Verdict, VerdictKind
from pfha_tui.ui import pictures, theme_choice
from pfha_tui.ui.alarm import Alarm
from pfha_tui.ui.options import ConsoleOptions
from pfha_tui.ui.screens.theme_picker import ThemeList, ThemePicker
from pfha_tui.ui.theme_choice import ChosenBy
from pfha_tui.ui.widgets.key_bar import KeyBar


def bar(app) -> KeyBar:
    return app.main.query_one(KeyBar)


async def test_the_picker_previews_keeps_and_takes_back(tmp_path: Path) -> None:
    async with running(healthy(), state_folder=tmp_path) as (app, _, pilot):
        await pilot.press("T")
        await until(pilot, lambda: isinstance(app.screen, ThemePicker))
        themes = app.screen.query_one(ThemeList)
        assert themes.chosen == "dark"
        await pilot.press("down", "down", "down")
        assert app.theme == themes.chosen != "dark"
        assert app.main.query_one("#verdict").text
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)
        assert app.theme == "dark"
        assert theme_choice.kept(tmp_path) is None
        await pilot.press("T", "home", "down")
        kept = app.theme
        assert kept != "dark"
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is app.main)
        assert app.theme == kept == theme_choice.kept(tmp_path)
        assert "kept for the next start" in bar(app).notice


async def test_where_the_configuration_names_a_theme_that_is_said(tmp_path: Path) -> None:
    wanted = {"theme": "light", "theme_by": ChosenBy.CONFIG, "state_folder": tmp_path}
    async with running(healthy(), **wanted) as (app, _, _):
        app.use_theme("dark")
        assert "the configuration's light comes first" in bar(app).notice


async def test_a_theme_that_cannot_be_kept_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    async with running(healthy(), state_folder=tmp_path / "file") as (app, _, _):
        app.use_theme("light")
        assert app.theme == "light"
        assert "it cannot be kept (File exists)" in bar(app).notice


async def test_without_colours_there_is_nothing_to_choose() -> None:
    async with running(healthy(), no_color=True) as (app, _, pilot):
        await pilot.press("T")
        assert app.screen is app.main
        assert not any("heme" in str(one.title) for one in app.get_system_commands(app.screen))


@pytest.mark.parametrize(
    ("environment", "theme"),
    [
        ({"TERM": "xterm"}, "terminal"),
        ({"TERM": "linux"}, "terminal"),
        ({"TERM": "rxvt", "COLORFGBG": "0;15"}, "terminal-light"),
        ({"TERM": "rxvt", "COLORFGBG": "15;default;0"}, "terminal"),
        ({"TERM": "xterm-256color"}, "high-contrast"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, "high-contrast"),
    ],
)
async def test_sixteen_colours_get_a_theme_of_sixteen(environment, theme: str) -> None:
    wanted = ConsoleOptions(theme="high-contrast", theme_by=ChosenBy.KEPT)
    options = wanted.for_terminal(environment)
    chosen = {"theme": options.theme, "fallback_theme": options.fallback_theme}
    async with running(healthy(), **chosen) as (app, _, _):
        assert app.theme == theme
    named = replace(wanted, theme_by=ChosenBy.FLAG).for_terminal(environment)
    assert named.fallback_theme == ""


def test_a_kept_theme_that_is_none_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / theme_choice.KEPT_FILE
    for content in (b"", b"\xff\xfe", b"x" * 41, b"a\x1b[31mb", b"two\nlines"):
        file.write_bytes(content)
        assert theme_choice.kept(tmp_path) is None
    theme_choice.keep(tmp_path, "light")
    assert theme_choice.kept(tmp_path) == "light"
    assert [path.name for path in tmp_path.iterdir()] == [theme_choice.KEPT_FILE]


async def test_a_notice_hides_nothing_and_goes_away() -> None:
    async with running(healthy(), (80, 24)) as (app, _, pilot):
        before = [text_of(app, one) for one in ("#primary", "#secondary", "#timeline")]
        keys = bar(app).text
        app.notify("[b]bold[/b] \x1b[31mmove", severity="error")
        await pilot.pause()
        assert bar(app).text.strip() == "[b]bold[/b] \ufffd[31mmove"
        assert [text_of(app, one) for one in ("#primary", "#secondary", "#timeline")] == before
        assert not app.screen.query(Toast)
        app.tell("word " * 30)
        pages = []
        while bar(app).notice:
            assert len(bar(app).text) <= 80
            pages.append(bar(app).text)
            bar(app)._turn()
        words = [word for page in pages for word in page.split()]
        assert words == [*["word"] * 14, "1/3", *["word"] * 14, "2/3", *["word"] * 2, "3/3"]
        assert bar(app).text == keys


async def test_a_click_on_the_key_bar_is_its_key() -> None:
    async with running(healthy(), (80, 24)) as (app, _, pilot):
        x = bar(app).text.index("help")
        await pilot.click("#keys", offset=(x, 0))
        await until(pilot, lambda: app.screen is not app.main)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)
        await pilot.click("#keys", offset=(bar(app).text.index("quit") + 5, 0))
        await pilot.mouse_down("#keys", offset=(x, 0))
        await pilot.hover("#timeline")
        await pilot.mouse_up("#timeline")
        assert app.screen is app.main and app.is_running


async def test_a_drag_selects_text_and_y_copies_it() -> None:
    async with running(healthy()) as (app, _, pilot):
        await pilot.mouse_down("#verdict", offset=(4, 0))
        await pilot.hover("#verdict", offset=(10, 0))
        await pilot.mouse_up("#verdict", offset=(10, 0))
        await pilot.press("y")
        assert app.clipboard == "HEALTHY"
        assert "Copied 1 line to the clipboard" in bar(app).notice


async def test_y_copies_the_row_the_pane_or_the_verdict() -> None:
    async with running(split_brain()) as (app, _, pilot):
        await pilot.press("y")
        assert "SPLIT BRAIN" in app.clipboard and "mfr-lab" in app.clipboard
        await pilot.press("tab", "y")
        first = app.clipboard
        assert "pfSense 2.8.1" in first and "VIPs" not in first
        await pilot.press("down", "y")
        assert app.clipboard != first
    async with running(healthy(), (80, 24)) as (app, _, pilot):
        await pilot.press("tab", "y")
        assert "pfSense 2.8.1" in app.clipboard and app.clipboard.count("\n") >= 3
        assert "─" not in app.clipboard and "│" not in app.clipboard
        await pilot.press("question_mark", "y")
        assert app.screen.is_modal


async def test_a_picture_is_written_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name = "pfha-tui-mfr-lab-20261122-215307"
    async with running(split_brain()) as (app, _, pilot):
        await pilot.press("S")
        await until(pilot, lambda: bar(app).notice)
        assert bar(app).notice == f"Picture saved: {tmp_path / name}.svg"
        await pilot.press("S")
        await until(pilot, lambda: bar(app).notice.endswith("-2.svg"))
    svg = (tmp_path / f"{name}.svg").read_text("utf-8")
    assert "SPLIT" in svg and "@font-face" not in svg and "url(http" not in svg


async def test_a_picture_that_cannot_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "folders", lambda: (tmp_path / "no", tmp_path / "neither"))
    async with running(healthy()) as (app, _, pilot):
        await pilot.press("S")
        await until(pilot, lambda: bar(app).notice)
        assert bar(app).notice == "The picture cannot be saved: No such file or directory."


def test_pictures_never_overwrite_and_go_elsewhere_at_need(tmp_path: Path) -> None:
    moment = datetime(2026, 11, 22, 21, 53, 7)  # noqa: DTZ001
    name = pictures.file_name("HQ / ../été\n", moment)
    assert re.fullmatch(r"[A-Za-z0-9_.-]+", name) and "/" not in name
    other = tmp_path / "other"
    other.mkdir()
    places = (tmp_path / "missing", other)
    saved = [pictures.save(str(n), name, places) for n in range(3)]
    assert [path.name for path in saved] == [f"{name}{end}.svg" for end in ("", "-2", "-3")]
    assert [path.read_text() for path in saved] == ["0", "1", "2"]
    (other / f"{name}-4.svg").symlink_to(tmp_path / "elsewhere")
    assert pictures.save("5", name, places).name == f"{name}-5.svg"
    assert not (tmp_path / "elsewhere").exists()


DEAD_S = 3 + 100 / 256
"""The dead time of the factory's pair: advbase 1, the secondary's advskew 100."""


def course(
    kinds: Sequence[tuple[float, VerdictKind]], base: PairSnapshot
) -> Iterator[tuple[float, PairSnapshot]]:
    """40 seconds of a pair that is judged ten times a second, each kind from its second on."""
    confirmation = Confirmation.initial()
    for tick in range(400):
        second, now = tick / 10, factory.NOW + tick / 10
        verdict = Verdict([kind for start, kind in kinds if start <= second][-1], "why")
        confirmation = step(confirmation, verdict, (now, now), now)
        told = replace(base, at=now, revision=tick, verdict=confirmation.verdict)
        yield second, replace(told, confirmation=confirmation)


GOOD, BAD, WORSE = VerdictKind.HEALTHY, VerdictKind.DEGRADED, VerdictKind.SPLIT_BRAIN


@pytest.mark.parametrize(
    ("kinds", "poll_s", "rings"),
    [
        ([(0, GOOD), (10, BAD)], 1.0, [10 + 1.5 * DEAD_S]),
        ([(0, GOOD), (10, BAD)], 4.0, [18]),
        ([(0, GOOD), (10, BAD), (14, GOOD)], 1.0, []),
        ([(0, GOOD), (10, BAD), (14, WORSE)], 1.0, [14 + 1.5 * DEAD_S]),
        ([(0, GOOD), (10, BAD), (20, GOOD), (22, BAD)], 1.0, [10 + 1.5 * DEAD_S]),
        ([(0, BAD), (10, GOOD), (20, BAD)], 1.0, [20 + 1.5 * DEAD_S]),
        ([(0, WORSE), (10, BAD)], 1.0, []),
        ([(0, GOOD), (1, BAD)], 1.0, [1 + 1.5 * DEAD_S]),
    ],
)
def test_the_alarm_waits_as_check_does_and_is_for_what_gets_worse(
    kinds: list[tuple[float, VerdictKind]], poll_s: float, rings: list[float]
) -> None:
    alarm = Alarm()
    rung = [at for at, seen in course(kinds, healthy()) if alarm.worse(seen, poll_s)]
    assert rung == [pytest.approx(due, abs=0.11) for due in rings]


@pytest.mark.parametrize("bell", [True, False])
async def test_the_bell_rings_only_by_choice(bell: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    told = dict(course([(0, GOOD), (10, WORSE)], split_brain()))
    async with running(told[9], bell=bell) as (app, feed, pilot):
        rung: list[int] = []
        monkeypatch.setattr(app, "bell", lambda: rung.append(1))
        for at, times in ((10.5, 0), (14, 0), (16, bell), (17, bell)):
            feed.publish(told[at])
            await until(pilot, lambda: app.moment.snapshot is feed.current)
            assert len(rung) == times
