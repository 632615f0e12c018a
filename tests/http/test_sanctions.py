"""An operator sees sanctions with their evidence, and lifts them."""

from gameserver.game.signals import Doubt
from gameserver.http.call import Role
from gameserver.ledger.sanctions import NewSanction
from tests.http.desk import NOW, Desk

EVIDENCE = (
    Doubt("jump", 1.0, NOW - 5, NOW + 60_000, "12.3 km in 9 s"),
    Doubt("replay", 0.987654, NOW - 3, NOW + 60_000, "the same steps 95 min ago"),
)


async def sanctioned(desk: Desk, player: str, at_ms: int = NOW) -> str:
    wanted = NewSanction(player, at_ms, at_ms + 1000, (1.303991234, 103.831941234), EVIDENCE)
    return (await desk.ledger.sanctions.impose(wanted)).id


async def test_an_admin_sees_what_was_seen_and_roughly_where(desk_on: Desk) -> None:
    made = await sanctioned(desk_on, "ada")
    listed = (await desk_on.ask("GET", "/v1/sanctions", role=Role.ADMIN)).json
    assert listed["next"] is None
    assert listed["items"] == [
        {
            "id": made,
            "player": "ada",
            "at_ms": NOW,
            "until_ms": NOW + 1000,
            "lat": 1.3,
            "lon": 103.83,
            "evidence": [
                {"signal": "jump", "score": 1.0, "at_ms": NOW - 5, "detail": "12.3 km in 9 s"},
                {
                    "signal": "replay",
                    "score": 0.99,
                    "at_ms": NOW - 3,
                    "detail": "the same steps 95 min ago",
                },
            ],
            "lifted_ms": None,
            "lifted_by": None,
        }
    ]


async def test_sanctions_are_listed_newest_first_page_by_page_and_by_player(desk: Desk) -> None:
    made = [await sanctioned(desk, f"p{number % 2}", NOW + number) for number in range(5)]
    first = (await desk.ask("GET", "/v1/sanctions?limit=3", role=Role.ADMIN)).json
    then = f"/v1/sanctions?limit=3&cursor={first['next']}"
    rest = (await desk.ask("GET", then, role=Role.ADMIN)).json
    assert [one["id"] for one in first["items"] + rest["items"]] == made[::-1]
    assert rest["next"] is None
    own = (await desk.ask("GET", "/v1/sanctions?player=p1", role=Role.ADMIN)).json
    assert [one["id"] for one in own["items"]] == [made[3], made[1]]


async def test_a_lifted_sanction_says_who_lifted_it_and_holds_no_more(desk_on: Desk) -> None:
    made = await sanctioned(desk_on, "ada")
    other = await sanctioned(desk_on, "bob")
    for _ in range(2):  # lifting twice is fine
        lifted = await desk_on.ask("DELETE", f"/v1/sanctions/{made}", role=Role.ADMIN)
        assert lifted.status == 204
    items = (await desk_on.ask("GET", "/v1/sanctions", role=Role.ADMIN)).json["items"]
    [ada] = [one for one in items if one["id"] == made]
    assert ada["lifted_ms"] == NOW
    assert ada["lifted_by"] == desk_on.keys[Role.ADMIN].split("_")[1]
    standings = await desk_on.ledger.sanctions.changed_since(0)
    assert {one.player: one.until_ms for one in standings} == {"ada": 0, "bob": NOW + 1000}
    assert other != made


async def test_what_is_no_sanction_is_not_found(desk: Desk) -> None:
    for name in ("san_nothing", "..%2F", "x" * 65):
        reply = await desk.ask("DELETE", f"/v1/sanctions/{name}", role=Role.ADMIN)
        assert (reply.status, reply.code) == (404, "not_found")


async def test_who_asks_to_be_forgotten_has_no_sanctions_in_the_books(desk_on: Desk) -> None:
    await sanctioned(desk_on, "ada")
    await desk_on.ledger.players.forget("ada")
    assert (await desk_on.ask("GET", "/v1/sanctions", role=Role.ADMIN)).json["items"] == []
