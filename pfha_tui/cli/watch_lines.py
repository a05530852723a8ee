"""The lines that `watch --json` and `watch --plain` print.

`watch --json` prints one JSON object a line; every line is handed over at once. New fields and kinds may be
added without a new schema number. Unknown is always `null`.

- Of each pair first the document of `status --json`, with `kind`: status, as soon as its verdict is confirmed,
  after 10 s in any case. Then one object per change:
- `schema`: 1. `kind`: verdict, role, link, demotion, connection, pfsync, sync, action, or fault: this pair is not
  watched, or no longer. `pair`: its name. `at`: when, RFC 3339 in UTC; `resolution`: ms, or s where the source
  tells no more (log lines, by the node's clock, and what a poll found).
- `node`, `interface`, `vhid`: what it is about; `null` where it is about the whole pair.
- `old`, `new`: words that no language changes: a verdict, once confirmed (both the same where only its causes, or who
  serves, have changed); INIT, BACKUP, MASTER or missing; up or down; the demotion; reachable or unreachable, and for
  one way to a node (its `source`) live, down or stopped.
- `text`: one clause for people. `source`: devd, log, ssh or snmp; `null` for a conclusion.

`watch --plain` prints the same for logs and screen readers: time with its offset, pair, kind, node (- for the pair)
and a clause, in columns whose widths do not change while it runs; no control codes, no frames.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from rich.cells import cell_len

from pfha_tui.actions.model import Lease
from pfha_tui.cli.status_json import SCHEMA, rfc3339, status_document
from pfha_tui.domain.changes import Change, ChangeKind
from pfha_tui.domain.events import Resolution
from pfha_tui.domain.language import tr
from pfha_tui.domain.snapshot import PairSnapshot, label_of
from pfha_tui.domain.target import BrokenPair, PairTarget
from pfha_tui.domain.verdict import VerdictKind
from pfha_tui.domain.wording import duration, word

STATUS = "status"
FAULT = "fault"


class Form(Protocol):
    """How a pair's status, a change and a fault become a line."""

    def status(self, snapshot: PairSnapshot, leases: Sequence[Lease]) -> str:
        """The pair as it is when watching begins, and its leases of maintenance."""
        ...

    def change(self, change: Change, snapshot: PairSnapshot) -> str:
        """One change, which `snapshot` is the first to have."""
        ...

    def fault(self, pair: str, epoch: float, sentence: str) -> str:
        """Why a pair is not watched, or no longer, since `epoch`."""
        ...


class JsonForm:
    """One JSON object a line, as this module's own text documents it."""

    def status(self, snapshot: PairSnapshot, leases: Sequence[Lease]) -> str:
        """As Form.status."""
        return _json({"schema": SCHEMA, "kind": STATUS} | status_document(snapshot, leases))

    def change(self, change: Change, snapshot: PairSnapshot) -> str:
        """As Form.change."""
        return self._object(change, change.kind.value)

    def fault(self, pair: str, epoch: float, sentence: str) -> str:
        """As Form.fault."""
        told = Change(pair, epoch, Resolution.MS, ChangeKind.CONNECTION, None, sentence)
        return self._object(told, FAULT)

    @staticmethod
    def _object(change: Change, kind: str) -> str:
        return _json(
            {
                "schema": SCHEMA,
                "kind": kind,
                "pair": change.pair,
                "at": rfc3339(change.epoch),
                "resolution": change.resolution.value,
                "node": change.node,
                "interface": change.interface,
                "vhid": change.vhid,
                "old": change.old,
                "new": change.new,
                "text": change.text,
                "source": change.source.value if change.source is not None else None,
            }
        )


class PlainForm:
    """Columns of words, as wide as the names of these pairs and nodes need."""

    def __init__(self, pairs: Sequence[PairTarget | BrokenPair]) -> None:
        nodes = [n.name for pair in pairs if isinstance(pair, PairTarget) for n in pair.nodes]
        kinds = [*(kind.value for kind in ChangeKind), STATUS, FAULT]
        self._pair = max(cell_len(pair.name) for pair in pairs)
        self._node = max((cell_len(name) for name in nodes), default=1)
        self._kind = max(map(len, kinds))

    def status(self, snapshot: PairSnapshot, leases: Sequence[Lease]) -> str:
        """As Form.status."""
        verdict = snapshot.verdict
        text = _judged(verdict.kind, verdict.why)
        if not verdict.confirmed:
            waited = duration(verdict.unconfirmed_for_s, tenths=True)
            text += " " + tr("(unconfirmed, {age})").format(age=waited)
        return self._line(snapshot.epoch, Resolution.MS, snapshot.pair, STATUS, None, text)

    def change(self, change: Change, snapshot: PairSnapshot) -> str:
        """As Form.change."""
        text = change.text
        if change.kind is ChangeKind.VERDICT:
            text = _judged(VerdictKind(change.new or VerdictKind.UNKNOWN), text)
        elif change.interface is not None and change.kind in (ChangeKind.ROLE, ChangeKind.LINK):
            text = f"{_place(change.interface, change, snapshot)}: {text}"
        return self._line(
            change.epoch, change.resolution, change.pair, change.kind.value, change.node, text
        )

    def fault(self, pair: str, epoch: float, sentence: str) -> str:
        """As Form.fault."""
        return self._line(epoch, Resolution.MS, pair, FAULT, None, sentence)

    def _line(
        self,
        epoch: float,
        resolution: Resolution,
        pair: str,
        kind: str,
        node: str | None,
        text: str,
    ) -> str:
        columns = (
            f"{_local(epoch, resolution):29}",
            _padded(pair, self._pair),
            f"{kind:{self._kind}}",
            _padded(node or "-", self._node),
            text,
        )
        return "  ".join(columns)


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=True, allow_nan=False)


def _judged(kind: VerdictKind, why: str) -> str:
    return tr("{verdict}: {why}").format(verdict=word(kind), why=why)


def _place(interface: str, change: Change, snapshot: PairSnapshot) -> str:
    """`WAN vhid 1`: what the operator calls the interface, else its name."""
    name = label_of(snapshot, interface, change.node, change.vhid)
    return name if change.vhid is None else f"{name} vhid {change.vhid}"


def _local(epoch: float, resolution: Resolution) -> str:
    exact = "milliseconds" if resolution is Resolution.MS else "seconds"
    try:
        return datetime.fromtimestamp(epoch).astimezone().isoformat(timespec=exact)
    except (ValueError, OverflowError, OSError):
        return "?"


def _padded(text: str, cells: int) -> str:
    return text + " " * (cells - cell_len(text))
