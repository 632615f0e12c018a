"""A street to play on: one region in Shanghai, its cats, and those who catch them."""

from gameserver.game.geo import region_of
from gameserver.game.model import Cat, Claim, catch_id
from gameserver.live import Live, Won

REGION = region_of(31.2304, 121.4737)
ELSEWHERE = region_of(39.9042, 116.4074)

KEEPER = "keeper-1"
NOON_MS = 1_800_000_000_000
LATER_MS = NOON_MS + 60_000
"""When the cats of this street expire."""

LEASE_MS = 600_000


def cat(
    name: str,
    catches: int = 1,
    *,
    expires_ms: int = LATER_MS,
    campaign: str | None = "tea",
    region: str = REGION,
) -> Cat:
    return Cat(
        id=f"{region}-{name}",
        species="tabby",
        store="store-1",
        store_name="The Teahouse 茶",
        lat=31.2304,
        lon=121.4737,
        expires_ms=expires_ms,
        catches=catches,
        catch_m=40.0,
        campaign=campaign,
        title=None if campaign is None else "A cup of tea",
    )


def claim(of: Cat, player: str, attempt: str = "try-1", at_ms: int = NOON_MS) -> Claim:
    return Claim(
        catch=catch_id(of.id, player, attempt),
        cat=of.id,
        player=player,
        attempt=attempt,
        species=of.species,
        points=10,
        store=of.store,
        at_ms=at_ms,
        campaign=of.campaign,
        title=of.title,
    )


async def spawn(live: Live, *cats: Cat, region: str = REGION) -> None:
    """Put cats on the street, as its keeper."""
    assert await live.acquire_region(region, KEEPER, LEASE_MS)
    assert await live.spawn_cats(region, cats, KEEPER, NOON_MS) == [cat.id for cat in cats]


async def win(live: Live, of: Cat, player: str, attempt: str = "try-1") -> Won:
    """Claim a cat that is there to be had."""
    won = await live.claim_cat(claim(of, player, attempt), NOON_MS)
    assert isinstance(won, Won)
    return won


async def seen(live: Live, region: str = REGION) -> dict[str, int]:
    """The cats that a newcomer sees, with the catches left in them."""
    snapshot = await live.snapshot(region)
    return {cat.id: left for cat, left in snapshot.cats}
