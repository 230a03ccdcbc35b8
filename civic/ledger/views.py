"""The statement: a resident's points, line by line, each with its reason."""

from flask import Blueprint, render_template, request

from civic import clock
from civic.access import me, signed_in
from civic.ledger import passbook, service
from civic.rules.periods import Period, parse, period_of
from civic.rules.refused import NotFound
from civic.web import zone

bp = Blueprint("ledger", __name__)


@bp.get("/me/statement")
@signed_in
def statement() -> str:
    """A month (or any other period) of my points: opening, lines, closing."""
    period = _period_asked()
    account = "balance" if request.args.get("account") == "balance" else "merit"
    found = service.statement(me().id, period)
    return render_template(
        "ledger/statement.html",
        days=passbook.days(found, service.named_by(found.lines), account),
        opening=getattr(found.opening, account),
        change=getattr(found.change, account),
        closing=getattr(found.closing, account),
        period=period,
        previous=period.previous(),
        following=period.next() if period.ends_on <= clock.today(zone()) else None,
        account=account,
    )


def _period_asked() -> Period:
    key = request.args.get("period")
    if not key:
        return period_of("month", clock.today(zone()))
    try:
        return parse(key)
    except ValueError:
        raise NotFound("page") from None
