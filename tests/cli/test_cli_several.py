"""Several pairs in one configuration: `status` of all, the console's wall, `check` of one."""

import json
import subprocess
import sys
from typing import Any

import pytest
from cli_pairs import LOST, Program, pair
from cli_several import BRANCH, BROKEN, PAIR, configure, play

from pfha_tui.domain.target import BrokenPair, PairTarget
from pfha_tui.domain.verdict import VerdictKind

SPLIT = pair(VerdictKind.SPLIT_BRAIN, why="both serve")


def test_status_tells_of_all_pairs_the_worst_first(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(program, PAIR, BRANCH)
    play(program, monkeypatch, main=[pair()], branch=[SPLIT])
    ran = program("status")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.index("branch") < ran.out.index("main")
    for text in ("lab", "production", "SPLIT-BRAIN", "HEALTHY", "both serve", "fw1 serves the VIP"):
        assert text in ran.out
    assert program("status", "--pair", "main").out.count("fw1") > 1


def test_status_json_of_several_pairs_is_an_array_in_the_order_of_the_file(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(program, PAIR, BROKEN, BRANCH)
    play(program, monkeypatch, main=[pair()], branch=[SPLIT])
    ran = program("status", "--json")
    assert ran.code == 2
    found = json.loads(ran.out)
    assert [(one["pair"], one["verdict"]) for one in found] == [
        ("main", "healthy"),
        ("dark", "unknown"),
        ("branch", "split-brain"),
    ]
    broken = found[1]
    assert broken["nodes"] == [] and broken["confirmed"] is False
    assert set(broken) == set(found[0])
    for text in (broken["why"], ran.err):
        assert "NO_SUCH_VARIABLE" in text


@pytest.mark.parametrize(
    ("snapshots", "args", "code"),
    [
        ((pair(), pair()), ("--exit-code",), 0),
        ((pair(), SPLIT), (), 0),
        ((pair(), SPLIT), ("--exit-code",), 1),
        ((SPLIT, pair(VerdictKind.UNKNOWN, fw1=LOST, fw2=LOST)), ("--exit-code",), 3),
        ((pair(confirmed=False), pair()), (), 4),
    ],
)
def test_the_greatest_exit_code_of_all_counts(
    program: Program, monkeypatch: pytest.MonkeyPatch, snapshots: Any, args: Any, code: int
) -> None:
    configure(program, PAIR, BRANCH)
    play(program, monkeypatch, main=[snapshots[0]], branch=[snapshots[1]])
    ran = program("status", "--timeout", "200ms", *args)
    assert ran.code == code
    if code == 3:
        assert "branch: fw1 (192.0.2.1) cannot be reached" in ran.err


def test_a_broken_pair_is_told_beside_the_others(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(program, BROKEN, PAIR)
    play(program, monkeypatch, main=[pair()])
    ran = program("status", "--ascii")
    assert ran.code == 2
    assert "NOT WATCHED" in ran.out and ran.out.isascii()
    assert "HEALTHY" in ran.out


def test_nothing_but_broken_pairs_is_a_configuration_at_fault(program: Program) -> None:
    configure(program, BROKEN, BROKEN.replace("dark", "dusk").replace("192.0.4.", "192.0.5."))
    for command in (("status",), ("watch", "--json")):
        ran = program(*command)
        assert (ran.code, ran.out) == (2, "")
        assert "pair[dark]" in ran.err and "pair[dusk]" in ran.err


def test_check_is_for_one_pair(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(program, PAIR, BRANCH)
    play(program, monkeypatch, main=[pair()], branch=[pair()])
    ran = program("check")
    assert ran.code == 3
    assert "name one with --pair: main, branch" in ran.out
    assert program("check", "--pair", "branch").code == 0


def test_the_console_gets_all_pairs_or_the_one_that_is_named(
    program: Program, consoles: list[Any]
) -> None:
    configure(program, PAIR, BROKEN, BRANCH)
    assert program("--read-only").code == 0
    assert program("--pair", "branch").code == 0
    first, second = (pairs for pairs, *_ in consoles)
    main, dark, branch = first
    assert (main.name, branch.name) == ("main", "branch")
    assert all(one.read_only for one in first)
    assert isinstance(dark, BrokenPair) and dark.name == "dark"
    assert dark.why == "node[fw1].snmp.community: the variable NO_SUCH_VARIABLE is not set"
    assert "config.toml:" in dark.faults[0]
    assert [one.name for one in second] == ["branch"]


def test_a_broken_pair_is_resolved_by_the_configuration_of_now(
    program: Program, consoles: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(program, PAIR, BROKEN)
    assert program("--read-only").code == 0
    (_, dark), *_, resolve = consoles[0]
    assert resolve(dark) == dark and not dark.may_ask
    program.config.write_text("schema = 1\n[")
    assert "config.toml" in resolve(dark).why
    configure(program, PAIR)
    assert 'no pair "dark"' in resolve(dark).why
    configure(program, PAIR, BROKEN.replace("env:NO_SUCH_VARIABLE", "keyring:no/such"))
    assert resolve(dark).may_ask
    configure(program, PAIR, BROKEN)
    monkeypatch.setenv("NO_SUCH_VARIABLE", "secret")
    mended = resolve(dark)
    assert isinstance(mended, PairTarget) and mended.read_only


def test_lines_load_no_screen() -> None:
    heavy = ("textual", "pfha_tui.ui.app", "asyncssh", "pysnmp")
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from pfha_tui.cli import watch, status, pairs; "
            f"print(sorted(set({heavy!r}) & set(sys.modules)))",
        ],
        capture_output=True,
        text=True,
        timeout=50,
        check=True,
    )
    assert done.stdout == "[]\n"
