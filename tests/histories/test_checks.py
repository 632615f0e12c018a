"""What agrees is passed, and everything that does not is found, on both databases."""

from collections.abc import Callable, Iterable, Sequence
from itertools import combinations

import pytest
from msgspec import Struct
from sqlalchemy import Connection, text

from gameserver.histories.books import read_books
from gameserver.histories.checks import (
    COMMITTED_WITHIN_MS,
    INVARIANTS,
    TOLD_ONCE,
    audit_histories,
    check,
)
from gameserver.histories.lines import read_histories
from gameserver.ledger.audit import Check
from gameserver.ledger.ledger import open_ledger
from tests.histories.conftest import ASKED_MS, Fields, Town
from tests.ledger.shop import Clock

ANSWERS, ALIKE, CODES, REFUSED, PENDING, STATES, RECORDED, LISTS, UNASKED = (
    name for name, _ in INVARIANTS
)
BOB_WON = "WHERE player_id = 'bob' AND cat_id = 'cat-won'"
STILL_OWED = "UPDATE catches SET no_coupon = NULL, owed = true WHERE cat_id = 'cat-never'"


async def audited(town: Town) -> list[Check]:
    return await audit_histories([town.write()], town.url, town.url)


async def broken(town: Town) -> set[str]:
    return {check.name for check in await audited(town) if not check.ok}


async def change_books(town: Town, *statements: str) -> None:
    def run(connection: Connection) -> None:
        for statement in statements:
            connection.execute(text(statement))

    await town.ledger.db.write(run)


async def test_what_agrees_with_the_books_is_in_order(town: Town) -> None:
    checks = await audited(town)
    assert [check for check in checks if not check.ok] == []
    assert {check.detail for check in checks} == {
        f"{len(town.lines)} lines of 2 players, 1 to their end"
    }
    assert len({check.name for check in checks}) == len(INVARIANTS) + 1


class Tampering(Struct, frozen=True):
    """What is wrong, and by which invariants it must be found; no others are broken by it."""

    name: str
    found: set[str]
    lie: Callable[[Town], object] | None = None
    forge: tuple[str, ...] = ()


def remove(town: Town, *which: str) -> None:
    del town.lines[town.lines.index(town.line(*which))]


def repeat(town: Town, kind: str, attempt: str, /, **otherwise: object) -> None:
    """A player hears an answer again, but otherwise."""
    place = town.lines.index(town.line(kind, attempt))
    town.lines.insert(place + 1, town.lines[place] | otherwise)


def refuse(town: Town, attempt: str) -> None:
    """Instead of whatever it heard of an attempt, a player hears that it is refused."""
    thrown = town.line("catch", attempt)
    town.lines[:] = [
        line for line in town.lines if line is thrown or line.get("attempt") != attempt
    ]
    refused = thrown | {"kind": "refused", "reason": "gone", "retry": False}
    town.lines.insert(town.lines.index(thrown) + 1, refused)


def withdraw(town: Town, attempt: str) -> None:
    """Of a pending coupon a player hears that it will not come, and nothing else."""
    remove(town, "caught", attempt, "active")
    town.line("coupon", attempt)["coupon"] = town.pending("void")


def one_code_for_two_throws(town: Town) -> None:
    coupon = town.line("caught", "ann-won")["coupon"]
    town.tell("caught", "ann", **town.throw("ann", "more"), points=5, coupon=coupon)


def to_kept(town: Town, what: str, change: Callable[[list[object]], object]) -> None:
    kind = "wallet" if what == "coupons" else "catches"
    change(town.line(kind)[what])


