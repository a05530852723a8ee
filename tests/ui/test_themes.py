"""Themes: shipped ones are legible, a broken one costs one sentence."""

from pathlib import Path

import pytest

from pfha_tui.ui import themes


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
    assert found.problems == ()


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
    [problem] = found.problems
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
