"""What the console keeps of the actions on one pair: who acts, what is under way, what was left behind."""

import asyncio

from textual.timer import Timer

from pfha_tui.actions.model import Lease, Plan, Progress, Report, Request, Unfinished
from pfha_tui.actions.operator import Operator
from pfha_tui.domain.language import ntr, tr
from pfha_tui.ui import action_texts as texts
from pfha_tui.ui import action_view, present
from pfha_tui.ui.line import Line, Tone, line
from pfha_tui.ui.present import Scene


class Deed:
    """One action from its first stage to its end; `begun` is monotonic.

    `work` is the plan that is carried out, or the unfinished action that is taken back.
    """

    def __init__(self, work: Plan | Unfinished, begun: float) -> None:
        self.work = work
        self.begun = begun
        self.stages: list[tuple[Progress, float]] = []
        self.report: Report | None = None
        self.failure = ""
        """Why there is no report, though it ended: a fault of the console's own part."""

    @property
    def under_way(self) -> bool:
        """It has not ended."""
        return self.report is None and not self.failure

    @property
    def node(self) -> str:
        """The node that is acted on."""
        return self.work.node

    @property
    def what(self) -> str:
        """The verb in words."""
        if isinstance(self.work, Unfinished):
            return tr(texts.UNDO)
        return tr(texts.VERBS[self.work.request.verb])

    def badge(self, scene: Scene) -> Line:
        """For the banner: what is done where, its stage, and since when."""
        stage = tr(texts.STAGES[self.stages[-1][0].stage]) if self.stages else tr(texts.PROGRESS)
        said = tr(texts.BANNER).format(
            what=self.what,
            node=action_view.short(self.node),
            stage=stage,
            age=present.age(scene.now - self.begun),
        )
        return line((f" ◆ {said} ", Tone.BADGE))


class Deeds:
    """The actions on one pair in this session."""

    def __init__(self) -> None:
        self.operator: Operator | None = None
        self.deed: Deed | None = None
        """The last one, also after its end."""
        self.unfinished: tuple[Unfinished, ...] = ()
        self.damage: str | None = None
        """What is wrong with the journal, as it was told last."""
        self.leases: tuple[Lease, ...] = ()
        self.opening = asyncio.Lock()
        self.journal: Timer | None = None
        """Lets the journal be read from time to time."""
        self.to_announce: list[Unfinished] = []
        """What the sessions before this one left unfinished, and was not said yet."""
        self.to_show: Deed | None = None
        """The deed whose end was not seen yet."""

    @property
    def under_way(self) -> Deed | None:
        """The action that has not ended."""
        return self.deed if self.deed is not None and self.deed.under_way else None

    @property
    def undo(self) -> Request | None:
        """The wish that takes back the last action that was done."""
        if self.deed is None or self.deed.report is None:
            return None
        return self.deed.report.plan.undo_request

    def badges(self, scene: Scene) -> tuple[Line, ...]:
        """What the banner says of them."""
        found: list[Line] = []
        if self.under_way is not None:
            found.append(self.under_way.badge(scene))
        elif self.unfinished:
            count = len(self.unfinished)
            said = ntr("{count} unfinished action", "{count} unfinished actions", count)
            found.append(line((f" ▲ {said.format(count=count)} ", Tone.BADGE_WARN)))
        if self.damage is not None:
            found.append(line((f" ▲ {tr(texts.DAMAGED)} ", Tone.BADGE_WARN)))
        return tuple(found)
