"""Take the coupon service away while bots play, bring it back, and see that all is paid.

    python -m tests.faults.outage --seconds 60 --players 300

The service is killed, or frozen with `--freeze`: then it takes calls and answers none. Says how
play went on and how soon everything owed had come; exits with 1 where something does not hold,
and leaves the data and logs where it says.
"""

import asyncio
import math
from contextlib import suppress

import click
from msgspec import Struct

from tests.faults.accounts import DoesNotHold, complaints_of, run_to_the_end, sent_home
from tests.faults.clock import Stopwatch
from tests.faults.players import Company, Pace, has_come, playing
from tests.faults.stage import Layout, Stage, standing
from tests.faults.town import LASTING
from tests.waiting import until

BUSY_WITHIN_S = 60.0
PAID_WITHIN_S = 30.0
SLOWER = 2.0
"""Positions are answered this many times slower at most, and for that much longer at least: below
it, it is the machine."""
SLOWER_MS = 100.0


class Plan(Struct, frozen=True):
    """What is to be done. `frozen`: the service does not die, but answers nothing.

    `strict`: nothing may become slower, on a machine that has nothing else to do.
    """

    seed: int
    seconds: float
    players: int
    layout: Layout
    frozen: bool = False
    strict: bool = False


class Stretch(Struct, frozen=True):
    """How play went for some seconds."""

    seconds: float
    catches: int
    coupons: int
    pace: Pace

    @property
    def catches_per_s(self) -> float:
        return self.catches / self.seconds


class Outage(Struct, frozen=True):
    """What became of it: what was owed at its end, and how soon all of it had come."""

    before: Stretch
    during: Stretch
    owed: int
    paid_s: float


async def take_coupons_away(plan: Plan) -> Outage:
    """Carry the plan out. DoesNotHold with what is wrong."""
    async with standing(plan.layout) as stage:
        click.echo(f"seed {plan.seed}, {plan.seconds} s, {plan.players} players")
        click.echo(f"logs and data: {stage.directory}")
        async with playing(stage.url, plan.players, plan.seed, stage.history) as company:
            await until(company.is_busy, BUSY_WITHIN_S)
            outage = await outage_of(stage, company, plan)
            outcome = await sent_home(company)
        complaints = await complaints_of(stage, outcome)
        if not outage.owed:
            complaints.append("no coupon was owed: nothing was tried")
        if outage.paid_s == math.inf:
            complaints.append(f"coupons are still owed after {PAID_WITHIN_S} s")
        if plan.strict:
            complaints += slowness_of(outage)
        if complaints:
            raise DoesNotHold("\n".join(complaints))
    return outage


async def outage_of(stage: Stage, company: Company, plan: Plan) -> Outage:
    """Play, take the service away, play on, bring it back and wait until everything is paid."""
    before = await play_for(min(plan.seconds / 2, 15.0), company)
    say("before", before)
    if plan.frozen:
        stage.coupons.freeze()
    else:
        await stage.coupons.kill()
    during = await play_for(plan.seconds, company)
    owed = company.owed()
    say("without", during)
    since = Stopwatch()
    if plan.frozen:
        stage.coupons.thaw()
    else:
        await stage.coupons.start()
    with suppress(TimeoutError):  # the outage says so
        await until(lambda: not company.owed(), PAID_WITHIN_S)
    late = len(company.owed())
    paid_s = math.inf if late else since.s
    withdrawn = sum(not has_come(attempt) for attempt in owed) - late
    click.echo(
        f"owed {len(owed)} coupons; all was settled after {paid_s:.1f} s, {withdrawn} of them "
        f"withdrawn for a limit, {late} still owed"
    )
    return Outage(before, during, len(owed), paid_s)


async def play_for(seconds: float, company: Company) -> Stretch:
    """Let the bots play."""
    before, since = company.look(), Stopwatch()
    company.pace()
    await asyncio.sleep(seconds)
    after = company.look()
    return Stretch(
        since.s, after.catches - before.catches, after.coupons - before.coupons, company.pace()
    )


def say(when: str, stretch: Stretch) -> None:
    """A line about it."""
    pace = stretch.pace
    click.echo(
        f"{when:8} {stretch.seconds:5.1f} s: {stretch.catches} catches "
        f"({stretch.catches_per_s:.1f}/s), {stretch.coupons} coupons; nine in ten "
        f"fixes in {pace.reveal_ms:.0f} ms, catches in {pace.catch_ms:.0f} ms"
    )


def slowness_of(outage: Outage) -> list[str]:
    """What must not be slower than before."""
    before, during = outage.before, outage.during
    found: list[str] = []
    if during.catches_per_s < before.catches_per_s / 2:
        found.append("catches did not go on as before")
    if during.pace.reveal_ms > max(SLOWER_MS, SLOWER * before.pace.reveal_ms):
        found.append("positions are answered more slowly")
    return found


@click.command(help=__doc__)
@click.option("--seed", default=1, show_default=True)
@click.option("--seconds", default=60.0, show_default=True)
@click.option("--players", default=300, show_default=True)
@click.option("--workers", default=1, show_default=True, help="Processes of the game server.")
@click.option("--embedded", is_flag=True, help="SQLite and the embedded Redis, as by default.")
@click.option("--freeze", is_flag=True, help="It hangs instead of being dead.")
def main(
    seed: int, seconds: float, players: int, workers: int, embedded: bool, freeze: bool
) -> None:
    layout = Layout(workers, embedded, supply=LASTING)
    plan = Plan(seed, seconds, players, layout, frozen=freeze, strict=True)
    run_to_the_end(take_coupons_away(plan))


if __name__ == "__main__":
    main()
