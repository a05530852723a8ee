"""What is read over the action's own link to prove what the watching link does not show."""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass

from pfha_tui.configdiff.sections import ACCOUNTS_MERGED, MERGED
from pfha_tui.domain.events import Event
from pfha_tui.domain.text import clean

_LONGEST = 4096
_TIME = re.compile(r"<time>\s*(?:<!\[CDATA\[)?\s*([0-9]{1,12})\s*(?:\]\]>)?\s*</time>")
_DESCRIPTION = re.compile(
    r"<description>\s*(?:<!\[CDATA\[(.{0,2500}?)\]\]>|([^<]{0,2500}))\s*</description>"
)
_BULK = re.compile(r"pfsync bulk (done|fail)")


@dataclass(frozen=True, slots=True)
class Revision:
    """The newest revision of a configuration: when (epoch seconds, the node's clock) and why."""

    time: int
    description: str

    @property
    def merged(self) -> bool:
        """The node wrote it when it merged what the other one sent."""
        return bool(MERGED.match(self.description) or ACCOUNTS_MERGED.match(self.description))


@dataclass(frozen=True, slots=True)
class Proof:
    """Beginning and present of what an action is proved by; None: not read.

    `merge_after` and `bulk_after` are epoch seconds of the proving node's own clock when the action began, `revision`
    the secondary's newest revision, `bulk_done` True or False once the log has said done or fail after that.
    `boot_before` is when the node that is rebooted had booted before.
    """

    merge_after: int | None = None
    revision: Revision | None = None
    bulk_after: int | None = None
    bulk_done: bool | None = None
    boot_before: int | None = None


def read_revision(text: str) -> Revision | None:
    """The revision in the answer to `commands.REVISION`; None where there is none that can be read."""
    text = text[: 4 * _LONGEST]
    start = text.find("<revision>")
    if start < 0:
        return None
    text = text[start:].partition("</revision>")[0]
    time, why = _TIME.search(text), _DESCRIPTION.search(text)
    if time is None:
        return None
    told = (why[1] or why[2] or "") if why is not None else ""
    return Revision(int(time[1]), clean(html.unescape(told)).strip())


def bulk_done(events: Iterable[Event], node: str, after: float) -> bool | None:
    """What the node's log last said of a bulk transfer of states since `after` (epoch seconds, the node's clock);
    None: neither done nor fail."""
    told: bool | None = None
    for event in events:
        if event.node != node or event.epoch < after:
            continue
        found = _BULK.search(event.reason) or _BULK.search(event.text)
        if found is not None:
            told = found[1] == "done"
    return told
