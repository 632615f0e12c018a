"""Merchants' own codes, as JSON and as the files that tills and spreadsheets write."""

import asyncio
import csv
from io import BytesIO, StringIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gameserver.game.codes import new_code
from gameserver.http.errors import Problem
from gameserver.http.own_codes import read_csv
from gameserver.http.routes import BODY_MAX
from gameserver.ledger.own_codes import LISTED_MAX, Sifted
from tests.http.desk import Desk, Reply


async def upload(
    desk: Desk, raw: bytes | BytesIO, media: str = "text/csv", **headers: str
) -> Reply:
    """Upload a file to a campaign that was made for it."""
    campaign = await desk.a_campaign(codes="uploaded")
    path = f"/v1/campaigns/{campaign['id']}/codes"
    return await desk.as_merchant("POST", path, raw, Content_Type=media, **headers)


def read(raw: bytes, **parameters: str) -> Sifted:
    sifted = read_csv(raw, parameters)
    assert isinstance(sifted, Sifted), sifted
    return sifted


def refused(raw: bytes, **parameters: str) -> Problem:
    problem = read_csv(raw, parameters)
    assert isinstance(problem, Problem), problem
    return problem


async def test_a_merchants_own_codes_are_given_once_each_in_their_order(desk_on: Desk) -> None:
    desk = desk_on
    store, campaign = await desk.a_store(), await desk.a_campaign(codes="uploaded")
    path = f"/v1/campaigns/{campaign['id']}/codes"
    added = await desk.as_merchant("POST", path, {"codes": ["TEA-2", "TEA-1", "TEA-2"]})
    assert (added.status, added.json) == (
        201,
        {
            "added": 2,
            "rejected_total": 1,
            "reasons": {"repeated": 1},
            "rejected": [{"line": 3, "code": "TEA-2", "reason": "repeated"}],
        },
    )
    raw = b"code,note\r\nTEA-1,again\r\nTEA-3,new\r\n"
    more = await desk.as_merchant("POST", path, raw, Content_Type="text/csv")
    assert (more.status, more.json["added"]) == (201, 1)
    assert more.json["rejected"] == [{"line": 2, "code": "TEA-1", "reason": "taken"}]
    codes = await desk.coupons(campaign["id"], store["id"], 5)
    assert codes == ["TEA-2", "TEA-1", "TEA-3"]
    told = (await desk.as_merchant("GET", f"/v1/campaigns/{campaign['id']}")).json
    assert (told["uploaded"], told["issued"]) == (3, 3)
    found = await desk.as_merchant("GET", "/v1/coupons/TEA-1")
    assert found.json["code"] == "TEA-1"


async def test_every_line_that_is_not_taken_is_told_with_its_reason(desk: Desk) -> None:
    long, generated = "x" * 65, new_code()
    rows = ["code,note", ",no code", "abc", long, "TEA 1", "茶TEA-1", "1.23457E+15", generated]
    rows += [generated.replace("-", "").lower(), "TEA-1", "TEA-1,,", "TEA-1", "", "TEA-2"]
    reply = await upload(desk, "\n".join(rows).encode())
    assert reply.json["added"] == 2
    assert [list(line.values()) for line in reply.json["rejected"]] == [
        [2, "", "empty"],
        [3, "abc", "too_short"],
        [4, "x" * 64, "too_long"],
        [5, "TEA 1", "bad_character"],
        [6, "茶TEA-1", "bad_character"],
        [7, "1.23457E+15", "spoiled_number"],
        [8, generated, "like_generated"],
        [9, generated.replace("-", "").lower(), "like_generated"],
        [11, "TEA-1", "too_many_columns"],
        [12, "TEA-1", "repeated"],
        [13, "", "empty"],
    ]
    assert reply.json["rejected_total"] == sum(reply.json["reasons"].values()) == 11


async def test_a_code_is_in_the_books_once_whatever_the_campaign_and_merchant(
    desk_on: Desk,
) -> None:
    desk = desk_on
    campaigns = [await desk.a_campaign(codes="uploaded") for _ in range(4)]
    raw = "\n".join(f"TEA-{number:04}" for number in range(1500)).encode()
    replies = await asyncio.gather(
        *(
            desk.as_merchant(
                "POST", f"/v1/campaigns/{campaign['id']}/codes", raw, Content_Type="text/csv"
            )
            for campaign in campaigns
        )
    )
    assert {reply.status for reply in replies} == {201}
    assert sorted(reply.json["added"] for reply in replies) == [0, 0, 0, 1500]
    (winner,) = [reply for reply in replies if reply.json["added"]]
    assert winner.json["rejected"] == []
    for reply in replies:
        if reply is not winner:
            assert reply.json["reasons"] == {"taken": 1500}
            assert [line["line"] for line in reply.json["rejected"]] == [*range(1, LISTED_MAX + 1)]


