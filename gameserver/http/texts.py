"""Texts, ids and moments as bodies and paths may hold them."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from operator import attrgetter
from typing import Annotated, Any

from msgspec import UNSET, Meta

from gameserver.game.model import Id
from gameserver.http.errors import Problem, invalid

# `$` alone would let a last line feed pass.
_LINE = r"^[^\x00-\x1f\x7f]*$(?!\n)"
_LINE_WITH_SOMETHING = r"^(?=.*\S)[^\x00-\x1f\x7f]*$(?!\n)"
_LINES = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$(?!\n)"

Name = Annotated[str, Meta(min_length=1, max_length=120, pattern=_LINE_WITH_SOMETHING)]
Line = Annotated[str, Meta(max_length=500, pattern=_LINE)]
Reason = Annotated[str, Meta(min_length=1, max_length=500, pattern=_LINE_WITH_SOMETHING)]
Lines = Annotated[str, Meta(max_length=4000, pattern=_LINES)]
Moment = Annotated[datetime, Meta(tz=True, description="ISO 8601 with an offset.")]

__all__ = [
    "Id",
    "Line",
    "Lines",
    "Moment",
    "Name",
    "Reason",
    "epoch_ms",
    "is_code",
    "is_id",
    "moment_of",
    "moment_rule",
]

_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_CODE = re.compile(r"[^\x00-\x1f\x7f]{1,64}")

_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime(9999, 12, 31, tzinfo=UTC)


def is_id(text: str) -> bool:
    """Whether it can be an id of ours, so that it may be looked up."""
    return _ID.fullmatch(text) is not None


def is_code(text: str) -> bool:
    """Whether it can be a coupon's code, so that it may be looked up."""
    return _CODE.fullmatch(text) is not None


def moment_rule(path: str) -> Callable[[Any], Problem | None]:
    """A rule for a body: the moment at `path`, if there is one, is between 1970 and 9999."""
    reach = attrgetter(path)

    def moment_is_in_range(body: Any) -> Problem | None:
        moment = reach(body)
        if moment is None or moment is UNSET or _FIRST <= moment <= _LAST:
            return None
        return invalid(path.rstrip("_"), "must be between 1970 and 9999")

    return moment_is_in_range


def epoch_ms(moment: datetime | None) -> int | None:
    """A moment in epoch milliseconds."""
    if moment is None:
        return None
    delta = moment - _FIRST
    return (delta.days * 86_400 + delta.seconds) * 1000 + delta.microseconds // 1000


def moment_of(at_ms: int | None) -> datetime | None:
    """Epoch milliseconds as a moment in UTC."""
    if at_ms is None:
        return None
    return datetime.fromtimestamp(at_ms // 1000, UTC).replace(microsecond=at_ms % 1000 * 1000)
