"""A community's reading list: what five neighbours read, and up to ten titles that its managers recommend."""

from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask

from civic.accounts import grants as all_grants
from civic.accounts.models import Person
from civic.areas.service import get_area
from civic.db import transaction
from civic.entries.service import Logged
from civic.intake.receive import receive
from civic.reading import lists, service
from civic.rules.refused import Conflict, NotFound, Refused
from tests.factories import COMMUNITY, FAR_COMMUNITY, NOW, TODAY, ZONE, decide, person, staff


def read(who: Person, title: str, by: Person | None = None) -> None:
    entry = receive(Logged("reading_minutes", TODAY, 30, str(uuid4()), title=title), by=who, now=NOW, zone=ZONE).entry
    if by:
        decide(entry, "approve", by)


def shared() -> list[tuple[str, int]]:
    with transaction():
        lists.compile_lists("2026-11-25", now=NOW, zone=ZONE)
    return [(found.title, found.readers) for found in lists.shared_titles(COMMUNITY)]


def recommend(title: str, by: Person, author: str = "", why: str = "") -> None:
    with transaction():
        lists.recommend(get_area(COMMUNITY), title, author, why, by=by, now=NOW)


def test_a_title_appears_once_five_neighbours_have_read_it_however_they_write_it(app: Flask) -> None:
    manager, neighbours = staff(), [person() for _ in range(6)]
    for who in neighbours[:4]:
        read(who, "骆驼祥子", manager)
    read(neighbours[0], "《骆驼祥子》", manager)  # again, and no fifth reader
    read(neighbours[4], "骆驼祥子")  # not approved
    read(person(community=FAR_COMMUNITY), "骆驼祥子")
    assert shared() == []
    read(neighbours[5], "《骆驼 祥子》", manager)
    assert shared() == [("骆驼祥子", 5)]
    assert shared() == [("骆驼祥子", 5)]


def test_what_was_read_long_ago_is_no_longer_on_the_list(app: Flask) -> None:
    manager = staff()
    for _ in range(5):
        read(person(), "边城", manager)
    assert shared() == [("边城", 5)]
    later = NOW + lists.LATELY + timedelta(days=1)
    with transaction():
        lists.compile_lists("2027-06-01", now=later, zone=ZONE)
    assert lists.shared_titles(COMMUNITY) == []


def test_ten_titles_fit_on_the_list_and_each_once(app: Flask) -> None:
    manager = staff()
    recommend(" 《城南旧事》 ", manager, "林海音", "写给还记得小时候的人")
    with pytest.raises(Conflict, match="book_on_the_list"):
        recommend("城南旧事", manager)
    for title, code in (("《》", "title_missing"), ("书" * 61, "words_too_long")):
        with pytest.raises(Refused, match=code):
            recommend(title, manager)
    for number in range(9):
        recommend(f"第{number}本", manager)
    with pytest.raises(Refused, match="list_full"):
        recommend("第十一本", manager)
    books = lists.recommended(COMMUNITY)
    assert [book.title for book in books][-1] == "城南旧事"
    with transaction():
        lists.take_off(get_area(COMMUNITY), books[0].id)
        lists.take_off(get_area(COMMUNITY), books[0].id)
        lists.take_off(get_area(FAR_COMMUNITY), books[1].id)  # another community's is not touched
        lists.take_off(get_area(COMMUNITY), 2**80)
    assert len(lists.recommended(COMMUNITY)) == 9


def test_only_whoever_decides_there_writes_the_list(app: Flask) -> None:
    manager, administrator = staff(), staff("administrator", "9901")
    assert lists.get_community(COMMUNITY, all_grants.grants_of(manager.id)).code == COMMUNITY
    for code, who in ((FAR_COMMUNITY, manager), (COMMUNITY, administrator), ("9901", administrator)):
        with pytest.raises(NotFound):
            lists.get_community(code, all_grants.grants_of(who.id))


def test_a_book_is_finished_by_its_readers_word_and_can_be_read_again(app: Flask) -> None:
    reader = person()
    read(reader, "《边城》")
    with transaction():
        service.finish(reader, "边城", now=NOW)
        service.finish(reader, "边城", now=NOW)
    read(reader, "边城")
    (book,) = service.shelf(reader.id)
    assert (book.title, book.minutes, book.is_finished) == ("边城", 60, True)
    with transaction():
        service.read_on(reader, "边城")
        service.read_on(reader, "\0")
    assert [book.is_finished for book in service.shelf(reader.id)] == [False]
    with pytest.raises(NotFound), transaction():
        service.finish(reader, "别人的书", now=NOW)
