"""Making the demo city: places, people, their diary, and then life."""

from datetime import UTC, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from flask import current_app

from civic.accounts import passwords
from civic.areas import service as areas
from civic.db import transaction
from civic.seed import growth, outlines, people, places, reviews, room, signals
from civic.seed.album import Album
from civic.seed.diary import Diary
from civic.seed.life import Life


def stands() -> bool:
    """Whether the demo city is there already."""
    return areas.find_area(places.CITY) is not None


def is_empty() -> bool:
    """Whether no city at all is there."""
    return not areas.roots()


def build(*, residents: int, weeks: int, seed: int, now: datetime, zone: ZoneInfo) -> None:
    """Make the city and let `weeks` weeks pass in it, the last of them ending now.

    The same seed at the same moment makes the same city, but for ids and secrets, which only `tokens` makes.
    """
    # Chosen by a plain generator because it must be repeatable; nothing it chooses needs to be secret.
    rng = Random(seed)  # noqa: S311
    today = now.astimezone(zone).date()
    start = datetime.combine(today - timedelta(weeks=weeks), time(), zone).astimezone(UTC)
    with transaction():
        places.build((start - timedelta(days=30)).astimezone(zone).date())
        outlines.draw(places.CITY)
    everybody = people.plan(residents, start, now, zone, rng)
    diary = Diary(everybody, start, now, zone, rng)
    diary.acts.sort(key=lambda act: act.submits_at)
    album = Album(diary.acts, seed, zone)
    # Hashing hundreds of passwords in full takes half a minute; one that the screen shows needs no protection, and
    # every account is hashed anew when it signs in.
    passwords.use_cost("test")
    try:
        Life(everybody, diary, album, now, zone, rng).happen()
        room.furnish(everybody, now, zone)
        growth.grow(now, zone)
        signals.show(everybody, now, zone, rng)
        reviews.show(now, zone)
    finally:
        passwords.use_cost(current_app.config["CIVIC"].password_cost)
        album.close()
