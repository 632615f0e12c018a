"""What the server reads: both encodings the same, and rubbish is refused with a reason."""

import json
import math
from collections.abc import Callable
from typing import Any

import msgpack
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gameserver.codecs import JSON, MSGPACK, Codec
from gameserver.game.datum import Datum
from gameserver.protocol import (
    MESSAGE_MAX,
    Aim,
    BadMessage,
    Catch,
    Fix,
    FixFields,
    Hello,
    Incoming,
)

Fields = dict[str, Any]

HELLO: Fields = {"type": "hello", "token": "t"}
FIX: Fields = {"type": "fix", "lat": 30.25, "lon": 120.16, "accuracy_m": 5.0, "at_ms": 1.7e12}
AIM: Fields = {"type": "aim", "cat": "c"}
CATCH: Fields = {"type": "catch", "attempt": "a", "cat": "c", "ticket": "t"}
KINDS = [HELLO, FIX, AIM, CATCH]

ENCODERS: dict[Codec, Callable[[Any], bytes]] = {
    JSON: lambda fields: json.dumps(fields).encode(),
    MSGPACK: msgpack.packb,
}
"""How other implementations write what the server reads."""

each_codec = pytest.mark.parametrize("codec", [JSON, MSGPACK], ids=lambda codec: codec.subprotocol)
each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind["type"])


def sent(codec: Codec, fields: object) -> Incoming:
    return codec.decode(ENCODERS[codec](fields))


def refusal(codec: Codec, fields: object) -> str:
    with pytest.raises(BadMessage) as refused:
        sent(codec, fields)
    return str(refused.value)


# --- what is read ------------------------------------------------------------------------------


@each_codec
def test_the_messages_of_the_contract_are_read(codec: Codec) -> None:
    assert sent(codec, HELLO) == Hello("t", Datum.WGS84, None)
    everything = {**HELLO, "datum": "gcj02", "client": "web"}
    assert sent(codec, everything) == Hello("t", Datum.GCJ02, "web")
    assert sent(codec, FIX) == Fix(30.25, 120.16, 5.0, 1.7e12)
    everything = {**FIX, "speed_mps": 1.4, "heading_deg": 90.0, "mock": True}
    assert sent(codec, everything) == Fix(30.25, 120.16, 5.0, 1.7e12, 1.4, 90.0, True)
    assert sent(codec, AIM) == Aim("c")
    assert sent(codec, CATCH) == Catch("a", "c", "t", None)


@each_codec
@pytest.mark.parametrize("with_type", [True, False])
def test_the_fix_of_a_catch_needs_no_type(codec: Codec, with_type: bool) -> None:
    fix = dict(FIX) if with_type else {name: FIX[name] for name in FIX if name != "type"}
    assert sent(codec, {**CATCH, "fix": fix}) == Catch(
        "a", "c", "t", FixFields(30.25, 120.16, 5.0, 1.7e12)
    )


@each_codec
def test_whole_numbers_are_numbers(codec: Codec) -> None:
    whole = {**FIX, "lat": 30, "lon": -120, "accuracy_m": 5, "at_ms": 1_700_000_000_123}
    assert sent(codec, whole) == Fix(30.0, -120.0, 5.0, 1_700_000_000_123.0)


@each_codec
def test_an_optional_field_may_be_null(codec: Codec) -> None:
    nulls = {**FIX, "speed_mps": None, "heading_deg": None}
    assert sent(codec, nulls) == sent(codec, FIX)
    assert sent(codec, {**CATCH, "fix": None}) == sent(codec, CATCH)


@each_codec
@each_kind
def test_unknown_fields_are_ignored(codec: Codec, kind: Fields) -> None:
    newer = {"from": ["a", {"newer": "client"}, None, 1.5, -(2**63)], "": 0}
    assert sent(codec, {**newer, **kind, "zz": newer}) == sent(codec, kind)


@each_codec
@each_kind
def test_the_type_may_stand_anywhere(codec: Codec, kind: Fields) -> None:
    assert sent(codec, dict(reversed(kind.items()))) == sent(codec, kind)


