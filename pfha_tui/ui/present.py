"""Domain values as glyph, word, tone and fitted number text; no Textual, no clock.

Every glyph here is one cell wide and has a one-cell counterpart in `ascii_text`, so that a line laid out
with the one set keeps its columns with the other. The meaning is in glyph plus word, never in the tone.
"""

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from rich.cells import cell_len

from pfha_tui.domain.language import tr
from pfha_tui.domain.model import CarpState
from pfha_tui.domain.snapshot import Since
from pfha_tui.domain.verdict import Severity, VerdictKind
from pfha_tui.domain.wording import decimal, duration, grouped
from pfha_tui.ui import texts
from pfha_tui.ui.line import CUT, Line, Tone, line

UNKNOWN = "—"
BLOCKS = "▁▂▃▄▅▆▇█"
MANY = 100_000

_ASCII = str.maketrans(
    {
        "●": "*", "○": "o", "◌": ".", "▲": "!", "▼": "v", "►": ">", "◄": "<", "◆": "#", "◐": "%",
        "✗": "X", "…": "~", "—": "-", "→": ">", "·": "-", "▁": "_", "▂": ".", "▃": "-", "▄": "~",
        "▅": "=", "▆": "+", "▇": "*", "█": "#", "┌": "+", "┐": "+", "└": "+", "┘": "+", "─": "-",
        "│": "|", "┏": "#", "┓": "#", "┗": "#", "┛": "#", "━": "=", "┃": "#", "✓": "v", "↓": "v",
        "↑": "^", "≠": "!", "↳": "`",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mark:
    """How one state is shown: a glyph of one cell, a word (English, as the catalogue has it) and a tone."""

    glyph: str
    english: str
    tone: Tone
    badge: Tone = Tone.BADGE

    @property
    def word(self) -> str:
        """The word in the language in use."""
        return tr(self.english)

    def line(self) -> Line:
        """Glyph and word in the mark's tone."""
        return line((f"{self.glyph} {self.word}", self.tone))


@dataclass(frozen=True, slots=True)
class Scene:
    """The moment at which things are shown: the console's monotonic and wall clock, and its time zone
    (None: the system's); `retry_key` is the key that tries a connection again, as it is shown."""

    now: float
    epoch: float
    tz: tzinfo | None = None
    retry_key: str = "r"

    def epoch_of(self, monotonic: float) -> float:
        """Wall clock seconds of a monotonic moment."""
        return self.epoch - (self.now - monotonic)

    def local(self, epoch: float) -> datetime:
        """The moment in the console's time zone; moments that no calendar has become 1970."""
        try:
            return datetime.fromtimestamp(epoch, self.tz)
        except (ValueError, OverflowError, OSError):
            return datetime.fromtimestamp(0, self.tz)


ROLE_MARKS = {
    CarpState.MASTER: Mark("●", texts.ROLE_WORDS["MASTER"], Tone.ACCENT),
    CarpState.BACKUP: Mark("○", texts.ROLE_WORDS["BACKUP"], Tone.PLAIN),
    CarpState.INIT: Mark("◌", texts.ROLE_WORDS["INIT"], Tone.WARN),
    None: Mark("?", texts.ROLE_WORDS["MISSING"], Tone.BAD),
}

VERDICT_MARKS = {
    VerdictKind.NO_MASTER: Mark("✗", texts.VERDICT_WORDS["no-master"], Tone.BAD, Tone.BADGE_BAD),
    VerdictKind.SPLIT_BRAIN: Mark(
        "✗", texts.VERDICT_WORDS["split-brain"], Tone.BAD, Tone.BADGE_BAD
    ),
    VerdictKind.UNKNOWN: Mark("?", texts.VERDICT_WORDS["unknown"], Tone.WARN, Tone.BADGE_WARN),
    VerdictKind.PARTIAL: Mark("◐", texts.VERDICT_WORDS["partial"], Tone.BAD, Tone.BADGE_BAD),
    VerdictKind.DEGRADED: Mark("▲", texts.VERDICT_WORDS["degraded"], Tone.WARN, Tone.BADGE_WARN),
    VerdictKind.FAILED_OVER: Mark(
        "►", texts.VERDICT_WORDS["failed-over"], Tone.WARN, Tone.BADGE_WARN
    ),
    VerdictKind.MAINTENANCE: Mark("◆", texts.VERDICT_WORDS["maintenance"], Tone.ACCENT, Tone.BADGE),
    VerdictKind.HEALTHY: Mark("●", texts.VERDICT_WORDS["healthy"], Tone.GOOD, Tone.BADGE_GOOD),
}

SEVERITY_MARKS = {
    Severity.ERROR: Mark("✗", texts.SEVERITY_WORDS["error"], Tone.BAD),
    Severity.WARNING: Mark("▲", texts.SEVERITY_WORDS["warning"], Tone.WARN),
    Severity.NOTE: Mark("·", texts.SEVERITY_WORDS["note"], Tone.MUTED),
}


def ascii_text(text: str) -> str:
    """The text in ASCII and in as many cells: own glyphs by their counterparts, anything else as `?`."""
    if text.isascii():
        return text
    return "".join(_ascii(character) for character in text.translate(_ASCII))


def _ascii(character: str) -> str:
    """A letter without its accent, in one cell; `?` for what has no counterpart."""
    bare = unicodedata.normalize("NFD", character)[:1]
    return bare if bare.isascii() else "?" * cell_len(character)


def fitted(candidates: Sequence[str], cells: int) -> str:
    """The first (most exact) candidate that fits in `cells`, else `…`: a number is never cut short."""
    return next((text for text in candidates if cell_len(text) <= cells), CUT[: max(0, cells)])


def count(number: int, cells: int = 99) -> str:
    """A whole number with thin grouping (`12 431`), or in a coarser unit (`12.4k`) where it must be short."""
    return fitted((grouped(number), str(number), *_coarser(number, "", sep="")), cells)


def bit_rate(bits_per_s: float | None, cells: int = 99) -> str:
    """Bits per second in three digits: `12.3 Mb/s`, `640 kb/s`, `0 b/s`; `—` while unknown."""
    return _rate(bits_per_s, "b/s", cells)


def per_second(events_per_s: float | None, unit: str = "/s", cells: int = 99) -> str:
    """Events per second: `812/s`, `1 024/s`, `0.4/s`, coarser (`1.02k/s`) from 100 000 on or where it must be
    short; `—` while unknown."""
    if events_per_s is None or not math.isfinite(events_per_s):
        return UNKNOWN
    coarser = _coarser(events_per_s, unit, sep="")
    if 0 < events_per_s < 9.95:
        return fitted((decimal(f"{events_per_s:.1f}") + unit, *coarser), cells)
    if 0 <= events_per_s < MANY:
        return fitted((grouped(round(events_per_s)) + unit, *coarser), cells)
    return fitted(coarser, cells)


def bytes_text(size: int) -> str:
    """A size in bytes, in binary units: `51.2 KiB`, `3.9 GiB`."""
    value, units = float(size), ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
    step = 0
    while value >= 1023.5 and step < len(units) - 1:
        value /= 1024
        step += 1
    figure = f"{value:.0f}" if step == 0 or value >= 99.95 else decimal(f"{value:.1f}")
    return f"{figure} {units[step]}"


def milliseconds(seconds: float | None) -> str:
    """A short time: `0.42 ms`, `12.3 ms`, `812 ms`, `1.3 s`; `—` while unknown."""
    if seconds is None or not math.isfinite(seconds):
        return UNKNOWN
    sign, ms = ("-", -seconds * 1000) if seconds < 0 else ("", seconds * 1000)
    if ms >= 999.5:
        return f"{sign}{age(ms / 1000)}"
    digits = 0 if ms == 0 or ms >= 99.95 else 1 if ms >= 9.995 else 2
    return decimal(f"{sign}{ms:.{digits}f} ms")


def _rate(value: float | None, unit: str, cells: int) -> str:
    if value is None or not math.isfinite(value):
        return UNKNOWN
    return fitted((*_coarser(value, unit), *_coarser(value, unit, sep="")), cells)


def _coarser(value: float, unit: str, sep: str = " ") -> tuple[str, ...]:
    """`value` in the SI prefix that leaves one to three digits before the point, exact to coarse."""
    sign, size = ("-", -value) if value < 0 else ("", value)
    prefixes = ("", "k", "M", "G", "T", "P", "E")
    step = 0
    while size >= 999.5 and step < len(prefixes) - 1:
        size /= 1000
        step += 1
    digits = 0 if step == 0 or size >= 99.95 else 1 if size >= 9.995 else 2
    forms = [
        decimal(f"{sign}{size:.{d}f}") + f"{sep}{prefixes[step]}{unit}"
        for d in range(digits, -1, -1)
    ]
    return tuple(forms)


def share(part: float | None, decimals: int = 0) -> str:
    """A share 0..1 in percent (`4 %`, `99.9 %`); `—` while unknown. Only what is whole shows as 100 %."""
    if part is None or not math.isfinite(part):
        return UNKNOWN
    percent = part * 100
    text = f"{percent:.{decimals}f}"
    if percent < 100 and float(text) >= 100:
        step = 10**decimals
        text = f"{math.floor(percent * step) / step:.{decimals}f}"
    return f"{decimal(text)} %"


def age(seconds: float | None) -> str:
    """How long ago, or how long: `0.4 s`, `4 m 05 s`, `3 d 04:12`; `—` while unknown."""
    if seconds is None or not math.isfinite(seconds):
        return UNKNOWN
    return duration(seconds, tenths=True)


def uptime(seconds: float | None) -> str:
    """A long duration in its two largest units: `12 d 3 h`, `4 h 12 m`; `—` while unknown."""
    if seconds is None or not math.isfinite(seconds) or seconds < 86_400:
        return age(seconds)
    days, rest = divmod(int(seconds), 86_400)
    return tr("{days} d {hours} h").format(days=days, hours=rest // 3600)


def clock_text(epoch: float, scene: Scene) -> str:
    """A moment: `21:40:09` today, `Nov 19 17:41` in this year, else `2025-11-19`."""
    moment, today = scene.local(epoch), scene.local(scene.epoch)
    if moment.date() == today.date():
        return f"{moment:%H:%M:%S}"
    if moment.year == today.year:
        return tr("{day} {clock}").format(day=_day(moment), clock=f"{moment:%H:%M}")
    return f"{moment:%Y-%m-%d}"


def day_text(epoch: float, scene: Scene) -> str:
    """The day of a moment: `Nov 19`, with the year where it is another one."""
    moment = scene.local(epoch)
    if moment.year == scene.local(scene.epoch).year:
        return _day(moment)
    return tr("{day} {year}").format(day=_day(moment), year=moment.year)


def _day(moment: datetime) -> str:
    month = texts.MONTHS[moment.month - 1]
    return tr("{month} {day}").format(month=tr(month), day=moment.day)


def since_text(since: Since, scene: Scene) -> str:
    """`since 21:40:09`, or `at least since 21:40:09` where no log line tells the start."""
    word = tr(texts.SINCE) if since.exact else tr(texts.AT_LEAST_SINCE)
    return f"{word} {clock_text(since.epoch, scene)}"


def since_short(since: Since, scene: Scene) -> str:
    """`21:40:09`, or `≤`-like `by 21:40:09` (at that moment or before) where the start is not known."""
    moment = clock_text(since.epoch, scene)
    return moment if since.exact else f"{tr(texts.BY)} {moment}"


def held_text(since: Since, scene: Scene) -> str:
    """For how long: `3 d 4 h`, or `at least 3 d 4 h`."""
    held = uptime(scene.epoch - since.epoch)
    return held if since.exact else f"{tr(texts.AT_LEAST)} {held}"


def skew_text(configured: int | None, effective: int | None) -> str:
    """`skew 0`, or `skew 0→240` where demotion makes the advertised one differ; `skew —` while unknown."""
    if configured is None:
        return f"{tr(texts.SKEW)} {UNKNOWN}"
    if effective is None or effective == configured:
        return f"{tr(texts.SKEW)} {configured}"
    return f"{tr(texts.SKEW)} {configured}→{effective}"


def sparkline(values: Sequence[float], cells: int, top: float | None = None) -> str:
    """The last `cells` values as blocks, newest right, blank where there is no history yet.

    `top` is the value of a full block (default: the largest shown), so that two lines can share a scale.
    """
    shown = [v if math.isfinite(v) and v > 0 else 0.0 for v in values[-cells:]] if cells > 0 else []
    peak = max(shown, default=0.0) if top is None else top
    last = len(BLOCKS) - 1
    steps = [min(last, round(v / peak * last)) if peak > 0 else 0 for v in shown]
    return "".join(BLOCKS[step] for step in steps).rjust(max(0, cells))
