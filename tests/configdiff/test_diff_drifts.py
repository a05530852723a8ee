"""What the comparison finds, and what it passes over."""

from __future__ import annotations

import pytest
from diff_pairs import VERSIONS, compared
from drifts import DRIFTS, LAWFUL, Drift, Lawful
from drifts_hostile import HARMLESS, HOSTILE
from drifts_local import EQUAL, LAWFUL_RELATIONS, LOCAL
from drifts_review import RELATIONS, REVIEW

from pfha_tui.configdiff.model import Verdict


@pytest.mark.parametrize("version", VERSIONS)
def test_a_healthy_pair_has_no_difference_that_counts(version: str) -> None:
    report = compared(version=version)
    assert report.differences == ()
    assert report.alerts == ()
    assert not report.findings
    assert all(each.equal for each in report.coverage)
    assert report.expected


@pytest.mark.parametrize(
    "drift", (*DRIFTS, *REVIEW, *RELATIONS, *LOCAL, *EQUAL, *HOSTILE), ids=lambda drift: drift.name
)
def test_a_drift_is_found_named_and_judged(drift: Drift) -> None:
    report = compared(drift.secondary, drift.primary)
    hits = [
        each
        for each in report.differences
        if each.section == drift.section
        and drift.item in each.item
        and each.field == drift.field
        and each.verdict.value == drift.verdict
    ]
    assert hits, report.differences
    assert all(each.consequence for each in hits)
    assert all(each.verdict is not Verdict.CHANGED for each in report.differences)


@pytest.mark.parametrize("drift", (*DRIFTS, *REVIEW), ids=lambda drift: drift.name)
def test_one_drift_is_few_lines(drift: Drift) -> None:
    report = compared(drift.secondary, drift.primary)
    # Another version or DHCP server changes what the sync covers, a lone package brings its settings.
    assert len(report.differences) <= 2, report.differences


@pytest.mark.parametrize(
    "lawful", (*LAWFUL, *HARMLESS, *LAWFUL_RELATIONS), ids=lambda lawful: lawful.name
)
def test_a_lawful_difference_stays_silent(lawful: Lawful) -> None:
    report = compared(lawful.secondary, lawful.primary)
    assert report.differences == ()


def test_there_are_thirty_kinds_of_drift_and_twenty_lawful_differences() -> None:
    assert len({drift.name for drift in DRIFTS}) >= 30
    assert len({lawful.name for lawful in LAWFUL}) >= 20
