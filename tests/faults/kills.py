"""Kill anything at random moments while bots play, and count the coupons afterwards.

    python -m tests.faults.kills --seed 7 --kills 100

Says for every kill how long it took until the players were back, and at the end what does not
hold, if anything; then it exits with 1 and leaves the data and logs where it says.
"""

import asyncio
import math
import sys
from random import Random

import click
from msgspec import Struct

from tests.faults.clock import Stopwatch, until_told_to_stop
from tests.faults.players import Company, Outcome, Seen, playing
from tests.faults.stage import Layout, Part, Stage, standing
from tests.waiting import until

BACK_WITHIN_S = 10.0
GIVE_UP_S = 40.0
MOST = 0.95
"""The share of the players that must be on line again: the last ones wait longest by chance."""
ANSWERS = 5
"""How many catches, and coupons, show that they are given again and not left over from before."""
SETTLED_WITHIN_S = 30.0
AUDIT_EVERY = 25


class Plan(Struct, frozen=True):
    """What is to be done. `power_loss` is the share of Redis' kills that lose what it wrote last."""

    seed: int
    kills: int
    players: int
    layout: Layout
    power_loss: float = 0.0


class Back(Struct, frozen=True):
    """How long after a kill each thing was as before, in seconds; infinite where it never was."""

    started_s: float
    online_s: float
    catches_s: float
    coupons_s: float

    @property
    def all_s(self) -> float:
        """How long the players had to wait."""
        return max(self.started_s, self.online_s, self.catches_s, self.coupons_s)


class DoesNotHold(Exception):
    """What does not hold, a line each."""


async def kill_anything(plan: Plan) -> float:
    """Carry the plan out; the longest time until players were back. DoesNotHold if so."""
    rng = Random(plan.seed)
    run = Stopwatch()
    longest_s = 0.0
    async with (
        standing(plan.layout) as stage,
        playing(stage.url, plan.players, plan.seed) as company,
    ):
        click.echo(f"seed {plan.seed}, {plan.kills} kills, {plan.players} players: {stage.directory}")
        await until(lambda: is_busy(company, plan.players), GIVE_UP_S)
        complaints: list[str] = []
        for number in range(1, plan.kills + 1):
            await asyncio.sleep(rng.uniform(0.5, 3.0))
            victim = rng.choice(stage.parts)
            loses = "redis" in victim.name and rng.random() < plan.power_loss
            moment_s = run.s
            if loses:
                name, back = await lose_power(stage, company, Random(f"{plan.seed}/{number}"))
            else:
                name, back = victim.name, await kill(victim, company)
            click.echo(f"{number:4} {moment_s:7.1f} s  {name:34} {shown(back)}")
            longest_s = max(longest_s, back.all_s)
            if back.all_s > BACK_WITHIN_S:
                complaints.append(f"kill {number} ({name}): players were back after {shown(back)}")
            if back.all_s == math.inf:
                break
            if number % AUDIT_EVERY == 0:
                complaints += await stage.complaints()
        complaints += await count_up(stage, company, run)
        click.echo(f"the longest wait was {longest_s:.1f} s; {run.s:.0f} s in all")
        if complaints:
            raise DoesNotHold("\n".join(complaints))
    return longest_s


def is_busy(company: Company, players: int) -> bool:
    """Whether all are in, and all the town's streets have been played in."""
    seen = company.look()
    return seen.online == players and seen.coupons > players


async def kill(victim: Part, company: Company) -> Back:
    """Kill a part and start it again; how long it took until all was well."""
    since, before = Stopwatch(), company.look()
    await victim.kill()
    after = company.look()
    await victim.start()
    return await until_back(company, before.online, after, since)


async def lose_power(stage: Stage, company: Company, rng: Random) -> tuple[str, Back]:
    """The same for the game server and a Redis that loses what it wrote last."""
    since, before = Stopwatch(), company.look()
    lost = await stage.lose_power(rng)
    after = company.look()
    await stage.regain_power()
    name = f"game server, Redis less {lost:,} bytes"
    return name, await until_back(company, before.online, after, since)


async def until_back(company: Company, online: int, after: Seen, since: Stopwatch) -> Back:
    """Wait until as many play as before, and get their catches and coupons."""
    started_s = since.s
    goals = {
        "online_s": lambda seen: seen.online >= MOST * online and seen.fixes > after.fixes,
        "catches_s": lambda seen: seen.catches >= after.catches + ANSWERS,
        "coupons_s": lambda seen: seen.coupons >= after.coupons + ANSWERS,
    }
    reached: dict[str, float] = {}
    while len(reached) < len(goals) and since.s < GIVE_UP_S:
        await asyncio.sleep(0.02)
        seen = company.look()
        for name, is_reached in goals.items():
            if name not in reached and is_reached(seen):
                reached[name] = since.s
    times = dict.fromkeys(goals, math.inf) | reached
    return Back(started_s=started_s, **times)


def shown(back: Back) -> str:
    """A line about it."""
    return (
        f"{back.all_s:5.1f} s (started {back.started_s:.1f}, on line {back.online_s:.1f}, "
        f"catches {back.catches_s:.1f}, coupons {back.coupons_s:.1f})"
    )


async def count_up(stage: Stage, company: Company, run: Stopwatch) -> list[str]:
    """Let everybody come back, end the game and do the accounts; what is wrong with them."""
    outcome = await sent_home(company)
    complaints = outcome.complaints()
    try:
        await until(lambda: stage.unfinished() == 0, SETTLED_WITHIN_S)
    except TimeoutError:
        complaints.append(f"{stage.unfinished()} claims are never finished")
    complaints += await stage.complaints()
    told = outcome.reconciliation
    click.echo(
        f"     {run.s:7.1f} s  {outcome.seen.catches} catches, {outcome.seen.coupons} coupons, "
        f"{told.found} of {told.told} in wallets, {told.unheard} unheard; errors {outcome.errors}"
    )
    return complaints


async def sent_home(company: Company) -> Outcome:
    """Wait for those who are still on their way back, then end the game."""
    try:
        await until(company.all_online, GIVE_UP_S)
    except TimeoutError:
        pass  # the outcome says who is missing
    return await company.leave()


@click.command(help=__doc__)
@click.option("--seed", default=1, show_default=True)
@click.option("--kills", default=100, show_default=True)
@click.option("--players", default=100, show_default=True)
@click.option("--workers", default=1, show_default=True, help="Processes of the game server.")
@click.option("--embedded", is_flag=True, help="SQLite and the embedded Redis, as by default.")
@click.option("--coupons-within", is_flag=True, help="Without a coupon service of its own.")
@click.option("--power-loss", default=0.0, help="Share of Redis' kills that lose its last words.")
def main(
    seed: int,
    kills: int,
    players: int,
    workers: int,
    embedded: bool,
    coupons_within: bool,
    power_loss: float,
) -> None:
    layout = Layout(workers, embedded, not coupons_within)
    plan = Plan(seed, kills, players, layout, power_loss)
    try:
        asyncio.run(until_told_to_stop(kill_anything(plan)))
    except DoesNotHold as error:
        click.echo(f"DOES NOT HOLD:\n{error}")
        sys.exit(1)
    click.echo("everything holds")


if __name__ == "__main__":
    main()
