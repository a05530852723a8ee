"""The lab behind its ports: real SSH clients, real SNMP tools, and nothing left behind."""

import asyncio
import shutil
import signal
import socket
import sys
import time
import tomllib
from pathlib import Path

import asyncssh
import pytest

from pfha_tui.lab import control, mending, pfsense, place, verbs
from pfha_tui.lab.runner import Lab, LiveNode, serve
from tests.support.deadline import until
from tests.support.lab_pair import roles
from tests.support.live_lab import lab, login, script

pytestmark = pytest.mark.skipif(not Path("/proc/self").exists(), reason="counts processes in /proc")

WRAPPER = """/usr/bin/nc -U /var/run/devd.pipe </dev/null & a=$!
/usr/bin/tail -n 0 -F /var/log/system.log </dev/null & b=$!
cat >/dev/null
kill $a $b
"""


def processes(directory: Path) -> list[str]:
    """Command lines of the processes that have to do with a lab's directory."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes() + b" " + (entry / "environ").read_bytes()
            except OSError:
                continue
            if str(directory).encode() in line:
                found.append(f"{entry.name} {line[:200]!r}")
    return found


async def test_a_script_runs_in_a_real_shell_with_the_nodes_commands() -> None:
    async with lab() as found, login(found) as connection:
        done = await script(
            connection,
            "printf '@@ %s\\n' one\n"
            "/sbin/sysctl -i net.inet.carp.demotion </dev/null; printf 'rc %d\\n' $?\n"
            "/bin/test -e /var/run/booting </dev/null; printf 'rc %d\\n' $?\n"
            "/usr/local/bin/sudo -n /usr/bin/timeout -k 1 3 /sbin/pfctl -s creators </dev/null; printf 'rc %d\\n' $?\n"
            "v=$(/bin/date '+%s %z'); printf '%s\\n' \"$v\"\n"
            "/sbin/ifconfig -a </dev/null | /usr/bin/grep -c carp:\n"
            "for i in 1 2 3 4; do /usr/bin/id -u & done; wait\n"
            "exit 7\n",
        )
        assert done.exit_status == 7
        assert isinstance(done.stdout, str)
        lines = done.stdout.splitlines()
        assert lines[:4] == ["@@ one", "net.inet.carp.demotion: 0", "rc 0", "rc 1"]
        assert lines[4] == "rc 1"
        stamp, zone = lines[5].split()
        assert (abs(int(stamp) - time.time()) < 30, zone) == (True, "+0000")
        assert lines[6:] == ["2", "0", "0", "0", "0"]
        assert "pfctl: Unknown show modifier 'creators'" in str(done.stderr)


async def test_only_the_one_key_opens_and_only_known_names() -> None:
    stranger = asyncssh.generate_private_key("ssh-ed25519")
    async with lab() as found:
        port = found.nodes["fw1"].ssh.listener.port
        for user, key in (("admin", stranger), ("nobody", str(found.identity))):
            with pytest.raises(asyncssh.PermissionDenied):
                async with asyncio.timeout(20):
                    await asyncssh.connect(
                        "127.0.0.1",
                        port,
                        username=user,
                        client_keys=[key],
                        known_hosts=None,
                        config=None,
                    )


async def test_an_interactive_session_is_refused_with_the_menu() -> None:
    async with lab() as found, login(found) as connection:
        done = await connection.run(None)
        assert done.exit_status == 1
        assert "Welcome to pfSense" in str(done.stdout)
        with pytest.raises(asyncssh.ChannelOpenError):
            await connection.run("true", term_type="xterm")


async def test_transitions_are_pushed_over_pipe_log_and_forwarded_socket() -> None:
    async with lab() as found, login(found) as connection:
        reader, writer = await connection.open_unix_connection("/var/run/devd.pipe")
        process = await connection.create_process("/bin/sh -s")
        process.stdin.write(WRAPPER)
        node = found.nodes["fw1"].node
        await until(lambda: (node.devd.clients, node.log_hub.clients) == (2, 1))
        node.set_link("LAN", False)
        seen, forwarded = "", b""
        async with asyncio.timeout(20):
            while "vtnet1: link state changed to DOWN" not in seen or "LINK_DOWN" not in seen:
                seen += str(await process.stdout.read(4096))
            while b"1@vtnet0 type=BACKUP" not in forwarded:
                forwarded += await reader.read(4096)
        assert "!system=CARP subsystem=2@vtnet1 type=INIT\n" in seen
        assert "carp: demoted by 240 to 240 (interface down)\n" in seen
        process.stdin.write_eof()
        async with asyncio.timeout(20):
            await process.wait()
        writer.close()
        await until(lambda: (node.devd.clients, node.log_hub.clients) == (0, 0))
        with pytest.raises(asyncssh.ChannelOpenError):
            await connection.open_unix_connection("/var/run/other.sock")


async def test_devd_serves_ten_and_the_next_when_one_leaves() -> None:
    async with lab() as found, login(found) as connection:
        node = found.nodes["fw1"].node
        streams = [await connection.open_unix_connection("/var/run/devd.pipe") for _ in range(11)]
        await until(lambda: node.devd.clients == 11)
        node.event("!one")
        for reader, _ in streams[:10]:
            async with asyncio.timeout(20):
                assert await reader.readline() == b"!one\n"
        streams[0][1].close()
        await until(lambda: node.devd.clients == 10)
        node.event("!two")
        async with asyncio.timeout(20):
            assert await streams[10][0].readline() == b"!two\n"


async def test_twenty_cuts_leave_no_process_and_no_follower() -> None:
    async with lab() as found:
        live = found.nodes["fw1"]
        for _ in range(20):
            async with login(found) as connection:
                stream = await connection.create_process("/bin/sh -s")
                stream.stdin.write(WRAPPER)
                beat = await connection.create_process("exec /bin/cat")
                beat.stdin.write("x")
                async with asyncio.timeout(20):
                    assert await beat.stdout.readexactly(1) == "x"
                await until(lambda: live.node.devd.clients == 1)
        await until(lambda: not live.ssh.sessions and not live.ssh.listener.clients)
        await until(lambda: (live.node.devd.clients, live.node.log_hub.clients) == (0, 0))
        await until(lambda: processes(found.directory) == [])


async def test_openssh_itself_can_use_it(tmp_path: Path) -> None:
    ssh = shutil.which("ssh")
    if ssh is None:
        pytest.skip("no OpenSSH client")
    async with lab() as found:
        live = found.nodes["fw2"]
        options = (
            "-F",
            "none",
            "-i",
            str(found.identity),
            "-o",
            "IdentitiesOnly=yes",
            "-o",
            "BatchMode=yes",
        )
        strict = (
            "-o",
            f"UserKnownHostsFile={tmp_path / 'known'}",
            "-o",
            "StrictHostKeyChecking=accept-new",
        )
        where = ("-p", str(live.ssh.listener.port), "admin@127.0.0.1")
        process = await asyncio.create_subprocess_exec(
            ssh, *options, *strict, *where, "/bin/sh -s",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        async with asyncio.timeout(30):
            out, _ = await process.communicate(
                b"/sbin/ifconfig vtnet0\n/bin/cat /etc/version\nexit 3\n"
            )
        assert process.returncode == 3
        assert b"carp: BACKUP vhid 1 advbase 1 advskew 100" in out
        assert out.endswith(b"2.5.2-RELEASE\n")


async def test_the_agent_answers_and_differs_by_node() -> None:
    walk = shutil.which("snmpget")
    if walk is None:
        pytest.skip("no net-snmp tools")
    async with lab() as found:
        community = found.community.read_text().strip()
        names = []
        for live in found.nodes.values():
            process = await asyncio.create_subprocess_exec(
                walk, "-v2c", "-c", community, "-Oqv", f"127.0.0.1:{live.snmp.port}", ".1.3.6.1.2.1.1.5.0",
                stdout=asyncio.subprocess.PIPE,
            )  # fmt: skip
            async with asyncio.timeout(30):
                out, _ = await process.communicate()
            names.append(out.decode().strip().strip('"'))
        assert names == ["fw1.example.net", "fw2.example.net"]


async def silent(port: int) -> bool:
    """Whether a connection attempt is neither accepted nor refused."""
    try:
        async with asyncio.timeout(1.5):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
    except TimeoutError:
        return True
    writer.close()
    return False


async def test_a_node_without_power_is_silent_and_resets_old_connections_when_it_is_back() -> None:
    async with lab(speed=20.0) as found, login(found) as connection:
        live: LiveNode = found.nodes["fw1"]
        beat = await connection.create_process("exec /bin/cat")
        beat.stdin.write("x")
        async with asyncio.timeout(20):
            assert await beat.stdout.readexactly(1) == "x"
        live.node.power_off()
        assert live.snmp.silent
        beat.stdin.write("y")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await beat.stdout.readexactly(1)
        assert await silent(live.ssh.listener.port)
        await until(lambda: processes(found.directory / "fw1") == [])
        live.node.boot()
        async with asyncio.timeout(20):
            await connection.wait_closed()
        assert not live.snmp.silent
        async with login(found) as again:
            done = await script(again, "/sbin/sysctl -n kern.hostname\n")
            assert done.stdout == "fw1.example.net\n"


@pytest.mark.parametrize(
    ("name", "fault", "remedy"),
    [("fw1", "pull fw1 mgmt", "plug fw1 mgmt"), ("fw2", "cut mgmt", "mend")],
)
async def test_a_node_behind_a_dead_management_network_is_silent(
    name: str, fault: str, remedy: str
) -> None:
    async with lab() as found, login(found, name) as connection:
        live = found.nodes[name]
        process = await connection.create_process("/bin/sh -s")
        verbs.run(found.world, fault)
        assert await silent(live.ssh.listener.port)
        assert live.snmp.silent
        process.stdin.write("/sbin/sysctl -n net.inet.carp.demotion\nexit\n")
        other = next(each for each in found.nodes.values() if each is not live)
        assert other.ssh.listener.alive
        assert not other.snmp.silent
        verbs.run(found.world, remedy)
        async with asyncio.timeout(20):
            assert (await process.wait()).stdout == "0\n"
        assert not live.snmp.silent


async def test_a_node_that_starts_without_power_comes_up_when_booted() -> None:
    async with lab("peer-down", speed=20.0) as found:
        live = found.nodes["fw2"]
        assert live.snmp.silent
        assert await silent(live.ssh.listener.port)
        live.node.boot()
        await until(lambda: not live.snmp.silent)
        async with login(found, "fw2"):
            pass


async def test_a_playback_keeps_waiting_and_then_has_worked() -> None:
    async with lab(speed=20.0) as found, login(found) as connection:
        done = await script(
            connection, "/usr/local/sbin/pfSsh.php playback enablecarpmaint </dev/null\n"
        )
        assert done.stdout == "Enabling CARP maintenance mode...\n"
        assert found.world.node("fw1").maintenance
        await until(lambda: roles(found.world)["fw2"] == roles(found.world)["fw2"] | dict.fromkeys(
            ("1@vtnet0", "2@vtnet1"), "MASTER"
        ))  # fmt: skip


async def test_whoever_waits_for_a_playback_is_told_that_a_mend_ended_it() -> None:
    async with lab() as found, login(found) as connection, asyncio.TaskGroup() as tasks:
        text = "/usr/local/sbin/pfSsh.php playback disablecarp </dev/null\n"
        waiting = tasks.create_task(script(connection, text))
        await until(lambda: not found.world.node("fw1").carp_allow)
        mending.mend(found.world)
        done = await waiting
        assert (done.exit_status, done.stdout) == (143, "Disabling CARP...\n")
        assert len(found.world.node("fw1").vhids) == 2


async def test_a_caller_that_says_nothing_does_not_outlive_the_lab(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(control, "TIMEOUT", 600.0)
    before = asyncio.all_tasks()
    async with lab() as found:
        reader, writer = await asyncio.open_unix_connection(str(found.directory / place.CONTROL))
        await until(lambda: any("serve" in repr(each.get_coro()) for each in asyncio.all_tasks()))
    await until(lambda: asyncio.all_tasks() <= before)
    async with asyncio.timeout(20):
        assert await reader.read() == b""
    writer.close()


async def test_the_world_follows_the_clock_at_its_speed() -> None:
    async with lab(speed=50.0) as found:
        from_earliest, began, from_latest = moment(found)
        found.world.node("fw1").power_off()
        await until(lambda: str(roles(found.world)["fw2"].get("1@vtnet0")) == "MASTER")
        to_earliest, ended, to_latest = moment(found)
        least, most = to_earliest - from_latest, to_latest - from_earliest
        assert least * 50 - 0.001 <= ended - began <= most * 50 + 0.001


def moment(found: Lab) -> tuple[float, float, float]:
    """The world's time, between the clock's of just before and just after."""
    before = time.monotonic()
    found.world.catch_up()
    return before, found.world.now, time.monotonic()


async def test_the_configuration_is_complete_and_leads_to_the_nodes(tmp_path: Path) -> None:
    target = tmp_path / "lab.toml"
    async with asyncio.TaskGroup() as tasks:
        told: list[dict[str, object]] = []
        task = tasks.create_task(serve("split-brain", target, ready=told.append))
        await until(lambda: told)
        identity = check_configuration(target)
        task.cancel()
    assert not target.exists()
    assert not identity.parent.exists()


async def test_a_file_that_is_there_already_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "mine.toml"
    target.write_text("mine")
    with pytest.raises(FileExistsError):
        await serve("healthy", target)
    assert target.read_text() == "mine"
    with pytest.raises(ValueError, match="speed 0"):
        await serve("healthy", None, speed=0.0)
    with pytest.raises(KeyError):
        await serve("nonsense", None)


def check_configuration(target: Path) -> Path:
    """Check the file, and give the client's key."""
    assert target.stat().st_mode & 0o777 == 0o600
    config = tomllib.loads(target.read_text())
    assert (config["schema"], config["pair"][0]["name"], config["pair"][0]["environment"]) == (
        1,
        "demo",
        "lab",
    )
    nodes = config["pair"][0]["node"]
    assert [(node["name"], node["role"], node["address"]) for node in nodes] == [
        ("fw1", "primary", "127.0.0.1"),
        ("fw2", "secondary", "127.0.0.1"),
    ]
    assert nodes[0]["ssh"]["host_keys"] != nodes[1]["ssh"]["host_keys"]
    identity = Path(nodes[0]["ssh"]["identity_file"])
    assert identity.stat().st_mode & 0o777 == 0o600
    assert Path(nodes[0]["snmp"]["community"].removeprefix("file:")).read_text().startswith("lab-")
    return identity


