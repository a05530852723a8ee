"""Walks several columns of a table at once and joins them by index. Pure: it makes requests and is fed answers.

Agents leave cells out (bsnmpd has no ifHC octets for interfaces of 20 Mb/s and less), so each column has its own
cursor, and a cell belongs to the row that its own index names, never to the one at its position in the answer.
"""

from collections.abc import Sequence
from typing import Final

from pfha_tui.domain.language import tr
from pfha_tui.transports.snmp.values import (
    SKIPPABLE,
    Answer,
    End,
    ErrorStatus,
    Oid,
    Value,
    dotted,
)

MAX_BINDS: Final = 40
"""Most varbinds in one answer: more would hold up the event loop for longer than a frame, and fragment."""

MAX_ROWS: Final = 4096
"""More rows than this are not read (pf address tables can hold hundreds of thousands)."""


MAX_OCTETS: Final = 4 * 1024 * 1024
"""Octets of all strings of one table that are kept."""


class WalkError(Exception):
    """The table can't be read; the message is the end of a sentence that begins with the agent's name."""


class _Column:
    __slots__ = ("cursor", "name", "open", "root", "seen")

    def __init__(self, name: str, root: Oid) -> None:
        self.name = name
        self.root = root
        self.cursor = root
        self.seen: set[Oid] = set()
        self.open = True

    def index_of(self, oid: Oid) -> Oid | None:
        """The index that an OID of this column ends in; None for an OID of another column."""
        width = len(self.root)
        return oid[width:] if len(oid) > width and oid[:width] == self.root else None


class TableWalk:
    """One reading of a table.

    `columns` maps each column's name, as the caller wrote it, to its OID. Ask `request()`, send it as a GETBULK,
    hand the answer to `feed()`, until `request()` gives None; then `rows` is whole.

    A column ends where the agent leaves it, says endOfMibView, or repeats an index (an agent that goes in circles).
    Indexes need not increase. Every answer brings a new cell, ends a column or makes the next request smaller, so the
    walk ends.
    """

    def __init__(
        self, columns: dict[str, Oid], max_binds: int = MAX_BINDS, max_rows: int = MAX_ROWS
    ) -> None:
        self.rows: dict[str, dict[str, Value]] = {}
        self._waiting = [_Column(name, root) for name, root in columns.items()]
        self._asked: list[_Column] = []
        self._max_rows = max_rows
        self._octets = 0
        self._max_binds = max_binds
        self._width = min(max(1, len(self._waiting)), max_binds)

    def request(self) -> tuple[list[Oid], int] | None:
        """Cursors and max-repetitions of the next GETBULK; None when all columns have ended."""
        self._asked = self._waiting[: self._width]
        if not self._asked:
            return None
        return [column.cursor for column in self._asked], max(
            1, self._max_binds // len(self._asked)
        )

    def feed(self, answer: Answer) -> None:
        """Take in the answer to the last request. Raises WalkError."""
        if answer.error_status == ErrorStatus.TOO_BIG:
            self._shrink()
        elif answer.error_status:
            self._drop(answer)
        else:
            self._take(answer)
        self._waiting = [column for column in self._waiting if column.open]

    def _take(self, answer: Answer) -> None:
        width = len(self._asked)
        limit = width * max(1, self._max_binds // width)
        for position, (oid, cell) in enumerate(answer.binds[:limit]):
            column = self._asked[position % width]
            if not column.open:
                continue
            index = column.index_of(oid)
            if isinstance(cell, End) or index is None or index in column.seen:
                column.open = False
                continue
            column.seen.add(index)
            column.cursor = oid
            if cell is not None:
                self.rows.setdefault(dotted(index), {})[column.name] = cell
                self._octets += 0 if isinstance(cell, int) else len(cell)
            if self._octets > MAX_OCTETS:
                raise WalkError(
                    tr("has more than {count} octets in this table; it is not read").format(
                        count=MAX_OCTETS
                    )
                )
            if len(self.rows) > self._max_rows or len(column.seen) > self._max_rows:
                raise WalkError(
                    tr("has more than {count} rows in this table; it is not read").format(
                        count=self._max_rows
                    )
                )
        if not answer.binds:
            self._shrink()

    def _shrink(self) -> None:
        """Ask for less; even a single value did not fit when nothing is left to take away."""
        width = len(self._asked)
        if width == 1 and self._max_binds == 1:
            raise WalkError(tr("can't fit even one value into an answer (tooBig)"))
        self._max_binds = max(1, (width * max(1, self._max_binds // width)) // 2)
        self._width = min(width, self._max_binds)

    def _drop(self, answer: Answer) -> None:
        """End the one column of which the agent complains; an error without a culprit fails the walk."""
        if answer.error_status not in SKIPPABLE or not 0 < answer.error_index <= len(self._asked):
            raise WalkError(
                tr("answered with error {number}").format(number=int(answer.error_status))
            )
        self._asked[answer.error_index - 1].open = False


def columns_of(names: Sequence[str], parsed: Sequence[Oid]) -> dict[str, Oid]:
    """Columns by name; a name given twice is one column."""
    return dict(zip(names, parsed, strict=True))
