"""The `catcat` command. Every option has a variable: `--redis` is `CATCAT_REDIS`."""

import asyncio
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
import uvloop
from rich.console import Console

from gameserver.config import Config, MissingKey
from gameserver.game.catching import Rules
from gameserver.ops.logs import set_up_logging

if TYPE_CHECKING:
    from catbot.options import Options
    from catbot.report import Report

Command = TypeVar("Command", bound=Callable[..., Any])

FAIL_IF_EXIT = 99


def _option(name: str, **settings: Any) -> Callable[[Command], Command]:
    """An option whose variable is `CATCAT_` and its name."""
    settings.setdefault("envvar", "CATCAT_" + name.removeprefix("--").upper().replace("-", "_"))
    settings.setdefault("show_default", True)
    return click.option(name, show_envvar=True, **settings)


def _options(*options: Callable[[Any], Any]) -> Callable[[Command], Command]:
    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


_data_dir = _option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("var"),
    help="Where the embedded Redis and SQLite keep their files.",
)
_redis = _option(
    "--redis",
    metavar="URL",
    help="Your Redis or Valkey (redis://, rediss://, unix://, redis+cluster://); "
    "without it the server starts one of its own.",
)
_database = _option(
    "--database",
    metavar="URL",
    help="postgresql+asyncpg://USER@HOST/NAME or sqlite:///FILE; "
    "without it SQLite in the data directory.",
)
_coupons = _options(
    _option(
        "--coupons",
        metavar="URL",
        help="The coupon service (`catcat coupons`); without it the server is its own.",
    ),
    _option(
        "--coupons-key",
        metavar="KEY",
        help="The service key for it; without it the one that it left in the data directory.",
    ),
)
_log_level = _option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    default="info",
    help="How much to log.",
)
_serving = _options(
    _option("--host", default="127.0.0.1", help="The address to listen on."),
    _option("--port", type=click.IntRange(0, 65535), default=8000, help="0 takes a free port."),
    _data_dir,
    _redis,
    _database,
    _coupons,
    _option(
        "--origins",
        default="",
        help="Origins that browsers may come from, separated by commas; empty lets all in.",
    ),
    _option(
        "--guests-per-minute",
        type=click.IntRange(0),
        default=0,
        help="New guests from one address; 0: any number.",
    ),
    _option("--max-sockets", type=click.IntRange(0), default=18_000, help="Per process; 0: any."),
    _option("--max-sockets-per-address", type=click.IntRange(0), default=0, help="0: any number."),
    _option(
        "--attestation-secret",
        metavar="SECRET",
        help="Ask devices for verdicts signed with this; without it nothing is asked of them.",
    ),
    _option("--catch-m", type=click.FloatRange(1, 1000), default=40.0, help="The usual reach."),
    _log_level,
)


def _config(options: dict[str, Any]) -> Config:
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
        log_level=options["log_level"],
        rules=Rules(catch_m=options["catch_m"]),
    )


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="catch-the-cat")
def main() -> None:
    """Catch the Cat: a street game whose prizes are real coupons.

    Try `catcat demo`: it serves the game with a real city's stores and lets bots play it.
    """


@main.command()
@_serving
@_option("--workers", type=click.IntRange(1, 64), default=1, help="Server processes.")
def serve(**options: Any) -> None:
    """Serve everything on one port: WebSocket /play, the HTTP API and its pages.

    Prints `listening on http://HOST:PORT` when ready. SIGTERM drains and exits 0 within 10 s.
    """
    from gameserver.workers import serve_alone, serve_with_workers  # noqa: PLC0415

    config = _config(options)
    set_up_logging(config.log_level)
    if config.workers == 1:
        _run(serve_alone(config))
    else:
        _run(serve_with_workers(config))


@main.command(hidden=True)
@click.option("--listen-fd", type=int, required=True)
@_serving
def worker(listen_fd: int, **options: Any) -> None:
    """One of the processes of `serve --workers N`; started by it, on its socket."""
    from gameserver.workers import serve_on  # noqa: PLC0415

    config = _config(options)
    set_up_logging(config.log_level)
    _run(serve_on(config, listen_fd))


@main.group(invoke_without_command=True)
@_options(
    _option("--host", default="127.0.0.1", help="The address to listen on."),
    _option("--port", type=click.IntRange(0, 65535), default=8001, help="0 takes a free port."),
    _data_dir,
    _database,
    _log_level,
)
@click.pass_context
def coupons(context: click.Context, /, **options: Any) -> None:
    """Serve the coupon service alone, for game servers that are given --coupons URL.

    Prints `listening on http://HOST:PORT` when ready. A service key for game servers is kept in
    the data directory, as `coupons.key`; those elsewhere get one from `catcat coupons key`.
    """
    if context.invoked_subcommand is not None:
        return
    from gameserver.workers import serve_coupons  # noqa: PLC0415

    config = Config(
        host=options["host"],
        port=options["port"],
        data_dir=options["data_dir"],
        database=options["database"],
        log_level=options["log_level"],
    )
    set_up_logging(config.log_level)
    _run(serve_coupons(config))


