"""Whole runs against the scripted street."""

import asyncio
import io
import json
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgpack
import msgspec
import pytest
from catbot import bot, connection, player, reconnect, running
from catbot import crowd as crowd_module
from catbot import reconcile as reconcile_module
from catbot.address import AddressError
from catbot.fail_if import ConditionError
from catbot.options import Options, OptionsError
from catbot.report import Report
from catbot.running import RunError, run, stop_on_interrupt
from rich.console import Console

Until = Callable[[Callable[[], bool]], Awaitable[None]]
CENTRE = (30.25, 120.16)


@pytest.fixture(autouse=True)
def fast_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bots that live ten times as fast, so that a run takes a second."""
    monkeypatch.setattr(bot, "FIX_PERIOD_S", 0.1)
    monkeypatch.setattr(player, "ANSWER_S", 0.2)
    monkeypatch.setattr(reconcile_module, "_PENDING_S", 0.5)
    monkeypatch.setattr(reconcile_module, "_LOOK_AGAIN_S", 0.05)
    monkeypatch.setattr(crowd_module, "_ANSWERS_S", 0.5)
    monkeypatch.setattr(running, "_LOOK_S", 0.1)
    monkeypatch.setattr(reconnect.Backoff, "wait_s", lambda *_: 0.01)
    monkeypatch.setattr(player.Player, "_throw_delay_s", lambda *_: 0.01)


def options(street: Any, **more: Any) -> Options:
    defaults: dict[str, Any] = {
        "players": 4,
        "ramp_s": 0.1,
        "duration_s": 1.5,
        "centre": CENTRE,
        "tokens": tuple(f"token-{number}" for number in range(20)),
    }
    return Options(url=street.url, **{**defaults, **more})


async def say_nothing(*_: Any) -> None:
    pass


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


async def test_a_history_that_has_no_place_stops_the_run_before_it_begins(
    street: Any, tmp_path: Path
) -> None:
    with pytest.raises(OptionsError, match="history"):
        await run(options(street, history=str(tmp_path / "nowhere" / "run.jsonl")))
    assert street.sockets == []


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


async def test_without_a_map_the_run_asks_for_a_centre(street: Any) -> None:
    with pytest.raises(RunError, match="--centre"):
        await run(options(street, centre=None))


async def test_no_server_is_a_clear_error(street: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catbot.api._TRIES", 1)
    with pytest.raises(RunError, match="does not answer"):
        await run(Options(url="http://127.0.0.1:9", centre=CENTRE, players=1, ramp_s=0))


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"fail_if": ("mistakes>1",)}, ConditionError),
        ({"json": "/no/such/place/r.json"}, OptionsError),
        ({"report": "/no/such/place/r.html"}, OptionsError),
        ({"players": 10_000_000}, RunError),
    ],
)
async def test_a_run_that_could_only_fail_does_not_start(
    street: Any, wrong: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        await run(options(street, **wrong))
    assert not street.paths


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


async def test_an_address_that_leads_elsewhere_is_a_clear_error(street: Any) -> None:
    with pytest.raises(RunError, match="is it the address of a server"):
        await run(msgspec.structs.replace(options(street, centre=None), url=street.url + "/else"))


async def test_a_report_that_cannot_be_written_stops_the_run_before_it_begins(
    street: Any, tmp_path: Path
) -> None:
    with pytest.raises(OptionsError, match="can't be written"):
        await run(options(street, report=str(tmp_path)))
    assert not street.said


async def test_a_bad_address_is_a_clear_error() -> None:
    with pytest.raises(AddressError):
        await run(Options(url="nowhere"))


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


async def test_a_run_can_be_cancelled_and_leaves_nothing_behind(street: Any, until: Until) -> None:
    playing = asyncio.create_task(run(options(street, duration_s=float("inf"))))
    await until(lambda: len(street.heard("fix")) > 4)
    assert [task for task in asyncio.all_tasks() if is_of_bots(task)]
    playing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await playing
    await until(lambda: all(socket.close_code is not None for socket in street.sockets))
    assert not [task for task in asyncio.all_tasks() if is_of_bots(task)]


def is_of_bots(task: asyncio.Task[Any]) -> bool:
    return "/catbot/" in task.get_coro().cr_code.co_filename  # type: ignore[union-attr]


async def test_a_run_that_is_stopped_early_still_reports(street: Any, until: Until) -> None:
    stop = asyncio.Event()
    playing = asyncio.create_task(run(options(street, duration_s=float("inf")), stop=stop))
    await until(lambda: len(street.heard("catch")) > 4)
    stop.set()
    report = await playing
    assert report.reconciled
    assert report.reconciliation.found > 0
    assert report.disconnects == {}


async def test_a_run_that_is_stopped_while_bots_arrive_lets_no_more_in(
    street: Any, until: Until
) -> None:
    stop = asyncio.Event()
    wanted = options(street, players=20, ramp_s=60.0, duration_s=60.0)
    playing = asyncio.create_task(run(wanted, stop=stop))
    await until(lambda: bool(street.heard("fix")))
    stop.set()
    assert (await playing).players < 20


async def test_the_first_interrupt_stops_the_run_and_the_second_is_as_usual() -> None:
    usual = signal.getsignal(signal.SIGINT)
    with stop_on_interrupt() as stop:
        os.kill(os.getpid(), signal.SIGINT)
        async with asyncio.timeout(10):
            await stop.wait()
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    signal.signal(signal.SIGINT, usual)


async def test_off_a_terminal_a_run_shows_a_summary_in_plain_text(street: Any) -> None:
    out = io.StringIO()
    await run(options(street, fail_if=("fixes>0",)), Console(file=out, width=100))
    assert "reconciled" in out.getvalue()
    assert "failed: fixes>0 (it was " in out.getvalue()
    assert "\x1b" not in out.getvalue()


async def test_on_a_terminal_a_run_shows_a_live_table(street: Any) -> None:
    out = io.StringIO()
    console = Console(file=out, width=100, force_terminal=True)
    await run(options(street), console)
    assert "last 5 s" in out.getvalue()
    assert "hold, 1 s of 2" in out.getvalue()


async def test_a_run_can_write_a_page(street: Any, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    await run(options(street, report=str(page)))
    assert page.read_text().startswith("<!doctype html>")
