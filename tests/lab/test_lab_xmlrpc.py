"""The synchronisation of the configuration in the world: when it runs, what it logs, how it fails."""

import pytest

from pfha_tui.lab import pfsense, shell, verbs, xmlrpc
from pfha_tui.lab.generation import F12, F14
from pfha_tui.lab.node import Node
from pfha_tui.lab.world import World
from tests.support.lab_pair import START, booted

SUCCESS = "XMLRPC reload data success with https://172.16.1.3:443/xmlrpc.php (pfsense.restore_config_section)."


def count(node: Node, text: str) -> int:
    return sum(text in line for line in node.log)


def alias(node: Node) -> str:
    found = node.world.configuration.of(node).current.entries("aliases", "alias")
    return next(str(one["address"]) for one in found if one["name"] == "SRV_TP")


def test_a_change_on_the_primary_is_merged_a_second_or_more_later() -> None:
    world = booted()
    fw1, fw2 = world.nodes
    before = alias(fw2)
    verbs.run(world, "edit fw1")
    assert alias(fw1) != before
    world.advance(0.9)
    assert count(fw1, "Beginning XMLRPC sync data") == 0
    world.advance(6)
    assert alias(fw2) == alias(fw1)
    assert count(fw1, SUCCESS) == 1
    assert count(fw2, "Configuration Change: (system)@172.16.1.2: Merged in config (") == 1
    description = world.configuration.of(fw2).current.description
    assert description.startswith("(system)@172.16.1.2: Merged in config (")
    stat = shell.answer(fw2, "/usr/bin/stat", ["-f", "%m %z", "/cf/conf/config.xml"], 0).out
    stamp, size = stat.split()
    assert abs(int(stamp) - world.now) <= 7
    assert int(size) == len(pfsense.Files(fw2)["/conf/config.xml"].encode())


def test_a_change_on_the_secondary_is_drift_until_the_next_run() -> None:
    world = booted()
    fw1, fw2 = world.nodes
    verbs.run(world, "edit fw2")
    world.advance(20)
    assert alias(fw1) != alias(fw2)
    assert count(fw1, "Beginning XMLRPC") + count(fw2, "Beginning XMLRPC") == 0
    verbs.run(world, "sync now")
    world.advance(8)
    assert alias(fw1) == alias(fw2)


def test_a_burst_of_changes_is_one_run_and_the_flag_of_maintenance_stays_at_home() -> None:
    world = booted()
    fw1, fw2 = world.nodes
    for _ in range(5):
        verbs.run(world, "edit fw1")
    verbs.run(world, "maintenance fw1 on")
    world.advance(15)
    assert count(fw2, "Merged in config") == 2
    assert (fw1.maintenance, fw2.maintenance) == (True, False)
    assert shell.answer(
        fw2, "/usr/bin/grep", ["-c", "<virtualip_carp_maintenancemode", "/cf/conf/config.xml"], 0
    ).code == 1  # fmt: skip
    verbs.run(world, "maintenance fw2 on")
    world.advance(15)
    verbs.run(world, "sync now")
    world.advance(8)
    assert fw2.maintenance


@pytest.mark.parametrize(
    ("fault", "why", "seconds"),
    [
        ("pull fw1 sync", "Host is down", 5.0),
        ("power-off fw2", "Operation timed out", 4 * xmlrpc.CONNECT_TIMEOUT + 5),
        ("freeze fw2", "Operation timed out", 4 * xmlrpc.CONNECT_TIMEOUT + 5),
        ("cut sync", "Operation timed out", 4 * xmlrpc.CONNECT_TIMEOUT + 5),
    ],
)
def test_a_peer_that_cannot_be_reached_is_tried_four_times(
    fault: str, why: str, seconds: float
) -> None:
    world = booted()
    fw1, fw2 = world.nodes
    verbs.run(world, fault)
    verbs.run(world, "edit fw1")
    world.advance(1 + seconds)
    assert count(fw1, "Retrying XMLRPC Request due to error: A communications error") == 3
    assert count(fw1, f"tls://172.16.1.3:443. Error: {why}") == 4
    assert count(fw1, "could not be determined. Skipping synchronization") == 1
    assert alias(fw1) != alias(fw2)
    verbs.run(world, "mend")
    world.advance(60)
    verbs.run(world, "sync now")
    world.advance(10)
    assert alias(fw1) == alias(fw2)


def test_two_releases_do_not_synchronise() -> None:
    world = World(start=START, generations=(F12, F14))
    for node in world.nodes:
        node.boot()
    world.advance(120)
    verbs.run(world, "edit fw1")
    world.advance(10)
    fw1, fw2 = world.nodes
    assert count(fw1, "on a different configuration version of pfSense") == 1
    assert alias(fw1) != alias(fw2)


def test_the_commands_ask_for_it_and_wait_for_it() -> None:
    world = booted()
    fw1, fw2 = world.nodes
    verbs.run(world, "edit fw2")
    assert shell.answer(fw1, "/usr/local/sbin/pfSctl", ["-c", "filter sync"], 0).out == "OK\n"
    world.advance(8)
    assert alias(fw1) == alias(fw2)
    ended: list[float] = []
    work = shell.answer(fw1, "/etc/rc.filter_synchronize", [], 0).work
    assert work is not None
    fw1.run(work, lambda: ended.append(world.now))
    world.advance(10)
    assert ended and count(fw2, "Merged in config") == 2
    for path, words in (
        ("/usr/local/sbin/pfSctl", ["-c", "filter sync"]),
        ("/etc/rc.filter_synchronize", []),
    ):
        assert shell.answer(fw1, path, words, 2001).code != 0  # fmt: skip


def test_the_secondary_never_pushes() -> None:
    world = booted()
    fw1, fw2 = world.nodes
    verbs.run(world, "maintenance fw2 on")
    world.advance(10)
    assert count(fw2, "Syncing firewall") == 1
    assert count(fw1, "Merged in config") == 0
    assert list(xmlrpc.push(fw2)) == []
