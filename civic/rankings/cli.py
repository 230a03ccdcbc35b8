"""`flask rankings …`: compile, seal and verify by hand."""

from datetime import UTC, date, datetime
from time import perf_counter

import click
from flask import current_app

from civic import clock
from civic.commands import Failure, PlainGroup, WrongUsage
from civic.config import Config
from civic.db import transaction
from civic.rankings.compiling import compile_period
from civic.rankings.sealing import note_corrections, seal, sealed_periods
from civic.rankings.settings import set_index
from civic.rankings.verifying import differences
from civic.rules.civility_index import OWN_INDEX, PARTS, Settings
from civic.rules.periods import Period, parse
from civic.rules.points import hundredths

group = PlainGroup("rankings", help="Rankings and the civility index of each period.")


@group.command("compile")
@click.argument("period")
def compile_one(period: str) -> None:
    """Make a provisional ranking of any begun period: 2026-W47, 2026-11, 2026-Q4, 2026, 2024--2026."""
    found, started, now = _period(period), perf_counter(), clock.now()
    with transaction():
        made = compile_period(found, now=now, members_as_of=now, zone=_config().timezone)
    seconds = perf_counter() - started
    click.echo(f"{found.key}: {made.boards} rankings, {made.rows} rows, provisional, {seconds:.2f} s")


@group.command("seal")
@click.argument("period")
@click.option("--as-of", metavar="ISO", help="A rehearsal: as if it were this instant (production: not in the future).")
def seal_period(period: str, as_of: str | None) -> None:
    """Seal a period, and before it whatever must be sealed first. Refused before 40 minutes after its closing."""
    found, clock_now, zone = _period(period), clock.now(), _config().timezone
    now = _instant(as_of) if as_of else clock_now
    if now > clock_now and _config().env == "production":
        raise Failure("rehearsing with an instant that is still to come is refused in production")
    with transaction():
        sealed = seal(found, now=now, clock_now=clock_now, zone=zone)
        note_corrections(now)
    for one in sealed:
        click.echo(f"sealed {one.period.key}: {one.rankings} rankings, {one.rows} rows")


@group.command("verify")
@click.argument("period", required=False)
def verify(period: str | None) -> None:
    """Recompute sealed rankings from the ledger: `identical`, or every difference and exit code 1."""
    periods = [_period(period)] if period else list(sealed_periods())
    found = [line for one in periods for line in differences(one, _config().timezone)]
    for line in found:
        click.echo(line)
    if found:
        raise Failure(f"{len(found)} differences")
    click.echo(f"identical: {len(periods)} sealed {'period' if len(periods) == 1 else 'periods'}")


@group.command("targets")
@click.argument("city", metavar="CODE")
@click.argument("kind", type=click.Choice(OWN_INDEX))
@click.option("--from", "from_on", required=True, metavar="YYYY-01-01", help="The first day they are in force.")
@click.option("--weights", required=True, metavar="40,30,15,15", help="Participation, points, steadiness, put right.")
@click.option("--targets", required=True, metavar="15,300,4,95", help="In hundredths of the rate, in that order.")
@click.option("--cap", required=True, type=int, help="What of one person's merit counts at most.")
def set_targets(city: str, kind: str, from_on: str, weights: str, targets: str, cap: int) -> None:
    """Set weights, targets and cap of a city's civility index from a 1 January to come."""
    try:
        day = date.fromisoformat(from_on)
        settings = Settings(_four(weights, "weight"), _four(targets, "target"), cap)
    except ValueError as error:
        raise WrongUsage(str(error)) from None
    with transaction():
        set_index(city, kind, settings, from_on=day, now=clock.now(), zone=_config().timezone)
    click.echo(f"set for each {kind} of {city} from {day}")


def _four(text: str, what: str) -> tuple[int, int, int, int]:
    """Four numbers: weights are whole, targets have at most two decimals and are kept in ten-thousandths."""
    found = [int(each) if what == "weight" else hundredths(each) for each in text.split(",")]
    if len(found) != len(PARTS):
        raise ValueError(f"four {what}s are needed, not {len(found)}")
    return found[0], found[1], found[2], found[3]


def _config() -> Config:
    config: Config = current_app.config["CIVIC"]
    return config


def _period(key: str) -> Period:
    try:
        return parse(key)
    except ValueError:
        raise WrongUsage(f"there is no period {key!r}: write 2026-W47, 2026-11, 2026-Q4, 2026 or 2024--2026") from None


def _instant(text: str) -> datetime:
    """An ISO instant; without an offset it is the city's time."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise WrongUsage(f"not an ISO instant: {text!r}") from None
    return (found if found.tzinfo else found.replace(tzinfo=_config().timezone)).astimezone(UTC)
