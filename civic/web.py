"""What every page shares: language and display, headers, CSRF, and errors that say what to do next."""

import errno
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, Response, current_app, g, jsonify, render_template, request
from flask_babel import Babel
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError, CSRFProtect
from jinja2 import StrictUndefined
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter

from civic import clock, logs
from civic.access import API_PREFIX, bearer_token, forget_me, i_may_decide, me_or_none, my_grants
from civic.accounts import service as accounts
from civic.config import Config
from civic.rules.refused import Conflict, Forbidden, NotFound, Refused, TooMany
from civic.switches import service as switches
from civic.wording import say

LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
TYPES = ("normal", "large")
THEMES = ("auto", "light", "dark")
YEAR_SECONDS = 365 * 86400
RETRY_SECONDS = 5
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
DATABASE_AWAY = (OperationalError, InterfaceError, NoConnectionFree)
PROBLEM_JSON = "application/problem+json"
STATUS_OF = {NotFound: 404, Forbidden: 403, Conflict: 409, TooMany: 429}

csrf = CSRFProtect()
babel = Babel()


@dataclass(frozen=True)
class Display:
    """How this reader wants pages: language, size of type, light or dark. Kept in cookies, chosen by a link."""

    lang: str
    type: str
    theme: str


class RowId(IntegerConverter):
    """The id of a row in an address: ASCII digits, and never more than a column holds."""

    regex = r"[0-9]{1,18}"


def init(app: Flask) -> None:
    """Add language, display, CSRF, headers and error pages to the application."""
    config: Config = app.config["CIVIC"]
    if config.trusted_proxies:
        hops = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.url_map.converters["int"] = RowId
    babel.init_app(app, locale_selector=lambda: LOCALES[display().lang])
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    csrf.init_app(app)
    app.before_request(_check_csrf)
    app.after_request(_remember_display)
    app.after_request(_add_headers)
    app.context_processor(_shared_with_templates)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(CSRFError, _csrf_missing)
    app.register_error_handler(HTTPException, _http_error)
    for kind in DATABASE_AWAY:
        app.register_error_handler(kind, _database_away)
    app.register_error_handler(OSError, _storage_error)


def display() -> Display:
    """The choice in the address, else the remembered one, else what the browser asks for."""
    if "display" not in g:
        wanted = request.accept_languages.best_match(["zh", "zh-CN", "zh-Hans", "en"], default="zh")
        g.display = Display(
            lang=_chosen("lang", tuple(LOCALES), "en" if wanted == "en" else "zh"),
            type=_chosen("type", TYPES, "normal"),
            theme=_chosen("theme", THEMES, "auto"),
        )
    return g.display


def _chosen(name: str, allowed: tuple[str, ...], default: str) -> str:
    for value in (request.args.get(name), request.cookies.get(name)):
        if value in allowed:
            return value
    return default


def _remember_display(response: Response) -> Response:
    for name in ("lang", "type", "theme"):
        if name in request.args and request.args[name] == getattr(display(), name):
            secure = bool(request.is_secure)
            response.set_cookie(
                name, request.args[name], max_age=YEAR_SECONDS, samesite="Lax", secure=secure, httponly=True
            )
    return response


def _check_csrf() -> None:
    # A bearer token is not sent by a browser on its own, so nobody can borrow it.
    if bearer_token() is not None:
        return
    # A program that forgot its token hears 401, not of a header that would not help it.
    if request.path.startswith(API_PREFIX) and me_or_none() is None:
        return
    csrf.protect()


def _add_headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(self), geolocation=(self), microphone=()"
    headers.setdefault("Cache-Control", "private, no-store")
    if request.is_secure:
        headers["Strict-Transport-Security"] = f"max-age={YEAR_SECONDS}"
    return response


def _shared_with_templates() -> dict[str, Any]:
    return {
        "display": display(),
        "me": me_or_none(),
        "my_community_code": my_community_code(),
        "may_decide": i_may_decide(),
        "is_administrator": any(grant.role == "administrator" for grant in my_grants()),
        "dashboard_code": my_grants()[0].area_code if my_grants() else None,
    }


def my_community_code() -> str | None:
    """The community I belong to today, read once a request."""
    if "my_community_code" not in g:
        person = me_or_none()
        g.my_community_code = accounts.community_of(person.id, clock.today(zone())) if person else None
    return g.my_community_code


def zone() -> ZoneInfo:
    """The city's time zone."""
    config: Config = current_app.config["CIVIC"]
    return config.timezone


def star_scale() -> tuple[int, ...]:
    """The hours of volunteering at which stars are due."""
    config: Config = current_app.config["CIVIC"]
    return config.star_hours


def boards_open() -> None:
    """Where the city turned its public boards off, whoever is not signed in is told so."""
    if not boards_are_open():
        raise Forbidden("boards_off")


