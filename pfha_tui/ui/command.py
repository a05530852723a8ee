"""One wish of the operator, as data: what it is called, where it makes sense, and what it may touch."""

from dataclasses import dataclass
from enum import Enum, auto


class Kind(Enum):
    """What a command can do: a VIEW only moves the screen, an ACTION could change a firewall."""

    VIEW = auto()
    ACTION = auto()


class Scope(Enum):
    """Where a command makes sense: ANYWHERE, on a PAIR's screen, there if there are SEVERAL pairs, or on
    the WALL of several pairs (whose list has its keys)."""

    ANYWHERE = auto()
    PAIR = auto()
    SEVERAL = auto()
    WALL = auto()


@dataclass(frozen=True, slots=True)
class Command:
    """One wish: `id` is its stable name (for `[keys]`), `keys` Textual's key names, `label` how the first
    of them is shown, `action` the app's action (of the wall's list in scope WALL); `title` and `help` are
    English, for `tr`; `bar` puts it into the key bar, `palette` into the palette."""

    id: str
    keys: str
    label: str
    action: str
    title: str
    help: str
    bar: bool = True
    palette: bool = True
    scope: Scope = Scope.ANYWHERE
    kind: Kind = Kind.VIEW
