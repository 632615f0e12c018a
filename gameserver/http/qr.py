"""A coupon's code as a picture that a till's scanner reads; the code stands in it as it is told."""

import asyncio
from io import BytesIO

import segno

from gameserver.http.call import Call, NoQuery, Role
from gameserver.http.coupons import UNKNOWN, not_theirs
from gameserver.http.errors import Problem
from gameserver.http.players import FORGOTTEN
from gameserver.http.route import Written
from gameserver.http.texts import is_code
from gameserver.ledger.players import standing_of
from gameserver.ledger.redeeming import FoundCoupon, UnknownCoupon

SVG = "image/svg+xml"
PNG = "image/png"

_PIXELS = 10
"""Of one module of the code: it stays sharp on paper."""


async def qr_svg(call: Call[None, NoQuery]) -> Written | Problem:
    """A coupon's code as a QR code that scales, with the code as its title.

    Players get those of their own wallet, merchants those of their own campaigns.
    """
    return await _drawn(call, SVG)


async def qr_png(call: Call[None, NoQuery]) -> Written | Problem:
    """A coupon's code as a QR code in pixels, black on white.

    Players get those of their own wallet, merchants those of their own campaigns.
    """
    return await _drawn(call, PNG)


async def _drawn(call: Call[None, NoQuery], media: str) -> Written | Problem:
    code = await _code(call)
    if isinstance(code, Problem):
        return code
    # Some milliseconds of arithmetic: too long for the loop.
    return Written(200, media, await asyncio.to_thread(picture, code, media))


def picture(code: str, media: str) -> bytes:
    """A code as SVG or PNG: error correction M (15 %), with the quiet zone of four modules."""
    qr = segno.make_qr(code, error="m", boost_error=False)
    out = BytesIO()
    if media == PNG:
        qr.save(out, kind="png", scale=_PIXELS, border=4)
    else:
        qr.save(out, kind="svg", scale=_PIXELS, border=4, light="#fff", title=code)
    return out.getvalue()


async def _code(call: Call[None, NoQuery]) -> str | Problem:
    """The code as it was issued, if the caller may see it."""
    code = call.path["code"]
    if call.who.role is Role.PLAYER:
        standing = await call.site.ledger.db.read(standing_of, call.player)
        if standing is not None and standing.gone:
            return FORGOTTEN
        mine = await call.site.coupons.code_of_player(code, call.player) if is_code(code) else None
        return UNKNOWN if mine is None else mine
    found = (
        await call.site.ledger.coupons.find(code, call.merchant)
        if is_code(code)
        else UnknownCoupon()
    )
    return found.coupon.code if isinstance(found, FoundCoupon) else not_theirs(found)
