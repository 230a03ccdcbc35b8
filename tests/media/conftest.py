"""A folder for photos and nothing of the application but its settings and a database."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from civic import media
from civic.config import Config
from civic.db import db, transaction
from tests.media.pictures import CITY, DAY


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the photos of this test lie."""
    return tmp_path / "media"


@pytest.fixture
def storeroom(folder: Path, tmp_path: Path) -> Iterator[Flask]:
    """What `civic.media` needs to keep photos."""
    app = Flask(__name__)
    settings = replace(Config(), database_url=f"sqlite:///{tmp_path}/empty.db", media_url=f"file://{folder}")
    app.config.from_mapping(settings.flask_settings())
    db.init_app(app)
    with app.app_context():
        yield app
        db.session.remove()


@pytest.fixture
def keep(storeroom: Flask) -> Callable[[bytes], media.Kept]:
    """Keep one photo in a transaction of its own."""

    def keep_one(raw: bytes) -> media.Kept:
        with transaction():
            return media.keep(raw, acted_on=DAY, zone=CITY)

    return keep_one


@pytest.fixture
def files(folder: Path) -> Callable[[], list[Path]]:
    """The files on the disk, at the time of asking."""
    return lambda: sorted(path for path in folder.rglob("*") if path.is_file())
