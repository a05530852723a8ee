"""The command line as a whole: exit codes, faults, what is imported, the console's door."""

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cli_pairs import Program, pair

import pfha_tui
from pfha_tui.cli import options, output
from pfha_tui.cli.diagnostics import Terminated, is_plugin
from pfha_tui.cli.exits import ExitCode, PluginState

CANARY = "canary-5ecret-hunter2"


def test_exit_codes_are_those_documented() -> None:
    assert {code.name: code.value for code in ExitCode} == {
        "OK": 0,
        "FINDINGS": 1,
        "USAGE": 2,
        "UNREACHABLE": 3,
        "TIMEOUT": 4,
        "UNVERIFIED": 5,
        "REFUSED": 6,
        "INTERNAL": 70,
        "OUTPUT": 74,
        "NO_PERMISSION": 77,
        "INTERRUPTED": 130,
        "PIPE_CLOSED": 141,
        "TERMINATED": 143,
    }
    assert [state.value for state in PluginState] == [0, 1, 2, 3]


def test_version_and_help(program: Program) -> None:
    assert program("--version", config=False).out == f"pfha-tui {pfha_tui.__version__}\n"
    for args in ((), ("status",), ("check",), ("config",), ("config", "init"), ("lab",), ("demo",)):
        ran = program(*args, "--help", config=False)
        assert (ran.code, ran.err) == (3 if args == ("check",) else 0, "")
        assert "Usage: pfha-tui" in ran.out


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--bogus",), "No such option"),
        (("nothing",), "No such command"),
        (("status", "--timeout", "10"), "is not a duration such as 500ms, 10s or 1m"),
        (("status", "--timeout", "0s"), "is not between"),
        (("status", "--timeout", "2h"), "is not between"),
        (("status", "--pair", "x"), "name one with --pair: main"),
        (("config",), "Usage: pfha-tui config"),
        (("lab", "--scenario", "split-brian"), 'did you mean "split-brain"?'),
        (("lab", "--scenario", "%"), "there are healthy"),
    ],
)
def test_usage_errors(program: Program, args: tuple[str, ...], said: str) -> None:
    ran = program(*args)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_without_a_configuration(program: Program, tmp_path: Path) -> None:
    ran = program("status", "--config", str(tmp_path / "none"))
    assert ran.code == 2
    assert f"There is no configuration at {tmp_path / 'none'} (--config)." in ran.err
    assert "pfha-tui config init" in ran.err and "pfha-tui demo" in ran.err


def test_options_count_before_and_after_the_command(program: Program) -> None:
    program.plays(pair())
    assert program("--pair", "none", "status").code == 2
    assert program("--pair", "none", "status", "--pair", "main").code == 0
    assert program("status", "--config", str(program.config), config=False).code == 0
    assert program("--read-only", "status").code == 0
    assert program.feeds[-1].target.read_only and not program.feeds[0].target.read_only


@pytest.mark.parametrize(
    ("args", "plugin"),
    [
        (("check",), True),
        (("--pair", "status", "check"), True),
        (("--pair", "check", "status"), False),
        (("config", "check"), False),
        (("--pair=check", "status"), False),
        ((), False),
        (("--config",), False),
    ],
)
def test_what_is_a_plugin_call(args: tuple[str, ...], plugin: bool) -> None:
    assert is_plugin(args) is plugin


@pytest.mark.parametrize(
    ("error", "code", "plugin"),
    [
        (KeyboardInterrupt(), 130, 3),
        (Terminated(), 143, 3),
        (ZeroDivisionError(CANARY), 70, 3),
        (ExceptionGroup(CANARY, [ValueError(CANARY)]), 70, 3),
    ],
)
def test_whatever_is_raised_becomes_an_exit_code(
    program: Program, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, plugin: int
) -> None:
    def fail(*args: Any) -> None:
        try:
            raise LookupError(CANARY)
        except LookupError:
            raise error  # noqa: B904

    monkeypatch.setattr(options, "configuration", fail)
    assert program("status").code == code
    ran = program("check")
    assert (ran.code, ran.err) == (plugin, "") and ran.out.startswith("CARP UNKNOWN - ")
    if code == ExitCode.INTERNAL:
        note = Path(os.environ["XDG_STATE_HOME"]) / "pfha-tui/last-fault.txt"
        assert CANARY not in note.read_text() + ran.out
        assert "in fail" in note.read_text() and note.stat().st_mode & 0o077 == 0


