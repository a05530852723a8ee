"""What the comparison's screens ask of a pair, so that they need no feed of their own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pfha_tui.configdiff.model import Report
from pfha_tui.parsers.configxml import Revision


@dataclass(frozen=True, slots=True)
class Span:
    """Two revisions of a node by their times (epoch seconds); a `new` of None is what the node has now."""

    node: str
    old: int
    new: int | None


@dataclass(frozen=True, slots=True)
class DiffPair:
    """Both nodes by name, the primary first, and the wishes; each raises what is one sentence for the operator."""

    nodes: tuple[str, str]
    compare: Callable[[], Awaitable[Report]]
    revisions: Callable[[str], Awaitable[Sequence[Revision]]]
    """The earlier ones of a node, the newest first."""
    past: Callable[[Span, tuple[str, str]], Awaitable[Report]]
    """What changed in a span; the names are what the two revisions are called."""
    save: Callable[[Report], Awaitable[Path]]
    """As a new file. Raises OSError."""
    local: Callable[[float], datetime]
    """A moment (epoch seconds) in the console's time zone."""

    def when(self, epoch: int) -> str:
        """The moment of a revision, to the second."""
        return f"{self.local(epoch):%Y-%m-%d %H:%M:%S}"
