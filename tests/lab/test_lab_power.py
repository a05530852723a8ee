"""Boots, shutdowns and playbacks: what happens when, by the rules of each release."""

import pytest

from pfha_tui.lab import pfsense, power, shell, verbs
from pfha_tui.lab.carp import State
from pfha_tui.lab.generation import F12, F14, F15, Generation
from pfha_tui.lab.node import Node, Power
from pfha_tui.lab.playback import PLAYBACKS
from pfha_tui.lab.topology import PLAIN, RICH, Topology
from pfha_tui.lab.vip import CarpVip
from pfha_tui.lab.world import World
from tests.support.lab_pair import START, roles

MASTERS = dict.fromkeys(("1@vtnet0", "2@vtnet1"), State.MASTER)
BACKUPS = dict.fromkeys(("1@vtnet0", "2@vtnet1"), State.BACKUP)


def pair(generation: Generation = F14, topology: Topology = PLAIN) -> World:
    """Both nodes up, and every wait of their boots over."""
    world = World(start=START, topology=topology, generations=(generation, generation))
    for node in world.nodes:
        node.boot()
    world.advance(120)
    return world


def lines(node: Node, word: str) -> list[str]:
    return [line.partition(": ")[2].strip() for line in node.log if word in line]


def seconds_until(world: World, reached: object, limit: float = 120.0) -> float:
    began = world.now
    assert callable(reached)
    while not reached():
        assert world.now - began < limit
        world.advance(0.1)
    return world.now - began


@pytest.mark.parametrize("generation", [F14, F15])
def test_carp_is_off_from_early_in_the_boot_to_its_end(generation: Generation) -> None:
    world = pair(generation)
    fw1 = world.nodes[0]
    fw1.power_off()
    world.advance(10)
    fw1.boot()
    seconds_until(world, lambda: fw1.vhids)
    while fw1.booting:
        assert roles(world) == {
            "fw1": dict.fromkeys(MASTERS, State.INIT),
            "fw2": MASTERS,
        }
        assert (fw1.carp_allow, fw1.carp_demotion) == (0, 480)
        assert "/var/run/booting" in pfsense.Files(fw1)
        world.advance(0.5)
    assert "/var/run/booting" not in pfsense.Files(fw1)
    world.advance(3)
    assert roles(world) == {"fw1": MASTERS, "fw2": BACKUPS}
    assert fw1.carp_demotion == 0
    assert 50 <= world.now - fw1.boottime <= 90
    told = "".join(fw1.log)
    assert told.rindex("waiting for pfsync...") < told.rindex("pfsync done in 0 seconds.")
    assert told.rindex("Configuring CARP settings finalize...") < told.rindex("Bootup complete")


def test_up_to_2_6_the_vips_are_up_long_before_the_boot_is_over() -> None:
    world = pair(F12)
    fw1 = world.nodes[0]
    fw1.power_off()
    world.advance(10)
    fw1.boot()
    # The recorded guest had its virtual hosts nine seconds after it was switched on.
    assert 8.9 <= seconds_until(world, lambda: fw1.vhids) <= 9.5
    seconds_until(world, lambda: roles(world)["fw1"] == MASTERS)
    assert fw1.booting
    assert fw1.carp_allow == 1
    seconds_until(world, lambda: not fw1.booting)


def test_without_states_to_fetch_the_wait_is_long() -> None:
    world = pair()
    fw1 = world.nodes[0]
    verbs.run(world, "load 0")
    world.advance(3600)
    assert 33 <= play(world, "enablecarp") <= 36
    assert lines(fw1, "pfsync done in")[-1] == "pfSsh.php: pfsync done in 30 seconds."


def test_a_silent_peer_shortens_the_wait_that_reads_inverted() -> None:
    world = pair()
    fw1 = world.nodes[0]
    verbs.run(world, "power-off fw2")
    fw1.power_off()
    fw1.boot()
    seconds_until(world, lambda: not fw1.booting)
    assert lines(fw1, "pfsync done in")[-1].endswith("rc.bootup: pfsync done in 0 seconds.")
    assert fw1.bulk_pending
    world.advance(70)
    assert lines(fw1, "pfsync bulk fail")


