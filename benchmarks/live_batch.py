"""What catches cost Redis and this process: claimed, told to the region's followers, finished.

    python -m benchmarks.live_batch [--in-flight 200] [--regions 45] [--claims 20000] [--redis URL]

Every cat has one catch. A round claims as many cats as there are catches in flight, anywhere in the
city, and finishes them. Without --redis it starts a redis-server of its own, with its append-only
file as the game server has it. Prints one line of JSON: CPU of this process and of redis-server
(where that is our own) in microseconds for each catch.
"""

import argparse
import gc
import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import h3.api.basic_int as h3
import uvloop

from benchmarks.processes import cpu_s
from gameserver.game.geo import REGION_RES, cat_region, region_name
from gameserver.game.model import Cat, Claim, catch_id
from gameserver.game.spawning import new_cat_id
from gameserver.live import Live, Won, open_live
from gameserver.live.embedded import embedded_redis

CENTRE = (31.2304, 121.4737)
NOW_MS = int(time.time() * 1000)
LIFETIME_MS = 600_000
WARM_UP = 10
"""Rounds that do not count."""


def city(regions: int) -> list[str]:
    """So many regions around the centre."""
    middle = h3.latlng_to_cell(*CENTRE, REGION_RES)
    rings = 0
    while len(cells := h3.grid_disk(middle, rings)) < regions:
        rings += 1
    return [region_name(cell) for cell in sorted(cells)[:regions]]


def cats(regions: list[str], count: int, rng: Random) -> list[Cat]:
    """Cats all over the city, as keepers made them in the course of a lifetime."""
    found = []
    for n in range(count):
        made_ms = NOW_MS - rng.randrange(LIFETIME_MS // 2)
        found.append(
            Cat(
                id=new_cat_id(rng.choice(regions), made_ms, rng),
                species="tabby",
                store=f"store-{n % 1000}",
                store_name="The Store",
                lat=CENTRE[0],
                lon=CENTRE[1],
                expires_ms=made_ms + LIFETIME_MS,
                catches=1,
                catch_m=40.0,
                campaign="campaign-1",
                title="A cup of tea",
            )
        )
    return found


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


async def put_out(live: Live, street: list[Cat]) -> None:
    """Spawn the cats, each in its region."""
    by_region: dict[str, list[Cat]] = {}
    for cat in street:
        by_region.setdefault(cat_region(cat.id), []).append(cat)
    for region, there in by_region.items():
        await live.acquire_region(region, "benchmark", 60_000)
        await live.spawn_cats(region, there, "benchmark", NOW_MS)


class Meter:
    """Seconds of this process and of Redis, summed over what is measured of each kind."""

    def __init__(self, redis: Callable[[], float] | None) -> None:
        self._redis = redis
        self.ours_s = {"claim": 0.0, "finish": 0.0}
        self.redis_s = {"claim": 0.0, "finish": 0.0}

    def now(self) -> tuple[float, float]:
        """Both clocks."""
        return cpu_s(os.getpid()), self._redis() if self._redis else 0.0

    def add(self, kind: str, before: tuple[float, float]) -> None:
        """Count what was used since."""
        ours_s, redis_s = self.now()
        self.ours_s[kind] += ours_s - before[0]
        self.redis_s[kind] += redis_s - before[1]


async def measure(live: Live, options: argparse.Namespace, meter: Meter) -> dict[str, float]:
    """Rounds of catches, until there have been so many."""
    rng = Random(7)
    rounds = WARM_UP + options.claims // options.in_flight
    street = cats(city(options.regions), rounds * options.in_flight, rng)
    await put_out(live, street)
    claims = [claim(cat, n) for n, cat in enumerate(street)]
    gc.collect()
    gc.freeze()
    took_ms: list[float] = []
    for n in range(rounds):
        if n == WARM_UP:
            meter = Meter(meter._redis)
            took_ms.clear()
        batch = claims[n * options.in_flight : (n + 1) * options.in_flight]
        started_s, before = time.perf_counter(), meter.now()
        found = await live.claim_cats(batch, NOW_MS)
        meter.add("claim", before)
        done = []
        for each, result in zip(batch, found, strict=True):
            assert isinstance(result, Won), result
            done.append((each.cat, result.entry))
        before = meter.now()
        await live.finish_all(done)
        meter.add("finish", before)
        took_ms.append((time.perf_counter() - started_s) * 1000)
    count = (rounds - WARM_UP) * options.in_flight
    took_ms.sort()
    per = {
        "redis_us_per_claim": meter.redis_s["claim"],
        "redis_us_per_finish": meter.redis_s["finish"],
        "redis_us_per_catch": sum(meter.redis_s.values()),
        "cpu_us_per_claim": meter.ours_s["claim"],
        "cpu_us_per_finish": meter.ours_s["finish"],
        "cpu_us_per_catch": sum(meter.ours_s.values()),
    }
    return {
        "in_flight": options.in_flight,
        "regions": options.regions,
        "claims": count,
        **{name: round(used_s / count * 1e6, 1) for name, used_s in per.items()},
        "catches_per_s": round(count / (sum(took_ms) / 1000)),
        "p50_ms": round(took_ms[len(took_ms) // 2], 2),
        "p99_ms": round(took_ms[len(took_ms) * 99 // 100], 2),
    }


async def main(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as directory:
        if options.redis:
            async with open_live(options.redis) as live:
                print(json.dumps(await measure(live, options, Meter(None))))
            return
        async with embedded_redis(Path(directory)) as redis, open_live(redis.url) as live:
            pid = redis.pid
            print(json.dumps(await measure(live, options, Meter(lambda: cpu_s(pid)))))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--in-flight", type=int, default=200)
    parser.add_argument("--regions", type=int, default=45)
    parser.add_argument("--claims", type=int, default=20_000)
    parser.add_argument("--redis")
    uvloop.run(main(parser.parse_args()))
