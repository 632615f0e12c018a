"""One example of each body and answer worth showing, for the API's description."""

from datetime import UTC, datetime
from typing import Any

from gameserver.coupons import wire
from gameserver.game.datum import Datum
from gameserver.game.model import (
    Coupon,
    CouponChange,
    CouponState,
    CouponView,
    IssueResult,
    Offering,
)
from gameserver.http import (
    admin,
    areas,
    campaigns,
    cats,
    coupons,
    own_codes,
    places,
    plan_previews,
    players,
    reports,
    spawn_plans,
    store_files,
    store_imports,
    stores,
    tills,
)
from gameserver.http.errors import FieldError, ProblemDetails, problem_type
from gameserver.ledger.footfall import StoreHour
from gameserver.ledger.own_codes import CodesReport, Rejected
from gameserver.ledger.reports import RedeemedCoupon, RedeemedHour
from gameserver.ledger.sanctions import Evidence, Sanction
from gameserver.ledger.wallet import HeldCoupon

_STORE = "sto_0193a2b4c5d9f1e2d3c4b"
_CAMPAIGN = "cam_0193a2b4c5d0a9b8c7d6e"
_CODE = "7Q2MHX-0VJ9RC-KE4TA8"
_AT_MS = 1_794_326_400_000
_MERCHANT = "mer_0193a2b4c5d1f0e2d3c4b"
_PLAYER = "g5f1e2d3c4b5a69788796a5b4"
_CAT = "8f2830828-4k7m2q9x0w3z"

_PLAN = spawn_plans.SpawnPlan(
    cats_alive=12,
    lifetime_s=600,
    radius_m=180.0,
    species={"bobbin": 30.0, "boba": 12.0, "midnight": 1.0},
    campaign=_CAMPAIGN,
    catches_per_cat=4,
    players_max=60,
)
_SQUARE = [[121.4740, 31.2346], [121.4752, 31.2346], [121.4752, 31.2354], [121.4740, 31.2354]]

_CATCH = wire.CatchItem(
    catch="8f2830828-2vq7d1m4c9k0t5xh",
    cat=_CAT,
    player=_PLAYER,
    campaign=_CAMPAIGN,
    store=_STORE,
    at_ms=_AT_MS,
    timezone="Asia/Shanghai",
)
_COUPON = Coupon(
    code=_CODE,
    campaign=_CAMPAIGN,
    title="20% off any pot",
    state=CouponState.ACTIVE,
    expires_ms=_AT_MS + 604_800_000,
    catch=_CATCH.catch,
    cat=_CAT,
    player=_PLAYER,
    store=_STORE,
    issued_ms=_AT_MS,
)
_RESERVATION = wire.NewReservation(_CAT, _CAMPAIGN, 4, _AT_MS + 600_000)
_GRANTED = wire.Granted(_CAT, _CAMPAIGN, 4, 4)

