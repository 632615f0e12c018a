"""Claims: who may catch a cat, and the outbox of what is still to be written into the books."""

import asyncio
import logging
from asyncio import Future
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

CLAIM = load("claim_cats")
UNCLAIM = load("unclaim_cat")
FIND = load("find_claim")
FINISH = load("finish")

CHUNK = 100
"""Claims, and entries, in one run of a script."""

ATTEMPT = Claim.__struct_fields__.index("attempt") + 1
"""Where Lua finds the attempt in a packed claim."""

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

_GONE = Gone()


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

    async def claim_cats(
        self, claims: Sequence[Claim], now_ms: int
    ) -> list[ClaimResult | LiveError]:
        """Claim a catch of each claim's cat for its player; what became of each, in their order.

        The same attempt always gets the same answer; a player has one claim on a cat at most.
        Claims of one region travel together: where Redis does not answer them, a LiveError stands
        for their results, and claims of other regions are not disturbed. ValueError, and no claim,
        where a cat id is one that no server made.
        """
        regions: dict[str, list[int]] = {}
        for place, claim in enumerate(claims):
            regions.setdefault(cat_region(claim.cat), []).append(place)
        batches = [
            (keys.of_region(region), places[start : start + CHUNK])
            for region, places in regions.items()
            for start in range(0, len(places), CHUNK)
        ]
        answers = await asyncio.gather(
            *(self._claim(of, places, claims, now_ms) for of, places in batches),
            return_exceptions=True,
        )
        results: list[ClaimResult | LiveError] = [_GONE] * len(claims)
        for (_, places), answer in zip(batches, answers, strict=True):
            if isinstance(answer, LiveError):
                for place in places:
                    results[place] = answer
            elif isinstance(answer, BaseException):
                raise answer
            else:
                for place, reply in zip(places, cast(list[object], answer), strict=True):
                    results[place] = _result(reply)
        return results

    def _claim(
        self, of: keys.RegionKeys, places: list[int], claims: Sequence[Claim], now_ms: int
    ) -> "Future[object]":
        """Claim those at some places; these are put in the order of the answers."""
        spells: dict[str, list[int]] = {}
        for place in places:
            spells.setdefault(of.catchers(claims[place].cat), []).append(place)
        args: list[str | bytes | int] = [now_ms, ATTEMPT]
        places.clear()
        for together in spells.values():
            args.append(len(together))
            for place in together:
                claim = claims[place]
                args += (claim.cat, f"{claim.cat}\0{claim.player}", _encode(claim))
            places += together
        names = (of.left, of.expiry, of.feed, of.outbox, *spells)
        return self._redis.run(CLAIM, names, args)

    async def claim_cat(self, claim: Claim, now_ms: int) -> ClaimResult:
        """Claim one catch, as `claim_cats`; but a LiveError is raised."""
        [result] = await self.claim_cats([claim], now_ms)
        if isinstance(result, LiveError):
            raise result
        return result

    async def find_claim(self, cat: str, player: str) -> Claim | None:
        """The claim that a player has on a cat, until an hour after the cat's expiry."""
        of = keys.of_region(cat_region(cat))
        names = (of.catchers(cat), of.former_catchers(cat))
        body = cast(bytes | None, await self._redis.run(FIND, names, (cat, player, ATTEMPT)))
        return None if body is None else _decode(body)

    async def unclaim_cat(self, claim: Claim, entry: str, reason: str, now_ms: int) -> bool:
        """Undo a claim for which no coupon could be had, and give its place back.

        The same attempt hears Undone(reason) from now on; another attempt may claim anew. False
        if the books of this claim are done already: then the catch stands.
        """
        cat = claim.cat
        of = keys.of_region(cat_region(cat))
        catchers = (of.catchers(cat), of.former_catchers(cat))
        undone = await self._redis.run(
            UNCLAIM,
            (of.cats, of.left, of.expiry, of.feed, of.outbox, *catchers),
            (cat, claim.player, claim.attempt, ATTEMPT, entry, reason, now_ms),
        )
        return undone == 1

    async def finish_all(self, done: Sequence[tuple[str, str]]) -> None:
        """Take (cat id, entry) pairs of any regions out of their outboxes: their books are done.

        No LiveError: an entry that stays because Redis did not answer is finished by the keeper.
        """
        regions: dict[str, list[str]] = {}
        for cat, entry in done:
            regions.setdefault(cat_region(cat), []).append(entry)
        answers = await asyncio.gather(
            *(
                self._finish(region, entries[start : start + CHUNK])
                for region, entries in regions.items()
                for start in range(0, len(entries), CHUNK)
            ),
            return_exceptions=True,
        )
        for answer in answers:
            if isinstance(answer, LiveError):
                log.warning("finished entries stay in an outbox for the keeper: %s", answer)
            elif isinstance(answer, BaseException):
                raise answer

    def _finish(self, region: str, entries: Sequence[str]) -> "Future[object]":
        return self._redis.run(FINISH, (keys.of_region(region).outbox,), entries)

    async def finish(self, region: str, entries: Sequence[str]) -> None:
        """Take entries out of the region's outbox: their books are done."""
        for start in range(0, len(entries), CHUNK):
            await self._finish(region, entries[start : start + CHUNK])

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


def _result(reply: object) -> ClaimResult:
    if isinstance(reply, bytes):
        entry, _, left = reply.decode().partition(" ")
        return Won(int(left), entry)
    match reply:
        case 0:
            return _GONE
        case [b"already", bytes(body), bytes(entry_), int(settled)]:
            return Already(_decode(body), None if settled else entry_.decode(), bool(settled))
        case [b"undone", bytes(reason)]:
            return Undone(reason.decode())
    raise LiveError(f"claim_cats answered {reply!r}")


def _entry(entry: bytes, fields: list[bytes]) -> OutboxEntry:
    _, kind, _, cat, _, at, _, body = fields
    if kind == b"claim":
        claim = _decode(body)
        return OutboxEntry(entry.decode(), "claim", claim, claim.cat, claim.campaign, int(at))
    return OutboxEntry(entry.decode(), "expired", None, cat.decode(), body.decode(), int(at))
