"""What the game knows of a player from before this session and from others: brought in beside it.

Nothing here holds up a welcome or a fix. A catch waits until the player's earlier track is here and
the last aim has been held against other people's walks: milliseconds, which have mostly gone by
while the player took aim. With Redis away it is answered `busy`, as it would be anyhow, for no cat
can be claimed then; so judging without would gain nothing, and nobody gains by coming back before
the memory does.
"""

import logging
from asyncio import gather
from collections.abc import Callable
from itertools import chain

from gameserver.game.addresses import Addresses
from gameserver.game.footprints import REFUSED_EVERY_MS, copied, crowded, footprints, spot
from gameserver.game.geo import region_of
from gameserver.game.signals import Doubt
from gameserver.game.track import Track
from gameserver.game.trust import SANCTION_MS
from gameserver.gateway.attestation import AttestationError, Verifier
from gameserver.gateway.roster import Memory, Review
from gameserver.jobs import Jobs
from gameserver.ledger.database import LedgerError
from gameserver.ledger.sanctions import NewSanction, Sanctions
from gameserver.live.errors import LiveError
from gameserver.live.live import Live

log = logging.getLogger(__name__)

ATTESTED_MS = 86_400_000

LOOK_EVERY_MS = 250
"""Aims that follow each other faster are looked at together, and at once when there is a throw."""


