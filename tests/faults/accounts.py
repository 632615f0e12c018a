"""The end of a fault run: everybody goes home, and everything is counted up."""

import asyncio
import signal
import sys
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import click

from tests.faults.players import Company, Outcome
from tests.faults.stage import Stage
from tests.waiting import until

BACK_AT_ALL_WITHIN_S = 40.0
"""Bots wait up to half a minute between two tries to come back."""
SETTLED_WITHIN_S = 30.0


class DoesNotHold(Exception):
    """What does not hold, a line each."""


async def sent_home(company: Company) -> Outcome:
    """Wait for those who are still on their way back, and for what is owed; then end the game."""
    with suppress(TimeoutError):  # the outcome says who is missing
        await until(lambda: company.all_online() and not company.owed(), BACK_AT_ALL_WITHIN_S)
    return await company.leave()


async def complaints_of(stage: Stage, outcome: Outcome) -> list[str]:
    """Do the accounts once everybody has gone home; what is wrong with them."""
    complaints = outcome.complaints()
    try:
        await until(lambda: stage.unfinished() == 0, SETTLED_WITHIN_S)
    except TimeoutError:
        complaints.append(f"{stage.unfinished()} claims are never finished")
    complaints += await stage.complaints(told=True)
    told = outcome.reconciliation
    click.echo(
        f"{outcome.seen.catches} catches, {outcome.seen.coupons} coupons, "
        f"{told.found} of {told.told} in wallets, {told.unheard} unheard, "
        f"{told.withdrawn} withdrawn, {told.pending} pending; errors {outcome.errors}"
    )
    return complaints


def run_to_the_end(work: Coroutine[Any, Any, object]) -> None:
    """Do the work of a command: say what does not hold, and exit with 1 then.

    SIGINT and SIGTERM cancel the work, so that it leaves no process behind.
    """
    try:
        asyncio.run(_until_told_to_stop(work))
    except DoesNotHold as error:
        click.echo(f"DOES NOT HOLD:\n{error}")
        sys.exit(1)
    except asyncio.CancelledError:
        click.echo("stopped")
        sys.exit(128 + signal.SIGINT)
    click.echo("everything holds")


async def _until_told_to_stop(work: Coroutine[Any, Any, object]) -> None:
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    await task
