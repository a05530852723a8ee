"""`check`: states, the alarm delay, the form of the line."""

import re
from typing import Any

import pytest
from cli_pairs import LOST, NOTE, NOW, WARNING, Program, node, pair, stood

from pfha_tui.cli.check import LEVELS, level
from pfha_tui.domain.model import CarpState
from pfha_tui.domain.reading import Reading
from pfha_tui.domain.verdict import Cause, Severity, VerdictKind

LINE = re.compile(r"CARP (OK|WARNING|CRITICAL|UNKNOWN) - [^|\n]+( \| [^|\n]+)?")
PERFDATA = re.compile(r"'[^'=]+'=-?\d+(\.\d+)?(s|B|c|%)?(;[^;]*){0,4}")


@pytest.mark.parametrize(
    ("kind", "causes", "code", "word"),
    [
        (VerdictKind.HEALTHY, (), 0, "OK"),
        (VerdictKind.HEALTHY, (NOTE,), 0, "OK"),
        (VerdictKind.HEALTHY, (WARNING,), 1, "WARNING"),
        (VerdictKind.MAINTENANCE, (), 1, "WARNING"),
        (VerdictKind.FAILED_OVER, (), 1, "WARNING"),
        (VerdictKind.DEGRADED, (), 1, "WARNING"),
        (VerdictKind.PARTIAL, (), 2, "CRITICAL"),
        (VerdictKind.SPLIT_BRAIN, (), 2, "CRITICAL"),
        (VerdictKind.NO_MASTER, (), 2, "CRITICAL"),
        (VerdictKind.UNKNOWN, (), 3, "UNKNOWN"),
    ],
)
def test_states(
    program: Program, kind: VerdictKind, causes: tuple[Cause, ...], code: int, word: str
) -> None:
    program.plays(*stood(kind, *causes))
    ran = program("check")
    assert (ran.code, ran.err) == (code, "")
    first, *rest = ran.out.splitlines()
    assert first.startswith(f"CARP {word} - main {kind.value}: fw1 serves the VIP | ")
    assert LINE.fullmatch(first)
    assert len(rest) == sum(cause.severity is not Severity.NOTE for cause in causes)


def test_every_verdict_has_a_state() -> None:
    assert set(LEVELS) == set(VerdictKind)


def test_perfdata(program: Program) -> None:
    program.plays(pair())
    _, _, perfdata = program("check").out.strip().partition(" | ")
    assert perfdata.split(" ") == [
        "'states_fw1'=12431;;;0;1000000",
        "'demotion_fw1'=0",
        "'masters_fw1'=1;;;0;1",
        "'age_fw1'=0.400s;;;0",
        "'states_fw2'=12431;;;0;1000000",
        "'demotion_fw2'=0",
        "'masters_fw2'=0;;;0;1",
        "'age_fw2'=0.400s;;;0",
    ]
    assert all(map(PERFDATA.fullmatch, perfdata.split(" ")))


def test_a_lost_node_has_no_figures(program: Program) -> None:
    program.plays(*stood(VerdictKind.DEGRADED, fw1=LOST))
    assert "_fw1'" not in program("check").out


def test_what_is_not_known_now_is_no_figure(program: Program) -> None:
    """By SNMP alone a node is reached, but what it may be MASTER of is not known."""
    read_long_ago = node("fw2", CarpState.BACKUP, at=NOW - 60)
    past = {
        field: getattr(read_long_ago, field)
        for field in ("interfaces", "carp", "pf", "limits", "roles")
    }
    never = {field: value for field, value in LOST.items() if isinstance(value, Reading)}
    for fw2, left in ((past, ["'age_fw2'"]), (never | {"roles": ()}, [])):
        program.plays(*stood(VerdictKind.UNKNOWN, fw2=fw2))
        first, *_ = program("check").out.splitlines()
        assert LINE.fullmatch(first)
        assert [word.split("=")[0] for word in first.split() if "_fw2'" in word] == left


