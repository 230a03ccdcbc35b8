"""Teams: founded, joined by a code, left, handed over, closed; and which of them an act of a day may count for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.exc import IntegrityError

from civic import tokens
from civic.accounts import families
from civic.accounts import service as accounts
from civic.accounts.models import Person
from civic.areas import service as areas
from civic.areas.models import Area
from civic.db import db
from civic.ledger import service as ledger
from civic.ledger.models import TeamTotal
from civic.rules import teams as rules
from civic.rules.people import is_child, is_masked
from civic.rules.periods import Period, day_of
from civic.rules.refused import Conflict, Forbidden, NotFound, Refused
from civic.rules.standings import masked
from civic.teams.models import Team, TeamMembership

MAX_ID = 2**63 - 1


@dataclass(frozen=True)
class Listed:
    """A team as its community shows it to everybody; `members` is None below five."""

    team: Team
    members: int | None


@dataclass(frozen=True)
class Member:
    """Somebody in a team, as whoever looks may see them. Without a name they are counted, and nothing more."""

    person_id: int
    name: str | None
    from_on: date
    is_me: bool
    is_captain: bool
    is_child: bool
    may_lead: bool


# Verbs


def found(
    *, kind: str, name: str, by: Person, now: datetime, zone: ZoneInfo, with_family: bool = False
) -> tuple[Team, list[Person]]:
    """Begin a team in one's own community, as its captain; a family's may take the declared family along at once.

    Gives the team and who was taken along. Raises Refused for what is wrong with a field, Forbidden before one's
    membership is confirmed.
    """
    today = day_of(now, zone)
    rules.check_kind(kind)
    children = accounts.children_of(by.id, today)
    clean = rules.clean_team_name(name, [child.name for child in children])
    community = _confirmed_home(by, today)
    along = [*_kin(by), *children] if kind == rules.FAMILY and with_family else []
    _hold(by, *along)
    captained = select(func.count()).where(Team.captain_id == by.id, Team.closed_on.is_(None))
    if (db.session.scalar(captained) or 0) >= rules.MOST_CAPTAINED:
        raise Refused("team_captain_of_many", "kind", max=rules.MOST_CAPTAINED)
    team = Team(
        id=tokens.random_id(),
        kind=kind,
        community_code=community,
        name=clean,
        name_key=rules.name_key(clean),
        captain_id=by.id,
        code=tokens.spoken_code(),
        takes_members=True,
        founded_at=now,
    )
    _check_name_is_free(team)
    db.session.add(team)
    _store_name()
    _enter(team, by, today)
    return team, [person for person in along if _enter_if_there_is_room(team, person, today)]


def join(code: str, *, by: Person, now: datetime, zone: ZoneInfo) -> Team:
    """Join the team whose code somebody told. Whoever belongs to it already stays as they are.

    Raises Refused for a code that is nobody's, of a closed, full or no longer joining team, and of another family.
    """
    wanted = "".join(code.split()).replace("-", "").upper()
    is_code = wanted.isascii() and wanted.isalnum()
    _hold(by)
    team = db.session.scalar(select(Team).where(Team.code == wanted).with_for_update()) if is_code else None
    if team is None:
        raise Refused("team_code_unknown", "code")
    today = day_of(now, zone)
    if team.closed_on is not None:
        raise Refused("team_closed", "code", name=team.name)
    if _standing(team.id, by.id) is not None:
        return team
    if not team.takes_members:
        raise Refused("team_takes_nobody", "code", name=team.name)
    if team.kind == rules.FAMILY and by.id not in accounts.family_of(team.captain_id):
        raise Refused("team_of_other_family", "code")
    _enter(team, by, today, field="code")
    return team


def add_child(team_id: int, child_id: int, *, by: Person, now: datetime, zone: ZoneInfo) -> None:
    """Let a guardian take their child into a family's team that they belong to themselves."""
    today = day_of(now, zone)
    child = next((child for child in accounts.children_of(by.id, today) if child.id == child_id), None)
    if child is None:
        raise Forbidden("not_your_child", "child")
    _hold(child)
    team = _held(team_id)
    if team.kind != rules.FAMILY or _standing(team.id, by.id) is None:
        raise Forbidden("team_not_yours")
    if rules.names_a_child(team.name, [child.name]):
        raise Refused("team_names_child", "child")
    if _standing(team.id, child.id) is None:
        _enter(team, child, today, field="child")


