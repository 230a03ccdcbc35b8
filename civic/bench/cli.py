"""`flask bench …`: a synthetic city of any size, for measurements."""

from datetime import date
from time import perf_counter

import click
from flask import current_app

from civic import clock
from civic.bench.load import MANAGER, OFFICER, PASSWORD, load, login
from civic.commands import Failure, PlainGroup
from civic.config import Config
from civic.db import transaction
from civic.rankings.compiling import compile_period, is_sealed
from civic.rankings.jobs import unclosed

MOST_RESIDENTS, MOST_POSTINGS, MOST_WEEKS = 2_000_000, 20_000_000, 104

group = PlainGroup("bench", help="For measurements: a synthetic city of any size. Never in production.")


@group.command("load")
@click.option("--residents", type=click.IntRange(1, MOST_RESIDENTS), required=True)
@click.option("--postings", type=click.IntRange(1, MOST_POSTINGS), required=True)
@click.option("--weeks", type=click.IntRange(1, MOST_WEEKS), default=52, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Another one, another city.")
def load_city(residents: int, postings: int, weeks: int, seed: int) -> None:
    """Add a synthetic city, count it, and compile every period that is running or not closed yet."""
    config: Config = current_app.config["CIVIC"]
    if config.env == "production":
        raise Failure("bench load writes invented people into the ledger; production refuses it")
    now, started = clock.now(), perf_counter()
    with transaction():
        city = load(residents=residents, postings=postings, weeks=weeks, seed=seed, now=now, zone=config.timezone)
    click.echo(f"city {city.root}: {residents} residents, {postings} postings, {_since(started)}")
    _compile(config)
    names = ", ".join(login(city, who) for who in (1, MANAGER, OFFICER))
    click.echo(f"logins: {names} …, password: {PASSWORD}; for requests: flask people token LOGIN")


def _compile(config: Config) -> None:
    """Each period in a transaction of its own, as by hand; its time is printed."""
    now = clock.now()
    today: date = clock.today(config.timezone)
    for period in unclosed(today, now, config.timezone):
        if is_sealed(period):
            continue
        started = perf_counter()
        with transaction():
            made = compile_period(period, now=now, members_as_of=now, zone=config.timezone)
        click.echo(f"{period.key}: {made.boards} rankings, {made.rows} rows, {_since(started)}")


def _since(started: float) -> str:
    return f"{perf_counter() - started:.2f} s"
