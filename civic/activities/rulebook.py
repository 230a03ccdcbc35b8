"""The numbers of the rules in words, the same for the page /rules and for docs/rules.md."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from civic.activities.models import Activity, Catalogue, Category
from civic.config import ROOT
from civic.rules import points
from civic.rules.points import HUNDREDTHS, PointRule

PAGE = ROOT / "docs" / "rules.md"
LANGUAGES = ("zh", "en")
_EVIDENCE = {
    "photo": ("照片", "photo"),
    "note": ("说明", "note"),
    "form": ("清单", "checklist"),
    "attested": ("他人证明", "someone's word"),
    "guardian": ("监护人确认", "guardian's word"),
    "adopted": ("采纳答复", "reply that adopts it"),
}
_TITLE = ("题目或书名", "its title")
_ONCE_PER = {
    "month": ("每月一次", "once a month"),
    "quarter": ("每季一次", "once a quarter"),
    "year": ("每年一次", "once a year"),
}
_NO_CAP = ("不限", "no limit")
_HEADS = {
    "zh": ("活动", "分值", "一次", "一天最多", "一周最多", "要什么", "出处"),
    "en": ("Activity", "Points", "An entry", "A day", "A week", "Asks for", "Source"),
}


@dataclass(frozen=True)
class Line:
    """One activity with its rule, as a table shows it."""

    activity: Activity
    rule: PointRule

    @property
    def span(self) -> str:
        """The least and the most one entry is worth: 3–8."""
        least = points.worth(self.rule, self.rule.min_quantity)
        most = points.worth(self.rule, self.rule.max_quantity)
        return str(most) if least == most else f"{least}–{most}"

    def earns(self, language: str) -> str:
        """The span as a tile says it: 3–8 分, 每天 1 分."""
        if language == "en":
            return _points(self.span) + (" a day" if self.activity.is_pledge else "")
        return f"每天 {self.span} 分" if self.activity.is_pledge else f"{self.span} 分"

    def price(self, language: str) -> str:
        """How worth is reckoned: 每 30 分钟 5 分."""
        return _price_en(self.activity, self.rule) if language == "en" else _price_zh(self.activity, self.rule)

    def asks_for(self, language: str) -> str:
        """What an entry brings along: 照片, 说明（至少 50 字）, 自己守诺 …, and how often it can be logged at all."""
        which = LANGUAGES.index(language)
        words = [_EVIDENCE[kind][which] + self._at_least(kind)[which] for kind in self.activity.evidence]
        joint = ("或", " or ") if self.activity.takes_note_or_photo else ("、", ", ")
        parts = [joint[which].join(words)] if words else []
        if self.activity.needs_title:
            parts.append(_TITLE[which])
        asked = ("、", ", ")[which].join(parts) or self._own_word()[which]
        often = _ONCE_PER[self.rule.once_per][which] if self.rule.once_per else ""
        return ("，", "; ")[which].join(part for part in (asked, often) if part)

    def _at_least(self, kind: str) -> tuple[str, str]:
        least = self.activity.note_min
        return (f"（至少 {least} 字）", f" (at least {least} characters)") if kind == "note" else ("", "")

    def _own_word(self) -> tuple[str, str]:
        return ("自己守诺", "your own word") if self.activity.is_pledge else ("不用附什么", "nothing")

    def cap(self, span: str, language: str) -> str:
        """The most points in a "day" or a "week"."""
        cap = self.rule.per_day if span == "day" else self.rule.per_week
        return _NO_CAP[LANGUAGES.index(language)] if cap is None else str(cap)


@dataclass(frozen=True)
class Table:
    """A category's lines."""

    category: Category
    lines: tuple[Line, ...]


def tables(catalogue: Catalogue, day: date) -> tuple[Table, ...]:
    """Every open activity with the rule in force on a day, category by category."""
    priced = lines(catalogue, day)
    shelves = catalogue.shelves(tuple(line.activity for line in priced.values()))
    return tuple(Table(s.category, tuple(priced[a.key] for a in s.activities)) for s in shelves)


