"""Scrapes of processes in which everything has happened once."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from gameserver.gateway.session import TIMED_ONE_IN
from tests.ops.scrapes import Scrape, scraped
from tests.servers.game import Game, Service, coupon_service, game, plan
from tests.waiting import until


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    """A coupon service."""
    async with coupon_service(tmp_path / "coupons") as service:
        yield service


@pytest.fixture
async def played(tmp_path: Path, service: Service) -> AsyncIterator[Game]:
    """A game on that service, after a catch with a coupon, a refusal and many steps."""
    async with game(tmp_path / "game", coupons=service) as street:
        await _play(street)
        yield street


@pytest.fixture
async def of_game(played: Game) -> Scrape:
    """The scrape of the game server."""
    return await scraped(played.app.url)


@pytest.fixture
async def of_coupons(played: Game, service: Service) -> Scrape:
    """The scrape of the coupon service that the game is on."""
    return await scraped(service.url)


async def _play(street: Game) -> None:
    campaign = await street.campaign()
    await street.store(plan(campaign=campaign.id))
    async with street.player("alice") as alice:
        for _ in range(TIMED_ONE_IN):
            await alice.stand()
        assert (await alice.aim("872830828-nobody"))["type"] == "refused"
        caught = await alice.catch_surely((await alice.some_cat())["id"], "try")
        assert caught["type"] == "caught"
    await until(lambda: len(street.app.gateway) == 0)
    async with aiohttp.ClientSession(street.app.url) as client:
        for path in ("/v1/species", "/v1/coupons/CODE-1", "/nowhere", "/else/where"):
            async with client.get(path) as answer:
                await answer.read()
