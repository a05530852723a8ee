"""From a wish to its end: the plan, the dialog, the operator's work, and what was left unfinished."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any

from textual.screen import ModalScreen

from pfha_tui.actions.model import Plan, Progress, Report, Request, Unfinished, Unplannable, Verb
from pfha_tui.actions.operator import Operator
from pfha_tui.domain.language import tr
from pfha_tui.domain.model import CarpState
from pfha_tui.domain.snapshot import NodeSnapshot, PairSnapshot
from pfha_tui.domain.target import PairTarget
from pfha_tui.domain.text import clean
from pfha_tui.ui import action_texts as texts
from pfha_tui.ui.acting import ACTION_WORKER
from pfha_tui.ui.deeds import Deed, Deeds
from pfha_tui.ui.line import Tone
from pfha_tui.ui.pairs import Watched

if TYPE_CHECKING:
    from pfha_tui.ui.acting import Acting
    from pfha_tui.ui.screens.dialog import Dialog

JOURNAL_S = 30.0
"""How often the journal is read for what another session of this user has written."""

Run = Callable[[Callable[[Progress], None]], Awaitable[Report]]


class Operating:
    """The actions of the console on its pairs; one at a time on each, and one dialog at a time."""

    def __init__(self, app: "Acting") -> None:
        self._app = app
        self._deeds: dict[int, Deeds] = {}
        self._dialog: tuple[Watched, Dialog[Any]] | None = None
        self._warned: Deed | None = None

    def deeds(self, pair: Watched) -> Deeds:
        """What was done to this pair in this session."""
        return self._deeds.setdefault(pair.number, Deeds())

    def _run(self, work: Coroutine[Any, Any, None], name: str, *, exclusive: bool = False) -> None:
        self._app.run_worker(work, name=name, group=name, exclusive=exclusive, exit_on_error=False)

    def show(self) -> None:
        """Draw the dialog that is open; else open the one that waits."""
        if self._dialog is not None:
            pair, dialog = self._dialog
            dialog.show(pair.snapshot, self._app.scene)
        elif not isinstance(self._app.screen, ModalScreen):
            self._open_waiting()

    def _open_waiting(self) -> None:
        """Show how an action ended that was left alone, or what a session before this one left."""
        for pair in self._app.pairs:
            deeds = self.deeds(pair)
            if deeds.to_show is not None and not deeds.to_show.under_way:
                self._show_deed(pair, deeds.to_show)
                return
            if deeds.to_announce:
                self._announce(pair, deeds.to_announce.pop(0))
                return

    def _push(self, pair: Watched, dialog: "Dialog[Any]", answered: Callable[[Any], None]) -> None:
        def closed(answer: Any) -> None:
            self._dialog = None
            answered(answer)
            self._app.tick()

        self._dialog = (pair, dialog)
        self._app.push_screen(dialog, closed)
        dialog.show(pair.snapshot, self._app.scene)

    # What is wished for.

    def maintenance(self) -> None:
        """Enter or leave maintenance, whichever the node's state makes of it."""

        def verb(node: NodeSnapshot) -> Verb:
            on = node.maintenance.value is True
            return Verb.MAINTENANCE_LEAVE if on else Verb.MAINTENANCE_ENTER

        self._on_node(verb)

    def switchover(self) -> None:
        """Hand the VIPs over, or back to where they belong."""

        def wishes(pair: PairSnapshot) -> tuple[Request, ...]:
            away = any(role.state is CarpState.MASTER for role in pair.secondary.roles)
            verbs = (Verb.FAILBACK, Verb.SWITCHOVER) if away else (Verb.SWITCHOVER,)
            return tuple(Request(one) for one in verbs)

        self._on_pair(wishes)

    def failover(self) -> None:
        """Hand the VIPs over past the gate's soft conditions."""
        self._on_pair(lambda _: (Request(Verb.FAILOVER),))

    def sync_now(self) -> None:
        """Push the configuration to the secondary."""
        self._on_pair(lambda _: (Request(Verb.SYNC_NOW),))

    def carp_enable(self) -> None:
        """Switch CARP on."""
        self._on_node(lambda _: Verb.CARP_ENABLE)

    def carp_disable(self) -> None:
        """Switch CARP off."""
        self._on_node(lambda _: Verb.CARP_DISABLE)

    def demotion_reset(self) -> None:
        """Remove a demotion whose cause is gone."""
        self._on_node(lambda _: Verb.DEMOTION_RESET)

    def pfsync_bulk(self) -> None:
        """Fetch all states from the peer."""
        self._on_node(lambda _: Verb.PFSYNC_BULK)

    def reboot(self) -> None:
        """Restart a node."""
        self._on_node(lambda _: Verb.REBOOT)

    def undo(self) -> None:
        """Take back what was left unfinished, else what was done last."""
        pair = self._pair_to_act_on()
        if pair is None:
            return
        deeds = self.deeds(pair)
        if deeds.unfinished:
            self._announce(pair, deeds.unfinished[0])
        elif deeds.undo is not None:
            self._plan(pair, (deeds.undo,))
        elif deeds.damage is not None:
            self._app.tell(tr(texts.DAMAGED_HINT), Tone.WARN)
        else:
            self._app.tell(tr(texts.NOTHING_TO_UNDO))

    def _pair_to_act_on(self) -> Watched | None:
        """The pair that is open, where an action can begin; where one is under way that is shown instead."""
        pair = self._app.shown
        if pair is None or not self._app.acts_on(pair.target) or self._dialog is not None:
            return None
        under_way = self.deeds(pair).under_way
        if under_way is not None:
            self._show_deed(pair, under_way)
            return None
        if pair.feed is None or not any(node.roles for node in pair.snapshot.nodes):
            self._app.tell(tr(texts.NOT_YET), Tone.WARN)
            return None
        return pair

    def _on_pair(self, wishes: Callable[[PairSnapshot], Sequence[Request]]) -> None:
        pair = self._pair_to_act_on()
        if pair is not None:
            self._plan(pair, wishes(pair.snapshot))

    def _on_node(self, verb: Callable[[NodeSnapshot], Verb]) -> None:
        """Act on the node that has the focus; without focus, ask which one."""
        pair = self._pair_to_act_on()
        if pair is None:
            return
        index = self._app.focused_node()
        nodes = pair.snapshot.nodes
        if index is not None:
            self._plan(pair, (Request(verb(nodes[index]), nodes[index].name),))
            return
        from pfha_tui.ui.screens.node_choice import NodeChoice

        def chosen(name: str | None) -> None:
            found = [node for node in pair.snapshot.nodes if node.name == name]
            if found:
                self._plan(pair, (Request(verb(found[0]), found[0].name),))

        first = 1 if nodes[1].maintenance.value is True else 0
        verbs = (verb(nodes[0]), verb(nodes[1]))
        screen = NodeChoice(pair.snapshot, verbs, first, ascii_only=self._app.options.ascii)
        self._app.push_screen(screen, chosen)

    # What is planned, and asked.

    def _plan(self, pair: Watched, wishes: Sequence[Request]) -> None:
        self._run(self._plan_first(pair, wishes), "plan", exclusive=True)

    async def _plan_first(self, pair: Watched, wishes: Sequence[Request]) -> None:
        """Make the plan of the first wish for which there is one, and show it."""
        try:
            operator = await self._operator(pair)
            if operator is None:
                return
            said = ""
            for wish in wishes:
                try:
                    plan = await asyncio.to_thread(operator.plan, wish)
                except Unplannable as refusal:
                    said = said or str(refusal)
                else:
                    self._show_plan(pair, operator, plan)
                    return
            self._app.tell(clean(said), Tone.WARN)
        except Exception as error:
            # Whatever breaks below, nothing was done yet, and the operator is told.
            self._say_no_operator(str(error) or type(error).__name__)

    def _say_no_operator(self, reason: str) -> None:
        self._app.tell(tr(texts.NO_OPERATOR).format(reason=clean(reason)), Tone.WARN)

    async def _operator(self, pair: Watched) -> Operator | None:
        """Who acts on this pair, made on first use; None, and told, where there is none."""
        deeds, feed = self.deeds(pair), pair.feed
        async with deeds.opening:
            if deeds.operator is None and self._app.open_operator is not None and feed is not None:
                assert isinstance(pair.target, PairTarget)
                made = await asyncio.to_thread(self._app.open_operator, pair.target, feed)
                deeds.operator = made
        if deeds.operator is None:
            self._say_no_operator(tr(texts.READ_ONLY))
        return deeds.operator

    def _show_plan(self, pair: Watched, operator: Operator, plan: Plan) -> None:
        from pfha_tui.ui.screens.action import ActionScreen

        def answered(complete: Plan | None) -> None:
            if complete is not None and self.deeds(pair).under_way is None:
                self._begin(pair, complete, lambda tell: operator.perform(complete, tell))

        if self._dialog is not None:
            return
        if pair is not self._app.shown:
            # Another pair was opened while the plan was made: its name must not be typed for this one.
            self._app.tell(tr(texts.LEFT_BEHIND).format(pair=clean(pair.target.name)), Tone.WARN)
            return
        kind = pair.target.environment
        screen = ActionScreen(plan, kind, operator.findings, ascii_only=self._app.options.ascii)
        self._push(pair, screen, answered)

    # What is done.

    def _begin(self, pair: Watched, what: Plan | Unfinished, run: Run) -> None:
        deed = Deed(what, self._app.options.clock()[0])
        self.deeds(pair).deed = self.deeds(pair).to_show = deed
        self._run(self._carry_out(pair, deed, run), ACTION_WORKER)
        self._show_deed(pair, deed)

    async def _carry_out(self, pair: Watched, deed: Deed, run: Run) -> None:
        def tell(progress: Progress) -> None:
            deed.stages.append((progress, self._app.options.clock()[0]))
            # Drawn later: what happens on the screen must not reach into an action.
            self._app.call_later(self._app.tick)

        try:
            report = await run(tell)
        except Exception as error:
            # An operator reports what a node does; this is a fault of ours, told as one.
            deed.failure = str(error) or type(error).__name__
        else:
            deed.report = report
        if self._warned is deed:
            # Later, as above.
            self._app.call_later(self._app.untell, self._still_acting(deed))
        await self._read_journal(pair)
        self._app.call_later(self._app.tick)

    @staticmethod
    def _still_acting(deed: Deed) -> str:
        return tr(texts.STILL_ACTING).format(what=deed.what)

    def _show_deed(self, pair: Watched, deed: Deed) -> None:
        from pfha_tui.ui.screens.deed import DeedScreen

        def answered(undo: Request | None) -> None:
            if not deed.under_way:
                self.deeds(pair).to_show = None
            if undo is not None:
                self._plan(pair, (undo,))

        screen = DeedScreen(
            deed, pair.target.name, pair.target.environment, ascii_only=self._app.options.ascii
        )
        self._push(pair, screen, answered)

    # What was left unfinished.

    def survey(self, pair: Watched) -> None:
        """Find, later, what the sessions before this one left unfinished on the pair, whose feed is open.

        Who acted by a feed before that one acts no more.
        """
        deeds = self.deeds(pair)
        deeds.operator = None
        if deeds.journal is not None:
            deeds.journal.stop()
        self._run(self._survey(pair), "journal")

    async def _survey(self, pair: Watched) -> None:
        """Look into the journal, now and from now on."""
        try:
            if await self._operator(pair) is None:
                return
        except Exception as error:
            # Watching goes on without it; whoever wants to act is told the reason again.
            self._say_no_operator(str(error) or type(error).__name__)
            return
        await self._read_journal(pair)
        self.deeds(pair).to_announce = list(self.deeds(pair).unfinished)
        self._app.tick()
        again = self._app.set_interval(JOURNAL_S, lambda: self._look_again(pair), name="journal")
        self.deeds(pair).journal = again

    def _look_again(self, pair: Watched) -> None:
        if self.deeds(pair).under_way is None:
            self._run(self._read_journal(pair), "journal")

    async def _read_journal(self, pair: Watched) -> None:
        operator = self.deeds(pair).operator
        if operator is None:
            return
        try:
            damage, left, leases = await asyncio.to_thread(
                lambda: (operator.damage(), operator.unfinished(), operator.leases())
            )
        except Exception as error:
            # A journal that cannot be read must not end the console; acting fails with the reason.
            self._app.tell(clean(str(error) or type(error).__name__), Tone.WARN)
            return
        deeds = self.deeds(pair)
        if damage is not None and damage != deeds.damage:
            self._app.tell(tr(texts.DAMAGED_HINT), Tone.WARN)
        deeds.damage, deeds.unfinished, deeds.leases = damage, left, leases

    def _announce(self, pair: Watched, left: Unfinished) -> None:
        from pfha_tui.ui.screens.unfinished import Answer, UnfinishedScreen

        operator = self.deeds(pair).operator
        assert operator is not None

        def answered(answer: tuple[Answer, str]) -> None:
            match answer:
                case (Answer.UNDO, _):
                    self._begin(pair, left, lambda tell: operator.undo(left, tell))
                case (Answer.CLOSE, reason):
                    self._run(self._close(pair, operator, left, reason), "journal")

        kind = pair.target.environment
        screen = UnfinishedScreen(left, kind, ascii_only=self._app.options.ascii)
        self._push(pair, screen, answered)

    async def _close(
        self, pair: Watched, operator: Operator, left: Unfinished, reason: str
    ) -> None:
        try:
            await asyncio.to_thread(operator.close, left, reason)
        except Exception as error:
            # The journal's file may be full or gone: it stays unfinished, and that is told.
            said = tr(texts.CLOSE_FAILED).format(reason=clean(str(error) or type(error).__name__))
            self._app.tell(said, Tone.WARN)
        else:
            self._app.tell(tr(texts.CLOSED).format(title=clean(left.title)))
        await self._read_journal(pair)
        self._app.tick()

    def keeps(self) -> bool:
        """Say once that an action is under way; True where that was not said of it before."""
        running = [deed for deeds in self._deeds.values() if (deed := deeds.under_way) is not None]
        if not running or self._warned is running[0]:
            return False
        self._warned = running[0]
        said = self._still_acting(self._warned)
        dialog = self._dialog[1] if self._dialog is not None else None
        if dialog is not None and self._app.screen is dialog:
            dialog.say(said)
        else:
            self._app.tell(said, Tone.WARN)
        return True
