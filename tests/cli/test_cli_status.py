"""`status`: exit codes, the table, the JSON document."""

import json
import math
import re
from dataclasses import replace
from typing import Any

import pytest
from cli_pairs import LOST, NOTE, NOW, WARNING, Program, node, pair, read, role, stood
from hypothesis import given
from hypothesis import strategies as st

from pfha_tui import wiring
from pfha_tui.cli import status_json
from pfha_tui.cli.status_json import status_document
from pfha_tui.domain.model import CarpState, Identity, Interface
from pfha_tui.domain.reading import ErrorKind, ReadError, Reading
from pfha_tui.domain.snapshot import LinkState, LinkStatus, Since, Stop
from pfha_tui.domain.verdict import Cause, Severity, VerdictKind

HOSTILE = "\x1b[31m[bold]x[/bold]\x1b]0;t\x07\u202e:smile:\nfw9 MASTER"


def test_healthy(program: Program) -> None:
    program.plays(pair(confirmed=False), pair())
    ran = program("status", "--exit-code")
    assert (ran.code, ran.err) == (0, "")
    for text in (
        "main",
        "HEALTHY",
        "fw1 serves the VIP",
        "WAN vhid 1",
        "203.0.113.1/24",
        "MASTER",
        "skew 100",
        "12 431",
        "pfSense 2.8.1-RELEASE",
    ):
        assert text in ran.out
    assert program.feeds[0].target.name == "main"


@pytest.mark.parametrize(
    ("snapshot", "plain", "with_exit_code"),
    [
        (pair(VerdictKind.HEALTHY, NOTE), 0, 0),
        (pair(VerdictKind.HEALTHY, WARNING), 0, 1),
        (pair(VerdictKind.MAINTENANCE), 0, 1),
        (pair(VerdictKind.SPLIT_BRAIN), 0, 1),
        (pair(VerdictKind.DEGRADED, fw1=LOST), 0, 1),
        (pair(VerdictKind.UNKNOWN, fw1=LOST, fw2=LOST), 3, 3),
        (pair(confirmed=False), 4, 4),
        (pair(VerdictKind.UNKNOWN, fw1={"reachable": None}), 4, 4),
    ],
)
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_exit_codes(
    program: Program, snapshot: Any, plain: int, with_exit_code: int, form: tuple[str, ...]
) -> None:
    program.plays(snapshot)
    assert program("status", "--timeout", "100ms", *form).code == plain
    assert program("status", "--timeout", "100ms", "--exit-code", *form).code == with_exit_code


def test_what_could_not_be_reached_is_said_on_stderr(program: Program) -> None:
    program.plays(pair(VerdictKind.UNKNOWN, fw1=LOST, fw2=LOST))
    ran = program("status", "--json", "--timeout", "100ms")
    assert ran.err.splitlines() == [
        "fw1 (192.0.2.1) cannot be reached: no route to host",
        "fw2 (192.0.2.2) cannot be reached: no route to host",
    ]
    assert json.loads(ran.out)["verdict"] == "unknown"


@pytest.mark.parametrize("stop", Stop)
def test_why_there_is_no_login_is_a_word_of_its_own(program: Program, stop: Stop) -> None:
    shut = LinkStatus(LinkState.STOPPED, NOW, "words", stop=stop)
    program.plays(pair(VerdictKind.UNKNOWN, fw1={**LOST, "ssh": shut}))
    ran = program("status", "--json")
    assert json.loads(ran.out)["nodes"][0]["sources"]["ssh"]["stop"] == stop.value
    program.plays(pair(VerdictKind.UNKNOWN, fw1={**LOST, "ssh": shut}))
    assert "fw1 (192.0.2.1) cannot be logged in to: no route to host" in program("status").err


def test_nothing_in_time(program: Program) -> None:
    program.plays()
    ran = program("status", "--timeout", "50ms")
    assert ran.code == 4
    assert ran.err == "No confirmed verdict within 0.05 s; what is shown is unconfirmed.\n"


