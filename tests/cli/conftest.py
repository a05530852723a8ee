"""The program on a fake pair."""

from pathlib import Path
from typing import Any

import pytest
from cli_pairs import Program

from pfha_tui.cli import output
from pfha_tui.ui import console


@pytest.fixture
def program(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Program:
    return Program(capsys, monkeypatch, tmp_path)


@pytest.fixture
def consoles(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What each console is opened with, instead of a screen: `run_console`'s arguments."""
    seen: list[tuple[Any, ...]] = []
    monkeypatch.setattr(output, "interactive", lambda: True)
    monkeypatch.setattr(output, "errors_on_screen", lambda: True)
    monkeypatch.setattr(console, "run_console", lambda *args: seen.append(args) or 0)
    return seen
