"""`flask catalogue …`: is the catalogue fit for residents, and is docs/rules.md up to date?"""

import click

from civic.activities import rulebook, service
from civic.activities.files import CatalogueError
from civic.commands import Failure, PlainGroup

group = PlainGroup("catalogue", help="The catalogue of activities and its point rules.")


@group.command("check")
def check() -> None:
    """Every activity has both languages, source, rule and icon; prints the count."""
    problems = service.check()
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        raise click.exceptions.Exit(Failure.exit_code)
    catalogue = service.catalogue()
    click.echo(f"activities: {len(catalogue.activities)} ({len(catalogue.open())} open)")


@group.command("page")
def page() -> None:
    """Write the tables of docs/rules.md anew from the newest published rules."""
    try:
        is_new = rulebook.write_page(service.written())
    except (CatalogueError, ValueError, OSError) as error:
        raise Failure(str(error)) from error
    click.echo(f"{rulebook.PAGE.name}: {'written' if is_new else 'up to date'}")
