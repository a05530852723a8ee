"""`undo`, and `journal show` and `journal verify`."""

import json
import os
from pathlib import Path

import pytest
from cli_actions import LEFT, Acting, a_plan, later
from cli_pairs import LOST, Program, pair

from pfha_tui.actions import journal
from pfha_tui.actions.model import Request, Result, StillArmed, Unfinished, Verb
from pfha_tui.domain.verdict import VerdictKind

OTHER = later(LEFT, id="0a0b9999", title="Enter maintenance on fw2", node="fw2", fires_at=None)


@pytest.fixture
def acting(program: Program, monkeypatch: pytest.MonkeyPatch) -> Acting:
    made = Acting(program, monkeypatch)
    made.operator.result = Result.REVERTED
    return made


class TestUndo:
    def test_nothing_is_unfinished(self, acting: Acting) -> None:
        ran = acting("undo")
        assert (ran.code, ran.out) == (0, "main: nothing is unfinished.\n")
        assert json.loads(acting("undo", "--json").out) is None

    @pytest.mark.parametrize("words", [(), ("0a0b0c0d",), ("0a0b0",)])
    def test_the_only_one_is_taken_back(self, acting: Acting, words: tuple[str, ...]) -> None:
        acting.operator.left = (LEFT,)
        ran = acting("undo", *words, "--yes")
        assert (ran.code, acting.operator.undone) == (0, [LEFT])
        assert ran.out.startswith("TAKEN BACK: ")
        assert ran.err == "revert: taking it back\n"

    @pytest.mark.parametrize("result", [Result.UNKNOWN, Result.CONTRADICTED])
    def test_one_that_could_not_be(self, acting: Acting, result: Result) -> None:
        acting.operator.left, acting.operator.result = (LEFT,), result
        assert acting("undo", "--yes").code == 5

    def test_of_several_one_is_named(self, acting: Acting) -> None:
        acting.operator.left = (OTHER, LEFT)
        ran = acting("undo", "--yes")
        assert (ran.code, acting.operator.undone) == (2, [])
        assert ran.err.splitlines()[0] == "main has 2 unfinished actions; say which one:"
        assert "0a0b9999  Enter maintenance on fw2" in ran.err
        assert acting("undo", "0a0b9", "--yes").code == 0
        assert acting.operator.undone == [OTHER]

    @pytest.mark.parametrize("words", [("ffffffff",), ("0a0b",)])
    def test_one_that_is_not_there(self, acting: Acting, words: tuple[str, ...]) -> None:
        acting.operator.left = (OTHER, LEFT)
        ran = acting("undo", *words, "--yes")
        assert (ran.code, acting.operator.undone) == (2, [])
        assert f"main has no unfinished action {words[0]}." in ran.err

    def test_its_plan_touches_nothing(self, acting: Acting) -> None:
        acting.operator.left = (LEFT,)
        ran = acting("undo", "--plan")
        assert (ran.code, acting.operator.undone, acting.run.feeds[-1].ran) == (0, [], False)
        assert "Switch fw1 over to fw2, begun" in ran.out and "by ann@desk" in ran.out
        assert "/sbin/sysctl net.inet.carp.demotion=-120  (as root)" in ran.out
        assert "fw1 was to take it back by itself" in ran.out
        told = json.loads(acting("undo", "--plan", "--json").out)
        assert told["commands"][1] == ["/bin/rm", "-f", "/var/run/pfha-tui.mark"]

    def test_somebody_must_say_so(self, acting: Acting) -> None:
        acting.operator.left = (LEFT,)
        assert acting("undo").code == 6
        with acting.typed("no"):
            assert acting("undo").code == 6
        assert acting.operator.undone == []
        with acting.typed("fw1"):
            assert acting("undo").code == 0

    def test_where_nothing_was_done_yes_is_enough(self, acting: Acting) -> None:
        acting.operator.left = (later(LEFT, undo=(), fires_at=None),)
        with acting.typed("y"):
            assert acting("undo").code == 0

    def test_no_node_is_reached(self, acting: Acting) -> None:
        acting.operator.left = (LEFT,)
        acting.run.plays(pair(VerdictKind.UNKNOWN, fw1=LOST, fw2=LOST))
        assert (acting("undo", "--yes").code, acting.operator.undone) == (3, [])

    def test_closing_needs_a_reason_and_no_node(self, acting: Acting) -> None:
        acting.operator.left = (LEFT,)
        assert acting("undo", "--close").code == 2
        ran = acting("undo", "--close", "--reason", "fw1 was replaced")
        assert (ran.code, ran.out) == (0, "Closed in the journal: Switch fw1 over to fw2.\n")
        assert acting.operator.closed == [(LEFT, "fw1 was replaced")]
        assert not acting.run.feeds[-1].ran

    def test_closing_waits_for_the_node(
        self, acting: Acting, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def close(left: Unfinished, reason: str) -> None:
            raise StillArmed("fw1 takes it back by itself by 12:00:00; wait for that.")

        acting.operator.left = (LEFT,)
        monkeypatch.setattr(acting.operator, "close", close)
        ran = acting("undo", "--close", "--reason", "fw1 was replaced")
        assert (ran.code, ran.err) == (
            6,
            "fw1 takes it back by itself by 12:00:00; wait for that.\n",
        )

    def test_a_damaged_journal_may_have_lost_one(self, acting: Acting) -> None:
        acting.operator.damaged = "The journal is damaged."
        ran = acting("undo", "--plan")
        assert (ran.code, ran.err) == (5, "The journal is damaged.\n")
        assert ran.out == "main: whether anything is unfinished is not known.\n"
        assert json.loads(acting("undo", "--json").out)["damage"] == "The journal is damaged."
        acting.operator.left = (LEFT,)
        ran = acting("undo", "--plan")
        assert (ran.code, ran.err) == (0, "The journal is damaged.\n")
        assert "Switch fw1 over to fw2, begun" in ran.out

    def test_read_only(self, acting: Acting) -> None:
        acting.operator.left = (LEFT,)
        assert acting("--read-only", "undo", "--yes").code == 6


@pytest.fixture
def kept() -> journal.Journal:
    return journal.Journal(journal.usual_path(), "ann@desk", clock=lambda: 1_700_000_000.0)


def written(kept: journal.Journal, verb: Verb = Verb.SWITCHOVER) -> str:
    action = kept.begin(a_plan(Request(verb, "fw1", reason="new fan")))
    kept.note(action, journal.ARMED, fires_at=1_700_000_040.0)
    kept.end(action, Result.CONFIRMED, "fw2 \x1b[31mserves.")
    return action


class TestJournal:
    def test_it_lies_in_the_state_directory(self, program: Program, kept: journal.Journal) -> None:
        written(kept)
        assert kept.path == Path(os.environ["XDG_STATE_HOME"], "pfha-tui", "journal.jsonl")
        assert kept.path.is_file()

    def test_show(self, program: Program, kept: journal.Journal) -> None:
        action = written(kept)
        ran = program("journal", "show", config=False)
        begun, armed, ended = ran.out.splitlines()
        assert (ran.code, ran.err) == (0, "")
        assert begun.split("  ")[1:4] == ["main", action, "begun"]
        assert begun.endswith("Do switchover on fw1, by ann@desk: new fan")
        assert armed.endswith("fires_at=1700000040.0")
        assert ended.endswith("confirmed: fw2 \ufffd[31mserves.")

    def test_show_as_json(self, program: Program, kept: journal.Journal) -> None:
        written(kept)
        lines = program("journal", "show", "--json", config=False).out.splitlines()
        assert [json.loads(line) for line in lines] == list(kept.records())

    def test_the_last_and_one_pair(self, program: Program, kept: journal.Journal) -> None:
        written(kept)
        last = program("journal", "show", "--last", "2", config=False).out.splitlines()
        assert ["armed" in last[0], "ended" in last[1], len(last)] == [True, True, 2]
        assert program("journal", "show", "--pair", "other", config=False).out == ""
        assert program("journal", "show", "--last", "0", config=False).code == 2

    def test_there_is_none_yet(self, program: Program) -> None:
        ran = program("journal", "show", config=False)
        assert (ran.code, ran.out, ran.err) == (0, "", "The journal has no records yet.\n")
        assert program("journal", "verify", config=False).code == 0

    def test_verify(self, program: Program, kept: journal.Journal) -> None:
        written(kept)
        ran = program("journal", "verify", config=False)
        assert (ran.code, ran.out) == (0, f"3 records, sound; {kept.head}\n")
        told = json.loads(program("journal", "verify", "--json", config=False).out)
        assert (told["sound"], told["records"], told["head"]) == (True, 3, kept.head)

    def test_one_that_was_changed(self, program: Program, kept: journal.Journal) -> None:
        written(kept)
        kept.path.write_bytes(kept.path.read_bytes().replace(b"new fan", b"new fun"))
        ran = program("journal", "verify", config=False)
        assert ran.code == 5
        assert ran.out == f"{kept.path}: Line 1, record 1, is not as it was written.\n"
        told = json.loads(program("journal", "verify", "--json", config=False).out)
        assert (told["sound"], told["fault"]) == (
            False,
            "Line 1, record 1, is not as it was written.",
        )

    def test_one_that_was_cut_off_is_found_by_its_head(
        self, program: Program, kept: journal.Journal
    ) -> None:
        written(kept)
        head = kept.head
        assert program("journal", "verify", "--head", head.upper(), config=False).code == 0
        lines = kept.path.read_bytes().splitlines(keepends=True)
        kept.path.write_bytes(b"".join(lines[:-1]))
        assert program("journal", "verify", config=False).code == 0
        ran = program("journal", "verify", "--head", head, config=False)
        assert ran.code == 5 and "No record has the hash" in ran.out

    def test_one_that_cannot_be_read(self, program: Program, kept: journal.Journal) -> None:
        kept.path.mkdir(parents=True)
        for words in (("show",), ("verify",)):
            ran = program("journal", *words, config=False)
            assert ran.code == 74 and "cannot be read" in ran.err

    def test_a_damaged_one_is_accepted_with_a_reason(
        self, program: Program, kept: journal.Journal
    ) -> None:
        assert program("journal", "accept").code == 2
        assert program("journal", "accept", "--reason", " ").code == 2
        ran = program("journal", "accept", "--reason", "looked at")
        assert (ran.code, ran.out) == (
            0,
            "There is nothing to accept: the journal is not damaged.\n",
        )
        written(kept)
        kept.path.write_bytes(kept.path.read_bytes().replace(b"new fan", b"new fun"))
        ran = program("journal", "accept", "--reason", "looked at")
        assert (ran.code, ran.out) == (
            0,
            "Accepted in the journal: Line 1, record 1, is not as it was written.\n",
        )
        assert kept.damage() is None
        assert program("journal", "verify").code == 5
        kept.path.write_bytes(kept.path.read_bytes().replace(b"new fun", b"new fin"))
        told = json.loads(program("journal", "accept", "--reason", "again", "--json").out)
        assert told["accepted"] == "Line 1, record 1, is not as it was written."
