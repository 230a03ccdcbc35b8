"""What the style guide shows: a November in a community that does not exist."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    MultipleFileField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired

from civic import motif
from civic.activities import service as activities
from civic.activities.models import ICONS
from civic.filters import in_language
from civic.forms import BaseForm
from civic.progress.badges import all_badges
from civic.progress.service import Hours, Reached
from civic.rules.progress import LEVELS

TODAY = date(2026, 11, 26)
MONDAY = TODAY - timedelta(days=TODAY.weekday())
COMMUNITY = "330199001001"
WEEKS = ("tree", "tree", "bench", "tree", "tree", "grass", "tree", "tree", "tree", "tree", "tree", "sapling")
KEPT = frozenset({1, 2, 3, 5, 6, 9, 10, 11, 12, 13, 16, 18, 19, 23, 24, 25})


class ExampleForm(BaseForm):
    """One field of each kind."""

    class Meta:
        csrf = False

    login = StringField(validators=[DataRequired()])
    note = TextAreaField()
    quantity = IntegerField(validators=[InputRequired()])
    photos = MultipleFileField()
    acted_on = DateField()
    place = SelectField()
    whom = RadioField()
    public = BooleanField()


@dataclass(frozen=True)
class Cell:
    """One day of the example calendar."""

    date: date
    state: str


def of_everything() -> dict[str, Any]:
    """All that the page needs."""
    return {
        "icons": ICONS,
        "today": TODAY,
        "monday": MONDAY,
        "active_days": {MONDAY, MONDAY + timedelta(days=2)},
        "weeks": WEEKS,
        "scenes": [motif.skyline(COMMUNITY, acts, drawn=780) for acts in (23, 0, 240)],
        "unlit": motif.skyline(COMMUNITY, drawn=780),
        "shown": {key: activities.get(key) for key in _some_activities()},
        "offered": [activities.get(key) for key in _some_activities()],
        "cells": _november(),
        "ranks": _ranks(),
        "reached": _reached(),
        "days": _statement(),
        "form": _form(),
        "rule": activities.rule_on(_some_activities()[0], TODAY),
        "earliest": TODAY - timedelta(days=3),
    }


def _some_activities() -> list[str]:
    wanted = ("litter", "cigarette", "reading", "volunteering")
    found = {activity.icon: activity.key for activity in reversed(activities.catalogue().open())}
    return [found[icon] for icon in wanted if icon in found]


def _november() -> list[Cell | None]:
    first = date(2026, 11, 1)
    days = [first + timedelta(days=at) for at in range(30)]
    return [None] * first.weekday() + [Cell(day, _state(day)) for day in days]


def _state(day: date) -> str:
    if day == TODAY:
        return "today"
    if day > TODAY:
        return "to_come"
    return "kept" if day.day in KEPT else "not_kept"


def _reached() -> list[Reached]:
    at = datetime.combine(TODAY, time(), UTC)
    star = Hours("attested", 6000, 1, None)
    return [
        Reached("level", at, None, "level", LEVELS[3]),
        Reached("badge", at, 1, "badge", all_badges()[0]),
        Reached("star", at, 1, "star", star),
    ]


def _ranks() -> list[dict[str, Any]]:
    lines = (
        (3, "南门老周", "Old Zhou", 171, 1),
        (4, "北窗", "North Window", 166, -1),
        (5, "桂花", "Osmanthus", 159, 0),
        (5, "晨跑的李", "Li, who runs at dawn", 159, 4),
        (7, "竹青", "Bamboo", 147, -2),
        (8, "秀兰", "Xiulan", 142, 2),
        (9, "陈**", "陈**", 140, "new"),
        (10, "一位小邻居", "A young neighbour", 131, None),
        (11, "云上", "Over the Clouds", 126, 2),
    )
    return [
        {"rank": rank, "name": in_language(zh, en), "merit": merit, "change": change, "is_me": rank == 8}
        for rank, zh, en, merit, change in lines
    ]


def _line(title: str, why: str, amount: int, balance: int, **more: Any) -> dict[str, Any]:
    return {"title": title, "why": why, "amount": amount, "balance": balance, "state": "counted"} | more


def _statement() -> list[dict[str, Any]]:
    say = in_language
    litter = _line(
        say("捡拾垃圾", "Pick up litter"),
        say("2 袋，何静核对", "2 bags, checked by He Jing"),
        6,
        1346,
        details=[(say("出门一趟", "Going out"), 2), (say("每袋 2 分，2 袋", "2 points a bag, 2 bags"), 4)],
        details_title=say("为什么是 6 分", "Why 6 points"),
        details_note=say("规则第 3 版，当天未到上限", "Rule version 3, under the day's limit"),
    )
    read = _line(say("读书半小时", "Read for half an hour"), say("自动通过，可能抽查", "Passed by rule"), 5, 1340)
    bonus = _line(
        say("一周活跃五天", "Five active days"), say("第 47 周稳步奖励", "Week 47, steady"), 8, 1335, state="bonus"
    )
    undone = _line(
        say("更正：楼道清洁", "Correction: stairwell"),
        say("冲回 11 月 9 日那笔", "Takes back 9 November"),
        -4,
        1327,
        state="reversed",
        link={"href": "#passbook", "label": say("看原因", "why")},
    )
    return [
        {"date": date(2026, 11, 25), "lines": [litter, read]},
        {"date": date(2026, 11, 23), "lines": [bonus, undone]},
    ]


def _form() -> ExampleForm:
    say = in_language
    form = ExampleForm(data={"quantity": 2, "whom": "me", "public": True, "place": "month", "acted_on": TODAY})
    form.login.label.text = say("用户名", "User name")
    form.note.label.text = say("写一句", "A few words")
    form.quantity.label.text = say("做了多少", "How much")
    form.photos.label.text = say("照片", "Photos")
    form.acted_on.label.text = say("哪天做的", "Which day")
    form.place.label.text = say("看哪一段", "Which period")
    form.whom.label.text = say("算给谁", "For whom")
    form.public.label.text = say("榜上显示昵称", "Show my nickname")
    form.place.choices = [("week", say("本周", "This week")), ("month", say("本月", "This month"))]
    form.whom.choices = [("me", say("我自己", "Myself")), ("child", say("小满", "Xiaoman"))]
    form.login.errors = [say("请写下用户名，3 到 40 个字。", "Give a user name of 3 to 40 characters.")]
    return form
