"""The Textual application: joins the feeds to the screens."""

import asyncio
import gc
import importlib
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from textual import on, work
from textual.screen import Screen
from textual.worker import Worker

from pfha_tui.collector.feed import Feed
from pfha_tui.collector.mending import Resolve, mended
from pfha_tui.domain.language import tr
from pfha_tui.domain.snapshot import PairSnapshot
from pfha_tui.domain.target import BrokenPair, PairTarget
from pfha_tui.domain.text import clean
from pfha_tui.ui import layout, texts, wall_view
from pfha_tui.ui.acting import ACTION_WORKER, OpenOperator
from pfha_tui.ui.bound import bind, numbers
from pfha_tui.ui.command import Command, Scope
from pfha_tui.ui.commands import offered, on_pair
from pfha_tui.ui.keymap import remapped
from pfha_tui.ui.line import Line, Tone, fit
from pfha_tui.ui.messages import SnapshotPublished
from pfha_tui.ui.moment import Moment
from pfha_tui.ui.options import ConsoleOptions
from pfha_tui.ui.pair_keys import PairKeys
from pfha_tui.ui.pairs import Watched
from pfha_tui.ui.raw_view import no_output
from pfha_tui.ui.screens.small import SmallScreen
from pfha_tui.ui.screens.wall import WallScreen
from pfha_tui.ui.stopped import when_continued
from pfha_tui.ui.updates import paint, repaint
from pfha_tui.ui.widgets.above import Above

TICK_S = 1.0
WALL_S = 0.1
"""The wall is drawn so often at most, however many pairs tell something new."""
PAINT_S = 1 / 60
CLOSE_S = 2.0
FIRST_FRAME_S = 0.03
"""From the first layout to the first frame with content, which Textual draws at its next refresh."""
INTERRUPTED = 130
FEED_WORKER = "feed"