TAMPERINGS = (
    Tampering(
        "an answer to what was never thrown",
        {ANSWERS},
        lambda town: town.tell(
            "refused", "bob", attempt="bob-none", cat="cat", reason="gone", retry=False
        ),
    ),
    Tampering(
        "an answer for another cat",
        {ANSWERS},
        lambda town: town.line("refused", "ann-missed").update(cat="cat-other"),
    ),
    Tampering(
        "news to a new player of what it never threw",
        {ANSWERS},
        lambda town: town.tell("coupon", "ann", attempt="ann-none", coupon=town.pending("void")),
    ),
    Tampering(
        "refused and then caught",
        {ALIKE, RECORDED},
        lambda town: town.lines.append(
            town.line("refused", "ann-missed") | {"kind": "caught", "points": 5, "coupon": None}
        ),
    ),
    Tampering(
        "caught and then refused",
        {ALIKE, REFUSED},
        lambda town: town.lines.append(
            town.line("caught", "bob-won") | {"kind": "refused", "reason": "gone", "retry": False}
        ),
    ),
    Tampering(
        "refused for two reasons",
        {ALIKE},
        lambda town: repeat(town, "refused", "ann-missed", reason="gone"),
    ),
    Tampering(
        "caught for other points the second time",
        {ALIKE},
        lambda town: repeat(town, "caught", "ann-plain", points=6),
    ),
    Tampering(
        "pending again after the code",
        {ALIKE},
        lambda town: town.lines.append(town.line("caught", "ann-late", "pending")),
    ),
    Tampering(
        "a code that is no coupon",
        {CODES},
        lambda town: town.line("caught", "bob-won")["coupon"].update(code="NONE"),
    ),
    Tampering(
        "a code of another campaign",
        {CODES},
        lambda town: town.line("caught", "bob-won")["coupon"].update(campaign="other"),
    ),
    Tampering(
        "a coupon with another end",
        {CODES},
        lambda town: town.line("caught", "bob-won")["coupon"].update(expires_ms=1),
    ),
    Tampering(
        "a code of another player",
        {CODES, TOLD_ONCE},
        lambda town: town.line("caught", "ann-won").update(
            coupon=town.line("caught", "bob-won")["coupon"]
        ),
    ),
    Tampering("a code for two throws", {CODES, RECORDED, TOLD_ONCE}, one_code_for_two_throws),
    Tampering(
        "a coupon that was given to somebody else",
        {CODES},
        forge=(f"UPDATE coupons SET player_id = 'cy' {BOB_WON}",),
    ),
    Tampering(
        "a coupon of another catch",
        {CODES},
        forge=(f"UPDATE coupons SET catch_id = 'other' {BOB_WON}",),
    ),
    Tampering("a coupon that is lost", {CODES}, forge=(f"DELETE FROM coupons {BOB_WON}",)),
    Tampering(
        "refused, and there with coupon and catch",
        {REFUSED},
        lambda town: refuse(town, "bob-won"),
    ),
    Tampering("refused, and recorded", {REFUSED}, lambda town: refuse(town, "ann-plain")),
    Tampering(
        "pending, and nothing came",
        {PENDING},
        lambda town: remove(town, "coupon", "ann-never"),
        (STILL_OWED,),
    ),
    Tampering(
        "pending, and the promise is lost",
        {PENDING, RECORDED, LISTS},
        lambda town: remove(town, "coupon", "ann-never"),
        ("DELETE FROM catches WHERE cat_id = 'cat-never'",),
    ),
    Tampering(
        "withdrawn, and there all the same",
        {PENDING},
        lambda town: withdraw(town, "ann-late"),
    ),
    *(
        Tampering(
            f"{state}, and never was",
            {STATES},
            lambda town, state=state: town.line("caught", "bob-won")["coupon"].update(state=state),
        )
        for state in ("redeemed", "void", "expired")
    ),
    Tampering(
        "active without a code",
        {STATES},
        lambda town: town.tell("coupon", "bob", attempt=None, coupon=town.pending("active")),
    ),
    Tampering(
        "redeemed, and the books forgot it",
        {STATES},
        forge=("DELETE FROM coupon_events WHERE change = 'redeem'",),
    ),
    Tampering(
        "caught, and not recorded",
        {RECORDED},
        forge=(f"DELETE FROM catches {BOB_WON}",),
    ),
    Tampering(
        "caught for other points than recorded",
        {RECORDED},
        lambda town: town.line("caught", "bob-won").update(points=50),
    ),
    Tampering(
        "caught without the coupon that is there",
        {RECORDED},
        lambda town: town.line("caught", "bob-won").update(coupon=None),
    ),
    Tampering(
        "recorded twice",
        {RECORDED},
        forge=(
            "DROP INDEX uq_catches_cat_id_player_id",
            "INSERT INTO catches (id, cat_id, player_id, attempt, species, points, store_id, at_ms)"
            " SELECT 'twice', cat_id, player_id, 'other', species, points, store_id, at_ms"
            f" FROM catches {BOB_WON}",
        ),
    ),
    Tampering(
        "a coupon that is missing in the wallet",
        {LISTS},
        lambda town: to_kept(town, "coupons", list.pop),
    ),
    Tampering(
        "a coupon just issued and told that is missing in the wallet",
        {LISTS},
        lambda town: to_kept(town, "coupons", lambda kept: kept.pop(0)),
        (f"UPDATE coupons SET issued_ms = {ASKED_MS - 1} WHERE player_id = 'ann'",),
    ),
    Tampering(
        "a coupon twice in the wallet",
        {LISTS},
        lambda town: to_kept(town, "coupons", lambda kept: kept.append(kept[0])),
    ),
    Tampering(
        "a coupon in the wallet that the books do not have",
        {CODES, LISTS},
        forge=("DELETE FROM coupons WHERE cat_id = 'cat-unheard'",),
    ),
    Tampering(
        "a catch twice in the list",
        {LISTS},
        lambda town: to_kept(town, "catches", lambda kept: kept.append(kept[0])),
    ),
    Tampering(
        "a catch in the list that the books do not have",
        {LISTS},
        forge=("DELETE FROM catches WHERE cat_id = 'cat-unheard'",),
    ),
    Tampering(
        "a coupon and a catch that nobody threw for",
        {UNASKED},
        lambda town: remove(town, "catch", "ann-unheard"),
    ),
)


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda tampering: tampering.name)
async def test_tampering_is_found(town: Town, tampering: Tampering) -> None:
    if tampering.lie is not None:
        tampering.lie(town)
    await change_books(town, *tampering.forge)
    assert await broken(town) == tampering.found


