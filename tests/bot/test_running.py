"""Whole runs against the scripted street."""

import asyncio
import json
from pathlib import Path
from typing import Any

import msgpack
import pytest
from catbot import bot, connection
from catbot import reconcile as reconcile_module
from catbot.report import Report
from catbot.running import run

from tests.bot.runs import Until, options

pytestmark = pytest.mark.usefixtures("fast_lives")


async def test_a_run_walks_catches_and_reconciles(street: Any, tmp_path: Path) -> None:
    report = await run(options(street, json=str(tmp_path / "r.json"), fail_if=("errors>0",)))
    assert (report.players, report.connected, report.errors) == (4, 4, 0)
    assert report.catches == report.coupons > 0
    assert report.reconciled
    assert report.reconciliation.told == report.reconciliation.found == report.coupons
    assert report.fixes == len(street.heard("fix"))
    assert report.catch_ms.p50 is not None
    assert report.connect_ms.p50 is not None
    assert report.failed == []
    written = json.loads((tmp_path / "r.json").read_bytes())
    assert written["coupons"] == report.coupons


async def test_a_history_has_every_throw_and_answer_and_the_lists_of_the_end(
    street: Any, tmp_path: Path
) -> None:
    report = await run(options(street, history=str(tmp_path / "run.jsonl")))
    told = [json.loads(line) for line in (tmp_path / "run.jsonl").read_bytes().splitlines()]
    assert [line["seq"] for line in told] == list(range(1, len(told) + 1))

    def of(kind: str, who: str) -> list[Any]:
        return [line for line in told if (line["kind"], line["player"]) == (kind, who)]

    for who in options(street).tokens[:4]:
        assert [line["new"] for line in of("joined", who)] == [False]
        codes = [line["coupon"]["code"] for line in of("caught", who)]
        assert codes
        assert len(of("catch", who)) >= len(codes)
        (wallet,), (catches,) = of("wallet", who), of("catches", who)
        assert [coupon["code"] for coupon in wallet["coupons"]] == codes
        assert [(c["cat"], c["attempt"], c["points"]) for c in catches["catches"]] == [
            (line["cat"], line["attempt"], line["points"]) for line in of("caught", who)
        ]
    assert sum(line["kind"] == "caught" for line in told) == report.catches


async def test_everybody_says_goodbye(street: Any) -> None:
    report = await run(options(street))
    assert [socket.close_code for socket in street.sockets] == [1000] * 4
    assert report.disconnects == {}


async def test_answers_that_are_under_way_at_the_end_are_waited_for(street: Any) -> None:
    answer_catch = street.answers["catch"]

    async def take_time(street: Any, socket: Any, token: str, catch: Any) -> None:
        await asyncio.sleep(0.15)
        await answer_catch(street, socket, token, catch)

    street.answers["catch"] = take_time
    report = await run(options(street, players=8))
    thrown = {catch["attempt"] for catch in street.heard("catch")}
    assert report.catches == len(thrown) > 0
    assert report.reconciliation.unheard == 0


