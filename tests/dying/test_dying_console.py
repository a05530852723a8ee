"""The console's own machine in trouble: a full disk, closed output, a state directory that cannot be written."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pfha_tui.cli import diagnostics
from pfha_tui.cli.main import cli
from pfha_tui.lab import scenarios
from pfha_tui.lab.runner import running

FULL = Path("/dev/full")
SENTENCE = "The output could not be written: No space left on device.\n"
needs_full = pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")


def ended(words: list[str], **streams: int) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "pfha_tui", *words],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        timeout=150,
        **streams,  # type: ignore[call-overload]
    )
    return done.returncode, done.stderr


@needs_full
async def test_a_full_disk_is_one_sentence_and_its_own_exit_code(tmp_path: Path) -> None:
    """Told as such by the commands that watch a pair, too; `check` has the codes of plugins."""
    config = tmp_path / "lab.toml"
    world = scenarios.build("healthy", time.time())
    with FULL.open("wb") as full:  # noqa: ASYNC230 (a device)
        async with running(world, config):
            named = ["--config", str(config)]
            codes = {"status": 74, "check": 3, "watch --plain": 74}
            results = await asyncio.gather(
                *(
                    asyncio.to_thread(ended, [*named, *c.split()], stdout=full.fileno())
                    for c in codes
                )
            )
    assert [code for code, _ in results] == list(codes.values())
    assert {said for _, said in results} == {SENTENCE}


@needs_full
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_is_told_whether_or_not_output_is_buffered(
    unbuffered: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    with FULL.open("wb") as full:
        assert ended(["--version"], stdout=full.fileno()) == (74, SENTENCE)


@pytest.mark.parametrize(("closed", "code"), [("--version >&-", 0), ("no-such-command 2>&-", 2)])
def test_closed_output_changes_no_exit_code(closed: str, code: int) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f"exec '{sys.executable}' -m pfha_tui {closed}"],
        capture_output=True,
        text=True,
        timeout=150,
    )
    assert (done.returncode, done.stdout, done.stderr) == (code, "", "")


def test_a_state_directory_that_cannot_be_written_hides_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    blocked = tmp_path / "state"
    blocked.write_text("a file where a folder should be")
    monkeypatch.setenv("XDG_STATE_HOME", str(blocked))

    def breaks(*_: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(diagnostics, "_invoke", breaks)
    assert diagnostics.run(cli, ["status"]) == 70
    said = capsys.readouterr().err
    assert said == (
        "pfha-tui met a fault of its own (ZeroDivisionError) and ended. Please report it.\n"
    )
    assert os.path.isfile(blocked)
