"""Bulletins: whom they name, and words whose marks are few and never markup."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civic.rules.bulletins import Block, Span, blocks, check_publish, clean, most_improved, movers, named
from civic.rules.refused import Conflict, Forbidden, Refused

OFFICER, RUNS = [("district_officer", "990102")], [("administrator", "9901")]


def test_the_lists_name_five_at_most_and_never_more_than_a_quarter() -> None:
    assert [named(ranked) for ranked in (0, 3, 4, 8, 19, 20, 2000)] == [0, 0, 1, 2, 4, 5, 5]


def test_most_improved_are_those_that_rose_ties_by_code() -> None:
    changes = [("c", 10), ("a", 10), ("b", 300), ("d", 0), ("e", -5)]
    assert most_improved(changes, 5) == [("b", 300), ("a", 10), ("c", 10)]
    assert most_improved(changes, 1) == [("b", 300)]


def test_movers_go_up_and_down_furthest_first() -> None:
    places = [("a", 9, 2), ("b", 3, 1), ("c", 1, 8), ("d", 5, 5), ("e", 4, 6), ("f", 8, 1), ("g", 2, 3)]
    assert movers(places, 2) == (["a", "f"], ["c", "e"])


def test_words_are_headings_lists_and_paragraphs() -> None:
    words = "开头一段，**很重要**。\n接着写\n\n## 做了什么\n- 清扫 **12** 次\n- 读书\n尾声"
    assert blocks(words) == [
        Block("paragraph", ((Span("开头一段，"), Span("很重要", True), Span("。")), (Span("接着写"),))),
        Block("heading", ((Span("做了什么"),),)),
        Block("list", ((Span("清扫 "), Span("12", True), Span(" 次")), (Span("读书"),))),
        Block("paragraph", ((Span("尾声"),),)),
    ]


@given(st.text(max_size=300))
def test_whatever_is_typed_stays_text_and_nothing_of_it_is_lost(text: str) -> None:
    try:
        words = clean(text)
    except Refused:
        return
    found = "".join(span.text for block in blocks(words) for line in block.lines for span in line)
    marks = set("#-*• \n")
    assert [sign for sign in found if sign not in marks] == [sign for sign in words if sign not in marks]


@pytest.mark.parametrize(
    ("held", "by", "edited_by", "other", "refusal"),
    [
        (OFFICER, 2, 1, True, None),
        (OFFICER, 2, None, True, Conflict),
        (OFFICER, 1, 1, True, Forbidden),
        (RUNS, 3, 1, False, None),
        (RUNS, 3, 1, True, Forbidden),
        (RUNS, 1, 1, False, Forbidden),
        ([("community_manager", "990102001011")], 4, 1, False, Forbidden),
        ([("district_officer", "990105")], 4, 1, False, Forbidden),
        ([("city_officer", "9901")], 4, 1, True, None),
    ],
)
def test_a_second_person_publishes_the_administrator_only_where_there_is_no_other(
    held: list[tuple[str, str]], by: int, edited_by: int | None, other: bool, refusal: type[Refused] | None
) -> None:
    def ask() -> None:
        check_publish(held, "990102", by=by, edited_by=edited_by, has_other_officer=other)

    if refusal is None:
        ask()
    else:
        with pytest.raises(refusal):
            ask()
