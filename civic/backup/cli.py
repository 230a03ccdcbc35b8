"""The commands that back a city up and bring it back."""

from pathlib import Path

import click

from civic import clock, invariants
from civic.backup import service
from civic.commands import Failure, PlainGroup

group = PlainGroup("backup", help="The whole city in a folder: database, photos, manifest.")
FOLDER = click.Path(path_type=Path, file_okay=False)


@group.command("make")
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--rotate", is_flag=True, help="Afterwards remove what is no longer needed.")
def make(folder: Path, rotate: bool) -> None:
    """Back up into a new folder of DIR, while everything runs; prints the new folder."""
    now = clock.now()
    made = service.make(folder, now=now)
    click.echo(str(made))
    if rotate:
        click.echo(f"removed: {service.rotate(folder, now=now)}")


@group.command("list")
@click.argument("folder", metavar="DIR", type=FOLDER)
def list_backups(folder: Path) -> None:
    """The whole backups in DIR, oldest first."""
    for found, backup in service.finished(folder):
        click.echo(f"{found}\t{backup.engine}\tschema {backup.revision}\t{backup.photos} photos")


@group.command("restore")
@click.argument("folder", metavar="DIR", type=FOLDER)
def restore(folder: Path) -> None:
    """Bring the backup DIR into an empty database and photo folder, and check every invariant on what came."""
    found = service.restore(folder)
    broken = [*invariants.broken(), *service.missing_photos()]
    for line in broken:
        click.echo(line)
    if broken:
        raise Failure(f"restored, but {len(broken)} rows break an invariant")
    click.echo(f"restored: made {found.made_at}, schema {found.revision}, {found.photos} photos; every invariant holds")
