"""DHCP failover: ISC's lease file and Kea's status-get."""

import json
import re
from typing import Any

from pfha_tui.domain.language import tr
from pfha_tui.domain.model import DhcpHa
from pfha_tui.domain.text import clean
from pfha_tui.parsers.errors import ParseError
from pfha_tui.parsers.lines import MAX_ROWS, numbered, too_many

_PEER = re.compile(r'failover peer "(?P<name>[^"]{1,64})" state \{')
_STATE = re.compile(r"\s*(?P<who>my|partner) state (?P<state>[a-z-]{1,32}) at .*;")


def parse_isc(text: str) -> tuple[DhcpHa, ...]:
    """The newest `failover peer` block of each peer: the lease file is appended to (dhcpd.leases(5)).

    Raises ParseError for a block without both states.
    """
    blocks: dict[str, dict[str, str]] = {}
    states: dict[str, str] | None = None
    for number, line in numbered(text, "dhcp-isc"):
        if (peer := _PEER.match(line)) is not None:
            states = blocks[clean(peer["name"])] = {}
        elif (state := _STATE.match(line)) is not None:
            if states is None:
                raise ParseError("dhcp-isc", tr("a state outside of a block"), number, line)
            states[state["who"]] = state["state"]
    if len(blocks) > MAX_ROWS:
        raise too_many("dhcp-isc", MAX_ROWS)
    for name, found in blocks.items():
        if set(found) != {"my", "partner"}:
            raise ParseError("dhcp-isc", tr("the block of {name} lacks a state").format(name=name))
    return tuple(DhcpHa(name, found["my"], found["partner"]) for name, found in blocks.items())


def parse_kea(text: str) -> tuple[DhcpHa, ...]:
    """`arguments.high-availability[].ha-servers` of Kea's status-get; () when HA is not configured.

    Raises ParseError for anything that is not such an answer.
    """
    try:
        answer = json.loads(text)
        answer = answer[0] if isinstance(answer, list) else answer
        if answer["result"] != 0:
            raise ParseError(
                "dhcp-kea",
                tr("Kea answered: {said}").format(
                    said=clean(str(answer.get("text", tr("an error"))))
                ),
            )
        relations = answer["arguments"].get("high-availability", [])
        if len(relations) > MAX_ROWS:
            raise too_many("dhcp-kea", MAX_ROWS)
        return tuple(_relation(number, relation) for number, relation in enumerate(relations, 1))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        raise ParseError(
            "dhcp-kea", tr("this is no answer to status-get"), None, text[:80]
        ) from error


def _relation(number: int, relation: Any) -> DhcpHa:
    servers = relation["ha-servers"]
    local, remote = servers["local"], servers["remote"]
    words = (local["state"], remote.get("last-state") or "unavailable", local["role"])
    if not all(isinstance(word, str) for word in words):
        raise TypeError(words)
    state, partner, role = (clean(word) for word in words)
    return DhcpHa(
        clean(str(local.get("server-name", tr("relation {number}").format(number=number)))),
        state,
        partner,
        role,
    )
