"""How numbers, days and names are written, in both languages."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from flask import Flask, render_template_string
from markupsafe import Markup

from civic import filters
from civic.config import Config

pytestmark = pytest.mark.one_engine
THURSDAY = date(2026, 11, 26)
LATE = datetime(2026, 11, 25, 17, 5, tzinfo=UTC)  # 01:05 on Thursday in the city


@pytest.fixture
def pages() -> Flask:
    """An application with the filters and nothing else."""
    from flask_babel import Babel

    app = Flask(__name__)
    app.config["CIVIC"] = Config()
    Babel(app, locale_selector=lambda: app.config["LOCALE"])
    app.config["LOCALE"] = "zh_Hans_CN"
    filters.init(app)
    return app


@pytest.fixture
def zh(pages: Flask) -> Iterator[None]:
    with pages.test_request_context():
        yield


@pytest.fixture
def en(pages: Flask) -> Iterator[None]:
    pages.config["LOCALE"] = "en"
    with pages.test_request_context():
        yield


@pytest.mark.usefixtures("zh")
class TestInChinese:
    def test_a_short_text_breaks_at_its_punctuation(self) -> None:
        assert filters.clauses("再做一天，这周就圆满，加 5 分。") == (
            '<span class="cl">再做一天，</span><span class="cl">这周就圆满，</span><span class="cl">加 5 分。</span>'
        )

    def test_a_closing_quotation_mark_stays_with_its_clause(self) -> None:
        assert '<span class="cl">“家人。”</span>' in filters.clauses("在“家人。”里，添进来。").replace("在", "")

    def test_what_came_from_a_person_is_escaped(self) -> None:
        assert filters.clauses("<b>我，你</b>") == (
            '<span class="cl">&lt;b&gt;我，</span><span class="cl">你&lt;/b&gt;</span>'
        )

    def test_long_and_foreign_and_undivided_texts_stay_whole(self) -> None:
        for whole in ("长，" * 40, "One, two; three.", "一句话。", ""):
            assert filters.clauses(whole) == whole

    def test_days_carry_spaces_around_figures(self) -> None:
        assert filters.day(THURSDAY) == "11 月 26 日"
        assert filters.day(THURSDAY, weekday=True) == "11 月 26 日，周四"
        assert filters.day(THURSDAY, year=True) == "2026 年 11 月 26 日"

    def test_moments_are_told_in_the_city(self) -> None:
        assert filters.moment(LATE) == "11 月 26 日 01:05"
        assert filters.day(LATE) == "11 月 26 日"
        assert filters.clock(LATE) == "01:05"

    def test_near_days_have_names(self) -> None:
        told = [filters.relative_day(date(2026, 11, day), THURSDAY) for day in (26, 25, 24, 23, 27)]
        assert told == ["今天", "昨天", "前天", "11 月 23 日", "11 月 27 日"]

    def test_a_thing_is_called_by_its_chinese_name(self) -> None:
        assert filters.name(SimpleNamespace(name_zh="河口区", name_en="Hekou District")) == "河口区"


@pytest.mark.usefixtures("en")
class TestInEnglish:
    def test_days(self) -> None:
        assert filters.day(THURSDAY) == "26 Nov"
        assert filters.day(THURSDAY, weekday=True) == "Thu 26 Nov"
        assert filters.moment(LATE) == "26 Nov, 01:05"
        assert filters.relative_day(THURSDAY, THURSDAY) == "Today"

    def test_a_thing_without_an_english_name_keeps_its_chinese_one(self) -> None:
        assert filters.name(SimpleNamespace(name_zh="柳桥", name_en="")) == "柳桥"

    def test_a_thing_may_know_its_name_itself(self) -> None:
        assert filters.name(SimpleNamespace(name_in=lambda lang: f"in {lang}")) == "in en"

    def test_macros_know_the_language_too(self) -> None:
        page = "{% macro m() %}{{ lang }}{{ lang == 'en' }}{{ in_language('分', 'points') }}{% endmacro %}{{ m() }}"
        assert render_template_string(page) == "enTruepoints"


def test_figures_have_commas_and_a_real_minus() -> None:
    assert [filters.figure(1346), filters.figure(-4), filters.figure(76.44, 1)] == ["1,346", "\u22124", "76.4"]
    assert [filters.signed(6), filters.signed(-4), filters.signed(0)] == ["+6", "\u22124", "0"]


def test_days_back_hold_both_ends() -> None:
    assert filters.days_back(THURSDAY, date(2026, 11, 24)) == [THURSDAY, date(2026, 11, 25), date(2026, 11, 24)]
    assert filters.days_back(date(2026, 11, 1), THURSDAY) == []


def test_a_choice_in_the_address_keeps_the_rest_of_it(pages: Flask) -> None:
    with pages.test_request_context("/areas?of=1&of=2&lang=zh"):
        assert filters.same_page_with(lang="en") == "/areas?of=1&of=2&lang=en"


def test_a_chinese_name_on_an_english_page_is_marked_as_chinese(en: None) -> None:
    assert filters.clauses("Sent to 柳桥社区 <now>") == 'Sent to <span lang="zh-Hans">柳桥社区</span> &lt;now&gt;'
    marked = filters.own_language("a 柳桥")
    assert filters.own_language(marked) == marked
    title = Markup('<b title="柳桥">3</b> of 柳桥')
    assert filters.own_language(title) == '<b title="柳桥">3</b> of <span lang="zh-Hans">柳桥</span>'


def test_nothing_is_marked_on_a_chinese_page(zh: None) -> None:
    assert filters.own_language("柳桥 <b>") == "柳桥 &lt;b&gt;"
