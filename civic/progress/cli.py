"""`flask badges …`: are the badges fit for residents?"""

import click

from civic.commands import Failure, PlainGroup
from civic.progress import badges

group = PlainGroup("badges", help="The badges, which are data beside the catalogue.")


@group.command("check")
def check() -> None:
    """Every badge has both languages, an icon and a rule that its sentence tells; prints the count."""
    problems = badges.check()
    for problem in problems:
        click.echo(problem, err=True)
    if problems:
        raise click.exceptions.Exit(Failure.exit_code)
    click.echo(f"badges: {len(badges.all_badges())}")
