"""Ids of catches: the same for every repetition, never the same for two different attempts."""

import re
from itertools import product

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gameserver.game.model import ID_MAX, ActiveHours, Cat, SpawnPlan, catch_id

ids = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=64)


@given(ids, ids, ids)
def test_a_catch_id_is_the_same_every_time(cat: str, player: str, attempt: str) -> None:
    assert catch_id(cat, player, attempt) == catch_id(cat, player, attempt)
    found = catch_id(cat, player, attempt)
    assert len(found) <= ID_MAX
    assert found.startswith(cat[:17])
    assert re.fullmatch("-[0-9a-f]{32}", found[len(cat[:17]) :])


def test_a_catch_id_never_changes_between_versions() -> None:
    """A claim that an older process left in the outbox must be found again by a newer one."""
    digest = "094e51a5a2bb258b91418f5b9e820324"
    assert catch_id("10c832cf3-cat", "player", "attempt") == f"10c832cf3-cat-{digest}"


@given(st.tuples(ids, ids, ids), st.tuples(ids, ids, ids))
def test_two_different_attempts_have_two_ids(
    one: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    assert (catch_id(*one) == catch_id(*other)) == (one == other)


def test_ids_do_not_run_together() -> None:
    triples = list(product(["a", "aa", "b", "ab"], repeat=3))
    assert len({catch_id(*parts) for parts in triples}) == len(triples)


def test_a_plan_says_from_and_to_as_merchants_do() -> None:
    plan = SpawnPlan(1, 60, 10.0, {"bobbin": 1.0}, active=ActiveHours(from_ms=1, to_ms=2))
    told = msgspec.to_builtins(plan)
    assert told["active"] == {"from": 1, "to": 2}
    assert msgspec.convert(told, SpawnPlan) == plan


def test_what_crosses_a_boundary_cannot_be_changed() -> None:
    cat = Cat("10c832cf3-a", "bobbin", "s", "Tea", 30.0, 120.0, 1, 1, 40.0)
    with pytest.raises(AttributeError):
        cat.catches = 2  # type: ignore[misc]
