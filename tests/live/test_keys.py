"""Keys are declared, and each is of one kind only."""

import re

import pytest

from gameserver.live import keys

REGION_KEYS = keys.of_region("10c6132b3")
PREFIXES = ("caught", "catchers_of")
EXAMPLES = [
    *(
        getattr(REGION_KEYS, field)
        for field in REGION_KEYS.__struct_fields__
        if field not in PREFIXES
    ),
    REGION_KEYS.catchers("10c6132b3-1n8p3abc"),
    REGION_KEYS.former_catchers("10c6132b3-abc"),
    keys.session("ada"),
    keys.track("ada"),
    keys.steps("10c6132b3", 39_352),
    keys.spot("10c6132b3", 17),
    keys.inbox("p1"),
    keys.told("p1", "abcd"),
    keys.KEEPERS,
    keys.turn("geocoder"),
    keys.second(1_795_780_000),
    keys.TOTALS,
    keys.WATCHED,
]


def test_every_kind_of_key_is_built_and_every_built_key_is_declared() -> None:
    kinds = [[kind for kind in keys.KINDS if kind.matches(key)] for key in EXAMPLES]
    assert all(len(found) == 1 for found in kinds)
    assert {kind.pattern for [kind] in kinds} == {kind.pattern for kind in keys.KINDS}


@pytest.mark.parametrize(
    "stray", ["", "cats", "{r:1}:dogs", "{p:ada}", "x{k}:keepers", "{k}:keepersx"]
)
def test_a_key_that_nobody_declared_is_of_no_kind(stray: str) -> None:
    assert not any(kind.matches(stray) for kind in keys.KINDS)


@pytest.mark.parametrize("kind", keys.KINDS, ids=lambda kind: kind.pattern)
def test_a_kind_of_key_says_all_about_itself(kind: keys.KeyKind) -> None:
    assert re.match(r"\{\w+(:<\w+>)?\}:", kind.pattern)
    assert kind.type in ("hash", "zset", "stream", "string")
    assert kind.holds
    assert kind.lives
    assert kind.leaves
