"""The photos of the demo city, drawn and shrunk on the second processor while the first one writes the diary down."""

from concurrent.futures import Future, ThreadPoolExecutor
from random import Random
from zoneinfo import ZoneInfo

from civic import media
from civic.media import Shrunk
from civic.seed import pictures
from civic.seed.habits import Act


class Album:
    """Every photo of a list of acts, as soon as it is ready; close it when the last was taken out."""

    def __init__(self, acts: list[Act], seed: int, zone: ZoneInfo) -> None:
        self.seed, self.zone = seed, zone
        self.pool = ThreadPoolExecutor(max_workers=2)
        self.shots: dict[int, Future[Shrunk]] = {
            id(act): self.pool.submit(self._take, act) for act in acts if act.picture
        }

    def of(self, act: Act) -> list[Shrunk]:
        """The photos of an act: one or none."""
        shot = self.shots.pop(id(act), None)
        return [shot.result()] if shot else []

    def close(self) -> None:
        """Stop drawing."""
        self.pool.shutdown(cancel_futures=True)

    def _take(self, act: Act) -> Shrunk:
        assert act.picture is not None  # noqa: S101 - only acts with a picture are asked for
        activity_key, taken_at, number = act.picture
        # Not for secrets: the same seed must draw the same photo.
        raw = pictures.photo(activity_key, taken_at, Random(self.seed * 100_003 + number))  # noqa: S311
        return media.shrink(raw, acted_on=act.acted_on, zone=self.zone)
