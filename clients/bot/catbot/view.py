"""The cats that one player sees, and which of them it still wants."""

import math

from catbot.ground import Position
from catbot.wire import Cat, Cats, Refused

_MAX_REFUSALS_PER_CAT = 8
_SURE_REACH = 0.8  # aim from well inside the reach: the server may know us a little elsewhere
_NEAR_M = 10.0  # where the server does not say how near is near enough
_REMEMBERED_CATS = 512
_UNKNOWN_LIFE_MS = 3_600_000


class View:
    """Cats in view by id, and the player's experience with each."""

    __slots__ = ("_done", "_reach_m", "_refusals", "_wanted", "cats")

    def __init__(self) -> None:
        self.cats: dict[str, Cat] = {}
        self._wanted: dict[str, Cat] = {}  # those of them that can still be caught
        self._done: dict[str, int] = {}  # cats that are settled -> when they expire
        self._refusals: dict[str, int] = {}
        self._reach_m: dict[str, float] = {}

    def change(self, news: Cats) -> None:
        """Take in what came into view (or changed) and what left it."""
        cats, wanted, done = self.cats, self._wanted, self._done
        for cat in news.appear:
            name = cat.id
            cats[name] = cat
            if cat.left > 0 and name not in done:
                wanted[name] = cat
            else:
                wanted.pop(name, None)
        for gone in news.vanish:
            cats.pop(gone, None)
            wanted.pop(gone, None)
            if self._refusals:  # which most cats never earn
                self._forget_experience(gone)

    def clear(self) -> None:
        """See nothing, as at the start of a session; what is settled stays settled."""
        self.cats.clear()
        self._wanted.clear()
        self._refusals.clear()
        self._reach_m.clear()

    def wants(self, cat: Cat) -> bool:
        """Whether a cat can still be caught by this player."""
        return cat.left > 0 and cat.id not in self._done

    def nearest(self, here: Position) -> Cat | None:
        """The nearest cat in view that can still be caught."""
        nearest, nearest_sq = None, math.inf
        # A street may show hundreds of cats: one cosine for all is exact enough to compare them.
        shrink = math.cos(math.radians(here.lat))
        for cat in self._wanted.values():
            north = cat.lat - here.lat
            east = ((cat.lon - here.lon + 180) % 360 - 180) * shrink
            distance_sq = north * north + east * east
            if distance_sq < nearest_sq:
                nearest, nearest_sq = cat, distance_sq
        return nearest

    def reach_m(self, cat: Cat, usual_m: float) -> float:
        """From how far to aim at a cat, where `usual_m` is the server's usual reach."""
        return self._reach_m.get(cat.id, usual_m * _SURE_REACH)

    def is_hopeless(self, cat_id: str) -> bool:
        """Count one more refusal, and say whether it was one too many."""
        self._refusals[cat_id] = self._refusals.get(cat_id, 0) + 1
        return self._refusals[cat_id] >= _MAX_REFUSALS_PER_CAT

    def come_nearer(self, cat_id: str, refusal: Refused) -> None:
        """Aim from nearer than was refused."""
        known = [limit for limit in (refusal.limit_m, refusal.distance_m) if limit is not None]
        self._reach_m[cat_id] = _SURE_REACH * min(known, default=_NEAR_M)

    def settle(self, cat_id: str, now_ms: int) -> None:
        """Be done with a cat, whatever came of it."""
        cat = self.cats.get(cat_id)
        self._wanted.pop(cat_id, None)
        self._done[cat_id] = now_ms + _UNKNOWN_LIFE_MS if cat is None else cat.expires_ms
        self._forget_experience(cat_id)
        if len(self._done) > _REMEMBERED_CATS:
            self._done = {cat: ends_ms for cat, ends_ms in self._done.items() if ends_ms > now_ms}

    def _forget_experience(self, cat_id: str) -> None:
        self._refusals.pop(cat_id, None)
        self._reach_m.pop(cat_id, None)


def place_of(cat: Cat) -> Position:
    """Where a cat sits."""
    return Position(cat.lat, cat.lon)