class ConsoleApp(PairKeys):
    """Watches one or several pairs until the operator leaves; the return value is the exit code.

    `open_feed` is called for each pair, in a thread, once the first frame is drawn, so that what it
    imports does not delay the screen. Each feed runs in a worker of its own; when one ends or fails, that
    is said in a sentence and its last values stay, ageing. With several pairs the wall is the first
    screen, and each pair that is opened keeps a main screen of its own. Without `open_operator` there is no
    command that could change a firewall; without `resolve` a pair that is broken at the start stays so.
    """

    CSS_PATH = "styles.tcss"
    TITLE = "pfha-tui"
    AUTO_FOCUS = ""

    def __init__(
        self,
        pairs: Sequence[PairTarget | BrokenPair],
        open_feed: Callable[[PairTarget], Feed],
        options: ConsoleOptions,
        open_operator: OpenOperator | None = None,
        resolve: Resolve | None = None,
    ) -> None:
        super().__init__(options, open_operator)
        self._open_feed = open_feed
        self._resolve = resolve
        self.pairs = [Watched(n, pair, *options.clock()) for n, pair in enumerate(pairs)]
        self.shown: Watched | None = self.pairs[0] if len(self.pairs) == 1 else None
        self.commands = self._offered()
        """The commands of this session; one that is not here has no key, no help and no palette entry."""
        # Textual binds a key of its own to the palette; ours may be another one.
        self._bindings.key_to_bindings.pop(self.COMMAND_PALETTE_BINDING, None)
        bind(self, ((command.keys, command.action) for command in on_pair(self.commands)))
        bind(self, numbers(self.commands))
        self._wall_due = False
        self._painted_at = 0.0
        self._leaving = False
        self._running_loop: asyncio.AbstractEventLoop | None = None

    def _offered(self) -> tuple[Command, ...]:
        """The commands of this session with the keys that they have in it."""
        options = self._options
        acts = any(self.acts_on(pair.target) for pair in self.pairs)
        found = offered(watch=not acts, several=self.several)
        if options.no_color:
            found = tuple(command for command in found if command.id != "theme")
        return remapped(found, options.keys)

    def get_default_screen(self) -> Screen[None]:
        """The screen that is always there: the wall, or the only pair's main screen."""
        if self.several:
            return WallScreen(self._options, self.commands)
        return self._main_screen(self.pairs[0])

    @property
    def subject(self) -> str:  # type: ignore[override]
        """The pair that is open, or all of them."""
        return self.shown.target.name if self.shown is not None else "pairs"

    @property
    def moment(self) -> Moment:
        """What is known now of the pair that is open."""
        pair = self.shown
        assert pair is not None
        scene = self.scene
        others = wall_view.others([p.entry for p in self.pairs if p is not pair], scene)
        started = pair.feed is not None
        raw = pair.feed.raw if pair.feed is not None else no_output
        deeds = self.deeds_of(pair)
        return Moment(pair.snapshot, scene, pair.trouble, started, others, raw, *deeds)

    def on_mount(self) -> None:
        """Draw the empty screen and start the clock; `on_ready` opens the feeds."""
        self.set_class(self._options.ascii, "ascii")
        self.set_class(self._options.no_color, "no-color")
        self.animation_level = "none"
        self._listen_for_signals()
        self.tick()
        self.set_interval(TICK_S, self.tick, name="tick")
        self.call_after_refresh(self.tell_problems)

    def on_ready(self) -> None:
        """Open the feeds once the first frame with the nodes in it is drawn: the thread that imports the
        transports would hold it up."""
        self.set_timer(FIRST_FRAME_S, self._watch_all, name="watch")

    def tick(self) -> None:
        """Draw the screen that is open, and let its ages grow."""
        # While the console is being left there may be no screen any more.
        if self._leaving or not self.screen_stack:
            return
        self._wall_due = False
        if self.shown is not None and self.opened is not None:
            self.opened.show(self.moment)
        elif self.wall is not None:
            self.wall.show([pair.entry for pair in self.pairs], self.scene)
        self._fit_screen()
        self._draw_above()
        self.show_deeds()

    @on(Above.Wanted)
    def _draw_above(self) -> None:
        """Tell on the screen that covers a pair's, or the wall, how that stands."""
        for above in self.screen.query(Above):
            above.put(self._standing(*self.size))

    def _standing(self, cells: int, height: int) -> tuple[Line, ...]:
        """Banner and verdict of the pair that is open, or the tally of all."""
        if self.opened is not None and self.shown is not None:
            return self.opened.above(self.moment, cells, height)
        if self.wall is not None:
            return self.wall.above([pair.entry for pair in self.pairs], self.scene, cells)
        return ()

    def on_resize(self) -> None:
        """Cover what the terminal has no room for, or uncover it."""
        if self.screen_stack:
            self._fit_screen()

    def _fit_screen(self) -> None:
        """Cover the screen, whichever it is, while the terminal is too small for it: what is below keeps its
        focus, and no key reaches what nobody sees."""
        top = self.screen
        if layout.fits(*self.size):
            if isinstance(top, SmallScreen):
                self.pop_screen()
                self.call_after_refresh(self.tick)
            return
        small = top if isinstance(top, SmallScreen) else None
        if small is None:
            small = SmallScreen(self.commands, ascii_only=self._options.ascii)
            self.push_screen(small)
        small.show(self._in_short)

    def _in_short(self, cells: int) -> tuple[Line, ...]:
        """How the pair that is open stands, or the worst of all, in few cells, below what is done to any."""
        entries = [pair.entry for pair in self.pairs if self.shown in (pair, None)]
        done = [fit(badge, cells) for pair in self.pairs for badge in self.deeds_of(pair)[0]]
        return (*done, *wall_view.in_short(entries, self.scene, cells))

    def _watch_all(self) -> None:
        gc.enable()
        for pair in self.pairs:
            self._watch(pair)

    @work(name=FEED_WORKER, exit_on_error=False)
    async def _watch(self, pair: Watched) -> None:
        """Watch a pair, and once that has ended or failed, anew each time that the operator asks for it."""
        while True:
            try:
                target = await self._mended(pair)
                if target is None:
                    return
                await self._follow(pair, target)
                pair.trouble = tr(texts.FEED_ENDED).format(key=self.scene.retry_key)
            except Exception as error:
                # Whatever breaks below, the screen stays: the operator is told, and nothing is guessed.
                said = tr(texts.FEED_FAILED)
                while isinstance(error, ExceptionGroup):
                    error = error.exceptions[0]
                reason = str(error) or type(error).__name__
                pair.trouble = said.format(reason=reason, key=self.scene.retry_key)
            self.tick()
            pair.asked_again.clear()
            await pair.asked_again.wait()
            pair.asked_again.clear()
            pair.trouble, pair.feed = "", None

    async def _follow(self, pair: Watched, target: PairTarget) -> None:
        """Open the pair's feed and take what it tells until it ends."""
        pair.feed = feed = await asyncio.to_thread(self._open_feed, target)
        end = feed.subscribe(lambda snapshot: self._receive(pair, snapshot))
        self._receive(pair, feed.current)
        if self.acts_on(target):
            self.operating.survey(pair)
        try:
            await feed.run()
        finally:
            end()

    async def _mended(self, pair: Watched) -> PairTarget | None:
        """The pair's target, for a broken pair once its configuration, files and secrets are as they must be;
        None where nothing can look at them."""
        if self._resolve is None:
            return pair.target if isinstance(pair.target, PairTarget) else None

        def found(target: PairTarget | BrokenPair, wished: bool) -> None:
            pair.become(target, *self._options.clock())
            if wished and isinstance(target, BrokenPair):
                said = tr("{what}: {detail}").format(what=target.name, detail=target.why)
                self.tell(clean(said), Tone.WARN)
            self.tick()

        return await mended(pair.target, self._resolve, found, pair.asked_again)

    def _receive(self, pair: Watched, snapshot: PairSnapshot) -> None:
        self.post_message(SnapshotPublished(pair.number, snapshot))

    @on(SnapshotPublished)
    def _published(self, message: SnapshotPublished) -> None:
        pair = self.pairs[message.number]
        pair.snapshot = message.snapshot
        assert isinstance(pair.target, PairTarget)
        if self._options.bell and pair.alarm.worse(message.snapshot, pair.target.poll_s):
            self.bell()
        now = time.monotonic()
        if pair is self.shown:
            self._draw(now, PAINT_S)
        elif self.shown is None and not self._wall_due:
            wait = self._painted_at + WALL_S - now
            if wait <= 0:
                self._draw(now, WALL_S)
            else:
                self._wall_due = True
                self.set_timer(wait, self._draw_wall, name="wall")

    def _draw_wall(self) -> None:
        if self._wall_due:
            self._draw(time.monotonic(), WALL_S)

    def _draw(self, now: float, apart_s: float) -> None:
        """Draw what came, and see to it that it is on the terminal before anything else is done; what comes
        sooner than `apart_s` after that is left to Textual's own pace."""
        self.tick()
        if now - self._painted_at >= apart_s and self.screen_stack:
            paint(self.screen)
            self._painted_at = time.monotonic()

    def _fatal_error(self) -> None:
        """After a failure of the screen itself: a short traceback once the terminal is restored.

        Textual's own shows every local variable, which is everything that was read from the devices.
        """
        from rich.traceback import Traceback

        self.panic(Traceback(show_locals=False, max_frames=10))

    def _listen_for_signals(self) -> None:
        self._running_loop = loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            try:
                loop.add_signal_handler(number, self.call_later, self._leave, 0)
            except (ValueError, RuntimeError):
                # Not the main thread (a test's loop): signals are somebody else's there.
                return
        when_continued(
            self._driver, lambda: loop.call_soon_threadsafe(self.call_later, self._repaint)
        )

    def _repaint(self) -> None:
        if self.screen_stack:
            repaint(self.screen)

    async def action_quit(self) -> None:
        """Close the connections and leave with exit code 0; while an action is under way, only when asked twice."""
        if not self.keeps_from_leaving():
            await self._leave(0)

    def action_help_quit(self) -> None:
        """Ctrl+C without a selection: leave as interrupted; while an action is under way, only when asked twice."""
        if not self.keeps_from_leaving():
            self.call_later(self._leave, INTERRUPTED)

    def leave_from_thread(self) -> None:
        """Ask to leave, from a thread other than the screen's; returns at once."""
        if self._running_loop is not None:
            self._running_loop.call_soon_threadsafe(self.call_later, self._leave, 0)

    async def _leave(self, code: int) -> None:
        if self._leaving:
            return
        self._leaving = True
        for screen in (self.wall, self.opened):
            if screen is not None:
                screen.say(tr(texts.CLOSING))
        ending: list[Worker[object]] = [
            worker for worker in self.workers if worker.name in (FEED_WORKER, ACTION_WORKER)
        ]
        for worker in ending:
            worker.cancel()
        # A connection that does not close in time must not keep anyone, nor an error on the way out.
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await asyncio.gather(*(one.wait() for one in ending), return_exceptions=True)
        self.exit(code)

    def action_help(self) -> None:
        """Show keys, signs and terms."""
        # Imported on first use: the page is not needed for the first frame.
        from pfha_tui.ui.screens.help import HelpScreen

        # What covers a pair's screen has keys of its own, and few of the others do anything there.
        here = getattr(self.screen, "own_keys", ())
        commands = self._commands_on(self.shown)
        self.push_screen(HelpScreen(self._options.ascii, commands, here))

    async def action_configurations(self) -> None:
        """Compare the configurations of the pair that is open."""
        pair = self.shown
        if pair is None or pair.feed is None:
            return
        # Imported on first use, as the help page is, but in a thread: it is so much that it would be felt.
        await asyncio.to_thread(importlib.import_module, "pfha_tui.ui.diff_open")
        from pfha_tui.ui.diff_open import DiffScreen, pair_of

        asked = pair_of(pair.feed, self._options, self.scene, self.subject)
        self.push_screen(DiffScreen(asked, self.commands, ascii_only=self._options.ascii))

    def action_retry(self) -> None:
        """Try the connections again that the operator means."""
        pair = self.shown or self._marked
        if pair is not None and (pair.trouble or isinstance(pair.target, BrokenPair)):
            pair.asked_again.set()
            return
        if pair is None or pair.feed is None:
            return
        nodes = self.main.nodes_to_retry() if pair is self.shown else pair.cut_off()
        for node in nodes:
            pair.feed.retry(node.name)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """On the wall the commands of a pair's screen have no object, and on a read-only pair those that act."""
        if self.shown is not None:
            mine = self._commands_on(self.shown)
            return len(mine) == len(self.commands) or action not in {
                command.action for command in self.commands if command not in mine
            }
        return all(
            command.scope is not Scope.PAIR for command in self.commands if command.action == action
        )
