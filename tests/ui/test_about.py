"""What rows and events are about, and how a thing is found on the other node."""

from dataclasses import replace

import factory
import pytest
from factory import B, M, fresh, node, pair, roles, vip

from pfha_tui.domain.events import Event, EventKind, Resolution
from pfha_tui.domain.model import Interface
from pfha_tui.ui import about
from pfha_tui.ui.about import About, Topic

CALM = factory.healthy().verdict


def event(kind: EventKind, node: str | None = "fw2", **more) -> Event:
    return Event(factory.EPOCH, Resolution.S, kind, node, "text", **more)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (
            event(EventKind.TRANSITION, interface="vtnet1", vhid=2),
            About(Topic.VIP, 1, "vtnet1", 2),
        ),
        (event(EventKind.LINK, interface="vtnet0"), About(Topic.INTERFACE, 1, "vtnet0")),
        (event(EventKind.DEMOTION, "fw1"), About(Topic.CARP, 0)),
        (event(EventKind.PFSYNC), About(Topic.PFSYNC, 1)),
        (event(EventKind.SYNC), About(Topic.CONFIG, 1)),
        (event(EventKind.CONNECTION), About(Topic.NODE, 1)),
        (event(EventKind.ACTION), About(Topic.NODE, 1)),
        (event(EventKind.VERDICT, None), About(Topic.PAIR)),
        (event(EventKind.LINK, "fw9", interface="vtnet0"), About(Topic.PAIR)),
    ],
)
def test_an_event_is_about_something(told: Event, expected: About) -> None:
    assert about.of_event(told, factory.healthy()) == expected


def renamed():
    """fw2's interfaces have other device names and the same descriptions."""
    names = {"vtnet0": "igb0", "vtnet1": "igb1", "vtnet2": "igb2"}

    def other(one: Interface) -> Interface:
        return replace(one, name=names.get(one.name, one.name))

    moved = tuple(replace(r, interface=names[r.interface]) for r in roles(B, B, 100))
    second = node(1, roles=moved, interfaces=fresh(tuple(map(other, factory.interfaces()))))
    return pair(node(0), second, CALM)


def test_a_thing_is_found_on_the_other_node_by_its_description() -> None:
    snapshot = renamed()
    lan = About(Topic.VIP, 0, "vtnet1", 2)
    first, second = about.roles_of(lan, snapshot)
    assert first is not None and first.interface == "vtnet1"
    assert second is not None and second.interface == "igb1"
    assert about.interfaces_of(lan, snapshot) == ("vtnet1", "igb1")
    assert about.interfaces_of(About(Topic.INTERFACE, 1, "igb2"), snapshot) == ("vtnet2", "igb2")


def test_a_description_that_stands_twice_says_nothing() -> None:
    twice = tuple(replace(one, description="LAN") for one in factory.interfaces())
    snapshot = pair(node(0), node(1, interfaces=fresh(twice)), CALM)
    assert about.interfaces_of(About(Topic.INTERFACE, 0, "vtnet1"), snapshot) == (
        "vtnet1",
        "vtnet1",
    )


def test_a_vip_that_only_one_node_has() -> None:
    only = (vip("vtnet5", 9, "DMZ", "10.9.0.1", M),)
    snapshot = pair(node(0, roles=only), node(1, roles=()), CALM)
    first, second = about.roles_of(About(Topic.VIP, 0, "vtnet5", 9), snapshot)
    assert first == only[0]
    assert second is None


def test_headings_are_what_the_operator_says() -> None:
    snapshot = factory.healthy()
    assert about.heading(About(Topic.VIP, 0, "vtnet1", 2), snapshot) == "LAN vhid 2"
    assert about.heading(About(Topic.INTERFACE, 0, "vtnet9"), snapshot) == "vtnet9"
    assert about.heading(About(Topic.GATEWAY, 0, "WANGW"), snapshot) == "gateway WANGW"
    for topic in set(Topic) - {Topic.VIP, Topic.INTERFACE}:
        assert about.heading(About(topic), snapshot)


@pytest.mark.parametrize("text", factory.HOSTILE, ids=range(len(factory.HOSTILE)))
def test_headings_of_hostile_names_are_short_and_clean(text: str) -> None:
    snapshot = factory.hostile(text)
    for topic in (Topic.VIP, Topic.INTERFACE, Topic.GATEWAY):
        heading = about.heading(About(topic, 0, text, 2), snapshot)
        assert all(c.isprintable() or c == "\ufffd" for c in heading)
        assert len(heading) < 80
