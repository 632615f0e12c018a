"""`python -m benchmarks.fairness`: the table of shares."""

import time
from concurrent.futures import ProcessPoolExecutor

from catbot.cheats import strategies
from catbot.receiver import SKIES

from benchmarks.fairness.simulation import Crowd, Outcome, simulate_cheats, simulate_honest


def line(outcome: Outcome) -> str:
    low, high = outcome.refused.interval()
    share = outcome.refused
    return (
        f"{outcome.name:18} {share.value:7.2%}  [{low:7.2%}, {high:7.2%}]  "
        f"{share.hits:6} of {share.tries:6}  sanctioned {outcome.sanctioned}/{outcome.players} "
        f"{outcome.granted_per_h:.1f}/h "
        f"{dict(outcome.reasons.most_common(4))} {dict(outcome.doubts.most_common(4))}"
    )


def main() -> None:
    started = time.perf_counter()
    with ProcessPoolExecutor(2) as pool:
        runs = [pool.submit(simulate_honest, sky.name, Crowd(60, 1800.0, 1)) for sky in SKIES]
        runs += [pool.submit(simulate_cheats, name, Crowd(30, 600.0, 1)) for name in strategies()]
        for run in runs:
            print(line(run.result()), flush=True)
    print(f"{time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