def leave(team_id: int, *, by: Person, now: datetime, zone: ZoneInfo) -> None:
    """Leave a team from the next 00:00 on, with the children one guards.

    A captain hands over first; where nobody else is left, the team closes.
    """
    team, today = _held(team_id), day_of(now, zone)
    if _standing(team.id, by.id) is None:
        raise Conflict("team_not_a_member")
    mine = {by.id, *(child.id for child in accounts.children_of(by.id, today))}
    if team.captain_id != by.id:
        _end(team, mine, today)
    elif set(_standing_ids(team.id)) <= mine:
        _close(team, today)
    else:
        raise Conflict("team_needs_captain")


def remove(team_id: int, person_id: int, *, by: Person, now: datetime, zone: ZoneInfo) -> None:
    """Let somebody no longer belong, from the next 00:00 on: the captain, or a guardian their own child."""
    team, today = _held(team_id), day_of(now, zone)
    is_my_child = person_id in {child.id for child in accounts.children_of(by.id, today)}
    if team.captain_id != by.id and not is_my_child:
        raise Forbidden("team_not_yours")
    if person_id == team.captain_id:
        raise Conflict("team_needs_captain")
    if _standing(team.id, person_id) is None:
        raise Conflict("team_not_a_member")
    _end(team, {person_id}, today)


def hand_over(team_id: int, person_id: int, *, by: Person, now: datetime, zone: ZoneInfo) -> None:
    """Make another member the captain; no child, and nobody who cannot sign in."""
    team = _led(team_id, by)
    heir = db.session.get(Person, person_id)
    if heir is None or _standing(team.id, person_id) is None or not _may_lead(heir, day_of(now, zone)):
        raise Refused("team_captain_unfit", "person")
    team.captain_id = heir.id
    db.session.flush()


def renew_code(team_id: int, *, by: Person) -> str:
    """A new code; the old one opens nothing any more."""
    team = _led(team_id, by)
    team.code = tokens.spoken_code()
    db.session.flush()
    return team.code


def change(team_id: int, *, name: str, takes_members: bool, by: Person, now: datetime, zone: ZoneInfo) -> None:
    """Choose another name, and whether the code still takes members in."""
    team = _led(team_id, by)
    team.name = rules.clean_team_name(name, [child.name for child in _children_in(team.id, day_of(now, zone))])
    team.name_key, team.takes_members = rules.name_key(team.name), takes_members
    _check_name_is_free(team)
    _store_name()


def close(team_id: int, *, by: Person, now: datetime, zone: ZoneInfo) -> None:
    """End a team: from the next 00:00 on nobody belongs to it; what it earned and its places stay."""
    _close(_led(team_id, by), day_of(now, zone))


def let_go(person: Person, today: date) -> None:
    """Take somebody whose account ends out of every team; captaincy passes to whoever has belonged longest."""
    for team in db.session.scalars(_teams_of(person.id).order_by(Team.id).with_for_update()).all():
        heirs = [heir for heir in _in_order(team.id) if heir.id != person.id and _may_lead(heir, today)]
        if team.captain_id == person.id and not heirs:
            _close(team, today)
            continue
        if team.captain_id == person.id:
            team.captain_id = heirs[0].id
        _end(team, {person.id}, today)


def forget_name(child_name: str, person_id: int) -> int:
    """Take a child's name out of the names of all teams that a person ever belonged to; says how many had it.

    Such a team has its code for a name until its captain finds another.
    """
    ever = select(TeamMembership.team_id).where(TeamMembership.person_id == person_id)
    named = [
        team
        for team in db.session.scalars(select(Team).where(Team.id.in_(ever)).order_by(Team.id)).all()
        if rules.names_a_child(team.name, [child_name])
    ]
    for team in named:
        team.name = tokens.spoken_code()
        team.name_key = rules.name_key(team.name)
    db.session.flush()
    return len(named)


# Questions


def get_team(team_id: int) -> Team:
    """A team. Raises NotFound."""
    team = db.session.get(Team, team_id) if 0 < team_id <= MAX_ID else None
    if team is None:
        raise NotFound("team")
    return team


def teams_on(person_id: int, day: date) -> list[Team]:
    """The teams an act of a person on a day may count for, by name."""
    rows = db.session.scalars(
        select(Team)
        .join(TeamMembership, TeamMembership.team_id == Team.id)
        .where(
            TeamMembership.person_id == person_id,
            TeamMembership.from_on <= day,
            or_(TeamMembership.until_on.is_(None), TeamMembership.until_on > day),
        )
        .order_by(Team.name_key, Team.id)
    )
    return list(dict.fromkeys(rows))


