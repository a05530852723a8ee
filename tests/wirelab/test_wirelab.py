"""Every drill, once, on real wires: what must be so is asserted where it is played."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.wirelab.__main__ import why_not
from tests.wirelab.drills import load

NAMES = [each.name for each in load() if not each.proof]
AT_ONCE = 6
LOST = 3
"""Pings that a machine busy with the other tests may lose; a VIP that is served 0.7 s late loses 14."""
LATE_S = 0.5
"""Far less than a poll, far more than a busy machine needs; `make prove` has the goal, 50 ms."""


@pytest.fixture(scope="module")
def played() -> dict[str, dict[str, Any]]:
    if (reason := why_not()) is not None:
        pytest.skip(reason)
    done = subprocess.run(
        [sys.executable, "-m", "tests.wirelab", "--json", f"--at-once={AT_ONCE}", f"--lost={LOST}"],
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.stdout, done.stderr
    return {one["name"]: one for one in json.loads(done.stdout)}


@pytest.mark.timeout(1000)
@pytest.mark.parametrize("name", NAMES)
def test_on_the_wire(name: str, played: dict[str, dict[str, Any]]) -> None:
    found = played[name]
    if found["skipped"]:
        pytest.skip(found["skipped"])
    assert not found["failed"], found["failed"]


@pytest.mark.timeout(1000)
@pytest.mark.parametrize(("fact", "least"), [("lags", 20), ("wire_lags", 8)])
def test_role_changes_are_stamped_as_they_come(
    fact: str, least: int, played: dict[str, dict[str, Any]]
) -> None:
    lags = [abs(lag) for one in played.values() for lag in one["facts"].get(fact, ())]
    late = [lag for lag in lags if lag > LATE_S]
    assert len(lags) >= least and len(late) <= len(lags) / 20, sorted(lags)[-5:]
