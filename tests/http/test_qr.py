"""A coupon as a picture, for those who may see its code."""

import zlib
from xml.etree import ElementTree

import pytest
import segno

from gameserver.game.tokens import make_token
from gameserver.http.call import Role
from tests.http.desk import NOW, SECRET, Desk

SVG = "{http://www.w3.org/2000/svg}"


def modules(code: str) -> list[list[bool]]:
    """The code's modules with the quiet zone around them, True for dark."""
    qr = segno.make_qr(code, error="m", boost_error=False)
    return [[bool(module) for module in row] for row in qr.matrix_iter(border=4)]


def pixels(png: bytes) -> list[list[bool]]:
    """The pixels of a PNG of one bit a pixel, its rows plain or told by the row above."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    at, data, size = 8, b"", (0, 0)
    while at < len(png):
        length, kind = int.from_bytes(png[at : at + 4], "big"), png[at + 4 : at + 8]
        body = png[at + 8 : at + 8 + length]
        if kind == b"IHDR":
            size = (int.from_bytes(body[:4], "big"), int.from_bytes(body[4:8], "big"))
            assert body[8] == 1
        data += body if kind == b"IDAT" else b""
        at += length + 12
    raw, wide = zlib.decompress(data), (size[0] + 7) // 8
    rows: list[list[bool]] = []
    above = bytes(wide)
    for start in range(0, len(raw), wide + 1):
        kind_of_row, line = raw[start], raw[start + 1 : start + 1 + wide]
        assert kind_of_row in (0, 2)
        if kind_of_row == 2:
            line = bytes((a + b) % 256 for a, b in zip(line, above, strict=True))
        rows.append([not line[x // 8] >> (7 - x % 8) & 1 for x in range(size[0])])
        above = line
    assert len(rows) == size[1]
    return rows


@pytest.mark.parametrize("role", [Role.PLAYER, Role.MERCHANT])
async def test_a_coupon_is_drawn_for_those_who_hold_it(desk_on: Desk, role: Role) -> None:
    desk = desk_on
    code = await desk.a_coupon("sto_1")
    for typed in (code, code.lower()):
        svg = await desk.ask("GET", f"/v1/coupons/{typed}/qr.svg", role=role)
        assert (svg.status, svg.headers["Content-Type"]) == (200, "image/svg+xml")
        picture = ElementTree.fromstring(svg.raw)
        assert picture.tag == f"{SVG}svg"
        assert picture.findtext(f"{SVG}title") == code
        assert b"style=" not in svg.raw
        png = await desk.ask("GET", f"/v1/coupons/{typed}/qr.png", role=role)
        assert (png.status, png.headers["Content-Type"]) == (200, "image/png")
        assert [row[5::10] for row in pixels(png.raw)[5::10]] == modules(code)


@pytest.mark.parametrize("kind", ["svg", "png"])
async def test_nobody_sees_the_code_of_another(desk: Desk, kind: str) -> None:
    code = await desk.a_coupon("sto_1")
    path = f"/v1/coupons/{code}/qr.{kind}"
    other = await desk.ledger.merchants.add_merchant("Rival")
    for key, told in (
        (make_token(SECRET, "bob", NOW + 1000), "unknown_coupon"),
        (other.key, "wrong_merchant"),
    ):
        reply = await desk.ask("GET", path, Authorization=f"Bearer {key}")
        assert (reply.status, reply.code) == (404, told)
    assert (await desk.ask("GET", path, role=Role.CLERK)).status == 403
    assert (await desk.ask("GET", path)).status == 401


async def test_who_was_forgotten_sees_no_code(desk: Desk) -> None:
    code = await desk.a_coupon("sto_1")
    assert (await desk.ask("DELETE", "/v1/me", role=Role.PLAYER)).status == 204
    reply = await desk.ask("GET", f"/v1/coupons/{code}/qr.svg", role=Role.PLAYER)
    assert (reply.status, reply.code) == (401, "unauthenticated")


@pytest.mark.parametrize("role", [Role.PLAYER, Role.MERCHANT])
@pytest.mark.parametrize("code", ["nothing", "%00", "x" * 65, "%F0%9F%90%88"])
async def test_what_is_no_code_is_not_drawn(desk: Desk, role: Role, code: str) -> None:
    reply = await desk.ask("GET", f"/v1/coupons/{code}/qr.svg", role=role)
    assert (reply.status, reply.code) == (404, "unknown_coupon")


async def test_a_merchants_own_code_of_any_signs_is_drawn(desk: Desk) -> None:
    campaign = await desk.a_campaign(codes="uploaded")
    own = "<&'\">" + "x" * 58
    path = f"/v1/campaigns/{campaign['id']}/codes"
    await desk.as_merchant("POST", path, {"codes": [own]})
    assert await desk.coupons(campaign["id"], "sto_1", 1) == [own]
    reply = await desk.as_merchant("GET", f"/v1/coupons/{own.replace('%', '%25')}/qr.svg")
    assert ElementTree.fromstring(reply.raw).findtext(f"{SVG}title") == own
