"""Short forms of the fault runs: what is killed, when, and how much is lost comes from a seed.

The long forms are `make faults`.
"""

import pytest

from tests.faults import kills, outage
from tests.faults.stage import Layout
from tests.faults.town import LASTING
from tests.servers.postgres import postgres_programs

pytestmark = pytest.mark.slow

PLAYERS = 40
PATIENT_S = kills.GIVE_UP_S  # how soon depends on the machine: the long forms are strict

needs_postgres = pytest.mark.skipif(postgres_programs() is None, reason="no PostgreSQL here")


@needs_postgres
async def test_whatever_is_killed_no_coupon_is_lost_and_the_players_come_back() -> None:
    await kills.kill_anything(kills.Plan(5, 5, PLAYERS, Layout(), patience_s=PATIENT_S))


async def test_a_power_cut_that_redis_forgets_something_in_makes_nothing_untrue() -> None:
    plan = kills.Plan(
        seed=6,
        kills=2,
        players=PLAYERS,
        layout=Layout(embedded=True),
        only=("redis",),
        power_loss=1.0,
        patience_s=PATIENT_S,
    )
    await kills.kill_anything(plan)


async def test_without_the_coupon_service_play_goes_on_and_all_is_paid_afterwards() -> None:
    layout = Layout(embedded=True, supply=LASTING)
    await outage.take_coupons_away(outage.Plan(7, 8.0, PLAYERS, layout))
