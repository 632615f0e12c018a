"""A process of its own that catches for a campaign: `python -m tests.ledger.buyers URL CAMPAIGN`.

It asks for 10 coupons for each of 40 players, and prints how many it got.
"""

import asyncio
import os
import sys

from gameserver.game.model import IssueItem, catch_id
from gameserver.ledger.ledger import open_ledger
from tests.ledger.shop import NOW


async def buy(url: str, campaign: str) -> int:
    async with open_ledger(url) as ledger:
        batches = []
        for turn in range(10):
            batch = []
            for number in range(40):
                cat, player = f"{os.getpid()}-{turn}-{number}", f"p{number}"
                catch = catch_id(cat, player, "1")
                batch.append(IssueItem(catch, cat, player, campaign, "store", NOW))
            batches.append(batch)
        results = await asyncio.gather(*(ledger.coupons.issue(batch, NOW) for batch in batches))
    return sum(result.status == "issued" for batch in results for result in batch)


if __name__ == "__main__":
    print(asyncio.run(buy(*sys.argv[1:])))
