"""The journal's file: lines of canonical JSON, each with the hash of the one before; appended only, by many at once."""

import fcntl
import hashlib
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pfha_tui.domain.language import tr
from pfha_tui.domain.system_errors import reason

GENESIS = "0" * 64
"""What stands as `prev` in the first record."""
TORN = "torn"
"""Kind of the record that tells of a line which a crash had left half written."""
BROKEN = "broken"
"""Kind of the record that goes on behind a last line which somebody has changed."""
ACCEPTED = "accepted"
"""Kind of the record by which the operator takes the journal as it is, damage and all."""
BEGUN = "begun"
STEP = "step"
LOCK_S = 5.0
_BLOCK = 64 * 1024

_ALWAYS: dict[str, type | tuple[type, ...]] = {
    "seq": int,
    "time": (int, float),
    "pair": str,
    "id": str,
    "kind": str,
    "prev": str,
}

Record = Mapping[str, Any]


class JournalError(Exception):
    """The journal cannot be written or read; one sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a look through the whole file found: how many sound records stand before the first fault, the hash of
    the last of them, how many lines a crash had torn, and the first fault as one sentence (None: sound)."""

    records: int
    head: str
    torn: int = 0
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Damage:
    """What a look through the whole file found that nobody has accepted yet: the first fault as one sentence, and of
    the file as it was then the length in bytes and the SHA-256."""

    fault: str
    size: int
    sha256: str


def canonical(record: Record) -> bytes:
    """The one way to write a record: keys in order, ASCII only. Raises TypeError and ValueError for what is no JSON."""
    text = json.dumps(
        record, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    )
    return text.encode("ascii")


def digest(record: Record) -> str:
    """SHA-256, in hex, of a record without its own hash, but with that of the one before."""
    return hashlib.sha256(
        canonical({key: value for key, value in record.items() if key != "hash"})
    ).hexdigest()


def parse(line: bytes) -> dict[str, Any] | None:
    """The record of one line; None unless it is, byte for byte, what `canonical` writes and its hash is right."""
    try:
        record = json.loads(line)
        if not isinstance(record, dict) or canonical(record) != line:
            return None
    except (ValueError, RecursionError):
        return None
    sound = record.get("hash") == digest(record) and all(
        isinstance(record.get(key), kind) for key, kind in _ALWAYS.items()
    )
    return record if sound else None


def append(path: Path, fields: Record) -> dict[str, Any]:
    """Add a record, on disk before this returns; gives it with `seq`, `prev` and `hash`.

    What a crash or a hand has left behind the last sound record stays where it is and is told by a record of its
    own. Waits LOCK_S at most for other consoles. Raises JournalError.
    """
    canonical(fields)
    try:
        created = _prepare(path)
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(path, flags, 0o600)
        try:
            os.fchmod(descriptor, 0o600)
            with _locked(descriptor, path):
                record = _append(descriptor, fields)
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if created:
            _sync_directory(path.parent)
    except OSError as error:
        text = tr("The journal {path} cannot be written: {why}.")
        raise JournalError(text.format(path=path, why=reason(error))) from None
    return record


def read(path: Path) -> Iterator[dict[str, Any]]:
    """All sound records in their order, whatever stands between them; none where there is no file yet.

    Raises JournalError.
    """
    lines = _content(path).split(b"\n")
    return (record for line in lines if (record := parse(line)) is not None)


def head(path: Path) -> str:
    """The hash of the last sound record; GENESIS where there is none. Raises JournalError."""
    with _reading(path) as descriptor:
        last = _last(descriptor)[0] if descriptor is not None else None
    return last["hash"] if last is not None else GENESIS