def test_without_any_figure_there_is_no_bar(program: Program) -> None:
    never = {field: value for field, value in LOST.items() if isinstance(value, Reading)}
    program.plays(*stood(VerdictKind.UNKNOWN, fw1=never, fw2=never))
    assert program("check").out == "CARP UNKNOWN - main unknown: fw1 serves the VIP\n"


def test_ok_is_said_at_once_and_trouble_waits(program: Program) -> None:
    program.plays(pair())
    assert program("check", "--timeout", "100ms").code == 0
    program.plays(*stood(VerdictKind.SPLIT_BRAIN, seconds=4))
    ran = program("check", "--timeout", "100ms")
    assert ran.code == 3
    assert ran.out == (
        "CARP UNKNOWN - split-brain is confirmed but younger than the alarm delay after 0.1 s; "
        "raise --timeout: fw1 serves the VIP\n"
    )


def test_a_clean_failover_alarms_nobody(program: Program) -> None:
    moving = stood(VerdictKind.NO_MASTER, seconds=3)
    after = [pair(VerdictKind.HEALTHY, at=moving[-1].at + second) for second in (1, 2)]
    program.plays(*moving, *after)
    assert program("check").code == 0


def test_causes_that_come_and_go_do_not_put_the_alarm_off(program: Program) -> None:
    error = Cause("link-down", Severity.ERROR, "no carrier", node="fw1", interface="vtnet1")
    steps = stood(VerdictKind.DEGRADED, error)
    other = stood(
        VerdictKind.DEGRADED, error, Cause("demoted", Severity.ERROR, "by 240", node="fw1")
    )
    program.plays(
        *(step for pairs in zip(steps, other, strict=True) for step in pairs[:1]), other[-1]
    )
    ran = program("check")
    assert (ran.code, ran.out.splitlines()[1]) == (1, "!! link-down fw1 vtnet1: no carrier")


@pytest.mark.parametrize(
    ("snapshots", "sentence"),
    [
        ([], "no confirmed verdict within 0.1 s"),
        ([pair(confirmed=False)], "no confirmed verdict within 0.1 s"),
        (
            [pair(VerdictKind.UNKNOWN, fw1=LOST, fw2=LOST)],
            "fw1 (192.0.2.1) cannot be reached: no route to host; fw2 (192.0.2.2) cannot be reached: no route to host",
        ),
    ],
)
def test_no_judgement_is_unknown(program: Program, snapshots: list[Any], sentence: str) -> None:
    program.plays(*snapshots)
    ran = program("check", "--timeout", "100ms")
    assert (ran.code, ran.out) == (3, f"CARP UNKNOWN - {sentence}\n")


@pytest.mark.parametrize(
    "args",
    [
        ("check", "--bogus"),
        ("check", "--timeout", "soon"),
        ("check", "extra"),
        ("--bogus", "check"),
        ("check", "--pair", "none"),
        ("check", "--config", "/nowhere/at/all"),
        ("--pair", "x", "check"),
    ],
)
def test_usage_and_config_errors_are_unknown_too(program: Program, args: tuple[str, ...]) -> None:
    ran = program(*args)
    assert (ran.code, ran.err) == (3, "")
    assert LINE.fullmatch(ran.out.splitlines()[0])


def test_bars_in_texts_do_not_start_performance_data(program: Program) -> None:
    bad = Cause("link-down", Severity.ERROR, "a | b", node="fw1")
    program.plays(*stood(VerdictKind.DEGRADED, bad, why="x | 'y'=1"))
    out = program("check").out
    assert out.count("|") == 1
    assert "x / 'y'=1 | 'states_fw1'" in out


def test_level_of_a_warning_never_beats_the_verdict() -> None:
    verdict = pair(VerdictKind.SPLIT_BRAIN, WARNING).verdict
    assert level(verdict) == LEVELS[VerdictKind.SPLIT_BRAIN]