def test_a_power_cut_ends_a_boot_anywhere_and_the_next_one_is_whole() -> None:
    for moment in (1.0, 5.0, 7.0, 9.0, 11.0, 30.0, 45.0):
        world = pair()
        fw1 = world.nodes[0]
        fw1.power_off()
        fw1.boot()
        world.advance(moment)
        fw1.power_off()
        world.advance(60)
        assert (fw1.power, fw1.booting, fw1.vhids) == (Power.OFF, False, [])
        assert not fw1.serving_network
        fw1.boot()
        world.advance(100)
        assert roles(world) == {"fw1": MASTERS, "fw2": BACKUPS}


@pytest.mark.parametrize(("generation", "early"), [(F12, False), (F14, True)])
def test_a_reboot_hands_over_before_services_stop_only_since_2_7(
    generation: Generation, early: bool
) -> None:
    world = pair(generation)
    fw1 = world.nodes[0]
    verbs.run(world, "reboot fw1")
    if early:
        assert set(roles(world)["fw1"].values()) == {State.INIT}
    taken = seconds_until(world, lambda: roles(world)["fw2"] == MASTERS)
    if early:
        assert 2.3 <= taken <= 3.6
    else:
        assert power.HALT_SECONDS + 2.3 <= taken <= power.HALT_SECONDS + 3.6
    seconds_until(world, lambda: fw1.power is not Power.OFF)
    world.advance(100)
    assert roles(world) == {"fw1": MASTERS, "fw2": BACKUPS}
    assert "rebooted by root" in "".join(fw1.log)


def test_a_halt_ends_without_power_and_sshd_goes_before_it() -> None:
    world = pair()
    fw2 = world.nodes[1]
    verbs.run(world, "shutdown fw2")
    gone = seconds_until(world, lambda: not fw2.serving_network)
    assert fw2.power is Power.ON
    assert seconds_until(world, lambda: fw2.power is Power.OFF) > gone
    world.advance(120)
    assert fw2.power is Power.OFF
    assert lines(fw2, "syslogd")[-1] == "exiting on signal 15"


@pytest.mark.parametrize(
    ("path", "words", "on"),
    [
        ("/sbin/reboot", [], True),
        ("/sbin/shutdown", ["-r", "now"], True),
        ("/sbin/shutdown", ["-p", "now"], False),
        ("/sbin/halt", [], False),
        ("/etc/rc.reboot", [], True),
    ],
)
def test_the_power_commands_are_the_nodes_own(path: str, words: list[str], on: bool) -> None:
    world = pair()
    fw1 = world.nodes[0]
    assert shell.answer(fw1, path, words, 2001).code == 1
    world.advance(20)
    assert fw1.power is Power.ON
    assert shell.answer(fw1, path, words, 0).code == 0
    assert seconds_until(world, lambda: fw1.power is Power.OFF) < 10
    world.advance(100)
    assert (fw1.power is Power.ON) == on


def play(world: World, name: str, node: str = "fw1") -> float:
    """Run a playback as the command does; the seconds that it keeps one waiting."""
    ended: list[float] = []
    began = world.now
    reply = shell.answer(world.node(node), "/usr/local/sbin/pfSsh.php", ["playback", name], 0)
    assert (reply.out, reply.code) == (PLAYBACKS[name][0] + "\n", 0)
    assert reply.work is not None
    world.node(node).run(reply.work, lambda: ended.append(world.now))
    seconds_until(world, lambda: ended)
    return ended[0] - began


def test_maintenance_takes_some_seconds_writes_once_and_is_idempotent() -> None:
    world = pair()
    fw1 = world.nodes[0]
    assert 1.0 <= play(world, "enablecarpmaint") <= 3.0
    world.advance(2)
    assert roles(world) == {"fw1": BACKUPS, "fw2": MASTERS}
    assert play(world, "enablecarpmaint") <= 1.5
    written = lines(fw1, "Enter CARP maintenance mode")
    assert written == ["pfSsh.php: Configuration Change: (system): Enter CARP maintenance mode"]
    play(world, "disablecarpmaint")
    world.advance(3)
    assert roles(world) == {"fw1": MASTERS, "fw2": BACKUPS}


