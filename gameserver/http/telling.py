"""Telling players' phones what the API changed. A phone that can't be reached changes nothing."""

import logging

from gameserver.http.site import Site
from gameserver.live.messages import InboxMessage

log = logging.getLogger(__name__)


async def tell(site: Site, message: InboxMessage) -> None:
    """Tell a player's session; a failure is logged, since what it tells is in the ledger."""
    try:
        await site.tell(message)
    except Exception:
        log.exception("a player could not be told of a change")
