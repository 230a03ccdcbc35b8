"""Leaderboards: order, ties, neighbours, and who is seen."""

from datetime import date

import pytest
from flask import Flask

from civic.areas.service import get_area
from civic.db import transaction
from civic.ledger.models import CommunityTotal, ResidentTotal
from civic.rankings import service
from civic.rules.periods import parse
from civic.rules.refused import NotFound
from tests.factories import COMMUNITY, FAR_COMMUNITY, OTHER_COMMUNITY, TODAY, city, person

MONTH = parse("2026-11")


def _board(merits: list[int], **kwargs: str) -> list[int]:
    """Residents with these merits this month; gives their ids in the order given."""
    people = [person(name=f"邻居{number}", **kwargs) for number in range(len(merits))]  # type: ignore[arg-type]
    with transaction() as session:
        for who, merit in zip(people, merits, strict=True):
            session.add(
                ResidentTotal(
                    resident_id=who.id,
                    kind="month",
                    period="2026-11",
                    community_code=COMMUNITY,
                    merit=merit,
                    balance=merit,
                )
            )
    return [who.id for who in people]


def _residents(me: int | None = None, offset: int | None = None) -> service.Board:
    return service.residents_board(get_area(COMMUNITY), MONTH, day=TODAY, me=me, offset=offset)


def test_ties_share_a_rank_and_the_next_is_skipped(app: Flask) -> None:
    _board([10, 8, 8, 5])
    assert [(row.rank, row.merit) for row in _residents().rows] == [(1, 10), (2, 8), (2, 8), (4, 5)]


def test_inside_a_tie_the_order_is_that_of_the_random_id(app: Flask) -> None:
    ids = _board([8] * 5)
    assert [row.key for row in _residents().rows] == [str(found) for found in sorted(ids)]


def test_nobody_without_merit_is_ranked(app: Flask) -> None:
    _board([3, 0, -2])
    board = _residents()
    assert (board.ranked, [row.merit for row in board.rows]) == (1, [3])


def test_i_see_five_above_me_and_five_below(app: Flask) -> None:
    ids = _board([100 - number for number in range(20)])
    board = _residents(me=ids[9])
    assert [row.rank for row in board.rows] == list(range(5, 16))
    assert board.mine is not None
    assert (board.mine.rank, board.mine.name, board.merit_to_next) == (10, "邻居9", 1)


def test_ranks_in_the_middle_of_a_tie_are_those_of_the_whole_board(app: Flask) -> None:
    ids = sorted(_board([9, *[7] * 12, 2]))
    tied = [found for found in ids if found in {int(row.key) for row in _residents(offset=0).rows if row.merit == 7}]
    board = _residents(me=tied[-1])
    assert {row.rank for row in board.rows if row.merit == 7} == {2}
    assert [row.rank for row in board.rows if row.merit == 2] == [14]


def test_whoever_does_not_want_to_be_seen_keeps_their_place(app: Flask) -> None:
    _board([10])
    hidden = _board([8], appear="hidden")
    _board([6])
    assert [row.rank for row in _residents().rows] == [1, 3]
    mine = _residents(me=hidden[0]).mine
    assert mine is not None
    assert mine.rank == 2


def test_adults_are_masked_unless_they_chose_their_nickname(app: Flask) -> None:
    _board([10])
    _board([8], appear="nickname")
    assert [row.name for row in _residents().rows] == ["邻**", "邻居0"]


def test_a_child_is_on_no_list_and_a_minor_is_masked(app: Flask) -> None:
    guardian = person("guardian")
    child = person(name="豆豆", born_on=date(2016, 1, 1), guardian=guardian)
    minor = person(name="小满", born_on=date(2010, 1, 1))
    with transaction() as session:
        for who, merit in ((child, 9), (minor, 4)):
            session.add(
                ResidentTotal(
                    resident_id=who.id,
                    kind="month",
                    period="2026-11",
                    community_code=COMMUNITY,
                    merit=merit,
                    balance=merit,
                )
            )
    assert [(row.rank, row.name) for row in _residents().rows] == [(2, "小**")]


def test_residents_are_ranked_inside_a_community_only(app: Flask) -> None:
    city()
    with pytest.raises(NotFound):
        service.residents_board(get_area("990102"), MONTH, day=TODAY, me=None, offset=None)


def test_areas_add_up_their_communities(app: Flask) -> None:
    city()
    with transaction() as session:
        for code, merit in ((COMMUNITY, 10), (OTHER_COMMUNITY, 5), (FAR_COMMUNITY, 12)):
            session.add(CommunityTotal(period="2026-11", community_code=code, merit=merit))
    root = get_area("9901")
    boards = {of: service.areas_board(root, of, MONTH).rows for of in service.AREA_BOARDS}
    assert [(row.rank, row.key, row.merit) for row in boards["districts"]] == [(1, "990102", 15), (2, "990105", 12)]
    assert [(row.rank, row.key) for row in boards["communities"]] == [
        (1, FAR_COMMUNITY),
        (2, COMMUNITY),
        (3, OTHER_COMMUNITY),
    ]
    place = service.place_of(get_area(OTHER_COMMUNITY), MONTH)
    assert place is not None
    assert (place[0].rank, place[1]) == (2, 2)


def test_an_area_has_no_board_of_wider_areas(app: Flask) -> None:
    city()
    with pytest.raises(NotFound):
        service.areas_board(get_area("990102001"), "districts", MONTH)
    with pytest.raises(NotFound):
        service.areas_board(get_area(COMMUNITY), "communities", MONTH)
