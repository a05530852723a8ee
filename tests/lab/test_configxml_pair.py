"""What a healthy pair of the lab may differ in, written out, and nothing else."""

import re

import pytest

from pfha_tui.lab.configxml import tree
from pfha_tui.lab.configxml.facts import NodeFacts, PairFacts
from pfha_tui.lab.configxml.history import CACHE, CONFIG, History, serialise
from pfha_tui.lab.configxml.operations import set_maintenance
from pfha_tui.lab.configxml.pair import pair_histories
from tests.support import config_text
from tests.support.school import pair_configs, school_pair

NOW = 1_790_000_000.0
DAY = 86400

WAN_VIP, LAN_VIP = (
    f"virtualip/vip/[uniqid={tree.text(vip, 'uniqid')}]/advskew"
    for vip in pair_configs(school_pair(), NOW)[0].entries("virtualip", "vip")
)

BOXES = (
    "users", "authservers", "certs", "rules", "schedules", "aliases", "nat", "ipsec", "openvpn", "dhcpd", "wol",
    "staticroutes", "virtualip", "trafficshaper", "trafficshaperlimiter", "dnsforwarder", "captiveportal",
)  # fmt: skip


def test_a_healthy_pair_differs_in_what_is_lawful_and_in_nothing_else() -> None:
    primary, secondary = pair_configs(school_pair(), NOW)
    found = config_text.differences(primary.xml, secondary.xml)
    hashes = found.pop("system/user/[name=admin]/bcrypt-hash")
    assert hashes[0] != hashes[1] and all((text or "").startswith("$2y$10$") for text in hashes)
    for name in ("time", "description", "username"):
        found.pop(f"revision/{name}")
    secret = found.pop("hasync/password")
    assert secret == (primary.text("hasync", "password"), "present") and len(secret[0] or "") == 16
    alone = ("filter/rule/[tracker=1693564462]/", "aliases/alias/[name=ZZ_ESSAI]/")
    for path in [path for path in found if path.startswith(alone)]:
        assert found.pop(path)[1] is None
    assert found == {
        "system/hostname": ("fw1", "fw2"),
        "interfaces/wan/ipaddr": ("203.0.113.2", "203.0.113.3"),
        "interfaces/lan/ipaddr": ("192.168.1.2", "192.168.1.3"),
        "interfaces/opt1/ipaddr": ("172.16.1.2", "172.16.1.3"),
        "interfaces/opt2/ipaddr": ("192.168.99.2", "192.168.99.3"),
        "dhcpd/lan/failover_peerip": ("192.168.1.3", "192.168.1.2"),
        "hasync/pfsyncpeerip": ("172.16.1.3", "172.16.1.2"),
        "hasync/synchronizetoip": ("172.16.1.3", "present"),
        "hasync/username": ("hasync", "present"),
        **{f"hasync/synchronize{box}": ("on", None) for box in BOXES},
        WAN_VIP: ("0", "100"),
        LAN_VIP: ("0", "100"),
        "shaper": ("present", None),
        "dnshaper": ("present", None),
        "wol": ("present", None),
    }


def test_the_one_rule_that_stays_at_home_says_so() -> None:
    primary, secondary = pair_configs(school_pair(), NOW)
    trackers = [
        {tree.text(one, "tracker") for one in config.entries("filter", "rule")}
        for config in (primary, secondary)
    ]
    (alone,) = trackers[0] - trackers[1]
    assert alone == "1693564462"
    assert "nosync" in tree.children(primary.root, "filter", "rule", f"tracker={alone}")
    assert not trackers[1] - trackers[0]


def test_each_node_keeps_the_aliases_of_its_own() -> None:
    configs = pair_configs(school_pair(own_aliases=True, aliases=2, vlans=1), NOW)
    for config, own in zip(configs, ("192.168.99.12", "192.168.99.13"), strict=True):
        unstacked = [
            tree.text(vip, "subnet")
            for vip in config.entries("virtualip", "vip")
            if tree.text(vip, "mode") == "ipalias" and "_vip" not in tree.text(vip, "interface")
        ]
        assert unstacked == [own]
    stacked = [
        [vip for vip in config.entries("virtualip", "vip") if "_vip" in tree.text(vip, "interface")]
        for config in configs
    ]
    assert stacked[0] == stacked[1] and len(stacked[0]) == 2


def test_the_vips_of_the_pair_stand_in_both_files() -> None:
    for config, skew in zip(pair_configs(school_pair(vlans=10), NOW), ("0", "100"), strict=True):
        vips = config.entries("virtualip", "vip")
        assert [tree.text(vip, "vhid") for vip in vips] == [str(each) for each in range(1, 13)]
        assert {tree.text(vip, "advskew") for vip in vips} == {skew}
        assert {tree.text(vip, "password") for vip in vips} == {"lab-carp"}
        assert [(tree.text(vip, "interface"), tree.text(vip, "subnet")) for vip in vips[:3]] == [
            ("wan", "203.0.113.1"), ("lan", "192.168.1.1"), ("opt3", "10.10.0.1"),
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("version", "there", "missing"),
    [
        ("21.7", (), ("hasync/synchronizedhcrelay", "hasync/pfhostid", "dhcpbackend")),
        ("22.2", ("hasync/synchronizedhcrelay",), ("hasync/pfhostid", "dhcpbackend")),
        ("22.9", ("hasync/synchronizedhcrelay6", "hasync/pfhostid"), ("dhcpbackend",)),
        ("24.0", ("hasync/pfhostid", "dhcpbackend"), ("nat/outbound/rule/0/targetip",)),
    ],
)
def test_each_version_has_the_elements_of_its_time(
    version: str, there: tuple[str, ...], missing: tuple[str, ...]
) -> None:
    plain = school_pair(version=version)
    nodes = [NodeFacts(node.name, node.ports, host_id=0x42DF447D) for node in plain.nodes]
    config = pair_configs(PairFacts((nodes[0], nodes[1]), plain.vips, version=version), NOW)[0]
    assert [path for path in there if config.get(*path.split("/")) is None] == []
    assert [path for path in missing if config.get(*path.split("/")) is not None] == []


