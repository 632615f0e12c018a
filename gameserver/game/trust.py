"""What is held against a player, from what their track says and what others' tracks say of it.

The award is gated, the player is not banned: a doubt keeps the next catch waiting, and goes by
itself. Signals add up as independent evidence does: a player waits where the chance that none of
them is right falls below a fifth. A sanction takes two sure signals of different families.
"""

from collections import deque
from collections.abc import Sequence

from msgspec import Struct

from gameserver.game.geo import great_circle_m
from gameserver.game.seen import PackedTrack
from gameserver.game.signals import SIGNALS, Doubt, Mark, observe
from gameserver.game.track import Track

GATE = 0.8
SURE = 0.9
CASE_MS = 1_800_000
"""Doubts of half an hour make a case together."""

SANCTION_MS = 21_600_000
"""For six hours no coupons."""

MARKS_KEPT = 8
SAME_PLACE_M = 100.0
MARKS_MS = 43_200_000


class Gate(Struct, frozen=True):
    """A catch waits: the reason of the contract, the signal behind it, and until when."""

    reason: str
    signal: str
    until_ms: int


class PackedTrust(Struct, frozen=True, array_like=True):
    """What the next process needs to know of a player."""

    track: PackedTrack | None
    marks: tuple[Mark, ...]
    doubts: tuple[Doubt, ...]


class Trust:
    """The doubts about one player, and the places where the player aimed at cats."""

    __slots__ = ("_doubts", "_judged_until_ms", "_marks")

    def __init__(self) -> None:
        self._doubts: dict[str, Doubt] = {}
        self._marks: deque[Mark] = deque(maxlen=MARKS_KEPT)
        self._judged_until_ms = 0

    def look(self, track: Track, now_ms: int) -> None:
        """Look at the track anew. Once for an aim: the catch that follows is soon after."""
        for doubt in observe(track, self._marks, now_ms):
            self.note(doubt)

    def note(self, doubt: Doubt) -> None:
        """Hold a doubt against the player, or hold it longer."""
        known = self._doubts.get(doubt.signal)
        if known is None or known.until_ms <= doubt.until_ms or known.score < doubt.score:
            self._doubts[doubt.signal] = doubt

    def gate(self, now_ms: int) -> Gate | None:
        """What keeps the player waiting now; the doubt that does so longest is the reason."""
        held = [doubt for doubt in self._doubts.values() if doubt.until_ms > now_ms]
        innocent = 1.0
        for doubt in held:
            innocent *= 1.0 - doubt.score
        if not held or 1.0 - innocent < GATE:
            return None
        worst = max(held, key=lambda doubt: (doubt.score >= GATE, doubt.until_ms, doubt.score))
        return Gate(SIGNALS[worst.signal].reason, worst.signal, worst.until_ms)

    def case(self, now_ms: int) -> Sequence[Doubt]:
        """The evidence for a sanction: sure doubts of two families, of the last half hour; else
        nothing. What has made a case makes no other.
        """
        sure = [
            doubt
            for doubt in self._doubts.values()
            if doubt.score >= SURE
            and now_ms - doubt.at_ms <= CASE_MS
            and doubt.at_ms > self._judged_until_ms
        ]
        if len({SIGNALS[doubt.signal].family for doubt in sure}) < 2:
            return ()
        self._judged_until_ms = now_ms
        return sure

    def marked(self, place: tuple[float, float], now_ms: int) -> None:
        """The player was let aim at a cat here: a new place to have been, or still the last one."""
        if self._marks:
            last = self._marks[-1]
            if great_circle_m(last.lat, last.lon, *place) < SAME_PLACE_M:
                self._marks[-1] = Mark(last.lat, last.lon, last.at_ms, now_ms)
                return
        self._marks.append(Mark(place[0], place[1], now_ms, now_ms))

    # --- from process to process ---

    def pack(self, track: Track, now_ms: int) -> PackedTrust:
        """What the next process needs to know."""
        marks = tuple(mark for mark in self._marks if now_ms - mark.left_ms <= MARKS_MS)
        doubts = tuple(d for d in self._doubts.values() if now_ms - d.at_ms <= CASE_MS)
        return PackedTrust(track.pack(now_ms), marks, doubts)

    def resume(self, packed: PackedTrust) -> None:
        """Take in what another process knew of the player."""
        for doubt in packed.doubts:
            if doubt.signal in SIGNALS:
                self.note(doubt)
        both = {(mark.at_ms, mark.lat, mark.lon): mark for mark in (*packed.marks, *self._marks)}
        self._marks = deque((both[key] for key in sorted(both)), maxlen=MARKS_KEPT)
