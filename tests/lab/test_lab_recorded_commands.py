"""Commands that the console does not read yet, line by line against what a real pair printed."""

import re
from pathlib import Path

import pytest

from tests.support.lab_pair import booted
from tests.support.lab_worlds import masked, out, run, settled

CAPTURES = Path(__file__).parents[1] / "data" / "captures" / "normal"

COMMANDS = {
    "ifconfig-l": "/sbin/ifconfig -l",
    "ifconfig-g-lo": "/sbin/ifconfig -g lo",
    "ifconfig-vtnet0": "/sbin/ifconfig vtnet0",
    "ifconfig-v-vtnet0": "/sbin/ifconfig -v vtnet0",
    "ifconfig-pfsync0": "/sbin/ifconfig pfsync0",
    "netstat-s-p-carp": "/usr/bin/netstat -s -p carp",
    "netstat-s-p-pfsync": "/usr/bin/netstat -s -p pfsync",
    "pfctl-s-info": "/sbin/pfctl -s info",
    "sysctl-kern.cp_times": "/sbin/sysctl kern.cp_times",
    "df-h": "/bin/df -h",
}


def recorded(name: str, node: str = "fw1") -> str:
    return (CAPTURES / node / f"{name}.txt").read_text()


@pytest.mark.parametrize("node", ["fw1", "fw2"])
@pytest.mark.parametrize("name", COMMANDS)
def test_recorded_commands(name: str, node: str) -> None:
    printed = out(booted(), COMMANDS[name], node=node)
    assert masked(printed) == masked(recorded(name, node))


def test_recorded_values_without_names() -> None:
    line = "/sbin/sysctl -n kern.boottime vm.loadavg hw.ncpu kern.cp_time"

    def shape(text: str) -> list[str]:
        return masked(re.sub(r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b", "DAY", text))

    assert shape(out(booted(), line)) == shape(recorded("sysctl-n-kern-misc"))


def test_times_of_the_processors_add_up() -> None:
    world = settled()
    whole = out(world, "/sbin/sysctl -n kern.cp_time").split()
    each = out(world, "/sbin/sysctl -n kern.cp_times").split()
    assert [int(a) + int(b) for a, b in zip(each[:5], each[5:], strict=True)] == [
        int(ticks) for ticks in whole
    ]


def test_every_line_of_a_state_has_the_form_of_a_recorded_one() -> None:
    theirs = set(masked(recorded("pfctl-vvss")))
    printed = out(settled(), "/sbin/pfctl -vvss")
    assert set(masked(printed)) <= theirs
    info = out(settled(), "/sbin/pfctl -s info")
    entries = int(re.search(r"current entries +(\d+)", info)[1])  # type: ignore[index]
    # The number of each creator's states is a fraction, and each is shown in whole states.
    assert printed.count("creatorid: ") == pytest.approx(entries, abs=2)
    brief = out(settled(), "/sbin/pfctl -s states")
    assert brief.splitlines() == [line for line in printed.splitlines() if line.startswith("all ")]


def test_arp_has_the_recorded_forms_and_the_virtual_mac_of_another_master() -> None:
    def shape(text: str) -> set[str]:
        return set(masked(re.sub(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}", "MAC", text)))

    for node in ("fw1", "fw2"):
        printed = out(settled(), "/usr/sbin/arp -an", node=node)
        assert shape(printed) <= shape(recorded("arp-an", node))
        assert ("(203.0.113.1) at 00:00:5e:00:01:01 on vtnet0" in printed) is (node == "fw2")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (30, "up 30 secs,"),
        (90, "up 2 mins,"),
        (3600, "up 1 hr,"),
        (2 * 3600 + 13 * 60, "up  2:13,"),
        (3 * 86400 + 4 * 3600 + 12 * 60, "up 3 days,  4:12,"),
        (86400, "up 1 day,"),
    ],
)
def test_uptime_as_w_puts_it(seconds: float, words: str) -> None:
    world = booted(seconds=0)
    world.coast(world.now + seconds)
    printed = out(world, "/usr/bin/uptime")
    assert words in printed
    form = re.compile(
        r"[ 1]\d:\d\d[AP]M  up .*, 0 users, load averages: \d\.\d\d, \d\.\d\d, \d\.\d\d\n"
    )
    assert form.fullmatch(printed)
    assert form.fullmatch(recorded("uptime"))


def test_dmesg_is_the_kernels_part_of_the_log() -> None:
    world = settled()
    printed = out(world, "/sbin/dmesg")
    assert printed.startswith("---<<BOOT>>---\nFreeBSD 12.1-STABLE HALAB amd64\n")
    assert "carp: 1@vtnet0: BACKUP -> MASTER (master timed out)\n" in printed
    assert "HA cluster member" not in printed


@pytest.mark.parametrize(
    "line",
    [
        "/bin/df",
        "/bin/ls -lR /var/run",
        "/usr/bin/uptime -x",
        "/usr/sbin/arp -d x",
        "/sbin/dmesg -a",
        "/usr/bin/find / -delete",
        "/usr/bin/find /var/run -maxdepth 1 -name x -exec /bin/rm {} ';'",
        "/usr/local/sbin/ntpq -c rv",
        "/usr/bin/netstat -s -p tcp",
        "/sbin/pfctl -d",
        "/usr/bin/grep -A x y /etc/version",
    ],
)
def test_other_arguments_exit_64(line: str) -> None:
    reply = run(settled(), line)
    assert (reply.code, reply.err.startswith("usage: ")) == (64, True)
