"""What every condition is given, and how it says what it found."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pfha_tui.actions.model import Finding, Plan, Verb, Weight
from pfha_tui.actions.scene import Scene
from pfha_tui.domain.language import tr
from pfha_tui.domain.reading import Reading
from pfha_tui.domain.view import Side
from pfha_tui.domain.wording import duration


@dataclass(frozen=True, slots=True)
class Context:
    """What the gate must know besides the pair: `now` in monotonic seconds (not before the snapshot's), how many
    seconds ago the last role change was (None: none known), how many earlier actions on this pair never came to an
    end, and what is wrong with the journal, which may then have lost one."""

    read_only: bool = False
    now: float = 0.0
    last_change: float | None = None
    unfinished: int = 0
    damage: str | None = None


_TAKES_BACK = (Verb.MAINTENANCE_LEAVE, Verb.FAILBACK, Verb.CARP_ENABLE, Verb.DEMOTION_RESET)


@dataclass(frozen=True)
class Case:
    """A plan before the gate."""

    plan: Plan
    scene: Scene
    context: Context

    @cached_property
    def index(self) -> int:
        """The node that is acted on."""
        return self.scene.index(self.plan.node)

    @property
    def node(self) -> Side:
        """The node that is acted on."""
        return self.scene.sides[self.index]

    @property
    def peer(self) -> Side:
        """The other one."""
        return self.scene.sides[1 - self.index]

    @property
    def receiver(self) -> Side:
        """The node that is to serve: the one acted on where an obstacle to it is removed, else the peer."""
        return self.node if self.plan.request.verb in _TAKES_BACK else self.peer

    @property
    def moves(self) -> bool:
        """A role changes by the plan, or it is not foreseen that none does."""
        return any(line.before is not line.after for line in self.plan.roles)


def block(id: str, text: str, node: str | None = None) -> Finding:
    """A condition that refuses."""
    return Finding(id, Weight.BLOCK, text, node)


def warn(id: str, text: str, node: str | None = None) -> Finding:
    """A condition that is shown."""
    return Finding(id, Weight.WARN, text, node)


def fine(id: str, text: str, node: str | None = None) -> Finding:
    """A condition that was looked at and is well."""
    return Finding(id, Weight.FINE, text, node)


def seen(text: str, reading: Reading[Any], now: float) -> str:
    """The sentence with the age of what it rests on, and where that came from."""
    age = reading.age(now)
    if age is None:
        return tr("{evidence} (never read)").format(evidence=text)
    source = reading.source.value.upper() if reading.source is not None else "?"
    told = tr("{evidence} (read {age} ago, {source})")
    return told.format(evidence=text, age=duration(age, tenths=True), source=source)
