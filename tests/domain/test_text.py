"""Whether a terminal takes UTF-8, as its locale has it; names as people type them."""

import pytest

from pfha_tui.domain.text import same_name, takes_utf8


@pytest.mark.parametrize(
    ("environ", "utf8_mode", "expected"),
    [
        ({"LC_ALL": "C"}, True, False),
        ({"LC_ALL": "POSIX", "LANG": "en_US.UTF-8"}, True, False),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, True, False),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, False, True),
        ({"LC_CTYPE": "C.UTF-8"}, True, True),
        ({}, False, True),
        ({"LC_ALL": "", "LANG": "C.UTF-8"}, False, True),
        ({"LANG": "fr_FR.utf8@euro"}, False, True),
        ({"LC_ALL": "en_US.UTF-8"}, True, True),
        ({"LC_ALL": "fr_FR.ISO-8859-1", "LC_CTYPE": "C.UTF-8"}, True, False),
        ({"LANG": "fr_FR"}, False, True),
    ],
    ids=str,
)
def test_the_name_of_the_locale_decides(environ, utf8_mode: bool, expected: bool) -> None:
    assert takes_utf8("utf-8", environ, utf8_mode) is expected
    assert not takes_utf8("iso8859-1", environ, utf8_mode)


@pytest.mark.parametrize(
    ("typed", "same"),
    [("fw1", True), ("FW1 ", True), ("fw 1", False), ("fw", False), ("fw10", False), ("", False)],
)
def test_a_name_is_typed_in_any_case(typed: str, same: bool) -> None:
    assert same_name(typed, "Fw1") is same
