"""The recorded scenarios, by the real parsers and the verdict alone."""

from dataclasses import replace

import pytest
from domain_pairs import NOW, silent

from pfha_tui.collector import catalogue, sections
from pfha_tui.domain.judge import judge
from pfha_tui.domain.reading import Source
from pfha_tui.domain.roles import carp_roles
from pfha_tui.domain.snapshot import NodeSnapshot
from pfha_tui.domain.target import NodeRole
from pfha_tui.domain.verdict import Severity, Verdict, VerdictKind
from tests.support.captured import DATA, answer

ROLES = {"fw1": NodeRole.PRIMARY, "fw2": NodeRole.SECONDARY}
HEALTHY = ("normal", "many-states", "primary-lan-link-restored", "primary-returned")
CARP_DISABLED = ("carp-disabled-primary-pfsense-style", "carp-disabled-primary-sysctl-only")


def captured(scenario: str, name: str) -> NodeSnapshot:
    if not (DATA / scenario / name).is_dir():
        return silent(ROLES[name])
    blank = NodeSnapshot(name, ROLES[name], "192.0.2.1", NOW, reachable=True)
    node = sections.with_periods(blank, 1.0)
    for section in catalogue.SECTIONS:
        if section.command != catalogue.LOG_TAIL:
            node, _ = sections.read(node, answer(scenario, name, section.command), NOW)
    assert node.interfaces.value is not None and node.carp.value is not None
    demotion = node.carp.value.demotion
    roles = carp_roles(node.interfaces.value, demotion, Source.SSH, NOW, {}, ())
    return replace(node, roles=roles)


def verdict(scenario: str) -> Verdict:
    return judge(captured(scenario, "fw1"), captured(scenario, "fw2"), NOW)


def errors(found: Verdict) -> list[tuple[str, str | None, str | None]]:
    return [
        (each.id, each.node, each.interface)
        for each in found.causes
        if each.severity is Severity.ERROR
    ]


@pytest.mark.parametrize("scenario", HEALTHY)
def test_healthy(scenario: str) -> None:
    found = verdict(scenario)
    assert found.kind is VerdictKind.HEALTHY
    assert found.causes == ()
    assert found.why == "fw1 serves both VIPs, fw2 stands by"
    assert not found.confirmed


def test_maintenance_of_the_primary() -> None:
    found = verdict("carp-maintenance-primary")
    assert found.kind is VerdictKind.MAINTENANCE
    assert [(each.id, each.node) for each in found.causes] == [("maintenance", "fw1")]
    assert found.why == "fw2 serves both VIPs, fw1 is in maintenance (every VHID has advskew 254)"


def test_lan_link_of_the_primary_down() -> None:
    found = verdict("primary-lan-link-down")
    assert found.kind is VerdictKind.DEGRADED
    assert errors(found) == [("link-down", "fw1", "vtnet1")]
    assert found.why == "fw2 serves both VIPs, but LAN (vtnet1) of fw1 has no carrier"
    assert found.causes[1].evidence == "fw1 is demoted by 240 (1 VHID on a dead link)"


@pytest.mark.parametrize("scenario", CARP_DISABLED)
def test_carp_disabled_on_the_primary(scenario: str) -> None:
    found = verdict(scenario)
    assert found.kind is VerdictKind.DEGRADED
    assert errors(found) == [("carp-disabled", "fw1", None)]
    assert found.why == "fw2 serves both VIPs, but fw1 has CARP disabled"


def test_dead_primary() -> None:
    found = verdict("primary-dead")
    assert found.kind is VerdictKind.DEGRADED
    assert errors(found) == [("unreachable", "fw1", None)]


def test_split_brain_on_both_vhids() -> None:
    found = verdict("split-brain")
    assert found.kind is VerdictKind.SPLIT_BRAIN
    marks = [(each.id, each.node, each.interface, each.vhid) for each in found.causes]
    assert marks == [("split-brain", None, "vtnet0", 1), ("split-brain", None, "vtnet1", 2)]
    assert found.why == "Both fw1 and fw2 are MASTER of WAN VHID 1 and LAN VHID 2"


def test_a_cut_sync_path_shows_in_the_states_only() -> None:
    found = verdict("sync-link-cut")
    assert found.kind is VerdictKind.HEALTHY
    assert [(each.id, each.severity) for each in found.causes] == [("state-gap", Severity.WARNING)]
    assert found.causes[0].evidence == "fw1 holds 76 states and fw2 50"


def test_every_scenario_is_judged_here() -> None:
    judged = {
        *HEALTHY,
        *CARP_DISABLED,
        "carp-maintenance-primary",
        "primary-lan-link-down",
        "primary-dead",
        "split-brain",
        "sync-link-cut",
    }
    assert judged == {path.name for path in DATA.iterdir() if path.is_dir()}
