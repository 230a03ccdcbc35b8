"""What tests about photos stand on: an entry with a photo, its resident, and those above."""

from dataclasses import dataclass

import pytest
from flask import Flask

from civic.accounts.models import Person
from civic.entries import service as entries
from civic.entries.models import Entry, Photo
from civic.entries.service import Logged
from civic.intake.receive import receive
from tests.factories import NOW, TODAY, ZONE, person, staff
from tests.media.pictures import jpeg

KEY = "00000000-0000-4000-8000-00000000000{}"


@dataclass
class Scene:
    """A waiting entry with a photo, and people around it."""

    entry: Entry
    resident: Person
    manager: Person
    officer: Person

    @property
    def photo(self) -> Photo:
        found = entries.find_entry(self.entry.id)
        assert found is not None
        return found.photos[0]


def sent(who: Person, number: int = 1) -> Entry:
    """An entry with a photo whose four quarters have four colours."""
    logged = Logged("litter_pickup", TODAY, 1, client_key=KEY.format(number))
    return receive(logged, [jpeg((640, 480))], by=who, now=NOW, zone=ZONE).entry


@pytest.fixture
def scene(app: Flask) -> Scene:
    who = person("xiulan")
    return Scene(sent(who), who, staff(), staff("subdistrict_officer", "990102001"))
