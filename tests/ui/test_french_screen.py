"""The console in French: every text is, nothing is cut that must not be, and no fact is lost."""

import re
from collections.abc import Iterator
from dataclasses import replace

import factory
import pytest
from babel.messages.catalog import Message
from driving import running, text_of, until

from pfha_tui.cli import language
from pfha_tui.domain.judge import judge
from pfha_tui.domain.snapshot import NodeSnapshot, PairSnapshot
from pfha_tui.ui import verdict_view
from pfha_tui.ui.line import plain
from tests.messages import catalogue

SIZES = [(80, 24), (120, 36)]
STATES = (factory.healthy, factory.split_brain, factory.unreachable, factory.never)


@pytest.fixture(autouse=True)
def _french() -> Iterator[None]:
    language.speak("fr")
    yield
    language.speak("en")


def judged(snapshot: PairSnapshot) -> PairSnapshot:
    """The snapshot with a verdict in the language in use, and without sentences told in another one."""
    primary, secondary = (_plain(node) for node in snapshot.nodes)
    verdict = replace(judge(primary, secondary, snapshot.at), confirmed=True)
    events = tuple(replace(event, reason="") for event in snapshot.events if event.reason)
    return replace(snapshot, primary=primary, secondary=secondary, verdict=verdict, events=events)


def _plain(node: NodeSnapshot) -> NodeSnapshot:
    """The node with Q in the place of what it or the system said."""
    why = "Q" if node.unreachable_why else ""
    detail = "Q" if node.ssh.detail else ""
    return replace(node, unreachable_why=why, ssh=replace(node.ssh, detail=detail))


def english() -> dict[str, re.Pattern[str]]:
    """Every English text without fields that French does not use itself, to be looked for."""
    messages = [m for path in catalogue.files() for m in catalogue.read(path) if _on_screen(m)]
    french = " ".join(
        " ".join(m.string) if isinstance(m.string, tuple | list) else m.string for m in messages
    ).lower()
    ids = {m.id for m in messages if isinstance(m.id, str) and "{" not in m.id}
    return {
        id: re.compile(rf"(?<![\w.-]){re.escape(id)}(?![\w-])")
        for id in ids
        if len(re.findall("[A-Za-z]", id)) > 3 and id.lower() not in french
    }


def _on_screen(message: Message) -> bool:
    files = {file for file, _ in message.locations}
    return bool(message.id) and any("/ui/" in file or "/domain/" in file for file in files)


ENGLISH = english()


def left_in_english(text: str) -> list[str]:
    return sorted(id for id, pattern in ENGLISH.items() if pattern.search(text))


def shown(app) -> str:
    """Every cell of the screen on top."""
    return "\n".join(strip.text.rstrip() for strip in app.screen._compositor.render_strips())


def test_english_would_be_found() -> None:
    assert left_in_english("▲ DEGRADED  not yet read") == ["DEGRADED", "not yet read", "read"]
    assert left_in_english("▲ DÉGRADÉ  pas encore lu") == []


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("build", STATES, ids=lambda build: build.__name__)
async def test_every_state_is_french(build, size: tuple[int, int]) -> None:
    snapshot = judged(build())
    async with running(snapshot, size) as (app, _, _):
        text = shown(app)
        assert left_in_english(text) == []
        assert "Chronologie" in text and "primaire" in text
        assert " ".join(snapshot.verdict.why.split()) in " ".join(text_of(app, "#verdict").split())


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("build", STATES, ids=lambda build: build.__name__)
async def test_no_figure_is_cut_and_the_key_bar_ends_with_a_whole_entry(
    build, size: tuple[int, int]
) -> None:
    async with running(judged(build()), size) as (app, _, _):
        text = shown(app)
        assert re.findall(r"\d…", text) == []
        assert re.findall(r"\d\.\d+ (?:s|ms|%|[kMG]?b/s)", text) == [], "a decimal comma in French"
        keys = text.splitlines()[-1]
        assert keys.startswith(" q quitter   ? aide   ")
        assert "…" not in keys


@pytest.mark.parametrize("build", STATES, ids=lambda build: build.__name__)
async def test_a_wide_screen_has_the_figures_that_it_has_in_english(build) -> None:
    def figures(text: str) -> list[str]:
        return sorted(re.findall(r"\d+(?:[.,:]\d+)*", text.replace(",", ".")))

    async with running(judged(build()), (160, 48)) as (app, _, _):
        french = figures(text_of(app, "#primary") + text_of(app, "#secondary"))
    language.speak("en")
    async with running(judged(build()), (160, 48)) as (app, _, _):
        assert figures(text_of(app, "#primary") + text_of(app, "#secondary")) == french


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("build", STATES[:3], ids=lambda build: build.__name__)
async def test_the_facts_that_matter_fit_in_french_too(build, size: tuple[int, int]) -> None:
    async with running(judged(build()), size) as (app, _, _):
        panes = text_of(app, "#primary") + text_of(app, "#secondary")
        for fact in ("vhid 1", "vhid 2", "203.0.113.1/24", "skew 100", "12 428", "cpu 4 %"):
            assert fact in panes
        assert "depuis 19 nov 17:41" in panes


@pytest.mark.parametrize("code", ["fr", "en"])
def test_no_cause_is_lost_because_its_words_stand_in_the_sentence(code: str) -> None:
    language.speak(code)
    snapshot = judged(factory.split_brain())
    shown = [plain(row) for row in verdict_view.causes(snapshot, 9, 120)]
    for place in ("WAN vhid 1", "LAN vhid 2"):
        assert any("split-brain" in row and place in row for row in shown)


async def test_detail_and_help_are_french() -> None:
    async with running(judged(factory.healthy()), (120, 40)) as (app, _, pilot):
        await pilot.press("tab", "down", "enter")
        await until(pilot, lambda: app.screen is not app.main)
        detail = shown(app)
        assert "Sortie de fw1" in detail and "vhid 1" in detail
        assert left_in_english(re.sub(r"(?s)Sortie de fw1.*", "", detail)) == []
        await pilot.press("escape", "question_mark")
        await until(pilot, lambda: "Touches" in shown(app))
        assert left_in_english(shown(app)) == []


async def test_words_of_the_trade_stay() -> None:
    async with running(judged(factory.split_brain()), (120, 36)) as (app, _, _):
        text = shown(app)
        for word in ("SPLIT BRAIN", "MASTER", "vhid 1", "pfsync", "skew 100", "preempt"):
            assert word in text


async def test_without_letters_beyond_ascii() -> None:
    language.speak("fr", language.fold)
    async with running(judged(factory.unreachable()), (120, 36), ascii=True) as (app, _, _):
        text = shown(app)
        assert text.isascii()
        assert "DEGRADE" in text and "etats" in text and "est injoignable" in text
