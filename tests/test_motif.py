"""The pictures are figures: what is filled, planted or lit can be counted and equals the number it stands for."""

import re
from itertools import pairwise

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient

from civic import motif
from civic.activities.models import ICONS
from civic.motif import leaf_state, ring, skyline, sparkline, street

CODE = "330102001001"


@pytest.mark.parametrize(("days", "state"), [(0, "outline"), (1, "half"), (2, "green"), (3, "gold"), (7, "gold")])
def test_the_leaf_shows_the_active_days_of_a_week(days: int, state: str) -> None:
    assert leaf_state(days) == state


@pytest.mark.parametrize("days", range(8))
def test_as_many_arcs_are_filled_as_days_were_active_and_three_close_the_ring(days: int) -> None:
    drawn = ring(days)
    assert sum(arc.is_filled for arc in drawn.arcs) == min(days, 3)
    assert drawn.is_closed == (days >= 3)


def test_the_arcs_of_a_ring_lie_apart_and_go_once_round() -> None:
    first, second, third = (arc.path for arc in ring(0).arcs)
    assert first.startswith("M79.07 11.07A58 58 0 0 1 ")
    assert len({first, second, third}) == 3


@pytest.mark.parametrize("acts", [0, 1, 2, 23, 81, 82])
def test_one_window_is_lit_for_each_act_of_the_day(acts: int) -> None:
    drawn = skyline(CODE, acts)
    assert len(drawn.lit) == acts
    assert drawn.acts_per_window == 1


def test_on_a_busy_day_one_window_stands_for_several_acts() -> None:
    drawn = skyline(CODE, 83)
    assert (drawn.acts_per_window, len(drawn.lit)) == (2, 41)
    assert len(skyline(CODE, 12_345).lit) <= 82


@pytest.mark.parametrize("acts", [10**5, 10**7])
def test_no_number_of_acts_is_too_many_for_the_windows(acts: int) -> None:
    assert 1 <= len(skyline(CODE, acts).lit) <= 82


def test_without_a_count_no_window_is_lit() -> None:
    drawn = skyline(CODE)
    assert (drawn.acts, len(drawn.lit)) == (None, 0)


def test_a_lit_window_stays_lit_while_the_day_goes_on() -> None:
    lit = [set(skyline(CODE, acts).lit) for acts in range(83)]
    assert all(earlier < later for earlier, later in pairwise(lit))


def test_each_community_lights_in_an_order_of_its_own_and_always_the_same() -> None:
    assert skyline(CODE, 10) == skyline(CODE, 10)
    assert skyline(CODE, 10).lit != skyline("330102001002", 10).lit


def test_houses_beyond_the_part_that_everybody_sees_stay_dark() -> None:
    narrow, wide = skyline(CODE, 40), skyline(CODE, 40, drawn=780)
    assert wide.lit == narrow.lit
    assert len(wide.houses) > len(narrow.houses)
    assert len(wide.unlit) == len(narrow.unlit) + 95


def test_a_wide_wall_lights_windows_all_along() -> None:
    drawn = skyline(CODE, 300, width=1920)
    assert len(drawn.lit) == 300
    assert max(window.x for window in drawn.lit) > 1500


def test_every_window_lies_in_the_front_of_its_house_and_none_covers_another() -> None:
    drawn = skyline(CODE, width=780)
    for window in drawn.windows:
        assert any(
            house.x < window.x
            and window.x + motif.WINDOW_WIDTH < house.x + house.width
            and house.y < window.y
            and window.y + motif.WINDOW_HEIGHT < motif.SKYLINE_GROUND
            for house in drawn.houses
        )
    assert len({(window.x, window.y) for window in drawn.windows}) == len(drawn.windows) == 82 + 95


def test_the_street_shows_the_last_twelve_weeks_with_the_newest_at_the_right() -> None:
    drawn = street(["grass", *["tree"] * 12, "bench", "sapling"])
    assert [plant.kind for plant in drawn] == ["tree"] * 10 + ["bench", "sapling"]
    assert [plant.x for plant in drawn] == sorted(plant.x for plant in drawn)


def test_a_tree_keeps_its_size_when_the_street_moves_on() -> None:
    weeks = ["tree"] * 13
    assert [plant.scale for plant in street([*weeks, "tree"])[:-1]] == [plant.scale for plant in street(weeks)[1:]]


def test_the_sapling_grows_with_the_days_of_this_week() -> None:
    heights = [street(["sapling"], days)[0].scale for days in range(4)]
    assert heights == sorted(heights)
    assert heights[-1] == 1


def test_whatever_stands_on_the_street_stands_on_its_ground() -> None:
    for plant, height in zip(street(["tree", "bench", "grass", "sapling"], 1), (46, 16, 6, 46), strict=True):
        assert plant.y + height * plant.scale == pytest.approx(motif.GROUND, abs=0.01)


@pytest.mark.one_engine
def test_every_activity_icon_is_drawn_with_exactly_one_gold_part(app: Flask) -> None:
    with app.test_request_context():
        for name in ICONS:
            drawn = render_template_string(
                '{% from "components/activity_icon.html" import activity_icon %}{{ activity_icon(name) }}', name=name
            )
            # A gold stroke alone, or a gold fill with the stem, string or key that belongs to it.
            assert drawn.count("gold-part") <= 1
            assert drawn.count("gold-part") + drawn.count("gold-stroke") >= 1


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_style_guide_shows_every_component_without_style_attributes(client: FlaskClient, lang: str) -> None:
    answer = client.get(f"/style-guide?lang={lang}")
    assert answer.status_code == 200
    assert not re.search(r"\sstyle=|<script(?! src)|\son\w+=", answer.text)
    assert answer.text.count("window-lit") == 23 + 0 + 240 // 5


def test_a_sparkline_runs_from_its_lowest_figure_at_the_foot_to_its_highest_at_the_top() -> None:
    drawn = sparkline([10, 30, 20])
    points = [tuple(map(float, point.split(","))) for point in drawn.line.split()]
    assert [x for x, _y in points] == sorted(x for x, _y in points)
    assert (points[0][1], points[1][1]) == (23.0, 3.0)
    assert (drawn.x, drawn.y) == points[-1]


@pytest.mark.parametrize("values", [[5], [5, 5, 5], [0, 0]])
def test_figures_that_do_not_differ_lie_level(values: list[int]) -> None:
    assert {point.split(",")[1] for point in sparkline(values).line.split()} == {"13.0"}
