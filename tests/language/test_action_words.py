"""The words of the dialogs that act fit where they stand, in every language, and are not taken for each other."""

from collections.abc import Iterator

import pytest
from rich.cells import cell_len

from pfha_tui.actions.model import Stage
from pfha_tui.cli import actions_text, language
from pfha_tui.cli.language import LANGUAGES
from pfha_tui.domain.language import tr
from pfha_tui.ui import action_texts as texts
from pfha_tui.ui.action_view import LABEL_CELLS

CELLS = 80


@pytest.fixture(params=LANGUAGES, autouse=True)
def _spoken(request: pytest.FixtureRequest) -> Iterator[None]:
    language.speak(request.param)
    yield
    language.speak("en")


def test_the_labels_of_a_plan_fit_their_column() -> None:
    for label in (texts.EXPECTED, texts.LOST, texts.UNDO, texts.NOTE):
        assert cell_len(tr(label)) < LABEL_CELLS, tr(label)


def test_the_keys_and_buttons_fit_eighty_columns() -> None:
    for keys in (texts.KEYS_ASK, texts.KEYS_RUN, texts.KEYS_DONE, texts.KEYS_LEFT):
        assert cell_len(tr(keys)) < CELLS, tr(keys)
    for verb in texts.VERBS.values():
        buttons = f" [ {tr(texts.CANCEL)} ]  [ {tr(verb)} ]  {tr(texts.WHY_NAME)}"
        assert cell_len(buttons) <= CELLS, buttons


def test_to_leave_a_dialog_is_no_word_for_undoing() -> None:
    undoing = {
        tr(each).casefold() for each in (texts.UNDO, texts.UNDO_NOW, texts.STAGES[Stage.REVERT])
    }
    leaving = {tr(each).casefold() for each in (texts.CANCEL, texts.BACK, texts.LATER)}
    assert not undoing & leaving


def test_no_two_verbs_and_no_two_results_are_called_the_same() -> None:
    for table in (texts.VERBS, texts.RESULTS, actions_text.RESULTS, texts.WEIGHTS):
        assert len({tr(each) for each in table.values()}) == len(table)
