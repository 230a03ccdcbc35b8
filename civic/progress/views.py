"""My progress: level, street of weeks, stars, badges held and to come."""

from flask import Blueprint, render_template, request

from civic import clock
from civic.access import me, signed_in
from civic.accounts import service as accounts
from civic.accounts.models import Person
from civic.db import transaction
from civic.progress import service, street
from civic.rules.progress import LEVELS
from civic.rules.refused import NotFound
from civic.streaks import service as streaks
from civic.web import star_scale, zone

bp = Blueprint("progress", __name__)


@bp.get("/me/progress")
@signed_in
def index() -> str:
    """What my acts have grown to, or those of a child I guard; what is new is celebrated once."""
    now, today = clock.now(), clock.today(zone())
    children = accounts.children_of(me().id, today)
    whose = _whose(children)
    resident_id = whose.id
    found = service.progress_of(resident_id, star_scale())
    fresh: frozenset[str] = frozenset()
    if found.unnoticed:
        with transaction():
            fresh = service.notice(found)
    saved = street.saved_days(resident_id, today)
    streak = streaks.streak_of(resident_id, now, zone())
    return render_template(
        "progress/index.html",
        progress=found,
        fresh=fresh,
        walk=street.walk(streak, saved.was_round, saved.monday, now, zone()),
        days=saved.days,
        whose=whose,
        children=children,
        levels=len(LEVELS),
        scale=star_scale(),
    )


def _whose(children: list[Person]) -> Person:
    """Me, or the child asked for. Raises NotFound for anybody else."""
    wanted = request.args.get("of", "")
    if wanted in ("", str(me().id)):
        return me()
    child = next((child for child in children if str(child.id) == wanted), None)
    if child is None:
        raise NotFound("page")
    return child
