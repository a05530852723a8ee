"""Commands that change a simulated node, what may not be done, and how shell text is rewritten."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfha_tui.lab import pfsense, shell
from pfha_tui.lab.carp import State
from pfha_tui.lab.commands.reply import USAGE, Follow, Reply
from pfha_tui.lab.node import Power
from pfha_tui.lab.topology import RICH
from pfha_tui.lab.world import World
from tests.support.lab_pair import booted, roles
from tests.support.lab_worlds import fresh

MASTERS = {"1@vtnet0": State.MASTER, "2@vtnet1": State.MASTER}
BACKUPS = {"1@vtnet0": State.BACKUP, "2@vtnet1": State.BACKUP}


def run(world: World, line: str, *, node: str = "fw1", uid: int = 0) -> Reply:
    path, *words = shlex.split(line)
    return shell.answer(world.node(node), path, words, uid)


def test_writing_demotion_adds() -> None:
    world = booted()
    assert (
        run(world, "/sbin/sysctl net.inet.carp.demotion=120").out
        == "net.inet.carp.demotion: 0 -> 120\n"
    )
    assert (
        run(world, "/sbin/sysctl net.inet.carp.demotion=120").out
        == "net.inet.carp.demotion: 120 -> 240\n"
    )
    world.advance(3)
    assert roles(world) == {"fw1": BACKUPS, "fw2": MASTERS}
    assert "carp: demoted by 120 to 240 (sysctl)" in "".join(world.node("fw1").log)


def test_writing_allow_takes_carp_down_and_up() -> None:
    world = booted()
    assert run(world, "/sbin/sysctl net.inet.carp.allow=0").out == "net.inet.carp.allow: 1 -> 0\n"
    assert world.node("fw1").carp_demotion == 480
    run(world, "/sbin/sysctl net.inet.carp.allow=1")
    world.advance(5)
    assert world.node("fw1").carp_demotion == 0
    assert roles(world)["fw1"] == MASTERS


@pytest.mark.parametrize(
    ("line", "err"),
    [
        ("/sbin/sysctl net.inet.carp.nothing", "sysctl: unknown oid 'net.inet.carp.nothing'\n"),
        ("/sbin/sysctl kern.hostname=x", "sysctl: invalid integer 'x'\n"),
        *(
            (f"/sbin/sysctl net.inet.carp.demotion={value}", f"sysctl: invalid integer '{value}'\n")
            for value in ("-1" + "0" * 30, "2147483648", "-2147483649", "\u0661", "1_0")
        ),
        ("/sbin/sysctl hw.ncpu=4", "sysctl: oid 'hw.ncpu' is read only\n"),
        ("/bin/cat /etc/shadow", "cat: /etc/shadow: No such file or directory\n"),
        ("/usr/bin/stat -f %m /nowhere", "stat: /nowhere: stat: No such file or directory\n"),
        ("/sbin/ifconfig em9", "ifconfig: interface em9 does not exist\n"),
    ],
)
def test_mistakes_are_told_as_the_command_tells_them(line: str, err: str) -> None:
    reply = run(booted(), line)
    assert (reply.code, reply.err) == (1, err)


@pytest.mark.parametrize(
    "line",
    [
        "/bin/ls",
        "/bin/ls -la /var/log /etc",
        "/bin/ls -R /etc",
        "/usr/bin/head -x /etc/version",
        "/usr/bin/head -n",
        "/usr/bin/head /etc/version /etc/version",
        "/usr/bin/tail -n \u0661 /etc/version",
        "/sbin/pfctl -vvsr",
        "/sbin/ifconfig vtnet1 192.168.1.2 -alias",
        "/sbin/ifconfig vtnet2 inet 172.16.1.2 -alias",
        "/sbin/ifconfig lo0 127.0.0.1 delete",
        "/sbin/ifconfig pfsync0 syncdev pflog0",
        "/sbin/ifconfig pfsync0 syncdev lo0",
    ],
)
def test_words_that_are_not_known_here_are_said_to_be_so(line: str) -> None:
    world = booted()
    reply = run(world, line)
    assert (reply.code, reply.out) == (USAGE, "")
    assert reply.err.startswith("usage: ")
    world.advance(2)


def test_a_demotion_of_any_size_leaves_the_world_running() -> None:
    world = booted()
    for number in (-(2**31), 2**31 - 1):
        assert run(world, f"/sbin/sysctl net.inet.carp.demotion={number}").code == 0
        world.advance(5)


def test_an_interface_without_a_segment_may_have_a_vip_but_not_carry_pfsync() -> None:
    world = fresh(RICH)
    assert run(world, "/sbin/ifconfig pfsync0 syncdev vtnet0").code == USAGE
    assert run(world, "/sbin/ifconfig lagg0 10.99.0.1/24 vhid 99 pass x").code == 0
    assert run(world, "/sbin/ifconfig pfsync0 syncdev lagg0").code == USAGE
    world.advance(5)
    assert " on lagg0 " not in run(world, "/usr/sbin/arp -an").out
    assert run(world, "/sbin/ifconfig lagg0 10.99.0.1 -alias").code == 0
    world.advance(5)


def test_unknown_names_are_left_out_with_i() -> None:
    reply = run(booted(), "/sbin/sysctl -i net.inet.carp.nothing kern.ostype")
    assert (reply.code, reply.out, reply.err) == (0, "kern.ostype: FreeBSD\n", "")


@pytest.mark.parametrize(
    "line",
    [
        "/sbin/pfctl -s info",
        "/usr/bin/tail -n 5 /var/log/system.log",
        "/sbin/sysctl net.inet.carp.demotion=240",
        "/sbin/ifconfig vtnet0 vhid 1 advskew 254",
        "/usr/local/sbin/pfSsh.php playback enablecarpmaint",
        "/sbin/reboot",
    ],
)
def test_only_root_may(line: str) -> None:
    world = booted()
    reply = run(world, line, uid=2001)
    assert reply.code != 0
    assert "ermi" in reply.err  # permitted, permission
    world.advance(5)
    assert roles(world)["fw1"] == MASTERS


def test_an_account_without_root_reads_the_rest() -> None:
    world = booted()
    for line in (
        "/sbin/ifconfig -a",
        "/sbin/sysctl net.inet.carp",
        "/usr/bin/netstat --libxo json -s -p carp",
    ):
        assert run(world, line, uid=2001).code == 0
    assert run(world, "/usr/bin/id -u", uid=2001).out == "2001\n"


def test_ifconfig_changes_the_skew_without_touching_the_role_itself() -> None:
    world = booted()
    assert run(world, "/sbin/ifconfig vtnet0 vhid 1 advskew 254 advbase 1 pass lab-carp").code == 0
    assert roles(world)["fw1"] == MASTERS
    world.advance(3)
    assert roles(world)["fw1"] == {"1@vtnet0": State.BACKUP, "2@vtnet1": State.MASTER}
    assert "carp: BACKUP vhid 1 advbase 1 advskew 254\n" in run(world, "/sbin/ifconfig vtnet0").out


def test_ifconfig_removes_and_adds_a_vip() -> None:
    world = booted()
    assert run(world, "/sbin/ifconfig vtnet0 203.0.113.1 -alias").code == 0
    assert "carp:" not in run(world, "/sbin/ifconfig vtnet0").out
    assert "PROMISC" not in run(world, "/sbin/ifconfig vtnet0").out
    assert run(world, "/sbin/ifconfig vtnet0 203.0.113.1 -alias").code == 1
    assert (
        run(world, "/sbin/ifconfig vtnet0 203.0.113.1/24 vhid 1 advskew 0 pass lab-carp alias").code
        == 0
    )
    world.advance(5)
    assert roles(world)["fw1"] == {"2@vtnet1": State.MASTER, "1@vtnet0": State.MASTER}


def test_a_requested_state_is_logged_and_taken_back_by_preemption() -> None:
    world = booted()
    run(world, "/sbin/ifconfig vtnet0 vhid 1 state backup")
    assert roles(world)["fw1"]["1@vtnet0"] is State.BACKUP
    assert "MASTER -> BACKUP (user requested via ifconfig)" in "".join(world.node("fw1").log)
    world.advance(8)
    assert roles(world)["fw1"] == MASTERS


def test_playbacks_do_their_work_when_their_time_is_over() -> None:
    world = booted()
    reply = run(world, "/usr/local/sbin/pfSsh.php playback enablecarpmaint")
    assert reply.out == "Enabling CARP maintenance mode...\n"
    assert reply.work is not None
    began, ended = world.now, []
    world.node("fw1").run(reply.work, lambda: ended.append(world.now))
    assert not world.node("fw1").maintenance
    world.advance(4)
    assert 1 <= ended[0] - began <= 3
    grep = run(world, "/usr/bin/grep -c '<virtualip_carp_maintenancemode' /cf/conf/config.xml")
    assert (grep.code, grep.out) == (0, "1\n")
    world.advance(4)
    assert roles(world) == {"fw1": BACKUPS, "fw2": MASTERS}
    assert run(world, "/usr/local/sbin/pfSsh.php playback nonsense").code == 255


def test_maintenance_survives_a_reboot() -> None:
    world = booted()
    pfsense.enter_maintenance(world.node("fw1"))
    run(world, "/sbin/reboot")
    world.advance(7)
    assert world.node("fw1").power is Power.OFF
    world.advance(60)
    assert world.node("fw1").power is Power.ON
    assert "advskew 254" in run(world, "/sbin/ifconfig vtnet0").out
    assert roles(world)["fw1"] == BACKUPS


def test_booting_is_seen_while_it_lasts() -> None:
    world = booted()
    world.node("fw1").power_off()
    world.node("fw1").boot()
    world.advance(5)
    assert run(world, "/bin/test -e /var/run/booting").code == 0
    world.advance(50)
    assert run(world, "/bin/test -e /var/run/booting").code == 1


def test_directories_below_tmp_are_made_renamed_and_removed_by_whoever_may() -> None:
    world = booted()
    steps = (
        ("/bin/mkdir /tmp/a.new", 2001, ""),
        ("/bin/mkdir /tmp/a.new", 0, "mkdir: /tmp/a.new: File exists\n"),
        ("/bin/mv /tmp/a.new /tmp/a", 2001, ""),
        ("/bin/rmdir /tmp/a.new", 0, "rmdir: /tmp/a.new: No such file or directory\n"),
        ("/bin/test -d /tmp/a", 0, ""),
        ("/bin/test -e /tmp/a", 0, ""),
        ("/bin/rmdir /tmp/a", 2002, "rmdir: /tmp/a: Operation not permitted\n"),
        ("/bin/mkdir /tmp/b", 0, ""),
        ("/bin/mv /tmp/b /tmp/a", 2001, "mv: /tmp/b: Operation not permitted\n"),
        ("/bin/mv /tmp/b /tmp/a", 0, ""),
        ("/bin/rmdir /tmp/a", 2001, "rmdir: /tmp/a: Directory not empty\n"),
        ("/bin/rmdir /tmp/a/b", 0, ""),
    )
    for line, uid, err in steps:
        reply = run(world, line, uid=uid)
        assert (reply.code, reply.out, reply.err) == (1 if err else 0, "", err), line
    assert run(world, "/bin/ls /tmp").out == "a\n"
    world.node("fw1").power_off()
    world.node("fw1").boot()
    world.advance(60)
    assert run(world, "/bin/rmdir /tmp/a").code == 0
    assert run(world, "/bin/test -d /tmp/a").code == 1
    assert [
        run(world, f"/bin/test -d {path}").code for path in ("/etc", "/cf/conf", "/nowhere")
    ] == [0, 0, 1]


def test_the_logger_writes_one_printable_line() -> None:
    world = booted()
    run(world, "/usr/bin/logger -t pfha-tui 'one\ntwo'")
    assert world.node("fw1").log[-1].endswith(" fw1 pfha-tui: one?two\n")


def test_followers_are_told_apart_from_readers() -> None:
    world = booted()
    assert run(world, "/usr/bin/nc -U /var/run/devd.pipe").follow is Follow.DEVD
    followed = run(world, "/usr/bin/tail -n 0 -F /var/log/system.log")
    assert (followed.follow, followed.out) == (Follow.LOG, "")
    assert run(world, "/usr/bin/tail -n 2 /var/log/system.log").out.count("\n") == 2


@pytest.mark.parametrize(
    "line", ["/bin/cat", "/usr/bin/grep x", "/usr/bin/tail -n 1", "/bin/test 1 -eq 1"]
)
def test_filters_are_the_real_ones(line: str) -> None:
    assert run(booted(), line).real


@pytest.mark.parametrize(
    ("text", "rewritten"),
    [
        (b"/sbin/ifconfig -a </dev/null", b"/R/sbin/ifconfig -a </dev/null"),
        (b"x=$(/bin/date +%s);/bin/test -e a", b"x=$(/R/bin/date +%s);/R/bin/test -e a"),
        (b"/usr/local/bin/sudo -n /sbin/pfctl", b"/R/usr/local/bin/sudo -n /R/sbin/pfctl"),
        (b"exec /bin/sh -s", b"exec /R/bin/sh -s"),
        (b"read x </etc/passwd; cd / && cd /var/log", b"read x </R/etc/passwd; cd /R/ && cd /R/var/log"),
        (b"echo /etc/* --file=/proc/1/environ", b"echo /R/etc/* --file=/R/proc/1/environ"),
        (b"x='//etc/passwd' PATH=$PATH:/usr/bin", b"x='/R//etc/passwd' PATH=$PATH:/R/usr/bin"),
        *((text, text) for text in (
            b"/x/bin/date ./bin/cat ../etc/passwd $d/etc ${d}/etc ~/bin */usr /etcetera /binary",
            b"sed s/usr/etc/ | awk '{ print $1 / $2 }' >/dev/null; sed 's/\\/usr/x/'",
            b"cd; cd -; cd x/; abcd / 2",
        )),
    ],
)  # fmt: skip
def test_absolute_paths_are_rewritten_and_nothing_else(text: bytes, rewritten: bytes) -> None:
    assert shell.rewrite(text, "/R") == rewritten


def test_every_program_is_answered_in_one_way() -> None:
    known = [*shell.ANSWERS, *shell.SUDO, *shell.FILTERS, *shell.NOT_SIMULATED]
    assert len(known) == len(set(known))


@given(st.binary(max_size=200))
def test_rewriting_leaves_everything_else_alone(text: bytes) -> None:
    rewritten = shell.rewrite(text, "/R")
    assert rewritten.replace(b"/R", b"") == text.replace(b"/R", b"")


VOCABULARY = (
    "-a -l -s -p carp vtnet0 vhid 1 advskew x alias -alias 203.0.113.1 up -n -i -c -f %m /etc/version net.inet.carp = "
    "playback +%s -t info [ -F"
)
WORDS = st.lists(st.sampled_from(["", *VOCABULARY.split()]), max_size=6)


@given(st.sampled_from(sorted(shell.ANSWERS)), WORDS, st.sampled_from([0, 2001]))
def test_no_words_make_a_command_fall_over(path: str, words: list[str], uid: int) -> None:
    reply = shell.answer(WORLD.node("fw2"), path, words, uid)
    assert 0 <= reply.code <= 255


WORLD = booted()
