"""Reading: this week's minutes, my shelf, my notes."""

from flask import Blueprint, render_template

from civic import clock
from civic.access import me, signed_in
from civic.activities import service as activities
from civic.reading import service
from civic.rules.periods import period_of
from civic.web import zone

bp = Blueprint("reading", __name__)


@bp.get("/reading")
@signed_in
def index() -> str:
    """What I read, and how to log more."""
    week = period_of("week", clock.today(zone()))
    return render_template(
        "reading/index.html",
        minutes=service.week_minutes(me().id, week),
        shelf=service.shelf(me().id),
        notes=service.notes(me().id),
        readings=[found for found in activities.open_activities() if found.kind == "reading"],
        activity_of=activities.get,
    )
