"""Keys that belong to one widget, one screen or the application, and not to all of its class."""

from collections.abc import Iterable

from textual.binding import Binding, BindingsMap
from textual.dom import DOMNode


def bind(node: DOMNode, pairs: Iterable[tuple[str, str]]) -> None:
    """Let each of these keys (Textual's names, apart by commas; none are passed over) do its action here.

    `BindingsMap.bind` would put them into lists that all instances of the class share.
    """
    own = BindingsMap(Binding(keys, action, show=False) for keys, action in pairs if keys)
    node._bindings = BindingsMap.merge((node._bindings, own))
