"""What the verdict says of pairs built by hand."""

from dataclasses import replace
from typing import Any

import pytest
from domain_pairs import (
    LAN,
    NOW,
    UP,
    WAN,
    B,
    M,
    X,
    carp_interface,
    primary,
    reading,
    secondary,
    silent,
    sync_interfaces,
    unreachable,
)
from judging import K, errors, ids, on, with_pf, with_rates

from pfha_tui.domain.causes import CAUSES, cause
from pfha_tui.domain.findings import _UNKNOWN
from pfha_tui.domain.model import CarpSysctls, Identity, NodeClock, PfInfo
from pfha_tui.domain.reading import ErrorKind, ReadError, Reading, Source
from pfha_tui.domain.roles import carp_roles
from pfha_tui.domain.snapshot import LinkState, LinkStatus, Stop
from pfha_tui.domain.target import NodeRole
from pfha_tui.domain.view import Standing

BOTH = [(WAN, 1), (LAN, 2)]


def test_healthy() -> None:
    found = on(primary(), secondary())
    assert (found.kind, found.causes) == (K.HEALTHY, ())
    assert found.why == "fw1 serves both VIPs, fw2 stands by"


# Who serves


def test_backup_on_both_is_no_master() -> None:
    found = on(primary(M, B), secondary(B, B))
    assert found.kind is K.NO_MASTER
    lost = found.causes[0]
    assert (lost.id, lost.interface, lost.vhid) == ("no-master", LAN, 2)
    assert found.why == "No node serves LAN VHID 2: fw1 says BACKUP, fw2 says BACKUP"


def test_carp_off_on_both_is_no_master_with_and_without_vhids() -> None:
    found = on(primary(X, X, allow=False), secondary(X, X, allow=False))
    assert found.kind is K.NO_MASTER
    assert found.why == (
        "No node serves WAN VHID 1 and LAN VHID 2; fw1 has CARP disabled (and 1 more)"
    )
    gone = on(primary(None, None, allow=False), secondary(None, None, allow=False))
    assert gone.kind is K.NO_MASTER
    assert gone.why == "No node can serve: fw1 has CARP disabled and fw2 has CARP disabled"


def test_split_brain_says_what_keeps_them_from_hearing_each_other() -> None:
    deaf = [with_rates(node, carp_received_ps=0.0) for node in (primary(), secondary(M, M))]
    assert on(*deaf).why.endswith("; neither hears the other's advertisements")
    rejecting = with_rates(secondary(M, M), carp_bad_auth_ps=1.0)
    found = on(primary(), rejecting)
    assert ("bad-authentication", "fw2") in ids(found)
    assert found.why.endswith("; fw2 rejects 1.0 advertisements/s for bad authentication")


def test_the_causes_that_the_sentence_tells_are_known_by_what_they_are() -> None:
    both = on(primary(), secondary(M, M))
    assert [each.id for each in both.causes].count("split-brain") == 2
    assert both.told == (), "it names both VIPs in words of its own"
    lan = on(primary(), secondary(B, M))
    assert [(each.id, each.vhid) for each in lan.told] == [("split-brain", 2)]
    mixed = on(primary(M, B), secondary(B, M))
    assert [each.id for each in mixed.told] == ["role-mixed"]


def test_addresses_that_differ_explain_a_split_brain() -> None:
    other = secondary(B, M)
    roles = tuple(replace(role, addresses=()) if role.vhid == 2 else role for role in other.roles)
    found = on(primary(), replace(other, roles=roles))
    assert found.kind is K.SPLIT_BRAIN
    assert found.why == (
        "Both fw1 and fw2 are MASTER of LAN VHID 2; LAN VHID 2 has 192.168.1.1 on one node only"
    )


def test_mixed_roles_are_partial() -> None:
    found = on(primary(M, B), secondary(B, M))
    assert (found.kind, errors(found)) == (K.PARTIAL, [("role-mixed", None)])
    assert found.why == "fw1 serves WAN VHID 1, fw2 serves LAN VHID 2"


