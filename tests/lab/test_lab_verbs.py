"""The commands of the lab: what they do, what they refuse, and that nothing else can come of a text."""

from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pfha_tui.lab import scenarios, story, verbs
from pfha_tui.lab.carp import State
from pfha_tui.lab.node import Power
from pfha_tui.lab.verbs import Refused, VerbError
from pfha_tui.lab.world import World
from tests.support.lab_pair import START, booted, roles

MASTERS = dict.fromkeys(("1@vtnet0", "2@vtnet1"), State.MASTER)
BACKUPS = dict.fromkeys(("1@vtnet0", "2@vtnet1"), State.BACKUP)
HEALTHY = {"fw1": MASTERS, "fw2": BACKUPS}
SWAPPED = {"fw1": BACKUPS, "fw2": MASTERS}


def after(*texts: str, seconds: float = 8.0) -> World:
    world = booted()
    for text in texts:
        verbs.run(world, text)
        world.advance(seconds)
    return world


@pytest.mark.parametrize(
    ("texts", "end"),
    [
        (("pull fw1 lan", "plug fw1 LAN"), HEALTHY),
        (("pull fw1 vtnet1",), {"fw1": BACKUPS | {"2@vtnet1": State.INIT}, "fw2": MASTERS}),
        (("cut wan", "cut lan"), {"fw1": MASTERS, "fw2": MASTERS}),
        (("cut wan", "join WAN"), HEALTHY),
        (("power-off fw1",), {"fw1": {}, "fw2": MASTERS}),
        (("freeze fw1",), {"fw1": MASTERS, "fw2": MASTERS}),
        (("freeze fw1", "thaw fw1"), HEALTHY),
        (("maintenance fw1 on",), SWAPPED),
        (("maintenance fw1 on", "maintenance fw1 off"), HEALTHY),
        (("carp fw1 off",), {"fw1": {}, "fw2": MASTERS}),
        (("demote fw1 240", "demote fw1 -240"), HEALTHY),
        (("demote fw1 120",), SWAPPED),
        (("allow fw1 0", "allow fw1 1"), HEALTHY),
        (("send-errors fw1 wan",), SWAPPED),
        (("preempt fw1 off", "send-errors fw1 wan", "demote fw1 -240"), SWAPPED),
        (("bad-password fw2 wan",), {"fw1": MASTERS, "fw2": BACKUPS | {"1@vtnet0": State.MASTER}}),
        (("bad-password fw2 wan", "bad-password fw2 wan off"), HEALTHY),
        (("unalias fw1 192.168.1.1",),
         {"fw1": {"1@vtnet0": State.MASTER}, "fw2": BACKUPS | {"2@vtnet1": State.MASTER}}),
        (("unalias fw1 192.168.1.1", "alias fw1 192.168.1.1"), HEALTHY),
    ],
)  # fmt: skip
def test_the_roles_that_follow(texts: tuple[str, ...], end: dict[str, dict[str, State]]) -> None:
    assert roles(after(*texts)) == end


def test_a_frozen_node_forgets_nothing_and_hears_nothing() -> None:
    world = booted()
    verbs.run(world, "freeze fw2")
    heard = world.node("fw2").counters.carp_received
    log = list(world.node("fw2").log)
    world.advance(20)
    assert world.node("fw2").counters.carp_received == heard
    assert list(world.node("fw2").log) == log
    verbs.run(world, "thaw fw2")
    world.advance(6)
    assert roles(world) == HEALTHY
    # Its timer was due long ago: it takes over for an instant, as a hung machine does when it goes on.
    assert "BACKUP -> MASTER (master timed out)" in "".join(world.node("fw2").log)


def test_what_a_cable_did_while_the_node_hung_is_noticed_afterwards() -> None:
    world = booted()
    verbs.run(world, "freeze fw1")
    verbs.run(world, "pull fw1 lan")
    assert roles(world)["fw1"] == MASTERS
    verbs.run(world, "thaw fw1")
    world.advance(0.5)
    assert roles(world)["fw1"]["2@vtnet1"] is State.INIT
    assert world.node("fw1").carp_demotion == 240


