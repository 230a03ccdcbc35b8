"""The catalogue as it is shipped: complete, exact, in both languages, and with sources that exist."""

from datetime import date

import pytest

from civic.activities import checks, rulebook, service
from civic.activities.models import CATEGORIES, EVIDENCE, ICONS
from civic.config import STAR_HOURS
from civic.rules import points
from civic.rules.pledges import CERTIFICATE_DAYS
from civic.rules.progress import LEVELS
from civic.rules.refused import NotFound, Refused

# key: base, per unit in hundredths, min, max, per day, per week; the first set of numbers.
FIRST_RULES = {
    "litter_pickup": (2, 100, 1, 6, 8, 24),
    "cigarette_ends": (2, 100, 1, 6, 8, 24),
    "stairwell_clean": (1, 200, 1, 6, 13, 20),
    "adverts_removed": (1, 200, 1, 4, 9, 18),
    "pledge_waste_sorting": (1, 0, 1, 1, 1, 7),
    "pledge_shopfront": (1, 0, 1, 1, 1, 7),
    "tree_planting": (2, 400, 1, 4, 18, 18),
    "tree_care": (1, 200, 1, 2, 5, 5),
    "river_walk": (1, 400, 1, 4, 17, 25),
    "bicycles_tidied": (1, 100, 1, 4, 5, 12),
    "pledge_give_way": (1, 0, 1, 1, 1, 7),
    "pledge_walker": (1, 0, 1, 1, 1, 7),
    "pledge_rider": (1, 0, 1, 1, 1, 7),
    "pledge_parking": (1, 0, 1, 1, 1, 7),
    "crossing_guide": (0, 500, 1, 4, 20, 40),
    "green_travel": (1, 0, 1, 1, 1, 7),
    "pledge_no_drink_driving": (1, 0, 1, 1, 1, 7),
    "pledge_nothing_thrown": (1, 0, 1, 1, 1, 7),
    "pledge_stops": (1, 0, 1, 1, 1, 7),
    "traffic_law_reading": (0, 10, 10, 40, 4, 8),
    "reading_minutes": (0, 10, 10, 60, 6, 24),
    "classics_recitation": (2, 0, 1, 1, 2, 6),
    "reading_with_child": (0, 10, 10, 40, 4, 16),
    "book_gift": (2, 0, 1, 1, 2, 2),
    "book_note": (3, 0, 1, 1, 3, 6),
    "legal_science_reading": (0, 10, 10, 40, 4, 12),
    "paired_help": (0, 500, 1, 6, 30, 60),
    "elder_visit": (0, 500, 1, 4, 20, 40),
    "disabled_help": (0, 500, 1, 6, 30, 60),
    "village_service": (0, 500, 1, 6, 30, 60),
    "counter_shift": (0, 500, 1, 6, 30, 60),
    "event_hours": (0, 500, 1, 6, 30, 120),
    "empty_plate": (1, 0, 1, 1, 1, 7),
    "persuasion_shift": (0, 500, 1, 4, 20, 40),
    "pledge_civil_internet": (1, 0, 1, 1, 1, 7),
    "courteous_traveller": (2, 0, 1, 1, 2, 2),
    "queueing_day": (1, 0, 1, 1, 1, 7),
    "pledge_convention": (1, 0, 1, 1, 1, 7),
    "service_window_praise": (2, 0, 1, 1, 2, 2),
    "family_motto": (3, 0, 1, 1, 3, 3),
    "help_neighbour": (0, 200, 1, 6, 12, 24),
    "moral_lecture": (0, 300, 1, 4, 12, 24),
    "simple_ceremony": (5, 0, 1, 1, 5, 5),
    "good_neighbour": (2, 0, 1, 1, 2, 2),
    "pledge_chores": (1, 0, 1, 1, 1, 7),
    "youth_practice": (0, 400, 1, 4, 16, 24),
    "youth_base_visit": (0, 300, 1, 4, 12, 12),
    "exercise": (0, 200, 1, 2, 4, 12),
    "culture_evening": (0, 300, 1, 4, 12, 24),
    "law_study": (0, 300, 1, 4, 12, 24),
    "fire_check": (3, 0, 1, 1, 3, 3),
    "patrol": (0, 500, 1, 4, 20, 40),
    "pledge_honest_trading": (1, 0, 1, 1, 1, 7),
    "snap_problem": (2, 0, 1, 1, 3, 9),
    "inspection_walk": (1, 400, 1, 3, 13, 26),
    "adopted_suggestion": (10, 0, 1, 1, 10, 20),
    "satisfaction_survey": (0, 0, 1, 1, 0, 0),
    "service_commitment": (3, 0, 1, 1, 3, 3),
    "team_cleanup": (0, 500, 1, 6, 30, 60),
}
OPEN_LATER = {"event_hours", "good_neighbour", "snap_problem", "satisfaction_survey"}
ONCE_PER = {
    "fire_check": "month",
    "service_commitment": "month",
    "family_motto": "quarter",
    "simple_ceremony": "quarter",
}
FORMS = {"fire_check": 6, "inspection_walk": 8, "service_commitment": 6, "satisfaction_survey": 4}


