"""How a plan and what the gate found are told in lines."""

import pytest

from pfha_tui.actions.model import Finding, Weight
from pfha_tui.cli.actions_text import finding_lines


@pytest.mark.parametrize(
    ("node", "text", "told"),
    [
        ("fw1", "fw1 is demoted by 240.", "fw1 is demoted by 240."),
        ("fw1", "A step that waits for fw1.", "A step that waits for fw1."),
        ("fw1", "fw10 is demoted by 240.", "fw1: fw10 is demoted by 240."),
        ("fw", "The role of my-fw has changed.", "fw: The role of my-fw has changed."),
        ("fw1", "fw1.example.net does not answer.", "fw1: fw1.example.net does not answer."),
        ("a", "Nothing is watched.", "a: Nothing is watched."),
        ("fw[1]", "It has fw[1] in it.", "It has fw[1] in it."),
        (None, "Nobody is named.", "Nobody is named."),
    ],
)
def test_a_finding_names_its_node_once(node: str | None, text: str, told: str) -> None:
    assert list(finding_lines((Finding("id", Weight.WARN, text, node),))) == [f"[warns] {told}"]
