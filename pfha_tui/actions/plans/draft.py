"""What all plans have in common: their numbers, and the record that is filled the same way each time."""

from dataclasses import dataclass, field, replace

from pfha_tui.actions.forecast import NOTHING, Change, forecast
from pfha_tui.actions.model import (
    Expectation,
    Plan,
    Request,
    Risk,
    RoleLine,
    Step,
    Unplannable,
)
from pfha_tui.actions.scene import Scene
from pfha_tui.domain.language import tr
from pfha_tui.domain.model import CarpState
from pfha_tui.domain.wording import duration

WATCHDOG_GRACE_S = 30.0
"""How much longer than the console the node itself waits before it takes a demotion back."""


@dataclass(frozen=True)
class Draft:
    """A plan before its steps: the scene, the wish, and the node that is acted on (by index).

    `roles` are those of now and those that the change leads to; without a change they stay, whatever they are.
    """

    scene: Scene
    request: Request
    index: int
    change: Change = NOTHING
    roles: tuple[RoleLine, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        changes = (self.change, NOTHING) if self.index == 0 else (NOTHING, self.change)
        lines = forecast(self.scene.view, changes)
        if self.change == NOTHING:
            lines = tuple(replace(line, after=line.before) for line in lines)
        object.__setattr__(self, "roles", lines)

    @property
    def node(self) -> str:
        """The node that is acted on."""
        return self.scene.name(self.index)

    @property
    def peer(self) -> str:
        """The other one."""
        return self.scene.name(1 - self.index)

    @property
    def risk(self) -> Risk:
        """Role-changing where a role changes, or where that is not foreseen."""
        return Risk.ROLE_CHANGING if self.moves else Risk.REVERSIBLE

    @property
    def moves(self) -> bool:
        """A role changes, or could: it is not foreseen although the VHID is there."""
        return any(line.before is not line.after for line in self.roles)

    @property
    def unforeseen(self) -> bool:
        """What becomes of a role is not foreseen; of a VHID that the node does not have, nothing does."""
        lines = [line for line in self.roles if line.after is None]
        return any(line.before is not None or not line.known for line in lines)

    @property
    def takes(self) -> bool:
        """A node becomes MASTER that is not."""
        master = CarpState.MASTER
        return any(line.after is master and line.before is not master for line in self.roles)

    @property
    def foreseen(self) -> tuple[RoleLine, ...]:
        """The roles that can be asked for afterwards."""
        return tuple(line for line in self.roles if line.after is not None)

    def waits(self, least: float, most: float) -> tuple[tuple[float, float], float]:
        """Duration (least, most) and how long it is waited for: never less than polling needs to see it twice."""
        polls = 2 * self.scene.period_s()
        return (max(least, polls), most + polls), 2 * (most + polls)

    def plan(
        self,
        title: str,
        steps: tuple[Step, ...],
        expectation: Expectation,
        waits: tuple[tuple[float, float], float],
        *,
        loss: str,
        undo: str,
        notes: tuple[str, ...] = (),
        undo_request: Request | None = None,
        risk: Risk | None = None,
    ) -> Plan:
        """The finished plan."""
        return Plan(
            request=self.request,
            pair=self.scene.snapshot.pair,
            node=self.node,
            peer=self.peer,
            risk=self.risk if risk is None else risk,
            title=title,
            steps=steps,
            roles=self.roles,
            expectation=expectation,
            duration_s=waits[0],
            verify_s=waits[1],
            loss=loss,
            undo=undo,
            notes=notes,
            undo_request=undo_request,
        )


def named(scene: Scene, request: Request) -> int:
    """The index of the node that the wish names. Raises Unplannable where it names none."""
    if request.node is None:
        text = tr("Say on which node: {first} or {second}.")
        raise Unplannable(text.format(first=scene.name(0), second=scene.name(1)))
    return scene.index(request.node)


def by_itself(step: Step) -> str:
    """When the node takes a step back without any console."""
    text = tr("{node} takes it back by itself after {age}, unless it is confirmed before.")
    return text.format(node=step.node, age=duration(step.watchdog_s or 0))


def not_foreseen() -> str:
    """What is lost where the roles are not foreseen."""
    return tr("Not foreseen, because not every role is.")


def handover_loss(draft: Draft, moves: bool) -> str:
    """What moving the roles costs when both nodes live."""
    if draft.unforeseen:
        return not_foreseen()
    if not moves:
        return tr("Nothing: no role changes.")
    return tr(
        "Below one second without service. Connections whose states are synchronised go on; VPNs and whatever else "
        "is bound to a VIP start anew on the other node."
    )
