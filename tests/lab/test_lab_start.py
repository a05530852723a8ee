"""How `pfha-tui lab` says that it cannot start, and what is not said so: what goes wrong later."""

import asyncio
import os
import pwd
import signal
from pathlib import Path
from typing import Any

import pytest

from pfha_tui.cli import output
from pfha_tui.cli.diagnostics import Failure
from pfha_tui.cli.exits import ExitCode
from pfha_tui.cli.lab import LabOptions, run_lab
from pfha_tui.lab import place, runner

OPTIONS = LabOptions("healthy", None, 1.0, None, False)


def serving(monkeypatch: pytest.MonkeyPatch, error: BaseException, *, ready: bool) -> None:
    """The lab fails so, before or after it was ready."""

    async def serve(*args: Any, **given: Any) -> None:
        if ready:
            given["ready"]({"config": "/nowhere/config.toml"})
        raise error

    monkeypatch.setattr(runner, "serve", serve)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(24, "Too many open files"), "cannot start: Too many open files."),
        (PermissionError(13, "Permission denied", "/x"), "cannot start: /x: Permission denied."),
        (ValueError("a world cannot run"), "A world cannot run."),
    ],
)
def test_what_keeps_it_from_starting_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    serving(monkeypatch, error, ready=False)
    with pytest.raises(Failure) as failed:
        run_lab(OPTIONS)
    assert failed.value.code == ExitCode.USAGE
    assert failed.value.sentences[0].endswith(said)


@pytest.mark.parametrize("error", [OSError(24, "Too many open files"), ValueError("of its own")])
def test_what_goes_wrong_later_is_no_failure_to_start(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    serving(monkeypatch, error, ready=True)
    with pytest.raises(type(error), match=str(error.args[-1])):
        run_lab(OPTIONS)


def test_a_reader_that_is_gone_is_no_failure_to_start(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> None:
        raise BrokenPipeError

    monkeypatch.setattr(output, "flush", gone)
    with pytest.raises(BrokenPipeError):
        run_lab(OPTIONS)


def test_a_relative_path_without_a_working_directory_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(Failure, match="cannot start: No such file or directory"):
        run_lab(LabOptions("healthy", "x.toml", 1.0, None, False))


def test_a_user_without_a_home_has_other_places(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(uid: int) -> None:
        raise KeyError(uid)

    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    with place.directory() as found:
        assert found.is_dir()


def test_a_second_signal_does_not_cut_the_clearing_up_short(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cleared = []

    async def serve(*args: Any, **given: Any) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        try:
            await asyncio.sleep(60)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.sleep(0.05)
            cleared.append(True)

    monkeypatch.setattr(runner, "serve", serve)
    assert run_lab(OPTIONS) == ExitCode.OK
    assert cleared
