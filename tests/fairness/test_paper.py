"""The game on paper says to every player what the server's sessions say."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from catbot.cheats import strategies
from catbot.wire import Aim, Catch, Fix, ServerMessage

from benchmarks.fairness import paper
from benchmarks.fairness.simulation import Crowd, simulate_cheats, simulate_honest
from gameserver.codecs import JSON
from gameserver.gateway.session import Session
from tests.servers.game import Game, game
from tests.waiting import until

Said = tuple[Fix | Aim | Catch, int]


class Line:
    """A line whose other end takes everything and says nothing."""

    address = "192.0.2.1"

    def __init__(self) -> None:
        self.told: list[bytes] = []

    def send(self, payload: bytes) -> None:
        self.told.append(payload)

    def close(self, code: int, reason: str = "") -> None:
        raise AssertionError(f"closed with {code} {reason}")

    def rest(self, for_s: float) -> None:
        raise AssertionError("sent too much")

    def call_when_written(self, go_on: Callable[[], None]) -> None:
        go_on()


def recorded(monkeypatch: pytest.MonkeyPatch, play: Callable[[], object]) -> dict[str, list[Said]]:
    """What every player of a simulation says, with aims at no cat, so that nothing is won."""
    said: dict[str, list[Said]] = {}
    hear = paper.Session.hear

    def listen(self: paper.Session, message: Fix | Aim | Catch, now_ms: int) -> None:
        if not isinstance(message, Catch):
            said.setdefault(self._player, []).append((message, now_ms))
        hear(self, message, now_ms)

    monkeypatch.setattr(paper.Session, "hear", listen)
    play()
    monkeypatch.setattr(paper.Session, "hear", hear)
    return said


def on_paper(city: paper.City, player: str, said: list[Said]) -> list[str]:
    told: list[ServerMessage] = []
    session = paper.Session(city, player, "192.0.2.1", told.append)
    session.welcome(said[0][1])
    for message, now_ms in said:
        session.hear(Aim("no-cat") if isinstance(message, Aim) else message, now_ms)
    return [message.reason for message in told if hasattr(message, "reason")]


async def on_the_street(street: Game, player: str, said: list[Said]) -> list[str]:
    shared = street.app.gateway.street
    clock = [said[0][1]]
    shared.clock = shared.lookback._clock = lambda: clock[0]
    line = Line()
    session = Session(shared, line, JSON)
    session.receive(JSON.encode({"type": "hello", "token": street.token(player)}))
    for message, now_ms in said:
        clock[0] = now_ms
        sent = Aim("no-cat") if isinstance(message, Aim) else message
        session.receive(JSON.encode(sent))
        if session.memory.is_looking:
            await until(lambda: not session.memory.is_looking)
    session.end()
    heard = [json.loads(payload) for payload in line.told]
    return [message["reason"] for message in heard if message["type"] == "refused"]


KINDS = ["open", "tunnels", *strategies()]


async def test_sessions_and_paper_agree_on_everybody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd = Crowd(2, 150.0, 3)
    city = paper.City([], paper.Rules(), 1)
    async with game(tmp_path) as street:
        heard: set[str] = set()
        for kind in KINDS:
            simulate = simulate_cheats if kind in strategies() else simulate_honest
            play = partial(simulate, kind, crowd)
            for player, said in recorded(monkeypatch, play).items():
                name = player.replace(", ", "-")
                expected = on_paper(city, name, said)
                assert await on_the_street(street, name, said) == expected, player
                heard |= set(expected)
        assert heard >= {"teleported", "moving_too_fast", "cooling_down", "stale_fix"}
        assert heard >= {"mocked_location", "inaccurate_fix", "not_visible"}
