"""Our words for the messages of tomllib, whose wording is its own affair and may change with Python."""

import tomllib

import pytest

from pfha_tui.config.positions import _FAULTS

FAULTY = {
    "Cannot ": "[a]\n[a]\n",
    "Duplicate ": "a = {b = 1, b = 2}",
    "Illegal character '\\n'": 'a = "x\n',
    "Illegal character": 'a = "\x01"',
    "Found invalid character": "# \x01",
    "Unescaped": 'a = "C:\\path"',
    "Un": "a = [1",
    "Expected ']": "[a\n",
    'Expected "': "a = '''x",
    "Expected '='": "a 1",
    "Expected newline": "a = 1 2",
    "Invalid value": "a = x",
    "Invalid date": "a = 2026-02-31",
    "Invalid": "= 1",
}


def test_each_has_an_example() -> None:
    assert FAULTY.keys() == _FAULTS.keys()


@pytest.mark.parametrize(("start", "text"), FAULTY.items())
def test_this_pythons_tomllib_still_says_so(start: str, text: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError) as caught:
        tomllib.loads(text)
    message = str(caught.value)
    assert next((known for known in _FAULTS if message.startswith(known)), message) == start
