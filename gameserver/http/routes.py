"""The table of endpoints, and the application that serves it."""

from aiohttp import web

from gameserver.http import admin, campaigns, coupons, pages, players, stores, street
from gameserver.http.call import Listed, Paging, Role
from gameserver.http.doing_once import Once
from gameserver.http.memory import Memory
from gameserver.http.middlewares import cross_origin, problems, safe_headers
from gameserver.http.route import Route
from gameserver.http.serving import serve
from gameserver.http.site import Site
from gameserver.ledger.catches import Catch
from gameserver.ledger.merchants import Merchant

BODY_MAX = 1024 * 1024

ANYONE = frozenset({Role.ANYONE})
PLAYER = frozenset({Role.PLAYER})
MERCHANT = frozenset({Role.MERCHANT})
COUNTER = frozenset({Role.MERCHANT, Role.CLERK})
ADMIN = frozenset({Role.ADMIN})

PLAYERS = (
    Route(
        name="newGuest",
        method="POST",
        path="/v1/players",
        summary="Come in as a guest",
        tag="players",
        roles=ANYONE,
        handler=players.new_guest,
        status=201,
        answer=players.Guest,
        problems=("too_many_requests",),
    ),
    Route(
        name="listSpecies",
        method="GET",
        path="/v1/species",
        summary="The kinds of cats",
        tag="players",
        roles=ANYONE,
        handler=street.species,
        answer=Listed[street.SpeciesView],
    ),
    Route(
        name="getMap",
        method="GET",
        path="/v1/map",
        summary="Where cats live",
        tag="players",
        roles=ANYONE,
        handler=street.street_map,
        answer=street.StreetMap,
    ),
    Route(
        name="getLeaderboard",
        method="GET",
        path="/v1/leaderboard",
        summary="The best players of a period",
        tag="players",
        roles=ANYONE,
        handler=players.leaderboard,
        query=players.Ranking,
        answer=Listed[players.Rank],
    ),
    Route(
        name="getMe",
        method="GET",
        path="/v1/me",
        summary="The player's own summary",
        tag="players",
        roles=PLAYER,
        handler=players.me,
        answer=players.Me,
    ),
    Route(
        name="listMyCoupons",
        method="GET",
        path="/v1/me/coupons",
        summary="The player's coupons",
        tag="players",
        roles=PLAYER,
        handler=players.my_coupons,
        query=Paging,
        answer=Listed[players.WalletCoupon],
    ),
    Route(
        name="listMyCatches",
        method="GET",
        path="/v1/me/catches",
        summary="The player's catches",
        tag="players",
        roles=PLAYER,
        handler=players.my_catches,
        query=Paging,
        answer=Listed[Catch],
    ),
    Route(
        name="forgetMe",
        method="DELETE",
        path="/v1/me",
        summary="Be forgotten",
        tag="players",
        roles=PLAYER,
        handler=players.forget_me,
        status=204,
    ),
)

STORES = (
    Route(
        name="listStores",
        method="GET",
        path="/v1/stores",
        summary="The merchant's stores",
        tag="stores",
        roles=MERCHANT,
        handler=stores.list_stores,
        query=Paging,
        answer=Listed[stores.Store],
    ),
    Route(
        name="makeStore",
        method="POST",
        path="/v1/stores",
        summary="Put a store on the map",
        tag="stores",
        roles=MERCHANT,
        handler=Once(stores.make_store),
        takes_key=True,
        body=stores.NewStore,
        status=201,
        answer=stores.Store,
    ),
    Route(
        name="getStore",
        method="GET",
        path="/v1/stores/{store}",
        summary="A store",
        tag="stores",
        roles=MERCHANT,
        handler=stores.get_store,
        answer=stores.Store,
    ),
    Route(
        name="changeStore",
        method="PATCH",
        path="/v1/stores/{store}",
        summary="Change a store",
        tag="stores",
        roles=MERCHANT,
        handler=stores.change_store,
        body=stores.StoreChange,
        rules=(stores.place_is_whole,),
        answer=stores.Store,
    ),
    Route(
        name="deleteStore",
        method="DELETE",
        path="/v1/stores/{store}",
        summary="Take a store off the map",
        tag="stores",
        roles=MERCHANT,
        handler=stores.delete_store,
        status=204,
    ),
    Route(
        name="putSpawnPlan",
        method="PUT",
        path="/v1/stores/{store}/spawn-plan",
        summary="Say which cats live around a store",
        tag="stores",
        roles=MERCHANT,
        handler=stores.put_plan,
        body=stores.SpawnPlan,
        rules=stores.PLAN_RULES,
        answer=stores.SpawnPlan,
    ),
)

