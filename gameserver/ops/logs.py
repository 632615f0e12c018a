"""Log lines: one per event, without secrets and without precise positions."""

import logging
import sys

from aiohttp.http_exceptions import HttpProcessingError


def _is_no_rubbish(record: logging.LogRecord) -> bool:
    """Bytes that are no HTTP get a 400; a traceback each would let anybody fill the disk."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


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
    logging.getLogger("aiohttp.server").addFilter(_is_no_rubbish)
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
