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
LATE_S = 0.5
"""Far less than a poll, far more than a busy machine needs; `make prove` has the goal, 50 ms."""


@pytest.fixture(scope="module")
def played() -> dict[str, dict[str, Any]]:
    if (reason := why_not()) is not None:
        pytest.skip(reason)
    done = subprocess.run(
        [sys.executable, "-m", "tests.wirelab", "--json", f"--at-once={AT_ONCE}"],
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.stdout, done.stderr
    return {one["name"]: one for one in json.loads(done.stdout)}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", NAMES)
def test_on_the_wire(name: str, played: dict[str, dict[str, Any]]) -> None:
    found = played[name]
    if found["skipped"]:
        pytest.skip(found["skipped"])
    assert not found["failed"], found["failed"]


@pytest.mark.timeout(300)
def test_role_changes_are_stamped_as_they_come(played: dict[str, dict[str, Any]]) -> None:
    lags = [abs(lag) for one in played.values() for lag in one["facts"].get("lags", ())]
    late = [lag for lag in lags if lag > LATE_S]
    assert len(lags) >= 20 and len(late) <= len(lags) / 20, sorted(lags)[-5:]
