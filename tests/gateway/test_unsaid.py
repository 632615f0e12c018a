"""A view that could not be said yet comes to the same as if everything had been said."""

from hypothesis import given
from hypothesis import strategies as st

from gameserver.game.model import Cat
from gameserver.gateway.unsaid import Unsaid
from gameserver.gateway.world import LiveCat

CATS = [f"c{number}" for number in range(6)]


def a_cat(id: str, left: int) -> LiveCat:
    return LiveCat(Cat(id, "bobbin", "s", "Tea", 1.3, 103.8, 9, 3, 40.0), left)


def told(view: dict[str, int], appear: list[LiveCat], vanish: list[str]) -> None:
    """As a client takes a `cats` message."""
    view.update({live.cat.id: live.left for live in appear})
    for cat in vanish:
        view.pop(cat, None)


changes = st.lists(
    st.tuples(
        st.dictionaries(st.sampled_from(CATS), st.integers(1, 9)), st.sets(st.sampled_from(CATS))
    )
)


@given(before=st.dictionaries(st.sampled_from(CATS), st.integers(1, 9)), changes=changes)
def test_what_is_said_in_the_end_makes_the_same_view(
    before: dict[str, int], changes: list[tuple[dict[str, int], set[str]]]
) -> None:
    prompt, late = dict(before), dict(before)
    unsaid = Unsaid()
    for appear, vanish in changes:
        gone = sorted(vanish - appear.keys())
        shown = [a_cat(id, left) for id, left in appear.items()]
        told(prompt, shown, gone)
        unsaid.add(shown, gone)
    said = []
    while unsaid:
        appear_now, vanish_now = unsaid.take(2)
        assert len(appear_now) <= 2
        said += [live.cat.id for live in appear_now] + vanish_now
        told(late, appear_now, vanish_now)
    assert late == prompt
    assert len(said) == len(set(said)), "each cat is spoken of once"


def test_nothing_is_unsaid_in_the_beginning() -> None:
    assert not Unsaid()
    assert Unsaid().take(5) == ([], [])