EXAMPLES: dict[type[Any], Any] = {
    ProblemDetails: ProblemDetails(
        type=problem_type("invalid"),
        title="A field or parameter is wrong.",
        status=422,
        code="invalid",
        detail="lat: Expected `float` <= 90.0",
        errors=(FieldError("lat", "Expected `float` <= 90.0"),),
    ),
    players.Guest: players.Guest(
        player=_PLAYER,
        token="g5f1e2d3c4b5a69788796a5b4.1796918400000.<32 hex digits>",  # noqa: S106 - an example
        expires_ms=1_796_918_400_000,
    ),
    players.Me: players.Me(
        player=_PLAYER,
        points=44,
        catches=4,
        species={"bobbin": 3, "boba": 1},
        banned=False,
        banned_until_ms=None,
    ),
    Sanction: Sanction(
        id="san_0193a2b4c5d1f0e2d3c4b",
        player=_PLAYER,
        at_ms=_AT_MS,
        until_ms=_AT_MS + 21_600_000,
        lat=31.24,
        lon=121.47,
        evidence=[
            Evidence("jump", 1.0, _AT_MS, "12.3 km in 9 s"),
            Evidence("replay", 1.0, _AT_MS, "the same steps 95 min ago"),
        ],
    ),
    stores.NewStore: stores.NewStore(
        name="Moonwhisker Tea House, Nanjing Road",
        lat=31.235,
        lon=121.4746,
        datum=Datum.GCJ02,
        address="南京东路 300 号",
        timezone="Asia/Shanghai",
        opening_hours="Mo-Su 10:00-22:00",
        ref="NJ-300",
    ),
    store_files.StoreFeatures: store_files.StoreFeatures(
        [
            store_files.StoreFeature(
                store_files.StoreLine(
                    ref="NJ-300",
                    name="Moonwhisker Tea House, Nanjing Road",
                    datum=Datum.GCJ02,
                    opening_hours="Mo-Su 10:00-22:00",
                ),
                store_files.PointOnMap([121.4746, 31.235]),
            )
        ]
    ),
    store_imports.ImportReport: store_imports.ImportReport(
        dry_run=True,
        lines=3,
        added=1,
        changed=1,
        unchanged=0,
        rejected_total=1,
        taken=[
            store_imports.Taken(2, "added", None),
            store_imports.Taken(3, "changed", _STORE),
        ],
        rejected=[store_files.RejectedLine(4, "lat", "Expected `float` <= 90.0")],
        warnings=[],
        ignored=["manager"],
    ),
    places.Places: places.Places(
        [
            places.Candidate(
                "5d0a1f3c9b8e7d62", "300, Nanjing Road East", 31.2349999, 121.4746001, Datum.GCJ02
            )
        ],
        "© OpenStreetMap contributors, https://www.openstreetmap.org/copyright",
    ),
    stores.StoreChange: stores.StoreChange(name="Moonwhisker Tea House", state="paused"),
    stores.Store: stores.Store(
        id=_STORE,
        name="Moonwhisker Tea House, Nanjing Road",
        lat=31.235,
        lon=121.4746,
        datum=Datum.GCJ02,
        address="南京东路 300 号",
        timezone="Asia/Shanghai",
        opening_hours="Mo-Su 10:00-22:00",
        catch_m=50.0,
        state="active",
        ref="NJ-300",
        spawn_plan=_PLAN,
    ),
    spawn_plans.SpawnPlan: _PLAN,
    plan_previews.PlanPreview: plan_previews.PlanPreview(
        cats=[
            plan_previews.CatToBe("bobbin", 31.2351204, 121.4751187),
            plan_previews.CatToBe("boba", 31.2344871, 121.4740356),
        ],
        area_m2=101787.8,
        active=True,
        turns_ms=_AT_MS + 3_600_000,
    ),
    tills.Till: tills.Till(
        role="clerk",
        merchant=_MERCHANT,
        name="Moonwhisker Tea House",
        items=[
            tills.TillStore(
                _STORE, "Moonwhisker Tea House, Nanjing Road", "南京东路 300 号", "NJ-300"
            )
        ],
        next=None,
    ),
    cats.StreetNow: cats.StreetNow(
        _AT_MS, [cats.StoreNow(_STORE, cats=12, left=31, caught_hour=54)]
    ),
    cats.Footfall: cats.Footfall(
        [StoreHour(_STORE, _AT_MS, seen=412, approached=160, caught=54)],
    ),
    RedeemedCoupon: RedeemedCoupon(_CODE, _CAMPAIGN, "20% off any pot", _STORE, _AT_MS + 3_600_000),
    reports.RedeemedHours: reports.RedeemedHours(
        [RedeemedHour(_STORE, _AT_MS, redeemed=17)],
    ),
    areas.Polygon: areas.Polygon([[*_SQUARE, _SQUARE[0]]]),
    campaigns.NewCampaign: campaigns.NewCampaign(
        title="20% off any pot",
        kind="percent",
        value=20.0,
        terms="One coupon per order.",
        stock=6000,
        per_player=3,
        per_player_day=1,
        starts_at=datetime(2026, 11, 10, 16, tzinfo=UTC),
        ends_at=datetime(2026, 11, 11, 16, tzinfo=UTC),
        valid_for_s=604_800,
        pace="even",
    ),
    campaigns.CampaignChange: campaigns.CampaignChange(stock=8000, state="paused"),
    campaigns.Campaign: campaigns.Campaign(
        id=_CAMPAIGN,
        title="20% off any pot",
        kind="percent",
        value=20.0,
        currency=None,
        terms="One coupon per order.",
        stock=6000,
        per_player=3,
        per_player_day=1,
        starts_at=datetime(2026, 11, 10, 16, tzinfo=UTC),
        ends_at=datetime(2026, 11, 11, 16, tzinfo=UTC),
        valid_for_s=604_800,
        state="active",
        codes="generated",
        budget=None,
        pace="even",
        uploaded=0,
        reserved=48,
        issued=211,
        redeemed=60,
    ),
    own_codes.OwnCodes: own_codes.OwnCodes(codes=["TEA-0001", "TEA-0002"]),
    CodesReport: CodesReport(
        added=1998,
        rejected_total=2,
        reasons={"too_short": 1, "taken": 1},
        rejected=[Rejected(17, "TEA", "too_short"), Rejected(1204, "TEA-1203", "taken")],
    ),
    coupons.Redemption: coupons.Redemption(store=_STORE),
    coupons.Withdrawal: coupons.Withdrawal(reason="given twice by mistake"),
    coupons.Reversal: coupons.Reversal(reason="the till was cancelled"),
    coupons.CouponDetails: coupons.CouponDetails(
        code=_CODE,
        campaign=_CAMPAIGN,
        title="20% off any pot",
        kind="percent",
        value=20.0,
        currency=None,
        terms="One coupon per order.",
        state=CouponState.REDEEMED,
        store=_STORE,
        issued_ms=_AT_MS,
        expires_ms=_AT_MS + 604_800_000,
        redeemed_ms=_AT_MS + 3_600_000,
        redeemed_store=_STORE,
        void_reason=None,
    ),
    reports.CampaignFunnel: reports.CampaignFunnel(
        campaign=_CAMPAIGN,
        title="20% off any pot",
        issued=211,
        active=140,
        redeemed=60,
        expired=10,
        void=1,
        stores=[
            reports.AtStore(_STORE, issued=211, active=140, redeemed=60, expired=10, void=1),
        ],
    ),
    admin.MerchantName: admin.MerchantName(name="Moonwhisker Tea House"),
    admin.NewMerchant: admin.NewMerchant(
        id=_MERCHANT,
        name="Moonwhisker Tea House",
        key="cat_0f1e2d3c4b5a6978_<48 hex digits>",
    ),
    admin.KeyRole: admin.KeyRole(role="clerk"),
    admin.NewBan: admin.NewBan(reason="impossible travel", until_ms=4_102_444_800_000),
    wire.CatchItem: _CATCH,
    wire.CatchItems: wire.CatchItems([_CATCH]),
    wire.Issued: wire.Issued([IssueResult(_CATCH.catch, "issued", _COUPON)]),
    Coupon: _COUPON,
    wire.NewReservation: _RESERVATION,
    wire.NewReservations: wire.NewReservations([_RESERVATION]),
    wire.Granted: _GRANTED,
    wire.AllGranted: wire.AllGranted([_GRANTED]),
    wire.Release: wire.Release(count=4),
    wire.ReleaseItem: wire.ReleaseItem(_CAT, 4),
    wire.Releases: wire.Releases([wire.ReleaseItem(_CAT, 4)]),
    wire.Released: wire.Released(_CAT, 4),
    wire.AllReleased: wire.AllReleased([wire.Released(_CAT, 4)]),
    wire.PlayersCode: wire.PlayersCode(_CODE),
    wire.ActingFor: wire.ActingFor(
        merchant=_MERCHANT, key="0f1e2d3c4b5a6978", address="203.0.113.7", store=_STORE
    ),
    Offering: Offering(
        campaign=_CAMPAIGN,
        merchant=_MERCHANT,
        title="20% off any pot",
        state="active",
        starts_ms=None,
        ends_ms=_AT_MS + 604_800_000,
    ),
    CouponChange: CouponChange(
        number=42,
        player=_PLAYER,
        catch=_CATCH.catch,
        coupon=CouponView(
            _CODE, _CAMPAIGN, "20% off any pot", CouponState.REDEEMED, _COUPON.expires_ms
        ),
    ),
    HeldCoupon: HeldCoupon(
        code=_CODE,
        campaign=_CAMPAIGN,
        title="20% off any pot",
        state=CouponState.REDEEMED,
        expires_ms=_COUPON.expires_ms,
        cat=_CAT,
        catch=_CATCH.catch,
        store=_STORE,
        issued_ms=_AT_MS,
        redeemed_ms=_AT_MS + 3_600_000,
    ),
}
