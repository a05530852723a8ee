"""What anyone's own SSH client meets: the node and not the host."""

from pathlib import Path

import pytest

from pfha_tui.lab.snmp_ber import BerError, Reader, oid
from tests.support.live_lab import lab, login, script

FORMS = (
    "cat {folder}/{name}",
    "head -n 1 {folder}/{name}",
    "awk 1 {folder}/{name}",
    "sed -n 1p < {folder}/{name}",
    "read x <{folder}/{name}; echo $x",
    "cd {folder} && read x <{name}; echo $x",
    "cd / && read x <.{folder}/{name}; echo $x",
    "echo {folder}/*",
    ". {folder}/{name}",
)


async def test_an_own_client_meets_the_node_and_not_the_host(tmp_path: Path) -> None:
    """tmp_path is a folder of the host, and lies below one whose name a node knows too."""
    (tmp_path / "secret").write_text("the host's\n")
    async with lab() as found, login(found) as connection:

        async def told(text: str) -> list[tuple[str, str]]:
            """Standard output and error of the text in each way of running it."""
            ways = (
                await connection.run(text),
                await script(connection, f"{text}\n"),
                await connection.run("sh -x -s", input=f"{text}\n"),
            )
            return [(str(done.stdout), str(done.stderr)) for done in ways]

        for form in FORMS:
            for out, err in await told(form.format(folder="/etc", name="version")):
                assert "/version" in out or "2.5.2-RELEASE" in out + err, form
            for folder, name in ((tmp_path, "secret"), ("/etc", "passwd"), ("/proc", "cpuinfo")):
                text = form.format(folder=folder, name=name)
                for out, _ in await told(text):
                    assert not set(out.split()) & {"the", f"{tmp_path}/secret", "processor"}, text
                    assert "root:" not in out and "passwd" not in out, text
        for text in ("cd && read x <etc/passwd; echo $x", "read x <etc/passwd; echo $x"):
            assert {out for out, _ in await told(text)} == {"\n"}, text


@pytest.mark.parametrize(
    ("text", "out"),
    [
        ("hostname", "fw1.example.net"),
        ("uname -sn", "FreeBSD fw1.example.net"),
        ("whoami", "root"),
        ("id -un", "root"),
        ("cat /etc/version | tr -d 5", "2..2-RELEASE"),
        ("find /var/run -maxdepth 1 -name 'devd.p*' -type s", "/var/run/devd.pipe"),
        ("logger -t me -- see /etc/version; tail -n 1 /var/log/system.log | sed 's/.*me: //'", "see /etc/version"),
        ("ls /etc", "product_name\nversion"),
        ("yes | head -n 1", "y"),
        ("head -n 1 /cf/conf/config.xml; head -2 /cf/conf/config.xml | wc -l", '<?xml version="1.0"?>\n2'),
        ("tail -5 /var/log/system.log | wc -l", "5"),
        ("ls -la /var/log | sed 's/ *[0-9]* [A-Z].*:.. / /'", "-rw-------  1 root  wheel system.log"),
        ("pfctl -s rules | sed -n '/LAN to/s/ from.*//p'", "pass in quick on vtnet1 inet"),
        ("pfctl -sn", "nat on vtnet0 inet from 192.168.1.0/24 to any -> 203.0.113.1 port 1024:65535"),
        ("read v </etc/version; echo $v; cat /etc/v*", "2.5.2-RELEASE\n2.5.2-RELEASE"),
        ("mkdir /tmp/x && mv /tmp/x /tmp/y && [ ! -e /tmp/y ] && ls /tmp && rmdir /tmp/y", "y"),
    ],
)  # fmt: skip
async def test_what_is_typed_without_a_path_is_the_nodes(text: str, out: str) -> None:
    async with lab() as found, login(found) as connection:
        done = await connection.run(text)
        assert (done.exit_status, done.stderr, done.stdout) == (0, "", out + "\n")


async def test_what_is_not_simulated_says_so() -> None:
    async with lab() as found, login(found) as connection:
        for text in ("ps", "sudo ps aux", "/bin/ps -ax", "vmstat 1", "exec /usr/bin/top -b", "w"):
            done = await connection.run(text)
            name = text.replace("exec", "").replace("sudo", "").split()[0].rpartition("/")[2]
            said = f"{name}: not simulated by the lab\n"
            assert (done.exit_status, done.stdout, done.stderr) == (127, "", said)
        for text in ("apt list", "/usr/bin/python3 -V", "lsb_release", "ip address", "bash"):
            done = await connection.run(text)
            assert (done.exit_status, done.stdout) == (127, "")
            assert "not found" in str(done.stderr)


async def test_an_account_without_root_needs_sudo_for_pf() -> None:
    async with lab() as found, login(found, user="monitor") as connection:
        done = await script(
            connection,
            "/usr/bin/id -u\n/sbin/pfctl -s memory; printf 'rc %d\\n' $?\n"
            "/usr/local/bin/sudo -n /sbin/pfctl -s memory; printf 'rc %d\\n' $?\n",
        )
        assert isinstance(done.stdout, str)
        assert done.stdout.splitlines()[:2] == ["2001", "rc 1"]
        assert done.stdout.splitlines()[-1] == "rc 0"


def test_a_number_beyond_32_bits_is_no_part_of_an_object_identifier() -> None:
    largest = (2, 2**32 - 1, 2**32 - 1)
    assert Reader(oid(largest)).oid() == largest
    for number in (2**33, 2**4000):
        with pytest.raises(BerError):
            Reader(oid((1, 3, number))).oid()
