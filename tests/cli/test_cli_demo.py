"""The lab as a child: it starts, it is watched, and it never outlives its parent."""

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from cli_pairs import Program

from pfha_tui.cli import demo, output
from pfha_tui.cli.diagnostics import Failure
from pfha_tui.config.load import load
from pfha_tui.ui import console as screen
from tests.support.processes import gone

DEADLINE_S = 90.0


@pytest.fixture(autouse=True)
def _keep_signal_handlers() -> Any:
    kept = {
        number: signal.getsignal(number)
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
    }
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not gone(pid):
        assert time.monotonic() < deadline, f"{pid} lives on"
        time.sleep(0.02)


class Children:
    """Notes every child process that the demo starts."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pids: list[int] = []
        popen = subprocess.Popen

        def noted(*args: Any, **options: Any) -> Any:
            child = popen(*args, **options)
            self.pids.append(child.pid)
            return child

        monkeypatch.setattr(demo.subprocess, "Popen", noted)


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> Children:
    monkeypatch.setattr(output, "interactive", lambda: True)
    monkeypatch.setattr(output, "errors_on_screen", lambda: True)
    return Children(monkeypatch)


@pytest.mark.parametrize(
    ("end", "code"),
    [
        (None, 0),
        (KeyboardInterrupt(), 130),
        (ZeroDivisionError(), 70),
        ("SIGTERM", 143),
        ("SIGHUP", 143),
    ],
)
def test_the_demo_ends_its_lab_on_every_path(
    program: Program, children: Children, monkeypatch: pytest.MonkeyPatch, end: Any, code: int
) -> None:
    seen: list[Any] = []

    def run_console(pairs: Any, open_feed: Any, options: Any, *_: Any) -> int:
        (target,) = pairs
        seen.append(target)
        assert not gone(children.pids[0])
        if isinstance(end, str):
            os.kill(os.getpid(), getattr(signal, end))
            time.sleep(DEADLINE_S)
        if end is not None:
            raise end
        return 0

    monkeypatch.setattr(screen, "run_console", run_console)
    assert program("demo", "--scenario", "split-brain", config=False).code == code
    assert seen[0].environment == "lab"
    assert gone(children.pids[0])
    assert len(children.pids) == 1
    assert not Path(seen[0].primary.ssh.identity_file).exists()


def test_a_lab_that_cannot_start_is_one_sentence(
    program: Program, children: Children, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    ran = program("demo", config=False)
    assert (ran.code, ran.err) == (70, "The simulated pair ended at once: it said nothing\n")
    monkeypatch.setattr(demo, "START_TIMEOUT_S", 0.05)
    monkeypatch.setattr(sys, "executable", "/bin/cat")
    monkeypatch.setattr(demo, "lab_command", lambda scenario: ["/bin/cat"])
    with pytest.raises(Failure, match="did not start within"), demo.lab_child("healthy"):
        pass
    assert all(map(gone, children.pids))


def start_lab(*args: str, **options: Any) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "pfha_tui", "lab", *args],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **options,
    )


def first_lines(child: "subprocess.Popen[str]", count: int) -> list[str]:
    assert child.stdout is not None
    assert select.select([child.stdout], [], [], DEADLINE_S)[0]
    return [child.stdout.readline().strip() for _ in range(count)]


@pytest.mark.parametrize("how", ["SIGINT", "SIGTERM", "SIGHUP", "eof"])
def test_the_lab_ends_clean(tmp_path: Path, how: str) -> None:
    config = tmp_path / "lab.toml"
    with start_lab("--config-out", str(config), "--until-eof") as child:
        assert first_lines(child, 1) == [str(config)]
        (pair,) = load(config).pairs
        assert [node.name for node in pair.nodes] == ["fw1", "fw2"]
        assert child.stdin is not None and child.stdout is not None
        if how == "eof":
            child.stdin.close()
        else:
            child.send_signal(getattr(signal, how))
        assert child.wait(DEADLINE_S) == 0
        assert child.stdout.read() == ""
    assert not config.exists()


def test_the_lab_says_how_to_watch_it(tmp_path: Path) -> None:
    config = tmp_path / "lab.toml"
    with start_lab("--config-out", str(config), "--scenario", "peer-down") as child:
        assert first_lines(child, 2) == [
            "The pair is up (peer-down); Ctrl-C ends it. In another terminal:",
            f"pfha-tui --config {config}",
        ]
        child.send_signal(signal.SIGINT)
        assert child.wait(DEADLINE_S) == 0


def test_the_lab_overwrites_nothing(program: Program) -> None:
    before = program.config.read_text()
    ran = program("lab", "--config-out", str(program.config))
    assert ran.code == 2 and "is there already" in ran.err
    assert program.config.read_text() == before
    ran = program("lab", "--config-out", str(program.config / "x"))
    assert ran.code == 2 and "cannot start" in ran.err


def test_a_parent_that_is_killed_takes_the_lab_along() -> None:
    code = (
        "import sys, time\n"
        "from pfha_tui.cli import demo\n"
        "popen = demo.subprocess.Popen\n"
        "def noted(*a, **k):\n"
        "    child = popen(*a, **k); print(child.pid, flush=True); return child\n"
        "demo.subprocess.Popen = noted\n"
        "with demo.lab_child('healthy') as config:\n"
        "    print(config, flush=True); time.sleep(600)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True
    ) as parent:
        pid, config = first_lines(parent, 2)
        assert Path(config).exists() and not gone(int(pid))
        parent.kill()
        parent.wait(DEADLINE_S)
        wait_until_gone(int(pid))
    assert not Path(config).parent.exists()


@pytest.mark.parametrize(("scenario", "state"), [("healthy", 0), ("split-brain", 2)])
def test_check_on_the_lab(program: Program, scenario: str, state: int) -> None:
    """End to end: real SSH and SNMP, real parsers, the alarm delay, the plugin's exit code."""
    with demo.lab_child(scenario) as config:
        ran = program("check", "--config", str(config), "--timeout", "90s", config=False)
    assert ran.code == state, ran.out + ran.err
    assert "'states_fw1'=" in ran.out
