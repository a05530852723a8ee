"""Themes: shipped ones are legible, a broken one costs one sentence."""

from pathlib import Path

import pytest
from textual.color import Color

from pfha_tui.ui import themes

ON_BACKGROUND = ("text", "muted", "accent", "good", "warn", "bad")


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio."""

    def luminance(colour: str) -> float:
        parts = [
            c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4
            for c in Color.parse(colour).normalized
        ]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def shipped() -> list[themes.ThemeFile]:
    return [themes.parse(*one) for one in ((n, t, w) for n, w, t in themes.shipped())]


def test_the_promised_themes_are_there(tmp_path: Path) -> None:
    found = themes.load(tmp_path)
    assert {"dark", "light", "high-contrast"} <= set(found.found)
    assert found.problems == ()


@pytest.mark.parametrize("theme", shipped(), ids=lambda theme: theme.name)
def test_contrast(theme: themes.ThemeFile) -> None:
    colour = theme.colours
    least = 7.0 if theme.name == "high-contrast" else 4.5
    for role in ON_BACKGROUND:
        for ground in ("background", "panel"):
            assert contrast(colour[role], colour[ground]) >= least, (role, ground)
    for badge in ("badge", "badge-good", "badge-warn", "badge-bad"):
        assert contrast(colour["badge-text"], colour[badge]) >= least, badge
    assert contrast(colour["focus"], colour["background"]) >= 3
    assert theme.dark == (contrast(colour["text"], "#000000") > contrast(colour["text"], "#ffffff"))


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
    ],
    ids=range(9),
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
    assert themes.load(tmp_path).found["dark"].title == "Mine"


def test_the_users_folder_is_in_the_xdg_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert themes.user_folder() == tmp_path / "pfha-tui" / "themes"
