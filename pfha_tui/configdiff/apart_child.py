"""The other end of `apart`: a job from standard input, a report in parts to standard output."""

from __future__ import annotations

import contextlib
import os
import pickle
import sys
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, Final

from pfha_tui.configdiff.apart import LENGTH
from pfha_tui.configdiff.engine import ComparisonFault
from pfha_tui.configdiff.job import Job
from pfha_tui.configdiff.model import Difference
from pfha_tui.domain import language
from pfha_tui.parsers.errors import ParseError

ROWS: Final = 1000
"""Rows of XML after which a part is handed over: reading one must not hold up a screen."""
MOST: Final = 100
"""Differences of one part, at most."""
NICE: Final = 10
"""Steps of priority below the screen's."""
CPU_S: Final = 120
"""Seconds of computing after which the system ends a process that nobody waits for any more."""


def main() -> None:
    """Do one job. Without a core file: the memory holds secrets."""
    _limit()
    out = sys.stdout.buffer
    job, catalogue = pickle.load(sys.stdin.buffer)
    language.use(catalogue)
    # Whoever asked may be gone.
    with contextlib.suppress(BrokenPipeError):
        for part in parts(job):
            _send(out, part)
        out.flush()


def parts(job: Job) -> Iterator[tuple[str, Any]]:
    """The answer: its head, the differences in slices, and its end; or what was wrong."""
    try:
        report = job.run()
    except ParseError as error:
        yield "unreadable", (error.section, error.message, error.line_no, error.line)
        return
    except ComparisonFault as error:
        yield "fault", str(error)
        return
    yield "head", (report.primary, report.secondary, report.coverage, report.alerts)
    yield from (("differences", piece) for piece in _pieces(report.differences))
    yield from (("expected", piece) for piece in _pieces(report.expected))
    yield "end", None


def _pieces(found: Sequence[Difference]) -> Iterator[tuple[Difference, ...]]:
    """At most `MOST` differences at a time, and `ROWS` rows of XML or long values unless one has more."""
    piece: list[Difference] = []
    rows = 0
    for each in found:
        size = len(each.xml) + len(f"{each.primary}{each.secondary}") // 100
        if len(piece) == MOST or (piece and rows + size > ROWS):
            yield tuple(piece)
            piece, rows = [], 0
        piece.append(each)
        rows += size
    yield tuple(piece)


def _send(out: BinaryIO, part: tuple[str, Any]) -> None:
    data = pickle.dumps(part, pickle.HIGHEST_PROTOCOL)
    out.write(LENGTH.pack(len(data)) + data)


def _limit() -> None:
    # On a busy machine the screen comes first.
    os.nice(NICE)
    # Not on every system.
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