@pytest.mark.parametrize(
    ("before", "text", "why"),
    [
        ("power-off fw1", "pull fw1 lan", "fw1 has no power; boot it first."),
        ("power-off fw1", "power-off fw1", "fw1 has no power; boot it first."),
        ("power-off fw1", "demote fw1 1", "fw1 has no power; boot it first."),
        ("status", "boot fw1", "fw1 has power already."),
        ("status", "plug fw1 lan", "LAN of fw1 is plugged in already."),
        ("status", "pull fw1 lo0", "lo0 of fw1 has no cable."),
        ("cut lan", "cut lan", "Segment LAN is cut already."),
        ("status", "join lan", "Segment LAN is whole already."),
        ("status", "thaw fw2", "fw2 does not hang."),
        ("freeze fw2", "freeze fw2", "fw2 hangs; thaw it first."),
        ("freeze fw2", "maintenance fw2 on", "fw2 hangs; thaw it first."),
        ("status", "bad-password fw1 sync", "vtnet2 of fw1 has no CARP VIP."),
        ("status", "unalias fw1 192.0.2.7", "fw1 has no VIP 192.0.2.7."),
        ("status", "speed 2", "A world without a clock has no speed."),
    ],
)
def test_what_cannot_be_done_now_is_refused_in_one_sentence(
    before: str, text: str, why: str
) -> None:
    with pytest.raises(Refused) as refused:
        verbs.run(after(before), text)
    assert str(refused.value) == why


def test_a_booting_node_takes_no_playback() -> None:
    world = after("power-off fw1", "boot fw1", seconds=12)
    with pytest.raises(Refused, match="fw1 is still booting"):
        verbs.run(world, "maintenance fw1 on")


def test_a_node_that_is_shutting_down_takes_no_playback() -> None:
    world = after("shutdown fw1", seconds=3)
    assert "fw1: halting" in verbs.run(world, "status")
    with pytest.raises(Refused, match="fw1 is shutting down"):
        verbs.run(world, "maintenance fw1 on")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "There is no command; `help` lists them."),
        ("pul fw1 lan", "There is no command `pul`; did you mean `pull`?"),
        ("%", "There is no command `%`; `help` lists them."),
        ("pull fw1", "It is: pull NODE IF"),
        ("mend now", "It is: mend"),
        ("help pull", "It is: help"),
        ("sync later", "It is: sync now"),
        ("pull fw3 lan", "There is no node `fw3`; there are fw1 and fw2."),
        ("pull fw1 dmz", "fw1 has no interface `dmz`; it has wan, lan, sync, mgmt, lo0, pflog0, pfsync0."),
        ("cut dmz", "There is no segment `dmz`; there are WAN, LAN, SYNC, MGMT."),
        ("carp fw1 maybe", "`maybe` is neither on nor off."),
        ("demote fw1 x", "`x` is no whole number of at most nine digits."),
        ("demote fw1 1_0", "`1_0` is no whole number of at most nine digits."),
        ("demote fw1 \u0661", "`\u0661` is no whole number of at most nine digits."),
        ("slow fw1 -1", "-1 is not between 0 and 60000."),
        ("load nan", "`nan` is no number."),
        ("load 1_0", "`1_0` is no number."),
        ("load 101", "101 is not between 0 and 100."),
        ("alias fw1 here", "`here` is no address."),
        ("playback fw1 gitsync", "There is no playback `gitsync`; there are enablecarpmaint, disablecarpmaint, "
         "disablecarp, enablecarp."),
    ],
)  # fmt: skip
def test_what_is_no_command_is_said_in_one_sentence(text: str, why: str) -> None:
    with pytest.raises(VerbError) as wrong:
        verbs.run(booted(), text)
    assert str(wrong.value) == why