def verify(path: Path) -> Verdict:
    """Look through the whole file for the first record that is not as it was written. Raises JournalError.

    Records that were cut off at the end leave no trace in the file; the heads in the nodes' own logs tell of them.
    """
    last, count, torn = GENESIS, 0, 0
    left: list[bytes] = []
    lines = _content(path).split(b"\n")
    # A record that lacks only its newline is whole.
    end = lines.pop() if parse(lines[-1]) is None else b""
    for number, line in enumerate(lines, 1):
        record = parse(line)
        if record is None:
            left.append(line)
            continue
        if left and not _tells_of(record, left):
            break
        if record["prev"] != last or record["seq"] != count + 1:
            return Verdict(count, last, torn, _misplaced(number, count))
        torn += bool(left)
        last, count, left = record["hash"], count + 1, []
    if left:
        first = next(at for at, line in enumerate(lines, 1) if line is left[0])
        return Verdict(count, last, torn, _changed(first, count))
    return Verdict(count, last, torn, _cut_off(len(lines) + 1) if end else None)


def damage(path: Path) -> Damage | None:
    """The first fault by which a record may have been lost that was once on the disk, since the operator last accepted
    the file as it was; None where there is none. Raises JournalError.

    A line that a crash tore is none: whatever was to be written before a change was not, and nothing was changed.
    """
    content = _content(path)
    found = tuple(_faults(content))
    if not found:
        return None
    accepted = _accepted(content)
    left = [fault for at, fault in found if at >= accepted]
    return Damage(left[0], len(content), _sha256(content)) if left else None


def _faults(content: bytes) -> Iterator[tuple[int, str]]:
    """Each fault with the offset at which it stands."""
    last, seq, at = GENESIS, 0, 0
    begun: set[str] = set()
    left: list[bytes] = []
    first = (0, 0)
    lines = content.split(b"\n")
    end = lines.pop() if parse(lines[-1]) is None else b""
    for number, line in enumerate(lines, 1):
        record = parse(line)
        if record is None:
            first = first if left else (at, number)
            left.append(line)
        else:
            follows = record["prev"] == last and record["seq"] == seq + 1
            if left and not (follows and _tells_of(record, left) and all(map(_torn, left))):
                yield first[0], _changed(first[1], seq)
            elif not follows:
                yield at, _misplaced(number, seq)
            if record["kind"] == BEGUN:
                begun.add(record["id"])
            elif record["kind"] == STEP and record["id"] not in begun:
                yield at, _orphaned(number, record["id"])
            last, seq, left = record["hash"], record["seq"], []
        at += len(line) + 1
    if left:
        yield first[0], _changed(first[1], seq)
    if not _torn(end):
        yield at, _cut_off(len(lines) + 1)


def _accepted(content: bytes) -> int:
    """Up to which offset the operator has accepted the file, which has not been changed there since."""
    until = 0
    for line in content.split(b"\n"):
        record = parse(line) if b'"kind":"accepted"' in line else None
        if record is None or record["kind"] != ACCEPTED:
            continue
        size = record.get("bytes")
        if isinstance(size, int) and until < size <= len(content):
            until = size if record.get("sha256") == _sha256(content[:size]) else until
    return until


def _torn(line: bytes) -> bool:
    """Whether a crash can have left it: the beginning of a record, and no more but blocks that were never filled."""
    line = line.rstrip(b"\0")
    if not line.isascii() or not line.startswith(b'{"'[: len(line)]):
        return False
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return True
    return False


def _orphaned(line: int, action: str) -> str:
    text = tr("Line {line} is a step of the action {id}, whose beginning is gone.")
    return text.format(line=line, id=action)


def _changed(line: int, sound: int) -> str:
    text = tr("Line {line}, record {number}, is not as it was written.")
    return text.format(line=line, number=sound + 1)


def _misplaced(line: int, sound: int) -> str:
    text = tr(
        "Line {line} does not follow record {number}: what stood between them is gone, or was moved."
    )
    return text.format(line=line, number=sound)


def _cut_off(line: int) -> str:
    text = tr("Line {line} is not complete: it was cut off while it was written, or changed since.")
    return text.format(line=line)


