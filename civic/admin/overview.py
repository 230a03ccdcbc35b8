"""Where the administration begins: what waits for a second person, which jobs failed, and the way to every page."""

from flask import abort, render_template

from civic import clock
from civic.access import me, my_grants, staff
from civic.accounts import proposals
from civic.activities import rule_changes
from civic.admin.blueprint import bp
from civic.admin.jobs import NAMES
from civic.jobs import service as jobs
from civic.rankings import index_changes


@bp.get("")
@staff
def overview() -> str:
    """What waits for somebody, by page; each sees the pages they may open. 403 for whoever may open none."""
    reach, now = proposals.held_areas(me().id), clock.now()
    if not reach:
        abort(403)
    cities = index_changes.cities_of(me())
    runs_jobs = any(grant.role == "administrator" for grant in my_grants())
    return render_template(
        "admin/overview.html",
        grants=len(proposals.waiting(reach, now)),
        rules=len(rule_changes.waiting(now)) if cities else None,
        indices=[(city, len(index_changes.waiting(city.code, now))) for city in cities],
        failures=jobs.standing_failures() if runs_jobs else [],
        job_names=NAMES,
    )
