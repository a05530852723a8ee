"""What the lab prints without a capture behind it, against texts written by hand from the sources.

Each test here is named `described`: it holds the lab to what was read, not to what was recorded.
"""

import re
from pathlib import Path

import pytest

from pfha_tui.lab import mib
from pfha_tui.lab.generation import F12, F14, F15, F15_RFC5424, GENERATIONS, Generation
from pfha_tui.lab.topology import PLAIN, RICH
from tests.support.lab_worlds import fresh, masked, out, run, settled

GOLDEN = Path(__file__).parents[1] / "data" / "golden"

COMMANDS = {
    "ifconfig-a.txt": "/sbin/ifconfig -a",
    "netstat-s-p-pfsync.txt": "/usr/bin/netstat -s -p pfsync",
    "netstat-libxo-json-s-p-pfsync.txt": "/usr/bin/netstat --libxo json -s -p pfsync",
    "pfctl-vv-s-info.txt": "/sbin/pfctl -vv -s info",
    "sysctl-kern-version.txt": (
        "/sbin/sysctl kern.ostype kern.osrelease kern.osreldate kern.version kern.hostname"
    ),
    "etc-version.txt": "/bin/cat /etc/version",
    "uname-a.txt": "/usr/bin/uname -a",
}
EXACT = {"ifconfig-a.txt", "sysctl-kern-version.txt", "etc-version.txt", "uname-a.txt"}
"""Where not even a number may differ."""


def golden(generation: str, name: str) -> str:
    return (GOLDEN / generation / name).read_text()


@pytest.mark.parametrize("generation", [F14, F15], ids=lambda each: each.name)
@pytest.mark.parametrize("name", COMMANDS)
def test_described_commands(generation: Generation, name: str) -> None:
    printed = out(settled(PLAIN, generation), COMMANDS[name])
    expected = golden(generation.name, name)
    if name in EXACT:
        assert printed == expected
    assert masked(printed) == masked(expected)


@pytest.mark.parametrize("generation", [F14, F15], ids=lambda each: each.name)
def test_described_rows_of_pf_keep_their_columns(generation: Generation) -> None:
    def ends(text: str) -> list[int]:
        rows = [line for line in text.splitlines() if re.match(r"  \S.* \d+( +[\d.]+/s)?$", line)]
        return [len(re.sub(r"( +[\d.]+/s)$", "", row)) for row in rows]

    printed = out(settled(PLAIN, generation), "/sbin/pfctl -vv -s info")
    assert ends(printed) == ends(golden(generation.name, "pfctl-vv-s-info.txt"))


@pytest.mark.parametrize("generation", [F14, F15], ids=lambda each: each.name)
def test_described_creators_are_those_of_both_nodes(generation: Generation) -> None:
    expected = golden(generation.name, "pfctl-s-creators.txt").splitlines()
    for node in ("fw1", "fw2"):
        heading, *ids = out(
            settled(PLAIN, generation), "/sbin/pfctl -s creators", node=node
        ).splitlines()
        assert (heading, sorted(ids)) == (expected[0], sorted(expected[1:]))


@pytest.mark.parametrize("generation", [F14, F15], ids=lambda each: each.name)
def test_described_states_end_with_their_interface(generation: Generation) -> None:
    expected = masked(golden(generation.name, "pfctl-vvss-first.txt"))
    printed = masked(out(settled(PLAIN, generation), "/sbin/pfctl -vvss"))
    assert printed[: len(expected)] == expected


@pytest.mark.parametrize("generation", [F12, F14, F15], ids=lambda each: each.name)
def test_described_interfaces_of_a_rich_node(generation: Generation) -> None:
    world = settled(RICH, generation)
    printed = "".join(
        out(world, f"/sbin/ifconfig {name}", node="fw2")
        for name in ("vtnet1", "lagg0", "lagg0.10", "ovpns1")
    )
    assert printed == golden(generation.name, "ifconfig-rich.txt")


def test_described_flags_of_a_port_that_is_down_or_unplugged() -> None:
    world = fresh(PLAIN, (F14, F14))
    run(world, "/sbin/ifconfig pfsync0 down")
    assert out(world, "/sbin/ifconfig pfsync0") == golden("freebsd14", "ifconfig-down.txt")
    world.node("fw1").set_link("LAN", False)
    assert out(world, "/sbin/ifconfig vtnet1") == golden("freebsd14", "ifconfig-unplugged.txt")


