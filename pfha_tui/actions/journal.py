"""The record of all actions: JSON lines, appended only, each with the hash of the one before.

Kinds of a record, in the order of an action: `begun` (the whole plan, with its undo), `step` (about to run step
`number` of the plan, counted from 0), `armed` (the node takes it back at `fires_at`), `called-off`, `ended` (with its
`result`) and `closed` (the operator said that nothing is left to do). `refused` is the only record of an attempt that
was not begun. Any other kind is a note. An action is unfinished until it is closed or has ended in anything but
UNKNOWN. `accepted` belongs to no action: the operator takes the file as it is, though records in it were damaged.
"""

import json
import os
import re
import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pfha_tui.actions import chain
from pfha_tui.actions.chain import JournalError, Record, Verdict, verify
from pfha_tui.actions.commands import UNMARK, recall
from pfha_tui.actions.model import Evidence, Plan, Request, Result, Risk, Step, Unfinished, Verb
from pfha_tui.config import locations
from pfha_tui.domain.command import Command
from pfha_tui.domain.language import mark, tr

__all__ = ["Journal", "JournalError", "Record", "Verdict", "new_id", "usual_path", "verify"]

BEGUN = chain.BEGUN
STEP = chain.STEP
ARMED = "armed"
CALLED_OFF = "called-off"
ENDED = "ended"
CLOSED = "closed"
REFUSED = "refused"

_ID = re.compile(r"[0-9a-f]{8,32}", re.ASCII)
_LONGEST = 4000
_NOTHING_BEGUN = mark("No step was begun, so that there is nothing to take back.")
_State = tuple[int, int, int]


def usual_path() -> Path:
    """Where the journal of this user lies."""
    return locations.state_dir() / "journal.jsonl"


def new_id() -> str:
    """A name for an action, as `domain.mark` takes it: eight hexadecimal digits."""
    return secrets.token_hex(4)


