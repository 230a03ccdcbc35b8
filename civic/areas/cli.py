"""The commands of the areas: `flask areas import DIR` and `flask areas population FILE`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import current_app

from civic import clock
from civic.areas import service
from civic.commands import PlainGroup
from civic.db import transaction

group = PlainGroup("areas", help="The official tree of areas.")

PLURALS = {"city": "cities", "district": "districts", "subdistrict": "subdistricts", "community": "communities"}


@group.command("import")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
def import_tables(directory: Path) -> None:
    """Take over cities.csv, areas.csv, streets.csv and villages.csv, all or nothing."""
    with _refusals_on_stderr(), transaction():
        counts = service.import_tables(directory, on=clock.today(current_app.config["CIVIC"].timezone))
    for name, count in counts.items():
        click.echo(f"{PLURALS.get(name, name)}: {count}")


@group.command("population")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
def import_population(file: Path) -> None:
    """Take over a table code,population; it is in force from today on."""
    with _refusals_on_stderr(), transaction():
        added = service.import_population(file, on=clock.today(current_app.config["CIVIC"].timezone))
    click.echo(f"populations: {added}")


@group.command("geojson")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
def import_geojson(file: Path) -> None:
    """Take over outlines of areas for the maps; each feature has a code, nothing is taken where one is wrong."""
    with _refusals_on_stderr(), transaction():
        taken = service.import_geojson(file)
    click.echo(f"outlines: {taken}")


@contextmanager
def _refusals_on_stderr() -> Iterator[None]:
    try:
        yield
    except service.ImportRefused as refused:
        for line in refused.lines:
            click.echo(line, err=True)
        if refused.count > len(refused.lines):
            click.echo(f"… and {refused.count - len(refused.lines)} more", err=True)
        raise click.exceptions.Exit(1) from None
