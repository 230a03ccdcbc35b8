"""Every room of the house that has pages, from the ground up. Importing them brings their tables along."""

from flask import Flask

from civic.accounts.views import bp as accounts
from civic.activities.views import bp as activities
from civic.api import setup as api
from civic.children.views import bp as children
from civic.communities.views import bp as communities
from civic.home.views import bp as home
from civic.intake.views import bp as intake
from civic.ledger.views import bp as ledger
from civic.moderation.views import bp as moderation
from civic.pledges.views import bp as pledges
from civic.rankings.archive import bp as archive
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
    reading,
    intake,
    rankings,
    archive,
    communities,
    home,
    style_guide,
    teams,
    children,
)


def init(app: Flask) -> None:
    """Open every room."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    api.init(app)
