"""Pairs that a configuration cannot resolve, tried again; and the greeting of whoever has no configuration."""

import pytest
from cli_pairs import Program
from cli_several import BROKEN, PAIR, configure
from hypothesis import given
from hypothesis import strategies as st

from pfha_tui.cli.opening import FIRST_RUN, _wrapped
from pfha_tui.cli.options import Options
from pfha_tui.cli.pairs import resolved_again, wanted_pairs
from pfha_tui.domain.target import BrokenPair, PairTarget


@pytest.fixture
def options(program: Program) -> Options:
    configure(program, PAIR, BROKEN)
    return Options(config=str(program.config), read_only=True)


@pytest.fixture
def broken(options: Options) -> BrokenPair:
    good, found = wanted_pairs(options)
    assert isinstance(good, PairTarget) and isinstance(found, BrokenPair)
    assert (found.name, found.read_only) == ("dark", True)
    return found


def test_a_pair_that_is_mended_is_resolved_with_the_options_of_now(
    options: Options, broken: BrokenPair, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert resolved_again(broken, options) == broken
    monkeypatch.setenv("NO_SUCH_VARIABLE", "public")
    again = resolved_again(broken, options)
    assert isinstance(again, PairTarget)
    assert (again.name, again.read_only) == ("dark", True)


def test_a_pair_stays_broken_for_the_reason_of_now(
    program: Program, options: Options, broken: BrokenPair
) -> None:
    for text, reason in (("schema = 1\n" + PAIR, "dark"), ("schema = ", str(program.config))):
        program.config.write_text(text)
        again = resolved_again(broken, options)
        assert isinstance(again, BrokenPair)
        assert (again.name, again.why) == ("dark", again.faults[0])
        assert again.faults != broken.faults
        assert reason in " ".join(again.faults)


@pytest.mark.parametrize(
    ("width", "rest"), [(48, " " * 22 + "machine"), (40, "on this machine"), (80, None)]
)
def test_a_folded_line_goes_on_under_its_last_column_where_that_leaves_room(
    width: int, rest: str | None
) -> None:
    text = "  d   pfha-tui demo   a simulated pair on this machine"
    _, *more = _wrapped(text, width).splitlines()
    assert more == ([rest] if rest is not None else [])


@given(st.integers(20, 200))
def test_folding_loses_no_word_and_no_empty_line(width: int) -> None:
    folded = _wrapped(FIRST_RUN, width)
    assert folded.split() == FIRST_RUN.split()
    assert folded.count("\n\n") == FIRST_RUN.count("\n\n")
    longest = max(map(len, FIRST_RUN.split()))
    assert all(len(line) <= max(width, width // 2 + longest) for line in folded.splitlines())
