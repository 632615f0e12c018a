"""What is near whom: the cats of the regions that this process's players can see, by view cell.

All of it is in memory and synchronous. Regions are followed while somebody's view can show one of
their cats; `gateway.feed` brings them in and keeps them true.
"""

from collections.abc import Iterable
from itertools import chain
from math import floor
from typing import Protocol

import msgspec
from msgspec import Struct

from gameserver.codecs import Codec
from gameserver.game.datum import FROM_WGS84, Datum
from gameserver.game.geo import view_cell, view_cells, view_regions
from gameserver.game.model import Cat
from gameserver.gateway.footfall import Footfall
from gameserver.protocol import (
    cat_view,
)

_NO_CELLS: frozenset[int] = frozenset()


class LiveCat(Struct, eq=False, gc=False):
    """A cat in a cell, with its encodings: each is made once, whoever sees the cat.

    Nothing here can be in a circle, so the garbage collector need not look at a million of them.
    """

    cat: Cat
    left: int
    cell: int = -1
    _encoded: dict[tuple[bool, Datum], msgspec.Raw] | None = None

    def __post_init__(self) -> None:
        self.cell = view_cell(self.cat.lat, self.cat.lon)

    def encoded(self, codec: Codec, datum: Datum) -> msgspec.Raw:
        """The cat as it goes into a `cats` message."""
        known = self._encoded
        if known is None:
            known = self._encoded = {}
        key = (codec.text, datum)
        raw = known.get(key)
        if raw is None:
            lat, lon = FROM_WGS84[datum](self.cat.lat, self.cat.lon)
            view = cat_view(self.cat, self.left, _to_a_decimetre(lat), _to_a_decimetre(lon))
            raw = known[key] = msgspec.Raw(codec.encode(view))
        return raw


def _to_a_decimetre(deg: float) -> float:
    """Degrees with six decimals; a fifth of a cat's encoding would be spent in `round`."""
    return floor(deg * 1e6 + 0.5) / 1e6


class Viewer(Protocol):
    """Somebody who looks at cells and is shown what changes in them."""

    def show(self, appear: list[LiveCat], vanish: list[str]) -> None:
        """Say what came into view and what left it."""


class Region:
    """One followed region: its cats here, and how many views can show them."""

    __slots__ = ("cats", "cursor", "idle_since", "viewers")

    def __init__(self) -> None:
        self.cats: set[str] = set()
        self.cursor: str | None = None
        """Where to read the feed on; None until a snapshot is in."""
        self.viewers = 0
        self.idle_since = 0.0