numbers = st.floats(allow_nan=False, allow_infinity=False)
valid_fix = st.fixed_dictionaries(
    {
        "lat": st.floats(-90.0, 90.0),
        "lon": st.floats(-180.0, 180.0),
        "accuracy_m": st.floats(0.0, 1e7),
        "at_ms": st.one_of(st.integers(0, 10**14), st.floats(0.0, 1e14)),
    },
    optional={
        "speed_mps": st.one_of(st.none(), st.floats(-1.0, 1e5)),
        "heading_deg": st.one_of(st.none(), st.floats(-360.0, 360.0)),
        "mock": st.booleans(),
    },
)
ids = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=64
)
typed = st.one_of(
    st.builds(
        lambda token, datum: {**HELLO, "token": token, "datum": datum},
        ids,
        st.sampled_from(["wgs84", "gcj02", "bd09"]),
    ),
    valid_fix.map(lambda fix: {"type": "fix", **fix}),
    ids.map(lambda cat: {**AIM, "cat": cat}),
    st.builds(
        lambda attempt, cat, ticket, fix: {
            **CATCH,
            "attempt": attempt,
            "cat": cat,
            "ticket": ticket,
            "fix": fix,
        },
        ids,
        ids,
        ids,
        st.one_of(st.none(), valid_fix),
    ),
)


@given(typed)
def test_both_encodings_read_the_same(fields: Fields) -> None:
    assert sent(JSON, fields) == sent(MSGPACK, fields)


# --- what is refused ---------------------------------------------------------------------------

OUT_OF_RANGE = [
    ("lat", 90.001),
    ("lat", -90.001),
    ("lon", 180.001),
    ("lon", -180.001),
    ("accuracy_m", -0.001),
    ("accuracy_m", 1.1e7),
    ("at_ms", -1),
    ("at_ms", 1.1e14),
    ("speed_mps", -1.1),
    ("speed_mps", 1.1e5),
    ("heading_deg", 360.1),
    ("heading_deg", -360.1),
]


@each_codec
@pytest.mark.parametrize(("field", "value"), OUT_OF_RANGE)
def test_a_number_out_of_range_is_refused_by_name(codec: Codec, field: str, value: float) -> None:
    assert field in refusal(codec, {**FIX, field: value})
    inner = {**FIX, field: value}
    assert field in refusal(codec, {**CATCH, "fix": inner})


@pytest.mark.parametrize("field", ["lat", "lon", "accuracy_m", "at_ms", "speed_mps", "heading_deg"])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_a_number_is_refused(field: str, value: float) -> None:
    assert field in refusal(MSGPACK, {**FIX, field: value})
    # JSON has no such numbers: Python writes them as bare words all the same.
    assert refusal(JSON, {**FIX, field: value}) == "malformed"


@pytest.mark.parametrize("number", ["1e999", "-1e999", "1" * 400])
def test_a_number_too_large_for_any_machine_is_refused(number: str) -> None:
    text = json.dumps({**FIX, "lat": 0}).replace('"lat": 0', f'"lat": {number}')
    with pytest.raises(BadMessage):
        JSON.decode(text.encode())


@each_codec
@each_kind
def test_every_needed_field_is_missed_by_name(codec: Codec, kind: Fields) -> None:
    for field in kind.keys() - {"type"}:
        partial = {name: value for name, value in kind.items() if name != field}
        assert field in refusal(codec, partial)


@each_codec
@each_kind
@pytest.mark.parametrize("value", [None, True, [], {}, [1], {"a": 1}])
def test_a_value_of_the_wrong_type_is_refused_by_name(
    codec: Codec, kind: Fields, value: object
) -> None:
    for field in kind.keys() - {"type"}:
        assert field in refusal(codec, {**kind, field: value})


@each_codec
def test_numbers_in_quotes_are_no_numbers(codec: Codec) -> None:
    assert "lat" in refusal(codec, {**FIX, "lat": "30.25"})


@each_codec
@pytest.mark.parametrize("fields", [{}, {"type": "meow"}, {"type": ""}, {"cat": "c"}, {"type": 3}])
def test_an_unknown_type_is_refused(codec: Codec, fields: Fields) -> None:
    assert "type" in refusal(codec, fields)


