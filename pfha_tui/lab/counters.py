"""What a node counts besides its interfaces; all of it starts anew at boot."""

from dataclasses import dataclass

OWN_STATES = 6.0
"""States of the node's own traffic (SSH, SNMP, name service); not worth synchronising."""


@dataclass(slots=True)
class Counters:
    """Counters of CARP, pfsync, pf and the processor. Floats, because traffic accrues continuously."""

    carp_sent: float = 0.0
    carp_received: float = 0.0
    carp_bad_vhid: float = 0.0
    carp_bad_authentication: float = 0.0
    sync_sent_packets: float = 0.0
    sync_sent_inserts: float = 0.0
    sync_sent_updates: float = 0.0
    sync_sent_deletes: float = 0.0
    sync_sent_marks: float = 0.0
    sync_send_errors: float = 0.0
    sync_received_packets: float = 0.0
    sync_received_inserts: float = 0.0
    sync_received_updates: float = 0.0
    sync_received_deletes: float = 0.0
    sync_received_marks: float = 0.0
    states: float = OWN_STATES
    inserts: float = OWN_STATES
    removals: float = 0.0
    searches: float = 0.0
    matches: float = 0.0
    blocked: float = 0.0
    busy: float = 0.0
    """Processor seconds spent working since boot, all processors together."""