def test_help_names_every_command_once() -> None:
    lines = verbs.run(booted(), "help").splitlines()
    assert [line.split()[0] for line in lines] == list(verbs.VERBS)
    assert all(line.endswith(".") for line in lines)


WORDS = st.sampled_from(
    [*verbs.VERBS, "help", "fw1", "fw2", "wan", "lan", "sync", "mgmt", "lagg0", "on", "off", "0", "1", "240", "-240",
     "1e309", "nan", "192.168.1.1", "::", "now", "", "\x00", "é"]
)  # fmt: skip
COMMANDS = st.lists(WORDS, max_size=4).map(" ".join)


@settings(max_examples=40, deadline=None)
@example(["power-off fw1", "boot fw1", "power-off fw1"])
@given(st.lists(COMMANDS, min_size=1, max_size=12))
def test_any_text_is_done_refused_or_no_command_and_the_pair_mends(texts: list[str]) -> None:
    world = booted()
    for text in texts:
        try:
            assert verbs.run(world, text)
        except (Refused, VerbError) as error:
            assert str(error)
        world.advance(2.5)
    verbs.run(world, "mend")
    world.advance(100)
    assert roles(world) == HEALTHY
    assert [node.carp_demotion for node in world.nodes] == [0, 0]
    assert not any(node.maintenance or node.frozen or node.booting for node in world.nodes)


def test_one_mend_is_enough_for_a_node_without_power() -> None:
    world = after("bad-password fw2 wan", "power-off fw2", "mend", seconds=100.0)
    assert roles(world) == HEALTHY


@pytest.mark.parametrize("name", ["disablecarp", "enablecarp", "enablecarpmaint"])
@pytest.mark.parametrize("seconds", [0.5, 2.2])
def test_what_is_mended_is_not_undone_by_a_playback_under_way(name: str, seconds: float) -> None:
    world = after(f"playback fw1 {name}", "freeze fw1", "mend", seconds=seconds)
    world.advance(60)
    assert roles(world) == HEALTHY
    assert not any(node.maintenance for node in world.nodes)
    # It is over: nothing more is due of it, and the next one works.
    verbs.run(world, "playback fw1 disablecarp")
    world.advance(6)
    assert roles(world) == {"fw1": {}, "fw2": MASTERS}


def test_a_page_that_enables_carp_is_ended_by_a_mend() -> None:
    world = after("carp fw1 off", "carp fw1 on", "mend", "carp fw1 off", seconds=3)
    world.advance(60)
    assert roles(world)["fw1"] == {}


@pytest.mark.parametrize("halt", ["shutdown", "reboot"])
@pytest.mark.parametrize("seconds", [1.0, 4.0, 8.0])
def test_a_node_that_is_shutting_down_is_booted_by_a_mend(halt: str, seconds: float) -> None:
    world = after(f"{halt} fw1", seconds=seconds)
    assert verbs.run(world, "mend") == "All is whole again once fw1 has booted."
    world.advance(100)
    assert roles(world) == HEALTHY
    assert world.node("fw1").serving_network
    assert verbs.run(world, "mend") == "All is whole again."


def test_power_can_be_cut_between_a_reboot_and_its_boot() -> None:
    world = after("reboot fw1", seconds=7)
    assert "fw1: rebooting" in verbs.run(world, "status")
    with pytest.raises(Refused, match="fw1 is rebooting"):
        verbs.run(world, "pull fw1 lan")
    assert verbs.run(world, "power-off fw1") == "fw1 has lost its power."
    world.advance(60)
    assert world.node("fw1").power is Power.OFF


def test_a_reboot_that_was_cut_short_does_not_boot_later() -> None:
    world = after("reboot fw1", seconds=7)
    for command in ("boot fw1", "power-off fw1"):
        verbs.run(world, command)
        world.advance(1)
    world.advance(60)
    assert world.node("fw1").power is Power.OFF


