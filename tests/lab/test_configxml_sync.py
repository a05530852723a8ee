"""XMLRPC sync of the lab: what is sent, how it is applied, and what both nodes log."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pfha_tui.lab.configxml import edits, sync, tree
from pfha_tui.lab.configxml.config import Config
from pfha_tui.lab.configxml.history import History
from pfha_tui.lab.configxml.operations import Edit, edit, set_maintenance
from pfha_tui.lab.configxml.pair import pair_histories
from pfha_tui.lab.configxml.sync import Outcome, synchronise
from pfha_tui.lab.configxml.tree import Value, text
from tests.support import config_edits, config_text
from tests.support.school import school_pair

NOW = 1_790_000_000.0
ADMIN = "admin@192.168.99.20 (Local Database)"
URL = "https://172.16.1.3:443/xmlrpc.php"
MERGED = (
    "(system)@172.16.1.2: Merged in config (staticroutes, gateways, virtualip, system, aliases, ca, cert, crl, dhcpd, "
    "dnshaper, filter, ipsec, nat, openvpn, schedules, shaper, unbound, wol sections) from XMLRPC client."
)

PAIR = pair_histories(school_pair(), NOW - 86400)
RICH = pair_histories(school_pair(vlans=2, aliases=2, own_aliases=True), NOW - 86400)
VIP = text(PAIR[0].current.root, "virtualip", "vip", "0", "uniqid")

LAWFUL = re.compile(
    r"revision/|hasync/(?!adminsync)|system/hostname|system/user/\[name=admin\]/|"
    r"interfaces/\w+/ipaddr|dhcpd/\w+/failover_peerip|virtualip_carp_maintenancemode|"
    r"virtualip/vip/\[uniqid=\w+\]/advskew|shaper$|dnshaper$|wol$"
)
"""Paths that may differ; the skews are checked apart."""


def apply(history: History, *changes: Edit) -> History:
    for place, change in enumerate(changes):
        history = edit(history, change, NOW + place, ADMIN).history
    return history


def put(*path: str, value: Value | None) -> Edit:
    return Edit("page.php", "Changed by hand", path, value)


def synced(primary: History, *drift: Edit, pair: tuple[History, History] = PAIR) -> Config:
    return synchronise(primary, apply(pair[1], *drift), NOW + 60).secondary.current


def unlawful(primary: Config, secondary: Config) -> dict[str, tuple[str | None, str | None]]:
    """Differences that a healthy pair does not have."""
    alone = [
        f"{section}/[{key}={text(one, key)}]/"
        for section, key in (("filter/rule", "tracker"), ("aliases/alias", "name"))
        for one in primary.entries(*section.split("/"))
        if "nosync" in one
    ]
    slower = {
        f"virtualip/vip/[uniqid={text(vip, 'uniqid')}]/advskew": str(
            min(254, int(text(vip, "advskew")) + 100)
        )
        for vip in primary.entries("virtualip", "vip")
        if text(vip, "advskew")
    }
    return {
        path: pair
        for path, pair in config_text.differences(primary.xml, secondary.xml).items()
        if (path in slower and pair[1] != slower[path])
        or not (LAWFUL.match(path) or path.startswith(tuple(alone)))
    }


# A run


def test_a_run_writes_one_revision_and_the_lines_of_the_reference() -> None:
    done = synchronise(*PAIR, NOW)
    assert done.outcome is Outcome.MERGED
    assert done.secondary.current.description == MERGED
    assert done.secondary.current.time == int(NOW + sync.MERGE_AFTER)
    assert done.secondary.backups[0].config == PAIR[1].current
    assert MERGED.partition("(staticroutes")[0] in MERGED and done.sections[0] == "staticroutes"
    assert [(line.program, line.text) for line in done.primary_log] == [
        ("php-fpm", f"/rc.filter_synchronize: Beginning XMLRPC sync data to {URL}."),
        ("php-fpm", f"/rc.filter_synchronize: XMLRPC reload data success with {URL} (pfsense.host_firmware_version)."),
        ("php-fpm", "/rc.filter_synchronize: XMLRPC versioncheck: 21.7 -- 21.7"),
        ("php-fpm", f"/rc.filter_synchronize: Beginning XMLRPC sync data to {URL}."),
        ("php-fpm", f"/rc.filter_synchronize: XMLRPC reload data success with {URL} (pfsense.restore_config_section)."),
    ]  # fmt: skip
    assert [(line.program, line.text) for line in done.secondary_log] == [
        ("php-fpm", f"/xmlrpc.php: Configuration Change: {MERGED}"),
        ("check_reload_status", "Syncing firewall"),
        ("check_reload_status", "Reloading filter"),
    ]
    for log in (done.primary_log, done.secondary_log):
        assert [line.after for line in log] == sorted(line.after for line in log)


def test_changed_accounts_make_a_second_revision() -> None:
    primary = apply(PAIR[0], edits.add_user(PAIR[0].current, "alice", "Alice", "page-all"))
    done = synchronise(primary, PAIR[1], NOW)
    who = "(system)@172.16.1.2"
    assert [line.text for line in done.secondary_log] == [
        f"/xmlrpc.php: Configuration Change: {MERGED}",
        "Syncing firewall",
        "/xmlrpc.php: Adding user: alice",
        f"/xmlrpc.php: Configuration Change: {who}: Sync'd users and groups via XMLRPC",
        "Syncing firewall",
        "Reloading filter",
    ]
    assert done.secondary.current.description == f"{who}: Sync'd users and groups via XMLRPC"
    assert done.secondary.backups[0].config.description == MERGED
    names = [text(one, "name") for one in done.secondary.current.entries("system", "user")]
    assert "alice" in names and names == sorted(names)


def test_another_configuration_version_stops_the_run() -> None:
    secondary = apply(PAIR[1], put("version", value="22.2"))
    done = synchronise(PAIR[0], secondary, NOW)
    assert (done.outcome, done.secondary) == (Outcome.VERSION_MISMATCH, secondary)
    assert [line.text for line in done.primary_log[2:]] == [
        "/rc.filter_synchronize: XMLRPC versioncheck: 22.2 -- 21.7",
        "/rc.filter_synchronize: The other member is on a different configuration version of pfSense. "
        "Sync will not be done to prevent problems!",
    ]
    assert done.secondary_log == ()


def test_a_pointer_back_makes_the_sender_believe_in_success() -> None:
    secondary = apply(PAIR[1], config_edits.set_sync("synchronizetoip", "172.16.1.2"))
    done = synchronise(PAIR[0], secondary, NOW)
    assert (done.outcome, done.secondary) == (Outcome.LOOP, secondary)
    assert done.primary_log == synchronise(*PAIR, NOW).primary_log
    assert [line.text for line in done.secondary_log] == ["/xmlrpc.php: Disallowing CARP sync loop"]


def test_a_secondary_pushes_nothing_and_says_nothing() -> None:
    done = synchronise(PAIR[1], PAIR[0], NOW)
    assert (done.outcome, done.primary_log, done.secondary) == (Outcome.NOT_CONFIGURED, (), PAIR[0])


def test_with_no_box_ticked_nothing_is_sent() -> None:
    boxes = [
        name
        for name in tree.children(PAIR[0].current.root, "hasync")
        if name.startswith("synchronize")
    ]
    clear = [config_edits.set_sync(name, None) for name in boxes if name != "synchronizetoip"]
    done = synchronise(apply(PAIR[0], *clear), PAIR[1], NOW)
    assert done.outcome is Outcome.NOTHING_CHECKED
    assert [line.text for line in done.primary_log] == [
        "/rc.filter_synchronize: Nothing has been configured to be synched. Skipping...."
    ]


def test_a_node_that_does_not_answer_is_tried_four_times() -> None:
    error = "A communications error occurred while attempting to call XMLRPC method host_firmware_version: timeout"
    done = sync.failed(*PAIR, error)
    assert (done.outcome, done.secondary) == (Outcome.NO_ANSWER, PAIR[1])
    lines = [line.text.removeprefix("/rc.filter_synchronize: ") for line in done.primary_log]
    again = [
        f"Beginning XMLRPC sync data to {URL}.",
        f"Retrying XMLRPC Request due to error: {error}",
    ]
    assert lines == [
        *again, *again, *again, again[0], error, "XMLRPC versioncheck:  -- 21.7",
        "The pfSense software configuration version of the other member could not be determined. "
        "Skipping synchronization to avoid causing a problem!",
    ]  # fmt: skip
    assert sync.failed(PAIR[1], PAIR[0], error).outcome is Outcome.NOT_CONFIGURED


def test_the_address_follows_the_protocol_and_port_of_the_sender() -> None:
    plain = apply(PAIR[0], put("system", "webgui", "protocol", value="http")).current
    other = apply(PAIR[0], put("system", "webgui", "port", value="8443")).current
    v6 = apply(PAIR[0], config_edits.set_sync("synchronizetoip", "2001:db8::3")).current
    assert sync.sync_url(plain) == "http://172.16.1.3:80/xmlrpc.php"
    assert sync.sync_url(other) == "https://172.16.1.3:8443/xmlrpc.php"
    assert sync.sync_url(v6) == "https://[2001:db8::3]:443/xmlrpc.php"


# How sections are applied


def test_what_only_the_secondary_had_in_a_replaced_section_is_destroyed() -> None:
    drift = (
        edits.add_rule("Only here", "any", "any:22"),
        edits.add_alias("ONLY_HERE", "192.0.2.9", "local"),
        edits.add_host("only", "example.net", "192.0.2.9", "local"),
        put("cert", "+", value={"refid": "local", "descr": "own certificate"}),
    )
    assert unlawful(PAIR[0].current, apply(PAIR[1], *drift).current)
    assert unlawful(PAIR[0].current, synced(PAIR[0], *drift)) == {}


def test_removing_the_last_entry_of_a_replaced_section_arrives() -> None:
    primary = apply(PAIR[0], put("schedules", "schedule", value=[]))
    assert primary.current.get("schedules") == ""
    assert synced(primary).get("schedules") is None


def test_a_shallow_merge_leaves_behind_what_has_vanished_on_the_primary() -> None:
    emptied = apply(PAIR[0], put("gateways", "gateway_group", value=None))
    left = synced(emptied)
    assert [text(one, "name") for one in left.entries("gateways", "gateway_group")] == ["SORTIE"]
    shorter = apply(PAIR[0], put("gateways", "gateway_item", "name=TPGW", value=None))
    names = [text(one, "name") for one in synced(shorter).entries("gateways", "gateway_item")]
    assert names == ["WANGW"]


def test_a_resolver_that_is_emptied_as_a_whole_is_not_sent_at_all() -> None:
    done = synchronise(apply(PAIR[0], put("unbound", value="")), PAIR[1], NOW + 60)
    assert "unbound" not in done.sections
    assert done.secondary.current.get("unbound") == PAIR[1].current.get("unbound")


def test_an_entry_with_nosync_is_not_sent_and_protects_nothing() -> None:
    name = text(PAIR[0].current.entries("aliases", "alias")[0], "name")
    kept_home = apply(PAIR[0], put("aliases", "alias", f"name={name}", "nosync", value=""))
    assert synced(kept_home).get("aliases", "alias", f"name={name}") is None
    only_there = put("aliases", "alias", f"name={name}", "nosync", value="")
    assert "nosync" not in tree.children(
        synced(PAIR[0], only_there).root, "aliases", "alias", f"name={name}"
    )


@pytest.mark.parametrize(
    ("here", "there"), [("0", "100"), ("50", "150"), ("154", "254"), ("200", "254"), ("", "")]
)
def test_the_skew_arrives_a_hundred_higher_at_most_254_and_empty_as_it_is(
    here: str, there: str
) -> None:
    primary = apply(PAIR[0], config_edits.set_vip(VIP, "advskew", here))
    assert synced(primary).text("virtualip", "vip", f"uniqid={VIP}", "advskew") == there


def test_dhcp_failover_points_at_the_sender_and_stays_unset_where_it_was_unset() -> None:
    assert synced(PAIR[0]).text("dhcpd", "lan", "failover_peerip") == "192.168.1.2"
    without = apply(PAIR[0], put("dhcpd", "lan", "failover_peerip", value=""))
    assert synced(without).text("dhcpd", "lan", "failover_peerip") == ""


def test_own_aliases_survive_in_front_and_stacked_ones_follow_the_primary() -> None:
    stacked = [
        vip
        for vip in RICH[0].current.entries("virtualip", "vip")
        if "_vip" in text(vip, "interface")
    ]
    second = {
        "mode": "proxyarp",
        "interface": "lan",
        "subnet": "192.168.1.9",
        "subnet_bits": "32",
        "uniqid": "p",
    }
    before = apply(RICH[1], put("virtualip", "vip", "+", value={**second}))
    primary = apply(RICH[0], config_edits.delete_vip(text(stacked[0], "uniqid")))
    after = synchronise(primary, before, NOW).secondary.current.entries("virtualip", "vip")
    assert [text(vip, "subnet") for vip in after[:2]] == ["192.168.1.9", "192.168.99.13"]
    assert text(stacked[0], "uniqid") not in {text(vip, "uniqid") for vip in after}
    assert "192.168.99.12" not in {text(vip, "subnet") for vip in after}
    again = synchronise(primary, synchronise(primary, before, NOW).secondary, NOW + 9)
    swapped = again.secondary.current.entries("virtualip", "vip")[:2]
    assert [text(vip, "subnet") for vip in swapped] == ["192.168.99.13", "192.168.1.9"]


def test_the_administrator_stays_local_unless_adminsync_is_on() -> None:
    where = ("system", "user", "name=admin", "bcrypt-hash")
    primary = apply(PAIR[0], put(*where, value="$2y$10$new"))
    assert synced(primary).text(*where) == PAIR[1].current.text(*where)
    followed = synced(apply(primary, config_edits.set_sync("adminsync", "on")))
    assert followed.text(*where) == "$2y$10$new"
    assert followed.text("hasync", "adminsync") == "on"
    assert followed.text("hasync", "synchronizetoip") == ""


def test_accounts_of_the_secondary_alone_are_removed_but_those_of_the_system() -> None:
    stranger = put("system", "user", "+", value={"name": "stranger", "uid": "2999"})
    service = put("system", "user", "+", value={"name": "service", "uid": "1500"})
    group = put("system", "group", "name=all", "member", "+", value="2999")
    merged = synced(PAIR[0], stranger, service, group)
    names = {text(one, "name") for one in merged.entries("system", "user")}
    assert "stranger" not in names and "service" in names
    everyone = tree.find(merged.root, ("system", "group", "name=all", "member"))
    assert everyone == ["0", "2999"]


def test_maintenance_is_neither_sent_nor_overwritten() -> None:
    primary = set_maintenance(PAIR[0], True, NOW).history
    assert not synced(primary).maintenance
    secondary = set_maintenance(PAIR[1], True, NOW).history
    assert synchronise(PAIR[0], secondary, NOW + 60).secondary.current.maintenance


def test_a_box_that_is_not_ticked_leaves_its_section_alone() -> None:
    primary = apply(
        PAIR[0],
        config_edits.set_sync("synchronizealiases", None),
        config_edits.delete_alias("VISIO"),
    )
    done = synchronise(primary, PAIR[1], NOW + 60)
    assert done.secondary.current.get("aliases") == PAIR[1].current.get("aliases")
    assert "aliases" not in done.sections
    unticked = [config_edits.set_sync(f"synchronize{box}", None) for box in ("certs", "openvpn")]
    assert not {"cert", "ca", "crl"} & {
        *synchronise(apply(PAIR[0], *unticked), PAIR[1], NOW + 60).sections
    }


def test_a_portal_keeps_its_own_settings_for_syncing_back() -> None:
    primary = apply(
        PAIR[0], put("captiveportal", "internat", value={"enable": "", "zone": "internat"})
    )
    secondary = apply(
        PAIR[1],
        put("captiveportal", "internat", value={"zone": "old", "backwardsyncip": "192.0.2.1"}),
    )
    merged = synchronise(primary, secondary, NOW + 60).secondary.current
    assert merged.get("captiveportal", "internat") == {
        "enable": "", "zone": "internat", "backwardsyncip": "192.0.2.1",
    }  # fmt: skip


# Properties

WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20
)
NAMES = [text(one, "name") for one in PAIR[0].current.entries("aliases", "alias")]
TRACKERS = [text(one, "tracker") for one in PAIR[0].current.entries("filter", "rule")]

CHANGES = st.one_of(
    st.builds(
        lambda tracker, words: put("filter", "rule", f"tracker={tracker}", "descr", value=words.strip()),
        st.sampled_from(TRACKERS), WORDS,
    ),
    st.builds(edits.change_alias, st.sampled_from(NAMES), st.just("192.0.2.7")),
    st.builds(edits.add_rule, WORDS, st.just("any"), st.just("any:80")),
    st.builds(edits.add_host, st.sampled_from(["alpha", "beta"]), st.just("example.net"), st.just("192.0.2.8"), WORDS),
    st.builds(lambda skew: config_edits.set_vip(VIP, "advskew", str(skew)), st.integers(0, 254)),
    st.builds(lambda word: config_edits.set_vip(VIP, "password", word), st.sampled_from(["one", "two"])),
    st.just(config_edits.delete_vip(VIP)),
    st.builds(lambda uid: put("system", "user", "+", value={"name": f"u{uid}", "uid": str(uid)}),
              st.integers(2100, 2110)),
    st.builds(lambda name: put("system", "user", f"name={name}", value=None), st.sampled_from(["pfha", "stagiaire"])),
    st.just(put("unbound", "hosts", value=[])),
    st.just(put("dhcpd", "lan", "staticmap", "0", value=None)),
)  # fmt: skip
"""Changes of sections that are synced, on either node."""


def scribbled(history: History, changes: list[Edit]) -> History:
    """The changes that still point somewhere after those before them."""
    for change in changes:
        try:
            history = apply(history, change)
        except KeyError:
            continue
    return history


@settings(max_examples=60, deadline=None)
@given(st.lists(CHANGES, max_size=6), st.lists(CHANGES, max_size=6))
def test_a_sync_heals_every_drift_and_a_second_one_changes_nothing(
    mine: list[Edit], theirs: list[Edit]
) -> None:
    primary, secondary = scribbled(PAIR[0], mine), scribbled(PAIR[1], theirs)
    once = synchronise(primary, secondary, NOW + 60).secondary
    assert unlawful(primary.current, once.current) == {}
    twice = synchronise(primary, once, NOW + 120)
    assert {**twice.secondary.current.root, "revision": ""} == {**once.current.root, "revision": ""}
    assert config_text.read(once.current.xml) == once.current.root
