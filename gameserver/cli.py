"""The `catcat` command. Every option has a variable: `--redis` is `CATCAT_REDIS`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from gameserver.cli_options import (
    COUPONS,
    DATA_DIR,
    DATABASE,
    LOG_LEVEL,
    REDIS,
    SERVING,
    config_of,
    option,
    run_to_end,
    together,
)
from gameserver.cli_stores import stores
from gameserver.config import Config, MissingKey
from gameserver.ops.logs import set_up_logging

if TYPE_CHECKING:
    from catbot.options import Options
    from catbot.report import Report

FAIL_IF_EXIT = 99


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="catch-the-cat")
def main() -> None:
    """Catch the Cat: a street game whose prizes are real coupons.

    Try `catcat demo`: it serves the game with a real city's stores and lets bots play it.
    """


@main.command()
@SERVING
@option("--workers", type=click.IntRange(1, 64), default=1, help="Server processes.")
def serve(**options: Any) -> None:
    """Serve everything on one port: WebSocket /play, the HTTP API and its pages.

    Prints `listening on http://HOST:PORT` when ready. SIGTERM drains and exits 0 within 10 s.
    """
    from gameserver.workers import serve_alone, serve_with_workers  # noqa: PLC0415

    config = config_of(options)
    set_up_logging(config.log_level)
    if config.workers == 1:
        run_to_end(serve_alone(config))
    else:
        run_to_end(serve_with_workers(config))


@main.command(hidden=True)
@click.option("--listen-fd", type=int, required=True)
@SERVING
def worker(listen_fd: int, **options: Any) -> None:
    """One of the processes of `serve --workers N`; started by it, on its socket."""
    from gameserver.workers import serve_on  # noqa: PLC0415

    config = config_of(options)
    set_up_logging(config.log_level)
    run_to_end(serve_on(config, listen_fd))


@main.group(invoke_without_command=True)
@together(
    option("--host", default="127.0.0.1", help="The address to listen on."),
    option("--port", type=click.IntRange(0, 65535), default=8001, help="0 takes a free port."),
    DATA_DIR,
    DATABASE,
    LOG_LEVEL,
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
    run_to_end(serve_coupons(config))


@coupons.command("key")
@together(DATA_DIR, DATABASE)
def coupons_key(data_dir: Path, database: str | None) -> None:
    """Make a service key, with which a game server asks; it is shown this once."""
    from gameserver.errands import add_service_key  # noqa: PLC0415

    name, key = run_to_end(add_service_key(Config(data_dir=data_dir, database=database)))
    click.echo(f"service {name}\nkey {key}")


@coupons.command("check")
@click.argument("url")
@option(
    "--key",
    envvar="CATCAT_COUPONS_KEY",
    help="A service key; without it the one that the service left in the data directory.",
)
@DATA_DIR
@option("--campaign", metavar="ID", help="Use this campaign instead of making some.")
@option("--slow", is_flag=True, help="Check also what takes a minute.")
@option("--json", metavar="FILE.json", help="Write the findings as JSON.")
def coupons_check(url: str, key: str | None, data_dir: Path, **options: Any) -> None:
    """Hold the coupon service at URL to its contract, a line each; exit 1 where it is broken."""
    from gameserver.coupons_check.checks import Plan, run_checks  # noqa: PLC0415
    from gameserver.coupons_check.service import Unusable  # noqa: PLC0415

    try:
        secret = Config(data_dir=data_dir, coupons_key=key).service_key()
        plan = Plan(url, secret, options["campaign"], is_slow=options["slow"])
        is_kept = run_to_end(run_checks(plan, click.echo, options["json"]))
    except (MissingKey, Unusable) as error:
        raise click.ClickException(str(error)) from error
    sys.exit(0 if is_kept else 1)


@main.command()
@SERVING
@option("--bots", type=click.IntRange(0, 5000), default=300, help="How many bots walk.")
def demo(bots: int, **options: Any) -> None:
    """Serve with a real city's stores and campaigns, and a few hundred bots walking there."""
    from gameserver.demo import run_demo  # noqa: PLC0415

    if options["practice"] is None:
        options["practice"] = True
    config = config_of(options)
    set_up_logging(config.log_level)
    run_to_end(run_demo(config, bots))


