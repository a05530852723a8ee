"""Pictures of the wall, compared as SVG; made again with `pytest --snapshot-update` on this file."""

import wall_pairs
from textual.pilot import Pilot


def taken(snap_compare, pairs: wall_pairs.Pairs, size: tuple[int, int], *keys: str, **options):
    app, feeds = wall_pairs.make(pairs, **options)

    async def settle(pilot: Pilot) -> None:
        await wall_pairs.settle(pilot, feeds)
        if keys:
            await pilot.press(*keys)
            await pilot.pause()

    return snap_compare(app, terminal_size=size, run_before=settle)


def test_nothing_heard_yet(snap_compare) -> None:
    assert taken(snap_compare, wall_pairs.starting(), (120, 30))


def test_three_pairs(snap_compare) -> None:
    assert taken(snap_compare, wall_pairs.mixed(), (120, 30), "down")


def test_three_pairs_ascii_without_colour(snap_compare) -> None:
    assert taken(snap_compare, wall_pairs.mixed(), (80, 24), ascii=True, no_color=True)


def test_twenty_pairs(snap_compare) -> None:
    assert taken(snap_compare, wall_pairs.twenty(), (80, 24))


def test_a_broken_pair_in_light_colours(snap_compare) -> None:
    assert taken(snap_compare, wall_pairs.with_broken(), (100, 30), "down", theme="light")


def test_one_of_several_opened_to_watch(snap_compare) -> None:
    assert taken(snap_compare, wall_pairs.mixed(), (120, 36), "1", watch=True)
