"""Lines of devd's pipe (devctl_notify in the kernel): only what tells of roles and links."""

import re

from pfha_tui.domain.events import CarpEvent, DevdEvent, LinkEvent
from pfha_tui.domain.model import CarpState
from pfha_tui.domain.text import clean
from pfha_tui.parsers.lines import integer

_LONGEST = 1024
_CARP = re.compile(
    r"!system=CARP subsystem=([0-9]{1,3})@([^\s@]{1,64}) type=(INIT|BACKUP|MASTER)(?: .*)?"
)
_LINK = re.compile(r"!system=IFNET subsystem=([^\s]{1,64}) type=LINK_(UP|DOWN)(?: .*)?")


def parse_line(text: str) -> DevdEvent | None:
    """The CARP transition or link change that a line announces, None for any other line.

    The kernel tells the new state only, neither the old one nor the reason. Raises nothing.
    """
    line = text.rstrip("\r\n")
    if len(line) > _LONGEST:
        return None
    if match := _CARP.fullmatch(line):
        vhid = integer(match[1], 1, 255)
        return None if vhid is None else CarpEvent(clean(match[2]), vhid, CarpState(match[3]))
    if match := _LINK.fullmatch(line):
        return LinkEvent(clean(match[1]), match[2] == "UP")
    return None
