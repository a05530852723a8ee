"""A comparison in a process of its own, for configurations so large that a thread would hold up the screen.

A thread shares the interpreter's lock with the screen, and the collector of garbage stops both for as long as it
walks over the trees of a large configuration. The files go through a pipe, compressed as they came, and only what may
be shown comes back; nothing of them is on a command line, in the environment, on disk, or in a log.
"""

from __future__ import annotations

import asyncio
import contextlib
import gettext
import io
import pickle
import struct
import sys
from pathlib import Path
from typing import Any, Final

import pfha_tui
from pfha_tui.configdiff.engine import ComparisonFault
from pfha_tui.configdiff.job import Job
from pfha_tui.configdiff.model import (
    Alert,
    AlertKind,
    Coverage,
    Difference,
    Entries,
    Report,
    Side,
    Verdict,
)
from pfha_tui.domain import language
from pfha_tui.domain.language import tr
from pfha_tui.domain.verdict import Severity
from pfha_tui.parsers.configxml import Revision
from pfha_tui.parsers.errors import ParseError

LENGTH: Final = struct.Struct(">I")
"""Before each part of the answer: how many bytes it has."""
LONGEST: Final = 64 * 1024 * 1024

_ROOT: Final = str(Path(pfha_tui.__file__).parent.parent)
_PROGRAM: Final = "import sys; sys.path.append(sys.argv[1]); from pfha_tui.configdiff.apart_child import main; main()"


class Ended(Exception):
    """The process ended before its answer did; str() is one sentence, with nothing of a file."""


async def compare_apart(job: Job) -> Report:
    """As `job.run`, in another process, which is gone when this returns, raises or is cancelled.

    Raises ParseError, ComparisonFault, Ended, and OSError where no process can be started.
    """
    process = await asyncio.create_subprocess_exec(
        *_command(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return await _answer(process, job)
    except pickle.UnpicklingError:
        raise Ended(_how(None)) from None
    except (asyncio.IncompleteReadError, ConnectionError):
        await process.communicate()
        raise Ended(_how(process.returncode)) from None
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


def _command() -> tuple[str, ...]:
    """Without the user's settings and the current folder in the path: only our own code gets the files."""
    return (sys.executable, "-I", "-S", "-c", _PROGRAM, _ROOT)


async def _answer(process: asyncio.subprocess.Process, job: Job) -> Report:
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(_request(job))
    await process.stdin.drain()
    process.stdin.close()
    found: dict[str, list[Any]] = {"head": [], "differences": [], "expected": []}
    while True:
        kind, part = _read(await _frame(process.stdout))
        if kind == "end":
            break
        if kind == "unreadable":
            raise ParseError(*part)
        if kind == "fault":
            raise ComparisonFault(part)
        found[kind].extend(part)
        # Whatever waits in the pipe, the screen has its turn between two parts.
        await asyncio.sleep(0)
    primary, secondary, coverage, alerts = found["head"]
    return Report(
        primary=primary,
        secondary=secondary,
        differences=tuple(found["differences"]),
        expected=tuple(found["expected"]),
        coverage=coverage,
        alerts=alerts,
        rules=() if job.one_node else job.rules,
        one_node=job.one_node,
    )


async def _frame(stream: asyncio.StreamReader) -> bytes:
    (length,) = LENGTH.unpack(await stream.readexactly(LENGTH.size))
    if length > LONGEST:
        raise pickle.UnpicklingError
    return await stream.readexactly(length)


def _how(code: int | None) -> str:
    if code is not None and code < 0:
        said = tr("The comparison was ended from outside (signal {number}); nothing of it is kept.")
        return said.format(number=-code)
    return tr("The comparison ended without a result; nothing of it is kept.")


class _Request(pickle.Pickler):
    """Writes a job; a catalogue of gettext, which cannot be written, as the name of its language."""

    def reducer_override(self, obj: object) -> Any:
        if isinstance(obj, gettext.GNUTranslations):
            return _catalogue, (obj.info().get("language", ""),)
        return NotImplemented


def _request(job: Job) -> bytes:
    buffer = io.BytesIO()
    _Request(buffer, pickle.HIGHEST_PROTOCOL).dump((job, language.in_use()))
    return buffer.getvalue()


def _catalogue(code: str) -> gettext.NullTranslations:
    folder = Path(pfha_tui.__file__).parent / "locale"
    return gettext.translation("pfha_tui", str(folder), [code], fallback=True)


_KNOWN: Final = {
    (kind.__module__, kind.__name__): kind
    for kind in (Alert, AlertKind, Coverage, Difference, Entries, Revision, Severity, Side, Verdict)
}


class _Answer(pickle.Unpickler):
    """Reads records of a report and nothing else: the process has read what a firewall sent."""

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        try:
            return _KNOWN[module_name, global_name]
        except KeyError:
            raise pickle.UnpicklingError from None


def _read(frame: bytes) -> tuple[str, Any]:
    kind, part = _Answer(io.BytesIO(frame)).load()
    return kind, part
