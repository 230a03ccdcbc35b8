"""Who I am, and what I have earned."""

from typing import Any

from flask_wtf.csrf import generate_csrf

from civic import clock
from civic.access import me, my_grants, signed_in
from civic.api.blueprint import ApiBlueprint
from civic.api.lines import lines
from civic.api.schemas import MeOut, SessionOut, StatementOut, StatementQuery
from civic.ledger import service as ledger
from civic.rules.periods import Period, parse, period_of
from civic.rules.refused import Refused
from civic.teams import service as teams
from civic.web import my_community_code, zone

bp = ApiBlueprint("me", "The caller, and the caller's statement.")


@bp.get("/me")
@signed_in
@bp.answers(200, MeOut)
def who_am_i() -> dict[str, Any]:
    """Who the token or the session belongs to."""
    person = me()
    return {
        "id": str(person.id),
        "login": person.login,
        "name": person.name,
        "community": my_community_code(),
        "roles": list(dict.fromkeys(grant.role for grant in my_grants())),
        "grants": [{"role": grant.role, "area": grant.area_code} for grant in my_grants()],
        "teams": [
            {"id": str(team.id), "name": team.name, "kind": team.kind} for team in teams.standing_teams(person.id)
        ],
    }


@bp.get("/session")
@signed_in
@bp.answers(200, SessionOut)
def session() -> dict[str, Any]:
    """Whose session this is, a fresh CSRF token for it, and the server's time.

    What waits on a phone is sent with these, however old the page is that sends it.
    """
    return {"id": str(me().id), "csrf_token": generate_csrf(), "now": clock.now()}


@bp.get("/me/statement")
@signed_in
@bp.takes(StatementQuery, location="query")
@bp.answers(200, StatementOut)
def statement(query: dict[str, Any]) -> dict[str, Any]:
    """My postings of a period, with what I had before and after.

    A week lists by the week a posting is marked for, every other period by its month, so `counts_on` may lie outside
    the week asked for.
    """
    found = ledger.statement(me().id, _period(query.get("period")))
    return {
        "period": found.period.key,
        "opening": found.opening,
        "closing": found.closing,
        "lines": lines(found.lines),
    }


def _period(key: str | None) -> Period:
    """The period asked for; this month if none is."""
    if key is None:
        return period_of("month", clock.today(zone()))
    try:
        return parse(key)
    except ValueError:
        raise Refused("period_unknown", "period", key=key) from None
