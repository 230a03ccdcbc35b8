"""Ranks and masked names: civic/rules/standings.py."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from civic.rules.standings import masked, ranks


def test_ties_share_a_rank_and_the_next_is_skipped() -> None:
    assert ranks([90, 70, 70, 10]) == [1, 2, 2, 4]
    assert ranks([5, 5, 5]) == [1, 1, 1]
    assert ranks([]) == []


def test_scores_out_of_order_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="descend"):
        ranks([1, 2])


@settings(max_examples=50, deadline=None, database=None)
@given(st.lists(st.integers(1, 20)).map(lambda scores: sorted(scores, reverse=True)))
def test_a_rank_is_one_more_than_the_number_with_more(scores: list[int]) -> None:
    assert ranks(scores) == [1 + sum(other > score for other in scores) for score in scores]


@pytest.mark.parametrize(("name", "shown"), [("王秀兰", "王**"), ("Ada", "A**"), ("𠮷田", "𠮷**"), ("", "**")])
def test_a_masked_name_is_its_first_character_and_two_stars(name: str, shown: str) -> None:
    assert masked(name) == shown
