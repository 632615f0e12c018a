"""Addresses of Redis are understood or refused, and never printed with their secrets."""

import pytest
from redis.asyncio.connection import Connection, SSLConnection, UnixDomainSocketConnection

from gameserver.live import LiveUnavailable, LiveUrl, open_live
from tests.servers.redis import redis_on_port, redis_with_tls


@pytest.mark.parametrize(
    ("url", "seats", "connection"),
    [
        ("redis://", (("localhost", 6379),), Connection),
        ("redis://cache.example", (("cache.example", 6379),), Connection),
        ("redis://10.0.0.1:7000/3", (("10.0.0.1", 7000),), Connection),
        ("rediss://cache.example:6380", (("cache.example", 6380),), SSLConnection),
        ("unix:///run/redis.sock", (("/run/redis.sock", 0),), UnixDomainSocketConnection),
        ("unix:///a%20b/%25.sock?db=2", (("/a b/%.sock", 0),), UnixDomainSocketConnection),
        ("redis+cluster://a:1,b:2,c", (("a", 1), ("b", 2), ("c", 6379)), Connection),
        ("rediss+cluster://u:p@a:1,b:2/0", (("a", 1), ("b", 2)), SSLConnection),
    ],
)
def test_an_address_is_understood(
    url: str, seats: tuple[tuple[str, int], ...], connection: type[Connection]
) -> None:
    address = LiveUrl.parse(url)
    assert address.seats == seats
    assert address.kind == ("cluster" if "+cluster" in url else "single")
    made = [address.connection(seat) for seat in seats]
    assert [type(one) for one in made] == [connection] * len(seats)


def test_names_passwords_and_databases_reach_the_connection() -> None:
    address = LiveUrl.parse("redis://ada:s%40crt@h:1/3")
    made = address.connection(address.seats[0])
    assert (made.username, made.password, made.db) == ("ada", "s@crt", 3)
    address = LiveUrl.parse("redis+cluster://ada:s%40crt@h:1,i:2")
    made = address.connection(address.seats[1])
    assert (made.username, made.password) == ("ada", "s@crt")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:6379",
        "http://:s3cret@h",
        "unix://",
        "redis://:s3cret@h:notaport",
        "redis://:s3cret@h:99999",
        "redis://:s3cret@h?colour=blue",
        "redis+cluster://",
        "redis+cluster://:s3cret@h:1/4",
        "redis+cluster://:s3cret@h:1,",
        "unix+cluster:///tmp/x",
    ],
)
def test_a_bad_address_is_refused_without_telling_its_secrets(url: str) -> None:
    with pytest.raises(ValueError, match=r"address|database|option") as refused:
        LiveUrl.parse(url)
    assert "s3cret" not in str(refused.value)


def test_a_printed_address_has_no_secrets() -> None:
    for url in ("redis://ada:s3cret@h:1", "redis+cluster://ada:s3cret@h:1,i:2"):
        address = LiveUrl.parse(url)
        assert "h:1" in str(address)
        assert "s3cret" not in f"{address} {address!r}"
        assert "ada" not in f"{address} {address!r}"


async def test_a_server_with_a_password_is_opened_with_it() -> None:
    with redis_on_port() as server:
        server.nodes[0].config_set("requirepass", "s3cret")
        async with open_live(server.url.replace("://", "://:s3cret@")) as live:
            assert await live.ping()


async def test_a_server_behind_tls_is_opened_if_its_certificate_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("gameserver.live.batch.DEADLINE_S", 1.0)
    with redis_with_tls() as server:
        if server is None:
            pytest.skip("this redis-server or this machine has no TLS")
        async with open_live(server.url) as live:
            assert await live.ping()
        with pytest.raises(LiveUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
            async with open_live(server.url.partition("?")[0]):
                pytest.fail("a stranger was trusted")
