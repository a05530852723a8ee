"""Pure: one node as the detail screen's table asks for it, and values that several topics have."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from pfha_tui.domain.language import tr
from pfha_tui.domain.reading import Reading
from pfha_tui.domain.snapshot import CarpRole, NodeSnapshot
from pfha_tui.domain.text import clean
from pfha_tui.ui import data_plane, present
from pfha_tui.ui.facts.table import Items, read_item
from pfha_tui.ui.line import Tone, line
from pfha_tui.ui.present import Scene


class Sort(Enum):
    """What is to be thought of a fact: a sound pair has it EQUAL on both nodes, or each node has its OWN;
    a LIVE one has an age of its own, and is of the present though the others may be of the past."""

    EQUAL = auto()
    OWN = auto()
    LIVE = auto()


EQUAL, OWN, LIVE = Sort.EQUAL, Sort.OWN, Sort.LIVE
Told = tuple[str, Items, Sort]
"""Name, value and sort of a fact."""


@dataclass(frozen=True, slots=True)
class Side:
    """One node of the pair, and what of it is asked for: the device name of the interface there, the role
    of the VIP, the gateway's name, and how the last bulk update stands."""

    node: NodeSnapshot
    peer: NodeSnapshot
    scene: Scene
    name: str = ""
    role: CarpRole | None = None
    bulk: data_plane.Bulk | None = None
    sick: bool = False


def reads(side: Side, *sections: tuple[str, Reading[Any]]) -> Told:
    """When the sections were read that the topic's facts come from, and what went wrong."""
    items = [one for name, reading in sections for one in read_item(name, reading, side.scene)]
    return (tr("read"), tuple(items), LIVE)


def rate(value: float | None) -> Items:
    """Events per second; nothing while unknown."""
    return () if value is None else (line(present.per_second(value)),)


def loud_rate(value: float | None) -> Items:
    """Events per second of something that must not happen."""
    if value is None:
        return ()
    return (line((present.per_second(value), Tone.BAD if value > 0 else Tone.PLAIN)),)


def counts(rows: Sequence[tuple[str, int]], tone: Tone = Tone.PLAIN) -> Items:
    """Counters that are not zero, each with its name."""
    return tuple(
        line((f"{clean(name[:40])} ", Tone.MUTED), (present.count(count), tone))
        for name, count in rows
        if count
    )
