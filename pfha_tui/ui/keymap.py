"""Keys by the names that people write, and commands with other keys than their own. No Textual here.

Only keys that every terminal can send are taken: printable characters, ctrl with a letter, F1 to F12,
and the named keys of `NAMED`.
"""

import difflib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pfha_tui.domain.language import mark, tr
from pfha_tui.ui import diff_keys
from pfha_tui.ui.command import Command, Scope
from pfha_tui.ui.commands import COMMANDS

NAMED = {
    "backspace": mark("Backspace"),
    "delete": mark("Del"),
    "down": "↓",
    "end": mark("End"),
    "enter": mark("Enter"),
    "escape": mark("Esc"),
    "home": mark("Home"),
    "insert": mark("Ins"),
    "left": "←",
    "pagedown": mark("PgDn"),
    "pageup": mark("PgUp"),
    "right": "→",
    "shift+tab": mark("Shift+Tab"),
    "space": mark("Space"),
    "tab": mark("Tab"),
    "up": "↑",
}
"""Textual's name of a key, and how it is shown: the word that stands on the key, for `tr`."""

_ARROWS = ("up", "down", "left", "right")

_ALIASES = {"esc": "escape", "pgup": "pageup", "pgdn": "pagedown", "del": "delete", "ins": "insert",
            "return": "enter"}  # fmt: skip

_RENAMED = {"solidus": "slash", "reverse_solidus": "backslash", "commercial_at": "at",
            "hyphen_minus": "minus", "plus_sign": "plus", "low_line": "underscore"}  # fmt: skip
"""Characters that Textual calls otherwise than Unicode does."""

_SAME_BYTE = {"ctrl+i": "Tab", "ctrl+m": "Enter", "ctrl+j": "Enter", "ctrl+h": "Backspace"}
"""Keys that a terminal cannot tell from another one."""

_TAKEN = {
    **dict.fromkeys(("up", "down", "pageup", "pagedown", "home", "end"), mark("it scrolls")),
    **dict.fromkeys("123456789", mark("it opens the pair of that number")),
    "ctrl+c": mark("it copies a selection, or leaves"),
    "ctrl+q": mark("it always leaves"),
}
"""Keys that belong to the screen itself."""

_LIST_KEYS = ("j", "k")
"""Keys that move the cursor of the wall, where no pair's own command can be had."""

_SAME_THERE = {"quit": ("dismiss", "back"), "retry": ("load",)}
"""What the comparison of configurations does in the place of a command: those keys may be its own as well."""

STEADY = ("clear",)
"""Commands whose key stays: Esc is the way out of everything."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the keys of one command (`command` is as written), and what to do."""

    command: str
    what: str
    mend: str


def _of_character(character: str) -> str:
    """Textual's name of a printable character."""
    if character.isalnum():
        return character
    name = unicodedata.name(character).lower().replace("-", "_").replace(" ", "_")
    return _RENAMED.get(name, name)


_CHARACTERS = {_of_character(chr(code)): chr(code) for code in range(0x21, 0x7F)}
_PRINTABLE = frozenset(_CHARACTERS.values())


def key_name(text: str) -> str | None:
    """Textual's name of a key as people write it (`?`, `Q`, `ctrl+p`, `F5`, `PgDn`); None if unknown."""
    if len(text) == 1:
        return "space" if text == " " else _of_character(text) if text in _PRINTABLE else None
    lower = text.lower().replace(" ", "")
    lower = _ALIASES.get(lower, lower)
    if lower in NAMED or (lower in _CHARACTERS and len(lower) > 1):
        return lower
    kind, _, rest = lower.rpartition("+")
    letter = len(rest) == 1 and "a" <= rest <= "z"
    if letter and kind in ("ctrl", "control"):
        return f"ctrl+{rest}"
    if letter and kind == "shift":
        return rest.upper()
    if lower[:1] == "f" and lower[1:] in map(str, range(1, 13)):
        return lower
    return None


def key_label(name: str) -> str:
    """How a key is shown: `?`, `Q`, `Ctrl+P`, `F5`, `PgDn`."""
    if name in NAMED:
        return tr(NAMED[name])
    if name.startswith("ctrl+"):
        return f"Ctrl+{name[5:].upper()}"
    return _CHARACTERS.get(name, name.upper())


def labels(command: Command, *, ascii_only: bool = False) -> tuple[str, ...]:
    """How the command's keys are shown, the first one first; its label where it has no keys."""
    if not command.keys:
        return (tr(command.label),)
    keys = command.keys.split(",")
    return tuple(
        key.capitalize() if ascii_only and key in _ARROWS else key_label(key) for key in keys
    )


