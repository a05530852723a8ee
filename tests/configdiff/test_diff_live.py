"""Comparing over the logins of a watched pair: what is run on the nodes, where the work is done, and a node's past."""

from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from diff_pairs import NOW, changed, healthy
from drifts import put

from pfha_tui import wiring
from pfha_tui.cli.options import Options, pair_target
from pfha_tui.collector import catalogue
from pfha_tui.configdiff import apart, live, remote
from pfha_tui.configdiff.job import Job
from pfha_tui.configdiff.model import Report, Verdict
from pfha_tui.domain.command import Command, Output, Sample
from pfha_tui.domain.snapshot import LinkState
from pfha_tui.lab import pfsense, scenarios
from pfha_tui.lab.runner import running
from pfha_tui.parsers.errors import ParseError

DEADLINE_S = 60.0


class Feed:
    """Both nodes with these files; `runs` has what was asked of them."""

    def __init__(self, files: dict[str, bytes], index: Output | None = None) -> None:
        self.target: Any = SimpleNamespace(nodes=[SimpleNamespace(name=name) for name in files])
        self.runs: list[tuple[str, str]] = []
        self._files = files
        self._index = index

    async def ask(self, node: str, commands: Sequence[Command]) -> Sample:
        (command,) = commands
        self.runs.append((node, command.id))
        output = Output(command, 0, gzip.compress(self._files[node]))
        if command == catalogue.BACKUP_INDEX:
            output = self._index or Output(command, 0, b"")
        return Sample((output,), None, None, 0.0, 0.0)


def pair(index: Output | None = None) -> Any:
    one, two = healthy()
    drifted = changed(two, put("aliases|alias|name=SRV_MAIL|address", "192.168.1.99"))
    return Feed({"fw1": one.xml, "fw2": drifted.xml}, index)


class Counted:
    """Stands for `compare_apart`."""

    def __init__(self, error: Exception | None = None) -> None:
        self.count = 0
        self._error = error

    async def __call__(self, job: Job) -> Report:
        self.count += 1
        if self._error is not None:
            raise self._error
        return job.run()


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    found = Counted()
    monkeypatch.setattr(live, "compare_apart", found)
    return found


def said(report: Report) -> list[str]:
    return [f"{each.item} {each.field}" for each in report.differences]


async def test_what_is_small_takes_no_process(counted: Counted) -> None:
    assert said(await live.compare_watched(pair(), NOW)) == ["alias SRV_MAIL address"]
    assert counted.count == 0


async def test_what_is_large_takes_one(counted: Counted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LARGE", 1000)
    assert said(await live.compare_watched(pair(), NOW)) == ["alias SRV_MAIL address"]
    assert counted.count == 1


async def test_without_a_process_a_thread_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LARGE", 0)
    monkeypatch.setattr(apart, "_command", lambda: ("/nonexistent/python",))
    assert said(await live.compare_watched(pair(), NOW)) == ["alias SRV_MAIL address"]


async def test_a_bomb_is_a_sentence() -> None:
    feed = Feed({"fw1": healthy()[0].xml, "fw2": b"\0" * (64 * 1024 * 1024)})
    with pytest.raises(ParseError, match="MiB"):
        await live.compare_watched(feed, NOW)  # type: ignore[arg-type]


async def test_an_index_that_may_not_be_read_only_hides_the_merges() -> None:
    refused = Output(catalogue.BACKUP_INDEX, 1, b"", b"sudo: a password is required")
    report = await live.compare_watched(pair(refused), NOW)
    assert said(report) == ["alias SRV_MAIL address"]
    with pytest.raises(remote.NotReadable, match="password is required"):
        await live.revisions_watched(pair(refused), "fw1")


async def test_two_revisions_are_read_from_one_node() -> None:
    feed = pair()
    report = await live.compare_past(feed, "fw2", 1_700_000_000, None, ("then", "now"))
    assert feed.runs == [("fw2", "backup-1700000000"), ("fw2", "config")]
    assert report.one_node and (report.primary.name, report.secondary.name) == ("then", "now")
    await live.compare_past(feed, "fw1", 1_700_000_000, 1_700_000_001, ("then", "later"))
    assert feed.runs[2:] == [("fw1", "backup-1700000000"), ("fw1", "backup-1700000001")]


def test_a_login_may_read_every_backup_and_nothing_like_it() -> None:
    permitted = catalogue.PERMITTED
    assert catalogue.backup(1_700_000_000) in permitted and catalogue.CONFIG in permitted
    real = catalogue.backup(1_700_000_000)
    for forged in (
        replace(real, argv=("/bin/cat", "/etc/master.passwd")),
        replace(real, id="backup-../../../etc/master.passwd"),
        replace(real, id="backup-"),
        replace(real, id="backup-0"),
        replace(real, id="backup-0000000000000000000001"),
        replace(real, stdin="x"),
        replace(real, id="other"),
        "backup-1700000000",
    ):
        assert forged not in permitted


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="the lab's stand-ins need Linux")
async def test_the_past_of_a_watched_node_over_its_login() -> None:
    async with running(scenarios.build("healthy", time.time())) as lab:
        target = pair_target(Options(config=str(lab.config)))
        feed = wiring.open_feed(target)
        async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(feed.run())
            connected = asyncio.Event()

            def seen(snapshot: Any) -> None:
                if snapshot.nodes[1].ssh.state is LinkState.LIVE:
                    connected.set()

            end = feed.subscribe(seen)
            await connected.wait()
            end()
            pfsense.edit(lab.world.node("fw2"))
            newest = (await live.revisions_watched(feed, "fw2"))[0]
            report = await live.compare_past(feed, "fw2", newest.time, None, ("then", "now"))
            watching.cancel()
    assert said(report) == ["alias SRV_TP address"]
    assert {each.verdict for each in report.differences} == {Verdict.CHANGED}
    assert "admin" in report.secondary.revision.description
