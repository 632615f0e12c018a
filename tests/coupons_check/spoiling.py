"""A coupon service that breaks one promise: ours, behind a proxy that spoils what it passes on."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

from aiohttp import ClientSession, TCPConnector, hdrs, web

Json = dict[str, Any]

KEPT = (hdrs.AUTHORIZATION, hdrs.CONTENT_TYPE, "Idempotency-Key", "Catcat-Acting-For")


@dataclass(frozen=True)
class Asked:
    """A request on its way to the service."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    raw: bytes

    @property
    def json(self) -> Any:
        try:
            return json.loads(self.raw)
        except ValueError:
            return None

    def asking(self, body: Any) -> "Asked":
        """The same request with another body."""
        return replace(self, raw=json.dumps(body).encode())


@dataclass(frozen=True)
class Said:
    """What the service answers."""

    status: int
    media: str
    raw: bytes
    is_last: bool = False
    """The connection is closed after it."""

    @property
    def json(self) -> Any:
        return json.loads(self.raw)

    def saying(self, body: Any) -> "Said":
        """The same answer with another body."""
        return replace(self, raw=json.dumps(body).encode())


Send = Callable[[Asked], Awaitable[Said]]


class Honest:
    """Passes everything on as it is. Spoilers are made of it."""

    async def answer(self, asked: Asked, send: Send) -> Said:
        return await send(asked)


