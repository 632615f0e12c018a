"""A sample through a real server: real sockets, Redis and SQL, and bots that cheat."""

import tempfile
from collections import Counter
from pathlib import Path
from random import Random

from catbot.cheats import strategies
from catbot.ground import Position, somewhere_near
from catbot.options import Options
from catbot.refusals import DOUBTED
from catbot.report import Report
from catbot.running import run

from benchmarks.fairness.intervals import Share
from benchmarks.fairness.simulation import CENTRE, RADIUS_M, Outcome
from gameserver.app import App, running
from gameserver.config import Config
from gameserver.game.model import SpawnPlan
from gameserver.ledger.stores import NewStore, Store

STORES = 60
PER_KIND = 6
HONEST = 60
LASTS_S = 75.0


async def play_for_real(seed: int) -> list[Outcome]:
    """Honest bots and cheaters of every kind, for a good minute, against a server of their own."""
    with tempfile.TemporaryDirectory() as data_dir:
        async with running(Config(port=0, data_dir=Path(data_dir))) as app:
            await _furnish(app, Random(f"{seed}/real"))
            kinds = list(strategies())
            cheaters = PER_KIND * len(kinds)
            options = Options(
                url=app.url,
                players=HONEST + cheaters,
                ramp_s=8.0,
                duration_s=LASTS_S,
                seed=seed,
                cheaters=cheaters / (HONEST + cheaters),
            )
            return _outcomes(await run(options))


async def _furnish(app: App, rng: Random) -> None:
    merchants = app.ledger.merchants
    merchant = (await merchants.add_merchant("Fairness")).id
    plan = SpawnPlan(
        cats_alive=4, lifetime_s=240, radius_m=40.0, species={"parcel": 1.0}, catches_per_cat=50
    )
    for number in range(STORES):
        place = somewhere_near(CENTRE, RADIUS_M, rng)
        made = await merchants.create_store(merchant, _store(number, place))
        assert isinstance(made, Store)
        await merchants.put_plan(merchant, made.id, plan)


def _store(number: int, place: Position) -> NewStore:
    name = f"Store {number}"
    return NewStore(name=name, lat=place.lat, lon=place.lon, timezone="Asia/Singapore")


def _outcomes(report: Report) -> list[Outcome]:
    doubted = Counter({name: n for name, n in report.withheld.items() if name in DOUBTED})
    hours = report.duration_s / 3600
    found = [
        Outcome(
            name="honest, bots",
            refused=Share(doubted.total(), doubted.total() + report.catches),
            reasons=doubted,
            doubts=Counter(),
            players=report.players,
            sanctioned=0,
            granted_per_h=report.catches / report.players / hours,
        )
    ]
    for name in strategies():
        kind = report.cheaters.strategies[name]
        lost = sum(kind.withheld.values())
        found.append(
            Outcome(
                name=name,
                refused=Share(lost, lost + kind.fouls),
                reasons=Counter(kind.withheld),
                doubts=Counter(),
                players=kind.players,
                sanctioned=0,
                granted_per_h=kind.fouls / kind.players / hours,
            )
        )
    return found
