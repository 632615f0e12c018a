"""The table of endpoints, and the application that serves it."""

from aiohttp import web

from gameserver.http import admin, health, live, players, street
from gameserver.http.allowed import ADMIN, ANYONE, PLAYER
from gameserver.http.call import Listed, Paging
from gameserver.http.describing import described
from gameserver.http.event_stream import EVENT_STREAM
from gameserver.http.forwarding import Forwarding
from gameserver.http.guessing import Guesses
from gameserver.http.memory import Memory
from gameserver.http.merchant_routes import CAMPAIGNS, COUPONS, REPORTS, STORES
from gameserver.http.middlewares import asking_first, cross_origin, problems, safe_headers
from gameserver.http.page_settings import PageSettings
from gameserver.http.route import USUAL, Route
from gameserver.http.service_routes import COUPON_SERVICE
from gameserver.http.serving import serve
from gameserver.http.site import Site
from gameserver.http.traffic import counting
from gameserver.ledger.catches import Catch
from gameserver.ledger.merchants import Merchant
from gameserver.ledger.sanctions import Sanction
from gameserver.screen.events import News

BODY_MAX = USUAL.most

PLAYERS = (
    Route(
        method="POST",
        path="/v1/players",
        tag="players",
        roles=ANYONE,
        handler=players.new_guest,
        needs_books=False,
        status=201,
        answer=players.Guest,
        problems=("too_many_requests",),
    ),
    Route(
        method="GET",
        path="/v1/species",
        tag="players",
        roles=ANYONE,
        handler=street.species,
        needs_books=False,
        answer=Listed[street.SpeciesView],
    ),
    Route(
        method="GET",
        path="/v1/map",
        tag="players",
        roles=ANYONE,
        handler=street.street_map,
        answer=street.StreetMap,
    ),
    Route(
        method="GET",
        path="/v1/config",
        tag="players",
        roles=ANYONE,
        handler=street.page_settings,
        needs_books=False,
        answer=PageSettings,
    ),
    Route(
        method="GET",
        path="/v1/leaderboard",
        tag="players",
        roles=ANYONE,
        handler=players.leaderboard,
        query=players.Ranking,
        answer=Listed[players.Rank],
    ),
    Route(
        method="GET",
        path="/v1/live",
        tag="players",
        roles=ANYONE,
        handler=live.live,
        answer=News,
        media=EVENT_STREAM,
    ),
    Route(
        method="GET",
        path="/v1/me",
        tag="players",
        roles=PLAYER,
        handler=players.me,
        answer=players.Me,
    ),
    Route(
        method="GET",
        path="/v1/me/coupons",
        tag="players",
        roles=PLAYER,
        handler=players.my_coupons,
        query=Paging,
        answer=Listed[players.WalletCoupon],
    ),
    Route(
        method="GET",
        path="/v1/me/catches",
        tag="players",
        roles=PLAYER,
        handler=players.my_catches,
        query=Paging,
        answer=Listed[Catch],
    ),
    Route(
        method="DELETE",
        path="/v1/me",
        tag="players",
        roles=PLAYER,
        handler=players.forget_me,
        status=204,
    ),
)

KEYS = (
    Route(
        method="GET",
        path="/v1/merchants",
        tag="operators",
        roles=ADMIN,
        handler=admin.list_merchants,
        query=Paging,
        answer=Listed[Merchant],
    ),
    Route(
        method="POST",
        path="/v1/merchants",
        tag="operators",
        roles=ADMIN,
        deed=admin.make_merchant,
        body=admin.MerchantName,
        status=201,
        answer=admin.NewMerchant,
    ),
    Route(
        method="POST",
        path="/v1/merchants/{merchant}/keys",
        tag="operators",
        roles=ADMIN,
        deed=admin.make_key,
        body=admin.KeyRole,
        body_optional=True,
        status=201,
        answer=admin.NewKey,
    ),
    Route(
        method="DELETE",
        path="/v1/keys/{key}",
        tag="operators",
        roles=ADMIN,
        handler=admin.revoke_key,
        status=204,
    ),
)

BANS = (
    Route(
        method="POST",
        path="/v1/players/{player}/ban",
        tag="operators",
        roles=ADMIN,
        deed=admin.ban,
        body=admin.NewBan,
        body_optional=True,
        status=201,
        answer=admin.Ban,
    ),
    Route(
        method="DELETE",
        path="/v1/players/{player}/ban",
        tag="operators",
        roles=ADMIN,
        handler=admin.unban,
        status=204,
    ),
)

SANCTIONS = (
    Route(
        method="GET",
        path="/v1/sanctions",
        tag="operators",
        roles=ADMIN,
        handler=admin.list_sanctions,
        query=admin.OfPlayer,
        answer=Listed[Sanction],
    ),
    Route(
        method="DELETE",
        path="/v1/sanctions/{sanction}",
        tag="operators",
        roles=ADMIN,
        handler=admin.lift_sanction,
        status=204,
    ),
)

HEALTH = (
    Route(
        method="GET",
        path="/healthz",
        tag="health",
        roles=ANYONE,
        handler=health.health,
        needs_books=False,
        answer=health.Health,
    ),
    Route(
        method="GET",
        path="/readyz",
        tag="health",
        roles=ANYONE,
        handler=health.readiness,
        needs_books=False,
        answer=health.Readiness,
        problems=("not_ready",),
    ),
    Route(
        method="GET",
        path="/metrics",
        tag="health",
        roles=ANYONE,
        handler=health.metrics,
        needs_books=False,
        answer=str,
        media=health.PROMETHEUS,
    ),
    Route(
        method="GET",
        path="/play",
        tag="players",
        roles=ANYONE,
        handler=health.play,
        needs_books=False,
        problems=("upgrade_required",),
    ),
)

_API = (
    *PLAYERS,
    *STORES,
    *CAMPAIGNS,
    *COUPONS,
    *REPORTS,
    *KEYS,
    *BANS,
    *SANCTIONS,
    *COUPON_SERVICE,
    *HEALTH,
)

ROUTES: tuple[Route, ...] = described(_API)
"""Everything, by one process."""

GAME_ROUTES = described(tuple(route for route in _API if route not in COUPON_SERVICE))
"""A game server whose coupons are another service's."""

COUPON_ROUTES = described(
    (
        *CAMPAIGNS,
        *COUPONS,
        *REPORTS,
        *KEYS,
        *COUPON_SERVICE,
        *(r for r in HEALTH if r.path != "/play"),
    )
)
"""A coupon service without the game."""


def make_web_app(site: Site, routes: tuple[Route, ...] = ROUTES) -> web.Application:
    """The application of a process. It keeps nothing that another process would have to know."""
    app = web.Application(
        client_max_size=BODY_MAX,
        middlewares=[counting(site.traffic), asking_first(site.origins), problems],
    )
    app.on_response_prepare.extend((safe_headers, cross_origin(site.origins)))
    memory, guesses = Memory(site.guests_per_minute), Guesses()
    forwarding = None if site.coupon_client is None else Forwarding(site.coupon_client, site)
    for route in routes:
        handle = serve(route, site, memory, guesses)
        if forwarding is not None and route.is_of_coupons:
            handle = forwarding.handler(route, handle)
        if route.method == "GET":
            app.router.add_get(route.path, handle)
        else:
            app.router.add_route(route.method, route.path, handle)
    return app
