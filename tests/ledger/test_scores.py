from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from gameserver.game.model import Claim
from gameserver.ledger.database import run_sync
from gameserver.ledger.ledger import Ledger
from gameserver.ledger.scores import (
    DAY_MS,
    Period,
    Score,
    add_scores,
    day_of,
    leaderboard,
    week_of,
)
from tests.ledger.shop import NOW

MONDAY = int(datetime(2016, 11, 7, tzinfo=UTC).timestamp() * 1000)


def claim(player: str, number: int, points: int = 10, at_ms: int = NOW) -> Claim:
    cat = f"872830828-{number}"
    return Claim(f"{player}-{number}", cat, player, str(number), "tabby", points, "store", at_ms)


async def test_the_leaderboard_puts_the_most_points_first(ledger: Ledger):
    claims = [claim("ann", 1, 10), claim("bob", 1, 30), claim("bob", 2, 1), claim("cy", 1, 20)]
    await ledger.catches.record(claims, NOW)
    board = [Score("bob", 31, 2), Score("cy", 20, 1), Score("ann", 10, 1)]
    for period in ("day", "week", "all"):
        assert await ledger.catches.leaderboard(period, 10, NOW) == board
    assert await ledger.catches.leaderboard("all", 2, NOW) == board[:2]


async def test_days_and_weeks_begin_at_midnight_utc_and_on_monday(ledger: Ledger):
    async def counted(period: str, now_ms: int) -> int:
        board = await ledger.catches.leaderboard(period, 1, now_ms)
        return board[0].catches

    async def catch(number: int, at_ms: int) -> None:
        await ledger.catches.record([claim("ann", number, at_ms=at_ms)], NOW)

    await catch(0, MONDAY - 1)
    assert await counted("day", MONDAY - 1) == 1
    assert await counted("week", MONDAY - 1) == 1
    await catch(1, MONDAY)
    await catch(2, MONDAY + DAY_MS - 1)
    assert await counted("day", MONDAY) == 2
    await catch(3, MONDAY + 7 * DAY_MS - 1)
    assert await counted("week", MONDAY) == 3
    await catch(4, MONDAY + 7 * DAY_MS)
    assert await counted("week", MONDAY + 8 * DAY_MS) == 1
    assert await counted("all", 0) == 5


async def test_a_new_day_begins_with_nothing(ledger: Ledger):
    await ledger.catches.record([claim("ann", 1)], NOW)
    assert await ledger.catches.leaderboard("day", 10, NOW + DAY_MS) == []


async def test_a_catch_that_comes_late_counts_for_its_week_and_not_for_today(ledger: Ledger):
    tuesday, monday = MONDAY + DAY_MS, MONDAY
    await ledger.catches.record([claim("ann", 1, 10, tuesday)], NOW)
    await ledger.catches.record([claim("ann", 2, 3, monday), claim("ann", 3, 1, monday - 1)], NOW)
    assert await ledger.catches.leaderboard("day", 10, tuesday) == [Score("ann", 10, 1)]
    assert await ledger.catches.leaderboard("week", 10, tuesday) == [Score("ann", 13, 2)]
    assert await ledger.catches.leaderboard("all", 10, tuesday) == [Score("ann", 14, 3)]


class Found(Exception):
    """Undoes the transaction in which this was found."""


def boards(connection: Connection, batches: list[list[Claim]], now_ms: int) -> None:
    """Found, with the leaderboards after these batches."""
    for batch in batches:
        add_scores(connection, batch)
    raise Found([leaderboard(connection, period, 10, now_ms) for period in PERIODS])


def summed(claims: list[Claim], period: Callable[[int], int], now_ms: int) -> list[Score]:
    """The leaderboard as it follows from the catches alone."""
    scores = []
    for player in {claim.player for claim in claims}:
        theirs = [claim for claim in claims if claim.player == player]
        last = max(period(claim.at_ms) for claim in theirs)
        counted = [claim.points for claim in theirs if period(claim.at_ms) == last]
        if last == period(now_ms):
            scores.append(Score(player, sum(counted), len(counted)))
    return sorted(scores, key=lambda score: (-score.points, score.player))


PERIODS: dict[Period, Callable[[int], int]] = {"day": day_of, "week": week_of, "all": lambda _: 0}

some_claims = st.builds(
    lambda player, points, day: claim(player, 0, points, MONDAY + day * DAY_MS),
    st.sampled_from(["ann", "bob", "cy"]),
    st.integers(0, 9),
    st.integers(0, 20),
)


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(batches=st.lists(st.lists(some_claims, min_size=1, max_size=6), min_size=1, max_size=5))
def test_scores_are_of_the_last_day_and_week_in_whatever_order_catches_come(
    url: str, batches: list[list[Claim]]
):
    claims = [each for batch in batches for each in batch]
    now_ms = max(each.at_ms for each in claims)
    with pytest.raises(Found) as found:
        run_sync(url, boards, batches, now_ms)
    assert found.value.args[0] == [summed(claims, period, now_ms) for period in PERIODS.values()]