@pytest.mark.parametrize("seed", range(1, 11))
def test_playbacks_of_a_node_run_one_after_another(seed: int) -> None:
    world = booted(seed=seed)
    assert verbs.run(world, "maintenance fw1 on") == "fw1: Enabling CARP maintenance mode..."
    world.advance(0.2)
    said = verbs.run(world, "maintenance fw1 off")
    assert said.endswith("maintenance mode... It begins when what runs there is over.")
    world.advance(10)
    assert not world.node("fw1").maintenance
    assert roles(world) == HEALTHY


@pytest.mark.parametrize("end", ["mend", "power-off fw1"])
def test_what_waits_for_a_playback_ends_with_it(end: str) -> None:
    world = after("maintenance fw1 off", "maintenance fw1 on", "carp fw1 off", end, seconds=0.1)
    if end != "mend":
        verbs.run(world, "boot fw1")
    world.advance(90)
    assert roles(world) == HEALTHY
    verbs.run(world, "maintenance fw1 on")
    world.advance(10)
    assert world.node("fw1").maintenance


def test_failed_sends_of_many_vhids_are_announced_once_and_hand_over() -> None:
    world = scenarios.build("rich", START)
    assert verbs.run(world, "send-errors fw1 wan").endswith("is demoted to 960.")
    world.advance(60)
    fw1, fw2 = world.nodes
    assert {vhid.state for vhid in fw1.vhids} == {State.BACKUP}
    assert {vhid.state for vhid in fw2.vhids} == {State.MASTER}
    assert fw1.carp_demotion == 960


def test_a_sole_master_loses_its_demotion_for_failed_sends_with_the_third_that_succeeds() -> None:
    world = after("power-off fw2", "send-errors fw1 wan", seconds=0.5)
    assert world.node("fw1").carp_demotion == 240
    world.advance(8)
    fw1 = world.node("fw1")
    assert fw1.carp_demotion == 0
    assert "carp: demoted by -240 to 0 (send ok on vtnet0)" in "".join(fw1.log)


def test_a_node_that_became_backup_by_failed_sends_stays_demoted_until_it_sends_again() -> None:
    world = after("send-errors fw1 wan", seconds=600)
    assert (roles(world), world.node("fw1").carp_demotion) == (SWAPPED, 240)
    verbs.run(world, "power-off fw2")
    world.advance(15)
    assert (roles(world)["fw1"], world.node("fw1").carp_demotion) == (MASTERS, 0)


@pytest.mark.parametrize("command", ["send-errors fw2 wan", "send-errors fw1 mgmt"])
def test_who_sends_nothing_has_no_send_errors(command: str) -> None:
    with pytest.raises(Refused, match=r"is not MASTER on vtnet\d, and sends nothing there"):
        verbs.run(booted(), command)


def test_mended_send_errors_count_no_successes() -> None:
    world = after("power-off fw2", "send-errors fw1 wan", "mend", seconds=0.5)
    world.advance(90)
    assert (roles(world), world.node("fw1").carp_demotion) == (HEALTHY, 0)


@pytest.mark.parametrize("end", ["bad-password fw2 lan off", "mend"])
def test_two_wrong_passwords_are_two(end: str) -> None:
    world = after("bad-password fw1 lan", "bad-password fw2 lan")
    assert roles(world)["fw2"]["2@vtnet1"] is roles(world)["fw1"]["2@vtnet1"] is State.MASTER
    for command in ("bad-password fw1 lan off", end):
        verbs.run(world, command)
    world.advance(8)
    assert roles(world) == HEALTHY
    assert {vhid.password for node in world.nodes for vhid in node.vhids} == {"lab-carp"}


def test_a_command_is_known_in_any_case_of_letters() -> None:
    assert verbs.run(booted(), "PULL FW1 Lan") == "LAN of fw1 is unplugged."
    assert verbs.run(booted(), "Sync NOW").startswith("fw1 pushes")
    assert verbs.run(booted(), "HELP") == verbs.help_text()