def test_roles_split_by_opposite_skews_are_healthy() -> None:
    found = on(primary(M, B, (0, 100)), secondary(B, M, (100, 0)))
    assert (found.kind, found.causes) == (K.HEALTHY, ())
    assert found.why == "Each node serves its own VIPs"


def test_all_on_one_node_of_an_active_active_pair_is_failed_over() -> None:
    assert on(primary(M, M, (0, 100)), secondary(B, B, (100, 0))).kind is K.FAILED_OVER


def test_a_half_done_maintenance_is_partial_not_active_active() -> None:
    assert on(primary(B, M, (254, 0)), secondary(M, B)).kind is K.PARTIAL


def test_failed_over_says_why_it_stays() -> None:
    found = on(primary(B, B, preempt=False), secondary(M, M))
    assert found.kind is K.FAILED_OVER
    assert found.why == (
        "fw2 serves both VIPs in place of fw1; fw1 has preempt off, so it does not take back"
    )
    demoted = on(primary(B, B, demotion=240), secondary(M, M))
    assert (demoted.kind, ids(demoted)) == (K.FAILED_OVER, [("demoted", "fw1")])
    assert "(unexplained: set by hand or left over)" in demoted.why
    equal = on(primary(B, B, 0), secondary(M, M, 0))
    assert equal.kind is K.FAILED_OVER and "nothing takes back" in equal.why
    plain = on(primary(B, B), secondary(M, M))
    assert plain.why.endswith("it should take back at the next advertisement")


def test_reversed_skews_make_the_secondary_the_home() -> None:
    found = on(primary(B, B, 100), secondary(M, M, 0))
    assert (found.kind, ids(found)) == (K.HEALTHY, [("skew-reversed", None)])


def test_equal_skews_are_a_warning_per_vhid() -> None:
    found = on(primary(skew=(0, 100)), secondary())
    assert [(each.id, each.vhid) for each in found.causes] == [("equal-skew", 2)]
    assert found.kind is K.HEALTHY


# Unreachable, unread, stale


def test_unreachable_spare_is_degraded_and_its_old_roles_are_not_believed() -> None:
    found = on(primary(), unreachable(secondary(M, M)))
    assert (found.kind, errors(found)) == (K.DEGRADED, [("unreachable", "fw2")])
    assert found.why == "fw1 serves both VIPs, but fw2 is unreachable"
    assert found.causes[0].evidence == "fw2 is unreachable (SSH: timed out)"


def test_nothing_else_is_said_of_an_unreachable_node() -> None:
    broken = secondary(X, X, allow=False, preempt=False, demotion=480, lan_status="no carrier")
    assert ids(on(primary(), unreachable(broken))) == [("unreachable", "fw2")]


def test_unreachable_master_is_unknown_not_no_master() -> None:
    found = on(unreachable(primary()), secondary())
    assert (found.kind, errors(found)) == (K.UNKNOWN, [("unreachable", "fw1")])
    assert found.why == ("fw1 is unreachable, and fw2 does not serve WAN VHID 1 and LAN VHID 2")


def test_a_vhid_that_only_the_silent_node_had_makes_it_unknown() -> None:
    assert on(unreachable(primary()), secondary(M, None)).kind is K.UNKNOWN


def test_both_unreachable_is_unknown() -> None:
    found = on(unreachable(primary()), silent(NodeRole.SECONDARY))
    assert (found.kind, errors(found)) == (
        K.UNKNOWN,
        [("unreachable", "fw1"), ("unreachable", "fw2")],
    )
    assert found.why == "fw1 is unreachable and fw2 is unreachable"