def test_disablecarp_leaves_aliases_that_keep_their_virtual_host_in_init() -> None:
    world = pair(F12, RICH)
    fw1 = world.nodes[0]
    plain = [vip for vip in fw1.config_vips if not vip.stacked]
    assert len(plain) + 0.5 <= play(world, "disablecarp") <= len(plain) + 2
    assert fw1.carp_allow == 0
    kept = {(vip.interface, vip.vhid) for vip in fw1.config_vips if vip.stacked}
    assert {(vhid.port.name, vhid.number) for vhid in fw1.vhids} == kept
    assert {vhid.state for vhid in fw1.vhids} == {State.INIT}
    assert fw1.carp_demotion == 240 * len(kept)
    # A second for each VIP, then the loop that reads inverted.
    assert len(plain) + 31 <= play(world, "enablecarp") <= len(plain) + 34
    world.advance(5)
    assert {vhid.state for vhid in fw1.vhids} == {State.MASTER}
    assert addresses(fw1) == addresses(world.nodes[1])


def addresses(node: Node) -> set[str]:
    return {str(address) for vhid in node.vhids for address in vhid.addresses}


def test_the_page_takes_aliases_away_and_the_playback_does_not_bring_them_back() -> None:
    world = pair(topology=RICH)
    fw1, fw2 = world.nodes
    verbs.run(world, "carp fw2 off")
    assert (fw2.vhids, fw2.carp_allow) == ([], 0)
    play(world, "enablecarp", "fw2")
    world.advance(10)
    stacked = {str(vip.address) for vip in fw2.config_vips if vip.stacked}
    assert addresses(fw1) - addresses(fw2) == stacked
    both = [(vhid.port.name, vhid.number) for vhid in fw2.vhids if vhid.state is State.MASTER]
    assert set(both) == {(vip.interface, vip.vhid) for vip in fw2.config_vips if vip.stacked}
    assert fw2.counters.carp_bad_authentication > 0
    verbs.run(world, "carp fw2 on")
    world.advance(45)
    assert addresses(fw1) == addresses(fw2)
    assert {vhid.state for vhid in fw2.vhids} == {State.BACKUP}


def test_enablecarp_waits_a_second_while_a_bulk_update_is_pending() -> None:
    world = pair()
    play(world, "disablecarp")
    verbs.run(world, "cut sync")
    assert play(world, "enablecarp") <= 2 + 1 + 2
    world.advance(8)
    assert roles(world) == {"fw1": MASTERS, "fw2": BACKUPS}


def test_an_unknown_playback_lists_the_known_ones() -> None:
    reply = shell.answer(pair().nodes[0], "/usr/local/sbin/pfSsh.php", ["playback", "x"], 0)
    assert reply.code == 255
    assert reply.out.startswith("Error: Invalid playback file specified.\n")
    assert all(name in reply.out for name in PLAYBACKS)


def test_a_playback_dies_with_the_power() -> None:
    world = pair()
    fw1 = world.nodes[0]
    ended: list[None] = []
    fw1.run(PLAYBACKS["enablecarpmaint"][1](fw1), lambda: ended.append(None))
    fw1.power_off()
    world.advance(10)
    assert (ended, fw1.maintenance) == ([], False)


def test_a_vip_that_is_stacked_shares_skew_and_maintenance() -> None:
    world = pair(topology=RICH)
    verbs.run(world, "maintenance fw1 on")
    world.advance(4)
    assert {vhid.advskew for vhid in world.nodes[0].vhids} == {254}
    assert isinstance(world.nodes[0].config_vips[0], CarpVip)
    assert {vhid.state for vhid in world.nodes[0].vhids} == {State.BACKUP}
