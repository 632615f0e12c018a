import contextlib

import msgpack
import pytest
from catbot import wire
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
    Reader,
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


def test_news_that_are_told_to_many_in_the_same_bytes_are_read_once() -> None:
    reader = Reader()
    news = msgpack.packb({"type": "cats", "appear": [], "vanish": ["a"]})
    other = msgpack.packb({"type": "cats", "appear": [], "vanish": ["b"]})
    first = reader.decode(news)
    assert reader.decode(bytes(bytearray(news))) is first
    assert reader.decode(other) == decode(other) != first


def test_what_is_said_to_one_player_is_not_kept() -> None:
    reader = Reader()
    refusal = msgpack.packb({"type": "refused", "reason": "gone", "retry": False, "cat": "a"})
    assert reader.decode(refusal) == reader.decode(refusal)
    assert reader.decode(refusal) is not reader.decode(refusal)


def test_a_reader_forgets_old_news(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "_NEWS_BYTES", 1000)
    reader = Reader()
    frames = [msgpack.packb({"type": "cats", "vanish": [f"cat-{n:04}"]}) for n in range(500)]
    first = reader.decode(frames[0])
    for frame in frames[1:]:
        reader.decode(frame)
    assert reader.decode(frames[0]) == first
    assert reader.decode(frames[0]) is not first
    assert len(reader._newer) + len(reader._older) <= 2 * (1000 // len(frames[0]) + 1)


def test_a_reader_refuses_what_is_no_message() -> None:
    with pytest.raises(WireError):
        Reader().decode(b"\xc1")
