"""Durations as people write them: 500ms, 10s, 1.5s, 1m."""

import re

from pfha_tui.domain.language import tr

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_FORM = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)(ms|s|m|h)", re.ASCII)


def parse_duration(text: str) -> float:
    """Seconds of a duration such as `10s`; a unit is required.

    Raises ValueError with one sentence that does not repeat the text.
    """
    match = _FORM.fullmatch(text.strip())
    if match is None:
        raise ValueError(tr("is not a duration such as 500ms, 10s or 1m"))
    return float(match[1]) * _UNITS[match[2]]


def format_duration(seconds: float) -> str:
    """The shortest form that `parse_duration` reads back, to the millisecond."""
    for unit in ("h", "m", "s"):
        count = seconds / _UNITS[unit]
        if count >= 1 and count == int(count):
            return f"{int(count)}{unit}"
    return (
        f"{seconds:.3f}".rstrip("0").rstrip(".") + "s" if seconds > 1 else f"{seconds * 1000:g}ms"
    )
