"""The roles of one node: what the last poll said, overtaken by what was pushed since."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pfha_tui.domain.election import effective_skew
from pfha_tui.domain.model import Address, CarpState, CarpVhid, Interface
from pfha_tui.domain.reading import Source
from pfha_tui.domain.snapshot import CarpRole

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class PushedState:
    """A state that devd announced, at the console's monotonic `at`."""

    state: CarpState
    at: float


def carp_roles(
    interfaces: tuple[Interface, ...],
    demotion: int | None,
    source: Source,
    at: float,
    pushed: Mapping[Key, PushedState],
    expected: Iterable[Key],
) -> tuple[CarpRole, ...]:
    """The role of every VHID of a node, in the order of ifconfig.

    `at` is the earliest monotonic moment that the poll may describe: a push later than that wins, since
    the poll may have run before it. Keys are (interface, VHID). A VHID of `expected` (known before) that
    is on the node no more has state None; one that was pushed but never polled has its state and no skews.
    """
    by_name = {interface.name: interface for interface in interfaces}
    polled = {(i.name, carp.vhid): (carp, i) for i in interfaces for carp in i.carp}
    news = {key: push for key, push in pushed.items() if push.at > at}
    served = _served(interfaces)
    absent = sorted((set(expected) | set(news)) - set(polled))
    roles = [
        _present(carp, interface, served.get(key, ()), demotion, news.get(key), source, at)
        for key, (carp, interface) in polled.items()
    ]
    for key in absent:
        push = news.get(key)
        interface = by_name.get(key[0])
        roles.append(
            CarpRole(
                interface=key[0],
                vhid=key[1],
                state=push.state if push else None,
                description=interface.description if interface else "",
                source=Source.DEVD if push else source,
                at=push.at if push else at,
            )
        )
    return tuple(roles)


def _served(interfaces: Iterable[Interface]) -> dict[Key, tuple[Address, ...]]:
    """The addresses of each VHID."""
    found: dict[Key, list[Address]] = {}
    for interface in interfaces:
        for address in interface.addresses:
            if address.vhid is not None:
                found.setdefault((interface.name, address.vhid), []).append(address)
    return {key: tuple(addresses) for key, addresses in found.items()}


def _present(
    carp: CarpVhid,
    interface: Interface,
    addresses: tuple[Address, ...],
    demotion: int | None,
    push: PushedState | None,
    source: Source,
    at: float,
) -> CarpRole:
    known = demotion is not None and not carp.vrrp
    return CarpRole(
        interface=interface.name,
        vhid=carp.vhid,
        state=push.state if push else carp.state,
        description=interface.description,
        advbase=None if carp.vrrp else carp.advbase,
        advskew=None if carp.vrrp else carp.advskew,
        effective_skew=effective_skew(carp.advskew, demotion or 0) if known else None,
        addresses=addresses,
        source=Source.DEVD if push else source,
        at=push.at if push else at,
        vrrp=carp.vrrp,
    )
