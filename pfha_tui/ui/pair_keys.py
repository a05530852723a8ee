"""The keys of the pair that is open, as far as they only move its screen."""

from pfha_tui.ui.acting import Acting
from pfha_tui.ui.screens.main import MainScreen


class PairKeys(Acting):
    """Passes what is asked of the open pair's main screen on to it."""

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
