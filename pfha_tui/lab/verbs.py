"""The commands of the lab, such as `pull fw1 lan`: one grammar for scenarios, the story and `lab do`."""

import difflib
import ipaddress
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pfha_tui.lab import faults, mending, status
from pfha_tui.lab.faults import Refused
from pfha_tui.lab.node import Node
from pfha_tui.lab.playback import PLAYBACKS
from pfha_tui.lab.world import World

__all__ = ["VERBS", "Refused", "Verb", "VerbError", "run"]


class VerbError(Exception):
    """The text is no command; one sentence with what is wrong, and with the right form where there is one."""


Taken = Sequence[Any]
"""The arguments that stand before the one that is read."""
Read = Callable[[World, Taken, str], Any]
"""Turns a word into an argument. Raises VerbError."""


@dataclass(frozen=True, slots=True)
class Verb:
    """A command: its arguments as help shows them, how each is read, and what it does."""

    form: str
    reads: tuple[Read, ...]
    deed: Callable[..., str]
    fill: tuple[Any, ...] = ()
    """Values of the last arguments, which may be left out."""


def run(world: World, text: str) -> str:
    """Do what a command says, and return a sentence about it. Raises VerbError, Refused."""
    words = text.split()
    if not words:
        raise VerbError("There is no command; `help` lists them.")
    name, given = words[0].lower(), words[1:]
    if name == "help":
        if given:
            raise VerbError("It is: help")
        return help_text()
    if name == "sync" and [word.lower() for word in given] == ["now"]:
        given = []
    verb = VERBS.get(name)
    if verb is None:
        near = difflib.get_close_matches(name, VERBS, n=1)
        hint = f"did you mean `{near[0]}`?" if near else "`help` lists them."
        raise VerbError(f"There is no command `{words[0]}`; {hint}")
    missing = len(verb.reads) - len(given)
    if missing < 0 or missing > len(verb.fill):
        raise VerbError(f"It is: {_form(name)}")
    taken: list[Any] = []
    for read, word in zip(verb.reads, given, strict=False):
        taken.append(read(world, taken, word))
    return verb.deed(world, *taken, *verb.fill[len(verb.fill) - missing :])


def help_text() -> str:
    """Every command with its arguments and what it does, a line each."""
    forms = {name: _form(name) for name in VERBS}
    width = max(map(len, forms.values()))
    lines = [
        f"{forms[name]:<{width}}  {(verb.deed.__doc__ or '').partition(chr(10))[0]}"
        for name, verb in VERBS.items()
    ]
    return "\n".join(lines)


def _form(name: str) -> str:
    """A command with its arguments."""
    return f"{name} {VERBS[name].form}".rstrip()


def _node(world: World, taken: Taken, word: str) -> Node:
    for node in world.nodes:
        if node.name == word.lower():
            return node
    names = " and ".join(node.name for node in world.nodes)
    raise VerbError(f"There is no node `{word}`; there are {names}.")


def _interface(world: World, taken: Taken, word: str) -> Any:
    node: Node = taken[0]
    try:
        return node.interface(word)
    except KeyError:
        names = ", ".join(each.description.lower() or each.name for each in node.interfaces)
        raise VerbError(f"{node.name} has no interface `{word}`; it has {names}.") from None


def _segment(world: World, taken: Taken, word: str) -> str:
    if word.upper() in world.segments:
        return word.upper()
    names = ", ".join(world.segments)
    raise VerbError(f"There is no segment `{word}`; there are {names}.")


def _switch(world: World, taken: Taken, word: str) -> bool:
    values = {"on": True, "1": True, "off": False, "0": False}
    if word.lower() not in values:
        raise VerbError(f"`{word}` is neither on nor off.")
    return values[word.lower()]


def _address(world: World, taken: Taken, word: str) -> str:
    try:
        return str(ipaddress.ip_address(word))
    except ValueError:
        raise VerbError(f"`{word}` is no address.") from None


def _playback(world: World, taken: Taken, word: str) -> str:
    if word in PLAYBACKS:
        return word
    raise VerbError(f"There is no playback `{word}`; there are {', '.join(PLAYBACKS)}.")


def _integer(least: int, most: int) -> Read:
    def read(world: World, taken: Taken, word: str) -> int:
        if not re.fullmatch(r"[+-]?[0-9]{1,9}", word):
            raise VerbError(f"`{word}` is no whole number of at most nine digits.")
        number = int(word)
        if not least <= number <= most:
            raise VerbError(f"{number} is not between {least} and {most}.")
        return number

    return read


def _factor(least: float, most: float) -> Read:
    def read(world: World, taken: Taken, word: str) -> float:
        if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)", word):
            raise VerbError(f"`{word}` is no number.")
        number = float(word)
        if not least <= number <= most:
            raise VerbError(f"{number:g} is not between {least:g} and {most:g}.")
        return number

    return read


_PORT = ("NODE IF", (_node, _interface))
_SWITCH = ("NODE on|off", (_node, _switch))
_ONE = ("NODE", (_node,))

VERBS: dict[str, Verb] = {
    "pull": Verb(*_PORT, faults.pull),
    "plug": Verb(*_PORT, faults.plug),
    "cut": Verb("SEGMENT", (_segment,), faults.cut),
    "join": Verb("SEGMENT", (_segment,), faults.join),
    "power-off": Verb(*_ONE, faults.power_off),
    "boot": Verb(*_ONE, faults.boot),
    "reboot": Verb(*_ONE, faults.reboot),
    "shutdown": Verb(*_ONE, faults.shutdown),
    "freeze": Verb(*_ONE, faults.freeze),
    "thaw": Verb(*_ONE, faults.thaw),
    "maintenance": Verb(*_SWITCH, faults.maintenance),
    "carp": Verb(*_SWITCH, faults.carp),
    "playback": Verb("NODE NAME", (_node, _playback), faults.playback),
    "demote": Verb("NODE N", (_node, _integer(-100_000, 100_000)), faults.demote),
    "allow": Verb("NODE 0|1", (_node, _switch), faults.allow),
    "preempt": Verb(*_SWITCH, faults.preempt),
    "send-errors": Verb(*_PORT, faults.send_errors),
    "bad-password": Verb(
        "NODE IF [on|off]", (_node, _interface, _switch), faults.bad_password, (True,)
    ),
    "unalias": Verb("NODE ADDRESS", (_node, _address), faults.unalias),
    "alias": Verb("NODE ADDRESS", (_node, _address), faults.alias),
    "ssh": Verb(*_SWITCH, faults.ssh),
    "snmp": Verb(*_SWITCH, faults.snmp),
    "slow": Verb("NODE MS", (_node, _integer(0, 60_000)), faults.slow),
    "lose": Verb("NODE PERCENT", (_node, _integer(0, 90)), faults.lose),
    "sync": Verb("now", (), faults.sync_now),
    "edit": Verb(*_ONE, faults.edit),
    "load": Verb("N", (_factor(0.0, 100.0),), faults.load),
    "speed": Verb("X", (_factor(0.01, 1000.0),), faults.speed),
    "mend": Verb("", (), mending.mend),
    "status": Verb("", (), status.status),
}
"""Every command but `help` by its first word."""
