from catbot.ground import Position, moved
from catbot.view import View
from catbot.wire import Cat, Cats, Refused, Store

HERE = Position(30.25, 120.16)


def cat_at(north_m: float, name: str, left: int = 1, expires_ms: int = 600_000) -> Cat:
    place = moved(HERE, north_m, 0)
    return Cat(name, "tabby", Store("s1", "Tea"), place.lat, place.lon, expires_ms, left)


def test_the_nearest_cat_that_is_left_and_not_settled_is_wanted() -> None:
    view = View()
    cats = (cat_at(1, "empty", left=0), cat_at(2, "mine"), cat_at(9, "far"), cat_at(5, "near"))
    view.change(Cats(appear=cats))
    view.settle("mine", now_ms=0)
    nearest = view.nearest(HERE)
    assert nearest is not None
    assert nearest.id == "near"


def test_the_newest_form_of_a_cat_counts() -> None:
    view = View()
    view.change(Cats(appear=(cat_at(1, "c1"),)))
    view.change(Cats(appear=(cat_at(1, "c1", left=0),)))
    assert view.nearest(HERE) is None


def test_a_settled_cat_stays_settled_when_a_new_session_shows_it_again() -> None:
    view = View()
    view.change(Cats(appear=(cat_at(1, "c1"),)))
    view.settle("c1", now_ms=0)
    view.clear()
    view.change(Cats(appear=(cat_at(1, "c1"),)))
    assert view.nearest(HERE) is None


def test_the_reach_keeps_a_margin_to_what_the_server_said() -> None:
    view = View()
    cat = cat_at(1, "c1")
    assert view.reach_m(cat, usual_m=40) == 32
    view.come_nearer("c1", Refused("too_far", retry=True, distance_m=20.0, limit_m=15.0))
    assert view.reach_m(cat, usual_m=40) == 12
    view.come_nearer("c1", Refused("too_far", retry=True))
    assert view.reach_m(cat, usual_m=40) == 8


def test_a_cat_is_hopeless_after_eight_refusals() -> None:
    view = View()
    assert [view.is_hopeless("c1") for _ in range(8)] == [False] * 7 + [True]


def test_what_is_remembered_is_bounded_by_what_can_still_be_there() -> None:
    view = View()
    for number in range(5_000):
        name, now_ms = f"c{number}", number * 10_000
        view.change(Cats(appear=(cat_at(1, name, expires_ms=now_ms + 60_000),)))
        view.is_hopeless(name)
        view.come_nearer(name, Refused("too_far", retry=True))
        view.settle(name, now_ms)
        view.change(Cats(vanish=(name,)))
    assert len(view._done) <= 513
    assert not view.cats
    assert not view._refusals
    assert not view._reach_m