@coupons.command("key")
@_options(_data_dir, _database)
def coupons_key(data_dir: Path, database: str | None) -> None:
    """Make a service key, with which a game server asks; it is shown this once."""
    from gameserver.errands import add_service_key  # noqa: PLC0415

    name, key = _run(add_service_key(Config(data_dir=data_dir, database=database)))
    click.echo(f"service {name}\nkey {key}")


@coupons.command("check")
@click.argument("url")
@_option(
    "--key",
    envvar="CATCAT_COUPONS_KEY",
    help="A service key; without it the one that the service left in the data directory.",
)
@_data_dir
@_option("--campaign", metavar="ID", help="Use this campaign instead of making some.")
@_option("--slow", is_flag=True, help="Check also what takes a minute.")
@_option("--json", metavar="FILE.json", help="Write the findings as JSON.")
def coupons_check(url: str, key: str | None, data_dir: Path, **options: Any) -> None:
    """Hold the coupon service at URL to its contract, a line each; exit 1 where it is broken."""
    from gameserver.coupons_check.checks import Plan, run_checks  # noqa: PLC0415
    from gameserver.coupons_check.service import Unusable  # noqa: PLC0415

    try:
        secret = Config(data_dir=data_dir, coupons_key=key).service_key()
        plan = Plan(url, secret, options["campaign"], is_slow=options["slow"])
        is_kept = _run(run_checks(plan, click.echo, options["json"]))
    except (MissingKey, Unusable) as error:
        raise click.ClickException(str(error)) from error
    sys.exit(0 if is_kept else 1)


@main.command()
@_serving
@_option("--bots", type=click.IntRange(0, 5000), default=300, help="How many bots walk.")
def demo(bots: int, **options: Any) -> None:
    """Serve with a real city's stores and campaigns, and a few hundred bots walking there."""
    from gameserver.demo import run_demo  # noqa: PLC0415

    config = _config(options)
    set_up_logging(config.log_level)
    _run(run_demo(config, bots))


@main.command()
@click.argument("url")
@_option("--players", type=click.IntRange(1), default=100, help="How many bots play.")
@_option("--ramp", type=click.FloatRange(0), default=10.0, help="Seconds over which they arrive.")
@_option("--duration", type=click.FloatRange(1), default=60.0, help="Seconds in all.")
@_option(
    "--phases",
    metavar="PHASES",
    help="Instead of the three: 'ramp 10s to 500, hold 60s, spike 5s to 3000, hold 20s'.",
)
@_option(
    "--processes",
    type=click.IntRange(1, 256),
    default=1,
    help="Spread the bots over so many processes.",
)
@_option("--seed", type=int, default=1, help="The same seed walks the same ways.")
@_option("--speed", type=click.FloatRange(0.1, 50), default=1.4, help="Metres per second.")
@_option("--cheaters", type=click.FloatRange(0, 1), default=0.0, help="The share that cheats.")
@_option(
    "--cheats",
    metavar="NAME,...",
    default="",
    help="In which ways, as in 'teleport,joystick'; without it in all.",
)
@_option(
    "--centre",
    metavar="LAT,LON",
    help="Where to play, WGS-84 degrees; without it around the server's stores.",
)
@_option("--report", metavar="FILE.html", help="Write the report as a page.")
@_option("--json", metavar="FILE.json", help="Write the report as JSON.")
@_option("--history", metavar="FILE.jsonl", help="Write what bots were told, for `catcat audit`.")
@click.option(
    "--fail-if",
    multiple=True,
    metavar="EXPR",
    envvar="CATCAT_FAIL_IF",
    show_envvar=True,
    help="Exit 99 where this holds, as in 'p99_catch_ms>250' or 'errors>0'; may be repeated.",
)
def bots(url: str, **options: Any) -> None:
    """Let load bots play at URL: walk, aim, catch, and check every coupon at the end."""
    from catbot.address import AddressError  # noqa: PLC0415
    from catbot.fail_if import ConditionError  # noqa: PLC0415
    from catbot.history import HistoryError  # noqa: PLC0415
    from catbot.options import Options, OptionsError  # noqa: PLC0415
    from catbot.running import RunError  # noqa: PLC0415

    try:
        chosen = Options(
            url=url,
            players=options["players"],
            ramp_s=min(options["ramp"], options["duration"]),
            duration_s=options["duration"],
            phases=options["phases"],
            processes=options["processes"],
            seed=options["seed"],
            speed_mps=options["speed"],
            cheaters=options["cheaters"],
            cheats=tuple(name.strip() for name in options["cheats"].split(",") if name.strip()),
            centre=_place(options["centre"]),
            report=options["report"],
            json=options["json"],
            history=options["history"],
            fail_if=options["fail_if"],
        )
        report = _run(_play(chosen))
    except (AddressError, OptionsError, ConditionError, HistoryError, RunError) as error:
        raise click.ClickException(str(error)) from error
    for expression in report.failed:
        click.echo(f"failed: {expression}", err=True)
    sys.exit(FAIL_IF_EXIT if report.failed else 0)