def boards_are_open() -> bool:
    """Whether this reader may see boards and communities: everybody may, unless the city turned the public ones off."""
    if me_or_none() is not None:
        return True
    if "boards_are_open" not in g:
        config: Config = current_app.config["CIVIC"]
        g.boards_are_open = switches.is_on(switches.PUBLIC_BOARDS, config.public_boards)
    return bool(g.boards_are_open)


# What happened, and what to do next.
EXPLANATIONS: dict[int | str, tuple[Any, Any]] = {
    400: (_l("这一页放久了"), _l("退回上一页，刷新后再试一次。刚才什么都没有改动。")),
    401: (_l("请先登录"), _l("登录之后再来一次。")),
    403: (_l("这件事不由你来办"), _l("如果应当由你来办，请社区或街道给你授权。")),
    404: (_l("没有找到这一页"), _l("地址可能写错了，或者它不对你开放。")),
    405: (_l("不能这样打开这一页"), _l("请从首页进入。")),
    409: (_l("刚才已经有了变化"), _l("刷新之后再看一眼。")),
    413: (_l("文件太大了"), _l("请换一张小一些的照片，或者少放几张。")),
    415: (_l("这种格式收不了"), _l("请发 JSON；带照片时发 multipart/form-data，照片放在 photo 字段里。")),
    422: (_l("这里还差一点"), _l("看一看下面的说明，改好再试。")),
    429: (_l("太快了，歇一会儿"), _l("过几分钟再试，前面做的都还在。")),
    500: (_l("出了点差错"), _l("没有存下半截的东西。过一会儿再试；还不行，请告诉社区。")),
    503: (_l("正在恢复，马上就好"), _l("过几秒刷新这一页，已经记下的都在。")),
    "maintenance": (_l("正在维护，一会儿就回来"), _l("存在手机里的都还在，回来以后会自己送出。")),
}


def answer_error(
    status: int, detail: str | None = None, headers: dict[str, str] | None = None, about: str | None = None
) -> Response:
    """An error as the caller reads it: a page, or problem+json under /api/. The page says who is signed in.

    `about` names an explanation of its own. Where the database, which knows who asks, is away, the answer is 503.
    """
    try:
        return _error(status, detail, headers, about)
    except DATABASE_AWAY as error:
        return _database_away(error)


def _error(status: int, detail: str | None, headers: dict[str, str] | None, about: str | None = None) -> Response:
    title, advice = EXPLANATIONS.get(about or status, EXPLANATIONS[500])
    if request.path.startswith(API_PREFIX):
        response = problem(status, detail or str(advice), title=str(title))
    else:
        facts = {"status": status, "reference": logs.reference(), "title": title, "advice": detail or advice}
        page = render_template("errors/error.html", **facts)
        response = Response(page, mimetype="text/html")
    response.status_code = status
    response.headers.extend(headers or {})
    return response


def problem(status: int, detail: str, errors: dict[str, list[str]] | None = None, title: str | None = None) -> Response:
    """An error of the API (RFC 9457); `errors` holds the sentences for each field."""
    title = title or str(EXPLANATIONS.get(status, EXPLANATIONS[500])[0])
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    if errors:
        body["errors"] = errors
    response = jsonify(body)
    response.status_code = status
    response.mimetype = PROBLEM_JSON
    return response


def status_of(refused: Refused) -> int:
    """The HTTP status for a refusal: what is not found, not allowed, too late, too often, or else not valid."""
    if refused.code == "photo_too_large":
        return 413
    return next((status for kind, status in STATUS_OF.items() if isinstance(refused, kind)), 422)


def _refused(refused: Refused) -> Response:
    status = status_of(refused)
    headers = {"Retry-After": str(refused.retry_after)} if isinstance(refused, TooMany) else None
    if request.path.startswith(API_PREFIX):
        errors = {refused.field: [say(refused)]} if refused.field else None
        response = problem(status, say(refused), errors)
        response.headers.extend(headers or {})
        return response
    return answer_error(status, say(refused), headers)


def _csrf_missing(_error: CSRFError) -> Response:
    is_api = request.path.startswith(API_PREFIX)
    return answer_error(400, _("请带上请求头 X-CSRFToken，或者改用 Bearer 令牌。") if is_api else None)


def _http_error(error: HTTPException) -> Response:
    kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After", "WWW-Authenticate")}
    if error.response is not None:  # a redirect raised as an exception
        return error.response  # type: ignore[return-value]
    if error.code is not None and error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    return answer_error(error.code or 500, headers=kept)


def _database_away(error: Exception) -> Response:
    """The database is away or too busy: a short wait helps. The answer asks it nothing more."""
    current_app.logger.warning("database unavailable: %s", getattr(error, "orig", error))
    forget_me()
    return _error(503, None, {"Retry-After": str(RETRY_SECONDS)})


def _storage_error(error: OSError) -> Response:
    """The disk is full or cannot be written: nothing was stored, and it works again once there is room."""
    if error.errno in (errno.ENOSPC, errno.EROFS, errno.EDQUOT):
        current_app.logger.error("storage refuses to write: %s", error)
        return answer_error(503, headers={"Retry-After": str(RETRY_SECONDS)})
    raise error
