"""`status` tells what the journal says that somebody has to look after."""

import json

import pytest
from cli_actions import a_plan
from cli_pairs import EPOCH, Program, pair, read

from pfha_tui.actions import journal
from pfha_tui.actions.model import Method, Request, Result, Verb
from pfha_tui.cli.status_json import rfc3339
from pfha_tui.domain.verdict import VerdictKind


@pytest.fixture
def kept() -> journal.Journal:
    return journal.Journal(journal.usual_path(), "ann@desk", clock=lambda: EPOCH - 3600)


def maintained(kept: journal.Journal, lease_s: float) -> None:
    request = Request(Verb.MAINTENANCE_ENTER, "fw2", Method.MAINTENANCE, lease_s)
    kept.end(kept.begin(a_plan(request)), Result.CONFIRMED, "…")


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_an_unfinished_action(
    program: Program, kept: journal.Journal, form: tuple[str, ...]
) -> None:
    kept.begin(a_plan(Request(Verb.SWITCHOVER)))
    program.plays(pair())
    ran = program("status", *form)
    assert ran.code == 0
    assert ran.err == (
        "1 action on main was begun and never came to an end: `pfha-tui undo --plan`.\n"
    )
    assert not form or json.loads(ran.out)["verdict"] == "healthy"


def test_a_damaged_journal_may_have_lost_one(program: Program, kept: journal.Journal) -> None:
    kept.begin(a_plan(Request(Verb.SWITCHOVER, reason="fan")))
    kept.path.write_bytes(kept.path.read_bytes().replace(b'"fan"', b'"fun"'))
    program.plays(pair())
    ran = program("status")
    assert ran.code == 0 and ran.err == (
        "The journal is damaged, and an unfinished action may be lost from it (Line 1, record 1, "
        "is not as it was written): look at both nodes, then `pfha-tui journal accept --reason "
        "TEXT`.\n"
    )
    kept.accept("looked at")
    assert program("status").err == ""


def test_a_lease_that_is_over(program: Program, kept: journal.Journal) -> None:
    maintained(kept, 1800.0)
    program.plays(pair(VerdictKind.MAINTENANCE, fw2={"maintenance": read(True)}))
    assert program("status").err == (
        "The maintenance of fw2 by ann@desk has been over for 30 min: "
        "`pfha-tui maintenance leave fw2`.\n"
    )


def test_a_lease_stands_with_its_node_in_json(program: Program, kept: journal.Journal) -> None:
    maintained(kept, 1800.0)
    program.plays(pair(VerdictKind.MAINTENANCE, fw2={"maintenance": read(True)}))
    first, second = json.loads(program("status", "--json").out)["nodes"]
    assert first["lease"] is None
    assert second["lease"] == {
        "until": rfc3339(EPOCH - 1800),
        "since": rfc3339(EPOCH - 3600),
        "who": "ann@desk",
        "reason": None,
        "over": True,
    }
    maintained(kept, 7200.0)
    assert json.loads(program("status", "--json").out)["nodes"][1]["lease"]["over"] is False
    program.plays(pair())
    assert json.loads(program("status", "--json").out)["nodes"][1]["lease"] is None


def test_one_that_lasts_or_was_left_meanwhile_is_not_told(
    program: Program, kept: journal.Journal
) -> None:
    maintained(kept, 7200.0)
    program.plays(pair(VerdictKind.MAINTENANCE, fw2={"maintenance": read(True)}))
    assert program("status").err == ""
    maintained(kept, 60.0)
    program.plays(pair())
    assert program("status").err == ""


def test_a_journal_that_cannot_be_read(program: Program, kept: journal.Journal) -> None:
    kept.path.mkdir(parents=True)
    program.plays(pair())
    ran = program("status")
    assert ran.code == 0 and "cannot be read" in ran.err