# The past


def test_the_past_is_one_of_administrators_and_of_merges() -> None:
    primary, secondary = pair_histories(school_pair(), NOW)
    assert 10 <= len(primary.backups) <= 30 and 10 <= len(secondary.backups) <= 30
    assert NOW - 2 * DAY < primary.current.time < secondary.current.time <= NOW
    said = [backup.config.description for backup in primary.backups]
    assert any(text.startswith("admin@192.168.99.20 (Local Database): ") for text in said)
    assert "(system): Enter CARP maintenance mode" in said
    said = [backup.config.description for backup in secondary.backups]
    assert sum("Merged in config (" in text for text in said) >= 10
    assert "(system)@172.16.1.2: Sync'd users and groups via XMLRPC" in said
    assert "(system): Leave CARP maintenance mode" in said


def test_a_backup_bears_the_time_of_its_own_revision_and_was_written_with_the_next() -> None:
    history = pair_histories(school_pair(), NOW)[0]
    newest = [history.current, *(backup.config for backup in history.backups)]
    for backup, follower in zip(history.backups, newest, strict=False):
        revision = config_text.read(history.read(backup.path))["revision"]
        assert isinstance(revision, dict) and backup.path.endswith(f"config-{revision['time']}.xml")
        assert history.modified(backup.path) == follower.time > backup.config.time
        assert history.size(backup.path) == len(history.read(backup.path))


def test_the_index_of_the_backups_is_serialised_as_php_does_it() -> None:
    assert serialise({1700000000: {"description": "été", "filesize": 12}, "a": ""}) == (
        'a:2:{i:1700000000;a:2:{s:11:"description";s:5:"été";s:8:"filesize";i:12;}s:1:"a";s:0:"";}'
    )
    history = pair_histories(school_pair(), NOW)[1]
    text = history.read(CACHE).decode()
    found = re.findall(
        r'i:(\d+);a:3:\{s:11:"description";s:(\d+):"(.*?)";s:7:"version";s:4:"21\.7";s:8:"filesize";i:(\d+);\}',
        text,
    )
    assert [int(time) for time, *_ in found] == [one.config.time for one in history.backups]
    for (_, length, said, size), backup in zip(found, history.backups, strict=True):
        assert int(length) == len(said.encode()) and said == backup.config.description
        assert int(size) == backup.size
    assert text.startswith(f"a:{len(found)}:{{") and text.endswith("}}")


def test_thirty_backups_are_kept_and_fewer_when_the_administrator_says_so() -> None:
    def scribble(history: History) -> History:
        for place in range(40):
            history = history.written(
                history.current.root, NOW + place, "(system)", f"write {place}"
            )
        return history

    history = scribble(pair_histories(school_pair(), NOW)[0])
    assert len(history.backups) == 30
    assert [one.config.description for one in history.backups[:2]] == [
        "(system): write 38",
        "(system): write 37",
    ]
    few = tree.put(history.current.root, ("system", "backupcount"), "5")
    assert isinstance(few, dict)
    assert len(scribble(history.written(few, NOW + 100, "(system)", "fewer")).backups) == 5


def test_two_writes_in_one_second_leave_one_backup_of_it() -> None:
    history = pair_histories(school_pair(), NOW)[0]
    for what in ("first", "second", "third"):
        history = history.written(history.current.root, NOW, "(system)", what)
    assert [one.config.description for one in history.backups[:1]] == ["(system): second"]
    assert len({one.path for one in history.backups}) == len(history.backups)


def test_the_files_answer_under_both_names_of_the_folder() -> None:
    history = pair_histories(school_pair(), NOW)[0]
    assert history.read("/conf/config.xml") == history.read(CONFIG) == history.current.xml
    assert history.modified("/conf/config.xml") == history.current.time
    assert {CONFIG, CACHE, history.backups[0].path} <= {*history.paths()}
    with pytest.raises(KeyError):
        history.read("/cf/conf/backup/config-1.xml")


# Maintenance mode


def test_maintenance_mode_is_a_flag_a_revision_and_slower_vips_on_one_node() -> None:
    history = pair_histories(school_pair(), NOW)[0]
    entered = set_maintenance(history, True, NOW)
    assert entered.changed and entered.history.current.maintenance
    assert (
        b"\t<virtualip_carp_maintenancemode></virtualip_carp_maintenancemode>\n"
        in entered.history.current.xml
    )
    assert entered.history.current.time == int(NOW)
    assert entered.history.current.text("revision", "username") == "(system)"
    assert [(line.program, line.text) for line in entered.log] == [
        ("php-cgi", "pfSsh.php: Configuration Change: (system): Enter CARP maintenance mode"),
        ("check_reload_status", "Syncing firewall"),
    ]
    skews = [
        tree.text(vip, "advskew") for vip in entered.history.current.entries("virtualip", "vip")
    ]
    assert skews == ["0", "0"]

    again = set_maintenance(entered.history, True, NOW + 5)
    assert (again.history, again.log, again.changed) == (entered.history, (), False)

    left = set_maintenance(entered.history, False, NOW + 9)
    assert left.history.current.description == "(system): Leave CARP maintenance mode"
    assert {**left.history.current.root, "revision": ""} == {**history.current.root, "revision": ""}
    assert [one.config for one in left.history.backups[:2]] == [
        entered.history.current,
        history.current,
    ]
