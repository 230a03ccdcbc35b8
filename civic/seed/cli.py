"""The commands of the demo city."""

import os
import unicodedata
from datetime import datetime

import click
from flask import current_app

from civic import clock, schedule
from civic.commands import Failure, PlainGroup
from civic.config import Config
from civic.seed import city, inbox, office
from civic.seed.people import ACCOUNTS, FEWEST, PASSWORD

RESIDENTS, WEEKS, SEED = 300, 8, 1
MOST_RESIDENTS, MOST_WEEKS = 5000, 26

group = PlainGroup("demo", help="The demo city: invented places and people, made through the services.")


@group.command("seed")
@click.option("--residents", type=click.IntRange(FEWEST, MOST_RESIDENTS), default=RESIDENTS, show_default=True)
@click.option("--weeks", type=click.IntRange(1, MOST_WEEKS), default=WEEKS, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=SEED, show_default=True, help="Another one, another city.")
def seed(residents: int, weeks: int, seed: int) -> None:
    """Make the demo city and let some weeks pass in it, up to now."""
    if city.stands():
        raise Failure("demo seed: the demo city is here already; it is made once")
    _build(residents, weeks, seed)
    click.echo(f"demo city: {residents} residents, {weeks} weeks")


@group.command("ensure")
def ensure() -> None:
    """Make the demo city if there is no city at all, then say where to look and who can sign in."""
    if city.is_empty():
        click.echo("正在建演示城市，约半分钟 · Building the demo city, about half a minute")
        _build(RESIDENTS, WEEKS, SEED)
    click.echo(f"\n文明同行 · Civic Together  http://127.0.0.1:{os.environ.get('PORT') or '8000'}\n")
    if city.stands():
        _show_accounts()


def _build(residents: int, weeks: int, seed: int) -> None:
    config: Config = current_app.config["CIVIC"]
    if config.env == "production":
        raise Failure("the demo city has passwords that everybody knows; production refuses it")
    now = clock.now()
    city.build(residents=residents, weeks=weeks, seed=seed, now=now, zone=config.timezone)
    _let_jobs_catch_up(now)
    office.show(now, config.timezone)
    inbox.read(now)


def _let_jobs_catch_up(now: datetime) -> None:
    """Pay the bonuses and compile and seal the rankings of the weeks gone by, as a scheduler would have."""
    for outcome in schedule.run_until(now):
        if outcome.cause is not None:
            raise outcome.cause


def _show_accounts() -> None:
    click.echo(f"演示账号，密码都是 {PASSWORD} · demo accounts, one password for all\n")
    login_width = max(len(account.login) for account in ACCOUNTS)
    for account in ACCOUNTS:
        zh = account.zh + " " * (32 - _columns(account.zh))
        click.echo(f"  {account.login:<{login_width}}  {PASSWORD}  {zh}{account.en}")
    click.echo("\nCtrl-C 停下 · stops it\n")


def _columns(text: str) -> int:
    """How wide a text stands in a terminal, where Chinese takes two columns a character."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
