"""How the stand-ins of a node's commands end when the lab fails, has no room, or has a slow reader."""

import asyncio
import errno
import os
from typing import Any

import pytest

from pfha_tui.lab import shell
from pfha_tui.lab.bridge import Bridge
from tests.support.deadline import until
from tests.support.live_lab import lab, login, script


async def test_a_command_that_the_lab_fails_at_ends(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*args: Any) -> None:
        raise KeyError("of the lab's own")

    monkeypatch.setitem(shell.ANSWERS, "/bin/df", fail)
    async with lab() as found, login(found) as connection:
        done = await script(connection, "/bin/df -h </dev/null; echo $?\n/usr/bin/id -u\n")
    assert done.stdout == "70\n0\n"
    assert done.stderr == "/bin/df: the lab failed\n"
    assert [record.getMessage() for record in caplog.records] == [
        """/bin/df ['-h']: KeyError("of the lab's own")"""
    ]


async def test_without_room_for_its_output_a_command_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    text = (
        "/usr/bin/id -u </dev/null; echo $?\n"
        "/bin/df </dev/null; echo $?\n"
        "/usr/bin/tail -F /var/log/system.log </dev/null; echo $?\n"
        "/usr/local/sbin/pfSsh.php playback enablecarpmaint </dev/null; echo $?\n"
        "/bin/test -e /nowhere </dev/null; echo $?\n"
    )
    async with lab(speed=20) as found, login(found) as connection:
        monkeypatch.setattr(Bridge, "_leave", full)
        monkeypatch.setattr(os, "mkfifo", full)
        done = await script(connection, text)
        monkeypatch.undo()
    assert (done.stdout, done.stderr) == ("74\n74\n74\n74\n1\n", "")


async def test_words_that_cannot_travel_whole_are_refused_and_tear_no_others() -> None:
    async with lab() as found, login(found) as connection:
        done = await script(
            connection,
            "long=$(printf '%089000d' 0)\n"
            "for each in 1 2 3 4; do /usr/bin/logger x$long </dev/null || echo $? & done; wait\n"
            "long=$(printf '%03800d' 0)\n"
            "for each in 1 2 3 4; do /usr/bin/logger x$long </dev/null && echo $? & done; wait\n",
        )
        assert done.stdout == "126\n" * 4 + "0\n" * 4
        assert done.stderr == "logger: more words than the lab takes\n" * 4
        log = found.nodes["fw1"].node.log
        assert [line.endswith(" x" + "0" * 3800 + "\n") for line in log].count(True) == 4


async def test_who_follows_the_log_slowly_loses_nothing() -> None:
    async with lab() as found, login(found) as connection:
        node = found.nodes["fw1"].node
        process = await connection.create_process("/bin/sh -s")
        process.stdin.write(
            "/usr/bin/tail -n 0 -F /var/log/system.log </dev/null | {\n"
            "until /bin/test -e /tmp/go; do sleep 0.05; done\n"
            "sed 3000q | wc -l; }\n"
        )
        await until(lambda: node.log_hub.clients)
        for number in range(3500):
            node.syslog("kernel", f"{number:080}")
        node.folders["/tmp/go"] = 0
        async with asyncio.timeout(60):
            assert (await process.stdout.readline()).strip() == "3000"
