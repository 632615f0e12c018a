import pytest
from catbot.address import Address, AddressError


@pytest.mark.parametrize(
    ("url", "http", "play"),
    [
        ("http://localhost:8000", "http://localhost:8000", "ws://localhost:8000/play"),
        ("http://localhost:8000/", "http://localhost:8000", "ws://localhost:8000/play"),
        ("ws://localhost:8000/play", "http://localhost:8000", "ws://localhost:8000/play"),
        ("https://cats.example", "https://cats.example:443", "wss://cats.example:443/play"),
        (
            "wss://cats.example/eu/play",
            "https://cats.example:443/eu",
            "wss://cats.example:443/eu/play",
        ),
        ("http://[::1]:81", "http://[::1]:81", "ws://[::1]:81/play"),
    ],
)
def test_one_url_names_the_api_and_the_socket(url: str, http: str, play: str) -> None:
    address = Address.parse(url)
    assert (address.http, address.play) == (http, play)


def test_an_ipv6_host_is_dialled_without_its_brackets() -> None:
    address = Address.parse("http://[::1]:81")
    assert (address.host, address.port) == ("::1", 81)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:8000",
        "ftp://localhost",
        "http://",
        "http://me@localhost",
        "http://localhost/?a=1",
        "http://localhost:99999",
        "http://[::1",
    ],
)
def test_what_names_no_server_is_refused(url: str) -> None:
    with pytest.raises(AddressError):
        Address.parse(url)
