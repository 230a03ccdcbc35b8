"""文明同行 · Civic Together: the application factory. Nothing is started here.

Imports stand inside the factory, so that the rules of the game can be read and tested without loading a web framework.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from civic.config import Config

# Rooms with pages, from the ground up (architecture: who may know whom). Each has a `bp` in its views.
ROOMS = (
    "accounts",
    "activities",
    "ledger",
    "moderation",
    "pledges",
    "reading",
    "intake",
    "rankings",
    "communities",
    "home",
    "style_guide",
)
# Rooms whose tables have no pages of their own.
TABLES_ONLY = ("areas", "entries")


def _import_if_there(name: str):
    from importlib import import_module
    from importlib.util import find_spec

    try:
        return import_module(name) if find_spec(name) else None
    except ModuleNotFoundError as e:
        if e.name in (name, name.rpartition('.')[0]):
            return None
        raise


def create_app(settings: "Config | None" = None) -> "Flask":
    """Build the application from the given settings, or from the environment.

    Raises ConfigError where production would run with a missing or weak setting.
    """
    from flask import Flask
    from flask_migrate import Migrate

    from civic import access, assets, cli, config, db, filters, health, limits, media, web

    settings = settings or config.from_environment()
    media.folder_of(settings.media_url)  # what cannot be kept is found out now, not with the first photo
    app = Flask(__name__, template_folder="../templates", static_folder=None)
    app.config.from_mapping(settings.flask_settings())
    for room in (*TABLES_ONLY, *ROOMS):
        _import_if_there(f"civic.{room}.models")
    db.init(app)
    Migrate(app, db.db, directory=str(config.ROOT / "migrations"), render_as_batch=True, compare_type=True)
    web.init(app)
    access.init(app)
    filters.init(app)
    assets.init(app)
    health.init(app)
    for room in ROOMS:
        views = _import_if_there(f"civic.{room}.views")
        if views:
            app.register_blueprint(views.bp)
    cli.init(app)
    return app
