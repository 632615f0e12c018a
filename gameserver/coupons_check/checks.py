"""All checks in their order, and a run of them."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Literal, NamedTuple

from gameserver.coupons_check.changes import CHANGES
from gameserver.coupons_check.issuing import ISSUING
from gameserver.coupons_check.lists import LISTS
from gameserver.coupons_check.manners import MANNERS
from gameserver.coupons_check.reserving import RESERVING
from gameserver.coupons_check.run import Run
from gameserver.coupons_check.service import Failed, Service, Skipped
from gameserver.coupons_check.till import TILL

Check = Callable[[Run], Awaitable[str | None]]
"""A check returns, or raises Failed or Skipped. What it returns is worth knowing, if anything."""

CHECKS: tuple[tuple[str, tuple[Check, ...]], ...] = (
    ("issue", ISSUING),
    ("reservations", RESERVING),
    ("lists", LISTS),
    ("till", TILL),
    ("changes", CHANGES),
    ("manners", MANNERS),
)


class Finding(NamedTuple):
    """How one check went; `promise` is what it stands for."""

    group: str
    name: str
    promise: str
    outcome: Literal["ok", "FAILED", "skipped"]
    detail: str


class Plan(NamedTuple):
    """What to check: a service at `url`, with a service key.

    `campaign` is used instead of making campaigns (see `Run`). `is_slow` allows checks that take a
    minute.
    """

    url: str
    key: str
    campaign: str | None = None
    is_slow: bool = False


async def check_service(plan: Plan) -> AsyncGenerator[Finding, None]:
    """Run all checks one after the other, and clean up, whatever happens. Unusable."""
    async with Service(plan.url, plan.key) as service:
        run = Run(service, plan.campaign, plan.is_slow)
        await run.begin()
        try:
            for group, checks in CHECKS:
                for check in checks:
                    yield await _judged(group, check, run)
        finally:
            left = await run.clean_up()
        yield _cleaned(left)


async def run_checks(plan: Plan, say: Callable[[str], object], file: str | None = None) -> bool:
    """Say of each check how it went, and write it down; whether nothing failed. Unusable."""
    findings: list[Finding] = []
    async with aclosing(check_service(plan)) as found:
        async for finding in found:
            findings.append(finding)
            say(line(finding))
    say(summary(findings))
    if file is not None:
        text = json.dumps([finding._asdict() for finding in findings], indent=2)
        await asyncio.to_thread(Path(file).write_text, text + "\n", "utf-8")
    return all(finding.outcome != "FAILED" for finding in findings)


async def _judged(group: str, check: Check, run: Run) -> Finding:
    name = check.__name__.replace("_", " ")
    promise = " ".join((check.__doc__ or "").split())
    try:
        detail = await check(run)
    except Failed as failure:
        return Finding(group, name, promise, "FAILED", str(failure))
    except Skipped as why:
        return Finding(group, name, promise, "skipped", str(why))
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        # An answer of another shape than the check reads.
        said = f"expected an answer as described, came {type(error).__name__}: {error}"
        return Finding(group, name, promise, "FAILED", said)
    return Finding(group, name, promise, "ok", detail or "")


def _cleaned(left: list[str]) -> Finding:
    promise = "Reservations of the run are released, and its campaigns ended."
    detail = f"left behind: {', '.join(left)}" if left else ""
    return Finding("run", "nothing is left behind", promise, "FAILED" if left else "ok", detail)


def line(finding: Finding) -> str:
    """A finding as a line, or two where it failed."""
    group, name, promise, outcome, detail = finding
    if outcome == "FAILED":
        return f"FAILED  {group}: {name}: {detail}\n        promised: {promise}"
    return f"{outcome:7} {group}: {name}" + (f": {detail}" if detail else "")


def summary(findings: list[Finding]) -> str:
    """How many went how."""
    outcomes = [finding.outcome for finding in findings]
    return ", ".join(f"{outcomes.count(each)} {each}" for each in ("ok", "FAILED", "skipped"))
