"""How a keeper learns of stores: by their changes, page by page."""

from pathlib import Path

import pytest

from gameserver.game.geo import region_of
from gameserver.keeper import plans
from tests.servers.game import PLACE, game, plan
from tests.waiting import until


async def test_a_new_region_is_kept_also_where_the_changes_fill_their_page_exactly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then the last page that is read is empty, which does not mean that nothing changed."""
    monkeypatch.setattr(plans, "PAGE", 1)
    elsewhere = PLACE[0] + 1.0, PLACE[1]
    async with game(tmp_path) as street:
        await street.store(plan())
        await until(lambda: street.app.keeper.held)
        await street.store(plan(), elsewhere)
        await until(lambda: region_of(*elsewhere) in street.app.keeper.held)
