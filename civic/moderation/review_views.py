"""Reviews from elsewhere: what was given to me, without whose it is; and holding an entry for such a review."""

from typing import Any

from flask import flash, redirect, render_template, request
from flask_babel import gettext as _

from civic import clock
from civic.access import decider, me
from civic.activities import service as activities
from civic.db import transaction
from civic.moderation import assignments, reviews
from civic.moderation.blueprint import bp
from civic.moderation.forms import ReviewForm
from civic.rules import reviews as rules
from civic.rules.refused import Conflict, Forbidden, NotFound, Refused
from civic.web import status_of, zone
from civic.wording import HELD_FOR, say


@bp.get("/moderation/reviews")
@decider
def list_reviews() -> str:
    """What lies before me from elsewhere, the oldest first."""
    return render_template(
        "moderation/reviews.html",
        found=assignments.of(me().id),
        activity_of=activities.get,
        answer_by=rules.answer_by,
    )


@bp.get("/moderation/reviews/<int:entry_id>")
@decider
def review(entry_id: int) -> str:
    """One of them: everything but whose it is."""
    return _page(entry_id, ReviewForm(formdata=None))


@bp.post("/moderation/reviews/<int:entry_id>")
@decider
def decide_review(entry_id: int) -> Any:
    """Approve or reject it, for good."""
    form = ReviewForm()
    try:
        with transaction():
            reviews.decide(entry_id, form.decision.data or "", form.reason.data, by=me(), now=clock.now(), zone=zone())
    except NotFound:
        raise
    except (Conflict, Forbidden) as refused:
        return _page(entry_id, form, say(refused)), status_of(refused)
    except Refused as refused:
        form.refuse(refused)
        return _page(entry_id, form), status_of(refused)
    flash(_("复核好了，居民会收到结果，不会知道是谁看的。"))
    return redirect("/moderation/reviews", 303)


@bp.post("/moderation/<int:entry_id>/hold")
@decider
def hold(entry_id: int) -> Any:
    """Have it looked at elsewhere instead of deciding on it."""
    try:
        with transaction():
            reviews.hold(entry_id, request.form.get("why", ""), by=me(), now=clock.now())
    except NotFound:
        raise
    except Refused as refused:
        flash(say(refused))
        return redirect(f"/moderation/{entry_id}", 303)
    flash(_("请别处的人来看了，这一笔不用你再管。"))
    return redirect("/moderation", 303)


def _page(entry_id: int, form: ReviewForm, refused: str | None = None) -> str:
    found = reviews.find(entry_id, me())
    return render_template(
        "moderation/review.html",
        review=found,
        entry=found.entry,
        activity=activities.get(found.entry.activity_key),
        form=form,
        refused=refused,
        until=rules.answer_by(found.assignment.given_at),
        most=rules.MAX_WORDS,
        held_for=HELD_FOR,
    )
