"""What a session leaves behind on a node, and what ends it: as with a real sshd, and with power."""

import asyncio
from contextlib import suppress

import asyncssh
import pytest

from pfha_tui.lab.runner import Lab
from pfha_tui.lab.world import World
from tests.lab.test_lab_live import lab, login, processes, script
from tests.support.deadline import until
from tests.support.lab_pair import booted
from tests.support.lab_worlds import out, run

DEMOTE = "/sbin/sysctl net.inet.carp.demotion=7 </dev/null >/dev/null 2>&1"
LOCK = "exec /usr/bin/lockf -k -s -t 0 /tmp/pfha-tui.lock /bin/cat"


def demotion(found: Lab, name: str = "fw1") -> int:
    return found.world.node(name).carp_demotion


async def leave_job(found: Lab, wait: str) -> None:
    """Start a job that demotes once a command has waited, and cut the connection."""
    async with login(found) as connection:
        text = f"{{ {wait}; {DEMOTE}; }} </dev/null >/dev/null 2>&1 &\necho started\n"
        process = await connection.create_process("/bin/sh -s")
        process.stdin.write(text)
        async with asyncio.timeout(20):
            assert await process.stdout.readline() == "started\n"


async def test_a_background_job_outlives_its_connection() -> None:
    async with lab() as found:
        await leave_job(found, "sleep 0.5")
        await until(lambda: demotion(found) == 7)
        await until(lambda: found.nodes["fw1"].ssh.processes == ())


@pytest.mark.parametrize("fault", ["power", "reboot"])
async def test_a_background_job_dies_with_the_power(fault: str) -> None:
    async with lab(speed=20) as found:
        await leave_job(found, "sleep 600")
        node = found.nodes["fw1"].node
        await until(lambda: len(found.nodes["fw1"].ssh.processes) == 1)
        if fault == "power":
            node.power_off()
        else:
            run(found.world, "/etc/rc.reboot")
        await until(lambda: found.nodes["fw1"].ssh.processes == ())
        assert demotion(found) == 0


async def test_nothing_runs_while_a_node_hangs() -> None:
    async with lab() as found:
        await leave_job(found, "until /bin/test -e /tmp/go; do sleep 0.05; done")
        node = found.nodes["fw1"].node
        node.freeze()
        node.folders["/tmp/go"] = 0
        await asyncio.sleep(0.4)
        assert demotion(found) == 0
        node.thaw()
        await until(lambda: demotion(found) == 7)


async def test_a_background_job_ends_with_the_lab() -> None:
    async with lab() as found:
        await leave_job(found, "sleep 600")
        assert len(found.nodes["fw1"].ssh.processes) == 1
        assert processes(found.directory) != []
    assert processes(found.directory) == []


async def test_a_signal_ends_the_session_with_its_jobs() -> None:
    async with lab() as found, login(found) as connection:
        process = await connection.create_process("/bin/sh -s")
        process.stdin.write("sleep 600 & echo started; wait\n")
        async with asyncio.timeout(20):
            assert await process.stdout.readline() == "started\n"
            process.kill()
            await process.wait_closed()
        assert process.exit_signal is not None
        assert process.exit_signal[0] == "KILL"
        await until(lambda: found.nodes["fw1"].ssh.processes == ())


async def hold(connection: asyncssh.SSHClientConnection) -> asyncssh.SSHClientProcess[str]:
    """Take the lock, and prove it by an echo."""
    process = await connection.create_process(LOCK)
    process.stdin.write("mine\n")
    async with asyncio.timeout(20):
        assert await process.stdout.readline() == "mine\n"
    return process


async def test_a_lock_is_held_as_long_as_its_connection_lives() -> None:
    async with lab() as found, login(found) as second:
        async with login(found) as first:
            await hold(first)
            busy = await second.run(LOCK)
            assert (busy.exit_status, busy.stdout, busy.stderr) == (75, "", "")
        async with asyncio.timeout(20):
            answer = ""
            while answer != "mine\n":
                process = await second.create_process(LOCK)
                with suppress(BrokenPipeError):  # the lock is still held, and this one over already
                    process.stdin.write("mine\n")
                answer = str(await process.stdout.readline())
        process.stdin.write_eof()
        async with asyncio.timeout(20):
            await process.wait_closed()
        assert process.exit_status == 0
        await hold(second)


async def test_a_lock_is_gone_with_the_power() -> None:
    async with lab(speed=20) as found:
        async with login(found) as connection:
            await hold(connection)
            found.world.node("fw1").power_off()
        found.world.node("fw1").boot()
        await until(lambda: found.world.node("fw1").serving_network)
        async with login(found) as connection:
            await hold(connection)


async def test_a_line_for_the_log_may_begin_with_a_dash() -> None:
    async with lab() as found, login(found) as connection:
        done = await script(connection, "/usr/bin/logger -t pfha-tui -- '-n head'\n")
        assert (done.exit_status, done.stderr) == (0, "")
        assert found.world.node("fw1").log[-1].endswith("pfha-tui: -n head\n")


def requests(world: World, name: str) -> list[str]:
    return [line for line in world.node(name).log if "pfsync bulk" in line]


def test_setting_syncdev_asks_for_all_states_and_the_log_tells() -> None:
    world = booted()
    node = world.node("fw2")
    before = len(requests(world, "fw2"))
    assert out(world, f"/sbin/ifconfig pfsync0 syncdev {node.syncdev}", node="fw2") == ""
    assert node.bulk_pending
    world.advance(10)
    found = requests(world, "fw2")[before:]
    assert [line.partition("carp: ")[2] for line in found] == [
        "demoted by 0 to 0 (pfsync bulk start)\n",
        "demoted by 0 to 0 (pfsync bulk done)\n",
    ]
    assert not node.bulk_pending


def test_setting_syncdev_fails_in_words_without_root_or_interface() -> None:
    world = booted()
    assert run(world, "/sbin/ifconfig pfsync0 syncdev em9").code == 1
    assert run(world, "/sbin/ifconfig pfsync0 syncdev vtnet2", uid=2001).code == 1
    assert run(world, "/sbin/ifconfig pfsync0 syncdev").code != 0
    assert not world.node("fw1").bulk_pending
