import contextlib

import msgpack
import pytest
from catbot.wire import (
    Aim,
    Catch,
    Cats,
    Caught,
    CouponChanged,
    Encounter,
    Error,
    Fix,
    Hello,
    Notice,
    Refused,
    Welcome,
    WireError,
    decode,
    encode,
)
from hypothesis import given
from hypothesis import strategies as st

CAT = {
    "id": "c1",
    "species": "tabby",
    "store": {"id": "s1", "name": "Tea"},
    "lat": 30,
    "lon": 120.5,
    "expires_ms": 5,
    "left": 2,
}
COUPON = {
    "code": "ABC",
    "campaign": "k",
    "title": "Tea for two",
    "state": "active",
    "expires_ms": 9,
}
RULES = {"view_m": 200, "catch_m": 40.0, "fix_max_age_ms": 5000, "aim_min_ms": 800}

EXAMPLES = [
    ({"type": "welcome", "session": "s", "player": "p", "now_ms": 1, "rules": RULES}, Welcome),
    ({"type": "cats", "appear": [CAT], "vanish": ["c0"]}, Cats),
    (
        {
            "type": "encounter",
            "cat": "c1",
            "ticket": "t",
            "expires_ms": 5,
            "distance_m": 3,
            "bearing_deg": 0.5,
        },
        Encounter,
    ),
    (
        {
            "type": "caught",
            "attempt": "a",
            "cat": "c1",
            "species": "tabby",
            "points": 10,
            "coupon": COUPON,
        },
        Caught,
    ),
    (
        {
            "type": "caught",
            "attempt": "a",
            "cat": "c",
            "species": "s",
            "points": 1,
            "coupon": {**COUPON, "code": None, "state": "pending", "expires_ms": None},
        },
        Caught,
    ),
    (
        {
            "type": "caught",
            "attempt": "a",
            "cat": "c",
            "species": "s",
            "points": 1,
            "coupon": None,
        },
        Caught,
    ),
    ({"type": "refused", "cat": "c1", "reason": "gone", "retry": False}, Refused),
    (
        {"type": "refused", "attempt": "a", "reason": "busy", "retry": True, "retry_after_ms": 9},
        Refused,
    ),
    ({"type": "coupon", "attempt": "a", "coupon": COUPON}, CouponChanged),
    ({"type": "notice", "kind": "k", "text": "t", "data": {"any": ["thing"]}}, Notice),
    ({"type": "error", "code": "bad_message", "message": "m"}, Error),
]


@pytest.mark.parametrize(("fields", "kind"), EXAMPLES)
def test_every_message_of_the_contract_is_read(fields: dict[str, object], kind: type) -> None:
    assert isinstance(decode(msgpack.packb(fields)), kind)


@pytest.mark.parametrize(("fields", "kind"), EXAMPLES)
def test_unknown_fields_are_ignored(fields: dict[str, object], kind: type) -> None:
    assert isinstance(decode(msgpack.packb({**fields, "newer": {"than": "us"}})), kind)


@pytest.mark.parametrize(
    ("message", "fields"),
    [
        (Hello("tok"), {"type": "hello", "token": "tok"}),
        (
            Fix(1.5, 2.5, 4.0, 99),
            {"type": "fix", "lat": 1.5, "lon": 2.5, "accuracy_m": 4.0, "at_ms": 99},
        ),
        (Aim("c"), {"type": "aim", "cat": "c"}),
        (Catch("a", "c", "t"), {"type": "catch", "attempt": "a", "cat": "c", "ticket": "t"}),
    ],
)
def test_what_a_client_says_has_the_fields_of_the_contract(
    message: Hello | Fix | Aim | Catch, fields: dict[str, object]
) -> None:
    assert msgpack.unpackb(encode(message)) == fields


def test_only_a_faked_fix_says_mock() -> None:
    assert msgpack.unpackb(encode(Fix(1, 2, 3, 4, mock=True)))["mock"] is True


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"\xc1",
        msgpack.packb([1]),
        msgpack.packb({"no": "type"}),
        msgpack.packb({"type": "meow"}),
        msgpack.packb({"type": "cats", "appear": [{"id": 1}]}),
        msgpack.packb({"type": "refused", "reason": "gone"}),
        msgpack.packb({"type": "cats"}) + b"\x00",
        b"\x91" * 5_000,
    ],
)
def test_anything_else_is_a_wire_error(payload: bytes) -> None:
    with pytest.raises(WireError):
        decode(payload)


@given(st.binary(max_size=200))
def test_no_bytes_do_worse_than_a_wire_error(payload: bytes) -> None:
    with contextlib.suppress(WireError):
        decode(payload)
