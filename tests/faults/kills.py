"""Kill anything at random moments while bots play, and count the coupons afterwards.

    python -m tests.faults.kills --seed 7 --kills 100

Says for every kill how long it took until the players were back, and at the end what does not
hold, if anything; then it exits with 1 and leaves the data and logs where it says.
"""

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from random import Random
from typing import Any

import click
from msgspec import Struct

from tests.faults.accounts import DoesNotHold, complaints_of, run_to_the_end, sent_home
from tests.faults.clock import Stopwatch
from tests.faults.players import Company, Seen, playing
from tests.faults.stage import Layout, Part, Stage, standing
from tests.waiting import until

GIVE_UP_S = 40.0
MOST = 0.9
"""The share of the players that must be on line again. They wait at random, and ever longer, before
they try again, so the last ones say more about their dice than about the server."""
ANSWERS = 5
"""How many catches, and coupons, show that they are given again and not left over from before."""
AUDIT_EVERY = 25
PARTS = ["game", "coupons", "redis", "postgres"]


class Plan(Struct, frozen=True):
    """What is to be done. `power_loss`: the share of Redis' kills that lose what it wrote last."""

    seed: int
    kills: int
    players: int
    layout: Layout
    only: tuple[str, ...] = ()
    """The parts that are killed; none means all."""
    power_loss: float = 0.0
    patience_s: float = 10.0
    """How long players may have to wait after a kill."""


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


async def kill_anything(plan: Plan) -> float:
    """Carry the plan out; the longest time until players were back. DoesNotHold if so."""
    run = Stopwatch()
    async with standing(plan.layout) as stage:
        click.echo(f"seed {plan.seed}, {plan.kills} kills, {plan.players} players")
        click.echo(f"logs and data: {stage.directory}")
        async with playing(stage.url, plan.players, plan.seed, stage.history) as company:
            await until(company.is_busy, GIVE_UP_S)
            complaints: list[str] = []
            longest_s = 0.0
            async for number, name, back in kills(plan, stage, company):
                click.echo(f"{number:4} {run.s:7.1f} s  {name:30} {shown(back)}")
                longest_s = max(longest_s, back.all_s)
                if back.all_s > plan.patience_s:
                    complaints.append(f"kill {number} ({name}): back after {shown(back)}")
                if number % AUDIT_EVERY == 0:
                    complaints += await stage.complaints()
            outcome = await sent_home(company)
        complaints += await complaints_of(stage, outcome)
        click.echo(f"the longest wait was {longest_s:.1f} s; {run.s:.0f} s in all")
        if complaints:
            raise DoesNotHold("\n".join(complaints))
    return longest_s


async def kills(plan: Plan, stage: Stage, company: Company) -> AsyncIterator[tuple[int, str, Back]]:
    """One kill after the other: its number, what was killed, and what became of it."""
    rng = Random(plan.seed)
    victims = [part for part in stage.parts if not plan.only or part.name in plan.only]
    for number in range(1, plan.kills + 1):
        await asyncio.sleep(rng.uniform(0.5, 3.0))
        victim = rng.choice(victims)
        if rng.random() < plan.power_loss and victim.name == "redis":
            name, back = await lose_power(stage, company, Random(f"{plan.seed}/{number}"))
        else:
            name, back = victim.name, await kill(victim, company)
        yield number, name, back
        if back.all_s == math.inf:
            return


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
    name = f"game, redis less {lost:,} bytes"
    return name, await until_back(company, before.online, after, since)


async def until_back(company: Company, online: int, after: Seen, since: Stopwatch) -> Back:
    """Wait until as many play as before, and get their catches and coupons."""
    goals: dict[str, Callable[[Seen], bool]] = {
        "online_s": lambda seen: seen.online >= MOST * online and seen.fixes > after.fixes,
        "catches_s": lambda seen: seen.catches >= after.catches + ANSWERS,
        "coupons_s": lambda seen: seen.coupons >= after.coupons + ANSWERS,
    }
    times = {"started_s": since.s}
    while goals and since.s < GIVE_UP_S:
        await asyncio.sleep(0.02)
        seen = company.look()
        for name in [name for name, is_reached in goals.items() if is_reached(seen)]:
            times[name] = since.s
            del goals[name]
    return Back(**(dict.fromkeys(goals, math.inf) | times))


def shown(back: Back) -> str:
    """A line about it."""
    return (
        f"{back.all_s:5.1f} s (started {back.started_s:.1f}, on line {back.online_s:.1f}, "
        f"catches {back.catches_s:.1f}, coupons {back.coupons_s:.1f})"
    )


@click.command(help=__doc__)
@click.option("--seed", default=1, show_default=True)
@click.option("--kills", default=100, show_default=True)
@click.option("--players", default=100, show_default=True)
@click.option("--workers", default=1, show_default=True, help="Processes of the game server.")
@click.option("--embedded", is_flag=True, help="SQLite and the embedded Redis, as by default.")
@click.option("--books-shared", is_flag=True, help="One database for game and coupon service.")
@click.option("--coupons-within", is_flag=True, help="Without a coupon service of its own.")
@click.option(
    "--only", multiple=True, type=click.Choice(PARTS), help="Kill these; may be repeated."
)
@click.option("--power-loss", default=0.0, help="Share of Redis' kills that lose its last words.")
def main(**options: Any) -> None:
    layout = Layout(
        workers=options["workers"],
        embedded=options["embedded"],
        coupons_apart=not options["coupons_within"],
        books_shared=options["books_shared"],
    )
    run_to_the_end(
        kill_anything(
            Plan(
                seed=options["seed"],
                kills=options["kills"],
                players=options["players"],
                layout=layout,
                only=options["only"],
                power_loss=options["power_loss"],
            )
        )
    )


if __name__ == "__main__":
    main()
