"""Pure: what a command printed, as it was printed, with the lines marked that a row comes from."""

import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rich.cells import cell_len

from pfha_tui.collector import catalogue
from pfha_tui.domain.command import Command, Output
from pfha_tui.domain.language import tr
from pfha_tui.domain.text import clean
from pfha_tui.ui import present
from pfha_tui.ui.about import Topic
from pfha_tui.ui.line import Line, Tone, line, wrap
from pfha_tui.ui.present import Scene

Raw = Callable[[str, str], tuple[Output, float] | None]
"""The newest output of a node's catalogue command and its monotonic time, as Feed.raw."""

GUTTER = 2
TAB = 8
MOST_ROWS = 4000
PIECE = 4
"""At most so many characters to a cell: characters without width must not fill a row without end."""
COMMAND_ROWS = 4


def no_output(node: str, command_id: str) -> tuple[Output, float] | None:
    """Where no feed is open nothing was printed."""
    return None


_DHCP = {"isc": (catalogue.DHCP_ISC,), "kea": (catalogue.DHCP_KEA,)}
_COMMANDS: dict[Topic, tuple[Command, ...]] = {
    Topic.NODE: (
        catalogue.SYSCTL_SYSTEM,
        catalogue.SYSCTL_IDENTITY,
        catalogue.VERSION,
        catalogue.BOOTING,
    ),
    Topic.CARP: (catalogue.SYSCTL_CARP, catalogue.NETSTAT_CARP),
    Topic.VIP: (catalogue.IFCONFIG, catalogue.SYSCTL_CARP),
    Topic.INTERFACE: (catalogue.IFCONFIG, catalogue.NETSTAT_INTERFACES),
    Topic.PFSYNC: (catalogue.NETSTAT_PFSYNC, catalogue.IFCONFIG),
    Topic.STATES: (catalogue.PF_INFO, catalogue.PF_MEMORY),
    Topic.CREATORS: (catalogue.PF_CREATORS, catalogue.PF_INFO),
    Topic.ADVERTS: (catalogue.NETSTAT_CARP,),
    Topic.CONFIG: (catalogue.CONFIG_STAT, catalogue.MAINTENANCE),
    Topic.GATEWAY: (catalogue.GATEWAYS,),
    Topic.CLOCK: (catalogue.NTP,),
}


def commands(topic: Topic, name: str = "") -> tuple[Command, ...]:
    """The catalogue commands that a topic's facts come from, the most telling first."""
    return _DHCP.get(name, ()) if topic is Topic.DHCP else _COMMANDS.get(topic, ())


@dataclass(frozen=True, slots=True)
class Search:
    """What to mark in an output. `block` is the interface whose block of ifconfig is meant; `pattern`
    finds the text, in the block if there is one; without a pattern the whole block is marked."""

    pattern: str = ""
    block: str = ""


def wanted(topic: Topic, command: Command, name: str = "", vhid: int | None = None) -> Search:
    """What to mark for a topic in the output of one of its commands."""
    exact = re.escape(name)
    if command == catalogue.IFCONFIG:
        if topic is Topic.PFSYNC:
            return Search(r"^\s+(?:pfsync: )?sync(?:dev|ok): .*")
        return Search("" if vhid is None else rf"^.*\bvhid {vhid}\b.*", name)
    if command == catalogue.NETSTAT_INTERFACES:
        return Search(rf'\{{"name":\s*"{exact}\*?"[^}}]*\}}|^{exact}\*?\s.*')
    found = {
        catalogue.SYSCTL_CARP: r"^net\.inet\.carp\.demotion.*" if topic is Topic.VIP else "",
        catalogue.PF_INFO: (
            r"^Hostid: .*" if topic is Topic.CREATORS else r"^State Table.*\n.*current entries .*"
        ),
        catalogue.PF_MEMORY: r"^states\s.*",
        catalogue.GATEWAYS: rf"^{exact} .*" if name else "",
        catalogue.NTP: r"^[*o].*",
        catalogue.SYSCTL_IDENTITY: r"^kern\.hostname.*",
    }
    return Search(found.get(command, ""))


def spans(text: str, search: Search) -> tuple[tuple[int, int], ...]:
    """The stretches of the text (start and end in characters) that are meant, in their order."""
    low, high = (0, len(text)) if not search.block else _block(text, search.block)
    if search.pattern:
        pattern = re.compile(search.pattern, re.MULTILINE)
        return tuple(match.span() for match in pattern.finditer(text, low, high))
    return ((low, high),) if search.block and high > low else ()


