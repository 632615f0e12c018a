"""What a screen shows of the books, and that the leaderboard betrays nobody."""

from collections.abc import AsyncIterator

import pytest

from gameserver.game.model import Claim
from gameserver.ledger.ledger import Ledger, open_ledger
from gameserver.screen.board import LEADERS_EVERY_MS, MIXED, Board

NOW = 1_795_780_000_000


@pytest.fixture
async def ledger(sqlite_url: str) -> AsyncIterator[Ledger]:
    async with open_ledger(sqlite_url) as ledger:
        yield ledger


async def catch(ledger: Ledger, player: str, number: int, points: int = 10) -> None:
    claim = Claim(
        f"{player}{number}", f"872830828-{number}", player, "1", "tabby", points, "s", NOW
    )
    await ledger.catches.record([claim], NOW)


def names(board: Board) -> list[tuple[int, str, int]]:
    return [(leader.rank, leader.player, leader.points) for leader in board.leaders]


async def test_equal_points_share_a_rank(ledger: Ledger) -> None:
    for player, points in (("ann", 20), ("bob", 30), ("cat", 20), ("dan", 5)):
        await catch(ledger, player, 1, points)
    board = Board(ledger)
    assert await board.keep(NOW, 4) >= {"leaders"}
    assert names(board) == [(1, "bob", 30), (2, "ann", 20), (2, "cat", 20), (4, "dan", 5)]


async def test_one_catch_does_not_move_the_leaderboard_in_its_own_second(ledger: Ledger) -> None:
    """Else who reads the screen knew whose catch the only light of that second was."""
    await catch(ledger, "ann", 1)
    board = Board(ledger)
    await board.keep(NOW, 1)
    await catch(ledger, "bob", 2, 50)
    assert "leaders" not in await board.keep(NOW + 1_000, 2)
    assert "leaders" not in await board.keep(NOW + 10 * LEADERS_EVERY_MS, 2)
    assert names(board) == [(1, "ann", 10)]


async def test_it_moves_once_enough_was_caught_and_time_has_passed(ledger: Ledger) -> None:
    await catch(ledger, "ann", 1)
    board = Board(ledger)
    await board.keep(NOW, 1)
    await catch(ledger, "bob", 2, 50)
    assert "leaders" not in await board.keep(NOW + 1_000, 1 + MIXED)
    assert "leaders" in await board.keep(NOW + LEADERS_EVERY_MS, 1 + MIXED)
    assert names(board) == [(1, "bob", 50), (2, "ann", 10)]
    assert "leaders" not in await board.keep(NOW + 2 * LEADERS_EVERY_MS, 1 + 2 * MIXED)
