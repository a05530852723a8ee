"""Messages between the feed's worker and the screen."""

from textual.message import Message

from pfha_tui.domain.snapshot import PairSnapshot


class SnapshotPublished(Message):
    """A new snapshot of a pair; one that has not been handled yet gives way to a newer one of that pair.

    `number` is the pair's place on the console, from 0.
    """

    def __init__(self, number: int, snapshot: PairSnapshot) -> None:
        super().__init__()
        self.number = number
        self.snapshot = snapshot

    def can_replace(self, message: Message) -> bool:
        """Only the newest snapshot of a pair is worth drawing."""
        return isinstance(message, SnapshotPublished) and message.number == self.number
