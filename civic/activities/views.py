"""The list of what can be logged, and the page that explains points and rankings."""

import re
from datetime import date
from typing import cast

from flask import Blueprint, current_app, render_template, request

from civic import clock
from civic.access import open_to_all
from civic.activities import rulebook, service
from civic.config import Config
from civic.rules import decisions, entries, pledges, points, progress
from civic.web import display

bp = Blueprint("activities", __name__)

# What this resident logs most, as keys: the room of entries lies above this one and puts its question here,
# app.extensions[USUAL_KEYS] = a function without arguments that answers a list of keys.
USUAL_KEYS = "usual_keys"
MAX_USUAL = 6
# Between a figure and a Chinese word stands one space.
FIGURE_EDGE = re.compile(r"(?<=[\u4e00-\u9fff]) (?=\d)|(?<=\d) (?=[\u4e00-\u9fff])")
EXAMPLE = ("litter_pickup", 3)


@bp.app_template_filter()
def glued(text: str) -> str:
    """A Chinese text whose figures stay on one line with the words around them."""
    return FIGURE_EDGE.sub("\N{NO-BREAK SPACE}", text)


@bp.app_template_filter()
def sentence(text: str) -> str:
    """A text that begins with a capital, where its script has any."""
    return text[:1].upper() + text[1:]


@bp.get("/activities")
@open_to_all
def index() -> str:
    """Every activity that can be logged now, searchable, what this resident logs most first."""
    query = request.args.get("q", "").strip()
    found = service.find_open(query)
    return render_template(
        "activities/index.html",
        query=query,
        found=found if query else (),
        usual=() if query else service.usual(_usual_keys())[:MAX_USUAL],
        shelves=() if query else service.open_shelves(),
        lines=rulebook.lines(service.catalogue(), clock.today(_config().timezone)),
    )


@bp.get("/rules")
@open_to_all
def rules() -> str:
    """How points come about and what is ranked, with the numbers of the rules in force today."""
    today = clock.today(_config().timezone)
    return render_template(
        "activities/rules.html",
        example=_example(today),
        tables=rulebook.tables(service.catalogue(), today),
        rulebook=service.rulebook(today),
        to_come=[(rulebook.Line(activity, rule), rule) for activity, rule in service.to_come(today)],
        points=points,
        entries=entries,
        decisions=decisions,
        pledges=pledges,
        progress=progress,
        scale=_config().star_hours,
    )


def _example(today: date) -> dict[str, object]:
    """A sum worked out with the numbers of today's rule."""
    activity, rule = service.get(EXAMPLE[0]), service.rule_on(EXAMPLE[0], today)
    amount = activity.amount(EXAMPLE[1], display().lang)
    return {"name": activity.name_in(display().lang), "amount": amount, "worth": points.worth(rule, EXAMPLE[1])}


def _usual_keys() -> list[str]:
    ask = current_app.extensions.get(USUAL_KEYS)
    return list(ask()) if ask else []


def _config() -> Config:
    return cast(Config, current_app.config["CIVIC"])