async def test_a_bot_that_says_goodbye_sends_no_more_fixes(
    street: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    close = connection.Connection.close
    said: list[int] = []

    def close_slowly(line: connection.Connection) -> None:
        said.append(len(street.heard("fix")))
        asyncio.get_running_loop().call_later(0.5, close, line)

    monkeypatch.setattr(connection.Connection, "close", close_slowly)
    report = await run(options(street, players=1))
    # One may have been on its way.
    assert said[0] <= report.fixes <= said[0] + 1


async def test_a_condition_that_holds_fails_the_run(street: Any) -> None:
    report = await run(options(street, fail_if=("coupons<1", "fixes>1")))
    assert report.failed == ["fixes>1"]


async def test_nonsense_from_the_server_is_an_error(street: Any) -> None:
    async def babble(_: Any, socket: Any, __: str, ___: Any) -> None:
        await socket.send(b"\xc1")

    street.answers["aim"] = babble
    report = await run(options(street))
    assert report.error_kinds["violation"] > 0


async def test_a_silent_server_is_not_waited_for_for_ever(
    street: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silence(*_: Any) -> None: ...

    monkeypatch.setattr(bot, "_WELCOME_S", 0.1)
    street.answers["hello"] = silence
    report = await run(options(street))
    assert report.connected == 0
    assert report.error_kinds["violation"] >= 4


async def test_a_coupon_that_never_reached_the_wallet_fails_the_reconciliation(
    street: Any,
) -> None:
    answer_catch = street.answers["catch"]

    async def lose(street: Any, socket: Any, token: str, catch: Any) -> None:
        await answer_catch(street, socket, token, catch)
        if token == "token-1":
            street.wallets[token].pop()

    street.answers["catch"] = lose
    report = await run(options(street))
    assert not report.reconciled
    assert report.reconciliation.missing > 0


async def test_a_pending_coupon_is_waited_for(street: Any, until: Until) -> None:
    answer_catch = street.answers["catch"]

    async def owe(street: Any, socket: Any, token: str, catch: Any) -> None:
        await answer_catch(street, Hushed(socket), token, catch)
        street.wallets[token][-1]["code"] = None
        await socket.send(Hushed.pending(catch))

    street.answers["catch"] = owe
    playing = asyncio.create_task(run(options(street)))
    await until(lambda: street.paths["/v1/me/coupons"] > 0)
    for wallet in street.wallets.values():
        for number, coupon in enumerate(wallet):
            coupon["code"] = f"LATE-{id(wallet)}-{number}"
    report: Report = await playing
    assert report.coupons == 0
    assert report.reconciliation.found == report.reconciliation.told > 0
    assert report.reconciled


async def test_cheaters_are_counted_apart_from_honest_players(street: Any) -> None:
    report = await run(options(street, players=8, cheaters=0.75))
    assert (report.players, report.cheaters.players) == (2, 6)
    assert len(report.cheaters.strategies) == 6
    assert report.cheaters.fixes > 0


async def test_the_servers_own_stores_are_where_bots_start(street: Any) -> None:
    street.map = {
        "centre": {"lat": 40.0, "lon": 10.0},
        "radius_m": 500,
        "stores": [{"id": "s", "name": "Tea", "lat": 40.001, "lon": 10.001}],
    }
    await run(options(street, centre=None))
    fixes = street.heard("fix")
    assert fixes
    assert all(abs(fix["lat"] - 40) < 0.01 and abs(fix["lon"] - 10) < 0.01 for fix in fixes)


async def test_wallets_of_a_server_that_went_away_are_not_all_waited_for(
    street: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile_module, "_LOST_MOST", 2)
    monkeypatch.setattr(reconcile_module, "_READERS", 1)

    async def go(street: Any, socket: Any, _: str, __: Any) -> None:
        street.is_gone = True
        await socket.close(1001, "going")

    street.answers["fix"] = go
    report = await run(options(street, players=8, duration_s=0.5))
    assert report.reconciliation.unread == 8
    assert report.reconciliation.problems == ("8 wallets could not be read",)
    assert street.paths["/v1/me/coupons"] == 2


async def test_players_come_and_leave_as_the_phases_say(street: Any) -> None:
    phases = "ramp 200ms to 2, spike 700ms to 6, hold 700ms, ramp 100ms to 0, hold 200ms"
    report = await run(options(street, phases=phases))
    assert (report.players, report.connected) == (6, 6)
    assert [span.name for span in report.spans][:2] == ["ramp to 2", "spike to 6"]
    assert max(sample.online for sample in report.series) == 6
    assert report.series[-1].online == 0
    assert {2, 6} <= {sample.online for sample in report.series}
    assert [socket.close_code for socket in street.sockets] == [1000] * 6
    assert report.reconciled
    assert report.disconnects == {}


async def test_a_server_that_stalls_cannot_hide_it(street: Any) -> None:
    """What was asked while it stood still is counted from when it was asked."""
    stalled = False
    answer_fix = street.answers["fix"]

    async def stall(street: Any, socket: Any, token: str, fix: Any) -> None:
        nonlocal stalled
        if len(street.heard("fix")) > 10 and not stalled:
            stalled = True
            socket.transport.pause_reading()
            asyncio.get_running_loop().call_later(1.2, socket.transport.resume_reading)
        await answer_fix(street, socket, token, fix)

    street.answers["fix"] = stall
    report = await run(options(street, players=1, duration_s=3.5))
    assert stalled
    assert report.fix_ms.max is not None
    assert report.fix_ms.max >= 600  # one in five fixes is pinged: two or more in this time


class Hushed:
    """A socket that swallows what it is to send."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket

    async def send(self, _: bytes) -> None: ...

    @staticmethod
    def pending(catch: dict[str, Any]) -> bytes:
        coupon = {"code": None, "campaign": "k", "title": "Tea", "state": "pending"}
        packed: bytes = msgpack.packb(
            {
                "type": "caught",
                "attempt": catch["attempt"],
                "cat": catch["cat"],
                "species": "tabby",
                "points": 1,
                "coupon": {**coupon, "expires_ms": None},
            }
        )
        return packed
