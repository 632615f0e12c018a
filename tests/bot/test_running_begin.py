"""Runs that cannot begin, and say why."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from catbot.address import AddressError
from catbot.fail_if import ConditionError
from catbot.options import Options, OptionsError
from catbot.running import RunError, run

from tests.bot.runs import CENTRE, options

pytestmark = pytest.mark.usefixtures("fast_lives")


async def test_a_history_that_has_no_place_stops_the_run_before_it_begins(
    street: Any, tmp_path: Path
) -> None:
    with pytest.raises(OptionsError, match="history"):
        await run(options(street, history=str(tmp_path / "nowhere" / "run.jsonl")))
    assert street.sockets == []


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
