"""A process that writes the books is killed, again and again, and each time begins anew."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from random import Random
from signal import SIGKILL

from gameserver.ledger.ledger import Ledger
from tests.ledger.shop import Shop, campaign, counters
from tests.ledger.till import CATS, SOLD

KILLS = 3


async def test_a_process_that_is_killed_and_begins_anew_does_everything_once(
    ledger: Ledger, shop: Shop, url: str
):
    """The lines of every life agree: whoever asks again gets the coupon of the first time."""
    made = await campaign(ledger, shop, 100)
    own = await campaign(ledger, shop, 100, codes="uploaded")
    await ledger.merchants.add_codes(shop.merchant, own, [f"BUN-{n:03}" for n in range(100)])
    command = ["-m", "tests.ledger.till", url, shop.merchant, shop.key, shop.store, made, own]
    rng, said = Random(3), dict[str, str]()
    for _ in range(KILLS):
        await live(command, said, die_after=len(said) + rng.randrange(1, 16))
        assert [check for check in await ledger.audit() if not check.ok] == []
    before = len(said)
    await live(command, said, die_after=None)
    assert before < len(said) == 4 * CATS
    half = CATS // 2
    for id_ in (made, own):
        assert await counters(ledger, shop, id_) == (0, half * SOLD, half)


async def live(command: list[str], said: dict[str, str], die_after: int | None) -> None:
    """Run until it has said so much, or to its end; what it says is no other than before."""
    process = await asyncio.create_subprocess_exec(sys.executable, *command, stdout=PIPE)
    assert process.stdout is not None
    count = 0
    async for line in process.stdout:
        what, about, answer = line.decode().rstrip("\n").split(" ", 2)
        assert said.setdefault(f"{what} {about}", answer) == answer
        count += 1
        if count == die_after:
            process.kill()  # what it says meanwhile was done, too
    assert await process.wait() == (0 if die_after is None else -SIGKILL)
