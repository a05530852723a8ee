"""The only writer of standard error, and the only place where a fault becomes an exit code.

No traceback ever reaches the user: an unforeseen error is one sentence, exit code 70, and a note in the
state directory that holds the places in the code but no text of the error, which could hold a secret.
"""

import os
import signal
import sys
import threading
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

import click

from pfha_tui.cli import output
from pfha_tui.cli.exits import ExitCode, PluginState
from pfha_tui.domain.language import tr
from pfha_tui.domain.system_errors import reason
from pfha_tui.domain.text import clean

PROGRAM = "pfha-tui"
_HELP_WANTED: tuple[type[click.UsageError], ...] = (
    (click.exceptions.NoArgsIsHelpError,) if hasattr(click.exceptions, "NoArgsIsHelpError") else ()
)
_COMPLETION = "_PFHA_TUI_COMPLETE"
_WITH_VALUE = ("--config", "--pair", "--theme", "--lang")


class Failure(Exception):
    """A foreseen end of a command: an exit code and the sentences that explain it."""

    def __init__(self, code: ExitCode, *sentences: str) -> None:
        super().__init__(*sentences)
        self.code = code
        self.sentences = sentences


class Terminated(SystemExit):
    """SIGTERM or SIGHUP came: unwinds so that every `finally` runs, through asyncio's tasks too."""


def warn(sentence: str) -> None:
    """Write one sentence to standard error; control characters in it become U+FFFD."""
    sys.stderr.write(clean(sentence) + "\n")
    sys.stderr.flush()


def end_on_signals() -> None:
    """Let SIGTERM and SIGHUP unwind the program instead of cutting it off.

    The console and the lab take them over while they run, and end in order with 0.
    """

    def unwind(signum: int, frame: FrameType | None) -> None:
        raise Terminated

    if threading.current_thread() is not threading.main_thread():
        return
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), unwind)


def run(command: click.Command, args: Sequence[str]) -> int:
    """Run the command line to its end; the exit code is the result, and nothing is raised."""
    plugin = is_plugin(args)
    end_on_signals()
    _open_closed()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        code = _invoke(command, args, plugin)
        output.flush()
        return code
    except (Failure, click.ClickException, click.Abort, KeyboardInterrupt, Terminated) as error:
        return _end(*_foreseen(error), plugin)
    except BrokenPipeError:
        return _pipe_closed(plugin)
    except output.OutputLost as lost:
        return _output_lost(lost.error, plugin)
    # The last stop before the interpreter would print a traceback.
    except Exception as error:
        if isinstance(error, OSError) and error.errno in output.FULL and error.filename is None:
            return _output_lost(error, plugin)
        return _end(ExitCode.INTERNAL, (_internal(error),), plugin)


def _open_closed() -> None:
    """A caller may close standard output or error (`>&-`); what is written there is to go nowhere."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 (until the end)


def _invoke(command: click.Command, args: Sequence[str], plugin: bool) -> int:
    """As click's own `main`, which would turn a closed pipe and Ctrl-C into exits of its own.

    A monitoring plugin that was only asked for its help has checked nothing: that is UNKNOWN.
    """
    if _COMPLETION in os.environ:
        command.main(args=list(args), prog_name=PROGRAM)
    try:
        with command.make_context(PROGRAM, list(args)) as context:
            result = command.invoke(context)
    except click.exceptions.Exit as done:
        return PluginState.UNKNOWN if plugin else done.exit_code
    return result if isinstance(result, int) else ExitCode.OK


def is_plugin(args: Sequence[str]) -> bool:
    """The command line calls `check`, whose every fault is UNKNOWN (3), even one found by the parser."""
    words = iter(args)
    for word in words:
        if word in _WITH_VALUE:
            next(words, None)
        elif not word.startswith("-"):
            return word == "check"
    return False


def _foreseen(error: BaseException) -> tuple[ExitCode, Sequence[str]]:
    if isinstance(error, Failure):
        return error.code, error.sentences
    if isinstance(error, _HELP_WANTED):
        return ExitCode.USAGE, error.format_message().splitlines()
    if isinstance(error, click.UsageError):
        path = error.ctx.command_path if error.ctx is not None else PROGRAM
        return ExitCode.USAGE, (
            error.format_message(),
            tr("Try: {command}").format(command=f"{path} --help"),
        )
    if isinstance(error, click.ClickException):
        return ExitCode.USAGE, (error.format_message(),)
    if isinstance(error, Terminated):
        return ExitCode.TERMINATED, (tr("Ended by a signal."),)
    return ExitCode.INTERRUPTED, (tr("Interrupted."),)


def _end(code: ExitCode, sentences: Sequence[str], plugin: bool) -> int:
    try:
        if plugin:
            first, *rest = sentences
            output.line("CARP UNKNOWN - " + first.replace("|", "/"))
            for sentence in rest:
                output.line(sentence.replace("|", "/"))
            output.flush()
            return PluginState.UNKNOWN
        output.flush()
    except BrokenPipeError:
        return _pipe_closed(plugin)
    except OSError as error:
        return _output_lost(error, plugin)
    try:
        for sentence in sentences:
            warn(sentence)
    except OSError:
        _discard(2)
    return code


def _pipe_closed(plugin: bool) -> int:
    _discard(1)
    return PluginState.UNKNOWN if plugin else ExitCode.PIPE_CLOSED


def _output_lost(error: OSError, plugin: bool) -> int:
    _discard(1)
    try:
        warn(tr("The output could not be written: {reason}.").format(reason=reason(error)))
    except OSError:
        _discard(2)
    return PluginState.UNKNOWN if plugin else ExitCode.OUTPUT


def _discard(descriptor: int) -> None:
    """The interpreter flushes once more on its way out; that must not fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)


def _internal(error: Exception) -> str:
    kind = type(error).__name__
    note = _write_note(error)
    if note is None:
        said = tr("{program} met a fault of its own ({kind}) and ended. Please report it.")
    else:
        said = tr(
            "{program} met a fault of its own ({kind}) and ended; the places are noted in {file}."
            " Please report it."
        )
    return said.format(program=PROGRAM, kind=kind, file=note)


def _write_note(error: Exception) -> Path | None:
    """Note where in the code the error arose, without its message and without values."""
    try:
        from pfha_tui import __version__
        from pfha_tui.config.locations import state_dir

        path = state_dir() / "last-fault.txt"
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lines = [f"{PROGRAM} {__version__}, Python {sys.version.split()[0]}", *_places(error)]
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
    # A note that cannot be written must not hide the fault itself.
    except Exception:
        return None
    return path


def _places(error: BaseException, depth: int = 0) -> list[str]:
    if depth > 5:
        return []
    frames = traceback.extract_tb(error.__traceback__)
    lines = [type(error).__name__]
    lines += [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
    inner = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    for cause in (*inner, error.__cause__ or error.__context__):
        if cause is not None:
            lines += _places(cause, depth + 1)
    return lines
