"""Where catches may light up on a big screen: in cells with enough players to be none of them.

A catch is shown in the finest cell that holds enough players, counted without those of finer cells
that have enough themselves: what is left of a cell when its brighter parts are taken away is never
a handful of people either. A catch that finds no such cell is not shown anywhere.
"""

from collections import Counter
from collections.abc import Mapping

import h3.api.basic_int as h3
from msgspec import Struct

FEWEST = 5
"""Players in a cell in which a catch may light up."""

FINEST_RES = 9
COARSEST_RES = 6


class Light(Struct, frozen=True):
    """So many catches somewhere in an H3 cell."""

    cell: int
    catches: int


def light_cell(lat: float, lon: float) -> int:
    """The finest cell of a place, by which players and catches are counted."""
    return int(h3.latlng_to_cell(lat, lon, FINEST_RES))


def lights(here: Mapping[int, int], caught: Mapping[int, int]) -> list[Light]:
    """What may be shown of catches, given how many players are where, both by `light_cell`."""
    shown: list[Light] = []
    for res in range(FINEST_RES, COARSEST_RES - 1, -1):
        crowded = {cell for cell, players in here.items() if players >= FEWEST}
        shown += (Light(cell, caught[cell]) for cell in sorted(crowded & caught.keys()))
        here = _in_parents(here, crowded, res - 1)
        caught = _in_parents(caught, crowded, res - 1)
    return shown


def _in_parents(counts: Mapping[int, int], without: set[int], res: int) -> Mapping[int, int]:
    """The counts of cells that are not left out, by the cells around them."""
    parents = Counter[int]()
    for cell, count in counts.items():
        if cell not in without:
            parents[h3.cell_to_parent(cell, res)] += count
    return parents