@pytest.mark.parametrize(
    ("generation", "name"),
    [
        (F14, "freebsd14/system.log.txt"),
        (F15, "freebsd15/system.log.txt"),
        (F15_RFC5424, "freebsd15/system-rfc5424.log.txt"),
    ],
    ids=["14", "15", "15-rfc5424"],
)
def test_described_log_of_a_lost_link(generation: Generation, name: str) -> None:
    world = fresh(PLAIN, (generation, generation))
    world.node("fw1").set_link("LAN", False)
    world.advance(0.5)
    expected = masked((GOLDEN / name).read_text())
    printed = masked("".join(world.node("fw1").log))
    assert [line for line in expected if line not in printed] == []


@pytest.mark.parametrize("generation", [F14, F15], ids=lambda each: each.name)
def test_described_agents_name_the_release(generation: Generation) -> None:
    found = mib.values(settled(PLAIN, generation).node("fw1"))[(*mib.SYSTEM, 1, 0)]
    assert found == ("STRING", golden(generation.name, "sysdescr.txt").strip())


def test_described_gateways() -> None:
    world = fresh()
    ask = "/usr/bin/find /var/run -maxdepth 1 -name 'dpinger_*.sock' -exec /usr/bin/nc -U {} ';'"
    assert masked(out(world, ask)) == masked(golden("pfsense", "dpinger.txt"))
    (socket,) = re.findall(r"\S+\.sock", out(world, "/bin/ls /var/run"))
    assert socket == "dpinger_WANGW~203.0.113.2~203.0.113.254.sock"
    assert out(world, f"/usr/bin/nc -U /var/run/{socket}") == out(world, ask)
    assert run(world, ask.replace("/usr/bin/nc", "/bin/rm")).code == 64
    assert run(world, ask, uid=2001).err.endswith("Permission denied\n")
    world.node("fw1").set_link("WAN", False)
    assert out(world, ask) == golden("pfsense", "dpinger-lost.txt")


@pytest.mark.parametrize(
    ("words", "name"),
    [("", "gatewaystatus.txt"), (" brief", "gatewaystatus-brief.txt")],
    ids=["", "brief"],
)
def test_described_gateway_status(words: str, name: str) -> None:
    line = f"/usr/local/sbin/pfSsh.php playback gatewaystatus{words}"
    printed, expected = out(settled(RICH), line), golden("pfsense", name)
    assert masked(printed) == masked(expected)
    columns = [line.index("Status") for line in (printed, expected)]
    assert columns[0] == columns[1]


def test_described_time_service() -> None:
    world = fresh()
    assert masked(out(world, "/usr/local/sbin/ntpq -pnw")) == masked(golden("pfsense", "ntpq.txt"))
    world.node("fw1").set_link("WAN", False)
    printed = out(world, "/usr/local/sbin/ntpq -pnw")
    assert masked(printed) == masked(golden("pfsense", "ntpq-alone.txt"))


def test_described_dhcp_failover_of_isc() -> None:
    world = fresh()
    printed = out(world, "/bin/cat /var/dhcpd/var/db/dhcpd.leases")
    assert masked(printed) == masked(golden("pfsense", "dhcpd.leases.txt"))
    world.set_segment("LAN", True)
    cut = out(world, "/usr/bin/grep -A 3 '^failover peer' /var/dhcpd/var/db/dhcpd.leases")
    assert "my state communications-interrupted at" in cut
    assert "\n--\n" not in cut  # the blocks touch
    assert run(world, "/usr/bin/nc -U /var/run/kea/kea4-ctrl-socket").code == 1


def test_described_dhcp_failover_of_kea() -> None:
    world = fresh(PLAIN, (F15, F15))
    ask = "/usr/bin/nc -U /var/run/kea/kea4-ctrl-socket"
    assert masked(out(world, ask)) == masked(golden("pfsense", "kea-status.txt"))
    assert '"role": "standby", "scopes": []' in out(world, ask, node="fw2")
    world.node("fw1").power_off()
    assert '"state": "partner-down"' in out(world, ask, node="fw2")
    assert run(world, "/bin/cat /var/dhcpd/var/db/dhcpd.leases", node="fw2").code == 1


def test_described_generations_are_told_by_name() -> None:
    assert list(GENERATIONS) == ["freebsd12", "freebsd14", "freebsd15", "freebsd15-rfc5424"]
    assert {each.rfc5424 for each in GENERATIONS.values()} == {False, True}
