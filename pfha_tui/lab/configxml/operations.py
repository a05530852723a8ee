"""What changes a configuration on one node: an administrator's page, and maintenance mode."""

from __future__ import annotations

from dataclasses import dataclass, field

from pfha_tui.lab.configxml import tree
from pfha_tui.lab.configxml.config import MAINTENANCE
from pfha_tui.lab.configxml.history import History
from pfha_tui.lab.configxml.tree import Path, Value

SYSTEM = "(system)"
"""The author of whatever the command line or a script writes."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line for system.log: seconds after the operation began, the program without its pid, and the text."""

    after: float
    program: str
    text: str


@dataclass(frozen=True, slots=True)
class Written:
    """What an operation leaves on a node."""

    history: History
    log: tuple[LogLine, ...]
    changed: bool = True
    """Whether a revision was written; if so, a primary pushes its configuration a second or more later."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One change as a page of the GUI makes it: a value put at a path, or removed when it is None."""

    page: str
    what: str
    path: Path
    value: Value | None = field(repr=False)
    counter: tuple[Path, str] | None = None
    """A counter that the page moves on along with it."""


def logged(text: str, *, program: str, after: float = 0.0) -> tuple[LogLine, ...]:
    """The two lines that write_config() leaves, for a description with its author in front."""
    return (
        LogLine(after, program, text),
        LogLine(after, "check_reload_status", "Syncing firewall"),
    )


def edit(history: History, change: Edit, now: float, user: str) -> Written:
    """An administrator saves a page. `user` is `NAME@IP (Local Database)`; KeyError when the path points nowhere."""
    new: Value = history.current.root
    path, value = change.path, change.value
    new = tree.drop(new, path) if value is None else tree.put(new, path, value)
    if change.counter is not None:
        new = tree.put(new, *change.counter)
    assert isinstance(new, dict)
    written = history.written(new, now, user, change.what)
    return _logged(written, "php-fpm", f"/{change.page}")


def set_maintenance(history: History, on: bool, now: float) -> Written:
    """`pfSsh.php playback enablecarpmaint` or `disablecarpmaint`; nothing is written when it is so already."""
    current = history.current
    if current.maintenance == on:
        return Written(history, (), changed=False)
    root = dict(current.root)
    if on:
        root[MAINTENANCE] = ""
    else:
        del root[MAINTENANCE]
    what = f"{'Enter' if on else 'Leave'} CARP maintenance mode"
    return _logged(history.written(root, now, SYSTEM, what), "php-cgi", "pfSsh.php")


def _logged(history: History, program: str, script: str) -> Written:
    text = f"{script}: Configuration Change: {history.current.description}"
    return Written(history, logged(text, program=program))