def test_before_the_first_answer_all_is_unknown() -> None:
    waiting = replace(silent(NodeRole.SECONDARY), reachable=None)
    found = on(primary(), waiting)
    assert (found.kind, errors(found)) == (K.UNKNOWN, [("not-yet-known", "fw2")])
    assert found.why == "fw2 has not been read yet"


def test_what_a_transport_says_does_not_flood_the_sentence() -> None:
    prose = "127.0.0.1 port 37351 cannot be reached: timed out"
    link = LinkStatus(LinkState.DOWN, NOW, prose)
    blind = replace(silent(NodeRole.SECONDARY), reachable=True, ssh=link)
    refused = replace(
        silent(NodeRole.SECONDARY),
        unreachable_why=prose,
        ssh=replace(link, state=LinkState.STOPPED, stop=Stop.REFUSED),
    )
    for node, said in (
        (blind, "fw2 answers, but its roles cannot be read"),
        (replace(secondary(), ssh=link), "The roles of fw2 were last read 7 s ago"),
        (refused, "fw2 refuses the login"),
    ):
        late = replace(primary(), interfaces=replace(primary().interfaces, taken_at=NOW + 7))
        found = on(late, node, NOW + 7)
        assert found.why == said
        assert prose in found.causes[0].evidence


@pytest.mark.parametrize("stop", Stop)
def test_why_there_is_no_login_is_told_by_an_id_of_its_own(stop: Stop) -> None:
    link = LinkStatus(LinkState.STOPPED, NOW, "words", stop=stop)
    for node in (silent(NodeRole.SECONDARY), replace(silent(NodeRole.SECONDARY), reachable=True)):
        found = on(primary(), replace(node, ssh=link))
        assert (found.kind, errors(found)) == (K.UNKNOWN, [(stop.value, "fw2")])
    late = replace(primary(), interfaces=replace(primary().interfaces, taken_at=NOW + 7))
    for now, known in ((NOW, True), (NOW + 7, False)):
        found = on(late, replace(secondary(), ssh=link), now)
        assert errors(found) == ([] if known else [(stop.value, "fw2")])


def test_a_node_whose_roles_cannot_be_read_is_unknown() -> None:
    error = ReadError(ErrorKind.FAILED, "/sbin/ifconfig ended with exit code 1")
    blind = replace(
        silent(NodeRole.SECONDARY), reachable=True, interfaces=Reading().failed(error, NOW)
    )
    found = on(primary(), blind)
    assert (found.kind, errors(found)) == (K.UNKNOWN, [("roles-unread", "fw2")])
    assert found.why == (
        "fw2 answers, but its roles cannot be read (/sbin/ifconfig ended with exit code 1)"
    )
    shut = replace(blind, interfaces=Reading(), ssh=LinkStatus(LinkState.DOWN, NOW))
    assert errors(on(primary(), shut)) == [("roles-unread", "fw2")]


def test_a_login_that_has_read_nothing_yet_is_no_failure_to_read() -> None:
    fresh = replace(silent(NodeRole.SECONDARY), reachable=True, ssh=LinkStatus(LinkState.LIVE, NOW))
    found = on(primary(), fresh)
    assert (found.kind, errors(found)) == (K.UNKNOWN, [("not-yet-known", "fw2")])
    assert found.why == "fw2 has not been read yet"


def test_roles_that_were_read_too_long_ago_are_not_believed() -> None:
    late, stale = NOW + 5, NOW + 7
    old, fresh = secondary(M, M), primary()
    assert fresh.interfaces.value is not None
    kept = replace(
        fresh, interfaces=fresh.interfaces.renewed(fresh.interfaces.value, stale, Source.SSH)
    )
    assert on(kept, old, late).kind is K.SPLIT_BRAIN
    found = on(kept, old, stale)
    assert (found.kind, errors(found)) == (K.UNKNOWN, [("data-stale", "fw2")])
    assert found.why == "The roles of fw2 were last read 7 s ago"
    hanging = old.interfaces.failed(ReadError(ErrorKind.TIMEOUT, "ifconfig hangs"), late)
    failing = on(kept, replace(old, interfaces=hanging), late)
    assert failing.why == "The roles of fw2 were last read 5 s ago (ifconfig hangs)"
    soon = NOW + 2
    assert on(kept, replace(old, interfaces=hanging), soon).kind is K.SPLIT_BRAIN


