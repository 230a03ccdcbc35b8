"""What an announcement may be."""

from datetime import date, timedelta

import pytest

from civic.rules import announcements as rules
from civic.rules.refused import Refused

TODAY = date(2026, 11, 25)


def refused(call, *args, **kwargs) -> str:  # type: ignore[no-untyped-def]
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    return caught.value.code


def test_paragraphs_are_kept_and_space_is_not() -> None:
    assert rules.clean_words("  停水。\r\n\r\n\r\n 请 提前   存水。\t\n") == "停水。\n\n请 提前 存水。"
    assert rules.clean_title("  停水  通知 ") == "停水 通知"


def test_html_stays_the_text_it_is() -> None:
    assert (
        rules.clean_words("<script>alert(1)</script> https://a.example")
        == "<script>alert(1)</script> https://a.example"
    )


@pytest.mark.parametrize("text", ["", "  \n ", "\t"])
def test_nothing_is_no_announcement(text: str) -> None:
    assert refused(rules.clean_title, text) == "title_missing"
    assert refused(rules.clean_words, text) == "announcement_empty"


def test_the_limits_are_exact() -> None:
    assert len(rules.clean_title("字" * 40)) == 40
    assert refused(rules.clean_title, "字" * 41) == "words_too_long"
    assert len(rules.clean_words("字" * 2000)) == 2000
    assert refused(rules.clean_words, "字" * 2001) == "words_too_long"


@pytest.mark.parametrize("sign", ["\0", "\u202e", "\ud800", "\u200b"])
def test_what_cannot_be_seen_is_refused(sign: str) -> None:
    assert refused(rules.clean_title, f"停水{sign}通知") == "text_unreadable"
    assert refused(rules.clean_words, f"停水{sign}通知") == "text_unreadable"


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        (-1, 3, "announcement_begins_past"),
        (91, 95, "announcement_too_early"),
        (5, 4, "announcement_ends_first"),
        (0, 366, "announcement_too_long"),
    ],
)
def test_days_that_cannot_be(first: int, last: int, code: str) -> None:
    days = (TODAY + timedelta(days=first), TODAY + timedelta(days=last))
    assert refused(rules.check_days, *days, TODAY) == code


def test_days_that_can() -> None:
    rules.check_days(TODAY, TODAY, TODAY)
    rules.check_days(TODAY + timedelta(days=90), TODAY + timedelta(days=90), TODAY)
    rules.check_days(TODAY, TODAY + timedelta(days=365), TODAY)


def test_what_stands_may_keep_its_first_day_but_end_no_earlier_than_today() -> None:
    began = TODAY - timedelta(days=3)
    rules.check_days(began, TODAY, TODAY, was_from=began)
    code = refused(rules.check_days, began, TODAY - timedelta(days=1), TODAY, was_from=began)
    assert code == "announcement_ends_first"
