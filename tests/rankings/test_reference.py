"""Random small ledgers against the naive reference, the same bytes on both databases."""

import pytest
from flask import Flask

from tests.rankings.compared import compare


@pytest.mark.parametrize("first", range(0, 36, 12))
def test_sealed_rankings_are_those_of_the_naive_reference(app: Flask, first: int) -> None:
    assert [line for seed in range(first, first + 12) for line in compare(seed)] == []
