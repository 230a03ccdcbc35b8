"""Point rules on the web: what is in force, what is published, a change proposed by one and confirmed by another."""

from decimal import Decimal
from typing import Any

from flask import abort, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from civic import clock
from civic.access import me, staff
from civic.activities import rule_changes, rulebook, service
from civic.activities.models import Activity
from civic.admin.blueprint import bp
from civic.admin.forms import RuleForm
from civic.db import transaction
from civic.rankings import index_changes
from civic.rankings.rule_preview import Preview, preview
from civic.rules.points import HUNDREDTHS, PointRule
from civic.rules.refused import Refused
from civic.web import status_of, zone


@bp.get("/rules")
@staff
def list_rules() -> str:
    """Every activity with its price, what is published and what waits for a second person."""
    _check()
    now = clock.now()
    return render_template(
        "admin/rules.html",
        tables=rulebook.tables(service.catalogue(), clock.today(zone())),
        to_come=[(rulebook.Line(activity, rule), rule) for activity, rule in service.to_come(clock.today(zone()))],
        waiting=[(one, rulebook.Line(one.activity, one.rule)) for one in rule_changes.waiting(now)],
        answered=rule_changes.answered(now),
    )


@bp.get("/rules/<key>")
@staff
def show_rule(key: str) -> str:
    """An activity's versions, and the form for the next one."""
    _check()
    activity = service.get_open(key)
    return _page(activity, RuleForm.of(service.latest_rule(key), rule_changes.months(clock.today(zone()))))


@bp.post("/rules/<key>")
@staff
def propose_rule(key: str) -> Any:
    """Look at what a change would have done, or propose it."""
    _check()
    activity, today = service.get_open(key), clock.today(zone())
    form = RuleForm()
    form.offer(rule_changes.months(today))
    if not form.validate():
        return _page(activity, form), 422
    try:
        if request.form.get("do") != "propose":
            rule = rule_changes.drafted(key, form.wanted(), today)
            return _page(activity, form, rule, preview(_city(), key, rule))
        with transaction():
            rule_changes.propose(key, form.wanted(), by=me(), now=clock.now(), zone=zone())
    except Refused as refused:
        form.refuse(refused)
        return _page(activity, form), status_of(refused)
    flash(_("提好了，等另一位确认，7 天内有效。"))
    return redirect("/admin/rules", 303)


@bp.post("/rules/proposals/<int:proposal_id>/answer")
@staff
def answer_rule(proposal_id: int) -> Response:
    """Confirm or let fall what somebody else proposed."""
    _check()
    if request.form.get("answer") == "confirm":
        with transaction():
            row = rule_changes.confirm(proposal_id, by=me(), now=clock.now(), zone=zone())
            from_on = row.from_on
        flash(_("确认了，%(day)s起用，规则页上已经公布。", day=from_on.isoformat()))
    elif request.form.get("answer") == "decline":
        with transaction():
            rule_changes.decline(proposal_id, by=me(), now=clock.now())
        flash(_("这项提议放下了。"))
    else:
        abort(422)
    return redirect("/admin/rules", 303)


def _check() -> None:
    if not rule_changes.may_change(me()):
        abort(403)


def _city() -> str:
    """The city whose last month a change is weighed by: the first of those I run."""
    return index_changes.cities_of(me())[0].code


def _page(activity: Activity, form: RuleForm, rule: PointRule | None = None, weighed: Preview | None = None) -> str:
    return render_template(
        "admin/rule.html",
        activity=activity,
        form=form,
        versions=[rulebook.Line(activity, each) for each in service.catalogue().rules[activity.key]][::-1],
        today=clock.today(zone()),
        drafted=rulebook.Line(activity, rule) if rule else None,
        weighed=weighed,
        per_unit=lambda each: f"{(Decimal(each.per_unit_hundredths) / HUNDREDTHS).normalize():f}",
    )
