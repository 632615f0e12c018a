"""The suite finds what is broken, and complains of nothing else."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import pytest

from gameserver.config import Config
from gameserver.coupon_server import running_coupons
from gameserver.coupons_check.checks import Finding, Plan, check_service
from gameserver.coupons_check.run import Run
from gameserver.coupons_check.service import Ask, Service, Unusable
from tests.coupons_check import spoiling
from tests.coupons_check.spoiling import Honest, spoiled

BROKEN: list[tuple[type[Honest], set[str]]] = [
    (spoiling.ForgetsIdempotencyKeys, {"an idempotency key gets the same answer"}),
    (spoiling.AnswersInAnotherOrder, {"results are in the order of the items"}),
    (spoiling.LeavesAFieldOut, {"a catch gets a coupon"}),
    (spoiling.GivesTheLastCouponTwice, {"the last coupon goes to one"}),
    (spoiling.SaysWhyInItsOwnWords, {"a refusal says why in words that the game knows"}),
    (spoiling.ReleasesAgain, {"a release said twice releases once"}),
    (spoiling.TellsChangesAsTheyCommit, {"no change is passed over"}),
    (
        spoiling.ForgetsNobody,
        {"a player is forgotten for good", "a player nobody knows can be forgotten"},
    ),
    (spoiling.LetsAnybodyIn, {"nobody is let in without a key"}),
    (spoiling.ClosesConnections, {"connections are kept"}),
    (spoiling.CountsDaysInOneZone, {"a day begins at midnight where the store is"}),
    (spoiling.KeepsCouponsOfEndedCampaigns, {"a campaign that is not open gives nothing"}),
]


class Coupons(NamedTuple):
    """A service that keeps its promises, and a key to it."""

    url: str
    key: str


@pytest.fixture
async def coupons(tmp_path: Path) -> AsyncIterator[Coupons]:
    config = Config(port=0, data_dir=tmp_path)
    async with running_coupons(config) as url:
        yield Coupons(url, config.service_key())


async def findings(plan: Plan) -> list[Finding]:
    return [finding async for finding in check_service(plan)]


def named(found: list[Finding], outcome: str) -> set[str]:
    return {finding.name for finding in found if finding.outcome == outcome}


@pytest.mark.parametrize(("spoiler", "wanted"), BROKEN, ids=[kind.__name__ for kind, _ in BROKEN])
async def test_what_is_broken_fails_and_nothing_else(
    coupons: Coupons, spoiler: type[Honest], wanted: set[str]
) -> None:
    async with spoiled(coupons.url, spoiler()) as url:
        found = await findings(Plan(url, coupons.key))
    failed = [finding for finding in found if finding.outcome == "FAILED"]
    assert {finding.name for finding in failed} == wanted, failed
    assert all(finding.promise and "expected" in finding.detail for finding in failed)


async def test_a_proxy_that_spoils_nothing_is_not_complained_of(coupons: Coupons) -> None:
    async with spoiled(coupons.url, Honest()) as url:
        found = await findings(Plan(url, coupons.key))
    assert named(found, "FAILED") == set()


async def test_a_campaign_that_is_given_is_used_and_left_as_it_was(coupons: Coupons) -> None:
    """Also where the service has neither campaigns nor a till: what that needs is skipped."""
    async with Service(coupons.url, coupons.key) as service:
        run = Run(service, None)
        run.merchant = "tea"
        campaign = await run.campaign(stock=200)
        for spoiler in (Honest(), spoiling.HasNoTill()):
            async with spoiled(coupons.url, spoiler) as url:
                found = await findings(Plan(url, coupons.key, campaign))
            assert named(found, "FAILED") == set()
            assert "the stock is the end" in named(found, "skipped")
            assert "a catch gets a coupon" in named(found, "ok")
            redeems = "a coupon is redeemed once"
            has_till = not isinstance(spoiler, spoiling.HasNoTill)
            assert redeems in named(found, "ok" if has_till else "skipped")
        asked = Ask("GET", f"/v1/campaigns/{campaign}", headers=run.acting())
        shown = (await service.ask(asked)).body
        assert (shown["state"], shown["stock"], shown["reserved"]) == ("active", 200, 0)


async def test_a_run_leaves_nothing_reserved_and_no_campaign_open(coupons: Coupons) -> None:
    await findings(Plan(coupons.url, coupons.key))
    async with Service(coupons.url, coupons.key) as service:
        run = Run(service, None)
        campaigns = await run.pages("/v1/campaigns", run.acting())
        assert len(campaigns) > 20
        assert {each["state"] for each in campaigns} == {"ended"}
        assert {each["reserved"] for each in campaigns} == {0}


async def test_where_there_is_nothing_to_check_it_is_said(coupons: Coupons) -> None:
    for plan, why in (
        (Plan(coupons.url, "wrong"), "refuses the key"),
        (Plan("http://127.0.0.1:1", coupons.key), "is not answered"),
        (Plan(coupons.url, coupons.key, "cam_none"), "does not offer the campaign"),
    ):
        with pytest.raises(Unusable, match=why):
            await findings(plan)
