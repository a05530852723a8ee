"""`watch`: lines of JSON and of plain text, how they end, and what watching can never do."""

import ast
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cli_pairs import EPOCH, LOST, NOW, Program, pair
from cli_several import BRANCH, BROKEN, PAIR, configure, play

from pfha_tui.cli import output, watch, watch_lines
from pfha_tui.cli.demo import lab_child
from pfha_tui.cli.options import Options
from pfha_tui.collector import mending
from pfha_tui.collector.catalogue import READS
from pfha_tui.domain.command import Access, Command
from pfha_tui.domain.events import Event, EventKind, Resolution
from pfha_tui.domain.model import CarpState
from pfha_tui.domain.reading import Source
from pfha_tui.domain.target import BrokenPair, PairTarget, SshTarget
from pfha_tui.domain.verdict import VerdictKind
from pfha_tui.transports.base import NotInCatalogue

DEADLINE_S = 90.0
HOSTILE = "\x1b[31m[bold]x\x1b]0;t\x07\u202e\nfw9 role"
KEYS = [
    "schema",
    "kind",
    "pair",
    "at",
    "resolution",
    "node",
    "interface",
    "vhid",
    "old",
    "new",
    "text",
    "source",
]


@pytest.fixture
def program(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Program:
    """Lines are written to the descriptor itself."""
    return Program(capfd, monkeypatch, tmp_path)


def lost_role(text: str = "") -> Event:
    return Event(
        EPOCH + 1.25,
        Resolution.MS,
        EventKind.TRANSITION,
        "fw1",
        text,
        Source.DEVD,
        "vtnet0",
        1,
        CarpState.MASTER,
        CarpState.BACKUP,
        text,
    )


def failing_over(text: str = "") -> list[Any]:
    """Healthy, then a role change, then the verdict of it."""
    events = (lost_role(text),)
    over = pair(VerdictKind.FAILED_OVER, at=NOW + 3, why="fw2 serves the VIP")
    return [
        pair(confirmed=False),
        pair(),
        replace(pair(at=NOW + 1), events=events),
        replace(over, events=events),
    ]


def objects(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_json_is_the_status_and_then_one_object_per_change(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(program, monkeypatch, ends=True, main=failing_over())
    ran = program("watch", "--json")
    assert (ran.code, ran.err) == (0, "")
    first, role, verdict = objects(ran.out)
    assert (first["kind"], first["verdict"], first["confirmed"]) == ("status", "healthy", True)
    assert [node["name"] for node in first["nodes"]] == ["fw1", "fw2"]
    assert list(role) == KEYS and list(verdict) == KEYS
    assert role == {
        "schema": 1,
        "kind": "role",
        "pair": "main",
        "at": "2023-11-14T22:13:21.250Z",
        "resolution": "ms",
        "node": "fw1",
        "interface": "vtnet0",
        "vhid": 1,
        "old": "MASTER",
        "new": "BACKUP",
        "text": "MASTER to BACKUP",
        "source": "devd",
    }
    assert (verdict["kind"], verdict["old"], verdict["new"]) == (
        "verdict",
        "healthy",
        "failed-over",
    )
    assert (verdict["node"], verdict["source"], verdict["text"]) == (
        None,
        None,
        "fw2 serves the VIP",
    )


def test_plain_is_one_line_each_in_columns(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "UTC-1")
    time.tzset()
    try:
        play(program, monkeypatch, ends=True, main=failing_over("preempted"))
        ran = program("watch", "--plain")
    finally:
        monkeypatch.undo()
        time.tzset()
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "2023-11-14T23:13:20.000+01:00  main  status      -    healthy: fw1 serves the VIP",
        "2023-11-14T23:13:21.250+01:00  main  role        fw1  WAN vhid 1: MASTER to BACKUP: preempted",
        "2023-11-14T23:13:23.000+01:00  main  verdict     -    failed-over: fw2 serves the VIP",
    ]


@pytest.mark.parametrize("form", ["--json", "--plain"])
def test_several_pairs_each_with_its_name_and_a_broken_one_with_its_fault(
    program: Program, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    configure(program, PAIR, BROKEN, BRANCH)
    play(
        program,
        monkeypatch,
        ends=True,
        main=failing_over(),
        branch=[pair(VerdictKind.DEGRADED, fw1=LOST)],
    )
    ran = program("watch", form)
    assert (ran.code, ran.err) == (0, "")
    if form == "--json":
        told = [(one["pair"], one["kind"]) for one in objects(ran.out)]
        fault = next(one for one in objects(ran.out) if one["kind"] == "fault")
        assert list(fault) == KEYS
        assert "NO_SUCH_VARIABLE" in fault["text"]
    else:
        told = [tuple(re.split(r"  +", line)[1:3]) for line in ran.out.splitlines()]
        assert len({line.index("  -  ") for line in ran.out.splitlines() if "  -  " in line}) == 1
    assert sorted(told) == sorted(
        [
            ("main", "status"),
            ("main", "role"),
            ("main", "verdict"),
            ("dark", "fault"),
            ("branch", "status"),
        ]
    )


def test_a_broken_pair_is_watched_once_it_is_mended(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(program, PAIR, BROKEN)
    play(program, monkeypatch, ends=True, main=[pair()], dark=[pair()])
    real = watch.resolved_again
    looks: list[BrokenPair] = []

    def look(broken: BrokenPair, options: Options) -> PairTarget | BrokenPair:
        looks.append(broken)
        if len(looks) == 2:
            return replace(broken, faults=("the key is gone",))
        if len(looks) == 3:
            monkeypatch.setenv("NO_SUCH_VARIABLE", "public")
        return real(broken, options)

    monkeypatch.setattr(watch, "resolved_again", look)
    monkeypatch.setattr(mending, "FIRST_WAIT_S", 0.01)
    ran = program("watch", "--json")
    assert (ran.code, ran.err, len(looks)) == (0, "", 3)
    told = [(one["kind"], one.get("text")) for one in objects(ran.out) if one["pair"] == "dark"]
    assert [kind for kind, _ in told] == ["fault", "fault", "status"]
    assert "NO_SUCH_VARIABLE" in told[0][1] and told[1][1] == "the key is gone"
    assert program.feeds[-1].target.read_only


async def test_nobody_is_asked_for_a_keyring() -> None:
    broken = BrokenPair("dark", "locked", ("The keyring is locked.",), may_ask=True)
    looks: list[BrokenPair] = []
    assert await mending.mended(broken, looks.append, looks.append) is None  # type: ignore[arg-type]
    assert looks == []


def test_one_pair_by_name(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(program, PAIR, BROKEN, BRANCH)
    play(program, monkeypatch, ends=True, branch=[pair()])
    assert [one["pair"] for one in objects(program("watch", "--json", "--pair", "branch").out)] == [
        "branch"
    ]
    ran = program("watch", "--json", "--pair", "dark")
    assert (ran.code, ran.out) == (2, "") and "NO_SUCH_VARIABLE" in ran.err


def test_a_feed_that_fails_ends_its_pair_only_and_the_last_one_all(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(program, PAIR, BRANCH)
    play(program, monkeypatch, ends=True, main=OSError("no sockets left"), branch=[pair()])
    ran = program("watch", "--json")
    assert ran.code == 0
    assert {(one["pair"], one["kind"]) for one in objects(ran.out)} == {
        ("main", "fault"),
        ("branch", "status"),
    }
    play(
        program, monkeypatch, ends=True, main=OSError("no sockets left"), branch=ValueError("none")
    )
    ran = program("watch", "--plain")
    assert ran.code == 70
    assert ran.out.count("watching ended") == 2


def test_a_pair_without_verdict_is_told_in_time(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "FIRST_S", 0.05)
    program.plays(pair(confirmed=False))
    original = output.LineStream.line

    def end_after(self: output.LineStream, text: str) -> None:
        original(self, text)
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(output.LineStream, "line", end_after)
    ran = program("watch", "--plain")
    assert ran.code == 0
    assert "healthy: fw1 serves the VIP (unconfirmed, 0.0 s)" in ran.out


@pytest.mark.parametrize("form", ["--json", "--plain"])
def test_texts_of_the_nodes_are_never_interpreted(
    program: Program, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    play(program, monkeypatch, ends=True, main=failing_over(HOSTILE))
    out = program("watch", form).out
    assert not {"\x1b", "\x07", "\u202e"} & set(out)
    assert len(out.splitlines()) == 3


def test_usage(program: Program) -> None:
    program.plays(pair())
    assert program("watch", "--json", "--plain").code == 2
    ran = program("watch")
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (2, "", 1)


def test_without_a_form_it_is_the_console_for_good(program: Program, consoles: list[Any]) -> None:
    configure(program, PAIR, BRANCH)
    assert program("watch").code == 0
    ((pairs, _, options, open_operator, _),) = consoles
    assert open_operator is None
    assert options.watch and all(one.read_only for one in pairs)


def test_every_field_and_kind_is_documented() -> None:
    text = str(watch_lines.__doc__)
    for name in KEYS:
        assert f"`{name}`" in text
    for kind in (*watch_lines.ChangeKind, watch_lines.STATUS, watch_lines.FAULT):
        assert kind in text


def test_a_reader_who_is_slow_holds_up_nobody_and_one_who_never_reads_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reading, writing = os.pipe()
    gone: list[bool] = []
    with os.fdopen(writing, "w") as stdout:
        monkeypatch.setattr(sys, "stdout", stdout)
        monkeypatch.setattr(output.LineStream, "MOST_WAITING", 20)
        stream = output.LineStream(lambda: gone.append(True))
        assert stream.pipe == writing
        end = time.monotonic() + DEADLINE_S
        while not gone and time.monotonic() < end:
            stream.line("x" * 60_000)
        assert gone
        os.close(reading)
        stream.close(DEADLINE_S)
        os.dup2(os.open(os.devnull, os.O_WRONLY), writing)


def test_watching_loads_nothing_that_acts() -> None:
    """Both forms, with their transports built for a real target: of the actions there is what describes them, and
    nothing that plans, permits, writes down or executes."""
    code = (
        "import sys\n"
        "from pfha_tui import wiring\n"
        "from pfha_tui.cli import watch, watch_lines, console\n"
        "from pfha_tui.ui import app, console\n"
        "from pfha_tui.domain.target import NodeRole, NodeTarget, PairTarget, SnmpTarget, Secret, SshTarget\n"
        "node = lambda name, role: NodeTarget(name, role, '127.0.0.1', SshTarget('127.0.0.1'),"
        " SnmpTarget('127.0.0.1', community=Secret('public')))\n"
        "pair = PairTarget('x', node('a', NodeRole.PRIMARY), node('b', NodeRole.SECONDARY), True)\n"
        "feed = wiring.open_feed(pair)\n"
        "app.ConsoleApp((pair,), wiring.open_feed, app.ConsoleOptions(watch=True))\n"
        "print([m for m in sys.modules if m.startswith('pfha_tui.actions')])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=DEADLINE_S, check=True
    )
    described = {"pfha_tui.actions", "pfha_tui.actions.model", "pfha_tui.actions.operator"}
    assert set(ast.literal_eval(done.stdout)) <= described


def test_watching_loads_no_transport_that_acts() -> None:
    """With the links of a real pair built, watched as read-only."""
    code = (
        "import sys\n"
        "from pfha_tui import wiring\n"
        "from pfha_tui.domain.target import NodeRole, NodeTarget, PairTarget, SshTarget\n"
        "node = lambda name, role: NodeTarget(name, role, '127.0.0.1', SshTarget('127.0.0.1'))\n"
        "pair = PairTarget('x', node('a', NodeRole.PRIMARY), node('b', NodeRole.SECONDARY), True)\n"
        "feed = wiring.open_feed(pair)\n"
        "assert wiring.open_operator(pair, feed) is None\n"
        "wiring.open_link(pair.nodes[0], frozenset())\n"
        "found = ('pfha_tui.transports.ssh.actor', 'pfha_tui.transports.ssh.watchdog')\n"
        "print([m for m in found if m in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=DEADLINE_S, check=True
    )
    assert ast.literal_eval(done.stdout) == []


@pytest.mark.parametrize(
    "command",
    [
        Command("pfsync.forget", ("/sbin/pfctl", "-F", "states"), root=True, access=Access.WRITE),
        Command("shell", ("/bin/sh", "-c", "reboot")),
        replace(next(iter(READS)), argv=("/sbin/reboot",)),
    ],
    ids=["a-write", "a-stranger", "a-read-in-name-only"],
)
async def test_the_transport_of_a_watched_pair_refuses_what_is_not_a_listed_read(
    command: Command,
) -> None:
    from pfha_tui.transports.ssh import SshNode

    assert all(one.access is Access.READ for one in READS)
    node = SshNode(SshTarget("192.0.2.1"), READS, read_only=True)
    with pytest.raises(NotInCatalogue):
        await node.run([command])


async def test_a_listed_write_is_refused_too_where_only_watched() -> None:
    from pfha_tui.transports.ssh import SshNode

    write = Command("carp.off", ("/sbin/sysctl", "net.inet.carp.allow=0"), access=Access.WRITE)
    with pytest.raises(NotInCatalogue):
        await SshNode(SshTarget("192.0.2.1"), READS | {write}, read_only=True).run([write])


@contextmanager
def watching(*args: str) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-m", "pfha_tui", *args],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def two_labs(folder: Path, first: Path, second: Path) -> Path:
    """One configuration of both labs, as pairs north and south."""
    texts = [path.read_text() for path in (first, second)]
    both = folder / "both.toml"
    both.write_text(
        "schema = 1\n"
        + "".join(
            text.removeprefix("schema = 1").replace('name = "demo"', f'name = "{name}"')
            for text, name in zip(texts, ("north", "south"), strict=True)
        )
    )
    return both


def stand(process: "subprocess.Popen[str]", **verdicts: str) -> None:
    """Read objects until each pair's verdict is this one; on a slow machine none is confirmed at first."""
    assert process.stdout is not None
    found: dict[str, str] = {}
    while found != verdicts:
        line = process.stdout.readline()
        assert line, found
        one = json.loads(line)
        if one["kind"] in ("status", "verdict"):
            found[one["pair"]] = one["verdict" if one["kind"] == "status" else "new"]


def until(process: "subprocess.Popen[str]", *wanted: tuple[str, str, str]) -> list[Any]:
    """Read objects until each (pair, kind, new) has come."""
    assert process.stdout is not None
    seen: list[Any] = []
    left = set(wanted)
    while left:
        line = process.stdout.readline()
        assert line, seen
        seen.append(json.loads(line))
        left.discard((seen[-1]["pair"], seen[-1]["kind"], seen[-1].get("new")))
    return seen


def lab_do(config: Path, *words: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "pfha_tui", "lab", "do", "--config", str(config), *words],
        timeout=DEADLINE_S,
        check=True,
        capture_output=True,
    )


def test_two_labs_are_watched_and_a_pulled_cable_is_told(tmp_path: Path) -> None:
    with lab_child("healthy") as first, lab_child("maintenance") as second:
        both = two_labs(tmp_path, first, second)
        with watching("--config", str(both), "watch", "--json") as process:
            stand(process, north="healthy", south="maintenance")
            lab_do(first, "pull", "fw1", "lan")
            changes = until(
                process,
                ("north", "link", "down"),
                ("north", "role", "INIT"),
                ("north", "role", "MASTER"),
                ("north", "verdict", "degraded"),
            )
            assert {one["pair"] for one in changes if one["kind"] in ("role", "link")} == {"north"}
            role = next(one for one in changes if one["new"] == "INIT")
            assert (role["node"], role["old"], role["vhid"]) == ("fw1", "MASTER", 2)
            subjects = [
                (one["node"], one["interface"], one["vhid"], one["old"], one["new"])
                for one in changes
                if one["kind"] in ("role", "link")
            ]
            assert len(set(subjects)) == len(subjects)
            process.send_signal(signal.SIGTERM)
            assert process.wait(DEADLINE_S) == 0


@pytest.mark.parametrize(("end", "code"), [("SIGTERM", 0), ("SIGINT", 130), ("reader", 141)])
def test_how_it_ends(end: str, code: int) -> None:
    with (
        lab_child("healthy") as config,
        watching("--config", str(config), "watch", "--plain") as process,
    ):
        assert process.stdout is not None and process.stderr is not None
        assert any("healthy" in line for line in process.stdout), process.stderr.read()
        if end == "reader":
            process.stdout.close()
            process.stdout = None
        else:
            process.send_signal(getattr(signal, end))
        assert process.wait(DEADLINE_S) == code
        assert process.stderr.read() == ("Interrupted.\n" if code == 130 else "")
