"""Places: a cell of a hundred metres, a fingerprint without a way back, and how far apart two of them lie."""

from datetime import UTC, datetime, timedelta

import pytest

from civic.rules.places import Cell, Place, cell_of, compared, fingerprint, is_kept, metres, parse_cell
from civic.rules.refused import Refused

NOW = datetime(2026, 11, 25, 2, 5, tzinfo=UTC)
BUND = Cell(31240, 121490)


def test_a_place_is_read_to_the_thousandth_of_a_degree_and_no_finer() -> None:
    assert parse_cell("31.24049,121.48951") == parse_cell(" 31.240 , 121.490 ") == BUND
    assert parse_cell("-33.8568,-70.1") == Cell(-33857, -70100)


@pytest.mark.parametrize(
    "text",
    ["", "here", "31.2", "31.2;121.4", "91,0", "0,181", "1e1,2", "nan,0", "３１.2,121.4", "31.2,121.4,5", "1" * 999],
)
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_cell(text)
    assert (refused.value.code, refused.value.field) == ("place_unreadable", "place")


def test_one_cell_and_ten_minutes_have_one_fingerprint_and_others_another() -> None:
    here = fingerprint(Place(BUND, NOW), "secret")
    assert fingerprint(Place(BUND, NOW + timedelta(minutes=4, seconds=59)), "secret") == here
    others = {
        fingerprint(Place(BUND, NOW + timedelta(minutes=5)), "secret"),
        fingerprint(Place(Cell(31241, 121490), NOW), "secret"),
        fingerprint(Place(Cell(31240, 121491), NOW), "secret"),
        fingerprint(Place(BUND, NOW), "another secret"),
    }
    assert len(others | {here}) == 5
    assert "31240" not in here


def test_distances_are_right_to_a_hundredth_also_beside_the_date_line() -> None:
    assert metres(BUND, Cell(31250, 121490)) == pytest.approx(1110, rel=0.01)
    assert metres(BUND, Cell(31240, 121500)) == pytest.approx(950, rel=0.01)
    assert metres(cell_of(0, 179.999), cell_of(0, -179.999)) == pytest.approx(222, rel=0.01)


def test_a_photo_from_the_next_street_agrees_and_one_from_another_town_differs() -> None:
    assert compared(Cell(31255, 121490), BUND) == "agrees"
    assert compared(Cell(31260, 121500), BUND) == "differs"
    assert compared(None, BUND) == compared(BUND, None) == "absent"


def test_a_place_that_is_old_or_still_to_come_says_nothing() -> None:
    assert is_kept(Place(BUND, NOW - timedelta(days=7)), NOW)
    assert not is_kept(Place(BUND, NOW - timedelta(days=90)), NOW)
    assert not is_kept(Place(BUND, NOW + timedelta(hours=1)), NOW)