def test_no_vhid_anywhere_is_unknown() -> None:
    found = on(primary(None, None), secondary(None, None))
    assert (found.kind, ids(found)) == (K.UNKNOWN, [("no-vhids", None)])


# One node cannot take over


def test_link_down_explains_the_init_of_its_vhid() -> None:
    found = on(primary(), secondary(B, X, demotion=240, lan_status="no carrier"))
    assert (found.kind, errors(found)) == (K.DEGRADED, [("link-down", "fw2")])
    assert found.causes[0].interface == LAN


def test_an_interface_that_is_down_by_hand_says_so() -> None:
    interfaces = (
        carp_interface(WAN, "WAN", 1, B, 100),
        carp_interface(LAN, "LAN", 2, X, 100, flags=("BROADCAST",)),
        *sync_interfaces(),
    )
    found = on(primary(), secondary(interfaces=interfaces))
    assert found.why == "fw1 serves both VIPs, but LAN (vtnet1) of fw2 is administratively down"


def test_init_without_a_reason_is_its_own_cause() -> None:
    found = on(primary(), secondary(B, X))
    assert (found.kind, errors(found)) == (K.DEGRADED, [("init", "fw2")])


def test_a_missing_vhid_is_degraded() -> None:
    found = on(primary(), secondary(B, None))
    assert (found.kind, errors(found)) == (K.DEGRADED, [("vhid-missing", "fw2")])
    assert found.why == "fw1 serves both VIPs, but fw2 has no LAN VHID 2"


def test_a_vhid_that_both_lost_was_removed_if_carp_is_on() -> None:
    nodes = []
    for node in (primary(M, None), secondary(B, None)):
        assert node.interfaces.value is not None
        roles = carp_roles(node.interfaces.value, 0, Source.SSH, NOW - 0.2, {}, BOTH)
        nodes.append(replace(node, roles=roles))
    found = on(nodes[0], nodes[1])
    assert (found.kind, ids(found)) == (K.HEALTHY, [("vhid-gone", None)])
    assert nodes[1].carp.value is not None
    off = replace(nodes[1], carp=reading(replace(nodes[1].carp.value, allow=False)))
    assert on(nodes[0], off).kind is K.NO_MASTER


def test_booting_stands_for_carp_disabled() -> None:
    booting = secondary(X, X, allow=False, demotion=480, booting=reading(True, 1.0, 5.0))
    found = on(primary(), booting)
    assert (found.kind, errors(found)) == (K.DEGRADED, [("booting", "fw2")])


def test_pf_disabled() -> None:
    found = on(primary(), with_pf(secondary(), enabled=False))
    assert (found.kind, errors(found)) == (K.DEGRADED, [("pf-disabled", "fw2")])


def test_demotion_is_decoded() -> None:
    def evidence(demotion: int, **kw: Any) -> str:
        found = on(primary(), secondary(B, B, demotion=demotion, **kw))
        return next(each.evidence for each in found.causes if each.id == "demoted")

    assert evidence(-10) == "fw2 is demoted by -10 (set by hand)"
    assert evidence(480) == "fw2 is demoted by 480 (unexplained: set by hand or left over)"
    bulk = reading(CarpSysctls(True, True, 240, 1, 240, 0, 240))
    assert evidence(240, carp=bulk) == "fw2 is demoted by 240 (a bulk transfer of states)"


# Maintenance


