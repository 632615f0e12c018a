from collections.abc import Callable
from itertools import pairwise
from random import Random

import pytest
from catbot.cheats import strategies
from catbot.ground import Position, distance_m, moved
from catbot.player import Lips, Persona, Player
from catbot.reveal import Sightings
from catbot.tally import Tally
from catbot.walker import Places, Walker
from catbot.wire import (
    Aim,
    Cat,
    Catch,
    Cats,
    Caught,
    ClientMessage,
    Encounter,
    Fix,
    Rules,
    Store,
    Welcome,
)

HOME = Position(30.25, 120.16)
STORES = tuple(moved(HOME, 3_000 * north, 2_000 * east) for north in (-1, 1) for east in (-1, 1))
WELCOME = Welcome("s", "p", 1_700_000_000_000, Rules(200, 40, 10_000, 800))


class Cheater:
    """One cheater that was welcomed, and what it said."""

    def __init__(self, make: Callable[[Persona], Player]) -> None:
        places = Places(HOME, 5_000, STORES)
        rng = Random(2)
        walker = Walker(HOME, 1.4, places, rng)
        self.player = make(Persona("run-1", walker, places, rng, Tally(), Sightings()))
        self.said: list[ClientMessage] = []
        self.now_s = 0.0
        self.player.welcomed(WELCOME, Lips(self._say, lambda _: True), 0.0)

    def _say(self, message: ClientMessage) -> bool:
        self.said.append(message)
        return True

    def tick(self, seconds: int) -> None:
        for _ in range(seconds):
            self.now_s += 1
            self.player.tick(self.now_s)

    def all(self, kind: type) -> list[ClientMessage]:
        return [message for message in self.said if isinstance(message, kind)]

    def fixes(self) -> list[Position]:
        return [Position(fix.lat, fix.lon) for fix in self.said if isinstance(fix, Fix)]

    def see(self, name: str, north_m: float = 1.0) -> None:
        place = moved(HOME, north_m, 0)
        cat = Cat(name, "tabby", Store("s", "Tea"), place.lat, place.lon, 1_800_000_000_000, 3)
        self.player.hear(Cats(appear=(cat,)), self.now_s)


def test_the_ways_to_cheat_have_names() -> None:
    assert set(strategies()) == {
        *("teleport", "driver", "unseen", "replayer", "mock", "hasty"),
        *("joystick", "sure", "vague", "clock", "tape", "letters", "lockstep", "shifted"),
    }


@pytest.mark.parametrize("name", list(strategies()))
def test_every_cheater_sends_fixes_like_anybody_else(name: str) -> None:
    cheater = Cheater(strategies()[name])
    cheater.tick(30)
    assert len(cheater.fixes()) == 31


def test_a_teleporter_is_suddenly_kilometres_away() -> None:
    cheater = Cheater(strategies()["teleport"])
    cheater.tick(60)
    fixes = cheater.fixes()
    assert max(distance_m(a, b) for a, b in pairwise(fixes)) > 1_000


def test_a_driver_makes_twenty_metres_a_second() -> None:
    cheater = Cheater(strategies()["driver"])
    cheater.see("c1", north_m=2_000)
    cheater.tick(60)
    assert distance_m(HOME, cheater.fixes()[-1]) > 1_000


def test_a_mocker_says_that_it_mocks() -> None:
    cheater = Cheater(strategies()["mock"])
    cheater.tick(3)
    assert all(fix.mock for fix in cheater.said if isinstance(fix, Fix))


def test_a_hasty_one_throws_the_moment_it_may_not() -> None:
    cheater = Cheater(strategies()["hasty"])
    cheater.see("c1")
    cheater.tick(1)
    cheater.player.hear(Encounter("c1", "t", 0, 1.0, 0.0), cheater.now_s)
    assert cheater.player.due_s == cheater.now_s


def test_a_replayer_uses_a_ticket_twice_and_no_more() -> None:
    cheater = Cheater(strategies()["replayer"])
    cheater.see("c1")
    cheater.see("c2")
    cheater.tick(1)
    [aim] = cheater.all(Aim)
    assert isinstance(aim, Aim)
    cheater.player.hear(Encounter(aim.cat, "t", 0, 1.0, 0.0), cheater.now_s)
    cheater.now_s += 2
    cheater.player.wake(cheater.now_s)
    [catch] = cheater.all(Catch)
    assert isinstance(catch, Catch)
    cheater.player.hear(Caught(catch.attempt, catch.cat, "tabby", 1), cheater.now_s)
    first, second = cheater.all(Catch)
    assert isinstance(first, Catch)
    assert isinstance(second, Catch)
    assert first.ticket == second.ticket
    assert first.attempt != second.attempt
    assert first.cat != second.cat
    assert cheater.player.tally.fouls == 0
    cheater.player.hear(Caught(second.attempt, second.cat, "tabby", 1), cheater.now_s)
    assert len(cheater.all(Catch)) == 2
    assert (cheater.player.tally.catches, cheater.player.tally.fouls) == (2, 1)


def test_the_unseen_go_for_cats_that_only_others_saw() -> None:
    ways = strategies()
    gossip, hunter = Cheater(ways["unseen"]), Cheater(ways["unseen"])
    gossip.see("c-others-saw")
    hunter.tick(200)
    wanted = {said.cat for said in hunter.said if isinstance(said, Aim | Catch)}
    assert wanted == {"c-others-saw"}
    [*_, catch] = hunter.all(Catch)
    assert isinstance(catch, Catch)
    hunter.player.hear(Caught(catch.attempt, catch.cat, "tabby", 1), hunter.now_s)
    assert hunter.player.tally.fouls == 1


def test_the_unseen_invent_cats_where_nobody_saw_any_other() -> None:
    cheater = Cheater(strategies()["unseen"])
    cheater.see("region-abcdef")
    cheater.tick(50)
    wanted = {said.cat for said in cheater.said if isinstance(said, Aim | Catch)}
    assert wanted == {"region-abnone"}
