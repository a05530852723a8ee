"""Fan-out of lines that a node emits: devd's pipe (ten clients) and the followers of its log."""

from collections.abc import Callable

DEVD_CLIENTS = 10
"""devd's default limit (`devd -l`)."""

Sink = Callable[[str], None]
"""Takes one line with its newline; must not block."""


class Hub:
    """Hands each line to every client; clients over the limit are connected, but hear nothing until one leaves."""

    def __init__(self, limit: int | None = None) -> None:
        self._limit = limit
        self._sinks: list[Sink] = []

    def subscribe(self, sink: Sink) -> Callable[[], None]:
        """Add a client; the result removes it, and may be called twice."""
        self._sinks.append(sink)

        def leave() -> None:
            if sink in self._sinks:
                self._sinks.remove(sink)

        return leave

    @property
    def clients(self) -> int:
        """How many are connected, waiting ones included."""
        return len(self._sinks)

    def emit(self, line: str) -> None:
        """Deliver one line (newline included) to the clients within the limit."""
        for sink in tuple(self._sinks[: self._limit]):
            sink(line)