@each_codec
@pytest.mark.parametrize("kind", ["welcome", "cats", "caught", "error"])
def test_what_only_a_server_says_is_unknown_from_a_client(codec: Codec, kind: str) -> None:
    assert "type" in refusal(codec, {"type": kind})


@each_codec
@pytest.mark.parametrize("value", [None, True, 5, "aim", [], [AIM]])
def test_what_is_no_map_is_refused(codec: Codec, value: object) -> None:
    assert refusal(codec, value)


@each_codec
@pytest.mark.parametrize("field", ["attempt", "cat", "ticket"])
@pytest.mark.parametrize("value", ["", "x" * 65, "\0", "a\0b"])
def test_ids_have_one_to_64_characters_and_none_is_nul(
    codec: Codec, field: str, value: str
) -> None:
    assert "ids have" in refusal(codec, {**CATCH, field: value})
    if field == "cat":
        assert "ids have" in refusal(codec, {**AIM, "cat": value})


@each_codec
def test_64_characters_of_any_alphabet_are_an_id(codec: Codec) -> None:
    assert sent(codec, {**AIM, "cat": "猫" * 64}) == Aim("猫" * 64)


@each_codec
def test_a_token_is_at_most_512_characters(codec: Codec) -> None:
    assert sent(codec, {**HELLO, "token": "x" * 512}) == Hello("x" * 512)
    assert "token" in refusal(codec, {**HELLO, "token": "x" * 513})


@each_codec
@pytest.mark.parametrize("datum", ["", "WGS84", "mars", 5])
def test_an_unknown_datum_is_refused(codec: Codec, datum: object) -> None:
    assert "datum" in refusal(codec, {**HELLO, "datum": datum})


NESTED = {
    "JSON arrays": (JSON, b'{"type":"aim","cat":"c","x":' + b"[" * 5_000 + b"]" * 5_000 + b"}"),
    "JSON maps": (JSON, b'{"type":"aim","cat":"c","x":' + b'{"x":' * 5_000 + b"1" + b"}" * 5_001),
    "JSON arrays at the top": (JSON, b"[" * 5_000 + b"]" * 5_000),
    "JSON maps at the top": (JSON, b'{"x":' * 5_000 + b"1" + b"}" * 5_000),
    "JSON maps in a fix": (JSON, b'{"type":"catch","fix":' + b'{"x":' * 5_000),
    "arrays": (MSGPACK, b"\x83\xa4type\xa3aim\xa3cat\xa1c\xa1x" + b"\x91" * 5_000 + b"\xc0"),
    "maps": (MSGPACK, b"\x83\xa4type\xa3aim\xa3cat\xa1c\xa1x" + b"\x81\xa1x" * 5_000 + b"\xc0"),
    "arrays at the top": (MSGPACK, b"\x91" * 5_000 + b"\xc0"),
    "maps at the top": (MSGPACK, b"\x81\xa1x" * 5_000 + b"\xc0"),
}


@pytest.mark.parametrize("name", NESTED)
def test_deep_nesting_is_refused_and_kills_nobody(name: str) -> None:
    codec, payload = NESTED[name]
    with pytest.raises(BadMessage):
        codec.decode(payload)


