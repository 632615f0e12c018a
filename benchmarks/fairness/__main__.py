"""`python -m benchmarks.fairness`: the table of shares."""

import argparse
import asyncio
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import uvloop
from catbot.cheats import strategies
from catbot.receiver import SKIES

from benchmarks.fairness.intervals import Share
from benchmarks.fairness.real import play_for_real
from benchmarks.fairness.simulation import (
    Crowd,
    Outcome,
    simulate_cheats,
    simulate_honest,
    simulate_queue,
)
from benchmarks.fairness.tracks import judge_tracks, outings
from gameserver.game.catching import Rules

HONEST, HONEST_S = 100, 1_800.0
CHEATERS, CHEATING_S = 50, 600.0
PROCESSES = 2

HEAD = f"{'':20} {'refused':>8}  {'95 % (Wilson)':>18}  {'of':>7}  {'got, 1/h':>8}  most often"


def line(outcome: Outcome) -> str:
    """A row of the table."""
    most = ", ".join(f"{reason} {n}" for reason, n in outcome.reasons.most_common(3))
    sanctioned = f"; sanctioned {outcome.sanctioned}" if outcome.sanctioned else ""
    share = _share(outcome.name, outcome.refused)
    return f"{share}  {outcome.granted_per_h:8.1f}  {most}{sanctioned}"


def _share(name: str, share: Share) -> str:
    low, high = share.interval()
    return f"{name:20} {share.value:8.2%}  [{low:7.2%}, {high:7.2%}]  {share.tries:7,}"


def simulated(seed: int) -> None:
    """Many players on paper."""
    print(f"On paper: {HONEST} honest players for {HONEST_S / 60:.0f} min under each sky")
    print("and all at one store,")
    print(f"{CHEATERS} cheaters of each kind for {CHEATING_S / 60:.0f} min. Seed {seed}.\n{HEAD}")
    with ProcessPoolExecutor(PROCESSES) as pool:
        honest = Crowd(HONEST, HONEST_S, seed)
        cheating = Crowd(CHEATERS, CHEATING_S, seed)
        skies = [pool.submit(simulate_honest, sky.name, honest) for sky in SKIES]
        skies.append(pool.submit(simulate_queue, honest))
        kinds = [pool.submit(simulate_cheats, name, cheating) for name in strategies()]
        every = Share(0, 0)
        for run in skies:
            outcome = run.result()
            every += outcome.refused
            print(line(outcome), flush=True)
        print(_share("honest, all", every))
        for run in kinds:
            print(line(run.result()), flush=True)


def main() -> None:
    """Print what the options ask for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fairness", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tracks", type=Path, help="a folder with GPX or PLT files")
    options = parser.parse_args()
    if options.tracks is not None:
        judged = judge_tracks(outings(options.tracks), Rules())
        print(f"{judged.outings} recorded outings\n{HEAD}")
        print(_share("honest, recorded", judged.refused), " ", judged.reasons)
        return
    simulated(options.seed)
    print(f"\nThrough a real server\n{HEAD}")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        for outcome in runner.run(play_for_real(options.seed)):
            print(line(outcome))


if __name__ == "__main__":
    main()