def remapped(
    commands: Sequence[Command], wanted: Mapping[str, tuple[str, ...]]
) -> tuple[Command, ...]:
    """The commands with the keys that are wanted for them; names and keys that are unknown are passed over."""
    found = []
    for command in commands:
        names = [name for text in wanted.get(command.id, ()) if (name := key_name(text))]
        if names and command.keys and command.id not in STEADY:
            keys = ",".join(dict.fromkeys(names))
            command = replace(command, keys=keys, label=key_label(names[0]))
        found.append(command)
    return tuple(found)


def faults(
    wanted: Mapping[str, tuple[str, ...]], commands: Sequence[Command] = COMMANDS
) -> tuple[Fault, ...]:
    """Everything that is wrong with these keys: unknown commands, unknown keys, and keys used twice."""
    known = {command.id: command for command in commands if command.keys}
    found: list[Fault] = []
    for name, keys in wanted.items():
        if name not in known:
            found.append(Fault(name, tr("is not the name of a command"), _names(name, known)))
        elif name in STEADY:
            what = tr("cannot have another key than {key}").format(key=tr(known[name].label))
            found.append(Fault(name, what, tr("leave it out")))
        else:
            found += _unfit(known[name], keys)
    return (*found, *_clashes(wanted, remapped(tuple(known.values()), wanted)))


def _names(name: str, known: Mapping[str, Command]) -> str:
    near = difflib.get_close_matches(name.lower(), known, n=1)
    if near:
        return tr('did you mean "{name}"?').format(name=near[0])
    return tr("{command} lists the names").format(command="pfha-tui keys")


def _unfit(command: Command, keys: Sequence[str]) -> list[Fault]:
    taken = {key: tr(why) for key, why in _TAKEN.items()}
    if command.scope is not Scope.PAIR:
        taken |= dict.fromkeys(_LIST_KEYS, tr("it moves in the list of pairs"))
    found = []
    for text in keys:
        name = key_name(text)
        shown = text if text.isprintable() and len(text) < 20 else "…"
        if name is None:
            what = tr('"{key}" is not a key that every terminal can send').format(key=shown)
            mend = tr("use a character, a name such as Tab, ctrl with a letter, or F1 to F12")
        elif name in _SAME_BYTE:
            what = tr("a terminal sends {key} as {other}").format(
                key=key_label(name), other=tr(_SAME_BYTE[name])
            )
            mend = tr("choose another key")
        elif name in taken:
            what = tr("{key} cannot be taken: {why}").format(key=key_label(name), why=taken[name])
            mend = tr("choose another key")
        elif (there := _in_the_comparison(command, name)) is not None:
            what = tr('{key} is a key of the comparison of configurations: "{help}"').format(
                key=key_label(name), help=tr(there.help) or tr(there.title)
            )
            mend = tr("choose another key")
        else:
            continue
        found.append(Fault(command.id, what, mend))
    return found


def _in_the_comparison(command: Command, key: str) -> Command | None:
    """What the key does on the screens of the comparison, where the command is to be had there and is another."""
    if command.scope not in (Scope.ANYWHERE, Scope.SEVERAL):
        return None
    same = _SAME_THERE.get(command.id, ())
    return next(
        (
            one
            for one in (*diff_keys.KEYS, *diff_keys.PAST_KEYS)
            if key in one.keys.split(",") and one.action not in same
        ),
        None,
    )


def _clashes(wanted: Mapping[str, tuple[str, ...]], commands: Sequence[Command]) -> list[Fault]:
    order = list(wanted)
    found = []
    for number, one in enumerate(commands):
        for other in commands[number + 1 :]:
            shared = [key for key in one.keys.split(",") if key in other.keys.split(",")]
            mapped = sorted((c.id for c in (one, other) if c.id in wanted), key=order.index)
            if not shared or not mapped or not _meet(one.scope, other.scope):
                continue
            culprit = mapped[-1]
            rival = other.id if culprit == one.id else one.id
            what = tr('{key} is the key of "{other}" as well').format(
                key=key_label(shared[0]), other=rival
            )
            mend = tr('choose another key, or give "{other}" one').format(other=rival)
            found.append(Fault(culprit, what, mend))
    return found


def _meet(one: Scope, other: Scope) -> bool:
    """Whether commands of these two scopes can be had at the same time."""
    return {one, other} != {Scope.WALL, Scope.PAIR}
