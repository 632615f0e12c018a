"""What tests of whole runs share."""

from collections.abc import Awaitable, Callable
from typing import Any

from catbot.options import Options

Until = Callable[[Callable[[], bool]], Awaitable[None]]
CENTRE = (30.25, 120.16)


def options(street: Any, **more: Any) -> Options:
    defaults: dict[str, Any] = {
        "players": 4,
        "ramp_s": 0.1,
        "duration_s": 1.5,
        "centre": CENTRE,
        "tokens": tuple(f"token-{number}" for number in range(20)),
    }
    return Options(url=street.url, **{**defaults, **more})


async def say_nothing(*_: Any) -> None:
    pass
