"""Long values: what differs in them is in what is shown, and programs get them whole."""

from __future__ import annotations

import json

import pytest
from diff_pairs import compared
from drifts import put

from pfha_tui.cli.diff_json import document
from pfha_tui.configdiff import told, visible
from pfha_tui.configdiff.model import Report

MANY = [f"192.0.2.{number}" for number in range(1, 31)]
ADDRESS = "aliases|alias|name=SRV_MAIL|address"


def alias(primary: list[str], secondary: list[str]) -> Report:
    return compared(put(ADDRESS, " ".join(secondary)), put(ADDRESS, " ".join(primary)))


def said(report: Report) -> list[str]:
    return [
        "\n".join(form(report, everything=False))
        for form in (told.lines, told.unified, told.markdown)
    ]


def test_the_last_of_many_addresses_is_told_in_every_form() -> None:
    report = alias(MANY, [*MANY[:-1], "192.0.2.99"])
    for text in said(report):
        assert "30 entries, only here: 192.0.2.30" in text
        assert "30 entries, only here: 192.0.2.99" in text
    (one,) = json.loads(json.dumps(document(report, everything=False)))["differences"]
    assert one["primary"].split() == sorted(MANY)
    assert one["secondary"].split() == sorted([*MANY[:-1], "192.0.2.99"])
    assert (one["only_primary"], one["only_secondary"]) == (["192.0.2.30"], ["192.0.2.99"])


def test_an_address_that_one_node_lacks() -> None:
    for text in said(alias(MANY, MANY[:-1])):
        assert "30 entries, only here: 192.0.2.30" in text
        assert "29 entries, none only here" in text


def test_of_very_many_the_first_are_named_and_the_others_counted() -> None:
    other = [f"198.51.100.{number}" for number in range(1, 31)]
    for text in said(alias(MANY, other)):
        assert "only here: 192.0.2.1, 192.0.2.10" in text and " more" in text
        assert all(len(line) < 1000 for line in text.splitlines())


def test_members_of_a_group_are_a_set_too() -> None:
    path = "system|group|name=professeurs|member"
    members = [str(number) for number in range(2000, 2040)]
    report = compared(put(path, [*members, "2077"]), put(path, members))
    for text in said(report):
        assert "40 entries, none only here" in text and "41 entries, only here: 2077" in text


def test_a_long_text_is_cut_around_what_differs() -> None:
    words = "word " * 200
    path = "aliases|alias|name=SRV_MAIL|descr"
    report = compared(put(path, f"{words} left {words}"), put(path, f"{words} right {words}"))
    for text in said(report):
        assert " left word" in text and " right word" in text and "…" in text
    (one,) = document(report, everything=False)["differences"]
    assert one["primary"].count("word") == one["secondary"].count("word") == 400
    (row,) = (row for row in report.differences[0].xml if row.startswith("-"))
    assert " right " in row


@pytest.mark.parametrize("longest", (20, 160))
def test_cutting_keeps_the_first_difference_of_any_two_texts(longest: int) -> None:
    for at in range(0, 400, 7):
        one, two = visible.around("a" * at + "x" + "b" * 300, "a" * at + "y" + "b" * 300, longest)
        assert "x" in one and "y" in two
        assert max(len(one), len(two)) <= longest + 1
