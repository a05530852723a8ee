"""Roles of one node from poll and push."""

from domain_pairs import LAN, NOW, WAN, B, M, carp_interface

from pfha_tui.domain.model import Address, CarpState, CarpVhid, Family, Interface
from pfha_tui.domain.reading import Source
from pfha_tui.domain.roles import PushedState, carp_roles

INTERFACES = (carp_interface(WAN, "WAN", 1, M, 0), carp_interface(LAN, "LAN", 2, M, 0))


def roles(pushed=None, expected=(), demotion=0, interfaces=INTERFACES):  # type: ignore[no-untyped-def]
    return carp_roles(interfaces, demotion, Source.SSH, NOW, pushed or {}, expected)


def test_a_polled_role_carries_skews_and_addresses() -> None:
    wan, _ = roles(demotion=240)
    assert (wan.state, wan.advbase, wan.advskew, wan.effective_skew) == (M, 1, 0, 240)
    assert wan.description == "WAN"
    assert wan.addresses == (Address(Family.INET, "203.0.113.1", 24, 1),)
    assert (wan.source, wan.at) == (Source.SSH, NOW)


def test_an_unknown_demotion_leaves_the_effective_skew_unknown() -> None:
    assert roles(demotion=None)[0].effective_skew is None


def test_a_later_push_wins_and_an_earlier_one_does_not() -> None:
    later = roles({(WAN, 1): PushedState(B, NOW + 0.1)})[0]
    assert (later.state, later.source, later.at) == (B, Source.DEVD, NOW + 0.1)
    earlier = roles({(WAN, 1): PushedState(B, NOW - 0.1)})[0]
    assert (earlier.state, earlier.source) == (M, Source.SSH)


def test_a_vhid_known_before_is_missing_and_its_old_push_does_not_revive_it() -> None:
    key = (LAN, 7)
    missing = roles({key: PushedState(CarpState.INIT, NOW - 1)}, expected=[key, (WAN, 1)])[-1]
    assert (missing.interface, missing.vhid, missing.state) == (LAN, 7, None)
    assert missing.description == "LAN"
    assert len(roles(expected=[key, (WAN, 1)])) == 3


def test_a_vhid_that_was_only_pushed_has_a_state_and_no_skews() -> None:
    new = roles({(LAN, 9): PushedState(B, NOW + 1)})[-1]
    assert (new.vhid, new.state, new.advskew, new.source) == (9, B, None, Source.DEVD)


def test_demotion_does_not_touch_vrrp() -> None:
    vrrp = Interface(WAN, ("UP",), 1500, carp=(CarpVhid(WAN, 3, M, 0, 0, vrrp=True),))
    (role,) = roles(demotion=240, interfaces=(vrrp,))
    assert (role.vrrp, role.advskew, role.effective_skew) == (True, None, None)