CAMPAIGNS = (
    Route(
        name="listCampaigns",
        method="GET",
        path="/v1/campaigns",
        summary="The merchant's campaigns",
        tag="campaigns",
        roles=MERCHANT,
        handler=campaigns.list_campaigns,
        query=Paging,
        answer=Listed[campaigns.Campaign],
    ),
    Route(
        name="makeCampaign",
        method="POST",
        path="/v1/campaigns",
        summary="Make a campaign",
        tag="campaigns",
        roles=MERCHANT,
        handler=Once(campaigns.make_campaign),
        takes_key=True,
        body=campaigns.NewCampaign,
        rules=(campaigns.is_worth_something, *campaigns.DATE_RULES),
        status=201,
        answer=campaigns.Campaign,
    ),
    Route(
        name="getCampaign",
        method="GET",
        path="/v1/campaigns/{campaign}",
        summary="A campaign with its counters",
        tag="campaigns",
        roles=MERCHANT,
        handler=campaigns.get_campaign,
        answer=campaigns.Campaign,
    ),
    Route(
        name="changeCampaign",
        method="PATCH",
        path="/v1/campaigns/{campaign}",
        summary="Change a campaign",
        tag="campaigns",
        roles=MERCHANT,
        handler=campaigns.change_campaign,
        body=campaigns.CampaignChange,
        rules=campaigns.DATE_RULES,
        answer=campaigns.Campaign,
        problems=("stock_too_low", "campaign_ended"),
    ),
    Route(
        name="addCodes",
        method="POST",
        path="/v1/campaigns/{campaign}/codes",
        summary="Bring the merchant's own codes",
        tag="campaigns",
        roles=MERCHANT,
        handler=Once(campaigns.add_codes),
        takes_key=True,
        body=campaigns.OwnCodes,
        status=201,
        answer=campaigns.CodesAdded,
        problems=("generates_codes",),
    ),
)

COUPONS = (
    Route(
        name="lookUpCoupon",
        method="GET",
        path="/v1/coupons/{code}",
        summary="What a coupon is worth",
        tag="coupons",
        roles=COUNTER,
        handler=coupons.look_up,
        answer=coupons.Coupon,
        problems=("unknown_coupon",),
    ),
    Route(
        name="redeemCoupon",
        method="POST",
        path="/v1/coupons/{code}/redeem",
        summary="Redeem a coupon",
        tag="coupons",
        roles=COUNTER,
        handler=Once(coupons.redeem, 200),
        takes_key=True,
        body=coupons.Redemption,
        answer=coupons.Coupon,
        problems=("unknown_coupon", "already_redeemed", "expired", "void"),
    ),
    Route(
        name="voidCoupon",
        method="POST",
        path="/v1/coupons/{code}/void",
        summary="Withdraw a coupon",
        tag="coupons",
        roles=MERCHANT,
        handler=Once(coupons.void, 200),
        takes_key=True,
        body=coupons.Withdrawal,
        answer=coupons.Coupon,
        problems=("unknown_coupon", "already_redeemed", "expired"),
    ),
)

OPERATORS = (
    Route(
        name="listMerchants",
        method="GET",
        path="/v1/merchants",
        summary="All merchants",
        tag="operators",
        roles=ADMIN,
        handler=admin.list_merchants,
        query=Paging,
        answer=Listed[Merchant],
    ),
    Route(
        name="makeMerchant",
        method="POST",
        path="/v1/merchants",
        summary="Make a merchant",
        tag="operators",
        roles=ADMIN,
        handler=Once(admin.make_merchant),
        takes_key=True,
        body=admin.MerchantName,
        status=201,
        answer=admin.NewMerchant,
    ),
    Route(
        name="makeKey",
        method="POST",
        path="/v1/merchants/{merchant}/keys",
        summary="Make a further key of a merchant",
        tag="operators",
        roles=ADMIN,
        handler=Once(admin.make_key),
        takes_key=True,
        body=admin.KeyRole,
        body_optional=True,
        status=201,
        answer=admin.NewKey,
    ),
    Route(
        name="banPlayer",
        method="POST",
        path="/v1/players/{player}/ban",
        summary="Ban a player",
        tag="operators",
        roles=ADMIN,
        handler=admin.ban,
        body=admin.NewBan,
        body_optional=True,
        answer=admin.Ban,
    ),
    Route(
        name="unbanPlayer",
        method="DELETE",
        path="/v1/players/{player}/ban",
        summary="Lift a ban",
        tag="operators",
        roles=ADMIN,
        handler=admin.unban,
        status=204,
    ),
)

HEALTH = (
    Route(
        name="getHealth",
        method="GET",
        path="/healthz",
        summary="Is the process alive?",
        tag="health",
        roles=ANYONE,
        handler=pages.health,
        answer=pages.Health,
    ),
    Route(
        name="getReadiness",
        method="GET",
        path="/readyz",
        summary="May it be given players?",
        tag="health",
        roles=ANYONE,
        handler=pages.readiness,
        answer=pages.Readiness,
        problems=("not_ready",),
    ),
    Route(
        name="getMetrics",
        method="GET",
        path="/metrics",
        summary="Counters and gauges",
        tag="health",
        roles=ANYONE,
        handler=pages.metrics,
        answer=str,
        media=pages.PROMETHEUS,
    ),
    Route(
        name="play",
        method="GET",
        path="/play",
        summary="Players' sockets",
        tag="players",
        roles=ANYONE,
        handler=pages.play,
        problems=("upgrade_required",),
    ),
)

ROUTES: tuple[Route, ...] = (*PLAYERS, *STORES, *CAMPAIGNS, *COUPONS, *OPERATORS, *HEALTH)


def make_web_app(site: Site, routes: tuple[Route, ...] = ROUTES) -> web.Application:
    """The application of a process. It keeps nothing that another process would have to know."""
    app = web.Application(
        client_max_size=BODY_MAX,
        middlewares=[safe_headers, cross_origin(site.origins), problems],
    )
    memory = Memory(site.guests_per_minute)
    for route in routes:
        handle = serve(route, site, memory)
        if route.method == "GET":
            app.router.add_get(route.path, handle)
        else:
            app.router.add_route(route.method, route.path, handle)
    return app