def test_nothing_is_wrong_with_the_catalogue() -> None:
    assert service.check() == []


def test_it_holds_exactly_the_agreed_activities() -> None:
    assert set(service.catalogue().activities) == set(FIRST_RULES)


def test_at_least_forty_can_be_logged_now() -> None:
    open_keys = {activity.key for activity in service.open_activities()}
    assert len(open_keys) >= 40
    assert open_keys == set(FIRST_RULES) - OPEN_LATER


def test_every_category_has_something_to_log() -> None:
    assert [shelf.category.key for shelf in service.open_shelves()] == list(CATEGORIES)


@pytest.mark.parametrize("key", FIRST_RULES)
def test_the_first_rule_has_exactly_these_numbers(key: str) -> None:
    rule = service.rule_version(key, 1)
    assert FIRST_RULES[key] == (
        rule.base,
        rule.per_unit_hundredths,
        rule.min_quantity,
        rule.max_quantity,
        rule.per_day,
        rule.per_week,
    )
    assert rule.once_per == ONCE_PER.get(key)
    assert (rule.from_on, rule.published_on) == (date(2024, 1, 1), date(2023, 12, 1))


def test_no_entry_is_worth_more_than_thirty() -> None:
    for key in FIRST_RULES:
        rule = service.rule_version(key, 1)
        assert 0 <= points.worth(rule, rule.max_quantity) <= 30


def test_every_open_activity_earns_something_at_its_least() -> None:
    for activity in service.open_activities():
        rule = service.rule_version(activity.key, 1)
        assert points.worth(rule, rule.min_quantity) >= 1, activity.key


def test_whatever_asks_for_nothing_is_a_pledge_or_reading_or_exercise() -> None:
    for activity in service.catalogue():
        if not activity.evidence and activity.key != "exercise":
            assert activity.kind in ("pledge", "reading"), activity.key


def test_every_pledge_has_a_promise_in_the_first_person() -> None:
    for activity in service.catalogue():
        assert activity.is_pledge == bool(activity.promise_zh)
        if activity.is_pledge:
            assert "我" in activity.promise_zh
            assert {"I", "We", "my"} & set(activity.promise_en.replace(",", " ").split())


def test_forms_have_the_agreed_number_of_lines() -> None:
    assert {a.key: len(a.form) for a in service.catalogue() if a.form} == FORMS
    assert service.get("inspection_walk").form_min == 4
    assert service.get("fire_check").form_min == 6


def test_names_are_short_and_words_speak_plainly() -> None:
    for activity in service.catalogue():
        assert len(activity.name_zh) <= 8, activity.key
        words = "".join((activity.name_zh, activity.name_en, activity.hint_zh, activity.hint_en, activity.promise_zh))
        assert not set("!！您") & set(words), activity.key
        assert activity.hint_zh.endswith("。")
        assert activity.hint_en.endswith(".")


def test_names_are_told_apart_in_both_languages() -> None:
    activities = list(service.catalogue())
    assert len({a.name_zh for a in activities}) == len(activities)
    assert len({a.name_en for a in activities}) == len(activities)


def test_icons_and_evidence_come_from_the_agreed_sets() -> None:
    assert len(ICONS) <= 20
    assert {activity.icon for activity in service.catalogue()} <= set(ICONS)
    assert {kind for activity in service.catalogue() for kind in activity.evidence} <= set(EVIDENCE)


def test_a_book_note_has_at_least_fifty_characters() -> None:
    assert service.get("book_note").note_min == 50
    assert service.get("book_note").needs_note


def test_a_classic_takes_a_note_or_a_photo() -> None:
    classic = service.get("classics_recitation")
    assert classic.takes_note_or_photo
    assert not classic.needs_note


@pytest.mark.parametrize(
    ("key", "quantity", "zh", "en"),
    [
        ("litter_pickup", 1, "1 袋或 10 分钟", "1 bag or 10 minutes"),
        ("litter_pickup", 3, "3 袋或 30 分钟", "3 bags or 30 minutes"),
        ("tree_planting", 2, "2 棵", "2 trees"),
        ("patrol", 4, "120 分钟", "120 minutes"),
        ("reading_minutes", 1, "1 分钟", "1 minute"),
        ("reading_minutes", 40, "40 分钟", "40 minutes"),
        ("simple_ceremony", 2, "2 次", "2 ceremonies"),
    ],
)
def test_a_quantity_reads_as_a_person_would_say_it(key: str, quantity: int, zh: str, en: str) -> None:
    activity = service.get(key)
    assert activity.amount(quantity, "zh") == zh
    assert activity.amount(quantity, "en") == en