def test_a_feed_that_fails_is_a_fault_of_ours(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    program.plays()
    monkeypatch.setattr("cli_pairs.FakeFeed.run", _broken)
    opened = wiring.open_feed
    monkeypatch.setattr(wiring, "open_feed", lambda target, **_: _closed(opened(target)))
    ran = program("status")
    assert ran.code == 70
    assert ran.err.startswith(
        "pfha-tui met a fault of its own (ZeroDivisionError) and ended; the places are noted in"
    )


async def _broken(self: Any) -> None:
    raise ZeroDivisionError("secret words")


def _closed(feed: Any) -> Any:
    feed.closed = True
    return feed


def hostile_pair(at: float = NOW) -> Any:
    bad = role(CarpState.MASTER, description=HOSTILE, interface=HOSTILE)
    return pair(
        VerdictKind.DEGRADED,
        Cause("link-down", Severity.ERROR, HOSTILE, node="fw1", interface=HOSTILE),
        why=HOSTILE,
        at=at,
        fw1={
            "roles": (bad,),
            "identity": read(Identity(HOSTILE, HOSTILE, HOSTILE, HOSTILE)),
            "interfaces": read((Interface(HOSTILE, (), None, HOSTILE, status=HOSTILE),)),
        },
        fw2={**LOST, "unreachable_why": HOSTILE},
    )


@pytest.mark.parametrize(
    "args", [("status",), ("status", "--json"), ("--ascii", "status", "--no-color"), ("check",)]
)
def test_texts_of_the_nodes_are_never_interpreted(program: Program, args: tuple[str, ...]) -> None:
    program.plays(*(hostile_pair(NOW + second) for second in range(9)))
    ran = program(*args)
    for text in (ran.out, ran.err):
        assert not {"\x1b", "\x07", "\u202e"} & set(text)
        assert not any(line.startswith("fw9") for line in text.splitlines())
    if "--json" not in args:
        assert "[bold]" in ran.out
        assert ":smile:" in ran.out


def test_ascii_and_unknowns(program: Program) -> None:
    program.plays(
        pair(
            VerdictKind.DEGRADED,
            fw1={
                "maintenance": Reading().failed(ReadError(ErrorKind.NOT_PERMITTED, "x"), NOW),
                "roles": (role(None),),
            },
            fw2={**LOST, "reachable": False},
        )
    )
    ran = program("status", "--ascii")
    assert ran.out.isascii()
    for text in ("not permitted", "not there", "?", "never read"):
        assert text in ran.out


def documented_names(value: Any) -> set[str]:
    if isinstance(value, dict):
        named = {key for key in value if key not in status_json.SECTIONS}
        return named.union(*(documented_names(inner) for inner in value.values()))
    if isinstance(value, list):
        return set().union(*(documented_names(inner) for inner in value))
    return set()


def test_every_field_is_documented() -> None:
    document = status_document(pair(VerdictKind.HEALTHY, WARNING))
    error = {"sections": {"pf": {"error": {"kind": "", "message": ""}}}}
    for name in documented_names(document) | documented_names(error):
        assert re.search(rf"`(nodes\[\]\.)?{name}(\[\])?`", str(status_json.__doc__)), name


def test_document() -> None:
    document = status_document(
        pair(
            VerdictKind.DEGRADED,
            WARNING,
            fw2={"roles": (role(CarpState.BACKUP, since=Since(0.0, exact=False)),)},
        )
    )
    assert document["schema"] == 1
    assert (document["pair"], document["verdict"], document["confirmed"]) == (
        "main",
        "degraded",
        True,
    )
    assert document["at"] == "2023-11-14T22:13:20.000Z"
    assert document["causes"] == [
        {
            "id": "state-count-gap",
            "severity": "warning",
            "node": "fw2",
            "interface": None,
            "vhid": None,
            "evidence": "fw2 holds 12 of 12 431 states",
        }
    ]
    one, two = document["nodes"]
    assert (one["name"], one["role"], one["reachable"], one["age_s"]) == (
        "fw1",
        "primary",
        True,
        0.4,
    )
    assert one["sources"]["ssh"] == {
        "state": "live",
        "detail": None,
        "rtt_s": 0.0021,
        "heard_age_s": 0.1,
        "stop": None,
    }
    assert one["sections"]["pf"] == {
        "age_s": 0.4,
        "source": "ssh",
        "freshness": "fresh",
        "error": None,
    }
    assert one["roles"] == [
        {
            "interface": "vtnet0",
            "description": "WAN",
            "vhid": 1,
            "state": "MASTER",
            "advbase": 1,
            "advskew": 0,
            "effective_skew": 0,
            "addresses": ["203.0.113.1/24"],
            "source": "ssh",
            "age_s": 0.4,
            "since": "2023-11-14T21:13:20.000Z",
            "since_exact": True,
        }
    ]
    assert (one["demotion"], one["carp_allowed"], one["preempt"], one["maintenance"]) == (
        0,
        True,
        True,
        False,
    )
    assert (one["states"], one["states_limit"], one["version"]) == (
        12431,
        1_000_000,
        "2.8.1-RELEASE",
    )
    assert one["pfsync"]["syncpeer"] == "172.16.1.2"
    assert (two["roles"][0]["since"], two["roles"][0]["since_exact"]) == (
        "1970-01-01T00:00:00.000Z",
        False,
    )


def test_absence_is_null_and_never_a_value() -> None:
    lost = status_document(pair(fw2=LOST))["nodes"][1]
    for key in ("age_s", "demotion", "carp_allowed", "preempt", "states", "version", "os"):
        assert lost[key] is None
    assert set(lost["pfsync"].values()) == {None}


def only_json(value: Any) -> bool:
    if isinstance(value, dict):
        return all(type(key) is str and only_json(inner) for key, inner in value.items())
    if isinstance(value, list):
        return all(map(only_json, value))
    return (
        value is None
        or type(value) in (str, int, bool)
        or (type(value) is float and math.isfinite(value))
    )


ANY = st.text(max_size=6)
NUMBERS = st.floats()


@given(ANY, NUMBERS, NUMBERS, NUMBERS, st.integers())
def test_every_value_is_json(text: str, now: float, epoch: float, since: float, count: int) -> None:
    bad = role(CarpState.INIT, description=text, since=Since(since, False), at=now, advskew=count)
    snapshot = replace(
        pair(VerdictKind.DEGRADED, Cause(text, Severity.NOTE, text, vhid=count), why=text),
        at=now,
        epoch=epoch,
        primary=node("fw1", None, roles=(bad,), at=now, identity=read(Identity(text, text, text))),
    )
    document = status_document(snapshot)
    assert only_json(document)
    assert json.loads(json.dumps(document, allow_nan=False)) == document


@pytest.mark.parametrize("command", ["status", "check"])
def test_a_cause_names_its_interface_as_the_table_and_the_screen_do(
    program: Program, command: str
) -> None:
    cause = Cause("split-brain", Severity.ERROR, "both are MASTER", None, "vtnet0", 1)
    program.plays(*stood(VerdictKind.SPLIT_BRAIN, cause))
    ran = program(command)
    assert re.search(r"split-brain +WAN vhid 1: both are MASTER", ran.out)
    assert "vtnet0" not in ran.out