class Lookback:
    """The past of this process's players."""

    def __init__(
        self, live: Live, jobs: Jobs, clock: Callable[[], int], sanctions: Sanctions
    ) -> None:
        self.verifier: Verifier | None = None
        """Who judges devices; None asks nothing of them."""
        self._live = live
        self._jobs = jobs
        self._clock = clock
        self._sanctions = sanctions
        self._addresses = Addresses()
        self.no_coupons: dict[str, int] = {}
        """Who gets no coupons, until when in epoch ms. Kept true by `SanctionWatch`."""

    def no_coupons_until_ms(self, player: str) -> int:
        """Until when a player gets no coupons; 0 where nothing is in the way."""
        return self.no_coupons.get(player, 0)

    # --- what a session says ---

    def entered(self, player: str, memory: Memory, address: str, attestation: str | None) -> None:
        """A session opened: bring in where the player was, and what its phone is."""
        memory.address, memory.attestation = address, attestation
        doubt = self._addresses.newcomer(address, self._clock())
        if doubt is not None:
            memory.trust.note(doubt)
        memory.review = Review.NEEDED
        memory.is_known = False
        memory.is_attested = self.verifier is None
        self._begin(player, memory)

    def aimed(self, player: str, memory: Memory) -> None:
        """The player may catch if nothing more is found: look for it."""
        memory.review = Review.NEEDED
        if not self._has_looked(memory, LOOK_EVERY_MS):
            self._begin(player, memory)

    def refused(self, player: str, memory: Memory) -> None:
        """The player aimed and may not catch: now and then that leaves footprints too."""
        if memory.track.last is not None and not self._has_looked(memory, REFUSED_EVERY_MS):
            memory.review = Review.NEEDED
            self._begin(player, memory)

    def _has_looked(self, memory: Memory, within_ms: int) -> bool:
        return 0 <= self._clock() - memory.looked_ms < within_ms

    def is_open(self, player: str, memory: Memory, go_on: Callable[[bool], None]) -> bool:
        """Has all been looked at? If not, `go_on` is called later: with True once it has, with
        False where it can't be now.
        """
        if memory.review is Review.DONE:
            return True
        memory.waiting.append(go_on)
        self._begin(player, memory)
        return False

    def suspected(self, player: str, memory: Memory) -> None:
        """There are doubts: where two sure ones make a case, there are no coupons from now on."""
        now_ms = self._clock()
        last = memory.track.last
        if last is None or self.no_coupons_until_ms(player) > now_ms:
            return
        doubts = memory.trust.case(now_ms)
        if not doubts:
            return
        until_ms = now_ms + SANCTION_MS
        self.no_coupons[player] = until_ms
        wanted = NewSanction(player, now_ms, until_ms, (last.lat, last.lon), doubts)
        self._jobs.start(self._impose(wanted), "write a sanction down")

    async def keep(self, player: str, memory: Memory) -> None:
        """A session ended: keep what the next one should know."""
        if not memory.is_known:
            return  # what is kept may say more than what is here
        now_ms = self._clock()
        try:
            await self._live.keep_track(player, memory.trust.pack(memory.track, now_ms))
        except LiveError:
            return  # what was kept at the last aim has to do

    # --- the work ---

    def _begin(self, player: str, memory: Memory) -> None:
        if memory.is_looking:
            return
        memory.is_looking = self._jobs.start(self._look(player, memory), "look back")
        if not memory.is_looking:
            _tell(memory, False)

    async def _look(self, player: str, memory: Memory) -> None:
        try:
            while self._is_pressing(memory):
                memory.review = Review.RUNNING
                await self._review(player, memory)
                if memory.review is Review.RUNNING:
                    memory.review = Review.DONE
        except (LiveError, AttestationError):
            memory.review = Review.NEEDED
        finally:
            memory.is_looking = False
            _tell(memory, memory.review is Review.DONE)

    def _is_pressing(self, memory: Memory) -> bool:
        return memory.review is Review.NEEDED and (
            not memory.is_known
            or not memory.is_attested
            or bool(memory.waiting)
            or not self._has_looked(memory, LOOK_EVERY_MS)
        )

    async def _review(self, player: str, memory: Memory) -> None:
        if not memory.is_known:
            kept = await self._live.kept_track(player)
            if kept is not None:
                memory.trust.resume(kept)
                if kept.track is not None:
                    memory.track.resume(kept.track)
            memory.is_known = True
        if not memory.is_attested:
            await self._attest(player, memory)
        last = memory.track.last
        if last is not None:
            memory.looked_ms = now_ms = self._clock()
            region = region_of(last.lat, last.lon)
            doubts = await gather(
                self._compare_walks(region, player, memory.track, now_ms),
                self._compare_spots(region, player, memory.track, now_ms),
            )
            for doubt in chain(*doubts):
                memory.trust.note(doubt)
                if doubt.signal == "lockstep":
                    self._addresses.suspect(memory.address, player, now_ms)
            await self._live.keep_track(player, memory.trust.pack(memory.track, now_ms))
        self.suspected(player, memory)

    async def _compare_walks(
        self, region: str, player: str, track: Track, now_ms: int
    ) -> list[Doubt]:
        prints = footprints(track, now_ms)
        if not prints:
            return []
        matches = await self._live.leave_footprints(region, player, prints, now_ms)
        return copied(player, matches, now_ms)

    async def _compare_spots(
        self, region: str, player: str, track: Track, now_ms: int
    ) -> list[Doubt]:
        here = spot(track)
        if here is None:
            return []
        return crowded(await self._live.stand(region, player, here, now_ms), now_ms)

    async def _attest(self, player: str, memory: Memory) -> None:
        if self.verifier is not None:
            now_ms = self._clock()
            verdict = await self.verifier.verify(memory.attestation, player, now_ms)
            score = 0.0 if verdict.is_genuine else 1.0
            until_ms = now_ms + ATTESTED_MS
            memory.trust.note(Doubt("attestation", score, now_ms, until_ms, verdict.detail))
        memory.is_attested = True

    async def _impose(self, wanted: NewSanction) -> None:
        try:
            made = await self._sanctions.impose(wanted)
        except LedgerError:
            log.warning("a sanction could not be written down: it holds in this process only")
            return
        log.info("sanction %s: %s", made.id, ", ".join(one.signal for one in made.evidence))


def _tell(memory: Memory, is_done: bool) -> None:
    waiting, memory.waiting = memory.waiting, []
    for go_on in waiting:
        go_on(is_done)
