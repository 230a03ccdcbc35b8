"""How pages write numbers, days and names, in both languages; refusals say their days with `day` and `moment` too."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Flask, current_app, request
from flask_babel import get_locale
from flask_babel.speaklater import LazyString
from markupsafe import Markup, escape

from civic import clock as clocks
from civic.rules.civility_index import Part
from civic.rules.periods import Period

MINUS = "\u2212"
LONGEST_SHORT_TEXT = 60
CLAUSE = re.compile(r"[^，。；：]*[，。；：]+[”』」）]*|[^，。；：]+")
HAN = re.compile(r"[\u4e00-\u9fff]")
TAG = re.compile(r"(<[^>]*>)")
MARKED = r'<span lang="zh-Hans">\g<0></span>'
HAN_RUN = re.compile(r"[\u4e00-\u9fff]+(?:[·。，、]?[\u4e00-\u9fff]+)*")
WEEKDAYS = {"zh": "一二三四五六日", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def init(app: Flask) -> None:
    """Register the filters, and the globals `in_language`, `same_page_with` and `lang`."""
    for each in (
        clauses,
        own_language,
        figure,
        signed,
        day,
        dotted_day,
        rate,
        clock,
        moment,
        relative_day,
        name,
        period_name,
        this_period,
    ):
        app.jinja_env.filters[each.__name__] = each
    # `lang` is asked anew each time it is read, so that macros know it as well as pages.
    app.jinja_env.globals.update(
        in_language=in_language, same_page_with=same_page_with, days_back=days_back, lang=LazyString(lang)
    )


def lang() -> str:
    """The language of this page, "zh" or "en"; zh where nobody reads yet."""
    return "en" if getattr(get_locale(), "language", "zh") == "en" else "zh"


def in_language(zh: str, en: str) -> str:
    """The one of two texts that this page is written in."""
    return en if lang() == "en" else zh


def name(thing: Any) -> str:
    """What a thing is called in the language of this page, from name_in(lang) or name_zh and name_en."""
    if hasattr(thing, "name_in"):
        return str(thing.name_in(lang()))
    return in_language(thing.name_zh, thing.name_en or thing.name_zh)


def own_language(text: object) -> Markup:
    """A text with its Chinese names marked as Chinese where the page is English; what is marked already stays so."""
    words = str(escape(text))
    if lang() != "en" or "lang=" in words:
        return Markup(words)  # noqa: S704 - escaped above
    pieces = (piece if piece.startswith("<") else HAN_RUN.sub(MARKED, piece) for piece in TAG.split(words))
    return Markup("".join(pieces))  # noqa: S704 - escaped above


def clauses(text: object) -> Markup:
    """A short Chinese text in pieces that break at punctuation only; any other text as it is, escaped.

    A Chinese name inside an English text stands in an element of its own language.
    """
    if lang() == "en":
        return own_language(text)
    words = escape(text)
    if len(words) >= LONGEST_SHORT_TEXT or not HAN.search(words):
        return words
    pieces = CLAUSE.findall(words)
    if len(pieces) < 2:
        return words
    return Markup("").join(Markup('<span class="cl">{}</span>').format(Markup(piece)) for piece in pieces)  # noqa: S704


def figure(value: float, digits: int = 0) -> str:
    """A number as on a door plate: 1,346; the minus is a real one."""
    return f"{value:,.{digits}f}".replace("-", MINUS)


def signed(value: int) -> str:
    """A gain or a loss: +6, −4; 0 has no sign."""
    return f"+{figure(value)}" if value > 0 else figure(value)


def rate(part: Part, which: str = "rate") -> str:
    """A rate of an index part, its target or its city's: 7.3 %, or points for a thousand people."""
    value = getattr(part, which)
    if part.key == "points":
        return in_language(f"每千人 {figure(float(value * 1000))} 分", f"{figure(float(value * 1000))} per 1,000")
    return f"{figure(float(value * 100), 1)}%"


def day(value: date, weekday: bool = False, year: bool = False) -> str:
    """11 月 26 日 or 26 Nov, with the weekday or the year if asked for; a moment counts in the city's zone."""
    local = _in_city(value).date() if isinstance(value, datetime) else value
    if lang() == "en":
        text = f"{local.day} {MONTHS[local.month - 1]}" + (f" {local.year}" if year else "")
        return f"{WEEKDAYS['en'][local.weekday()]} {text}" if weekday else text
    text = (f"{local.year} 年 " if year else "") + f"{local.month} 月 {local.day} 日"
    return f"{text}，周{WEEKDAYS['zh'][local.weekday()]}" if weekday else text


def dotted_day(value: date) -> str:
    """2026.11.08, as on a seal; a moment counts in the city's zone."""
    local = _in_city(value).date() if isinstance(value, datetime) else value
    return f"{local:%Y.%m.%d}"


def clock(value: datetime) -> str:
    """10:05, in the city's zone."""
    return f"{_in_city(value):%H:%M}"


def moment(value: datetime) -> str:
    """11 月 28 日 16:20 or 28 Nov, 16:20."""
    return f"{day(value)}{', ' if lang() == 'en' else ' '}{clock(value)}"


def relative_day(value: date, today: date | None = None) -> str:
    """今天, 昨天, 前天; any other day by its date."""
    local = _in_city(value).date() if isinstance(value, datetime) else value
    near = {
        0: in_language("今天", "Today"),
        1: in_language("昨天", "Yesterday"),
        2: in_language("前天", "Two days ago"),
    }
    ago = ((today or clocks.today(_zone())) - local) // timedelta(days=1)
    return near.get(ago) or day(local)


def period_name(period: Period) -> str:
    """2026 年 11 月, 2026 年第 48 周 … or November 2026, week 48 of 2026 …"""
    start, last = period.starts_on, period.ends_on - timedelta(days=1)
    iso = start.isocalendar()
    return {
        "week": in_language(f"{iso.year} 年第 {iso.week} 周", f"week {iso.week} of {iso.year}"),
        "month": in_language(f"{start.year} 年 {start.month} 月", f"{MONTHS[start.month - 1]} {start.year}"),
        "quarter": in_language(
            f"{start.year} 年第 {last.month // 3} 季度", f"quarter {last.month // 3} of {start.year}"
        ),
        "year": in_language(f"{start.year} 年", f"{start.year}"),
        "cycle": in_language(f"{start.year} 至 {last.year} 年", f"{start.year} to {last.year}"),
    }[period.kind]


def this_period(period: Period) -> str:
    """本周, 本月 …: the running period of a kind."""
    return {
        "week": in_language("本周", "this week"),
        "month": in_language("本月", "this month"),
        "quarter": in_language("本季度", "this quarter"),
        "year": in_language("今年", "this year"),
        "cycle": in_language("这三年", "these three years"),
    }[period.kind]


def days_back(latest: date, earliest: date) -> list[date]:
    """Every day from the latest back to the earliest, both included."""
    return [latest - timedelta(days=ago) for ago in range((latest - earliest).days + 1)]


def same_page_with(**choices: str) -> str:
    """The address of this page with the given choices in its query, everything else in it kept."""
    kept = [(key, value) for key, value in request.args.items(multi=True) if key not in choices]
    return f"{request.path}?{urlencode([*kept, *choices.items()])}"


def _zone() -> ZoneInfo:
    zone: ZoneInfo = current_app.config["CIVIC"].timezone
    return zone


def _in_city(value: datetime) -> datetime:
    # The database hands out moments without a zone; they are UTC.
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(_zone())