async def test_the_program_says_one_line_and_cleans_up_after_itself(tmp_path: Path) -> None:
    target = tmp_path / "lab.toml"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "pfha_tui.lab", "--scenario", "partial", "--config-out", str(target),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    async with asyncio.timeout(30):
        assert (await process.stdout.readline()).decode().strip() == str(target)
    node = tomllib.loads(target.read_text())["pair"][0]["node"][0]
    directory = Path(node["ssh"]["identity_file"]).parent
    connection = await asyncssh.connect(
        "127.0.0.1", node["ssh"]["port"], username="admin", known_hosts=None, config=None,
        client_keys=[node["ssh"]["identity_file"]],
    )  # fmt: skip
    stream = await connection.create_process("/bin/sh -s")
    stream.stdin.write(WRAPPER)
    await until(lambda: len(processes(directory)) >= 3)
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(30):
        _, err = await process.communicate()
    assert (process.returncode, err) == (0, b"")
    assert not directory.exists()
    assert processes(directory) == []
    connection.abort()
    await connection.wait_closed()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", node["ssh"]["port"])) != 0


async def test_a_second_command_sees_what_the_first_has_done() -> None:
    async with lab("maintenance") as found, login(found) as connection:
        before = await script(
            connection, "/usr/bin/grep -c '<virtualip_carp_maintenancemode' /cf/conf/config.xml\n"
        )
        assert before.stdout == "1\n"
        pfsense.leave_maintenance(found.world.node("fw1"))
        after = await script(
            connection, "/usr/bin/grep -c '<virtualip_carp_maintenancemode' /cf/conf/config.xml\n"
        )
        assert (after.stdout, after.exit_status) == ("0\n", 1)