def lines(catalogue: Catalogue, day: date) -> dict[str, Line]:
    """Every open activity that has a rule in force on a day, by its key."""
    priced = ((activity, catalogue.find_rule_on(activity.key, day)) for activity in catalogue.open())
    return {activity.key: Line(activity, rule) for activity, rule in priced if rule}


def newest_on(catalogue: Catalogue) -> date:
    """The day from which the newest published rule is in force."""
    return max(rule.from_on for versions in catalogue.rules.values() for rule in versions)


def _price_zh(activity: Activity, rule: PointRule) -> str:
    each, per_unit = _each(activity, rule, "zh")
    if rule.per_unit_hundredths and rule.base:
        return f"每次 {rule.base} 分，{each}再加 {per_unit} 分"
    if rule.per_unit_hundredths:
        return f"{each} {per_unit} 分"
    return f"{each} {rule.base} 分"


def _price_en(activity: Activity, rule: PointRule) -> str:
    each, per_unit = _each(activity, rule, "en")
    if rule.per_unit_hundredths and rule.base:
        return f"{_points(rule.base)}, and {per_unit} more per {each}"
    if rule.per_unit_hundredths:
        return f"{_points(per_unit)} per {each}"
    return f"{_points(rule.base)} per {each}"


def _each(activity: Activity, rule: PointRule, language: str) -> tuple[str, str]:
    """What is priced and its price. A tenth of a point a minute reads better as one point every ten."""
    hundredths = rule.per_unit_hundredths
    if activity.minutes == 1 and not activity.noun_zh and 0 < hundredths < HUNDREDTHS and HUNDREDTHS % hundredths == 0:
        minutes = HUNDREDTHS // hundredths
        return (f"{minutes} minutes" if language == "en" else f"每 {minutes} 分钟"), "1"
    unit = activity.unit_in(language)
    if language == "zh":
        unit = f"每 {unit}" if unit[0].isascii() else f"每{unit}"
    return unit, _decimal(hundredths)


def _decimal(hundredths: int) -> str:
    whole, rest = divmod(hundredths, HUNDREDTHS)
    return f"{whole}.{rest:02}".rstrip("0") if rest else str(whole)


def _points(figure: int | str) -> str:
    return f"{figure} point" if str(figure) == "1" else f"{figure} points"


def page_up_to_date(text: str, catalogue: Catalogue) -> str:
    """The text of docs/rules.md with the tables between its markers written anew."""
    for language in LANGUAGES:
        begin, end = (f"<!-- tables {language}: {edge} -->" for edge in ("begin", "end"))
        before, found, rest = text.partition(begin)
        _old, closed, after = rest.partition(end)
        if not (found and closed):
            raise ValueError(f"{PAGE.name}: the markers {begin} and {end} are missing")
        text = f"{before}{begin}\n{_markdown(catalogue, language)}{end}{after}"
    return text


def write_page(catalogue: Catalogue) -> bool:
    """Bring docs/rules.md up to date; answers whether anything had changed."""
    was = PAGE.read_text(encoding="utf-8")
    becomes = page_up_to_date(was, catalogue)
    PAGE.write_text(becomes, encoding="utf-8")
    return was != becomes


def _markdown(catalogue: Catalogue, language: str) -> str:
    day = newest_on(catalogue)
    intro = f"In force from {day} on." if language == "en" else f"自 {day} 起有效。"
    text = [intro, ""]
    for table in tables(catalogue, day):
        text += [f"### {table.category.name_in(language)}", "", *_rows(table.lines, language), ""]
    return "\n".join(text)


def _rows(priced: Iterable[Line], language: str) -> list[str]:
    heads = _HEADS[language]
    rows = [heads, ("---", "---", *["---:"] * 3, "---", "---")]
    rows += [
        (
            line.activity.name_in(language),
            line.price(language),
            line.span,
            line.cap("day", language),
            line.cap("week", language),
            line.asks_for(language),
            line.activity.source,
        )
        for line in priced
    ]
    return [f"| {' | '.join(row)} |" for row in rows]
