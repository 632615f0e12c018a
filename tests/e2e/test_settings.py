"""What an operator sets through the command: for the pages, and what can not be meant."""

from pathlib import Path

import aiohttp
import pytest

from tests.e2e.test_command import catcat
from tests.servers.catcat import catcat as catcat_server

TILES = "https://{s}.tiles.example/{z}/{x}/{y}.png"
EVENT = "Midnight 零点@2026-11-11T00:00+08:00"


@pytest.mark.parametrize(
    ("workers", "option", "value", "said"),
    [
        ("1", "--tiles", "tiles.example/{z}/{x}/{y}", "not the URL of tiles"),
        ("2", "--tiles", "https://*/{z}/{x}/{y}", "not a host that a page's policy can name"),
        ("1", "--event", "Midnight@2026-11-11T00:00", "the time with its zone"),
        ("2", "--event", "Midnight", "an event is NAME@TIME"),
        ("1", "--geocoder", "nobody", "geocoder nobody: "),
        ("2", "--geocoder", "nobody", "geocoder nobody: "),
        ("1", "--no-spawn", __file__, "test_settings.py: "),
        ("2", "--no-spawn", __file__, "test_settings.py: "),
    ],
)
async def test_what_can_not_be_meant_is_refused_in_one_line(
    tmp_path: Path, workers: str, option: str, value: str, said: str
) -> None:
    status, printed = await catcat(
        "serve", "--data-dir", str(tmp_path), "--port", "0", "--workers", workers, option, value
    )
    assert status == 1
    assert printed.startswith("Error: ")
    assert said in printed
    assert len(printed.splitlines()) == 1


async def test_every_process_tells_pages_the_same(tmp_path: Path) -> None:
    options = ["--workers", "2", "--practice", "--tiles", TILES, "--tiles-attribution", "© A map"]
    async with catcat_server(tmp_path, *options, "--event", EVENT) as server:
        for _ in range(20):  # connections, which go to the processes as they come
            async with aiohttp.ClientSession() as client:
                async with client.get(f"{server.url}/v1/config") as answer:
                    assert await answer.json() == {
                        "tiles": {"url": TILES, "kind": "raster", "attribution": "© A map"},
                        "event": {"name": "Midnight 零点", "at_ms": 1_794_326_400_000},
                        "practice": True,
                    }
                async with client.get(f"{server.url}/") as answer:
                    policy = answer.headers["Content-Security-Policy"]
                    assert "connect-src 'self' https://*.tiles.example;" in policy


async def test_what_the_command_takes_back_no_process_finds_in_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CATCAT_PRACTICE", "1")
    monkeypatch.setenv("CATCAT_TILES", TILES)
    options = ["--workers", "2", "--no-practice", "--tiles", ""]
    async with (
        catcat_server(tmp_path, *options) as server,
        aiohttp.ClientSession() as client,
        client.get(f"{server.url}/v1/config") as answer,
    ):
        assert await answer.json() == {"tiles": None, "event": None, "practice": False}
