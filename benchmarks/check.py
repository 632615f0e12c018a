"""Has a change made a fix or a catch dearer? Exit 1 where one costs over a quarter more.

    python -m benchmarks.check [--keep]

Held against what is kept in `ratios.json` beside this file are ratios, each of the server's CPU to
that of a floor that is measured in turn with it: a fix to an echo, a catch to rows in SQLite. A
slow or busy machine is so for both. What seems dearer is measured once more. `--keep` keeps what
is measured now: for a change that is worth its price. A hot path that is compiled and one that is
not have ratios of their own.
"""

import argparse
import asyncio
import gc
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median

import msgspec

from benchmarks.catches import hunting
from benchmarks.city import city
from benchmarks.fixes import echoing, walking
from benchmarks.processes import Cores, allow_many_files, on_core, run, two_cores
from benchmarks.report import hot_path

KEPT = Path(__file__).with_name("ratios.json")
DEARER = 1.25
ROUNDS = 9
RATE = 20_000.0
BURST_S = 0.05
"""All messages of so long at once: how often a core is woken differs with all else that runs."""

SECONDS = 1.5
CATS = 20_000
PLAYERS = 1_000


async def fix_ratio(cores: Cores) -> float:
    """CPU per fix against CPU per echo."""
    ratios = []
    async with (
        city(CATS) as place,
        echoing(cores.server, PLAYERS) as floor,
        walking(cores.server, place, PLAYERS, "walker") as crowd,
    ):
        for _ in range(ROUNDS):
            echo = await floor.echo(RATE, SECONDS, BURST_S)
            fix = await crowd.walk(RATE, SECONDS, BURST_S)
            ratios.append(fix.cpu_us / echo.cpu_us)
    return median(ratios)


async def catch_ratio(cores: Cores) -> float:
    """CPU per catch against CPU per catch in bare SQLite."""
    ratios = []
    async with hunting(cores.server, ROUNDS + 1) as hunt:
        await hunt.at_once()
        for _ in range(ROUNDS):
            floor_us = await asyncio.to_thread(_books_us, cores.server)
            ratios.append((await hunt.at_once()).cpu_us / floor_us)
    return median(ratios)


def _books_us(core: int) -> float:
    with on_core(core):
        words = [sys.executable, "-m", "benchmarks.books"]
        ran = subprocess.run(words, check=True, stdout=subprocess.PIPE)  # noqa: S603
    return float(ran.stdout)


MEASURES: dict[str, Callable[[Cores], Awaitable[float]]] = {"fix": fix_ratio, "catch": catch_ratio}


async def check(cores: Cores, kept: dict[str, float]) -> bool:
    """Whether nothing is dearer than it was."""
    fine = True
    for name, measure in MEASURES.items():
        limit = kept[name] * DEARER
        ratio = await measure(cores)
        if ratio > limit:
            print(f"{name}: {ratio:.2f} x the floor, once more")
            ratio = min(ratio, await measure(cores))
        verdict = "fine" if ratio <= limit else "DEARER"
        print(
            f"{name}: {ratio:.2f} x the floor, was {kept[name]:.2f}, limit {limit:.2f}: {verdict}"
        )
        fine = fine and ratio <= limit
    return fine


async def check_or_keep(keep: bool) -> bool:
    """Check, or measure and keep."""
    cores = two_cores()
    os.sched_setaffinity(0, {cores.load})
    ratios = msgspec.json.decode(KEPT.read_bytes(), type=dict[str, dict[str, float]])
    if not keep:
        return await check(cores, ratios[hot_path()])
    found = {name: round(await measure(cores), 2) for name, measure in MEASURES.items()}
    ratios[hot_path()] = found
    KEPT.write_bytes(msgspec.json.format(msgspec.json.encode(ratios)) + b"\n")
    print(f"kept, {hot_path()}: {found}")
    return True


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.check")
    parser.add_argument("--keep", action="store_true", help="keep what is measured now")
    keep = parser.parse_args().keep
    allow_many_files()
    gc.disable()  # a pause of the load would be taken for one of the server
    sys.exit(0 if run(check_or_keep(keep)) else 1)


if __name__ == "__main__":
    main()
