"""Themes: shipped ones are legible, a broken one costs one sentence."""

from pathlib import Path

import driving
import factory
import pytest

from pfha_tui.ui import pictures, themes
from pfha_tui.ui.widgets.key_bar import KeyBar


def test_the_promised_themes_are_there(tmp_path: Path) -> None:
    found = themes.load(tmp_path)
    assert set(found.found) == {
        "dark",
        "light",
        "high-contrast",
        "deuteranopia",
        "tritanopia",
        "terminal",
        "terminal-light",
    }
    assert found.problems == {}


def good(**changes: str) -> str:
    colours = {role: "#123456" for role in themes.COLOURS} | changes
    return "[colours]\n" + "\n".join(f'{role} = "{value}"' for role, value in colours.items())


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("colours = ", "is not valid TOML"),
        ("title = 'x'", "has no [colours] table"),
        (good().replace("\nwarn =", "\nwarm ="), "has an unknown key: warm"),
        (good(warn="[red]"), "warn must be a colour such as #1e90ff"),
        (good(warn="#12345"), "warn must be a colour"),
        (good(warn="#12345600"), "warn must be a colour"),
        (good().replace('frame = "#123456"\n', ""), "lacks the colour frame"),
        ("title = 3\n" + good(), "title must be text"),
        ("surprise = 3\n" + good(), "has an unknown key: surprise"),
        ("ansi = true\n" + good(), "with ansi = true, background must be one of default, black"),
        (good(text="red"), "text must be a colour such as #1e90ff"),
        ("ansi = 1\n" + good(), "ansi must be true or false"),
    ],
    ids=range(12),
)
def test_a_broken_file_costs_one_sentence(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    found = themes.load(tmp_path)
    assert "dark" in found.found
    assert "mine" not in found.found
    [(name, problem)] = found.problems.items()
    assert name == "mine"
    assert complaint in problem
    assert str(tmp_path / "mine.toml") in problem
    assert "\n" not in problem


def test_bytes_that_are_no_text_and_folders_are_told(tmp_path: Path) -> None:
    (tmp_path / "raw.toml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "folder.toml").mkdir()
    assert len(themes.load(tmp_path).problems) == 2


def test_the_users_theme_replaces_a_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "dark.toml").write_text('title = "Mine"\n' + good(), encoding="utf-8")
    found = themes.load(tmp_path).found
    assert found["dark"].title == "Mine"
    assert found["dark"].own and not found["light"].own


def test_the_users_folder_is_in_the_xdg_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert themes.user_folder() == tmp_path / "pfha-tui" / "themes"


def own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, **texts: str) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    folder = tmp_path / "pfha-tui" / "themes"
    folder.mkdir(parents=True)
    for name, text in texts.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")


async def notice(pilot) -> str:
    await pilot.pause()
    return pilot.app.main.query_one(KeyBar).notice


async def test_a_broken_theme_that_nobody_wants_is_told_where_one_is_chosen(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own(monkeypatch, tmp_path, broken="colours =", dark=good().replace("#123456", "#12", 1))
    async with driving.running(factory.healthy(), theme="light") as (_, _, pilot):
        assert await notice(pilot) == ""
        await pilot.press("T")
        told = await notice(pilot)
        assert "broken.toml is not valid TOML" in told and "dark.toml" in told


@pytest.mark.parametrize("wanted", ["broken", "dark"])
async def test_the_wanted_theme_that_is_broken_is_told_once_and_not_as_missing(
    wanted: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own(monkeypatch, tmp_path, other="colours =", **{wanted: "colours ="})
    async with driving.running(factory.healthy(), theme=wanted) as (app, _, pilot):
        await driving.until(pilot, lambda: app.main.query_one(KeyBar).notice)
        told = await notice(pilot)
        assert f"{wanted}.toml is not valid TOML" in told
        assert "There is no theme" not in told and "other.toml" not in told


async def test_a_notice_of_several_lines_tells_which_one_is_shown() -> None:
    async with driving.running(factory.healthy(), (80, 24)) as (app, _, _pilot):
        bar = app.main.query_one(KeyBar)
        words = " ".join(f"word{number}" for number in range(24))
        bar.say(words)
        lines = []
        while bar.notice:
            assert len(bar.text) <= 80
            lines.append(bar.text)
            bar._turn()
        assert [row.rstrip()[-3:] for row in lines] == ["1/3", "2/3", "3/3"]
        assert " ".join(row.rstrip()[:-3].strip() for row in lines) == words
        bar.say("short")
        assert bar.text.strip() == "short"


async def test_a_theme_of_ones_own_is_told_from_the_one_that_came_along(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own(monkeypatch, tmp_path, mine="title = 'Dark'\n" + good())
    folder = tmp_path / "pictures"
    folder.mkdir()
    monkeypatch.setattr(pictures, "folders", lambda: (folder,))
    async with driving.running(factory.healthy(), (80, 24)) as (app, _, pilot):
        await pilot.press("T")
        await driving.until(pilot, lambda: app.screen.query("#themes"))
        told = app.screen.query_one("#themes").text
        assert "Dark  dark" not in told and "►Dark " in told and "Dark  mine  (your own)" in told
        await pilot.press("S")
        await driving.until(pilot, lambda: "Picture saved" in app.main.query_one(KeyBar).notice)
        bar = app.main.query_one(KeyBar).region
        assert not app.screen.query_one("#themes").region.overlaps(bar)
        row = app.screen._compositor.render_strips()[bar.y]
        assert "Picture saved" in "".join(part.text for part in row)