MALFORMED = {
    "nothing": (b"", b""),
    "half a message": (b'{"type":"aim","cat":', b"\x82\xa4type\xa3aim\xa3cat"),
    "a message and more": (b'{"type":"aim","cat":"c"} x', b"\x82\xa4type\xa3aim\xa3cat\xa1c\x00"),
    "two messages": (b'{"type":"aim","cat":"c"}' * 2, b"\x82\xa4type\xa3aim\xa3cat\xa1c" * 2),
    "invalid UTF-8 in an id": (
        b'{"type":"aim","cat":"\xff"}',
        b"\x82\xa4type\xa3aim\xa3cat\xa1\xff",
    ),
    "invalid UTF-8 in the type": (
        b'{"type":"\xff","cat":"c"}',
        b"\x82\xa4type\xa1\xff\xa3cat\xa1c",
    ),
    "half a pair of surrogates": (
        b'{"type":"aim","cat":"\\ud83d"}',
        b"\x82\xa4type\xa3aim\xa3cat\xa3\xed\xa0\xbd",
    ),
    "bytes for an id": (b"\x00\x01\x02", b"\x82\xa4type\xa3aim\xa3cat\xc4\x01c"),
    "a length far beyond the end": (
        b'["' + b"x" * 99,
        b"\x82\xa4type\xa3aim\xa3cat\xdb\xff\xff\xff\xff",
    ),
    "a count far beyond the end": (b"{", b"\xdf\xff\xff\xff\xff\xa4type"),
    "a key that is no string": (b'{5:1,"type":"aim"}', b"\x83\x05\x01\xa4type\xa3aim\xa3cat\xa1c"),
    "a byte that means nothing": (b"\xc1", b"\xc1"),
    "the other encoding": (b"\x82\xa4type\xa3aim\xa3cat\xa1c", b'{"type":"aim","cat":"c"}'),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_payloads_are_refused(name: str) -> None:
    for codec, payload in zip((JSON, MSGPACK), MALFORMED[name], strict=True):
        with pytest.raises(BadMessage):
            codec.decode(payload)


def assert_checked(message: Incoming) -> None:
    """What the code behind the decoder relies on."""
    match message:
        case Hello(token=token, datum=datum):
            assert len(token) <= 512
            assert isinstance(datum, Datum)
        case Aim(cat=cat):
            assert 0 < len(cat) <= 64
        case Catch(attempt=attempt, cat=cat, ticket=ticket, fix=fix):
            assert all(0 < len(text) <= 64 for text in (attempt, cat, ticket))
            if fix is not None:
                assert_place(fix)
        case Fix():
            assert_place(message)
    for encode in (JSON.encode, MSGPACK.encode):
        encode(message)  # no half surrogates, no NaN: it can be said again


def assert_place(fix: FixFields) -> None:
    assert -90.0 <= fix.lat <= 90.0
    assert -180.0 <= fix.lon <= 180.0
    assert 0.0 <= fix.accuracy_m <= 1e7
    assert 0.0 <= fix.at_ms <= 1e14
    assert fix.speed_mps is None or math.isfinite(fix.speed_mps)
    assert fix.heading_deg is None or math.isfinite(fix.heading_deg)


def decoded(codec: Codec, payload: bytes) -> Incoming | None:
    """The message, or None where it was refused; anything else than BadMessage is a failure."""
    try:
        return codec.decode(payload)
    except BadMessage as error:
        said = str(error)
    assert said
    return None


codecs = st.sampled_from([JSON, MSGPACK])


@given(codecs, st.binary(max_size=300))
@example(JSON, b"\xef\xbb\xbf{}")
def test_any_bytes_are_a_checked_message_or_refused(codec: Codec, payload: bytes) -> None:
    message = decoded(codec, payload)
    if message is not None:
        assert_checked(message)


@given(codecs, typed, st.data())
def test_a_message_with_some_bytes_changed_is_a_checked_message_or_refused(
    codec: Codec, fields: Fields, data: st.DataObject
) -> None:
    payload = bytearray(ENCODERS[codec](fields))
    places = st.integers(0, len(payload) - 1)
    for at in data.draw(st.lists(places, min_size=1, max_size=4)):
        payload[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.one_of(st.just(len(payload)), places))
    message = decoded(codec, bytes(payload[:cut]))
    if message is not None:
        assert_checked(message)


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text(max_size=70),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(codecs, typed, st.data())
def test_a_message_with_any_value_in_a_field_is_a_checked_message_or_refused(
    codec: Codec, fields: Fields, data: st.DataObject
) -> None:
    field = data.draw(st.sampled_from(sorted(fields)))
    try:
        payload = ENCODERS[codec](fields | {field: data.draw(anything)})
    except (UnicodeEncodeError, ValueError):
        return  # no such message can be written
    message = decoded(codec, payload)
    if message is not None:
        assert_checked(message)


def test_a_refusal_of_the_longest_message_is_no_longer_than_the_message() -> None:
    """Who sends rubbish is told what is wrong with it, but gets no more than was sent."""
    payload = json.dumps({"type": "x" * (MESSAGE_MAX - 13)}).encode()
    assert len(payload) <= MESSAGE_MAX
    with pytest.raises(BadMessage) as refused:
        JSON.decode(payload)
    assert len(str(refused.value)) < MESSAGE_MAX + 100
