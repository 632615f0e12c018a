"""A small town to play in, made by its merchant over the API: dense, busy, with every campaign."""

from math import cos, radians
from typing import Any

import aiohttp
from msgspec import Struct, to_builtins

CENTRE = (30.2500, 120.1500)
CITY_TIMEZONE = "Asia/Shanghai"
APART_M = 120.0
DEGREE_M = 111_195.0

CAMPAIGNS: dict[str, dict[str, Any]] = {
    "plenty": {"title": "A pot of tea", "kind": "gift", "stock": 1_000_000},
    "few": {"title": "A moon biscuit", "kind": "gift", "stock": 400},
    "limited": {"title": "A fifth off", "kind": "percent", "value": 20, "stock": 100_000}
    | {"per_player": 5},
    "budgeted": {"title": "Three off", "kind": "amount", "value": 3, "currency": "CNY"}
    | {"stock": 100_000, "budget": 1_500},
    "own codes": {"title": "Their own", "kind": "gift", "stock": 1_000, "codes": "uploaded"},
}
OWN_CODES = 600

STREETS = ("plenty", "plenty", "plenty", "few", "limited", "plenty", "budgeted", "own codes", None)
"""The campaign of each store, on a square grid."""

PLAN = {"cats_alive": 20, "radius_m": 80.0, "species": {"parcel": 1}}


class Supply(Struct, frozen=True):
    """How long the cats of every store last."""

    lifetime_s: int
    catches_per_cat: int


FRESH = Supply(40, 6)
"""Cats come and go all the time."""
LASTING = Supply(600, 100)
"""Cats that players can live on while no others are put out."""


async def found_town(url: str, key: str, supply: Supply) -> None:
    """Make the campaigns, the stores and their plans, as the merchant that the key belongs to."""
    headers = {"Authorization": f"Bearer {key}"}
    async with aiohttp.ClientSession(url, headers=headers, raise_for_status=True) as api:
        campaigns: dict[str | None, str | None] = {None: None}
        for campaign, wanted in CAMPAIGNS.items():
            campaigns[campaign] = await _made(api, "/v1/campaigns", wanted)
        codes = [f"OWN-{number:05}" for number in range(OWN_CODES)]
        path = f"/v1/campaigns/{campaigns['own codes']}/codes"
        await api.post(path, json={"codes": codes})
        side = round(len(STREETS) ** 0.5)
        for number, name in enumerate(STREETS):
            lat, lon = _place(number // side - side // 2, number % side - side // 2)
            store = {"name": f"Corner {number}", "lat": lat, "lon": lon, "catch_m": 150}
            made = await _made(api, "/v1/stores", store | {"timezone": CITY_TIMEZONE})
            plan = PLAN | to_builtins(supply) | {"campaign": campaigns[name]}
            await api.put(f"/v1/stores/{made}/spawn-plan", json=plan)


async def _made(api: aiohttp.ClientSession, path: str, wanted: dict[str, Any]) -> str:
    async with api.post(path, json=wanted) as answer:
        made: str = (await answer.json())["id"]
        return made


def _place(row: int, column: int) -> tuple[float, float]:
    lat, lon = CENTRE
    step = APART_M / DEGREE_M
    return round(lat + row * step, 6), round(lon + column * step / cos(radians(lat)), 6)
