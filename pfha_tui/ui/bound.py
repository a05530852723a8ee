"""Keys that belong to one widget, one screen or the application, and those that go on working on a covering screen."""

from collections.abc import Iterable, Sequence

from textual.binding import Binding, BindingsMap
from textual.dom import DOMNode

from pfha_tui.ui.command import Command, Scope
from pfha_tui.ui.commands import DIGITS


def bind(node: DOMNode, pairs: Iterable[tuple[str, str]]) -> None:
    """Let each of these keys (Textual's names, apart by commas; none are passed over) do its action here.

    `BindingsMap.bind` would put them into lists that all instances of the class share.
    """
    own = BindingsMap(Binding(keys, action, show=False) for keys, action in pairs if keys)
    node._bindings = BindingsMap.merge((node._bindings, own))


def everywhere(commands: Sequence[Command], *without: str) -> tuple[tuple[str, str], ...]:
    """Keys and actions that go on working on a screen that covers a pair's: those that ask nothing of what it
    covers, but for those named, and with several pairs the way to another one."""
    wanted = (Scope.ANYWHERE, Scope.SEVERAL)
    found = [one for one in commands if one.scope in wanted and one.id not in without]
    keys = [(one.keys, f"app.{one.action}") for one in found if one.keys and one.action]
    return (*keys, *((key, f"app.{action}") for key, action in numbers(commands)))


def numbers(commands: Sequence[Command]) -> tuple[tuple[str, str], ...]:
    """Each digit opens the pair of that number; none where there are not several."""
    if not any(one.scope is Scope.SEVERAL for one in commands):
        return ()
    return tuple((str(n), f"open_number({n})") for n in range(1, DIGITS + 1))
