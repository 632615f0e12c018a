from itertools import pairwise
from statistics import pstdev

import pytest
from catbot.cheats import strategies
from catbot.ground import Position, distance_m
from catbot.options import Options, OptionsError
from catbot.wire import Catch, Encounter, Fix, Refused

from tests.bot.test_cheats import Cheater


def lengths(places: list[Position]) -> list[float]:
    return [distance_m(a, b) for a, b in pairwise(places)]


@pytest.mark.parametrize("name", ["joystick", "sure"])
def test_a_joystick_moves_in_equal_steps_and_is_always_as_sure(name: str) -> None:
    cheater = Cheater(strategies()[name])
    cheater.see("far", north_m=500)
    cheater.tick(60)
    steps = lengths(cheater.fixes()[1:])
    assert steps[0] > 1.0
    assert pstdev(steps) < 0.01
    fixes = [fix for fix in cheater.said if isinstance(fix, Fix)]
    assert {fix.accuracy_m for fix in fixes} == {1.0 if name == "sure" else 5.0}


def test_the_vague_claim_five_kilometres_after_a_hop_and_less_before_they_aim() -> None:
    cheater = Cheater(strategies()["vague"])
    cheater.tick(45)
    claims = [fix.accuracy_m for fix in cheater.said if isinstance(fix, Fix)]
    assert 5_000.0 in claims
    assert claims[-1] != 5_000.0 or claims[35] != 5_000.0


def test_a_clock_that_is_made_up_goes_forth_and_back() -> None:
    cheater = Cheater(strategies()["clock"])
    cheater.tick(30)
    times = [fix.at_ms for fix in cheater.said if isinstance(fix, Fix)]
    assert any(b < a for a, b in pairwise(times))
    assert max(times) - min(times) > 1_800_000


def test_a_tape_is_another_players_walk_step_by_step() -> None:
    make = strategies()["tape"]
    recorder = Cheater(make)
    recorder.tick(40)
    thief = Cheater(make)
    thief.tick(20)
    assert thief.fixes()[:20] == recorder.fixes()[:20]


def test_marchers_are_where_their_leader_is() -> None:
    for name, beside_m in (("lockstep", 0.01), ("shifted", 4.1)):
        make = strategies()[name]
        leader, marcher = Cheater(make), Cheater(make)
        for _ in range(30):
            leader.tick(1)
            marcher.tick(1)
        apart = [
            distance_m(a, b) for a, b in zip(leader.fixes()[1:], marcher.fixes()[1:], strict=True)
        ]
        assert max(apart) <= beside_m
        assert max(apart) - min(apart) < 0.05


def test_a_thief_of_letters_throws_with_a_ticket_that_another_was_given() -> None:
    make = strategies()["letters"]
    victim, thief = Cheater(make), Cheater(make)
    victim.player.hear(Encounter("c1", "secret", 0, 1.0, 0.0), 0.0)
    thief.tick(10)
    [catch, *_] = thief.all(Catch)
    assert isinstance(catch, Catch)
    assert (catch.cat, catch.ticket) == ("c1", "secret")
    thief.player.hear(Refused("bad_ticket", True, catch.attempt, "c1"), thief.now_s)
    assert thief.player.tally.withheld == {"bad_ticket": 1}


def test_a_cheater_tries_again_however_long_it_is_told_to_wait() -> None:
    cheater = Cheater(strategies()["joystick"])
    cheater.see("c1")
    cheater.tick(3)
    refused = Refused("cooling_down", True, None, "c1", 3_600_000)
    cheater.player.hear(refused, cheater.now_s)
    before = len(cheater.said)
    cheater.tick(12)
    assert any(not isinstance(said, Fix) for said in cheater.said[before:])


def test_ways_to_cheat_can_be_chosen_by_name() -> None:
    assert Options(url="http://localhost", cheats=("tape", "clock")).cheats == ("tape", "clock")
    with pytest.raises(OptionsError, match="teleport"):
        Options(url="http://localhost", cheats=("witchcraft",))
