"""Commands whose exit code 1 is an answer, not an error."""

import pytest

from pfha_tui.collector import catalogue, sections
from pfha_tui.domain.command import Command, Output
from pfha_tui.domain.reading import ErrorKind
from pfha_tui.domain.snapshot import NodeSnapshot
from pfha_tui.domain.target import NodeRole

BLANK = NodeSnapshot("fw1", NodeRole.PRIMARY, "192.0.2.1", 0.0)


@pytest.mark.parametrize(
    ("command", "field", "value"),
    [
        (catalogue.MAINTENANCE, "maintenance", False),
        (catalogue.BOOTING, "booting", False),
        (catalogue.DHCP_ISC, "dhcp_isc", ()),
    ],
    ids=lambda one: one.id if isinstance(one, Command) else None,
)
def test_exit_code_1_without_a_word_means_no(command: Command, field: str, value: object) -> None:
    snapshot, error = sections.read(BLANK, Output(command, 1, b""), 5.0)
    assert error is None
    assert getattr(snapshot, field).value == value
    refused, error = sections.read(
        BLANK, Output(command, 1, b"", b"sudo: a password is required"), 5.0
    )
    assert error is ErrorKind.NOT_PERMITTED
    assert getattr(refused, field).value is None
