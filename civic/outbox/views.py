"""Pages and files for a phone that is out of reach.

Nothing here knows what waits on a phone: the list is drawn there, from what the phone itself keeps
(static/scripts/outbox/). So the page may be kept by the worker for everybody.
"""

from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, jsonify, render_template
from flask_babel import gettext as _

from civic import assets, clock
from civic.access import me_or_none, open_to_all
from civic.filters import lang
from civic.rules.entries import LATE_DAYS
from civic.rules.standings import masked
from civic.web import zone

bp = Blueprint("outbox", __name__)

PAPER = "#F6F3EA"  # --paper of static/styles/_tokens.scss: what shows while the installed app opens
ASK_EACH_TIME = "no-cache"  # a browser may keep it, but asks whether it is still the newest


@bp.app_context_processor
def facts_for_the_phone() -> dict[str, Any]:
    """What every page tells its script: the server's time, the city's zone, who is signed in."""
    person = me_or_none()
    return {
        "phone": {
            "now": round(clock.now().timestamp() * 1000),
            "zone": _name_of(zone()),
            "late_days": LATE_DAYS,
            "person": person.id if person else None,
            "mask": masked(person.name) if person else None,
        }
    }


@bp.get("/outbox")
@open_to_all
def index() -> str:
    """What waits on this phone. The worker also shows this page in place of one that the network cannot bring."""
    return render_template("outbox/index.html")


@bp.get("/sw.js")
@open_to_all
def worker() -> Response:
    """The service worker: served from the root, so that it may answer for every page."""
    response = assets.in_best_form(assets.asset("sw.js").removeprefix("/static/"))
    response.headers["Cache-Control"] = ASK_EACH_TIME
    return response


@bp.get("/manifest.webmanifest")
@open_to_all
def manifest() -> Response:
    """What a phone needs to put the product beside its apps."""
    icons = [_icon(f"icon-{size}.png", size, "any") for size in (192, 512)]
    response = jsonify(
        id="/",
        name=_("文明同行"),
        short_name=_("文明同行"),
        description=_("楼下的一件小事，算数。"),
        lang="en" if lang() == "en" else "zh-Hans",
        start_url="/",
        scope="/",
        display="standalone",
        background_color=PAPER,
        theme_color=PAPER,
        icons=[*icons, _icon("icon-maskable.png", 512, "maskable")],
        shortcuts=[{"name": _("记一笔"), "url": "/activities"}],
    )
    response.mimetype = "application/manifest+json"
    response.headers["Cache-Control"] = ASK_EACH_TIME
    response.vary.update(("Accept-Language", "Cookie"))
    return response


def _icon(name: str, size: int, purpose: str) -> dict[str, str]:
    return {"src": assets.asset(name), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}


def _name_of(city: ZoneInfo) -> str:
    return city.key
