"""What the server says, and its tables of codes: those of the contract and nothing else."""

import ast
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgpack
import msgspec
import pytest

import gameserver
from gameserver.codecs import CODECS, JSON, MSGPACK, Codec
from gameserver.game.model import Cat, Coupon, CouponState
from gameserver.protocol import (
    CLOSE_CODES,
    ERROR_CODES,
    REASONS,
    Cats,
    CatsRaw,
    Close,
    Refused,
    cat_view,
    coupon_view,
    pending_coupon,
    refused,
)

DECODERS: dict[Codec, Callable[[bytes], Any]] = {JSON: json.loads, MSGPACK: msgpack.unpackb}
"""How other implementations read what the server writes."""

each_codec = pytest.mark.parametrize("codec", [JSON, MSGPACK], ids=lambda codec: codec.subprotocol)

# --- what is said ------------------------------------------------------------------------------

CAT = Cat("10c832cf3-a", "bobbin", "s", "Tea 茶", 30.25, 120.16, 9, 2, 40.0, "k", "A cup")
COUPON = Coupon("code", "k", "A cup", CouponState.ACTIVE, 99, "catch", "cat", "p", "s", 1)


@each_codec
def test_a_cat_is_told_with_its_store_and_reward(codec: Codec) -> None:
    view = cat_view(CAT, 1, 30.2, 120.1)
    assert DECODERS[codec](codec.encode(view)) == {
        "id": "10c832cf3-a",
        "species": "bobbin",
        "store": {"id": "s", "name": "Tea 茶"},
        "lat": 30.2,
        "lon": 120.1,
        "expires_ms": 9,
        "left": 1,
        "reward": {"campaign": "k", "title": "A cup"},
    }


@each_codec
def test_a_cat_without_a_reward_says_none(codec: Codec) -> None:
    plain = msgspec.structs.replace(CAT, campaign=None, title=None)
    assert "reward" not in DECODERS[codec](codec.encode(cat_view(plain, 1, 30.2, 120.1)))


@each_codec
def test_cats_that_were_encoded_before_are_told_as_if_they_were_not(codec: Codec) -> None:
    views = [cat_view(CAT, left, 30.2, 120.1) for left in (1, 2)]
    raw = CatsRaw([msgspec.Raw(codec.encode(view)) for view in views], ["gone"])
    assert codec.encode(raw) == codec.encode(Cats(views, ["gone"]))


@each_codec
def test_a_coupon_is_told_without_what_is_only_for_the_books(codec: Codec) -> None:
    assert DECODERS[codec](codec.encode(coupon_view(COUPON))) == {
        "code": "code",
        "campaign": "k",
        "title": "A cup",
        "state": "active",
        "expires_ms": 99,
    }
    assert DECODERS[codec](codec.encode(pending_coupon("k", "A cup"))) == {
        "code": None,
        "campaign": "k",
        "title": "A cup",
        "state": "pending",
        "expires_ms": None,
    }


@each_codec
def test_a_refusal_says_only_what_there_is_to_say(codec: Codec) -> None:
    plain = {"type": "refused", "reason": "gone", "retry": False, "cat": "c"}
    assert DECODERS[codec](codec.encode(refused("gone", cat="c"))) == plain


# --- the tables --------------------------------------------------------------------------------

CONTRACT_REASONS = """no_fix stale_fix inaccurate_fix mocked_location moving_too_fast teleported
    too_far not_visible gone already_caught bad_ticket too_quick missed fled cooling_down
    daily_limit campaign_limit sold_out store_closed busy"""

COME_BACK_WITH_JITTER = {1012, 1013}
COME_BACK_LATER = {4101, 4102, 4103}
DO_NOT_COME_BACK = {1007, 1009, 4001, 4002, 4003, 4004}


def test_the_reasons_are_those_of_the_contract() -> None:
    assert list(REASONS) == CONTRACT_REASONS.split()


@pytest.mark.parametrize("reason", REASONS)
def test_a_refusal_takes_its_retry_from_the_table(reason: str) -> None:
    assert refused(reason, cat="c") == Refused(reason, REASONS[reason].retry, cat="c")
    assert REASONS[reason].meaning.endswith(".")


def test_a_reason_that_is_not_in_the_table_is_a_bug() -> None:
    with pytest.raises(KeyError):
        refused("bored")


SOURCE = Path(gameserver.__file__).parent


def said_in(paths: Iterable[Path], function: str) -> set[str]:
    """The first arguments of the calls of a function in the source, where they are literal."""
    return {
        call.args[0].value
        for path in paths
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name | ast.Attribute)
        and (call.func.id if isinstance(call.func, ast.Name) else call.func.attr) == function
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }


def test_every_reason_that_the_server_gives_is_in_the_table() -> None:
    by_rules = said_in([SOURCE / "game" / "catching.py"], "Refusal")
    elsewhere = said_in(SOURCE.rglob("*.py"), "refused")
    assert {"no_fix", "missed"} <= by_rules
    assert {"busy", "gone"} <= elsewhere
    assert by_rules | elsewhere <= REASONS.keys()


def test_every_error_that_the_server_gives_is_in_the_table() -> None:
    assert said_in(SOURCE.rglob("*.py"), "fail") == ERROR_CODES.keys()


def test_the_close_codes_are_those_of_the_contract() -> None:
    expected = COME_BACK_WITH_JITTER | COME_BACK_LATER | DO_NOT_COME_BACK
    assert {int(code) for code in CLOSE_CODES} == expected
    assert {int(code) for code in Close} == expected | {1000}


@pytest.mark.parametrize("code", CLOSE_CODES)
def test_a_close_code_says_when_to_come_back(code: Close) -> None:
    when = CLOSE_CODES[code].when
    assert (when == "with jitter") == (code in COME_BACK_WITH_JITTER)
    assert (when == "later") == (code in COME_BACK_LATER)
    assert (when == "not by itself") == (code in DO_NOT_COME_BACK)


def test_an_error_closes_with_a_code_of_the_table() -> None:
    assert set(ERROR_CODES.values()) <= CLOSE_CODES.keys()


def test_the_subprotocols_are_those_of_the_contract() -> None:
    assert CODECS == {None: JSON, "catcat.v1.json": JSON, "catcat.v1.msgpack": MSGPACK}
    assert JSON.text
    assert not MSGPACK.text