def check_may_count(team_id: int, person_id: int, day: date) -> None:
    """Raises Refused where a person did not belong to a team on the day of the act."""
    if team_id not in {team.id for team in teams_on(person_id, day)}:
        raise Refused("team_not_on_that_day", "team", day=day)


def standing_teams(person_id: int) -> list[Team]:
    """The teams a person belongs to and has not left, by name."""
    return list(db.session.scalars(_teams_of(person_id).order_by(Team.name_key, Team.id)))


def is_member(team: Team, person_id: int) -> bool:
    """Whether a person belongs to a team and has not left it."""
    return _standing(team.id, person_id) is not None


def count_members(team_ids: Iterable[int]) -> dict[int, int]:
    """How many people belong to each team."""
    rows = db.session.execute(
        select(TeamMembership.team_id, func.count())
        .where(TeamMembership.team_id.in_(list(team_ids)), TeamMembership.until_on.is_(None))
        .group_by(TeamMembership.team_id)
    )
    return {team_id: int(count) for team_id, count in rows}


def listed_in(community_code: str, limit: int) -> list[Listed]:
    """The teams at home in a community that strangers may ask to join, by kind and name; families are not among them.

    How many belong to one is said of five or more (A23).
    """
    belongs = and_(TeamMembership.team_id == Team.id, TeamMembership.until_on.is_(None))
    order = case({kind: place for place, kind in enumerate(rules.KINDS)}, value=Team.kind)
    rows = db.session.execute(
        select(Team, func.count(TeamMembership.id))
        .outerjoin(TeamMembership, belongs)
        .where(Team.community_code == community_code, Team.kind != rules.FAMILY, Team.closed_on.is_(None))
        .group_by(Team.id)
        .order_by(order, Team.name_key, Team.id)
        .limit(limit)
    )
    return [Listed(team, rules.shown_members(count)) for team, count in rows]


def members(team: Team, *, viewer: Person, today: date) -> list[Member]:
    """Who belongs to a team, the captain first, as this member may see them.

    Adults as they chose to appear on boards, minors masked, and a child by name for nobody but its family.
    """
    rows = db.session.execute(
        select(Person, TeamMembership.from_on)
        .join(TeamMembership, TeamMembership.person_id == Person.id)
        .where(TeamMembership.team_id == team.id, TeamMembership.until_on.is_(None))
        .order_by(TeamMembership.from_on, TeamMembership.id)
    ).all()
    kin = accounts.family_of(viewer.id) if rows else frozenset()
    found_members = [
        Member(
            person_id=person.id,
            name=_name_for(person, viewer, kin, today),
            from_on=from_on,
            is_me=person.id == viewer.id,
            is_captain=person.id == team.captain_id,
            is_child=is_child(person.born_on, today),
            may_lead=_may_lead(person, today),
        )
        for person, from_on in rows
    ]
    return sorted(found_members, key=lambda member: not member.is_captain)


def merit_of(team_ids: Iterable[int], period: Period) -> dict[int, int]:
    """What each team has in a period."""
    rows = db.session.execute(
        select(TeamTotal.team_id, TeamTotal.merit).where(
            TeamTotal.period == period.key, TeamTotal.team_id.in_(list(team_ids))
        )
    )
    return {team_id: int(merit) for team_id, merit in rows}


def homes(teams: Sequence[Team]) -> dict[str, Area]:
    """The home communities of some teams, by code."""
    return {code: path[-1] for code, path in areas.paths([team.community_code for team in teams]).items()}


# Below


def _name_for(person: Person, viewer: Person, kin: frozenset[int], today: date) -> str | None:
    if person.id == viewer.id or person.id in kin:
        return person.name
    if person.appear == "hidden" or is_child(person.born_on, today):
        return None
    is_open = person.appear == "nickname" and not is_masked(person.born_on, today)
    return person.name if is_open else masked(person.name)


def _confirmed_home(person: Person, today: date) -> str:
    membership = accounts.membership_on(person.id, today)
    if membership is None or membership.confirmed_at is None:
        raise Forbidden("team_needs_confirmed")
    return membership.community_code


def _kin(person: Person) -> list[Person]:
    return families.relatives(person.id)


