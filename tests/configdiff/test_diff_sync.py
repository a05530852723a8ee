"""The map of what is synced, what is wrong with the sync itself, and rules of one's own."""

from __future__ import annotations

import pytest
from diff_pairs import NOW, compared, healthy, read
from drifts import both, drop, put, rule

from pfha_tui.configdiff.engine import compare, compare_revisions
from pfha_tui.configdiff.history import parse_index
from pfha_tui.configdiff.model import AlertKind, Report, Verdict
from pfha_tui.configdiff.rules import RULES, RuleError, with_own
from pfha_tui.domain.verdict import Severity
from pfha_tui.lab.configxml import edits
from pfha_tui.lab.configxml.history import History
from pfha_tui.lab.configxml.operations import edit, set_maintenance
from pfha_tui.lab.configxml.pair import pair_histories
from pfha_tui.lab.configxml.sync import synchronise
from tests.support.school import school_pair

ADMIN = "admin@192.168.99.20 (Local Database)"


def report(primary: History, secondary: History, now: float | None = None) -> Report:
    revisions = parse_index(secondary.read("/cf/conf/backup/backup.cache"))
    return compare(read(primary.current), read(secondary.current), revisions=revisions, now=now)


def kinds(found: Report) -> set[AlertKind]:
    return {alert.kind for alert in found.alerts}


def test_each_section_tells_who_syncs_it_and_when_last() -> None:
    sections = {each.section: each for each in compared().coverage}
    assert sections["filter"].synced and sections["filter"].boxes == ("synchronizerules",)
    assert sections["filter"].last_merge == read(healthy()[1]).revision.time
    assert sections["system/user"].boxes == ("synchronizeusers",)
    assert not sections["interfaces"].synced and sections["interfaces"].boxes == ()
    assert not sections["installedpackages"].synced


def test_a_box_that_is_not_ticked_is_on_the_map() -> None:
    found = compared(primary=drop("hasync|synchronizenat"))
    assert not next(each for each in found.coverage if each.section == "nat").synced


def test_a_drift_is_on_the_map() -> None:
    found = compared(put("aliases|alias|name=SRV_MAIL|address", "192.168.1.99"))
    one = next(each for each in found.coverage if each.section == "aliases")
    assert (one.equal, one.drift) == (False, 1)


def test_other_versions_switch_the_sync_off() -> None:
    found = compared(put("version", "24.5"))
    assert AlertKind.VERSIONS_DIFFER in kinds(found)
    drift = compared(both(put("version", "24.5"), drop("aliases|alias|name=DOH"))).differences
    assert not any("next sync" in each.consequence for each in drift)


def test_a_pair_without_a_target_and_one_with_two() -> None:
    assert kinds(compared(primary=put("hasync|synchronizetoip", ""))) == {AlertKind.NO_TARGET}
    assert kinds(compared(put("hasync|synchronizetoip", "172.16.1.2"))) == {AlertKind.BOTH_SYNC}


def test_two_files_in_the_wrong_order() -> None:
    one, two = healthy()
    assert AlertKind.REVERSED in kinds(compare(read(two), read(one)))


def test_a_change_of_the_primary_that_was_not_merged() -> None:
    primary, secondary = pair_histories(school_pair(), NOW)
    made = edit(primary, edits.change_alias("SRV_TP", "192.168.1.30"), NOW + 100, ADMIN).history
    found = report(made, secondary, now=NOW + 1000)
    assert kinds(found) == {AlertKind.PRIMARY_NEWER}
    assert found.alerts[0].severity is Severity.WARNING
    assert [each.verdict for each in found.differences] == [Verdict.DRIFT]
    under_way = report(made, secondary, now=NOW + 101)
    assert under_way.alerts[0].severity is Severity.NOTE
    merged = synchronise(made, secondary, NOW + 102).secondary
    assert report(made, merged, now=NOW + 1000).alerts == ()


def test_an_edit_on_the_secondary_will_be_wiped() -> None:
    primary, secondary = pair_histories(school_pair(), NOW)
    drifted = edit(secondary, edits.add_alias("NEW", "192.0.2.9", "x"), NOW + 100, ADMIN).history
    found = report(primary, drifted)
    assert kinds(found) == {AlertKind.SECONDARY_EDITED}
    assert "deletes it" in found.differences[0].consequence
    wiped = synchronise(primary, drifted, NOW + 200).secondary
    assert report(primary, wiped).differences == ()


def test_maintenance_on_the_secondary_is_no_edit_and_hides_no_merge() -> None:
    primary, secondary = pair_histories(school_pair(), NOW)
    found = report(primary, set_maintenance(secondary, True, NOW + 100).history)
    assert found.alerts == () and found.differences == ()
    assert all(each.last_merge for each in found.coverage if each.section == "filter")


def test_the_last_gateway_group_is_not_removed_by_a_sync() -> None:
    primary, secondary = pair_histories(school_pair(), NOW)
    gone = History(primary.current).written(
        {**primary.current.root, **drop("gateways|gateway_group")(primary.current.root)},
        NOW + 9,
        ADMIN,
        "x",
    )
    after = synchronise(gone, secondary, NOW + 10).secondary
    found = report(gone, after)
    assert [(each.item, each.verdict) for each in found.differences] == [
        ("gateway group SORTIE", Verdict.DRIFT)
    ]
    assert "Delete it there" in found.differences[0].consequence


def test_a_nosync_entry_on_the_secondary_alone_is_drift() -> None:
    found = compared(rule("Printing", "nosync", ""), rule("Printing", "", None))
    assert [each.verdict for each in found.differences] == [Verdict.DRIFT]


def test_revisions_of_one_node() -> None:
    primary, _ = pair_histories(school_pair(), NOW)
    old, new = primary.backups[0].config, primary.current
    found = compare_revisions(read(old), read(new), names=("fw1@-1", "fw1"))
    assert [
        (each.verdict, each.field) for each in found.differences if "updated" not in each.path
    ] == [(Verdict.CHANGED, "disabled")]
    assert found.secondary.revision.description.startswith("admin@192.168.99.20")


def test_a_rule_of_ones_own_hides_a_difference() -> None:
    rules = with_own([{"id": "our-alias", "paths": ["aliases/alias/**"], "reason": "kept by hand"}])
    one, two = healthy()
    changed = type(two)(put("aliases|alias|name=DOH|address", "192.0.2.1")(two.root))
    found = compare(read(one), read(changed), rules=rules)
    assert found.differences == ()
    assert "our-alias" in {each.rule for each in found.expected}


@pytest.mark.parametrize(
    "table",
    [
        {},
        {"id": "x", "paths": [], "reason": "y"},
        {"id": "x", "paths": ["**"], "reason": "y"},
        {"id": "x", "paths": ["a b"], "reason": "y"},
        {"id": "x", "paths": "filter", "reason": "y"},
        {"id": "x", "paths": ["filter/rule"], "reason": ""},
        {"id": "X y", "paths": ["filter/rule"], "reason": "y"},
        {"id": "skew", "paths": ["filter/rule"], "reason": "y"},
        {"id": "x", "paths": ["filter/rule"], "reason": "y", "verdict": "drift"},
    ],
)
def test_what_is_no_rule_gives_one_sentence(table: dict[str, object]) -> None:
    with pytest.raises(RuleError) as caught:
        with_own([table])
    assert str(caught.value) and "\n" not in str(caught.value)


def test_every_rule_names_its_reason_and_source_once() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(rule.reason and rule.source and rule.paths for rule in RULES)
