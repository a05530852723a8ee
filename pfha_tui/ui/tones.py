"""What each tone looks like: a colour and a ground by the theme's roles, and attributes.

A table, and no component classes of the style sheet: Textual works those out for every widget each time that
styles are applied, which was a tenth of the time to the first frame.
"""

from collections.abc import Mapping

from rich.color import Color as RichColor
from rich.style import Style
from textual.color import Color

from pfha_tui.ui.line import Tone

_TEXT = "text"
_ON_BADGE = "badge-text"
_LOOKS: dict[Tone, tuple[str, str | None, bool]] = {
    Tone.PLAIN: (_TEXT, None, False),
    Tone.MUTED: ("muted", None, False),
    Tone.STRONG: (_TEXT, None, True),
    Tone.ACCENT: ("accent", None, True),
    Tone.GOOD: ("good", None, False),
    Tone.WARN: ("warn", None, False),
    Tone.BAD: ("bad", None, True),
    Tone.TREND: ("muted", None, False),
    Tone.BADGE: (_ON_BADGE, "badge", True),
    Tone.BADGE_QUIET: (_TEXT, None, True),
    Tone.BADGE_GOOD: (_ON_BADGE, "badge-good", True),
    Tone.BADGE_WARN: (_ON_BADGE, "badge-warn", True),
    Tone.BADGE_BAD: (_ON_BADGE, "badge-bad", True),
    Tone.BADGE_PRODUCTION: (_ON_BADGE, "production", True),
    Tone.BADGE_LAB: (_ON_BADGE, "lab", True),
    Tone.PRODUCTION: ("production-text", None, True),
    Tone.LAB: ("lab-text", None, True),
    Tone.NODE_A: ("node-a", None, True),
    Tone.NODE_B: ("node-b", None, True),
    Tone.FRAME: ("frame", None, False),
    Tone.FRAME_FOCUS: ("focus", None, False),
    Tone.CURSOR: ("focus", "panel", True),
    Tone.MATCH: (_ON_BADGE, "badge", False),
}
"""Role of the text, role of the ground or None for the widget's own, bold."""


def style(tone: Tone, base: Style, variables: Mapping[str, str], *, no_color: bool) -> Style:
    """The tone on a widget whose own style is `base`; `variables` are the theme's, with its roles as `pf-…`.

    Without colours (`no_color`) what has a ground is reversed, and a warning is bold.
    """
    text, ground, bold = _LOOKS[tone]
    reverse = False
    if no_color:
        bold = bold or tone is Tone.WARN
        reverse = ground is not None and tone is not Tone.CURSOR
    return base + Style(
        color=_colour(variables, text),
        bgcolor=_colour(variables, ground) if ground is not None else None,
        bold=bold or None,
        reverse=reverse or None,
    )


def _colour(variables: Mapping[str, str], role: str) -> RichColor:
    return Color.parse(variables[f"pf-{role}"]).rich_color