def test_maintenance_by_flag_or_by_skew() -> None:
    flag = reading(True, 1.0, 5.0)
    by_flag = on(primary(B, B, maintenance=flag), secondary(M, M))
    assert (by_flag.kind, ids(by_flag)) == (K.MAINTENANCE, [("maintenance", "fw1")])
    by_skew = on(primary(), secondary(B, B, 254))
    assert (by_skew.kind, ids(by_skew)) == (K.MAINTENANCE, [("maintenance", "fw2")])


def test_maintenance_that_has_no_effect_is_said() -> None:
    found = on(primary(M, M, 254), secondary(B, B))
    assert found.kind is K.DEGRADED
    assert errors(found) == [("maintenance-ineffective", "fw1")]
    alone = on(primary(M, M, 254), unreachable(secondary()))
    assert errors(alone) == [("unreachable", "fw2")]


def test_both_in_maintenance_is_degraded() -> None:
    found = on(primary(M, M, 254), secondary(B, B, 254))
    assert (found.kind, errors(found)) == (K.DEGRADED, [("both-in-maintenance", None)])


def test_a_fault_outweighs_maintenance() -> None:
    found = on(primary(B, B, 254), with_pf(secondary(M, M), enabled=False))
    assert found.kind is K.DEGRADED


# Warnings and notes


@pytest.mark.parametrize(
    ("epoch", "within_s", "told"), [(5006, 0, False), (5007, 0, True), (5009, 4, False)]
)
def test_a_clock_is_told_wrong_only_beyond_what_reading_it_may_have_cost(
    epoch: int, within_s: float, told: bool
) -> None:
    first = primary(clock=reading(NodeClock(5000, 0, within_s)))
    second = secondary(clock=reading(NodeClock(epoch, 0)))
    assert (("clock-skew", None) in ids(on(first, second))) is told


def test_clocks_releases_preempt_and_permissions() -> None:
    first = primary(
        clock=reading(NodeClock(5000, 0)),
        identity=reading(Identity("a", "FreeBSD", "15.0", "2.8.1")),
    )
    never: Reading[PfInfo] = Reading(period_s=5.0)
    refused = never.failed(ReadError(ErrorKind.NOT_PERMITTED, "no"), NOW)
    second = secondary(
        preempt=False,
        clock=reading(NodeClock(5009, 0)),
        identity=reading(Identity("b", "FreeBSD", "15.0", "2.8.0")),
        pf=refused,
    )
    found = on(first, second)
    assert found.kind is K.HEALTHY
    assert ids(found) == [
        ("preempt-off", "fw2"),
        ("version-differs", None),
        ("clock-skew", None),
        ("not-permitted", "fw2"),
    ]
    assert found.causes[2].evidence == "the clocks of fw1 and fw2 differ by 9 s"
    assert found.causes[3].evidence == "fw2 does not let this account read: pf"


def test_device_names_may_differ_where_descriptions_agree() -> None:
    other = (
        carp_interface("igb0", "WAN", 1, B, 100),
        carp_interface("igb1", "LAN", 2, B, 100),
        *sync_interfaces(),
    )
    assert on(primary(), secondary(interfaces=other)).kind is K.HEALTHY


def test_ambiguous_or_absent_descriptions_fall_back_to_device_names() -> None:
    for names in (("", ""), ("LAN", "LAN")):
        other = (
            carp_interface(WAN, names[0], 1, B, 100),
            carp_interface(LAN, names[1], 2, B, 100, flags=UP),
            *sync_interfaces(),
        )
        assert on(primary(), secondary(interfaces=other)).kind is K.HEALTHY


def test_a_cause_that_is_not_listed_cannot_be_made() -> None:
    with pytest.raises(KeyError):
        cause("no-such-id", "?")
    assert all(kind.meaning for kind in CAUSES.values())


def test_every_standing_but_known_is_a_cause_and_has_words() -> None:
    unknown = set(Standing) - {Standing.KNOWN}
    assert set(_UNKNOWN) == unknown
    assert {standing.value for standing in unknown} <= set(CAUSES)
