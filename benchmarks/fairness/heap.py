"""Footprints, for players on paper: what `leave_footprints.lua` and `stand.lua` do, in memory."""

from collections.abc import Sequence

from gameserver.game.footprints import AGAIN_MS, TOGETHER_MS, Footprint, Match
from gameserver.live.tracks import CLAIMANTS, SPOT_MOST


class Heap:
    """The footprints of one region, without end."""

    def __init__(self) -> None:
        self._left: dict[int, list[tuple[str, int]]] = {}
        self._spots: dict[int, dict[str, int]] = {}

    def leave(self, player: str, prints: Sequence[Footprint]) -> list[Match]:
        """Leave footprints; who else left the same."""
        others: dict[str, tuple[int, int]] = {}
        for print_, weight, walked_ms in prints:
            claims = self._left.setdefault(print_, [])
            for other, then_ms in claims:
                apart_ms = then_ms - walked_ms
                if other == player and abs(apart_ms) <= AGAIN_MS:
                    continue
                heavy, nearest_ms = others.get(other, (0, apart_ms))
                nearest_ms = min(nearest_ms, apart_ms, key=abs)
                others[other] = heavy + weight, nearest_ms
            if len(claims) < CLAIMANTS and all(other != player for other, _ in claims):
                claims.append((player, walked_ms))
        return [Match(other, *found) for other, found in others.items()]

    def stand(self, player: str, spot: int, now_ms: int) -> int:
        """Be at a spot; how many others were there lately."""
        here = self._spots.setdefault(spot, {}) | {player: now_ms}
        lately = sorted(
            (at_ms, who) for who, at_ms in here.items() if at_ms >= now_ms - TOGETHER_MS
        )
        self._spots[spot] = {who: at_ms for at_ms, who in lately[-SPOT_MOST:]}
        return len(self._spots[spot]) - 1
