import math
from itertools import pairwise

import pytest
from catbot.phases import (
    Hold,
    Move,
    PhaseError,
    Plan,
    Ramp,
    Span,
    Spike,
    parse_phases,
    simple_plan,
)
from hypothesis import given
from hypothesis import strategies as st

times = st.floats(0, 600)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    phases: list[Ramp | Hold | Spike] = [Ramp(draw(times), draw(st.integers(1, 50)))]
    players = phases[0].players  # type: ignore[union-attr]
    for _ in range(draw(st.integers(0, 6))):
        kind = draw(st.sampled_from(["ramp", "hold", "spike"]))
        if kind == "ramp":
            players = draw(st.integers(0, 50))
            phases.append(Ramp(draw(times), players))
        elif kind == "spike":
            phases.append(Spike(draw(times), players + draw(st.integers(1, 50))))
        else:
            phases.append(Hold(draw(times)))
    return Plan(tuple(phases))


def test_phases_are_read_as_they_are_written() -> None:
    plan = parse_phases("ramp 10s to 500, hold 1m,spike 500ms to 3000 , HOLD 20")
    assert plan.phases == (Ramp(10, 500), Hold(60), Spike(0.5, 3_000), Hold(20))
    assert (plan.lasts_s, plan.peak, plan.arrivals) == (90.5, 3_000, 3_000)


def test_a_run_may_end_in_a_hold_without_end() -> None:
    plan = parse_phases("ramp 1h to 1, hold inf")
    assert plan.lasts_s == math.inf
    assert plan.spans() == [Span("ramp to 1", 0, 3_600)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ramp",
        "ramp 10s",
        "ramp 10s to",
        "ramp 10s to many",
        "ramp to 10",
        "ramp 10d to 5",
        "ramp -1s to 5",
        "ramp inf to 5",
        "ramp 1s to 99999999999",
        "hold 10s to 5",
        "hold 10s",
        "ramp 1s to 5,",
        "ramp 1s to 5, hold inf, hold 1s",
        "ramp 1s to 5, spike 1s to 5",
        "spike inf to 5",
        "jump 1s to 5",
        "ramp 0s to 5",
        "ramp 1s to 0",
    ],
)
def test_what_is_no_plan_is_refused(text: str) -> None:
    with pytest.raises(PhaseError):
        parse_phases(text)


def test_a_spike_comes_at_once_and_leaves_at_once_the_last_first() -> None:
    plan = Plan((Ramp(2, 2), Spike(5, 4), Hold(1)))
    assert list(plan.moves()) == [
        Move(0, 0, comes=True),
        Move(1, 1, comes=True),
        Move(2, 2, comes=True),
        Move(2, 3, comes=True),
        Move(7, 3, comes=False),
        Move(7, 2, comes=False),
    ]


def test_who_comes_after_others_left_is_somebody_new() -> None:
    plan = Plan((Ramp(0, 2), Ramp(2, 1), Ramp(2, 2)))
    assert [move.number for move in plan.moves()] == [0, 1, 1, 2]
    assert plan.arrivals == 3


@given(plans())
def test_moves_are_in_order_and_everybody_leaves_at_most_once_and_after_coming(plan: Plan) -> None:
    moves = list(plan.moves())
    assert [move.due_s for move in moves] == sorted(move.due_s for move in moves)
    here: set[int] = set()
    gone: set[int] = set()
    most = 0
    for move in moves:
        if move.comes:
            assert move.number not in here | gone
            here.add(move.number)
        else:
            here.remove(move.number)
            gone.add(move.number)
        most = max(most, len(here))
    assert most == plan.peak
    assert len(here | gone) == plan.arrivals
    assert all(move.due_s <= plan.lasts_s * (1 + 1e-9) for move in moves)


@given(st.integers(1, 1_000), st.floats(0, 600), st.floats(0, 600))
def test_in_a_simple_run_players_arrive_evenly_over_the_ramp(
    players: int, ramp_s: float, more_s: float
) -> None:
    moves = list(simple_plan(players, ramp_s, ramp_s + more_s).moves())
    assert len(moves) == players
    assert moves[0].due_s == 0
    assert all(move.comes and move.due_s <= ramp_s for move in moves)
    for before, after in pairwise(moves):
        assert after.due_s - before.due_s == pytest.approx(ramp_s / players, abs=1e-6)


def test_a_plan_says_what_is_done_when_and_how_many_are_to_be_there() -> None:
    plan = parse_phases("ramp 10s to 500, hold 60s, spike 5s to 3000, ramp 10s to 0, hold inf")
    assert plan.during(0.0) == ("ramp to 500", 0)
    assert plan.during(5.0) == ("ramp to 500", 250)
    assert plan.during(30.0) == ("hold", 500)
    assert plan.during(72.0) == ("spike to 3000", 3_000)
    assert plan.during(80.0) == ("ramp to 0", 250)
    assert plan.during(1_000.0) == ("hold", 0)


def test_at_the_end_of_a_plan_the_last_phase_is_over() -> None:
    assert parse_phases("ramp 0s to 5, hold 1s").during(1.0) == ("hold", 5)
    assert parse_phases("ramp 1s to 5, spike 1s to 9").during(2.0) == ("spike to 9", 5)
