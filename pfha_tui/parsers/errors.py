"""The one error that parsers raise."""

import re

from pfha_tui.domain.language import tr

_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
_LONGEST = 120


def visible(text: str) -> str:
    """The text on one line of at most 120 characters, control characters written as escapes."""
    shown = _UNSEEN.sub(lambda match: ascii(match[0])[1:-1], text[: _LONGEST + 1])
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"


class ParseError(Exception):
    """Output of a command was not understood; nothing of it may be used.

    `section` names the command, `line_no` is 1-based (None where no one line is to blame), `line` the
    offending text, shortened and with control characters made visible, `message` what is wrong with it.
    str() is one sentence for the operator.
    """

    def __init__(
        self, section: str, message: str, line_no: int | None = None, line: str = ""
    ) -> None:
        self.section = section
        self.message = visible(message)
        self.line_no = line_no
        self.line = visible(line)
        super().__init__(section, self.message, line_no, self.line)

    def __str__(self) -> str:
        place = self.section
        if self.line_no is not None:
            place = tr("{place}, line {line}").format(place=place, line=self.line_no)
        return f"{place}: {self.message}" + (f": {self.line!r}" if self.line else "")