def test_an_address_that_is_there_cannot_be_put_back() -> None:
    with pytest.raises(Refused, match=r"fw1 has 192\.168\.1\.1 already"):
        verbs.run(booted(), "alias fw1 192.168.1.1")


def test_a_mend_speaks_of_two_that_boot_as_of_two() -> None:
    world = after("power-off fw1", "power-off fw2")
    assert verbs.run(world, "mend") == "All is whole again once fw1 and fw2 have booted."


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("bad-password fw1 lan", "wrong CARP password on LAN"),
        ("unalias fw1 192.168.1.1", "lacks 192.168.1.1"),
        ("send-errors fw1 wan", "1@vtnet0 BACKUP (failed sends)"),
        ("send-errors fw1 wan", "send-error factor 240"),
        ("cut sync", "segment SYNC is cut"),
        ("carp fw1 off", "CARP off"),
        ("preempt fw1 off", "preempt off"),
        ("snmp fw1 off", "SNMP off"),
    ],
)
def test_status_tells_of_each_fault(command: str, told: str) -> None:
    world = after(command)
    assert told in verbs.run(world, "status")
    verbs.run(world, "mend")
    world.advance(60)
    assert verbs.run(world, "status").splitlines()[1:] == [
        "fw1: power on, 1@vtnet0 MASTER, 2@vtnet1 MASTER",
        "fw2: power on, 1@vtnet0 BACKUP, 2@vtnet1 BACKUP",
    ]


def test_status_of_a_node_without_power_says_no_more_than_that() -> None:
    world = after("carp fw1 off", "pull fw1 wan", "power-off fw1")
    assert "fw1: power off, WAN unplugged\n" in verbs.run(world, "status")


def test_status_tells_what_was_done() -> None:
    text = verbs.run(
        after("pull fw1 lan", "cut sync", "ssh fw2 off", "slow fw2 150", "lose fw2 5"), "status"
    )
    assert "segment SYNC is cut" in text
    assert "fw1: power on, 1@vtnet0 BACKUP, 2@vtnet1 INIT, demotion 240, LAN unplugged" in text
    assert text.endswith("2@vtnet1 MASTER, sshd off, 150 ms away, 5% loss")


def seen_over(world: World, seconds: float, look: Callable[[World], object]) -> set[object]:
    found = set()
    for _ in range(int(seconds / 2)):
        world.advance(2)
        found.add(look(world))
    return found


def test_the_story_shows_everything_and_begins_anew() -> None:
    world = scenarios.build("story", START)
    fw1, fw2 = world.nodes

    def look(world: World) -> object:
        here = roles(world)
        return (
            "off" if fw1.power is Power.OFF else "booting" if fw1.booting else "",
            "maintenance" if fw1.maintenance else "",
            "split" if here["fw1"] == here["fw2"] == MASTERS else "",
            "swapped" if here["fw2"] == MASTERS and here["fw1"] != MASTERS else "",
            "sync cut" if world.segments["SYNC"].cut else "",
            "slow" if fw2.path.round_trip else "",
            "unplugged" if fw1.carp_demotion == 240 else "",
        )

    seen = {word for moment in seen_over(world, story.LENGTH, look) for word in moment}  # type: ignore[attr-defined]
    assert seen == {
        "", "off", "booting", "maintenance", "split", "swapped", "sync cut", "slow", "unplugged",
    }  # fmt: skip
    assert roles(world) == HEALTHY
    merged = "Merged in config"
    assert "".join(fw2.log).count(merged) >= 4
    before = len([line for line in fw2.log if merged in line])
    world.advance(story.LENGTH)
    assert roles(world) == HEALTHY
    assert len([line for line in fw2.log if merged in line]) == 2 * before


def test_every_line_of_the_story_can_be_told_on_a_healthy_pair() -> None:
    world = booted()
    for _, text in story.STORY:
        assert verbs.run(world, text)
        world.advance(100)
