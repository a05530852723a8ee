"""The Textual application: joins a feed to the main screen."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterable
from typing import ClassVar

from textual import on, work
from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.screen import Screen
from textual.worker import Worker

from pfha_tui.collector.feed import Feed
from pfha_tui.domain.snapshot import NodeSnapshot, PairSnapshot
from pfha_tui.domain.target import NodeTarget, PairTarget
from pfha_tui.domain.verdict import Verdict, VerdictKind
from pfha_tui.ui import texts, themes
from pfha_tui.ui.commands import COMMANDS, bindings
from pfha_tui.ui.messages import SnapshotPublished
from pfha_tui.ui.options import DEFAULT_THEME, ConsoleOptions
from pfha_tui.ui.present import Scene
from pfha_tui.ui.screens.main import MainScreen, Moment

TICK_S = 1.0
CLOSE_S = 2.0
INTERRUPTED = 130
FEED_WORKER = "feed"


class ConsoleApp(App[int]):
    """Watches one pair until the operator leaves; the return value is the exit code.

    `open_feed` is called in a thread once the first frame is drawn, so that what it imports does not
    delay the screen. The feed runs in a worker; when it ends or fails, that is said in a sentence and the
    last values stay, ageing.
    """

    CSS_PATH = "styles.tcss"
    TITLE = "pfha-tui"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings()]
    AUTO_FOCUS = ""

    def __init__(
        self, target: PairTarget, open_feed: Callable[[], Feed], options: ConsoleOptions
    ) -> None:
        # App.__init__ takes NO_COLOR out of the environment and decides by it and by ansi_color.
        if options.no_color:
            os.environ["NO_COLOR"] = "1"
        else:
            os.environ.pop("NO_COLOR", None)
        super().__init__(ansi_color=True if options.no_color else None)
        self._target = target
        self._open_feed = open_feed
        self._options = options
        self._themes = themes.load()
        self._feed: Feed | None = None
        self._trouble = ""
        self._snapshot = nothing_known(target, *options.clock())
        self._leaving = False
        self._running_loop: asyncio.AbstractEventLoop | None = None
        for theme in self._themes.found.values():
            self.register_theme(theme.textual())
        chosen = options.theme if options.theme in self._themes.found else DEFAULT_THEME
        self.theme = chosen

    def get_default_screen(self) -> Screen[None]:
        """The main screen is the only one that is always there."""
        return MainScreen(self._target, self._options)

    @property
    def main(self) -> MainScreen:
        """The main screen, also while another one covers it."""
        screen = self.screen_stack[0]
        assert isinstance(screen, MainScreen)
        return screen

    @property
    def moment(self) -> Moment:
        """What is known now."""
        monotonic, epoch = self._options.clock()
        scene = Scene(monotonic, epoch, self._options.tz)
        return Moment(self._snapshot, scene, self._trouble, self._feed is not None)

    def on_mount(self) -> None:
        """Draw the empty screen, start the clock, and open the feed after the first frame."""
        self.set_class(self._options.ascii, "ascii")
        self.set_class(self._options.no_color, "no-color")
        self.animation_level = "none"
        self._listen_for_signals()
        self.tick()
        self.set_interval(TICK_S, self.tick, name="tick")
        self.call_after_refresh(self._watch)
        problems = list(self._themes.problems)
        if self._options.theme not in self._themes.found:
            problems.append(f"There is no theme {self._options.theme}.")
        for problem in problems:
            self.notify(problem, severity="warning", markup=False)

    def tick(self) -> None:
        """Let the ages grow."""
        if not self._leaving:
            self.main.show(self.moment)

    @work(name=FEED_WORKER, exit_on_error=False)
    async def _watch(self) -> None:
        try:
            feed = await asyncio.to_thread(self._open_feed)
            self._feed = feed
            end = feed.subscribe(self._receive)
            self._receive(feed.current)
            try:
                await feed.run()
            finally:
                end()
            self._trouble = texts.FEED_ENDED
        except Exception as error:
            # Whatever breaks below, the screen stays: the operator is told, and nothing is guessed.
            reason = str(error) or type(error).__name__
            self._trouble = texts.FEED_FAILED.format(reason=reason)
        self.tick()

    def _receive(self, snapshot: PairSnapshot) -> None:
        self.post_message(SnapshotPublished(snapshot))

    @on(SnapshotPublished)
    def _published(self, message: SnapshotPublished) -> None:
        self._snapshot = message.snapshot
        self.tick()

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
                loop.add_signal_handler(number, self.call_later, self.action_quit)
            except (ValueError, RuntimeError):
                # Not the main thread (a test's loop): signals are somebody else's there.
                return

    async def action_quit(self) -> None:
        """Close the connections and leave with exit code 0."""
        await self._leave(0)

    def action_help_quit(self) -> None:
        """Ctrl+C without a selection: leave as interrupted."""
        self.call_later(self._leave, INTERRUPTED)

    def leave_from_thread(self) -> None:
        """Ask to leave, from a thread other than the screen's; returns at once."""
        if self._running_loop is not None:
            self._running_loop.call_soon_threadsafe(self.call_later, self.action_quit)

    async def _leave(self, code: int) -> None:
        if self._leaving:
            return
        self._leaving = True
        self.main.say(texts.CLOSING)
        ending: list[Worker[object]] = [w for w in self.workers if w.name == FEED_WORKER]
        for worker in ending:
            worker.cancel()
        try:
            async with asyncio.timeout(CLOSE_S):
                await self.workers.wait_for_complete(ending) if ending else None
        except Exception:
            # A connection that does not close in time, or an error on the way out, must not keep anyone.
            pass
        self.exit(code)

    def action_help(self) -> None:
        """Show keys, signs and terms."""
        # Imported on first use: the page is not needed for the first frame.
        from pfha_tui.ui.screens.help import HelpScreen

        self.push_screen(HelpScreen(self._options.ascii))

    def action_expand(self) -> None:
        """Give the focused pane the screen."""
        self.main.toggle_expanded()

    def action_retry(self) -> None:
        """Try the connections again that the operator means."""
        nodes = self.main.nodes_to_retry()
        if self._feed is None or not nodes:
            return
        for node in nodes:
            self._feed.retry(node.name)

    def action_timeline(self) -> None:
        """Focus the timeline."""
        self.main.timeline.focus()

    def action_filter(self) -> None:
        """Type a filter for the timeline."""
        self.main.start_filter()

    def action_clear(self) -> None:
        """Step back."""
        self.main.clear()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette: the commands, and one entry per theme."""
        for command in COMMANDS:
            if command.palette:
                run = getattr(self, f"action_{command.action}")
                yield SystemCommand(command.title.capitalize(), command.help, run)
        if self._options.no_color:
            return
        for theme in self._themes.found.values():
            title = texts.THEME_COMMAND.format(title=theme.title)
            yield SystemCommand(title, texts.THEME_HELP, lambda name=theme.name: self._use(name))

    def _use(self, theme: str) -> None:
        self.theme = theme


def nothing_known(target: PairTarget, monotonic: float, epoch: float) -> PairSnapshot:
    """The snapshot before the first answer: two nodes of which nothing is known."""

    def node(one: NodeTarget) -> NodeSnapshot:
        return NodeSnapshot(one.name, one.role, one.address, monotonic)

    verdict = Verdict(VerdictKind.UNKNOWN, "Nothing is known yet.")
    nodes = (node(target.primary), node(target.secondary))
    return PairSnapshot(target.name, 0, monotonic, epoch, *nodes, verdict)
