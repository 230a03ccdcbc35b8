"""Reading: minutes of a week, and the shelf."""

from datetime import timedelta
from uuid import uuid4

from flask import Flask

from civic.accounts.models import Person
from civic.entries.service import Logged
from civic.intake.receive import receive
from civic.reading import service
from tests.factories import NOW, TODAY, ZONE, decide, person, staff


def read(who: Person, title: str, minutes: int = 30, days: int = 0, activity: str = "reading_minutes", note: str = ""):  # type: ignore[no-untyped-def]
    logged = Logged(activity, TODAY - timedelta(days=days), minutes, str(uuid4()), note=note, title=title)
    return receive(logged, by=who, now=NOW, zone=ZONE).entry


def test_the_weeks_minutes_are_those_that_stand(app: Flask) -> None:
    reader, manager = person(), staff()
    read(reader, "骆驼祥子", 30)
    read(reader, "骆驼祥子", 20, days=1)
    read(reader, "城南旧事", 40, days=6)  # last week
    decide(read(reader, "边城", 60), "reject", manager)
    read(reader, "弟子规", 1, activity="classics_recitation", note="全文背诵，读给奶奶听了")
    weeks = service.weeks_read(reader.id, TODAY)
    assert [each.week.key for each in weeks][-2:] == ["2026-W47", "2026-W48"]
    assert [each.minutes for each in weeks] == [0, 0, 0, 0, 0, 0, 40, 50]
    assert not any(each.minutes for each in service.weeks_read(person().id, TODAY))


def test_the_shelf_has_each_book_once_the_latest_first(app: Flask) -> None:
    reader = person()
    read(reader, "城南旧事", 40, days=3)
    read(reader, "骆驼祥子", 20, days=1)
    read(reader, " 骆驼祥子 ", 30)
    read(reader, "", 30)
    shelf = service.shelf(reader.id)
    assert [(book.title, book.minutes) for book in shelf] == [("骆驼祥子", 50), ("城南旧事", 40)]
    assert shelf[0].last_on == TODAY


def test_a_classic_stands_on_the_shelf_without_minutes(app: Flask) -> None:
    reader = person()
    read(reader, "弟子规", 1, activity="classics_recitation", note="全文背诵，读给奶奶听了")
    assert [(book.title, book.minutes) for book in service.shelf(reader.id)] == [("弟子规", 0)]
    assert [entry.title for entry in service.notes(reader.id)] == ["弟子规"]
