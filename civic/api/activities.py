"""What can be logged, and what it earns."""

from typing import Any

from civic import clock
from civic.access import open_to_all
from civic.activities import service
from civic.activities.models import Activity
from civic.api.blueprint import ApiBlueprint
from civic.api.schemas import ActivitiesOut
from civic.rules.points import HUNDREDTHS, PointRule
from civic.web import display, zone

bp = ApiBlueprint("activities", "The catalogue: what can be logged now, in the reader's language.")


@bp.get("/activities")
@open_to_all
@bp.answers(200, ActivitiesOut)
def list_activities() -> dict[str, Any]:
    """Every activity that can be logged now, with the rule in force today."""
    today = clock.today(zone())
    rules = (
        (activity, service.catalogue().find_rule_on(activity.key, today)) for activity in service.open_activities()
    )
    return {"items": [_item(activity, rule) for activity, rule in rules if rule], "next": None}


def _item(activity: Activity, rule: PointRule) -> dict[str, Any]:
    lang = display().lang
    return {
        "key": activity.key,
        "name": activity.name_in(lang),
        "hint": activity.hint_in(lang),
        "category": activity.category,
        "kind": activity.kind,
        "unit": activity.unit_in(lang),
        "evidence": activity.evidence,
        "note_min": activity.note_min,
        "form": [{"key": line.key, "text": line.en if lang == "en" else line.zh} for line in activity.form],
        "form_min": activity.form_min,
        "needs_title": activity.needs_title,
        "rule": {
            "version": rule.version,
            "base": rule.base,
            "per_unit": _decimal(rule.per_unit_hundredths),
            "per_day": rule.per_day,
            "per_week": rule.per_week,
            "once_per": rule.once_per,
            "min_quantity": rule.min_quantity,
            "max_quantity": rule.max_quantity,
        },
    }


def _decimal(hundredths: int) -> int | float:
    """A price as JSON writes it; two decimals survive the way through a float."""
    whole, rest = divmod(hundredths, HUNDREDTHS)
    return hundredths / HUNDREDTHS if rest else whole
