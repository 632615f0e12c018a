"""Options that several commands take, and how a command runs."""

import asyncio
import json
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
import uvloop

from gameserver.config import Config
from gameserver.game.catching import Rules
from gameserver.game.datum import Datum

Command = TypeVar("Command", bound=Callable[..., Any])


def option(name: str, **settings: Any) -> Callable[[Command], Command]:
    """An option whose variable is `CATCAT_` and its name."""
    settings.setdefault(
        "envvar", "CATCAT_" + name.removeprefix("--").partition("/")[0].upper().replace("-", "_")
    )
    settings.setdefault("show_default", True)
    return click.option(name, show_envvar=True, **settings)


def together(*options: Callable[[Any], Any]) -> Callable[[Command], Command]:
    """Several options as one."""

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


DATA_DIR = option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("var"),
    help="Where the embedded Redis and SQLite keep their files.",
)
REDIS = option(
    "--redis",
    metavar="URL",
    help="Your Redis or Valkey (redis://, rediss://, unix://, redis+cluster://); "
    "without it the server starts one of its own.",
)
DATABASE = option(
    "--database",
    metavar="URL",
    help="postgresql+asyncpg://USER@HOST/NAME or sqlite:///FILE; "
    "without it SQLite in the data directory.",
)
COUPONS = together(
    option(
        "--coupons",
        metavar="URL",
        help="The coupon service (`catcat coupons`); without it the server is its own.",
    ),
    option(
        "--coupons-key",
        metavar="KEY",
        help="The service key for it; without it the one that it left in the data directory.",
    ),
)
LOG_LEVEL = option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    default="info",
    help="How much to log.",
)
SERVING = together(
    option("--host", default="127.0.0.1", help="The address to listen on."),
    option("--port", type=click.IntRange(0, 65535), default=8000, help="0 takes a free port."),
    DATA_DIR,
    REDIS,
    DATABASE,
    COUPONS,
    option(
        "--origins",
        default="",
        help="Origins that browsers may come from, separated by commas; empty lets all in.",
    ),
    option(
        "--guests-per-minute",
        type=click.IntRange(0),
        default=0,
        help="New guests from one address; 0: any number.",
    ),
    option("--max-sockets", type=click.IntRange(0), default=18_000, help="Per process; 0: any."),
    option("--max-sockets-per-address", type=click.IntRange(0), default=0, help="0: any number."),
    option(
        "--tiles",
        metavar="URL",
        help="The maps' tiles: a template with {z}, {x} and {y}, or a MapLibre style; "
        "without it a plain grid.",
    ),
    option("--tiles-attribution", default="", metavar="TEXT", help="What is shown for them."),
    option(
        "--event",
        metavar="NAME@TIME",
        help="What the big screen counts down to: Midnight@2026-11-11T00:00+08:00",
    ),
    option(
        "--practice/--no-practice",
        default=None,
        help="Whether the players' page offers to walk by itself; only `demo` does unasked.",
    ),
    option(
        "--no-spawn",
        metavar="FILE.geojson",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="Areas where no cat may be (roads, water, schools); read again when it changes.",
    ),
    option(
        "--geocoder",
        metavar="NAME",
        help="Looks merchants' addresses up: nominatim, or another of geopy's geocoders.",
    ),
    option("--geocoder-options", default="{}", metavar="JSON", help="Its options: user_agent ..."),
    option(
        "--geocoder-datum",
        type=click.Choice(["", *(datum.value for datum in Datum)]),
        default="",
        help="In which it answers; without it as is known of it.",
    ),
    option(
        "--geocoder-every",
        type=click.FloatRange(0, 3600),
        default=1.0,
        help="Seconds from one question to the next, of all processes together.",
    ),
    option(
        "--attestation-secret",
        metavar="SECRET",
        help="Ask devices for verdicts signed with this; without it nothing is asked of them.",
    ),
    option("--catch-m", type=click.FloatRange(1, 1000), default=40.0, help="The usual reach."),
    LOG_LEVEL,
)


def config_of(options: dict[str, Any]) -> Config:
    """What a server was asked to be."""
    return Config(
        host=options["host"],
        port=options["port"],
        data_dir=options["data_dir"],
        redis=options["redis"],
        database=options["database"],
        coupons=options["coupons"],
        coupons_key=options["coupons_key"],
        workers=options.get("workers", 1),
        guests_per_minute=options["guests_per_minute"],
        origins=tuple(part.strip() for part in options["origins"].split(",") if part.strip()),
        max_sockets=options["max_sockets"],
        max_sockets_per_address=options["max_sockets_per_address"],
        attestation_secret=options["attestation_secret"],
        tiles=options["tiles"] or None,
        tiles_attribution=options["tiles_attribution"],
        event=options["event"] or None,
        practice=options["practice"] or False,
        no_spawn=options["no_spawn"],
        geocoder=options["geocoder"] or None,
        geocoder_options=_json_object("--geocoder-options", options["geocoder_options"]),
        geocoder_datum=Datum(options["geocoder_datum"]) if options["geocoder_datum"] else None,
        geocoder_every_s=options["geocoder_every"],
        log_level=options["log_level"],
        rules=Rules(catch_m=options["catch_m"]),
    )


def _json_object(name: str, text: str) -> dict[str, Any]:
    try:
        read = json.loads(text)
    except ValueError as error:
        raise click.BadParameter(f"{name} is no JSON: {error}") from error
    if not isinstance(read, dict):
        raise click.BadParameter(f"{name} must be a JSON object")
    return read


def run_to_end(work: Any) -> Any:
    """Run a coroutine on uvloop; a broken set-up is one clear line, no traceback."""
    from gameserver.errands import SETUP_ERRORS  # noqa: PLC0415

    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(work)
    except SETUP_ERRORS as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
