"""`catcat stores`: files of stores, read into the books and written out of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from gameserver.cli_options import DATA_DIR, DATABASE, option, run_to_end, together
from gameserver.config import Config
from gameserver.game.datum import Datum

DATUMS = [datum.value for datum in Datum]


@click.group()
def stores() -> None:
    """Merchants' stores, in the data directory or database given, also while the server runs."""


@stores.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@together(
    option("--merchant", metavar="ID", required=True, help="Whose stores they are."),
    option("--dry-run", is_flag=True, help="Change nothing; say what would be."),
    option("--partial", is_flag=True, help="Take the good lines although others are rejected."),
    option("--datum", type=click.Choice(DATUMS), help="Of lines that do not say theirs."),
    option("--catch-m", type=click.FloatRange(5, 200), default=40.0, help="Their usual reach."),
    DATA_DIR,
    DATABASE,
)
def stores_import(file: Path, **options: Any) -> None:
    """Make and change stores by FILE, CSV or GeoJSON.

    Where a line is rejected nothing is changed, and the exit status is 1.
    """
    from gameserver.http.store_lines import Usual  # noqa: PLC0415
    from gameserver.store_errands import Import, NotImported, import_stores  # noqa: PLC0415

    datum = Datum(options["datum"]) if options["datum"] else None
    wanted = Import(
        merchant=options["merchant"],
        file=file,
        usual=Usual(options["catch_m"], datum),
        dry_run=options["dry_run"],
        partial=options["partial"],
    )
    config = Config(data_dir=options["data_dir"], database=options["database"])
    with _progress() as step:
        try:
            report = run_to_end(import_stores(config, wanted, step))
        except NotImported as error:
            raise click.ClickException(str(error)) from error
    for rejected in report.rejected:
        click.echo(f"line {rejected.line}: {rejected.field}: {rejected.message}", err=True)
    if report.rejected_total > len(report.rejected):
        click.echo(f"... {report.rejected_total} lines in all", err=True)
    for warning in report.warnings:
        click.echo(f"warning: {warning.message}", err=True)
    if report.ignored:
        click.echo(f"ignored: {', '.join(report.ignored)}", err=True)
    would = "would be " if report.dry_run else ""
    click.echo(
        f"{report.lines} lines: {report.added} {would}added, {report.changed} {would}changed, "
        f"{report.unchanged} unchanged, {report.rejected_total} rejected"
    )
    if report.dry_run and not options["dry_run"]:
        raise click.ClickException("nothing was changed; --partial takes the good lines")


@contextmanager
def _progress() -> Iterator[Any]:
    """Bars for the steps of an import, on a terminal."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        tasks: dict[str, Any] = {}

        def step(name: str, done: int, total: int | None) -> None:
            if name not in tasks:
                tasks[name] = progress.add_task(name, total=total)
            progress.update(tasks[name], completed=done, total=total)

        yield step


@stores.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@together(
    option("--merchant", metavar="ID", required=True, help="Whose stores they are."),
    DATA_DIR,
    DATABASE,
)
def stores_export(file: Path, merchant: str, data_dir: Path, database: str | None) -> None:
    """Write all stores of a merchant to FILE, CSV or, where its name ends so, GeoJSON."""
    from gameserver.store_errands import NotImported, export_stores  # noqa: PLC0415

    config = Config(data_dir=data_dir, database=database)
    try:
        count = run_to_end(export_stores(config, merchant, file))
    except NotImported as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{count} stores")
