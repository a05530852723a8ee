"""The pure half: OIDs, and walking columns joined by index, against a model agent with every bad habit."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfha_tui.transports.snmp.values import Answer, Cell, End, Oid, dotted, parse_oid
from pfha_tui.transports.snmp.walk import MAX_BINDS, TableWalk, WalkError, columns_of

ENTRY = (1, 3, 6, 1, 2, 1, 2, 2, 1)
Ask = Callable[[list[Oid], int], Answer]


def walk(
    columns: list[int], ask: Ask, *, max_rows: int = 4096, max_requests: int = 20_000
) -> TableWalk:
    roots = [(*ENTRY, column) for column in columns]
    table = TableWalk(columns_of([dotted(root) for root in roots], roots), max_rows=max_rows)
    for _ in range(max_requests):
        request = table.request()
        if request is None:
            return table
        cursors, repetitions = request
        assert len(cursors) * repetitions <= MAX_BINDS or repetitions == 1
        assert len(cursors) <= MAX_BINDS
        table.feed(ask(cursors, repetitions))
    raise AssertionError("the walk does not end")


def orderly(cells: dict[Oid, Cell], *, room: int = 10_000) -> Ask:
    """An agent as RFC 3416 has it, that sends at most `room` varbinds."""
    keys = sorted(cells)

    def ask(cursors: list[Oid], repetitions: int) -> Answer:
        binds: list[tuple[Oid, Cell]] = []
        for _ in range(repetitions):
            for place, cursor in enumerate(cursors):
                after = next((key for key in keys if key > cursor), None)
                cursors[place] = after or cursor
                binds.append((cursor, End.OF_MIB_VIEW) if after is None else (after, cells[after]))
        return Answer(0, 0, tuple(binds[:room]))

    return ask


grid = st.dictionaries(
    st.tuples(st.integers(1, 6), st.lists(st.integers(0, 300), min_size=1, max_size=4).map(tuple)),
    st.integers(0, 2**64 - 1),
    max_size=60,
)


@given(
    grid,
    st.lists(st.integers(1, 6), min_size=1, max_size=6, unique=True),
    st.integers(1, 50),
)
def test_every_cell_lands_in_the_row_of_its_index(
    table: dict[tuple[int, tuple[int, ...]], int], columns: list[int], room: int
) -> None:
    cells: dict[Oid, Cell] = {
        (*ENTRY, column, *index): value for (column, index), value in table.items()
    }
    expected: dict[str, dict[str, int]] = {}
    for (column, index), value in table.items():
        if column in columns:
            expected.setdefault(dotted(index), {})[dotted((*ENTRY, column))] = value
    assert walk(columns, orderly(cells, room=room)).rows == expected


oids = st.lists(st.integers(0, 3), min_size=0, max_size=4).map(lambda tail: (*ENTRY, *tail))
hostile_binds = st.lists(
    st.tuples(oids, st.one_of(st.none(), st.just(End.OF_MIB_VIEW), st.integers())), max_size=90
)
answers = st.builds(Answer, st.integers(0, 20), st.integers(-1, 60), hostile_binds.map(tuple))


@given(st.data())
def test_ends_whatever_an_agent_says(data: st.DataObject) -> None:
    try:
        walk(
            [1, 2, 3],
            lambda cursors, repetitions: data.draw(answers),
            max_rows=50,
            max_requests=2000,
        )
    except WalkError as error:
        assert str(error)


def test_an_agent_that_goes_in_circles_ends_the_column() -> None:
    first = (*ENTRY, 1, 1)
    second = (*ENTRY, 1, 2)
    table = walk(
        [1], lambda cursors, repetitions: Answer(0, 0, ((first, 10), (second, 20), (first, 30)))
    )
    assert table.rows == {"1": {dotted((*ENTRY, 1)): 10}, "2": {dotted((*ENTRY, 1)): 20}}


def test_indexes_that_do_not_increase_are_still_read() -> None:
    order = [7, 3, 5]

    def ask(cursors: list[Oid], repetitions: int) -> Answer:
        at = order.index(cursors[0][-1]) + 1 if len(cursors[0]) > len(ENTRY) + 1 else 0
        binds: list[tuple[Oid, Cell]] = [
            ((*ENTRY, 1, index), index) for index in order[at : at + 2]
        ]
        return Answer(0, 0, tuple(binds) or (((*ENTRY, 2, 1), 0),))

    assert list(walk([1], ask).rows) == ["7", "3", "5"]


def test_a_table_without_end_is_refused() -> None:
    def ask(cursors: list[Oid], repetitions: int) -> Answer:
        start = cursors[0][-1] if len(cursors[0]) > len(ENTRY) + 1 else 0
        return Answer(
            0, 0, tuple(((*ENTRY, 1, start + step), 1) for step in range(1, repetitions + 1))
        )

    with pytest.raises(WalkError, match="more than 4096 rows"):
        walk([1], ask)


def test_rows_count_though_no_column_has_them_all() -> None:
    cells: dict[Oid, Cell] = {(*ENTRY, row % 3, row): row for row in range(30)}
    with pytest.raises(WalkError, match="more than 20 rows"):
        walk([0, 1, 2], orderly(cells), max_rows=20)


def test_empty_cells_without_end_are_refused_too() -> None:
    def ask(cursors: list[Oid], repetitions: int) -> Answer:
        start = cursors[0][-1] if len(cursors[0]) > len(ENTRY) + 1 else 0
        return Answer(0, 0, (((*ENTRY, 1, start + 1), None),))

    with pytest.raises(WalkError, match="rows"):
        walk([1], ask, max_rows=20)


def test_too_big_asks_for_less_until_it_fits() -> None:
    cells: dict[Oid, Cell] = {
        (*ENTRY, column, row): row for column in range(1, 8) for row in range(1, 4)
    }
    sizes: list[int] = []

    def ask(cursors: list[Oid], repetitions: int) -> Answer:
        sizes.append(len(cursors) * repetitions)
        if sizes[-1] > 3:
            return Answer(1, 0, ())
        return orderly(cells)(cursors, repetitions)

    rows = walk(list(range(1, 8)), ask).rows
    assert sorted(rows) == ["1", "2", "3"]
    assert all(len(row) == 7 for row in rows.values())


def test_too_big_for_one_value_is_an_error() -> None:
    with pytest.raises(WalkError, match="tooBig"):
        walk([1, 2], lambda cursors, repetitions: Answer(1, 0, ()))


def test_an_error_about_one_column_leaves_the_others() -> None:
    cells: dict[Oid, Cell] = {(*ENTRY, column, 1): column for column in (1, 2, 3)}

    def ask(cursors: list[Oid], repetitions: int) -> Answer:
        bad = next(
            (i for i, cursor in enumerate(cursors) if cursor[: len(ENTRY) + 1] == (*ENTRY, 2)), None
        )
        return orderly(cells)(cursors, repetitions) if bad is None else Answer(5, bad + 1, ())

    assert walk([1, 2, 3], ask).rows == {"1": {dotted((*ENTRY, 1)): 1, dotted((*ENTRY, 3)): 3}}


def test_more_columns_than_fit_one_request() -> None:
    cells: dict[Oid, Cell] = {(*ENTRY, column, 1): column for column in range(1, 91)}
    assert len(walk(list(range(1, 91)), orderly(cells)).rows["1"]) == 90


def test_no_columns_ask_nothing() -> None:
    assert TableWalk({}).request() is None


@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=30))
def test_oids_survive_the_way_there_and_back(numbers: list[int]) -> None:
    text = dotted((1, 3, *numbers))
    assert dotted(parse_oid(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        ".1.3.6",
        "1.3.",
        "1..3",
        "1.3.x",
        "1.3.-1",
        "3.1",
        "1.40",
        "1.3.4294967296",
        "sysDescr.0",
        "1.3.²",
    ],
)
def test_malformed_oids_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="OID"):
        parse_oid(text)
