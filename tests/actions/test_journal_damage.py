"""A damaged journal may have lost an unfinished action: that is told, and nothing is begun until it is accepted."""

from collections.abc import Callable
from pathlib import Path

import pytest
from action_pairs import pair, plan, refusals, warnings
from journal_plans import a_journal, a_plan

from pfha_tui.actions import chain, journal
from pfha_tui.actions.journal import Journal, verify
from pfha_tui.actions.model import Result, Verb

Damage = Callable[[list[bytes]], list[bytes]]


def left_over(folder: Path) -> Journal:
    """A whole action, then one that was begun, did a step, and never ended."""
    kept = a_journal(folder)
    kept.end(kept.begin(a_plan()), Result.CONFIRMED, "fw2 serves")
    kept.note(kept.begin(a_plan(reason="fan of fw1")), journal.STEP, number=0)
    return kept


def reworded(lines: list[bytes]) -> list[bytes]:
    return [line.replace(b"fan of fw1", b"fun of fw1") for line in lines]


def overwritten(lines: list[bytes]) -> list[bytes]:
    return [*lines[:2], b"#" * len(lines[2]), *lines[3:]]


def removed(lines: list[bytes]) -> list[bytes]:
    return [*lines[:2], *lines[3:]]


def the_rest_overwritten(lines: list[bytes]) -> list[bytes]:
    return [*lines[:2], b"\xff" * 512]


def last_overwritten(lines: list[bytes]) -> list[bytes]:
    return [*lines[:2], b"x" * 80, b""]


def damaged(kept: Journal, how: Damage) -> None:
    kept.path.write_bytes(b"\n".join(how(kept.path.read_bytes().split(b"\n"))))


@pytest.mark.parametrize(
    "how", [reworded, overwritten, removed, the_rest_overwritten, last_overwritten]
)
def test_it_is_told_until_it_is_accepted(tmp_path: Path, how: Damage) -> None:
    kept = left_over(tmp_path)
    assert kept.damage() is None and len(kept.unfinished("HQ")) == 1
    damaged(kept, how)
    told = kept.damage()
    assert told is not None and "an unfinished action may be lost" in told
    assert kept.unfinished("HQ") == ()
    kept.end(kept.begin(a_plan()), Result.REFUSED, "in between")
    assert kept.damage() is not None
    assert kept.accept("both nodes looked at") is not None
    assert (kept.damage(), kept.accept("again")) == (None, None)
    assert kept.records()[-1]["reason"] == "both nodes looked at"
    assert verify(kept.path).fault is not None
    kept.begin(a_plan())
    assert kept.damage() is None and len(kept.unfinished("HQ")) == 1


def test_what_was_accepted_covers_nothing_that_comes_later(tmp_path: Path) -> None:
    kept = left_over(tmp_path)
    damaged(kept, overwritten)
    kept.accept("looked at")
    sound = kept.path.read_bytes()
    kept.begin(a_plan(reason="second"))
    whole = kept.path.read_bytes()
    kept.path.write_bytes(whole.replace(b'"second"', b'"sekond"'))
    assert kept.damage() is not None
    kept.path.write_bytes(sound.replace(b"##", b"#!", 1))
    assert kept.damage() is not None
    kept.path.write_bytes(whole)
    assert kept.damage() is None


def test_a_step_without_its_beginning(tmp_path: Path) -> None:
    kept = a_journal(tmp_path)
    kept.note("0a0b0c0d", journal.STEP, number=0)
    told = kept.damage()
    assert told is not None
    assert "Line 1 is a step of the action 0a0b0c0d, whose beginning is gone" in told


def test_a_line_that_a_crash_tore_is_none(tmp_path: Path) -> None:
    kept = left_over(tmp_path)
    with open(kept.path, "ab") as file:
        file.write(b'{"duration_s":[2.0')
    assert kept.damage() is None
    kept.begin(a_plan())
    assert kept.records()[-2]["kind"] == chain.TORN
    assert kept.damage() is None and len(kept.unfinished("HQ")) == 2


def test_it_is_looked_at_again_only_when_the_file_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = left_over(tmp_path)
    looks: list[Path] = []
    really = chain.damage

    def damage(path: Path) -> chain.Damage | None:
        looks.append(path)
        return really(path)

    monkeypatch.setattr(chain, "damage", damage)
    for _ in range(5):
        assert kept.damage() is None
    kept.begin(a_plan())
    assert kept.damage() is None
    assert len(looks) == 2


def test_where_no_step_was_begun_there_is_nothing_to_take_back(tmp_path: Path) -> None:
    kept = a_journal(tmp_path)
    action = kept.begin(a_plan())
    assert kept.unfinished("HQ")[0].undo_text == (
        "No step was begun, so that there is nothing to take back."
    )
    kept.note(action, journal.STEP, number=0)
    assert kept.unfinished("HQ")[0].undo_text == a_plan().undo


def test_a_refused_attempt_stands_there_and_is_not_unfinished(tmp_path: Path) -> None:
    kept = a_journal(tmp_path)
    kept.refuse(a_plan(reason="fan"), "0a0b0c0d", "fw2 is demoted.")
    (told,) = kept.records()
    assert (told["kind"], told["why"], told["reason"]) == ("refused", "fw2 is demoted.", "fan")
    assert (kept.unfinished("HQ"), kept.last_change("HQ"), kept.damage()) == ((), None, None)


def test_the_gate_refuses_on_it_and_lets_force_pass_with_a_warning() -> None:
    made = plan(Verb.SWITCHOVER, pair(), reason="fan")
    assert refusals(made, pair(), damage="The journal is damaged.") == {"journal"}
    forced = plan(Verb.FAILOVER, pair(), reason="fan", confirmed="fw1")
    assert refusals(forced, pair(), damage="The journal is damaged.") == set()
    assert "journal" in warnings(forced, pair(), damage="The journal is damaged.")
