"""Hold the socket of `/play` against the Autobahn test suite's fuzzing client.

    python -m tests.conformance.run --python python2.7

The suite runs on Python 2.7 only and is installed once, into `.conformance`; its report, a page for
every case, is in `.conformance/report/index.html` afterwards. Exits with 1 where a case fails.
"""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, BinaryIO

import click
import uvloop

from tests.conformance.echo import EchoSocket, echoing

GROUPS = {
    1: "framing",
    2: "pings and pongs",
    3: "reserved bits",
    4: "opcodes",
    5: "fragmentation",
    6: "UTF-8",
    7: "closing",
    10: "miscellaneous",
}
PASSED = ("OK", "NON-STRICT", "INFORMATIONAL")
"""The suite's own words: not strict is late but right, informational has no right or wrong."""

AGENT = "catcat"
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
SUITE_WITHIN_S = 900


def install(python: str, home: Path) -> Path:
    """The directory that holds the suite and what it needs; installed unless it is there."""
    site = (home / "site").resolve()
    ready = site / REQUIREMENTS.name
    if ready.exists() and ready.read_text() == REQUIREMENTS.read_text():
        return site
    shutil.rmtree(site, ignore_errors=True)
    click.echo("installing the suite; this takes a minute")
    pip = [python, "-m", "pip", "install", "--quiet", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--target", site, "--requirement", REQUIREMENTS], check=True)
    # Without it Python 2.7 takes `zope`, a name shared by several packages, for no package at all.
    (site / "zope" / "__init__.py").touch()
    shutil.copy(REQUIREMENTS, ready)
    return site


def play_suite(python: str, site: Path, report: Path) -> dict[str, Any]:
    """Run the groups against an echo server of our own; the suite's index of its cases."""
    shutil.rmtree(report, ignore_errors=True)
    report.mkdir(parents=True)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        spec = {
            "outdir": str(report.resolve()),
            "servers": [
                {
                    "agent": AGENT,
                    "url": f"ws://127.0.0.1:{listener.getsockname()[1]}/play",
                }
            ],
            "cases": [f"{group}.*" for group in GROUPS],
            "exclude-cases": [],
            "exclude-agent-cases": {},
        }
        (report / "spec.json").write_text(json.dumps(spec))
        command = [python, "-m", "autobahntestsuite.wstest", "--mode", "fuzzingclient"]
        command += ["--spec", str(report / "spec.json")]
        with (
            (report / "log").open("wb") as log,
            asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
        ):
            status = runner.run(_run(command, {"PYTHONPATH": str(site)}, listener, log))
    if status != 0:
        raise click.ClickException(f"the suite exits with {status}; see {report}/log")
    index: dict[str, Any] = json.loads((report / "index.json").read_text())
    found: dict[str, Any] = index[AGENT]
    return found


async def _run(
    command: list[str], env: dict[str, str], listener: socket.socket, log: BinaryIO
) -> int:
    async with echoing(listener, EchoSocket), asyncio.timeout(SUITE_WITHIN_S):
        suite = await asyncio.create_subprocess_exec(
            *command, env=dict(os.environ) | env, stdout=log, stderr=log
        )
        try:
            return await suite.wait()
        finally:
            if suite.returncode is None:
                suite.kill()
                await suite.wait()


def by_number(case: str) -> list[int]:
    """The order in which people count cases."""
    return [int(part) for part in case.split(".")]


def tell(cases: dict[str, Any]) -> bool:
    """Print a line a group and a line for each case that is not simply right; did all pass?"""
    groups: defaultdict[int, Counter[str]] = defaultdict(Counter)
    wrong = False
    for case in sorted(cases, key=by_number):
        behaviour, closing = cases[case]["behavior"], cases[case]["behaviorClose"]
        groups[by_number(case)[0]][behaviour] += 1
        passes = behaviour in PASSED and closing in ("OK", "INFORMATIONAL")
        wrong = wrong or not passes
        if behaviour != "OK" or closing != "OK":
            click.echo(f"{case:8} {behaviour}, closing {closing}")
    for group, name in GROUPS.items():
        counts = ", ".join(f"{count} {word}" for word, count in sorted(groups[group].items()))
        click.echo(f"group {group:2} {name:16} {counts or 'DID NOT RUN'}")
        wrong = wrong or not groups[group]
    return not wrong


@click.command(help=__doc__)
@click.option("--python", required=True, help="A Python 2.7 with pip.")
@click.option("--home", type=click.Path(path_type=Path), default=Path(".conformance"))
def main(python: str, home: Path) -> None:
    if shutil.which(python) is None:
        raise click.ClickException(
            f"the suite needs Python 2.7, and there is no {python!r}: "
            "make conformance CONFORMANCE_PYTHON=/path/to/python2.7"
        )

    cases = play_suite(python, install(python, home), home / "report")
    if not tell(cases):
        sys.exit(1)
    click.echo(f"everything passes; {home}/report/index.html tells each case")


if __name__ == "__main__":
    main()