class Journal:
    """The journal of this user; several consoles may each have one on the same file at the same time.

    `who` stands in each record that is written (`user@host`). Every method that writes has it on the disk before it
    returns, and raises JournalError where it cannot: then nothing may be changed. TypeError and ValueError for
    facts that are no plain JSON, and for a command that is fed something, which could be a secret.
    """

    def __init__(self, path: Path, who: str, *, clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._who = who
        self._clock = clock
        self._pairs: dict[str, str] = {}
        self._kept: tuple[_State, tuple[Record, ...]] | None = None
        self._looked: tuple[_State, str | None] | None = None

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    @property
    def who(self) -> str:
        """Who acts, as the records have it."""
        return self._who

    @property
    def head(self) -> str:
        """The hash of the last record, which stands for all that is in the journal. Raises JournalError."""
        return chain.head(self._path)

    def records(self) -> tuple[Record, ...]:
        """All records, the oldest first; read again only when the file has changed. Raises JournalError."""
        state = self._state()
        if state is None:
            return tuple(chain.read(self._path))
        if self._kept is None or self._kept[0] != state:
            # Whatever is appended between the two is read once more by the next call, for the state is the older.
            self._kept = state, tuple(chain.read(self._path))
        return self._kept[1]

    def damage(self) -> str | None:
        """That the file was changed so that an unfinished action may be lost from it, and what to do; None where it was
        not, or that was accepted. Looked at again only when the file has changed. Raises JournalError."""
        state = self._state()
        if state is None:
            return damage(self._path)
        if self._looked is None or self._looked[0] != state:
            self._looked = state, damage(self._path)
        return self._looked[1]

    def accept(self, reason: str) -> str | None:
        """Record that the operator takes the file as it is, and why; the fault, or None where there is none."""
        found = chain.damage(self._path)
        if found is None:
            return None
        facts = {"reason": reason, "fault": found.fault}
        self._add("", "", chain.ACCEPTED, facts | {"bytes": found.size, "sha256": found.sha256})
        return found.fault

    def refuse(self, plan: Plan, action: str, why: str) -> None:
        """Record an attempt that was refused before it was begun."""
        facts = {"title": plan.title, "verb": plan.request.verb.value, "node": plan.node}
        self._add(plan.pair, action, REFUSED, facts | {"reason": plan.request.reason, "why": why})

    def begin(self, plan: Plan, action: str | None = None, **facts: Any) -> str:
        """Record the whole plan before anything is done; the action's id (`action`, if it has one already)."""
        action = new_id() if action is None else action
        if _ID.fullmatch(action) is None:
            raise ValueError("an action's id is 8 to 32 hexadecimal digits")
        self._pairs[action] = plan.pair
        process = {"pid": os.getpid(), "started": _started(os.getpid())}
        self._add(plan.pair, action, BEGUN, {"process": process} | _told(plan) | facts)
        return action

    def note(self, action: str, kind: str, **facts: Any) -> None:
        """Record what has become of an action so far; `kind` is one of this module's, or a word of the caller's."""
        self._add(self._pair_of(action), action, kind, facts)

    def end(
        self, action: str, result: Result, text: str, evidence: Sequence[Evidence] = ()
    ) -> None:
        """Record how it came out. UNKNOWN leaves the action unfinished."""
        facts = {"result": result.value, "text": text, "evidence": [asdict(e) for e in evidence]}
        self._add(self._pair_of(action), action, ENDED, facts)

    def close(self, action: str, reason: str) -> None:
        """Record that the operator wants nothing more done about an action, and why."""
        self._add(self._pair_of(action), action, CLOSED, {"reason": reason})

    def unfinished(self, pair: str) -> tuple[Unfinished, ...]:
        """Actions of this pair that came to no end, the newest first, without those that another process of this
        machine is still about. What takes one back is the undo of those steps that were begun, the last first.

        Raises JournalError.
        """
        return unfinished(self.records(), pair)

    def last_change(self, pair: str) -> float | None:
        """When (epoch seconds) the last role-changing action of the pair began or ended. Raises JournalError."""
        return last_change(self.records(), pair)

    def _state(self) -> _State | None:
        """What changes with the file; None where it cannot be looked at."""
        try:
            stat = self._path.stat()
        except OSError:
            return None
        return stat.st_ino, stat.st_size, stat.st_mtime_ns

    def _pair_of(self, action: str) -> str:
        if action not in self._pairs:
            self._pairs[action] = next((r["pair"] for r in self.records() if r["id"] == action), "")
        return self._pairs[action]

    def _add(self, pair: str, action: str, kind: str, facts: dict[str, Any]) -> None:
        fixed = {"time": round(self._clock(), 3), "pair": pair, "id": action, "kind": kind}
        chain.append(self._path, _bounded(facts) | fixed | {"who": _cut(self._who)})


def damage(path: Path) -> str | None:
    """As Journal.damage, of a file."""
    found = chain.damage(path)
    if found is None:
        return None
    text = tr(
        "The journal is damaged, and an unfinished action may be lost from it ({fault}): look at both nodes, "
        "then `pfha-tui journal accept --reason TEXT`."
    )
    return text.format(fault=found.fault.rstrip("."))


def unfinished(records: Iterable[Record], pair: str) -> tuple[Unfinished, ...]:
    """As Journal.unfinished, out of records."""
    open_: dict[str, list[Record]] = {}
    for record in records:
        action, kind = record["id"], record["kind"]
        if record["pair"] != pair:
            continue
        if kind == BEGUN:
            open_[action] = [record]
        elif action in open_:
            open_[action].append(record)
            if kind == CLOSED or (kind == ENDED and record.get("result") != Result.UNKNOWN):
                del open_[action]
    try:
        left = [_unfinished(story) for story in open_.values() if not _under_way(story)]
    except (KeyError, TypeError, ValueError, AttributeError):
        # A record of a later version may name what this one does not know.
        text = tr("The journal has an unfinished action of {pair} that this version cannot read.")
        raise JournalError(text.format(pair=pair)) from None
    return tuple(reversed(left))


def last_change(records: Iterable[Record], pair: str) -> float | None:
    """As Journal.last_change, out of records."""
    last: float | None = None
    changing: set[str] = set()
    for record in records:
        if record["pair"] != pair:
            continue
        if record["kind"] == BEGUN and record.get("risk") == Risk.ROLE_CHANGING:
            changing.add(record["id"])
        if record["id"] in changing and record["kind"] in (STEP, ENDED):
            last = float(record["time"])
    return last


def _told(plan: Plan) -> dict[str, Any]:
    """The plan as a record has it."""
    request = plan.request
    return {
        "verb": request.verb.value,
        "request": _wish(request),
        "undo_request": _wish(plan.undo_request) if plan.undo_request is not None else None,
        "node": plan.node,
        "peer": plan.peer,
        "risk": plan.risk.value,
        "title": plan.title,
        "reason": request.reason,
        "steps": [_step(step) for step in plan.steps],
        "roles": [asdict(role) for role in plan.roles],
        "loss": plan.loss,
        "undo": plan.undo,
    }


def _wish(request: Request) -> dict[str, Any]:
    return {
        "verb": request.verb.value,
        "node": request.node,
        "method": request.method.value if request.method is not None else None,
        "lease_s": request.lease_s,
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "node": step.node,
        "command": _words(step.command),
        "what": step.what,
        "undo": [_words(command) for command in step.undo],
        "watchdog_s": step.watchdog_s,
        "demotion": step.demotion,
    }


def _words(command: Command) -> list[str]:
    if command.stdin:
        raise ValueError("a command that is fed something is not written down")
    return list(command.argv)


def _bounded(facts: dict[str, Any]) -> dict[str, Any]:
    """Facts as plain JSON of bounded length. TypeError for anything else, above all a Secret."""
    return {key: _plain(value) for key, value in json.loads(chain.canonical(facts)).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return _cut(value)
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return value


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _unfinished(story: list[Record]) -> Unfinished:
    begun = story[0]
    fires_at: float | None = None
    reached, armed = -1, set[int]()
    for record in story[1:]:
        kind = record["kind"]
        if kind == ARMED:
            fires_at = float(record["fires_at"])
            armed.add(int(record["number"]))
        elif kind == CALLED_OFF:
            fires_at = None
        elif kind == STEP:
            reached = max(reached, int(record["number"]))
    node = str(begun["node"])
    done = [
        (step, number in armed or step["watchdog_s"] is None)
        for number, step in enumerate(begun["steps"][: reached + 1])
        if step["node"] == node
    ]
    undo = tuple(
        command
        for step, tried in reversed(done)
        for command in map(_recalled, step["undo"])
        # Of a step that was to be armed, and was not, only the mark may have been left.
        if tried or command == UNMARK
    )
    return Unfinished(
        id=begun["id"],
        pair=begun["pair"],
        verb=Verb(begun["verb"]),
        node=node,
        title=begun["title"],
        began=float(begun["time"]),
        who=begun["who"],
        undo=undo,
        undo_text=begun["undo"] if reached >= 0 else tr(_NOTHING_BEGUN),
        fires_at=fires_at,
    )


def _recalled(words: list[str]) -> Command:
    command = recall(tuple(words))
    if command is None:
        raise ValueError(words)
    return command


def _under_way(story: list[Record]) -> bool:
    """Another process, which still lives, has begun it and not yet said how it came out."""
    process = story[0].get("process") or {}
    pid = process.get("pid")
    if not isinstance(pid, int) or pid == os.getpid() or any(r["kind"] == ENDED for r in story):
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return pid > 0 and _started(pid) == process.get("started")
    return pid > 0 and _started(pid) == process.get("started")


def _started(pid: int) -> str:
    """When a process began, by Linux's own count, so that its number used again is told apart; else nothing."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
