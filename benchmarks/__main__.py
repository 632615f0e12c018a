"""Measures what the server costs, and prints a table of it.

    python -m benchmarks [fixes] [catches] [parts] [--json FILE] [--docs PAGE]

Starts everything itself: servers and the floor on one core; the load, Redis and the rest on
another. Without a word it measures everything, which takes about ten minutes.
"""

import argparse
import gc
import os
from pathlib import Path

from benchmarks import figures
from benchmarks.processes import allow_many_files, run, two_cores
from benchmarks.report import Figure, machine, put_into, table, write_json

CHAPTERS = {"fixes": figures.fixes, "catches": figures.catches, "parts": figures.parts}


async def measure(chapters: list[str], effort: figures.Effort) -> list[Figure]:
    """Every figure of some chapters, each printed when it is there."""
    cores = two_cores()
    os.sched_setaffinity(0, {cores.load})
    found = []
    for chapter in chapters:
        async for figure in CHAPTERS[chapter](cores, effort):
            print(figure.row, flush=True)
            found.append(figure)
    return found


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("chapters", nargs="*", help=f"of {', '.join(CHAPTERS)}; without one, all")
    parser.add_argument("--json", type=Path, help="write all figures with all runs")
    parser.add_argument("--docs", type=Path, help="put the table into this page")
    parser.add_argument("--seconds", type=float, default=4.0, help="of each run")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each figure")
    said = parser.parse_args()
    unknown = set(said.chapters) - CHAPTERS.keys()
    if unknown:
        parser.error(f"no such chapter: {', '.join(unknown)}")
    allow_many_files()
    gc.disable()  # a pause of the load would be taken for one of the server
    print(machine())
    effort = figures.Effort(said.seconds, said.rounds)
    found = run(measure(said.chapters or list(CHAPTERS), effort))
    print("\n" + table(found))
    if said.json is not None:
        write_json(said.json, found)
    if said.docs is not None:
        put_into(said.docs, found)


if __name__ == "__main__":
    main()
