"""Who is here, and what is remembered of a player between two sessions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gameserver.gateway import roster
from gameserver.gateway.roster import (
    ANSWERS_MAX,
    HIDDEN_MAX,
    MEMORY_MS,
    Answer,
    Memory,
    Roster,
    Seat,
)
from gameserver.protocol import Outgoing, refused

NOW_MS = 1_700_000_000_000


class Guest:
    """A seat that says nothing."""

    def __init__(self) -> None:
        self.player: str | None = None
        self.session = "s"
        self.memory = Memory()
        self.registered = False
        self.closed = False

    def answer(self, answer: Answer) -> None:
        """To nobody."""

    def send(self, message: Outgoing) -> None:
        """To nobody."""

    def fail(self, code: str, message: str) -> None:
        """To nobody."""


def arrive(people: Roster, player: str) -> tuple[Seat, Seat | None]:
    """A new session of a player, and the one that it replaces."""
    session = Guest()
    session.memory, replaced = people.enter(player, session)
    return session, replaced


@pytest.fixture
def people() -> Roster:
    return Roster()


# --- sessions ----------------------------------------------------------------------------------


def test_a_newcomer_replaces_nobody_and_nothing_is_remembered(people: Roster) -> None:
    session, replaced = arrive(people, "ann")
    assert replaced is None
    assert people.sessions == {"ann": session}
    assert not session.memory.answers
    assert not session.memory.hidden


def test_the_newest_session_is_the_live_one_and_goes_on_with_the_memory(people: Roster) -> None:
    old, _ = arrive(people, "ann")
    old.memory.hide("cat")
    new, replaced = arrive(people, "ann")
    assert replaced is old
    assert new.memory is old.memory
    assert people.sessions == {"ann": new}


def test_a_replaced_session_that_ends_does_not_end_the_live_one(people: Roster) -> None:
    old, _ = arrive(people, "ann")
    new, _ = arrive(people, "ann")
    assert people.leave("ann", old, NOW_MS) is False
    assert people.sessions == {"ann": new}
    assert people.leave("ann", new, NOW_MS) is True
    assert people.sessions == {}
    assert people.leave("ann", new, NOW_MS) is False


def test_who_comes_back_in_time_is_remembered(people: Roster) -> None:
    session, _ = arrive(people, "ann")
    session.memory.cool_until_ms = NOW_MS + 5
    people.leave("ann", session, NOW_MS)
    assert people.memory("ann") is session.memory
    people.forget_the_gone(NOW_MS + MEMORY_MS - 1)
    back, replaced = arrive(people, "ann")
    assert replaced is None
    assert back.memory is session.memory
    people.forget_the_gone(NOW_MS + 10 * MEMORY_MS)
    assert people.memory("ann") is session.memory


def test_who_stays_away_is_forgotten(people: Roster) -> None:
    session, _ = arrive(people, "ann")
    people.leave("ann", session, NOW_MS)
    people.forget_the_gone(NOW_MS + MEMORY_MS)
    assert people.memory("ann") is None
    back, _ = arrive(people, "ann")
    assert back.memory is not session.memory


def test_nothing_is_known_of_a_stranger(people: Roster) -> None:
    assert people.memory("nobody") is None


def test_of_too_many_who_left_the_first_are_forgotten(
    people: Roster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roster, "MEMORIES_MAX", 3)
    for number, player in enumerate("abcde"):
        session, _ = arrive(people, player)
        people.leave(player, session, NOW_MS + number)
    assert [player for player in "abcde" if people.memory(player)] == ["c", "d", "e"]


visits = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(["enter", "leave", "forget"])), max_size=60
)


@given(visits, st.integers(1, MEMORY_MS))
def test_a_player_has_one_live_session_and_one_memory(
    script: list[tuple[str, str]], step_ms: int
) -> None:
    people, now_ms = Roster(), NOW_MS
    here: dict[str, Seat] = {}
    left: dict[str, tuple[Memory, int]] = {}
    for player, what in script:
        now_ms += step_ms
        if what == "enter":
            before = here.get(player)
            session, replaced = arrive(people, player)
            assert replaced is before
            if before is not None:
                assert session.memory is before.memory
            elif player in left:
                assert session.memory is left.pop(player)[0]
            here[player] = session
        elif what == "leave" and player in here:
            session = here.pop(player)
            assert people.leave(player, session, now_ms)
            left[player] = (session.memory, now_ms)
        elif what == "forget":
            people.forget_the_gone(now_ms)
            left = {who: gone for who, gone in left.items() if now_ms - gone[1] < MEMORY_MS}
        assert people.sessions == here
        for who in "abc":
            memory = here[who].memory if who in here else left.get(who, (None, 0))[0]
            assert people.memory(who) is memory


# --- memories ----------------------------------------------------------------------------------


def test_an_answer_is_remembered_by_its_attempt() -> None:
    memory, answer = Memory(), refused("gone", attempt="a", cat="c")
    memory.remember("a", answer)
    assert memory.answers["a"] is answer


def test_the_latest_answers_are_remembered() -> None:
    memory = Memory()
    for number in range(ANSWERS_MAX + 10):
        memory.remember(str(number), refused("gone", attempt=str(number), cat="c"))
    assert list(memory.answers) == [str(number) for number in range(10, ANSWERS_MAX + 10)]


def test_a_hidden_cat_stays_hidden_and_its_misses_are_forgotten() -> None:
    memory = Memory()
    assert [memory.miss("cat"), memory.miss("cat")] == [1, 2]
    memory.hide("cat")
    assert "cat" in memory.hidden
    assert "cat" not in memory.misses


def test_the_latest_hidden_cats_stay_hidden() -> None:
    memory = Memory()
    for number in range(HIDDEN_MAX + 10):
        memory.hide(str(number))
    assert list(memory.hidden) == [str(number) for number in range(10, HIDDEN_MAX + 10)]


def test_misses_count_for_each_cat() -> None:
    memory = Memory()
    assert [memory.miss(cat) for cat in ("a", "b", "a", "a", "b")] == [1, 1, 2, 3, 2]


def test_of_too_many_missed_cats_the_one_missed_longest_ago_is_forgotten() -> None:
    memory = Memory()
    for number in range(ANSWERS_MAX):
        memory.miss(str(number))
    assert memory.miss("5") == 2
    assert memory.miss("0") == 2
    memory.miss("one more")
    assert "1" not in memory.misses
    assert len(memory.misses) == ANSWERS_MAX
