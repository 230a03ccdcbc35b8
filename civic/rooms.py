"""Every room of the house that has pages, from the ground up. Importing them brings their tables along."""

from flask import Flask

from civic.accounts.views import bp as accounts
from civic.activities.views import bp as activities
from civic.admin.views import bp as admin
from civic.announcements.views import bp as announcements
from civic.api import setup as api
from civic.bulletins.views import bp as bulletins
from civic.children.views import bp as children
from civic.communities.handover import bp as handover
from civic.communities.manage import bp as manage
from civic.communities.views import bp as communities
from civic.dashboards.views import bp as dashboards
from civic.dashboards.wall_views import bp as wall
from civic.focus.views import bp as focus
from civic.home.views import bp as home
from civic.inbox.views import bp as inbox
from civic.intake.views import bp as intake
from civic.ledger.views import bp as ledger
from civic.moderation.views import bp as moderation
from civic.mydata.views import bp as mydata
from civic.on_behalf.views import bp as on_behalf
from civic.outbox.views import bp as outbox
from civic.photos.views import bp as photos
from civic.pledges.certificate_views import bp as certificates
from civic.pledges.views import bp as pledges
from civic.progress.views import bp as progress
from civic.rankings.archive import bp as archive
from civic.rankings.objection_views import bp as objections
from civic.rankings.views import bp as rankings
from civic.reading.views import bp as reading
from civic.style_guide.views import bp as style_guide
from civic.teams.views import bp as teams

BLUEPRINTS = (
    accounts,
    activities,
    ledger,
    moderation,
    pledges,
    certificates,
    reading,
    progress,
    intake,
    photos,
    on_behalf,
    rankings,
    archive,
    objections,
    bulletins,
    announcements,
    focus,
    communities,
    manage,
    handover,
    inbox,
    dashboards,
    wall,
    home,
    mydata,
    outbox,
    style_guide,
    admin,
    teams,
    children,
)


def init(app: Flask) -> None:
    """Open every room."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    api.init(app)