def test_units_are_named_in_both_languages() -> None:
    assert service.get("litter_pickup").unit_zh == "袋或 10 分钟"
    assert service.get("litter_pickup").unit_en == "bag or 10 minutes"
    assert service.get("reading_minutes").unit_zh == "分钟"
    assert service.get("patrol").unit_en == "30 minutes"


def test_an_unknown_key_is_not_found() -> None:
    with pytest.raises(NotFound):
        service.get("no_such_thing")
    with pytest.raises(NotFound):
        service.rule_on("no_such_thing", date(2026, 11, 1))
    with pytest.raises(NotFound):
        service.rule_version("litter_pickup", 2)
    with pytest.raises(NotFound):
        service.rule_version("litter_pickup", 0)


def test_what_opens_later_is_known_but_not_offered() -> None:
    assert not service.get("snap_problem").is_open
    with pytest.raises(NotFound):
        service.get_open("snap_problem")
    assert service.get_open("litter_pickup").is_open


def test_the_first_rule_holds_from_its_first_day_and_not_before() -> None:
    assert service.rule_on("litter_pickup", date(2024, 1, 1)).version == 1
    with pytest.raises(Refused) as refused:
        service.rule_on("litter_pickup", date(2023, 12, 31))
    assert (refused.value.code, refused.value.field) == ("activity_not_yet_open", "acted_on")


def test_a_rulebook_is_named_by_its_month() -> None:
    assert service.rulebook(date(2026, 11, 30)) == "2026-11"


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("捡", "litter_pickup"),
        ("捡拾垃圾", "litter_pickup"),
        ("litter", "litter_pickup"),
        ("ＬＩＴＴＥＲ", "litter_pickup"),
        ("jianshi", "litter_pickup"),
        ("jian shi la ji", "litter_pickup"),
        ("jslj", "litter_pickup"),
        ("banmaxian", "pledge_give_way"),
        ("zebra", "pledge_give_way"),
        ("together child", "reading_with_child"),
    ],
)
def test_search_finds_by_name_pinyin_and_words(typed: str, first: str) -> None:
    assert service.find_open(typed)[0].key == first


def test_search_by_category_finds_all_of_it() -> None:
    found = {activity.key for activity in service.find_open("文明交通")}
    assert found == {a.key for a in service.open_activities() if a.category == "traffic"}


def test_an_empty_search_finds_everything_and_nonsense_nothing() -> None:
    assert service.find_open("  ") == service.open_activities()
    assert service.find_open("%_\\' OR 1=1") == ()
    assert service.find_open("x" * 10_000) == ()


def test_search_does_not_offer_what_opens_later() -> None:
    assert service.find_open("随手拍") == ()


def test_usual_activities_keep_their_order_and_drop_what_is_gone() -> None:
    keys = ["patrol", "litter_pickup", "no_such_thing", "patrol", "snap_problem"]
    assert [activity.key for activity in service.usual(keys)] == ["patrol", "litter_pickup"]


def test_the_written_rules_are_up_to_date() -> None:
    text = rulebook.PAGE.read_text(encoding="utf-8")
    assert rulebook.page_up_to_date(text, service.catalogue()) == text, "run: flask catalogue page"


def test_the_written_rules_explain_every_label_in_both_languages() -> None:
    text = rulebook.PAGE.read_text(encoding="utf-8")
    labels = [f"{letter}{n}" for letter, last in (("T", 6), ("P", 12), ("S", 6), ("X", 6)) for n in range(1, last + 1)]
    for label in labels:
        assert text.count(f"- **{label}** ") == 2, label


@pytest.mark.parametrize("place", ["S1-二-5", "S2-三", "S3-二-4", "S4-五", "S5-一"])
def test_a_source_is_a_place_in_the_speeches(place: str) -> None:
    assert checks.is_a_place(place)


@pytest.mark.parametrize("place", ["", "S6-一", "S1-四", "S3-二-5", "S4-二-1", "S5", "s5-一", "S5-一 "])
def test_what_is_no_place_in_the_speeches_is_no_source(place: str) -> None:
    assert not checks.is_a_place(place)


def test_the_page_of_rules_names_the_figures_of_levels_stars_and_certificates() -> None:
    zh, _, en = rulebook.PAGE.read_text(encoding="utf-8").partition("# The rules in English")
    for text, names in ((zh, "name_zh"), (en, "name_en")):
        assert all(f"{getattr(level, names)} {level.from_merit}" in text for level in LEVELS)
        figures = text[text.index("## 7. ") :]
        assert all(str(hours) in figures for hours in STAR_HOURS)
        assert all(str(days) in figures for days in CERTIFICATE_DAYS)
