"""Runs whose players are sent away, or are not let in."""

from typing import Any

import msgpack
import pytest
from catbot import bot, reconnect
from catbot.running import run

from tests.bot.runs import options, say_nothing

pytestmark = pytest.mark.usefixtures("fast_lives")


async def test_after_a_restart_bots_come_back_and_repeat_what_was_not_answered(
    street: Any,
) -> None:
    answer_catch = street.answers["catch"]
    lost: dict[str, Any] = {}

    async def restart_once(street: Any, socket: Any, token: str, catch: Any) -> None:
        if token not in lost:
            lost[token] = catch
            await socket.close(1012, "restarting")
        else:
            await answer_catch(street, socket, token, catch)

    street.answers["catch"] = restart_once
    report = await run(options(street))
    assert report.disconnects == {"1012": 4}
    assert report.errors == 0
    assert len(lost) == 4
    for token, catch in lost.items():
        assert street.said.count(catch) == 2, token
    assert report.catches_resent == 4
    assert report.reconciled


async def test_a_player_that_is_banned_stays_away(street: Any) -> None:
    async def ban(_: Any, socket: Any, __: str, ___: Any) -> None:
        await socket.close(4003, "banned")

    street.answers["fix"] = ban
    report = await run(options(street))
    assert len(street.sockets) == 4
    assert report.disconnects == {"4003": 4}
    assert report.error_kinds == {"closed_4003": 4}


async def test_a_full_server_is_tried_again(street: Any) -> None:
    street.refuse_handshakes = 3
    report = await run(options(street))
    assert report.connected == 4
    assert report.failed_connects == {"http_503": 3}


async def test_who_is_never_let_in_counts_with_the_time_that_it_waited(street: Any) -> None:
    street.refuse_handshakes = 1_000_000
    report = await run(options(street, duration_s=0.5))
    assert report.connected == 0
    assert report.arrival_ms.p50 is not None
    assert report.return_ms.p50 is None


async def test_how_long_players_were_away_after_a_restart_is_told(street: Any) -> None:
    async def restart(street: Any, socket: Any, _: str, __: Any) -> None:
        street.answers["fix"] = say_nothing
        await socket.close(1012, "restarting")

    street.answers["fix"] = restart
    report = await run(options(street, players=1))
    assert report.disconnects == {"1012": 1}
    assert report.return_ms.p50 is not None


async def test_who_is_not_back_at_the_end_counts_with_the_time_that_it_was_away(
    street: Any,
) -> None:
    async def go_for_good(street: Any, socket: Any, _: str, __: Any) -> None:
        street.refuse_handshakes = 1_000_000
        await socket.close(1012, "restarting")

    street.answers["fix"] = go_for_good
    report = await run(options(street, players=1))
    assert report.connect_ms.p50 is not None
    assert report.return_ms.p50 is not None
    assert report.fixes == 1


async def test_throws_that_nobody_answered_count_with_the_time_that_was_waited(
    street: Any,
) -> None:
    street.answers["catch"] = say_nothing
    report = await run(options(street, players=1))
    assert (report.catches, report.unanswered) == (0, 1)
    assert report.catch_ms.p50 is not None


async def test_who_is_turned_away_comes_back_when_the_server_said(
    street: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    class Counted(reconnect.Backoff):
        def wait_s(self, at_least_s: float = 0.0) -> float:
            waits.append(at_least_s)
            return 0.0

    async def full_once(socket: Any) -> None:
        if waits:
            await street.talk(socket)
            return
        await socket.recv()
        data = {"retry_after_ms": 7_000}
        notice = {"type": "notice", "kind": "overloaded", "text": "", "data": data}
        await socket.send(msgpack.packb(notice))
        await socket.close(1013)

    monkeypatch.setattr(bot, "Backoff", Counted)
    street.handler = full_once
    report = await run(options(street, players=1, duration_s=0.5))
    assert waits == [7.0]
    assert report.disconnects == {"1013": 1}
    assert (report.connected, report.errors) == (1, 0)