async def test_a_file_is_uploaded_once_however_often_it_is_sent_with_its_key(
    desk_on: Desk,
) -> None:
    desk = desk_on
    campaign = await desk.a_campaign(codes="uploaded")
    path = f"/v1/campaigns/{campaign['id']}/codes"

    async def send(raw: bytes) -> Reply:
        headers = {"Content_Type": "text/csv", "Idempotency_Key": "k"}
        return await desk.as_merchant("POST", path, raw, **headers)

    replies = await asyncio.gather(*(send(b"TEA-1\nTEA-2\nno\n") for _ in range(10)))
    assert {reply.status for reply in replies} == {201}
    assert len({reply.raw for reply in replies}) == 1
    assert replies[0].json["added"] == 2
    other = await send(b"TEA-3\n")
    assert (other.status, other.code) == (422, "idempotency_key_reused")
    assert (await desk.as_merchant("GET", f"/v1/campaigns/{campaign['id']}")).json["uploaded"] == 2


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n\n",
        b"TEA-1\n\xff\xfe",
        "TEA-1".encode("utf-16"),
        b"TEA-1\0",
        b'TEA-1\n"TEA"-2',
        b'TEA-1\n"TEA-2\n',
        b"code;note\nTEA-1;x",
        b"note\tcode\tx\nx\tTEA-1\t",
        b"T" * 200_000,
    ],
)
async def test_a_file_that_is_no_csv_is_one_problem_and_changes_nothing(
    desk: Desk, raw: bytes
) -> None:
    reply = await upload(desk, raw)
    assert (reply.status, reply.code) == (400, "bad_csv")
    assert reply.json["detail"]
    (campaign,) = (await desk.as_merchant("GET", "/v1/campaigns")).json["items"]
    assert campaign["uploaded"] == 0


async def test_other_media_types_and_charsets_are_refused(desk: Desk) -> None:
    for media in ("text/plain", "text/csv; charset=gbk", "text/tab-separated-values"):
        reply = await upload(desk, b"TEA-1\n", media)
        assert (reply.status, reply.code) == (415, "unsupported_media_type")
    reply = await desk.as_merchant("POST", "/v1/stores", b"TEA-1\n", Content_Type="text/csv")
    assert (reply.status, reply.code) == (415, "unsupported_media_type")


async def test_a_file_may_be_as_large_as_any_body_and_no_larger(desk: Desk) -> None:
    code = "TEA-%056d\r\n"
    raw = "".join(code % number for number in range(BODY_MAX // len(code % 0))).encode()
    reply = await upload(desk, BytesIO(raw))
    assert (reply.status, reply.json["added"]) == (201, raw.count(b"\n"))
    assert raw.count(b"\n") > 16_000
    reply = await upload(desk, BytesIO(raw + b"x" * (BODY_MAX + 1 - len(raw))))
    assert (reply.status, reply.code) == (413, "too_large")


@pytest.mark.parametrize(
    ("raw", "parameters"),
    [
        (b"TEA-1\nTEA-2", {}),
        (b"TEA-1\r\nTEA-2\r\n\r\n", {"charset": "UTF-8"}),
        (b"TEA-1\rTEA-2\r", {}),
        (b"\xef\xbb\xbfcode\r\nTEA-1\r\nTEA-2\r\n", {}),
        (b'\xef\xbb\xbf"TEA-1"\n"TEA-2"', {}),
        (b"note, Code \nx,TEA-1\ny, TEA-2 \n", {}),
        (b"TEA-1,first\nTEA-2\n", {}),
        (b'"code","note"\n"TEA-1","two\nlines"\n"TEA-2",""\n', {"charset": "utf-8"}),
        (b"coupons\nTEA-1\nTEA-2\n", {"header": "present"}),
    ],
)
def test_files_are_read_as_programs_write_them(raw: bytes, parameters: dict[str, str]) -> None:
    sifted = read(raw, **parameters)
    assert (sifted.codes, sifted.rejected) == (["TEA-1", "TEA-2"], [])


def test_a_line_is_the_one_that_an_editor_shows() -> None:
    raw = b'code,note\n"TEA-1","two\nlines"\nTEA-1,\n\nTEA-2,\n'
    sifted = read(raw)
    assert sifted.lines == [2, 6]
    assert [(line.line, line.reason) for line in sifted.rejected] == [(4, "repeated"), (5, "empty")]
    assert refused(b'TEA-1\nTEA-2\n"TEA"3\n').detail == "Line 3: ',' expected after '\"'."


def test_a_code_may_be_named_like_its_column_where_there_is_no_header() -> None:
    assert read(b"code\nTEA-1\n", header="absent").codes == ["code", "TEA-1"]


def test_a_report_lists_the_first_lines_and_counts_all() -> None:
    sifted = read(b"\n".join(b"%d" % (number % 10) for number in range(5000)))
    assert [line.line for line in sifted.rejected] == [*range(1, LISTED_MAX + 1)]
    assert sifted.reasons == {"too_short": 5000}


CODES = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=4, max_size=12)


@given(
    codes=st.lists(CODES.filter(lambda code: code.lower() != "code"), min_size=1, unique=True),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    ending=st.sampled_from(["\n", "\r\n"]),
    bom=st.booleans(),
)
def test_whatever_is_written_as_csv_is_read_again(
    codes: list[str], quoting: Any, ending: str, bom: bool
) -> None:
    text = StringIO()
    writer = csv.writer(text, quoting=quoting, lineterminator=ending)
    writer.writerows([["code"], *([code] for code in codes)])
    assert read(text.getvalue().encode("utf-8-sig" if bom else "utf-8")).codes == codes


@given(st.binary(max_size=300))
def test_any_bytes_are_codes_or_a_problem(raw: bytes) -> None:
    found = read_csv(raw, {})
    if isinstance(found, Sifted):
        assert all(4 <= len(code) <= 64 and code.isascii() for code in found.codes)
        assert len(found.lines) == len(found.codes)
    else:
        assert found.code == "bad_csv"
