"""`make prove` says when a goal was missed, also where no drill failed."""

from typing import Any

import pytest

from tests.wirelab import prove
from tests.wirelab.drills import Result, load
from tests.wirelab.prove import CUT, DEMOTION, MAINTENANCE, judge, table

CUT_FACTS = {"silences": [3.39, 3.4], "gap": 3.0, "handed_after": 0.003, "wire_lags": [0.001]}
MOVE_FACTS = {"lost": 0, "gap": 0.06, "took": [1.0], "lags": [0.001] * 4, "wire_lags": [0.002] * 4}
OTHER_FACTS = {
    "took": 14.0,
    "taken_back_after": 54.0,
    "handed_after": 0.002,
    "confirmed_after": 0.3,
}


def plays(**spoiled: dict[str, Any]) -> list[list[Result]]:
    """What `judge` takes, every goal met but for the facts of the first run of the named series."""
    others = [each.name for each in load() if each.name not in (CUT, DEMOTION, MAINTENANCE)]
    found = {
        "cuts": [Result(CUT, facts=dict(CUT_FACTS)) for _ in range(3)],
        "demoted": [Result(DEMOTION, facts=dict(MOVE_FACTS)) for _ in range(3)],
        "maintained": [Result(MAINTENANCE, facts=dict(MOVE_FACTS)) for _ in range(3)],
        "loaded_cuts": [Result(CUT, facts=dict(CUT_FACTS))],
        "loaded_moves": [Result(DEMOTION, facts=dict(MOVE_FACTS))],
        "others": [Result(name, facts=dict(OTHER_FACTS)) for name in others],
    }
    for name, facts in spoiled.items():
        for each in found[name][: 1 if name != "others" else None]:
            each.facts.update(facts)
    return list(found.values())


@pytest.mark.parametrize(
    ("spoiled", "rows"),
    [
        ({}, []),
        ({"demoted": {"lost": 1}}, [2]),
        ({"loaded_moves": {"lost": 1}}, [3]),
        ({"maintained": {"lost": 14}}, [4]),
        ({"cuts": {"silences": [3.39, 3.8]}}, [0]),
        ({"demoted": {"wire_lags": [0.001, -0.06, 0.06]}}, [6]),
        ({"loaded_moves": {"lags": [0.06]}}, [9]),
        ({"others": {"handed_after": 0.3}}, [10]),
    ],
)
def test_each_goal_can_be_missed(spoiled: dict[str, dict[str, Any]], rows: list[int]) -> None:
    judged = judge(*plays(**spoiled))
    assert [number for number, row in enumerate(judged) if not row.met] == rows
    assert table(judged).count(": missed") == len(rows)


def test_what_was_not_measured_is_no_goal_that_was_met() -> None:
    assert not any(row.met for row in judge([], [], [], [], [], []))


@pytest.mark.parametrize(("lost", "code"), [(0, 0), (1, 1)])
def test_the_exit_code(lost: int, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    cuts, moves, _, _, _, others = plays(demoted={"lost": lost})
    known = {CUT: cuts, DEMOTION: moves, MAINTENANCE: plays()[2]}
    monkeypatch.setattr(prove, "series", lambda name, _: known[name])
    monkeypatch.setattr(prove, "play_all", lambda *_: others)
    monkeypatch.setattr(prove, "LOOPS", 0)
    assert prove.prove() == code
