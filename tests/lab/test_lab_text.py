"""What the lab prints, line by line against what a real pair printed."""

import re
from pathlib import Path

import pytest

from pfha_tui.collector import catalogue
from pfha_tui.domain.command import Command
from pfha_tui.lab import mib, scenarios, shell
from pfha_tui.lab.commands import operate
from pfha_tui.lab.world import World
from tests.support.captured import FILES
from tests.support.lab_pair import RECORDED, START, booted, recorded

CAPTURES = Path(__file__).parents[1] / "data" / "captures"

BY_COLUMN = (catalogue.PF_INFO, catalogue.PF_MEMORY)
"""Commands that print in fixed columns: there not even a blank may differ."""
OF_THEIR_OWN = (catalogue.LOG_TAIL, catalogue.SYSCTL_IDENTITY, catalogue.SYSCTL_SYSTEM)
"""Commands whose recording holds more than, or other things than, the console asks for."""


def run(world: World, node: str, command: Command, uid: int = 0) -> tuple[int, str, str]:
    reply = shell.answer(world.node(node), command.argv[0], list(command.argv[1:]), uid)
    return reply.code, reply.out, reply.err


def masked(text: str) -> list[str]:
    """Lines without what differs from hour to hour and from box to box: numbers, MACs, hashes, day names."""
    text = re.sub(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}", "MAC", text)
    text = re.sub(r"0x[0-9a-f]+", "0xH", text)
    text = re.sub(r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b", "DAY", text)
    text = re.sub(r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +\d+", "MONTH N", text)
    return re.sub(r"[0-9]+", "N", text).splitlines()


def columns(text: str) -> list[str]:
    """Lines in which each right-aligned number, with the blanks before it, is replaced by its width."""
    text = re.sub(r"0x[0-9a-f]+| for \d+ days [\d:]+ +", lambda match: "#" * len(match[0]), text)
    return [
        re.sub(r" +\d+(?:\.\d)?(?:/s)?", lambda match: f"<{len(match[0])}>", line)
        for line in text.splitlines()
    ]


@pytest.mark.parametrize("node", ["fw1", "fw2"])
@pytest.mark.parametrize("scenario", RECORDED)
def test_every_recorded_scenario_reads_as_it_was_recorded(scenario: str, node: str) -> None:
    folder = CAPTURES / scenario / node
    if not folder.exists():
        assert (scenario, node) == ("primary-dead", "fw1")
        return
    world = recorded(scenario)
    for command, names in FILES.items():
        if command in OF_THEIR_OWN:
            continue
        expected = "".join((folder / name).read_text() for name in names)
        code, out, err = run(world, node, command)
        assert (code, err) == (0, ""), command
        shape = columns if command in BY_COLUMN else masked
        assert shape(out) == shape(expected), command


def test_date_reads_as_recorded() -> None:
    expected = (CAPTURES / "normal/fw1/date.txt").read_text()
    assert masked(run(booted(), "fw1", Command("date", ("/bin/date",)))[1]) == masked(expected)


@pytest.mark.parametrize(
    ("command", "files"),
    [
        (catalogue.SYSCTL_SYSTEM, ("sysctl-kern-misc.txt", "sysctl-mem.txt")),
        (catalogue.SYSCTL_IDENTITY, ("sysctl-kern-version.txt",)),
    ],
    ids=["system", "identity"],
)
def test_each_sysctl_line_is_one_of_the_recording(command: Command, files: tuple[str, ...]) -> None:
    folder = CAPTURES / "normal/fw1"
    recorded_lines = [line for name in files for line in masked((folder / name).read_text())]
    code, out, err = run(booted(), "fw1", command)
    assert (code, err) == (0, "")
    assert out.count("\n") == sum(not word.startswith("-") for word in command.argv[1:])
    assert [line for line in masked(out) if line not in recorded_lines] == []


def test_every_catalogue_command_is_answered_and_none_by_its_usage() -> None:
    world = booted()
    codes = {command.id: run(world, "fw1", command)[0] for command in catalogue.READS}
    assert {name: code for name, code in codes.items() if code} == {
        "pf-creators": 1,  # FreeBSD 12 does not know it
        "dhcp-kea": 1,  # the DHCP server is ISC's
        "maintenance": 1,  # grep found no flag
        "booting": 1,  # no such file: the boot is over
        "mark": 1,  # no action has left one
    }


POWER = (operate.reboot, operate.halt, operate.shutdown)
ANY_ARGUMENTS = {
    "/bin/cat",
    "/bin/test",
    *(path for path, known in shell.ANSWERS.items() if known in POWER),
}


@pytest.mark.parametrize("path", sorted(shell.ANSWERS.keys() - ANY_ARGUMENTS))
def test_arguments_that_the_lab_does_not_know_exit_64(path: str) -> None:
    words = ["-Z", "x", "/etc/version"] if path == "/usr/bin/grep" else ["--nonsense"]
    reply = shell.answer(booted().node("fw1"), path, words, 0)
    assert reply.code == 64
    assert reply.err.startswith("usage: ")


def carp_lines(text: str) -> list[str]:
    """Kernel lines about CARP and links from the first boot's takeover on, without stamp and node."""
    found = [line.split(" kernel: ", 1)[1] for line in text.splitlines() if " kernel: " in line]
    return [
        line
        for line in found
        if line.startswith("carp: ") or "promiscuous" in line or ("link state changed" in line)
    ]


SEEDS = range(1, 13)
"""Which of the two vhids comes first is chance, as it was when the pair was recorded."""


@pytest.mark.parametrize(
    ("scenario", "node"),
    [
        ("primary-lan-link-restored", "fw1"),
        ("primary-lan-link-restored", "fw2"),
        ("carp-disabled-primary-sysctl-only", "fw1"),
        ("carp-disabled-primary-pfsense-style", "fw1"),
    ],
)
def test_log_of_a_fault_has_the_recorded_lines_in_the_recorded_order(
    scenario: str, node: str
) -> None:
    theirs = carp_lines((CAPTURES / scenario / node / "system.log.txt").read_text())
    seen = []
    for seed in SEEDS:
        world = booted(seed=seed)
        before = len(world.node(node).log)
        RECORDED[scenario](world)
        ours = carp_lines("".join(list(world.node(node).log)[before:]))
        tail = theirs[len(theirs) - len(ours) :]
        assert sorted(ours) == sorted(tail)
        seen.append(ours == tail)
    assert any(seen)


def test_log_of_a_boot_has_the_recorded_order() -> None:
    ours = carp_lines("".join(booted().node("fw1").log))
    theirs = carp_lines((CAPTURES / "normal/fw1/system.log.txt").read_text())
    number = re.compile(r"-?\d+")
    assert sorted(number.sub("N", line) for line in ours) == sorted(
        number.sub("N", line) for line in theirs
    )
    assert ours[-4:-2] == theirs[-4:-2]


@pytest.mark.parametrize("node", ["fw1", "fw2"])
@pytest.mark.parametrize("scenario", RECORDED)
def test_the_agent_has_the_recorded_objects_with_their_types(scenario: str, node: str) -> None:
    path = CAPTURES / scenario / node / "snmpwalk.txt"
    if not path.exists():
        assert (scenario, node) == ("primary-dead", "fw1")
        return
    world = recorded(scenario)
    ours = {oid: kind for oid, (kind, _) in mib.values(world.node(node)).items()}
    theirs = {}
    for line in path.read_text().splitlines():
        name, _, value = line.partition(" = ")
        kind = value.partition(":")[0] if ": " in value else "STRING"
        theirs[tuple(int(part) for part in name[1:].split("."))] = kind
    for base in (mib.INTERFACES, mib.IF_X):
        assert {oid for oid in ours if oid[: len(base)] == base} == {
            oid for oid in theirs if oid[: len(base)] == base
        }
    missing = {
        oid for oid in theirs if oid[: len(mib.PF)] == mib.PF and oid[len(mib.PF)] < 8
    } - ours.keys()
    assert missing == set()
    assert {oid: ours[oid] for oid in ours.keys() & theirs.keys()} == {
        oid: theirs[oid] for oid in ours.keys() & theirs.keys()
    }


@pytest.mark.parametrize(
    ("scenario", "node", "listed"),
    [
        ("normal", "fw1", "wan lan"),
        ("normal", "fw2", "wan lan"),
        ("primary-lan-link-down", "fw1", "lan"),
        ("primary-lan-link-down", "fw2", "wan lan"),
        ("primary-lan-link-restored", "fw1", "wan lan"),
        ("primary-lan-link-restored", "fw2", ""),
        ("carp-maintenance-primary", "fw1", ""),
        ("carp-maintenance-primary", "fw2", "wan lan"),
        ("carp-disabled-primary-sysctl-only", "fw1", "wan lan"),
        ("carp-disabled-primary-pfsense-style", "fw1", ""),
        ("primary-dead", "fw2", "wan lan"),
        ("primary-returned", "fw1", "wan lan"),
        ("primary-returned", "fw2", ""),
        ("split-brain", "fw1", "wan lan"),
        ("split-brain", "fw2", "wan lan"),
        ("sync-link-cut", "fw1", "wan lan"),
    ],
)
def test_the_agent_lists_the_vips_that_the_recorded_one_listed(
    scenario: str, node: str, listed: str
) -> None:
    values = mib.values(recorded(scenario).node(node))
    own = {"fw1": 2, "fw2": 3}[node]
    vips = {"wan": "203.0.113.1", "lan": "192.168.1.1"}
    assert {
        value for oid, (_, value) in values.items() if oid[:-4] == (*mib.IP_ADDRESSES, 1)
    } == {
        "0.0.0.0", "127.0.0.1", f"172.16.1.{own}", f"192.168.1.{own}", f"192.168.99.{own}", f"203.0.113.{own}",
        *(vips[name] for name in listed.split()),
    }  # fmt: skip


def test_an_unplugged_port_is_dormant_for_the_agent() -> None:
    world = recorded("primary-lan-link-down")
    status = [
        mib.values(world.node("fw1"))[(*mib.INTERFACES, 2, 1, 8, index)][1] for index in range(1, 8)
    ]
    assert status == [1, 5, 1, 1, 1, 5, 5]


@pytest.mark.parametrize("name", scenarios.SCENARIOS)
def test_scenarios_have_logs_that_reach_back(name: str) -> None:
    world = scenarios.build(name, START)
    assert world.now == START
    text = "".join(world.node("fw1").log)
    assert "BACKUP -> MASTER (master timed out)" in text
    assert min(node.boottime for node in world.nodes) < START - 3 * 86400
