"""/healthz and /readyz: what a supervisor asks a process."""

from typing import Any

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Flask, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from civic import clock
from civic.access import open_to_all
from civic.config import ROOT
from civic.db import db
from civic.schedule import report
from civic.web import RETRY_SECONDS

bp = Blueprint("health", __name__)


def init(app: Flask) -> None:
    """Add both routes."""
    app.register_blueprint(bp)


@bp.get("/healthz")
@open_to_all
def healthz() -> Any:
    """The process answers."""
    return jsonify(status="ok")


@bp.get("/readyz")
@open_to_all
def readyz() -> Any:
    """503 only where the database is away or its schema is older than the code; jobs that are late are told."""
    checks = {"database": _check(_database), "schema": _check(_schema)}
    ok = all(check["ok"] for check in checks.values())
    checks["scheduler"] = _check(_scheduler)
    answer = jsonify(status="ok" if ok else "failing", checks=checks)
    return answer if ok else (answer, 503, {"Retry-After": str(RETRY_SECONDS)})


def _check(question: Any) -> dict[str, Any]:
    try:
        ok, detail = question()
    except SQLAlchemyError as error:
        return {"ok": False, "detail": type(error).__name__}
    return {"ok": ok, "detail": detail}


def _database() -> tuple[bool, str]:
    db.session.execute(text("SELECT 1"))
    return True, db.engine.dialect.name


def _schema() -> tuple[bool, str]:
    """A schema newer than the code is fine: during an upgrade the old version goes on serving."""
    known = {script.revision for script in ScriptDirectory(str(ROOT / "migrations")).walk_revisions()}
    head = ScriptDirectory(str(ROOT / "migrations")).get_current_head()
    current = MigrationContext.configure(db.session.connection()).get_current_revision()
    return current == head or current not in known | {None}, str(current)


def _scheduler() -> tuple[bool, str]:
    return report(clock.now())
