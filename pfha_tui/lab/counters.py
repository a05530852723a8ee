"""What a node counts besides its interfaces; all of it starts anew at boot."""

from dataclasses import dataclass, field

from pfha_tui.lab.states import StateTable


@dataclass(slots=True)
class Counters:
    """Counters of CARP, pfsync, pf and the processor. Floats, because traffic accrues continuously."""

    carp_sent: float = 0.0
    carp_received: float = 0.0
    carp_sent6: float = 0.0
    carp_received6: float = 0.0
    carp_bad_vhid: float = 0.0
    carp_bad_authentication: float = 0.0
    sync_sent_packets: float = 0.0
    sync_sent_inserts: float = 0.0
    sync_sent_updates: float = 0.0
    sync_sent_full: float = 0.0
    sync_sent_requests: float = 0.0
    sync_sent_deletes: float = 0.0
    sync_sent_marks: float = 0.0
    sync_send_errors: float = 0.0
    sync_received_packets: float = 0.0
    sync_received_inserts: float = 0.0
    sync_received_updates: float = 0.0
    sync_received_full: float = 0.0
    sync_received_requests: float = 0.0
    sync_received_deletes: float = 0.0
    sync_received_marks: float = 0.0
    sync_bad_actions: float = 0.0
    table: StateTable = field(default_factory=StateTable)
    inserts: float = 0.0
    removals: float = 0.0
    searches: float = 0.0
    matches: float = 0.0
    blocked: float = 0.0
    busy: float = 0.0
    """Processor seconds spent working since boot, all processors together."""

    @property
    def states(self) -> int:
        """Current entries of pf's state table: what was inserted and not removed, in whole states as they are shown."""
        return int(self.inserts) - int(self.removals)