def test_every_invariant_is_broken_by_some_tampering() -> None:
    found = set().union(*(tampering.found for tampering in TAMPERINGS))
    assert found == {name for name, _ in INVARIANTS} | {TOLD_ONCE}


UNKNOWN_OUTCOMES = (
    Tampering(
        "an answer that got lost, of a throw that was granted",
        set(),
        lambda town: remove(town, "caught", "bob-won"),
    ),
    Tampering(
        "busy, and caught without anybody telling",
        set(),
        lambda town: remove(town, "caught", "ann-plain"),
    ),
    Tampering(
        "a pending coupon that came while nobody was there to hear of it",
        set(),
        lambda town: [
            remove(town, "coupon", "ann-late"),
            remove(town, "caught", "ann-late", "active"),
        ],
    ),
    Tampering(
        "a coupon withdrawn while nobody was there to hear of it",
        set(),
        lambda town: remove(town, "coupon", "ann-never"),
    ),
    Tampering(
        "a catch undone with its coupon, before the books had it",
        {LISTS},  # which is not how this player's list has it
        forge=("DELETE FROM catches WHERE cat_id = 'cat-never'",),
    ),
    Tampering(
        "refused, and given by a later word",
        set(),
        lambda town: (
            town.line("caught", "ann-late").update(
                kind="refused", reason="gone", retry=False, coupon=None
            )
            or remove(town, "caught", "ann-late", "active")
        ),
    ),
    Tampering(
        "a coupon of the moment in which the wallet was read",
        set(),
        lambda town: to_kept(town, "coupons", list.pop),
        (
            f"UPDATE coupons SET issued_ms = {ASKED_MS - COMMITTED_WITHIN_MS}"
            " WHERE cat_id = 'cat-unheard'",
        ),
    ),
    Tampering(
        "the last throws of a player who was cut off",
        set(),
        lambda town: [
            remove(town, "wallet"),
            remove(town, "catches"),
            remove(town, "catch", "ann-unheard"),
        ],
    ),
)


@pytest.mark.parametrize("case", UNKNOWN_OUTCOMES, ids=lambda case: case.name)
async def test_what_nobody_was_told_may_be_either_way(town: Town, case: Tampering) -> None:
    await test_tampering_is_found(town, case)


async def broken_in(town: Town, histories: Iterable[Sequence[Fields]]) -> set[str]:
    """What is broken in any of the histories, beside the same books."""
    books = await read_books(town.ledger.db, town.ledger.db, ["ann", "bob"])
    told, found = town.lines, set()
    for lines in histories:
        town.lines = list(lines)
        checks = check(read_histories([town.write()]), books)
        found |= {f"{one.name}: {one.detail}" for one in checks if not one.ok}
    town.lines = told
    return found


async def test_a_history_that_ends_anywhere_contradicts_nothing(town: Town) -> None:
    cuts = (town.lines[:end] for end in range(len(town.lines)))
    assert await broken_in(town, cuts) == set()


async def test_answers_that_get_lost_contradict_nothing(town: Town) -> None:
    """Whichever one, two or three of all that was said."""
    answers = [line for line in town.lines if line["kind"] in ("caught", "refused", "coupon")]
    lost = (some for size in (1, 2, 3) for some in combinations(answers, size))
    rest = ([line for line in town.lines if not any(line is one for one in some)] for some in lost)
    assert await broken_in(town, rest) == set()


async def test_coupons_and_catches_may_be_in_two_databases(
    town: Town, empty_sqlite_url: str
) -> None:
    async with open_ledger(empty_sqlite_url, migrate=True, clock=Clock()) as game:
        for player in ("ann", "bob"):
            for fact in (await town.ledger.catches.of_player(player, 100)).items:
                about = {"attempt": fact.attempt, "cat": fact.cat}
                await game.catches.record([town.claim(player, about)], 0)
        await change_books(town, "DELETE FROM catches")
        path = town.write()
        checks = await audit_histories([path], empty_sqlite_url, town.url)
        assert [check for check in checks if not check.ok] == []
        checks = await audit_histories([path], town.url, empty_sqlite_url)
        assert {CODES, RECORDED} <= {check.name for check in checks if not check.ok}


async def test_faults_name_the_throws_and_no_codes(town: Town) -> None:
    for line in town.lines:
        if line["kind"] == "caught":
            line["points"] += 1
    (check,) = [check for check in await audited(town) if check.name == RECORDED]
    assert check.detail.startswith("ann ann-won: recorded otherwise than told, ")
    await change_books(town, "DELETE FROM coupon_events", "DELETE FROM coupons")
    codes = [line["coupon"]["code"] for line in town.lines if line.get("coupon")]
    details = " ".join(check.detail for check in await audited(town))
    assert " more" in details
    assert not any(code in details for code in codes if code)