def _block(text: str, interface: str) -> tuple[int, int]:
    """The lines of ifconfig from the interface's name to the next line that is not indented."""
    head = re.search(rf"^{re.escape(interface)}: ", text, re.MULTILINE)
    if head is None:
        return 0, 0
    after = re.compile(r"^\S", re.MULTILINE).search(text, head.end())
    return head.start(), after.start() if after is not None else len(text)


@dataclass(frozen=True, slots=True)
class Printed:
    """The rows of one stream of one output; `first` is the first marked row, None where none is."""

    rows: tuple[Line, ...]
    first: int | None


def printed(raw: bytes, search: Search, cells: int, tone: Tone = Tone.PLAIN) -> Printed:
    """The bytes as rows of at most `cells`; a long line goes on below (`↳`), nothing is interpreted.

    Marked lines have `►` before them. Rows beyond the first 4000 are counted in the last one.
    """
    text = raw.decode("utf-8", errors="replace")
    marked = spans(text, search)
    rows: list[Line] = []
    first: int | None = None
    left = passed = 0
    for start, piece in _pieces(text, max(1, cells - GUTTER)):
        if len(rows) >= MOST_ROWS:
            left += 1
            continue
        # Stretches and pieces both go forward: looking at all stretches for each piece could take minutes.
        while passed < len(marked) and marked[passed][1] <= start:
            passed += 1
        here = passed < len(marked) and marked[passed][0] < start + max(1, len(piece))
        if here and first is None:
            first = len(rows)
        goes_on = start > 0 and text[start - 1] != "\n"
        sign = "↳ " if goes_on else "► " if here else "  "
        lead = (sign, Tone.ACCENT if here else Tone.MUTED)
        rows.append(line(lead, (_shown(piece), Tone.STRONG if here else tone)))
    if left:
        more = tr("{count} more rows are not shown").format(count=left)
        rows.append(line(" " * GUTTER, (more, Tone.WARN)))
    return Printed(tuple(rows), first)


def _pieces(text: str, cells: int) -> Iterator[tuple[int, str]]:
    """The text in pieces that fit in a row, each with the place where it begins."""
    start = 0
    for whole in text.removesuffix("\n").split("\n"):
        place = start
        for piece in _cut(whole, cells):
            yield place, piece
            place += len(piece)
        start += len(whole) + 1


def _cut(text: str, cells: int) -> list[str]:
    if "\t" not in text and text.isascii():
        return [text[at : at + cells] for at in range(0, len(text), cells)] or [""]
    pieces = [""]
    used = 0
    for character in text:
        size = TAB - used % TAB if character == "\t" else _size(character)
        if pieces[-1] and (used + size > cells or len(pieces[-1]) >= PIECE * cells):
            pieces.append("")
            used = 0
            size = TAB if character == "\t" else size
        pieces[-1] += character
        used += min(size, cells)
    return pieces


def _size(character: str) -> int:
    return 1 if character.isascii() else cell_len(clean(character))


def _shown(piece: str) -> str:
    """Tabs as blanks up to the next eighth column, all other control characters as U+FFFD."""
    shown = ""
    for part in re.split(r"(\t)", piece.replace("\r", "\ufffd")):
        shown += " " * (TAB - cell_len(shown) % TAB) if part == "\t" else clean(part)
    return shown


def command_rows(
    command: Command, got: tuple[Output, float] | None, scene: Scene, cells: int
) -> tuple[Line, ...]:
    """The command line, how it ended and how long ago; or that nothing was printed yet."""
    rows = wrap(f"$ {shlex.join(command.argv)}", cells, COMMAND_ROWS, Tone.STRONG)
    if command.stdin:
        given = tr("its standard input: {text}").format(text=command.stdin)
        rows = (*rows, *wrap(given, cells, COMMAND_ROWS, Tone.MUTED))
    if got is None:
        return (*rows, line((tr("no output yet"), Tone.MUTED)))
    output, taken = got
    tone = Tone.MUTED if output.exit_code == 0 else Tone.WARN
    ended = (tr("exit code {code}").format(code=output.exit_code), tone)
    ago = tr("{age} ago").format(age=present.age(scene.now - taken))
    as_root = (f"   {tr('as root')}" if command.root else "", Tone.MUTED)
    return (*rows, line(ended, (f"   {ago}", Tone.MUTED), as_root))