class World:
    """Cells with their cats and viewers, and the regions they come from."""

    def __init__(self) -> None:
        self.cats: dict[str, LiveCat] = {}
        self.regions: dict[str, Region] = {}
        self._cells: dict[int, dict[str, LiveCat]] = {}
        self._viewers: dict[int, set[Viewer]] = {}
        """By the middles of their views."""
        self.footfall = Footfall()

    # --- views ---

    def look(self, viewer: Viewer, old: int | None, new: int | None) -> None:
        """Move a view from one middle cell to another and show the difference.

        None stands for no view: before the first fix, and after the session's end.
        """
        before = view_cells(old) if old is not None else _NO_CELLS
        after = view_cells(new) if new is not None else _NO_CELLS
        vanish: list[str] = []
        appear: list[LiveCat] = []
        cells = self._cells
        for cell in before - after:
            if cell in cells:
                vanish.extend(cells[cell])
        for cell in after - before:
            if cell in cells:
                appear.extend(cells[cell].values())
        if old is not None:
            viewers = self._viewers[old]
            viewers.discard(viewer)
            if not viewers:
                del self._viewers[old]
        if new is not None:
            self._viewers.setdefault(new, set()).add(viewer)
        self._follow(old, new)
        self.footfall.seen.update([live.cat.store for live in appear])
        if new is not None and (appear or vanish):
            viewer.show(appear, vanish)

    def seen(self, cat_id: str, middle: int | None) -> LiveCat | None:
        """The cat, if the view around `middle` shows it."""
        live = self.cats.get(cat_id)
        if live is None or middle is None or live.cell not in view_cells(middle):
            return None
        return live

    def _follow(self, old: int | None, new: int | None) -> None:
        before = view_regions(old) if old is not None else frozenset()
        after = view_regions(new) if new is not None else frozenset()
        for name in after - before:
            self.regions.setdefault(name, Region()).viewers += 1
        for name in before - after:
            self.regions[name].viewers -= 1

    # --- what the feed brings ---

    def replace(self, name: str, cats: Iterable[tuple[Cat, int]]) -> None:
        """Take a snapshot of a region as the truth; viewers are told only what differs."""
        region = self.regions.get(name)
        if region is None:
            return
        fresh = {cat.id: (cat, left) for cat, left in cats}
        changes = Changes(self)
        for cat_id in region.cats - fresh.keys():
            changes.vanish(cat_id)
        for cat, left in fresh.values():
            changes.appear(name, cat, left)
        changes.tell()

    def forget(self, name: str) -> None:
        """Drop a region that no view can show."""
        region = self.regions.pop(name)
        for cat_id in region.cats:
            live = self.cats.pop(cat_id)
            self._uncell(live)

    def viewers_of(self, cell: int) -> Iterable[Viewer]:
        """Who looks at a cell: whose middle is so near to it as it is to theirs."""
        viewers = self._viewers
        return chain.from_iterable(
            viewers[middle] for middle in view_cells(cell) if middle in viewers
        )

    def put(self, region: Region, live: LiveCat) -> None:
        """Add a cat."""
        region.cats.add(live.cat.id)
        self.cats[live.cat.id] = live
        self._cells.setdefault(live.cell, {})[live.cat.id] = live

    def take(self, cat_id: str) -> LiveCat | None:
        """Remove a cat; None where there is none."""
        live = self.cats.pop(cat_id, None)
        if live is None:
            return None
        region = self.regions.get(cat_id.partition("-")[0])
        if region is not None:
            region.cats.discard(cat_id)
        self._uncell(live)
        return live

    def _uncell(self, live: LiveCat) -> None:
        cell = self._cells[live.cell]
        del cell[live.cat.id]
        if not cell:
            del self._cells[live.cell]


class Changes:
    """Appearances and departures of one turn, gathered so that each viewer is told once."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._told: dict[Viewer, tuple[dict[str, LiveCat], set[str]]] = {}
        self._was_there: dict[str, bool] = {}
        """Of each cat of this turn: did its viewers have it before?"""

    def appear(self, region_name: str, cat: Cat, left: int) -> None:
        """A cat is there (again)."""
        region = self._world.regions.get(region_name)
        known = self._world.cats.get(cat.id)
        if region is None or (known is not None and known.left == left):
            return
        self._was_there.setdefault(cat.id, known is not None)
        if known is not None:
            self._world.take(cat.id)
        live = LiveCat(cat, left)
        self._world.put(region, live)
        viewers = 0
        for viewer in self._world.viewers_of(live.cell):
            appear, vanish = self._told.setdefault(viewer, ({}, set()))
            appear[cat.id] = live
            vanish.discard(cat.id)
            viewers += 1
        if viewers and known is None:
            self._world.footfall.seen[cat.store] += viewers

    def vanish(self, cat_id: str) -> None:
        """A cat is gone."""
        live = self._world.take(cat_id)
        if live is None:
            return
        was_there = self._was_there.setdefault(cat_id, True)
        for viewer in self._world.viewers_of(live.cell):
            appear, vanish = self._told.setdefault(viewer, ({}, set()))
            appear.pop(cat_id, None)
            if was_there:
                vanish.add(cat_id)

    def tell(self) -> None:
        """Show every viewer what changed for it."""
        for viewer, (appear, vanish) in self._told.items():
            if appear or vanish:
                viewer.show(list(appear.values()), list(vanish))
        self._told.clear()
