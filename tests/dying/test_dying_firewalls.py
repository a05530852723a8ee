"""Every case, once: the order of events is asserted where it is played, the sentence here."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.dying.__main__ import CASES
from tests.dying.case import Case
from tests.support.netns import inside, why_not

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
NAMES = [case.name for case in CASES]


@pytest.fixture(scope="module")
def played() -> dict[str, dict[str, Any]]:
    if (reason := why_not()) is not None:
        pytest.skip(reason)
    done = subprocess.run(
        inside("tests.dying", "--inside", "--at-once=10"),
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr
    return {one["name"]: one for one in json.loads(done.stdout)}


@pytest.mark.timeout(1000)
@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_the_sentence_is_read_and_the_node_comes_back(
    case: Case, played: dict[str, dict[str, Any]]
) -> None:
    found = played[case.name]
    assert not found["failed"], found["failed"]
    wanted = re.escape(case.sentence.format(host=found["host"])).replace(r"\*", ".*")
    assert re.fullmatch(wanted, found["sentence"]), found["sentence"]


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_the_readme_has_its_row(case: Case) -> None:
    rows = [line for line in README.splitlines() if line.startswith(f"| {case.name} |")]
    assert len(rows) == 1
    sentence = case.sentence.format(host="192.0.2.2") or "-"
    wanted = re.escape(sentence).replace(r"\*", "[^|]*")
    assert re.match(rf"\| {re.escape(case.name)} \| {wanted} \|", rows[0]), rows[0]
    assert case.remark in rows[0]
