"""The comparison in a process of its own: the same answer, no secret on the way, and nothing left behind."""

from __future__ import annotations

import asyncio
import gzip
import io
import os
import pickle
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
from diff_pairs import NOW, changed, healthy
from drifts import both, put, rule
from test_diff_secrets import Mark, assert_clean, outputs, plant, planted_tree

from pfha_tui.cli import language
from pfha_tui.configdiff import apart, apart_child
from pfha_tui.configdiff.apart import Ended, compare_apart
from pfha_tui.configdiff.engine import ComparisonFault
from pfha_tui.configdiff.job import Job
from pfha_tui.configdiff.rules import with_own
from pfha_tui.lab.configxml.config import Config
from pfha_tui.lab.configxml.dump import dump
from pfha_tui.parsers.configxml import Revision
from pfha_tui.parsers.errors import ParseError

NAMES = ("fw1", "fw2")
DEADLINE_S = 60.0


def job_of(first: Config, second: Config) -> Job:
    own = ({"id": "mine", "paths": ["ntpd/**"], "reason": "Two halls"},)
    past = (
        Revision(1_700_000_000, "(system)@172.16.1.2: Merged in config (filter sections) from"),
    )
    packed = (gzip.compress(config.xml) for config in (first, second))
    return Job(*packed, NAMES, past, with_own(own), NOW)


@pytest.fixture
def drifted() -> Job:
    one, two = healthy()
    change = both(
        rule("Printing", "", None), put("ntpd|interface", "opt2"), put("system|timezone", "Etc/UTC")
    )
    return job_of(one, changed(two, change))  # fmt: skip


@pytest.fixture
def french() -> Iterator[None]:
    language.speak("fr", language.fold)
    yield
    language.speak("en")


async def test_the_answer_is_the_same(drifted: Job) -> None:
    report = await compare_apart(drifted)
    assert report == drifted.run()
    assert report.differences and report.coverage
    assert {each.rule for each in report.expected} >= {"mine", "skew"}


async def test_it_speaks_the_same_language(drifted: Job, french: None) -> None:
    report = await compare_apart(drifted)
    assert report == drifted.run()
    assert any("regle" in each.consequence for each in report.differences)


async def test_two_revisions_of_one_node(drifted: Job) -> None:
    past = replace(drifted, one_node=True)
    report = await compare_apart(past)
    assert report == past.run()
    assert report.one_node and report.rules == ()


async def test_many_differences_come_in_parts(
    drifted: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart_child, "MOST", 3)
    monkeypatch.setattr(apart_child, "ROWS", 10)
    found = list(apart_child.parts(drifted))
    report = drifted.run()
    assert found[0][0] == "head" and found[-1] == ("end", None)
    expected = [each for kind, part in found if kind == "expected" for each in part]
    assert tuple(expected) == report.expected
    assert all(len(part) <= 3 for kind, part in found if kind in ("differences", "expected"))


async def test_what_is_no_configuration_is_the_same_sentence(drifted: Job) -> None:
    for data in (b"not gzip", gzip.compress(b"<pfsense><a>&x;</a></pfsense>")):
        broken = replace(drifted, second=data)
        with pytest.raises(ParseError) as here:
            broken.run()
        with pytest.raises(ParseError) as there:
            await compare_apart(broken)
        assert str(there.value) == str(here.value)


def test_a_fault_names_its_place_and_nothing_else(
    drifted: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(data: bytes) -> None:
        raise MemoryError(data)

    monkeypatch.setattr("pfha_tui.configdiff.remote.unpacked", fail)
    with pytest.raises(ComparisonFault):
        drifted.run()
    ((kind, said),) = apart_child.parts(drifted)
    assert kind == "fault" and said.startswith("MemoryError (test_diff_apart.py:")


def python(program: str) -> tuple[str, ...]:
    return (sys.executable, "-c", program)


ENDINGS = {
    "killed": ("import os; os.kill(os.getpid(), 9)", "signal 9"),
    "ended": ("", "without a result"),
    "cut off": (r"import sys; sys.stdout.buffer.write(b'\0\0\0\x09part')", "without a result"),
    "too long, and stays": (
        r"import sys,time; sys.stdout.buffer.write(b'\xff' * 9); sys.stdout.flush(); time.sleep(600)",
        "without a result",
    ),
    "another record": (
        "import os,pickle,struct,sys; b=pickle.dumps(('head', os.getcwd));"
        "sys.stdout.buffer.write(struct.pack('>I', len(b)) + b)",
        "without a result",
    ),
}


@pytest.mark.parametrize(("program", "words"), ENDINGS.values(), ids=ENDINGS.keys())
async def test_a_process_that_ends_is_a_sentence(
    program: str, words: str, drifted: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "_command", lambda: python(program))
    with pytest.raises(Ended) as caught:
        await compare_apart(drifted)
    assert words in str(caught.value) and "\n" not in str(caught.value)


def test_nothing_but_records_is_read_from_the_process() -> None:
    for stranger in (os.system, Job, exec):
        with pytest.raises(pickle.UnpicklingError):
            apart._read(pickle.dumps(("head", stranger)))


async def test_a_cancelled_comparison_leaves_no_process(
    drifted: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[asyncio.subprocess.Process] = []
    there = asyncio.Event()
    start = asyncio.create_subprocess_exec

    async def starting(*words: str, **options: object) -> asyncio.subprocess.Process:
        started.append(await start(*words, **options))
        there.set()
        return started[-1]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", starting)
    monkeypatch.setattr(apart, "_command", lambda: python("import time; time.sleep(600)"))
    async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as tasks:
        task = tasks.create_task(compare_apart(drifted))
        await there.wait()
        task.cancel()
    assert task.cancelled()
    assert started[0].returncode == -9


def test_only_the_pipe_holds_the_files() -> None:
    words = " ".join(apart._command())
    assert "-I" in words.split() and "xml" not in words
    marks: Mark = {}
    first, second = (dump(tree, "24.0") for tree in planted(marks))
    job = Job(gzip.compress(first), gzip.compress(second), NAMES)
    said = io.StringIO()
    for part in apart_child.parts(job):
        said.write(pickle.dumps(part, 0).decode("ascii"))
    assert_clean(said.getvalue() + repr(job), marks)
    assert marks and outputs(job.run())


def planted(marks: Mark) -> Iterator[dict]:
    for side in "ps":
        yield plant(planted_tree(), side, marks, None)
