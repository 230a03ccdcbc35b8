"""What a catalogue must have before residents see it. Every finding names the file and the key."""

import re
from collections.abc import Iterator

from civic.activities.files import RULES_FILE
from civic.activities.models import ICONS, Activity, Catalogue
from civic.rules import points
from civic.rules.points import PointRule
from civic.rules.refused import Refused

# The five speeches: chapters and how many numbered points each has. Speech 4 is quoted by its five priorities.
SPEECHES: dict[str, dict[str, int]] = {
    "S1": {"一": 3, "二": 5, "三": 3},
    "S2": {"一": 4, "二": 4, "三": 4, "四": 3},
    "S3": {"一": 3, "二": 4, "三": 4},
    "S4": {"一": 0, "二": 0, "三": 0, "四": 0, "五": 0},
    "S5": {"一": 4, "二": 3, "三": 3},
}
_SOURCE = re.compile(r"(S[1-5])-([一二三四五])(?:-([1-9]))?")
# Fine print P12: these alone may ask for nothing without being pledges, as long as they are capped low.
UNPROVED_KINDS = ("pledge", "reading")
UNPROVED_KEYS = ("exercise",)
LOW_PER_DAY = 6
LOW_PER_WEEK = 24
FORM_LINES = range(4, 9)
RULE_FAULTS = {
    "rule_worth_out_of_range": f"an entry may be worth 0 to {points.MAX_WORTH}",
    "rule_quantities_out_of_order": "min must be at least 1 and at most max",
    "rule_cap_negative": "a cap is below zero",
    "rule_once_per_unknown": f"once_per must be one of {', '.join(points.ONCE_PER)}",
    "rule_not_from_the_first": "from_on must be the first of a month",
    "rule_published_too_late": f"published_on must be at least {points.PUBLISHED_BEFORE_DAYS} days before from_on",
}


def problems(catalogue: Catalogue) -> list[str]:
    """Everything that is wrong with a catalogue; empty when it may be used."""
    found = [
        f"{category.key}.toml: [category]: name needs zh and en"
        for category in catalogue.categories.values()
        if not (category.name_zh and category.name_en)
    ]
    for activity in catalogue:
        where = f"{activity.category}.toml: {activity.key}: "
        found += [where + fault for fault in _faults(activity)]
        found += _rule_problems(activity, catalogue.rules[activity.key])
    return found


def _faults(activity: Activity) -> Iterator[str]:
    yield from _missing_texts(activity)
    if activity.icon not in ICONS:
        yield f"icon {activity.icon!r} is not in the set"
    if not is_a_place(activity.source):
        yield f"source {activity.source!r} is no place in the speeches (such as S5-一 or S3-二-2)"
    yield from _evidence_faults(activity)


def _missing_texts(activity: Activity) -> Iterator[str]:
    texts = {
        "name": (activity.name_zh, activity.name_en),
        "hint": (activity.hint_zh, activity.hint_en),
        "unit (or minutes)": (activity.unit_zh, activity.unit_en),
    }
    if activity.is_pledge:
        texts["promise"] = (activity.promise_zh, activity.promise_en)
    for line in activity.form:
        texts[f"form line {line.key!r}"] = (line.zh, line.en)
    for field, both in texts.items():
        if not all(both):
            yield f"{field} needs zh and en"


def is_a_place(source: str) -> bool:
    """Whether a source names a speech, a chapter of it and, if given, a point that is there."""
    found = _SOURCE.fullmatch(source)
    if found is None:
        return False
    speech, chapter, point = found.groups()
    return chapter in SPEECHES[speech] and int(point or 0) <= SPEECHES[speech][chapter]


def _evidence_faults(activity: Activity) -> Iterator[str]:
    if len(set(activity.evidence)) != len(activity.evidence):
        yield "evidence names something twice"
    if ("note" in activity.evidence) != (activity.note_min > 0):
        yield "note_min and the evidence note belong together"
    if ("form" in activity.evidence) != bool(activity.form):
        yield "form and the evidence form belong together"
    if activity.form and len(activity.form) not in FORM_LINES:
        yield "a form has 4 to 8 lines"
    if not 0 <= activity.form_min <= len(activity.form):
        yield "form_min is more than the form has lines"
    if len({line.key for line in activity.form}) != len(activity.form):
        yield "two lines of the form share a key"
    if activity.is_pledge and activity.evidence:
        yield "a pledge asks for no evidence"
    if not activity.evidence and activity.kind not in UNPROVED_KINDS and activity.key not in UNPROVED_KEYS:
        yield "what asks for no photo, note, form or other person's word is a pledge (fine print P12)"


def _rule_problems(activity: Activity, rules: tuple[PointRule, ...]) -> Iterator[str]:
    if not rules:
        yield f"{RULES_FILE}: {activity.key}: it has no rule"
    for rule in rules:
        where = f"{RULES_FILE}: {activity.key} version {rule.version}: "
        try:
            points.check_rule(rule)
        except Refused as refused:
            yield where + RULE_FAULTS[refused.code]
        yield from (where + fault for fault in faults_of_rule(activity, rule))


def faults_of_rule(activity: Activity, rule: PointRule) -> list[str]:
    """What speaks against a price for this very activity, however sound it is by itself."""
    if activity.is_pledge and not _is_a_kept_day(rule):
        return ["a kept day is worth exactly 1, once a day"]
    if not activity.is_pledge and not activity.evidence and not _is_capped_low(rule):
        return [f"without evidence at most {LOW_PER_DAY} a day and {LOW_PER_WEEK} a week (fine print P12)"]
    return []


def _is_a_kept_day(rule: PointRule) -> bool:
    is_one = points.worth(rule, 1) == points.KEPT_DAY_WORTH
    return is_one and rule.per_day == points.KEPT_DAY_WORTH and rule.min_quantity == rule.max_quantity == 1


def _is_capped_low(rule: PointRule) -> bool:
    if rule.per_day is None or rule.per_week is None:
        return False
    return rule.per_day <= LOW_PER_DAY and rule.per_week <= LOW_PER_WEEK
