"""The program on a fake pair."""

from pathlib import Path

import pytest
from cli_pairs import Program


@pytest.fixture
def program(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Program:
    return Program(capsys, monkeypatch, tmp_path)