async def _play(options: "Options") -> "Report":
    """A run that Ctrl-C ends in order: with its reconciliation and its report."""
    from catbot.running import run, stop_on_interrupt  # noqa: PLC0415
    from catbot.troop import collect_seldom  # noqa: PLC0415

    collect_seldom()
    with stop_on_interrupt() as stop:
        return await run(options, Console(), stop)


def _place(text: str | None) -> tuple[float, float] | None:
    if text is None:
        return None
    try:
        lat, lon = (float(part) for part in text.split(","))
    except ValueError as error:
        raise click.BadParameter("give LAT,LON in degrees, as in 1.30,103.84") from error
    return lat, lon


@main.command()
@_options(_data_dir, _redis, _database, _coupons)
@_option(
    "--coupons-database",
    metavar="URL",
    help="With --history: the books of the coupon service, where they are not these.",
)
@_option(
    "--history",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Hold what bots were told against the books, too; may be repeated.",
)
def audit(history: tuple[Path, ...], **options: Any) -> None:
    """Check every invariant of money, one line each; exit 1 where one is broken."""
    from gameserver.auditing import audit_stores  # noqa: PLC0415
    from gameserver.histories.checks import audit_histories  # noqa: PLC0415
    from gameserver.histories.lines import HistoryError  # noqa: PLC0415

    coupons_database = options.pop("coupons_database")
    config = Config(**options)
    checks = _run(audit_stores(config))
    if history:
        of_coupons = coupons_database or config.database_url
        try:
            checks += _run(audit_histories(history, config.database_url, of_coupons))
        except HistoryError as error:
            raise click.ClickException(str(error)) from error
    for check in checks:
        click.echo(f"{'ok    ' if check.ok else 'BROKEN'} {check.name}: {check.detail}")
    sys.exit(0 if all(check.ok for check in checks) else 1)


@main.group()
def merchant() -> None:
    """Merchants, in the data directory or database given, also while the server runs."""


@merchant.command("add")
@click.argument("name")
@_options(_data_dir, _database)
def merchant_add(name: str, data_dir: Path, database: str | None) -> None:
    """Add a merchant; prints its id and its key, which is shown this once."""
    from gameserver.errands import add_merchant  # noqa: PLC0415

    added, key = _run(add_merchant(Config(data_dir=data_dir, database=database), name))
    click.echo(f"merchant {added}\nkey {key}")


@main.group()
def admin() -> None:
    """The operator's own key."""


@admin.command("key")
@_options(_data_dir, _database)
def admin_key(data_dir: Path, database: str | None) -> None:
    """Make an admin key; it is shown this once."""
    from gameserver.errands import add_admin_key  # noqa: PLC0415

    name, key = _run(add_admin_key(Config(data_dir=data_dir, database=database)))
    click.echo(f"admin {name}\nkey {key}")


@main.group()
def player() -> None:
    """Players."""


@player.command("token")
@click.argument("id")
@_options(_data_dir, _database)
def player_token(id: str, data_dir: Path, database: str | None) -> None:
    """Make a token for the player ID (letters, digits, _ and -)."""
    from gameserver.errands import make_player_token  # noqa: PLC0415

    try:
        token = _run(make_player_token(Config(data_dir=data_dir, database=database), id))
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"player {id}\ntoken {token}")


@main.command()
@_options(_data_dir, _database)
def migrate(data_dir: Path, database: str | None) -> None:
    """Bring the database to this version; `serve` does it by itself on the embedded default."""
    from gameserver.errands import migrate_database  # noqa: PLC0415

    _run(migrate_database(Config(data_dir=data_dir, database=database)))
    click.echo("the database is at this version")


def _run(work: Any) -> Any:
    """Run a coroutine on uvloop; a broken set-up is one clear line, no traceback."""
    from gameserver.errands import SETUP_ERRORS  # noqa: PLC0415

    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(work)
    except SETUP_ERRORS as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
