"""Looking at a node's files: grep with the expressions of a real one, ls and test on single files and on folders."""

import pytest

from pfha_tui.lab.commands.reply import USAGE, Follow
from pfha_tui.lab.generation import F14
from tests.support.lab_worlds import out, run, settled
from tests.support.live_lab import lab, login, script

LOG = "/var/log/system.log"


@pytest.mark.parametrize(
    ("words", "hits"),
    [
        ("-c 'carp: 2@vtnet1: INIT -> BACKUP (initialization complete)'", 1),
        ("-cE 'carp: 2@vtnet1: INIT -> BACKUP (initialization complete)'", 0),
        ("-c 'carp: [[:digit:]]@vtnet[[:digit:]]: BACKUP -> MASTER'", 2),
        (r"-c 'carp: 1@.*MASTER\|carp: 2@.*MASTER'", 2),
        (r"-c '\(carp\): [12]@vtnet[01]: BACKUP -> MASTER (master timed out)$'", 2),
        ("-F -c -e 1@vtnet0: -e 2@vtnet1:", 4),
        ("-ciw 'BACKUP -> master'", 2),
        ("-c 'a{99999999999}'", 0),
    ],
)
def test_grep_searches_a_file_as_a_real_one(words: str, hits: int) -> None:
    reply = run(settled(), f"/usr/bin/grep {words} {LOG}")
    assert (reply.code, reply.out, reply.err) == (0 if hits else 1, f"{hits}\n", "")


def test_grep_says_where_and_around_what() -> None:
    world = settled()
    lines = out(world, f"/bin/cat {LOG}").splitlines()
    number = next(at for at, line in enumerate(lines, 1) if "1@vtnet0: BACKUP -> MASTER" in line)
    found = out(world, f"/usr/bin/grep -n -A1 -B 1 '1@vtnet0: BACKUP' {LOG}").splitlines()
    assert found == [
        f"{number + off}{mark}{lines[number - 1 + off]}" for off, mark in ((-1, "-"), (0, ":"), (1, "-"))
    ]  # fmt: skip
    assert out(world, "/usr/bin/grep -H -v x /etc/product_name") == "/etc/product_name:pfSense\n"


@pytest.mark.parametrize(
    ("line", "code", "err"),
    [
        ("/usr/bin/grep x /nowhere", 2, "grep: /nowhere: No such file or directory\n"),
        ("/usr/bin/grep '[' /etc/version", 2, "grep: "),
        ("/usr/bin/grep -q pfSense /etc/product_name", 0, ""),
        ("/usr/bin/grep -f /etc/version /etc/version", USAGE, "usage: grep "),
        ("/usr/bin/grep -m \u0661 x /etc/version", USAGE, "usage: grep "),
        ("/usr/bin/grep x /etc/version /etc/version", USAGE, "usage: grep "),
    ],
)
def test_grep_fails_as_a_real_one(line: str, code: int, err: str) -> None:
    reply = run(settled(), line)
    assert (reply.code, reply.out) == (code, "")
    assert reply.err.startswith(err) and bool(reply.err) == bool(err)


def test_an_expression_that_takes_for_ever_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pfha_tui.lab.commands.grep._PATIENCE", -1.0)
    reply = run(settled(), "/usr/bin/grep pfSense /etc/product_name")
    assert (reply.code, reply.out) == (2, "")
    assert reply.err.startswith("grep: ")


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("head -c 4 /etc/product_name", "pfSe"),
        ("tail -c4 /etc/product_name", "nse\n"),
        ("tail -c 0 /etc/product_name", ""),
        ("head -99 /etc/product_name", "pfSense\n"),
        ("tail /etc/product_name -n 1", "pfSense\n"),
        ("tail -n 0 /etc/product_name", ""),
    ],
)
def test_head_and_tail_count_lines_or_bytes(words: str, text: str) -> None:
    assert out(settled(), f"/usr/bin/{words}") == text


@pytest.mark.parametrize(
    "words", ["head -c 4", "tail -c +4", "tail -n +2", "head -n -1", "tail -3"]
)
def test_without_a_file_they_are_filters(words: str) -> None:
    assert run(settled(), f"/usr/bin/{words}").real


@pytest.mark.parametrize(
    ("words", "follow"),
    [("-n 1 -F", Follow.LOG), ("-Fn 1", Follow.LOG), ("-fn1", Follow.LOG), ("-n 1", None)],
)
def test_tail_follows_the_log_however_that_is_written(words: str, follow: Follow | None) -> None:
    reply = run(settled(), f"/usr/bin/tail {words} {LOG}")
    assert (reply.follow, reply.out.count("\n"), reply.code) == (follow, 1, 0)


@pytest.mark.parametrize("path", ["/cf/conf/config.xml", "/etc/version", "/var/run/devd.pipe", LOG])
def test_a_single_file_is_listed(path: str) -> None:
    world = settled()
    assert out(world, f"/bin/ls {path}") == f"{path}\n"
    folder, _, name = path.rpartition("/")
    whole = out(world, f"/bin/ls -l {folder}").splitlines()
    (line,) = out(world, f"/bin/ls -l {path}").splitlines()
    assert line.endswith(f" {path}")
    assert line.removesuffix(path) + name in whole


@pytest.mark.parametrize("folder", ["/tmp", "/tmp/", "/var/run", "/cf/conf", "/var/log", "/"])
def test_a_folder_is_one_even_when_it_is_empty(folder: str) -> None:
    world = settled(generation=F14)
    for test in ("-d", "-e", "-r"):
        assert run(world, f"/bin/test {test} {folder}").code == 0
    assert run(world, f"/bin/test -f {folder}").code == 1
    assert run(world, f"/bin/ls {folder}").code == 0
    assert run(world, "/bin/ls ''").code == 1


def test_the_leases_are_a_file_like_any_other() -> None:
    world, path = settled(), "/var/dhcpd/var/db/dhcpd.leases"
    size = len(out(world, f"/bin/cat {path}"))
    assert out(world, f"/usr/bin/stat -f %z {path}") == f"{size}\n"
    assert f" {size} " in out(world, f"/bin/ls -l {path}")


async def test_a_shells_own_test_knows_the_folders() -> None:
    async with lab() as found, login(found) as connection:
        text = "for each in /tmp /var/run /var/log /cf/conf /etc /nowhere; do [ -d $each ]; echo $?; done\n"
        assert (await script(connection, text)).stdout == "0\n0\n0\n0\n0\n1\n"
