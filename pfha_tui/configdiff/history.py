"""The index of a node's earlier revisions: /cf/conf/backup/backup.cache, an array that PHP serialised."""

from __future__ import annotations

import re
from typing import Final, TypeAlias

from pfha_tui.domain.language import tr
from pfha_tui.parsers.configxml import Revision
from pfha_tui.parsers.errors import ParseError

SECTION: Final = "backup.cache"
MAX_BYTES: Final = 1024 * 1024
MAX_DEPTH: Final = 4

Plain: TypeAlias = "str | int | dict[str | int, Plain] | None"

_SCALAR: Final = re.compile(rb"(?:i:(-?\d{1,18})|b:([01])|d:[-+.\dEe]{1,40}|(N));")
_LENGTH: Final = re.compile(rb'(?:s:(\d{1,7}):"|a:(\d{1,6}):\{)')


def parse_index(raw: bytes) -> tuple[Revision, ...]:
    """The revisions in backup.cache, the newest first; `time` names the file config-TIME.xml.

    Raises ParseError for anything that PHP would not have written, and for more than 1 MiB.
    """
    if not raw.strip():
        return ()
    if len(raw) > MAX_BYTES:
        raise ParseError(SECTION, tr("more than {limit} MiB are not read").format(limit=1))
    value, end = _value(raw, 0, 0)
    if not isinstance(value, dict) or raw[end:].strip():
        raise _broken()
    found = []
    for time, entry in value.items():
        if isinstance(time, int) and 0 < time < 10**12 and isinstance(entry, dict):
            description = entry.get("description")
            found.append(Revision(time, description if isinstance(description, str) else ""))
    return tuple(sorted(found, key=lambda each: -each.time))


def _value(raw: bytes, at: int, depth: int) -> tuple[Plain, int]:
    scalar = _SCALAR.match(raw, at)
    if scalar is not None:
        number = scalar[1] or scalar[2]
        return (int(number) if number else None), scalar.end()
    head = _LENGTH.match(raw, at)
    if head is None or depth > MAX_DEPTH:
        raise _broken()
    if head[1] is not None:
        end = head.end() + int(head[1])
        if raw[end : end + 2] != b'";':
            raise _broken()
        return raw[head.end() : end].decode("utf-8", "replace"), end + 2
    return _array(raw, head.end(), int(head[2]), depth)


def _array(raw: bytes, at: int, count: int, depth: int) -> tuple[Plain, int]:
    made: dict[str | int, Plain] = {}
    for _ in range(count):
        key, at = _value(raw, at, depth + 1)
        if not isinstance(key, str | int):
            raise _broken()
        made[key], at = _value(raw, at, depth + 1)
    if raw[at : at + 1] != b"}":
        raise _broken()
    return made, at + 1


def _broken() -> ParseError:
    return ParseError(SECTION, tr("it is not what PHP writes"))