def test_a_fault_that_cannot_be_noted_is_still_said(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(os.environ["XDG_STATE_HOME"]).parent.mkdir(parents=True, exist_ok=True)
    Path(os.environ["XDG_STATE_HOME"]).write_text("in the way")

    def fail(*args: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(options, "configuration", fail)
    ran = program("status")
    assert (ran.code, ran.err) == (
        70,
        "pfha-tui met a fault of its own (ZeroDivisionError) and ended. Please report it.\n",
    )


def python(code: str, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
        **more,
    )


@pytest.mark.parametrize(
    "args",
    [
        ["--version"],
        ["--help"],
        ["config", "show", "--config", "{}"],
        ["config", "check", "--config", "{}"],
    ],
)
def test_plain_commands_load_neither_screen_nor_transports(
    program: Program, args: list[str]
) -> None:
    words = [word.format(program.config) for word in args]
    heavy = (
        "textual",
        "asyncssh",
        "pysnmp",
        "proxmoxer",
        "asyncio",
        "pfha_tui.ui",
        "pfha_tui.wiring",
        "pfha_tui.lab",
    )
    done = python(
        f"import sys; from pfha_tui.cli.main import main; code = main({words!r}); "
        f"print(sorted(set({heavy!r}) & set(sys.modules)), file=sys.stderr); sys.exit(code)"
    )
    assert (done.returncode, done.stderr) == (0, "[]\n")


def test_module_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pfha_tui", "--version"],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, f"pfha-tui {pfha_tui.__version__}\n")


def test_a_reader_that_goes_away(program: Program) -> None:
    """`pfha-tui config show | head -0`: no traceback, and an exit code that says so."""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "pfha_tui", "config", "show", "--config", str(program.config)],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        timeout=50,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_any_output_encoding(program: Program, encoding: str) -> None:
    program.config.write_text(
        program.config.read_text().replace('"main"', '"Zürich"'), encoding="utf-8"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pfha_tui", "config", "check", "--config", str(program.config)],
        capture_output=True,
        timeout=50,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": encoding},
    )
    assert (done.returncode, done.stderr) == (0, b"")


def at_a_terminal(monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
    monkeypatch.setattr(output, "interactive", lambda: True)
    monkeypatch.setattr(output, "errors_on_screen", lambda: True)
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(answers) + "\n" if answers else ""))


def test_the_console_needs_a_terminal(program: Program) -> None:
    for args in ((), ("demo",)):
        ran = program(*args)
        assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)


def test_the_console_needs_standard_error_too_to_draw_on(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "interactive", lambda: True)
    for args in ((), ("demo",), ("watch",)):
        ran = program(*args)
        assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)
        assert "standard error" in ran.err


def test_the_console_gets_the_pair_and_the_options(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pfha_tui.ui import console as screen

    seen: list[Any] = []
    program.plays(pair())

    def run_console(pairs: Any, open_feed: Any, options: Any, *_: Any) -> int:
        (target,) = pairs
        seen.extend((target, open_feed(target).target, options))
        program.feeds.clear()
        return 0

    at_a_terminal(monkeypatch)
    monkeypatch.setattr(screen, "run_console", run_console)
    assert program("--read-only", "--ascii", "--no-color", "--theme", "light").code == 0
    target, opened, options = seen
    assert target is opened and target.read_only and target.name == "main"
    assert (options.read_only, options.ascii, options.no_color, options.theme) == (
        True,
        True,
        True,
        "light",
    )


def test_first_run(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    at_a_terminal(monkeypatch, "q")
    ran = program(config=False)
    assert ran.code == 0
    for text in ("pfha-tui demo", "pfha-tui config init", "config.toml"):
        assert text in ran.out
    at_a_terminal(monkeypatch)
    assert program(config=False).code == 130


@pytest.mark.parametrize("columns", [40, 80])
def test_the_welcome_breaks_no_word(
    program: Program, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:

    monkeypatch.setenv("COLUMNS", str(columns))
    at_a_terminal(monkeypatch, "q")
    out = program(config=False).out
    assert any(word.endswith("pfha-tui/config.toml).") for word in out.split())
    assert [line for line in out.splitlines() if len(line) > columns and " " in line.strip()] == []


@pytest.mark.parametrize(
    ("answer", "module"), [("d", "pfha_tui.cli.demo"), ("i", "pfha_tui.cli.config_init")]
)
def test_first_run_leads_on(
    program: Program, monkeypatch: pytest.MonkeyPatch, answer: str, module: str
) -> None:
    called: list[Any] = []
    at_a_terminal(monkeypatch, answer)
    monkeypatch.setattr(f"{module}.run", lambda *args: called.append(args) or 0)
    assert program(config=False).code == 0
    assert len(called) == 1


def test_a_named_file_that_is_missing_is_no_first_run(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_a_terminal(monkeypatch)
    assert program("--config", "/nowhere/c.toml", config=False).code == 2


def test_ctrl_c_while_waiting(program: Program, tmp_path: Path) -> None:
    code = (
        "import os, signal, sys, asyncio\n"
        "from pfha_tui import wiring\n"
        "class Feed:\n"
        "    def __init__(self, target, once): self.target = target\n"
        "    def subscribe(self, callback): return lambda: None\n"
        "    async def run(self):\n"
        "        os.kill(os.getpid(), getattr(signal, sys.argv[1]))\n"
        "        await asyncio.Event().wait()\n"
        "wiring.open_feed = Feed\n"
        "from pfha_tui.cli.main import main\n"
        f"sys.exit(main(['--config', {str(program.config)!r}, sys.argv[2]]))\n"
    )
    for command, expected in (("status", 130), ("check", 3)):
        done = subprocess.run(
            [sys.executable, "-c", code, "SIGINT", command],
            capture_output=True,
            text=True,
            timeout=50,
            check=False,
        )
        assert done.returncode == expected, done.stderr
        assert "Traceback" not in done.stderr
        assert "Interrupted." in done.stdout + done.stderr


def test_ctrl_c_while_the_modules_load() -> None:
    code = (
        "import runpy, sys\n"
        "class Interrupting:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'pfha_tui.cli.main':\n"
        "            raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupting())\n"
        "runpy.run_module('pfha_tui', run_name='__main__')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=50, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "Interrupted.\n")