@asynccontextmanager
async def spoiled(upstream: str, spoiler: Honest) -> AsyncIterator[str]:
    """The address of the service behind the spoiler."""
    async with ClientSession(connector=TCPConnector(limit=0)) as client:

        async def send(asked: Asked) -> Said:
            url = upstream + asked.path + (f"?{asked.query}" if asked.query else "")
            data = BytesIO(asked.raw) if asked.raw else None
            async with client.request(asked.method, url, data=data, headers=asked.headers) as reply:
                return Said(reply.status, reply.content_type, await reply.read())

        async def handle(request: web.Request) -> web.Response:
            headers = {name: request.headers[name] for name in KEPT if name in request.headers}
            asked = Asked(
                request.method,
                request.path,
                request.query_string,
                headers,
                await request.read(),
            )
            said = await spoiler.answer(asked, send)
            response = web.Response(status=said.status, body=said.raw)
            response.content_type = said.media
            if said.is_last:
                response.force_close()
            return response

        app = web.Application(client_max_size=8 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            host, port = runner.addresses[0][:2]
            yield f"http://{host}:{port}"
        finally:
            await runner.cleanup()


class ForgetsIdempotencyKeys(Honest):
    """Does again what comes with the same key."""

    async def answer(self, asked: Asked, send: Send) -> Said:
        headers = {k: v for k, v in asked.headers.items() if k != "Idempotency-Key"}
        return await send(replace(asked, headers=headers))


class AnswersInAnotherOrder(Honest):
    """Results of a batch come last first."""

    async def answer(self, asked: Asked, send: Send) -> Said:
        said = await send(asked)
        if asked.path != "/v1/issue" or said.status != 200:
            return said
        return said.saying({"results": said.json["results"][::-1]})


class LeavesAFieldOut(Honest):
    """Coupons do not say when they were issued."""

    async def answer(self, asked: Asked, send: Send) -> Said:
        said = await send(asked)
        if asked.path != "/v1/issue" or said.status != 200:
            return said
        body = said.json
        for result in body["results"]:
            result.get("coupon", {}).pop("issued_ms", None)
        return said.saying(body)


class GivesTheLastCouponTwice(Honest):
    """Where many ask at once, one of them gets a coupon that there is not."""

    def __init__(self) -> None:
        self.under_way = 0
        self.oversold: set[str] = set()

    async def answer(self, asked: Asked, send: Send) -> Said:
        if asked.path != "/v1/issue":
            return await send(asked)
        self.under_way += 1
        is_crowd = self.under_way > 1
        try:
            said = await send(asked)
        finally:
            self.under_way -= 1
        if not is_crowd or said.status != 200:
            return said
        body = said.json
        for item, result in zip(asked.json["items"], body["results"], strict=True):
            if result["status"] == "sold_out" and item["campaign"] not in self.oversold:
                self.oversold.add(item["campaign"])
                result |= {"status": "issued", "coupon": item | {"code": "ONE-TOO-MANY"}}
        return said.saying(body)


class SaysWhyInItsOwnWords(Honest):
    """Names a limit that the game has never heard of."""

    async def answer(self, asked: Asked, send: Send) -> Said:
        said = await send(asked)
        if asked.path != "/v1/issue" or said.status != 200:
            return said
        body = said.json
        for result in body["results"]:
            if result["status"] == "closed":
                result["limit"] = "mondays"
        return said.saying(body)


class ReleasesAgain(Honest):
    """Takes a count of a release for so many more."""

    def __init__(self) -> None:
        self.released: dict[str, int] = {}

    async def answer(self, asked: Asked, send: Send) -> Said:
        said = await send(asked)
        if asked.path == "/v1/release" and said.status == 200:
            items = [self._more(each) for each in asked.json["items"]]
            await send(asked.asking({"items": items}))
        return said

    def _more(self, item: Json) -> Json:
        name = item["reservation"]
        self.released[name] = self.released.get(name, 0) + item["count"]
        return {"reservation": name, "count": min(self.released[name], 1_000_000_000)}


class TellsChangesAsTheyCommit(Honest):
    """Of changes that are made at once every other becomes visible late, while newer ones are told.

    Half a second after it was left out for the first time, however seldom a busy machine asks.
    """

    def __init__(self) -> None:
        self.hidden_until_s: dict[str, float | None] = {}
        self.redeemed = 0
        self.under_way = 0

    async def answer(self, asked: Asked, send: Send) -> Said:
        if asked.path.endswith("/redeem"):
            return await self.redeem(asked, send)
        said = await send(asked)
        if asked.path != "/v1/coupon-changes" or said.status != 200:
            return said
        items = [each for each in said.json["items"] if not self.is_hidden(each["coupon"]["code"])]
        return said.saying({"items": items, "next": None})

    async def redeem(self, asked: Asked, send: Send) -> Said:
        self.redeemed += 1
        self.under_way += 1
        if self.redeemed % 2 and self.under_way > 1:
            self.hidden_until_s[asked.path.split("/")[3]] = None
        try:
            return await send(asked)
        finally:
            self.under_way -= 1

    def is_hidden(self, code: str) -> bool:
        now_s = asyncio.get_running_loop().time()
        if code not in self.hidden_until_s:
            return False
        until_s = self.hidden_until_s[code]
        if until_s is None:
            until_s = self.hidden_until_s[code] = now_s + 0.5
        return now_s < until_s


class ForgetsNobody(Honest):
    """Says that a player is forgotten, and goes on as before."""

    async def answer(self, asked: Asked, send: Send) -> Said:
        is_known = "Authorization" in asked.headers and "wrong" not in str(asked.headers)
        if asked.method == "DELETE" and "/v1/players/check-" in asked.path and is_known:
            return Said(204, "application/json", b"")
        return await send(asked)


class LetsAnybodyIn(Honest):
    """Who has no key gets the one that was seen last."""

    def __init__(self) -> None:
        self.seen = ""

    async def answer(self, asked: Asked, send: Send) -> Said:
        if hdrs.AUTHORIZATION in asked.headers:
            self.seen = asked.headers[hdrs.AUTHORIZATION]
            return await send(asked)
        headers = {**asked.headers, hdrs.AUTHORIZATION: self.seen}
        return await send(replace(asked, headers=headers))


class ClosesConnections(Honest):
    """One answer per connection."""

    async def answer(self, asked: Asked, send: Send) -> Said:
        return replace(await send(asked), is_last=True)


class CountsDaysInOneZone(Honest):
    """Takes every store to be where the clocks show UTC."""

    async def answer(self, asked: Asked, send: Send) -> Said:
        body = asked.json
        if asked.path != "/v1/issue" or not isinstance(body, dict):
            return await send(asked)
        items = body.get("items")
        for each in items if isinstance(items, list) else ():
            if isinstance(each, dict) and str(each.get("timezone")).startswith("Etc/GMT"):
                del each["timezone"]
        return await send(asked.asking(body))


class KeepsCouponsOfEndedCampaigns(Honest):
    """Looks at the campaign first: a catch that has its coupon is told `closed`."""

    async def answer(self, asked: Asked, send: Send) -> Said:
        said = await send(asked)
        if asked.path != "/v1/issue" or said.status != 200:
            return said
        body = said.json
        for item, result in zip(asked.json["items"], body["results"], strict=True):
            if result["status"] == "already" and not await self._is_open(item, asked, send):
                result |= {"status": "closed", "coupon": None}
        return said.saying(body)

    async def _is_open(self, item: Json, asked: Asked, send: Send) -> bool:
        query = f"campaigns={item['campaign']}"
        headers: dict[str, str] = {hdrs.AUTHORIZATION: asked.headers[hdrs.AUTHORIZATION]}
        reply = await send(Asked("GET", "/v1/offerings", query, headers, b""))
        return all(each["state"] == "active" for each in reply.json["items"])


class HasNoTill(Honest):
    """Only what a game server needs: campaigns and tills are somewhere else."""

    async def answer(self, asked: Asked, send: Send) -> Said:
        if asked.path.startswith(("/v1/campaigns", "/v1/coupons/", "/v1/reports")):
            return Said(404, "text/plain", b"not here")
        return await send(asked)
