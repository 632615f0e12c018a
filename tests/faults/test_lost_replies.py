"""A catch whose answer is lost on the way: asked again it is the same catch, the same coupon."""

from gameserver.app import App
from gameserver.ledger.catches import Catch
from tests.servers.game import Game, plan
from tests.servers.proxy import Proxy, proxy
from tests.waiting import until


class GameBehindALine(Game):
    """A game whose players come over a line of their own."""

    def __init__(self, app: App, secret: bytes, line: Proxy) -> None:
        super().__init__(app, secret)
        self.line = line

    @property
    def play_url(self) -> str:
        return f"ws://127.0.0.1:{self.line.port}/play"


async def recorded(street: Game, player: str) -> list[Catch]:
    return list((await street.app.ledger.catches.of_player(player, 10)).items)


async def test_a_catch_whose_answer_was_lost_is_answered_again_with_its_one_coupon(
    street_on: Game,
) -> None:
    campaign = await street_on.campaign(stock=5)
    await street_on.store(plan(campaign=campaign.id, catches_per_cat=2))
    host, port = street_on.app.url.removeprefix("http://").split(":")
    async with proxy(host, int(port)) as line:
        secret = await street_on.app.ledger.players.secret()
        await lose_the_answer(GameBehindALine(street_on.app, secret, line))
    found = await street_on.app.ledger.merchants.get_campaign(street_on.merchant, campaign.id)
    assert found is not None
    assert found.issued == 1


async def lose_the_answer(street: GameBehindALine) -> None:
    sessions = street.app.gateway.street.roster.sessions
    async with street.player("alice") as alice:
        await alice.stand()
        cat = (await alice.some_cat())["id"]
        street.app.gateway.street.rng.seed(1)  # this throw hits
        encounter = await alice.aim(cat)
        street.line.answers.clear()
        throw = {"type": "catch", "attempt": "try", "cat": cat, "ticket": encounter["ticket"]}
        await alice.send(throw)
        await until(lambda: recorded(street, "alice"))
        await until(lambda: sessions["alice"].memory.deciding is None)
        street.line.cut()
        assert "caught" not in [message["type"] for message in alice.told]
    street.line.answers.set()
    async with street.player("alice") as alice:
        caught = await alice.throw(cat, "try", encounter["ticket"])
        again = await alice.throw(cat, "try", encounter["ticket"])
    assert caught["type"] == "caught"
    assert again == caught
    [coupon] = (await street.app.ledger.coupons.wallet("alice", 10)).items
    assert caught["coupon"]["code"] == coupon.code
    assert [catch.attempt for catch in await recorded(street, "alice")] == ["try"]
