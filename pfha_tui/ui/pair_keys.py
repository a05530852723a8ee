"""The keys of the pair that is open, as far as they only move its screen, and the way from pair to pair."""

from textual import on
from textual.screen import Screen

from pfha_tui.domain.target import BrokenPair, PairTarget
from pfha_tui.ui.acting import Acting
from pfha_tui.ui.command import Command
from pfha_tui.ui.commands import views
from pfha_tui.ui.pairs import Watched
from pfha_tui.ui.screens.main import MainScreen
from pfha_tui.ui.screens.wall import WallScreen
from pfha_tui.ui.widgets.pair_list import PairList


class PairKeys(Acting):
    """Passes what is asked of the open pair's main screen on to it; goes to the wall, and to another pair."""

    @property
    def opened(self) -> MainScreen | None:
        """The main screen of the pair that is open, also while another screen covers it."""
        screens = (s for s in reversed(self.screen_stack) if isinstance(s, MainScreen))
        return next(screens, None)

    @property
    def main(self) -> MainScreen:
        """As `opened`, where a pair is known to be open."""
        screen = self.opened
        assert screen is not None
        return screen

    def focused_node(self) -> int | None:
        """The node (0 or 1) of the open pair whose pane has the focus."""
        return self.opened.focused_pane if self.opened is not None else None

    def action_expand(self) -> None:
        """Give the focused pane the screen."""
        self.main.toggle_expanded()

    def action_detail(self) -> None:
        """Open the row under the cursor."""
        self.main.open_chosen()

    def action_other_node(self) -> None:
        """Go to the pane of the other node."""
        self.main.focus_other()

    def action_timeline(self) -> None:
        """Focus the timeline."""
        self.main.timeline.focus()

    def action_filter(self) -> None:
        """Type a filter for the timeline."""
        self.main.start_filter()

    def action_find(self) -> None:
        """Search the timeline, or go to the next line found."""
        self.main.find(1)

    def action_find_back(self) -> None:
        """Go to the previous line found."""
        self.main.find(-1)

    def action_follow(self) -> None:
        """Follow the newest line of the timeline, or stop there."""
        self.main.timeline.follow(not self.main.timeline.following)

    def action_kinds(self) -> None:
        """Show the next group of kinds in the timeline."""
        self.main.timeline.show_kinds(self.main.timeline.kinds.following)

    @property
    def several(self) -> bool:
        """There is more than one pair, and so a wall."""
        return len(self.pairs) > 1

    def _main_screen(self, pair: Watched) -> MainScreen:
        assert isinstance(pair.target, PairTarget)
        return MainScreen(pair.target, self._options, self._commands_on(pair))

    def _commands_on(self, pair: Watched | None) -> tuple[Command, ...]:
        """Those of the session, on a pair that is read-only without those that act."""
        acts = pair is None or self.acts_on(pair.target)
        return self.commands if acts else views(self.commands)

    @property
    def wall(self) -> WallScreen | None:
        """The wall, also while another screen covers it; None with one pair."""
        return next((s for s in self.screen_stack if isinstance(s, WallScreen)), None)

    def action_clear(self) -> None:
        """Step back, at last to the wall."""
        if not self.main.clear() and self.several:
            self.call_later(self.action_wall)

    @property
    def _marked(self) -> Watched | None:
        number = self.wall.marked if self.wall is not None else None
        return None if number is None else self.pairs[number]

    async def action_wall(self) -> None:
        """Show all pairs."""
        if self.wall is None:
            return
        self.shown = None
        await self._uncover(self.wall)

    async def _uncover(self, screen: Screen[None]) -> None:
        """Close what lies above this screen, whose askers are told that nothing was answered."""
        while self.screen is not screen:
            await self.screen.dismiss()
        self.tick()

    async def action_previous_pair(self) -> None:
        """Open the pair before the one that is open, or marked."""
        await self._step(-1)

    async def action_next_pair(self) -> None:
        """Open the pair after the one that is open, or marked."""
        await self._step(1)

    async def action_open_number(self, number: int) -> None:
        """Open the pair of this number, counted from 1; nothing where there is none."""
        if number <= len(self.pairs):
            await self.open_pair(number - 1)

    async def _step(self, by: int) -> None:
        here = self.shown or self._marked
        start = here.number if here is not None else -1
        for step in range(1, len(self.pairs) + 1):
            pair = self.pairs[(start + by * step) % len(self.pairs)]
            if isinstance(pair.target, PairTarget):
                await self.open_pair(pair.number)
                return

    @on(PairList.Chosen)
    async def _chosen(self, message: PairList.Chosen) -> None:
        await self.open_pair(message.number)

    async def open_pair(self, number: int) -> None:
        """Show the main screen of this pair (counted from 0); a broken one has none, and is only marked."""
        pair, wall = self.pairs[number], self.wall
        if wall is None:
            return
        wall.mark(number)
        if pair is self.shown:
            await self._uncover(self.main)
            return
        if isinstance(pair.target, BrokenPair):
            self.tick()
            return
        name = f"pair-{number}"
        if not self.is_screen_installed(name):
            self.install_screen(self._main_screen(pair), name)
        await self.action_wall()
        # Not before the screen is there: a tick must find the pair and its own screen, or neither.
        await self.push_screen(name)
        self.shown = pair
        self.tick()
