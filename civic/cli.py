"""The commands, one group a room; what belongs to no single room stands here."""

import click
from flask import Flask

from civic import invariants
from civic.accounts.cli import group as people
from civic.activities.cli import group as catalogue
from civic.areas.cli import group as areas
from civic.backup.cli import group as backup
from civic.bench.cli import group as bench
from civic.commands import Failure, PlainGroup
from civic.db import transaction
from civic.ledger import checks as postings
from civic.ledger import counters
from civic.maintenance import group as maintenance
from civic.progress.cli import group as badges
from civic.rankings.cli import group as rankings
from civic.schedule_cli import group as jobs
from civic.schedule_cli import scheduler
from civic.seed.cli import group as demo


def init(app: Flask) -> None:
    """Hang every command on the application."""
    for command in (
        areas,
        people,
        catalogue,
        badges,
        ledger,
        rankings,
        demo,
        bench,
        jobs,
        scheduler,
        backup,
        maintenance,
    ):
        app.cli.add_command(command)


ledger = PlainGroup("ledger", help="The points ledger and all that rests on it.")


@ledger.command("check")
def check_ledger() -> None:
    """Look for whatever must never be: every invariant that a query can check, over all rooms."""
    broken = invariants.broken()
    for line in broken:
        click.echo(line)
    if broken:
        raise Failure(f"{len(broken)} rows break an invariant")
    click.echo(f"clean: {postings.count_postings()} postings")


@ledger.command("recount")
def recount() -> None:
    """Make the counters of boards and statements anew from the ledger; nobody can post meanwhile."""
    with transaction():
        rows = counters.recount()
    click.echo(f"counted anew: {rows} rows")
