"""A light stands for at least five people, whatever else is shown beside it or a second later."""

from collections import Counter

import h3.api.basic_int as h3
from hypothesis import given
from hypothesis import strategies as st

from gameserver.game.lights import (
    COARSEST_RES,
    FEWEST,
    FINEST_RES,
    Light,
    light_cell,
    lights,
)

CENTRE = light_cell(1.30399, 103.83194)
REGION = h3.cell_to_parent(CENTRE, COARSEST_RES)
QUARTER = h3.cell_to_parent(CENTRE, FINEST_RES - 1)
NEIGHBOUR = next(cell for cell in h3.cell_to_children(QUARTER, FINEST_RES) if cell != CENTRE)
FAR = light_cell(48.2, 16.37)

# Few cells, so that many hold four or five: two quarters, another corner of the region, elsewhere.
CELLS = [
    *h3.cell_to_children(QUARTER, FINEST_RES),
    *h3.cell_to_children(h3.cell_to_children(REGION, FINEST_RES - 1)[0], FINEST_RES)[:3],
    FAR,
]
CROWDS = st.lists(st.sampled_from(CELLS), max_size=40)
"""Players, each by the cell that they are in."""


def catches(players: list[int], who: list[int]) -> Counter[int]:
    return Counter(players[one % len(players)] for one in who) if players else Counter()


def is_in(cell: int, place: int) -> bool:
    return h3.cell_to_parent(place, h3.get_resolution(cell)) == cell


def suspects(light: Light, shown: list[Light], players: list[int]) -> list[int]:
    """Whose catch it can have been: players in the cell, without those in smaller lights in it."""
    smaller = [
        other.cell
        for other in shown
        if h3.get_resolution(other.cell) > h3.get_resolution(light.cell)
    ]
    return [
        place
        for place in players
        if is_in(light.cell, place) and not any(is_in(cell, place) for cell in smaller)
    ]


@given(CROWDS, st.lists(st.integers(0, 99), max_size=30))
def test_a_light_stands_for_five_players_at_least(players: list[int], who: list[int]) -> None:
    shown = lights(Counter(players), catches(players, who))
    for light in shown:
        assert len(suspects(light, shown, players)) >= FEWEST


@given(CROWDS, st.lists(st.integers(0, 99), max_size=30))
def test_no_catch_is_shown_twice_or_where_it_was_not(players: list[int], who: list[int]) -> None:
    caught = catches(players, who)
    shown = lights(Counter(players), caught)
    assert all(light.catches > 0 for light in shown)
    assert len({light.cell for light in shown}) == len(shown)
    for cell in {light.cell for light in shown}:
        within = sum(count for place, count in caught.items() if is_in(cell, place))
        told = sum(light.catches for light in shown if _contains(cell, light.cell))
        assert told <= within
    assert sum(light.catches for light in shown) <= sum(caught.values())


def _contains(cell: int, other: int) -> bool:
    res = h3.get_resolution(cell)
    return h3.get_resolution(other) >= res and h3.cell_to_parent(other, res) == cell


def bright(players: list[int]) -> list[Light]:
    """Every cell that would light up if everybody caught something."""
    return lights(Counter(players), Counter(players))


@given(CROWDS, st.integers(0, 99), st.sampled_from(CELLS), st.lists(st.integers(0, 99)))
def test_two_seconds_held_against_each_other_tell_of_nobody_alone(
    players: list[int], mover: int, to: int, who: list[int]
) -> None:
    """One player walks on from one second to the next, or is not there in one of them.

    Who remembers earlier seconds may know smaller cells to be bright in which nothing is caught
    now. Even who knows all of them has five people left to choose from.
    """
    for now in (players, [*players, to], _with(players, mover, to)):
        for light in lights(Counter(now), catches(now, who)):
            assert len(suspects(light, bright(now), now)) >= FEWEST


def _with(players: list[int], mover: int, to: int) -> list[int]:
    moved = list(players)
    if moved:
        moved[mover % len(moved)] = to
    return moved


def test_a_catch_lights_up_in_its_own_cell_where_five_are_there() -> None:
    assert lights({CENTRE: 5}, {CENTRE: 2}) == [Light(CENTRE, 2)]


def test_four_players_light_up_nothing_however_much_they_catch() -> None:
    assert lights({CENTRE: 4}, {CENTRE: 50}) == []


def test_what_is_too_lonely_shows_in_the_next_cell_that_is_not() -> None:
    assert lights({CENTRE: 4, NEIGHBOUR: 1}, {CENTRE: 1, NEIGHBOUR: 2}) == [Light(QUARTER, 3)]


def test_a_bright_cell_does_not_make_its_lonely_neighbour_visible() -> None:
    """Nine in the quarter, five of them in one cell: a catch elsewhere is one of four, or less."""
    assert lights({CENTRE: 5, NEIGHBOUR: 4}, {NEIGHBOUR: 1}) == []


def test_who_is_far_from_everybody_shows_nowhere() -> None:
    assert lights({FAR: 1, CENTRE: 20}, {FAR: 3}) == []
