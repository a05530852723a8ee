"""The events of both nodes, newest last."""

from bisect import bisect_right

from pfha_tui.domain.events import Event
from pfha_tui.domain.language import tr
from pfha_tui.domain.snapshot import PairSnapshot
from pfha_tui.ui import texts, timeline_view
from pfha_tui.ui.line import EMPTY, Line, Tone, highlighted, line, plain
from pfha_tui.ui.present import Scene
from pfha_tui.ui.timeline_view import Kinds, Known
from pfha_tui.ui.vips import interface_labels
from pfha_tui.ui.widgets.choosing import Choosing

Key = tuple[Event, int]
"""An event, and how many equal ones stand before it."""


class Timeline(Choosing):
    """Follows the newest line until the operator moves up; the end of it follows again.

    A filter and a group of kinds leave lines out; a search marks them and is stepped through.
    """

    def __init__(self, *, ascii_only: bool, id: str | None = None) -> None:
        super().__init__(ascii_only=ascii_only, id=id)
        self._pair: PairSnapshot | None = None
        self._scene: Scene | None = None
        self._needle = self._search = ""
        self._kinds = Kinds.ALL
        self._shown_for: tuple[object, ...] = ()
        self._following = True
        self._last_seen: Key | None = None
        self._total = 0
        self._events: tuple[Key, ...] = ()
        self._texts: tuple[str, ...] = ()
        self._known: Known = {}
        self._known_for: tuple[object, ...] = ()

    @property
    def needle(self) -> str:
        """The filter's text; empty shows everything."""
        return self._needle

    @property
    def wanted(self) -> str:
        """The search's text; empty while nothing is searched."""
        return self._search

    @property
    def kinds(self) -> Kinds:
        """Which kinds of events are shown."""
        return self._kinds

    @property
    def following(self) -> bool:
        """Whether the newest line stays in sight."""
        return self._following

    @property
    def event(self) -> Event | None:
        """The event under the cursor."""
        found = [event for event, number in self._events if (event, number) == self.chosen]
        return found[0] if found else None

    def show(self, pair: PairSnapshot, scene: Scene) -> None:
        """Show the pair's events; nothing is done where events, names and day are those shown."""
        self._pair, self._scene = pair, scene
        self._rebuild()

    def filter(self, needle: str) -> None:
        """Show only lines that hold this text, in any case."""
        self._needle = needle.strip()
        self._rebuild()

    def show_kinds(self, kinds: Kinds) -> None:
        """Show only events of these kinds."""
        self._kinds = kinds
        self._rebuild()

    def search(self, needle: str) -> None:
        """Mark lines that hold this text, in any case, and go to the newest of them."""
        self._search = needle.strip()
        self._rebuild()
        found = self._found()
        if found:
            self._go_to(found[-1])

    def step(self, by: int) -> None:
        """Go to the next (1, newer) or previous (-1, older) line that the search finds, round and round."""
        found = self._found()
        if not found:
            return
        beyond = [n for n in found if (n > self.place if by > 0 else n < self.place)]
        if by > 0:
            self._go_to(beyond[0] if beyond else found[0])
        else:
            self._go_to(beyond[-1] if beyond else found[-1])

    def follow(self, follow: bool) -> None:
        """Keep the newest line in sight, or stay where it is now."""
        self._following = follow
        self._last_seen = self._events[-1] if self._events else None
        self._settle()

    def _found(self) -> list[int]:
        if not self._search:
            return []
        wanted = self._search.casefold()
        return [number for number, text in enumerate(self._texts) if wanted in text.casefold()]

    def _go_to(self, place: int) -> None:
        self._hold()
        self.choose(place)
        self._settle()

    def _hold(self) -> None:
        """Follow no longer: what comes from now on is counted."""
        if self._following:
            self._following = False
            self._last_seen = self._events[-1] if self._events else None

    def _rebuild(self) -> None:
        if self._pair is None or self._scene is None:
            return
        names = interface_labels(self._pair)
        day = self._scene.local(self._scene.epoch).date()
        chosen = (self._needle, self._search, self._kinds)
        wanted = (self._pair.events, tuple(names.items()), chosen, day)
        if wanted == self._shown_for:
            return
        self._shown_for = wanted
        told = timeline_view.ordered(self._pair.events)
        self._total = len(told)
        kept = [
            event
            for event in told
            if event.kind in self._kinds.value and timeline_view.matches(event, self._needle, names)
        ]
        tones = timeline_view.node_tones(self._pair)
        if self._known_for != (names, tones):
            self._known, self._known_for = {}, (names, tones)
        lines = timeline_view.rows(kept, self._scene, names, tones, self._known)
        self._texts = tuple(plain(text) for text in lines)
        self._events = _numbered(kept)
        self.set_choices(self._choices(kept, lines))
        self._settle()

    def _choices(self, kept: list[Event], lines: tuple[Line, ...]) -> list[tuple[Line, Key | None]]:
        if not kept:
            empty = tr(texts.TIMELINE_NO_MATCH) if self._total else tr(texts.TIMELINE_EMPTY)
            if self._total and not self._needle:
                empty = tr("nothing of this kind has happened")
            return [(line((empty, Tone.MUTED)), None)]
        assert self._scene is not None
        keys = iter(self._events)
        return [
            (highlighted(text, self._search), None if event is None else next(keys))
            for text, event in timeline_view.with_days(kept, lines, self._scene)
        ]

    def _settle(self) -> None:
        if self._following and self.items:
            self._top = self.last_top
            self._place = self.items - 1
            self._chosen = self._events[-1]
        self.fill(self._title_line(), self._badges(), self._body)

    def _title_line(self) -> Line:
        title = line((tr(texts.TIMELINE), Tone.STRONG), "  ", (tr(texts.TIMELINE_HINT), Tone.MUTED))
        day = self._day_above()
        return line(title, "  ", (day, Tone.PLAIN)) if day else title

    def _day_above(self) -> str:
        """The day of the first line in sight, where the line that tells it is not in sight itself."""
        if self._scene is None:
            return ""
        top = min(max(0, self._top), self.last_top)
        if not self._events or self._keys[top] is None:
            return ""
        event, _ = self._events[bisect_right(self._starts, top) - 1]
        word = timeline_view.day_word(event, self._scene)
        return "" if word == tr("today") else word

    def _badges(self) -> Line:
        badge = EMPTY
        if self._search:
            found = self._found()
            place = f"{found.index(self.place) + 1}" if self.place in found else "-"
            text = tr("found: {needle} ({place} of {count})").format(
                needle=self._search, place=place, count=len(found)
            )
            if not found:
                # What is left out by a filter or by kind was not searched.
                whole = len(self._events) == self._total
                said = (
                    tr("not found: {needle}")
                    if whole
                    else tr("not found: {needle} (a filter is on)")
                )
                text = said.format(needle=self._search)
            badge = line((f" {text} ", Tone.BADGE))
        if self._kinds is not Kinds.ALL:
            badge = line(badge, " " if badge else "", (f" {self._kinds.title} ", Tone.BADGE))
        if self._needle:
            text = tr(texts.TIMELINE_FILTER).format(
                needle=self._needle, shown=len(self._events), total=self._total
            )
            badge = line(badge, " " if badge else "", (f" {text} ", Tone.BADGE))
        return badge

    def scroll_content(self, rows: int) -> None:
        """Move the content by lines; down to its end follows again."""
        super().scroll_content(rows)
        if rows > 0 and self._top >= self.last_top:
            self.follow(True)

    def scroll_to_row(self, top: int) -> None:
        """Show the content from this line on; at the end it follows again."""
        super().scroll_to_row(top)
        at_end = self._top >= self.last_top and self.place >= self.items - 1
        if at_end:
            self._following = True
        else:
            self._hold()
        self._settle()

    def edge_remark(self) -> str:
        """That it does not follow, how many lines have come since, and how far away now is."""
        if self._following:
            return ""
        seen = [n for n, key in enumerate(self._events) if key == self._last_seen]
        fresh = len(self._events) - 1 - seen[0] if seen else 0
        said = tr("not following")
        if fresh:
            said = tr("not following, {count} new below").format(count=fresh)
        return f"{said}  {super().edge_remark()}".rstrip()

    def on_resize(self) -> None:
        """Lay out for the new size, at the end if it was followed."""
        self._settle()


def _numbered(events: list[Event]) -> tuple[Key, ...]:
    """Each event with the number of equal ones before it, so that every line has a key of its own."""
    seen: dict[Event, int] = {}
    keys = []
    for event in events:
        number = seen.get(event, 0)
        seen[event] = number + 1
        keys.append((event, number))
    return tuple(keys)
