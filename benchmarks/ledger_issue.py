"""CPU of this process per coupon, and coupons per second, for batches of catches.

    python benchmarks/ledger_issue.py [--batch 100] [--coupons 20000] [--limited] [--database URL]

Every cat has its reservation, as in the game. Without --database it makes an SQLite file of its
own; a PostgreSQL database must be empty, and its server's CPU is not counted. `--limited` gives
the campaign limits per player, which are then looked up. Prints one line of JSON.
"""

import argparse
import asyncio
import json
import resource
import tempfile
import time

from gameserver.game.model import IssueItem, Reservation, catch_id
from gameserver.ledger.campaigns import Campaign, NewCampaign
from gameserver.ledger.ledger import Ledger, open_ledger
from gameserver.ledger.stores import NewStore, Store

NOW_MS = int(time.time() * 1000)
PLAYERS = 5000


async def seed(ledger: Ledger, coupons: int, *, limited: bool) -> tuple[str, str]:
    """The ids of a campaign and of a store."""
    merchant = await ledger.merchants.add_merchant("Bakery")
    place = NewStore(name="Bakery", lat=31.2304, lon=121.4737, timezone="Asia/Shanghai")
    store = await ledger.merchants.create_store(merchant.id, place)
    limit = coupons if limited else None
    wanted = NewCampaign(
        title="A bun", kind="gift", stock=coupons, per_player=limit, per_player_day=limit
    )
    campaign = await ledger.merchants.create_campaign(merchant.id, wanted)
    assert isinstance(store, Store)
    assert isinstance(campaign, Campaign)
    return campaign.id, store.id


def batches(coupons: int, size: int, campaign: str, store: str) -> list[list[IssueItem]]:
    items = []
    for number in range(coupons):
        cat, player = f"872830828-{NOW_MS:x}{number:08}", f"player-{number * 7919 % PLAYERS:015}"
        catch = catch_id(cat, player, f"attempt-{number:08}")
        items.append(IssueItem(catch, cat, player, campaign, store, NOW_MS))
    return [items[start : start + size] for start in range(0, coupons, size)]


def cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def measure(url: str, coupons: int, size: int, *, limited: bool) -> dict[str, object]:
    async with open_ledger(url, migrate=True) as ledger:
        campaign, store = await seed(ledger, coupons, limited=limited)
        work = batches(coupons, size, campaign, store)
        reserved_us = issued_us = 0.0
        wall_s = 0.0
        for batch in work:
            wanted = [Reservation(item.cat, campaign, 1, NOW_MS + 600_000) for item in batch]
            before = cpu_s()
            assert all(await ledger.coupons.reserve(wanted, NOW_MS))
            reserved_us += (cpu_s() - before) * 1e6
            before, began = cpu_s(), time.perf_counter()
            results = await ledger.coupons.issue(batch, NOW_MS)
            issued_us += (cpu_s() - before) * 1e6
            wall_s += time.perf_counter() - began
            assert all(result.status == "issued" for result in results)
        assert all(check.ok for check in await ledger.audit())
    return {
        "database": url.partition(":")[0],
        "batch": size,
        "coupons": coupons,
        "issue_cpu_us": round(issued_us / coupons, 1),
        "reserve_cpu_us": round(reserved_us / coupons, 1),
        "issued_per_s": round(coupons / wall_s),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--coupons", type=int, default=20_000)
    parser.add_argument("--limited", action="store_true")
    parser.add_argument("--database")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cat-") as folder:
        url = options.database or f"sqlite:///{folder}/books.db"
        found = asyncio.run(measure(url, options.coupons, options.batch, limited=options.limited))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
