"""Log lines: one per event, without secrets and without precise positions."""

import logging
import sys


def set_up_logging(level: str) -> None:
    """Write log lines to standard error. `level` is a name of the logging module's, any case."""
    logging.basicConfig(
        level=level.upper(),
        stream=sys.stderr,
        format="%(asctime)s %(levelname)-7s %(name)s: %(message)s",
    )
    # A phone that breaks the protocol is told so; that is no event for operators.
    logging.getLogger("websockets").setLevel(logging.ERROR)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