@main.command()
@click.argument("url")
@option("--players", type=click.IntRange(1), default=100, help="How many bots play.")
@option("--ramp", type=click.FloatRange(0), default=10.0, help="Seconds over which they arrive.")
@option("--duration", type=click.FloatRange(1), default=60.0, help="Seconds in all.")
@option(
    "--phases",
    metavar="PHASES",
    help="Instead of the three: 'ramp 10s to 500, hold 60s, spike 5s to 3000, hold 20s'.",
)
@option(
    "--processes",
    type=click.IntRange(1, 256),
    default=1,
    help="Spread the bots over so many processes.",
)
@option("--seed", type=int, default=1, help="The same seed walks the same ways.")
@option("--speed", type=click.FloatRange(0.1, 50), default=1.4, help="Metres per second.")
@option("--cheaters", type=click.FloatRange(0, 1), default=0.0, help="The share that cheats.")
@option(
    "--cheats",
    metavar="NAME,...",
    default="",
    help="In which ways, as in 'teleport,joystick'; without it in all.",
)
@option(
    "--centre",
    metavar="LAT,LON",
    help="Where to play, WGS-84 degrees; without it around the server's stores.",
)
@option("--report", metavar="FILE.html", help="Write the report as a page.")
@option("--json", metavar="FILE.json", help="Write the report as JSON.")
@option("--history", metavar="FILE.jsonl", help="Write what bots were told, for `catcat audit`.")
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
        report = run_to_end(_play(chosen))
    except (AddressError, OptionsError, ConditionError, HistoryError, RunError) as error:
        raise click.ClickException(str(error)) from error
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
@together(DATA_DIR, REDIS, DATABASE, COUPONS)
@option(
    "--coupons-database",
    metavar="URL",
    help="With --history: the books of the coupon service, where they are not these.",
)
@option(
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
    checks = run_to_end(audit_stores(config))
    if history:
        of_coupons = coupons_database or config.database_url
        try:
            checks += run_to_end(audit_histories(history, config.database_url, of_coupons))
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
@together(DATA_DIR, DATABASE)
def merchant_add(name: str, data_dir: Path, database: str | None) -> None:
    """Add a merchant; prints its id and its key, which is shown this once."""
    from gameserver.errands import add_merchant  # noqa: PLC0415

    added, key = run_to_end(add_merchant(Config(data_dir=data_dir, database=database), name))
    click.echo(f"merchant {added}\nkey {key}")


@main.group()
def admin() -> None:
    """The operator's own key."""


@admin.command("key")
@together(DATA_DIR, DATABASE)
def admin_key(data_dir: Path, database: str | None) -> None:
    """Make an admin key; it is shown this once."""
    from gameserver.errands import add_admin_key  # noqa: PLC0415

    name, key = run_to_end(add_admin_key(Config(data_dir=data_dir, database=database)))
    click.echo(f"admin {name}\nkey {key}")


@main.group()
def player() -> None:
    """Players."""


@player.command("token")
@click.argument("id")
@together(DATA_DIR, DATABASE)
def player_token(id: str, data_dir: Path, database: str | None) -> None:
    """Make a token for the player ID (letters, digits, _ and -)."""
    from gameserver.errands import make_player_token  # noqa: PLC0415

    try:
        token = run_to_end(make_player_token(Config(data_dir=data_dir, database=database), id))
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"player {id}\ntoken {token}")


@main.command()
@together(DATA_DIR, DATABASE)
def migrate(data_dir: Path, database: str | None) -> None:
    """Bring the database to this version; `serve` does it by itself on the embedded default."""
    from gameserver.errands import migrate_database  # noqa: PLC0415

    run_to_end(migrate_database(Config(data_dir=data_dir, database=database)))
    click.echo("the database is at this version")


main.add_command(stores)
