"""One run of the suite: campaigns, catches and reservations of its own, and no trace at the end."""

import json
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from secrets import token_hex
from typing import Any

from gameserver.coupons_check.service import (
    Ask,
    Failed,
    Json,
    Reply,
    Service,
    Skipped,
    Unusable,
    answered,
)

MERCHANT = "catcat-check"
OTHER_MERCHANT = "catcat-check-other"
STORE = "catcat-check-store"
ACTING_FOR = "Catcat-Acting-For"
ITEMS_MOST = 1000
PAGE_USUAL = 50
PAGES_MOST = 2000
RELEASE_ALL = 1_000_000_000
AWAY = (404, 405, 501)
"""What a service answers where it does not have an endpoint."""


def now_ms() -> int:
    """The time on this machine, which should be about that of the service."""
    return time.time_ns() // 1_000_000


class Run:
    """What the checks work with. Every id begins with the run's name, so runs do not meet.

    `campaign` is one to use where the service has no endpoint to make one: it must be open, without
    limits per player, and have a hundred coupons to spare, which are not given back.
    """

    def __init__(self, service: Service, campaign: str | None, is_slow: bool = False) -> None:
        self.service = service
        self.is_slow = is_slow
        self.name = f"check-{token_hex(5)}"
        self.merchant = MERCHANT
        self._given = campaign
        self._ids = 0
        self._campaigns: list[str] = []
        self._reservations: list[str] = []

    def id(self, kind: str) -> str:
        """A fresh id."""
        self._ids += 1
        return f"{self.name}-{kind}{self._ids}"

    async def begin(self) -> None:
        """Unusable where the service does not answer, or not to this key or for this campaign."""
        campaign = self.id("none") if self._given is None else self._given
        asked = Ask("GET", "/v1/offerings", query={"campaigns": campaign})
        try:
            reply = await self.service.ask(asked)
        except Failed as failure:
            raise Unusable(str(failure)) from failure
        if reply.status in (401, 403):
            raise Unusable("the service refuses the key")
        if self._given is None:
            return
        items = reply.body.get("items") if isinstance(reply.body, dict) else None
        if not items:
            raise Unusable(f"the service does not offer the campaign {campaign}")
        self.merchant = items[0]["merchant"]

    async def campaign(self, **fields: Any) -> str:
        """A campaign, with these fields. Skipped where the service makes none."""
        if self._given is not None:
            if fields:
                raise Skipped(_NOT_OURS)
            return self._given
        body = {"title": "Contract check", "kind": "gift", "stock": 100} | fields
        asked = Ask("POST", "/v1/campaigns", body, headers=self.acting())
        reply = await self.service.ask(asked)
        if reply.status in AWAY:
            raise Skipped("the service makes no campaigns here; give --campaign")
        made: str = answered(reply, 201)["id"]
        self._campaigns.append(made)
        return made

    async def change(self, campaign: str, **fields: Any) -> None:
        """Change a campaign that this run made; nobody else's is ever touched."""
        if campaign not in self._campaigns:
            raise Skipped(_NOT_OURS)
        path = f"/v1/campaigns/{campaign}"
        answered(await self.service.ask(Ask("PATCH", path, fields, headers=self.acting())))

    def acting(self, **more: Any) -> dict[str, str]:
        """The header that says on whose behalf it is asked: the merchant of the campaigns."""
        said = {"merchant": self.merchant, "key": self.name, "address": "192.0.2.1", "store": STORE}
        return {ACTING_FOR: json.dumps(said | more)}

    def catch(self, campaign: str, **fields: Any) -> Json:
        """A catch that is to get a coupon: of a fresh cat, by a fresh player."""
        made = {
            "catch": self.id("catch"),
            "cat": self.id("cat"),
            "player": self.id("player"),
            "campaign": campaign,
            "store": STORE,
            "at_ms": now_ms(),
        }
        return made | fields

    async def issue(self, *catches: Json) -> list[Json]:
        """The results of these catches, whatever order they came in."""
        reply = await self.service.ask(Ask("POST", "/v1/issue", {"items": list(catches)}))
        results = {each["catch"]: each for each in answered(reply)["results"]}
        return [results[each["catch"]] for each in catches]

    async def coupon(self, campaign: str, **fields: Any) -> Json:
        """A coupon that was issued."""
        (result,) = await self.issue(self.catch(campaign, **fields))
        if result["status"] != "issued":
            raise Failed(f"expected a coupon to be issued, came {result}")
        coupon: Json = result["coupon"]
        return coupon

    def reservation(self, campaign: str, count: int, **fields: Any) -> Json:
        """A reservation to be, which is released when the run ends."""
        made = {
            "reservation": self.id("cat"),
            "campaign": campaign,
            "count": count,
            "expires_ms": now_ms() + 600_000,
        } | fields
        self._reservations.append(str(made["reservation"]))
        return made

    async def reserve(self, *wanted: Json) -> list[int]:
        """How many of each were granted, whatever order they came in."""
        reply = await self.service.ask(Ask("POST", "/v1/reserve", {"items": list(wanted)}))
        granted = {each["reservation"]: each["granted"] for each in answered(reply)["results"]}
        return [granted[each["reservation"]] for each in wanted]

    async def free(self, campaign: str) -> int:
        """How much of a small campaign is free: what a large reservation is granted, and returns.

        Only where nobody else asks for it.
        """
        wanted = self.reservation(campaign, ITEMS_MOST)
        (granted,) = await self.reserve(wanted)
        await self.release(wanted["reservation"], RELEASE_ALL)
        return granted

    async def release(self, reservation: str, count: int) -> None:
        """Give back so many of a reservation, in all."""
        body = {"items": [{"reservation": reservation, "count": count}]}
        answered(await self.service.ask(Ask("POST", "/v1/release", body)))

    async def items(self, path: str, **query: str | int) -> list[Any]:
        """The items of one page of a list."""
        body = answered(await self.service.ask(Ask("GET", path, query=query)))
        items: list[Any] = body["items"]
        return items

    async def pages(self, path: str, headers: Mapping[str, str], **query: str | int) -> list[Any]:
        """The items of all pages of a list."""
        found: list[Any] = []
        for _ in range(PAGES_MOST):
            body = answered(await self.service.ask(Ask("GET", path, None, query, headers)))
            if len(body["items"]) > int(query.get("limit", PAGE_USUAL)):
                raise Failed(f"expected a page of {query} at most, came {len(body['items'])}")
            found += body["items"]
            if body["next"] is None:
                return found
            query["cursor"] = body["next"]
        raise Failed(f"expected a list to end within {PAGES_MOST} pages, came another `next`")

    async def till(self, code: str, deed: str, body: Json, headers: dict[str, str]) -> Reply:
        """What the till answers. Skipped where the service has none."""
        reply = await self.service.ask(
            Ask("POST", f"/v1/coupons/{code}/{deed}", body, headers=headers)
        )
        is_known = isinstance(reply.body, dict) and reply.body.get("code") in _OF_THE_TILL
        if reply.status in AWAY and not is_known:
            raise Skipped("the service has no till here")
        return reply

    async def redeem(self, code: str, **headers: str) -> Reply:
        """Redeem a coupon of a campaign that this run made, or whose merchant is this run's."""
        return await self.till(code, "redeem", {"store": STORE}, self.acting() | headers)

    async def clean_up(self) -> list[str]:
        """Release what is reserved and end the campaigns; what could not be done."""
        left: list[str] = []
        for start in range(0, len(self._reservations), ITEMS_MOST):
            part = self._reservations[start : start + ITEMS_MOST]
            body = {"items": [{"reservation": each, "count": RELEASE_ALL} for each in part]}
            if not await self._done(Ask("POST", "/v1/release", body)):
                left.append(f"reservations that begin with {self.name}")
        for campaign in self._campaigns:
            path = f"/v1/campaigns/{campaign}"
            ending = Ask("PATCH", path, {"state": "ended"}, headers=self.acting())
            if not await self._done(ending):
                left.append(f"the campaign {campaign}")
        return left

    async def _done(self, asked: Ask) -> bool:
        with suppress(Failed):
            return (await self.service.ask(asked)).status < 300
        return False


_NOT_OURS = "it needs a campaign of its own making, and one was given"
_OF_THE_TILL = ("unknown_coupon", "wrong_merchant")


def statuses(results: Sequence[Json]) -> list[str]:
    """How the results went."""
    return [each["status"] for each in results]
