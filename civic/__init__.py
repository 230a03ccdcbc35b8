"""文明同行 · Civic Together: the application factory. Nothing is started here.

Imports stand inside the factory, so that the rules of the game can be read and tested without loading a web framework.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from civic.config import Config


def create_app(settings: "Config | None" = None) -> "Flask":
    """Build the application from the given settings, or from the environment.

    Raises ConfigError where production would run with a missing or weak setting.
    """
    from flask import Flask
    from flask_migrate import Migrate

    from civic import (
        access,
        assets,
        cli,
        config,
        db,
        filters,
        health,
        logs,
        maintenance,
        media,
        metrics,
        motif,
        rooms,
        web,
    )

    settings = settings or config.from_environment()
    media.folder_of(settings.media_url)  # what cannot be kept is found out now, not with the first photo
    app = Flask(__name__, template_folder="../templates", static_folder=None)
    app.config.from_mapping(settings.flask_settings())
    db.init(app)
    Migrate(app, db.db, directory=str(config.ROOT / "migrations"), render_as_batch=True, compare_type=True)
    logs.init(app)
    maintenance.init(app)
    web.init(app)
    access.init(app)
    filters.init(app)
    motif.init(app)
    assets.init(app)
    health.init(app)
    metrics.init(app)
    rooms.init(app)
    cli.init(app)
    return app