def _tells_of(record: Record, left: list[bytes]) -> bool:
    """The record was written by whoever found these torn lines, and they are still the same."""
    return record.get("kind") == TORN and record.get("sha256") == _sha256(b"\n".join(left) + b"\n")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _append(descriptor: int, fields: Record) -> dict[str, Any]:
    last, left = _last(descriptor)
    prev, seq = (last["hash"], last["seq"]) if last is not None else (GENESIS, 0)
    data = b"" if left or last is None else _newline(descriptor)
    if left:
        cut = not left.endswith(b"\n")
        torn = cut and all(map(_torn, left.split(b"\n")))
        left += b"\n" if cut else b""
        note = {key: fields[key] for key in ("time", "who") if key in fields}
        note |= {"kind": TORN if torn else BROKEN, "bytes": len(left), "sha256": _sha256(left)}
        told = _chained(note | {"pair": "", "id": ""}, prev, seq + 1)
        prev, seq = told["hash"], told["seq"]
        data = (b"\n" if cut else b"") + canonical(told) + b"\n"
    record = _chained(fields, prev, seq + 1)
    data += canonical(record) + b"\n"
    while data:
        data = data[os.write(descriptor, data) :]
    return record


def _chained(fields: Record, prev: str, seq: int) -> dict[str, Any]:
    record = {**fields, "seq": seq, "prev": prev}
    return record | {"hash": digest(record)}


def _last(descriptor: int) -> tuple[dict[str, Any] | None, bytes]:
    """The last sound record, and whatever stands behind it."""
    size, span = os.fstat(descriptor).st_size, _BLOCK
    while True:
        start = max(0, size - span)
        data = _pread(descriptor, size - start, start)
        lines = data.split(b"\n")
        # The first line of a block may begin before it.
        for at in range(len(lines) - 1, 0 if start else -1, -1):
            record = parse(lines[at])
            if record is not None:
                return record, b"\n".join(lines[at + 1 :])
        if not start:
            return None, data
        span *= 4


def _newline(descriptor: int) -> bytes:
    """The newline that the last record lacks, if it was cut off."""
    size = os.fstat(descriptor).st_size
    return b"" if _pread(descriptor, 1, size - 1) == b"\n" else b"\n"


def _pread(descriptor: int, size: int, start: int) -> bytes:
    data = b""
    while len(data) < size and (more := os.pread(descriptor, size - len(data), start + len(data))):
        data += more
    return data


def _prepare(path: Path) -> bool:
    """Make the folder, for this user alone; whether the file will be new."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.parent.stat().st_mode & 0o077:
        path.parent.chmod(0o700)
    return not path.exists()


def _sync_directory(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _content(path: Path) -> bytes:
    with _reading(path) as descriptor:
        if descriptor is None:
            return b""
        return _pread(descriptor, os.fstat(descriptor).st_size, 0)


@contextmanager
def _reading(path: Path) -> Iterator[int | None]:
    """The file's descriptor while nobody appends to it; None where there is no file."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        yield None
        return
    except OSError as error:
        raise _unreadable(path, error) from None
    try:
        with _locked(descriptor, path, fcntl.LOCK_SH):
            yield descriptor
    except OSError as error:
        raise _unreadable(path, error) from None
    finally:
        os.close(descriptor)


def _unreadable(path: Path, error: OSError) -> JournalError:
    text = tr("The journal {path} cannot be read: {why}.")
    return JournalError(text.format(path=path, why=reason(error)))


@contextmanager
def _locked(descriptor: int, path: Path, how: int = fcntl.LOCK_EX) -> Iterator[None]:
    """Hold the file's lock, which belongs to this opening of it and ends with it, whatever becomes of us."""
    until = time.monotonic() + LOCK_S
    while True:
        try:
            fcntl.flock(descriptor, how | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if time.monotonic() > until:
                text = tr(
                    "The journal {path} is held by another process for more than {seconds} s."
                )
                raise JournalError(text.format(path=path, seconds=f"{LOCK_S:g}")) from None
            time.sleep(0.01)
    try:
        yield
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
