"""CPU of this process per claim, with many claims in flight, against a real Redis.

    python benchmarks/live_batch.py [--in-flight 200] [--claims 20000] [--redis URL]

Without --redis it starts a redis-server of its own. Prints one line of JSON.
"""

import argparse
import asyncio
import json
import resource
import tempfile
import time
from pathlib import Path

import uvloop

from gameserver.game.geo import region_of
from gameserver.game.model import Cat, Claim, catch_id
from gameserver.live import Live, Won, open_live
from gameserver.live.embedded import embedded_redis

REGION = region_of(31.2304, 121.4737)
NOW_MS = int(time.time() * 1000)
CATS = 500


def cats(claims: int) -> list[Cat]:
    return [
        Cat(
            id=f"{REGION}-{NOW_MS:x}{n}",
            species="tabby",
            store="store-1",
            store_name="The Store",
            lat=31.2304,
            lon=121.4737,
            expires_ms=NOW_MS + 600_000,
            catches=claims // CATS + 1,
            catch_m=40.0,
            campaign="campaign-1",
            title="A cup of tea",
        )
        for n in range(CATS)
    ]


def claim(cat: Cat, n: int) -> Claim:
    player, attempt = f"player-{n:08}", f"attempt-{n:08}"
    return Claim(
        catch_id(cat.id, player, attempt),
        cat.id,
        player,
        attempt,
        cat.species,
        10,
        cat.store,
        NOW_MS,
        cat.campaign,
        cat.title,
    )


def cpu_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


async def measure(live: Live, in_flight: int, claims: int) -> dict[str, float]:
    await live.acquire_region(REGION, "benchmark", 60_000)
    street = cats(claims)
    await live.spawn_cats(REGION, street, "benchmark", NOW_MS)
    waiting = [claim(street[n % CATS], n) for n in range(claims)]
    took_ms: list[float] = []

    async def player() -> None:
        while waiting:
            started = time.perf_counter()
            assert isinstance(await live.claim_cat(waiting.pop(), NOW_MS), Won)
            took_ms.append((time.perf_counter() - started) * 1000)

    started, started_cpu = time.perf_counter(), cpu_s()
    async with asyncio.TaskGroup() as tasks:
        for _ in range(in_flight):
            tasks.create_task(player())
    elapsed, used = time.perf_counter() - started, cpu_s() - started_cpu
    took_ms.sort()
    return {
        "in_flight": in_flight,
        "claims": claims,
        "cpu_us_per_claim": round(used / claims * 1e6, 1),
        "claims_per_s": round(claims / elapsed),
        "p50_ms": round(took_ms[claims // 2], 2),
        "p99_ms": round(took_ms[claims * 99 // 100], 2),
    }


async def main(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as directory:
        if options.redis:
            async with open_live(options.redis) as live:
                print(json.dumps(await measure(live, options.in_flight, options.claims)))
            return
        async with embedded_redis(Path(directory)) as redis, open_live(redis.url) as live:
            print(json.dumps(await measure(live, options.in_flight, options.claims)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--in-flight", type=int, default=200)
    parser.add_argument("--claims", type=int, default=20_000)
    parser.add_argument("--redis")
    uvloop.run(main(parser.parse_args()))