def _children_in(team_id: int, today: date) -> list[Person]:
    return [person for person in _in_order(team_id) if is_child(person.born_on, today)]


def _hold(*people: Person) -> None:
    """Let nobody join two teams at once, so that the number of their teams stays true; always before the team's lock.

    In the order of their ids, so that two of a family who do the same never wait for each other.
    """
    for person_id in sorted({person.id for person in people}):
        ledger.hold(person_id)


def _held(team_id: int) -> Team:
    """A team that stands, locked, so that what is counted next stays true until the end."""
    team = db.session.get(Team, team_id, with_for_update=True) if 0 < team_id <= MAX_ID else None
    if team is None:
        raise NotFound("team")
    if team.closed_on is not None:
        raise Conflict("team_closed", name=team.name)
    return team


def _led(team_id: int, by: Person) -> Team:
    team = _held(team_id)
    if team.captain_id != by.id:
        raise Forbidden("team_not_yours")
    return team


def _enter(team: Team, person: Person, today: date, field: str = "code") -> None:
    """Let somebody belong from today on; whoever left today goes on as if they had not."""
    if len(_standing_ids(team.id)) >= rules.MOST_MEMBERS[team.kind]:
        raise Refused("team_full", field, name=team.name, max=rules.MOST_MEMBERS[team.kind])
    if len(standing_teams(person.id)) >= rules.MOST_TEAMS:
        raise Refused("teams_many", field, max=rules.MOST_TEAMS)
    left_today = db.session.scalar(
        select(TeamMembership).where(
            TeamMembership.team_id == team.id,
            TeamMembership.person_id == person.id,
            TeamMembership.until_on == rules.last_day_after(today),
        )
    )
    if left_today is not None:
        left_today.until_on = None
    else:
        db.session.add(TeamMembership(team_id=team.id, person_id=person.id, from_on=today))
    db.session.flush()


def _enter_if_there_is_room(team: Team, person: Person, today: date) -> bool:
    try:
        _enter(team, person, today)
    except Refused:
        return False
    return True


def _end(team: Team, people: set[int], today: date) -> None:
    standing = select(TeamMembership).where(
        TeamMembership.team_id == team.id, TeamMembership.person_id.in_(people), TeamMembership.until_on.is_(None)
    )
    for membership in db.session.scalars(standing).all():
        membership.until_on = rules.last_day_after(today)
    db.session.flush()


def _close(team: Team, today: date) -> None:
    _end(team, set(_standing_ids(team.id)), today)
    team.closed_on, team.takes_members = rules.last_day_after(today), False
    db.session.flush()


def _standing(team_id: int, person_id: int) -> TeamMembership | None:
    return db.session.scalar(
        select(TeamMembership).where(
            TeamMembership.team_id == team_id, TeamMembership.person_id == person_id, TeamMembership.until_on.is_(None)
        )
    )


def _standing_ids(team_id: int) -> list[int]:
    return list(
        db.session.scalars(
            select(TeamMembership.person_id).where(TeamMembership.team_id == team_id, TeamMembership.until_on.is_(None))
        )
    )


def _in_order(team_id: int) -> list[Person]:
    """A team's people, who joined first before the others."""
    return list(
        db.session.scalars(
            select(Person)
            .join(TeamMembership, TeamMembership.person_id == Person.id)
            .where(TeamMembership.team_id == team_id, TeamMembership.until_on.is_(None))
            .order_by(TeamMembership.from_on, TeamMembership.id)
        )
    )


def _may_lead(person: Person, today: date) -> bool:
    return person.password_hash is not None and not is_child(person.born_on, today)


def _teams_of(person_id: int) -> Select[Team]:
    return (
        select(Team)
        .join(TeamMembership, TeamMembership.team_id == Team.id)
        .where(TeamMembership.person_id == person_id, TeamMembership.until_on.is_(None))
    )


def _check_name_is_free(team: Team) -> None:
    with db.session.no_autoflush:
        taken = db.session.scalar(
            select(Team.id).where(
                Team.community_code == team.community_code,
                Team.name_key == team.name_key,
                Team.closed_on.is_(None),
                Team.id != team.id,
            )
        )
    if taken is not None:
        raise Refused("team_name_taken", "name")


def _store_name() -> None:
    try:
        db.session.flush()
    except IntegrityError as error:
        # Another team of the community took the name between the look and this line.
        if "name" not in str(error.orig):
            raise
        raise Refused("team_name_taken", "name") from error
