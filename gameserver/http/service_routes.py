"""The part of the table of endpoints that a coupon service has for game servers."""

from gameserver.coupons import wire
from gameserver.game.model import Coupon, CouponChange, Offering
from gameserver.http import service
from gameserver.http.allowed import SERVICE
from gameserver.http.call import Listed, Paging
from gameserver.http.route import Route
from gameserver.ledger.wallet import HeldCoupon

COUPON_SERVICE = (
    Route(
        method="POST",
        path="/v1/issue",
        tag="coupon service",
        roles=SERVICE,
        deed=service.issue,
        body=wire.CatchItems,
        answer=wire.Issued,
    ),
    Route(
        method="POST",
        path="/v1/reservations",
        tag="coupon service",
        roles=SERVICE,
        deed=service.reserve,
        body=wire.NewReservation,
        status=201,
        answer=wire.Granted,
    ),
    Route(
        method="POST",
        path="/v1/reservations/{reservation}/release",
        tag="coupon service",
        roles=SERVICE,
        deed=service.release,
        body=wire.Release,
        answer=wire.Released,
    ),
    Route(
        method="POST",
        path="/v1/reserve",
        tag="coupon service",
        roles=SERVICE,
        deed=service.reserve_all,
        body=wire.NewReservations,
        answer=wire.AllGranted,
    ),
    Route(
        method="POST",
        path="/v1/release",
        tag="coupon service",
        roles=SERVICE,
        deed=service.release_all,
        body=wire.Releases,
        answer=wire.AllReleased,
    ),
    Route(
        method="GET",
        path="/v1/reservations/lapsed",
        tag="coupon service",
        roles=SERVICE,
        handler=service.lapsed_reservations,
        query=service.Lapsed,
        answer=Listed[str],
    ),
    Route(
        method="GET",
        path="/v1/offerings",
        tag="coupon service",
        roles=SERVICE,
        handler=service.offerings,
        query=service.OfCampaigns,
        answer=Listed[Offering],
    ),
    Route(
        method="GET",
        path="/v1/coupons",
        tag="coupon service",
        roles=SERVICE,
        handler=service.coupons_of_catches,
        query=service.OfCatches,
        answer=Listed[Coupon],
    ),
    Route(
        method="GET",
        path="/v1/coupon-changes",
        tag="coupon service",
        roles=SERVICE,
        handler=service.coupon_changes,
        query=service.Since,
        answer=Listed[CouponChange],
    ),
    Route(
        method="GET",
        path="/v1/players/{player}/coupons",
        tag="coupon service",
        roles=SERVICE,
        handler=service.coupons_of_player,
        query=Paging,
        answer=Listed[HeldCoupon],
    ),
    Route(
        method="GET",
        path="/v1/players/{player}/coupons/{code}",
        tag="coupon service",
        roles=SERVICE,
        handler=service.code_of_player,
        answer=wire.PlayersCode,
    ),
    Route(
        method="DELETE",
        path="/v1/players/{player}/coupons",
        tag="coupon service",
        roles=SERVICE,
        handler=service.forget_player,
        status=204,
    ),
)
