"""Claims: who may catch a cat, and the outbox of what is still to be written into the books."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from typing import Literal, cast

import msgspec
from msgspec import Struct

from gameserver.game.geo import cat_region
from gameserver.game.model import Claim
from gameserver.live import keys
from gameserver.live.errors import LiveError
from gameserver.live.part import Part
from gameserver.live.scripts import load

log = logging.getLogger(__name__)

CLAIM = load("claim_cat")
UNCLAIM = load("unclaim_cat")
FIND = load("find_claim")
FINISH = load("finish")

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Claim).decode


class Won(Struct, frozen=True):
    """This attempt has the catch; `left` more are in the cat. `entry` is its outbox entry."""

    left: int
    entry: str


class Already(Struct, frozen=True):
    """Another attempt of this player has the cat: `claim`.

    `entry` is its outbox entry, None once `settled`: the books are done.
    """

    claim: Claim
    entry: str | None
    settled: bool


class Undone(Struct, frozen=True):
    """This attempt had the catch, but it was undone for this reason."""

    reason: str


class Gone(Struct, frozen=True):
    """Nobody can catch the cat: it is caught out, expired, or there is none."""


ClaimResult = Won | Already | Undone | Gone


class OutboxEntry(Struct, frozen=True):
    """Something whose books are not done.

    `claim`: a catch whose coupon is to be issued, and which is to be recorded.
    `expired`: a cat that is off the street and whose reservation is to be released.
    """

    entry: str
    kind: Literal["claim", "expired"]
    claim: Claim | None
    cat: str
    campaign: str | None
    at_ms: int


class Claims(Part):
    """Calls about claims."""

    async def claim_cat(self, claim: Claim, now_ms: int) -> ClaimResult:
        """Claim one catch of the claim's cat for its player.

        The same attempt always gets the same answer; a player has one claim on a cat at most.
        ValueError for a cat id that no server made.
        """
        of = keys.of_region(cat_region(claim.cat))
        catchers = of.catchers(claim.cat)
        reply = await self._redis.run(
            CLAIM,
            (of.left, of.expiry, catchers, of.feed, of.outbox, of.open),
            (claim.cat, claim.player, claim.attempt, now_ms, _encode(claim)),
        )
        match reply:
            case [b"won", int(left), bytes(entry)]:
                return Won(left, entry.decode())
            case [b"already", bytes(body), bytes(entry), int(settled)]:
                return Already(_decode(body), None if settled else entry.decode(), bool(settled))
            case [b"undone", bytes(reason)]:
                return Undone(reason.decode())
            case [b"gone"]:
                return Gone()
        raise LiveError(f"claim_cat answered {reply!r}")

    async def claim_cats(
        self, claims: Sequence[Claim], now_ms: int
    ) -> list[ClaimResult | LiveError]:
        """Claim many at once, of any regions; what became of each, in their order.

        Each as with `claim_cat`; where Redis did not answer, its LiveError stands for the result,
        and disturbs no claim of another region. ValueError for a cat id that no server made.
        """
        for claim in claims:
            cat_region(claim.cat)
        found = await asyncio.gather(
            *(self.claim_cat(claim, now_ms) for claim in claims), return_exceptions=True
        )
        for result in found:
            if isinstance(result, BaseException) and not isinstance(result, LiveError):
                raise result
        return cast(list[ClaimResult | LiveError], found)

    async def find_claim(self, cat: str, player: str) -> Claim | None:
        """The claim that a player has on a cat, until an hour after the cat's expiry."""
        key = keys.of_region(cat_region(cat)).catchers(cat)
        body = cast(bytes | None, await self._redis.run(FIND, [key], [player]))
        return None if body is None else _decode(body)

    async def unclaim_cat(self, claim: Claim, entry: str, reason: str, now_ms: int) -> bool:
        """Undo a claim for which no coupon could be had, and give its place back.

        The same attempt hears Undone(reason) from now on; another attempt may claim anew. False
        if the books of this claim are done already: then the catch stands.
        """
        of = keys.of_region(cat_region(claim.cat))
        undone = await self._redis.run(
            UNCLAIM,
            (of.cats, of.left, of.expiry, of.catchers(claim.cat), of.feed, of.outbox, of.open),
            (claim.cat, claim.player, claim.attempt, entry, reason, now_ms),
        )
        return undone == 1

    async def finish(self, region: str, entries: Sequence[str]) -> None:
        """Take entries out of the region's outbox: their books are done."""
        of = keys.of_region(region)
        for start in range(0, len(entries), 100):
            await self._redis.run(FINISH, [of.outbox, of.open], entries[start : start + 100])

    async def finish_all(self, done: Sequence[tuple[str, str]]) -> None:
        """Take (cat id, entry) pairs of any regions out of their outboxes: their books are done.

        No LiveError: an entry that stays because Redis did not answer is finished by the keeper.
        """
        regions: defaultdict[str, list[str]] = defaultdict(list)
        for cat, entry in done:
            regions[cat_region(cat)].append(entry)
        answers = await asyncio.gather(
            *(self.finish(region, entries) for region, entries in regions.items()),
            return_exceptions=True,
        )
        for answer in answers:
            if isinstance(answer, LiveError):
                log.warning("finished claims stay in an outbox for the keeper: %s", answer)
            elif answer is not None:
                raise answer

    async def unfinished(
        self, region: str, before_ms: int, limit: int, after: str | None = None
    ) -> list[OutboxEntry]:
        """Of the `limit` oldest entries (that come after entry `after`) those made before a time.

        In the order in which they came: the claims of a cat stand before its `expired`.
        """
        key = keys.of_region(region).outbox
        start = "-" if after is None else f"({after}"
        entries = await self._redis.send(key, "XRANGE", key, start, "+", "COUNT", limit)
        found = (_entry(*pair) for pair in cast(list[tuple[bytes, list[bytes]]], entries))
        return [entry for entry in found if entry.at_ms < before_ms]


def _entry(entry: bytes, fields: list[bytes]) -> OutboxEntry:
    _, kind, _, cat, _, at, _, body = fields
    if kind == b"claim":
        claim = _decode(body)
        return OutboxEntry(entry.decode(), "claim", claim, claim.cat, claim.campaign, int(at))
    return OutboxEntry(entry.decode(), "expired", None, cat.decode(), body.decode(), int(at))
