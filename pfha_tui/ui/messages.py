"""Messages between the feed's worker and the screen."""

from textual.message import Message

from pfha_tui.domain.snapshot import PairSnapshot


class SnapshotPublished(Message):
    """A new snapshot of the pair; one that has not been handled yet gives way to a newer one."""

    def __init__(self, snapshot: PairSnapshot) -> None:
        super().__init__()
        self.snapshot = snapshot

    def can_replace(self, message: Message) -> bool:
        """Only the newest snapshot is worth drawing."""
        return isinstance(message, SnapshotPublished)
