"""The commands that add people and say what they may do."""

from datetime import UTC, datetime

import click
from flask import current_app

from civic import clock
from civic.accounts import families, grants, service, sessions
from civic.accounts.models import APPEARANCES, ROLES
from civic.commands import PlainGroup, WrongUsage, read_stdin_line
from civic.config import Config
from civic.db import transaction
from civic.rules.people import is_child

DEFAULT_TOKEN_DAYS = 90

group = PlainGroup("people", help="People, their roles, families and tokens.")
password_stdin = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")


def _config() -> Config:
    return current_app.config["CIVIC"]


@group.command("password")
@click.argument("login")
@password_stdin
def password(login: str, password_stdin: bool) -> None:
    """Set a person's password; whoever is signed in as them is signed out."""
    secret = _password(password_stdin)
    with transaction():
        person = service.get_by_login(login)
        service.set_password(person, secret, clock.now(), _config().timezone)
    click.echo(f"{login}: password set, signed out everywhere")


@group.command("add")
@click.argument("login")
@click.option("--name", required=True, help="Nickname.")
@click.option("--community", required=True, metavar="CODE", help="Code of the community (12 digits).")
@click.option("--born", type=click.DateTime(["%Y-%m-%d"]), help="Date of birth.")
@click.option("--guardian", metavar="LOGIN", help="Who logs for a child under 14; required for one.")
@click.option("--appear", type=click.Choice(APPEARANCES), default="masked", show_default=True)
@password_stdin
def add(
    login: str,
    name: str,
    community: str,
    born: datetime | None,
    guardian: str | None,
    appear: str,
    password_stdin: bool,
) -> None:
    """Add a confirmed member; adding one records the consent, for a child that of the guardian."""
    now, zone = clock.now(), _config().timezone
    born_on = born.replace(tzinfo=UTC).date() if born else None
    is_a_child = is_child(born_on, clock.today(zone))
    secret = _password(password_stdin) if password_stdin or not is_a_child else None
    with transaction():
        person = service.add_person(
            login=login,
            name=name,
            community_code=community,
            now=now,
            zone=zone,
            password=secret,
            born_on=born_on,
            guardian=service.get_by_login(guardian) if guardian else None,
            appear=appear,
        )
        kept = person.login
    click.echo(f"{kept}: added to {community}" + (", a child without sign-in" if is_a_child else ""))


@group.command("grant")
@click.argument("login")
@click.argument("role", type=click.Choice(ROLES), metavar="ROLE")
@click.argument("code")
@click.option("--revoke", is_flag=True, help="Take the role back.")
def grant(login: str, role: str, code: str, revoke: bool) -> None:
    """Give a person a role over an area and everything below it."""
    with transaction():
        person = service.get_by_login(login)
        change = grants.revoke if revoke else grants.grant
        change(person, role, code, clock.now())
    click.echo(f"{login}: {role} {code} {'revoked' if revoke else 'granted'}")


@group.command("token")
@click.argument("login")
@click.option("--days", type=int, default=DEFAULT_TOKEN_DAYS, show_default=True, help="Days until it expires.")
def token(login: str, days: int) -> None:
    """Make a bearer token for the API; prints nothing else."""
    with transaction():
        secret = sessions.issue_token(service.get_by_login(login), days, clock.now())
    click.echo(secret)


@group.command("family")
@click.argument("logins", nargs=-1, required=True, metavar="LOGIN LOGIN...")
def family(logins: tuple[str, ...]) -> None:
    """Declare that all the people named are one family: none of them may decide on another's entries."""
    if len(logins) < 2:
        raise WrongUsage("people family: at least two logins are needed")
    now = clock.now()
    with transaction():
        people = [service.get_by_login(login) for login in logins]
        pairs = [(a, b) for i, a in enumerate(people) for b in people[i + 1 :]]
        for a, b in pairs:
            families.declare_family(a, b, now)
    click.echo(f"{', '.join(logins)}: declared as family")


def _password(from_stdin: bool) -> str:
    if not from_stdin:
        raise WrongUsage("the password is read from standard input only: add --password-stdin")
    return read_stdin_line()
