"""Books in which two players caught something, and the history of what they were told."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gameserver.game.model import Claim, Coupon, IssueItem, catch_id
from gameserver.ledger.ledger import Ledger, open_ledger
from tests.ledger.shop import NOW, Clock, Shop, campaign, open_shop

Fields = dict[str, Any]
ASKED_MS = NOW + 60_000


class Town:
    """The books of a game, and a history that agrees with them."""

    def __init__(self, ledger: Ledger, url: str, shop: Shop, sale: str, directory: Path) -> None:
        self.ledger = ledger
        self.url = url
        self.shop = shop
        self.sale = sale
        self.directory = directory
        self.lines: list[Fields] = []

    def tell(self, kind: str, player: str, **fields: Any) -> Fields:
        line = {"kind": kind, "at_ms": NOW, "player": player, **fields}
        self.lines.append(line)
        return line

    def throw(self, player: str, attempt: str) -> Fields:
        """An attempt at the cat that is called after it, and what names it in an answer."""
        about = {"attempt": f"{player}-{attempt}", "cat": f"cat-{attempt}"}
        self.tell("catch", player, **about)
        return about

    def claim(self, player: str, about: Fields, campaign: str | None = None) -> Claim:
        catch = catch_id(about["cat"], player, about["attempt"])
        cat, attempt = about["cat"], about["attempt"]
        return Claim(catch, cat, player, attempt, "tabby", 5, "store", NOW, campaign, "A bun")

    async def record(self, player: str, about: Fields, *, owed: bool = False) -> Claim:
        claim = self.claim(player, about, self.sale if owed else None)
        await self.ledger.catches.record([claim], NOW, [claim.catch] if owed else [])
        return claim

    async def issue(self, player: str, about: Fields) -> Coupon:
        claim = self.claim(player, about)
        item = IssueItem(claim.catch, claim.cat, player, self.sale, "store", NOW)
        (result,) = await self.ledger.coupons.issue([item], NOW)
        assert result.coupon is not None
        return result.coupon

    def shown(self, coupon: Coupon, state: str = "active") -> Fields:
        return {
            "state": state,
            "campaign": self.sale,
            "code": coupon.code,
            "expires_ms": coupon.expires_ms,
        }

    def pending(self, state: str = "pending") -> Fields:
        return {"state": state, "campaign": self.sale, "code": None, "expires_ms": None}

    def line(self, kind: str, attempt: str = "", state: str = "") -> Fields:
        """The line of a kind, of an attempt or with a coupon in a state."""
        found = [
            line
            for line in self.lines
            if line["kind"] == kind
            and attempt in ("", line.get("attempt"))
            and state in ("", (line.get("coupon") or {}).get("state"))
        ]
        assert found, (kind, attempt, state)
        return found[0]

    def write(self, name: str = "run.jsonl") -> Path:
        """The history as a file."""
        path = self.directory / name
        numbered = ({"seq": seq, **line} for seq, line in enumerate(self.lines, start=1))
        path.write_text("".join(json.dumps(line) + "\n" for line in numbered))
        return path


@pytest.fixture(params=["sqlite_url", "postgres_url"], ids=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    found: str = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'other.db'}"


@pytest.fixture
async def town(url: str, tmp_path: Path) -> AsyncIterator[Town]:
    clock = Clock()
    async with open_ledger(url, clock=clock) as ledger:
        shop = await open_shop(ledger)
        sale = await campaign(ledger, shop, 20, valid_for_s=3_600)
        made = Town(ledger, url, shop, sale, tmp_path)
        await play_ann(made)
        await play_bob(made)
        yield made


async def play_ann(town: Town) -> None:
    """Ann is new, meets everything, and reads her lists at the end."""
    town.tell("joined", "ann", new=True)
    kept = []

    won = town.throw("ann", "won")
    coupon = await town.issue("ann", won)
    await town.record("ann", won)
    town.tell("caught", "ann", **won, points=5, coupon=town.shown(coupon))
    shop = town.shop
    await town.ledger.coupons.redeem(coupon.code, shop.store, shop.merchant, shop.key, NOW)
    town.tell("coupon", "ann", attempt=None, coupon=town.shown(coupon, "redeemed"))
    kept.append(won | town.shown(coupon, "redeemed"))

    missed = town.throw("ann", "missed")
    town.tell("refused", "ann", **missed, reason="missed", retry=True)
    town.tell("refused", "ann", **missed, reason="missed", retry=True)

    plain = town.throw("ann", "plain")
    town.tell("refused", "ann", **plain, reason="busy", retry=True)
    await town.record("ann", town.throw("ann", "plain"))
    town.tell("caught", "ann", **plain, points=5, coupon=None)

    late = town.throw("ann", "late")
    town.tell("caught", "ann", **late, points=5, coupon=town.pending())
    coupon = await town.issue("ann", late)
    await town.record("ann", late)
    town.tell("coupon", "ann", attempt="ann-late", coupon=town.shown(coupon))
    town.tell("caught", "ann", **late, points=5, coupon=town.shown(coupon))
    kept.append(late | town.shown(coupon))

    # The server died once the coupon was written, and Redis lost the cat.
    lost = town.throw("ann", "lost")
    coupon = await town.issue("ann", lost)
    town.tell("refused", "ann", **lost, reason="already_caught", retry=False)
    kept.append(lost | town.shown(coupon))

    never = town.throw("ann", "never")
    town.tell("caught", "ann", **never, points=5, coupon=town.pending())
    claim = await town.record("ann", never, owed=True)
    await town.ledger.catches.settle({claim.catch: "sold_out"})
    town.tell("coupon", "ann", attempt="ann-never", coupon=town.pending("void"))

    unheard = town.throw("ann", "unheard")
    coupon = await town.issue("ann", unheard)
    await town.record("ann", unheard)
    kept.append(unheard | town.shown(coupon))

    lists = {"at_ms": ASKED_MS + 1, "asked_ms": ASKED_MS}
    town.tell("wallet", "ann", coupons=kept, **lists)
    caught = [about | {"points": 5} for about in (won, plain, late, never, unheard)]
    town.tell("catches", "ann", catches=caught, **lists)


async def play_bob(town: Town) -> None:
    """Bob was there before, and is cut off before the end."""
    town.tell("joined", "bob", new=False)

    won = town.throw("bob", "won")
    coupon = await town.issue("bob", won)
    await town.record("bob", won)
    town.tell("caught", "bob", **won, points=5, coupon=town.shown(coupon))
    expired = town.shown(coupon, "expired")
    town.tell("coupon", "bob", attempt="bob-won", at_ms=coupon.expires_ms, coupon=expired)

    earlier = {"attempt": "bob-earlier", "cat": "cat-earlier"}
    coupon = await town.issue("bob", earlier)
    await town.record("bob", earlier)
    shop = town.shop
    await town.ledger.coupons.void(coupon.code, "why", shop.merchant, shop.key, NOW)
    town.tell("coupon", "bob", attempt="bob-earlier", coupon=town.shown(coupon, "void"))

    town.throw("bob", "cut-off")
